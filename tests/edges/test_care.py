"""The return on children looked after, taken in: what is kept of it, what waits, and what was known on a day."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity, known
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, open_home
from pipeline.hops.publishing import characteristics
from pipeline.hops.taking_in import Day
from tests.edges.delivered import FIRST_NIGHT, ROLL, SCHOOLS, file, new_home, night, pupil_id, read, table

pytestmark = pytest.mark.usefixtures("in_little_time")

EXAMPLES = Path(__file__).parents[1] / "examples"
NEXT_NIGHT = date(2025, 9, 15)


def example(name: str) -> pl.DataFrame:
    return pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)


HEADER, EPISODES = example("ssda903_header"), example("ssda903_episodes")


@pytest.fixture
def home(tmp_path) -> Home:
    made = new_home(tmp_path / "home")
    own = replace(made.settings, own_authority=("209",), own_postcode_districts=("SE4", "SE23"))
    return replace(made, settings=own)


def placements(home: Home) -> list[tuple]:
    names = {pupil_id(home, name): name for name in ("amira", "ben")}
    rows = read(
        home,
        """
        SELECT pupil_id, start_date, end_date, legal_status, placement, placed_out_of_area, in_another_postcode_area
        FROM warehouse.staged.care_episodes JOIN warehouse.staged.care_children USING (child_key)
        ORDER BY start_date""",
    )
    return [(names[pupil], *row) for pupil, *row in rows]


def test_the_example_is_taken_in_to_the_last_episode_and_a_child_without_a_upn_is_nobody(home):
    told = night(home, header=HEADER, episodes=EPISODES)
    assert told.set_aside_by_rule == {"care_child_without_upn": 1}
    assert placements(home) == [
        ("ben", date(2024, 9, 2), date(2024, 12, 20), "not kept", "not kept", None, None),
        ("amira", date(2025, 2, 17), date(2025, 7, 11), "V2", "U6", False, False),
        ("amira", date(2025, 7, 11), None, "C2", "K2", True, True),
    ]


def test_the_councils_number_of_a_child_is_kept_as_a_keyed_hash_of_its_own_kind(home):
    night(home, header=HEADER, episodes=EPISODES)
    keys = table(home, "staged.care_children")["child_key"].to_list()
    pseudonyms = identity.Pseudonyms(home.key("pseudonym"))
    assert sorted(keys) == sorted(pseudonyms.keyed("SSDA903 child", HEADER["CHILD"].head(2)))
    assert not set(keys) & set(pseudonyms.keyed("another kind", HEADER["CHILD"]))
    upns = HEADER["UPN"].head(2)
    assert not set(pseudonyms.keyed("SSDA903 child", upns)) & set(pseudonyms.of(upns)["pupil_id"])


def test_an_empty_column_of_ids_stays_empty(home):
    nothing = pl.Series([None, None], dtype=pl.String)
    assert identity.Pseudonyms(home.key("pseudonym")).keyed("SSDA903 child", nothing).to_list() == [None, None]


def test_no_number_postcode_or_birth_date_is_in_any_table(home):
    night(home, header=HEADER, episodes=EPISODES)
    with shelf.warehouse(home) as con:
        found = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    names = {name for (name,) in found} - {"audit.runs"}  # which has the settings, and so our own districts
    held = " ".join(str(table(home, name).rows()) for name in names)
    assert "staged.care_episodes" in names
    for secret in ("574280", "402552", "SE4", "SE23", "CT9", "datetime.date(2013, 3, 1)", "SC00000", "'N1'"):
        assert secret not in held


def test_no_child_of_the_return_is_remembered_without_a_name(home):
    """A later row with no name would stand in the place of the name a list needs."""
    night(home, schools=SCHOOLS, pupils=ROLL)
    night(home, NEXT_NIGHT, header=HEADER, episodes=EPISODES)
    found = identity.names(home, [pupil_id(home, "amira")], as_of=NEXT_NIGHT)
    assert found["surname"].to_list() == ["Okafor"]


def test_episodes_wait_for_the_header_and_are_known_from_the_day_it_comes(home):
    assert night(home, episodes=EPISODES).set_aside_by_rule == {"care_child_not_accepted": 3}
    assert table(home, "staged.care_episodes").is_empty()
    assert "574280" not in str(table(home, "waiting.care_episodes").rows())
    assert night(home, NEXT_NIGHT, header=HEADER).accepted_after_waiting == 3
    assert set(table(home, "staged.care_episodes")["known_on"]) == {NEXT_NIGHT}


def test_a_header_row_set_aside_keeps_its_episodes_waiting(home):
    bad = HEADER.with_columns(UPN=pl.when(pl.col("CHILD") == "574280").then(pl.lit("UN4")).otherwise("UPN"))
    told = night(home, header=bad, episodes=EPISODES)
    assert told.set_aside_by_rule == {"care_child_not_accepted": 2, "care_child_without_upn": 2}
    assert night(home, NEXT_NIGHT, header=HEADER).accepted_after_waiting == 2


def test_episodes_checked_without_their_header_are_not_faulted_for_it():
    told = flow.check([EXAMPLES / "ssda903_episodes.csv"], Day(FIRST_NIGHT))
    assert (told.set_aside_by_rule, told.extracts[0].rows_accepted) == ({}, 3)
    assert "care_child_not_accepted" in told.not_asked


def test_headers_told_in_one_go_that_differ_are_believed_in_neither(home):
    other = HEADER.with_columns(UPN=HEADER["UPN"].gather([1, 0, 2]))
    told = night(home, header=HEADER, other=other)
    assert told.set_aside_by_rule == {"care_child_contested": 4, "care_child_without_upn": 2}


def looked_after(home: Home, day: date) -> dict[str, bool | None]:
    names = {pupil_id(home, name): name for name in ("amira", "ben")}
    with shelf.warehouse(home) as con:
        rows = characteristics(con, as_of=day).select("pupil_id", "looked_after").rows()
    return {names[pupil]: is_so for pupil, is_so in rows}


def test_the_audit_believes_the_return_from_the_day_it_was_learned_and_the_roll_before(home):
    roll = file(ROLL).with_columns(looked_after=pl.Series(["no", "yes"]))
    night(home, schools=SCHOOLS, pupils=roll)
    night(home, NEXT_NIGHT, header=HEADER, episodes=EPISODES)
    assert looked_after(home, FIRST_NIGHT) == {"amira": False, "ben": True}
    assert looked_after(home, NEXT_NIGHT) == {"amira": True, "ben": False}


def test_an_episode_that_ended_leaves_what_was_known_on_a_past_day_as_it_was(home):
    night(home, schools=SCHOOLS, pupils=ROLL, header=HEADER, episodes=EPISODES)
    ended = EPISODES.slice(1, 1).with_columns(DEC=pl.lit("12/09/2025"), REC=pl.lit("E4A"))
    night(home, NEXT_NIGHT, ended=ended)
    assert looked_after(home, FIRST_NIGHT)["amira"] is True
    assert looked_after(home, NEXT_NIGHT)["amira"] is False


def test_history_was_known_since_each_episode_began(home):
    night(home, history=True, header=HEADER, episodes=EPISODES)
    learned = table(home, "staged.care_episodes").select("start_date", "known_on").sort("start_date").rows()
    assert learned[0] == (date(2024, 9, 2), date(2024, 9, 3))
    with shelf.warehouse(home) as con:
        assert [frame.height for frame in known.care(con, date(2024, 9, 3))] == [2, 1]


# Settings


def with_settings(home: Home, lines: str) -> Home:
    (home.folder / "settings.toml").write_text(lines)
    return open_home(home.folder)


def test_codes_of_the_homes_own_area_are_settings(home):
    told = with_settings(
        home, '[care]\nown_authority = [209, "e09000023"]\nown_postcode_districts = ["se4"]\n'
    ).settings
    assert (told.own_authority, told.own_postcode_districts) == (("209", "E09000023"), ("SE4",))
    assert with_settings(home, "").settings.own_authority == ()


@pytest.mark.parametrize(
    "line", ['own_authority = ["Lewisham"]', "own_authority = [20]", 'own_postcode_districts = ["SE4 1AA"]']
)
def test_what_is_no_code_of_an_area_is_refused_with_an_example(home, line):
    with pytest.raises(Refused, match=r"takes a list like \["):
        with_settings(home, f"[care]\n{line}\n")
