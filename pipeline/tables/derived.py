"""What was concluded as of a day. A run replaces its own day's rows only; retention removes those of days before."""

import polars as pl

from .kept_of_looks import KEPT_OF_LOOKS
from .schema import Column, Table

_S = "sessions"

_WHO = (
    Column("as_of", pl.Date, "The day stood on: nothing learned later, or dated later, is used."),
    Column("pupil_id", pl.String, "Pseudonym of the UPN."),
    Column("urn", pl.Int32, "The school that lists this pupil: the main registration, else the latest entered."),
)

PUPIL_FEATURES = Table(
    name="derived.pupil_features",
    grain="one row per pupil on a roll on the as-of day",
    key=("as_of", "pupil_id"),
    columns=(
        *_WHO,
        Column("nc_year", pl.String, "Year group.", nullable=True),
        Column("nc_year_last_year", pl.String, "Year group in the school year before, as a roll of then says.", nullable=True),
        Column("entry_date", pl.Date, "First day on this school's roll."),
        Column("is_sixth_form", pl.Boolean, "Years 12 to 14."),
        Column("is_special_school", pl.Boolean, "On the roll of a special school."),
        Column("source", pl.String, "registers, census (no marks this year) or none."),
        Column("period", pl.String, "The words for the year-to-date window: since when, or which terms.", nullable=True),
        # Year to date: this school year, all schools together, each half day once (the best mark of two schools').
        Column("possible_sessions_ytd", pl.Int32, "Possible sessions this school year.", _S),
        Column("absence_sessions_ytd", pl.Int32, "Missed, authorised or not.", _S),
        Column("absence_rate_ytd", pl.Float64, "Missed over possible; null when nothing was possible.", "0 to 1", True),
        Column("authorised_sessions_ytd", pl.Int32, "Missed with leave.", _S),
        Column("unauthorised_sessions_ytd", pl.Int32, "Missed without (G, N, O, U).", _S),
        Column("late_sessions_ytd", pl.Int32, "Present, late (L); null from a census.", _S, True),
        Column("need_absence_sessions_ytd", pl.Int32, "Missed with a code that asks about need.", _S),
        Column("need_possible_sessions_ytd", pl.Int32, "Possible, the other absences set aside.", _S),
        Column("need_absence_rate_ytd", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("illness_sessions_ytd", pl.Int32, "Illness (I).", _S),
        Column("wave_illness_sessions_ytd", pl.Int32, "Illness (I) of weeks in which much of the school was ill, by its own median week; null without registers.", _S, True),
        Column("medical_sessions_ytd", pl.Int32, "Appointments (M).", _S),
        Column("part_time_sessions_ytd", pl.Int32, "Part-time timetable (C2).", _S),
        Column("part_time_weeks_ytd", pl.Int32, "School weeks with any C2; null from a census.", "weeks", True),
        Column("suspended_sessions_ytd", pl.Int32, "Suspended or excluded (E).", _S),
        Column("no_reason_sessions_ytd", pl.Int32, "Reason not yet known (N).", _S),
        Column("unseen_dual_sessions_ytd", pl.Int32, "D marks for which no other school's mark is known here.", _S),
        Column("no_mark_sessions_ytd", pl.Int32, "No mark recorded.", _S),
        # Last school year, whole, all schools together; from the census where no marks are held.
        Column("possible_sessions_last_year", pl.Int32, "Possible, last school year; null if nothing known.", _S, True),
        Column("absence_sessions_last_year", pl.Int32, "Missed, last school year.", _S, True),
        Column("need_absence_sessions_last_year", pl.Int32, "Missed with a code that asks about need.", _S, True),
        Column("absence_rate_last_year", pl.Float64, "Missed over possible, last school year.", "0 to 1", True),
        Column("last_year_need_possible_sessions", pl.Int32, "Possible, last school year, other absences set aside.", _S, True),
        Column("last_year_need_absence_rate", pl.Float64, "Missed with a code that asks about need, over those.", "0 to 1", True),
        # The same part of last year: up to the day 52 weeks before the as-of day.
        Column("possible_sessions_same_period_last_year", pl.Int32, "Possible; null from a census.", _S, True),
        Column("absence_sessions_same_period_last_year", pl.Int32, "Missed.", _S, True),
        Column("need_absence_sessions_same_period_last_year", pl.Int32, "Missed with a code that asks about need.", _S, True),
        Column("absence_rate_same_period_last_year", pl.Float64, "Missed over possible.", "0 to 1", True),
        # The pupil's own past to compare with: the same part of last year where it has 40 possible sessions, else the whole.
        Column("past_period", pl.String, "The words for it; null where neither has 40.", nullable=True),
        Column("past_need_possible_sessions", pl.Int32, "Possible in it, other absences set aside.", _S, True),
        Column("past_need_absence_sessions", pl.Int32, "Missed in it with a code that asks about need.", _S, True),
        Column("past_need_absence_rate", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("school_rise_on_past", pl.Float64, "The need absence rate of the school's other pupils compared with the same past, now less then; null where under ten.", "-1 to 1", True),
        # What the pupil is judged on: this year from 40 possible sessions, else last year where it has 40, else nothing.
        # Nothing either where a fifth or more of this year is marked D and no other school's register is known here.
        Column("judged_period", pl.String, "The words for that period; null where nothing can be judged.", nullable=True),
        Column("judged_on", pl.String, "this_year or last_year; null where nothing can be judged.", nullable=True),
        Column("judged_possible_sessions", pl.Int32, "Possible in the judged period.", _S, True),
        Column("judged_absence_sessions", pl.Int32, "Missed in it.", _S, True),
        Column("judged_absence_rate", pl.Float64, "DfE's rate in it.", "0 to 1", True),
        Column("judged_need_absence_sessions", pl.Int32, "Missed in it with a code that asks about need.", _S, True),
        Column("judged_other_absence_sessions", pl.Int32, "Missed in it with any other code.", _S, True),
        Column("judged_need_possible_sessions", pl.Int32, "Possible in it, those other absences set aside.", _S, True),
        Column(
            "judged_need_absence_rate", pl.Float64,
            "Missed with a code that asks about need, over the sessions left when the other absences are set aside.",
            "0 to 1", True,
        ),
        Column("judged_wave_illness_sessions", pl.Int32, "Illness in it of weeks in which much of the school was ill, set aside where the rate makes eligible: this year's, 0 where none is known.", _S, True),
        # Last 20 school days (days on which the pupil's school has a possible mark) of this school year; null where there
        # are fewer, and without registers.
        Column("possible_sessions_20d", pl.Int32, "Possible, last 20 school days.", _S, True),
        Column("absence_sessions_20d", pl.Int32, "Missed.", _S, True),
        Column("absence_rate_20d", pl.Float64, "Missed over possible.", "0 to 1", True),
        Column("need_absence_sessions_20d", pl.Int32, "Missed with a code that asks about need.", _S, True),
        Column("need_possible_sessions_20d", pl.Int32, "Possible, the other absences set aside.", _S, True),
        Column("need_absence_rate_20d", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("possible_sessions_before_20d", pl.Int32, "Possible, this year before those 20 days.", _S, True),
        Column("absence_rate_before_20d", pl.Float64, "Missed over possible, this year before them.", "0 to 1", True),
        Column("need_absence_sessions_before_20d", pl.Int32, "Missed with a code that asks about need, this year before them.", _S, True),
        Column("need_possible_sessions_before_20d", pl.Int32, "Possible before them, other absences set aside.", _S, True),
        Column("need_absence_rate_before_20d", pl.Float64, "Missed with a code that asks about need, over those.", "0 to 1", True),
        Column("school_rise_20d", pl.Float64, "The whole school's need absence rate in them less its rate before.", "-1 to 1", True),
        # The last 45 school days (nine weeks) of this school year; all of it before there are so many.
        Column("period_45d", pl.String, "The words for them; null without registers.", nullable=True),
        Column("possible_sessions_45d", pl.Int32, "Possible, last 45 school days; null without registers.", _S, True),
        Column("absence_sessions_45d", pl.Int32, "Missed.", _S, True),
        Column("need_absence_sessions_45d", pl.Int32, "Missed with a code that asks about need.", _S, True),
        Column("need_possible_sessions_45d", pl.Int32, "Possible, the other absences set aside.", _S, True),
        Column("need_absence_rate_45d", pl.Float64, "The one over the other.", "0 to 1", True),
        # The last 30 school days (six weeks), and this year before them; null where the year has had fewer.
        Column("period_30d", pl.String, "The words for as many of them as there were; null without registers.", nullable=True),
        Column("late_sessions_30d", pl.Int32, "Late (L) or arrived after registers closed (U), last 30 school days or as many as there were.", _S, True),
        Column("need_absence_sessions_30d", pl.Int32, "Missed with a code that asks about need.", _S, True),
        Column("need_possible_sessions_30d", pl.Int32, "Possible, the other absences set aside.", _S, True),
        Column("need_absence_rate_30d", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("need_absence_sessions_before_30d", pl.Int32, "Missed with such a code, this year before those 30 days.", _S, True),
        Column("need_possible_sessions_before_30d", pl.Int32, "Possible before them, other absences set aside.", _S, True),
        Column("need_absence_rate_before_30d", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("school_fall_30d", pl.Float64, "The need absence rate of the school's other pupils before them less their rate in them.", "-1 to 1", True),
        # Half terms of this school year, parted by more than a week without a school day in a usual holiday: the latest of ten school days or
        # more, and the two before it; null until there have been three. `Unexplained` is O and U: holidays (G) are left out.
        Column("possible_sessions_half_term", pl.Int32, "Possible, in the latest half term.", _S, True),
        Column("possible_sessions_half_term_before", pl.Int32, "Possible, in the one before.", _S, True),
        Column("possible_sessions_two_half_terms_before", pl.Int32, "Possible, in the one before that.", _S, True),
        Column("unexplained_sessions_half_term", pl.Int32, "Missed with O or U, in the latest.", _S, True),
        Column("unexplained_sessions_half_term_before", pl.Int32, "Missed with O or U, in the one before.", _S, True),
        Column("unexplained_sessions_two_half_terms_before", pl.Int32, "Missed with O or U, in the one before that.", _S, True),
        Column("unexplained_rate_half_term", pl.Float64, "Missed with O or U over possible, in the latest.", "0 to 1", True),
        Column("unexplained_rate_half_term_before", pl.Float64, "The same in the one before.", "0 to 1", True),
        Column("unexplained_rate_two_half_terms_before", pl.Float64, "The same in the one before that.", "0 to 1", True),
        Column("school_unexplained_rise_half_terms", pl.Float64, "That rate of the school's other pupils, the latest less the earliest of the three.", "-1 to 1", True),
        # Year 7 alone: before its first half-term holiday, and since.
        Column("need_absence_sessions_first_half_term", pl.Int32, "Missed with a code that asks about need, first half term of Year 7.", _S, True),
        Column("need_possible_sessions_first_half_term", pl.Int32, "Possible in it, other absences set aside.", _S, True),
        Column("need_absence_rate_first_half_term", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("need_absence_sessions_since_first_half_term", pl.Int32, "Missed with such a code since.", _S, True),
        Column("need_possible_sessions_since_first_half_term", pl.Int32, "Possible since, other absences set aside.", _S, True),
        Column("need_absence_rate_since_first_half_term", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("school_year_seven_climb", pl.Float64, "The rate since less the rate before of the school's other pupils in Year 7.", "-1 to 1", True),
        # The weekday (days missed in whole or part) or half of the day (half days missed alone) in which absences stand out
        # most from the school's own pattern. Part-time timetables, suspensions and appointments are left out.
        Column("pattern_slot", pl.String, "Mondays to Fridays, mornings or afternoons; null where nothing is missed or the school's pattern is not known.", nullable=True),
        Column("pattern_absences_ytd", pl.Int32, "Absences in it this school year.", "days or half days", True),
        Column("pattern_all_absences_ytd", pl.Int32, "Absences in all weekdays, or in both halves of the day.", "days or half days", True),
        Column("pattern_share", pl.Float64, "The one over the other.", "0 to 1", True),
        Column("school_pattern_share", pl.Float64, "The share ordinary for this pupil's possible days, by how absences of the school's other pupils fall.", "0 to 1", True),
        # Elsewhere
        Column("part_time_periods_two_years", pl.Int32, "Periods of part-time timetable (C2), this school year and last, four school weeks or more apart; null without registers.", "periods", True),
        Column("part_time_last_began", pl.Date, "Monday of the week in which the last began, where it reaches into this year.", nullable=True),
        Column("part_time_last_week", pl.Date, "Monday of the last week with any of it, where that is in this year.", nullable=True),
        Column("elsewhere_weeks_ytd", pl.Int32, "School weeks this year in which B, D, K and Q came to half or more of the sessions.", "weeks", True),
        # Reasons not given
        Column("no_reason_sessions_older_5d", pl.Int32, "N marks of this year, by the school that lists the pupil, older than five school days; null without registers.", _S, True),
        Column("no_reason_since", pl.Date, "Day of the oldest of them.", nullable=True),
        # Spells: runs of sessions missed with codes that ask about need, unbroken by an attended session. A part-time
        # timetable (C2) is no spell: it neither begins nor ends one.
        Column("absence_spells_term", pl.Int32, "Spells begun this term; null without registers.", "spells", True),
        Column("absence_spells_ytd", pl.Int32, "Spells begun this school year.", "spells", True),
        Column("absence_spells_20d", pl.Int32, "Spells begun in the last 20 school days; 0 where this year has fewer.", "spells", True),
        Column("illness_spells_ytd", pl.Int32, "Spells of illness (I) begun this school year.", "spells", True),
        # Suspensions and moves
        Column("suspensions_12m", pl.Int32, "Suspensions and exclusions begun in the last 12 months, by the feed or by runs of E marks, whichever says more; null if neither is held.", "suspensions", True),
        Column("last_suspension_on", pl.Date, "First day of the latest of them.", nullable=True),
        Column("moved_in_year", pl.Boolean, "Joined this school this year after its first four weeks, or left another this year."),
        Column("schools_24m", pl.Int32, "Schools whose roll the pupil was on in the last two years.", "schools"),
        Column("moves_24m", pl.Int32, "Times the pupil came to another main school in the last two years, the change to secondary among them.", "moves"),
        Column("thirteen_school_weeks_ago", pl.Date, "Monday 13 of this school's weeks ago; 91 days where its registers begin later."),
    ),
)  # fmt: skip

PUPIL_SUPPORT = Table(
    name="derived.pupil_support",
    grain="one row per pupil on a roll on the as-of day: what is on file, never a feature or a model's input",
    key=("as_of", "pupil_id"),
    columns=(
        *_WHO,
        Column("sen_provision", pl.String, "N, K or E as last said; null if never.", nullable=True),
        Column("sen_provision_on", pl.Date, "The day that was said of.", nullable=True),
        Column("on_file", pl.Boolean, "Any support running, or SEN provision K or E."),
        Column("known_because", pl.String, "The sentence that says why the pupil is already known; null if not.", nullable=True),
        Column("known_by", pl.String, "What that sentence rests on: in_date (support begun, reviewed or due for review in date), asked_for (an assessment requested) or roll (SEN provision alone, no review date held); null if not known.", nullable=True),
        Column("last_review", pl.Date, "Day of the last review or start of any running support.", nullable=True),
        Column("last_dealt_with_on", pl.Date, "Day of the last review, beginning or end of any support, running or not.", nullable=True),
        Column("quiet_until", pl.Date, "Staff asked not to list before this day; 366 days after that was first known at the latest.", nullable=True),
    ),
)  # fmt: skip

PUPIL_CIRCUMSTANCES = Table(
    name="derived.pupil_circumstances",
    grain="one row per pupil on a roll on the as-of day: what records and staff say, which signals read and no model ever may",
    key=("as_of", "pupil_id"),
    columns=(
        *_WHO,
        Column("nothing_on_file", pl.Boolean, "No SEN provision, plan or running support; null where nobody ever said.", nullable=True),
        Column("looked_at_on", pl.Date, "Day of the last look, by a decision sent back, a review, any support begun or ended, SEN provision said to have ended, or a need added by staff; null if none is known.", nullable=True),
        Column("sen_ended_on", pl.Date, "Day of which SEN provision was said to be none by a school that had said K or E before; null if none did, or it is K or E again.", nullable=True),
        Column("wider_need_on", pl.Date, "Day a wider need still running was last added by staff, or said in a school census; null if none.", nullable=True),
        Column("wider_need_by", pl.String, "The role of who added it. What the need is stands nowhere here.", nullable=True),
        Column("has_good_level", pl.Boolean, "Whether a good level of development was reached at the end of Reception; null if not known.", nullable=True),
        Column("early_years_year", pl.Int32, "Calendar year in which that was assessed.", nullable=True),
    ),
)  # fmt: skip

PUPIL_SIGNALS = Table(
    name="derived.pupil_signals",
    grain="one row per pupil on a roll and signal of the catalogue",
    key=("as_of", "pupil_id", "signal"),
    columns=(
        *_WHO,
        Column("signal", pl.String, "Name in the catalogue."),
        Column("raised", pl.Boolean, "Null when it cannot be judged.", nullable=True),
        Column("points", pl.Int32, "The signal's points if raised, else 0.", "points"),
        Column("reason", pl.String, "The sentence, where raised.", nullable=True),
    ),
)

TRIAGE = Table(
    name="derived.triage",
    grain="one row per pupil on a roll on the as-of day",
    key=("as_of", "pupil_id"),
    columns=(
        *_WHO,
        Column("outcome", pl.String, "listed, eligible_not_listed, already_known, snoozed, history_needed, not_eligible or cannot_be_judged."),
        Column("place", pl.Int32, "Place on the school's list, from 1; null unless listed.", nullable=True),
        Column("points", pl.Int32, "Points of the signals raised; the rate's own only where it stands on codes that ask about need.", "points"),
        Column("section", pl.String, "main or sixth_form."),
        Column("quota", pl.String, "never_looked_at, severe_or_part_time, support_and_worse or other; null unless eligible.", nullable=True),
        Column("because", pl.String, "Why this outcome, in a sentence or two."),
        Column("next_step", pl.String, "The question to ask first; null unless listed.", nullable=True),
        Column("change", pl.String, "Of those listed: new, worse, better or unchanged since the school's list before.", nullable=True),
        Column("changed", pl.String, "The sentence that says so, with its numbers; null unless listed.", nullable=True),
        Column("waiting_since", pl.Date, "Of those listed: the day of the first list of the unbroken row of lists nobody has decided on.", nullable=True),
        Column("is_decided", pl.Boolean, "Whether the outcome is what a person decided of an earlier list."),
        Column("is_drawn", pl.Boolean, "Given a place by lot, so that what the list misses can be known; null unless listed.", nullable=True),
        Column("order_because", pl.String, "What moved the pupil up where an approved model orders the list, in words; null where the rule does.", nullable=True),
    ),
)  # fmt: skip

OFF_LIST = Table(
    name="derived.off_list",
    grain="one row per pupil on the school's list before and not on this one",
    key=("as_of", "urn", "pupil_id"),
    columns=(
        *_WHO[:2],
        Column("urn", pl.Int32, "The school whose list the pupil was on."),
        Column("kind", pl.String, "resolved (no longer asks for a look), decided, known (support on record, or staff asked to wait), not_judged, moved (on no roll here any more) or no_room."),
        Column("because", pl.String, "What became of it, in one sentence."),
    ),
)  # fmt: skip

ISSUED_PLACES = Table(
    name="derived.issued_places",
    grain="one row per pupil on a list that went out: the lists after it say so, and a look back changes none of them",
    key=("as_of", "pupil_id"),
    columns=(
        *_WHO,
        Column("place", pl.Int32, "Place on the school's list, from 1."),
        Column("section", pl.String, "main or sixth_form.", nullable=True),
        Column("quota", pl.String, "The kind of place it was given.", nullable=True),
        Column("waiting_since", pl.Date, "The day of the first list of this unbroken wait.", nullable=True),
        Column(
            "need_absence_sessions", pl.Int32, "As judged that day: missed with a code that asks about need.", _S, True
        ),
        Column("need_possible_sessions", pl.Int32, "As judged that day: possible, other absences set aside.", _S, True),
        Column("is_severe", pl.Boolean, "Whether half or more was missed that day.", nullable=True),
        Column("part_time_past_six_weeks", pl.Boolean, "Whether that signal was raised that day.", nullable=True),
        Column("last_suspension_on", pl.Date, "The latest suspension known of that day.", nullable=True),
        Column("is_drawn", pl.Boolean, "Given by lot.", nullable=True),
        Column("is_superseded", pl.Boolean, "The list of that day was issued anew without this pupil: it holds no place, and may still be answered.", nullable=True),
    ),
)  # fmt: skip
"""The state a later list is held against, so that worse and better mean worse and better than when it was looked at."""

ISSUED_LISTS = Table(
    name="derived.issued_lists",
    grain="one row per school and day its list went out, with or without a pupil on it",
    key=("as_of", "urn"),
    columns=(
        Column("as_of", pl.Date, "The day of the list."),
        Column("urn", pl.Int32, "School."),
        Column("places", pl.Int32, "Places it had.", "pupils"),
        Column("pupils", pl.Int32, "Pupils on it.", "pupils"),
        Column("is_superseded", pl.Boolean, "The lists of that day were issued anew without this one: it may still be answered.", nullable=True),
    ),
)  # fmt: skip

RECONCILIATION = Table(
    name="derived.reconciliation",
    grain="one row per school, thing held to another, and period",
    key=("as_of", "urn", "held_to", "period"),
    columns=(
        Column("as_of", pl.Date, "The day stood on."),
        Column("number", pl.Int32, "Its place among the day's: of several that do not hold, the first is told."),
        Column("urn", pl.Int32, "School."),
        Column("held_to", pl.String, "What is held to what, such as possible_as_census."),
        Column("period", pl.String, "The days or term it is of, in words."),
        Column("counted", pl.Float64, "What was received comes to.", "sessions, pupils or days"),
        Column("said", pl.Float64, "What it is held to.", "sessions, pupils or days"),
        Column("allowed", pl.Float64, "How far apart they may be.", "share, or days"),
        Column("holds", pl.Boolean, "Whether they are no further apart than that."),
        Column("reason", pl.String, "The sentence, where they are.", nullable=True),
    ),
)

SCHOOLS_WITHOUT_LIST = Table(
    name="derived.schools_without_list",
    grain="one row per school that gets no list on the as-of day",
    key=("as_of", "urn"),
    columns=(
        Column("as_of", pl.Date, "The day stood on."),
        Column("urn", pl.Int32, "School."),
        Column("reason", pl.String, "Why, with both numbers where two disagree."),
    ),
)

LOST_BETWEEN_SERVICES = Table(
    name="derived.lost_between_services",
    grain="one row per pupil and kind of being lost between services, for the authority and no school's list",
    key=("as_of", "pupil_id", "kind"),
    columns=(
        *_WHO[:2],
        Column("urn", pl.Int32, "The school left, that marked it, or that lists the pupil; null where none seen here does.", nullable=True),
        Column("kind", pl.String, "What happened, see vocabulary.lost."),
        Column("since", pl.Date, "The day it began, or fell due; null where only a census tells.", nullable=True),
        Column("school_days", pl.Int32, "School days of it, where the kind counts those and a register tells them.", "school days", True),
        Column("calendar_days", pl.Int32, "Else days from `since` to the as-of day; of plans, to the day the latest return describes.", "days", True),
        Column("days_from_need", pl.Int32, "Of alternative provision: from the first mark of need to the place's first day.", "days", True),
        Column("says", pl.String, "What is known, in a sentence of past facts with its dates and numbers."),
        Column("asks", pl.String, "The question."),
        Column("goes_to", pl.String, "officer, or virtual_school of every child in care."),
    ),
)  # fmt: skip

DERIVED = (
    PUPIL_FEATURES, PUPIL_SUPPORT, PUPIL_CIRCUMSTANCES, PUPIL_SIGNALS, TRIAGE, OFF_LIST, ISSUED_PLACES, ISSUED_LISTS, RECONCILIATION,
    SCHOOLS_WITHOUT_LIST, LOST_BETWEEN_SERVICES, *KEPT_OF_LOOKS,
)  # fmt: skip
