"""Leavers, offers, alternative provision and young carers, taken in; and files of tables that nobody needs."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges import known
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.steps.enrolments import enrolments
from pipeline.telling import in_words
from tests.edges.delivered import ASH, FIRST_NIGHT, ROLL, SCHOOLS, file, new_home, night, pupil_id, read, table, upn

pytestmark = pytest.mark.usefixtures("in_little_time")

EXAMPLES = Path(__file__).parents[1] / "examples"
NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 15), date(2025, 9, 16)


def example(name: str) -> pl.DataFrame:
    return pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)


@pytest.fixture
def home(tmp_path) -> Home:
    return new_home(tmp_path / "home")


def last_days(home: Home, day: date | None = None) -> dict[str, date | None]:
    """Each pupil's last day on roll: as best known now, or as known on a day."""
    names = {pupil_id(home, name): name for name in ("amira", "ben")}
    if day is None:
        rows = read(home, "SELECT pupil_id, leaving_date FROM warehouse.facts.enrolments")
    else:
        with shelf.warehouse(home) as con:
            told = known.known_as_of(con, day)
        rows = enrolments(told.pupils, told.leavers, as_of=day).select("pupil_id", "leaving_date").rows()
    return {names[pupil]: leaving_date for pupil, leaving_date in rows}


LEFT = """
    urn    | upn   | date       | destination
    -------+-------+------------+---------------
    100001 | amira | 2025-09-10 | home education
    """


def test_the_example_is_taken_in_as_it_was_sent(home):
    assert night(home, schools=SCHOOLS, pupils=ROLL, leavers=example("leavers")).set_aside_by_rule == {}
    rows = table(home, "staged.leavers").select("pupil_id", "urn", "leaving_date", "ground", "destination").rows()
    assert sorted(rows) == sorted(
        [
            (pupil_id(home, "amira"), ASH, date(2025, 9, 12), "f", "home_education"),
            (pupil_id(home, "ben"), ASH, date(2025, 9, 12), "a", "school"),
        ]
    )


def test_a_leaver_learned_of_later_ends_the_spell_and_leaves_a_past_days_view_as_it_was(home):
    night(home, schools=SCHOOLS, pupils=ROLL)
    assert last_days(home) == {"amira": None, "ben": None}
    night(home, NEXT_NIGHT, left=LEFT)
    gone = {"amira": date(2025, 9, 10), "ben": None}
    assert last_days(home) == gone
    assert last_days(home, NEXT_NIGHT) == gone
    assert last_days(home, FIRST_NIGHT) == {"amira": None, "ben": None}


def test_a_return_corrected_later_moves_the_day_and_keeps_what_was_known_between(home):
    night(home, schools=SCHOOLS, pupils=ROLL)
    night(home, NEXT_NIGHT, left=LEFT)
    night(home, THIRD_NIGHT, right=LEFT.replace("2025-09-10", "2025-09-12"))
    assert last_days(home)["amira"] == last_days(home, THIRD_NIGHT)["amira"] == date(2025, 9, 12)
    assert last_days(home, NEXT_NIGHT)["amira"] == date(2025, 9, 10)


