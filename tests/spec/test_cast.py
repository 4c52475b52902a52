"""The cast, each with the outcome and the sentence a SENCo would expect."""

from dataclasses import replace
from datetime import date

import pytest

from tests.cast import (
    AMIRA,
    AS_OF,
    BEDE,
    CAST,
    CATO,
    CLASSMATES,
    DARA,
    EDEN,
    FARAH,
    GWEN,
    HUGO,
    IDRIS,
    JUNO,
    KIT,
    LARK,
    LATER,
    MILO,
    NOOR,
    OLA,
    PIP,
    SPECIAL,
    Away,
    Pupil,
    Spell,
    in_year,
    seen,
    with_away,
)

from .lists import list_of

IN_SEPTEMBER = date(2025, 9, 26)


@pytest.fixture(scope="module")
def together():
    """The whole cast and ten classmates, on one day."""
    return seen([*CAST, *CLASSMATES])


def test_illness_in_spells_with_nothing_on_file_is_in_the_upper_half(together):
    amira = together.outcome(AMIRA)
    assert (amira["outcome"], amira["quota"]) == ("listed", "never_looked_at")
    assert amira["place"] <= 5
    assert (
        together.reasons(AMIRA)["persistent_absence"] == "Absent for 30 of 246 sessions (12.2%) since 3 September 2025."
    )
    assert together.reasons(AMIRA)["long_or_repeated_illness"] == (
        "Missed 30 of 246 sessions for illness since 3 September 2025, in 5 separate spells."
    )
    assert together.reasons(AMIRA)["many_spells"] == (
        "4 separate spells of absence begun this term. In all, 30 of 246 sessions missed since 3 September 2025, other leave "
        "left out."
    )


def test_a_plan_in_date_is_looked_at_again_where_half_is_missed(together):
    bede = together.outcome(BEDE)
    assert (bede["outcome"], bede["quota"]) == ("listed", "support_and_worse")
    assert bede["because"] == "Support is on file, and absence is half or more."
    assert "early review" in bede["next_step"]
    assert together.reasons(BEDE)["severe_absence"] == (
        "Half or more: absent for 136 of 246 sessions (55.3%) since 3 September 2025."
    )


def test_a_travelling_familys_leave_makes_no_pupil_eligible(together):
    cato = together.outcome(CATO)
    assert cato["outcome"] == "not_eligible"
    assert cato["because"] == (
        "Absence was a tenth or more. It was under a tenth (6 of 186 sessions) with holidays and other leave set aside. Those "
        "do not ask about need."
    )


def test_a_travelling_familys_child_is_judged_on_other_absence(together):
    iller = with_away(CATO, Away("I", "2026-02-23", "2026-03-06"))
    outcome = seen([iller]).outcome(iller)
    assert together.answer(CATO, "persistent_absence") is True  # DfE's rate is DfE's rate
    assert outcome["outcome"] == "listed"


def test_travelling_moves_no_pupil_up():
    """Half of the year travelling adds nothing to the points of a pupil who is eligible without it."""
    ill = with_away(AMIRA, Away("T", "2025-09-03", "2025-10-31"))
    more = with_away(AMIRA, Away("T", "2025-09-03", "2025-12-19"), Away("I", "2025-11-11", "2025-11-13"))
    severe = seen([more])
    assert severe.answer(more, "severe_absence") is True
    assert severe.outcome(more)["points"] == seen([ill]).outcome(ill)["points"]
    assert severe.outcome(more)["quota"] == "never_looked_at"


def test_study_leave_is_never_a_reason(together):
    assert together.outcome(DARA)["outcome"] == "not_eligible"
    assert set(together.reasons(DARA)) == {"persistent_absence"}
    assert "(1 of 216 sessions)" in together.outcome(DARA)["because"]


def test_a_session_under_compulsory_age_is_not_possible(together):
    assert together.feature(EDEN, "possible_sessions_ytd") == 246 - 73
    assert (
        together.outcome(EDEN)["because"]
        == "Absent for 8 of 173 sessions (4.6%) since 3 September 2025, under a tenth."
    )


