"""Who is eligible, and what is said of those who are not."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.steps.triage import new_or_moved, triage
from tests.cast import (
    AS_OF,
    CAST,
    CLASSMATES,
    ROOMY,
    SECOND,
    SPECIAL,
    YEAR_BEGAN,
    Away,
    Pupil,
    Spell,
    in_year,
    school_days,
    seen,
    suspended_on,
)

DAYS = [day.isoformat() for day in school_days(YEAR_BEGAN, AS_OF)]


def missing(code: str, sessions: int, *, name: str = "amira", possible: int = 246) -> Pupil:
    """A pupil new this year with so many possible sessions, of which the last were missed with this code."""
    shut = (Away("#", DAYS[0], DAYS[-1 - possible // 2]),) if possible < 246 else ()
    whole, half = divmod(sessions, 2)
    days = (Away(code, DAYS[-whole], DAYS[-1]),) if whole else ()
    odd = (Away(code, DAYS[-whole - 1], DAYS[-whole - 1], ("pm",)),) if half else ()
    return Pupil(name, (Spell(entry_date=YEAR_BEGAN),), away=(*shut, *days, *odd))


def outcome(pupil: Pupil, **known) -> dict:
    return seen([pupil], **known).outcome(pupil)


@pytest.mark.parametrize("sessions, expected", [(24, "listed"), (23, "not_eligible")])
def test_exactly_a_tenth_is_eligible(sessions, expected):
    pupil = missing("O", sessions, possible=240)
    it = seen([pupil])
    assert it.feature(pupil, "judged_possible_sessions") == 240
    assert it.outcome(pupil)["outcome"] == expected


@pytest.mark.parametrize("sessions, expected", [(8, "listed"), (7, "not_eligible")])
def test_a_rate_needs_eight_missed_sessions(sessions, expected):
    it = outcome(missing("O", sessions, possible=70))
    assert it["outcome"] == expected
    if expected == "not_eligible":
        assert it["because"] == (
            "Absent for 7 of 70 sessions (10.0%) since 26 January 2026. That is a tenth or more, but fewer than 8 sessions."
        )


@pytest.mark.parametrize("code", ["C1", "G", "J1", "R", "S", "T"])
def test_codes_that_do_not_ask_about_need_make_nobody_eligible(code):
    pupil = missing(code, 60)
    it = seen([pupil])
    assert it.answer(pupil, "persistent_absence") is True
    assert it.outcome(pupil)["outcome"] == "not_eligible"
    assert it.outcome(pupil)["points"] == 0


@pytest.mark.parametrize("code", ["C", "E", "I", "M", "N", "O", "U", "C2"])
def test_every_other_absence_does(code):
    assert outcome(missing(code, 30))["outcome"] == "listed"


@pytest.mark.parametrize("ill, expected", [(21, "listed"), (20, "not_eligible")])
def test_a_tenth_is_of_the_sessions_left_when_other_leave_is_set_aside(ill, expected):
    pupil = missing("I", ill)
    pupil = replace(pupil, away=(Away("T", DAYS[0], DAYS[17]), *pupil.away))  # 36 of 246 set aside: 210 left
    assert outcome(pupil)["outcome"] == expected


@pytest.mark.parametrize("sessions, expected", [(123, "severe_or_part_time"), (122, "never_looked_at")])
def test_exactly_half_is_severe(sessions, expected):
    assert outcome(missing("O", sessions))["quota"] == expected


def test_severe_absence_with_nothing_on_file_asks_who_knows_the_family():
    it = outcome(missing("O", 150))
    assert it["because"] == "Absent for half or more, and nothing on file."
    assert it["next_step"].startswith("Who already knows this family")


@pytest.mark.parametrize("weeks, quota", [(7, "severe_or_part_time"), (6, "other")])
def test_a_part_time_timetable_past_six_school_weeks_has_its_own_places(weeks, quota):
    fridays = tuple(Away("C2", day, day, ("pm",)) for day in DAYS if date.fromisoformat(day).weekday() == 4)[-weeks:]
    pupil = Pupil("part", (Spell(entry_date=YEAR_BEGAN),), away=fridays)
    it = outcome(pupil)
    assert (it["outcome"], it["quota"]) == ("listed", quota)


def test_a_part_time_timetable_that_ended_before_christmas_takes_none_of_them():
    fridays = tuple(Away("C2", day, day, ("pm",)) for day in DAYS if date.fromisoformat(day).weekday() == 4)[:9]
    it = outcome(Pupil("part", (Spell(entry_date=YEAR_BEGAN),), away=fridays))
    assert (it["outcome"], it["quota"]) == ("listed", "other")


def test_any_suspension_makes_eligible_though_little_is_missed():
    pupil = Pupil("sent_home", (Spell(entry_date=YEAR_BEGAN),))
    it = outcome(pupil, suspensions=suspended_on(pupil, date(2026, 1, 12)))
    assert (it["outcome"], it["quota"]) == ("listed", "other")
    assert it["because"] == "Suspended or excluded once in the last 12 months, last on 12 January 2026."


def test_a_trigger_of_its_own_needs_no_history():
    newcomer = Pupil(
        "newcomer", (Spell(entry_date=date(2026, 3, 11)),), away=(Away("C2", "2026-03-12", "2026-03-20", ("pm",)),)
    )
    assert outcome(newcomer)["outcome"] == "listed"


def test_support_only_adds_weight():
    """Four short spells this term are a supporting signal: not by themselves a reason to be listed."""
    spells = tuple(Away("I", day, day, ("am",)) for day in ("2026-01-12", "2026-01-26", "2026-02-09", "2026-03-02"))
    pupil = Pupil("spells", (Spell(entry_date=YEAR_BEGAN),), away=spells)
    it = seen([pupil])
    assert it.answer(pupil, "many_spells") is True
    assert it.outcome(pupil)["outcome"] == "not_eligible"


def test_more_eligible_than_places_are_counted_not_lost():
    crowd = [missing("O", 30 + n, name=f"mate{letter}") for n, letter in enumerate("bcdefghijklm")]
    it = seen(crowd)
    assert it.triage["outcome"].value_counts().sort("outcome").rows() == [("eligible_not_listed", 2), ("listed", 10)]
    left_out = it.outcome(crowd[0])
    assert left_out["because"] == (
        "Worth a look, but the 10 places of this list went to pupils before this one in its order."
    )
    assert left_out["next_step"] is None


def test_a_sixth_former_with_no_last_year_needs_history():
    new = Pupil("new", (Spell(entry_date=YEAR_BEGAN, nc_year="12"),), away=(Away("O", DAYS[-30], DAYS[-1]),))
    assert outcome(new)["outcome"] == "history_needed"


def newcomers(pupil: Pupil, *, as_of: date = AS_OF) -> int:
    it = seen([pupil], as_of=as_of)
    assert it.outcome(pupil)["outcome"] == "history_needed"
    return new_or_moved(it.features, as_of=as_of).height


def closed_until_february(entered: date, **roll) -> Pupil:
    """On the roll since `entered`; no session was possible before 24 February 2026."""
    return Pupil("quietstart", (Spell(entry_date=entered, **roll),), away=(Away("#", "2024-09-03", "2026-02-23"),))


@pytest.mark.parametrize("entered, is_named", [(date(2025, 8, 1), 1), (date(2025, 7, 31), 0)])
def test_a_pupil_too_new_to_judge_has_entered_this_school_year(entered, is_named):
    assert newcomers(closed_until_february(entered)) == is_named


@pytest.mark.parametrize("entered, is_named", [(date(2025, 4, 21), 1), (date(2025, 4, 20), 0)])
def test_in_the_autumn_a_pupil_who_entered_in_the_summer_term_is_new_too(entered, is_named):
    pupil = replace(closed_until_february(entered), away=(Away("#", "2025-04-22", "2025-07-22"),))
    assert newcomers(pupil, as_of=date(2025, 9, 12)) == is_named


def test_a_pupil_of_a_special_school_with_no_last_year_is_not_new_for_that():
    """Seen for more than 40 sessions: what is missing is a past to compare with."""
    assert newcomers(Pupil("longhere", (Spell(urn=SPECIAL, entry_date=YEAR_BEGAN),))) == 0
    assert newcomers(closed_until_february(YEAR_BEGAN, urn=SPECIAL)) == 1


def test_a_sixth_former_with_a_last_year_is_not_new_in_september_though_it_was_at_another_school():
    assert newcomers(Pupil("stayed", in_year("12")), as_of=date(2025, 9, 12)) == 0
    came = (Spell(urn=SECOND, leaving_date=date(2025, 7, 22), nc_year="11"), Spell(entry_date=YEAR_BEGAN, nc_year="12"))
    assert newcomers(Pupil("came", came), as_of=date(2025, 9, 12)) == 0
    assert newcomers(Pupil("came", came[1:]), as_of=date(2025, 9, 12)) == 1


def test_in_the_summer_term_a_pupil_who_entered_in_the_autumn_is_still_new():
    kept_away = replace(closed_until_february(YEAR_BEGAN), away=(Away("#", "2025-09-03", "2026-03-13"),))
    assert newcomers(kept_away, as_of=date(2026, 4, 17)) == 1


def test_study_leave_makes_no_sixth_former_worse_than_last_year():
    leave = Pupil("leave", in_year("13"), away=(Away("S", "2026-01-05", "2026-03-20"),))
    assert outcome(leave)["outcome"] == "not_eligible"


def test_place_is_null_unless_listed_and_runs_from_one():
    it = seen([*CAST, *CLASSMATES]).triage
    assert (
        it.filter(pl.col("outcome") != "listed")["place"].null_count()
        == it.filter(pl.col("outcome") != "listed").height
    )
    for places in it.filter(outcome="listed").group_by("urn").agg("place")["place"]:
        assert sorted(places) == list(range(1, len(places) + 1))


def test_the_order_of_rows_moves_nobody():
    it = seen([*CAST, *CLASSMATES])
    for seed in range(3):
        tables = [table.sample(fraction=1, shuffle=True, seed=seed) for table in (it.features, it.signals, it.support)]
        assert_frame_equal(triage(*tables, ROOMY, as_of=AS_OF), it.triage)


def test_every_outcome_says_why_in_one_sentence():
    because = seen([*CAST, *CLASSMATES]).triage["because"]
    assert because.str.ends_with(".").all()
    assert not because.str.contains("null").any()
