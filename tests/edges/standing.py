"""What stands on a day, by what was known on it: marks and spells, pupils by name, so that a test can be read as a picture."""

from datetime import date

import polars as pl

from pipeline.edges import warehouse as shelf
from pipeline.edges.known import KnownAsOf, known_as_of
from pipeline.edges.settings import Home
from pipeline.steps.enrolments import enrolments
from pipeline.steps.weeks import marked_weeks, slots
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import BY_NUMBER
from tests.edges.delivered import pupil_id, table

PUPILS = ("amira", "ben", "cato", "dina")


def known(home: Home, day: date) -> KnownAsOf:
    with shelf.warehouse(home) as con:
        return known_as_of(con, day)


def weeks_on(home: Home, day: date) -> pl.DataFrame:
    """The weeks as they stood on a day: those unchanged since, and those folded again from what was known."""
    it = known(home, day)
    return MARKED_WEEKS.conform(pl.concat([it.weeks, marked_weeks(it.marks_to_fold)]))


def register(home: Home, day: date | None = None) -> list[str]:
    """The marks that stand now, or stood on a day: `amira 08 am /` is her mark of the morning of the eighth."""
    weeks = table(home, "facts.marked_weeks") if day is None else weeks_on(home, day)
    return sorted(
        f"{_name(home, pupil)} {on:%d} {('am', 'pm')[half_day]} {BY_NUMBER[number].code}"
        for pupil, _, on, half_day, number in slots(weeks).rows()
    )


def _name(home: Home, pupil: str) -> str:
    return {pupil_id(home, name): name for name in PUPILS}[pupil]


def spells_on(home: Home, day: date) -> pl.DataFrame:
    """Spells by what was known on a day, whatever day they are of."""
    it = known(home, day)
    return ENROLMENTS.conform(enrolments(it.pupils, it.leavers, as_of=None))


def on_roll(home: Home, day: date | None = None) -> dict[str, tuple]:
    """By pupil, the last day on roll and SEN provision, now or as known on a day."""
    spells = table(home, "facts.enrolments") if day is None else spells_on(home, day)
    return {
        _name(home, pupil): tuple(said)
        for pupil, *said in spells.sort("pupil_id").select("pupil_id", "leaving_date", "sen_provision").rows()
    }
