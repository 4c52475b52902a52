"""Change: a pupil against nobody but themselves, once the school's own change is taken off and chance allowed for."""

from datetime import date

from polars import col

from .comparing import Compared, fewest_from_none
from .lines import Lines
from .signal import Signal

FIRST_LINES = date(2026, 9, 1)

_THIS_YEAR = col("judged_on") == "this_year"
_TRAJECTORIES = (
    "Direction: trajectories of absence in the Millennium Cohort Study linked to NPD (2024). The line is ours."
)
_BEYOND = "and further than chance readily takes a pupil who has not changed, absence coming in spells as it does"
_ONE_IN_FIFTY = "Chance still raises it for up to one unchanged pupil in fifty, and a small real change may not be told from chance."

LATELY = Compared(
    "need_absence_sessions_20d", "need_possible_sessions_20d", "need_absence_sessions_before_20d",
    "need_possible_sessions_before_20d", "school_rise_20d",
)  # fmt: skip

LAST_YEAR = Compared(
    "need_absence_sessions_ytd", "need_possible_sessions_ytd", "past_need_absence_sessions",
    "past_need_possible_sessions", "school_rise_on_past",
)  # fmt: skip

HALF_TERMS = Compared(
    "unexplained_sessions_half_term", "possible_sessions_half_term", "unexplained_sessions_two_half_terms_before",
    "possible_sessions_two_half_terms_before", "school_unexplained_rise_half_terms",
)  # fmt: skip

SINCE_HALF_TERM = Compared(
    "need_absence_sessions_since_first_half_term", "need_possible_sessions_since_first_half_term",
    "need_absence_sessions_first_half_term", "need_possible_sessions_first_half_term", "school_year_seven_climb",
)  # fmt: skip

SIX_WEEKS = Compared(  # what was missed before, against now: a fall is a rise the other way about
    "need_absence_sessions_before_30d", "need_possible_sessions_before_30d", "need_absence_sessions_30d",
    "need_possible_sessions_30d", "school_fall_30d",
)  # fmt: skip


