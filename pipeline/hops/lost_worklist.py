"""The worklists of children lost between services: by name, one for the authority's officer, one for the virtual school.

Whoever is given one does not get the other: children in care are in a workbook of their own.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.edges import identity, trail
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import day_in_words, full_name, year_in_words
from pipeline.edges.worklist import Cover, Sheet, write_to
from pipeline.vocabulary.lost import KIND, KINDS, OFFICER, VIRTUAL_SCHOOL, Where

from .looking import Look

TITLE = "Children lost between services"

SHEETS = {OFFICER: "For the officer", VIRTUAL_SCHOOL: "For the virtual school"}
_SAYS = {
    OFFICER: "One row for each child and each thing that happened. What is said are facts with their days; ask the question, and "
    "write down what was done. Children in care are not here: they are in a workbook of their own, for the virtual school.",
    VIRTUAL_SCHOOL: "Children in care, whatever happened: for the virtual school head and the designated social care officer. Each "
    "time: what does the child say, and was an advocate offered?",
}

COLUMNS = (
    ("Who", 124), ("School", 112), ("What happened", 110), ("Since", 78), ("How long", 66), ("What is known", 270), ("Question", 170),
)  # fmt: skip
FILLS = (("What was done", 150), ("On", 60))
COVER = (("What happened", 210), ("Children in this workbook", 170), ("Its exact line", 600))
_DAYS = ("On",)

PARAGRAPHS = (
    "These are children of whom the records this home was sent say that one service may have let go before another took hold: they "
    "left a roll, wait for a plan, or are placed where nobody marks them. Each row is a question to ask, never a finding.",
    "Not seen here is all that can be said of a child on no roll this home can see. Other authorities, independent schools and home "
    "education are out of its sight, and many of these children will be well and at school.",
    "It is for finding children and offering support. It is not for penalty notices, prosecution, exclusion, admissions, funding or "
    "judging staff, and says nothing of why a family acted as it did.",
    "A child may have several rows. Of plans, what came after the latest return is not known. What was wrong or is over goes when "
    "the records that say so come: tell whoever sent them. A suspension, and illness that registers tell of, go once none of it lies "
    "in the school's last 20 school days.",
    "It holds children's names: keep it where only those who act on it can read it, and send it by no e-mail.",
)

_ORDER = {kind.name: at for at, kind in enumerate(KINDS)}
ON_NO_ROLL = "On no roll seen here"


def write_lost(home: Home, look: Look) -> int:
    """Write outbox/<as_of>/lost_between_services.xlsx for the officer, and lost_between_services_virtual_school.xlsx beside it
    of children in care; take away each that would have nobody in it. Returns the rows of both."""
    paths = {OFFICER: home.lost_between_services_of(look.as_of), VIRTUAL_SCHOOL: home.lost_in_care_of(look.as_of)}
    there = set(look.lost.rows["goes_to"])
    words = _Words(home, look) if there else None
    scopes = [{"day": look.as_of.isoformat(), "worklist": paths[goes_to].stem} for goes_to in paths if goes_to in there]
    trail.record_all(home, trail.WORKLIST, scopes)
    for goes_to, path in paths.items():
        if goes_to in there:
            _write(path, home, look, words, goes_to)
        else:
            path.unlink(missing_ok=True)
    return look.lost.rows.height


def _write(path: Path, home: Home, look: Look, words: "_Words", goes_to: str) -> None:
    rows = look.lost.rows.filter(pl.col("goes_to") == goes_to)
    sheet = Sheet(SHEETS[goes_to], _SAYS[goes_to], COLUMNS, words.rows(rows), FILLS, _DAYS)
    title = f"{TITLE}, {day_in_words(look.as_of)}"
    write_to(path, home, title, (_cover(look, rows, goes_to), sheet), as_of=look.as_of)


def _cover(look: Look, rows: pl.DataFrame, goes_to: str) -> Cover:
    """Every kind that may be in this workbook: those of children in care alone are never in the officer's."""
    counted, lost = dict(rows.group_by("kind").len().rows()), look.lost
    lines = tuple(
        (kind.words, lost.cannot.get(kind.name) or str(counted.get(kind.name, 0)), lost.line(kind))
        for kind in KINDS
        if goes_to == VIRTUAL_SCHOOL or kind.where is not Where.HOME
    )
    return Cover("About", PARAGRAPHS, COVER, lines)


class _Words:
    """What is told of each child of either workbook, looked up once for all."""

    def __init__(self, home: Home, look: Look):
        pupil_ids = sorted(set(look.lost.rows["pupil_id"]))
        of_day = {"as_of": look.as_of, "known_as": look.known.children}
        names, births = identity.names(home, pupil_ids, **of_day), identity.births(home, pupil_ids, **of_day)
        self._names = {one: full_name(*said) for one, *said in names.select("pupil_id", "surname", "forename").rows()}
        self._births = dict(births.select("pupil_id", "date_of_birth").rows())
        self._schools = dict(look.known.schools.select("urn", "name").rows())
        enrolled = look.enrolled.join(look.lost.rows, on="pupil_id", how="semi")
        groups = enrolled.sort("entry_date", "urn").unique("pupil_id", keep="last", maintain_order=True)
        self._groups = dict(groups.select("pupil_id", "nc_year").rows())

    def rows(self, lost: pl.DataFrame) -> tuple[tuple[str, ...], ...]:
        """By kind in its order, the longest first; within a day by name, so that the same rows stand alike."""
        return tuple(map(self._row, sorted(lost.iter_rows(named=True), key=self._place)))

    def _place(self, row: Mapping) -> tuple:
        return _ORDER[row["kind"]], row["since"] or date.max, self._name(row["pupil_id"]).casefold(), row["pupil_id"]

    def _row(self, row: Mapping) -> tuple[str, ...]:
        since = day_in_words(row["since"]) if row["since"] else "By a census"
        school = self._school(row["urn"])
        return (
            self._who(row["pupil_id"]),
            school,
            KIND[row["kind"]].words,
            since,
            _how_long(row),
            row["says"],
            row["asks"],
        )

    def _who(self, pupil_id: str) -> str:
        born = self._births.get(pupil_id)
        group = self._groups.get(pupil_id)
        said = (
            self._name(pupil_id),
            f"born {day_in_words(born)}" if born else "",
            year_in_words(group) if group else "",
        )
        return "\n".join(part for part in said if part)

    def _name(self, pupil_id: str) -> str:
        return self._names.get(pupil_id) or full_name(None, None)

    def _school(self, urn: int | None) -> str:
        return ON_NO_ROLL if urn is None else f"{self._schools.get(urn, 'School')} ({urn})"


def _how_long(row: Mapping) -> str:
    if row["school_days"] is not None:
        return _many(row["school_days"], "school day")
    return "" if row["calendar_days"] is None else _many(row["calendar_days"], "day")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
