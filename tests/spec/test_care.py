"""Children looked after: what is read of the return, what is not, and who is in care on a day."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.steps.care import OwnArea, in_care, of_care, with_looked_after
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS, layouts_of
from pipeline.tables.staged_care import CARE_CHILDREN, CARE_EPISODES
from tests.drawn import drawn

EXAMPLES = Path(__file__).parents[1] / "examples"
BY_NAME = {layout.name: layout for layout in LAYOUTS}
LEWISHAM = OwnArea(authority=("209", "E09000023"), postcode_districts=("SE4", "SE23"))


def example(name: str) -> pl.DataFrame:
    rows = pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)
    return rows.with_columns(row_number=pl.int_range(2, rows.height + 2, dtype=pl.Int64))


def read(name: str, area: OwnArea = LEWISHAM) -> pl.DataFrame:
    return of_care(staged(example(name), BY_NAME[name]), area)


def episode(area: OwnArea = LEWISHAM, **cells: str) -> dict:
    """What is told of one episode whose row has these cells."""
    row = dict.fromkeys(("CHILD", "DECOM", "RNE", "LS", "PLACE", "DEC", "REC")) | cells
    raw = pl.DataFrame({"row_number": [2]} | {name: [cell] for name, cell in row.items()}, schema_overrides=dict.fromkeys(row, pl.String))  # fmt: skip
    return of_care(staged(raw, BY_NAME["ssda903_episodes"]), area).row(0, named=True)


@pytest.mark.parametrize("name", ["ssda903_header", "ssda903_episodes", "ssda903_reviews"])
def test_each_table_of_the_return_is_known_by_its_headers(name):
    headers = example(name).columns
    assert [found.name for found in layouts_of(headers)] == [name]
    assert [found.name for found in layouts_of([header.lower() for header in reversed(headers)])] == [name]


def test_of_the_header_only_the_childs_number_and_upn_are_read():
    rows = read("ssda903_header")
    assert rows.columns == ["row_number", "upn", "child", "unread", "no_upn"]
    assert rows["no_upn"].to_list() == [None, None, "UN1"]


def test_of_an_episode_neither_the_reason_for_care_nor_ofsteds_number_is_read():
    rows = read("ssda903_episodes")
    told = {cell for row in rows.rows() for cell in row}
    assert not told & {"N1", "N6", "PR4", "SC000001", "SC000002", "E4A", "PLACE"}
    assert rows["start_date"].to_list() == [date(2025, 2, 17), date(2025, 7, 11), date(2024, 9, 2)]
    assert rows["end_date"].to_list() == [date(2025, 7, 11), None, date(2024, 12, 20)]
    assert rows["unread"].null_count() == 3


def test_no_postcode_nor_part_of_one_goes_further_than_the_row_it_came_in():
    rows = read("ssda903_episodes")
    assert {"home_district", "placement_district"} & set(rows.columns) == set()
    assert "SE4" not in str(rows.rows()) and "CT9" not in str(rows.rows())


def test_custody_police_and_youth_justice_are_not_kept():
    assert read("ssda903_episodes").row(2, named=True)["legal_status"] == "not kept"
    assert read("ssda903_episodes").row(2, named=True)["placement"] == "not kept"
    assert {episode(LS=code)["legal_status"] for code in ("J1", "j2", "J3", "L1")} == {"not kept"}
    assert {episode(LS=code)["legal_status"] for code in ("C2", "L2")} == {"C2", "L2"}
    assert {episode(PLACE=code)["placement"] for code in ("K1", "R5")} == {"not kept"}
    assert episode(PLACE="k2")["placement"] == "K2"


# Out of area


@pytest.mark.parametrize(
    "cells, outside",
    [
        ({"PL_LOCATION": "OUT", "PL_LA": "E09000023"}, True),
        ({"PL_LOCATION": "in", "PL_LA": "E10000016"}, False),
        ({"PL_LA": "E09000023"}, False),
        ({"PL_LA": "E10000016"}, True),
        ({"PL_LA": "209"}, False),
        ({"PL_LA": "886"}, True),
        ({"PL_LA": "W06000015"}, True),
        ({"PL_LA": "NIR"}, True),
        ({"PL_LA": "886", "PL_POST": "SE4 1AA"}, True),
        ({"PL_POST": "SE4 1AA"}, False),
        ({"PL_POST": "se231ab"}, False),
        ({"PL_POST": "SE2 1AB"}, True),
        ({"PL_POST": "ZZ99 3CZ"}, None),
        ({"PL_POST": "not told"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_placement_is_out_of_area_as_the_return_says_or_by_its_authority_or_by_our_own_districts(cells, outside):
    told = episode(**cells)
    assert told["placed_out_of_area"] is outside
    assert told["unread"] is None


@pytest.mark.parametrize("cells", [{"PL_LA": "886"}, {"PL_LA": "E10000016"}, {"PL_POST": "CT9 3CD", "HOME_POST": "SE4 1AA"}])  # fmt: skip
def test_where_no_setting_says_what_area_is_ours_nothing_of_england_is_known_to_be_out_of_it(cells):
    assert episode(OwnArea(), **cells)["placed_out_of_area"] is None
    assert episode(OwnArea(), PL_LA="SCO")["placed_out_of_area"] is True


def test_an_ons_code_is_not_held_to_three_digits():
    assert episode(OwnArea(authority=("209",)), PL_LA="E09000023")["placed_out_of_area"] is None
    assert episode(OwnArea(authority=("E09000023",)), PL_LA="209")["placed_out_of_area"] is None


def test_a_district_with_a_letter_at_its_end_is_of_the_one_without():
    own = OwnArea(postcode_districts=("SW1",))
    assert [episode(own, PL_POST=code)["placed_out_of_area"] for code in ("SW1A 2AA", "SW11 2AA")] == [False, True]


@pytest.mark.parametrize(
    "home, placed, differs",
    [
        ("SE4 1AA", "SE23 2AB", False),
        ("SE4 1AA", "CT9 3CD", True),
        ("SE4 1AA", "S1 2AB", True),
        ("SE4 1AA", None, None),
    ],
)
def test_another_postcode_area_is_told_as_what_it_is_and_proves_nothing_of_authorities(home, placed, differs):
    told = episode(OwnArea(), HOME_POST=home, PL_POST=placed)
    assert (told["in_another_postcode_area"], told["placed_out_of_area"]) == (differs, None)


def test_miles_are_whole_and_whatever_is_no_distance_is_left_out():
    assert [episode(PL_DISTANCE=text)["miles_from_home"] for text in ("20.4", "0", "-1", "far")] == [20, 0, None, None]


# In care on a day

CHILDREN = drawn(
    """
    extract_id | row_number | known_on   | child_key | pupil_id
    -----------+------------+------------+-----------+---------
    1          | 2          | 2025-04-30 | c1        | amira
    1          | 3          | 2025-04-30 | c2        | ben
    1          | 4          | 2025-04-30 | c3        | cato
    """,
    CARE_CHILDREN.schema,
)


def episodes(picture: str) -> pl.DataFrame:
    told = drawn(picture, CARE_EPISODES.schema)
    others = [
        pl.lit(None, dtype).alias(name) for name, dtype in CARE_EPISODES.schema.items() if name not in told.columns
    ]
    return told.with_columns(others).select(CARE_EPISODES.names)


EPISODES = episodes(
    """
    known_on   | child_key | start_date | end_date   | legal_status | placement | placed_out_of_area
    -----------+-----------+------------+------------+--------------+-----------+-------------------
    2025-04-30 | c1        | 2025-01-06 | 2025-03-10 | V2           | U6        | no
    2025-04-30 | c1        | 2025-03-10 |            | C2           | K2        | yes
    2025-04-30 | c2        | 2025-01-06 | 2025-03-10 | C2           | U4        | no
    2025-04-30 | c3        | 2025-01-06 |            | V4           | U6        | no
    """
)


def pupils_in_care(on: date, told: pl.DataFrame = EPISODES, children: pl.DataFrame = CHILDREN) -> list[str]:
    return in_care(children, told, as_of=on)["pupil_id"].to_list()


@pytest.mark.parametrize(
    "day, placement, out",
    [(date(2025, 1, 6), "U6", False), (date(2025, 3, 9), "U6", False), (date(2025, 3, 10), "K2", True)],
)
def test_the_episode_under_way_tells_where_a_child_is(day, placement, out):
    amira = in_care(CHILDREN, EPISODES, as_of=day).filter(pupil_id="amira").row(0, named=True)
    assert (amira["placement"], amira["placed_out_of_area"]) == (placement, out)


def test_a_child_is_in_care_from_the_first_day_until_the_day_it_ends():
    assert "ben" not in pupils_in_care(date(2025, 1, 5))
    assert "ben" in pupils_in_care(date(2025, 1, 6))
    assert "ben" in pupils_in_care(date(2025, 3, 9))
    assert "ben" not in pupils_in_care(date(2025, 3, 10))


def test_a_child_with_short_breaks_is_at_home_and_not_counted():
    assert "cato" not in pupils_in_care(date(2025, 2, 3))


def test_an_episode_that_ended_is_a_later_row_for_the_same_first_day():
    ended = episodes("known_on | child_key | start_date | end_date\n-+-+-+-\n2025-05-30 | c1 | 2025-03-10 | 2025-05-12")
    both = pl.concat([ended, EPISODES])
    assert "amira" in pupils_in_care(date(2025, 5, 11), both)
    assert "amira" not in pupils_in_care(date(2025, 5, 12), both)


def test_an_earlier_episode_put_right_later_does_not_stand_for_the_one_under_way():
    put_right = episodes(
        """
        known_on   | child_key | start_date | end_date   | legal_status | placement
        -----------+-----------+------------+------------+--------------+----------
        2025-05-30 | c1        | 2025-01-06 | 2025-03-10 | C1           | U4
        """
    )
    amira = in_care(CHILDREN, pl.concat([EPISODES, put_right]), as_of=date(2025, 6, 2))
    assert amira["placement"].to_list() == ["K2"]


def test_of_two_rows_told_on_one_day_it_does_not_matter_which_came_first():
    twice = episodes(
        """
        known_on   | child_key | start_date | end_date   | legal_status | placement
        -----------+-----------+------------+------------+--------------+----------
        2025-04-30 | c1        | 2025-03-10 |            | C2           | K2
        2025-04-30 | c1        | 2025-03-10 | 2025-03-20 | C2           | K2
        2025-04-30 | c1        | 2025-03-10 |            | C2           | U4
        """
    )
    day = date(2025, 4, 1)
    assert in_care(CHILDREN, twice, as_of=day).equals(in_care(CHILDREN, twice.reverse(), as_of=day))
    assert in_care(CHILDREN, twice, as_of=day).height == 1


def test_a_header_corrected_later_takes_every_episode_along():
    corrected = CHILDREN.head(1).with_columns(known_on=date(2025, 5, 30), pupil_id=pl.lit("dora"))
    day = date(2025, 6, 2)
    assert pupils_in_care(day) == ["amira"]
    assert pupils_in_care(day, children=pl.concat([CHILDREN, corrected])) == ["dora"]


def test_a_number_said_on_one_day_to_be_two_pupils_is_nobody():
    contested = CHILDREN.head(1).with_columns(pupil_id=pl.lit("dora"))
    assert pupils_in_care(date(2025, 6, 2), children=pl.concat([CHILDREN, contested])) == []


def test_a_pupil_with_two_numbers_is_one_pupil():
    second = CHILDREN.head(1).with_columns(child_key=pl.lit("c9"))
    more = pl.concat([EPISODES, EPISODES.filter(child_key="c1").with_columns(child_key=pl.lit("c9"))])
    assert pupils_in_care(date(2025, 6, 2), more, pl.concat([CHILDREN, second])) == ["amira"]


def test_the_audit_believes_the_return_of_whom_it_tells_and_the_roll_of_others():
    said = drawn(
        """
        pupil_id | looked_after
        ---------+-------------
        amira    | no
        ben      | yes
        cato     |
        dora     | yes
        eve      |
        """,
        {"pupil_id": pl.String, "looked_after": pl.Boolean},
    )
    told = dict(with_looked_after(said, CHILDREN, EPISODES, as_of=date(2025, 6, 2)).rows())
    assert told == {"amira": True, "ben": False, "cato": False, "dora": True, "eve": None}
    nothing = CHILDREN.clear(), EPISODES.clear()
    assert with_looked_after(said, *nothing, as_of=date(2025, 6, 2)).equals(said)
