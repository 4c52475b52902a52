"""Whether a school's figures hold: its registers against the totals its own system gives, to the session."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.reconciliation import schools_without_list
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.staged import CENSUS_SESSIONS, REGISTER_TOTALS
from tests.cast import AS_OF, SECOND, SECONDARY, Away, Pupil, Spell, marks_of
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


def without_list(
    told: pl.DataFrame, *, tolerance: float = 0.01, weeks=WEEKS, census=None, on_roll=ON_ROLL
) -> dict[int, str]:
    """The reason by school."""
    census = CENSUS_SESSIONS.empty if census is None else census
    found = schools_without_list(weeks, census, told, on_roll, tolerance=tolerance, as_of=AS_OF)
    assert found["as_of"].unique().to_list() in ([], [AS_OF])
    return dict(found.select("urn", "reason").rows())


def test_figures_that_agree_hold():
    assert without_list(totals(200, 50)) == {}


def test_a_school_whose_system_gives_no_totals_is_taken_at_its_registers():
    assert without_list(REGISTER_TOTALS.empty) == {}


@pytest.mark.parametrize("possible, holds", [(160, True), (159, False), (266, True), (267, False)])
def test_possible_sessions_may_differ_by_the_tolerance_and_not_by_a_session_more(possible, holds):
    """A quarter of 160 is 40, just what ours differ by; of 159 it is 39.75, and ours differ by 41."""
    assert (without_list(totals(possible, 50), tolerance=0.25) == {}) == holds


@pytest.mark.parametrize("missed, holds", [(40, True), (39, False), (66, True), (67, False)])
def test_so_may_sessions_missed(missed, holds):
    """A quarter of 40 is 10, just what ours differ by; of 39 it is 9.75, and ours differ by 11."""
    assert (without_list(totals(200, missed), tolerance=0.25) == {}) == holds


@pytest.mark.parametrize("possible, holds", [(199, True), (198, False), (202, True), (203, False)])
def test_the_usual_tolerance_is_one_session_in_a_hundred(possible, holds):
    assert (without_list(totals(possible, 50)) == {}) == holds


def test_no_tolerance_asks_for_the_very_number():
    assert without_list(totals(200, 50), tolerance=0.0) == {}
    assert SECONDARY in without_list(totals(201, 50), tolerance=0.0)


def test_a_school_that_says_nobody_was_away_is_not_within_any_share_of_somebody():
    assert SECONDARY in without_list(totals(200, 0))


def test_the_reason_gives_both_numbers_the_days_and_what_to_do():
    assert without_list(totals(1200, 50))[SECONDARY] == (
        "The registers received have 200 possible sessions from 23/02/2026 to 20/03/2026; the school's own system says "
        "1,200, more than 1.0% apart. Deliver that period's marks again."
    )


def test_where_only_the_missed_sessions_differ_the_reason_says_missed():
    assert "have 50 missed sessions" in without_list(totals(200, 80))[SECONDARY]


def test_only_the_days_the_totals_count_are_compared():
    days = ("2026-03-13", "2026-03-16")  # a Friday and a Monday: 20 possible sessions, 10 missed
    assert without_list(totals(20, 10, span=days)) == {}


def test_sessions_nobody_was_expected_at_are_in_neither_figure():
    shut = tuple(Pupil(pupil.name, away=(*pupil.away, Away("#", "2026-03-20", "2026-03-20"))) for pupil in PUPILS)
    assert without_list(totals(190, 40), weeks=marked_weeks(marks_of(shut))) == {}


def test_one_schools_figures_say_nothing_of_anothers():
    other = (Pupil("other", (Spell(urn=SECOND),)),)
    weeks = pl.concat([WEEKS, marked_weeks(marks_of(other))])
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    told = pl.concat([totals(200, 50), totals(80, 0, urn=SECOND)])
    assert set(without_list(told, weeks=weeks, on_roll=both)) == {SECOND}


def test_a_school_with_nobody_on_roll_gets_no_list_and_no_reason():
    assert without_list(totals(1200, 50), on_roll=ON_ROLL.clear()) == {}


# Nothing received

SILENT = "No registers and no census sessions have been received for this school in this school year or the last."


def test_a_school_of_which_nothing_was_received_gets_no_list():
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    assert without_list(REGISTER_TOTALS.empty, on_roll=both) == {SECOND: SILENT}


def test_a_census_alone_is_enough_for_a_list():
    census = drawn(
        """
        extract_id | row_number | pupil_id | urn    | school_year | term   | part | sessions_possible | code | sessions
        -----------+------------+----------+--------+-------------+--------+------+-------------------+------+---------
        1          | 2          | amira    | 100004 | 2025        | autumn | 1    | 140               | I    | 12
        """,
        CENSUS_SESSIONS.schema,
    )
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    assert without_list(REGISTER_TOTALS.empty, on_roll=both, census=census) == {}


def test_where_no_registers_came_and_totals_did_both_numbers_are_said():
    on_roll = pl.DataFrame({"urn": [SECOND]}, schema={"urn": pl.Int32})
    assert "have 0 possible sessions" in without_list(totals(80, 4, urn=SECOND), on_roll=on_roll)[SECOND]
