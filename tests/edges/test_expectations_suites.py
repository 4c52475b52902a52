"""The catalogue of promises as a whole: said once, in words that can be printed, and holding every row a table needs."""

import re
from collections import defaultdict
from datetime import date

import polars as pl
import pytest

from expectations import PROMISES, RETRIED, Promise, Severity, suite_for
from expectations.promise import rows_where
from pipeline.tables.candidates import candidates, staged_table
from pipeline.vocabulary.feeds import FEED_NAMES
from pipeline.vocabulary.identifiers import UpnCheck
from tests.edges.at_the_gate import USUAL, many, verdict_on

EVERY = [promise for promises in PROMISES.values() for promise in promises]
by_feed = pytest.mark.parametrize("feed", FEED_NAMES)


def test_every_feed_has_its_suite():
    assert set(PROMISES) == set(FEED_NAMES)


@by_feed
def test_a_rule_is_named_once_in_a_feed(feed):
    rules = [promise.rule for promise in PROMISES[feed]]
    assert len(set(rules)) == len(rules)


def test_a_rule_means_as_much_in_one_feed_as_in_another():
    severities = defaultdict(set)
    for promise in EVERY:
        severities[promise.rule].add(promise.severity)
    assert {rule for rule, found in severities.items() if len(found) > 1} == set()


def test_the_severities_are_those_agreed():
    by_severity = {
        severity: {promise.rule for promise in EVERY if promise.severity is severity} for severity in Severity
    }
    assert by_severity[Severity.CRITICAL] == {"school_repeated", "mostly_unreadable", "police_or_youth_justice"}
    assert by_severity[Severity.INFO] == {
        "upn_authority_unknown", "year_group_off_for_age", "suspension_reason_unknown", "suspension_long",
        "mark_in_future", "mark_on_weekend", "two_marks_for_one_half_day", "part_time_outside_compulsory_age",
        "not_required_inside_compulsory_age", "former_upn_unusable", "on_two_rolls", "transfer_totals_differ", "plan_return_describes_day_to_come", "plan_pupil_on_no_roll",
        "wider_need_added_by_no_role", "wider_need_told_twice", "support_quiet_too_long",
    }  # fmt: skip


def test_rows_that_wait_for_another_delivery_are_set_aside_not_noted_or_refused():
    assert {promise.severity for promise in EVERY if promise.rule in RETRIED} == {Severity.WARNING}
    assert {promise.rule for promise in EVERY} >= RETRIED


@by_feed
def test_great_expectations_is_told_the_severity_and_the_sentence(feed):
    suite = suite_for(feed)
    told = {e.meta["rule"]: (e.severity.value, e.notes) for e in suite.expectations}
    assert told == {promise.rule: (promise.severity.value, promise.printed) for promise in PROMISES[feed]}


@pytest.mark.parametrize("promise", EVERY, ids=lambda promise: promise.rule)
def test_a_sentence_reads_as_one_and_uses_the_words_agreed(promise):
    assert promise.printed[0].isupper() or promise.printed.startswith("…")
    assert promise.printed.endswith(".") and "{" not in promise.printed and "  " not in promise.printed
    assert not re.search(r"\b(at risk|high risk|red|truant|refuser|case|pct|exclusions)\b", promise.printed, re.I)


def test_what_is_only_noted_says_one_thing_for_a_whole_file():
    with pytest.raises(ValueError, match="only noted"):
        Promise("made_up", Severity.INFO, "The code is {shown}.", rows_where("true", shown="code"))


def test_a_rule_has_a_plain_name():
    with pytest.raises(ValueError, match="lower-case words"):
        Promise("Made up!", Severity.INFO, "A sentence.", rows_where("true"))


# No name, UPN or birth date can be in a sentence

NAMES = ("SMITH-JONES", "Olumide", "O'Brien", "ZOË", "JO ANN", "H801200001001", "amira@example.com")
BIRTH = date(2011, 3, 4)
OF_OUR_MAKING = {"unread", "parent", "above", "upn_check"}


