"""Facts brought up to date with what was just accepted or decided: enrolments, and the weeks that changed."""

import duckdb
import polars as pl

from pipeline.edges import folding, links, rolls
from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.steps.enrolments import enrolments
from pipeline.steps.plans import plans
from pipeline.steps.same_child import as_learned
from pipeline.steps.weeks import doubly_marked, marked_weeks, settled_weeks
from pipeline.tables.facts import ENROLMENTS
from pipeline.tables.staged_plans import PLANS, PLANS_FROM


def fold_rolls(con: duckdb.DuckDBPyConnection) -> None:
    """Every spell anew, from every roll and leaver known, each under the pupil_id its child is now known by."""
    known, left = (_now(con, table) for table in ("pupils", "leavers"))
    con.execute(f"DELETE FROM warehouse.{ENROLMENTS.name}")
    shelf.append(con, ENROLMENTS, enrolments(known, left, as_of=None))


def fold_rolls_retold(con: duckdb.DuckDBPyConnection, feed: str, linked: list[str]) -> None:
    """The spells anew of the children that accepted rows of `feed` tell of, and of those whose links have just changed."""
    rolls.set_retold(con, feed, linked)
    spells = enrolments(rolls.rolls_of_retold(con), rolls.leavers_of_retold(con), as_of=None)
    rolls.remove_spells_of_retold(con)
    shelf.append(con, ENROLMENTS, spells)


def _now(con: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    return shelf.read(con, f"SELECT * FROM {clocks.told(con, table, None)}")


def fold_plans(con: duckdb.DuckDBPyConnection) -> None:
    """Every request for a plan anew, as the latest return that has it says."""
    told = {feed: _now(con, feed) for feed in PLANS_FROM}
    con.execute(f"DELETE FROM warehouse.{PLANS.name}")
    shelf.append(con, PLANS, plans(told, as_of=None))


def fold_weeks(con: duckdb.DuckDBPyConnection, weeks: list[folding.TouchedWeeks]) -> None:
    """The weeks that accepted marks change."""
    children = links.children(con, as_of=None)
    for touched in weeks:
        packed = folding.packed_weeks(con, touched)
        doubled = doubly_marked(packed)
        again = pl.DataFrame() if doubled.is_empty() else folding.marks_of_weeks(con, touched, doubled)
        folding.replace_weeks(con, touched, as_learned(settled_weeks(packed, again), children))


def fold_weeks_of(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> None:
    """Every week of these pupil_ids, whose links have changed."""
    marks = folding.marks_of_children(con, pupil_ids)
    weeks = as_learned(marked_weeks(marks), links.children(con, as_of=None))
    folding.replace_weeks_of_children(con, pupil_ids, weeks)
