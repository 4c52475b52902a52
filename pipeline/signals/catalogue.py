"""Every signal the pipeline knows. To add one, add an entry here and nowhere else.

A signal asks a question; it never answers what a child needs. Rates of persistent and severe absence are DfE's own, every
absence counted. A pupil's own past and spells are read from absences whose code asks about need alone, so that study leave,
faith, travelling families' work and holidays are never a reason to look.
"""

from datetime import date

from polars import col

from .signal import Signal

FIRST_LINES = date(2026, 9, 1)

MISSED = (
    "Missed {judged_absence_sessions} of {judged_possible_sessions:session} ({judged_absence_rate:%}) {judged_period}"
)
OTHER_LEAVE = "[; {judged_other_absence_sessions} of those were holidays or other leave]"

_THIS_YEAR = col("judged_on") == "this_year"
_SEEN = col("possible_sessions_ytd") > 0


def _worse_than_past():
    """Five points above the past rate, and eight sessions more than it would have come to. Whole numbers throughout:
    at exactly the line a division would decide by its last binary place."""
    possible, past_possible = col("need_possible_sessions_ytd"), col("past_need_possible_sessions")
    more = col("need_absence_sessions_ytd") * past_possible - col("past_need_absence_sessions") * possible
    return (more * 20 >= possible * past_possible) & (more >= 8 * past_possible)


def _rising_beyond_the_school():
    own_rise = col("need_absence_rate_20d") - col("need_absence_rate_before_20d")
    beyond = own_rise - col("school_rise_20d").clip(lower_bound=0)
    return (beyond >= 0.10 - 1e-9) & (col("need_absence_sessions_20d") >= 8)


def _long_or_repeated_illness():
    ill, spells = col("illness_sessions_ytd"), col("illness_spells_ytd")
    long = ill + col("medical_sessions_ytd") >= 30
    repeated = (spells >= 4) & (ill * 10 >= col("possible_sessions_ytd")) & (col("possible_sessions_ytd") >= 40)
    return long | repeated.fill_null(False)  # a census has no spells; length alone can still answer


