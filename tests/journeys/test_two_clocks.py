"""A day whose lists are out says the same ever after: whatever is learned, decided or looked at later, its lists can be had
again, byte for byte; and what would change them is dated later or refused.
"""

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.edges import clock
from pipeline.edges.settings import Home, open_home
from pipeline.synthetic import Synthesised, synthesise

from .at_home import a2n, copied, deliver, deliver_rows, lists, new_home, read_rows, tables

pytestmark = pytest.mark.usefixtures("in_little_time")

A_DAY = timedelta(days=1)
SENT_FIRST = ("schools", "pupils_", "support", "suspensions")


@dataclass(frozen=True)
class Issued:
    """A home whose lists of three days went out, as they then were."""

    home: Home
    made: Synthesised
    days: tuple[date, ...]
    lists: dict[date, dict[str, bytes]]

    def copy(self, folder) -> Home:
        """The home as it is now, its lists gone from the outbox."""
        home = copied(self.home, folder / "home")
        (home.folder / "settings.toml").write_text((self.home.folder / "settings.toml").read_text())
        return home

    @property
    def last(self) -> date:
        return self.days[-1]


def forbearing(folder) -> Home:
    """A home that withholds no list, whatever is planted."""
    home = new_home(folder)
    path = home.folder / "settings.toml"
    told = re.sub(r"(tolerance|not_taken) = [\d.]+", r"\1 = 0.99", path.read_text())
    path.write_text(re.sub(r"(days_missing|days_late) = \d+", r"\1 = 99", told))
    return open_home(home.folder)


def marks_of(made: Synthesised, after: date, until: date) -> dict[str, pl.DataFrame]:
    new = pl.col("date").is_between(pl.lit(str(after)), pl.lit(str(until)), closed="right")
    told = read_rows(path for path in made.files if path.name.startswith("attendance_marks_"))
    return {f"{until} {name}": rows.filter(new) for name, rows in told.items()}


@pytest.fixture(scope="module")
def issued(tmp_path_factory) -> Issued:
    folder = tmp_path_factory.mktemp("issued")
    made = synthesise(folder / "made", pupils=120, schools=2, seed=4, weeks=8, with_faults=True)
    home, days = forbearing(folder / "home"), tuple(made.last_day - timedelta(days=days) for days in (14, 7, 0))
    deliver(home, [path for path in made.files if path.name.startswith(SENT_FIRST)])
    for before, day in zip((date.min, *days), days, strict=False):
        deliver_rows(home, marks_of(made, before, day))
        nightly(home, day)
    return Issued(home, made, days, {day: lists(home, day) for day in days})


def nightly(home: Home, day: date) -> dict:
    return a2n("nightly", "--home", home.folder, "--as-of", day, "--json").told


def flag(home: Home, day: date) -> dict:
    ran = a2n("flag", "--home", home.folder, "--as-of", day, "--json")
    assert (ran.status, ran.err) == (0, "")
    return ran.told


def take_in(home: Home, *words: object):
    return a2n("take-in", "--home", home.folder, *words, "--json")


def had_again(home: Home, issued: Issued) -> dict[date, dict[str, bytes]]:
    for day in issued.days:
        flag(home, day)
    return {day: lists(home, day) for day in issued.days}


# Whatever comes later -----------------------------------------------------------------------------------------------------


there_after_all = pl.col("code").replace({"I": "/", "O": "I"})


def corrections(home: Home, issued: Issued) -> None:
    told = marks_of(issued.made, issued.days[0], issued.last)
    deliver_rows(home, {f"right {name}": rows.with_columns(there_after_all) for name, rows in told.items()})
    assert take_in(home).told["as_of"] > str(issued.last)


def leavers(home: Home, issued: Issued) -> None:
    """Some left before all of these days, as is learned now."""
    rolls = read_rows(path for path in issued.made.files if path.name.startswith("pupils_"))
    left = pl.lit(str(issued.days[0] - A_DAY)).alias("leaving_date")
    deliver_rows(home, {f"left {name}": rows.gather_every(7).with_columns(left) for name, rows in rolls.items()})
    assert take_in(home).told["as_of"] > str(issued.last)


