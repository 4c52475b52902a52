"""What is counted for the inclusion lead, drawn as pupils. Nothing is hidden yet."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.inclusion import Tonight, exact_counts
from pipeline.steps.lost import Lost
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.derived import (
    LOST_BETWEEN_SERVICES,
    PUPIL_FEATURES,
    PUPIL_SIGNALS,
    PUPIL_SUPPORT,
    RECONCILIATION,
    TRIAGE,
)
from pipeline.vocabulary.sen import PlanWords
from tests.drawn import drawn

ASH, BIRCH = 100001, 100002
FIRST_DAY = date(2025, 9, 8)  # a Monday
AS_OF = date(2025, 10, 17)

CHARACTERISTICS = {
    "pupil_id": pl.String, "sex": pl.String, "ethnicity": pl.String, "language": pl.String, "fsm_eligible": pl.Boolean,
    "looked_after": pl.Boolean, "sen_provision": pl.String, "birth_season": pl.String,
}  # fmt: skip

SCHOOLS = pl.DataFrame(
    {
        "urn": [ASH, BIRCH],
        "name": ["Ash Secondary", "Birch Primary"],
        "phase": ["Secondary", "Primary"],
        "laestab": [9994001, 9992001],
        "area": ["Northfold", None],
    },
    schema_overrides={"urn": pl.Int32, "laestab": pl.Int32},
)

PUPILS = """
    pupil_id | urn    | outcome             | on_file | absence_rate_ytd | illness_sessions_ytd
    ---------+--------+---------------------+---------+------------------+---------------------
    amira    | 100001 | listed              | no      | 0.12             | 30
    bede     | 100001 | eligible_not_listed | no      | 0.55             | 29
    cato     | 100001 | eligible_not_listed | yes     | 0.10             | 0
    dara     | 100001 | already_known       | yes     | 0.09             | 0
    eden     | 100002 | not_eligible        | no      | 0.02             | 0
    farah    | 100002 | history_needed      | no      |                  | 0
