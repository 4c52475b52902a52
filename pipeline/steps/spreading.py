"""Delivered rows that tell of several things each, one row for each of those: what a layout's `spread` names."""

from collections.abc import Callable

import polars as pl

from .register_strings import READ_HERE, register_marks

SPREADS: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {"register strings": register_marks}
"""From a frame of text under our own names, with `row_number`, to another of more rows, each with a number of its own."""

READ_IN_SPREADING: dict[str, frozenset[str]] = {"register strings": READ_HERE}
"""Columns that a layout names for this, and its feed does not have."""
