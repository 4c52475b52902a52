"""Which day a take-in, a decision or a look may stand on, so that a day whose lists are out says the same ever after."""

from dataclasses import replace
from datetime import date, timedelta

from duckdb import DuckDBPyConnection

from pipeline.edges import clock, intake, runs
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home

from .based import refuse_to_look
from .taking_in import Day

FURTHEST = timedelta(days=400)
"""No day further than this after today, and after all on record, is believed: a clock or a year was set wrong."""


def day_of_take_in(con: DuckDBPyConnection, home: Home, day: Day) -> Day:
    """`day`; where its user gave none, today or the latest day on record, whichever is later.

    Raises Refused for a day before one already taken in or with its lists out, and for one too far ahead.
    """
    if day.history:
        return day
    taken, listed = intake.latest_known_on(con), runs.last_listed(con)
    if not day.is_given:
        day = replace(day, known_on=_latest(day.known_on, taken, listed))
    refuse_far_ahead(con, home, day.known_on)
    if taken and day.known_on < taken:
        raise Refused(
            f"Extracts known on {taken:%d/%m/%Y} are already taken in, so none may be taken in as known on "
            f"{day.known_on:%d/%m/%Y}: give --known-on {taken} or later, or --history for years gone by."
            f"{_if_set_forward(taken)}"
        )
    if listed and day.known_on < listed:
        raise Refused(
            f"The lists of {listed:%d/%m/%Y} are out, so nothing may be taken in as known on {day.known_on:%d/%m/%Y}, or they "
            f"could not be had again: give --known-on {listed + _A_DAY} or later, or --history for years gone by."
            f"{_if_set_forward(listed)}"
        )
    return day


def after_its_lists(con: DuckDBPyConnection, day: Day) -> Day:
    """The day after, where the lists of `day` are out and are not written anew when all is taken in."""
    is_out = not day.history and not day.then_listed and day.known_on == runs.last_listed(con)
    return replace(day, known_on=day.known_on + _A_DAY) if is_out else day


def day_of_decision(con: DuckDBPyConnection, home: Home, known_on: date | None) -> date:
    """`known_on`; where it is left out, today or the first day that may still be decided on.

    Raises Refused for a day before one on record or with its lists out, and for one too far ahead.
    """
    latest, listed = runs.latest(con), runs.last_listed(con)
    first = _latest(latest, listed and listed + _A_DAY)
    if known_on is None:
        return _latest(clock.today(), first)
    refuse_far_ahead(con, home, known_on)
    if first and known_on < first:
        raise Refused(
            f"What was known on {latest:%d/%m/%Y} is already on record, so nothing can be decided as known on "
            f"{known_on:%d/%m/%Y}, or lists that are out could not be had again: give --known-on {first} or later."
        )
    return known_on


def decided_on(
    con: DuckDBPyConnection, home: Home, known_on: date | None, *, is_any: bool
) -> tuple[date, tuple[str, ...]]:
    """The day of the decisions, where there are any, and what is to be said of it."""
    today = known_on or clock.today()
    if not is_any:
        return today, ()
    day = day_of_decision(con, home, known_on)
    return day, (known_later(day),) if day != today else ()


def is_newest(con: DuckDBPyConnection, *, as_of: date) -> bool:
    """Whether lists of this day are issued: no list of a later day is out. Else it is a look back."""
    listed = runs.last_listed(con)
    return listed is None or as_of >= listed


def refuse_far_ahead(con: DuckDBPyConnection, home: Home, day: date) -> None:
    """What is once known on a far day stops every right night before it. A made-up home may begin on any day."""
    latest = runs.latest(con, with_history=True)
    if latest is None and home.settings.demo:
        return
    believed = _latest(clock.today(), latest)
    if day > believed + FURTHEST:
        raise Refused(
            f"{day:%d/%m/%Y} is more than {FURTHEST.days} days after today and after all that is on record, and every night "
            "before it would then be refused: give the right day, and see to the clock of this machine."
        )


def refuse_to_look_as_of(con: DuckDBPyConnection, home: Home, day: date) -> None:
    """Raises Refused for a day far ahead, and where settings do not say why what is there may be held."""
    refuse_far_ahead(con, home, day)
    refuse_to_look(con, home)


def said_of(con: DuckDBPyConnection, asked: Day, day: Day) -> list[str]:
    """What is to be said of the day new rows are known on, by the day that was asked for."""
    if day.known_on != asked.known_on:
        return [known_later(day.known_on)]
    if day.then_listed and runs.has_lists(con, day.known_on):
        return [f"The lists of {day.known_on:%d/%m/%Y} were out already: they are issued anew."]
    return []


def known_later(day: date) -> str:
    return (
        f"Known on {day:%d/%m/%Y}, the first day that is still open: what is on record of earlier days stays as it is."
    )


def with_settings_of(*, as_of: date) -> str:
    return (
        f"Lists of {as_of:%d/%m/%Y} were made before, and are made again with the settings of then, not those of settings.toml "
        f"now: a2n nightly --as-of {as_of} issues the newest anew with those."
    )


def said_of_lists(look) -> list[str]:
    """Why no list was written, where none was due."""
    if look.triage.is_empty() or look.earlier.due is None or look.earlier.due:
        return []
    if look.earlier.is_holiday:
        return [
            f"Lists are due on {look.as_of:%d/%m/%Y}, and wait until registers run again: by those received every school has a holiday."
        ]
    return [
        f"No list was due on {look.as_of:%d/%m/%Y}: lists go out again on {min(look.earlier.next_on.values()):%d/%m/%Y}."
    ]


def _latest(*days: date | None) -> date | None:
    """Of the days there are."""
    return max((day for day in days if day), default=None)


def _if_set_forward(latest: date) -> str:
    if latest <= clock.today():
        return ""
    return f" If a clock set forward brought {latest:%d/%m/%Y} about, restore this home from a backup of before it."


_A_DAY = timedelta(days=1)
