"""A child's traces in the files of a home: which of them are written anew, which are removed, and which stand in the way."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.edges import beside, erasing, feedback, inbox, intake, reading, rewriting, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.child import PLACES, Child
from pipeline.edges.containers import tables_in
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Extract
from pipeline.edges.rewriting import Cut
from pipeline.edges.settings import Home
from pipeline.edges.traces import Is, Sought, in_file, of_file, sought
from pipeline.edges.whole_names import plain
from pipeline.tables.forgotten import REWRITTEN_EXTRACTS
from pipeline.tables.layouts import LAYOUTS, spelt

AGAIN = "then give this again; nothing was erased"
FINISH = "then finish with `a2n forget --finish`"


@dataclass(frozen=True)
class Plan:
    """What is to be done with files: what is cut out of each extract to `rewrite`; of each to `remove`, nothing is left. `at` has extract_id
    and row_number of the child's rows on record that were found in files alone. `perhaps` are rows left alone, by file and number: the
    name and birth date are the child's, and so they are another child's."""

    rewrite: tuple[tuple[Extract, Cut], ...]
    remove: tuple[Path, ...]
    at: pl.DataFrame
    perhaps: dict[Path, tuple[int, ...]]


def planned(con: duckdb.DuckDBPyConnection, home: Home, child: Child, at: pl.DataFrame, *, then: str) -> Plan:
    """What is to be done with extracts; nothing is changed. `at` has the places of the child's rows on record.

    Raises Refused, naming them and what to do `then`, where files hold the child that are not taken in and of a kind that is not written
    anew, or of which what is the child's cannot be taken out.
    """
    known, done, what = _known(con), intake.done_with(con) | feedback.read_before(con), sought(child)
    taken = {sha256 for sha256, _ in intake.taken_parts(con)}
    rewrite, remove, found, perhaps, in_the_way = [], [], [pl.DataFrame(schema=PLACES)], {}, []
    for path, name in _extracts(home):
        tables = tables_in(path, name)
        numbers = {one.sha256: _on_record(known, at, one) for one in tables}
        is_of = of_file(path, what)
        if not any(numbers.values()) and is_of is Is.NOBODYS:
            continue
        if rewriting.is_plain(tables) and not name.startswith(f"{inbox.RETURNED}/"):
            [one] = tables
            others = erasing.places_of_others(con, child, known.get(one.sha256, []))
            cut, unsure = _cut(one, what, numbers[one.sha256], set(others["row_number"]))
            perhaps |= {path: unsure} if unsure else {}
            _refuse_what_stays(home, one, what, cut, is_of is Is.THEIRS and not unsure, then)
            if cut:
                rewrite.append((one, cut))
                found.append(_places(known, one, cut.rows))
        elif is_of is Is.PERHAPS and not any(numbers.values()):
            perhaps[path] = ()
        elif all(one.sha256 in done or (one.sha256 in taken and not _is_xml(one)) for one in tables):
            remove.append(path)
        else:
            in_the_way.append(told(home, path))
    if in_the_way:
        raise Refused(
            f"{', '.join(in_the_way)}: the child is in it, it is not taken in, and no row can be taken out of a file of its kind: "
            f"take it in first, or remove it, {then}."
        )
    return Plan(tuple(rewrite), tuple(remove), pl.concat(found).unique().sort(*PLACES), perhaps)


def _cut(one: Extract, what: Sought, ours: set[int], others: set[int]) -> tuple[Cut, tuple[int, ...]]:
    """What goes of a text, and the numbers of rows that may be another child's. The child's are those on record as `ours`, and those that
    say so; of one that names another UPN beside the child's, or is on record as of `others`, the cells that have the child's go. Raises
    Refused where it cannot be read."""
    gone, cells, unsure = set(ours), set(), []
    for rows in reading.read_extract(one):
        text = pl.concat_str(pl.exclude("row_number"), separator="\t", ignore_nulls=True)
        whose = _whose_row(rows)
        for number, record, upn in rows.select("row_number", text=text, upn=whose).filter(_is_likely(what)).rows():
            line = "\t" + record.replace("\n", " ") + "\t"
            is_of, names_upn = what.of_text(line), what.has_word(plain(line))
            if is_of is Is.NOBODYS or number in ours:
                continue
            if is_of is Is.PERHAPS or (number in others and not names_upn):
                unsure.append(number)
            elif names_upn and (number in others or not _is_theirs(what, line, upn)):
                cells.add(number)
            else:
                gone.add(number)
    return Cut(frozenset(gone), frozenset(cells), lambda cell: what.has_word(plain(cell))), tuple(unsure)


def _whose_row(rows: pl.DataFrame) -> pl.Expr:
    """The UPN of the row itself, beside which it may name others: under a header that a layout reads as that."""
    headers = [name for name in rows.columns if spelt(name) in _UPN_HEADERS]
    return pl.coalesce(headers) if headers else pl.lit(None, dtype=pl.String)


_UPN_HEADERS = {header for layout in LAYOUTS for header, meant in layout.columns.items() if meant == "upn"}


def _is_theirs(what: Sought, line: str, upn: str | None) -> bool:
    """Of a row in which the child's UPN or pupil_id is: whether it is the child's own, or another's that names the child."""
    others = what.others_in(line)
    if upn is not None and (what.has_word(plain(upn)) or what.others_in(upn)):
        return what.has_word(plain(upn))
    return not others or what.names_them(line)


def _is_likely(what: Sought) -> pl.Expr:
    """A quick look, after which few rows are left to look at closely."""
    signs = [*what.words, *(day.strip("\t") for one in what.people for day in one.births)]
    return pl.col("text").str.to_lowercase().str.contains_any(signs)


def _refuse_what_stays(home: Home, one: Extract, what: Sought, cut: Cut, is_there: bool, then: str) -> None:
    """Everything that could stop the writing is tried before anything is changed."""
    if what.has_word(plain(one.path.name)):
        raise Refused(f"{told(home, one.path)}: the child's number is in its name: give it another name, {then}.")
    if not cut and is_there:
        raise Refused(f"{told(home, one.path)}: the child is in it, in no row that can be told: remove it, {then}.")
    if cut:
        with _written(one, cut) as written:
            if written is None:
                raise Refused(
                    f"{told(home, one.path)} cannot be written anew without changing other rows: remove it, {then}."
                )


@contextmanager
def _written(one: Extract, cut: Cut) -> Iterator[Extract | None]:
    """The extract without what is cut, beside it for as long as this lasts; None where other rows would not be as they were."""
    try:
        written = rewriting.write_beside(one, rewriting.cut_out(one, cut))
        yield written if rewriting.is_the_same_but_for(one, written, cut) else None
    finally:
        rewriting.hidden_beside(one.path).unlink(missing_ok=True)


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


def _places(known: dict[str, list[int]], one: Extract, numbers: Set[int]) -> pl.DataFrame:
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


def _is_xml(one: Extract) -> bool:
    try:
        return reading.kind_of_extract(one) is reading.Kind.XML
    except Refused:
        return False


# ---- done


def write_anew(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Write each extract without what is the child's, on record as taken in before it takes the place of the one delivered."""
    for one, cut in plan.rewrite:
        with _written(one, cut) as written:
            if written is None:  # it was tried, so that the file is not what it was
                raise Refused(f"{one.name} cannot be written anew without changing other rows: remove it, {FINISH}.")
            _record(con, one.sha256, written.sha256)
            written.path.replace(one.path)


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
