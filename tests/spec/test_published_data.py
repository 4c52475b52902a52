"""What is published of rows and files: by feed and by rule, numbers of a few rows hidden, and what would give them back."""

import polars as pl
import pytest

from expectations import PROMISES, RETRIED, Severity
from pipeline.hops.data_told import rules
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_data import data_quality, feeds, school_checks
from pipeline.tables.derived import RECONCILIATION
from pipeline.tables.published import DATA_QUALITY, FEED
from pipeline.vocabulary.feeds import FEEDS
from tests.drawn import drawn

BROKEN = {"feed": pl.String, "rule": pl.String, "happens": pl.String, "rows": pl.Int64}
RECEIVED = {
    "feed": pl.String, "files": pl.Int64, "files_refused": pl.Int64, "last_known_on": pl.Date, "rows_read": pl.Int64,
    "rows_set_aside": pl.Int64,
}  # fmt: skip


def quality(*rows: tuple[str, int], happens: str = "row set aside", policy: Policy = Policy()) -> pl.DataFrame:
    """What marks broke, rule by rule."""
    broken = [("attendance_marks", rule, happens, number) for rule, number in rows]
    return data_quality(pl.DataFrame(broken, schema=BROKEN, orient="row"), rules(), policy)


def marks_of(told: pl.DataFrame) -> dict:
    return told.filter(feed="attendance_marks").row(0, named=True)


def set_aside(total: int, *by_rule: int, policy: Policy = Policy()) -> int | None:
    """The rows of marks told to be set aside, of `total`, where rules have these numbers."""
    received = pl.DataFrame([("attendance_marks", 3, 0, None, 1000, total)], schema=RECEIVED, orient="row")
    told = quality(*((f"rule_{at}", number) for at, number in enumerate(by_rule)), policy=policy)
    return marks_of(feeds(received, told, policy))["rows_set_aside"]


# Rules


@pytest.mark.parametrize("rows, told", [(1, None), (4, None), (5, 5), (5000, 5000)])
def test_a_few_rows_are_not_told(rows, told):
    assert quality(("unknown_school", rows))["rows"].to_list() == [told]


def test_a_home_draws_the_line_where_it_hides():
    assert quality(("unknown_school", 9), policy=Policy(fewest_shown=10))["rows"].to_list() == [None]
    assert quality(("unknown_school", 10), policy=Policy(fewest_shown=10))["rows"].to_list() == [10]


def test_what_is_said_of_a_rule_is_what_the_catalogue_says():
    [promise] = [one for one in PROMISES["attendance_marks"] if one.rule == "pupil_on_no_roll"]
    told = quality(("pupil_on_no_roll", 7)).row(0, named=True)
    assert (told["says"], told["happens"]) == (promise.printed, "row tried again")
    assert "pupil_on_no_roll" in RETRIED


def test_a_rule_the_catalogue_no_longer_has_is_told_with_its_number():
    told = quality(("rule_of_old", 7), happens="noted").row(0, named=True)
    assert (told["rows"], told["happens"]) == (7, "noted")
    assert told["says"] == "A rule of another version of this pipeline."


def test_a_rule_told_of_more_than_once_is_one_row():
    told = quality(("unknown_school", 3), ("unknown_school", 4))
    assert told["rows"].to_list() == [7]


def test_the_catalogue_has_each_rule_of_a_feed_once_and_says_what_happens():
    told = rules()
    assert told.select("feed", "rule").n_unique() == told.height > 100
    assert set(told["happens"]) == {"file refused", "row set aside", "row tried again", "noted"}
    assert set(told["feed"]) == {feed.name for feed in FEEDS}


@pytest.mark.parametrize("feed", sorted(PROMISES))
def test_a_refusal_is_known_by_its_words_whatever_they_show(feed):
    criticals = [one for one in PROMISES[feed] if one.severity is Severity.CRITICAL]
    for one in criticals:
        because = one.sentence.replace("{shown}", "100001 and 3 more")
        assert [other.rule for other in criticals if other.is_told_in(because)] == [one.rule]
        assert one.is_told_in(f"Something else was wrong too. {because}")
    assert not any(one.is_told_in("It is no table at all.") for one in criticals)


# Feeds


def test_every_feed_has_a_row_though_nothing_of_it_came():
    told = feeds(pl.DataFrame(schema=RECEIVED), DATA_QUALITY.empty, Policy())
    assert told.schema == FEED.schema
    assert sorted(told["feed"]) == sorted(feed.name for feed in FEEDS)
    never = marks_of(told)
    assert (never["title"], never["files"], never["rows_read"], never["last_known_on"]) == (
        "Attendance marks",
        0,
        0,
        None,
    )


@pytest.mark.parametrize("total, told", [(0, 0), (1, None), (4, None), (5, 5)])
def test_a_few_rows_set_aside_are_not_told_of_a_feed(total, told):
    assert set_aside(total, *([total] if total else [])) == told


@pytest.mark.parametrize(
    "total, by_rule, is_told",
    [
        (30, (20, 10), True),  # none is hidden
        (23, (20, 3), False),  # 23 less 20 is 3
        (26, (20, 3, 3), True),  # 6 may be 2 and 4, 3 and 3, 4 and 2
        (22, (20, 1, 1), False),  # 2 of two rules is one each
        (28, (20, 4, 4), False),  # and 8 four each
        (27, (20, 4, 3), True),
        (21, (20, 3, 3), False),  # rows that break several rules
    ],
)
def test_a_feeds_rows_are_not_told_where_they_would_give_back_a_rules(total, by_rule, is_told):
    assert set_aside(total, *by_rule) == (total if is_told else None)


@pytest.mark.parametrize("rows, told", [(0, 0), (3, 0), (49, 0), (50, 100), (149, 100), (150, 200), (346278, 346300)])
def test_rows_read_are_told_to_the_nearest_hundred_for_a_row_may_be_a_child(rows, told):
    received = pl.DataFrame([("care_children", 1, 0, None, rows, 0)], schema=RECEIVED, orient="row")
    of_care = feeds(received, DATA_QUALITY.empty, Policy()).filter(feed="care_children")
    assert of_care["rows_read"].to_list() == [told]


def test_what_is_only_noted_gives_nothing_back():
    received = pl.DataFrame([("attendance_marks", 3, 1, None, 1000, 30)], schema=RECEIVED, orient="row")
    noted = pl.concat([quality(("rule_a", 30)), quality(("rule_b", 3), happens="noted")])
    told = marks_of(feeds(received, noted, Policy()))
    assert (told["rows_set_aside"], told["files"], told["files_refused"], told["rows_read"]) == (30, 3, 1, 1000)


# Schools


def test_a_school_holds_to_a_thing_where_every_period_of_it_does():
    lines = drawn(
        """
        urn    | held_to            | period | holds
        -------+--------------------+--------+------
        100001 | possible_as_census | autumn | yes
        100001 | possible_as_census | spring | no
        100001 | registers_in_time  | all    | yes
        100002 | possible_as_census | autumn | yes
        """,
        RECONCILIATION.schema,
    )
    assert school_checks(lines).rows() == [
        (100001, "possible_as_census", False),
        (100001, "registers_in_time", True),
        (100002, "possible_as_census", True),
    ]
    assert school_checks(lines.reverse()).equals(school_checks(lines))
