"""Where every line of the catalogue is drawn: its number, its unit, and how far a home may move it.

Lines are whole numbers. A home moves its own in `settings.toml`, under `[signals]`; those that are the Department's, that
other rules rest on, or that keep chance and the season out cannot be moved. The windows features are counted in (20, 30 and
45 school days, 40 possible sessions) are no lines: they stand in the names of the features. Nor are the few numbers that say
what a feature counts, such as how many weeks between two stretches elsewhere make them two, or how much of a school must be seen
before it has a pattern: they stand beside the counting (`steps.elsewhere`, `rolls`, `weekdays`, `judged`). What the law gives days for
is in `vocabulary.lost`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

FEWEST_MISSED = 8
"""Sessions missed, with codes that ask about need, below which a rate makes nobody eligible: four whole days. A cold of three
days, even beside a week's holiday, is no reason to look."""

WAVE_TIMES, WAVE_POINTS = 1.5, 3
"""A wave of illness: a school week in which illness (I) at the school comes to so many times its own median week of this
school year, and so many points more. Ours, and not to be moved: without them a week of flu would flag a school."""

WAVE_FEWEST_PUPILS, WAVE_FEWEST_ILL, WAVE_FEWEST_WEEKS = 20, 5, 4
"""Pupils with marks in a week, other pupils ill in it, and such weeks of registers, below which a school's week is no wave:
of fewer it could not be said that much of the school was ill."""


def _line(default: int, words: str, unit: str, lowest: int, highest: int):
    """A line a home may move, from `lowest` to `highest`, both inclusive."""
    return field(default=default, metadata={"words": words, "unit": unit, "lowest": lowest, "highest": highest})


def _fixed(default: int, words: str, unit: str, because: str):
    """A line no home may move."""
    return field(default=default, metadata={"words": words, "unit": unit, "because": because})


_DFE = "it is the Department for Education's own definition"
_CHANCE = "it was found by trial on pupils in whom nothing changed, so that chance and the season raise it for under one in fifty"


@dataclass(frozen=True)
class Lines:
    """Every threshold of the catalogue. `metadata` of each field has its words, unit and bounds, or why it is fixed."""

    persistent_percent: int = _fixed(10, "persistent absence", "% of possible sessions", _DFE)
    severe_percent: int = _fixed(50, "severe absence", "% of possible sessions", _DFE)
    fewest_missed: int = _fixed(
        FEWEST_MISSED, "missed before a rate counts", "sessions", "the lists' order rests on it"
    )
    looked_at_months: int = _line(12, "nobody having looked", "months", 6, 24)
    nearly_percent: int = _line(5, "nearly persistent absence", "% of sessions", 3, 9)
    recent_percent: int = _line(20, "much missed lately", "% of the last 45 school days", 15, 50)
    rising_points: int = _line(10, "a recent rise", "points", 5, 30)
    rising_sessions: int = _line(8, "missed in a recent rise", "sessions", 4, 30)
    rising_chance: int = _fixed(72, "a recent rise beyond chance", "times", _CHANCE)
    worse_points: int = _line(5, "worse than last year", "points", 3, 20)
    worse_sessions: int = _line(8, "more than last year's rate comes to", "sessions", 8, 40)
    worse_chance: int = _fixed(36, "worse than last year beyond chance", "times", _CHANCE)
    worse_set_aside: int = _fixed(5, "first set aside, of all missed in both years", "sessions", _CHANCE)
    unauthorised_points: int = _line(5, "unexplained absence rising", "points", 3, 30)
    unauthorised_sessions: int = _line(8, "of unexplained absence in a half term", "sessions", 4, 40)
    unauthorised_chance: int = _fixed(18, "unexplained absence rising beyond chance", "times", _CHANCE)
    climb_points: int = _line(5, "Year 7's climb", "points", 3, 30)
    climb_sessions: int = _line(8, "more than the first half term's rate comes to", "sessions", 4, 40)
    climb_chance: int = _fixed(36, "Year 7's climb beyond chance", "times", _CHANCE)
    year_six_percent: int = _line(10, "Year 6 carried over", "% of sessions", 5, 30)
    many_spells: int = _line(4, "many spells in a term", "spells", 3, 12)
    long_illness_sessions: int = _line(30, "long illness", "sessions", 10, 60)
    illness_spells: int = _line(4, "repeated illness", "spells", 3, 12)
    illness_percent: int = _line(10, "repeated illness", "% of possible sessions", 5, 30)
    weekday_absences: int = _line(6, "on one weekday or in one half of the day", "absences", 5, 20)
    weekday_times: int = _line(2, "what the school's own pattern makes expected", "times", 2, 5)
    weekday_chance: int = _fixed(12, "a weekday pattern beyond chance", "times", _CHANCE)
    late_sessions: int = _line(10, "late in the last 30 school days", "sessions", 5, 40)
    no_reason_sessions: int = _line(1, "no reason given after five school days", "sessions", 1, 20)
    part_time_weeks: int = _fixed(6, "a part-time timetable gone on", "school weeks", "the signal's name says it")
    part_time_periods: int = _line(2, "periods of a part-time timetable", "periods", 2, 5)
    elsewhere_weeks: int = _line(6, "educated elsewhere", "school weeks", 3, 20)
    moves: int = _line(2, "moves in two years", "moves", 2, 5)
    sen_ended_months: int = _line(12, "SEN provision ended", "months", 6, 24)
    improved_percent: int = _line(5, "a persistent absence reversed", "% of the last 30 school days", 2, 8)
    improved_chance: int = _fixed(18, "an improvement beyond chance", "times", _CHANCE)


_BY_NAME = {one.name: one for one in fields(Lines)}


def what_is_wrong(name: str, value: object) -> str | None:
    """Why a home may not set line `name` to `value`, in words; None where it may."""
    if name not in _BY_NAME:
        movable = (one for one, told in _BY_NAME.items() if "because" not in told.metadata)
        return f"there is no line {name}; a home may move {', '.join(movable)}"
    told = _BY_NAME[name].metadata
    if "because" in told:
        return f"{name} stays {_BY_NAME[name].default}, for {told['because']}"
    if type(value) is not int and not (type(value) is float and value.is_integer()):  # true is no number
        return f"{name} takes a whole number of {told['unit']}"
    if not told["lowest"] <= value <= told["highest"]:
        return f"{name} must be from {told['lowest']} to {told['highest']} ({told['unit']})"
    return None


def lines_of(told: Mapping[str, float]) -> Lines:
    """The lines of a home that says `told` in its settings. Raises ValueError for what `what_is_wrong` finds."""
    wrong = [found for name, value in told.items() if (found := what_is_wrong(name, value))]
    if wrong:
        raise ValueError("; ".join(wrong))
    return replace(Lines(), **{name: int(value) for name, value in told.items()})


def overrides_in_words(lines: Lines) -> tuple[str, ...]:
    """A sentence for each line that is not where it usually is, in the order of the catalogue."""
    moved = (one for one in fields(Lines) if getattr(lines, one.name) != one.default)
    return tuple(
        f"This home's own line: {one.metadata['words']}, {getattr(lines, one.name)} {one.metadata['unit']}, where the usual is "
        f"{one.default}."
        for one in moved
    )
