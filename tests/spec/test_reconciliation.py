"""Whether a school's figures hold: its registers against the totals its own system gives, to the session."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.held_to_totals import SETTLING
from pipeline.steps.reconciliation import COUNTS, Received, Tolerances, reconciled, schools_without_list
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.facts import ENROLMENTS
from pipeline.tables.staged import CENSUS_SESSIONS, REGISTER_TOTALS
from pipeline.tables.staged import PUPILS as PUPIL_ROWS
from tests.cast import AS_OF, SECOND, SECONDARY, Away, Pupil, Spell, marks_of

PUPILS = tuple(Pupil(f"pupil{letter}", away=(Away("O", "2026-03-16", "2026-03-20"),)) for letter in "bcdef")
WEEKS = cut(marked_weeks(marks_of(PUPILS)), last_day=AS_OF)
"""Five pupils, two sessions a school day; each missed the ten of the last week."""

A_SPAN = ("2026-02-23", "2026-03-20")  # four school weeks: 200 possible sessions, 50 missed
NO_MARKS = marks_of(PUPILS).clear()
NO_SCHOOLS = pl.DataFrame(schema={"urn": pl.Int32, "laestab": pl.Int32})
ON_ROLL = pl.DataFrame({"urn": [SECONDARY]}, schema={"urn": pl.Int32})


def totals(possible: int, missed: int, *, urn: int = SECONDARY, span: tuple[str, str] = A_SPAN) -> pl.DataFrame:
    first, last = (date.fromisoformat(day) for day in span)
    row = {"extract_id": 1, "row_number": 2, "known_on": AS_OF, "urn": urn, "from_date": first, "to_date": last,
           "possible_sessions": possible, "absence_sessions": missed}  # fmt: skip
    return pl.DataFrame([row], schema=REGISTER_TOTALS.schema)


def without_list(
    told: pl.DataFrame, *, tolerance: float = 0.01, weeks=WEEKS, census=None, marks=NO_MARKS, on_roll=ON_ROLL
) -> dict[int, str]:
    """The reason by school. `marks` are those of weeks learned more of since a total was told."""
    census = CENSUS_SESSIONS.empty if census is None else census
    received = Received(SchoolRegisters(weeks), census, told, marks, PUPIL_ROWS.empty, ENROLMENTS.empty, NO_SCHOOLS)
    lines = reconciled(received, on_roll, Tolerances(sessions=tolerance), as_of=AS_OF)
    found = schools_without_list(lines)
    assert set(lines["held_to"]) <= set(COUNTS)
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
        "1,200, more than 1.0% apart. Deliver that period's marks again, or its totals as they now stand."
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


# Several periods

EARLIER = ("2025-11-03", "2025-11-28")  # four school weeks: 200 possible sessions, none missed


def test_every_period_holds_or_the_list_is_withheld_and_the_first_that_does_not_is_named():
    last_week = ("2026-03-16", "2026-03-20")
    told = pl.concat([totals(200, 0, span=EARLIER), totals(200, 50), totals(50, 50, span=last_week)])
    assert without_list(told) == {}
    wrong = pl.concat([totals(200, 0, span=EARLIER), totals(400, 50), totals(90, 50, span=last_week)])
    assert "from 23/02/2026 to 20/03/2026; the school's own system says 400," in without_list(wrong)[SECONDARY]
    wrong_at_first = pl.concat([totals(400, 0, span=EARLIER), totals(200, 50)])
    assert "from 03/11/2025 to 28/11/2025" in without_list(wrong_at_first)[SECONDARY]


# Several totals of one period


@pytest.mark.parametrize("others, holds", [((200, 50), True), ((201, 50), True), ((400, 50), False)], ids=str)
def test_of_two_totals_told_on_one_day_each_is_held_to_whichever_came_first(others, holds):
    """Either may be the school's last word."""
    for told in ([totals(200, 50), totals(*others)], [totals(*others), totals(200, 50)]):
        reasons = without_list(pl.concat(told))
        assert (reasons == {}) == holds
        assert holds or "says 400," in reasons[SECONDARY]