"""

NOBODY_LOST = Lost(
    LOST_BETWEEN_SERVICES.empty,
    {},
    pl.DataFrame(schema={"pupil_id": pl.String, "days_from_need": pl.Int32}),
    PlanWords(),
)

A_MARK = {
    "pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String,
    "known_on": pl.Date, "recorded_at": pl.Datetime,
}  # fmt: skip


def tonight(pupils: str = PUPILS, **known) -> Tonight:
    """What a run knows of `pupils` as drawn, and of nothing else but what a test names."""
    told = {"urn": pl.Int32, "outcome": pl.String, "on_file": pl.Boolean, "pupil_id": pl.String}
    drawn_pupils = drawn(pupils, {**told, "absence_rate_ytd": pl.Float64, "illness_sessions_ytd": pl.Int32})
    usual = {
        "run": "flag 2025-10-17 1",
        "home": "Ashbirch Trust",
        "as_of": AS_OF,
        "version": "0",
        "demo": False,
        "policy": Policy(),
        "triage": drawn_pupils,
        "features": drawn_pupils.with_columns(
            source=pl.lit("census"),
            possible_sessions_ytd=pl.when(pl.col("absence_rate_ytd").is_not_null()).then(100).otherwise(0),
            absence_sessions_ytd=(100 * pl.col("absence_rate_ytd").fill_null(0)).round().cast(pl.Int32),
        ),
        "signals": PUPIL_SIGNALS.empty,
        "support": drawn_pupils,
        "schools": SCHOOLS,
        "registers": SchoolRegisters(known.pop("weeks", marks())),
        "lost": NOBODY_LOST,
        "characteristics": drawn_pupils.select("pupil_id").with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in CHARACTERISTICS.items() if name != "pupil_id"
        ),
        "withheld": RECONCILIATION.empty,
        "places": pl.DataFrame(schema={"urn": pl.Int32, "of_school": pl.Int64}),
    }
    return Tonight(**usual | known)


def marks(**codes: str) -> pl.DataFrame:
    """Weeks in which each pupil of Ash has these codes, a school day each from the first Monday; `.` is a day with none."""
    rows = [
        (pupil, ASH, day, half_day, code, day, None)
        for pupil, letters in codes.items()
        for day, code in zip(_school_days(), letters.split(), strict=False)
        for half_day in ("am", "pm")
        if code != "."
    ]
    return marked_weeks(pl.DataFrame(rows, schema=A_MARK, orient="row"))


def _school_days():
    return (day for day in (FIRST_DAY + timedelta(days=n) for n in range(400)) if day.weekday() < 5)


def row(frame: pl.DataFrame, **key) -> dict:
    return frame.filter(**key).row(0, named=True)


def test_the_frames_it_reads_are_declared_ones():
    """What the drawn pupils above stand in for."""
    assert {"pupil_id", "urn", "outcome"} <= set(TRIAGE.names)
    assert {"pupil_id", "on_file"} <= set(PUPIL_SUPPORT.names)
    read = {"source", "possible_sessions_ytd", "absence_sessions_ytd", "absence_rate_ytd", "illness_sessions_ytd"}
    assert read <= set(PUPIL_FEATURES.names)


def test_a_school_is_counted_by_outcome():
    ash = row(exact_counts(tonight())["school"], urn=ASH)
    assert (ash["pupils_on_roll"], ash["listed"], ash["eligible_not_listed"], ash["already_known"]) == (4, 1, 2, 1)
    assert ash["not_eligible"] == 0


def test_exactly_a_tenth_is_persistent_and_half_is_severe():
    ash = row(exact_counts(tonight())["school"], urn=ASH)
    assert (ash["persistent_absence_count"], ash["severe_absence_count"]) == (3, 1)


def test_the_whole_home_counts_each_pupil_once_and_missed_are_those_nothing_is_on_file_for():
    run = exact_counts(tonight())["run"].row(0, named=True)
    assert (run["pupils_on_roll"], run["eligible"], run["listed"], run["missed"]) == (6, 3, 1, 1)
    assert (run["schools_expected"], run["schools_received"], run["schools_without_list"]) == (2, 2, 0)
    assert run["finished"] == run["as_of"] == run["groups_as_of"] == AS_OF
    assert run["registers_to"] is None


def test_a_run_says_whose_it_is_and_what_is_hidden():
    run = exact_counts(tonight(policy=Policy(fewest_shown=10, smallest_base=30)))["run"].row(0, named=True)
    assert (run["home"], run["fewest_shown"], run["smallest_base"]) == ("Ashbirch Trust", 10, 30)


def test_the_home_has_the_absence_of_its_schools_and_null_where_nothing_was_possible():
    """Ash by its register, 2 of 8; Birch by its census, 2 of 100: eden's alone, for of farah nothing is known."""
    run = exact_counts(tonight(weeks=marks(amira="/ I / /")))["run"].row(0, named=True)
    assert (run["absence_sessions_ytd"], run["possible_sessions_ytd"]) == (4, 108)
    assert (run["absence_pupils_ytd"], run["possible_pupils_ytd"]) == (2, 2)
    assert run["absence_rate_ytd"] == 4 / 108
    assert (run["persistent_absence_count"], run["severe_absence_count"]) == (3, 1)
    nobody = exact_counts(tonight(PUPILS.replace("0.02", "    "), schools=SCHOOLS.tail(1), weeks=marks(amira="#")))
    assert row(nobody["phase"], phase="Primary")["absence_rate_ytd"] is None


def test_a_pupil_marked_at_two_schools_is_one_of_the_home_and_of_their_phase():
    both = SCHOOLS.with_columns(phase=pl.lit("Secondary"))
    at_birch = marks(amira=". . . . . / I").with_columns(urn=pl.lit(BIRCH, pl.Int32))
    counts = exact_counts(tonight(schools=both, weeks=pl.concat([marks(amira="/ I / /"), at_birch])))
    assert counts["school"]["possible_pupils_ytd"].to_list() == [1, 1]
    for place in (counts["run"], counts["phase"]):
        assert (place["possible_pupils_ytd"].item(), place["absence_pupils_ytd"].item()) == (1, 1)
        assert (place["possible_sessions_ytd"].item(), place["absence_sessions_ytd"].item()) == (12, 4)


