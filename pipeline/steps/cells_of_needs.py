"""How cells of wider needs and early years profiles are read: needs, roles, years assessed, good levels of development."""

import polars as pl

from pipeline.vocabulary.needs import GOOD_LEVEL_WORDS, JUSTICE_ROLES, NEED_WORDS, NOT_A_ROLE, OF_JUSTICE, ROLE_WORDS

from .cells import as_integer
from .cells_of_agencies import says_justice


def as_need(text: pl.Expr) -> pl.Expr:
    """One of `vocabulary.needs`. What is none of them stays as it came, for the gate to name its column."""
    return _plain(text).replace(_ours(NEED_WORDS))


def as_role(text: pl.Expr) -> pl.Expr:
    """The role of whoever added a need. Of any other words only that there were some, for they might be a person's name."""
    role = _plain(text).replace_strict(_ours(ROLE_WORDS), default=None, return_dtype=pl.String)
    not_one = pl.when(says_justice(text, JUSTICE_ROLES)).then(pl.lit(OF_JUSTICE)).otherwise(pl.lit(NOT_A_ROLE))
    return pl.when(text.is_not_null()).then(pl.coalesce(role, not_one))


def as_year_assessed(text: pl.Expr) -> pl.Expr:
    """The calendar year of the summer: `2018`, or of `2017/18`, `2017-2018` and `201718` the year they end in."""
    parts = text.str.replace_all(r"\s", "").str.extract_groups(r"^(\d{4})[/-]?(\d{2}|\d{4})$")
    began, ended = (parts.struct.field(part).cast(pl.Int32, strict=False) for part in ("1", "2"))
    two_years = pl.when((began + 1 == ended) | ((began + 1) % 100 == ended)).then(began + 1)
    return pl.when(ended.is_null()).then(as_integer(text)).otherwise(two_years)


def as_good_level(text: pl.Expr) -> pl.Expr:
    whole = text.str.replace(r"^([01])\.0$", "$1")
    return _plain(whole).replace_strict(_GOOD_LEVELS, default=None, return_dtype=pl.Boolean)


def _plain(text: pl.Expr) -> pl.Expr:
    no_points = text.str.to_lowercase().str.replace_all(".", "", literal=True)
    return no_points.str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()


def _ours(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Every spelling, and each of our own names with a space for each underscore, to our own name."""
    spelt = {word: ours for ours, spellings in words.items() for word in spellings}
    return spelt | {ours.replace("_", " "): ours for ours in words}


_GOOD_LEVELS = {word: reached for reached, words in GOOD_LEVEL_WORDS.items() for word in words}
