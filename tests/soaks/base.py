"""A small home for soaks, the good files that are mutated, and a take-in that is watched while it works."""

import re
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from unittest import mock

from expectations import PROMISES, Severity
from pipeline import flow
from pipeline.edges import inbox, intake, reading
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, open_home
from pipeline.hops import delivered
from pipeline.hops.taking_in import Day
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from tests.journeys.at_home import new_home

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = Path(__file__).parents[1] / "examples"
CLEAN = ("*schools.csv", "*schoolcensus.csv", "pupils*.csv", "*pupilonroll.csv", "*pupilnolongeronroll.csv")
CLEAN_EXAMPLES = (*CLEAN, "*_ids.csv", "*mark_codes.csv", "ssda903_header.csv", "sen2_person.csv", "sen2_requests.csv", "sen2_assessment.csv", "sen2_namedplan.csv")  # fmt: skip
"""What the home holds before any mutated file comes: without schools and a roll next to nothing would be accepted."""

DAY = date(2025, 10, 17)


def seeds(pattern: str) -> list[Path]:
    """The good files: of a made-up authority the first rows of each table it sends, and the examples of every layout."""
    found = [path for folder in (CORPUS, EXAMPLES) for path in sorted(folder.glob(pattern))]
    if not found:
        raise FileNotFoundError(f"no file of the corpus is called {pattern}")
    return found


@cache
def corpus(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in seeds(pattern)]


def base_home(folder: Path) -> Path:
    """A home that knows its schools and its roll, and names a gateway for other agencies' extracts as made-up homes do."""
    home = new_home(folder)
    for of, patterns in ((CORPUS, CLEAN), (EXAMPLES, CLEAN_EXAMPLES)):
        for path in (path for pattern in patterns for path in of.glob(pattern)):
            shutil.copy(path, home.inbox / f"{of.name}_{path.name}")
    summary = flow.take_in(home, Day(DAY))
    refused = [one.refusal for one in summary.extracts if one.refused_because]
    if refused or summary.stopped_because:
        raise ValueError(f"the corpus is not clean: {refused or summary.stopped_because}")
    for path in home.inbox.iterdir():
        path.unlink()
    return folder


def take_in_files(
    contents: dict[str, bytes], base: Path, work: Path, *, longest: float
) -> tuple[Counter, list[tuple[str | None, str]]]:
    """Take files in on a copy of a home. Returns what came of them, and the faults: a file (None: not known which) and
    what was wrong. A file may take `longest` seconds until it is before the gate."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(base, work)
    home = open_home(work)
    for name, content in contents.items():
        (home.inbox / name).write_bytes(content)
    counts, faults, seconds = Counter(), [], Counter()
    try:
        with watched(faults), timed(seconds):
            summary = flow.take_in(home, Day(DAY))
    except KeyboardInterrupt:
        raise
    except BaseException as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        return counts, [(None, f"{type(fault).__name__} at {Path(where.filename).name}:{where.name}")]
    if summary.stopped_because:
        faults.append((None, f"stopped: {summary.stopped_because}"))
    faults += [(file, f"took {took:.1f} s") for file, took in _by_file(seconds, contents).items() if took > longest]
    for one in summary.extracts:
        counts["files refused"] += bool(one.refused_because)
        counts["rows read"] += one.rows_read
        counts["rows accepted"] += one.rows_accepted
        counts["rows set aside"] += one.rows_set_aside
        if one.rows_read != one.rows_accepted + one.rows_set_aside + one.rows_refused:
            faults.append((_file_of(one.file, contents), "rows do not add up"))
    return counts, faults + wrong_rows(home)


def _by_file(seconds: Counter, contents: dict[str, bytes]) -> Counter:
    """Those of all the tables in a file together."""
    total = Counter()
    for name, took in seconds.items():
        total[_file_of(name, contents)] += took
    return total


def _file_of(name: str, contents: dict[str, bytes]) -> str | None:
    return next((file for file in contents if name == file or name.startswith(f"{file}/")), None)


# No accepted row breaks a promise


@contextmanager
def watched(faults: list) -> Iterator[None]:
    """While it lasts, each feed's promises are put again to the rows about to be kept: by then none may be broken."""
    real = intake.part

    def part(con, feed, **how):
        real(con, feed, **how)
        for promise in PROMISES[feed]:
            if promise.severity is not Severity.INFO:
                sql = re.sub(r"\bbatch\b", "accepted", promise.sql)
                [broken] = con.execute(f"SELECT count(*) FROM ({sql})").fetchone()
                if broken:
                    faults.append((None, f"{broken} accepted rows of {feed} break {promise.rule}"))

    with mock.patch.object(intake, "part", part):
        yield


