"""What a mark promises that came in a transfer file: its pupil is known here, its day can be told, its totals are noted."""

from expectations import RETRIED
from expectations.transfers import TRANSFER_PROMISES

from .at_the_gate import OTHER_SCHOOL, SCHOOL, judge

CAI = "caiiiiiiiiii"  # on no roll


def test_a_pupil_on_any_roll_of_this_home_may_have_marks_of_a_school_they_were_never_on_the_roll_of():
    judge(
        "attendance_marks",
        f"""
        pupil_id     | urn            | half_day | by_transfer | breaks
        -------------+----------------+----------+-------------+--------------------------
        amiraaaaaaaa | {SCHOOL}       | am       | yes         |
        amiraaaaaaaa | {OTHER_SCHOOL} | am       | yes         |
        {CAI}        | {OTHER_SCHOOL} | am       | yes         | transferred_pupil_unknown
        {CAI}        | {SCHOOL}       | am       | yes         | transferred_pupil_unknown
        """,
    )


def test_a_register_s_own_marks_still_need_the_school_s_own_roll():
    judge(
        "attendance_marks",
        f"""
        pupil_id     | urn            | half_day | by_transfer | breaks
        -------------+----------------+----------+-------------+-----------------
        amiraaaaaaaa | {SCHOOL}       | am       |             |
        amiraaaaaaaa | {OTHER_SCHOOL} | am       |             | pupil_on_no_roll
        amiraaaaaaaa | {OTHER_SCHOOL} | pm       | no          | pupil_on_no_roll
        {CAI}        | {SCHOOL}       | am       | no          | pupil_on_no_roll
        """,
    )


def test_a_school_nobody_has_heard_of_breaks_a_promise_of_its_own():
    judge(
        "attendance_marks",
        f"""
        pupil_id     | urn    | half_day | by_transfer | breaks
        -------------+--------+----------+-------------+---------------
        amiraaaaaaaa |        | am       | yes         | unknown_school
        {CAI}        | 999999 | am       | yes         | unknown_school
        """,
    )


def test_a_day_that_cannot_be_told_sets_the_mark_aside_and_totals_that_differ_are_noted():
    verdict = judge(
        "attendance_marks",
        """
        date       | by_transfer | transfer_days_unclear | transfer_totals_differ | breaks
        -----------+-------------+-----------------------+------------------------+-----------------------
        2025-09-08 | yes         |                       |                        |
        2025-09-09 | yes         | no                    | no                     |
        2025-09-10 | yes         | yes                   |                        | transfer_days_unclear
        2025-09-11 | yes         |                       | yes                    | transfer_totals_differ
        """,
    )
    assert verdict.notes["rule"].to_list() == ["transfer_totals_differ"]


def test_only_what_another_delivery_may_mend_is_tried_again():
    assert {promise.rule for promise in TRANSFER_PROMISES} & RETRIED == {"transferred_pupil_unknown"}
