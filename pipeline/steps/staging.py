"""From delivered text to typed rows: every spelling a supplier uses becomes ours, or is named as not understood.

Nothing is guessed and nothing dropped: a cell that has content but cannot be read is null, and its column is named in
`unread`, for the gate to set the row aside.
"""

from functools import cache

import polars as pl

from pipeline.tables.layouts import Layout, spelt

from .cells import Reader
from .readers import FOR_THE_AUDIT_ONLY, OF_SYSTEMS_ONLY, READERS
from .spreading import SPREADS


def staged(raw: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`raw` (all text, with `row_number`) as its feed's typed columns, `row_number` and `unread`.

    One row per row of `raw`, or where the layout says that one tells of several (`spread`), per each of those. `unread` is null, or the names of the columns whose content could not be read.
    """
    words = _renamed(raw, layout)
    if layout.spread:
        told = SPREADS[layout.spread](pl.DataFrame([raw["row_number"], *words.values()]))
        raw, words = told, told.to_dict()
    readers = {
        name: reader for name, reader in READERS[layout.feed].items() if name in words or name not in OF_SYSTEMS_ONLY
    }
    told = {name: reader for name, reader in readers.items() if name in words}
    read, lost = _all_at_once(words, told) if raw.height <= FEW else _each_by_itself(words, told)
    columns = [read[name] if name in told else _unsaid(layout.feed, name, raw.height) for name in readers]
    named = [one for name, one in lost.items() if name not in FOR_THE_AUDIT_ONLY]
    return pl.DataFrame([raw["row_number"], *columns]).with_columns(unread=_named(named, raw.height))


FEW = 10_000
"""Rows up to which all columns are read in one go: what a column by itself saves, where values recur, is less than its price."""

_READ_AS = "read as {}"


def _all_at_once(words: dict[str, pl.Series], readers: dict[str, Reader]) -> tuple[dict, dict[str, pl.Series]]:
    """Each column as its reader reads it, and of those with content that could not be read where that is."""
    content = pl.DataFrame([words[name] for name in readers]).select(
        _content(pl.col(name)).alias(name) for name in readers
    )
    read = content.select(reader(pl.col(name)).alias(name) for name, reader in readers.items())
    beside = pl.concat([content, read.rename(_READ_AS.format)], how="horizontal")
    lost = beside.select(pl.col(name).is_not_null() & pl.col(_READ_AS.format(name)).is_null() for name in readers)
    somewhere = [name for name in readers if lost[name].any()]
    return read.to_dict(), lost.select(somewhere).to_dict()


def _each_by_itself(words: dict[str, pl.Series], readers: dict[str, Reader]) -> tuple[dict, dict[str, pl.Series]]:
    """The same of long columns, one after another."""
    both = {name: _read(words[name], reader) for name, reader in readers.items()}
    lost = {name: is_lost.alias(name) for name, (_, is_lost) in both.items() if is_lost is not None}
    return {name: read.alias(name) for name, (read, _) in both.items()}, lost


@cache
def _read_of_nothing(feed: str, name: str) -> pl.Series:
    return _applied(pl.Series([None], dtype=pl.String), READERS[feed][name]).alias(name)


def _unsaid(feed: str, name: str, height: int) -> pl.Series:
    """A column that the layout does not send."""
    return _read_of_nothing(feed, name).new_from_index(0, height)


def _renamed(raw: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """The text of each of our columns; of two headers for one name, the one the layout has first counts, where it has
    content."""
    places = {header: at for at, header in enumerate(layout.columns)}
    delivered: dict[str, pl.Series] = {}
    for header in sorted((one for one in raw.columns if spelt(one) in places), key=lambda one: places[spelt(one)]):
        name = layout.columns[spelt(header)]
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
