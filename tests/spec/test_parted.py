"""Two whom a person said to be two children, and other links that would join them."""

import polars as pl

from pipeline.steps.decided import standing
from pipeline.steps.parted import kept_apart

from .test_same_child import NOTHING_SAID, found, said, told

JOINED = "one | other | known_on\n-\ncc | aa | sep\ncc | bb | nov"
REJECTED = "one | other | decision | known_on\n-\naa | bb | rejected | oct"


def apart(rules: str, decisions: str) -> tuple[list[tuple], list[tuple]]:
    """What stands, and what waits."""
    people = said(decisions)
    made = standing(found(rules), people)
    both = [kept_apart(links, people) for links in (made, made.reverse())]
    assert all(one.sort(pl.all()).equals(other.sort(pl.all())) for one, other in zip(*both, strict=True))
    links, waits = both[0]
    return told(links, "one", "other", "known_on", "undone_on"), told(waits, "one", "other", "because", "known_on")


def test_without_a_person_who_parted_them_all_links_stand():
    assert apart(JOINED, NOTHING_SAID) == ([("cc", "aa", "sep", None), ("cc", "bb", "nov", None)], [])


def test_of_the_links_that_would_join_two_the_one_made_last_waits():
    assert apart(JOINED, REJECTED) == ([("cc", "aa", "sep", None)], [("cc", "bb", "joins_two_parted", "nov")])


def test_before_they_were_parted_they_were_one():
    later = REJECTED.replace("oct", "dec")
    assert apart(JOINED, later) == (
        [("cc", "aa", "sep", None), ("cc", "bb", "nov", "dec")], [("cc", "bb", "joins_two_parted", "dec")]
    )  # fmt: skip


def test_of_two_links_made_on_one_day_neither_stands():
    stands, waits = apart(JOINED.replace("nov", "sep"), REJECTED)
    assert stands == [("cc", "aa", "sep", "oct"), ("cc", "bb", "sep", "oct")]
    assert [row[:2] for row in waits] == [("cc", "aa"), ("cc", "bb")]


def test_what_a_person_confirms_of_it_stands():
    confirmed = REJECTED + "\ncc | bb | confirmed | dec"
    stands, waits = apart(JOINED, confirmed)
    assert ("cc", "bb", "dec", None) in stands
    assert [row[:2] for row in waits] == [("cc", "aa")]


def test_a_person_who_joins_them_again_lets_all_stand():
    again = REJECTED + "\naa | bb | confirmed | dec"
    stands, waits = apart(JOINED, again)
    assert {row[:2] for row in stands if row[3] is None} == {("cc", "aa"), ("cc", "bb"), ("aa", "bb")}
    assert waits == []


def test_other_children_are_no_concern_of_theirs():
    more = JOINED + "\nxx | yy | nov"
    assert ("xx", "yy", "nov", None) in apart(more, REJECTED)[0]


def test_a_pair_parted_whom_nothing_else_joins_changes_nothing():
    links = standing(found("one | other | known_on\n-\ncc | aa | sep"), said(REJECTED))
    assert isinstance(links, pl.DataFrame) and kept_apart(links, said(REJECTED))[0].equals(links)
