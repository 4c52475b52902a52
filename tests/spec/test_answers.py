"""Of several answers to one pupil, which counts."""

from itertools import permutations

import polars as pl
import pytest

from pipeline.steps.answers import decision_of_each, outcome_of_each, standing_decisions
from pipeline.tables.feedback import DECISIONS, OUTCOMES
from pipeline.vocabulary.feedback import DECISIONS as WORDS
from pipeline.vocabulary.feedback import SOONEST_SEEN_AGAIN
from tests.drawn import drawn


def decisions(picture: str) -> pl.DataFrame:
    """Decisions on one pupil of one school."""
    told = drawn(picture, DECISIONS.schema)
    usual = {"pupil_id": "ada", "urn": 100001, "sheet": "Review list", "row_number": 6, "return_key": "k"}
    more = {name: pl.lit(value) for name, value in usual.items() if name not in told.columns}
    told = told.with_columns(**more)
    return pl.concat(
        [DECISIONS.empty, told.cast({name: DECISIONS.schema[name] for name in told.columns})], how="diagonal"
    )


def counts(picture: str) -> str:
    """What counts, whatever the order of the rows."""
    rows = decisions(picture)
    orders = permutations(range(rows.height))
    (said,) = {decision_of_each(rows[list(order)])["decision"].item() for order in orders}
    return said


def test_the_decision_made_last_counts_though_another_list_s_was_learned_later():
    assert (
        counts("""
        list_as_of | decided_on | known_on   | decision
        -----------+------------+------------+------------
        2026-02-06 | 2026-02-10 | 2026-03-02 | not needed
        2026-02-20 | 2026-02-24 | 2026-02-26 | already met
    """)
        == "already met"
    )


def test_of_two_answers_to_one_row_the_one_learned_later_counts_though_it_gives_an_earlier_day():
    picture = """
        list_as_of | decided_on | known_on   | decision
        -----------+------------+------------+-------------
        2026-02-06 | 2026-02-12 | 2026-02-13 | not needed
        2026-02-06 | 2026-02-10 | 2026-02-16 | look into it
    """
    assert counts(picture) == "look into it"
    assert standing_decisions(decisions(picture))["decision"].to_list() == ["look into it"]


def test_two_schools_that_listed_a_child_on_one_day_answer_two_rows():
    picture = """
        urn    | list_as_of | decided_on | known_on   | decision
        -------+------------+------------+------------+-------------
        100001 | 2026-02-06 | 2026-02-12 | 2026-02-13 | not needed
        100002 | 2026-02-06 | 2026-02-10 | 2026-02-16 | look into it
    """
    assert counts(picture) == "not needed"
    assert standing_decisions(decisions(picture)).height == 2


def test_of_decisions_made_on_one_day_the_one_learned_last_counts_and_then_the_later_list_s():
    assert (
        counts("""
        list_as_of | decided_on | known_on   | decision
        -----------+------------+------------+-------------
        2026-02-06 | 2026-02-24 | 2026-02-27 | not needed
        2026-02-20 | 2026-02-24 | 2026-02-26 | look into it
    """)
        == "not needed"
    )
    assert (
        counts("""
        list_as_of | decided_on | known_on   | decision
        -----------+------------+------------+-------------
        2026-02-06 | 2026-02-24 | 2026-02-26 | look into it
        2026-02-20 | 2026-02-24 | 2026-02-26 | not needed
    """)
        == "not needed"
    )


@pytest.mark.parametrize("other", [word for word in WORDS if word != "look into it"])
def test_of_two_answers_of_one_night_a_look_that_somebody_asked_for_is_not_lost(other):
    for first, second in (("a", "b"), ("b", "a")):
        assert (
            counts(f"""
            return_key | list_as_of | decided_on | known_on   | decision
            -----------+------------+------------+------------+-------------
            {first}    | 2026-02-06 | 2026-02-10 | 2026-02-13 | look into it
            {second}   | 2026-02-06 | 2026-02-10 | 2026-02-13 | {other}
        """)
            == "look into it"
        )


def test_every_decision_has_its_place_in_that_order():
    assert sorted(SOONEST_SEEN_AGAIN) == sorted(WORDS)


def test_of_two_snoozes_of_one_night_the_one_that_ends_first_counts():
    rows = decisions("""
        return_key | list_as_of | decided_on | known_on   | snooze_until | decision
        -----------+------------+------------+------------+--------------+-------------
        b          | 2026-02-06 | 2026-02-10 | 2026-02-13 | 2026-06-01   | snooze until
        a          | 2026-02-06 | 2026-02-10 | 2026-02-13 | 2026-04-01   | snooze until
    """)
    assert [decision_of_each(one)["snooze_until"].item().month for one in (rows, rows.reverse())] == [4, 4]


def test_what_nothing_else_tells_apart_is_told_apart_by_the_workbook():
    rows = decisions("""
        return_key | list_as_of | decided_on | known_on   | decision
        -----------+------------+------------+------------+-----------
        b          | 2026-02-06 | 2026-02-10 | 2026-02-13 | not needed
        a          | 2026-02-06 | 2026-02-10 | 2026-02-13 | not needed
    """)
    assert [decision_of_each(one)["return_key"].item() for one in (rows, rows.reverse())] == ["b", "b"]


def test_a_need_found_is_not_lost_to_none_of_the_same_night_and_is_taken_back_by_a_later_copy():
    told = drawn(
        """
        return_key | known_on   | outcome_on | outcome
        -----------+------------+------------+-----------
        a          | 2026-03-02 | 2026-02-27 | need found
        b          | 2026-03-02 | 2026-02-27 | none
        c          | 2026-03-09 | 2026-02-20 | known
    """,
        OUTCOMES.schema,
    ).with_columns(pupil_id=pl.lit("ada"), urn=100001, list_as_of=pl.lit(None, pl.Date), sheet=pl.lit(""), row_number=6)
    assert outcome_of_each(told[:2])["outcome"].item() == "need found"
    assert outcome_of_each(told)["outcome"].item() == "known"
