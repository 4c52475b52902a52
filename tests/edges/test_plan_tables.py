"""SEN2's nine tables: known by their headers, held to their promises, and hung from each other four levels deep."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity, known
from pipeline.edges import warehouse as shelf
from pipeline.hops.taking_in import Day
from pipeline.steps.plans import plans
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS, layouts_of
from pipeline.tables.layouts.plans import PLAN_LAYOUTS
from tests.edges.at_the_gate import judge
from tests.edges.delivered import ROLL, SCHOOLS, copied, deliver, file, new_home, night, pupil_id, read, table

pytestmark = pytest.mark.usefixtures("in_little_time")

EXAMPLES = Path(__file__).parents[1] / "examples"
NIGHT, NEXT_NIGHT = date(2026, 2, 6), date(2026, 2, 7)


def example(layout: str) -> pl.DataFrame:
    return pl.read_csv(EXAMPLES / f"{layout}.csv", infer_schema=False)


# Known by their headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [layout.name for layout in PLAN_LAYOUTS])
def test_each_of_the_nine_tables_is_known_by_its_headers(layout):
    assert [found.name for found in layouts_of(example(layout).columns)] == [layout]


@pytest.mark.parametrize(
    ("layout", "without", "instead"),
    [
        ("sen2_person", {"sex"}, {"gendercurrent"}),
        ("sen2_requests", {"requestsource"}, set()),
        ("sen2_activeplans", {"reviewmeeting", "reviewoutcome"}, {"res", "wbp"}),
        ("sen2_activeplans", {"reviewdraft", "phasetransferduedate", "phasetransferfinaldate"}, set()),
        ("sen2_placementdetail", {"res", "wbp"}, {"attendancepattern"}),
        ("sen2_sen2", set(), {"dsco"}),
    ],
)
def test_columns_that_came_or_went_between_versions_of_the_return_change_nothing(layout, without, instead):
    headers = {*example(layout).columns} - without | instead
    assert [found.name for found in layouts_of(sorted(headers))] == [layout]


def test_types_of_need_of_the_school_census_and_of_sen2_are_told_apart():
    census = "senneedstableid,NativeId,pupilonrolltableid,sentyperank,sentype".split(",")
    assert [found.name for found in layouts_of(census)] == ["census_senneeds"]
    assert [found.name for found in layouts_of(example("sen2_senneed").columns)] == ["sen2_senneed"]


def test_no_sex_ethnicity_postcode_or_learner_number_is_read():
    given = {name for layout in PLAN_LAYOUTS for name in layout.columns}
    assert not given & {"sex", "gendercurrent", "ethnicity", "postcode", "uniquelearnernumber"}
    assert len([layout for layout in LAYOUTS if layout.name.startswith("sen2_")]) == 9


# The example ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """The nine examples, taken in whole."""
    home = new_home(tmp_path_factory.mktemp("plans") / "home")
    examples = {layout.name: example(layout.name) for layout in PLAN_LAYOUTS}
    return home, night(home, NIGHT, **examples)


def test_the_example_is_accepted_but_for_the_child_whose_number_nobody_holds_and_what_hangs_from_that(taken):
    _, summary = taken
    rows = {one.layout: (one.rows_read, one.rows_accepted) for one in summary.extracts}
    assert rows == {layout.name: (example(layout.name).height,) * 2 for layout in PLAN_LAYOUTS} | {
        "sen2_person": (4, 3)
    }
    assert summary.set_aside_by_rule == {"plan_upn_not_held": 1}
    assert summary.noted_by_rule == {"plan_pupil_on_no_roll": 3}


def test_of_the_example_there_are_three_requests_each_with_what_became_of_it(taken):
    home, _ = taken
    facts = table(home, "facts.plans").sort("received_on")
    told = facts.select(
        "received_on", "stage", "decided_in_6_weeks", "within_20_weeks", "plan_start", "ceased_on", "last_review"
    )
    assert told.rows() == [
        (date(2022, 9, 12), "plan_ceased", None, None, date(2023, 2, 6), date(2025, 10, 24), None),
        (date(2025, 3, 3), "plan_in_force", True, False, date(2025, 7, 28), None, date(2025, 12, 15)),
        (date(2025, 11, 10), "requested", False, None, None, None, None),
    ]
    where = facts.select("named_urn", "named_setting", "attended_urn", "cease_reason", "phase_transfer_due").rows()
    assert where == [(None, "OTH", None, 2, None), (100001, None, 100001, None, date(2026, 2, 15)), (None,) * 5]


def test_types_of_need_join_those_of_the_census_for_the_audit(taken):
    home, _ = taken
    assert table(home, "staged.sen_needs").select("urn", "rank", "sen_type").rows() == [
        (None, 1, "ASD"),
        (None, 2, "SLCN"),
    ]


def test_names_go_to_identity_and_none_stays_behind(taken):
    home, _ = taken
    [pupil] = identity.Pseudonyms(home.key("pseudonym")).of(pl.Series(["N209400116001"]))["pupil_id"]
    assert identity.names(home, [pupil], as_of=NIGHT).rows() == [(pupil, "Lovelace", "Ida")]
    for name in ("plan_people", "plan_requests"):
        assert not {"surname", "forename", "date_of_birth", "upn", "postcode"} & set(
            table(home, f"staged.{name}").columns
        )


# Promises ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "feed",
    ["plan_people", "plan_requests", "plan_assessments", "plan_spells", "plan_reviews", "plan_placements", "sen_needs"],
)
def test_a_row_hangs_from_one_that_was_accepted(feed):
    judge(
        feed,
        """
        pupil_id     | above        | breaks
        -------------+--------------+--------------------
        amiraaaaaaaa | accepted     |
                     | not_accepted | plan_parent_missing
        """,
        **({"parent": None, "parent_key": None, "native_id": None} if feed == "sen_needs" else {}),
    )


@pytest.mark.parametrize(
    "feed", ["plan_returns", "plan_people", "plan_requests", "plan_assessments", "plan_spells", "plan_reviews"]
)
def test_a_row_that_others_refer_to_has_an_id(feed):
    judge(
        feed,
        """
        plan_key | authority_id | breaks
        ---------+--------------+--------------------
        k1       | 209          |
                 | 209          | plan_row_id_missing
        k2       |              | plan_row_id_missing
        """,
        **({"received_on": None, "request_outcome": "H"} if feed == "plan_requests" else {}),
    )


def test_a_return_that_bears_a_day_to_come_is_used_and_noted():
    judge("plan_returns", "describes_day_to_come | breaks\n-\nno |\nyes | plan_return_describes_day_to_come")


def test_a_child_without_a_number_is_set_aside_and_whether_that_was_meant_is_told_apart():
    judge(
        "plan_people",
        """
        pupil_id     | upn_check          | upn_unknown | breaks
        -------------+--------------------+-------------+-----------------------
        amiraaaaaaaa | permanent          |             |
                     | missing            |             | upn_missing
                     | missing            | UN1         | plan_upn_not_held
                     | malformed          | UN1         | upn_malformed
                     | wrong check letter |             | upn_wrong_check_letter
        """,
    )


def test_a_child_on_no_roll_is_used_and_noted_for_many_are_taught_elsewhere():
    judge("plan_people", "pupil_id | breaks\n-\namiraaaaaaaa |\nelsewhereeee | plan_pupil_on_no_roll")


def test_of_a_child_whose_return_has_not_come_nothing_more_is_noted_until_it_has():
    judge("plan_people", "pupil_id | above | breaks\n-\nelsewhereeee | not_accepted | plan_parent_missing")


def test_whether_a_child_moved_away_is_said_by_yes_or_no_or_the_number_of_the_authority_moved_to():
    said = ["1", "True", "209", "209.0", "0", "False", "no", None, "Okafor"]
    raw = (
        example("sen2_requests")
        .head(1)
        .select(pl.exclude("exported"))
        .join(pl.DataFrame({"exported": said}), how="cross")
    )
    rows = staged(raw.with_row_index("row_number", 2), next(one for one in PLAN_LAYOUTS if one.name == "sen2_requests"))
    assert rows["moved_away"].to_list() == [True] * 4 + [False] * 3 + [None] * 2
    assert rows["unread"].to_list() == [None] * 8 + ["moved_away"]


def test_a_request_is_received_decided_and_only_then_past():
    judge(
        "plan_requests",
        """
        plan_key | received_on | decided_on | request_outcome | unread      | breaks
        ---------+-------------+------------+-----------------+-------------+-----------------------------
        q1       | 2024-03-04  | 2024-03-04 | Y               |             |
        q2       | 2024-03-05  | 2024-03-04 | Y               |             | plan_decision_before_request
        q3       | 2025-12-01  |            | A               |             |
        q4       | 2025-12-02  |            | A               |             | plan_date_in_future
        q5       | 2025-11-03  | 2025-12-02 | N               |             | plan_date_in_future
        q6       |             |            | A               |             | plan_received_date_missing
        q7       |             |            |                 |             | plan_received_date_missing
        q8       |             |            | H               |             |
        q9       |             |            | A               | received_on | value_not_understood
        """,
    )


def test_an_outcome_is_one_that_sen2_has_or_left_out():
    of_requests = "\n".join(f"{code} | 20{at}-03-04 |" for at, code in enumerate("YNAWH", 10))
    judge(
        "plan_requests",
        f"""
        request_outcome | received_on | breaks
        ----------------+-------------+---------------------
        {of_requests}
                        | 2019-03-04  |
        S               | 2020-03-04  | plan_outcome_unknown
        """,
        decided_on=None,
    )
    of_assessments = "\n".join(f"{code} |" for code in "YNAWHS")
    judge(
        "plan_assessments",
        f"""
        assessment_outcome | breaks
        -------------------+---------------------
        {of_assessments}
                           |
        Z                  | plan_outcome_unknown
        """,
    )


def test_one_request_twice_in_a_return_is_set_aside_both_times_for_nobody_can_tell_which_is_meant():
    judge(
        "plan_requests",
        """
        extract_id | row_number | plan_key | return_key | pupil_id     | received_on | breaks
        -----------+------------+----------+------------+--------------+-------------+----------------------
        1          | 2          | q1       | r1         | amiraaaaaaaa | 2024-03-04  | plan_request_repeated
        1          | 3          | q2       | r1         | amiraaaaaaaa | 2024-03-04  | plan_request_repeated
        1          | 4          | q3       | r1         | amiraaaaaaaa | 2024-03-05  |
        1          | 5          | q4       | r1         | bennnnnnnnnn | 2024-03-04  |
        1          | 6          | q5       | r2         | amiraaaaaaaa | 2024-03-04  |
        2          | 2          | q4       | r1         | bennnnnnnnnn | 2024-03-04  |
        """,
    )


def test_an_assessment_ends_after_its_request_and_not_in_the_future():
    judge(
        "plan_assessments",
        """
        clock_from | assessed_on | breaks
        -----------+-------------+-----------------------------
        2024-03-04 | 2024-03-04  |
        2024-03-05 | 2024-03-04  | plan_assessed_before_request
                   | 2024-03-04  |
        2024-03-04 |             |
        2024-03-04 | 2025-12-02  | plan_date_in_future
        """,
    )


def test_a_plan_begins_after_its_request_and_ends_after_it_began():
    judge(
        "plan_spells",
        """
        clock_from | start_date | ceased_on  | cease_reason | unread     | breaks
        -----------+------------+------------+--------------+------------+---------------------------
        2024-03-04 | 2024-03-04 |            |              |            |
        2024-03-05 | 2024-03-04 |            |              |            | plan_starts_before_request
                   | 2021-03-04 |            |              |            |
        2024-03-04 | 2024-07-22 | 2024-07-22 | 1            |            |
        2024-03-04 | 2024-07-22 | 2024-07-21 | 9            |            | plan_ends_before_it_begins
        2024-03-04 | 2024-07-22 | 2025-07-22 | 0            |            | plan_cease_reason_unknown
        2024-03-04 | 2024-07-22 | 2025-07-22 | 10           |            | plan_cease_reason_unknown
        2024-03-04 |            |            |              |            | plan_start_missing
        2024-03-04 |            |            |              | start_date | value_not_understood
        2024-03-04 | 2026-12-01 |            |              |            |
        2024-03-04 | 2026-12-02 |            |              |            | plan_date_far_ahead
        """,
    )


def test_a_review_may_be_set_for_a_day_to_come_but_not_for_one_more_than_a_year_ahead():
    judge(
        "plan_reviews",
        """
        review_meeting | review_decision | breaks
        ---------------+-----------------+--------------------
                       |                 |
        2026-12-01     | 2026-12-01      |
        2026-12-02     |                 | plan_date_far_ahead
                       | 2205-12-01      | plan_date_far_ahead
        """,
    )


def test_a_setting_is_a_school_or_of_a_kind_that_sen2_has_and_is_left_after_it_was_come_to():
    judge(
        "plan_placements",
        """
        urn    | sen_setting | entry_date | leaving_date | breaks
        -------+-------------+------------+--------------+-------------------------------------
        100001 |             |            |              |
               | EHE         | 2025-09-01 | 2025-09-01   |
               | HOME        |            |              | plan_setting_unknown
        100001 |             | 2025-09-02 | 2025-09-01   | plan_placement_ends_before_it_begins
        """,
    )


# Hung from each other ------------------------------------------------------------------------------------------------------

TABLES = {
    "sen2": """
        sen2tableid | NativeId | collection | year | referencedate
        ------------+----------+------------+------+---------------------
        r1          | 209      | SEN2       | 2026 | 2026-Jan-15 00:00:00
        """,
    "person": """
        persontableid | NativeId | sen2tableid | surname | forename | personbirthdate      | upn   | upnunknown
        --------------+----------+-------------+---------+----------+----------------------+-------+-----------
        p1            | 209      | r1          | Okafor  | Amira    | 2013-Mar-01 00:00:00 | amira |
        p2            | 209      | r1          | Bede    | Ben      | 2013-Apr-01 00:00:00 | ben   |
        """,
    "requests": """
        requeststableid | NativeId | persontableid | receiveddate         | requestoutcomedate   | requestoutcome
        ----------------+----------+---------------+----------------------+----------------------+---------------
        q1              | 209      | p1            | 2025-Mar-03 00:00:00 | 2025-Apr-14 00:00:00 | Y
        q2              | 209      | p2            | 2025-Dec-01 00:00:00 |                      | A
        """,
    "assessment": """
        assessmenttableid | NativeId | requeststableid | assessmentoutcome | assessmentoutcomedate | week20
        ------------------+----------+-----------------+-------------------+-----------------------+-------
        a1                | 209      | q1              | Y                 | 2025-Jul-21 00:00:00  | 0
        """,
    "namedplan": """
        namedplantableid | NativeId | assessmenttableid | startdate            | ceasedate | ceasereason
        -----------------+----------+-------------------+----------------------+-----------+------------
        n1               | 209      | a1                | 2025-Jul-21 00:00:00 |           |
        """,
    "plandetail": """
        plandetailtableid | NativeId | namedplantableid | urn    | sensetting | placementrank
        ------------------+----------+------------------+--------+------------+--------------
        d1                | 209      | n1               | 100001 |            | 1
        """,
    "activeplans": """
        activeplanstableid | NativeId | requeststableid | reviewmeeting | lastreview
        -------------------+----------+-----------------+---------------+---------------------
        v1                 | 209      | q1              |               | 2025-Dec-15 00:00:00
        """,
    "placementdetail": """
        placementdetailtableid | NativeId | activeplanstableid | urn    | sensetting | placementrank
        -----------------------+----------+--------------------+--------+------------+--------------
        n1                     | 209      | v1                 | 100002 |            | 1
        """,
}  # fmt: skip
"""Amira has a plan, on the last day it was in time; Ben's request waits. A setting attended has the id of a plan named."""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A home that knows two schools and a roll."""
    home = new_home(tmp_path_factory.mktemp("before") / "home")
    night(home, NIGHT, schools=SCHOOLS, pupils=ROLL)
    return home


