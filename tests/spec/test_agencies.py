"""Other agencies' rows: which service is meant, what the gate is told of a child, and when a service is involved."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.agencies import described, involved, involvement_of, names_justice
from pipeline.steps.cells_of_agencies import as_postcode, as_service
from pipeline.tables.layouts import layouts_of, nearest_layout
from pipeline.tables.same_child import LINKS
from pipeline.tables.staged_agencies import AGENCY_INVOLVEMENT
from tests.drawn import drawn

DAY = date(2026, 3, 13)


def read_as(reader, text: str | None):
    return pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(reader(pl.col("text"))).item()


# Cells -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("Early Help", "early_help"),
        ("early help - North team", "early_help"),
        ("Supporting Families", "early_help"),
        ("School Nursing Service", "school_nursing"),
        ("SCHOOL NURSE", "school_nursing"),
        ("Early intervention in psychosis", "another"),
        ("Nursing", "another"),
        ("Children's social care", "another"),
        ("Allotment society", "another"),
        (None, None),
    ],
)
def test_a_service_is_early_help_or_school_nursing_however_it_is_headed_and_nothing_else_is(words, service):
    assert read_as(as_service, words) == service


@pytest.mark.parametrize(
    "words",
    ["Police", "South Yorkshire Police", "Youth Offending Team", "YOT", "youth justice service", "YJS / early help", "Crown Court", "Probation", "Young Offender Institution", "Y.O.T.", "Y. O. T.", "Y O T", "Youth crime prevention", "Liaison & Diversion", "Bail support", "MASH - PPN", "YJT North", "Violence Reduction Unit"],
)  # fmt: skip
def test_police_and_youth_justice_are_known_by_their_words_whatever_stands_beside_them(words):
    assert read_as(as_service, words) == "police_or_youth_justice"


@pytest.mark.parametrize(
    "words",
    [
        "Yoti club",
        "Bailey family hub",
        "Y.O. Timms early help",
        "Policewell early help",
        "Courtyard school nurse",
        "Yosemite family hub",
        "Guyot family hub",
    ],
)
def test_a_word_that_only_begins_like_one_of_theirs_is_not_theirs(words):
    assert read_as(as_service, words) != "police_or_youth_justice"


@pytest.mark.parametrize(
    ("written", "postcode"),
    [
        ("XA1 1AA", "XA1 1AA"), ("xa11aa", "XA1 1AA"), (" XA1A-1AA ", "XA1A 1AA"), ("X1 1AA", "X1 1AA"),
        ("ZZ99 3VZ", None), ("no fixed abode", None), ("XA1", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_postcode_is_a_whole_one_and_no_fixed_abode_is_none(written, postcode):
    assert read_as(as_postcode, written) == postcode


# Recognised ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    ["surname,forename,date_of_birth,postcode,service", "Last Name,First Name,DOB,Home Postcode,Team,Opened,Closed", "Family name,Given name,Birth date,Post Code,Agency"],
)  # fmt: skip
def test_an_agencys_extract_is_known_by_the_five_things_it_must_say(headers):
    assert [layout.feed for layout in layouts_of(headers.split(","))] == ["agencies"]


@pytest.mark.parametrize("header", ["upn", "URN", "laestab"])
def test_what_has_a_upn_or_a_school_is_no_agencys_extract(header):
    assert layouts_of(f"surname,forename,date_of_birth,postcode,service,{header}".split(",")) == []


def test_an_extract_without_a_service_is_told_that_it_lacks_one():
    layout, lacking = nearest_layout("surname,forename,date_of_birth,postcode".split(","))
    assert (layout.name, lacking) == ("agencies", ["service or agency or team"])


# Before the gate -------------------------------------------------------------------------------------------------------------


SENT = {
    "surname": pl.String, "forename": pl.String, "date_of_birth": pl.Date, "postcode": pl.String, "service": pl.String,
    "agency": pl.String, "team": pl.String, "start_date": pl.Date, "end_date": pl.Date, "names_justice": pl.Boolean,
}  # fmt: skip
AMIRA = {"surname": "Okafor", "forename": "Amira", "date_of_birth": date(2013, 3, 1), "service": "early_help",
         "names_justice": False}  # fmt: skip


def seen(allowed=("early help", "school nursing"), **different) -> dict:
    row = dict.fromkeys(SENT) | AMIRA | different
    return described(pl.DataFrame([row], schema=SENT), allowed, known_on=DAY).row(0, named=True)


def test_a_row_in_order_may_pass():
    told = seen()
    assert told["is_named"] and told["birth_read"] and told["birth_in_range"] and told["service_allowed"]
    assert not told["begins_before_birth"]


def test_a_name_without_a_letter_is_no_name():
    assert not seen(surname="-")["is_named"] and not seen(forename=None)["is_named"]
    assert seen(forename="Łucja")["is_named"]


def test_a_birth_date_is_of_somebody_born_and_not_yet_twenty_six():
    assert seen(date_of_birth=DAY)["birth_in_range"] and not seen(date_of_birth=date(2026, 3, 14))["birth_in_range"]
    assert seen(date_of_birth=date(2000, 3, 13))["birth_in_range"]
    assert not seen(date_of_birth=date(2000, 3, 12))["birth_in_range"]
    assert seen(date_of_birth=None)["birth_in_range"] is None


def test_a_service_begins_on_the_day_of_birth_at_the_earliest():
    assert not seen(start_date=date(2013, 3, 1))["begins_before_birth"]
    assert seen(start_date=date(2013, 2, 28))["begins_before_birth"]


def test_a_service_settings_do_not_name_is_not_allowed():
    assert seen(allowed=["early help"])["service_allowed"]
    assert not seen(allowed=["school nursing"])["service_allowed"]
    assert not seen(service="another")["service_allowed"] and not seen(service=None)["service_allowed"]


def test_the_team_tells_the_service_where_the_agencys_own_name_does_not():
    assert seen(service=None, agency="another", team="school_nursing")["service"] == "school_nursing"
    assert seen(service=None, agency="another", team=None)["service"] == "another"
    assert seen(service=None, agency=None, team=None)["service"] is None


def test_the_police_in_any_column_are_the_police():
    assert seen(service="early_help", team="police_or_youth_justice")["service"] == "police_or_youth_justice"
    assert seen(names_justice=True)["service"] == "police_or_youth_justice"


@pytest.mark.parametrize(
    "header",
    [
        "organisation",
        "Agency name",
        "source_agency",
        "Provider",
        "Lead team",
        "Service type",
        "key_worker",
        "Referral Source",
    ],
)
def test_they_are_looked_for_in_every_column_that_says_who_is_involved(header):
    rows = pl.DataFrame({header: ["Metropolitan Police Service", "Early help", None]})
    assert names_justice(rows).to_list() == [True, False, False]


@pytest.mark.parametrize("header", ["surname", "forename", "notes", "Home address"])
def test_and_in_no_other_for_a_child_may_be_called_police(header):
    assert names_justice(pl.DataFrame({header: ["Police"]})).to_list() == [False]


# Involved ------------------------------------------------------------------------------------------------------------------


def are_involved(picture: str, as_of: date = DAY) -> set[str]:
    schema = {
        name: AGENCY_INVOLVEMENT.schema[name] for name in ("pupil_id", "service", "start_date", "end_date", "known_on")
    }
    return involved(drawn(picture, schema), as_of=as_of)


def test_a_service_is_involved_from_its_first_day_to_the_day_before_its_last():
    picture = """
        pupil_id | service    | start_date | end_date   | known_on
        ---------+------------+------------+------------+-----------
        today    | early_help | 2026-03-13 |            | 2026-03-01
        tomorrow | early_help | 2026-03-14 |            | 2026-03-01
        ended    | early_help | 2026-01-05 | 2026-03-13 | 2026-03-01
        ends     | early_help | 2026-01-05 | 2026-03-14 | 2026-03-01
        unsaid   | early_help |            |            | 2026-03-01
        """
    assert are_involved(picture) == {"today", "ends", "unsaid"}


def test_without_a_last_day_it_is_believed_for_a_term_after_it_was_last_stated():
    picture = """
        pupil_id | service    | start_date | end_date   | known_on
        ---------+------------+------------+------------+-----------
        stale    | early_help | 2025-01-05 |            | 2025-12-10
        fresh    | early_help | 2025-01-05 |            | 2025-12-11
        again    | early_help | 2025-01-05 |            | 2025-09-01
        again    | early_help | 2025-01-05 |            | 2026-03-01
        dated    | early_help | 2025-01-05 | 2026-07-01 | 2025-09-01
        """
    assert are_involved(picture) == {"fresh", "again", "dated"}


def test_what_was_stated_last_of_a_stretch_counts():
    picture = """
        pupil_id | service    | start_date | end_date   | known_on
        ---------+------------+------------+------------+-----------
        amira    | early_help | 2026-01-05 |            | 2026-02-01
        amira    | early_help | 2026-01-05 | 2026-02-20 | 2026-03-01
        """
    assert are_involved(picture) == set()
    assert are_involved(picture.replace("2026-02-20", "2026-05-20")) == {"amira"}


# Under which pupil ------------------------------------------------------------------------------------------------------------


STATEMENTS = {
    "person": pl.String, "service": pl.String, "start_date": pl.Date, "end_date": pl.Date, "known_on": pl.Date,
}  # fmt: skip


def under(links: str, statements: str) -> list[tuple]:
    made = drawn(
        links,
        {name: dtype for name, dtype in LINKS.schema.items() if name in ("one", "other", "known_on", "undone_on")},
    )
    rows = involvement_of(made, drawn(statements, STATEMENTS))
    return AGENCY_INVOLVEMENT.conform(rows).select("pupil_id", "service", "known_on", "undone_on").rows()


def test_a_statement_is_of_the_pupil_from_the_day_both_it_and_the_link_are_known():
    assert under(
        """
        one | other | known_on   | undone_on
        ----+-------+------------+-----------
        a   | amira | 2026-02-01 |
        """,
        """
        person | service        | start_date | end_date | known_on
        -------+----------------+------------+----------+-----------
        a      | early_help     | 2025-01-05 |          | 2026-01-10
        a      | school_nursing | 2025-01-05 |          | 2026-02-10
        b      | early_help     | 2025-01-05 |          | 2026-02-10
        """,
    ) == [
        ("amira", "early_help", date(2026, 2, 1), None),
        ("amira", "school_nursing", date(2026, 2, 10), None),
    ]


def test_a_link_undone_takes_its_statements_with_it_from_that_day():
    told = under(
        """
        one | other | known_on   | undone_on
        ----+-------+------------+-----------
        a   | amira | 2026-02-01 | 2026-02-05
        a   | ben   | 2026-02-05 |
        """,
        """
        person | service    | start_date | end_date | known_on
        -------+------------+------------+----------+-----------
        a      | early_help | 2025-01-05 |          | 2026-01-10
        a      | early_help | 2025-01-05 |          | 2026-02-10
        """,
    )
    assert told == [
        ("amira", "early_help", date(2026, 2, 1), date(2026, 2, 5)),
        ("ben", "early_help", date(2026, 2, 5), None),
        ("ben", "early_help", date(2026, 2, 10), None),
    ]


def test_two_records_of_one_child_that_say_the_same_are_told_once():
    told = under(
        """
        one | other | known_on   | undone_on
        ----+-------+------------+-----------
        a   | amira | 2026-02-01 |
        b   | amira | 2026-02-01 |
        """,
        """
        person | service    | start_date | end_date | known_on
        -------+------------+------------+----------+-----------
        a      | early_help | 2025-01-05 |          | 2026-01-10
        b      | early_help | 2025-01-05 |          | 2026-01-10
        """,
    )
    assert told == [("amira", "early_help", date(2026, 2, 1), None)]
