"""Where pupils go: what is read of leavers, offers, alternative provision and young carers, and when a spell ends."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.steps.enrolments import enrolments
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS, NOT_NEEDED, layouts_of, nearest_layout
from pipeline.tables.staged import PUPILS
from pipeline.tables.staged_destinations import LEAVERS
from pipeline.vocabulary.destinations import DESTINATIONS
from tests.drawn import drawn

EXAMPLES = Path(__file__).parents[1] / "examples"
BY_NAME = {layout.name: layout for layout in LAYOUTS}
READ = ("leavers", "post16_offers", "census_schoolarrangedapdetailonroll", "census_schoolarrangedapdetailoffroll")


def example(name: str) -> pl.DataFrame:
    rows = pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)
    return rows.with_columns(row_number=pl.int_range(2, rows.height + 2, dtype=pl.Int64))


def read(layout: str, **cells: str) -> dict:
    """What is read of one row with these cells."""
    raw = pl.DataFrame({"row_number": [2]} | {name: [cell] for name, cell in cells.items()})
    return staged(raw, BY_NAME[layout]).row(0, named=True)


@pytest.mark.parametrize("name", READ)
def test_each_layout_knows_its_own_example_and_reads_every_cell_it_means(name):
    rows = example(name)
    assert [found.name for found in layouts_of(rows.columns)] == [name]
    assert staged(rows, BY_NAME[name])["unread"].null_count() == rows.height


# Leavers


@pytest.mark.parametrize(
    "word, destination",
    [
        ("Home Education", "home_education"), ("EHE", "home_education"), ("home_education", "home_education"),
        ("Elective home-education", "home_education"), ("Another School", "school"), ("school", "school"),
        ("E.O.T.A.S.", "eotas"), ("EOTAS", "eotas"), ("education otherwise than at school", "eotas"),
        ("Moved abroad", "abroad"), ("Left the UK", "abroad"), ("Unknown", "unknown"), ("Not known.", "unknown"),
        ("CME", "unknown"), ("a kind aunt", "a kind aunt"), ("", None),
    ],
)  # fmt: skip
def test_a_destination_is_understood_however_it_is_written_and_another_word_stays_for_the_gate(word, destination):
    told = read("leavers", destination=word)
    assert (told["destination"], told["unread"]) == (destination, None)
    assert (destination in DESTINATIONS) is (word not in ("a kind aunt", ""))


@pytest.mark.parametrize(
    "text, ground",
    [
        ("9(1)(f)", "f"), ("Reg 9(1)(f)", "f"), ("Regulation 9 (1) (F)", "f"), ("(f)", "f"), ("F", "f"), ("Ground I", "i"),
        ("9(1)(j)", "not kept"), ("8(1)(d)", None), ("9(3)(a)", None), ("moved to her aunt", None), ("p", None),
    ],
)  # fmt: skip
def test_a_ground_is_its_letter_and_of_custody_nothing_is_kept(text, ground):
    told = read("leavers", ground=text)
    assert (told["ground"], told["unread"]) == (ground, None)


@pytest.mark.parametrize("header", ["date", "Leaving date", "date_of_leaving", "DeletionDate", "Last day on roll"])
def test_a_leavers_table_is_known_however_its_date_is_headed(header):
    assert [one.name for one in layouts_of(["laestab", "UPN", "Destination", header])] == ["leavers"]
    assert read("leavers", **{header: "10/10/2025"})["leaving_date"] == date(2025, 10, 10)


def test_a_leavers_table_without_a_date_is_told_what_it_lacks():
    nearest, lacks = nearest_layout(["urn", "upn", "ground", "destination"])
    assert (nearest.name, len(lacks)) == ("leavers", 1)
    assert lacks[0].startswith("date or ")


# When a spell ends

ON_ROLL = """
    pupil_id | urn    | entry_date | leaving_date | stated_on  | known_on   | nc_year | age_at_31_august
    ---------+--------+------------+--------------+------------+------------+---------+-----------------
    amira    | 100001 | 2024-09-02 |              | 2025-09-12 | 2025-09-12 | 8       | 12
    """


def rows(table, picture: str) -> pl.DataFrame:
    told = drawn(picture, table.schema)
    others = [pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in told.columns]
    return told.with_columns(others).select(table.names)


def leavers(*told: tuple[str, str]) -> pl.DataFrame:
    """Deletion returns for Amira: the last day on roll each gives, and the day it was learned."""
    lines = "\n".join(f"amira | 100001 | {last_day} | {known_on}" for last_day, known_on in told)
    return rows(LEAVERS, f"pupil_id | urn | leaving_date | known_on\n-+-+-+-\n{lines}")


def last_days(left: pl.DataFrame, roll: str = ON_ROLL, day: date | None = date(2025, 12, 1)) -> list[date | None]:
    return enrolments(rows(PUPILS, roll), left, as_of=day)["leaving_date"].to_list()


def test_a_return_ends_the_spell_on_the_day_it_gives():
    assert last_days(leavers(("2025-10-10", "2025-10-14"))) == [date(2025, 10, 10)]
    assert last_days(leavers(("2025-10-10", "2025-10-14")), day=None) == [date(2025, 10, 10)]
    assert last_days(leavers()) == [None]


def test_a_return_without_a_roll_makes_no_spell():
    assert enrolments(PUPILS.empty, leavers(("2025-10-10", "2025-10-14")), as_of=date(2025, 12, 1)).is_empty()


def test_the_day_a_spell_was_known_to_end_is_the_day_of_the_return():
    spell = enrolments(rows(PUPILS, ON_ROLL), leavers(("2025-10-10", "2025-10-14")), as_of=date(2025, 12, 1))
    assert spell["known_on"].to_list() == [date(2025, 10, 14)]
    assert spell["stated_on"].to_list() == [date(2025, 9, 12)]


def test_of_two_returns_the_one_learned_later_counts_whatever_day_it_gives():
    earlier_day = leavers(("2025-10-10", "2025-10-14"), ("2025-10-03", "2025-10-21"))
    assert last_days(earlier_day) == last_days(earlier_day.reverse()) == [date(2025, 10, 3)]


def test_a_return_learned_on_the_night_of_the_roll_counts():
    assert last_days(leavers(("2025-09-11", "2025-09-12"))) == [date(2025, 9, 11)]


def test_a_roll_that_describes_a_later_day_takes_the_return_back():
    on_roll_again = "    amira    | 100001 | 2024-09-02 |              | 2025-10-20 | 2025-10-20 | 8       | 12\n    "
    assert last_days(leavers(("2025-10-10", "2025-10-14")), ON_ROLL + on_roll_again) == [None]


def test_a_return_ends_the_stay_it_falls_in_and_no_later_one():
    came_back = "    amira    | 100001 | 2025-11-03 |              | 2025-11-10 | 2025-11-10 | 8       | 12\n    "
    left = leavers(("2025-10-10", "2025-10-14"))
    told = enrolments(rows(PUPILS, ON_ROLL + came_back), left, as_of=date(2025, 12, 1)).sort("entry_date")
    assert told.select("entry_date", "leaving_date").rows() == [
        (date(2024, 9, 2), date(2025, 10, 10)),
        (date(2025, 11, 3), None),
    ]


def test_a_return_of_another_school_ends_nothing_here():
    elsewhere = leavers(("2025-10-10", "2025-10-14")).with_columns(urn=pl.lit(100002, pl.Int32))
    assert last_days(elsewhere) == [None]


def test_of_a_pupil_at_two_schools_a_return_ends_the_spell_at_the_one_that_sent_it():
    second = "    amira    | 100002 | 2025-09-29 |              | 2025-09-30 | 2025-09-30 | 8       | 12\n    "
    told = enrolments(rows(PUPILS, ON_ROLL + second), leavers(("2025-10-10", "2025-10-14")), as_of=date(2025, 12, 1))
    assert told.select("urn", "leaving_date").sort("urn").rows() == [(100001, date(2025, 10, 10)), (100002, None)]


def test_a_last_day_still_to_come_is_one_already():
    assert last_days(leavers(("2025-12-19", "2025-11-28"))) == [date(2025, 12, 19)]


# Offers


@pytest.mark.parametrize(
    "text, kept",
    [
        ("10000001", "10000001"), ("UKPRN: 10000001", "10000001"), ("100001.0", "100001"), ("urn 100001", "100001"),
        ("Made-up College", "named"), ("Smith, Olumide", "named"), ("07700900123", "named"), ("20000001", "named"),
        ("A123456789012", "named"), ("", None),
    ],
)  # fmt: skip
def test_a_provider_is_kept_by_its_number_and_never_by_a_name(text, kept):
    told = read("post16_offers", provider=text)
    assert (told["provider"], told["unread"]) == (kept, None)


# Young carers


@pytest.mark.parametrize("text, kept", [("P", "P"), ("s", "S"), ("N", "N"), ("Y", None), ("", None)])
def test_a_young_carer_is_as_the_spring_census_codes_it_and_another_code_keeps_no_child_off_a_list(text, kept):
    told = read("census_pupilonroll", youngcarer=text)
    assert (told["young_carer"], told["unread"]) == (kept, None)


# Alternative provision, and what nobody needs


def test_the_setting_of_a_placement_is_not_taken_for_the_pupils_school():
    told = staged(example("census_schoolarrangedapdetailonroll"), BY_NAME["census_schoolarrangedapdetailonroll"])
    assert "urn" not in told.columns
    assert told["setting_urn"].to_list() == [149999, None]
    assert told["sessions_per_week"].to_list() == [4, 10]


def test_no_postcode_or_company_of_a_placement_is_read():
    for name in READ[2:]:
        told = str(staged(example(name), BY_NAME[name]).rows())
        assert "SE4" not in told and "01234567" not in told


@pytest.mark.parametrize("name", [layout.name for layout in NOT_NEEDED])
def test_a_table_that_comes_along_is_known_and_needed_by_no_feed(name):
    [found] = layouts_of(example(name).drop("row_number").columns)
    assert (found.name, found.feed, found.columns) == (name, None, {})


def test_the_tables_that_come_along_are_those_of_the_census_and_of_care():
    names = {layout.name for layout in NOT_NEEDED}
    assert {"census_provisions", "census_learnerfamoffroll", "ssda903_reviews"} < names
    assert {name.partition("_")[0] for name in names} == {"census", "ssda903"}


@pytest.mark.parametrize("headers", ["learningaimsonrolltableid", "workplacementtableid", "programmeaimoffrolltableid"])
def test_a_post_16_table_is_known_by_its_id_however_its_name_ends(headers):
    assert [one.feed for one in layouts_of([headers, "NativeId", "sourceid"])] == [None]


def test_no_file_is_said_to_look_like_a_table_that_nobody_needs():
    assert nearest_layout(["NativeId", "learnersupporttableid", "supportcode"]) is None