def test_of_two_totals_of_one_day_there_is_one_line_for_each_count():
    told = pl.concat([totals(200, 50), totals(400, 50)])
    received = Received(
        SchoolRegisters(WEEKS), CENSUS_SESSIONS.empty, told, NO_MARKS, PUPIL_ROWS.empty, ENROLMENTS.empty, NO_SCHOOLS
    )
    lines = reconciled(received, ON_ROLL, Tolerances(), as_of=AS_OF)
    said = lines.filter(pl.col("held_to").str.ends_with("as_told")).select("held_to", "said", "holds").sort("held_to")
    assert said.rows() == [("missed_as_told", 50, True), ("possible_as_told", 400, False)]


# Registers corrected since

TOLD_ON = date(2026, 3, 20)
N_THEN = tuple(Pupil(pupil.name, away=(*pupil.away, Away("N", "2026-03-02", "2026-03-02"))) for pupil in PUPILS)
"""Ten sessions of the second of March had no reason yet; found to be present, they were corrected a week later."""


def corrected(*, known_on: date) -> pl.DataFrame:
    """The marks of the week corrected, as known before and since."""
    of_week = pl.col("date").is_between(date(2026, 3, 2), date(2026, 3, 6))
    before, now = marks_of(N_THEN).filter(of_week), marks_of(PUPILS).filter(of_week, pl.col("date") == date(2026, 3, 2))
    return pl.concat([before, now.with_columns(known_on=pl.lit(known_on))])


def as_known_now(marks: pl.DataFrame) -> pl.DataFrame:
    others = WEEKS.filter(pl.col("week_start") != date(2026, 3, 2))
    return pl.concat([others, marked_weeks(marks)])


def told_then(possible: int, missed: int) -> pl.DataFrame:
    return totals(possible, missed).with_columns(known_on=pl.lit(TOLD_ON))


def after_correction(told: pl.DataFrame, *, known_on: date) -> dict[int, str]:
    marks = corrected(known_on=known_on)
    return without_list(told, weeks=as_known_now(marks), marks=marks)


def test_a_total_that_was_right_when_it_was_told_does_not_count_against_registers_corrected_since():
    assert after_correction(told_then(200, 60), known_on=date(2026, 3, 27)) == {}


def test_nor_does_one_that_the_corrections_have_made_right():
    assert after_correction(told_then(200, 50), known_on=date(2026, 3, 27)) == {}


def test_one_that_was_right_at_no_time_does_and_the_reason_says_what_the_registers_have_now():
    reason = after_correction(told_then(200, 55), known_on=date(2026, 3, 27))[SECONDARY]
    assert "have 50 missed sessions" in reason and "says 55," in reason


def test_a_total_told_without_marks_learned_since_is_held_to_the_registers_as_they_are():
    assert "have 50 missed sessions" in without_list(told_then(200, 60))[SECONDARY]


@pytest.mark.parametrize("came_on, holds", [(date(2026, 3, 27), True), (date(2026, 3, 28), False)])
def test_marks_may_come_within_a_week_of_their_total_and_be_corrected_after(came_on, holds):
    """The total was told before the marks it counts had come; when they came they agreed with it."""
    marks = that_came_late(came_on)
    assert (without_list(told_then(200, 60), weeks=as_known_now(marks), marks=marks) == {}) == holds


def that_came_late(came_on: date) -> pl.DataFrame:
    of_day = pl.col("date") == date(2026, 3, 2)
    came = marks_of(N_THEN).filter(of_day).with_columns(known_on=pl.lit(came_on))
    since = marks_of(PUPILS).filter(of_day).with_columns(known_on=pl.lit(date(2026, 4, 20)))
    rest = marks_of(PUPILS).filter(pl.col("date").is_between(date(2026, 3, 3), date(2026, 3, 6)))
    return pl.concat([came, since, rest])


@pytest.mark.parametrize("came_on, wrong", [(date(2026, 3, 27), set()), (date(2026, 3, 28), {SECOND})])
def test_of_two_schools_each_is_held_to_what_was_learned_of_its_own(came_on, wrong):
    """The first agreed with its total on the day it was told, the second only once its own marks had come."""
    corrected_since, late = corrected(known_on=date(2026, 3, 27)), that_came_late(came_on)
    weeks = pl.concat([as_known_now(corrected_since), at_the_second(as_known_now(late))])
    told = pl.concat([told_then(200, 60), at_the_second(told_then(200, 60))])
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    marks = pl.concat([corrected_since, at_the_second(late)])
    assert set(without_list(told, weeks=weeks, marks=marks, on_roll=both)) == wrong


