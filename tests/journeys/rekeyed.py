"""A home with all that hangs from its pseudonym key, and what that must be after the key was changed."""

import io
import re
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl

from pipeline.edges import agencies
from pipeline.edges import warehouse as shelf
from pipeline.edges.identity import former_keys, identity
from pipeline.edges.pseudonyms import renewed
from pipeline.edges.settings import Home, open_home
from pipeline.hops.renewed_ids import FORM, HASHES, PAIRS
from pipeline.steps.agency_links import agency_link_code
from pipeline.synthetic import Synthesised, synthesise
from pipeline.tables.same_child import KNOWN_AS, LINK_DECISIONS, SAME_CHILD
from pipeline.vocabulary.identifiers import link_code

from .at_home import a2n, deliver, new_home, tables

NEW_EACH_TIME = {"identity.former_keys", "identity.pseudonym_key", "identity.agency_weighed", "audit.runs"}
"""Of these the keys themselves, what only says when to weigh again, and a run more."""


def authority(folder: Path, *, pupils: int = 90, weeks: int = 6) -> Synthesised:
    """Marks in a supplier's spelling, with ids of its own, and another agency's children."""
    return synthesise(folder, pupils=pupils, schools=2, seed=6, weeks=weeks, agencies=True, marks_as="wonde")


def grown(made: Synthesised, folder: Path) -> Home:
    """A home whose first lists are out, with places given by lot, and a pair of records decided on by a person."""
    home = new_home(folder)
    settings = home.folder / "settings.toml"
    drawn = '[drawn]\nplaces = 2\napproved_by = "The board"\n\n['
    settings.write_text(re.sub(r"^\[drawn\].*?^\[", drawn, settings.read_text(), flags=re.DOTALL | re.MULTILINE))
    assert open_home(home.folder).settings.drawn_places == 2
    deliver(home, made.history, "last_year")
    a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01")
    deliver(home, made.files, "this_year")
    ran = a2n("nightly", "--home", home.folder, "--as-of", made.last_day)
    assert ran.status in (0, 1), ran.err
    _decide(open_home(home.folder), made)
    assert a2n("flag", "--home", home.folder, "--as-of", made.last_day).status == 0
    return open_home(home.folder)


def _decide(home: Home, made: Synthesised) -> None:
    """A person says that two pupil_ids are one child's, and that a child of another agency's is not a pupil."""
    with agencies.with_names(home) as con:
        agency = con.execute("SELECT link, one, other FROM identity.agency_found ORDER BY link LIMIT 1").fetchone()
    with shelf.warehouse(home) as con:
        told = con.execute("SELECT DISTINCT pupil_id FROM warehouse.facts.enrolments ORDER BY ALL LIMIT 2").fetchall()
        one, other = (pupil_id for (pupil_id,) in told)
        pair = {
            "link": link_code(one, other),
            "one": one,
            "other": other,
            "kind": "same_child",
            "decision": "confirmed",
        }
        of_agency = dict(zip(("link", "one", "other"), agency, strict=True)) | {
            "kind": "agencies",
            "decision": "rejected",
        }
        said = pl.DataFrame([pair, of_agency]).with_columns(known_on=made.last_day, turn=1, said_by=pl.lit("A person"))
        shelf.append(con, LINK_DECISIONS, said)
        same = pl.DataFrame(
            {"link": [pair["link"]], "pupil_id": [one], "same_as": [other], "because": ["confirmed_by_person"]}
        )
        days = {"known_on": pl.lit(made.last_day), "undone_on": pl.lit(None, pl.Date)}
        shelf.append(con, SAME_CHILD, same.with_columns(**days))
        ids = pl.DataFrame({"pupil_id": [one, other], "known_as": [other, other]})
        shelf.append(
            con, KNOWN_AS, ids.with_columns(known_from=pl.lit(made.last_day), known_until=pl.lit(None, pl.Date))
        )


def answered(home: Home, day: date) -> bytes:
    """The first school's list of a day, come back with its first pupil decided on."""
    book = openpyxl.load_workbook(sorted(home.lists_of(day).glob("*.xlsx"))[0])
    sheet = book["Review list"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    at = {cell.value: cell.column for cell in heads}
    row = next(row for row in range(heads[0].row + 1, sheet.max_row + 1) if sheet.cell(row, 2).value)
    sheet.cell(row, at["Decision"]).value, sheet.cell(row, at["Decided on"]).value = "not needed", day
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def everything(home: Home) -> dict[str, pl.DataFrame]:
    """Every table of both databases, but where the trail stood when a run ended: its lines have times in them."""
    found = tables(home)
    with agencies.with_names(home) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'identity'").fetchall()
        for (name,) in names:
            if name == "trail_heads":
                continue
            found[f"identity.{name}"] = con.execute(f"FROM identity.{name} ORDER BY ALL").pl()
    return found


def hashes(kept: dict[str, pl.DataFrame]) -> set[str]:
    """Every keyed hash in the columns of them."""
    columns = (rows[name] for rows in kept.values() for name in set(rows.columns) & set(HASHES))
    return {
        one for column in columns for one in column.drop_nulls().filter(column.drop_nulls().str.contains(FORM)).unique()
    }


def since(home: Home, kept: dict[str, pl.DataFrame]) -> dict[str, str]:
    """What each hash of a home whose key was never changed is under its keys of now."""
    with identity(home) as con:
        _, *later = [one.key for one in former_keys(con)] + [home.key("pseudonym")]
    was = now = sorted(hashes(kept))
    for key in later:
        now = renewed(now, key)
    return dict(zip(was, now, strict=True)) if later else {}


def as_now(kept: dict[str, pl.DataFrame], told: dict[str, str]) -> dict[str, pl.DataFrame]:
    """The tables with every cell that is a hash renewed, and the codes of pairs made of those."""
    return {name: _as_now(name, rows, told) for name, rows in kept.items()}


def _as_now(name: str, rows: pl.DataFrame, told: dict[str, str]) -> pl.DataFrame:
    if not told:
        return rows
    texts = [column for column, kind in rows.schema.items() if kind == pl.String and column != "link"]
    now = rows.with_columns(pl.col(column).replace(told) for column in texts)
    pair = PAIRS.get(name.partition(".")[2])
    if pair and now.height:
        codes = [(agency_link_code if was.startswith("ag-") else link_code)(one, other) for was, one, other in now.select("link", *pair).rows()]  # fmt: skip
        now = now.with_columns(link=pl.Series(codes))
    return now.sort(pl.all())


def differing(kept: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> list[str]:
    """Tables that are not the same, whatever the order of their rows."""
    names = (kept.keys() | expected.keys()) - NEW_EACH_TIME
    empty = pl.DataFrame()
    return sorted(name for name in names if not kept.get(name, empty).sort(pl.all()).equals(expected.get(name, empty).sort(pl.all())))  # fmt: skip


def left_over(home: Home) -> list[str]:
    """What a change of keys writes beside what is there."""
    return sorted(path.name for path in home.folder.iterdir() if ".anew" in path.name or ".new." in path.name or "rekeying" in path.name)  # fmt: skip
