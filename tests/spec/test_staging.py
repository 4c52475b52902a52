"""Delivered text as typed rows: every spelling a supplier uses, and what is done with one that none does."""

from collections import defaultdict
from datetime import date, datetime

import polars as pl
import pytest

from pipeline.steps.readers import FOR_THE_AUDIT_ONLY, OF_SYSTEMS_ONLY, READERS
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS
from tests.drawn import drawn

BY_NAME = {layout.name: layout for layout in LAYOUTS}
MARK_COLUMNS = set(READERS["attendance_marks"]) - OF_SYSTEMS_ONLY
A_DAY, A_MOMENT = date(2024, 10, 16), datetime.fromisoformat("2024-10-16T09:05")


def delivered(picture: str) -> pl.DataFrame:
    """A file as it is read: all text, headers as the supplier wrote them, rows numbered from 2."""
    return numbered(drawn(picture, defaultdict(lambda: pl.String)))


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(row_number=pl.int_range(2, frame.height + 2, dtype=pl.Int64))


def one(layout: str, **cells: str | None) -> dict:
    """The staged row of a file with one row, whose other columns were not sent."""
    raw = numbered(
        pl.DataFrame({header: [text] for header, text in cells.items()}, schema=dict.fromkeys(cells, pl.String))
    )
    return staged(raw, BY_NAME[layout]).row(0, named=True)


def test_a_mark_as_delivered():
    it = staged(
        delivered(r"""
            URN    | UPN           | Date                 | Session | Code | Minutes Late | recorded_at
            -------+---------------+----------------------+---------+------+--------------+--------------------
            100001 | B801200005001 | 2025-09-08           | AM      | /    |              | 2025-09-08T09:05:00
            100001 | b801200005001 | 08/09/2025           | pm      | l    | 12           | 08/09/2025 13:40
            100001 | H801200001001 | 2025-Sep-09 00:00:00 | AM      | c2   |              |
            """),
        BY_NAME["attendance_marks"],
    )
    marks = drawn(
        r"""
        urn    | upn           | date       | half_day | code | minutes_late | recorded_at         | row_number
        -------+---------------+------------+----------+------+--------------+---------------------+-----------
        100001 | B801200005001 | 2025-09-08 | am       | /    |              | 2025-09-08 09:05:00 | 2
        100001 | B801200005001 | 2025-09-08 | pm       | L    | 12           | 2025-09-08 13:40:00 | 3
        100001 | H801200001001 | 2025-09-09 | am       | C2   |              |                     | 4
        """,
        it.schema,
    )
    assert it.select(marks.columns).equals(marks)
    assert it["unread"].null_count() == it.height


# Names and ids


@pytest.mark.parametrize(
    ("layout", "header"),
    [("pupils", "forename"), ("pupils", "surname"), ("agencies", "surname"), ("bromcom_marks", "StudentID")],
)
def test_a_name_or_an_id_is_read_up_to_two_hundred_characters_and_named_beyond(layout, header):
    longest, longer = one(layout, **{header: "é" * 200}), one(layout, **{header: "é" * 201})
    assert [text for text in longest.values() if text in ("é" * 200, "É" * 200)] and longest["unread"] is None
    assert [text for text in longer.values() if isinstance(text, str)] == [longer["unread"]]


# Days


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-16", "16/10/2024", "2024-Oct-16 00:00:00", "2024-Oct-16", "2024-OCT-16", "2024-10-16 00:00:00",
        "2024-10-16T00:00:00", "16/10/2024 00:00:00", "2024-10-16T09:05:00.000Z", "  2024-10-16 ",
    ],
)  # fmt: skip
def test_a_day_is_read_in_any_of_three_spellings_with_or_without_a_time(text):
    assert one("attendance_marks", date=text)["date"] == A_DAY


def test_the_day_comes_before_the_month():
    assert one("attendance_marks", date="03/04/2025")["date"] == date(2025, 4, 3)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "31/13/2024", "10/16/2024", "16/10/24", "45581", "soon", "1066-10-14", "2024-10-16 am", "16.10.2024"]
)  # fmt: skip
def test_a_day_that_is_none_is_named_and_never_guessed(text):
    it = one("attendance_marks", date=text)
    assert (it["date"], it["unread"]) == (None, "date")


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-16T09:05:00", "2024-10-16 09:05:00", "2024-10-16 09:05", "16/10/2024 09:05", "16/10/2024 09:05:00",
        "2024-Oct-16 09:05:00", "2024-10-16T08:05:00Z", "2024-10-16T09:05:00.000000", "2024-10-16T09:05:00+01:00",
        "16/10/2024 09:05 AM", "16/10/2024 9:05 am", "2024-10-16 08:05:00.123 +0000", "2024-10-16 08:05:00 UTC",
        "2024-10-16 08:05+00", "2024-10-16T04:05:00-04:00",
    ],
)  # fmt: skip
def test_a_moment_is_read_as_clocks_here_showed_it(text):
    assert one("attendance_marks", recorded_at=text)["recorded_at"] == A_MOMENT


