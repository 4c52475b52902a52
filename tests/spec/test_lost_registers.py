"""Placed and not seen, on two rolls and seen by neither, suspended past five days, ill for fifteen: both sides of each line."""

from datetime import date, timedelta

import pytest

from pipeline.steps.lost_places import days_to_places
from pipeline.tables.staged import CENSUS_SESSIONS, SUSPENSIONS
from pipeline.tables.staged_destinations import AP_PLACEMENTS
from pipeline.vocabulary.lost import KIND

from .lost_drawn import AS_OF, ASH, BIRCH, found, held, of_kind, rows_of, school_day

AP, NEITHER = "alternative_provision_without_marks", "dual_registered_seen_by_neither"
SUSPENDED, ILL = "suspended_over_five_days_no_provision", "fifteen_days_illness_no_provision"
ROLL = "pupil_id | urn | entry_date\n-\njuno | 100001 | 2024-09-02"


# Alternative provision


def place(begun: int, *, over: date | None = None, **more) -> dict:
    """A placement of Juno's from this school day on."""
    return {"pupil_id": "juno", "urn": ASH, "entry_date": school_day(begun), "leaving_date": over, "census_term": "autumn", "census_year": 2025} | more  # fmt: skip


def placed(codes: str, *places: dict, rolls: str = ROLL, elsewhere: str = "", **known) -> dict[str, dict]:
    marks = {("juno", ASH): codes} | ({("juno", BIRCH): elsewhere} if elsewhere else {})
    return of_kind(AP, rolls, marks, ap_placements=rows_of(AP_PLACEMENTS, *places), **known)


def test_ten_school_days_in_a_place_with_no_marks_and_nine_are_not_yet_ten():
    told = placed("/ " * 20, place(21))["juno"]
    assert (told["urn"], told["since"], told["school_days"]) == (ASH, school_day(21), 10)
    assert placed("/ " * 20, place(22)) == {}


def test_the_sentence_says_since_when_and_that_nobody_marked_them_there():
    assert placed("/ " * 20, place(21))["juno"]["says"] == (
        "In alternative provision that the school arranged since 6 October 2025; no mark of attendance, B, D or K, there or at "
        "the school, for 10 school days, from 6 October 2025 on."
    )


@pytest.mark.parametrize("code", ["B", "D", "K", "/", "L", "V"])
def test_one_mark_by_which_they_were_seen_begins_the_count_again(code):
    assert placed("/ " * 20 + code, place(15)) == {}  # nine days since
    assert placed("/ " * 19 + code, place(15))["juno"]["since"] == school_day(21)


def test_d_is_a_sign_of_them_only_where_the_settings_own_register_is_not_held():
    dual = "/ " * 20 + "D " * 10
    rolls = f"{ROLL}\njuno | 100002 | 2025-09-08"
    assert placed(dual, place(15), rolls=rolls) == {}
    assert placed(dual, place(15, setting_urn=BIRCH), rolls=rolls, open_at=(ASH,)) == {}
    told = placed(dual, place(15, setting_urn=BIRCH), rolls=rolls)["juno"]
    assert (told["since"], told["school_days"]) == (school_day(21), 10)
    assert "no mark of attendance, B or K, there or at the school, for 10 school days" in told["says"]
    assert placed(dual, place(15, setting_urn=BIRCH), rolls=rolls, elsewhere=". " * 24 + "/") == {}


@pytest.mark.parametrize("code", ["I", "O", "N", "C", "Q", "-"])
def test_absence_and_leave_are_no_sign_that_anyone_saw_them(code):
    assert placed("/ " * 20 + f"{code} " * 10, place(21))["juno"]["school_days"] == 10


def test_a_mark_at_the_setting_counts_as_one_at_the_school():
    rolls = f"{ROLL}\njuno | 100002 | 2025-09-08"
    assert placed("/ " * 20, place(15, setting_urn=BIRCH), rolls=rolls, elsewhere=". " * 24 + "/") == {}


def test_a_place_that_is_over_or_has_not_begun_asks_nothing():
    assert placed("/ " * 10, place(15, over=school_day(28))) == {}
    assert placed("/ " * 10, place(15, over=AS_OF))
    assert placed("/ " * 10, place(40)) == {}


