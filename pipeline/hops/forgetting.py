"""One child erased everywhere, and proof of it: files, then the warehouse, then the names, each so that a kill changes nothing but the time.

Names go last: until then they say what to look for. What each step did is seen by looking again, so that all of it may be given again.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl

from pipeline.edges import anew, clock, erasing, erasing_begun, forgotten, holding, identity, runs, traces, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.child import PLACES, Child, text_columns
from pipeline.edges.erasing_begun import Begun
from pipeline.edges.errors import Refused
from pipeline.edges.links import who
from pipeline.edges.settings import Home
from pipeline.edges.traces import Is, Sought, sought
from pipeline.tables.derived import ISSUED_LISTS
from pipeline.tables.forgotten import FORGETTINGS

from . import forgetting_files as files
from .lists_again import lists_again
from .standing import is_removed
from .whose import by_upn_alone, child_marked, pupil_id_of, refuse_named, whose_anywhere


@dataclass(frozen=True)
class Proof:
    """How many files and tables were looked through, whether for names too, and where a namesake may be, who was left alone."""

    files: int
    tables: int
    by_name: bool
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class Forgotten:
    """What was erased, in counts; what holds no child and was made with one (`models`); and days whose lists may be made again, or, where
    retention has removed what was concluded, may not."""

    rows: int
    files_rewritten: int
    files_removed: int
    removed: tuple[str, ...]
    days_to_make_again: tuple[str, ...]
    days_gone: tuple[str, ...]
    made_again: tuple[str, ...]
    models: tuple[str, ...]
    snapshots: tuple[str, ...]
    proof: Proof


def forget(home: Home, upn: str | None, reason: str, *, wait: float) -> Forgotten:
    """Erase the child whose UPN this is; None finishes an erasure that was begun.

    Raises Refused where nobody is held under the UPN, the reason names the child, a file stands in the way, nothing leads to the child any
    more but a UPN that was not given, or, once all is done, where anything of the child is left; Busy where a run goes on for longer than
    `wait` seconds.
    """
    with holding.by_itself(home, wait=wait):
        begun = erasing_begun.begun(home)
        if begun is None and upn is None:
            raise Refused(f"No erasure was begun in {home.folder}: give the UPN of the child to erase.")
        with identity.held(home):
            child = _child(home, begun, upn, reason)
        return _forgotten(home, child, erasing_begun.begun(home))


def _child(home: Home, begun: Begun | None, upn: str | None, reason: str) -> Child:
    """Whom to erase: as begun, or begun now. An erasure of one child is ended before another's begins."""
    with shelf.warehouse_alone(home) as con:
        identity.check_key(home)
        if begun is None:
            return _begin(con, home, upn, reason)
        _refuse_another(home, begun, upn)
        left = child_marked(con, home, begun.marks)
        if left is None and upn is None:
            raise Refused(
                f"No name in {home.folder} leads to the child any more, so what is left can be looked for by UPN alone: give it again, with "
                f"`a2n forget - --finish --home {home.folder}`."
            )
        return _with_upn(home, left or Child((), ()), upn)


def _refuse_another(home: Home, begun: Begun, upn: str | None) -> None:
    if upn is not None and forgotten.marks(home).mark(forgotten.UPN, pupil_id_of(home, upn)[0]) not in begun.marks:
        raise Refused(f"The erasure of another child was begun in {home.folder}: finish it with --finish first.")


def _with_upn(home: Home, found: Child, upn: str | None) -> Child:
    """The child under the UPN that was given too, which may be one that no roll has told of."""
    if upn is None:
        return found
    given = by_upn_alone(home, upn).child
    ids = tuple(sorted({*given.pupil_ids, *found.pupil_ids}))
    return replace(found, pupil_ids=ids, upns=tuple(sorted({*given.upns, *found.upns})))


