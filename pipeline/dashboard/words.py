"""How a figure is written where a person reads it. What is not told is said in words, never left empty."""

from datetime import date, datetime

HIDDEN, NOT_TOLD, NONE_HELD = "hidden", "not told", "no figures"


def count(value: int | None) -> str:
    return HIDDEN if value is None else f"{value:,}"


def rate(value: float | None) -> str:
    """A share of 0 to 1 as a percentage."""
    return NOT_TOLD if value is None else f"{value:.1%}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """A share, and how far chance alone could move it."""
    return rate(value) if None in (value, low, high) else f"{rate(value)} ({rate(low)} to {rate(high)})"


def number(value: float | None) -> str:
    return NOT_TOLD if value is None else f"{value:,.1f}".removesuffix(".0")


def day(value: date | None) -> str:
    return NOT_TOLD if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M}"


def short_day(value: date) -> str:
    return f"{value.day} {value:%b}"


def text(value: object) -> str:
    return NOT_TOLD if value is None else str(value)


def holds(value: bool | None) -> str:
    return {True: "holds", False: "does not hold", None: NOT_TOLD}[value]


def title(name: str | None) -> str:
    """`fell_out_of_school` as a heading."""
    words = (name or NOT_TOLD).replace("_", " ")
    for written_out, said in _SAID.items():
        words = words.replace(written_out, said)
    return words[:1].upper() + words[1:]


_SAID = {
    "part time": "part-time", "sen ": "SEN ", "ehc ": "EHC ", "year seven": "Year 7", "year six": "Year 6", "fsm": "free school meals",
}  # fmt: skip

WRITTEN = {
    "count": count, "rate": rate, "number": number, "day": day, "text": text, "title": title, "holds": holds,
    "school": text, "link": text,
}  # fmt: skip
NUMERIC = {"count", "rate", "number", "interval"}
WRITTEN |= {"unit": lambda value: value or "", "phase": lambda value: value or "All phases"}
