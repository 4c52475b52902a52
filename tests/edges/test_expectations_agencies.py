"""What other agencies' rows and a census's addresses promise, on both sides of each line."""

from tests.edges.at_the_gate import judge, rows, verdict_on


def test_a_row_is_of_somebody_who_can_be_told_by_names_and_birth_date():
    judge(
        "agencies",
        """
        is_named | birth_read | birth_in_range | unread        | breaks
        ---------+------------+----------------+---------------+-----------------------
        yes      | yes        | yes            |               |
        no       | yes        | yes            |               | agency_name_missing
        yes      | no         |                |               | birth_date_missing
        yes      | no         |                | date_of_birth | value_not_understood
        yes      | yes        | no             |               | birth_date_out_of_range
        no       | no         |                |               | agency_name_missing birth_date_missing
        no       | yes        | yes            | forename      | value_not_understood
        no       | yes        | yes            | surname       | value_not_understood
        """,
    )


def test_a_service_is_one_that_settings_allow():
    judge(
        "agencies",
        """
        service        | service_allowed | breaks
        ---------------+-----------------+---------------------------
        early_help     | yes             |
        school_nursing | yes             |
        school_nursing | no              | agency_service_not_allowed
        another        | no              | agency_service_not_allowed
                       |                 | agency_service_not_allowed
        """,
    )


def test_a_service_ends_on_the_day_it_begins_at_the_earliest_and_begins_with_the_child():
    judge(
        "agencies",
        """
        start_date | end_date   | begins_before_birth | breaks
        -----------+------------+---------------------+----------------------------------
        2025-03-03 | 2025-03-03 | no                  |
        2025-03-03 | 2025-03-02 | no                  | involvement_ends_before_it_begins
        2025-03-03 |            | yes                 | involvement_before_birth
                   | 2025-03-02 |                     |
        """,
    )


def test_one_row_of_the_police_refuses_the_whole_file_and_no_other_file():
    told = rows(
        "agencies",
        """
        extract_id | row_number | service                 | service_allowed
        -----------+------------+-------------------------+----------------
        1          | 2          | early_help              | yes
        1          | 3          | police_or_youth_justice | no
        1          | 4          | police_or_youth_justice | no
        2          | 2          | early_help              | yes
        """,
    )
    verdict = verdict_on("agencies", told)
    assert list(verdict.stop) == [1] and "whatever settings say" in verdict.stop[1]
    assert verdict.set_aside.is_empty()


def test_an_address_hangs_from_a_pupil_that_was_accepted():
    judge(
        "addresses",
        """
        parent         | urn    | breaks
        ---------------+--------+--------------------------
        accepted       | 100001 |
        accepted       | 999999 | unknown_school
        not_accepted   |        | census_pupil_not_accepted
        header_missing |        | census_header_missing
        """,
    )
