"""Wider needs and early years profiles, taken in: what is kept, what waits for a roll, and what was known on a day."""

from datetime import date
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges.settings import Home
from tests.edges.delivered import ASH, BIRCH, FIRST_NIGHT, ROLL, SCHOOLS, new_home, night, pupil_id, table
from tests.edges.standing import known
from tests.properties.quickly import quickly
from tests.slices import a_few

EXAMPLES = Path(__file__).parents[1] / "examples"
NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 15), date(2025, 9, 16)


def example(name: str) -> pl.DataFrame:
    return pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)


@pytest.fixture(autouse=True)
def in_little_time():
    with quickly():
        yield


@pytest.fixture
def home(tmp_path) -> Home:
    return new_home(tmp_path / "home")


@pytest.fixture
def enrolled(home) -> Home:
    night(home, schools=SCHOOLS, pupils=ROLL)
    return home


NEEDS = "urn | upn | need | added_by | added_on | ended\n-\n"
HOUSING = "100001 | amira | housing | SENCo | 2025-09-08 |\n"
HOUSING_OVER = HOUSING.replace("2025-09-08 |", "2025-09-08 | 2025-09-12")
PROFILES = "upn | year | good_level\n-\n"
YES, NO = "amira | 2018 | yes\n", "amira | 2018 | no\n"


def needs(home: Home, day: date) -> list[tuple]:
    """What is known on a day: pupil, need, role, the days it was added and ended."""
    names = {pupil_id(home, name): name for name in ("amira", "ben", "cato", "new")}
    told = known(home, day).wider_needs.select("pupil_id", "need", "added_by", "added_on", "ended").rows()
    return [
        (names[pupil], need, role, f"{added:%d %b}", ended and f"{ended:%d %b}")
        for pupil, need, role, added, ended in told
    ]


def good_level(home: Home, day: date, name: str = "amira") -> tuple | None:
    told = known(home, day).early_years.filter(pupil_id=pupil_id(home, name))
    return told.select("year", "good_level").row(0) if told.height else None


# Wider needs


def test_the_example_of_needs_is_taken_in_as_it_was_sent(enrolled):
    assert night(enrolled, needs=example("wider_needs")).set_aside_by_rule == {}
    rows = table(enrolled, "staged.wider_needs").select(
        "pupil_id", "urn", "need", "added_by", "added_on", "ended", "known_on"
    )
    assert sorted(rows.rows()) == sorted(
        [
            (pupil_id(enrolled, "amira"), ASH, "young_carer", "pastoral", date(2025, 9, 10), None, FIRST_NIGHT),
            (
                pupil_id(enrolled, "ben"),
                ASH,
                "waiting_for_camhs",
                "senco",
                date(2025, 3, 3),
                date(2025, 9, 5),
                FIRST_NIGHT,
            ),
        ]
    )


def test_a_need_told_anew_with_its_end_lasts_on_every_day_before_it_was_known_or_had_ended(enrolled):
    night(enrolled, needs=NEEDS + HOUSING)
    night(enrolled, NEXT_NIGHT, over=NEEDS + HOUSING_OVER)
    lasts = [("amira", "housing", "senco", "08 Sep", None)]
    assert needs(enrolled, FIRST_NIGHT) == lasts
    assert needs(enrolled, NEXT_NIGHT) == [("amira", "housing", "senco", "08 Sep", "12 Sep")]
    night(enrolled, THIRD_NIGHT, after_all=NEEDS + HOUSING.replace("SENCo", "senco"))
    assert needs(enrolled, THIRD_NIGHT) == lasts


def test_an_end_still_to_come_is_no_end_yet(enrolled):
    night(enrolled, needs=NEEDS + HOUSING.replace("08 |", "08 | 2025-09-16"))
    assert [needs(enrolled, day)[0][4] for day in (FIRST_NIGHT, NEXT_NIGHT, THIRD_NIGHT)] == [None, None, "16 Sep"]


def test_needs_are_told_apart_by_school_kind_and_the_day_they_were_added(enrolled):
    rows = (
        HOUSING,
        HOUSING.replace("09-08", "09-09"),
        HOUSING.replace("housing", "other"),
        HOUSING.replace("amira", "ben"),
    )
    night(enrolled, needs=NEEDS + "".join(rows))
    assert needs(enrolled, date(2025, 9, 11)) == []
    assert len(needs(enrolled, FIRST_NIGHT)) == 4


@pytest.mark.parametrize("order", a_few(permutations(("a", "b", "c")), lambda number, _: number in (2, 3, 5)))
def test_of_files_of_one_night_one_that_says_it_ended_counts_in_whatever_order_they_come(enrolled, order):
    rows = (HOUSING, HOUSING_OVER, HOUSING.replace("SENCo", "DSL"))
    night(enrolled, **{name: NEEDS + row for name, row in zip(order, rows, strict=True)})
    assert needs(enrolled, FIRST_NIGHT) == [("amira", "housing", "senco", "08 Sep", "12 Sep")]