@contextmanager
def timed(seconds: Counter) -> Iterator[None]:
    """While it lasts, the processor's seconds that go into each file are counted under its name: looking what it holds,
    recognising, reading, and all that is done to its rows before the gate. What else the machine does is not counted. Nothing is read
    ahead, so that each second can be put down to one file."""
    looked, recognised = inbox.tables_in, reading.recognised
    read = reading.read_extract
    under_way = []

    def timed_look(path, name):
        with _counted(seconds, name, time.thread_time):  # for files are looked at side by side
            return looked(path, name)

    def timed_recognised(extract):
        with _counted(seconds, extract.name):
            return recognised(extract)

    def timed_read(extract, layout=None):
        batches = read(extract, layout)
        while True:
            with _counted(seconds, extract.name):
                batch = next(batches, None)
            if batch is None:
                return
            under_way[:] = [extract.name]
            yield batch

    def timed_step(step):
        def timed(*what):
            if not under_way:  # a file is refused, and of none was a row read before
                return step(*what)
            with _counted(seconds, *under_way):
                return step(*what)

        return timed

    with (
        mock.patch.object(inbox, "tables_in", timed_look),
        mock.patch.object(reading, "recognised", timed_recognised),
        mock.patch.object(reading, "read_extract", timed_read),
        mock.patch.object(delivered, "ahead", lambda items, at_most: (one for one in items)),
        mock.patch.object(delivered, "_typed", timed_step(delivered._typed)),
        mock.patch.object(delivered, "candidates_of", timed_step(delivered.candidates_of)),
    ):
        yield


@contextmanager
def _counted(seconds: Counter, name: str, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
    began = clock()
    try:
        yield
    finally:
        seconds[name] += clock() - began


_CODES = ", ".join("'" + code.code.replace("'", "''") + "'" for code in ATTENDANCE_CODES)

WRONG = {
    "a mark with no code of the register": f"SELECT 1 FROM warehouse.staged.attendance_marks WHERE code NOT IN ({_CODES}) OR code = 'Y5'",
    "a mark of no half day": "SELECT 1 FROM warehouse.staged.attendance_marks WHERE half_day NOT IN ('am', 'pm')",
    "a mark of another time": f"SELECT 1 FROM warehouse.staged.attendance_marks WHERE date NOT BETWEEN '2024-08-01' AND '2026-08-31' OR known_on <> DATE '{DAY}'",
    "a mark of nobody on any roll": "SELECT 1 FROM warehouse.staged.attendance_marks m ANTI JOIN warehouse.staged.pupils p USING (pupil_id)",
    "a pupil_id that is none": "SELECT 1 FROM warehouse.staged.pupils WHERE NOT regexp_full_match(pupil_id, '[a-z2-7]{12}')",
    "a spell that ends before it begins": "SELECT 1 FROM warehouse.staged.pupils WHERE leaving_date < entry_date",
    "a year group that is none": "SELECT 1 FROM warehouse.staged.pupils WHERE NOT regexp_full_match(nc_year, 'E1|E2|N1|N2|R|[1-9]|1[0-4]|M|X')",
    "a school nobody knows": "SELECT 1 FROM warehouse.staged.pupils p ANTI JOIN (SELECT urn FROM warehouse.staged.schools UNION SELECT urn FROM warehouse.staged.census_headers) s USING (urn)",
    "fewer than no sessions": "SELECT 1 FROM warehouse.staged.census_sessions WHERE sessions < 0",
    "more sessions in a week than there are half days": "SELECT 1 FROM warehouse.facts.pupil_weeks WHERE possible_sessions NOT BETWEEN 1 AND 14 OR absence_sessions > possible_sessions",
}  # fmt: skip
"""What may stand in no warehouse, whatever was delivered: said anew, and not by the promises themselves."""


def wrong_rows(home: Home) -> list[tuple[None, str]]:
    with shelf.warehouse(home) as con:
        found = {what: con.execute(f"SELECT count(*) FROM ({sql})").fetchone()[0] for what, sql in WRONG.items()}
    return [(None, f"{what}, {rows} times") for what, rows in found.items() if rows]
