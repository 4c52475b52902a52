"""What a pupil's row promises of whose it is, on both sides of each line: one UPN a child, one roll at a time."""

from datetime import date

import polars as pl

from pipeline.tables.facts import ENROLMENTS
from tests.drawn import drawn
from tests.edges.at_the_gate import AMIRA, judge


def spells(picture: str) -> pl.DataFrame:
    """Spells known before: Amira's at the first school, from September 2024 on, as it was described on 1 December 2025."""
    told = drawn(picture, ENROLMENTS.schema)
    usual = {
        "pupil_id": AMIRA, "urn": 100001, "entry_date": date(2024, 9, 2), "stated_on": date(2025, 12, 1),
        "known_on": date(2025, 11, 28),
    }  # fmt: skip
    others = [pl.lit(value, ENROLMENTS.schema[name]).alias(name) for name, value in usual.items() if name not in told]
    return pl.concat([ENROLMENTS.empty, told.with_columns(others)], how="diagonal")


def test_a_upn_of_another_child_keeps_the_row_out_and_says_at_which_schools_to_look():
    verdict = judge(
        "pupils",
        """
        pupil_id     | urn    | is_another_child | breaks
        -------------+--------+------------------+--------------------
        amiraaaaaaaa | 100002 | yes              | upn_on_two_children
        amiraaaaaaaa | 100001 | no               |
        bennnnnnnnnn | 100001 |                  |
        """,
    )
    [sentence] = verdict.set_aside["sentence"]
    assert "Look whose it is (school 100001 and 100002)" in sentence


def test_a_former_upn_that_is_none_is_noted():
    judge(
        "pupils",
        """
        former_upn_check   | breaks
        -------------------+--------------------
        malformed          | former_upn_unusable
        wrong check letter | former_upn_unusable
        missing            |
        permanent          |
                           |
        """,
    )


def test_two_sole_registrations_at_one_time_are_noted_on_both_rows():
    judge(
        "pupils",
        """
        pupil_id     | urn    | entry_date | leaving_date | breaks
        -------------+--------+------------+--------------+-------------
        amiraaaaaaaa | 100001 | 2024-09-02 |              | on_two_rolls
        amiraaaaaaaa | 100002 | 2025-10-06 |              | on_two_rolls
        bennnnnnnnnn | 100001 | 2024-09-02 | 2025-10-06   |
        bennnnnnnnnn | 100002 | 2025-10-06 |              |
        """,
    )


def test_main_subsidiary_and_guest_registrations_beside_another_are_in_order():
    judge(
        "pupils",
        """
        pupil_id     | urn    | enrol_status | breaks
        -------------+--------+--------------+-------------
        amiraaaaaaaa | 100001 | M            |
        amiraaaaaaaa | 100002 | S            |
        bennnnnnnnnn | 100001 | C            |
        bennnnnnnnnn | 100002 | G            |
        catoooooooo1 | 100001 | C            | on_two_rolls
        catoooooooo1 | 100002 |              | on_two_rolls
        """,
    )


def test_two_spells_at_one_school_are_no_two_rolls():
    judge("pupils", "entry_date | breaks\n-----------+-------\n2024-09-02 |\n2025-09-01 |")


AT_THE_OTHER = "urn | entry_date | breaks\n-\n100002 | 2025-10-06 | on_two_rolls"


def test_a_roll_known_before_counts_on_which_the_pupil_still_was():
    judge("pupils", AT_THE_OTHER, spells=spells("enrol_status\n-\nC"))


def test_one_left_before_does_not_and_nor_does_a_dual_one():
    fine = AT_THE_OTHER.replace("on_two_rolls", "")
    judge("pupils", fine, spells=spells("leaving_date\n-\n2025-10-03"))
    judge("pupils", fine, spells=spells("enrol_status\n-\nM"))


def test_nor_one_that_said_nothing_since_the_pupil_came_elsewhere():
    fine = AT_THE_OTHER.replace("on_two_rolls", "")
    judge("pupils", fine, spells=spells("stated_on\n-\n2025-10-02"))


def test_what_a_roll_says_now_stands_for_what_it_said_before():
    """The pupil was there, by what was known; the same delivery says that they have left."""
    judge(
        "pupils",
        """
        urn    | entry_date | leaving_date | breaks
        -------+------------+--------------+-------
        100001 | 2024-09-02 | 2025-10-03   |
        100002 | 2025-10-06 |              |
        """,
        spells=spells("enrol_status\n-\nC"),
    )


def test_two_upns_known_to_be_one_childs_are_one_child_on_two_rolls():
    known = spells("pupil_id\n-\nnewwwwwwwwww")
    judge("pupils", AT_THE_OTHER, spells=known, links=[(AMIRA, "newwwwwwwwww"), ("newwwwwwwwww", "newwwwwwwwww")])
    judge("pupils", AT_THE_OTHER.replace("on_two_rolls", ""), spells=known)


def test_a_row_of_another_child_puts_nobody_on_two_rolls():
    judge("pupils", "urn | entry_date | is_another_child | breaks\n-\n100001 | 2024-09-02 | |\n100002 | 2024-09-02 | yes | upn_on_two_children")  # fmt: skip
