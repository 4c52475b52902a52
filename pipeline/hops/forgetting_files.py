"""A child's traces in the files of a home: which of them are written anew, which are removed, and which stand in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.edges import beside, feedback, inbox, intake, reading, rewriting, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.containers import tables_in
from pipeline.edges.erasing import PLACES
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Extract
from pipeline.edges.settings import Home
from pipeline.edges.traces import Sought, in_file
from pipeline.tables.forgotten import REWRITTEN_EXTRACTS


@dataclass(frozen=True)
class Plan:
    """What is to be done with files: of each extract to `rewrite` the rows that go; of each to `remove`, nothing is left. `at` has
    extract_id and row_number of the child's rows on record that were found in files alone."""

    rewrite: tuple[tuple[Extract, frozenset[int]], ...]
    remove: tuple[Path, ...]
    at: pl.DataFrame


def planned(con: duckdb.DuckDBPyConnection, home: Home, sought: Sought, at: pl.DataFrame) -> Plan:
    """What is to be done with extracts; nothing is changed. `at` has the places of the child's rows on record.

    Raises Refused, naming them, where files not taken in hold the child and are of a kind that is not written anew.
    """
    known, done = _known(con), intake.done_with(con) | feedback.read_before(con)
    taken = {sha256 for sha256, _ in intake.taken_parts(con)}
    rewrite, remove, found, in_the_way = [], [], [pl.DataFrame(schema=PLACES)], []
    for path, name in _extracts(home):
        tables = tables_in(path, name)
        numbers = {one.sha256: _on_record(known, at, one) for one in tables}
        if not any(numbers.values()) and not in_file(path, sought):
            continue
        if rewriting.is_plain(tables) and not name.startswith(f"{inbox.RETURNED}/"):
            [one] = tables
            gone = numbers[one.sha256] | _rows_with(one, sought)
            rewrite.append((one, frozenset(gone)))
            found.append(_places(known, one, gone))
        elif all(one.sha256 in done or (one.sha256 in taken and not _is_xml(one)) for one in tables):
            remove.append(path)
        else:
            in_the_way.append(told(home, path))
    if in_the_way:
        raise Refused(_in_the_way(in_the_way))
    return Plan(tuple(rewrite), tuple(remove), pl.concat(found).unique().sort(*PLACES))


def _in_the_way(paths: list[str]) -> str:
    return (
        f"{', '.join(paths)}: the child is in it, it is not taken in, and no row can be taken out of a file of its kind, so nothing was erased: "
        "take it in first, or remove it, then give this again."
    )


def _known(con: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """By hash of a content, delivered or written anew since, the extracts on record of it."""
    rows = con.execute(
        "SELECT sha256, extract_id FROM warehouse.audit.extracts UNION "
        f"SELECT r.sha256, e.extract_id FROM warehouse.{REWRITTEN_EXTRACTS.name} r JOIN warehouse.audit.extracts e ON e.sha256 = r.as_delivered"
    ).fetchall()  # fmt: skip
    found: dict[str, list[int]] = {}
    for sha256, extract_id in rows:
        found.setdefault(sha256, []).append(extract_id)
    return found


def _on_record(known: dict[str, list[int]], at: pl.DataFrame, one: Extract) -> set[int]:
    return set(at.filter(pl.col("extract_id").is_in(known.get(one.sha256, [])))["row_number"])


def _places(known: dict[str, list[int]], one: Extract, numbers: set[int]) -> pl.DataFrame:
    rows = [(extract_id, number) for extract_id in known.get(one.sha256, ()) for number in sorted(numbers)]
    return pl.DataFrame(rows, schema=PLACES, orient="row")


def _extracts(home: Home) -> Iterator[tuple[Path, str]]:
    """Every file in inbox/ and taken/ with its name as delivered, as it is told."""
    for folder in (home.inbox, home.folder / "taken"):
        for path in inbox.visible(folder) if folder.is_dir() else ():
            yield path, inbox.told_name(path, path.relative_to(folder))


def told(home: Home, path: Path) -> str:
    """A file's place in the home, as it may be told: no child's number is."""
    return inbox.told_name(path, path.relative_to(home.folder))


def _rows_with(one: Extract, sought: Sought) -> set[int]:
    """Numbers of the rows of a text in which a trace is. Raises Refused where it cannot be read."""
    found = set()
    for rows in reading.read_extract(one):
        told = rows.select("row_number", text=pl.concat_str(pl.exclude("row_number"), separator="\t", ignore_nulls=True).str.to_lowercase())  # fmt: skip
        likely = [*sought.words, *(surname for surname, _, _ in sought.people)]
        near = told.filter(pl.col("text").str.contains_any(likely)) if likely else told.clear()
        found |= {number for number, text in near.rows() if sought.in_text(text.replace("\n", " "))}
    return found


def _is_xml(one: Extract) -> bool:
    try:
        return reading._kind(one) is reading.Kind.XML
    except Refused:
        return False


# ---- done


def write_anew(con: duckdb.DuckDBPyConnection, home: Home, plan: Plan) -> None:
    """Write each extract without the child's rows, on record as taken in before it takes the place of the one delivered."""
    for one, numbers in plan.rewrite:
        if not numbers:
            raise Refused(
                f"{one.name}: the child is in it, in no row that can be told: remove it, then give this again."
            )
        written = rewriting.write_beside(one, rewriting.without_rows(one, set(numbers)))
        try:
            if not rewriting.is_the_same_but_for(one, written, set(numbers)):
                raise Refused(
                    f"{one.name} could not be written anew without changing other rows: remove it, then give this again."
                )
            _record(con, one.sha256, written.sha256)
            written.path.replace(one.path)
        finally:
            rewriting.hidden_beside(one.path).unlink(missing_ok=True)


def _record(con: duckdb.DuckDBPyConnection, before: str, now: str) -> None:
    """Where it was never taken in nothing is put on record: it is read as it is now."""
    delivered = con.execute(
        f"SELECT as_delivered FROM warehouse.{REWRITTEN_EXTRACTS.name} WHERE sha256 = $1 UNION ALL "
        "(SELECT sha256 FROM warehouse.audit.extracts WHERE sha256 = $1 LIMIT 1)", {"1": before}
    ).fetchone()  # fmt: skip
    is_there = con.execute(f"SELECT 1 FROM warehouse.{REWRITTEN_EXTRACTS.name} WHERE sha256 = ?", [now]).fetchone()
    if delivered and not is_there and delivered[0] != now:
        shelf.append(
            con, REWRITTEN_EXTRACTS, pl.DataFrame([(now, delivered[0])], schema=REWRITTEN_EXTRACTS.schema, orient="row")
        )


def outgoing(home: Home, sought: Sought) -> list[Path]:
    """What went out with the child on it, by name or by key. Another child of the very name counts too: what is removed can be had again."""
    there = sorted(path for path in home.outbox.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in there if in_file(path, sought, names_alone=True)]


def remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def say_set_aside_again(con: duckdb.DuckDBPyConnection, home: Home, extract_ids: list[int]) -> None:
    """What is said beside the inbox of files that had rows of the child set aside."""
    for name, rows in runs.still_set_aside(con, extract_ids).items():
        beside.write_set_aside(home, name, rows)