def rising_lately(lines: Lines) -> Signal:
    points, sessions = lines.rising_points, lines.rising_sessions
    missed = max(-(-lines.rising_chance // 4), 2 * points // 5, sessions)
    seen = {
        "judged_on": "this_year", "need_possible_sessions_20d": 40, "need_absence_rate_20d": missed / 40,
        "need_possible_sessions_before_20d": 160, "need_absence_sessions_before_20d": 0,
        "need_absence_rate_before_20d": 0.0, "school_rise_20d": 0.0,
    }  # fmt: skip
    return Signal(
        name="rising_lately",
        asks="Has absence risen in the last 20 school days, beyond any rise in the whole school?",
        line=f"{points} points above the pupil's own rate earlier this year and the school's own rise, {sessions} sessions or more "
        f"missed in those 20 days, {_BEYOND}: for one who missed nothing in 80 days before, {missed} sessions. "
        "Judged with registers, 20 possible sessions in them and 40 before.",
        evidence=_THIS_YEAR
        & (col("need_possible_sessions_20d") >= 20)
        & (col("need_possible_sessions_before_20d") >= 40),
        raised=LATELY.up_by(points=points, sessions=0)
        & (col("need_absence_sessions_20d") >= sessions)
        & LATELY.beyond_chance(lines.rising_chance),
        reason="Absent for {need_absence_sessions_20d} of the last {need_possible_sessions_20d:session} "
        "({need_absence_rate_20d:%}), against {need_absence_sessions_before_20d} of {need_possible_sessions_before_20d} "
        "({need_absence_rate_before_20d:%}) earlier this year. Whole school: {school_rise_20d:points}.",
        next_step="What changed in the last month, and what does the pupil say about it?",
        kind="emotional_wellbeing",
        role="supporting",
        points=2,
        source=_TRAJECTORIES,
        caution=f"Twenty days hold one long illness, which is a rise and need not go on. {_ONE_IN_FIFTY}",
        since=FIRST_LINES,
        raises=seen | {"need_absence_sessions_20d": missed},
        spares=seen | {"need_absence_sessions_20d": missed - 1},
    )


FROM_LAST_YEAR = (
    "from {past_need_absence_sessions} of {past_need_possible_sessions:session} ({past_need_absence_rate:%}) {past_period} "
    "to {need_absence_sessions_ytd} of {need_possible_sessions_ytd:session} ({need_absence_rate_ytd:%}) {period}"
)


def worse_than_last_year(lines: Lines) -> Signal:
    points, sessions = lines.worse_points, lines.worse_sessions
    past = {
        "judged_on": "this_year", "period": "since 3 September 2025", "past_period": "in the same part of last year",
        "need_possible_sessions_ytd": 200, "past_need_possible_sessions": 200, "past_need_absence_sessions": 0,
        "past_need_absence_rate": 0.0, "school_rise_on_past": None,
    }  # fmt: skip
    fewest = fewest_from_none(lines.worse_chance, set_aside=lines.worse_set_aside)
    missed = max(fewest, 2 * points, sessions)
    return Signal(
        name="worse_than_last_year",
        asks="Is this pupil missing clearly more than in their own last year?",
        line=f"{points} points above last year's rate and the school's own rise on it, {sessions} sessions more than that would have "
        f"come to, {_BEYOND}: for one who had missed nothing, {fewest} sessions. Compared with the same part of last year where its registers are held, else with the whole; "
        "judged with 40 possible sessions in both.",
        evidence=_THIS_YEAR & (col("past_need_possible_sessions") > 0),
        raised=LAST_YEAR.up_by(points=points, sessions=sessions)
        & LAST_YEAR.beyond_chance(lines.worse_chance, set_aside=lines.worse_set_aside),
        reason=f"Up {FROM_LAST_YEAR}. Other leave is left out of both.",
        next_step="What is different from last year, at school or at home, in the pupil's own words?",
        kind="emotional_wellbeing",
        role="trigger",
        points=3,
        source=_TRAJECTORIES,
        caution=f"It compares a child with nobody else. {_ONE_IN_FIFTY}",
        since=FIRST_LINES,
        raises=past | {"need_absence_sessions_ytd": missed, "need_absence_rate_ytd": missed / 200},
        spares=past | {"need_absence_sessions_ytd": missed - 1},
    )


def unauthorised_rising(lines: Lines) -> Signal:
    points, sessions = lines.unauthorised_points, lines.unauthorised_sessions
    now, before, then = (
        (col(f"unexplained_sessions_{name}"), col(f"possible_sessions_{name}"))
        for name in ("half_term", "half_term_before", "two_half_terms_before")
    )
    twice_running = (now[0] * before[1] > before[0] * now[1]) & (before[0] * then[1] > then[0] * before[1])
    missed = max(lines.unauthorised_chance, sessions, points)
    known = {
        "possible_sessions_half_term": 100, "possible_sessions_half_term_before": 100,
        "possible_sessions_two_half_terms_before": 100, "unexplained_sessions_half_term_before": 1,
        "unexplained_sessions_two_half_terms_before": 0, "unexplained_rate_half_term": missed / 100,
        "unexplained_rate_half_term_before": 0.01, "unexplained_rate_two_half_terms_before": 0.0,
        "school_unexplained_rise_half_terms": 0.0,
    }  # fmt: skip
    return Signal(
        name="unauthorised_rising",
        asks="Has absence with no reason accepted gone up two half terms running?",
        line=f"O and U, holidays (G) left out, higher in each of the last two half terms than in the one before, {points} points in "
        f"all above the school's own rise, {sessions} sessions or more in the latest, {_BEYOND}: for one who had missed none, {lines.unauthorised_chance} sessions. Judged with registers, from the "
        "third half term of the school year, each with 20 possible sessions.",
        evidence=(now[1] >= 20) & (before[1] >= 20) & (then[1] >= 20),
        raised=twice_running
        & HALF_TERMS.up_by(points=points, sessions=0)
        & (now[0] >= sessions)
        & HALF_TERMS.beyond_chance(lines.unauthorised_chance),
        reason="Absent with no reason accepted, or in after registers closed, for {unexplained_sessions_half_term} of "
        "{possible_sessions_half_term:session} ({unexplained_rate_half_term:%}) in the latest half term. "
        "Before that it was {unexplained_sessions_half_term_before} of {possible_sessions_half_term_before} "
        "({unexplained_rate_half_term_before:%}), and before that {unexplained_sessions_two_half_terms_before} of "
        "{possible_sessions_two_half_terms_before} ({unexplained_rate_two_half_terms_before:%}).",
        next_step="What does the pupil keep away from, or lack? Who could ask so that it is no telling-off?",
        kind="emotional_wellbeing",
        role="trigger",
        points=2,
        source="Draeger, Klein and Sosu (2024), PLoS One: strongly rising unauthorised absence goes with the greatest loss. "
        "Holidays left out: Klein, Sosu and Dare (2022). The line is ours.",
        caution="Unauthorised is the school's word for the reason, not the child's. It is never to be used for penalty notices. "
        + _ONE_IN_FIFTY,
        since=FIRST_LINES,
        raises=known | {"unexplained_sessions_half_term": missed},
        spares=known | {"unexplained_sessions_half_term": missed - 1},
    )


def climb_in_year_seven(lines: Lines) -> Signal:
    points, sessions = lines.climb_points, lines.climb_sessions
    missed = max(lines.climb_chance, 2 * points, sessions)
    known = {
        "need_possible_sessions_first_half_term": 200, "need_absence_sessions_first_half_term": 0,
        "need_absence_rate_first_half_term": 0.0, "need_possible_sessions_since_first_half_term": 200,
        "need_absence_rate_since_first_half_term": missed / 200, "school_year_seven_climb": 0.0,
    }  # fmt: skip
    return Signal(
        name="climb_in_year_seven",
        asks="Has absence climbed since the first half term of secondary school, beyond the year group's own climb?",
        line=f"Year 7: since the first half-term holiday {points} points above the rate before it and the climb of the school's other "
        f"pupils in Year 7, {sessions} sessions more than that would have come to, {_BEYOND}. Judged with registers, 40 possible "
        "sessions before and 20 since.",
        evidence=(col("need_possible_sessions_first_half_term") >= 40)
        & (col("need_possible_sessions_since_first_half_term") >= 20),
        raised=SINCE_HALF_TERM.up_by(points=points, sessions=sessions)
        & SINCE_HALF_TERM.beyond_chance(lines.climb_chance),
        reason="In Year 7, absent for {need_absence_sessions_since_first_half_term} of "
        "{need_possible_sessions_since_first_half_term:session} ({need_absence_rate_since_first_half_term:%}) since the first "
        "half-term holiday. Before it, for {need_absence_sessions_first_half_term} of {need_possible_sessions_first_half_term} "
        "({need_absence_rate_first_half_term:%}). The year group: {school_year_seven_climb:points}.",
        next_step="What about the new school has turned out hardest, and did the primary school know of it?",
        kind="learning_and_communication",
        role="supporting",
        points=2,
        source="FFT Education Datalab: absence in Year 7 starts low and climbs after the first half term. The line is ours.",
        caution=f"September is low for everyone in Year 7, so it is never judged by itself. {_ONE_IN_FIFTY}",
        since=FIRST_LINES,
        raises=known | {"need_absence_sessions_since_first_half_term": missed},
        spares=known | {"need_absence_sessions_since_first_half_term": missed - 1},
    )
