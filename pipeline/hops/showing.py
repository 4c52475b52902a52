"""All that is held of one child, for whoever asks on the child's behalf: in plain words, and as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import claims, clock, erasing, held, identity, inbox, traces, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.basis_told import basis_of
from pipeline.edges.settings import Home
from pipeline.tables.candidates import candidates
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from pipeline.vocabulary.feeds import FEED_NAMES
from pipeline.vocabulary.lost import GOES_TO

from .whose import Whose, whose_anywhere

NAMES_ARE = {
    "people": "Names and birth date, with the day each was learned",
    "told_names": "Names by the row of a roll they came with, until it is accepted or put right",
    "claims": "Names that the UPN is known by",
    "words": "What staff, the pupil or the parents said, as it came back on a list",
    "postcodes": "Postcodes, as a roll gave them",
    "addresses": "Postcodes, as a census gave them",
    "agency_people": "How another agency sent the child",
    "agency_statements": "Which service another agency said is involved",
    "agency_weights": "How likely it was worked out to be that a record another agency sent is of this child",
    "agency_found": "Whether a record another agency sent was taken to be of this child",
}
PUBLISHED = "Published figures and dashboards are counts of pupils, with small ones hidden: no row of them is a child."
MODELLED = "Where a model was ever learned, it was learned from many children's attendance, and holds no child. How likely it finds anybody is kept nowhere."
NOT_SHOWN = (
    "What is another child's is withheld: the other side of a question whether two records are one child's, and rows of other children in the same "
    "files and lists. The keyed hashes shown stand for this child, and are shown so that what is held can be checked."
)


def shown(home: Home, upn: str) -> dict:
    """Everything, as plain data. Raises Refused where neither a database nor a file has the UPN. It is on record first that it is shown."""
    with identity.held(home), shelf.warehouse(home) as con:
        identity.check_key(home)
        found = whose_anywhere(con, home, upn)
        trail.record(home, trail.SHOWN)
        at = erasing.places(con, found.child)
        told = {name: rows for name, rows in held.in_warehouse(con, found.child, at) if rows.height}
        others = held.named_by_others(con, found.child)
        extracts = _extracts(con, told)
        with claims.claims(home) as names:
            about = {name: rows for name, rows in held.among_names(names, found.child) if rows.height}
        schools = dict(con.execute("SELECT urn, max(name) FROM warehouse.staged.schools GROUP BY urn").fetchall())
    return {
        "shown_on": clock.today().isoformat(),
        "held_by": home.settings.name,
        "made_up": home.settings.demo,
        "pupil_ids": [*found.child.pupil_ids],
        "upns": [*found.child.upns],
        "names": {name.rpartition(".")[2]: _as_rows(rows) for name, rows in about.items()},
        "tables": {name: {"what": _grain(name), "columns": _columns(name, rows), "rows": _as_rows(rows)} for name, rows in told.items()},
        "lists": [*_lists(told, schools)],
        "files": _files(home, found),
        "came_from": extracts,
        "held_because": _because(home, extracts),
        "codes": _codes(told),
        "published": PUBLISHED,
        "modelled": MODELLED,
        "withheld": NOT_SHOWN,
        "rows_of_others_that_name_a_former_upn_of_this_child": others,
    }  # fmt: skip


def _as_rows(rows: pl.DataFrame) -> list[dict]:
    return [{name: _plain(cell) for name, cell in row.items()} for row in rows.iter_rows(named=True)]


def _plain(cell: object) -> object:
    """As JSON has it."""
    return cell if cell is None or isinstance(cell, bool | int | float | str) else str(cell)


def _declared(name: str):
    found = {table.name: table for table in shelf.KEPT}.get(name)
    schema, _, feed = name.partition(".")
    return candidates(feed) if found is None and schema == "waiting" and feed in FEED_NAMES else found


def _grain(name: str) -> str:
    declared = _declared(name)
    if declared is None:
        return ""
    return f"{declared.grain}{', that waits for another file' if name.startswith('waiting.') else ''}"


def _columns(name: str, rows: pl.DataFrame) -> dict[str, str]:
    declared = _declared(name)
    told = {column.name: column.description for column in declared.columns} if declared else {}
    return {column: told.get(column, "") for column in rows.columns}


def _extracts(con: duckdb.DuckDBPyConnection, told: dict[str, pl.DataFrame]) -> list[dict]:
    """The files that rows of the child came in, and when."""
    ids = sorted({one for rows in told.values() if "extract_id" in rows.columns for one in rows["extract_id"]})
    rows = shelf.read(
        con,
        "SELECT extract_id, extract AS file, feed, known_on, run FROM warehouse.audit.extracts "
        "WHERE extract_id IN (SELECT unnest(?)) ORDER BY extract_id",
        [ids],
    )
    return _as_rows(rows)


def _because(home: Home, extracts: list[dict]) -> list[dict]:
    """By feed the child is in, why it is held and for how long, as settings say."""
    feeds = sorted({one["feed"] for one in extracts if one["feed"]})
    return [{"feed": feed, **asdict(basis_of(home.settings.basis, feed))} for feed in feeds]


def _lists(told: dict[str, pl.DataFrame], schools: dict[int, str]) -> Iterator[dict]:
    """Each list and worklist that named the child, and for whom it was made."""
    for row in told.get("derived.issued_places", pl.DataFrame()).iter_rows(named=True):
        school = schools.get(row["urn"]) or f"School {row['urn']}"
        yield {
            "day": row["as_of"].isoformat(),
            "list": "pupils worth a look",
            "made_for": f"the SENCo of {school}",
            "place": row["place"],
        }
    for row in told.get("derived.lost_between_services", pl.DataFrame()).iter_rows(named=True):
        made_for = GOES_TO[row["goes_to"]]
        yield {
            "day": row["as_of"].isoformat(),
            "list": "children lost between services",
            "made_for": made_for,
            "place": None,
        }


def _files(home: Home, found: Whose) -> list[str]:
    """Files of the home in which the child is named, by UPN, key, or name and birth date. A number in a file's own name may be another's."""
    return [
        inbox.told_name(path, path.relative_to(home.folder))
        for path in traces.files_with(home, traces.sought(found.child))
    ]


def _codes(told: dict[str, pl.DataFrame]) -> dict[str, str]:
    """What the register codes among the rows mean."""
    there = {code for rows in told.values() if "code" in rows.columns for code in rows["code"].drop_nulls()}
    return {one.code: one.label for one in ATTENDANCE_CODES if one.code in there}


# ---- in plain words


def in_words(told: dict) -> str:
    """A page of text with headings, for a person to read from top to bottom."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: dict) -> Iterator[str]:
    yield from _heading("All that is held of one child", "=")
    yield f"Held by {told['held_by']}, as it was on {_day(told['shown_on'])}."
    if told["made_up"]:
        yield "MADE-UP DATA: no real child is here."
    yield from ("", "Nobody decides anything by it alone: lists say where to look, and a person decides.", "")
    yield from _names(told)
    yield from _heading("Lists that named the child, and whom they were made for")
    yield from ([f"{_day(one['day'])}: {one['list']}, for {one['made_for']}." for one in told["lists"]] or ["None."])
    yield from _heading("Where it came from, and when")
    yield from (
        [f"{one['file']} ({one['feed']}), on {_day(one['known_on'])}." for one in told["came_from"]]
        or ["Nothing is held of a delivered row."]
    )
    yield from _heading("Why it is held, and for how long")
    for one in told["held_because"]:
        yield from _why(one)
    yield from _heading("Files in which the child is named")
    yield from (told["files"] or ["None."])
    yield from _heading("What is published, learned and withheld")
    yield from (told["published"], told["modelled"], told["withheld"])
    yield from _rows_in_words(told)