def test_a_long_part_time_timetable_is_near_the_top_even_on_sen_support(together):
    farah = together.outcome(FARAH)
    assert farah["outcome"] == "listed" and farah["place"] <= 3
    assert "end date" in farah["next_step"] and "agreed" in farah["next_step"]
    assert together.reasons(FARAH)["part_time_past_six_weeks"] == (
        "Part-time timetable for 70 of 246 sessions since 3 September 2025. It was used in 14 school weeks, past six."
    )


def test_an_arrival_in_march_needs_history(together):
    gwen = together.outcome(GWEN)
    assert gwen["outcome"] == "history_needed"
    assert gwen["because"] == "Fewer than 40 sessions possible this year (15), and last year's are not known here."
    assert together.answer(GWEN, "persistent_absence") is None


def test_year_six_is_what_year_seven_is_judged_on_at_first():
    in_september = seen([HUGO], as_of=IN_SEPTEMBER)
    assert in_september.outcome(HUGO)["outcome"] == "listed"
    assert in_september.reasons(HUGO)["persistent_absence"] == (
        "Absent for 50 of 390 sessions (12.8%) in 2024/25, when in Year 6; this year has only 36 possible sessions so far."
    )


@pytest.mark.parametrize("as_of, judged_on", [(date(2025, 9, 29), "last_year"), (date(2025, 9, 30), "this_year")])
def test_forty_sessions_end_that(as_of, judged_on):
    assert seen([HUGO], as_of=as_of).feature(HUGO, "judged_on") == judged_on


def test_a_sixth_former_worse_than_last_year_is_in_the_section_after_the_main_one(together):
    idris = together.outcome(IDRIS)
    assert (idris["outcome"], idris["section"]) == ("listed", "sixth_form")
    assert idris["place"] == 10
    assert idris["because"] == (
        "Up from 0 of 248 sessions (0.0%) in the same part of last year to 30 of 246 sessions (12.2%) since 3 September 2025. "
        "Other leave is left out of both."
    )


def test_a_sixth_former_persistently_absent_as_before_is_not_listed(together):
    assert together.answer(JUNO, "persistent_absence") is True
    assert together.outcome(JUNO)["outcome"] == "not_eligible"
    assert together.outcome(JUNO)["because"] == (
        "Judged against their own past alone, and absence is not clearly worse than it."
    )


def test_faith_travel_and_custody_are_in_no_sentence():
    away = tuple(Away(code, "2025-11-03", "2025-12-19") for code in ("R", "T", "Y7"))
    pupils = [with_away(AMIRA, one) for one in away]
    for pupil in pupils:
        it = seen([pupil])
        said = " ".join([*it.reasons(pupil).values(), it.outcome(pupil)["because"]]).lower()
        assert not [word for word in ("religi", "travel", "detention", "custod", "not required") if word in said]


def test_religious_leave_and_study_leave_read_alike():
    religious = with_away(AMIRA, Away("R", "2025-12-01", "2025-12-05"))
    study = with_away(AMIRA, Away("S", "2025-12-01", "2025-12-05"))
    one, other = seen([religious]), seen([study])
    assert one.reasons(religious) == other.reasons(study)
    assert one.outcome(religious) == other.outcome(study)


def test_every_listed_pupil_has_a_reason_and_a_question(together):
    listed = together.triage.filter(outcome="listed")
    assert listed["next_step"].str.ends_with("?").all()
    reasons = together.signals.filter("raised").select("pupil_id").unique()
    assert listed.join(reasons, on="pupil_id", how="anti").is_empty()


PLAN_IN_DATE = ({"kind": "ehc_plan", "last_review": date(2026, 1, 14)},)


def in_special_school(pupil: Pupil, name: str) -> Pupil:
    return replace(pupil, name=name, rolls=in_year("9", SPECIAL), support=PLAN_IN_DATE)


def test_a_pupil_of_a_special_school_is_listed_against_their_own_past_though_a_plan_is_in_date():
    steady, worse = in_special_school(JUNO, "steady"), in_special_school(IDRIS, "worse")
    both = seen([steady, worse])
    assert both.outcome(steady)["outcome"] == "not_eligible"
    assert both.outcome(worse)["outcome"] == "listed"