@pytest.fixture
def home(before, tmp_path):
    return copied(before, tmp_path / "home")


def stages(home) -> dict[str, str | None]:
    """Pupils by the name they have here, and how far each one's request has come."""
    names = {pupil_id(home, name): name for name in ("amira", "ben")}
    rows = read(home, "SELECT pupil_id, stage FROM warehouse.facts.plans ORDER BY received_on")
    return {names.get(pupil, pupil): stage for pupil, stage in rows}


def waiting(home) -> dict[str, int]:
    return dict(
        read(home, "SELECT extract, count(*) FROM warehouse.audit.set_aside WHERE accepted_on IS NULL GROUP BY ALL")
    )


def test_rows_four_levels_deep_find_their_child_in_one_night(home):
    summary = night(home, NIGHT, **TABLES)
    assert summary.set_aside_by_rule == summary.noted_by_rule == {}
    assert stages(home) == {"amira": "plan_in_force", "ben": "requested"}
    [(named, attended, in_time)] = read(
        home, "SELECT named_urn, attended_urn, within_20_weeks FROM warehouse.facts.plans WHERE named_urn IS NOT NULL"
    )
    assert (named, attended, in_time) == (100001, 100002, True)


LOWEST_FIRST = (
    ("plandetail", "placementdetail", "namedplan"),
    ("activeplans", "assessment", "requests"),
    ("person", "sen2"),
)