def test_a_need_told_twice_in_one_file_counts_once_and_is_noted(enrolled):
    told = night(enrolled, needs=NEEDS + HOUSING + HOUSING_OVER)
    assert (told.set_aside_by_rule, told.noted_by_rule) == ({}, {"wider_need_told_twice": 2})
    assert needs(enrolled, FIRST_NIGHT) == [("amira", "housing", "senco", "08 Sep", "12 Sep")]


def test_whoever_is_named_as_having_added_a_need_is_in_no_table_and_no_word_said(enrolled):
    named = HOUSING.replace("SENCo", "Mrs Quibblewick")
    told = night(enrolled, needs=NEEDS + named + named.replace("09-08", "19-08"))
    assert told.noted_by_rule == {"wider_need_added_by_no_role": 2}
    assert needs(enrolled, FIRST_NIGHT) == [("amira", "housing", "other", "08 Sep", None)]
    held = [
        path.read_bytes().lower()
        for path in enrolled.folder.rglob("*")
        if path.is_file() and enrolled.inbox not in path.parents
    ]
    kept = str(
        [
            table(enrolled, name).rows()
            for name in ("staged.wider_needs", "waiting.wider_needs", "audit.set_aside", "audit.notes")
        ]
    )
    assert "quibblewick" not in (kept + str(told)).lower()
    assert not any(b"quibblewick" in one for one in held)


def test_what_the_police_or_youth_justice_added_is_set_aside_and_the_file_of_theirs_refused(enrolled):
    told = night(enrolled, needs=NEEDS + HOUSING + HOUSING.replace("SENCo", "Youth Offending Team"))
    assert told.set_aside_by_rule == {"wider_need_added_by_justice": 1}
    theirs = pl.DataFrame(
        {"urn": ["100001"], "upn": ["x"], "need": ["other"], "added_by": ["x"], "added_on": ["x"], "offence": ["x"]}
    )
    [one] = night(enrolled, NEXT_NIGHT, theirs=theirs).extracts
    assert one.refused_because and "police" in one.refused_because
    assert len(needs(enrolled, NEXT_NIGHT)) == 1


