"""Who fills a school's places."""

import polars as pl
import pytest

from pipeline.steps.places import QUOTAS, Policy, own_places, with_places
from tests.drawn import drawn

CANDIDATES = {
    "pupil_id": pl.String, "urn": pl.Int32, "section": pl.String, "quota": pl.String, "points": pl.Int32,
    "judged_need_absence_rate": pl.Float64,
}  # fmt: skip


def crowd(roll: int = 600, **waiting: int) -> pl.DataFrame:
    """A school of `roll`, with so many eligible for each quota; points fall with their number."""
    eligible = [
        (f"{quota}{n:03}", 1, "main", quota, 20 - n % 20, 0.2) for quota, many in waiting.items() for n in range(many)
    ]
    others = [(f"zz{n:05}", 1, "main", None, 0, 0.01) for n in range(roll - len(eligible))]
    return pl.DataFrame([*eligible, *others], schema=CANDIDATES, orient="row")


def filled(candidates: pl.DataFrame, policy: Policy = Policy()) -> dict[str, int]:
    listed = with_places(candidates, policy).filter(pl.col("place").is_not_null())
    counts = dict(listed.group_by("quota").len().iter_rows())
    return {quota: counts.get(quota, 0) for quota in QUOTAS}


@pytest.mark.parametrize(
    "places, never, severe, support",
    [(1, 1, 0, 0), (2, 2, 0, 0), (3, 2, 1, 0), (4, 3, 1, 0), (5, 3, 1, 1), (6, 4, 1, 1), (7, 4, 2, 1), (8, 5, 2, 1), (9, 6, 2, 1), (10, 5, 3, 2),
     (11, 6, 3, 2), (12, 7, 3, 2)],
)  # fmt: skip
def test_places_are_shared_five_three_and_two_of_ten(places, never, severe, support):
    everyone = crowd(never_looked_at=20, severe_or_part_time=20, support_and_worse=20, other=20)
    expected = {"never_looked_at": never, "severe_or_part_time": severe, "support_and_worse": support, "other": 0}
    assert filled(everyone, Policy(places=places, pupils_a_place=1)) == expected


@pytest.mark.parametrize("places", range(1, 13))
@pytest.mark.parametrize("sixth_formers", range(3))
def test_every_place_is_given_and_half_or_more_to_those_never_looked_at(places, sixth_formers):
    taken = min(sixth_formers, places // 5)
    own = pl.select(**own_places(pl.lit(places), pl.lit(taken))).row(0, named=True)
    assert sum(own.values()) == places - taken
    assert own["never_looked_at"] * 2 >= places - taken
    assert own["severe_or_part_time"] >= (1 if places >= 3 else 0)
    assert own["severe_or_part_time"] <= max(1, 0.3 * places) and own["support_and_worse"] <= 0.2 * places


@pytest.mark.parametrize(
    "waiting, expected",
    [
        ({"never_looked_at": 1, "severe_or_part_time": 9}, (1, 9, 0, 0)),
        ({"never_looked_at": 9, "support_and_worse": 1}, (9, 0, 1, 0)),
        ({"never_looked_at": 9, "severe_or_part_time": 9}, (7, 3, 0, 0)),
        ({"severe_or_part_time": 4, "support_and_worse": 9}, (0, 4, 6, 0)),
        ({"support_and_worse": 1, "other": 20}, (0, 0, 1, 9)),
        ({"never_looked_at": 2, "support_and_worse": 2}, (2, 0, 2, 0)),
    ],
)
def test_places_left_free_pass_on(waiting, expected):
    assert filled(crowd(**waiting)) == dict(zip(QUOTAS, expected, strict=True))


@pytest.mark.parametrize("roll, places", [(90, 3), (149, 3), (199, 3), (200, 4), (499, 9), (500, 10), (2000, 10)])
def test_a_place_for_every_fifty_on_roll_never_under_three(roll, places):
    assert sum(filled(crowd(roll, never_looked_at=30)).values()) == places


def test_a_school_may_say_how_many_places_it_has():
    policy = Policy(places_by_school={1: 6})
    assert sum(filled(crowd(never_looked_at=30), policy).values()) == 6


def test_order_is_points_then_rate_then_pupil():
    candidates = drawn(
        """
        pupil_id | urn | section    | quota           | points | judged_need_absence_rate
        ---------+-----+------------+-----------------+--------+-------------------------
        dara     | 1   | main       | never_looked_at | 5      | 0.3
        cato     | 1   | main       | never_looked_at | 5      | 0.3
        bede     | 1   | main       | other           | 5      | 0.4
        amira    | 1   | main       | never_looked_at | 6      |
        eden     | 1   | sixth_form | other           | 9      | 0.9
        farah    | 2   | main       | never_looked_at | 1      | 0.1
        gwen     | 2   | main       |                 | 9      | 0.9
        """,
        CANDIDATES,
    )
    placed = with_places(candidates, Policy(places=5, pupils_a_place=1, fewest_places=5))
    assert dict(placed.select("pupil_id", "place").iter_rows()) == {
        "amira": 1, "bede": 2, "cato": 3, "dara": 4, "eden": 5, "farah": 1, "gwen": None,
    }  # fmt: skip


@pytest.mark.parametrize("sixth_formers, sixth_form_places", [(0, 0), (1, 1), (2, 2), (7, 2)])
def test_a_sixth_form_has_one_place_in_five_at_most(sixth_formers, sixth_form_places):
    rows = [(f"six{n}", 1, "sixth_form", "other", 9, 0.5) for n in range(sixth_formers)]
    school = pl.concat([crowd(never_looked_at=30), pl.DataFrame(rows, schema=CANDIDATES, orient="row")])
    listed = with_places(school, Policy()).filter(pl.col("place").is_not_null())
    assert listed.height == 10
    assert listed.filter(section="sixth_form").height == sixth_form_places
    assert sorted(listed.filter(section="sixth_form")["place"]) == list(range(11 - sixth_form_places, 11))


def test_a_rate_not_known_comes_after_one_that_is():
    rows = [("amira", 1, "main", "other", 3, None), ("bede", 1, "main", "other", 3, 0.0)]
    placed = with_places(pl.DataFrame(rows, schema=CANDIDATES, orient="row"), Policy())
    assert dict(placed.select("pupil_id", "place").iter_rows()) == {"amira": 2, "bede": 1}


def test_nobody_takes_a_sixth_formers_unused_place_from_the_sixth_form():
    rows = [(f"six{n}", 1, "sixth_form", "other", 9, 0.5) for n in range(9)]
    school = pl.concat([crowd(never_looked_at=1), pl.DataFrame(rows, schema=CANDIDATES, orient="row")])
    listed = with_places(school, Policy()).filter(pl.col("place").is_not_null())
    assert sorted(listed["section"].to_list()) == ["main", "sixth_form", "sixth_form"]
