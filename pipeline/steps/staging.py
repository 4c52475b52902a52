"""From delivered text to typed rows: every spelling a supplier uses becomes ours, or is named as not understood.

Nothing is guessed and nothing dropped: a cell that has content but cannot be read is null, and its column is named in
`unread`, for the gate to set the row aside.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from pipeline.tables.layouts import Layout, spelt
from pipeline.vocabulary.attendance_codes import KEPT_AS
from pipeline.vocabulary.enrolment import PHASES
from pipeline.vocabulary.school_year import CENSUS_TERMS
from pipeline.vocabulary.sen import SUPPORT_KINDS

Reader = Callable[[pl.Expr], pl.Expr]


def staged(raw: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`raw` (all text, with `row_number`) as its feed's typed columns, `row_number` and `unread`.

    One row per row of `raw`. `unread` is null, or the names of the columns whose content could not be read.
    """
    words = _renamed(raw, layout)
    columns, lost = [raw["row_number"]], []
    for name, reader in READERS[layout.feed].items():
        text = words.get(name)
        if text is None:
            columns.append(
                _applied(pl.Series([None], dtype=pl.String), reader).new_from_index(0, raw.height).alias(name)
            )
            continue
        read, is_lost = _read(text, reader)
        columns.append(read.alias(name))
        if is_lost is not None and name not in FOR_THE_AUDIT_ONLY:
            lost.append(is_lost.alias(name))
    return pl.DataFrame(columns).with_columns(unread=_named(lost, raw.height))