def test_a_phase_is_its_schools_together_those_without_a_pupil_among_them():
    elm = pl.DataFrame({"urn": [100003], "name": ["Elm"], "phase": ["Primary"], "laestab": [9992003], "area": [None]})
    phases = exact_counts(tonight(schools=pl.concat([SCHOOLS, elm], how="vertical_relaxed")))["phase"]
    assert phases["phase"].to_list() == ["Primary", "Secondary"]
    assert phases["schools"].to_list() == [2, 1]
    assert phases["pupils_on_roll"].to_list() == [2, 4]
    assert phases["eligible"].to_list() == [0, 3]
    assert phases["persistent_absence_count"].to_list() == [0, 3]
    assert phases["possible_sessions_ytd"].to_list() == [100, 400]


def test_a_school_says_where_it_is_and_what_has_come_of_it():
    schools = exact_counts(tonight(weeks=marks(amira="/ I #")))["school"]
    ash, birch = row(schools, urn=ASH), row(schools, urn=BIRCH)
    assert (ash["area"], ash["received"], ash["registers_to"]) == ("Northfold", True, FIRST_DAY + timedelta(days=1))
    assert (birch["area"], birch["received"], birch["registers_to"]) == (None, True, None)


def test_registers_run_to_the_last_day_anyone_could_attend():
    run = exact_counts(tonight(weeks=marks(amira="/ I #")))["run"]
    assert run["registers_to"].item() == FIRST_DAY + timedelta(days=1)


def test_a_school_with_a_register_is_told_by_it_and_one_without_by_its_census():
    schools = exact_counts(tonight(weeks=marks(amira="/ I / /")))["school"]
    assert (row(schools, urn=ASH)["absence_sessions_ytd"], row(schools, urn=ASH)["possible_sessions_ytd"]) == (2, 8)
    assert (row(schools, urn=BIRCH)["absence_sessions_ytd"], row(schools, urn=BIRCH)["possible_sessions_ytd"]) == (
        2,
        100,
    )


def test_marks_its_pupils_have_from_another_school_are_nothing_received_of_a_school():
    """Farah has come to Birch with her marks of this year, and Birch itself has sent nothing."""
    known = tonight()
    features = known.features.with_columns(
        source=pl.when(urn=ASH).then(pl.lit("census")).otherwise(pl.lit("registers"))
    )
    counts = exact_counts(replace(known, features=features))
    birch = row(counts["school"], urn=BIRCH)
    assert (birch["received"], birch["possible_sessions_ytd"], birch["absence_pupils_ytd"]) == (False, 0, 0)
    assert counts["run"]["schools_received"].item() == 1


def test_a_school_whose_list_was_withheld_says_why():
    line = {"urn": BIRCH, "held_to": "registers_of_roll", "counted": 41.0, "said": 64.0, "reason": "Of 64 it has 41."}
    schools = exact_counts(tonight(withheld=pl.DataFrame([line], schema_overrides={"urn": pl.Int32})))["school"]
    birch, ash = row(schools, urn=BIRCH), row(schools, urn=ASH)
    assert birch["list_withheld_because"] == "Of 64 it has 41."
    assert (birch["withheld_of"], birch["withheld_counted"], birch["withheld_said"]) == ("pupils", 41, 64)
    assert (ash["list_withheld_because"], ash["withheld_of"]) == (None, None)


def test_a_week_counts_sessions_of_each_kind_and_the_pupils_they_are_of():
    weeks = exact_counts(tonight(weeks=marks(amira="I I / O /", bede="C2 / M / /")))["school_week"]
    week = row(weeks, urn=ASH)
    assert (week["possible_sessions"], week["absence_sessions"], week["absence_pupils"]) == (20, 10, 2)
    assert (week["authorised_sessions"], week["authorised_pupils"]) == (8, 2)
    assert (week["unauthorised_sessions"], week["unauthorised_pupils"]) == (2, 1)
    assert (week["illness_sessions"], week["part_time_sessions"], week["other_authorised_sessions"]) == (4, 2, 2)


def test_a_week_of_closure_is_no_row_and_what_comes_after_the_day_is_not_known():
    weeks = marks(amira="# # # # # / / / / / I I I I I")
    known = exact_counts(tonight(weeks=weeks, as_of=FIRST_DAY + timedelta(days=11)))["school_week"]
    assert known["week_start"].to_list() == [FIRST_DAY + timedelta(days=7)]
    assert known["possible_sessions"].to_list() == [10]


