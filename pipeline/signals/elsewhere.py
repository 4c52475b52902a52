"""Where a pupil is when not in school full time: part-time timetables, education elsewhere, suspensions, moves."""

from datetime import date

from polars import col

from .lines import Lines
from .signal import Signal

FIRST_LINES = date(2026, 9, 1)

_SEEN = col("possible_sessions_ytd") > 0

_STILL_WEEKS = 5
"""After so many weeks without a session of it, a holiday of a fortnight among them, a part-time timetable has ended."""

_GOES_ON = col("part_time_last_week") >= col("as_of").dt.offset_by(f"-{_STILL_WEEKS}w")


def part_time_timetable(_: Lines) -> Signal:
    return Signal(
        name="part_time_timetable",
        asks="Has this pupil been on a part-time timetable this year?",
        line="Any session marked C2 this school year.",
        evidence=_SEEN,
        raised=col("part_time_sessions_ytd") > 0,
        reason="Part-time timetable for {part_time_sessions_ytd} of {possible_sessions_ytd:session} {period}"
        "[, in {part_time_weeks_ytd:school week}].",
        next_step="When does it end, or what came of it? What has to be in place, and have the parents agreed it?",
        kind="inclusion_and_provision",
        role="trigger",
        points=2,
        source="DfE, Working together to improve school attendance (2024): part-time timetables, code C2.",
        caution="The school chose it, and may have good reasons. It asks about the plan, not about the pupil.",
        since=FIRST_LINES,
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 160, "part_time_sessions_ytd": 1,
            "part_time_weeks_ytd": 1,
        },
        spares={"possible_sessions_ytd": 160, "part_time_sessions_ytd": 0},
    )  # fmt: skip


def part_time_past_six_weeks(lines: Lines) -> Signal:
    return Signal(
        name="part_time_past_six_weeks",
        asks="Has a part-time timetable gone on past six school weeks?",
        line="C2 in more than six school weeks of this school year, and in one that began in the last "
        f"{_STILL_WEEKS} weeks. Judged with registers.",
        evidence=_SEEN & col("part_time_weeks_ytd").is_not_null(),
        raised=(col("part_time_weeks_ytd") > lines.part_time_weeks) & _GOES_ON.fill_null(False),
        reason="Part-time timetable for {part_time_sessions_ytd} of {possible_sessions_ytd:session} {period}. It was used in "
        "{part_time_weeks_ytd:school week}, past six.",
        next_step="What is its end date, who agreed it, and what would the pupil need to be in full time?",
        kind="inclusion_and_provision",
        role="trigger",
        points=8,
        source="DfE, Working together to improve school attendance (2024): a part-time timetable is short and has an end "
        "date. The six weeks are a common limit of authorities' guidance, used here as ours.",
        caution="Weeks are counted over the whole year, not in a row, and a week with one such session is one of them. One that "
        "has ended is told as any part-time timetable of the year is.",
        says_more_than="part_time_timetable",
        since=FIRST_LINES,
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 160, "part_time_weeks_ytd": 7,
            "part_time_sessions_ytd": 35, "as_of": date(2025, 12, 5), "part_time_last_week": date(2025, 11, 3),
        },
        spares={
            "possible_sessions_ytd": 160, "part_time_weeks_ytd": 7, "as_of": date(2025, 12, 9),
            "part_time_last_week": date(2025, 11, 3),
        },
    )  # fmt: skip


def part_time_timetable_repeated(lines: Lines) -> Signal:
    periods = "part_time_periods_two_years"
    return Signal(
        name="part_time_timetable_repeated",
        asks="Has a part-time timetable been used again after it had ended?",
        line=f"{lines.part_time_periods} or more periods of C2 in this school year and last, each four or more of the pupil's "
        "school weeks after the one before, and the latest in this school year. Judged with registers.",
        evidence=_SEEN & col(periods).is_not_null(),
        raised=(col(periods) >= lines.part_time_periods) & col("part_time_last_began").is_not_null(),
        reason="{part_time_periods_two_years:part-time timetable} since last school year began, four school weeks or more apart. "
        "The latest began in the week of {part_time_last_began:date}.",
        next_step="What was meant to change after the first one? What would have to be in place so that no more are needed?",
        kind="inclusion_and_provision",
        role="trigger",
        points=3,
        source="DfE, Working together to improve school attendance (2024): a part-time timetable is a short step on the way back. "
        "That a second asks, and how long a gap parts two, is ours.",
        caution="A treatment that comes back brings one back too. A period in another school counts where its registers are held.",
        since=FIRST_LINES,
        raises={
            "possible_sessions_ytd": 160, periods: lines.part_time_periods, "part_time_last_began": date(2026, 1, 12),
        },
        spares={
            "possible_sessions_ytd": 160, periods: lines.part_time_periods - 1, "part_time_last_began": date(2026, 1, 12),
        },
    )  # fmt: skip


