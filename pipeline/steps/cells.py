"""How each kind of cell is read: every spelling a supplier uses becomes ours; what cannot be read becomes null."""

from collections.abc import Callable
from datetime import date

import polars as pl

from pipeline.vocabulary.attendance_codes import KEPT_AS, SUBCODE
from pipeline.vocabulary.enrolment import PHASES
from pipeline.vocabulary.school_year import CENSUS_TERMS
from pipeline.vocabulary.sen import SUPPORT_KINDS

Reader = Callable[[pl.Expr], pl.Expr]


def as_text(text: pl.Expr) -> pl.Expr:
    return text


def as_code(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def as_category(text: pl.Expr) -> pl.Expr:
    """A code of up to four letters and digits. What is longer is none, and might be a name in the wrong column."""
    return text.str.to_uppercase().str.extract(r"^([A-Z0-9]{1,4})$", 1)


def as_mark(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace(SUBCODE, "$1").replace(KEPT_AS)


def as_system_id(text: pl.Expr) -> pl.Expr:
    """An id of a school's own system, whatever it is made of; `1234.0`, as spreadsheets write a number, is `1234`."""
    return text.str.to_uppercase().str.replace(r"^(\d+)\.0$", "$1")


def as_integer(text: pl.Expr) -> pl.Expr:
    """`134`, or `134.0` as COLLECT writes it; never a fraction."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when((number == number.round()) & (number.abs() < 2**31)).then(number).cast(pl.Int32, strict=False)


def as_date(text: pl.Expr) -> pl.Expr:
    """ISO, `dd/mm/yyyy` or COLLECT's `2024-Oct-16 00:00:00`; a time after the day is left out."""
    day = text.str.extract(
        r"^(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-[A-Za-z]{3}-\d{1,2})([ T]\d{2}:\d{2}.*)?$", 1
    )
    spellings = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%b-%d")
    read = pl.coalesce([day.str.to_date(spelling, strict=False) for spelling in spellings])
    return pl.when(read.is_between(date(1900, 1, 1), date(2199, 12, 31))).then(read)


def as_moment(text: pl.Expr) -> pl.Expr:
    """A day and time, ISO (with T or a space, any zone's offset left out) or `dd/mm/yyyy HH:MM[:SS]`; or a day alone."""
    plain = text.str.replace("T", " ").str.replace(r"(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$", "")
    spellings = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%b-%d %H:%M:%S")
    moments = [plain.str.to_datetime(spelling, strict=False, time_unit="us") for spelling in spellings]
    return pl.coalesce([*moments, as_date(text).cast(pl.Datetime("us"))])


def among(words: dict[str, object], dtype=pl.String) -> Reader:
    return lambda text: text.str.to_lowercase().replace_strict(words, default=None, return_dtype=dtype)


def spelt_alike(words: dict[str, str]) -> Reader:
    """Other spellings as ours; what is none of them stays as it came, for the gate to name."""
    return lambda text: text.str.to_lowercase().replace(words)


_YES_NO = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "y": True, "n": False}
as_yes_no = among(_YES_NO, pl.Boolean)
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


def as_sex(text: pl.Expr) -> pl.Expr:
    initial = text.str.to_uppercase().str.slice(0, 1)
    return initial.replace_strict({"M": "M", "F": "F", "1": "M", "2": "F"}, default=None, return_dtype=pl.String)


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
