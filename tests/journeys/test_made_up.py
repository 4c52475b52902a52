"""Every output of a made-up home says that it is made up, and none of a live one does."""

import csv
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from pypdf import PdfReader

from pipeline.edges import sent_back
from pipeline.edges.settings import Home, open_home
from pipeline.edges.worklist import Sheet, write_to, write_worklist
from pipeline.vocabulary.made_up import MADE_UP
from tests.based import become

from .at_home import Ran, a2n, deliver

MARK = "made-up data"


@dataclass(frozen=True)
class Outputs:
    """A home after a night and after every command that writes, with what the commands said and where they wrote."""

    home: Home
    day: date
    said: dict[str, Ran]
    to: Path


def outputs(home: Home, day: date, to: Path) -> Outputs:
    (to / "strange.csv").write_text("colour,size\nblue,3\n")
    (to / "marks.csv").write_text("urn,upn,date,session,code\n100001,A000000000000,2025-09-08,AM,/\n")
    (to / "homes.txt").write_text(f"{home.folder}\n")
    deliver(home, [to / "strange.csv", to / "marks.csv"])
    (home.inbox / "outcomes").mkdir(exist_ok=True)
    at, of_day = ("--home", home.folder), ("--as-of", day)
    said = {
        "nightly": a2n("nightly", *at, *of_day),
        "flag": a2n("flag", *at, *of_day, "--json"),
        "take-in": a2n("take-in", *at, "--known-on", day, "--json"),
        "outcomes": a2n("outcomes", *at, "--json"),
        "print": a2n("print", *at, *of_day, "--all"),
        "links": a2n("links", *at, "--known-on", day),
        "links as JSON": a2n("links", *at, "--known-on", day, "--json"),
        "export": a2n("export", "facts.pupil_weeks", *at, "--to", to / "weeks.parquet"),
        "pages": a2n("pages", *at, "--to", to / "pages"),
        "papers": a2n("papers", *at, "--to", to / "papers"),
        "backup": a2n("backup", *at, "--to", to / "kept.a2n"),
        "roll-up": a2n("roll-up", "--homes", to / "homes.txt", "--to", to / "nation", *of_day),
        "trail": a2n("trail", *at, "--json"),
        "trail verified": a2n("trail", *at, "--verify", "--json"),
        "retain": a2n("retain", *at, *of_day, "--dry-run", "--json"),
        "stopped": a2n("flag", *at, "--as-of", "2099-01-01", "--json"),
    }
    failed = {command: ran.err for command, ran in said.items() if ran.status and command not in ("nightly", "stopped")}
    assert failed == {}
    sent_back.send_back_why(home, 100001, day, "abcdefgh", "It is damaged.")
    sent_back.send_back_rows(
        home, 100001, day, "abcdefgh", [("Review list", 9, "A Child", "It has no day.")], known_on=day
    )
    write_worklist(
        home,
        "who_is_who",
        "Who is who",
        (Sheet("Waits", "Two records.", (("Pupil", 200),), (("A Child",),)),),
        as_of=day,
    )
    write_to(
        home.to_put_right_of(day) / "100001.xlsx",
        home,
        "To put right",
        (Sheet("Facts", "Said to be wrong.", (("Pupil", 200),), ()),),
        as_of=day,
    )
    return Outputs(open_home(home.folder), day, said, to)


@pytest.fixture(scope="module")
def made_up(live, small, tmp_path_factory) -> Outputs:
    """The same night over again, in a home that says it is made up."""
    to = tmp_path_factory.mktemp("made up")
    home = Path(shutil.copytree(live.folder, to / "home", symlinks=True))
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().partition("\n[feeds.")[0])
    return outputs(become(home, demo=True), small.last_day, to)


@pytest.fixture(scope="module")
def of_live(live, small, tmp_path_factory) -> Outputs:
    to = tmp_path_factory.mktemp("live")
    return outputs(open_home(shutil.copytree(live.folder, to / "home", symlinks=True)), small.last_day, to)


# What each says


def of_workbook(path: Path) -> list[str]:
    """What is on each sheet."""
    with zipfile.ZipFile(path) as parts:
        shared = parts.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in parts.namelist() else ""
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        return [shared + parts.read(name).decode() for name in sheets]


