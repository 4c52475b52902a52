"""How each kind of cell is read: every spelling a supplier uses becomes ours; what cannot be read becomes null."""

from collections.abc import Callable
from datetime import date

import polars as pl

from pipeline.vocabulary.attendance_codes import KEPT_AS, SUBCODE
from pipeline.vocabulary.enrolment import PHASES
from pipeline.vocabulary.identifiers import LONGEST_TEXT
from pipeline.vocabulary.school_year import CENSUS_TERMS
from pipeline.vocabulary.sen import SUPPORT_KINDS
from pipeline.vocabulary.unseen import OF_LINES, UNSEEN

Reader = Callable[[pl.Expr], pl.Expr]


def as_text(text: pl.Expr) -> pl.Expr:
    """As it is, where it is a name or an id at all; without letters that nobody can see, which move a cursor, turn a name around
    or make two of one, and without more marks on a letter than any writing has."""
    seen = text.str.replace_all(_UNSEEN, "").str.replace_all(_PILED, "$1").str.strip_chars()
    return pl.when((seen.str.len_chars() <= LONGEST_TEXT) & (seen != "")).then(seen)


_UNSEEN = f"[{UNSEEN}{OF_LINES}]"
_PILED = r"(\p{M}{4})\p{M}+"


def as_code(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def as_category(text: pl.Expr) -> pl.Expr:
    """A code of up to four letters and digits. What is longer is none, and might be a name in the wrong column."""
    return text.str.to_uppercase().str.extract(r"^([A-Z0-9]{1,4})$", 1)


def as_mark(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace(SUBCODE, "$1").replace(KEPT_AS)


def as_system_id(text: pl.Expr) -> pl.Expr:
    """An id of a school's own system, whatever it is made of; `1234.0`, as spreadsheets write a number, is `1234`."""
    return as_text(text).str.to_uppercase().str.replace(r"^(\d+)\.0$", "$1")


def as_integer(text: pl.Expr) -> pl.Expr:
    """`134`, or `134.0` as COLLECT writes it; never a fraction."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when((number == number.round()) & (number.abs() < 2**31)).then(number).cast(pl.Int32, strict=False)


def as_laestab(text: pl.Expr) -> pl.Expr:
    """Authority and establishment as one number of seven digits; a stroke, hyphen or space between them is left out."""
    return as_integer(text.str.replace(r"^(\d{3}) ?[/-]? ?(\d{4})$", "$1$2"))


_DAY = r"^(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-[A-Za-z]{3}-\d{1,2})"
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%b-%d")
_TIME = r"[ T](\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?"
_NOON = r"(?: ?([AaPp][Mm]))?"
_ZONE = r" ?(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"


def as_date(text: pl.Expr) -> pl.Expr:
    """ISO, `dd/mm/yyyy` or COLLECT's `2024-Oct-16 00:00:00`; a time after the day is left out.

    Where the time is told of a zone the day is the one it was here: midnight in June is the evening before in UTC.
    """
    has_zone = text.str.contains(f"{_DAY}{_TIME}{_NOON}{_ZONE}$")
    as_told = _day(text.str.extract(rf"{_DAY}([ T]\d{{1,2}}:\d{{2}}.*)?$", 1))
    return pl.when(has_zone).then(as_moment(text).dt.date()).otherwise(as_told)


def _day(text: pl.Expr) -> pl.Expr:
    read = pl.coalesce([text.str.to_date(spelling, strict=False) for spelling in _DAYS])
    return pl.when(read.is_between(date(1900, 1, 1), date(2199, 12, 31))).then(read)


def as_moment(text: pl.Expr) -> pl.Expr:
    """A day and time as clocks here showed it: ISO (with T or a space) or `dd/mm/yyyy`, to the minute or second, of any zone's
    offset or none; or a day alone, its first moment. A time that cannot be read is not left out."""
    parts = text.str.extract_groups(f"{_DAY}{_TIME}{_NOON}(?:{_ZONE})?$")
    day, clock, noon, zone = (parts.struct.field(str(at)) for at in range(1, 5))
    moment = _day(day).cast(pl.Datetime("us")) + _since_midnight(clock, noon)
    here = (moment - _offset(zone)).dt.replace_time_zone("UTC").dt.convert_time_zone(HERE).dt.replace_time_zone(None)
    alone = _day(text.str.extract(f"{_DAY}$", 1)).cast(pl.Datetime("us"))
    return pl.coalesce(pl.when(zone.is_null()).then(moment).otherwise(here), alone)


HERE = "Europe/London"


def _since_midnight(clock: pl.Expr, noon: pl.Expr) -> pl.Expr:
    """`clock` as 14:30, 14:30:59 or, with `noon` AM or PM, 2:30; null where there is no such time."""
    hour, minute, second = (clock.str.split(":").list.get(at, null_on_oob=True).cast(pl.Int64) for at in range(3))
    of_twelve = noon.is_null() | hour.is_between(1, 12)
    later = pl.when(noon.str.to_uppercase() == "PM").then(12).otherwise(0)
    of_day = pl.when(noon.is_null()).then(hour).otherwise(hour % 12 + later)
    is_time = of_twelve & (hour < 24) & (minute < 60) & (second.fill_null(0) < 60)
    return pl.when(is_time).then(pl.duration(hours=of_day, minutes=minute, seconds=second.fill_null(0)))


def _offset(zone: pl.Expr) -> pl.Expr:
    """How far `zone` is ahead of UTC: `+01:00`, `+0100` or `+01`; nothing for Z."""
    digits = zone.str.replace_all(r"\D", "")
    hours = digits.str.slice(0, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.str.slice(2, 2).cast(pl.Int64, strict=False).fill_null(0)
    ahead = pl.duration(hours=hours, minutes=minutes)
    return pl.when(zone.str.starts_with("-")).then(-ahead).otherwise(ahead)


def among(words: dict[str, object], dtype=pl.String) -> Reader:
    return lambda text: text.str.to_lowercase().replace_strict(words, default=None, return_dtype=dtype)


def spelt_alike(words: dict[str, str]) -> Reader:
    """Other spellings as ours; what is none of them stays as it came, for the gate to name."""
    return lambda text: text.str.to_lowercase().replace(words)


def as_district(text: pl.Expr) -> pl.Expr:
    """A district's name; where GIAS says that there is none, none."""
    return pl.when(~text.str.to_lowercase().is_in(["not applicable", "not recorded"])).then(as_text(text))


_YES_NO = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "y": True, "n": False}
as_yes_no = among(_YES_NO, pl.Boolean)
as_sex = among({"m": "M", "male": "M", "boy": "M", "1": "M", "f": "F", "female": "F", "girl": "F", "2": "F"})
as_half_day = spelt_alike({"a": "am", "p": "pm", "morning": "am", "afternoon": "pm"})
as_census_term = among(
    {short.lower(): term for short, term in CENSUS_TERMS.items()} | {term: term for term in CENSUS_TERMS.values()}
)
as_support_kind = spelt_alike(
    {word: kind for kind, title in SUPPORT_KINDS.items() for word in (title.lower(), kind.replace("_", " "))}
    | {"ehcp": "ehc_plan", "ehc": "ehc_plan", "education, health and care plan": "ehc_plan"}
)


def as_year_group(text: pl.Expr) -> pl.Expr:
    """`7`, `07`, `7.0`, `Year 7`, `R`, `Reception`: as the census writes it. An unknown one stays for the gate to name."""
    plain = text.str.to_uppercase().str.replace(r"^(YEAR|YR|Y)\s*(\d)", "$2").str.replace(r"^0*(\d+)(\.0)?$", "$1")
    return plain.replace({"RECEPTION": "R", "0": "R"})


def as_sen_provision(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().replace({"EHCP": "E", "NONE": "N", "SEN SUPPORT": "K"})


def as_phase(text: pl.Expr) -> pl.Expr:
    """A census phase code or GIAS's words; whatever else is `Not known`."""
    words = text.str.to_lowercase()
    by_code = text.str.to_uppercase().replace_strict(PHASES, default=None, return_dtype=pl.String)
    by_words = (
        pl.when(words.str.contains("special")).then(pl.lit("Special"))
        .when(words.str.contains("nursery")).then(pl.lit("Nursery"))
        .when(words.str.contains("primary")).then(pl.lit("Primary"))
        .when(words.str.contains("secondary|all-through|all through|16 plus")).then(pl.lit("Secondary"))
        .when(words.str.contains("alternative|referral")).then(pl.lit("Alternative provision"))
        .otherwise(pl.lit("Not known"))
    )  # fmt: skip
    return pl.when(text.is_not_null()).then(pl.coalesce(by_code, by_words))
