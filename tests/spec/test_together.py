"""Small files read as one, and each row known again by its file."""

import polars as pl

from pipeline.steps.together import ROWS_TOGETHER, together, told_apart
from pipeline.tables.layouts import LAYOUTS

MARKS = next(layout for layout in LAYOUTS if layout.name == "attendance_marks")
TOTALS = next(layout for layout in LAYOUTS if layout.name == "register_totals")
ROLL = next(layout for layout in LAYOUTS if layout.feed == "pupils")
OF_TRANSFERS = next(layout for layout in LAYOUTS if layout.feed == "attendance_marks" and layout.spread)


def rows(*numbers: int, header: str = "upn") -> pl.DataFrame:
    return pl.DataFrame({"row_number": numbers, header: [f"of {number}" for number in numbers]})


def apart(read) -> list:
    """What comes out, as (extract_id, row_number) of each; a refusal as its file and the reason."""
    return [_each(*told) for told in together(read)]


def _each(layout, told, extract_id):
    if layout is None:
        return extract_id, told
    if extract_id is None:
        return told_apart(told).select("extract_id", "row_number").rows()
    return [(extract_id, number) for number in told["row_number"]]


def test_files_with_the_same_headers_are_one_and_keep_their_own_numbers():
    assert apart([(7, MARKS, rows(2, 3)), (8, MARKS, rows(2)), (9, MARKS, rows(5))]) == [
        [(7, 2), (7, 3), (8, 2), (9, 5)]
    ]


def test_other_headers_and_another_layout_are_apart():
    read = [(1, MARKS, rows(2)), (2, MARKS, rows(2, header="UPN")), (3, TOTALS, rows(2, header="UPN"))]
    assert apart(read) == [[(1, 2)], [(2, 2)], [(3, 2)]]


def test_why_a_file_is_refused_comes_after_its_rows_and_before_the_next_ones():
    read = [(1, MARKS, rows(2)), (2, MARKS, rows(2)), (2, None, "why"), (3, MARKS, rows(2))]
    assert apart(read) == [[(1, 2), (2, 2)], (2, "why"), [(3, 2)]]


def test_no_more_than_enough_rows_are_put_together():
    many = pl.DataFrame({"row_number": range(2, ROWS_TOGETHER + 1), "upn": "one"})
    read = [(1, MARKS, rows(2)), (2, MARKS, many), (3, MARKS, rows(2))]
    assert [len(one) for one in apart(read)] == [ROWS_TOGETHER, 1]
    assert [len(one) for one in apart([(1, MARKS, rows(2, 3)), *read[1:]])] == [2, ROWS_TOGETHER]


def test_what_is_read_of_a_file_as_a_whole_is_never_put_together():
    assert apart([(1, TOTALS, rows(2)), (2, TOTALS, rows(2)), (3, ROLL, rows(2)), (4, ROLL, rows(2))]) == [
        [(1, 2)], [(2, 2)], [(3, 2)], [(4, 2)],
    ]  # fmt: skip


def test_rows_that_tell_of_several_marks_each_keep_their_own_numbers():
    [(layout, told, extract_id)] = together([(7, OF_TRANSFERS, rows(2, 3))])
    assert (layout, told["row_number"].to_list(), extract_id) == (OF_TRANSFERS, [2, 3], 7)


def test_what_has_no_numbers_is_as_it_was():
    assert told_apart(pl.DataFrame()).equals(pl.DataFrame())


def test_a_row_far_down_the_last_of_many_files_is_still_its_own():
    assert apart([(2_000_000_000, MARKS, rows(4_000_000_000))]) == [[(2_000_000_000, 4_000_000_000)]]


def test_columns_that_nobody_reads_are_not_held_and_those_of_the_layout_are():
    read = rows(2, 3).with_columns(pl.lit("x").alias(f"x{at}") for at in range(50)).with_columns(Code=pl.lit("/"))
    [(_, told, none)] = together([(7, MARKS, read)])
    assert (told.columns, none, told["Code"].to_list()) == (["row_number", "upn", "Code"], None, ["/", "/"])
    [(_, told, _)] = together([(7, ROLL, read)])  # of which something is read from the file as a whole
    assert told.columns == read.columns
