"""How absence comes: in many spells, on certain days, late; with no reason given; and reversed."""

from datetime import date

from polars import col, when

from .comparing import at_least
from .lines import Lines
from .own_past import SIX_WEEKS
from .signal import Signal

FIRST_LINES = date(2026, 9, 1)


def many_spells(lines: Lines) -> Signal:
    return Signal(
        name="many_spells",
        asks="Does absence come in many separate spells?",
        line=f"{lines.many_spells} or more spells begun this term; an attended session ends a spell, and a part-time timetable is "
        "none.",
        evidence=col("absence_spells_term").is_not_null(),
        raised=col("absence_spells_term") >= lines.many_spells,
        reason="{absence_spells_term:separate spell} of absence begun this term.[ In all, {need_absence_sessions_ytd} of "
        "{need_possible_sessions_ytd:session} missed {period}, other leave left out.]",
        next_step="Is there a pattern in the days, lessons or reasons, and has the pupil been asked about it?",
        kind="in_school",
        role="supporting",
        points=2,
        source="FFT Education Datalab: rate and number of spells together tell who stays persistently absent. "
        f"The cut of {lines.many_spells} is ours.",
        caution="A term is long: four colds are four spells. A clinic's weekly hour is a spell each time.",
        since=FIRST_LINES,
        raises={"absence_spells_term": lines.many_spells},
        spares={"absence_spells_term": lines.many_spells - 1},
    )


HALVES = ("mornings", "afternoons")


def weekday_pattern(lines: Lines) -> Signal:
    missed, of_all, share = (
        col("pattern_absences_ytd").cast(float), col("pattern_all_absences_ytd").cast(float), col("school_pattern_share")
    )  # fmt: skip
    ordinary = of_all * share
    by_count = missed >= lines.weekday_times * ordinary - 1e-9
    by_odds = (
        missed * (1 - share) >= lines.weekday_times * (of_all - missed) * share - 1e-9
    )  # twice near a half is past all
    so_many_times = when(col("pattern_slot").is_in(HALVES)).then(by_odds).otherwise(by_count)
    beyond = (missed - ordinary) * (missed - ordinary) >= lines.weekday_chance * ordinary * (1 - share) - 1e-9
    many = 4 * lines.weekday_absences
    known = {"pattern_slot": "Fridays", "pattern_all_absences_ytd": many, "pattern_share": 0.5}
    return Signal(
        name="weekday_pattern",
        asks="Do this pupil's absences fall on one weekday, or in one half of the day?",
        line=f"{lines.weekday_absences} or more absences this year on one weekday, or half days missed alone in mornings or in "
        f"afternoons; on a weekday {lines.weekday_times} times as many as the school's own pattern makes expected, in one half of the "
        f"day {lines.weekday_times} times the odds it gives for that half against the other; "
        "and so many that chance gives them to fewer than one pupil in a hundred. Part-time timetables, suspensions "
        "and appointments are left out. Judged with registers, where the school's other pupils have missed a hundred days.",
        evidence=share.is_not_null() & of_all.is_not_null(),
        raised=(missed >= lines.weekday_absences) & (missed > ordinary) & so_many_times & beyond,
        reason="{pattern_slot}: {pattern_absences_ytd} of {pattern_all_absences_ytd} days or half days missed this year "
        "({pattern_share:%}). By the school's own pattern {school_pattern_share:%} would be ordinary.",
        next_step="What happens on that day or at that hour, in lessons, on the way or at home?",
        kind="in_school",
        role="supporting",
        points=1,
        source="FFT Education Datalab: attendance is lowest on Friday afternoons everywhere, so a school is held against itself. The "
        "line, and its guard against chance, are ours.",
        caution="Some pupil shows a pattern by chance in every school. It is a question about a day, and no reason to suppose what "
        "the pupil does on it.",
        since=FIRST_LINES,
        raises=known | {"pattern_absences_ytd": many, "school_pattern_share": 0.2, "pattern_share": 1.0},
        spares=known | {"pattern_absences_ytd": lines.weekday_absences - 1, "school_pattern_share": 0.01},
    )


