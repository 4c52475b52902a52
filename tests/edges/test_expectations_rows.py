"""What every other feed promises, on both sides of each line. The column `breaks` says which promises a row breaks."""

import pytest

from tests.edges.at_the_gate import judge


def test_a_school_has_a_number():
    judge(
        "schools",
        """
        urn    | laestab | unread | breaks
        -------+---------+--------+----------------------
        100001 | 2091001 |        |
               | 2091002 |        | school_number_missing
               | 2091003 | urn    | value_not_understood
        """,
    )


def test_a_schools_file_that_gives_one_urn_two_laestabs_is_refused():
    verdict = judge(
        "schools",
        """
        extract_id | urn    | laestab | breaks
        -----------+--------+---------+-------
        1          | 100001 | 2091001 |
        1          | 100001 | 2091001 |
        1          | 100002 |         |
        1          | 100002 | 2091002 |
        2          | 100001 | 2091007 |
        3          | 100003 | 2091003 |
        3          | 100003 | 2091004 |
        4          | 100003 | 2091003 |
        4          | 100003 | 2091004 |
        4          | 100004 | 2091005 |
        4          | 100004 | 2091006 |
        """,
    )
    assert list(verdict.stop) == [3, 4]
    assert "(100003)" in verdict.stop[3]
    assert "(100003 and 1 more)" in verdict.stop[4]


def test_a_census_return_says_which_school_term_and_year():
    judge(
        "census_headers",
        """
        census_key | urn    | laestab | census_term | census_year | unread      | breaks
        -----------+--------+---------+-------------+-------------+-------------+-------------------------
        c1         | 100001 |         | spring      | 2025        |             |
        c2         |        |         | spring      | 2025        |             | census_return_incomplete
        c3         | 100001 |         |             | 2025        |             | census_return_incomplete
        c4         | 100001 |         | spring      |             |             | census_return_incomplete
                   | 100001 |         | spring      | 2025        |             | census_return_incomplete
        c5         | 100001 |         |             | 2025        | census_term | value_not_understood
        c6         |        | 2099999 | spring      | 2025        |             | unknown_school
        c7         | 999999 |         | spring      | 2025        |             |
        """,
    )


def test_a_census_return_describes_no_day_after_the_one_it_was_received_on():
    judge(
        "census_headers",
        """
        census_key | reference_date | known_on   | breaks
        -----------+----------------+------------+-------------------------
        c1         | 2025-01-16     | 2025-02-03 |
        c2         | 2025-01-16     | 2025-01-16 |
        c3         | 2025-01-16     | 2025-01-15 | reference_date_in_future
        """,
    )


def test_a_school_in_a_census_hangs_from_its_return():
    judge(
        "census_schools",
        """
        urn    | header_found | breaks
        -------+--------------+----------------------
        100001 | yes          |
        999999 | yes          | unknown_school
               | no           | census_header_missing
        """,
    )


def test_a_pupil_row_hangs_from_its_return_where_it_came_in_a_census():
    judge(
        "pupils",
        """
        urn    | is_census | header_found | breaks
        -------+-----------+--------------+----------------------
        100001 | yes       | yes          |
        999999 | yes       | yes          | unknown_school
               | yes       | no           | census_header_missing
        100001 | no        | no           |
        999999 | no        | no           | unknown_school
               | no        | no           | unknown_school
        """,
    )


def test_a_pupil_has_a_upn_that_can_be_used():
    judge(
        "pupils",
        """
        upn_check          | upn_authority_known | breaks
        -------------------+---------------------+-----------------------
        permanent          | yes                 |
        temporary          | yes                 |
        permanent          | no                  | upn_authority_unknown
        missing            | no                  | upn_missing
        malformed          | yes                 | upn_malformed
        wrong check letter | no                  | upn_wrong_check_letter
        """,
    )


def test_an_enrolment_begins_and_only_then_ends():
    judge(
        "pupils",
        """
        entry_date | leaving_date | unread     | breaks
        -----------+--------------+------------+--------------------------------
        2024-09-02 |              |            |
        2024-09-02 | 2024-09-02   |            |
        2024-09-02 | 2024-09-01   |            | enrolment_ends_before_it_begins
                   | 2024-09-01   |            | entry_date_missing
                   |              | entry_date | value_not_understood
        """,
    )


def test_a_birth_date_is_there_and_can_be_true():
    judge(
        "pupils",
        """
        birth_read | age_at_31_august | entry_before_birth | nc_year | unread        | breaks
        -----------+------------------+--------------------+---------+---------------+------------------------
        yes        | 0                | no                 |         |               |
        yes        | 25               | no                 |         |               |
        yes        | -1               | no                 |         |               | birth_date_out_of_range
        yes        | 26               | no                 |         |               | birth_date_out_of_range
        yes        | 4                | yes                | R       |               | entry_before_birth
        no         |                  |                    | R       |               | birth_date_missing
        no         |                  |                    | R       | date_of_birth | value_not_understood
        """,
    )