@pytest.mark.parametrize("support, has_review", [(PLAN_IN_DATE, True), ((), False)])
def test_only_of_whom_support_is_on_file_is_an_early_review_asked(support, has_review):
    gone = Away("O", "2025-09-08", "2026-03-20")
    severe = [
        replace(in_special_school(IDRIS, "special"), support=support, away=(gone,)),
        replace(AMIRA, name="main", support=support, away=(gone,)),
    ]
    for pupil in severe:
        it = seen([pupil])
        assert it.answer(pupil, "severe_absence") is True and it.outcome(pupil)["outcome"] == "listed"
        assert ("review" in it.outcome(pupil)["next_step"]) is has_review


def test_in_a_special_school_a_recent_rise_is_enough():
    as_last_year = (Away("I", "2025-01-06", "2025-02-07"), Away("I", "2026-02-24", "2026-03-13"))
    rising = in_special_school(replace(JUNO, away=as_last_year), "rising")
    steady = [replace(in_special_school(JUNO, f"other{letter}"), away=()) for letter in "bcd"]
    it = seen([rising, *steady])
    assert it.answer(rising, "worse_than_last_year") is False
    assert it.outcome(rising)["outcome"] == "listed"
    assert it.outcome(rising)["because"].startswith(
        "Absent for 28 of the last 40 sessions (70.0%), against 0 of 206 (0.0%)"
    )


# Those who came later ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def later():
    return seen([*LATER, *CLASSMATES])


def test_anxiety_marked_as_illness_asks_and_prompts_the_authoritys_duty_at_fifteen_days(later):
    kit = later.outcome(KIT)
    assert (kit["outcome"], kit["quota"]) == ("listed", "never_looked_at")
    assert kit["place"] <= 2
    assert later.reasons(KIT)["absent_and_never_looked_at"] == (
        "Absent and never looked at: 30 of 246 sessions missed, other leave left out, since 3 September 2025. No support, plan "
        "or SEN provision is on file. There was no review in the last 12 months."
    )
    assert later.reasons(KIT)["long_or_repeated_illness"] == (
        "Missed 30 of 246 sessions for illness since 3 September 2025, in 1 separate spell."
    )
    assert "Could worry or an unmet need be behind it?" in kit["next_step"]
    assert "At 15 school days, has the authority been told?" in kit["next_step"]


def test_fourteen_and_a_half_days_of_illness_are_not_yet_fifteen():
    shorter = replace(KIT, away=(*KIT.away, Away("/", "2026-03-16", "2026-03-16", ("am",))))
    assert "long_or_repeated_illness" not in seen([shorter]).reasons(shorter)


def test_a_young_carer_with_lates_is_eligible_on_both_together(later):
    assert later.outcome(LARK)["outcome"] in ("listed", "eligible_not_listed")
    assert later.reasons(LARK) == {
        "lateness": "Late 10 times in the last 30 school days.",
        "wider_need": "A wider need known to staff, added by the school on 15 January 2026.",
    }


def test_neither_lates_nor_caring_alone_makes_a_pupil_eligible():
    no_carer, not_late = replace(LARK, young_carer="N"), replace(LARK, away=LARK.away[:9])
    for one in (no_carer, not_late, replace(LARK, young_carer=None)):
        assert seen([one]).outcome(one)["outcome"] == "not_eligible"


def test_what_a_young_carer_carries_is_in_no_word_of_a_list(later):
    said = " ".join([*later.reasons(LARK).values(), later.outcome(LARK)["because"]]).lower()
    assert "carer" not in said and "caring" not in said


def test_a_pupil_often_at_another_school_whose_register_is_absent_cannot_be_judged(later):
    milo = later.outcome(MILO)
    assert milo["outcome"] == "cannot_be_judged"
    assert milo["because"] == (
        "On two rolls, and the other school's register is not known here for 98 sessions this year."
    )
    assert "absent_and_never_looked_at" not in later.reasons(MILO)


