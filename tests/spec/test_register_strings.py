"""Registers written as strings: which mark is of which day, and when that cannot be told."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.register_strings import MARKS_AT_MOST, READ_HERE, register_marks

MONDAY = "2025-06-02"  # no bank holiday in the five weeks from then
NAMES = (*sorted(READ_HERE), "upn", "recorded_at")


def strings(*told: dict) -> pl.DataFrame:
    rows = [
        dict.fromkeys(NAMES) | {"row_number": number, "year_key": f"y{number}"} | one
        for number, one in enumerate(told, 1)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String) | {"row_number": pl.Int64})


def marks(text: str, first_day: str = MONDAY, **said: str) -> pl.DataFrame:
    return register_marks(strings({"first_day": first_day, "marks": text} | said))


def days(text: str, first_day: str = MONDAY, **said: str) -> dict[str, str]:
    """By date, the codes of the day, a half day without a mark as a dot; none for a day without any."""
    found = marks(text, first_day, **said)
    assert found["transfer_days_unclear"].null_count() == found.height
    told: dict[str, str] = {}
    for day, half, code in found.select("date", "half_day", "code").rows():
        told[day] = told.get(day, "") + ("." if half == "pm" and day not in told else "") + code
    return told


def unclear(text: str, first_day: str = MONDAY, **said: str) -> bool:
    found = marks(text, first_day, **said)["transfer_days_unclear"]
    assert found.n_unique() == 1
    return found[0] == "1"


def june(*numbers: int) -> list[str]:
    return [f"2025-06-{number:02}" for number in numbers]


# Reading the marks


def test_two_characters_are_a_day_the_morning_first():
    assert days("/\\MO") == {"2025-06-02": "/\\", "2025-06-03": "MO"}


def test_codes_of_two_letters_come_parted_by_commas():
    assert days("C2,\\,Y7,J1") == {"2025-06-02": "C2\\", "2025-06-03": "Y7J1"}


@pytest.mark.parametrize(
    "text", ["/, \\ ,C2 , I", " /,\\,C2,I ", "\n   /,\\,\n   C2,I\n  ", "/,\\,C2,I,", "/,\\,C2,I,,,"]
)
def test_spaces_line_ends_and_empty_entries_at_the_end_are_no_marks(text):
    assert days(text) == {"2025-06-02": "/\\", "2025-06-03": "C2I"}


def test_a_space_or_an_empty_entry_is_a_half_day_without_a_mark():
    assert days("/ MO") == days("/,,M,O") == {"2025-06-02": "/", "2025-06-03": "MO"}
    assert days(" /MO") == {"2025-06-02": "./", "2025-06-03": "MO"}


def test_a_string_printed_over_several_lines_is_one_string():
    assert days("\n      /\\\n      MO\n    ") == {"2025-06-02": "/\\", "2025-06-03": "MO"}


def test_one_code_of_two_letters_is_a_list_since_ctf_24_and_two_marks_before():
    for version in ("24.0", "CTF 25"):
        assert marks("C2", version=version)["code"].to_list() == ["C2"]
    assert marks("MI", version="23.0")["code"].to_list() == marks("MI")["code"].to_list() == ["M", "I"]


@pytest.mark.parametrize("text", ["/ \\ I I C2", "/;\\;I;I", "/|\\|I|I", "C2C2I I ", "/.\\.I.I"])
@pytest.mark.parametrize("version", ["23", "25"])
def test_a_list_parted_by_anything_but_commas_is_of_no_half_day(text, version):
    found = marks(text, version=version)
    assert found.height and found["transfer_days_unclear"].to_list() == ["1"] * found.height


def test_up_to_ctf_23_a_space_is_a_half_day_without_a_mark_and_from_24_on_a_doubt():
    assert days("/ II", version="23") == {"2025-06-02": "/", "2025-06-03": "II"}
    assert unclear("/ II", version="24")


def test_three_characters_without_a_comma_are_three_marks():
    assert marks("M/I", version="25.0")["code"].to_list() == ["M", "/", "I"]


def test_an_odd_number_of_marks_ends_in_the_morning():
    assert marks("/\\I").select("date", "half_day").rows()[-1] == ("2025-06-03", "am")


@pytest.mark.parametrize("text", ["", "   ", ",,,", None])
def test_a_string_with_no_marks_is_no_row(text):
    assert marks(text).height == 0


def test_a_mark_is_numbered_by_its_string_and_its_place_in_it():
    found = register_marks(strings({"first_day": MONDAY, "marks": "/\\"}, {"first_day": MONDAY, "marks": " I"}))
    assert found["row_number"].to_list() == [MARKS_AT_MOST + 1, MARKS_AT_MOST + 2, 2 * MARKS_AT_MOST + 2]


def test_what_the_string_said_goes_with_each_of_its_marks_and_what_was_read_here_does_not():
    found = marks("/\\", upn="A123", recorded_at="2025-07-01")
    assert found.select("upn", "recorded_at").rows() == [("A123", "2025-07-01")] * 2
    assert not READ_HERE & set(found.columns)


@pytest.mark.parametrize("first_day", ["2025-06-02", "02/06/2025", "2025-06-02T00:00:00", " 2025-06-02\n"])
def test_the_first_day_may_be_written_in_several_ways(first_day):
    assert list(days("/\\", first_day)) == ["2025-06-02"]


@pytest.mark.parametrize("first_day", ["sometime", "2025-02-30", None])
def test_a_string_whose_first_day_cannot_be_read_is_one_row_that_says_so(first_day):
    assert marks(" \\I/", first_day).select("row_number", "date", "half_day", "code").rows() == [
        (MARKS_AT_MOST + 1, first_day, "am", "\\")
    ]


# Weekends written out, or left out


def test_weekends_are_written_out_where_each_holds_nothing_but_closures():
    week = "/\\" * 5 + "####"
    assert list(days(week * 3)) == june(2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20)


def test_weekends_are_left_out_where_they_would_hold_marks():
    assert list(days("/\\" * 11)) == june(2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16)


def test_each_string_is_read_by_itself():
    found = register_marks(
        strings({"first_day": MONDAY, "marks": "/\\" * 5 + "####" + "/\\"}, {"first_day": MONDAY, "marks": "/\\" * 6})
    )
    assert found["date"].unique(maintain_order=True).to_list() == june(2, 3, 4, 5, 6, 9)
    assert found.filter(pl.col("date") == "2025-06-09").height == 4
    assert found["transfer_days_unclear"].null_count() == found.height


def test_the_closures_by_which_a_weekend_is_known_are_no_rows_and_those_of_a_school_day_are():
    found = days("/\\" * 4 + "##" + "####" + "/\\" + "##" + "/\\" * 3 + "####" + "/\\")
    assert found["2025-06-06"] == found["2025-06-10"] == "##"
    assert not {"2025-06-07", "2025-06-08", "2025-06-14"} & set(found)


@pytest.mark.parametrize("padding", ["-", " "])
def test_a_weekend_may_be_padded_with_no_mark_as_well(padding):
    assert list(days("/\\" * 5 + padding * 4 + "/\\")) == june(2, 3, 4, 5, 6, 9)


def test_lists_are_read_by_the_same_signs():
    assert list(days(",".join(["/", "\\"] * 5 + ["#"] * 4 + ["C2", "C2"]))) == june(2, 3, 4, 5, 6, 9)


def test_within_one_week_it_makes_no_difference():
    assert list(days("/\\" * 5)) == june(2, 3, 4, 5, 6)
    assert list(days("/\\" * 5 + "##" * 3)) == june(2, 3, 4, 5, 6, 9)  # closed on Monday, or on the weekend and Monday


def test_a_holiday_in_between_is_part_of_the_string():
    week, holiday = "/\\" * 5 + "####", "##" * 7
    found = days(week + holiday + week + "/\\")
    assert [day for day, codes in found.items() if codes != "##"] == june(2, 3, 4, 5, 6, 16, 17, 18, 19, 20, 23)
    found = days("/\\" * 5 + "##" * 5 + "/\\" * 6)
    assert [day for day, codes in found.items() if codes != "##"] == june(2, 3, 4, 5, 6, 16, 17, 18, 19, 20, 23)


def test_a_string_may_begin_within_a_week():
    assert list(days("/\\" * 2 + "####" + "/\\" * 5 + "####" + "/\\", "2025-06-05")) == june(
        5, 6, 9, 10, 11, 12, 13, 16
    )
    assert list(days("/\\" * 8, "2025-06-05")) == june(5, 6, 9, 10, 11, 12, 13, 16)


def test_a_string_that_begins_on_a_weekend_writes_weekends_out():
    assert list(days("####" + "/\\" * 5 + "####" + "/\\", "2025-06-07")) == june(9, 10, 11, 12, 13, 16)


def test_marks_past_the_end_of_the_school_year_show_that_days_are_counted_otherwise():
    """By weekday these five weeks of June and July would run into August."""
    text = "##" * 2 + "/\\" * 3 + "##" * 30 + "/\\"
    assert list(days(text, "2025-06-16"))[-1] == "2025-07-21"


# Where it cannot be told


def test_a_long_closure_before_a_short_stay_leaves_it_unclear():
    """Closed for two weeks and then two days: those of the second week's end, or of the third's beginning."""
    assert unclear("##" * 10 + "/\\" * 2)
    assert not unclear("##" * 10 + "/\\" * 2 + "####" + "/\\")
    assert not unclear("##" * 10 + "/\\" * 5)


def test_marks_on_a_first_weekend_day_fit_neither_way_of_counting():
    assert unclear("/\\" * 5, "2025-06-07")
    assert marks("/\\" * 5, "2025-06-07")["date"].unique(maintain_order=True).to_list() == june(9, 10, 11, 12, 13)


def test_a_school_open_on_saturdays_is_not_taken_for_one_that_leaves_weekends_out():
    assert unclear(("/\\" * 6 + "##") * 3 + "/\\")


def test_one_closed_day_in_the_place_of_a_sunday_is_a_closed_day():
    found = days("/\\" * 6 + "##" + "/\\")
    assert (list(found), found["2025-06-10"]) == (june(2, 3, 4, 5, 6, 9, 10, 11), "##")


def test_a_weekend_is_seen_only_between_marked_days():
    """Thursday and Friday of the second week and then no more, or Monday and Tuesday of the third, and then no more."""
    assert unclear("##" * 10 + "/\\" * 2 + "####")
    assert unclear("##" * 14 + "/\\" * 5)


def test_marks_that_run_into_the_next_school_year_fit_neither():
    assert unclear("/\\" * 5 + "####" + "/\\", "2025-07-28")


def test_marks_that_fill_more_than_a_school_year_either_way_fit_neither():
    assert unclear("/\\" * 300, "2024-09-02")


def test_marks_whose_day_is_unclear_are_all_rows_and_on_no_weekend():
    found = marks("##" * 10 + "/\\" * 2)
    assert found.height == 24
    assert found["date"].str.to_date().dt.weekday().max() < 6


# Whose marks they are


def laestab_of(**said: str) -> str | None:
    return marks("/\\", **said)["laestab"][0]


def test_the_school_is_that_of_the_school_year_and_else_the_one_that_sent_the_file():
    sender = {"source_authority": "209", "source_establishment": "4001"}
    assert laestab_of(authority="801", establishment="2000", **sender) == "8012000"
    assert (
        laestab_of(**sender)
        == laestab_of(authority="801", **sender)
        == laestab_of(establishment="", **sender)
        == "2094001"
    )
    assert laestab_of(authority="801", establishment=" ", **sender) == "2094001"
    assert laestab_of() is None


def test_an_establishment_number_has_four_digits():
    assert laestab_of(authority=" 209 ", establishment="12") == "2090012"


def test_a_school_that_is_no_number_stays_to_be_named():
    sender = {"source_authority": "209", "source_establishment": "4001"}
    assert laestab_of(authority="20x", establishment="2000", **sender) == "20x2000"


# Totals


def differs(*told: dict) -> list[int]:
    """The strings at whose first mark totals were found to differ."""
    found = register_marks(strings(*({"first_day": MONDAY} | one for one in told)))
    return (found.filter(pl.col("transfer_totals_differ") == "1")["row_number"] // MARKS_AT_MOST).to_list()


YEAR = {"marks": "/\\" + "IO" + "C2"[:1] + "L" + "##" + "D-", "year_key": "y"}  # six possible; I and C; O


def test_totals_that_are_those_of_the_marks_are_not_remarked_on():
    assert differs(YEAR | {"told_possible": "6", "told_authorised": "2", "told_unauthorised": "1"}) == []
    assert differs(YEAR) == differs(YEAR | {"told_possible": "many"}) == []


@pytest.mark.parametrize("told", [{"told_possible": "7"}, {"told_authorised": "1"}, {"told_unauthorised": "2"}])
def test_each_total_that_differs_is_remarked_on_once_a_school_year(told):
    assert differs(YEAR | told, YEAR | {"year_key": "another"} | told) == [1, 2]


def test_the_stays_of_one_school_year_are_added_up():
    twice = [YEAR | {"told_possible": "12"}] * 2
    assert differs(*twice) == []
    assert differs(*(one | {"told_possible": "6"} for one in twice)) == [1]


def test_marks_round_a_whole_year_come_back_to_their_days():
    first = date(2024, 9, 2)
    open_days = [first + timedelta(days=ahead) for ahead in range(320) if (first + timedelta(days=ahead)).weekday() < 5]
    closed = set(open_days[35:40]) | set(open_days[80:90])
    written_out = "".join(
        "/\\" if (day := first + timedelta(days=ahead)).weekday() < 5 and day not in closed else "##"
        for ahead in range(320)
    )
    left_out = "".join("##" if day in closed else "/\\" for day in open_days)
    expected = [day.isoformat() for day in open_days if day not in closed]
    for text in (written_out, left_out):
        assert [day for day, codes in days(text, first.isoformat()).items() if codes != "##"] == expected
