"""What wider needs and early years profiles promise, on both sides of each line."""

import pytest

from tests.edges.at_the_gate import AMIRA, OTHER_SCHOOL, SCHOOL, judge

WIDER, PROFILES = "wider_needs", "early_years_profiles"


@pytest.mark.parametrize("feed", [WIDER, PROFILES])
def test_a_pupil_is_known_by_a_upn_that_checks_out(feed):
    judge(
        feed,
        """
        pupil_id     | upn_check          | breaks
        -------------+--------------------+-----------------------
        amiraaaaaaaa | temporary          |
                     | missing            | upn_missing
                     | malformed          | upn_malformed
                     | wrong check letter | upn_wrong_check_letter
        """,
    )


# Wider needs


def test_a_need_is_of_a_pupil_on_that_schools_roll():
    judge(
        WIDER,
        """
        pupil_id     | urn    | breaks
        -------------+--------+-----------------
        amiraaaaaaaa | 100001 |
        amiraaaaaaaa | 100002 | pupil_on_no_roll
        catoooooooo1 | 100001 | pupil_on_no_roll
        amiraaaaaaaa | 999999 | unknown_school
        amiraaaaaaaa |        | unknown_school
        """,
    )


def test_a_need_is_one_of_six_words_and_other_is_one_of_them():
    judge(
        WIDER,
        """
        need              | unread | breaks
        ------------------+--------+---------------------
        young_carer       |        |
        bereavement       |        |
        housing           |        |
        waiting_for_camhs |        |
        parent_in_prison  |        |
        other             |        |
        a little help     |        | wider_need_unknown
                          |        | wider_need_unknown
                          | need   | value_not_understood
        """,
    )


def test_somebody_added_a_need_and_other_words_than_a_role_are_only_noted_but_for_the_police():
    judge(
        WIDER,
        """
        added_by | added_by_is | added_on   | breaks
        ---------+-------------+------------+----------------------------
        senco    |             | 2025-09-10 |
        other    |             | 2025-09-11 |
        other    | not a role  | 2025-09-12 | wider_need_added_by_no_role
        other    | of justice  | 2025-09-15 | wider_need_added_by_justice
                 |             | 2025-09-16 | wider_need_added_by_nobody
        """,
    )


def test_a_need_was_added_by_the_day_it_is_told():
    judge(
        WIDER,
        """
        added_on   | unread   | breaks
        -----------+----------+------------------------
        2025-12-01 |          |
        2025-12-02 |          | wider_need_in_future
                   |          | wider_need_date_missing
                   | added_on | value_not_understood
        """,
    )


def test_the_day_it_is_told_is_that_of_the_take_in_though_history_was_known_before():
    judge(
        WIDER,
        "added_on | known_on | breaks\n-\n2025-09-10 | 2025-09-09 |\n2026-01-05 | 2026-01-05 | wider_need_in_future",
    )


def test_no_need_was_added_before_a_child_of_that_age_can_have_been_born():
    """Amira was twelve on 31 August 2025: born on 1 September 2012 at the earliest. A roll of last year tells the same."""
    picture = """
        added_on   | breaks
        -----------+------------------------
        2012-09-01 |
        2012-08-31 | wider_need_before_birth
        """
    judge(WIDER, picture)
    judge(WIDER, picture, roll=[(AMIRA, SCHOOL, 11, 2024)])
    judge(WIDER, picture.replace("wider_need_before_birth", ""), roll=[(AMIRA, SCHOOL, 13, 2025)])


def test_a_need_ends_no_sooner_than_it_was_added():
    judge(
        WIDER,
        """
        added_on   | ended      | unread | breaks
        -----------+------------+--------+------------------------------------
        2025-09-10 |            |        |
        2025-09-09 | 2025-09-09 |        |
        2025-09-11 | 2026-09-10 |        |
        2025-09-12 | 2025-09-11 |        | wider_need_ends_before_it_was_added
        2025-09-15 |            | ended  | value_not_understood
        """,
    )


def test_a_need_told_twice_in_one_file_is_noted_and_in_two_files_is_not():
    judge(
        WIDER,
        """
        row_number | extract_id | pupil_id     | need    | added_on   | ended      | breaks
        -----------+------------+--------------+---------+------------+------------+----------------------
        2          | 1          | amiraaaaaaaa | housing | 2025-09-10 |            | wider_need_told_twice
        3          | 1          | amiraaaaaaaa | housing | 2025-09-10 | 2025-11-03 | wider_need_told_twice
        4          | 1          | amiraaaaaaaa | housing | 2025-09-11 |            |
        5          | 1          | amiraaaaaaaa | other   | 2025-09-10 |            |
        6          | 1          | bennnnnnnnnn | housing | 2025-09-10 |            |
        7          | 2          | amiraaaaaaaa | housing | 2025-09-10 |            |
        """,
    )


