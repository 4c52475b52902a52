"""A table's grain, held to rows that come in order, as most do, and to rows that do not."""

import polars as pl
import pytest

from pipeline.tables.schema import Column, GrainError, Table

PLACES = Table("made.places", "one row per pupil and day", ("pupil", "day"), (Column("pupil", pl.String, ""), Column("day", pl.Int32, "")))  # fmt: skip
IN_ORDER = [("amira", 1), ("amira", 3), ("bea", 2)]


def conformed(*rows: tuple) -> list[tuple]:
    return PLACES.conform(pl.DataFrame(rows, schema=PLACES.schema, orient="row")).rows()


def test_rows_stand_by_key_however_they_came():
    assert conformed(*IN_ORDER) == conformed(*IN_ORDER[::-1]) == IN_ORDER


def test_rows_whose_first_key_alone_is_in_order_are_sorted_by_the_rest():
    assert conformed(("amira", 3), ("amira", 1), ("bea", 2)) == IN_ORDER


@pytest.mark.parametrize("again", IN_ORDER)
@pytest.mark.parametrize("at", range(4))
def test_a_key_that_repeats_is_found_wherever_it_stands(again, at):
    with pytest.raises(GrainError, match="1 rows repeat a key"):
        conformed(*IN_ORDER[:at], again, *IN_ORDER[at:])


def test_one_row_and_none_are_in_order():
    assert (conformed(), conformed(IN_ORDER[0])) == ([], IN_ORDER[:1])