def test_year_group_status_and_sen_provision_are_words_the_census_knows():
    verdict = judge(
        "pupils",
        """
        nc_year | enrol_status | sen_provision | breaks
        --------+--------------+---------------+-------------------------
        8       | C            | N             |
                |              |               |
        X       | G            | E             |
        15      | C            | K             | year_group_unknown
        8       | Z            | K             | enrolment_status_unknown
        8       | C            | S             | sen_code_discontinued
        8       | C            | P             | sen_code_discontinued
        8       | C            | Q             | sen_code_unknown
        """,
    )
    assert "SEN provision S has not been in use" in " ".join(verdict.set_aside["sentence"])


def test_a_year_group_off_for_the_age_is_noted_and_kept():
    verdict = judge(
        "pupils",
        """
        nc_year | age_at_31_august | breaks
        --------+------------------+-----------------------
        R       | 4                |
        R       | 5                | year_group_off_for_age
        8       | 11               | year_group_off_for_age
        8       | 12               |
        M       | 9                |
        """,
    )
    assert verdict.set_aside.is_empty()


@pytest.mark.parametrize("feed", ["census_sessions", "sen_needs", "fsm_periods", "suspensions"])
def test_a_census_child_row_hangs_from_its_pupil(feed):
    """It has no UPN of its own, and its pupil's row has been held to the roll."""
    no_upn = {"upn_check": None, "upn_authority_known": None} if feed == "suspensions" else {}
    judge(
        feed,
        """
        pupil_id     | urn    | parent         | parent_key | breaks
        -------------+--------+----------------+------------+--------------------------
        amiraaaaaaaa | 100001 | accepted       | p1         |
        noonenoonexx | 100001 | accepted       | p2         |
        noonenoonexx | 999999 | accepted       | p3         | unknown_school
                     |        | not_accepted   | p4         | census_pupil_not_accepted
                     |        | header_missing | p5         | census_header_missing
        """,
        **no_upn,
    )


def test_a_count_of_sessions_is_a_number_that_a_term_could_hold():
    judge(
        "census_sessions",
        """
        parent_key | sessions | sessions_possible | unread   | breaks
        -----------+----------+-------------------+----------+----------------------
        p1         | 0        |                   |          |
        p2         | 400      |                   |          |
        p3         | 401      |                   |          | sessions_out_of_range
        p4         | -1       |                   |          | sessions_out_of_range
        p5         |          |                   |          | sessions_missing
        p6         |          |                   | sessions | value_not_understood
        """,
    )


def test_coded_sessions_add_up_to_no_more_than_were_possible():
    """Only codes that count as possible are added: X, # and the like are beside the sum, and set aside with it."""
    judge(
        "census_sessions",
        r"""
        extract_id | parent_key | native_id | part | code | sessions | sessions_possible | breaks
        -----------+------------+-----------+------+------+----------+-------------------+------------------------------
        1          | p1         | n1        | 1    | /    | 100      | 140               |
        1          | p1         | n1        | 1    | I    | 40       | 140               |
        1          | p1         | n1        | 1    | X    | 30       | 140               |
        1          | p1         | n1        | 2    | /    | 100      | 140               |
        1          | p1         | n2        | 1    | /    | 100      | 140               |
        1          | p2         | n1        | 1    | /    | 100      | 140               | coded_sessions_above_possible
        1          | p2         | n1        | 1    | I    | 41       | 140               | coded_sessions_above_possible
        1          | p2         | n1        | 1    | X    | 1        | 140               | coded_sessions_above_possible
        1          | p3         | n1        | 1    | I    | 41       |                   |
        """,
    )


def test_a_table_cut_in_two_adds_up_as_it_did_whole_and_one_sent_twice_is_counted_once():
    judge(
        "census_sessions",
        r"""
        extract_id | parent_key | code | sessions | sessions_possible | breaks
        -----------+------------+------+----------+-------------------+------------------------------
        1          | p1         | /    | 100      | 140               |
        2          | p1         | I    | 40       | 140               |
        1          | p2         | /    | 100      | 140               | coded_sessions_above_possible
        2          | p2         | I    | 41       | 140               | coded_sessions_above_possible
        1          | p3         | /    | 100      | 140               |
        2          | p3         | /    | 100      | 140               |
        1          | p4         | /    | 100      | 140               | coded_sessions_above_possible
        2          | p4         | /    | 141      | 140               | coded_sessions_above_possible
        """,
    )


def test_a_census_code_was_in_use_in_the_term_it_counts():
    verdict = judge(
        "census_sessions",
        """
        parent_key | school_year | term   | code | breaks
        -----------+-------------+--------+------+-----------------
        p1         | 2023        | summer | C2   | code_out_of_date
        p2         | 2024        | autumn | C2   |
        p3         | 2023        | summer | J    |
        p4         | 2024        | autumn | J    |
        p5         | 2024        | spring | J    | code_out_of_date
        p6         | 2024        | spring | I    |
        p7         | 2024        | spring | ZZ   | code_unknown
        p8         | 2024        | spring |      | code_missing
        """,
    )
    assert "Register code C2 was not in use in the term" in verdict.set_aside["sentence"][0]


