"""What a register mark promises, on both sides of each line. The column `breaks` says which promises a row breaks."""

import polars as pl
import pytest

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from tests.edges.at_the_gate import AMIRA, BEN, OTHER_SCHOOL, SCHOOL, judge, many, rows, verdict_on


def test_ordinary_marks_break_nothing():
    judge(
        "attendance_marks",
        r"""
        date       | half_day | code | breaks
        -----------+----------+------+-------
        2025-09-08 | am       | /    |
        2025-09-08 | pm       | \    |
        2025-09-09 | am       | -    |
        2025-09-09 | pm       | #    |
        """,
    )


def test_a_code_is_one_that_schools_use():
    verdict = judge(
        "attendance_marks",
        """
        date       | code     | breaks
        -----------+----------+-------------
        2025-09-08 | I        |
        2025-09-09 | !        | code_unknown
        2025-09-10 | J9       | code_unknown
        2025-09-11 | OLUMIDE  | code_unknown
        2025-09-12 |          | code_missing
        """,
    )
    sentences = verdict.set_aside.filter(pl.col("rule") == "code_unknown")["sentence"].to_list()
    assert ["(J9)" in sentence for sentence in sentences] == [False, True, False]
    assert all("(not shown)" in sentence for sentence in (sentences[0], sentences[2]))


def test_a_code_means_nothing_before_it_existed_or_after_it_was_withdrawn():
    verdict = judge(
        "attendance_marks",
        """
        pupil_id     | date       | code | breaks
        -------------+------------+------+---------------------------------
        amiraaaaaaaa | 2024-08-18 | C2   | code_out_of_date mark_on_weekend
        amiraaaaaaaa | 2024-08-19 | C2   |
        amiraaaaaaaa | 2024-08-16 | J    |
        bennnnnnnnnn | 2024-08-18 | J    | mark_on_weekend
        bennnnnnnnnn | 2024-08-19 | J    | code_out_of_date
        bennnnnnnnnn | 2024-08-16 | I    |
        bennnnnnnnnn | 2024-08-20 | I    |
        """,
    )
    assert "Register code C2 was not in use" in verdict.set_aside["sentence"][0]


@pytest.mark.parametrize("code", [entry.code for entry in ATTENDANCE_CODES], ids=lambda code: f"code {code}")
def test_every_code_of_the_vocabulary_is_held_to_its_own_days(code):
    [entry] = [entry for entry in ATTENDANCE_CODES if entry.code == code]
    days = pl.date_range(pl.date(2024, 8, 12), pl.date(2024, 8, 23), eager=True)
    batch = many("attendance_marks", days.len(), code=code, date=pl.lit(days))
    found = verdict_on("attendance_marks", batch).set_aside.join(batch, on="row_number")
    assert found["date"].to_list() == [day for day in days if not entry.valid_from <= day <= entry.valid_until]


def test_a_mark_is_dated_within_the_school_years_taken_in():
    judge(
        "attendance_marks",
        """
        date       | breaks
        -----------+------------------
        2024-07-31 | date_outside_year
        2024-08-01 |
        2026-07-31 | mark_in_future
        2026-08-03 | date_outside_year mark_in_future
                   | date_missing
        """,
    )


def test_a_session_is_a_morning_or_an_afternoon():
    judge(
        "attendance_marks",
        """
        half_day | breaks
        ---------+-----------------
        am       |
        pm       |
        lunch    | half_day_unknown
                 | half_day_unknown
        """,
    )


def test_what_could_not_be_read_breaks_one_promise_and_not_also_that_something_is_missing():
    verdict = judge(
        "attendance_marks",
        """
        date       | half_day | code | urn    | laestab | unread         | breaks
        -----------+----------+------+--------+---------+----------------+---------------------
                   | am       | /    | 100001 |         | date           | value_not_understood
                   |          |      | 100001 |         | date, half_day | value_not_understood code_missing
        2025-09-08 |          | /    | 100001 |         | half_day       | value_not_understood
        2025-09-08 | am       |      | 100001 |         | code           | value_not_understood
        2025-09-08 | pm       | /    |        |         | urn            | value_not_understood
        2025-09-09 | pm       | /    |        |         | laestab        | value_not_understood
        2025-09-10 | pm       | /    | 100001 |         | minutes_late   | value_not_understood
        2025-09-11 | pm       |      | 100001 |         | minutes_late   | value_not_understood code_missing
        """,
    )
    assert "The content of date, half_day cannot be read" in " ".join(verdict.set_aside["sentence"])


def test_a_school_is_known_or_the_row_waits_for_it():
    judge(
        "attendance_marks",
        f"""
        pupil_id | urn            | laestab | breaks
        ---------+----------------+---------+---------------
        {AMIRA}  | {SCHOOL}       | 2091001 |
        {AMIRA}  | 999999         |         | unknown_school
        {AMIRA}  |                | 2099999 | unknown_school
        {AMIRA}  |                |         | unknown_school
        {AMIRA}  | {OTHER_SCHOOL} |         | pupil_on_no_roll
        """,
    )


def test_a_pupil_whose_upn_cannot_be_used_is_not_also_said_to_be_on_no_roll():
    judge(
        "attendance_marks",
        f"""
        pupil_id     | upn_check          | upn_authority_known | breaks
        -------------+--------------------+---------------------+-----------------------
        {AMIRA}      | permanent          | yes                 |
        {BEN}        | temporary          | no                  | upn_authority_unknown
        noonenoonexx | permanent          | yes                 | pupil_on_no_roll
                     | missing            | no                  | upn_missing
                     | malformed          | no                  | upn_malformed
                     | wrong check letter | yes                 | upn_wrong_check_letter
        """,
    )