def test_the_same_need_at_two_schools_is_told_once_by_each():
    judge(
        WIDER,
        "urn | breaks\n-\n100001 |\n100002 |",
        roll=[(AMIRA, SCHOOL, 12, 2025), (AMIRA, OTHER_SCHOOL, 12, 2025)],
    )


# Early years profiles


def test_a_profile_is_of_a_pupil_on_any_roll_and_its_school_may_be_left_out():
    judge(
        PROFILES,
        """
        pupil_id     | urn    | laestab | breaks
        -------------+--------+---------+-----------------
        amiraaaaaaaa | 100001 |         |
        amiraaaaaaaa | 100002 |         |
        amiraaaaaaaa |        |         |
        catoooooooo1 | 100001 |         | pupil_on_no_roll
        catoooooooo1 |        |         | pupil_on_no_roll
        amiraaaaaaaa | 999999 |         | unknown_school
        amiraaaaaaaa |        | 2099999 | unknown_school
        catoooooooo1 |        | 2099999 | unknown_school
        """,
    )


def test_a_profile_has_a_year_and_says_yes_or_no():
    judge(
        PROFILES,
        """
        year | good_level | unread      | breaks
        -----+------------+-------------+---------------------
        2018 | yes        |             |
             | yes        |             | profile_year_missing
             | yes        | assessed_on | value_not_understood
             | yes        | year        | value_not_understood
        2018 |            |             | good_level_missing
        2018 |            | good_level  | value_not_understood
        """,
    )


def test_the_year_is_that_of_the_day():
    judge(
        PROFILES,
        "year | assessed_on | breaks\n-\n2018 | 2018-06-15 |\n2018 |  |\n2018 | 2017-06-15 | profile_years_differ",
    )


@pytest.mark.parametrize(
    ("year", "breaks"), [(2013, ""), (2012, "profile_too_early"), (-2_147_483_647, "profile_too_early")]
)
def test_no_profile_before_2013_told_of_a_good_level(year, breaks):
    judge(PROFILES, f"year | breaks\n-\n{year} | {breaks}", roll=[(AMIRA, SCHOOL, 17, 2025)])


@pytest.mark.parametrize(
    ("year", "assessed_on", "breaks"),
    [
        (2025, "2025-12-01", ""), (2025, "2025-12-02", "profile_in_future"), (2025, "", ""), (2026, "", "profile_in_future"),
        (2_147_483_647, "", "profile_in_future"),
    ],
)  # fmt: skip
def test_a_child_was_assessed_by_the_day_it_is_told(year, assessed_on, breaks):
    judge(
        PROFILES, f"year | assessed_on | breaks\n-\n{year} | {assessed_on} | {breaks}", roll=[(AMIRA, SCHOOL, 5, 2025)]
    )


@pytest.mark.parametrize("roll", [(12, 2025), (11, 2024)])
def test_a_child_was_of_an_age_for_the_year(roll):
    """Amira was four on 31 August 2017, so 2018 is the usual year, a year sooner and two years later are not unheard of."""
    judge(
        PROFILES,
        """
        year | breaks
        -----+-------------------------
        2016 | profile_year_off_for_age
        2017 |
        2018 |
        2020 |
        2021 | profile_year_off_for_age
        """,
        roll=[(AMIRA, SCHOOL, *roll)],
    )


def test_where_two_rolls_give_two_ages_either_will_do():
    picture = "year | breaks\n-\n2016 |\n2020 |\n2015 | profile_year_off_for_age\n2021 | profile_year_off_for_age"
    judge(PROFILES, picture, roll=[(AMIRA, SCHOOL, 12, 2025), (AMIRA, OTHER_SCHOOL, 13, 2025)])


def test_of_yes_and_no_for_one_year_neither_is_believed_and_the_same_twice_is():
    judge(
        PROFILES,
        """
        row_number | pupil_id     | year | good_level | breaks
        -----------+--------------+------+------------+---------------------
        2          | amiraaaaaaaa | 2018 | yes        | good_level_contested
        3          | amiraaaaaaaa | 2018 | yes        | good_level_contested
        4          | amiraaaaaaaa | 2018 | no         | good_level_contested
        5          | amiraaaaaaaa | 2019 | no         |
        6          | bennnnnnnnnn | 2018 | no         |
        7          | bennnnnnnnnn | 2018 | no         |
        """,
    )


def test_of_two_files_delivered_together_neither_is_believed_whichever_is_first():
    for first, second in (("yes", "no"), ("no", "yes")):
        judge(
            PROFILES,
            f"""
            row_number | extract_id | good_level | breaks
            -----------+------------+------------+---------------------
            2          | 1          | {first}    | good_level_contested
            3          | 2          | {second}   | good_level_contested
            """,
        )


def test_a_row_that_waited_is_contested_by_none_that_came_since():
    judge(
        PROFILES,
        """
        row_number | extract_id | delivered_on | good_level | breaks
        -----------+------------+--------------+------------+-------
        2          | 1          | 2025-09-12   | yes        |
        3          | 2          |              | no         |
        """,
    )