def test_a_child_in_treatment_is_listed_until_staff_quiet_it_to_a_day(later):
    noor = later.outcome(NOOR)
    assert (noor["outcome"], noor["quota"]) == ("listed", "never_looked_at")
    assert later.reasons(NOOR)["long_or_repeated_illness"] == (
        "Missed 26 of 246 sessions for illness since 3 September 2025, in 13 separate spells. Medical appointments took 26 more."
    )
    known = {"kind": "other_contact", "start_date": date(2026, 3, 2), "quiet_until": date(2026, 7, 20)}
    quiet = replace(NOOR, support=(known,))
    it = seen([quiet])
    assert it.outcome(quiet)["outcome"] == "snoozed"
    assert it.outcome(quiet)["because"] == "Staff asked that this pupil not be listed before 20 July 2026."
    assert "absent_and_never_looked_at" not in it.reasons(quiet)


def test_once_anybody_has_looked_the_lead_is_not_said_again_for_a_year():
    for day, is_said in ((date(2025, 3, 19), True), (date(2025, 3, 20), False), (date(2026, 3, 18), False)):
        looked = replace(AMIRA, looked_at_on=day)
        assert ("absent_and_never_looked_at" in seen([looked]).reasons(looked)) is is_said


def test_a_cold_in_october_and_a_weeks_holiday_together_make_nobody_eligible():
    in_october = date(2025, 10, 17)
    cold = Away("I", "2025-09-29", "2025-10-01")
    holiday = Away("G", "2025-10-06", "2025-10-10")
    for away in ((cold,), (holiday,), (cold, holiday)):
        pupil = replace(GWEN, name="robin", rolls=in_year("8"), away=away)
        assert seen([pupil], as_of=in_october).outcome(pupil)["outcome"] == "not_eligible"


@pytest.mark.parametrize("more, outcome", [(("am",), "not_eligible"), (("am", "pm"), "listed")])
def test_eight_sessions_that_ask_about_need_do(more, outcome):
    away = (
        Away("I", "2025-09-29", "2025-10-01"),
        Away("G", "2025-10-06", "2025-10-10"),
        Away("I", "2025-10-02", "2025-10-02", more),
    )
    pupil = replace(GWEN, name="robin", rolls=in_year("8"), away=away)
    it = seen([pupil], as_of=date(2025, 10, 10))
    assert it.outcome(pupil)["outcome"] == outcome
    if outcome == "not_eligible":
        assert it.outcome(pupil)["because"].endswith(
            "a tenth or more, but fewer than 8 sessions when 10 of holidays or other leave are set aside."
        )


def test_a_bereaved_pupil_is_left_in_quiet_until_the_day_staff_chose_and_the_word_is_never_printed():
    told = {
        "kind": "other_contact",
        "start_date": date(2026, 1, 19),
        "last_review": date(2026, 1, 19),
        "quiet_until": date(2026, 4, 13),
    }
    ola = replace(OLA, support=(told,))
    it = seen([ola])
    assert it.outcome(ola)["outcome"] == "snoozed"
    assert it.outcome(ola)["because"] == "Staff asked that this pupil not be listed before 13 April 2026."
    assert seen([OLA]).outcome(OLA)["outcome"] == "listed"
    over = replace(ola, support=(told | {"quiet_until": AS_OF},))
    assert seen([over]).outcome(over)["outcome"] == "listed"
    need = {"need": "bereavement", "added_by": "pastoral", "added_on": date(2026, 1, 19)}
    noted = replace(OLA, wider_needs=(need,))
    said = seen([noted])
    assert said.reasons(noted)["wider_need"] == (
        "A wider need known to staff, added by pastoral staff on 19 January 2026."
    )
    words = " ".join([*said.reasons(noted).values(), said.outcome(noted)["because"]]).lower()
    assert not [word for word in ("bereave", "grief", "death", "funeral") if word in words]


def test_a_child_who_left_to_home_education_is_off_the_list_that_day():
    """The authority's own line for such a child is drawn in `test_lost_rolls`."""
    here = replace(PIP, rolls=(Spell(nc_year="9"),))
    before = list_of([here, AMIRA], as_of=date(2026, 3, 6))
    assert before.of(PIP)["outcome"] == "listed"
    still = list_of([PIP, AMIRA], before.before, as_of=date(2026, 3, 13))
    assert still.of(PIP)["outcome"] == "listed"
    left = list_of([PIP, AMIRA], before.before, as_of=date(2026, 3, 16))
    assert PIP.pupil_id not in set(left.triage["pupil_id"])
    assert left.gone(PIP) == ("moved", "Left this roll on 13 March 2026.")