def at_the_second(rows: pl.DataFrame) -> pl.DataFrame:
    """The same of other pupils, at the second school."""
    of_others = [pl.col("pupil_id") + "s"] if "pupil_id" in rows.columns else []
    return rows.with_columns(pl.lit(SECOND, pl.Int32).alias("urn"), *of_others)


# Against the census

A_CLASS = tuple(Pupil(f"pupil{letter}", away=(Away("I", "2025-11-10", "2025-11-14"),)) for letter in "bcdefghijk")
"""Ten pupils; each missed ten sessions of the autumn term, which had 146 possible."""

OF_THE_CLASS = marked_weeks(marks_of(A_CLASS))


def census_of(
    pupils: list[str],
    *,
    possible: int = 146,
    missed: int = 10,
    urn: int = SECONDARY,
    term: str = "autumn",
    part: int = 1,
) -> pl.DataFrame:
    rows = [
        {"extract_id": 1, "row_number": number, "known_on": AS_OF, "pupil_id": pupil_id, "urn": urn,
         "parent_key": pupil_id, "school_year": 2024 if term == "summer" else 2025, "term": term, "part": part,
         "sessions_possible": possible, "code": "I", "sessions": missed}
        for number, pupil_id in enumerate(pupils, start=2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CENSUS_SESSIONS.schema)


CLASS_IDS = [pupil.pupil_id for pupil in A_CLASS]


def against(census: pl.DataFrame, **more) -> dict[int, str]:
    """Held to the census with one in a hundred allowed, unless said otherwise."""
    allowed = {"weeks": OF_THE_CLASS, "tolerance": 0.01} | more
    return without_list(
        REGISTER_TOTALS.empty, **allowed | {"tolerance": allowed["tolerance"] / SETTLING}, census=census
    )


def told_by(first: dict, rest: dict) -> pl.DataFrame:
    """A census that says one thing of the first pupil and another of the other nine."""
    return pl.concat([census_of(CLASS_IDS[:1], **first), census_of(CLASS_IDS[1:], **rest)])


def test_registers_that_say_what_the_census_said_hold():
    assert against(census_of(CLASS_IDS)) == {}


@pytest.mark.parametrize("missed, holds", [(9, True), (8, False), (11, True), (12, False)])
def test_sessions_missed_may_differ_by_one_in_a_hundred_and_no_more(missed, holds):
    """Ours are 100; of 99 and 101 a hundredth is about 1."""
    assert (against(told_by({"missed": missed}, {}), tolerance=0.0102) == {}) == holds


@pytest.mark.parametrize("possible, holds", [(132, True), (131, False), (160, True), (161, False)])
def test_so_may_possible_sessions(possible, holds):
    """Ours are 1,460; a hundredth of 1,446 is 14.46, and of 1,474 it is 14.74."""
    assert (against(told_by({"possible": possible}, {})) == {}) == holds


def test_the_reason_gives_both_numbers_and_the_term_and_not_how_few_the_pupils_are():
    assert against(census_of(CLASS_IDS, missed=20))[SECONDARY] == (
        "The registers received have 100 missed sessions in the autumn term of 2025/26; of the same pupils the school "
        "census says 200, more than 1.0% apart. Deliver that period's marks again."
    )


def test_a_census_may_differ_by_five_times_what_a_total_may_for_registers_settle():
    assert against(told_by({"missed": 15}, {}), tolerance=0.05) == {}
    assert against(told_by({"missed": 17}, {}), tolerance=0.05) != {}
    assert SETTLING == 5


@pytest.mark.parametrize("first_day, holds", [(date(2025, 9, 22), False), (date(2025, 9, 29), True)])
def test_a_term_in_which_registers_only_began_is_not_compared(first_day, holds):
    begun = cut(OF_THE_CLASS, first_day=first_day)
    assert (against(census_of(CLASS_IDS), weeks=begun) == {}) == holds


def test_pupils_whom_only_one_of_them_has_are_not_compared():
    only_in_census = census_of(["elsewhere", "gone"], missed=140)
    assert against(pl.concat([census_of(CLASS_IDS), only_in_census])) == {}
    assert against(census_of(CLASS_IDS), weeks=marked_weeks(marks_of((*A_CLASS, Pupil("newcomer"))))) == {}


def of_last_year_and(pupils: int, *, last_year: bool = True) -> pl.DataFrame:
    """The registers of the class: of so many of its pupils in the autumn term, and of all of them before and after."""
    of_class = OF_THE_CLASS if last_year else cut(OF_THE_CLASS, first_day=date(2026, 1, 1))
    in_autumn = pl.col("week_start").is_between(date(2025, 8, 1), date(2025, 12, 31))
    return of_class.filter(~in_autumn | pl.col("pupil_id").is_in(CLASS_IDS[:pupils]))


@pytest.mark.parametrize("marked, holds", [(0, False), (4, False), (5, True), (10, True)])
def test_where_most_pupils_of_a_census_have_no_mark_in_its_term_all_of_it_is_missed(marked, holds):
    """Five of ten are pupils whom both have, and of fewer than ten such nothing is compared."""
    told = against(census_of(CLASS_IDS), weeks=of_last_year_and(marked))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            SECONDARY: f"The registers received have {146 * marked} possible sessions in the autumn term of 2025/26; of the "
            "same pupils the school census says 1,460, more than 1.0% apart. Deliver that period's marks again."
        }


