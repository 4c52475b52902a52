"""Facts that schools said are wrong: on the list that goes out, or, where none does, in a workbook of their own.

A list is withheld because the figures behind it are wrong, and a wrong mark may be why: that school above all must know which.
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipeline.edges import identity, trail
from pipeline.edges.facts_changed import changes
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import ToPutRight, day_in_words, full_name, year_in_words
from pipeline.edges.worklist import Sheet, write_to
from pipeline.steps.to_put_right import to_put_right

from .looking import Look

SAYS = (
    "Your list is held back, for its figures do not fit. These are facts you said are wrong. Put them right where they are kept, such "
    "as the register. Each goes once the records say something else."
)
_COLUMNS = (("Pupil", 210), ("Year group", 110), ("What is wrong", 170), ("Said on", 140), ("On the list of", 140))
_FILLS = (("What was done (stays in your copy)", 230),)


@dataclass(frozen=True)
class WrongFacts:
    """By URN of the school that lists the pupil now, the facts still to be put right."""

    by_school: dict[int, tuple[ToPutRight, ...]]

    def of(self, urn: int) -> tuple[ToPutRight, ...]:
        return self.by_school.get(urn, ())


def wrong_facts(con: duckdb.DuckDBPyConnection, home: Home, look: Look) -> WrongFacts:
    """One fact per pupil, list and kind of fact that is said to be wrong, of pupils on a roll; of whom an objection stands, none."""
    here = look.features.select("pupil_id", "urn", "nc_year")
    here = here.filter(~pl.col("pupil_id").is_in(sorted(look.earlier.before.objected)))
    said = look.earlier.before.corrections.join(here.select("pupil_id"), on="pupil_id", how="semi")
    changed = changes(con, sorted(set(said["pupil_id"])), as_of=look.as_of)
    wrong = to_put_right(said, changed, as_of=look.as_of).drop("urn").join(here, on="pupil_id")
    told = identity.names(home, sorted(set(wrong["pupil_id"])), as_of=look.as_of, known_as=look.known.children)
    names = {row["pupil_id"]: full_name(row["surname"], row["forename"]) for row in told.iter_rows(named=True)}
    return WrongFacts({urn: _in_order(rows, names) for (urn,), rows in wrong.partition_by("urn", as_dict=True).items()})


def _in_order(rows: pl.DataFrame, names: dict[str, str]) -> tuple[ToPutRight, ...]:
    found = [
        ToPutRight(names.get(pupil_id, full_name(None, None)), nc_year or "", fact, known_on, list_as_of)
        for pupil_id, nc_year, fact, known_on, list_as_of in rows.select(
            "pupil_id", "nc_year", "fact", "known_on", "list_as_of"
        ).iter_rows()
    ]
    return tuple(sorted(found, key=lambda one: (one.said_on, one.name, one.fact, one.list_as_of)))


def write_without_list(home: Home, look: Look, wrong: WrongFacts) -> dict[str, int]:
    """Write outbox/<as_of>/to_put_right/<urn>.xlsx for every school that was due a list and gets none, where facts are to be put
    right; take away those of an earlier run. Returns by URN how many facts each has."""
    folder, due = home.to_put_right_of(look.as_of), look.earlier.due
    for stale in folder.glob("*.xlsx"):
        stale.unlink()
    without = [urn for urn in sorted(look.without_list["urn"]) if due is None or urn in due]
    schools = dict(look.known.schools.select("urn", "name").iter_rows())
    told = {urn: wrong.of(urn) for urn in without if wrong.of(urn)}
    trail.record_all(home, trail.TO_PUT_RIGHT, [{"day": look.as_of.isoformat(), "school": urn} for urn in told])
    for urn, facts in told.items():
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        title = f"To put right: {schools.get(urn, 'School')} ({urn}), {day_in_words(look.as_of)}"
        sheet = Sheet("To put right", SAYS, _COLUMNS, tuple(map(_row, facts)), _FILLS)
        write_to(folder / f"{urn}.xlsx", home, title, (sheet,), as_of=look.as_of)
    return {str(urn): len(facts) for urn, facts in told.items()}


def _row(one: ToPutRight) -> tuple[str, ...]:
    said, on = day_in_words(one.said_on), day_in_words(one.list_as_of)
    return one.name, year_in_words(one.nc_year), one.fact, said, on
