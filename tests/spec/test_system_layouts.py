"""Registers as schools' own systems export them, each by the example beside these tests: what is read of it, and what is not."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.steps.readers import READERS
from pipeline.steps.staging import staged
from pipeline.steps.systems import with_one_code
from pipeline.tables.layouts import LAYOUTS, layouts_of, nearest_layout
from pipeline.tables.layouts.systems import SYSTEM_LAYOUTS
from tests.drawn import drawn

EXAMPLES = Path(__file__).parents[1] / "examples"
BY_NAME = {layout.name: layout for layout in LAYOUTS}
MARKS = [layout.name for layout in SYSTEM_LAYOUTS if layout.feed == "attendance_marks"]


def example(name: str) -> pl.DataFrame:
    rows = pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)
    return rows.with_columns(row_number=pl.int_range(2, rows.height + 2, dtype=pl.Int64))


def read(name: str) -> pl.DataFrame:
    rows = staged(example(name), BY_NAME[name])
    return with_one_code(rows) if BY_NAME[name].feed == "attendance_marks" else rows


def one(layout: str, **cells: str | None) -> dict:
    """The one mark of a table of one row."""
    raw = pl.DataFrame({"row_number": [2]} | {name: [cell] for name, cell in cells.items()}, schema_overrides=dict.fromkeys(cells, pl.String))  # fmt: skip
    return with_one_code(staged(raw, BY_NAME[layout])).row(0, named=True)


@pytest.mark.parametrize("layout", [layout.name for layout in SYSTEM_LAYOUTS])
def test_each_layout_knows_its_own_example_and_reads_every_cell_it_means(layout):
    rows = example(layout)
    assert [found.name for found in layouts_of(rows.columns)] == [layout]
    assert [found.name for found in layouts_of([header.upper() for header in reversed(rows.columns)])] == [layout]
    assert read(layout)["unread"].null_count() == rows.height


@pytest.mark.parametrize(
    "headers, layout",
    [
        ("attendance_roll_call_record_unique_id,student_unique_id,student_id,application_id,raw_mark,mark_code,period,date", "arbor_marks"),
        ("student_id,application_id,raw_mark,mark_code,minutes_late,period,date,is_present", "arbor_marks"),
        ("upn,urn,Date,Session,ExportMark", "bromcom_marks"),
        ("student_id,employee_id,date,session,attendance_code_id,comment,minutes_late", "wonde_marks"),
        ("student_id,urn,date,session,code", "wonde_marks"),
        ("date,id,mark,session name,student id", "sims_marks"),
        ("PersonID,AttendanceDate,SessionName,AttendanceMark,Comments,MinsLate", "sims_marks"),
    ],
)  # fmt: skip
def test_registers_are_known_as_they_are_documented_with_or_without_what_was_joined_to_them(headers, layout):
    assert [found.name for found in layouts_of(headers.split(","))] == [layout]


def test_a_register_with_the_upn_and_the_plain_headers_is_a_plain_one_though_it_has_ids_too():
    assert [found.name for found in layouts_of("student_id,urn,upn,date,session,code".split(","))] == [
        "attendance_marks"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        "application_id,student_id,upn,date,incident",
        "id,upi,mis_id,upn,urn,session",
        "id,code,urn,upn,day",
        "id,code,urn,date",
    ],
)
def test_a_table_of_events_is_no_table_of_ids_though_it_has_them(headers):
    assert layouts_of(headers.split(",")) == []
    near = nearest_layout(headers.split(","))
    assert near is None or near[1]


def test_a_file_is_likened_to_the_layout_it_has_most_headers_of():
    """Else whatever has a UPN and a URN would be told that it lacks an id."""
    layout, lacks = nearest_layout("urn,upn,session,mark_made".split(","))
    assert (layout.name, lacks) == ("attendance_marks", ["date", "code"])


# What a mark says


def test_the_four_systems_say_the_same_of_the_same_marks():
    told = drawn(
        r"""
        row_number | date       | half_day | code
        -----------+------------+----------+-----
        2          | 2025-09-08 | am       | /
        3          | 2025-09-08 | pm       | I
        4          | 2025-09-08 | am       | L
        """,
        {"row_number": pl.Int64, "date": pl.Date, "half_day": pl.String, "code": pl.String},
    )
    for layout in ("arbor_marks", "sims_marks"):
        assert read(layout).select(told.columns).equals(told), layout
    for layout in MARKS:
        assert read(layout).select("row_number", "date", "half_day").equals(told.drop("code")), layout
        assert read(layout)["minutes_late"].to_list() == [None, None, 12], layout


def test_what_a_table_of_codes_is_to_be_asked_for_is_the_schools_own_mark_and_never_a_statutory_code():
    assert read("sims_marks").select("code", "code_id").rows() == [("/", "/"), ("I", "I"), ("L", "L")]
    assert read("bromcom_marks").select("code", "code_id").rows() == [("/", None), ("I", None), ("LB", "LB")]
    assert read("arbor_marks").select("code", "code_id").rows()[0] == ("/", "/")
    assert read("wonde_marks").select("code", "code_id").rows() == [(None, "A11"), (None, "A12"), (None, "A13")]
    assert one("wonde_marks", attendance_code_id="A11", code="ZZ")["code_id"] == "A11"
    assert one("wonde_marks", attendance_code_id="A11", code="I")["code_id"] is None


@pytest.mark.parametrize(
    "mark_code, raw_mark, code",
    [
        ("PRESENT_AM", "/", "/"),
        ("I", "IX", "I"),
        ("", "c2", "C2"),
        ("O", "", "O"),
        ("SL9", "I", "SL9"),  # a sub-code is no word
        ("LATE", "L", "L"),
        ("ILLNESS", "", "ILLNESS"),  # for the gate to name
        ("", "", None),
    ],
)
def test_of_arbors_two_marks_the_statistical_one_comes_first_but_words_are_no_codes(mark_code, raw_mark, code):
    assert one("arbor_marks", raw_mark=raw_mark, mark_code=mark_code)["code"] == code


@pytest.mark.parametrize(
    "export_mark, mark, code",
    [("C2", "C", "C2"), (" i ", "X", "I"), ("", "o", "O"), ("ZZ", "I", "ZZ"), ("-", "/", "-")],
)
def test_bromcoms_export_mark_wins_over_its_mark_and_is_never_mended_by_it(export_mark, mark, code):
    assert one("bromcom_marks", Mark=mark, ExportMark=export_mark)["code"] == code


@pytest.mark.parametrize("period", ["AM", "am", " A ", "MORNING", "Morning"])
def test_a_morning_has_several_spellings(period):
    assert one("arbor_marks", period=period)["half_day"] == "am"


@pytest.mark.parametrize("period", ["1", "2", "LESSON 1", "EVENING"])
def test_a_period_that_is_no_half_day_for_certain_stays_for_the_gate_to_name(period):
    assert one("arbor_marks", period=period)["half_day"] == period.lower()


@pytest.mark.parametrize(
    "sent, code",
    [("I01", "I"), ("i02", "I"), ("X01", "X"), ("X09", "X"), ("I1", "I1"), ("I001", "I001"), ("O01", "O01"), ("i", "I"), (" - ", "-")],
)  # fmt: skip
def test_the_sub_codes_of_2020_are_illness_and_not_required_and_no_others_are_guessed(sent, code):
    assert one("sims_marks", mark=sent)["code"] == code


def test_an_id_a_spreadsheet_made_a_number_of_is_the_same_id():
    assert one("sims_marks", student_id="1234.0")["system_id"] == one("sims_marks", student_id=" 1234 ")["system_id"]


def test_of_two_ids_for_one_thing_the_one_the_layout_names_first_counts_in_whatever_order_they_come():
    first = one("sims_marks", person_id="6", student_id="5")
    second = one("sims_marks", student_id="5", person_id="6")
    assert first["system_id"] == second["system_id"] == "5"


def test_what_a_supplier_says_a_mark_counts_as_and_whatever_was_written_about_a_child_is_not_read():
    read_by_any = {header for layout in SYSTEM_LAYOUTS for header in layout.columns}
    assert not [header for header in read_by_any if header.startswith("is") or "comment" in header or "name" in header.replace("sessionname", "")]  # fmt: skip


def test_a_plain_register_spends_no_time_on_ids():
    rows = staged(example("sims_marks").rename({"Session Name": "session", "Student ID": "upn", "Mark": "code"}), BY_NAME["attendance_marks"])  # fmt: skip
    assert {"system_id", "unique_id", "school_code", "code_id", "raw_code"} < set(READERS["attendance_marks"])
    assert not {"system_id", "unique_id", "school_code", "code_id", "raw_code"} & set(rows.columns)