def test_rows_that_come_before_what_they_hang_from_wait_and_end_as_they_would_have_in_one_night(home, before, tmp_path):
    together = copied(before, tmp_path / "together")
    night(together, date(2026, 2, 11), **TABLES)
    for at, names in enumerate(LOWEST_FIRST):
        night(home, date(2026, 2, 9 + at), **{name: TABLES[name] for name in names})
    assert table(home, "facts.plans").equals(table(together, "facts.plans"))
    assert waiting(home) == {} and stages(home) == {"amira": "plan_in_force", "ben": "requested"}
    assert read(home, "SELECT count(*) FROM warehouse.waiting.plan_parents") == [(0,)]
    assert read(home, "SELECT DISTINCT known_on FROM warehouse.staged.plan_placements") == [(date(2026, 2, 11),)]


def test_ids_of_two_tables_may_be_alike_for_each_row_knows_which_table_it_hangs_from(home):
    """As where a council numbers every table from one: Amira's plan and Ben's have the same id, in two tables."""
    of_ben = {
        name: TABLES[name].replace("v1", "n1").replace("| q1 ", "| q2 ") for name in ("activeplans", "placementdetail")
    }
    night(home, NIGHT, **TABLES | of_ben)
    where = read(home, "SELECT pupil_id, named_urn, attended_urn FROM warehouse.facts.plans")
    assert set(where) == {(pupil_id(home, "amira"), 100001, None), (pupil_id(home, "ben"), None, 100002)}


