"""Which pupil_ids are one child's, from what rolls and names tell, and by which of them the child is known on a day."""

import re
from datetime import date

import polars as pl
import pytest

from pipeline.steps.decided import standing, waiting
from pipeline.steps.same_child import as_learned, found_alike, found_by_former_upn, known_as
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.tables.same_child import FOUND, LINK_DECISIONS, LINKS
from pipeline.vocabulary.identifiers import link_code
from tests.drawn import drawn

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2025, month, 1) for month in (9, 10, 11, 12))
DAYS = {"sep": SEPTEMBER, "oct": OCTOBER, "nov": NOVEMBER, "dec": DECEMBER}


def dated(picture: str, schema: dict) -> pl.DataFrame:
    """A picture in which a day may be a month's name: its first."""
    return drawn(re.sub(r"\b(sep|oct|nov|dec)\b", lambda month: str(DAYS[month[0]]), picture), schema)


def with_nulls(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    return rows.with_columns(pl.lit(None, pl.Date).alias(name) for name in names if name not in rows.columns)


_ROLL = {
    "pupil_id": pl.String, "urn": pl.Int32, "entry_date": pl.Date, "leaving_date": pl.Date, "enrol_status": pl.String,
    "stated_on": pl.Date, "known_on": pl.Date, "until": pl.Date,
}  # fmt: skip


def roll(picture: str) -> pl.DataFrame:
    """Rolls that began in 2024, unless they say otherwise, and are described as known."""
    rows = dated(picture, _ROLL)
    usual = {"entry_date": pl.lit(date(2024, 9, 2)), "leaving_date": pl.lit(None, pl.Date), "enrol_status": pl.lit("C"),
             "known_on": pl.lit(None, pl.Date), "until": pl.lit(None, pl.Date)}  # fmt: skip
    rows = rows.with_columns(**{name: value for name, value in usual.items() if name not in rows.columns})
    return rows if "stated_on" in rows.columns else rows.with_columns(stated_on="known_on")


def told(rows: pl.DataFrame, *names: str) -> list[tuple]:
    months = {day: word for word, day in DAYS.items()}
    return sorted(
        (tuple(months.get(cell, cell) for cell in row) for row in rows.select(names).rows()),
        key=lambda row: [str(cell) for cell in row],
    )


# A former UPN ----------------------------------------------------------------------------------------------------------------

_PAIR = {"one": pl.String, "other": pl.String}


def formers(picture: str, names: str = "one | other | named_on\n-", rolls: str = "pupil_id | urn\n-") -> list[tuple]:
    days = ("named_on", "agree_on", "same_on")
    found = found_by_former_upn(
        with_nulls(dated(picture, _PAIR | {"known_on": pl.Date, "until": pl.Date}), "until"),
        with_nulls(dated(names, _PAIR | dict.fromkeys(days, pl.Date)), *days),
        roll(rolls),
    )
    assert set(found["link"]) == {link_code(*pair) for pair in found.select("one", "other").rows()}
    return told(found, "one", "other", "because", "is_certain", "known_on", "until")


def test_a_former_upn_is_the_same_child_from_the_day_it_is_told():
    assert formers("one | other | known_on\n-\nold | new | oct") == [("old", "new", "former_upn", True, "oct", None)]


def test_a_former_upn_whose_names_agree_is_no_less_certain():
    names = "one | other | named_on | agree_on\n-\nold | new | oct | oct"
    assert formers("one | other | known_on\n-\nold | new | oct", names) == [("old", "new", "former_upn", True, "oct", None)]  # fmt: skip


def test_a_former_upn_of_a_child_of_another_forename_is_for_a_person():
    names = "one | other | named_on | agree_on\n-\nold | new | oct |"
    assert formers("one | other | known_on\n-\nold | new | oct", names) == [
        ("old", "new", "former_upn_of_another", False, "oct", None)
    ]


def test_a_link_stands_while_nothing_was_known_against_it_and_again_once_a_name_was_put_right():
    names = "one | other | named_on | agree_on\n-\nold | new | nov | dec"
    assert formers("one | other | known_on\n-\nold | new | oct", names) == [
        ("old", "new", "former_upn", True, "dec", None),
        ("old", "new", "former_upn", True, "oct", "nov"),
        ("old", "new", "former_upn_of_another", False, "nov", "dec"),
    ]


SHARED = "one | other | known_on\n-\nfu | amira | oct\nfu | zara | nov"
ONE_CHILD = "one | other | named_on | agree_on | same_on\n-\namira | zara | sep | sep | sep"


def test_a_former_upn_given_to_two_who_differ_joins_neither_from_the_day_the_second_is_known():
    assert formers(SHARED) == [
        ("fu", "amira", "former_upn", True, "oct", "nov"),
        ("fu", "amira", "former_upn_of_several", False, "nov", None),
        ("fu", "zara", "former_upn_of_several", False, "nov", None),
    ]


def test_given_to_two_of_one_forename_and_birth_date_it_joins_both():
    assert [row[2] for row in formers(SHARED, ONE_CHILD)] == ["former_upn", "former_upn"]


def test_but_not_where_both_were_ever_on_a_roll_at_once():
    rolls = "pupil_id | urn | stated_on | known_on\n-\namira | 100001 | oct | oct\nzara | 100002 | oct | dec"
    assert formers(SHARED, ONE_CHILD, rolls) == [
        ("fu", "amira", "former_upn", True, "oct", "dec"), ("fu", "amira", "former_upn_of_several", False, "dec", None),
        ("fu", "zara", "former_upn", True, "nov", "dec"), ("fu", "zara", "former_upn_of_several", False, "dec", None),
    ]  # fmt: skip


def test_a_former_upn_that_is_on_the_same_roll_on_the_same_day_is_a_brothers_or_sisters():
    rolls = "pupil_id | urn | stated_on | known_on\n-\nold | 100001 | oct | oct\nnew | 100001 | {} | oct"
    told = "one | other | known_on\n-\nold | new | oct"
    assert formers(told, rolls=rolls.format("oct")) == [("old", "new", "former_upn_on_one_roll", False, "oct", None)]
    assert formers(told, rolls=rolls.format("nov")) == [("old", "new", "former_upn", True, "oct", None)]


def test_at_another_school_on_that_day_it_may_be_the_childs_own():
    rolls = "pupil_id | urn | stated_on | known_on\n-\nold | 100001 | oct | oct\nnew | 100002 | oct | oct"
    assert formers("one | other | known_on\n-\nold | new | oct", rolls=rolls) == [("old", "new", "former_upn", True, "oct", None)]  # fmt: skip


def test_what_is_said_no_more_joins_nobody_from_that_day():
    told = "one | other | known_on | until\n-\nold | new | sep | oct\nold | new | dec |"
    assert formers(told) == [
        ("old", "new", "former_upn", True, "dec", None),
        ("old", "new", "former_upn", True, "sep", "oct"),
    ]


def test_nor_does_it_speak_against_another():
    told = "one | other | known_on | until\n-\nfu | amira | sep |\nfu | zara | oct | nov"
    assert [row[2:] for row in formers(told) if row[1] == "amira"] == [
        ("former_upn", True, "nov", None), ("former_upn", True, "sep", "oct"),
        ("former_upn_of_several", False, "oct", "nov"),
    ]  # fmt: skip


def test_a_doubt_that_was_settled_before_the_former_upn_was_told_is_none():
    names = "one | other | named_on | agree_on\n-\nold | new | sep | oct"
    assert formers("one | other | known_on\n-\nold | new | nov", names) == [("old", "new", "former_upn", True, "nov", None)]  # fmt: skip


# The same names and birth date -----------------------------------------------------------------------------------------------

ASH, BIRCH = 100001, 100002
_ALIKE = _PAIR | {"one_is_temporary": pl.Boolean, "other_is_temporary": pl.Boolean, "known_on": pl.Date}


def alike(pairs: str, rolls: str) -> list[tuple]:
    """Found among pairs (a name beginning with t is a temporary UPN), all of whose rolls began in 2024 and are described as known."""
    two = [pair.split() for pair in pairs.split(",")]
    rows = [(*sorted(pair), *(one.startswith("t") for one in sorted(pair)), SEPTEMBER) for pair in two]
    found = found_alike(pl.DataFrame(rows, schema=_ALIKE, orient="row"), roll(rolls))
    return told(found.filter(pl.col("until").is_null() | pl.col("is_certain")), "one", "other", "because", "is_certain", "known_on", "until")  # fmt: skip


def test_a_temporary_upn_gives_way_to_the_permanent_one_that_comes_to_the_same_roll():
    found = alike("perm temp", "pupil_id | urn | known_on\n-\ntemp | 100001 | sep\nperm | 100001 | oct")
    assert ("temp", "perm", "temporary_upn", True, "oct", None) in found


def test_at_another_school_it_is_for_a_person():
    found = alike("perm temp", "pupil_id | urn | known_on\n-\ntemp | 100001 | sep\nperm | 100002 | oct")
    assert found == [("temp", "perm", "temporary_upn_unsure", False, "oct", None)]


def test_on_one_roll_at_once_they_may_be_two_children_and_are_for_a_person():
    found = alike("perm temp", "pupil_id | urn | known_on\n-\ntemp | 100001 | sep\nperm | 100001 | sep")
    assert found == [("temp", "perm", "temporary_upn_unsure", False, "sep", None)]


def test_nobody_was_in_doubt_before_the_names_were_known():
    found = alike("perm temp", "pupil_id | urn | known_on\n-\ntemp | 100001 | 2025-08-01\nperm | 100001 | 2025-08-01")
    assert found == [("temp", "perm", "temporary_upn_unsure", False, "sep", None)]


def test_one_that_had_left_when_the_other_was_there_was_not_on_the_roll_at_once():
    rolls = """
        pupil_id | urn    | leaving_date | known_on
        ---------+--------+--------------+---------
        temp     | 100001 | 2025-08-29   | sep
        perm     | 100001 |              | sep
        """
    assert ("temp", "perm", "temporary_upn", True, "sep", None) in alike("perm temp", rolls)


def test_a_link_is_undone_from_the_day_on_which_both_are_seen_on_one_roll():
    rolls = """
        pupil_id | urn    | known_on
        ---------+--------+---------
        temp     | 100001 | sep
        perm     | 100001 | oct
        temp     | 100001 | nov
        perm     | 100001 | nov
        """
    assert alike("perm temp", rolls) == [
        ("temp", "perm", "temporary_upn", True, "oct", "nov"),
        ("temp", "perm", "temporary_upn_unsure", False, "nov", None),
    ]


def test_of_two_permanent_ones_the_first_to_come_takes_the_place_and_the_other_is_for_a_person():
    rolls = "pupil_id | urn | known_on\n-\ntemp | 100001 | sep\nperm | 100001 | oct\nqerm | 100001 | nov"
    certain = [row for row in alike("perm temp, qerm temp", rolls) if row[3]]
    assert certain == [("temp", "perm", "temporary_upn", True, "oct", None)]


def test_a_permanent_one_that_a_return_sent_again_has_no_more_no_longer_takes_the_place():
    rolls = "pupil_id | urn | known_on | until\n-\ntemp | 100001 | sep |\nperm | 100001 | oct | dec"
    assert alike("perm temp", rolls) == [("temp", "perm", "temporary_upn", True, "oct", "dec")]


def test_the_temporary_one_may_be_gone_from_it():
    rolls = "pupil_id | urn | known_on | until\n-\ntemp | 100001 | sep | oct\nperm | 100001 | oct |"
    assert alike("perm temp", rolls) == [("temp", "perm", "temporary_upn", True, "oct", None)]


def test_of_two_that_came_on_one_day_neither_does():
    rolls = "pupil_id | urn | known_on\n-\ntemp | 100001 | sep\nperm | 100001 | oct\nqerm | 100001 | oct"
    assert [row for row in alike("perm temp, qerm temp", rolls) if row[3]] == []


@pytest.mark.parametrize("school", [ASH, BIRCH])
def test_two_permanent_upns_with_one_name_are_for_a_person_and_the_one_known_first_would_give_way(school):
    found = alike("perm qerm", f"pupil_id | urn | known_on\n-\nqerm | 100001 | sep\nperm | {school} | oct")
    assert found == [("qerm", "perm", "same_names", False, "oct", None)]


def test_a_record_of_which_no_roll_was_accepted_is_nobody_to_link():
    assert alike("perm temp", "pupil_id | urn | known_on\n-\nperm | 100001 | oct") == []


# What stands, and what a person says ----------------------------------------------------------------------------------------


def found(picture: str) -> pl.DataFrame:
    rows = dated(picture, FOUND.schema)
    usual = {"because": pl.lit("former_upn"), "is_certain": pl.lit(True), "until": pl.lit(None, pl.Date),
             "link": pl.Series([link_code(*pair) for pair in rows.select("one", "other").rows()], dtype=pl.String)}  # fmt: skip
    missing = {name: value for name, value in usual.items() if name not in rows.columns}
    return rows.with_columns(**missing).select(FOUND.names)


def said(picture: str) -> pl.DataFrame:
    rows = dated(picture, LINK_DECISIONS.schema).with_row_index("turn", offset=1)
    return rows.select(
        kind=pl.lit("same_child"),
        link=pl.Series([link_code(*pair) for pair in rows.select("one", "other").rows()], dtype=pl.String),
        one="one", other="other", decision="decision", known_on="known_on", turn=pl.col("turn").cast(pl.Int32),
        said_by=pl.lit("somebody"),
    )  # fmt: skip


NOTHING_SAID = "one | other | decision | known_on\n-"
OLD_NEW = "one | other | known_on\n-\nold | new | oct"
UNSURE = "one | other | is_certain | because | known_on\n-\nold | new | no | same_names | oct"


def stands(rules: str, decisions: str = NOTHING_SAID) -> list[tuple]:
    rows = standing(found(rules), said(decisions))
    return told(rows, "known_on", "undone_on", "one", "other", "because")


def test_what_a_rule_is_certain_of_stands():
    assert stands(OLD_NEW) == [("oct", None, "old", "new", "former_upn")]


def test_what_it_is_not_certain_of_waits_and_stands_nowhere():
    assert stands(UNSURE) == []
    assert waiting(found(UNSURE), said(NOTHING_SAID)).height == 1


@pytest.mark.parametrize(
    ("decision", "expected"), [("confirmed", [("nov", None, "old", "new", "confirmed_by_person")]), ("rejected", [])]
)
def test_what_a_person_says_of_it_is_so_from_that_day_and_it_waits_no_longer(decision, expected):
    decided = f"one | other | decision | known_on\n-\nold | new | {decision} | nov"
    assert stands(UNSURE, decided) == expected
    assert waiting(found(UNSURE), said(decided)).is_empty()


def test_a_link_undone_stood_until_that_day_and_no_rule_makes_it_again():
    again = OLD_NEW + "\nold | new | dec"
    undone = "one | other | decision | known_on\n-\nold | new | undone | nov"
    assert stands(again, undone) == [("oct", "nov", "old", "new", "former_upn")]  # fmt: skip


def test_what_was_undone_may_be_confirmed_again():
    decided = "one | other | decision | known_on\n-\nold | new | undone | nov\nold | new | confirmed | dec"
    assert stands(OLD_NEW, decided) == [
        ("dec", None, "old", "new", "confirmed_by_person"), ("oct", "nov", "old", "new", "former_upn")
    ]  # fmt: skip


def test_of_two_decisions_of_one_day_the_later_holds():
    decided = "one | other | decision | known_on\n-\nold | new | rejected | nov\nold | new | confirmed | nov"
    assert stands(UNSURE, decided) == [("nov", None, "old", "new", "confirmed_by_person")]


def test_a_person_who_confirms_what_stands_changes_nothing():
    assert stands(OLD_NEW, "one | other | decision | known_on\n-\nold | new | confirmed | nov") == stands(OLD_NEW)


def test_a_upn_that_was_changed_back_points_the_other_way_from_that_day():
    assert stands("one | other | known_on\n-\nold | new | oct\nnew | old | dec") == [
        ("dec", None, "new", "old", "former_upn"), ("oct", "dec", "old", "new", "former_upn")
    ]  # fmt: skip


def test_the_order_in_which_evidence_is_told_makes_no_difference():
    rules = found("one | other | known_on\n-\nold | new | oct\nnew | old | dec\nold | new | sep\na | b | oct")
    assert standing(rules, said(NOTHING_SAID)).equals(standing(rules.reverse(), said(NOTHING_SAID)))


# The one a child is known by --------------------------------------------------------------------------------------------------


def known(picture: str, day: date) -> dict[str, str]:
    """By which pupil_id each is known on a day, from links drawn as one, other, known_on and undone_on."""
    rows = dated(picture, LINKS.schema)
    if "undone_on" not in rows.columns:
        rows = rows.with_columns(undone_on=pl.lit(None, pl.Date))
    both = [known_as(rows), known_as(rows.reverse())]
    assert both[0].equals(both[1])
    on_day = both[0].filter(
        (pl.col("known_from") <= day) & (pl.col("known_until").is_null() | (pl.col("known_until") > day))
    )
    return dict(on_day.select("pupil_id", "known_as").rows())


def test_before_the_day_of_a_link_each_is_known_by_itself_and_after_it_both_by_the_one_that_does_not_give_way():
    picture = "one | other | known_on\n-\nold | new | oct"
    assert known(picture, date(2025, 9, 30)) == {}
    assert known(picture, OCTOBER) == {"old": "new", "new": "new"}


def test_a_chain_of_upns_is_one_child_known_by_the_last():
    picture = "one | other | known_on\n-\nfirst | second | sep\nsecond | third | oct"
    assert set(known(picture, OCTOBER).values()) == {"third"}
    assert known(picture, SEPTEMBER) == {"first": "second", "second": "second"}


def test_a_ring_of_upns_is_one_child_too():
    picture = "one | other | known_on\n-\na | b | sep\nb | c | sep\nc | a | sep"
    assert known(picture, SEPTEMBER) == dict.fromkeys("abc", "a")


def test_a_upn_with_two_successors_is_known_by_the_one_given_last():
    picture = "one | other | known_on\n-\nold | new | sep\nold | newer | oct"
    assert set(known(picture, OCTOBER).values()) == {"newer"}


def test_successors_of_one_day_are_told_apart_by_nothing_but_the_id():
    assert set(known("one | other | known_on\n-\nold | new | sep\nold | newer | sep", OCTOBER).values()) == {"new"}


def test_undoing_restores_the_children_and_past_days_keep_what_they_knew():
    picture = "one | other | known_on | undone_on\n-\nold | new | sep | nov"
    assert known(picture, OCTOBER) == {"old": "new", "new": "new"}
    assert known(picture, NOVEMBER) == {"old": "old", "new": "new"}


def test_a_third_record_begins_a_new_stretch_for_all_three():
    """Though two of them are known by the same pupil_id as before, that child's weeks are other ones."""
    rows = known_as(dated("one | other | known_on | undone_on\n-\na | c | sep |\nb | c | oct |", LINKS.schema))
    assert rows.filter(pl.col("known_from") == OCTOBER)["pupil_id"].to_list() == ["a", "b", "c"]


def test_children_whom_no_link_joins_are_no_concern_of_each_others():
    picture = "one | other | known_on\n-\na | b | sep\nx | y | oct"
    rows = known_as(dated(picture, LINKS.schema).with_columns(undone_on=pl.lit(None, pl.Date)))
    assert rows.filter(pl.col("known_from") == OCTOBER)["pupil_id"].to_list() == ["x", "y"]


def test_weeks_of_a_linked_child_were_learned_of_when_the_link_was_if_not_later():
    weeks = pl.DataFrame(
        {"pupil_id": ["new", "new", "ben"], "last_known_on": [SEPTEMBER, NOVEMBER, SEPTEMBER]},
    ).with_columns(pl.lit(0).alias(name) for name in MARKED_WEEKS.names if name not in ("pupil_id", "last_known_on"))
    children = pl.DataFrame({"pupil_id": ["old", "new"], "known_as": ["new", "new"], "known_from": [OCTOBER, OCTOBER]})
    assert as_learned(weeks, children)["last_known_on"].to_list() == [OCTOBER, NOVEMBER, SEPTEMBER]