def a_link_undone(home: Home, issued: Issued) -> None:
    told = tables(home, "facts")["facts.same_child"].filter(pl.col("undone_on").is_null())
    ran = a2n("links", "--home", home.folder, "--undo", told["link"][0])
    assert ran.out.startswith("1 pair decided.\n")


def a_look_back(home: Home, issued: Issued) -> None:
    for day in (issued.days[0] - timedelta(days=7), issued.days[1] + A_DAY, issued.days[0]):
        flag(home, day)


def other_settings(home: Home, issued: Issued) -> None:
    path = home.folder / "settings.toml"
    path.write_text(path.read_text().replace("places = 10 ", "places = 1 "))


LATER = (corrections, leavers, a_link_undone, a_look_back, other_settings)


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.long), 2])
def test_lists_that_are_out_are_had_again_byte_for_byte_whatever_came_later_in_whatever_order(
    issued, tmp_path, monkeypatch, seed
):
    monkeypatch.setattr(clock, "today", lambda: issued.last)
    home = issued.copy(tmp_path)
    for comes in random.Random(seed).sample(LATER, len(LATER)):
        comes(home, issued)
    assert had_again(home, issued) == issued.lists


def test_what_came_later_does_matter_on_the_days_after(issued, tmp_path, monkeypatch):
    """Otherwise the test above would prove nothing."""
    monkeypatch.setattr(clock, "today", lambda: issued.last)
    without, home = issued.copy(tmp_path / "without"), issued.copy(tmp_path)
    for comes in (corrections, leavers):
        comes(home, issued)
    now, had = (flag(one, issued.last + A_DAY)["pupils_by_outcome"] for one in (home, without))
    assert now != had


def test_a_look_back_is_no_list_that_later_ones_name(issued, tmp_path):
    home = issued.copy(tmp_path)
    flag(home, issued.days[1] + A_DAY)
    held = tables(home, "derived")
    assert set(held["derived.issued_places"]["as_of"]) == set(issued.days)
    assert issued.days[1] + A_DAY in set(held["derived.triage"]["as_of"])


# A take-in after the lists ------------------------------------------------------------------------------------------------


@pytest.fixture
def later(issued, tmp_path) -> Home:
    """The home, with corrections in its inbox."""
    home = issued.copy(tmp_path)
    told = marks_of(issued.made, issued.days[1], issued.last)
    deliver_rows(home, {f"right {name}": rows.with_columns(there_after_all) for name, rows in told.items()})
    return home


def known(home: Home) -> date:
    return tables(home, "audit")["audit.extracts"]["known_on"].max()


def test_nothing_is_taken_in_as_known_before_lists_that_are_out(issued, later):
    flag(later, issued.last + timedelta(days=7))
    before = tables(later, "staged")
    ran = take_in(later, "--known-on", issued.last + timedelta(days=3))
    assert ran.status == 1 and f"give --known-on {issued.last + timedelta(days=8)} or later" in ran.err
    assert all(rows.equals(before[name]) for name, rows in tables(later, "staged").items())


def test_by_hand_what_comes_after_a_days_lists_is_known_the_day_after_and_that_is_said(issued, later):
    ran = take_in(later, "--known-on", issued.last)
    assert (ran.status, ran.told["as_of"], known(later)) == (0, str(issued.last + A_DAY), issued.last + A_DAY)
    assert f"Known on {issued.last + A_DAY:%d/%m/%Y}" in ran.told["remarks"][0]


def test_where_nothing_came_no_day_is_begun(issued, tmp_path):
    home = issued.copy(tmp_path)
    deliver(home, [path for path in issued.made.files if path.name.startswith(SENT_FIRST)])
    assert take_in(home, "--known-on", issued.last + A_DAY).told["remarks"] == []