def test_who_left_the_roll_of_the_school_is_in_no_place_of_its():
    rolls = f"pupil_id | urn | entry_date | leaving_date\n-\njuno | 100001 | 2024-09-02 | {school_day(14)}"
    assert placed("/ " * 10, place(11), rolls=rolls) == {}


def test_the_latest_census_says_whether_a_place_is_over_whatever_the_order_of_files():
    earlier, later = place(11), place(11, over=school_day(15), census_term="spring", census_year=2026)
    for order in ((earlier, later), (later, earlier)):
        assert placed("/ " * 10, *order) == {}


def test_where_the_school_sends_no_register_nothing_is_said_of_marks():
    rolls = ROLL.replace("100001", "100002")
    assert of_kind(AP, rolls, ap_placements=rows_of(AP_PLACEMENTS, place(11, urn=BIRCH)), open_at=(ASH,)) == {}


def days_from_need(codes: str, begun: int, **known) -> int | None:
    found_ = days_to_places(held(ROLL, {("juno", ASH): codes}, ap_placements=rows_of(AP_PLACEMENTS, place(begun)), **known))  # fmt: skip
    return dict(found_.rows()).get("juno")


def test_need_is_first_marked_when_part_time_suspension_and_illness_come_to_thirty_sessions():
    fifteen_days = "I " * 5 + "C2 " * 5 + "E " * 5
    assert days_from_need(fifteen_days + "/ " * 5, 21) == (school_day(21) - school_day(15)).days
    assert days_from_need("I " * 14 + "/ " * 6, 21) is None


def test_a_permanent_exclusion_is_a_mark_of_need_and_a_suspension_alone_is_none():
    sent = {"pupil_id": "juno", "urn": ASH, "start_date": school_day(6)}
    permanent, short = (rows_of(SUSPENSIONS, sent | {"category": category}) for category in ("PERM", "SUSP"))
    assert days_from_need("/ " * 20, 21, suspensions=permanent) == 21
    assert days_from_need("/ " * 20, 21, suspensions=short) is None


def test_need_marked_after_the_place_began_is_no_wait_for_it():
    assert days_from_need("I " * 20, 10) is None


def test_the_wait_is_in_the_sentence_and_in_a_column():
    told = placed("I " * 15 + "/ " * 5, place(21))["juno"]
    assert told["days_from_need"] == 10
    assert told["says"].endswith(
        "The place began 10 days after the first mark of need (30 sessions of C2, E and I in one school year on 26 September 2025)."
    )


# Two rolls

TWO_ROLLS = (
    "pupil_id | urn | entry_date | enrol_status\n-\njuno | 100001 | 2024-09-02 | M\njuno | 100002 | 2025-09-08 | S"
)


def neither(at_ash: str, at_birch: str, **known) -> dict[str, dict]:
    marks = {("juno", ASH): "/ " * 20 + at_ash, ("juno", BIRCH): "D " * 20 + at_birch}
    return of_kind(NEITHER, known.pop("rolls", TWO_ROLLS), marks, **known)


@pytest.mark.parametrize(
    "at_ash, at_birch, is_lost",
    [
        ("/ / / / / D D D D D", "D D D D D D D D D D", True),
        ("/ / / / / / D D D D", "D D D D D D D D D D", False),  # four days
        ("/ / / / / . . . . .", "D D D D D . . . . .", True),  # no mark at either
        ("/ / / / / D D D D D", "D D D D D . . . . .", True),  # the one says the other, the other says nothing
        ("/ / / / / D D D D D", "D D D D D D D I D D", False),  # expected there, and ill
        ("/ / / / / D D D D D", "D D D D D D D D D /", False),  # seen on the last day
        ("D D D D D / D D D D", "D D D D D D D D D D", False),  # five days, and seen since
        ("/ / / / / D D D D D", "D D D D D / / / / /", False),  # each in turn
        ("/ / / / / D~/ D D D D", "D D D D D D D D D D", False),  # an afternoon is a sight of them
    ],
)
def test_five_school_days_running_with_d_or_no_mark_at_both_schools(at_ash, at_birch, is_lost):
    assert bool(neither(at_ash, at_birch)) == is_lost


def test_the_row_is_at_the_school_that_lists_them_and_names_both():
    told = neither("/ / / / / D D D D D", "D D D D D D D D D D")["juno"]
    assert (told["urn"], told["school_days"], told["since"]) == (ASH, 5, school_day(26))
    assert told["says"] == (
        "On the rolls of Ash Secondary and Birch Primary; D or no mark at each for 5 school days running, 13 October 2025 to "
        "17 October 2025."
    )


