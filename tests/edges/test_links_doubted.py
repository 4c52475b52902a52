"""Links that evidence speaks against: a former UPN of two, of a twin, no longer said; a name of many; two a person parted."""

from datetime import timedelta

import pytest

from pipeline import flow
from pipeline.edges.settings import Home
from pipeline.telling import in_words
from pipeline.vocabulary.identifiers import link_code
from tests.edges.delivered import night, pupil_id, read, upn
from tests.edges.test_links import CENSUS_DAY, RETURN, STAYED, census, links, rolls
from tests.edges.two_schools import FIRST, SECOND, THIRD, home

__all__ = ["home"]

pytestmark = pytest.mark.usefixtures("in_little_time")

AMIRA = "100001 | amira | fu | Okafor | Amira | 2013-03-01 | 8 | 2025-09-02 |\n"
ZARA = "100001 | zara | fu | Okafor | Zara | 2013-03-01 | 8 | 2025-09-02 |\n"
BEN = "100002 | ben | fu | Bede | Ben | 2015-04-01 | 6 | 2025-09-02 |\n"
AGAIN = "100001 | again | fu | Okafor | Amira | 2013-03-01 | 8 | 2025-09-02 |\n"
JO = "100001 | {} | | Doe | Jo | 2013-03-01 | 8 | 2025-09-01 |\n"


def enrolled(home: Home, *names: str) -> set[str]:
    """Which of these are on a roll by a pupil_id of their own."""
    held = {one for (one,) in read(home, "SELECT pupil_id FROM warehouse.facts.enrolments")}
    return {name for name in names if pupil_id(home, name) in held}


@pytest.mark.parametrize(("name", "other"), [("zara", ZARA), ("ben", BEN)])
def test_a_former_upn_given_to_two_children_makes_neither_the_other(home, name, other):
    told = night(home, FIRST, roll=rolls(AMIRA, other))
    assert (told.links_made, told.links_waiting) == ({}, 2)
    assert enrolled(home, "amira", name) == {"amira", name}


def test_given_to_one_child_under_two_upns_after_one_another_it_joins_both(home):
    night(home, FIRST, roll=rolls(AMIRA))
    told = night(home, SECOND, roll_again=rolls(AGAIN))
    assert told.links_made == {"former_upn": 1}
    assert len(enrolled(home, "amira", "again")) == 1


def test_a_twins_upn_given_as_the_former_one_waits_while_both_are_on_the_roll(home):
    told = night(home, FIRST, roll=rolls(ZARA.replace("| fu |", "| |"), AMIRA.replace("| fu |", "| zara |")))
    assert (told.links_made, told.links_waiting) == ({}, 1)
    assert enrolled(home, "amira", "zara") == {"amira", "zara"}


def test_a_twins_upn_waits_for_her_forename_where_they_are_on_one_roll_on_no_day(home):
    night(home, FIRST, roll=rolls(ZARA.replace("| fu |", "| |")))
    told = night(home, SECOND, roll_again=rolls(AMIRA.replace("| fu |", "| zara |")))
    assert (told.links_made, told.links_waiting) == ({}, 1)


def test_a_former_upn_the_school_puts_right_joins_nobody_from_that_night_and_the_link_that_ends_is_told(home):
    old = JO.format("old")
    night(home, FIRST, old=rolls(old), new=rolls(JO.format("new").replace("| |", "| gone |", 1)))
    told = night(home, SECOND, put_right=rolls(JO.format("new").replace("| |", "| other |", 1)))
    assert told.links_undone == {"former_upn": 1} == told.as_json()["links_undone"]
    assert "unlinked           1  former_upn" in in_words(told)


def test_a_former_upn_a_census_sent_again_has_no_more_joins_nobody_from_that_night(home):
    changed = STAYED.replace("| OLD |           |", f"| NEW | {upn('old')} |")
    other = "100002 | old | | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 | 2025-07-18\n"
    night(home, CENSUS_DAY, returned=RETURN, on=census(changed), roll=rolls(other))
    assert links(home) == [("former_upn", CENSUS_DAY, None)]
    again = STAYED.replace("| OLD |", "| NEW |").replace("r1", "r2").replace("p1", "p8").replace("p2", "p9")
    later = CENSUS_DAY + timedelta(7)
    told = night(home, later, returned_again=RETURN.replace("r1", "r2"), on_again=census(again))
    assert told.links_undone == {"former_upn": 1}
    assert links(home) == [("former_upn", CENSUS_DAY, later)]


def test_a_pair_known_before_many_more_of_its_name_came_stays(home):
    night(home, FIRST, roll=rolls(JO.format("temp")))
    night(home, SECOND, later=rolls(JO.format("perm")))
    before = links(home)
    assert before == [("temporary_upn", SECOND, None)]
    many = [JO.format(f"x{chr(97 + at)}q").replace("100001", "100002") for at in range(20)]
    told = night(home, THIRD, many=rolls(*many))
    assert (told.links_waiting, told.links_undone) == (0, {})
    assert links(home) == before


def test_two_a_person_parted_are_not_joined_by_a_third_and_the_link_that_would_is_counted_as_waiting(home):
    ben = JO.format("ben").replace("100001", "100002")
    night(home, FIRST, here=rolls(JO.format("temp")), there=rolls(ben))
    assert night(home, SECOND, later=rolls(JO.format("amira"))).links_made == {"temporary_upn": 1}
    code = link_code(pupil_id(home, "amira"), pupil_id(home, "ben"))
    flow.links(home, known_on=SECOND, said={"rejected": [code]})
    told = night(home, THIRD, there_again=rolls(ben.replace("| |", "| temp |", 1)))
    assert (told.links_made, told.links_undone, told.links_waiting) == ({}, {}, 1)
    assert enrolled(home, "temp", "amira", "ben") == {"amira", "ben"}
