"""What figures told and hid on the days before, on the shelf: a count once hidden stays hidden, and groups are counted once a week.

A day published twice, as when a file came late, remembers what its first snapshot hid and told: somebody may have read that
too. Made again of the same, it is the same. A look at a day before the newest published one publishes nothing, and changes
nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import warehouse as shelf
from pipeline.steps.disclosure_memory import Remembered
from pipeline.steps.policy_of_publishing import Policy
from pipeline.tables.audit import GROUP_DAYS, HIDDEN_CELLS, KEPT_EVER, KEPT_GROUPS, TOLD_CELLS
from pipeline.tables.published import EVER, GROUP_AUDIT
from pipeline.tables.schema import Table
from pipeline.vocabulary.school_year import monday_of, school_year_of

_KEPT = {"group_audit": (GROUP_AUDIT, KEPT_GROUPS), "ever": (EVER, KEPT_EVER)}
_NAME = ("table_name", "row_key", "column_name")


def remembered(con: duckdb.DuckDBPyConnection, *, as_of: date) -> Remembered:
    """What was hidden and told this school year, up to `as_of` and what was published of that day before."""
    days = [school_year_of(as_of).first_day, as_of]
    name = ", ".join(_NAME)
    hidden = con.execute(
        f"SELECT {name} FROM warehouse.{HIDDEN_CELLS.name} WHERE school_year = ? AND as_of <= ?", days
    ).fetchall()
    told = con.execute(
        f"SELECT {name}, told FROM warehouse.{TOLD_CELLS.name} WHERE school_year = $1 AND as_of = "
        f"(SELECT max(as_of) FROM warehouse.{TOLD_CELLS.name} WHERE as_of <= $2)", days
    ).fetchall()  # fmt: skip
    return Remembered(frozenset(hidden), {(table, key, column): number for table, key, column, number in told})


def remember(con: duckdb.DuckDBPyConnection, tonight: Remembered, before: Remembered, *, as_of: date) -> None:
    """Put on record what is hidden and told on `as_of`, beside what that day had on record. Within the caller's transaction."""
    hidden = _cells(tonight.hidden - before.hidden, as_of=as_of)
    told = _cells(tonight.told, as_of=as_of).with_columns(told=pl.Series(list(tonight.told.values()), dtype=pl.Int64))
    con.execute(
        f"DELETE FROM warehouse.{TOLD_CELLS.name} WHERE as_of >= ?", [as_of]
    )  # what it told before is among `tonight`
    shelf.append(con, HIDDEN_CELLS, hidden)
    shelf.append(con, TOLD_CELLS, told)
    con.execute(
        f"DELETE FROM warehouse.{TOLD_CELLS.name} WHERE as_of < "
        f"(SELECT max(as_of) FROM warehouse.{TOLD_CELLS.name} WHERE as_of < ?)", [as_of]
    )  # fmt: skip


def _cells(names: Iterable[tuple], *, as_of: date) -> pl.DataFrame:
    columns = list(zip(*names, strict=True)) or [()] * len(_NAME)
    frame = pl.DataFrame([pl.Series(name, column, pl.String) for name, column in zip(_NAME, columns, strict=True)])
    return frame.with_columns(school_year=pl.lit(school_year_of(as_of).first_day), as_of=pl.lit(as_of))


# Groups of children


@dataclass(frozen=True)
class GroupsOfWeek:
    """The tables of groups as they were published first this week, by name, and the day they stand on."""

    as_of: date
    pages: Mapping[str, pl.DataFrame]


def groups_of_week(con: duckdb.DuckDBPyConnection, policy: Policy, *, as_of: date) -> GroupsOfWeek | None:
    """None where they are to be made anew: on the first day of a week that publishes, of a school year, or of another policy."""
    newest = con.execute(
        f"SELECT * FROM warehouse.{GROUP_DAYS.name} WHERE as_of <= ? ORDER BY as_of DESC LIMIT 1", [as_of]
    ).pl()
    if newest.is_empty():
        return None
    made = newest.row(0, named=True)
    as_now = (
        monday_of(made["as_of"]) == monday_of(as_of)
        and made["school_year"] == school_year_of(as_of).first_day
        and (made["fewest_shown"], made["smallest_base"]) == (policy.fewest_shown, policy.smallest_base)
    )
    if not as_now:
        return None
    pages = {name: _kept(con, table, kept, as_of=made["as_of"]) for name, (table, kept) in _KEPT.items()}
    return GroupsOfWeek(made["as_of"], pages)


def _kept(con: duckdb.DuckDBPyConnection, table: Table, kept: Table, *, as_of: date) -> pl.DataFrame:
    return table.conform(shelf.read(con, f"SELECT * FROM warehouse.{kept.name} WHERE as_of = ?", [as_of]))


def keep_groups(
    con: duckdb.DuckDBPyConnection, pages: Mapping[str, pl.DataFrame], policy: Policy, *, as_of: date
) -> None:
    """Keep tonight's tables of groups for the nights until they are made anew. Within the caller's transaction, after `remember`."""
    day = pl.DataFrame(
        {
            "school_year": [school_year_of(as_of).first_day], "as_of": [as_of], "fewest_shown": [policy.fewest_shown],
            "smallest_base": [policy.smallest_base],
        }
    )  # fmt: skip
    frames = [(GROUP_DAYS, day)]
    frames += [(kept, pages[name].with_columns(as_of=pl.lit(as_of))) for name, (_, kept) in _KEPT.items()]
    for table, frame in frames:
        con.execute(f"DELETE FROM warehouse.{table.name} WHERE as_of = ?", [as_of])
        shelf.append(con, table, frame)
