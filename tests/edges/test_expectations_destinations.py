"""What deletion returns, offers after Year 11 and placements in alternative provision promise, on both sides of each line."""

import pytest

from tests.edges.at_the_gate import judge


def test_a_leaver_left_a_roll_we_know_on_a_day_they_were_on_it():
    judge(
        "leavers",
        """
        pupil_id     | urn    | leaving_date | unread       | breaks
        -------------+--------+--------------+--------------+---------------------
        amiraaaaaaaa | 100001 | 2025-10-10   |              |
        amiraaaaaaaa | 100001 | 2024-09-02   |              |
        amiraaaaaaaa | 100001 | 2024-09-01   |              | leaves_before_entry
        amiraaaaaaaa | 100001 |              |              | leaving_date_missing
        amiraaaaaaaa | 100001 |              | leaving_date | value_not_understood
        amiraaaaaaaa | 100002 | 2025-10-10   |              | pupil_on_no_roll
        catoooooooo1 | 100001 | 2024-09-01   |              | pupil_on_no_roll
        amiraaaaaaaa | 999999 | 2025-10-10   |              | unknown_school
        """,
    )


def test_a_destination_is_one_of_five_words_or_not_said():
    judge(
        "leavers",
        """
        destination    | breaks
        ---------------+-------------------------
        school         |
        home_education |
        eotas          |
        abroad         |
        unknown        |
                       |
        neverland      | destination_unknown_word
        """,
    )


def test_a_ground_not_said_keeps_no_leaver_on_a_roll():
    judge("leavers", "ground | breaks\n-------+-------\n       |\no      |")


@pytest.mark.parametrize("feed", ["leavers", "post16_offers"])
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


def test_an_offer_names_a_pupil_of_its_school_or_of_any_where_no_school_is_named():
    judge(
        "post16_offers",
        """
        pupil_id     | urn    | laestab | breaks
        -------------+--------+---------+-----------------
        amiraaaaaaaa | 100001 |         |
        amiraaaaaaaa |        |         |
        amiraaaaaaaa | 100002 |         | pupil_on_no_roll
        catoooooooo1 | 100001 |         | pupil_on_no_roll
        catoooooooo1 |        |         | pupil_on_no_roll
        amiraaaaaaaa | 999999 |         | unknown_school
        amiraaaaaaaa |        | 2099999 | unknown_school
        catoooooooo1 |        | 2099999 | unknown_school
        """,
    )


def test_an_offer_is_dated_and_was_made_by_the_day_it_is_told():
    judge(
        "post16_offers",
        """
        offer_date | known_on   | unread     | breaks
        -----------+------------+------------+---------------------
        2025-12-01 | 2025-12-01 |            |
        2025-12-02 | 2025-12-01 |            | offer_in_future
                   | 2025-12-01 |            | offer_date_missing
                   | 2025-12-01 | offer_date | value_not_understood
        """,
    )


def test_a_placement_says_where_it_is_by_a_number_or_a_kind_the_census_knows():
    judge(
        "ap_placements",
        """
        setting_urn | setting_ukprn | setting_type | unread      | breaks
        ------------+---------------+--------------+-------------+---------------------
        149999      |               |              |             |
                    | 10000001      |              |             |
                    |               | OOT          |             |
        149999      |               | ZOO          |             | ap_setting_unknown
                    |               |              |             | ap_setting_unknown
                    |               |              | setting_urn | value_not_understood
        """,
    )


def test_a_placement_has_a_first_day_and_ends_no_sooner():
    judge(
        "ap_placements",
        """
        entry_date | leaving_date | unread     | breaks
        -----------+--------------+------------+-------------------------
        2025-09-08 |              |            |
        2025-09-08 | 2025-09-08   |            |
        2025-09-08 | 2025-09-07   |            | ap_ends_before_it_begins
                   | 2025-09-07   |            | ap_entry_date_missing
                   |              | entry_date | value_not_understood
        """,
    )


def test_a_placements_codes_are_the_censuss_or_left_out():
    judge(
        "ap_placements",
        """
        reason | attendance_pattern | sen_provision_entry | sen_provision_leaving | breaks
        -------+--------------------+---------------------+-----------------------+--------------------
        BHS    | FT                 | N                   | K                     |
               |                    |                     |                       |
        ZZZ    | FT                 | N                   | K                     | ap_reason_unknown
        BHS    | OT                 | N                   | K                     | ap_pattern_unknown
        BHS    | FT                 | S                   | K                     | ap_sen_code_unknown
        BHS    | FT                 | N                   | Q                     | ap_sen_code_unknown
        """,
    )


def test_a_week_has_ten_sessions_at_most():
    judge(
        "ap_placements",
        """
        sessions_per_week | breaks
        ------------------+-------------------------
        0                 |
        10                |
                          |
        -1                | ap_sessions_out_of_range
        11                | ap_sessions_out_of_range
        """,
    )


def test_a_placement_hangs_from_a_census_pupil_that_was_accepted():
    judge(
        "ap_placements",
        """
        parent         | pupil_id     | urn    | breaks
        ---------------+--------------+--------+--------------------------
        accepted       | amiraaaaaaaa | 100001 |
        not_accepted   |              |        | census_pupil_not_accepted
        header_missing |              |        | census_header_missing
        accepted       | amiraaaaaaaa | 999999 | unknown_school
        """,
    )
