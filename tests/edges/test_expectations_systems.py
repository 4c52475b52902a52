"""What registers that name pupils, schools and codes by ids of a school's own system promise, and the tables of those ids.
The column `breaks` says which promises a row breaks."""

from tests.edges.at_the_gate import judge, many, verdict_on

NO_UPN = {"upn_check": None, "upn_authority_known": True, "laestab": None}


def test_a_mark_by_an_id_nobody_has_told_of_waits_for_the_table_of_ids():
    judge(
        "attendance_marks",
        """
        pupil_id     | urn    | pupil_ref | unique_ref | breaks
        -------------+--------+-----------+------------+--------------------
        amiraaaaaaaa | 100001 | five      |            |
                     | 100001 | six       |            | system_id_not_mapped
                     | 100001 |           | anywhere6  | system_id_not_mapped
        amiraaaaaaaa | 100001 |           | anywhere5  |
                     |        |           | anywhere6  | system_id_not_mapped
        """,
        **NO_UPN,
    )


def test_a_bad_upn_is_a_bad_upn_whatever_id_stands_beside_it():
    judge(
        "attendance_marks",
        """
        pupil_id | upn_check          | pupil_ref | breaks
        ---------+--------------------+-----------+-----------------------
                 | malformed          | five      | upn_malformed
                 | wrong check letter | five      | upn_wrong_check_letter
                 | missing            |           | upn_missing
        """,
    )


def test_a_mark_has_a_school_however_it_is_named():
    judge(
        "attendance_marks",
        """
        pupil_id     | urn    | laestab | school_ref | pupil_ref | unique_ref | breaks
        -------------+--------+---------+------------+-----------+------------+--------------------
        amiraaaaaaaa | 100001 |         | ash        | five      |            |
                     |        |         | elm        | five      |            | school_id_not_mapped
                     |        |         |            | five      |            | school_not_named
                     |        |         |            | five      | anywhere6  | system_id_not_mapped
        amiraaaaaaaa |        |         |            |           | anywhere5  | school_not_named
        amiraaaaaaaa |        |         | elm        |           |            | school_id_not_mapped
                     |        | 2099999 |            | five      |            | unknown_school
        amiraaaaaaaa |        |         |            |           |            | unknown_school
        """,
        **{name: value for name, value in NO_UPN.items() if name != "laestab"},
    )


def test_a_mark_by_the_id_of_a_code_waits_for_the_table_of_codes_and_a_sub_code_nobody_knows_does_not():
    judge(
        "attendance_marks",
        """
        date       | urn    | code | code_ref | breaks
        -----------+--------+------+----------+-------------------
        2025-09-08 | 100001 | I    |          |
        2025-09-09 | 100001 | I    | a12      |
        2025-09-10 | 100001 |      | a12      | code_id_not_mapped
        2025-09-11 |        |      | a12      | unknown_school
        2025-09-12 | 100001 | I7   | i7       | code_unknown
        2025-09-15 | 100001 |      |          | code_missing
        """,
        laestab=None,
    )


def test_what_cannot_be_read_breaks_one_promise_and_not_those_of_ids_too():
    judge(
        "attendance_marks",
        """
        pupil_id | urn | unread | pupil_ref | breaks
        ---------+-----+--------+-----------+---------------------
                 |     | urn    | five      | value_not_understood
        """,
        **NO_UPN,
    )


def test_an_id_told_of_two_pupils_of_one_school_stands_for_neither():
    judge(
        "pupil_ids",
        """
        pupil_id     | urn    | pupil_ref | unique_ref | breaks
        -------------+--------+-----------+------------+------------------------
        amiraaaaaaaa | 100001 | five      |            | system_id_of_two_pupils
        bennnnnnnnnn | 100001 | five      |            | system_id_of_two_pupils
        amiraaaaaaaa | 100001 | six       |            |
        amiraaaaaaaa | 100001 | six       |            |
        bennnnnnnnnn | 100002 | six       |            |
        amiraaaaaaaa | 100001 |           | anywhere5  | system_id_of_two_pupils
        bennnnnnnnnn | 100002 |           | anywhere5  | system_id_of_two_pupils
        """,
    )


def test_an_id_that_passes_to_another_pupil_on_another_day_is_no_fault():
    judge(
        "pupil_ids",
        """
        pupil_id     | pupil_ref | known_on   | breaks
        -------------+-----------+------------+-------
        amiraaaaaaaa | five      | 2025-11-30 |
        bennnnnnnnnn | five      | 2025-12-01 |
        """,
    )


def test_a_table_of_pupils_ids_says_who_where_and_by_which_id():
    judge(
        "pupil_ids",
        """
        pupil_id     | urn    | school_ref | pupil_ref | upn_check | breaks
        -------------+--------+------------+-----------+-----------+---------------------
                     | 100001 |            | five      | missing   | upn_missing
        amiraaaaaaaa |        | elm        | five      |           | school_id_not_mapped
        amiraaaaaaaa |        |            | six       |           | unknown_school
        amiraaaaaaaa | 999999 |            | seven     |           | unknown_school
        amiraaaaaaaa | 100001 |            |           |           | system_id_missing
        """,
    )


def test_a_pupil_on_no_roll_may_have_an_id():
    """The table has applicants and guests too; it is their marks that wait for a roll."""
    assert verdict_on("pupil_ids", many("pupil_ids", 1), roll=[]).set_aside.is_empty()


def test_a_table_of_codes_says_one_thing_of_each():
    judge(
        "mark_codes",
        """
        urn    | code_ref | code | breaks
        -------+----------+------+---------------------
        100001 | a12      | I    | code_id_of_two_codes
        100001 | a12      | O    | code_id_of_two_codes
        100002 | a12      | O    |
        100001 | a13      | I    |
        100001 | a13      | I    |
        100001 |          | I    | code_id_missing
        100001 | a14      |      | code_missing
        100001 | a15      | ZZ   | code_unknown
        999999 | a16      | I    | unknown_school
        """,
    )


def test_a_schools_id_is_that_of_one_school():
    judge(
        "school_ids",
        """
        urn    | school_ref | breaks
        -------+------------+-------------------------
        100001 | ash        | school_id_of_two_schools
        100002 | ash        | school_id_of_two_schools
        100001 | birch      |
        100001 | beech      |
        100001 |            | school_id_missing
        999999 | elm        | unknown_school
        """,
    )