def test_a_need_of_a_pupil_on_no_roll_waits_for_it_and_its_note_is_said_again(home):
    named = HOUSING.replace("SENCo", "Mrs Quibblewick")
    told = night(home, schools=SCHOOLS, needs=NEEDS + named)
    assert told.set_aside_by_rule == {"pupil_on_no_roll": 1}
    assert night(home, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 1
    assert needs(home, FIRST_NIGHT) == []
    assert needs(home, NEXT_NIGHT) == [("amira", "housing", "other", "08 Sep", None)]


def test_a_need_that_waited_does_not_outdo_what_was_delivered_since(home):
    night(home, schools=SCHOOLS, needs=NEEDS + HOUSING_OVER)
    night(home, NEXT_NIGHT, pupils=ROLL, after_all=NEEDS + HOUSING)
    assert needs(home, NEXT_NIGHT) == [("amira", "housing", "senco", "08 Sep", None)]


def test_a_need_of_history_was_known_the_day_after_it_was_added_and_its_end_on_the_day(enrolled):
    past = HOUSING_OVER.replace("2025-09-08", "2025-03-03").replace("2025-09-12", "2025-06-09")
    told = night(enrolled, NEXT_NIGHT, history=True, last_year=NEEDS + past)
    assert told.set_aside_by_rule == {}
    assert needs(enrolled, date(2025, 3, 3)) == []
    assert (
        needs(enrolled, date(2025, 3, 4))
        == needs(enrolled, date(2025, 6, 8))
        == [("amira", "housing", "senco", "03 Mar", None)]
    )
    assert needs(enrolled, date(2025, 6, 9)) == [("amira", "housing", "senco", "03 Mar", "09 Jun")]


def test_history_tells_of_no_day_to_come(enrolled):
    ahead = HOUSING.replace("2025-09-08", "2025-09-16")
    told = night(enrolled, NEXT_NIGHT, history=True, last_year=NEEDS + ahead)
    assert told.set_aside_by_rule == {"wider_need_in_future": 1}


# Early years profiles


def test_the_example_of_profiles_is_taken_in_as_it_was_sent(enrolled):
    assert night(enrolled, profiles=example("early_years_profiles")).set_aside_by_rule == {}
    rows = table(enrolled, "staged.early_years_profiles").select("pupil_id", "urn", "year", "good_level").rows()
    assert sorted(rows) == sorted(
        [(pupil_id(enrolled, "amira"), BIRCH, 2018, False), (pupil_id(enrolled, "ben"), None, 2018, True)]
    )


def test_a_later_delivery_corrects_a_result_and_a_past_day_has_the_one_before(enrolled):
    night(enrolled, profiles=PROFILES + YES)
    night(enrolled, NEXT_NIGHT, right=PROFILES + NO)
    assert good_level(enrolled, date(2025, 9, 11)) is None
    assert good_level(enrolled, FIRST_NIGHT) == (2018, True)
    assert good_level(enrolled, NEXT_NIGHT) == (2018, False)
    assert known(enrolled, NEXT_NIGHT).early_years.columns == ["pupil_id", "year", "good_level", "known_on"]


def test_yes_and_no_delivered_together_are_both_set_aside_and_what_was_known_before_stays(enrolled):
    night(enrolled, profiles=PROFILES + YES)
    told = night(enrolled, NEXT_NIGHT, one=PROFILES + NO, other=PROFILES + YES.replace("yes", "GLD"))
    assert told.set_aside_by_rule == {"good_level_contested": 2}
    assert good_level(enrolled, NEXT_NIGHT) == (2018, True)


@pytest.mark.parametrize("first", [YES, NO])
def test_yes_and_no_delivered_one_after_the_other_on_one_day_are_neither_believed(enrolled, first):
    second = NO if first == YES else YES
    for name, row in (("first", first), ("second", second)):
        assert night(enrolled, **{name: PROFILES + row}).set_aside_by_rule == {}
    assert good_level(enrolled, FIRST_NIGHT) is None
    night(enrolled, NEXT_NIGHT, right=PROFILES + YES.replace("yes", "GLD"))
    assert good_level(enrolled, NEXT_NIGHT) == (2018, True)


def test_of_a_child_assessed_in_two_years_the_later_one_counts(enrolled):
    night(enrolled, profiles=PROFILES + YES.replace("2018", "2019") + NO)
    assert good_level(enrolled, FIRST_NIGHT) == (2019, True)


def test_a_profile_waits_for_any_roll_that_has_the_pupil_and_what_came_since_corrects_it(home):
    assert night(home, schools=SCHOOLS, profiles=PROFILES + YES).set_aside_by_rule == {"pupil_on_no_roll": 1}
    told = night(home, NEXT_NIGHT, pupils=ROLL, right=PROFILES + NO)
    assert (told.accepted_after_waiting, told.set_aside_by_rule) == (1, {})
    assert good_level(home, NEXT_NIGHT) == (2018, False)


def test_a_profile_that_waited_for_its_school_is_not_of_a_year_it_was_not_of(home):
    """By the day alone: its year is worked out once."""
    told = night(
        home, pupils=ROLL, profiles="laestab | upn | assessed_on | good_level\n-\n2092001 | amira | 2018-06-15 | yes"
    )
    assert told.set_aside_by_rule["unknown_school"] >= 1
    night(home, NEXT_NIGHT, schools=SCHOOLS)
    assert table(home, "staged.early_years_profiles").select("urn", "year", "good_level").rows() == [
        (BIRCH, 2018, True)
    ]


def test_a_profile_of_history_was_known_after_the_child_was_assessed(enrolled):
    told = night(
        enrolled, NEXT_NIGHT, history=True,
        past="upn | assessed_on | year | good_level\n-\namira | 2018-06-15 | | no\nben | | 2018 | yes",
    )  # fmt: skip
    assert told.set_aside_by_rule == {}
    for name, last_unknown in (("amira", date(2018, 6, 15)), ("ben", date(2018, 6, 30))):
        assert good_level(enrolled, last_unknown, name) is None
        assert good_level(enrolled, last_unknown.replace(year=2019), name) == (2018, name == "ben")


# Who is who


def test_what_is_told_of_two_upns_of_one_child_is_told_of_the_child_from_the_day_they_are_known_to_be_one(enrolled):
    night(enrolled, needs=NEEDS + HOUSING, profiles=PROFILES + YES)
    roll = ROLL.splitlines()
    now = "\n".join([roll[1] + " | former_upn", roll[2], roll[3].replace("amira", "new") + " | amira"])
    night(
        enrolled,
        NEXT_NIGHT,
        roll=now,
        needs=NEEDS + HOUSING_OVER.replace("amira", "new"),
        profiles=PROFILES + NO.replace("amira", "new"),
    )
    assert needs(enrolled, FIRST_NIGHT) == [("amira", "housing", "senco", "08 Sep", None)]
    assert [row[1:] for row in needs(enrolled, NEXT_NIGHT)] == [("housing", "senco", "08 Sep", "12 Sep")]
    assert known(enrolled, NEXT_NIGHT).early_years["good_level"].to_list() == [False]


def test_what_hangs_from_a_roll_called_back_waits_again_and_a_profile_only_where_no_other_has_the_pupil(home):
    """On one day another school's roll says that the UPN is another child's: neither is believed."""
    night(
        home,
        schools=SCHOOLS,
        pupils=ROLL,
        needs=NEEDS + HOUSING + HOUSING.replace("amira", "ben"),
        profiles=PROFILES + YES,
    )
    there = ROLL.splitlines()
    other = there[3].replace("100001", "100002").replace("Okafor", "Musa").replace("Amira ", "Zebedee")
    night(home, roll="\n".join([*there[1:3], other]))
    assert [row[0] for row in needs(home, FIRST_NIGHT)] == ["ben"]
    assert table(home, "staged.early_years_profiles").is_empty()
    assert table(home, "waiting.wider_needs").height == table(home, "waiting.early_years_profiles").height == 1