def test_where_the_other_register_never_came_nobody_can_say():
    marks = {("juno", ASH): "/ " * 20 + "D " * 10}
    assert of_kind(NEITHER, TWO_ROLLS, marks, open_at=(ASH,)) == {}


def test_a_pupil_on_one_roll_or_a_guest_at_the_other_is_not_on_two():
    one = "pupil_id | urn | entry_date | enrol_status\n-\njuno | 100001 | 2024-09-02 | C"
    assert neither("D " * 10, "D " * 10, rolls=one) == {}
    assert neither("D " * 10, "D " * 10, rolls=TWO_ROLLS.replace("| S", "| G")) == {}


# Suspended


@pytest.mark.parametrize(
    "codes, days",
    [
        ("E E E E E", None),  # five days: education is not owed yet
        ("E E E E E E", 6),
        ("E E E E E # E", 6),  # a day of closure is no school day
        ("E E E B E E E", None),
        ("E E E D E E E", None),
        ("E E E K E E E", None),
        ("E E E / E E E", None),
        ("E E E E E E / E E", 6),  # over, and still to be asked of
    ],
)
def test_suspended_more_than_five_school_days_together_with_no_provision(codes, days):
    told = of_kind(SUSPENDED, ROLL, {("juno", ASH): codes}, as_of=school_day(20))
    assert (told.get("juno") or {}).get("school_days") == days


def test_of_two_long_runs_the_last_is_told():
    told = of_kind(SUSPENDED, ROLL, {("juno", ASH): "E " * 7 + "/ " + "E " * 6}, as_of=school_day(20))["juno"]
    assert (told["since"], told["school_days"]) == (school_day(9), 6)
    assert told["says"] == (
        "Suspended or excluded (E) for 6 school days together, 18 September 2025 to 25 September 2025. No B, K or session "
        "attended lies between, in any register seen here; nor D, on a half day that no school marks E."
    )
    assert "; nor D, on a half day that no school marks E." in KIND[SUSPENDED].happened


@pytest.mark.parametrize(
    "at_birch, days",
    [
        ("B B B B B B B B B B", None),  # provided for at the other school, every day
        ("/ / / / / / / / / /", None),
        (". . . . . . . . . .", 10),  # no mark there
        ("D D D D D D D D D D", 10),  # which says only that the first school has them
        ("# # # # # # # # # #", 10),
        (". . . . / . . . . .", None),  # four days, and five
        (". . . / . . . . . .", 6),
        (". . . .~K . . . . . .", 6),  # an afternoon ends it: the fourth morning was the fourth day
        ("E E E E E . . . . .", 10),  # the same days at both schools are the same days
        (". . . I . . . . . .", 6),  # expected there, and ill
    ],
)
def test_what_the_other_of_two_schools_marks_is_provision_too(at_birch, days):
    rolls = f"{ROLL}\njuno | 100002 | 2025-09-08"
    codes = {("juno", ASH): "E " * 10, ("juno", BIRCH): at_birch}
    told = of_kind(SUSPENDED, rolls, codes, as_of=school_day(10)).get("juno") or {}
    assert (told.get("school_days"), told.get("urn")) == (days, ASH if days else None)


@pytest.mark.parametrize("at_birch", ["B " * 10, ". " * 10])
def test_d_at_the_school_that_suspended_ends_a_run_whatever_the_other_marks(at_birch):
    rolls = f"{ROLL}\njuno | 100002 | 2025-09-08"
    codes = {("juno", ASH): "E " * 4 + "D " + "E " * 5, ("juno", BIRCH): at_birch}
    assert of_kind(SUSPENDED, rolls, codes, as_of=school_day(10)) == {}


def test_a_run_that_goes_on_at_the_next_school_is_one_run_at_the_school_that_marked_it_last():
    rolls = f"pupil_id | urn | entry_date | leaving_date\n-\njuno | 100001 | 2024-09-02 | {school_day(3)}\njuno | 100002 | {school_day(4)} |"
    codes = {("juno", ASH): "E E E", ("juno", BIRCH): ". . . E E E"}
    told = of_kind(SUSPENDED, rolls, codes, as_of=school_day(10))["juno"]
    assert (told["urn"], told["since"], told["school_days"]) == (BIRCH, school_day(1), 6)


