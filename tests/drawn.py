"""Read a drawn table into a frame, so that a test can be read as a picture."""

from collections.abc import Mapping

import polars as pl


def drawn(picture: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The frame drawn in `picture`: names, a ruled line, then rows; cells parted by |. An empty cell is a null.

    `schema` may hold columns that are not drawn.
    """
    header, _, *lines = picture.strip().splitlines()
    names = [name.strip() for name in header.split("|")]
    cells = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    words = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
    return words.select(_parsed(name, schema[name]) for name in names)


def _parsed(name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(name)
    if dtype == pl.Date:
        return text.str.to_date()
    if dtype == pl.Boolean:
        return text.replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean)
    return text.str.to_datetime() if dtype == pl.Datetime else text.cast(dtype)