def of_pdf(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def of_text(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8-sig")]


def of_rows(path: Path) -> list[str]:
    """Each row of a table: `demo` or `data`, its last column or the one of that name."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [MARK if {"true", MADE_UP} & {row.get(name) for name in ("demo", "data", "Data")} else "" for row in rows]


def of_page(path: Path) -> list[str]:
    """The notice at its head: what a page says of figures may name made-up data too."""
    return [MARK if '<aside class="made-up" aria-label="Made-up data">' in path.read_text() else ""]


def of_snapshot(path: Path) -> list[str]:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path.resolve()}' AS told (READ_ONLY)")
        names = {
            name
            for (name,) in con.execute(
                "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'told'"
            ).fetchall()
        }
        schema, run = ("nation", "roll_up") if "nation" in names else ("published", "run")
        notes = con.execute(f"SELECT cautions FROM told.{schema}.table_notes").fetchall()
        demo = con.execute(f"SELECT demo FROM told.{schema}.{run}").fetchone()[0]
    return [*(text for (text,) in notes), MARK if demo else ""]


def of_metadata(path: Path) -> list[str]:
    return [str(pyarrow.parquet.read_metadata(path).metadata)]


def of_json(text: str) -> list[str]:
    return [MARK if json.loads(text)["demo"] else ""]


PLACES: dict[str, tuple[Callable[[Outputs], list[Path]], Callable[[Path], list[str]]]] = {
    "lists": (lambda of: sorted(of.home.lists_of(of.day).glob("*.xlsx")), of_workbook),
    "printables": (lambda of: sorted(of.home.printables_of(of.day).glob("*.pdf")), of_pdf),
    "worklist of officers": (
        lambda of: sorted(of.home.lost_between_services_of(of.day).parent.glob("lost*.xlsx")),
        of_workbook,
    ),
    "worklists of who is who": (lambda of: sorted((of.home.outbox / "worklists").glob("*.xlsx")), of_workbook),
    "facts to put right": (lambda of: sorted(of.home.to_put_right_of(of.day).glob("*.xlsx")), of_workbook),
    "returned rows": (lambda of: sorted((of.home.outbox / "returned").glob("*.xlsx")), of_workbook),
    "returned whole": (lambda of: sorted((of.home.outbox / "returned").glob("*.txt")), of_text),
    "refused files": (lambda of: sorted(of.home.set_aside.glob("*.refused.txt")), of_text),
    "rows set aside": (lambda of: sorted(of.home.set_aside.glob("*.set_aside.csv")), of_rows),
    "snapshot": (lambda of: [of.home.published / "current.duckdb"], of_snapshot),
    "pages": (lambda of: sorted((of.to / "pages").rglob("*.html")), of_page),
    "downloads": (lambda of: sorted((of.to / "pages").rglob("*.csv")), of_rows),
    "papers as pages": (lambda of: sorted((of.to / "papers").glob("*.html")), of_text),
    "papers as text": (lambda of: sorted((of.to / "papers").glob("*.md")), of_text),
    "export": (lambda of: [of.to / "weeks.parquet"], of_metadata),
    "roll-up": (lambda of: [of.to / "nation" / "current.duckdb"], of_snapshot),
}
"""By kind of output: its files, and what each of their sheets, pages, tables or rows says."""


def marks(of: Outputs, kind: str) -> dict[str, list[bool]]:
    files, told = PLACES[kind]
    return {path.name: [MARK in text.lower() for text in told(path)] for path in files(of)}


@pytest.mark.parametrize("kind", PLACES)
def test_each_sheet_page_table_and_row_that_a_made_up_home_writes_says_so(made_up, kind):
    found = marks(made_up, kind)
    assert found and {name: told for name, told in found.items() if not all(told)} == {}


@pytest.mark.parametrize("kind", PLACES)
def test_and_none_of_a_live_home_does(of_live, kind):
    found = marks(of_live, kind)
    assert found and {name: told for name, told in found.items() if any(told)} == {}


def test_every_command_says_so_in_its_words_or_its_json(made_up):
    for command, ran in made_up.said.items():
        as_json = ran.out.lstrip().startswith("{")
        assert all(of_json(ran.out)) if as_json else MARK in ran.out.lower(), command


def test_and_none_does_of_a_live_home(of_live):
    for command, ran in of_live.said.items():
        as_json = ran.out.lstrip().startswith("{")
        assert not any(of_json(ran.out)) if as_json else MARK not in ran.out.lower(), command


def test_whatever_else_a_night_leaves_for_people_is_in_the_table_above(made_up):
    """A new kind of file in the outbox or beside the inbox is to be looked at here too."""
    home = made_up.home
    known = {path for files, _ in PLACES.values() for path in files(made_up)}
    there = {path for folder in (home.outbox, home.set_aside) for path in folder.rglob("*") if path.is_file()}
    of_other_days = {path for path in there if path.parts[-3:-2] and made_up.day.isoformat() not in str(path)}
    assert there - known - of_other_days == set()