def test_a_plan_of_an_earlier_year_is_not_held_to_the_day_its_request_was_received(home):
    """A child came with a plan from elsewhere: what is received here is the child, and the plan is older."""
    long_ago = TABLES["requests"].replace(
        "2025-Mar-03 00:00:00 | 2025-Apr-14 00:00:00 | Y", "2025-Sep-01 00:00:00 | | H"
    )
    summary = night(home, NIGHT, **TABLES | {"requests": long_ago})
    assert summary.set_aside_by_rule == {}
    assert stages(home)["amira"] == "plan_in_force"


def test_a_row_whose_parent_is_set_aside_is_hung_from_no_older_one_of_the_same_id(home):
    """A council's own dump numbers its rows from one each time: this week's first row is another child than last week's."""
    night(home, NIGHT, **TABLES)
    person = file(TABLES["person"]).with_columns(pl.col("upn").replace({file(TABLES["person"])["upn"][0]: "A123"}))
    requests = TABLES["requests"].replace("2025-Mar-03", "2025-Mar-04")
    night(
        home,
        NEXT_NIGHT,
        sen2_next=TABLES["sen2"].replace("2026-Jan-15", "2026-Feb-05"),
        person_next=person,
        requests_next=requests,
    )
    rows = read(home, "SELECT received_on FROM warehouse.facts.plans ORDER BY ALL")
    assert (date(2025, 3, 4),) not in rows
    assert waiting(home) == {"person_next.csv": 1, "requests_next.csv": 1}


