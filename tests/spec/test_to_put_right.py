"""Facts that a person said are wrong: how long each is told of, and what ends it."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.to_put_right import to_put_right
from pipeline.tables.feedback import CHANGES, CORRECTIONS
from pipeline.vocabulary.feedback import A_MARK, ANOTHER, FACTS, ROLL, SUPPORT
from tests.drawn import drawn

LIST, SAID, AS_OF = date(2025, 11, 14), date(2025, 11, 18), date(2025, 11, 28)


def said(fact: str = A_MARK, on: date = SAID, list_as_of: date = LIST) -> pl.DataFrame:
    """Amira's school says that this is wrong."""
    row = {"pupil_id": "amira", "urn": 100001, "list_as_of": list_as_of, "fact": fact, "known_on": on}
    row |= {"return_key": "r1", "sheet": "Review list", "row_number": 9}
    return CORRECTIONS.conform(pl.DataFrame([row], schema=CORRECTIONS.schema))


def waits(correction: pl.DataFrame, changes: str = "", as_of: date = AS_OF) -> bool:
    picture = f"pupil_id | fact | about | known_on\n-\n{changes}"
    return to_put_right(correction, drawn(picture, CHANGES), as_of=as_of).height == 1


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_told_of_from_the_day_it_was_said(fact):
    assert waits(said(fact), as_of=SAID)
    assert not waits(said(fact), as_of=SAID - timedelta(days=1))


@pytest.mark.parametrize("fact", [ROLL, SUPPORT])
def test_roll_and_support_are_put_right_by_what_is_learned_after_and_not_on_the_day_itself(fact):
    assert waits(said(fact), f"amira | {fact} | | 2025-11-18")
    assert not waits(said(fact), f"amira | {fact} | | 2025-11-19")


def test_a_mark_is_put_right_by_one_that_the_list_told_of_and_by_no_later_one():
    """Every night brings marks of new days: none of those was on the list."""
    assert not waits(said(), "amira | a mark | 2025-11-14 | 2025-11-19")
    assert waits(said(), "amira | a mark | 2025-11-17 | 2025-11-19")
    assert waits(said(), "amira | a mark | 2025-11-14 | 2025-11-18")


@pytest.mark.parametrize("fact", [A_MARK, ROLL, SUPPORT])
def test_another_fact_or_another_pupil_put_right_ends_nothing(fact):
    others = [one for one in (A_MARK, ROLL, SUPPORT) if one != fact]
    changed = [f"amira | {one} | 2025-11-10 | 2025-11-20" for one in others]
    changed.append(f"ben | {fact} | 2025-11-10 | 2025-11-20")
    assert waits(said(fact), "\n".join(changed))


@pytest.mark.parametrize("fact", [A_MARK, ROLL, SUPPORT])
def test_what_nothing_has_changed_is_told_of_until_the_school_year_is_over(fact):
    assert waits(said(fact), as_of=date(2026, 7, 31))
    assert not waits(said(fact), as_of=date(2026, 8, 1))


def test_what_no_record_would_show_is_told_of_for_four_weeks_of_term():
    assert waits(said(ANOTHER), as_of=date(2025, 12, 16))
    assert not waits(said(ANOTHER), as_of=date(2025, 12, 17))
    over_christmas = said(ANOTHER, on=date(2025, 12, 9))
    assert waits(over_christmas, as_of=date(2026, 1, 27))
    assert not waits(over_christmas, as_of=date(2026, 1, 28))


def test_what_was_said_on_two_lists_is_two_and_each_is_put_right_by_itself():
    both = pl.concat([said(), said(list_as_of=date(2025, 11, 28), on=date(2025, 12, 2))])
    told = drawn("pupil_id | fact | about | known_on\n-\namira | a mark | 2025-11-20 | 2025-12-04", CHANGES)
    assert to_put_right(both, told, as_of=date(2025, 12, 5))["list_as_of"].to_list() == [LIST]
