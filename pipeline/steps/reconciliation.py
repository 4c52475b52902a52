"""Whose figures hold: what was received of each school, held to all there is to hold it to. Outside tolerance, no list."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.tables.derived import RECONCILIATION, SCHOOLS_WITHOUT_LIST

from .held_to_calendar import days_all_there, registers_in_time
from .held_to_rolls import RollInRegisters, registers_of_the_roll, registers_taken, rolls_as_the_census_says
from .held_to_totals import as_the_census_says, as_the_school_says
from .sessions_by_day import SchoolRegisters


@dataclass(frozen=True)
class Tolerances:
    """How far apart two counts of one thing may be before a school's figures are not to be trusted.

    `sessions`: share of the sessions counted. `pupils`: share of the pupils on roll. `days_missing`: school days of a
    term without a mark. `not_taken`: share of the last 20 school days' sessions without a mark. `days_late`: school days
    since the last register received. Where only weekdays tell what a school day was, a fortnight more of them may be.
    """

    sessions: float = 0.01
    pupils: float = 0.05
    days_missing: int = 5
    not_taken: float = 0.05
    days_late: int = 5


@dataclass(frozen=True)
class Received:
    """What was received of the schools, as known on a day: registers, census sessions, register totals (those last told of each
    school and period, the earliest first), the marks of half days learned more of since a total was told, pupil rows,
    enrolments and schools."""

    registers: SchoolRegisters
    census: pl.DataFrame
    totals: pl.DataFrame
    marks_since_totals: pl.DataFrame
    pupils: pl.DataFrame
    enrolled: pl.DataFrame
    schools: pl.DataFrame


def reconciled(received: Received, on_roll: pl.DataFrame, tolerances: Tolerances, *, as_of: date) -> pl.DataFrame:
    """`tables.derived.RECONCILIATION`: each thing held to another, school by school. `on_roll` has the urn of each school
    with pupils.

    Of several that do not hold, a school is told of the first: sums, then pupils, then days.
    """
    registers, rolls = received.registers, received.enrolled
    asked = RollInRegisters(registers, rolls, as_of)
    lines = [
        *as_the_school_says(registers, received.totals, received.marks_since_totals, tolerance=tolerances.sessions),
        *as_the_census_says(registers, received.census, tolerance=tolerances.sessions, as_of=as_of),
        *_anything_received(registers.days, received.census, on_roll),
        *rolls_as_the_census_says(received.pupils, rolls, tolerance=tolerances.pupils, as_of=as_of),
        *registers_of_the_roll(asked, tolerance=tolerances.pupils),
        *registers_in_time(registers, received.schools, days=tolerances.days_late, as_of=as_of),
        *days_all_there(registers, received.schools, days=tolerances.days_missing, as_of=as_of),
        *registers_taken(asked, tolerance=tolerances.not_taken),
    ]
    found = pl.DataFrame(lines, schema=_LINE, orient="row").with_row_index("number")
    here = found.join(on_roll.select("urn").unique(), on="urn", how="semi")
    told = pl.when(~pl.col("holds")).then("reason")
    return RECONCILIATION.conform(here.with_columns(as_of=pl.lit(as_of), reason=told))


_LINE = {
    "urn": pl.Int32, "held_to": pl.String, "period": pl.String, "counted": pl.Float64, "said": pl.Float64,
    "allowed": pl.Float64, "holds": pl.Boolean, "reason": pl.String,
}  # fmt: skip


def schools_without_list(lines: pl.DataFrame) -> pl.DataFrame:
    """`tables.derived.SCHOOLS_WITHOUT_LIST` from `tables.derived.RECONCILIATION`."""
    return SCHOOLS_WITHOUT_LIST.conform(first_apart(lines))


def first_apart(lines: pl.DataFrame) -> pl.DataFrame:
    """Of `tables.derived.RECONCILIATION` the first line of each school that does not hold."""
    return lines.filter(~pl.col("holds")).sort("number").unique(("as_of", "urn"), keep="first", maintain_order=True)


COUNTS = {
    **dict.fromkeys(("possible_as_told", "missed_as_told", "possible_as_census", "missed_as_census"), "sessions"),
    "registers_taken": "sessions",
    **dict.fromkeys(("roll_as_census", "registers_of_roll"), "pupils"),
    **dict.fromkeys(("anything_received", "registers_in_time", "days_all_there"), "days"),
}
"""What the two numbers of a line count."""


def _anything_received(days: pl.DataFrame, census: pl.DataFrame, on_roll: pl.DataFrame) -> list[dict]:
    heard = {*days["urn"].unique(), *census["urn"].unique()}
    schools = on_roll.select(pl.col("urn").cast(pl.Int32)).unique().sort("urn")
    return [
        {
            "urn": urn,
            "held_to": "anything_received",
            "period": "this school year and the last",
            "counted": float(urn in heard),
            "said": 1.0,
            "allowed": 0.0,
            "holds": urn in heard,
            "reason": "Registers of 0 days and censuses of 0 terms have been received for this school in this school year "
            "and the last. Deliver either.",
        }
        for urn in schools["urn"]
    ]