def test_a_school_whose_registers_began_after_the_term_misses_none_of_it():
    assert against(census_of(CLASS_IDS), weeks=of_last_year_and(0, last_year=False)) == {}


@pytest.mark.parametrize("pupils, holds", [(9, True), (10, False)])
def test_of_fewer_than_ten_pupils_nothing_is_compared(pupils, holds):
    assert (against(census_of(CLASS_IDS[:pupils], missed=20)) == {}) == holds


@pytest.mark.parametrize("missed, holds", [(0, True), (20, False)])
def test_a_summer_term_is_both_its_parts(missed, holds):
    """122 possible in all, 48 of them before the half term; nobody missed any."""
    halves = [census_of(CLASS_IDS, possible=48, missed=0, term="summer", part=1),
              census_of(CLASS_IDS, possible=74, missed=missed, term="summer", part=2)]  # fmt: skip
    assert (against(pl.concat(halves)) == {}) == holds
    assert against(halves[1]) == {}


def test_a_term_still_going_on_is_not_compared():
    assert against(census_of(CLASS_IDS, possible=20, term="spring")) == {}


def test_of_several_terms_the_earliest_that_differs_is_named():
    autumn, summer = (
        census_of(CLASS_IDS, missed=20),
        [
            census_of(CLASS_IDS, possible=48 + more, missed=0, term="summer", part=part)
            for part, more in ((1, 9), (2, 26))
        ],
    )
    assert "in the summer term of 2024/25" in against(pl.concat([autumn, *summer]))[SECONDARY]


def test_one_schools_census_says_nothing_of_anothers():
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    census = pl.concat([census_of(CLASS_IDS), census_of(CLASS_IDS, urn=SECOND, missed=20)])
    assert against(census, on_roll=both) == {}


# Nothing received

SILENT = (
    "Registers of 0 days and censuses of 0 terms have been received for this school in this school year and the last. "
    "Deliver either."
)


def test_a_school_of_which_nothing_was_received_gets_no_list():
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    assert without_list(REGISTER_TOTALS.empty, on_roll=both) == {SECOND: SILENT}


def test_a_census_alone_is_enough_for_a_list():
    census = census_of(["amira"], urn=SECOND)
    both = pl.DataFrame({"urn": [SECONDARY, SECOND]}, schema={"urn": pl.Int32})
    assert without_list(REGISTER_TOTALS.empty, on_roll=both, census=census) == {}


def test_where_no_registers_came_and_totals_did_both_numbers_are_said():
    on_roll = pl.DataFrame({"urn": [SECOND]}, schema={"urn": pl.Int32})
    assert "have 0 possible sessions" in without_list(totals(80, 4, urn=SECOND), on_roll=on_roll)[SECOND]