def lateness(lines: Lines) -> Signal:
    return Signal(
        name="lateness",
        asks="Is this pupil often late?",
        line=f"Late, or arrived after registers closed (L and U), {lines.late_sessions} times or more in the last 30 school days, "
        "or in this school year before there are so many. Judged with registers.",
        evidence=col("late_sessions_30d").is_not_null(),
        raised=col("late_sessions_30d") >= lines.late_sessions,
        reason="Late {late_sessions_30d:times} {period_30d}.",
        next_step="What has to happen at home and on the way before this pupil is here, and who does it?",
        kind="family_support",
        role="supporting",
        points=1,
        source="Practice; the line is ours. The evidence that lateness tells of need is weak, so it makes nobody eligible.",
        caution="Buses, brothers and sisters and a school's own gate make pupils late. It is no measure of effort.",
        since=FIRST_LINES,
        raises={"period_30d": "in the last 30 school days", "late_sessions_30d": lines.late_sessions},
        spares={"late_sessions_30d": lines.late_sessions - 1},
    )


def no_reason_given_too_long(lines: Lines) -> Signal:
    return Signal(
        name="no_reason_given_too_long",
        asks="Has a reason not been found for an absence more than five school days ago?",
        line=f"{lines.no_reason_sessions} or more sessions of this school year still marked N (reason not yet known) more than five "
        "school days later. Judged with registers.",
        evidence=col("no_reason_sessions_older_5d").is_not_null(),
        raised=col("no_reason_sessions_older_5d") >= lines.no_reason_sessions,
        reason="No reason is on the register for {no_reason_sessions_older_5d:session} missed more than five school days ago. "
        "The first was on {no_reason_since:date}.",
        next_step="Does anybody know where the pupil was, and can the register say so now?",
        kind="in_school",
        role="note",
        points=0,
        source="DfE, Working together to improve school attendance (2024): N is to be replaced within five school days.",
        caution="It is about the register and about safety, not about need: usually somebody knows, and has not written it down.",
        since=FIRST_LINES,
        raises={"no_reason_sessions_older_5d": lines.no_reason_sessions, "no_reason_since": date(2025, 11, 4)},
        spares={"no_reason_sessions_older_5d": lines.no_reason_sessions - 1},
    )


def improvement(lines: Lines) -> Signal:
    missed, possible = "need_absence_sessions_30d", "need_possible_sessions_30d"
    before, possible_before = "need_absence_sessions_before_30d", "need_possible_sessions_before_30d"
    few, percent = at_least(missed, possible, lines.improved_percent), lines.improved_percent
    many = -(-percent * 60 // 100)
    known = {
        possible: 60, possible_before: 200, before: 100, "need_absence_rate_before_30d": 0.5, "school_fall_30d": 0.0,
    }  # fmt: skip
    return Signal(
        name="improvement",
        asks="Has much absence earlier this year been turned round for six weeks?",
        line=f"{lines.persistent_percent}% or more missed this year up to six school weeks ago, under {percent}% in the last 30 school "
        "days, counting only codes that ask about need; a fall beyond the school's own, and further than chance readily takes a "
        "pupil who has not changed. Judged with registers, 40 possible sessions in both.",
        evidence=(col(possible) >= 40) & (col(possible_before) >= 40),
        raised=at_least(before, possible_before, lines.persistent_percent)
        & ~few
        & SIX_WEEKS.beyond_chance(lines.improved_chance),
        reason="Good news: absent for {need_absence_sessions_30d} of the last {need_possible_sessions_30d:session} in six school weeks "
        "({need_absence_rate_30d:%}). Before them it was {need_absence_sessions_before_30d} of "
        "{need_possible_sessions_before_30d:session} ({need_absence_rate_before_30d:%}).",
        next_step="What has helped, and how can it be kept up?",
        kind="in_school",
        role="note",
        points=0,
        source="Asked for by staff at Somerville Public Schools. The line is ours. The evidence would show any signal reversed for six "
        "weeks; here it is persistent absence alone, for others do not stand for six weeks or have no rate to reverse.",
        caution="It is shown beside whatever else is raised and takes nothing off it. Better attendance is not a need met.",
        since=FIRST_LINES,
        raises=known | {missed: many - 1, "need_absence_rate_30d": (many - 1) / 60},
        spares=known | {missed: many},
    )