def _begin(con: duckdb.DuckDBPyConnection, home: Home, upn: str, reason: str) -> Child:
    """Everything that may stand in the way is asked before anything is changed; then it is on record that it begins, with all the marks by
    which the child is known, for names may lead to nobody later on."""
    child = _with_upn(home, whose_anywhere(con, home, upn).child, upn)
    said = refuse_named(reason, child)
    files.planned(con, home, child, erasing.places(con, child), then=files.AGAIN)
    marks = forgotten.marks(home)
    of_upns = tuple(sorted(marks.mark(forgotten.UPN, one) for one in child.upns))
    turn = con.execute(f"SELECT coalesce(max(turn), 0) + 1 FROM warehouse.{FORGETTINGS.name}").fetchone()[0]
    trail.record(home, trail.FORGOTTEN, turn=turn, reason=said, stage="begun")
    known_by = tuple(sorted(child.marked(marks)))
    erasing_begun.write(home, Begun(turn, clock.today().isoformat(), said, of_upns, known_by))
    return child


# ---- the order of work


def _forgotten(home: Home, child: Child, begun: Begun) -> Forgotten:
    what = sought(child)
    with identity.held(home), shelf.warehouse_alone(home) as con:
        _mark(home, child, begun)
        before = pl.DataFrame([*begun.places], schema=PLACES, orient="row")
        at = pl.concat([erasing.places(con, child), before]).unique()
        plan = files.planned(con, home, child, at, then=files.FINISH)
        at = pl.concat([at, plan.at]).unique().sort(*PLACES)
        begun, gone = _erase_files(con, home, what, plan, replace(begun, places=tuple(at.rows())))
        begun = _erase_rows(con, home, child, at, begun)
        lists_again(con, home, begun.again)
        others = _days_of(home, gone) - set(begun.again)
        lost = {day for day in others if is_removed(con, as_of=day)}
    anew.renew(home, "warehouse")
    _prove(home, what, but_not_names=True)
    begun = _erase_names(home, child, begun)
    proof = _prove(home, what, plan.perhaps)
    return _end(home, begun, gone, proof, to_make_again=others - lost, lost=lost)


def _mark(home: Home, child: Child, begun: Begun) -> None:
    """First of all: from now on whatever comes of the child is left out."""
    marks = forgotten.marks(home)
    marks.put(begun.known_by)
    child.mark(marks)
    marks.save(home, on=date.fromisoformat(begun.on))


def _erase_files(con, home: Home, what: Sought, plan: files.Plan, begun: Begun) -> tuple[Begun, list[Path]]:
    """On record before any file is touched: what went out of the newest lists, which is made again; how many files there are; and where the
    child's rows are, for of one that is told by its file alone nothing is found again once that is written anew."""
    out = files.outgoing(home, what)
    again = sorted({*begun.days, *(day.isoformat() for day in _newest(con) if _is_of(home, out, day))})
    gone = [*out, *plan.remove]
    removed, rewritten = max(begun.removed, len(gone)), max(begun.rewritten, len(plan.rewrite))
    begun = replace(begun, days=tuple(again), removed=removed, rewritten=rewritten)
    erasing_begun.write(home, begun)
    files.remove(gone)
    files.write_anew(con, plan)
    for spill in home.scratch.glob("*"):
        if not spill.name.startswith("duckdb_temp_") and spill.is_file():
            spill.unlink()
    return begun, gone


def _newest(con: duckdb.DuckDBPyConnection) -> list[date]:
    """The days whose lists and worklists people have now."""
    issued = con.execute(f"SELECT max(as_of) FROM warehouse.{ISSUED_LISTS.name}").fetchone()[0]
    return [day for day in {issued, runs.last_listed(con)} if day]


def _is_of(home: Home, out: list[Path], day: date) -> bool:
    return any(path.is_relative_to(home.outbox / day.isoformat()) for path in out)


def _erase_rows(con, home: Home, child: Child, at: pl.DataFrame, begun: Begun) -> Begun:
    """All of the warehouse, at once or not at all, with the record of it."""
    with shelf.transaction(con):
        gone = erasing.erase_rows(con, child, at)
        files.say_set_aside_again(con, home, at["extract_id"].unique().sort().to_list())
        before = con.execute(f"DELETE FROM warehouse.{FORGETTINGS.name} WHERE turn = ? RETURNING rows", [begun.turn]).fetchone()  # fmt: skip
        rows = gone + (before[0] if before else 0)
        begun = replace(begun, rows=max(rows, begun.rows))
        row = (begun.turn, date.fromisoformat(begun.on), begun.reason, who(), runs.last_listed(con), rows, begun.rewritten, begun.removed)  # fmt: skip
        shelf.append(con, FORGETTINGS, pl.DataFrame([row], schema=FORGETTINGS.schema, orient="row"))
    erasing_begun.write(home, begun)
    return begun