def test_in_winter_clocks_here_show_what_they_show_in_utc():
    assert one("attendance_marks", recorded_at="2025-01-16T09:05:00Z")["recorded_at"] == datetime(2025, 1, 16, 9, 5)


@pytest.mark.parametrize(
    "text, hour", [("12:30 AM", 0), ("12:30 PM", 12), ("01:30 PM", 13), ("11:30 PM", 23), ("13:30", 13)]
)
def test_noon_and_midnight_are_told_apart(text, hour):
    moment = one("attendance_marks", recorded_at=f"16/10/2024 {text}")["recorded_at"]
    assert moment == datetime(2024, 10, 16, hour, 30)


@pytest.mark.parametrize("text", ["2024-10-16 25:00", "2024-10-16 13:30 PM", "2024-10-16 09:05 sharp", "2024-10-16 9"])
def test_a_time_that_cannot_be_read_is_not_left_out(text):
    """Two corrections of one day would else be of one moment."""
    it = one("attendance_marks", recorded_at=text)
    assert (it["recorded_at"], it["unread"]) == (None, "recorded_at")


@pytest.mark.parametrize(
    "text, day", [("2025-09-14T23:00:00Z", 15), ("2025-09-14T22:59:00Z", 14), ("2025-09-14 23:00:00.000 +0000", 15),
                  ("2025-09-15T00:00:00+01:00", 15), ("2025-09-14T23:00:00", 14)]
)  # fmt: skip
def test_the_day_of_a_time_told_of_a_zone_is_the_day_it_was_here(text, day):
    assert one("attendance_marks", date=text)["date"] == date(2025, 9, day)


def test_a_moment_without_a_time_is_the_start_of_the_day():
    assert one("attendance_marks", recorded_at="16/10/2024")["recorded_at"] == datetime.fromisoformat(
        "2024-10-16T00:00"
    )


# Numbers, yes and no


@pytest.mark.parametrize(
    "text, is_read", [("1899-12-31", False), ("1900-01-01", True), ("2199-12-31", True), ("2200-01-01", False)]
)
def test_a_day_in_no_living_childs_time_is_a_slip_of_the_pen(text, is_read):
    it = one("pupils", date_of_birth=text)
    assert it["date_of_birth"] == (date.fromisoformat(text) if is_read else None)
    assert it["unread"] == (None if is_read else "date_of_birth")


@pytest.mark.parametrize("text, is_read", [("2147483647", True), ("2147483648", False), ("-2147483647", True)])
def test_a_number_too_long_to_be_kept_is_not_read(text, is_read):
    assert one("attendance_marks", urn=text)["urn"] == (int(text) if is_read else None)


@pytest.mark.parametrize(
    "text, number", [("134", 134), ("134.0", 134), (" 134 ", 134), ("0", 0), ("-3", -3), ("0134", 134)]
)
def test_a_whole_number_may_come_with_a_point_nought(text, number):
    it = one("census_pupilonroll", termlysessionspossible=text)
    assert (it["sessions_possible"], it["unread"]) == (number, None)


@pytest.mark.parametrize("text", ["134.5", "0.9", "1,340", "many", "99999999999", "nan", "inf", "134 sessions"])
def test_a_fraction_is_no_count_of_sessions(text):
    it = one("census_pupilonroll", termlysessionspossible=text)
    assert (it["sessions_possible"], it["unread"]) == (None, "sessions_possible")


@pytest.mark.parametrize("text", ["True", "true", "TRUE", "1", "yes", "Yes", "Y"])
def test_yes_has_many_spellings(text):
    assert one("pupils", fsm_eligible=text)["fsm_eligible"] is True


@pytest.mark.parametrize("text", ["False", "0", "no", "N"])
def test_so_has_no(text):
    assert one("pupils", fsm_eligible=text)["fsm_eligible"] is False


@pytest.mark.parametrize("text", [None, "", "  ", "perhaps"])
def test_what_is_neither_yes_nor_no_is_not_known(text):
    assert one("pupils", fsm_eligible=text)["fsm_eligible"] is None


# Headers


@pytest.mark.parametrize(
    "header", ["Date of Birth", "date_of_birth", "DATEOFBIRTH", "date-of-birth", "\ufeffDate_Of_Birth"]
)
def test_a_header_is_matched_however_it_is_spelt(header):
    assert one("pupils", **{header: "2014-03-01"})["date_of_birth"] == date(2014, 3, 1)