@pytest.mark.parametrize("as_of, is_told", [(school_day(25), True), (school_day(26), False)])
def test_a_suspension_is_asked_of_while_its_last_day_is_among_the_schools_last_twenty(as_of, is_told):
    """It ended on the sixth school day."""
    assert bool(of_kind(SUSPENDED, ROLL, {("juno", ASH): "E " * 6}, as_of=as_of)) == is_told


# Ill


def ill(codes: str, **known) -> dict[str, dict]:
    return of_kind(ILL, ROLL, {("juno", ASH): codes}, **known)


def test_thirty_sessions_of_illness_are_fifteen_days_and_twenty_nine_are_not():
    told = ill("I " * 15)["juno"]
    assert (told["school_days"], told["since"]) == (15, school_day(1))
    assert told["says"].startswith(
        "Ill (I) for 30 sessions this school year, first on 8 September 2025; no B or K since"
    )
    assert ill("I " * 14 + "I~/") == {}


@pytest.mark.parametrize("as_of, is_told", [(school_day(34), True), (school_day(35), False)])
def test_illness_is_asked_of_while_the_latest_is_among_the_schools_last_twenty_days(as_of, is_told):
    """Ill for fifteen days, and present since."""
    assert bool(ill("I " * 15 + "/ " * 20, as_of=as_of)) == is_told


@pytest.mark.parametrize("code", ["B", "K"])
def test_education_arranged_within_the_last_thirty_sessions_takes_a_child_off_the_line(code):
    assert ill("I " * 10 + f"{code} " + "I " * 5) == {}
    assert ill("I " * 15 + code) == {}


@pytest.mark.parametrize("code", ["/", "V", "D", "M"])
def test_being_there_in_between_is_no_education_arranged(code):
    assert ill("I " * 10 + f"{code} " + "I " * 5)


def test_education_arranged_before_the_last_thirty_sessions_of_illness_began_is_long_over():
    assert ill("I B " + "I " * 15)["juno"]["school_days"] == 16
    assert ill("I B~/ " + "I " * 14) == {}


def test_a_place_in_alternative_provision_is_education_arranged_unless_it_was_over_before():
    lasts, over = place(3), place(1, over=school_day(2))
    assert ill("/ / " + "I " * 15, ap_placements=rows_of(AP_PLACEMENTS, lasts)) == {}
    assert ill("/ / / " + "I " * 15, ap_placements=rows_of(AP_PLACEMENTS, over))


def census(**sessions: int):
    rows = [
        {"pupil_id": "juno", "urn": ASH, "school_year": 2025, "term": "autumn", "part": 1, "sessions_possible": 140, "code": code, "sessions": count}
        for code, count in sessions.items()
    ]  # fmt: skip
    return rows_of(CENSUS_SESSIONS, *rows)


def by_census(**sessions: int) -> dict[str, dict]:
    return of_kind(ILL, ROLL, census=census(**sessions), open_at=(), as_of=date(2026, 2, 2))


def test_a_census_tells_of_illness_too_and_of_education_arranged():
    told = by_census(I=30)["juno"]
    assert (told["since"], told["school_days"]) == (None, 15)
    assert "by the school census, which has no B or K" in told["says"]
    assert by_census(I=29) == {}
    assert by_census(I=30, B=1) == {}


# What cannot be judged


@pytest.mark.parametrize("kind", [AP, NEITHER, SUSPENDED, ILL])
def test_without_any_register_kinds_of_registers_cannot_be_judged(kind):
    assert kind in found(open_at=(), sent=frozenset({"pupils", "ap_placements"})).cannot


def test_where_nothing_of_alternative_provision_ever_came_the_kind_says_so():
    lost = found(sent=frozenset({"pupils", "attendance_marks"}))
    assert lost.cannot[AP] == "Cannot be judged: nothing of alternative provision has been sent."
    assert lost.rows.is_empty()


def test_last_years_registers_alone_tell_nothing_of_this_year():
    next_year = AS_OF + timedelta(days=365)
    lost = found(as_of=next_year, weeks=held().weeks)
    assert lost.cannot[SUSPENDED] == "Cannot be judged: no register of this school year is held."