def test_where_two_rows_delivered_together_share_an_id_nothing_is_hung_from_either(home):
    other = TABLES["person"].replace("p2 ", "p1 ")
    night(home, NIGHT, **TABLES | {"person": other})
    assert read(home, "SELECT count(*) FROM warehouse.facts.plans") == [(0,)]
    assert waiting(home)["requests.csv"] == 2


def numbered_anew(pictures: dict[str, str]) -> dict[str, str]:
    """The same tables with other ids, as COLLECT gives each return."""
    return {f"{name}_anew": re.sub(r"\b([rpqanvd])([12])\b", r"\g<1>9\2", told) for name, told in pictures.items()}


def test_a_later_return_supersedes_and_a_past_day_is_had_again_as_it_was_known(home):
    night(home, NIGHT, **TABLES)
    ceased = TABLES["namedplan"].replace("2025-Jul-21 00:00:00 |           |", "2025-Jul-21 00:00:00 | 2026-Jan-30 | 2")
    later = TABLES | {"sen2": TABLES["sen2"].replace("2026-Jan-15", "2026-Feb-12"), "namedplan": ceased}
    night(home, date(2026, 2, 13), **numbered_anew(later))
    assert stages(home) == {"amira": "plan_ceased", "ben": "requested"}
    with shelf.warehouse(home) as con:
        then = plans(known.known_as_of(con, NIGHT).plans, as_of=NIGHT)
        long_before = plans(known.known_as_of(con, date(2026, 2, 5)).plans, as_of=date(2026, 2, 5))
    assert sorted(then["stage"]) == ["plan_in_force", "requested"]
    assert long_before.is_empty()


