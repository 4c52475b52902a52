"""From delivered text to typed rows: every spelling a supplier uses becomes ours, or is named as not understood.

Nothing is guessed and nothing dropped: a cell that has content but cannot be read is null, and its column is named in
`unread`, for the gate to set the row aside.
"""

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
    columns, lost = [raw["row_number"]], []
    for name, reader in READERS[layout.feed].items():
        text = words.get(name)
        if text is None and name in OF_SYSTEMS_ONLY:
            continue
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