def mislaid(feed: str, text: str) -> pl.DataFrame:
    """Rows in which each column in turn, and then all of them, hold what a shifted table would put there."""
    schema = {name: dtype for name, dtype in candidates(feed).schema.items() if name not in OF_OUR_MAKING}
    wrong = {name: text for name, dtype in schema.items() if dtype == pl.String}
    wrong |= {name: BIRTH for name, dtype in schema.items() if dtype == pl.Date}
    frames = [many(feed, 1, **{name: value}) for name, value in wrong.items()] + [many(feed, 25, **wrong)]
    alone = [frame.with_columns(extract_id=pl.lit(at, pl.Int32)) for at, frame in enumerate(frames, 1)]
    return pl.concat(alone)


@by_feed
def test_no_name_upn_or_birth_date_can_be_in_a_sentence(feed):
    alone = [mislaid(feed, text) for text in NAMES]
    files = [frame["extract_id"].max() for frame in alone]
    before = [sum(files[:at]) for at in range(len(files))]
    each = [frame.with_columns(pl.col("extract_id") + at) for frame, at in zip(alone, before, strict=True)]
    verdict = verdict_on(feed, pl.concat(each))
    said = " ".join([*verdict.stop.values(), *verdict.set_aside["sentence"], *verdict.notes["sentence"]])
    assert [text for text in NAMES if text.lower() in said.lower()] == []
    assert not re.search(r"2011|4 March|04/03", said)


# Every row a staged table could not hold breaks a promise

FILLED_IN_BY_US = {"extract_id", "row_number", "known_on", "stated_on", "phase", "part", "place", "reference_date"}
FROM_ELSEWHERE = {
    "pupil_id", "age_at_31_august", "school_year", "term", "return_key", "returned_on", "request_key",
}  # fmt: skip
"""Null only together with what says why: an unusable UPN, an unread birth date, a parent not found."""


WITHOUT_ITS_IDS = {"census_schools": {"header_found": False}, "plan_placements": {"above": "not_accepted"}}
"""What is also true of a row whose ids are missing: nothing could be found by them."""


@by_feed
def test_a_row_that_lacks_what_its_table_must_know_is_set_aside(feed):
    needed = [column.name for column in staged_table(feed).columns if not column.nullable]
    needed = [name for name in needed if name not in FILLED_IN_BY_US | FROM_ELSEWHERE]
    lacking = [
        many(feed, 1, extract_id=at, **WITHOUT_ITS_IDS.get(feed, {}), **{name: None}) for at, name in enumerate(needed)
    ]
    verdict = verdict_on(feed, pl.concat(lacking or [many(feed, 0)]))
    assert [name for at, name in enumerate(needed) if at not in set(verdict.set_aside["extract_id"])] == []


@by_feed
def test_a_row_with_no_pupil_is_set_aside_whatever_the_reason(feed):
    if "pupil_id" not in candidates(feed).names:
        return
    unusable = [check.value for check in UpnCheck if not check.is_usable]
    reasons = [{"upn_check": value} for value in unusable] if "upn_check" in USUAL[feed] else []
    if "parent" in candidates(feed).names:
        reasons += [{"parent": value, "upn_check": None} for value in ("not_accepted", "header_missing")]
    if "above" in candidates(feed).names and feed != "plan_people":
        reasons.append({"above": "not_accepted"})
    for reason in reasons:
        known = {name: value for name, value in reason.items() if name in candidates(feed).names}
        assert verdict_on(feed, many(feed, 1, pupil_id=None, **known)).set_aside.height == 1


@by_feed
def test_a_usual_row_breaks_nothing(feed):
    verdict = verdict_on(feed, many(feed, 1))
    assert (verdict.stop, verdict.set_aside.rows(), verdict.notes.rows()) == ({}, [], [])
