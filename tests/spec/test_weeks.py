"""School weeks from marks, by DfE's definitions."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.weeks import COUNTS, counted, cut, marked_weeks, registers, slots
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_NUMBER
from tests.drawn import drawn

MONDAY, SUNDAY = date(2025, 9, 8), date(2025, 9, 14)

MARKS = {"pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String,
         "known_on": pl.Date, "recorded_at": pl.Datetime("us")}  # fmt: skip


def marks(picture: str) -> pl.DataFrame:
    """Marks of Amira at one school, each known on its own day, unless drawn otherwise."""
    told = drawn(picture, MARKS)
    usual = {
        "pupil_id": pl.lit("amira"),
        "urn": pl.lit(100001),
        "known_on": pl.col("date"),
        "recorded_at": pl.lit(None),
    }
    more = [usual[name].cast(MARKS[name]).alias(name) for name in usual if name not in told.columns]
    return told.with_columns(more).select(*MARKS)


def in_order(codes: str, *, first_day: date = MONDAY) -> pl.DataFrame:
    """Amira's marks, half day by half day from a Monday morning; a dot is a half day without one."""
    rows = [
        ("amira", 100001, day := first_day + timedelta(days=at // 2), ("am", "pm")[at % 2], code, day, None)
        for at, code in enumerate(codes.split())
        if code != "."
    ]
    return pl.DataFrame(rows, schema=MARKS, orient="row")


def counts(of: pl.DataFrame, *names: str) -> tuple[int, ...]:
    """Of the only week there is, so many sessions of each kind."""
    [week] = marked_weeks(of).to_dicts()
    return tuple(week[f"{name}_sessions"] for name in names)


# What counts


def test_a_closure_is_not_a_session_anyone_could_attend():
    assert counts(in_order(r"/ \  / \  / I  # #  # #"), "possible", "absence") == (6, 1)


@pytest.mark.parametrize("code", ["D", "Q", "X", "Y1", "Y4", "Y7", "Z", "#", "Y"])
def test_a_session_nobody_was_expected_at_is_neither_possible_nor_missed(code):
    assert counts(in_order(rf"/ \  {code} {code}"), "possible", "absence") == (2, 0)


def test_a_pupil_who_arrived_late_was_there():
    assert counts(in_order("L L  U U"), "possible", "absence", "late") == (4, 2, 2)


def test_a_pupil_off_site_with_approval_was_there():
    assert counts(in_order("K V  P W  B J"), "possible", "absence", "approved_activity") == (6, 0, 6)


def test_every_absence_is_authorised_or_not_and_never_both():
    authorised, unauthorised = "C C1 C2 E I J1 M R S T H F", "G N O U"
    assert counts(in_order(f"{authorised}"), "possible", "absence", "authorised", "unauthorised") == (12, 12, 12, 0)
    assert counts(in_order(f"{unauthorised}"), "possible", "absence", "authorised", "unauthorised") == (4, 4, 0, 4)


def test_leave_that_says_nothing_of_need_is_absence_all_the_same():
    assert counts(in_order("R T  S G  C1 J1  I O"), "absence", "need_absence") == (8, 2)


@pytest.mark.parametrize(
    "code, kind",
    [("I", "illness"), ("M", "medical"), ("C2", "part_time"), ("E", "suspended"), ("N", "no_reason"), ("D", "dual"),
     ("-", "no_mark"), ("L", "late")],
)  # fmt: skip
def test_each_kind_of_session_is_counted_by_its_own_code_alone(code, kind):
    others = [entry.code for entry in ATTENDANCE_CODES if entry.code != code][:8]
    assert counts(in_order(" ".join([code, code, code, *others])), kind) == (3,)


def test_no_mark_recorded_is_not_a_session_missed():
    assert counts(in_order(r"/ \  - -"), "possible", "absence", "no_mark") == (2, 0, 2)


def test_a_half_day_without_any_mark_is_not_a_session_at_all():
    assert counts(in_order(". .  / ."), "possible", "absence", "no_mark") == (1, 0, 0)


def test_a_weekend_session_counts_where_a_school_holds_one():
    assert counts(in_order(r". . . . . . . . . .  / \  I I"), "possible", "absence") == (4, 2)


# One row per pupil, school and week


def test_a_week_runs_from_monday_to_sunday():
    weeks = marked_weeks(
        marks("""
            date       | half_day | code
            -----------+----------+-----
            2025-09-07 | pm       | I
            2025-09-08 | am       | I
            2025-09-14 | pm       | I
            2025-09-15 | am       | I
            """)
    )
    assert sorted(weeks.select("week_start", "absence_sessions").rows()) == [
        (date(2025, 9, 1), 1), (date(2025, 9, 8), 2), (date(2025, 9, 15), 1)
    ]  # fmt: skip


def test_two_pupils_and_two_schools_are_never_counted_together():
    weeks = marked_weeks(
        marks("""
            pupil_id | urn    | date       | half_day | code
            ---------+--------+------------+----------+-----
            amira    | 100001 | 2025-09-08 | am       | I
            amira    | 100002 | 2025-09-08 | am       | D
            ben      | 100001 | 2025-09-08 | am       | /
            """)
    )
    assert sorted(weeks.select("pupil_id", "urn", "absence_sessions", "dual_sessions").rows()) == [
        ("amira", 100001, 1, 0), ("amira", 100002, 0, 1), ("ben", 100001, 0, 0)
    ]  # fmt: skip


def test_no_marks_make_no_weeks():
    assert marked_weeks(marks("date|half_day|code\n-").clear()).equals(MARKED_WEEKS.empty)


def test_a_week_says_when_the_latest_of_its_marks_was_learned():
    weeks = marked_weeks(
        marks("""
            date       | half_day | code | known_on
            -----------+----------+------+-----------
            2025-09-08 | am       | I    | 2025-09-19
            2025-09-08 | pm       | I    | 2025-09-09
            """)
    )
    assert weeks["last_known_on"].to_list() == [date(2025, 9, 19)]


# Several marks for one half day


def kept(picture: str) -> tuple[str, date]:
    """The code that stands for Monday morning, and the day the week says it was last learned of."""
    [week] = marked_weeks(marks(picture)).to_dicts()
    [reversed_week] = marked_weeks(marks(picture).reverse()).to_dicts()
    assert week == reversed_week
    return BY_NUMBER[week["am_codes"]].code, week["last_known_on"]


def test_a_mark_learned_later_corrects_the_one_before():
    told = kept("""
        date       | half_day | code | known_on   | recorded_at
        -----------+----------+------+------------+--------------------
        2025-09-08 | am       | /    | 2025-09-09 | 2025-09-12 16:00:00
        2025-09-08 | am       | N    | 2025-09-16 | 2025-09-08 09:00:00
        """)
    assert told == ("N", date(2025, 9, 16))


def test_of_marks_learned_together_the_later_recorded_counts():
    told = kept("""
        date       | half_day | code | known_on   | recorded_at
        -----------+----------+------+------------+--------------------
        2025-09-08 | am       | N    | 2025-09-09 | 2025-09-08 09:00:00
        2025-09-08 | am       | I    | 2025-09-09 | 2025-09-08 11:30:00
        2025-09-08 | am       | /    | 2025-09-09 |
        """)
    assert told == ("I", date(2025, 9, 9))


@pytest.mark.parametrize("first, then", [("/", "V"), ("V", "I"), ("I", "O"), ("O", "D"), ("D", "-"), ("/", "-")])
def test_of_marks_nothing_else_tells_apart_the_kinder_counts(first, then):
    """Present, then approved activity, authorised, unauthorised, not possible, and last no mark at all."""
    told = kept(f"""
        date       | half_day | code | known_on
        -----------+----------+------+-----------
        2025-09-08 | am       | {first}    | 2025-09-09
        2025-09-08 | am       | {then}    | 2025-09-09
        """)
    assert told[0] == first


def test_of_two_kinds_of_one_class_the_first_in_the_table_counts():
    assert kept("date|half_day|code|known_on\n-\n2025-09-08|am|M|2025-09-09\n2025-09-08|am|I|2025-09-09")[0] == "I"


def test_a_week_of_corrections_was_last_learned_of_when_its_last_mark_was():
    weeks = marked_weeks(
        marks("""
            date       | half_day | code | known_on
            -----------+----------+------+-----------
            2025-09-08 | am       | I    | 2025-09-16
            2025-09-08 | am       | N    | 2025-09-09
            2025-09-08 | pm       | I    | 2025-09-19
            2025-09-09 | am       | I    | 2025-09-10
            """)
    )
    assert weeks["last_known_on"].to_list() == [date(2025, 9, 19)]


def test_the_same_mark_twice_is_one_session():
    twice = marks("date|half_day|code\n-\n2025-09-08|am|I\n2025-09-08|am|I\n2025-09-08|pm|I")
    assert counts(twice, "possible", "absence") == (2, 2)


def test_a_mark_put_right_in_one_week_leaves_every_other_week_alone():
    clean = marked_weeks(in_order(r"/ \ I I", first_day=date(2025, 9, 15)))
    both = marked_weeks(pl.concat([in_order(r"/ \ I I", first_day=date(2025, 9, 15)), in_order("I"), in_order("O")]))
    assert both.sort("week_start").tail(1).equals(clean)
    assert both.sort("week_start")["authorised_sessions"].to_list() == [1, 2]


# What came in a transfer file


def of_two_weeks(*, by_transfer: list[bool | None]) -> pl.DataFrame:
    """Two mornings of one week and one of the next."""
    told = marks("date|half_day|code\n-\n2025-09-08|am|I\n2025-09-09|am|/\n2025-09-15|am|/")
    return told.with_columns(by_transfer=pl.Series(by_transfer, dtype=pl.Boolean))


@pytest.mark.parametrize(
    "by_transfer, is_transferred",
    [([None] * 3, [False, False]), ([True, True, None], [True, False]), ([True, False, True], [False, True])],
)
def test_a_week_is_transferred_where_all_its_marks_are(by_transfer, is_transferred):
    weeks = marked_weeks(of_two_weeks(by_transfer=by_transfer)).sort("week_start")
    assert weeks["is_transferred"].to_list() == is_transferred
    assert registers(weeks)["week_start"].to_list() == weeks.filter(~pl.col("is_transferred"))["week_start"].to_list()


def test_the_school_s_own_mark_counts_before_one_by_transfer_whichever_was_learned_or_recorded_last():
    own, brought = (in_order(code).with_columns(by_transfer=pl.lit(at == 1)) for at, code in enumerate("IO"))
    for days, later in ((1, own), (1, brought), (0, own)):
        both = pl.concat(
            [one.with_columns(pl.col("known_on") + pl.duration(days=days * (one is later))) for one in (own, brought)]
        )
        [week] = marked_weeks(both).to_dicts()
        assert (week["unauthorised_sessions"], week["authorised_sessions"], week["is_transferred"]) == (0, 1, False)


def test_a_week_cut_short_is_still_what_it_was():
    weeks = cut(marked_weeks(of_two_weeks(by_transfer=[True, True, None])), last_day=MONDAY)
    assert weeks["is_transferred"].to_list() == [True]


# Packed


def test_a_week_is_two_numbers_of_eight_bits_a_day_from_monday_up():
    [week] = marked_weeks(in_order(r"/ \  I I  . #")).to_dicts()
    assert week["am_codes"] == 1 + (13 << 8)
    assert week["pm_codes"] == 2 + (13 << 8) + (34 << 16)


def test_a_full_week_of_the_highest_number_still_fits():
    [week] = marked_weeks(in_order("- " * 14)).to_dicts()
    assert week["no_mark_sessions"] == 14
    assert week["am_codes"] == sum(39 << (8 * day) for day in range(7)) > 0


def test_the_marks_of_a_week_can_be_had_again():
    assert slots(marked_weeks(in_order("/ I  . #"))).sort("date", "half_day").rows() == [
        ("amira", 100001, MONDAY, 0, 1),
        ("amira", 100001, MONDAY, 1, 13),
        ("amira", 100001, MONDAY + timedelta(days=1), 1, 34),
    ]


def test_every_count_can_be_had_again_from_the_two_numbers():
    weeks = marked_weeks(in_order("/ L  I C2  E N  U D  - #"))
    forgotten = weeks.with_columns(**{name: pl.lit(9, pl.Int32) for name in COUNTS})
    assert counted(forgotten).equals(weeks)


# Withdrawn, and delivered before it was known


def told(picture: str) -> pl.DataFrame:
    """Marks of Amira at one school, with the day each was delivered where it then waited; no code is a mark withdrawn."""
    known = drawn(picture, MARKS | {"delivered_on": pl.Date})
    never = [] if "recorded_at" in known.columns else [pl.lit(None, pl.Datetime("us")).alias("recorded_at")]
    return known.with_columns(*never, pupil_id=pl.lit("amira"), urn=pl.lit(100001, pl.Int32))


def test_a_mark_withdrawn_leaves_the_others_of_its_week_and_the_day_we_learned_it():
    [week] = marked_weeks(
        told("""
            date       | half_day | code | known_on   | delivered_on
            -----------+----------+------+------------+-------------
            2025-09-08 | am       | I    | 2025-09-12 |
            2025-09-08 | pm       | I    | 2025-09-12 |
            2025-09-08 | pm       |      | 2025-09-15 |
            """)
    ).to_dicts()
    assert (week["possible_sessions"], week["absence_sessions"]) == (1, 1)
    assert week["last_known_on"] == date(2025, 9, 15)


@pytest.mark.parametrize("again, weeks", [("2025-09-14", 0), ("2025-09-15", 1), ("2025-09-16", 1)])
def test_a_week_of_which_every_mark_is_withdrawn_is_no_week_unless_one_was_told_that_day_or_later(again, weeks):
    picture = f"""
        date       | half_day | code | known_on   | delivered_on
        -----------+----------+------+------------+-------------
        2025-09-08 | am       | I    | 2025-09-12 |
        2025-09-08 | am       |      | 2025-09-15 |
        2025-09-08 | am       | /    | {again}    |
        """
    assert marked_weeks(told(picture)).height == weeks


@pytest.mark.parametrize("first, then, stands", [("/", "I", "I"), ("I", "/", "/")])
def test_of_two_marks_learned_on_one_day_the_later_delivered_stands(first, then, stands):
    weeks = marked_weeks(
        told(f"""
            date       | half_day | code    | known_on   | delivered_on
            -----------+----------+---------+------------+-------------
            2025-09-08 | am       | {first} | 2025-09-15 | 2025-09-12
            2025-09-08 | am       | {then}  | 2025-09-15 |
            """)
    )
    assert BY_NUMBER[weeks["am_codes"].item()].code == stands


def test_which_was_recorded_later_matters_only_between_marks_delivered_on_one_day():
    """As between marks that never waited, of which the later known stands whenever it was recorded."""
    weeks = marked_weeks(
        told("""
            date       | half_day | code | known_on   | delivered_on | recorded_at
            -----------+----------+------+------------+--------------+--------------------
            2025-09-08 | am       | /    | 2025-09-15 | 2025-09-11   | 2025-09-10 15:00:00
            2025-09-08 | am       | I    | 2025-09-15 | 2025-09-12   | 2025-09-08 09:00:00
            2025-09-08 | am       | O    | 2025-09-15 | 2025-09-12   | 2025-09-09 09:00:00
            """)
    )
    assert BY_NUMBER[weeks["am_codes"].item()].code == "O"


@pytest.mark.parametrize("delivered, left", [("2025-09-12", 0), ("2025-09-15", 1)])
def test_a_mark_that_waited_is_gone_where_a_delivery_of_the_night_it_passed_lacked_it(delivered, left):
    picture = f"""
        date       | half_day | code | known_on   | delivered_on
        -----------+----------+------+------------+-------------
        2025-09-08 | am       | I    | 2025-09-15 | {delivered}
        2025-09-08 | am       |      | 2025-09-15 |
        """
    assert marked_weeks(told(picture)).height == left


# Cut at a day

WHOLE = in_order(r"I I  I I  I I  I I  I I")


@pytest.mark.parametrize(
    "last_day, missed",
    [("2025-09-07", None), ("2025-09-08", 2), ("2025-09-11", 8), ("2025-09-12", 10), ("2025-09-30", 10)],
)
def test_a_week_cut_at_a_day_ends_with_that_day(last_day, missed):
    left = cut(marked_weeks(WHOLE), last_day=date.fromisoformat(last_day))
    assert left["absence_sessions"].to_list() == ([] if missed is None else [missed])


@pytest.mark.parametrize(
    "first_day, missed", [("2025-09-01", 10), ("2025-09-08", 10), ("2025-09-10", 6), ("2025-09-13", None)]
)
def test_a_week_cut_from_a_day_begins_with_that_day(first_day, missed):
    left = cut(marked_weeks(WHOLE), first_day=date.fromisoformat(first_day))
    assert left["absence_sessions"].to_list() == ([] if missed is None else [missed])


def test_a_week_may_be_cut_to_a_single_day():
    wednesday = MONDAY + timedelta(days=2)
    left = cut(marked_weeks(WHOLE), first_day=wednesday, last_day=wednesday)
    assert slots(left)["date"].unique().to_list() == [wednesday]


@pytest.mark.parametrize("codes, missed", [("I .  I I", 1), (". I  I I", 1), (". .  I I", None)])
def test_a_week_cut_to_one_half_day_is_still_a_week_and_to_none_is_not(codes, missed):
    left = cut(marked_weeks(in_order(codes)), last_day=MONDAY)
    assert left["absence_sessions"].to_list() == ([] if missed is None else [missed])


def test_each_row_may_be_cut_at_a_day_of_its_own_and_no_day_is_no_cut():
    weeks = marked_weeks(pl.concat([WHOLE, WHOLE.with_columns(pupil_id=pl.lit("ben"))])).sort("pupil_id")
    until = weeks.with_columns(until=pl.Series([MONDAY, None], dtype=pl.Date))
    left = cut(until, last_day=pl.col("until")).sort("pupil_id")
    assert left.select("pupil_id", "absence_sessions").rows() == [("amira", 2), ("ben", 10)]


def test_a_week_that_needs_no_cut_is_left_as_it_is():
    weeks = marked_weeks(WHOLE)
    assert cut(weeks, first_day=MONDAY, last_day=SUNDAY).equals(weeks)
    assert cut(weeks).equals(weeks)