def test_of_two_headers_for_one_thing_the_first_with_content_is_read():
    it = staged(
        delivered("""
            sex | gender
            ----+-------
            F   |
                | M
            F   | M
            """),
        BY_NAME["census_pupilonroll"],
    )
    assert it["sex"].to_list() == ["F", "M", "F"]


def test_a_column_that_was_not_sent_is_not_known_and_not_unread():
    it = one("attendance_marks", upn="B801200005001")
    assert {name: it[name] for name in MARK_COLUMNS if name != "upn"} == dict.fromkeys(MARK_COLUMNS - {"upn"})
    assert it["unread"] is None


def test_a_column_no_layout_knows_is_left_behind():
    assert set(one("attendance_marks", upn="B801200005001", comment="at the dentist's")) == {
        *MARK_COLUMNS, "row_number", "unread",
    }  # fmt: skip


# What could not be read


def test_every_column_that_could_not_be_read_is_named():
    it = one("attendance_marks", urn="Ash Secondary", date="soon", recorded_at="a while ago", code="/", session="AM")
    assert it["unread"] == "urn, date, recorded_at"


def test_one_row_that_cannot_be_read_says_nothing_of_the_next():
    it = staged(
        delivered("""
            date       | recorded_at
            -----------+------------
            soon       | 2024-10-16
            2024-10-16 | a while ago
            2024-10-16 | 2024-10-16
            """),
        BY_NAME["attendance_marks"],
    )
    assert it["unread"].to_list() == ["date", "recorded_at", None]


@pytest.mark.parametrize("column, text", [("sex", "unsaid"), ("fsm_eligible", "perhaps"), ("looked_after", "perhaps")])
def test_what_is_only_for_the_audit_keeps_no_child_off_a_list(column, text):
    assert column in FOR_THE_AUDIT_ONLY
    it = one("pupils", **{column: text})
    assert (it[column], it["unread"]) == (None, None)


@pytest.mark.parametrize(
    "text, district",
    [("Northfold", "Northfold"), ("Not Applicable", None), ("N" * 201, None)],
    ids=["told", "none", "none at all"],
)
def test_no_school_is_set_aside_over_its_district(text, district):
    it = one("gias_schools", **{"DistrictAdministrative (name)": text})
    assert (it["district"], it["unread"]) == (district, None)


@pytest.mark.parametrize("text, outward", [("XA1 2BC", "XA1"), ("xa12bc", "XA1"), ("none", None)])
def test_of_a_schools_postcode_the_first_part_is_read(text, outward):
    it = one("gias_schools", Postcode=text)
    assert (it["postcode"], it["unread"]) == (outward, None)


def test_no_mark_is_lost_over_how_many_minutes_it_was_late():
    it = one("attendance_marks", minutes_late="12.5")
    assert (it["minutes_late"], it["unread"]) == (None, None)


@pytest.mark.parametrize(
    "text, sex", [("M", "M"), ("male", "M"), ("Boy", "M"), ("F", "F"), ("Female", "F"), ("Mr", None), ("Fluid", None)]
)
def test_a_sex_is_a_whole_word_and_no_first_letter(text, sex):
    assert one("pupils", sex=text)["sex"] == sex


@pytest.mark.parametrize("text", ["8902002", "890/2002", "890-2002", "890 2002", "890 / 2002", "8902002.0"])
def test_a_laestab_may_be_written_in_two_halves(text):
    assert one("attendance_marks", laestab=text)["laestab"] == 8902002


def test_a_fraction_of_a_laestab_is_none():
    assert one("attendance_marks", laestab="89/2002")["unread"] == "laestab"


def test_a_file_with_the_same_text_on_every_row_is_read_like_one_row():
    """Where a text recurs it is read once for all of them: what is said of each row must not change by that."""
    once = one("attendance_marks", date="16/10/2024", code="y5", session="Morning", urn="1.5")
    raw = numbered(
        pl.DataFrame(
            {"date": ["16/10/2024"] * 40, "code": ["y5"] * 40, "session": ["Morning"] * 40, "urn": ["1.5"] * 40}
        )
    )
    often = staged(raw, BY_NAME["attendance_marks"])
    assert {tuple(row.values()) for row in often.drop("row_number").to_dicts()} == {
        tuple(value for name, value in once.items() if name != "row_number")
    }
    assert often["row_number"].to_list() == list(range(2, 42))