def test_a_leaver_waits_for_the_roll_and_ends_the_spell_when_it_comes(home):
    assert night(home, schools=SCHOOLS, left=LEFT).set_aside_by_rule == {"pupil_on_no_roll": 1}
    assert night(home, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 1
    assert last_days(home) == last_days(home, NEXT_NIGHT) == {"amira": date(2025, 9, 10), "ben": None}


def test_a_return_dated_before_the_stay_we_know_waits_for_an_earlier_one(home):
    night(home, schools=SCHOOLS, pupils=ROLL)
    early = LEFT.replace("2025-09-10", "2024-07-19")
    assert night(home, NEXT_NIGHT, left=early).set_aside_by_rule == {"leaves_before_entry": 1}
    before = ROLL.replace("2024-09-02", "2021-09-01")
    assert night(home, THIRD_NIGHT, earlier=before).accepted_after_waiting == 1


def test_no_destination_word_that_is_none_is_kept_anywhere(home):
    told = night(home, schools=SCHOOLS, pupils=ROLL, left=LEFT.replace("home education", "her aunt Okafor"))
    assert told.set_aside_by_rule == {"destination_unknown_word": 1}
    said = "".join(path.read_text() for path in home.set_aside.iterdir())
    assert "aunt" not in said.lower() and "aunt" not in str(table(home, "audit.set_aside").rows())
    assert table(home, "waiting.leavers").is_empty()


# Offers


def test_offers_are_kept_with_the_providers_number_or_that_there_was_a_name(home):
    assert night(home, schools=SCHOOLS, pupils=ROLL, offers=example("post16_offers")).set_aside_by_rule == {}
    rows = table(home, "staged.post16_offers").select("pupil_id", "urn", "offer_date", "provider").rows()
    assert sorted(rows) == sorted(
        [
            (pupil_id(home, "amira"), None, date(2025, 9, 10), "named"),
            (pupil_id(home, "ben"), None, date(2025, 9, 11), "10000001"),
        ]
    )


def test_an_offer_to_a_pupil_on_no_roll_waits_for_the_roll(home):
    assert night(home, schools=SCHOOLS, offers=example("post16_offers")).set_aside_by_rule == {"pupil_on_no_roll": 2}
    assert night(home, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 2


# From the census

RETURN = "schoolcensustableid,NativeId,term,year,referencedate,urn\nc1,SCH1,AUT,2024,2024-Oct-03 00:00:00,100001\n"


def census(home: Home, day: date = FIRST_NIGHT, **more: pl.DataFrame):
    (home.inbox / "returns.csv").write_text(RETURN)
    columns = {"schoolcensustableid": "c1", "NativeId": "SCH1", "dob": "2013-03-01", "entrydate": "2023-09-04"}
    on_roll = pl.DataFrame(
        {"pupilonrolltableid": ["0a1b2c3d-001", "0a1b2c3d-002"], "upn": [upn("amira"), upn("ben")], "youngcarer": ["S", "Q"]}
    ).with_columns(pl.lit(value).alias(name) for name, value in columns.items())  # fmt: skip
    return night(home, day, on_roll=on_roll, **more)


def test_alternative_provision_is_kept_with_the_school_whose_roll_the_pupil_is_on(home):
    told = census(home, ap=example("census_schoolarrangedapdetailonroll"))
    assert told.set_aside_by_rule == {}
    kept = table(home, "staged.ap_placements").select(AP_PLACEMENT).sort("entry_date")
    amira, ben = (pupil_id(home, name) for name in ("amira", "ben"))
    first, last = date(2024, 9, 16), date(2024, 12, 20)
    assert kept.rows() == [
        (amira, ASH, 149999, 10000001, None, "MHN", date(2024, 9, 9), None, "PT", 4, "K", None),
        (ben, ASH, None, None, "OOT", "SUS", first, last, "FT", 10, "N", "N"),
    ]


AP_PLACEMENT = (
    "pupil_id", "urn", "setting_urn", "setting_ukprn", "setting_type", "reason", "entry_date", "leaving_date",
    "attendance_pattern", "sessions_per_week", "sen_provision_entry", "sen_provision_leaving",
)  # fmt: skip


def test_a_placement_waits_for_the_pupil_it_hangs_from(home):
    off_roll = example("census_schoolarrangedapdetailoffroll")
    told = census(home, ap=example("census_schoolarrangedapdetailonroll"), off=off_roll)
    assert told.set_aside_by_rule == {"census_pupil_not_accepted": 1}
    gone = pl.DataFrame({"pupilnolongeronrolltableid": ["0a1b2c3d-003"], "NativeId": ["SCH1"], "schoolcensustableid": ["c1"],
        "upn": [upn("cato")], "dob": ["2013-03-01"], "entrydate": ["2023-09-04"], "leavingdate": ["2024-11-29"]})  # fmt: skip
    assert night(home, NEXT_NIGHT, gone=gone).accepted_after_waiting == 1
    assert table(home, "staged.ap_placements")["sen_provision_leaving"].to_list().count("E") == 1


def test_a_young_carer_is_kept_with_the_day_it_was_learned_and_another_code_is_not_known(home):
    assert census(home).set_aside_by_rule == {}
    rows = table(home, "staged.pupils").select("pupil_id", "young_carer", "known_on").rows()
    assert sorted(rows) == sorted(
        [(pupil_id(home, "amira"), "S", FIRST_NIGHT), (pupil_id(home, "ben"), None, FIRST_NIGHT)]
    )


# Tables that nobody needs

UNREAD = ("census_learnersupportonroll", "census_provisions", "ssda903_reviews")


def test_a_whole_export_can_be_delivered_and_what_nobody_needs_is_left_unread(home):
    told = night(home, schools=SCHOOLS, **{name: example(name) for name in UNREAD})
    assert not told.refused_any
    by_layout = {one.layout: one for one in told.extracts if one.feed is None}
    assert set(by_layout) == set(UNREAD)
    assert {(one.rows_read, one.rows_accepted, one.refused_because) for one in by_layout.values()} == {(0, 0, None)}
    assert "3 files of tables that are not needed were left unread." in in_words(told)
    assert [path for path in home.set_aside.iterdir() if "refused" in path.name] == []


def test_one_file_left_unread_is_told_as_one_and_none_not_at_all(home):
    assert "1 file of tables that are not needed was left unread." in in_words(night(home, support=example(UNREAD[0])))
    assert "left unread" not in in_words(night(home, schools=SCHOOLS))


def test_a_file_left_unread_is_on_record_and_looked_at_once(home):
    night(home, support=example(UNREAD[0]))
    assert table(home, "audit.extracts").select("feed", "layout", "rows_read").rows() == [(None, UNREAD[0], 0)]
    assert night(home, NEXT_NIGHT).extracts == []


def test_a_table_of_pupils_with_a_column_left_out_is_refused_and_not_left_unread(home):
    roll = file(ROLL).drop("entry_date")
    [one] = night(home, pupils=roll).extracts
    assert one.refused_because and "entry" in one.refused_because
