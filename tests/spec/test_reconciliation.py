"""Whether a school's figures hold: its registers against the totals its own system gives, to the session."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.reconciliation import schools_without_list
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.staged import CENSUS_SESSIONS, REGISTER_TOTALS
from tests.cast import AS_OF, SECOND, SECONDARY, YEAR_BEGAN, Away, Pupil, Spell, marks_of
from tests.drawn import drawn

PUPILS = tuple(Pupil(f"pupil{letter}", away=(Away("O", "2026-03-16", "2026-03-20"),)) for letter in "bcdef")
WEEKS = cut(marked_weeks(marks_of(PUPILS)), last_day=AS_OF)
"""Five pupils, two sessions a school day; each missed the ten of the last week."""

A_SPAN = ("2026-02-23", "2026-03-20")  # four school weeks: 200 possible sessions, 50 missed
ON_ROLL = pl.DataFrame({"urn": [SECONDARY]}, schema={"urn": pl.Int32})


def totals(possible: int, missed: int, *, urn: int = SECONDARY, span: tuple[str, str] = A_SPAN) -> pl.DataFrame:
    first, last = (date.fromisoformat(day) for day in span)
    row = {"extract_id": 1, "row_number": 2, "known_on": AS_OF, "urn": urn, "from_date": first, "to_date": last,
           "possible_sessions": possible, "absence_sessions": missed}  # fmt: skip
    return pl.DataFrame([row], schema=REGISTER_TOTALS.schema)


def without_list(told: pl.DataFrame, *, tolerance: float = 0.01, weeks=WEEKS, census=None, on_roll=ON_ROLL) -> dict[int, str]:
    """The reason by school."""
    census = CENSUS_SESSIONS.empty if census is None else census
    found = schools_without_list(weeks, census, told, on_roll, tolerance=tolerance, as_of=AS_OF)
    assert found["as_of"].unique().to_list() in ([], [AS_OF])
    return dict(found.select("urn", "reason").rows())


def test_figures_that_agree_hold():
    assert without_list(totals(200, 50)) == {}


def test_a_school_whose_system_gives_no_totals_is_taken_at_its_registers():
    assert without_list(REGISTER_TOTALS.empty) == {}


@pytest.mark.parametrize("possible", [200, 202, 198])
def test_possible_sessions_may_differ_by_the_tolerance_exactly(possible):
    """One in a hundred: two sessions, and of 198 no more than one."""
    assert (without_list(totals(possible, 50)) == {}) == (possible != 198)


@pytest.mark.parametrize("possible, holds", [(190, False), (192, True), (208, True), (209, False)])
def test_past_the_tolerance_by_one_session_there_is_no_list(possible, holds):
    """At one in twenty-five, 208 and 192 are eight apart from ours: 8.32 may differ, and 7.68 may; 209 and 190 are past."""
    assert (without_list(totals(possible, 50), tolerance=0.0417) == {}) == holds


@pytest.mark.parametrize("missed, holds", [(50, True), (40, True), (39, False), (62, True), (63, False)])
def test_missed_sessions_have_to_agree_as_well(missed, holds):
    """At a quarter: 40 may differ by ten, 39 by 9.75; 62 by 15.5 and 63 by 15.75."""
    assert (without_list(totals(200, missed), tolerance=0.25) == {}) == holds