def test_a_return_taken_in_as_history_was_known_a_day_after_the_one_it_describes(home):
    night(home, NIGHT, history=True, **TABLES)
    for name in ("plan_requests", "plan_placements", "plan_returns"):
        assert read(home, f"SELECT DISTINCT known_on, stated_on FROM warehouse.staged.{name}") == [(date(2026, 1, 16), date(2026, 1, 15))]  # fmt: skip


def test_a_dump_that_bears_next_januarys_day_describes_the_day_it_came(home):
    summary = night(home, NIGHT, **TABLES | {"sen2": TABLES["sen2"].replace("2026-Jan-15", "2027-Jan-21")})
    assert summary.noted_by_rule == {"plan_return_describes_day_to_come": 1}
    assert read(home, "SELECT DISTINCT stated_on FROM warehouse.facts.plans") == [(NIGHT,)]


def test_a_dump_that_gives_no_day_describes_the_day_it_came(home):
    night(home, NIGHT, **TABLES | {"sen2": TABLES["sen2"].replace("2026-Jan-15 00:00:00", "")})
    assert read(home, "SELECT DISTINCT stated_on FROM warehouse.facts.plans") == [(NIGHT,)]


def test_the_same_nine_files_on_another_night_change_nothing(home):
    night(home, NIGHT, **TABLES)
    facts = table(home, "facts.plans")
    summary = flow.take_in(home, Day(NEXT_NIGHT))
    assert summary.extracts == [] and table(home, "facts.plans").equals(facts)


def test_checked_alone_a_return_is_not_said_to_be_of_children_on_no_roll(tmp_path):
    folder = new_home(tmp_path / "home")
    deliver(folder, **TABLES)
    summary = flow.check(sorted(folder.inbox.glob("*.csv")), Day(NIGHT))
    assert summary.noted_by_rule == summary.set_aside_by_rule == {}