def test_two_different_marks_for_one_half_day_are_noted():
    judge(
        "attendance_marks",
        f"""
        pupil_id | urn      | date       | half_day | code | breaks
        ---------+----------+------------+----------+------+---------------------------
        {AMIRA}  | {SCHOOL} | 2025-09-08 | am       | /    | two_marks_for_one_half_day
        {AMIRA}  | {SCHOOL} | 2025-09-08 | am       | I    | two_marks_for_one_half_day
        {AMIRA}  | {SCHOOL} | 2025-09-08 | pm       | I    |
        {AMIRA}  | {SCHOOL} | 2025-09-09 | am       | I    |
        {BEN}    | {SCHOOL} | 2025-09-08 | am       | O    |
        """,
    )


def test_the_same_mark_twice_or_a_later_correction_is_not_two_marks():
    judge(
        "attendance_marks",
        """
        known_on   | date       | half_day | code | breaks
        -----------+------------+----------+------+-------
        2025-09-12 | 2025-09-08 | am       | I    |
        2025-09-12 | 2025-09-08 | am       | I    |
        2025-09-12 | 2025-09-09 | am       | N    |
        2025-09-15 | 2025-09-09 | am       | I    |
        """,
    )


def test_marks_long_apart_are_not_taken_for_one_half_day():
    """Half days are counted in stretches of 512 days: the same place in two stretches is two half days."""
    judge(
        "attendance_marks",
        """
        date       | half_day | code | breaks
        -----------+----------+------+-------
        2024-09-02 | am       | /    |
        2026-01-27 | am       | I    | mark_in_future
        2024-09-03 | am       | L    |
        2025-09-03 | am       | O    |
        """,
    )


def test_two_marks_are_found_among_many_and_across_files():
    first = many("attendance_marks", 300, date=pl.date(2025, 9, 1) + pl.duration(days=pl.col("row") % 90))
    once = first.unique("date", keep="first", maintain_order=True)
    again = once.head(3).with_columns(extract_id=pl.lit(2, pl.Int32), code=pl.lit("I"))
    verdict = verdict_on("attendance_marks", pl.concat([once, again]))
    two = verdict.notes.filter(pl.col("rule") == "two_marks_for_one_half_day")
    assert two.select("extract_id", "rows").rows() == [(1, 3), (2, 3)]


def test_weekends_and_days_to_come_are_noted_and_kept():
    verdict = judge(
        "attendance_marks",
        """
        date       | breaks
        -----------+----------------
        2025-09-05 |
        2025-09-06 | mark_on_weekend
        2025-09-07 | mark_on_weekend
        2025-12-01 |
        2025-12-02 | mark_in_future
        """,
    )
    assert verdict.set_aside.is_empty()


def test_a_part_time_timetable_is_for_pupils_of_compulsory_age_and_x_for_the_others():
    """Compulsory all year long: 5 to 15 on the 31 August before. Ages move on with the year of the mark."""
    judge(
        "attendance_marks",
        """
        pupil_id     | date       | code | breaks
        -------------+------------+------+-----------------------------------
        fouryearsold | 2025-09-08 | C2   | part_time_outside_compulsory_age
        fouryearsold | 2025-09-09 | X    |
        fiveyearsold | 2025-09-08 | C2   |
        fiveyearsold | 2025-09-09 | X    | not_required_inside_compulsory_age
        fiveyearsold | 2025-07-10 | X    |
        fiveyearsold | 2025-07-11 | C2   | part_time_outside_compulsory_age
        fifteenyears | 2025-09-08 | C2   |
        sixteenyears | 2025-09-08 | C2   | part_time_outside_compulsory_age
        agenotknownx | 2025-09-08 | C2   |
        agenotknownx | 2025-09-09 | X    |
        """,
        roll=[
            ("fouryearsold", SCHOOL, 4, 2025),
            ("fiveyearsold", SCHOOL, 5, 2025),
            ("fifteenyears", SCHOOL, 14, 2024),
            ("sixteenyears", SCHOOL, 15, 2024),
            ("agenotknownx", SCHOOL, None, 2025),
        ],
    )


MOSTLY = {
    "no date that can be read": ("date", None),
    "neither AM nor PM as their session": ("half_day", "lunch"),
    "no register code in the code column": ("code", "ILL"),
}


@pytest.mark.parametrize("said", MOSTLY)
def test_a_file_of_which_more_than_half_cannot_be_used_is_refused(said):
    column, bad = MOSTLY[said]
    usual = pl.date(2025, 9, 8) if column == "date" else pl.lit({"half_day": "am", "code": "/"}[column])

    def of_twenty(wrong: int, rows: int = 20) -> pl.DataFrame:
        value = pl.when(pl.col("row") < wrong).then(pl.lit(bad)).otherwise(usual)
        return many("attendance_marks", rows, **{column: value})

    refused = verdict_on("attendance_marks", of_twenty(11))
    assert refused.stop[1].startswith(f"11 of 20 rows have {said}")
    assert refused.set_aside.is_empty() and refused.notes.is_empty()

    half = verdict_on("attendance_marks", of_twenty(10))
    assert half.stop == {} and half.set_aside.height == 10

    small = verdict_on("attendance_marks", of_twenty(19, rows=19))
    assert small.stop == {} and small.set_aside.height == 19


def test_one_file_is_refused_and_the_others_go_on():
    bad = many("attendance_marks", 30, code="ILL")
    good = rows("attendance_marks", "code | breaks\n--+--\n I | \n !! | code_unknown", extract_id=2)
    verdict = verdict_on("attendance_marks", pl.concat([bad, good.select(bad.columns)]))
    assert list(verdict.stop) == [1]
    assert verdict.set_aside.select("extract_id", "row_number", "rule").rows() == [(2, 3, "code_unknown")]
