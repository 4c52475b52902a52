"""Rows as they were delivered: all text, each with the number a spreadsheet would show beside it."""

import polars as pl

ROWS_AT_ONCE = 400_000

COUNT = "row as read"
"""A supplier's own row_number, if there is one, gives way to it."""

HEADER_ROW = 1


def numbered(batch: pl.DataFrame) -> pl.DataFrame:
    """`batch` with `row_number`. A line with nothing in any cell, as spreadsheets leave at the end, is no row; those after
    it keep their numbers."""
    told = batch.filter(pl.any_horizontal(pl.exclude(COUNT).is_not_null()))
    rows = told.drop("row_number", strict=False).rename({COUNT: "row_number"})
    return rows.with_columns(pl.col("row_number").cast(pl.Int64))
