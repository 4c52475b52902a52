"""Twelve fortnightly lists in a row of a made-up authority, two thirds of the rows answered: what must then be true of each."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline import flow
from pipeline.edges.settings import Home
from pipeline.hops.taking_in import Day
from pipeline.steps.places import QUOTAS, own_places
from pipeline.synthetic import synthesise
from pipeline.tables.feedback import DECISIONS

from .at_home import deliver, new_home, tables

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("in_little_time"),
    pytest.mark.filterwarnings("ignore:Sparkline Group extension"),
]

FIRST = date(2025, 9, 26)
LISTS = 12
IN_THE_HOLIDAYS = date(2026, 1, 2)
ANSWERS = ("look into it", "already met", "other cause", "not needed", "could not reach", "snooze until")


@dataclass
class Issue:
    """One fortnight's list of all schools, and what was answered before it."""

    as_of: date
    triage: pl.DataFrame
    features: pl.DataFrame
    support: pl.DataFrame
    signals: pl.DataFrame
    off: pl.DataFrame
    places: pl.DataFrame
    answered: pl.DataFrame = field(default_factory=lambda: DECISIONS.empty)  # until then, of all lists


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    folder = tmp_path_factory.mktemp("fortnights")
    made = synthesise(folder / "extracts", pupils=700, schools=4, seed=8, weeks=28)
    home = new_home(folder / "home", every_days=14)
    deliver(home, made.history, "last_year")
    deliver(home, made.files, "this_year")
    flow.take_in(home, Day(date(2025, 9, 1), history=True))
    for path in home.inbox.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return home


@pytest.fixture(scope="module")
def issues(home) -> list[Issue]:
    return list(lived(home))


def lived(home: Home) -> Iterator[Issue]:
    """Fortnight after fortnight: the list, and some days later its workbooks come back with two rows of three answered."""
    for number in range(LISTS):
        as_of = FIRST + timedelta(days=14 * number)
        summary = flow.flag(home, as_of=as_of)
        if as_of == IN_THE_HOLIDAYS:
            assert summary.lists == 0 and "wait until registers run again" in summary.remarks[0]
            as_of = as_of + timedelta(days=7)
            summary = flow.flag(home, as_of=as_of)
        assert summary.lists == 4, summary.remarks
        held = tables(home, "derived", "feedback")
        of_day = {name: rows.filter(as_of=as_of) for name, rows in held.items() if "as_of" in rows.columns}
        named = ("triage", "pupil_features", "pupil_support", "pupil_signals", "off_list", "issued_places")
        yield Issue(as_of, *(of_day[f"derived.{name}"] for name in named), held["feedback.decisions"])
        back = as_of + timedelta(days=6)
        sent = sum(send_back(home, path, as_of, number) for path in sorted(home.lists_of(as_of).glob("*.xlsx")))
        told = flow.outcomes(home, known_on=back)
        assert told.stopped_because is None
        assert sum(one.rows_taken for one in told.returned) == sent and not told.refused_answers_by_rule


