"""Files whose time is over. Each is removed by itself; whoever removes them again finds fewer."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from dateutil.relativedelta import relativedelta

from pipeline.tables.derived import ISSUED_LISTS
from pipeline.tables.feedback import RETURNS

from . import feedback, opinions_kept, runs, trail
from .containers import tables_in
from .inbox import told_name, visible
from .published import CURRENT
from .retained import Due
from .settings import Home

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _due(kind: str, paths: Iterable[Path], up_to: date, **of: date | None) -> Due | None:
    gone = sorted(paths)

    def remove() -> None:
        for path in gone:
            path.unlink(missing_ok=True)
            _remove_empty(path.parent)

    return Due(kind, len(gone), remove, up_to, in_one=False, is_of_files=True, **of) if gone else None


def _remove_empty(folder: Path) -> None:
    """Folders of a day, and those in it; not the home's own."""
    while _DAY.fullmatch(folder.name) or any(_DAY.fullmatch(one.name) for one in folder.parents):
        try:
            folder.rmdir()
        except OSError:  # something is in it
            return
        folder = folder.parent


def _written_on(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()


def _files(folder: Path) -> list[Path]:
    """No link, which might lead anywhere."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


# Outbox ---------------------------------------------------------------------------------------------------------------


def due_outbox(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date, days: int) -> Due | None:
    """Lists, pages, facts to put right and worklists of a day that newer ones have taken the place of, and answers to lists that came
    back. Each school's newest list stays, however old."""
    last = as_of - timedelta(days=days)
    by_day = {date.fromisoformat(one.name): one for one in home.outbox.iterdir() if _is_of_a_day(one)} if home.outbox.is_dir() else {}  # fmt: skip
    newest = _newest_lists(con)
    of_home = {path.name: day for day in sorted(by_day) for path in by_day[day].glob("*.xlsx")}
    gone = [
        path for day, folder in by_day.items() if day <= last for path in _files(folder)
        if day != (of_home.get(path.name) if path.parent == folder else newest.get(_urn(path)))
    ]  # fmt: skip
    gone += [path for path in _files(home.outbox / "returned") if _answered_on(con, path) <= last]
    gone += [path for path in _files(home.outbox / "worklists") if _written_on(path) <= last]
    return _due("outbox", gone, last)


def _is_of_a_day(folder: Path) -> bool:
    if not _DAY.fullmatch(folder.name) or not folder.is_dir() or folder.is_symlink():
        return False
    with suppress(ValueError):
        return bool(date.fromisoformat(folder.name))
    return False


def _newest_lists(con: duckdb.DuckDBPyConnection) -> dict[int, date]:
    return dict(
        con.execute(
            f"SELECT urn, max(as_of) FROM warehouse.{ISSUED_LISTS.name} WHERE is_superseded IS NOT TRUE GROUP BY urn"
        ).fetchall()
    )


def _urn(path: Path) -> int | None:
    found = re.search(r"\b\d{6}\b", path.name)
    return int(found[0]) if found else None


def _answered_on(con: duckdb.DuckDBPyConnection, path: Path) -> date:
    """By the key its name ends with."""
    told = con.execute(
        f"SELECT max(known_on) FROM warehouse.{RETURNS.name} WHERE starts_with(return_key, ?)", [path.stem[-8:]]
    ).fetchone()[0]
    return told or _written_on(path)


# Delivered ------------------------------------------------------------------------------------------------------------


def due_delivered(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date, days: int) -> Due | None:
    """Files in taken/, and those in the inbox of which every table was taken in. What was refused or waits to be read stays."""
    last = as_of - timedelta(days=days)
    old = _names_by_day(con, last)
    taken = runs.taken_whole(con) | feedback.taken(con)
    moved = [path for path in _files(home.folder / "taken") if _came_by(home.folder / "taken", path, old, last)]
    lying = [path for path in visible(home.inbox) if told_name(path, path.relative_to(home.inbox)) in old]
    lying = [path for path in lying if all(sha256 in taken for sha256 in _hashes(home, path))]
    return _due("delivered files", [*moved, *lying], last)


def _names_by_day(con: duckdb.DuckDBPyConnection, last: date) -> frozenset[str]:
    """The places in the inbox of what was last told of by that day; of a member of an archive or a workbook, every folder above it.
    History counts from the home's first night: the day it was known on may be long before it was taken in."""
    told = con.execute(_TOLD_BY, {"last": last}).fetchall()
    whole: set[str] = set()
    for (name,) in told:
        parts = name.split("/")
        whole.update("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return frozenset(whole)


_TOLD_BY = f"""
    WITH first AS (SELECT min(as_of) AS first_on FROM warehouse.audit.runs WHERE kind IN ('take-in', 'flag')),
    told AS (
        SELECT extract AS name, if(run LIKE 'history %', greatest(known_on, first_on), known_on) AS known_on
        FROM warehouse.audit.extracts, first
        UNION ALL SELECT file, known_on FROM warehouse.{RETURNS.name})
    SELECT name FROM told GROUP BY name HAVING max(known_on) <= $last
"""


def _came_by(taken: Path, path: Path, old: frozenset[str], last: date) -> bool:
    """By its name; one that had to be given another, by the day it was written."""
    return told_name(path, path.relative_to(taken)) in old or _written_on(path) <= last


def _hashes(home: Home, path: Path) -> list[str]:
    """Of the tables in a file as it is now: one that was replaced since is another. Of one with none, a hash that nothing has."""
    return [table.sha256 for table in tables_in(path, told_name(path, path.relative_to(home.inbox)))] or [""]


# Kept beside ----------------------------------------------------------------------------------------------------------


def due_set_aside(home: Home, *, as_of: date, days: int) -> Due | None:
    """What is said of files in set_aside/, so many days after it was written."""
    last = as_of - timedelta(days=days)
    return _due("set_aside files", [path for path in _files(home.set_aside) if _written_on(path) <= last], last)


def due_snapshots(home: Home, *, as_of: date, days: int) -> Due | None:
    """Snapshots of a day gone by, but for the one that is published."""
    last, current = as_of - timedelta(days=days), (home.published / CURRENT).resolve().name
    found = ((path, _DAY.search(path.name)) for path in home.published.glob("snapshot-*.duckdb"))
    old = [path for path, day in found if path.name != current and day and date.fromisoformat(day[0]) <= last]
    return _due("snapshots", old, last)


def due_models(home: Home, *, as_of: date, months: int) -> list[Due]:
    """Each model learned so long ago, but for the newest and the one in use."""
    last, kept = as_of - relativedelta(months=months), opinions_kept.records(home)
    stay = {one.folder for one in (opinions_kept.in_use(home, as_of=as_of), opinions_kept.latest(home)) if one}
    old = [one for one in kept if one.as_of <= last and one.folder not in stay]
    due = []
    for one in old:
        used = {"known_from": max(one.approved_on, one.as_of), "read_until": as_of} if one.approved_on else {}
        due.append(_due("models", _files(one.folder), one.as_of, **used))
    return [one for one in due if one]


# The trail ------------------------------------------------------------------------------------------------------------


def due_trail(home: Home, *, as_of: date, years: int) -> Due | None:
    """The trail's files of calendar years so long gone, and the log of views from before there was a trail. Before each goes, what it ended
    with is put on record, so that what is left still follows from it."""
    last = as_of.year - years - 1
    folder = home.folder / trail.FOLDER
    there = trail.files(folder)
    gone = [path for path in there[:-1] if int(path.stem[-4:]) <= last]
    gone += [path for path in _views_before(folder) if _written_on(path).year <= last]

    def remove() -> None:
        for path in gone:
            _put_end_on_record(home, path, as_of=as_of)
            path.unlink(missing_ok=True)

    if not gone:
        return None
    return Due("trail", len(gone), remove, date(last, 12, 31), in_one=False, is_on_trail=True, is_of_files=True)


def _views_before(folder: Path) -> list[Path]:
    path = folder / trail.VIEWS_BEFORE
    return [path] if path.is_file() and not path.is_symlink() else []


def _put_end_on_record(home: Home, path: Path, *, as_of: date) -> None:
    """How many lines there were ever by its end, and the hash of the last; of the earlier log its own lines, and the hash of it all."""
    if path.name == trail.VIEWS_BEFORE:
        end = trail.Head(*trail.of_views_before(path))
    else:
        end = trail.end_of(path)
    if end:  # of an empty file nothing is to be followed from
        of = {"file": path.name, "lines": end.lines, "sha256": end.sha256}
        trail.record(home, trail.RETAINED, day=as_of.isoformat(), kind="trail", **of)
