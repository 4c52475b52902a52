"""The same extracts, however they are cut up and named, give the same night; and a day gone by can be had again.

Byte for byte: `derived.triage` as `a2n export` writes it, and every workbook.
"""

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from pipeline.synthetic import Synthesised

from .at_home import a2n, a2n_process, copied, deliver_rows, exported, lists, new_home, read_rows, tables

pytestmark = pytest.mark.usefixtures("engine_of_its_own", "in_little_time")

DERIVED = ("derived.triage", "derived.pupil_features", "derived.pupil_signals", "derived.pupil_support")


def with_contested_marks(extracts: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Beside the extracts, a file that says `ill` of some half days of which another says `present`."""
    marks = pl.concat([rows for name, rows in extracts.items() if name.startswith("attendance_marks")])
    second = marks.filter(code="/").gather_every(97).with_columns(code=pl.lit("I"))
    assert second.height > 100
    return extracts | {"second_thoughts.csv": second}


def cut_up(extracts: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same rows in another order, in two files where there was one, under names that say nothing."""
    parts = {}
    for number, (_, rows) in enumerate(sorted(extracts.items(), reverse=True)):
        shuffled = rows.sample(fraction=1, shuffle=True, seed=number)
        at = rows.height // 3
        ending = "parquet" if number % 3 == 0 else "csv"
        parts |= {f"{number:03d}b.{ending}": shuffled[:at], f"{number:03d}a.CSV": shuffled[at:]}
    return {name: rows for name, rows in parts.items() if rows.height}


def night_of(home, extracts, as_of: date, *, give=a2n) -> None:
    deliver_rows(home, extracts, as_of.isoformat())
    ran = give("nightly", "--home", home.folder, "--as-of", as_of, "--json")
    assert (ran.status, ran.err) == (0, "")


@pytest.fixture(scope="module")
def two_ways(made, night, tmp_path_factory):
    """Two homes after the same history and night: extracts as they come, and cut up. The second has its night in a process of its
    own, with all the threads there are and the real gate: here there is one, and rules are asked directly."""
    as_they_come = copied(night.before, tmp_path_factory.mktemp("way") / "home")
    other = new_home(tmp_path_factory.mktemp("way") / "home")
    deliver_rows(other, cut_up(read_rows(made.history)), "last_year")
    ran = a2n("take-in", "--home", other.folder, "--history", "--known-on", "2025-09-01", "--json")
    assert (ran.status, ran.err) == (0, "")
    for home, cut, give in ((as_they_come, dict, a2n), (other, cut_up, a2n_process)):
        night_of(home, cut(with_contested_marks(read_rows(made.files))), made.last_day, give=give)
    return as_they_come, other


def test_files_split_renamed_and_shuffled_give_the_same_triage_byte_for_byte(two_ways, tmp_path):
    one, other = (exported(home, "derived.triage", tmp_path / f"{n}.parquet") for n, home in enumerate(two_ways))
    assert one == other


def test_files_split_renamed_and_shuffled_give_the_same_lists_byte_for_byte(two_ways, made):
    one, other = (lists(home, made.last_day) for home in two_ways)
    assert one == other
    assert len(one) == 6


def test_files_split_renamed_and_shuffled_give_the_same_facts_and_conclusions(two_ways):
    one, other = (tables(home, "facts", "derived") for home in two_ways)
    assert [name for name in one if not one[name].equals(other[name])] == []
    assert one["facts.pupil_weeks"].height > 10_000


def test_of_two_marks_from_one_delivery_the_first_in_the_declared_order_counts(two_ways, night):
    """Present comes before authorised absence: the contested half days are as if no second file had come."""
    contested, plain = tables(next(iter(two_ways)), "facts"), tables(night.home, "facts")
    assert contested["facts.marked_weeks"].equals(plain["facts.marked_weeks"])


# A day gone by ------------------------------------------------------------------------------------------------------------


def up_to(extracts: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """What there was on a day: no later mark."""
    return {
        name: rows.filter(pl.col("date") <= day.isoformat()) if name.startswith("attendance_marks") else rows
        for name, rows in extracts.items()
        if name != "register_totals.csv"
    }


def corrected(extracts: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """What is learned after `day`: later marks; that everybody ill before was there after all; new names and plans."""
    before, learned = pl.col("date") <= day.isoformat(), {}
    for name, rows in extracts.items():
        if name.startswith("attendance_marks"):
            learned[f"later_{name}"] = rows.filter(~before)
            learned[f"corrected_{name}"] = rows.filter(before, code="I").with_columns(code=pl.lit("/"))
        if name.startswith("pupils_"):
            learned[f"renamed_{name}"] = rows.with_columns(surname=pl.lit("Married-Name"), sen_provision=pl.lit("E"))
    return learned


class Replay:
    """A list of some weeks ago; then later marks, corrections of earlier ones and other names; then that day again."""

    def __init__(self, made: Synthesised, before, folder):
        self.home = copied(before, folder / "home")
        self.latest, self.day = made.last_day, made.last_day - timedelta(weeks=3)
        extracts = read_rows(made.files)
        night_of(self.home, up_to(extracts, self.day), self.day)
        self.first = self.kept()
        night_of(self.home, corrected(extracts, self.day), self.latest)
        self.current = (self.home.published / "current.duckdb").readlink()
        self.latest_lists = lists(self.home, self.latest)
        self.latest_rows = self.of_day(self.latest)
        self.ran = a2n("flag", "--home", self.home.folder, "--as-of", self.day, "--json")
        self.again = self.kept()

    def of_day(self, day: date) -> dict[str, list]:
        derived = tables(self.home, "derived")
        return {name: derived[name].filter(as_of=day).rows() for name in DERIVED}

    def kept(self) -> tuple[dict, dict]:
        return self.of_day(self.day), lists(self.home, self.day)


@pytest.fixture(scope="module")
def replay(made, night, tmp_path_factory) -> Replay:
    return Replay(made, night.before, tmp_path_factory.mktemp("replay"))


@pytest.mark.long
def test_a_past_day_gives_its_original_conclusions_though_more_has_been_learned(replay):
    assert (replay.ran.status, replay.ran.err) == (0, "")
    assert replay.again[0] == replay.first[0]
    assert len(replay.first[0]["derived.triage"]) > 250


@pytest.mark.long
def test_a_past_day_gives_its_original_lists_byte_for_byte(replay):
    assert replay.again[1] == replay.first[1]
    assert len(replay.first[1]) == 6


@pytest.mark.long
def test_what_was_learned_later_did_matter(replay):
    """Otherwise the two tests above would prove nothing."""
    then = {row[1]: row for row in replay.first[0]["derived.pupil_features"]}
    now = tables(replay.home, "derived")["derived.pupil_features"].filter(as_of=replay.latest)
    missed_then = {pupil: row[now.columns.index("illness_sessions_ytd")] for pupil, row in then.items()}
    fewer = [pupil for pupil, ill in now.select("pupil_id", "illness_sessions_ytd").rows() if ill < missed_then.get(pupil, 0)]  # fmt: skip
    assert len(fewer) > 50


@pytest.mark.long
def test_a_replay_never_moves_what_is_published(replay):
    current = replay.home.published / "current.duckdb"
    assert current.readlink() == replay.current
    with duckdb.connect(current, read_only=True) as con:
        assert con.execute("SELECT as_of FROM published.run").fetchall() == [(replay.latest,)]


@pytest.mark.long
def test_a_replay_leaves_the_later_days_rows_and_lists_as_they_were(replay):
    assert replay.of_day(replay.latest) == replay.latest_rows
    assert lists(replay.home, replay.latest) == replay.latest_lists


@pytest.mark.long
def test_the_later_list_says_what_changed_since_the_earlier_one(replay):
    assert replay.latest_lists.keys() == replay.first[1].keys()
    assert replay.latest_lists != replay.first[1]
