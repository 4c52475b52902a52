"""Weeks of a made-up authority as they are published, kept week by week: by our suppression, by a naive one, and the truth.

Each week its registers and whatever else changed come in, with corrections of the weeks before; lists go out every fortnight and come
back with two rows of three answered; pupils move; one school opens half-way and one closes. This is the harness's knowledge: of what is
written here the attack may open `ours` or `naive`, and `pupils.csv`.
"""

import hashlib
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import openpyxl
import polars as pl

from pipeline import flow
from pipeline.edges import published
from pipeline.edges.settings import Home, make_home
from pipeline.hops import data_told, publishing
from pipeline.hops.taking_in import Day
from pipeline.steps.disclosure import disclosed
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_data import data_quality, feeds
from pipeline.synthetic import synthesise

from .naive_suppression import naive_pages, naive_rows
from .night_delivery import corrections

NOTHING_HIDDEN = Policy(fewest_shown=1, smallest_base=0)
TOTALS = "register_totals.csv"
"""Left out: corrections are made here that it does not know of, and lists of a school whose totals do not hold are withheld."""

DECISIONS = ("look into it", "already met", "other cause", "not needed", "could not reach", "snooze until")
FINDINGS = ("need found", "known", "none")


@dataclass(frozen=True)
class Weekly:
    """What is made up: pupils in schools, for so many weeks, the first of them `first`."""

    pupils: int
    schools: int
    seed: int
    weeks: int
    first: int = 1

    @property
    def told(self) -> str:
        return f"{self.pupils:,} pupils in {self.schools} schools, seed {self.seed}, {self.weeks} weeks"


def weekly_nights(asked: Weekly, to: Path) -> None:
    """`to` with ours/, naive/ and truth/, a file or folder a week, and pupils.csv: pupils on the roll of each school, as they were
    that week, but of those with one to four."""
    home, rolls = make_home(to / "home", demo=True), []
    taken = _Taken(to / "home", set(), {})
    for number in range(asked.weeks):
        extracts = to / "extracts"
        made = synthesise(
            extracts, pupils=asked.pupils, schools=asked.schools, seed=asked.seed, weeks=asked.first + number
        )
        if not number:
            _deliver_history(home, made.history, date(made.school_year.starts, 9, 1))
        _deliver_week(home, made.files, _changing_schools(made.urns, number, asked.weeks), taken, asked.seed + number)
        with as_published(to, number) as truth:
            flow.nightly(home, as_of=made.last_day)
        if "school" in truth:
            _keep(truth, to / "truth" / f"{number:02}")
            on_roll = truth["school"].select("urn", pupils="pupils_on_roll", as_of=pl.lit(made.last_day))
            rolls.append(on_roll.filter(~pl.col("pupils").is_between(1, 4)))
        _send_back(home, made.last_day, number)
        print(f"week {number + 1} of {asked.told}", flush=True)
    pl.concat(rolls).write_csv(to / "pupils.csv")
    for passing in ("extracts", "home"):
        shutil.rmtree(to / passing)


# What is delivered


@dataclass
class _Taken:
    """What was delivered before: files by their bytes, and the marks of each school."""

    folder: Path
    files: set[str]
    marks: dict[str, pl.DataFrame]


def _deliver_history(home: Home, files: tuple[Path, ...], known_on: date) -> None:
    _copied(files, home.inbox / "last_year")
    flow.take_in(home, Day(known_on, history=True))
    shutil.rmtree(home.inbox / "last_year")


def _copied(files, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, to / path.name)