SIGNALS = (
    Signal(
        name="persistent_absence",
        asks="Has this pupil missed a tenth or more of their own possible sessions?",
        line="10% or more, inclusive. Judged on this school year from 40 possible sessions, until then on last year's.",
        evidence=col("judged_on").is_not_null(),
        raised=col("judged_absence_sessions") * 10 >= col("judged_possible_sessions"),
        reason=MISSED + OTHER_LEAVE + ".",
        next_step="What do the pupil and their parents say makes coming in hardest?",
        role="trigger",
        points=3,
        source="DfE, Pupil absence statistics: methodology (persistent absence). The 40 sessions are ours.",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "judged_period": "since 3 September 2025", "judged_absence_rate": 0.1,
            "judged_absence_sessions": 10, "judged_possible_sessions": 100, "judged_other_absence_sessions": 0,
        },
        spares={"judged_on": "this_year", "judged_absence_sessions": 37, "judged_possible_sessions": 371},
    ),
    Signal(
        name="severe_absence",
        asks="Has this pupil missed half or more of their own possible sessions?",
        line="50% or more, inclusive. Judged as persistent absence is.",
        evidence=col("judged_on").is_not_null(),
        raised=col("judged_absence_sessions") * 2 >= col("judged_possible_sessions"),
        reason="Half or more: missed {judged_absence_sessions} of {judged_possible_sessions:session} "
        "({judged_absence_rate:%}) {judged_period}.",
        next_step="Who already knows this family, and should a plan be made, or its review be brought forward?",
        role="trigger",
        points=4,
        source="DfE, Pupil absence statistics: methodology (severe absence).",
        says_more_than="persistent_absence",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "judged_period": "since 3 September 2025", "judged_absence_rate": 0.5,
            "judged_absence_sessions": 60, "judged_possible_sessions": 120,
        },
        spares={"judged_on": "this_year", "judged_absence_sessions": 59, "judged_possible_sessions": 120},
    ),
    Signal(
        name="rising_lately",
        asks="Has absence risen in the last 20 school days, beyond any rise in the whole school?",
        line="10 points above the pupil's own rate earlier this year and the school's own rise, and 8 sessions or more "
        "missed in those 20 days. Judged with registers, 20 possible sessions in them and 40 before.",
        evidence=_THIS_YEAR & (col("need_possible_sessions_20d") >= 20) & (col("need_possible_sessions_before_20d") >= 40),
        raised=_rising_beyond_the_school(),
        reason="Missed {need_absence_sessions_20d} of the last {need_possible_sessions_20d:session} "
        "({need_absence_rate_20d:%}), against {need_absence_rate_before_20d:%} earlier this year "
        "(whole school: {school_rise_20d:points}).",
        next_step="What changed in the last month, and what does the pupil say about it?",
        role="supporting",
        points=2,
        source="Direction: trajectories of absence in the Millennium Cohort Study linked to NPD. The line is ours.",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "need_possible_sessions_20d": 40, "need_absence_sessions_20d": 8,
            "need_absence_rate_20d": 0.2, "need_possible_sessions_before_20d": 100,
            "need_absence_rate_before_20d": 0.08, "school_rise_20d": 0.02,
        },
        spares={
            "judged_on": "this_year", "need_possible_sessions_20d": 40, "need_absence_sessions_20d": 8,
            "need_absence_rate_20d": 0.2, "need_possible_sessions_before_20d": 100,
            "need_absence_rate_before_20d": 0.08, "school_rise_20d": 0.03,
        },
    ),
    Signal(
        name="worse_than_last_year",
        asks="Is this pupil missing clearly more than in their own last year?",
        line="5 points above last year's rate and 8 sessions more than it would have come to. Compared with the same part of "
        "last year where its registers are held, else with the whole; judged with 40 possible sessions in both.",
        evidence=_THIS_YEAR & (col("past_need_possible_sessions") > 0),
        raised=_worse_than_past(),
        reason="Up from {past_need_absence_rate:%} {past_period} to {need_absence_rate_ytd:%} {period} "
        "({need_absence_sessions_ytd} of {need_possible_sessions_ytd:session}), other leave left out of both.",
        next_step="What is different from last year, at school or at home, in the pupil's own words?",
        role="trigger",
        points=3,
        source="Direction: trajectories of absence in the Millennium Cohort Study linked to NPD. The line is ours.",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "period": "since 3 September 2025", "past_period": "in the same part of last year",
            "need_possible_sessions_ytd": 160, "need_absence_sessions_ytd": 16, "need_absence_rate_ytd": 0.1,
            "past_need_possible_sessions": 160, "past_need_absence_sessions": 8, "past_need_absence_rate": 0.05,
        },
        spares={
            "judged_on": "this_year", "need_possible_sessions_ytd": 160, "need_absence_sessions_ytd": 15,
            "past_need_possible_sessions": 160, "past_need_absence_sessions": 8,
        },
    ),
    Signal(
        name="many_spells",
        asks="Does absence come in many separate spells?",
        line="4 or more spells begun this term; an attended session ends a spell, and a part-time timetable is none.",
        evidence=col("absence_spells_term").is_not_null(),
        raised=col("absence_spells_term") >= 4,
        reason="{absence_spells_term:separate spell} of absence begun this term.",
        next_step="Is there a pattern in the days, lessons or reasons, and has the pupil been asked about it?",
        role="supporting",
        points=2,
        source="FFT Education Datalab: rate and number of spells together tell who stays persistently absent. "
        "The cut of four is ours.",
        since=FIRST_LINES,
        raises={"absence_spells_term": 4},
        spares={"absence_spells_term": 3},
    ),
    Signal(
        name="long_or_repeated_illness",
        asks="Has illness kept this pupil away for long, or again and again?",
        line="30 sessions (15 school days) or more of illness and appointments this year; or 4 or more spells of illness "
        "that come to a tenth of at least 40 possible sessions.",
        evidence=_SEEN,
        raised=_long_or_repeated_illness(),
        reason="Missed {illness_sessions_ytd:session} for illness[ and {medical_sessions_ytd} for medical appointments] "
        "{period}[, in {illness_spells_ytd:separate spell}].",
        next_step="What do the family and any clinician say, could worry or an unmet need be behind it, and at 15 school days "
        "has the authority been told?",
        role="trigger",
        points=3,
        source="Education Policy Institute (2025): pupils most absent through sickness are among the least often identified. "
        "15 school days: the sickness return of the Pupil Registration Regulations 2024. Repeated spells: ours.",
        since=FIRST_LINES,
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 160, "illness_sessions_ytd": 16,
            "medical_sessions_ytd": 0, "illness_spells_ytd": 4,
        },
        spares={
            "possible_sessions_ytd": 300, "illness_sessions_ytd": 27, "medical_sessions_ytd": 2, "illness_spells_ytd": 3,
        },
    ),
    Signal(
        name="part_time_timetable",
        asks="Has this pupil been on a part-time timetable this year?",
        line="Any session marked C2 this school year.",
        evidence=_SEEN,
        raised=col("part_time_sessions_ytd") > 0,
        reason="Part-time timetable for {part_time_sessions_ytd:session}[ in {part_time_weeks_ytd:school week}] {period}.",
        next_step="When does it end, what has to be in place for that, and have the parents agreed it?",
        role="trigger",
        points=2,
        source="DfE, Working together to improve school attendance (2024): part-time timetables, code C2.",
        since=FIRST_LINES,
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 160, "part_time_sessions_ytd": 1,
            "part_time_weeks_ytd": 1,
        },
        spares={"possible_sessions_ytd": 160, "part_time_sessions_ytd": 0},
    ),
    Signal(
        name="part_time_past_six_weeks",
        asks="Has a part-time timetable gone on past six school weeks?",
        line="C2 in more than six school weeks of this school year. Judged with registers.",
        evidence=_SEEN & col("part_time_weeks_ytd").is_not_null(),
        raised=col("part_time_weeks_ytd") > 6,
        reason="Part-time timetable for {part_time_sessions_ytd:session} in {part_time_weeks_ytd:school week} {period}, past "
        "six weeks.",
        next_step="What is its end date, who agreed it, and what would the pupil need to be in full time?",
        role="trigger",
        points=5,
        source="DfE, Working together to improve school attendance (2024): a part-time timetable is short and has an end "
        "date. The six weeks are a common limit of authorities' guidance, used here as ours.",
        says_more_than="part_time_timetable",
        since=FIRST_LINES,
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 160, "part_time_weeks_ytd": 7,
            "part_time_sessions_ytd": 35,
        },
        spares={"possible_sessions_ytd": 160, "part_time_weeks_ytd": 6},
    ),
    Signal(
        name="any_suspension",
        asks="Has this pupil been suspended or excluded in the last 12 months?",
        line="Any suspension or exclusion begun in the last 12 months, or any session marked E this school year.",
        evidence=col("suspensions_12m").is_not_null(),
        raised=col("suspensions_12m") > 0,
        reason="Suspended or excluded {suspensions_12m:times} in the last 12 months[, last on {last_suspension_on:date}]"
        "[; {suspended_sessions_ytd:session} missed by it this year].",
        next_step="What was the pupil finding hard before it happened, and has anyone looked for a need behind it?",
        role="trigger",
        points=3,
        source="Education Policy Institute (2025): one day's suspension in primary goes with four times the chance of later "
        "identified social, emotional and mental health needs.",
        since=FIRST_LINES,
        raises={"suspensions_12m": 1, "last_suspension_on": date(2025, 11, 4), "suspended_sessions_ytd": 2},
        spares={"suspensions_12m": 0},
    ),
    Signal(
        name="moved_school",
        asks="Has this pupil moved school during this year?",
        line="Joined this school after its first four weeks of this year, or left another's roll this year.",
        evidence=col("moved_in_year").is_not_null(),
        raised=col("moved_in_year"),
        reason="Joined this school on {entry_date:date}; on the rolls of {schools_24m:school} in the last two years.",
        next_step="Has the last school said what helped there, and who here is the pupil's first person to go to?",
        role="supporting",
        points=1,
        source="Education Policy Institute (2025): pupils who move are less likely to have a need identified.",
        since=FIRST_LINES,
        raises={"moved_in_year": True, "entry_date": date(2026, 1, 12), "schools_24m": 2},
        spares={"moved_in_year": False},
    ),
)  # fmt: skip

TRIGGERS = tuple(signal.name for signal in SIGNALS if signal.role == "trigger")