def _heading(text: str, line: str = "-") -> list[str]:
    return ["", text, line * len(text), ""]


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%d/%m/%Y}" if text else "a day not known"


def _names(told: dict) -> Iterator[str]:
    yield from _heading("Who the child is")
    yield f"UPN: {', '.join(told['upns']) or 'none is kept'}. Known here as: {', '.join(told['pupil_ids'])}."
    for name, rows in told["names"].items():
        yield from ("", f"{NAMES_ARE.get(name, name)}:")
        yield from _table(rows)


def _why(one: dict) -> Iterator[str]:
    yield f"{one['feed']}: {one['function'] or 'settings do not say what for'}."
    for what, title in (
        ("lawful_basis", "lawful basis"), ("article_9_condition", "Article 9 condition"), ("schedule_1_condition", "Schedule 1 condition"),
        ("agreement", "shared under"), ("dpia_date", "impact assessment of"),
    ):  # fmt: skip
        yield f"  {title}: {one[what] or 'not said'}"
    kept = f"{one['retention_months']} months after the school year it is of" if one["retention_months"] else "not said"
    yield f"  kept for: {kept}"


def _rows_in_words(told: dict) -> Iterator[str]:
    for name, table in told["tables"].items():
        yield from _heading(f"{name}: {table['what']}".removesuffix(": "))
        yield from (f"  {column}: {says}" for column, says in table["columns"].items() if says)
        yield ""
        yield from _table(table["rows"])
        if name == "staged.attendance_marks":
            yield from ("", *(f"  code {code} means: {meaning}" for code, meaning in told["codes"].items()))


def _table(rows: Iterable[dict]) -> Iterator[str]:
    """One line a row, only what is known."""
    for row in rows:
        yield "  - " + "; ".join(f"{name} {cell}" for name, cell in row.items() if cell is not None)
