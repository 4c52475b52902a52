"""Illness: never left out, for there needs are least often identified."""

from datetime import date

from polars import col

from .comparing import at_least
from .lines import Lines
from .signal import Signal


def long_or_repeated_illness(lines: Lines) -> Signal:
    long, spells, percent = lines.long_illness_sessions, lines.illness_spells, lines.illness_percent
    return Signal(
        name="long_or_repeated_illness",
        asks="Has illness kept this pupil away for long, or again and again?",
        line=f"{long} sessions ({_days(long)}) or more of illness and appointments this year; or {spells} or more spells of "
        f"illness that come to {percent}% of at least 40 possible sessions.",
        evidence=col("possible_sessions_ytd") > 0,
        raised=_long_or_repeated(lines),
        reason="Missed {illness_sessions_ytd} of {possible_sessions_ytd:session} for illness {period}"
        "[, in {illness_spells_ytd:separate spell}].[ Medical appointments took {medical_sessions_ytd} more.]",
        next_step="What do the family and any clinician say? Could worry or an unmet need be behind it? At 15 school days, has the "
        "authority been told?",
        kind="health",
        role="trigger",
        points=4,
        source="Education Policy Institute (2025): pupils most absent through sickness are among the least often identified. "
        "15 school days: the sickness return of the Pupil Registration Regulations 2024. Repeated spells: ours. The evidence's "
        "other line, the top quarter of the phase, is left out: it would name a quarter of all pupils in every winter and every summer.",
        caution="It does not doubt that the pupil was ill, and asks nobody for proof. Worry and pain are illness too.",
        since=date(2026, 9, 1),
        raises={
            "period": "since 3 September 2025", "possible_sessions_ytd": 100, "illness_sessions_ytd": percent,
            "medical_sessions_ytd": 0, "illness_spells_ytd": spells,
        },
        spares={
            "possible_sessions_ytd": 400, "illness_sessions_ytd": long - 3, "medical_sessions_ytd": 2,
            "illness_spells_ytd": spells - 1,
        },
    )  # fmt: skip


def _long_or_repeated(lines: Lines):
    ill, spells = col("illness_sessions_ytd"), col("illness_spells_ytd")
    long = ill + col("medical_sessions_ytd") >= lines.long_illness_sessions
    share = at_least("illness_sessions_ytd", "possible_sessions_ytd", lines.illness_percent)
    repeated = (spells >= lines.illness_spells) & share & (col("possible_sessions_ytd") >= 40)
    return long | repeated.fill_null(False)  # a census has no spells; length alone can still answer


def _days(sessions: int) -> str:
    """`15 school days`, `12 and a half school days`."""
    whole, half = divmod(sessions, 2)
    return f"{whole} and a half school days" if half else f"{whole} school days"