def send_back(home: Home, path: Path, as_of: date, number: int) -> int:
    """Fill in a school's workbook as its SENCo would, and put it in the inbox; how many rows were answered."""
    book = openpyxl.load_workbook(path)
    sheet = book["Review list"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    at = {cell.value: cell.column for cell in heads}
    answered = 0
    for row in range(heads[0].row + 1, sheet.max_row + 1):
        key, seal = sheet.cell(row, 1).value, sheet.cell(row, 2).value
        said = answer(key, as_of, number) if key and seal else {}
        for heading, value in said.items():
            sheet.cell(row, at[heading]).value = value
        answered += bool(said)
    to = home.inbox / "returned" / f"{as_of} {path.name}"
    to.parent.mkdir(parents=True, exist_ok=True)
    book.save(to)
    return answered


def answer(key: str, as_of: date, number: int) -> dict:
    """What is said of one row: of every three one is left, by a draw that is the same each time."""
    lot = int(hashlib.sha256(f"{key} {number}".encode()).hexdigest()[:8], 16)
    if lot % 3 == 0:
        return {}
    decision = ANSWERS[lot // 3 % len(ANSWERS)]
    on = as_of + timedelta(days=1 + lot // 20 % 5)
    snooze = {"Snooze until": on + timedelta(days=30), "Snooze: why": "a review is booked"}
    return {"Decision": decision, "Decided on": on} | (snooze if decision == "snooze until" else {})


def pairs(issues: list[Issue]) -> list[tuple[Issue, Issue]]:
    return list(pairwise(issues))


def listed(issue: Issue) -> pl.DataFrame:
    return issue.triage.filter(outcome="listed")


def test_two_thirds_are_answered_and_every_answer_is_used(issues):
    answered, places = issues[-1].answered, pl.concat([issue.places for issue in issues[:-1]])
    assert 0.6 < answered.height / places.height < 0.73
    assert set(answered["decision"]) == set(ANSWERS)
    assert answered.height > 100


def test_no_decided_row_returns_without_a_stated_worsening_or_a_snooze_that_ended(issues):
    back = 0
    for issue in issues:
        last = issue.answered.sort("decided_on", "known_on").unique("pupil_id", keep="last")
        again = listed(issue).join(last, on="pupil_id")
        assert (again["waiting_since"] > again["decided_on"]).all()  # nobody stays on who was decided on
        first_time = again.filter(pl.col("waiting_since") == issue.as_of)
        said = first_time["changed"]
        assert said.str.starts_with("Back on the list: ").all(), said.to_list()
        later = again.filter(pl.col("waiting_since") < issue.as_of)
        assert later["change"].is_in(["worse", "better", "unchanged"]).all()
        back += len(said)
    assert back > 5


def test_a_snooze_is_over_before_its_pupil_is_back_unless_things_are_worse(issues):
    for issue in issues:
        asleep = issue.answered.filter(pl.col("snooze_until") > issue.as_of, pl.col("decided_on") <= issue.as_of)
        last = issue.answered.sort("decided_on").unique("pupil_id", keep="last").select("pupil_id", latest="decided_on")
        asleep = asleep.join(last, on="pupil_id").filter(pl.col("latest") == pl.col("decided_on"))
        woken = listed(issue).join(asleep, on="pupil_id")
        assert not woken["changed"].str.contains("is over").any()


def nobody_decided_on(before: Issue, after: Issue) -> pl.DataFrame:
    """Rows of a list of which no decision had come by the next that was made since they first waited; of older ones there may be."""
    waiting = before.places.select("pupil_id", "waiting_since")
    since = after.answered.join(waiting, on="pupil_id").filter(pl.col("decided_on") >= pl.col("waiting_since"))
    return before.places.join(since, on="pupil_id", how="anti")


def test_a_row_that_came_back_after_a_decision_waits_for_another_and_is_never_off_the_list_as_decided(issues):
    came_back = 0
    for before, after in pairs(issues):
        undecided = nobody_decided_on(before, after)
        gone = after.off.join(undecided, on=("pupil_id", "urn"), how="semi")
        assert not gone["kind"].is_in(["decided", "no_room"]).any(), gone.rows()
        decided_once = undecided.join(before.answered, on="pupil_id", how="semi")
        came_back += decided_once.join(listed(after), on=("pupil_id", "urn"), how="semi").height
    assert came_back > 0


def test_an_undecided_row_keeps_its_place_and_says_how_long_it_has_waited(issues):
    kept = 0
    for before, after in pairs(issues):
        undecided = nobody_decided_on(before, after)
        still = undecided.join(
            after.triage.filter(pl.col("outcome").is_in(["listed", "eligible_not_listed"])),
            on=("pupil_id", "urn"),
            suffix="_now",
        )
        same = still.filter(pl.col("section") == pl.col("section_now"))
        assert (same["outcome"] == "listed").all()
        assert (same["place"] == same["place_now"]).all()
        assert (same["waiting_since"] == same["waiting_since_now"]).all()
        assert (same["waiting_since"] <= before.as_of).all() and same["change"].is_in(
            ["worse", "better", "unchanged"]
        ).all()
        kept += same.height
    assert kept > 30


def test_whoever_is_no_longer_listed_is_told_of_with_the_reason(issues):
    for before, after in pairs(issues):
        now = listed(after).select("pupil_id", "urn")
        gone = before.places.join(now, on=("pupil_id", "urn"), how="anti")
        assert set(gone["pupil_id"]) == set(after.off["pupil_id"])
        assert after.off["because"].str.ends_with(".").all()
        crowded_out = after.off.filter(kind="no_room")["pupil_id"]
        assert set(crowded_out) <= set(after.answered["pupil_id"])  # decided on, worse since, and no place is free yet


def test_places_are_never_exceeded_and_never_given_twice(issues):
    for issue in issues:
        for (_,), rows in listed(issue).partition_by("urn", as_dict=True).items():
            roll = issue.triage.filter(urn=rows["urn"][0]).height
            assert rows.height <= min(10, max(roll // 50, 3))
            assert rows["place"].n_unique() == rows.height
            assert rows["place"].max() <= min(10, max(roll // 50, 3))


def test_a_kind_takes_more_than_its_own_places_only_where_kinds_before_it_leave_some_free(issues):
    """So that pupils everyone knows never fill a list while others wait whom nobody has looked at."""
    for issue in issues:
        main = issue.triage.filter(section="main")
        for (_,), rows in main.partition_by("urn", as_dict=True).items():
            roll = issue.triage.filter(urn=rows["urn"][0]).height
            own = pl.select(**own_places(pl.lit(min(10, max(roll // 50, 3))), pl.lit(0))).row(0, named=True)
            new = rows.filter(outcome="listed", change="new")
            waiting = rows.filter(outcome="eligible_not_listed")
            for at, quota in enumerate(QUOTAS):
                there = rows.filter(outcome="listed", quota=quota).height
                if new.filter(quota=quota).height and there > own[quota]:
                    earlier = waiting.filter(pl.col("quota").is_in(QUOTAS[:at]))
                    assert earlier.is_empty(), (issue.as_of, quota)


def test_every_severe_absence_with_nothing_on_file_is_listed_or_counted_with_the_reason_it_is_not(issues):
    seen = 0
    for issue in issues:
        severe = issue.signals.filter("raised", signal="severe_absence").select("pupil_id")
        bare = issue.support.filter(~pl.col("on_file")).select("pupil_id")
        theirs = issue.triage.join(severe, on="pupil_id", how="semi").join(bare, on="pupil_id", how="semi")
        unlisted = theirs.filter(pl.col("outcome") != "listed")
        assert unlisted["because"].str.ends_with(".").all()
        quiet = unlisted.filter(pl.col("outcome").is_in(["already_known", "snoozed"]))
        assert quiet["is_decided"].all()  # nothing on file makes nobody known: a person did
        seen += theirs.height
    assert seen > 0


def test_between_the_set_days_nothing_goes_out_and_nobody_joins(tmp_path, small):
    home = new_home(tmp_path / "home", every_days=14)
    deliver(home, small.files)
    flow.take_in(home, Day(date(2025, 9, 1), history=True))
    due = small.last_day
    first, between = due - timedelta(days=14), due - timedelta(days=1)
    nights = {day: flow.flag(home, as_of=day) for day in (first, between, due)}
    assert [night.lists for night in nights.values()] == [2, 0, 2]
    assert not home.lists_of(between).exists()
    assert any(f"lists go out again on {due:%d/%m/%Y}" in remark for remark in nights[between].remarks)
    listed_on = tables(home, "derived")["derived.triage"].filter(outcome="listed")
    there = {day: set(listed_on.filter(as_of=day)["pupil_id"]) for day in (first, between, due)}
    assert there[between] <= there[first]
    assert there[between] <= there[due] != set()


def test_the_sheet_that_counts_says_why_each_severe_absence_with_nothing_on_file_is_not_named(issues, home):
    """The last list's workbooks, against what was concluded."""
    last = issues[-1]
    severe = last.signals.filter("raised", signal="severe_absence").select("pupil_id")
    bare = last.support.filter(~pl.col("on_file")).select("pupil_id")
    unlisted = (
        last.triage.filter(pl.col("outcome") != "listed")
        .join(severe, on="pupil_id", how="semi")
        .join(bare, on="pupil_id", how="semi")
    )
    counted = 0
    for path in home.lists_of(last.as_of).glob("*.xlsx"):
        sheet = openpyxl.load_workbook(path)["Counted, not listed"]
        rows = [
            (row[0], row[1])
            for row in sheet.iter_rows(values_only=True)
            if row[0] and "absent for half or more" in str(row[0])
        ]
        assert rows
        counted += sum(count for _, count in rows)
    assert counted == unlisted.height
