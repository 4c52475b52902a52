"""What a test of a take-in needs: a home with two schools and a roll, and files drawn as pictures of pupils.

A picture names pupils; the file has their UPNs, names and birth dates, as real ones have.
"""

import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.keys import KEYS
from pipeline.edges.settings import Home, make_home, open_home
from pipeline.hops.summary import Summary
from pipeline.hops.taking_in import Day
from pipeline.vocabulary.identifiers import UPN_LETTERS, check_letter
from tests.drawn import drawn

ASH, BIRCH = 100001, 100002
FIRST_NIGHT = date(2025, 9, 12)

SCHOOLS = """
    URN    | LA (code) | EstablishmentNumber | EstablishmentName | PhaseOfEducation (name)
    -------+-----------+---------------------+-------------------+------------------------
    100001 | 209       | 4001                | Ash Secondary     | Secondary
    100002 | 209       | 2001                | Birch Primary     | Primary
    """
ROLL = """
    urn    | upn   | surname | forename | date_of_birth | nc_year | entry_date
    -------+-------+---------+----------+---------------+---------+-----------
    100001 | amira | Okafor  | Amira    | 2013-03-01    | 8       | 2024-09-02
    100001 | ben   | Bede    | Ben      | 2013-04-01    | 8       | 2024-09-02
    """
MARKS = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-08 | AM      | /
    100001 | amira | 2025-09-08 | PM      | I
    100001 | ben   | 2025-09-08 | AM      | O
    """


def upn(name: str) -> str:
    """A good UPN, always the same for one name; a temporary one for a name that begins with temp."""
    number = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 100_000
    rest = f"2094001{number:05d}"
    if name.startswith("temp"):
        rest = rest[:-1] + UPN_LETTERS[number % len(UPN_LETTERS)]
    return check_letter(rest) + rest


def new_home(folder: Path) -> Home:
    """A home whose keys are those of every home made here, so that a pupil has one pupil_id in all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in KEYS:
        (folder / f"{name}.key").write_text(f"the-{name}-key-of-every-home-of-these-tests")
    return make_home(folder, demo=True)


def copied(home: Home, folder: Path) -> Home:
    """Another home, with all that this one has."""
    shutil.copytree(home.folder, folder)
    return open_home(folder)


def pupil_id(home: Home, name: str) -> str:
    return identity.Pseudonyms(home.key("pseudonym")).of(pl.Series([upn(name)]))["pupil_id"].item()


def file(picture: str) -> pl.DataFrame:
    """The file a picture is of, all text. In a column `upn` or `former_upn`, one word in small letters is a pupil."""
    told = drawn(picture, defaultdict(lambda: pl.String))
    return told.with_columns(
        pl.col(name).map_elements(lambda cell: upn(cell) if cell.islower() else cell, return_dtype=pl.String)
        for name in ("upn", "former_upn")
        if name in told.columns
    )


def deliver(home: Home, **pictures: str | pl.DataFrame) -> None:
    """Put files in the inbox: each is named, and drawn or given."""
    for name, picture in pictures.items():
        rows = file(picture) if isinstance(picture, str) else picture
        rows.write_csv(home.inbox / f"{name}.csv")


def night(home: Home, day: date = FIRST_NIGHT, *, history: bool = False, **pictures: str | pl.DataFrame) -> Summary:
    """One take-in, of what has come."""
    deliver(home, **pictures)
    return flow.take_in(home, Day(day, history=history))


def read(home: Home, sql: str) -> list[tuple]:
    """Rows of the warehouse, pupils by the name they have here."""
    with shelf.warehouse(home) as con:
        return con.execute(sql).fetchall()


def marks_held(home: Home) -> list[tuple]:
    """Every mark accepted: day, half day, code and the day it was known, in order."""
    return read(home, "SELECT date, half_day, code, known_on FROM warehouse.staged.attendance_marks ORDER BY ALL")


def table(home: Home, name: str) -> pl.DataFrame:
    with shelf.warehouse(home) as con:
        return shelf.read(con, f"SELECT * FROM warehouse.{name} ORDER BY ALL")