def test_a_file_of_no_rows_has_no_rows_and_all_the_columns():
    it = staged(numbered(pl.DataFrame(schema={"upn": pl.String, "date": pl.String})), BY_NAME["attendance_marks"])
    assert it.height == 0
    assert it.schema["date"] == pl.Date


# Words


@pytest.mark.parametrize("text", ["AM", "am", "A", "Morning"])
def test_the_morning_has_many_names(text):
    assert one("attendance_marks", session=text)["half_day"] == "am"


@pytest.mark.parametrize("text", ["PM", "pm", "P", "afternoon"])
def test_so_has_the_afternoon(text):
    assert one("attendance_marks", session=text)["half_day"] == "pm"


def test_a_session_that_is_neither_stays_for_the_gate_to_name():
    it = one("attendance_marks", session="Lunch")
    assert (it["half_day"], it["unread"]) == ("lunch", None)


@pytest.mark.parametrize("text", ["Y5", "y5", " y5 "])
def test_that_a_child_is_in_custody_goes_no_further_than_this(text):
    assert one("attendance_marks", code=text)["code"] == "Y7"
    assert one("census_termlysessiondetailsonroll", attendancereason=text, sessions="4")["code"] == "Y7"


@pytest.mark.parametrize("code", ["/", "\\", "#", "-", "Y4", "Y6"])
def test_every_other_code_is_kept_as_it_came(code):
    assert one("attendance_marks", code=code)["code"] == code


@pytest.mark.parametrize(
    "text, group",
    [
        ("7", "7"), ("07", "7"), ("7.0", "7"), ("Year 7", "7"), ("Y7", "7"), ("yr 7", "7"), ("10", "10"), ("R", "R"),
        ("Reception", "R"), ("0", "R"), ("n2", "N2"), ("14", "14"),
    ],
)  # fmt: skip
def test_a_year_group_is_written_as_the_census_does(text, group):
    assert one("pupils", nc_year=text)["nc_year"] == group


def test_a_year_group_nobody_knows_stays_for_the_gate_to_name():
    it = one("pupils", nc_year="Upper Fourth")
    assert (it["nc_year"], it["unread"]) == ("UPPER FOURTH", None)


@pytest.mark.parametrize(
    "text, provision", [("k", "K"), ("SEN support", "K"), ("EHCP", "E"), ("none", "N"), ("S", "S"), (None, None)]
)
def test_sen_provision_is_a_letter_and_none_said_is_not_none_made(text, provision):
    assert one("pupils", sen_provision=text)["sen_provision"] == provision


@pytest.mark.parametrize(
    "text, phase",
    [
        ("PS", "Primary"), ("MP", "Primary"), ("Middle deemed primary", "Primary"), ("Primary", "Primary"),
        ("SS", "Secondary"), ("ms", "Secondary"), ("AT", "Secondary"), ("All-through", "Secondary"),
        ("Middle deemed secondary", "Secondary"), ("16 plus", "Secondary"), ("SP", "Special"), ("PR", "Alternative provision"),
        ("NS", "Nursery"), ("Nursery", "Nursery"), ("Not applicable", "Not known"),
    ],
)  # fmt: skip
def test_a_phase_is_one_that_national_figures_are_published_for(text, phase):
    assert one("gias_schools", **{"PhaseOfEducation (name)": text})["phase"] == phase


@pytest.mark.parametrize("text, sex", [("M", "M"), ("female", "F"), ("1", "M"), ("2", "F"), ("X", None)])
def test_sex_is_a_letter(text, sex):
    assert one("census_pupilonroll", gender=text)["sex"] == sex


@pytest.mark.parametrize("text, term", [("SPR", "spring"), ("aut", "autumn"), ("Summer", "summer"), ("winter", None)])
def test_a_census_term_is_a_word(text, term):
    it = one("census_schoolcensus", term=text)
    assert (it["census_term"], it["unread"]) == (term, None if term else "census_term")


@pytest.mark.parametrize(
    "text, kind",
    [("EHC plan", "ehc_plan"), ("ehcp", "ehc_plan"), ("sen_support", "sen_support"), ("Young carer", "young_carer"),
     ("early help", "early_help"), ("breakfast club", "breakfast club")],
)  # fmt: skip
def test_a_kind_of_support_is_one_of_ours_or_stays_for_the_gate_to_name(text, kind):
    assert one("support_and_reviews", kind=text)["kind"] == kind


@pytest.mark.parametrize(
    "layout, part",
    [("census_termlysessiondetailsonroll", 1), ("census_summerhalfterm2sessiondetailsonroll", 2)],
)
def test_the_second_half_of_summer_is_a_part_of_its_own(layout, part):
    assert one(layout, attendancereason="I", absencesessions="12")["part"] == part