def _renamed(raw: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """The text of each of our columns; of two headers for one name, the first with content."""
    delivered: dict[str, pl.Series] = {}
    for header in raw.columns:
        name = layout.columns.get(spelt(header))
        if name:
            before = delivered.get(name)
            text = raw[header] if before is None else _first_with_content(before, raw[header])
            delivered[name] = text.alias(name)
    constants = {
        name: pl.Series(name, [value]).new_from_index(0, raw.height) for name, value in layout.constants.items()
    }
    return delivered | constants


def _first_with_content(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(_content(pl.lit(first)), pl.lit(second))).to_series()


def _content(text: pl.Expr) -> pl.Expr:
    """Trimmed, and null where nothing is left."""
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _read(text: pl.Series, reader: Reader) -> tuple[pl.Series, pl.Series | None]:
    """`text` as `reader` reads it, and where content could not be read (None: nowhere).

    Where values recur, as dates and codes do by the million, each distinct one is read once.
    """
    distinct = text.unique()
    recurs = 0 < distinct.len() * 4 <= text.len()
    once = distinct if recurs else text
    content = once.to_frame("text").select(_content(pl.col("text"))).to_series()
    read = _applied(content, reader)
    is_lost = content.is_not_null() & read.is_null()
    if not is_lost.any():
        is_lost = None
    if not recurs:
        return read, is_lost
    spread = None if is_lost is None else text.replace_strict(distinct, is_lost, return_dtype=pl.Boolean)
    return text.replace_strict(distinct, read, return_dtype=read.dtype), spread


def _applied(text: pl.Series, reader: Reader) -> pl.Series:
    return text.to_frame("text").select(reader(pl.col("text"))).to_series()


def _named(lost: list[pl.Series], height: int) -> pl.Series:
    """Per row, the names of the columns that are lost on it; null where none is."""
    if not lost:
        return pl.Series("unread", [None], dtype=pl.String).new_from_index(0, height)
    names = [pl.when(one.name).then(pl.lit(one.name)) for one in lost]
    joined = pl.concat_str(names, separator=", ", ignore_nulls=True)
    return pl.DataFrame(lost).select(pl.when(joined != "").then(joined).alias("unread")).to_series()


# How each kind of content is read


def _as_text(text: pl.Expr) -> pl.Expr:
    return text


def _as_code(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def _as_category(text: pl.Expr) -> pl.Expr:
    """A code of up to four letters and digits. What is longer is none, and might be a name in the wrong column."""
    return text.str.to_uppercase().str.extract(r"^([A-Z0-9]{1,4})$", 1)


def _as_mark(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().replace(KEPT_AS)


def _as_integer(text: pl.Expr) -> pl.Expr:
    """`134`, or `134.0` as COLLECT writes it; never a fraction."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when((number == number.round()) & (number.abs() < 2**31)).then(number).cast(pl.Int32, strict=False)


def _as_date(text: pl.Expr) -> pl.Expr:
    """ISO, `dd/mm/yyyy` or COLLECT's `2024-Oct-16 00:00:00`; a time after the day is left out."""
    day = text.str.extract(
        r"^(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-[A-Za-z]{3}-\d{1,2})([ T]\d{2}:\d{2}.*)?$", 1
    )
    spellings = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%b-%d")
    read = pl.coalesce([day.str.to_date(spelling, strict=False) for spelling in spellings])
    return pl.when(read.is_between(date(1900, 1, 1), date(2199, 12, 31))).then(read)


def _as_moment(text: pl.Expr) -> pl.Expr:
    """A day and time, ISO (with T or a space, any zone's offset left out) or `dd/mm/yyyy HH:MM[:SS]`; or a day alone."""
    plain = text.str.replace("T", " ").str.replace(r"(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$", "")
    spellings = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%b-%d %H:%M:%S")
    moments = [plain.str.to_datetime(spelling, strict=False, time_unit="us") for spelling in spellings]
    return pl.coalesce([*moments, _as_date(text).cast(pl.Datetime("us"))])


def _among(words: dict[str, object], dtype=pl.String) -> Reader:
    return lambda text: text.str.to_lowercase().replace_strict(words, default=None, return_dtype=dtype)


def _spelt_alike(words: dict[str, str]) -> Reader:
    """Other spellings as ours; what is none of them stays as it came, for the gate to name."""
    return lambda text: text.str.to_lowercase().replace(words)


_YES_NO = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "y": True, "n": False}
_as_yes_no = _among(_YES_NO, pl.Boolean)
_as_half_day = _spelt_alike({"a": "am", "p": "pm", "morning": "am", "afternoon": "pm"})
_as_census_term = _among(
    {short.lower(): term for short, term in CENSUS_TERMS.items()} | {term: term for term in CENSUS_TERMS.values()}
)
_as_support_kind = _spelt_alike(
    {word: kind for kind, title in SUPPORT_KINDS.items() for word in (title.lower(), kind.replace("_", " "))}
    | {"ehcp": "ehc_plan", "ehc": "ehc_plan", "education, health and care plan": "ehc_plan"}
)


def _as_year_group(text: pl.Expr) -> pl.Expr:
    """`7`, `07`, `7.0`, `Year 7`, `R`, `Reception`: as the census writes it. An unknown one stays for the gate to name."""
    plain = text.str.to_uppercase().str.replace(r"^(YEAR|YR|Y)\s*(\d)", "$2").str.replace(r"^0*(\d+)(\.0)?$", "$1")
    return plain.replace({"RECEPTION": "R", "0": "R"})


def _as_sen_provision(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().replace({"EHCP": "E", "NONE": "N", "SEN SUPPORT": "K"})


def _as_sex(text: pl.Expr) -> pl.Expr:
    initial = text.str.to_uppercase().str.slice(0, 1)
    return initial.replace_strict({"M": "M", "F": "F", "1": "M", "2": "F"}, default=None, return_dtype=pl.String)


def _as_phase(text: pl.Expr) -> pl.Expr:
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


FOR_THE_AUDIT_ONLY = frozenset(
    {"sex", "ethnicity", "language", "fsm_eligible", "looked_after", "country", "reason1", "reason2", "reason3"}
)
"""Columns that no list rests on: one that cannot be read is left unknown, and keeps no child off a list."""

_SCHOOL = {"urn": _as_integer, "laestab": _as_integer}
_CHILD = {"parent_key": _as_text, "native_id": _as_text}
_WHO = {"upn": _as_code}

READERS: dict[str, dict[str, Reader]] = {
    "schools": {
        "urn": _as_integer, "authority": _as_integer, "establishment": _as_integer, "name": _as_text,
        "phase": _as_phase, "type": _as_text, "type_group": _as_text,
    },
    "census_headers": {
        "census_key": _as_text, "native_id": _as_text, "urn": _as_integer, "authority": _as_integer,
        "establishment": _as_integer, "census_term": _as_census_term, "census_year": _as_integer,
        "reference_date": _as_date,
    },
    "census_schools": {"census_key": _as_text, "native_id": _as_text, "name": _as_text, "phase": _as_phase},
    "pupils": _SCHOOL | _CHILD | _WHO | {
        "census_key": _as_text, "former_upn": _as_code, "surname": _as_text, "forename": _as_text,
        "date_of_birth": _as_date, "sex": _as_sex, "entry_date": _as_date, "leaving_date": _as_date,
        "enrol_status": _as_code, "nc_year": _as_year_group, "sen_provision": _as_sen_provision,
        "fsm_eligible": _as_yes_no, "ethnicity": _as_category, "language": _as_category, "looked_after": _as_yes_no,
        "sessions_possible": _as_integer, "sessions_possible_ht2": _as_integer,
    },
    "census_sessions": _CHILD | {"part": _as_integer, "code": _as_mark, "sessions": _as_integer},
    "sen_needs": _CHILD | {"rank": _as_integer, "sen_type": _as_code},
    "fsm_periods": _CHILD | {"start_date": _as_date, "end_date": _as_date, "country": _as_category},
    "suspensions": _SCHOOL | _CHILD | _WHO | {
        "start_date": _as_date, "sessions": _as_integer, "category": _as_code, "reason1": _as_category,
        "reason2": _as_category, "reason3": _as_category,
    },
    "support_and_reviews": _SCHOOL | _WHO | {
        "kind": _as_support_kind, "start_date": _as_date, "last_review": _as_date, "next_review": _as_date,
        "ended": _as_date, "quiet_until": _as_date,
    },
    "register_totals": _SCHOOL | {
        "from_date": _as_date, "to_date": _as_date, "possible_sessions": _as_integer, "absence_sessions": _as_integer,
    },
    "attendance_marks": _SCHOOL | _WHO | {
        "date": _as_date, "half_day": _as_half_day, "code": _as_mark, "minutes_late": _as_integer,
        "recorded_at": _as_moment,
    },
}  # fmt: skip