def _erase_names(home: Home, child: Child, begun: Begun) -> Begun:
    marks = forgotten.marks(home)
    with identity.identity(home) as names:
        gone = erasing.erase_names(names, child, marks, begun.known_by)
    begun = replace(begun, rows=begun.rows + gone)
    erasing_begun.write(home, begun)
    anew.renew(
        home, "identity"
    )  # rows deleted stay in a file until they are written over: only another is without them
    return begun


# ---- proof


def _prove(
    home: Home,
    what: Sought,
    known: Mapping[Path, tuple[int, ...]] = MappingProxyType({}),
    *,
    but_not_names: bool = False,
) -> Proof:
    """`known` are rows, by file, that may be another child's. Raises Refused, with the places, where anything of the child is left."""
    if not what.words:
        raise ValueError("nothing was looked for, which proves nothing")
    left, perhaps, looked_at, tables = [], [], 0, 0
    for path in traces.looked_through(home):
        is_of, looked_at = traces.of_file(path, what), looked_at + 1
        left += [files.told(home, path)] if is_of is Is.THEIRS else []
        perhaps += [_rows_of(home, path, known.get(path, ()))] if is_of is Is.PERHAPS else []
    for told, count in _tables(home, what, but_not_names):
        tables += count
        left += [f"{table} ({rows:,} rows)" for table, is_of, rows in told if is_of is Is.THEIRS]
        perhaps += [f"{table} ({rows:,} rows)" for table, is_of, rows in told if is_of is Is.PERHAPS]
    if left:
        raise Refused(
            f"Something of the child is left in {', '.join(left)}: see to it, then finish with `a2n forget --finish --home {home.folder}`."
        )
    return Proof(looked_at, tables, bool(what.people), tuple(perhaps))


def _rows_of(home: Home, path: Path, numbers: tuple[int, ...]) -> str:
    rows = f" row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}" if numbers else ""
    return f"{files.told(home, path)}{rows}"


def _tables(home: Home, what: Sought, but_not_names: bool) -> Iterator[tuple[list[tuple[str, Is, int]], int]]:
    opened = [(shelf.warehouse_alone, "warehouse")] + ([] if but_not_names else [(identity.identity, "identity")])
    for opening, database in opened:
        with opening(home) as con:
            yield [*traces.tables_with(con, database, what)], len(text_columns(con, database))


def _end(
    home: Home, begun: Begun, gone: list[Path], proof: Proof, *, to_make_again: set[date], lost: set[date]
) -> Forgotten:
    trail.record(
        home, trail.FORGOTTEN, turn=begun.turn, reason=begun.reason, stage="proved", rows=begun.rows,
        files_rewritten=begun.rewritten, files_removed=begun.removed,
    )  # fmt: skip
    erasing_begun.end(home)
    return Forgotten(
        rows=begun.rows,
        files_rewritten=begun.rewritten,
        files_removed=begun.removed,
        removed=tuple(files.told(home, path) for path in gone),
        days_to_make_again=tuple(sorted(day.isoformat() for day in to_make_again)),
        days_gone=tuple(sorted(day.isoformat() for day in lost)),
        made_again=begun.days,
        models=tuple(sorted(path.name for path in (home.folder / "models").glob("*") if path.is_dir())),
        snapshots=tuple(sorted(path.name for path in home.published.glob("snapshot-*"))),
        proof=proof,
    )


def _days_of(home: Home, gone: list[Path]) -> set[date]:
    """The days of what was removed from the outbox, where it was of a day."""
    days = set()
    for path in gone:
        if path.is_relative_to(home.outbox):
            with suppress(ValueError):
                days.add(date.fromisoformat(path.relative_to(home.outbox).parts[0]))
    return days