def _changing_schools(urns: tuple[int, ...], number: int, weeks: int) -> set[int]:
    """Schools that send nothing this week: the second opens after a third of the weeks, the third closes after two thirds."""
    if len(urns) < 4:
        return set()
    opens, closes = urns[1], urns[2]
    return ({opens} if number < weeks // 3 else set()) | ({closes} if number >= weeks * 2 // 3 else set())


def _deliver_week(home: Home, files: tuple[Path, ...], silent: set[int], taken: _Taken, seed: int) -> None:
    to = home.inbox / "this_year"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for path in files:
        if path.name == TOTALS:
            continue
        if any(path.stem.endswith(f"_{urn}") for urn in silent):
            _closed(path, to, taken)
        elif path.match("attendance_marks_*.csv"):
            _new_marks(path, to, taken, seed)
        elif (told := hashlib.sha256(path.read_bytes()).hexdigest()) not in taken.files:
            taken.files.add(told)
            shutil.copyfile(path, to / path.name)


def _new_marks(path: Path, to: Path, taken: _Taken, seed: int) -> None:
    """The marks that were not sent before, and corrections to one in a hundred of those of the ten days before."""
    marks = pl.read_csv(path, infer_schema=False)
    before = taken.marks.get(path.name, marks.clear())
    new = marks.join(before, on=marks.columns, how="anti", nulls_equal=True)
    corrected = corrections(before, seed) if before.height else before
    corrected = corrected.join(new, on=("urn", "upn", "date", "session"), how="anti")
    sent = pl.concat([new, corrected])
    taken.marks[path.name] = marks
    if sent.height:
        evening = f"{marks['date'].max()}T17:00:00"
        sent.with_columns(recorded_at=pl.lit(evening)).write_csv(to / path.name)


def _closed(path: Path, to: Path, taken: _Taken) -> None:
    """Of a school that has closed the roll once more, everybody with the last day of its registers as their leaving date."""
    marks = taken.marks.pop(path.name.replace("pupils_", "attendance_marks_"), None)
    if marks is not None and path.name.startswith("pupils_"):
        last = marks["date"].max()
        roll = pl.read_csv(path, infer_schema=False)
        roll = roll.filter(pl.col("entry_date") <= last)
        roll.with_columns(leaving_date=pl.col("leaving_date").fill_null(last)).write_csv(to / path.name)


# What comes back


def _send_back(home: Home, as_of: date, number: int) -> None:
    """Every workbook of the day in the inbox, two rows of three answered; what an earlier week's look found is said as well."""
    for path in sorted(home.lists_of(as_of).glob("*.xlsx")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path)
        answered = sum(_filled(sheet, as_of, number) for sheet in book)
        if answered:
            to = home.inbox / "returned" / f"{as_of} {path.name}"
            to.parent.mkdir(parents=True, exist_ok=True)
            book.save(to)


def _filled(sheet, as_of: date, number: int) -> int:
    heads = next((row for row in sheet.iter_rows() if row[0].value == "Key"), None)
    if heads is None:
        return 0
    at, answered = {cell.value: cell.column for cell in heads}, 0
    for row in range(heads[0].row + 1, sheet.max_row + 1):
        key, seal = sheet.cell(row, 1).value, sheet.cell(row, 2).value
        said = _answer(key, as_of, number) if key and seal else {}
        for heading, value in said.items():
            if heading in at:
                sheet.cell(row, at[heading]).value = value
                answered += 1
    return answered


def _answer(key: str, as_of: date, number: int) -> dict:
    lot = int(hashlib.sha256(f"{key} {number}".encode()).hexdigest()[:8], 16)
    if lot % 3 == 0:
        return {}
    decision, on = DECISIONS[lot // 3 % len(DECISIONS)], as_of + timedelta(days=1 + lot // 20 % 4)
    said = {"Decision": decision, "Decided on": on, "What came of it": FINDINGS[lot // 7 % 3], "Found on": on}
    if decision == "snooze until":
        said |= {"Snooze until": on + timedelta(days=30), "Snooze: why": "a review is booked"}
    return said


# What is published


@contextmanager
def as_published(to: Path, number: int) -> Iterator[dict[str, pl.DataFrame]]:
    """The exact counts of a night that runs meanwhile; its snapshot, and the naive one, are kept under the week's number."""
    truth: dict[str, pl.DataFrame] = {}

    def heard(counts: Mapping[str, pl.DataFrame], policy: Policy, before):
        truth.update(counts)
        return disclosed(counts, policy, before)

    def heard_rules(broken, rules, policy):
        truth["data_quality"] = data_quality(broken, rules, NOTHING_HIDDEN)
        return data_quality(broken, rules, policy)

    def heard_feeds(received, quality, policy):
        truth["feed"] = feeds(received, truth["data_quality"], NOTHING_HIDDEN)
        return feeds(received, quality, policy)

    swap_in = published.publish

    def kept(pages, folder, **how):
        path = swap_in(pages, folder, **how)
        _copied([path], to / "ours")
        (to / "ours" / path.name).rename(to / "ours" / f"{number:02}.duckdb")
        naive = swap_in({**pages, **_naive(truth)}, to / "swap", **how)
        (to / "naive").mkdir(exist_ok=True)
        naive.replace(to / "naive" / f"{number:02}.duckdb")
        shutil.rmtree(to / "swap")
        return path

    with (
        mock.patch.object(publishing, "disclosed", heard),
        mock.patch.object(data_told, "data_quality", heard_rules),
        mock.patch.object(data_told, "feeds", heard_feeds),
        mock.patch.object(published, "publish", kept),
    ):
        yield truth


def _naive(truth: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    policy = Policy()
    return naive_pages(truth, policy) | {
        "feed": naive_rows(truth["feed"], "rows_set_aside", policy),
        "data_quality": naive_rows(truth["data_quality"], "rows", policy),
    }


def _keep(truth: Mapping[str, pl.DataFrame], to: Path) -> None:
    to.mkdir(parents=True)
    for name, frame in truth.items():
        frame.write_parquet(to / f"{name}.parquet")