@pytest.mark.parametrize(
    "day, weeks, sessions, registers_to",
    [(8, 1, 4, 8), (10, 1, 4, 10), (11, 2, 10, 11), (13, 2, 10, 11), (14, 2, 10, 14), (17, 2, 10, 17), (18, 3, 10, 18)],
)
def test_rates_are_of_weeks_that_are_over_on_their_friday_and_registers_run_to_the_day(
    day, weeks, sessions, registers_to
):
    """Else one night's rate less the last one's would be of a single day."""
    of_amira = marks(amira="I I / / / I I I / / / / / / /", bede=" ".join("/" * 15))
    counts = exact_counts(tonight(weeks=of_amira, as_of=FIRST_DAY + timedelta(days=day)))
    assert (counts["school_week"].height, counts["week"].filter(scope="home").height) == (weeks, weeks)
    assert (
        row(counts["school"], urn=ASH)["absence_sessions_ytd"]
        == counts["school_week"]["absence_sessions"].sum()
        == sessions
    )
    assert row(counts["school"], urn=ASH)["registers_to"] == FIRST_DAY + timedelta(days=registers_to)


def test_a_signal_is_counted_three_ways_in_a_school_its_phase_and_the_home():
    raised = drawn(
        """
        pupil_id | urn    | signal   | raised
        ---------+--------+----------+-------
        amira    | 100001 | lateness | yes
        bede     | 100001 | lateness | no
        eden     | 100002 | lateness |
        """,
        PUPIL_SIGNALS.schema,
    )
    signal = exact_counts(tonight(signals=raised))["signal"]
    ash = row(signal, scope="school", urn=ASH)
    assert (ash["raised"], ash["not_raised"], ash["cannot_be_judged"]) == (1, 1, 0)
    assert row(signal, scope="phase", phase="Primary")["cannot_be_judged"] == 1
    home = row(signal, scope="home")
    assert (home["raised"], home["not_raised"], home["cannot_be_judged"]) == (1, 1, 1)


def test_groups_are_rolled_up_and_what_was_not_said_is_a_group_too():
    said = drawn(
        """
        pupil_id | sex | ethnicity | language | fsm_eligible | looked_after | sen_provision | birth_season
        ---------+-----+-----------+----------+--------------+--------------+---------------+-------------
        amira    | F   | AIND      | URD      | yes          | no           | N             | summer
        bede     | M   | WROM      | ENG      | no           |              | K             | summer
        cato     | M   | REFU      | NOT      |              | yes          |               | autumn
        dara     |     |           |          |              |              |               |
        eden     | F   | WBRI      | ENB      | no           | no           | E             | spring
        farah    | F   | CHNE      | OTB      | no           | no           | N             | spring
        """,
        CHARACTERISTICS,
    )
    audit = exact_counts(tonight(characteristics=said))["group_audit"]
    pupils = {(told["kind"], told["group_name"]): told["pupils"] for told in audit.iter_rows(named=True)}
    assert (pupils["ethnic_group", "White"], pupils["ethnic_group", "not known"]) == (2, 2)
    assert (pupils["first_language", "English"], pupils["first_language", "other than English"]) == (2, 2)
    assert (pupils["sex", "female"], pupils["sex", "male"], pupils["sex", "not known"]) == (3, 2, 1)
    assert (pupils["birth_season", "summer"], pupils["birth_season", "not known"]) == (2, 1)
    assert (pupils["in_care", "in care"], pupils["in_care", "not in care"], pupils["in_care", "not known"]) == (1, 3, 2)
    assert row(audit, kind="sen_provision", group_name="SEN support")["missed"] == 1
    assert row(audit, kind="phase", group_name="Secondary")["eligible"] == 3


def test_a_roll_at_a_school_nobody_told_us_of_is_counted_still():
    known = tonight()
    counts = exact_counts(replace(known, schools=SCHOOLS.head(1)))
    assert row(counts["school"], urn=BIRCH)["phase"] == "Not known"
    assert counts["school"]["pupils_on_roll"].sum() == 6
