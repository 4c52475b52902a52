"""What the return on children looked after promises, on both sides of each line."""

from tests.edges.at_the_gate import judge


def test_a_child_of_the_return_has_a_number_and_a_upn():
    judge(
        "care_children",
        """
        child_key    | pupil_id     | upn_check          | breaks
        -------------+--------------+--------------------+-----------------------
        childchild12 | amiraaaaaaaa | permanent          |
        childchild13 | bennnnnnnnnn | temporary          |
                     | amiraaaaaaaa | permanent          | care_child_missing
        childchild14 |              | missing            | upn_missing
        childchild15 |              | malformed          | upn_malformed
        childchild16 |              | wrong check letter | upn_wrong_check_letter
        """,
    )


def test_a_child_whom_the_return_says_to_have_no_upn_is_nobody_we_know_and_nobody_is_guessed():
    verdict = judge(
        "care_children",
        """
        child_key    | pupil_id     | no_upn | upn_check | breaks
        -------------+--------------+--------+-----------+-----------------------
        childchild12 |              | UN1    |           | care_child_without_upn
        childchild13 |              | UN5    |           | care_child_without_upn
        childchild14 |              |        | malformed | upn_malformed
        childchild15 | amiraaaaaaaa |        | permanent |
        """,
    )
    said = dict(verdict.set_aside.select("row_number", "sentence").rows())
    assert "stands UN1," in said[2] and "stands UN5," in said[3]


def test_a_child_number_beside_two_upns_is_neither_childs():
    judge(
        "care_children",
        """
        child_key    | pupil_id     | breaks
        -------------+--------------+---------------------
        childchild12 | amiraaaaaaaa | care_child_contested
        childchild12 | bennnnnnnnnn | care_child_contested
        childchild13 | bennnnnnnnnn |
        childchild14 | amiraaaaaaaa |
        childchild14 | amiraaaaaaaa |
        """,
    )


def test_an_episode_hangs_from_a_child_of_the_header():
    judge(
        "care_episodes",
        """
        child_key    | child_found | breaks
        -------------+-------------+------------------------
        childchild12 | yes         |
        childchild13 | no          | care_child_not_accepted
                     |             | care_child_missing
        """,
    )


def test_an_episode_begins_by_the_day_it_is_told_and_ends_no_sooner_than_it_begins():
    judge(
        "care_episodes",
        """
        start_date | end_date   | known_on   | unread     | breaks
        -----------+------------+------------+------------+------------------------------
        2025-03-03 |            | 2025-12-01 |            |
        2025-03-03 | 2025-03-03 | 2025-12-01 |            |
        2025-03-03 | 2025-03-02 | 2025-12-01 |            | episode_ends_before_it_begins
        2025-12-01 |            | 2025-12-01 |            |
        2025-12-02 |            | 2025-12-01 |            | episode_in_future
                   |            | 2025-12-01 |            | episode_date_missing
                   |            | 2025-12-01 | start_date | value_not_understood
        """,
    )


def test_a_code_of_an_episode_is_one_of_the_returns_or_left_out():
    judge(
        "care_episodes",
        """
        legal_status | placement | breaks
        -------------+-----------+---------------------
        C2           | U4        |
        V4           | Z14       |
        not kept     | not kept  |
                     |           |
        Q9           | U4        | legal_status_unknown
        C2           | Q9        | placement_unknown
        """,
    )