@pytest.mark.long
def test_by_night_a_second_delivery_is_of_the_day_its_lists_are_issued_anew_and_those_are_had_again(issued, later):
    told = nightly(later, issued.last)
    assert known(later) == issued.last
    assert told["remarks"] == [f"The lists of {issued.last:%d/%m/%Y} were out already: they are issued anew."]
    anew = lists(later, issued.last)
    assert anew != issued.lists[issued.last]
    assert had_again(later, issued) == issued.lists | {issued.last: anew}


def test_the_day_after_and_the_day_left_out_are_open_as_ever(issued, later, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: issued.last + timedelta(days=3))
    ran = take_in(later)
    assert (ran.status, known(later), ran.told["remarks"]) == (0, issued.last + timedelta(days=3), [])


# Decisions after the lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_later", "status"), [(-1, 1), (0, 1), (1, 0)])
def test_a_decision_is_known_after_the_lists_that_are_out_or_is_refused(issued, tmp_path, days_later, status):
    home = issued.copy(tmp_path)
    link = tables(home, "facts")["facts.same_child"]["link"][0]
    day = issued.last + timedelta(days=days_later)
    ran = a2n("links", "--home", home.folder, "--undo", link, "--known-on", day)
    assert ran.status == status
    assert (f"give --known-on {issued.last + A_DAY} or later" in ran.err) == (status == 1)
    assert tables(home, "audit")["audit.link_decisions"].height == (status == 0)


def test_a_decision_whose_day_is_left_out_says_the_day_it_is_known_on(issued, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: issued.last)
    home = issued.copy(tmp_path)
    link = tables(home, "facts")["facts.same_child"]["link"][0]
    ran = a2n("links", "--home", home.folder, "--undo", link)
    assert f"Known on {issued.last + A_DAY:%d/%m/%Y}" in ran.out
    assert tables(home, "audit")["audit.link_decisions"]["known_on"].to_list() == [issued.last + A_DAY]


# Settings -----------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_nights_lists_are_made_again_with_its_settings_and_issued_anew_with_those_of_now(issued, tmp_path):
    home = issued.copy(tmp_path)
    other_settings(home, issued)
    told = flag(home, issued.last)
    assert lists(home, issued.last) == issued.lists[issued.last]
    assert f"a2n nightly --as-of {issued.last}" in told["remarks"][0]
    assert nightly(home, issued.last)["pupils_by_outcome"]["listed"] < told["pupils_by_outcome"]["listed"]
    anew = lists(home, issued.last)
    assert anew != issued.lists[issued.last]
    assert flag(home, issued.last)["remarks"] == []
    assert lists(home, issued.last) == anew


# A clock set wrong --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [("take-in", "--known-on"), ("nightly", "--as-of"), ("flag", "--as-of")])
def test_a_day_far_ahead_is_not_believed(issued, tmp_path, verb):
    home = issued.copy(tmp_path)
    before = tables(home, "audit")["audit.runs"]
    ran = a2n(verb[0], "--home", home.folder, verb[1], "2035-01-01")
    assert ran.status == 1 and "01/01/2035 is more than 400 days after today" in ran.err
    assert tables(home, "audit")["audit.runs"].equals(before)


def test_a_made_up_home_may_begin_on_any_day_and_a_live_one_may_not(tmp_path):
    for demo in (True, False):
        home = new_home(tmp_path / str(demo), demo=demo)
        assert take_in(home, "--known-on", "2099-01-01").status == (0 if demo else 1)


def test_where_a_clock_was_set_forward_the_sentence_says_what_mends_it(issued, tmp_path, monkeypatch):
    home = issued.copy(tmp_path)
    assert "backup" not in take_in(home, "--known-on", issued.days[0]).err
    monkeypatch.setattr(clock, "today", lambda: issued.days[0])
    assert "restore this home from a backup" in take_in(home, "--known-on", issued.days[0]).err