def educated_elsewhere_too_long(lines: Lines) -> Signal:
    weeks = "elsewhere_weeks_ytd"
    return Signal(
        name="educated_elsewhere_too_long",
        asks="Has this pupil been taught elsewhere for many weeks?",
        line=f"{lines.elsewhere_weeks} or more school weeks of this year in which half or more of the sessions were marked B (off "
        "site), D (at the other of two schools, where its register is not known here), K (arranged by the authority) or Q (no "
        "transport). Judged with registers.",
        evidence=col(weeks).is_not_null(),
        raised=col(weeks) >= lines.elsewhere_weeks,
        reason="Educated elsewhere, or kept from school for lack of transport, for half or more of {elsewhere_weeks_ytd:school week} "
        "this year.",
        next_step="Who has seen the pupil there lately, and what do they say of how often they come? When is it next reviewed?",
        kind="inclusion_and_provision",
        role="trigger",
        points=2,
        source="Register codes: DfE, Working together to improve school attendance (2024). The six weeks are ours. The evidence "
        "would also ask of any D with no partner register. Here those sessions count to the weeks, and from a fifth of the year the pupil "
        "is told of as one who cannot be judged.",
        caution="B and K count as present, and are often the right place. It says only that this school's own register no longer "
        "shows how the pupil is.",
        since=FIRST_LINES,
        raises={weeks: lines.elsewhere_weeks},
        spares={weeks: lines.elsewhere_weeks - 1},
    )


def any_suspension(_: Lines) -> Signal:
    looked_since = col("looked_at_on") >= col("last_suspension_on")
    return Signal(
        name="any_suspension",
        asks="Has this pupil been suspended or excluded in the last 12 months, with no look since?",
        line="Any suspension or exclusion begun in the last 12 months, or any session marked E this school year; and no review, "
        "decision, need added by staff, or support begun or ended is known of the day of the last one, or since.",
        evidence=col("suspensions_12m").is_not_null(),
        raised=(col("suspensions_12m") > 0) & ~looked_since.fill_null(False),
        reason="Suspended or excluded {suspensions_12m:times} in the last 12 months[, last on {last_suspension_on:date}]."
        "[ It took {suspended_sessions_ytd} of {possible_sessions_ytd:session} this year.]",
        next_step="What did the pupil find hard before it happened? Has anyone looked for a need behind it?",
        kind="learning_and_communication",
        role="trigger",
        points=3,
        source="Education Policy Institute (2025): one day's suspension in primary goes with four times the chance of later "
        "identified social, emotional and mental health needs. The evidence asks for an SEN review since; any look counts here, for what "
        "a look was about is not held.",
        caution="It goes with needs and does not show one. Who is suspended differs by school and by ethnic group: the audit of "
        "each run looks for that.",
        since=FIRST_LINES,
        raises={
            "suspensions_12m": 1,
            "last_suspension_on": date(2025, 11, 4),
            "suspended_sessions_ytd": 2,
            "possible_sessions_ytd": 160,
        },
        spares={"suspensions_12m": 1, "last_suspension_on": date(2025, 11, 4), "looked_at_on": date(2025, 11, 4)},
    )


def moved_school(lines: Lines) -> Signal:
    return Signal(
        name="moved_school",
        asks="Has this pupil moved school during this year, or more than once in two?",
        line="Joined this school after its first four weeks of this year, or left another's roll this year; or came to another school "
        f"{lines.moves} times or more in the last two years, the change to secondary school among them.",
        evidence=col("moved_in_year").is_not_null(),
        raised=col("moved_in_year") | (col("moves_24m") >= lines.moves).fill_null(False),
        reason="Joined this school on {entry_date:date}; on the rolls of {schools_24m:school} in the last two years"
        "[, with {moves_24m:move}].",
        next_step="Has the last school said what helped there, and who here is the pupil's first person to go to?",
        kind="in_school",
        role="supporting",
        points=1,
        source="Education Policy Institute (2025): pupils who move are less likely to have a need identified.",
        caution="Families move for many reasons. Only schools whose rolls are held here are counted.",
        since=FIRST_LINES,
        raises={"moved_in_year": False, "moves_24m": lines.moves, "entry_date": date(2026, 1, 12), "schools_24m": 3},
        spares={"moved_in_year": False, "moves_24m": lines.moves - 1},
    )
