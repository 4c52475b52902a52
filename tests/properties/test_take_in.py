"""The facts depend only on what was known: whatever the order and split of files, the repeats and the later corrections.

A few nights are drawn (schools, rolls, marks; some rows wait, some are set aside, some are put right later), then the files
they may come in; all is taken in by a home, and what it holds is held against plain Python (`oracle.py`), which is told of
rows and nights only. So two ways of sending the same rows are one. `A2N_EXAMPLES=2000` draws so many, anew each time.
"""

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import flow
from pipeline.edges.settings import Home, open_home
from pipeline.hops.taking_in import Day
from pipeline.steps.weeks import cut, slots
from pipeline.vocabulary.attendance_codes import BY_CODE, BY_NUMBER
from tests.edges.delivered import new_home, pupil_id, table
from tests.edges.standing import spells_on, weeks_on

from .deliveries import PUPILS, TakeIn, some_nights, taken_in
from .oracle import Facts, Night, facts
from .quickly import quickly, so_many

tried = so_many(2)
told = some_nights().flatmap(lambda nights: st.tuples(st.just(nights), taken_in(nights)))


@tried
@given(told)
def test_facts_and_every_nights_view_of_them_depend_only_on_what_was_known(story):
    hold_to_the_oracle(*story, in_full=False)


@pytest.mark.long
@tried
@given(told)
def test_the_same_where_deliveries_are_full(story):
    hold_to_the_oracle(*story, in_full=True)


def hold_to_the_oracle(nights: list[Night], take_ins: list[TakeIn], *, in_full: bool) -> None:
    with quickly(), tempfile.TemporaryDirectory(prefix="a2n-") as folder:
        home = new_home(Path(folder) / "home")
        home = told_that_deliveries_are_full(home) if in_full else home
        for one in take_ins:
            for name, text in one.files.items():
                (home.inbox / name).write_bytes(text)
            assert flow.take_in(home, Day(one.day)).stopped_because is None
        now = facts(nights, in_full=in_full, as_of=nights[-1].day)
        assert facts_held(home) == now
        assert counts_held(home) == counted(now)
        for night in nights[:-1]:
            then = facts(nights, in_full=in_full, as_of=night.day)
            assert view_of(home, night.day) == dated_by(then, night.day)


def told_that_deliveries_are_full(home: Home) -> Home:
    path = home.folder / "settings.toml"
    path.write_text(path.read_text().replace('attendance_marks = "changes"', 'attendance_marks = "full"'))
    return open_home(home.folder)


# What a home holds, in the oracle's words


def facts_held(home: Home) -> Facts:
    names, weeks = _names(home), table(home, "facts.marked_weeks")
    learned = {
        (names[pupil], urn, monday): day
        for pupil, urn, monday, day in weeks.select("pupil_id", "urn", "week_start", "last_known_on").rows()
    }
    return Facts(_codes(weeks, names), learned, _spells(table(home, "facts.enrolments"), names))


def view_of(home: Home, day: date) -> tuple[dict, dict]:
    """Codes and spells as of a day gone by."""
    names = _names(home)
    return _codes(cut(weeks_on(home, day), last_day=day), names), _spells(spells_on(home, day), names)


def dated_by(then: Facts, day: date) -> tuple[dict, dict]:
    """Of what was known, what had happened."""
    return {slot: code for slot, code in then.codes.items() if slot[2] <= day}, then.spells


def counts_held(home: Home) -> dict[tuple, tuple]:
    names = _names(home)
    rows = table(home, "facts.pupil_weeks").select(
        "pupil_id", "urn", "week_start", "possible_sessions", "absence_sessions"
    )
    return {(names[pupil], urn, monday): (possible, missed) for pupil, urn, monday, possible, missed in rows.rows()}


def counted(now: Facts) -> dict[tuple, tuple]:
    kinds: dict[tuple, list] = {}
    for (pupil, urn, day, _), code in now.codes.items():
        monday = date.fromordinal(day.toordinal() - day.weekday())
        kinds.setdefault((pupil, urn, monday), []).append(BY_CODE[code].counts_as)
    sums = {
        week: (sum(kind.is_possible for kind in of), sum(kind.is_absence for kind in of)) for week, of in kinds.items()
    }
    return {week: (possible, missed) for week, (possible, missed) in sums.items() if possible}


def _names(home: Home) -> dict[str, str]:
    return {pupil_id(home, name): name for name in PUPILS}


def _codes(weeks: pl.DataFrame, names: dict[str, str]) -> dict[tuple, str]:
    return {
        (names[pupil], urn, day, ("am", "pm")[half_day]): BY_NUMBER[number].code
        for pupil, urn, day, half_day, number in slots(weeks).rows()
    }


_SPELL = ("pupil_id", "urn", "entry_date", "leaving_date", "enrol_status", "sen_provision", "sen_provision_on",
          "stated_on", "known_on")  # fmt: skip


def _spells(spells: pl.DataFrame, names: dict[str, str]) -> dict[tuple, tuple]:
    return {(names[pupil], urn, entry): tuple(said) for pupil, urn, entry, *said in spells.select(_SPELL).rows()}