def test_a_type_of_need_is_one_the_census_knows():
    judge(
        "sen_needs",
        """
        sen_type | breaks
        ---------+-----------------
        SEMH     |
        DS       |
        7F3A     | sen_type_unknown
                 | sen_type_unknown
        """,
    )


def test_a_period_of_free_school_meals_begins_and_only_then_ends():
    judge(
        "fsm_periods",
        """
        start_date | end_date   | unread     | breaks
        -----------+------------+------------+-----------------------------
        2025-02-03 |            |            |
        2025-02-03 | 2025-02-03 |            |
        2025-02-03 | 2025-02-02 |            | period_ends_before_it_begins
                   | 2025-02-02 |            | fsm_start_missing
                   | 2025-02-02 | start_date | value_not_understood
        """,
    )


def test_a_suspension_has_a_day_and_a_category_in_use_on_it():
    verdict = judge(
        "suspensions",
        """
        start_date | category | breaks
        -----------+----------+---------------------------------
        2025-10-06 | SUSP     |
        2025-10-06 | PERM     |
        2025-10-06 | LNCH     |
        2020-08-31 | FIXD     |
        2020-09-01 | FIXD     | suspension_category_discontinued
        2025-10-06 | EXCL     | suspension_category_unknown
        2025-10-06 |          | suspension_category_unknown
                   | SUSP     | suspension_date_missing
        """,
    )
    assert "Category FIXD has not been in use" in " ".join(verdict.set_aside["sentence"])


def test_an_unknown_reason_or_a_very_long_suspension_is_noted_and_kept():
    verdict = judge(
        "suspensions",
        """
        sessions | reason1 | reason2 | reason3 | breaks
        ---------+---------+---------+---------+--------------------------
        90       | DB      | PP      | OS      |
        91       | DB      |         |         | suspension_long
        4        | OT      |         |         | suspension_reason_unknown
        4        | DB      | PP      | OT      | suspension_reason_unknown
                 |         |         |         |
        """,
    )
    assert verdict.set_aside.is_empty()


@pytest.mark.parametrize("feed", ["suspensions", "support_and_reviews"])
def test_plain_suspensions_and_support_wait_for_the_roll_and_the_school(feed):
    judge(
        feed,
        """
        pupil_id     | urn    | upn_check | breaks
        -------------+--------+-----------+-----------------
        amiraaaaaaaa | 100001 | permanent |
        noonenoonexx | 100001 | permanent | pupil_on_no_roll
        amiraaaaaaaa | 100002 | permanent | pupil_on_no_roll
        amiraaaaaaaa | 999999 | permanent | unknown_school
                     | 100001 | missing   | upn_missing
        """,
    )


def test_support_is_of_a_known_kind_and_begins_before_it_ends():
    judge(
        "support_and_reviews",
        """
        kind       | start_date | ended      | breaks
        -----------+------------+------------+------------------------------
        early_help | 2025-03-03 |            |
        early_help | 2025-03-03 | 2025-03-03 |
        early_help | 2025-03-03 | 2025-03-02 | support_ends_before_it_begins
        early_help |            | 2025-03-02 |
        crystals   | 2025-03-03 |            | support_kind_unknown
                   | 2025-03-03 |            | support_kind_unknown
        """,
    )


def test_quiet_for_over_a_year_or_past_the_end_of_support_is_noted_and_the_row_is_used():
    """As received on 20 March 2026."""
    verdict = judge(
        "support_and_reviews",
        """
        known_on   | ended      | quiet_until | breaks
        -----------+------------+-------------+-----------------------
        2026-03-20 |            | 2027-03-21  |
        2026-03-20 |            | 2027-03-22  | support_quiet_too_long
        2026-03-20 | 2026-05-01 | 2026-05-01  |
        2026-03-20 | 2026-05-01 | 2026-05-02  | support_quiet_too_long
        """,
    )
    assert verdict.set_aside.is_empty()


def test_register_totals_are_whole_and_possible():
    judge(
        "register_totals",
        """
        urn    | from_date  | to_date    | possible_sessions | absence_sessions | breaks
        -------+------------+------------+-------------------+------------------+------------------
        100001 | 2025-09-01 | 2025-09-01 | 2000              | 2000             |
        100001 | 2025-09-01 | 2025-08-31 | 2000              | 140              | totals_impossible
        100001 | 2025-09-01 | 2025-09-05 | 2000              | 2001             | totals_impossible
        100001 | 2025-09-01 | 2025-09-05 | 2000              | -1               | totals_impossible
        100001 | 2025-09-01 | 2025-09-05 |                   | 140              | totals_incomplete
        100001 |            | 2025-09-05 | 2000              | 140              | totals_incomplete
        999999 | 2025-09-01 | 2025-09-05 | 2000              | 140              | unknown_school
        """,
    )
