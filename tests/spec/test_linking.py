"""What delivered rows hang from: schools, census returns and census pupils, found or said to be missing; and the day each
row was known."""

from datetime import date, datetime

import polars as pl
import pytest

from pipeline.steps.learned import with_age, with_age_when_stated, with_known_on, year_span
from pipeline.steps.linking import (
    HEADER_COLUMNS,
    PARENT_COLUMNS,
    Known,
    SaidOf,
    described_headers,
    described_schools,
    linked,
    with_headers,
    with_parents,
    with_term_carried,
    with_urn,
)
from pipeline.tables.candidates import candidates
from tests.drawn import drawn

ASH, BIRCH = 100001, 100002
TODAY = date(2025, 12, 1)

SCHOOL = {"urn": pl.Int32, "laestab": pl.Int32, "authority": pl.Int32, "establishment": pl.Int32, "name": pl.String,
          "phase": pl.String, "type": pl.String, "type_group": pl.String, "district": pl.String,
          "postcode": pl.String}  # fmt: skip
CENSUS = {"census_key": pl.String, "native_id": pl.String, "urn": pl.Int32, "census_term": pl.String,
          "census_year": pl.Int32, "reference_date": pl.Date, "pupil": pl.String, "entry_date": pl.Date,
          "leaving_date": pl.Date, "stated_on": pl.Date, "header_found": pl.Boolean, "is_census": pl.Boolean,
          "laestab": pl.Int32, "authority": pl.Int32, "establishment": pl.Int32}  # fmt: skip
CHILD = dict.fromkeys(
    ("parent_key", "native_id", "pupil_id", "census_key", "census_term", "parent", "term"), pl.String
) | {
    "parent_known_on": pl.Date, "urn": pl.Int32, "census_year": pl.Int32, "sessions_possible": pl.Int32, "sessions_possible_ht2": pl.Int32,
    "part": pl.Int32, "school_year": pl.Int32, "sessions": pl.Int32, "row": pl.Int32,
}  # fmt: skip

SCHOOLS = drawn(
    """
    urn    | laestab
    -------+--------
    100001 | 2094001
    100002 | 2092001
    """,
    SCHOOL,
)
NO_RETURNS = pl.DataFrame(schema={name: CENSUS[name] for name in HEADER_COLUMNS})
NO_PARENTS = pl.DataFrame(schema={name: CHILD[name] for name in PARENT_COLUMNS})


def same(frame: pl.DataFrame, picture: str, schema) -> bool:
    expected = drawn(picture, schema)
    return frame.select(expected.columns).equals(expected)


# Schools


def test_a_special_school_is_told_by_its_type_for_its_phase_says_not_applicable():
    schools = drawn(
        """
        urn | authority | establishment | phase     | type                          | type_group      | district | postcode
        ----+-----------+---------------+-----------+-------------------------------+-----------------+----------+---------
        1   | 209       | 7001          | Not known | Community special school      | Special schools |          |
        2   | 209       | 1101          | Not known | Pupil referral unit           | Local authority |          |
        3   | 209       | 4001          | Secondary | Academy converter             | Academies       |          |
        4   | 209       | 2001          |           |                               |                 |          |
        5   | 209       | 7002          | Not known | Academy special converter     |                 |          |
        """,
        SCHOOL,
    )
    assert same(
        described_schools(schools),
        """
        urn | laestab | phase
        ----+---------+----------------------
        1   | 2097001 | Special
        2   | 2091101 | Alternative provision
        3   | 2094001 | Secondary
        4   | 2092001 | Not known
        5   | 2097002 | Special
        """,
        SCHOOL,
    )


IN_A_DISTRICT = """
    urn | authority | establishment | district  | postcode
    ----+-----------+---------------+-----------+---------
    1   | 209       | 2001          | Northfold | XA1
    2   | 209       | 2002          |           | XA2
    """
IN_NONE = IN_A_DISTRICT.replace("Northfold", "         ")
NOWHERE = IN_NONE.replace("XA1", "   ").replace("XA2", "   ")


@pytest.mark.parametrize(
    "told, areas",
    [(IN_A_DISTRICT, ["Northfold", None]), (IN_NONE, ["XA1", "XA2"]), (NOWHERE, [None, None])],
    ids=["a district is told", "only postcodes are", "neither is"],
)
def test_an_area_is_a_district_and_only_of_an_extract_without_any_a_part_of_a_postcode(told, areas):
    rows = drawn(told, SCHOOL).with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("phase", "type", "type_group")
    )
    assert described_schools(rows)["area"].to_list() == areas


def test_a_school_is_found_by_its_laestab_where_no_urn_was_sent():
    rows = drawn(
        """
        urn    | laestab
        -------+--------
               | 2092001
        100001 |
        100001 | 2092001
               | 9999999
               |
        """,
        SCHOOL,
    )
    assert with_urn(rows, SCHOOLS)["urn"].to_list() == [BIRCH, ASH, ASH, None, None]


def test_a_school_that_became_an_academy_and_kept_its_laestab_is_the_newer_of_the_two():
    both = pl.concat([SCHOOLS, drawn("urn|laestab\n-\n149999|2094001", SCHOOL)])
    for schools in (both, both.reverse()):
        rows = drawn("urn|laestab\n-\n|2094001", SCHOOL)
        assert with_urn(rows, schools)["urn"].to_list() == [149999]


def test_a_feed_is_joined_to_all_its_rows_hang_from_and_to_nothing_else():
    known = Known(SCHOOLS, RETURNS, PARENTS)
    marks = pl.DataFrame(
        {"urn": [None, ASH], "laestab": [2092001, None], "upn_check": ["missing", None]}, schema_overrides=SCHOOL
    )
    it = linked(marks, "attendance_marks", known, known_on=TODAY)
    assert it.to_dict(as_series=False) == {
        "urn": [BIRCH, ASH], "laestab": [2092001, None], "upn_check": ["missing", None]
    }  # fmt: skip
    columns = "urn|authority|establishment|phase|type|type_group|district|postcode"
    own = drawn(f"{columns}\n-\n1|209|7001|Not known|Special school||Northfold|XA1", SCHOOL)
    assert linked(own, "schools", known, known_on=TODAY).select("phase", "area").rows() == [("Special", "Northfold")]
    census = linked(CENSUS_PUPILS.with_columns(phase=pl.lit(None, pl.String)), "census_schools", known, known_on=TODAY)
    assert census.select("urn", "phase").rows() == [(ASH, "Not known"), (BIRCH, "Not known"), (None, "Not known")]


# Census returns

RETURNS = drawn(
    """
    census_key | native_id | urn    | census_term | census_year | reference_date
    -----------+-----------+--------+-------------+-------------+---------------
    c1         | n1        | 100001 | spring      | 2025        | 2025-01-16
    c1         | n2        | 100002 | summer      | 2025        | 2025-05-15
    """,
    CENSUS,
).select(HEADER_COLUMNS)  # fmt: skip

CENSUS_PUPILS = drawn(
    """
    pupil | census_key | native_id
    ------+------------+----------
    amira | c1         | n1
    ben   | c1         | n2
    cato  | c2         | n1
    """,
    CENSUS,
)


def test_a_census_row_finds_its_return_by_the_table_id_and_the_native_id_together():
    it = with_headers(CENSUS_PUPILS, RETURNS, None, known_on=TODAY)
    assert same(
        it,
        """
        pupil | urn    | census_term | census_year | stated_on  | header_found
        ------+--------+-------------+-------------+------------+-------------
        amira | 100001 | spring      | 2025        | 2025-01-16 | yes
        ben   | 100002 | summer      | 2025        | 2025-05-15 | yes
        cato  |        |             |             |            | no
        """,
        CENSUS,
    )


def test_what_was_said_on_the_command_line_stands_only_where_the_return_is_missing():
    it = with_headers(CENSUS_PUPILS, RETURNS, SaidOf(ASH, "autumn", 2024), known_on=TODAY)
    assert same(
        it,
        """
        pupil | urn    | census_term | census_year | stated_on  | header_found
        ------+--------+-------------+-------------+------------+-------------
        amira | 100001 | spring      | 2025        | 2025-01-16 | yes
        ben   | 100002 | summer      | 2025        | 2025-05-15 | yes
        cato  | 100001 | autumn      | 2024        | 2024-10-02 | yes
        """,
        CENSUS,
    )


def test_a_plain_pupils_row_describes_the_day_it_came_whatever_was_said():
    plain = drawn("pupil|urn|census_key|native_id\n-\namira|100001||", CENSUS)
    it = with_headers(plain, RETURNS, SaidOf(BIRCH, "spring", 2025), known_on=TODAY)
    picture = """
        pupil | urn    | census_term | stated_on  | is_census | header_found
        ------+--------+-------------+------------+-----------+-------------
        amira | 100001 |             | 2025-12-01 | no        | no
        """
    assert same(it, picture, CENSUS)


def test_a_row_that_waited_for_its_return_is_found_when_the_return_comes():
    waited = with_headers(CENSUS_PUPILS, RETURNS.clear(), None, known_on=date(2025, 11, 1))
    assert waited["header_found"].to_list() == [False, False, False]
    again = with_headers(waited, RETURNS, None, known_on=TODAY)
    assert again.select("urn", "stated_on").equals(
        with_headers(CENSUS_PUPILS, RETURNS, None, known_on=TODAY).select("urn", "stated_on")
    )


def test_a_plain_row_that_waited_still_describes_the_day_it_was_delivered():
    """Else an old roll, accepted late, would overrule every newer one."""
    plain = drawn("pupil|urn|census_key|native_id\n-\namira|100001||", CENSUS)
    waited = with_headers(plain, NO_RETURNS, None, known_on=date(2025, 9, 8))
    assert with_headers(waited, NO_RETURNS, None, known_on=TODAY)["stated_on"].to_list() == [date(2025, 9, 8)]


def test_a_return_without_a_reference_date_is_taken_on_the_usual_day_of_its_term():
    returns = drawn(
        """
        authority | establishment | urn    | census_term | census_year | reference_date
        ----------+---------------+--------+-------------+-------------+---------------
        209       | 4001          |        | spring      | 2025        |
        209       | 2001          |        | summer      | 2025        |
        209       | 2001          | 100002 | autumn      | 2024        |
        209       | 2001          |        | autumn      | 2024        | 2024-10-03
        """,
        CENSUS,
    )
    it = described_headers(returns, SCHOOLS)
    assert it["urn"].to_list() == [ASH, BIRCH, BIRCH, BIRCH]
    assert it["reference_date"].to_list() == [
        date(2025, 1, 16), date(2025, 5, 15), date(2024, 10, 2), date(2024, 10, 3)
    ]  # fmt: skip


# Census pupils and what hangs from them

PARENTS = drawn(
    """
    parent_key | native_id | pupil_id | urn    | census_term | census_year | sessions_possible | sessions_possible_ht2 | parent
    -----------+-----------+----------+--------+-------------+-------------+-------------------+-----------------------+---------------
    p1         | n1        | amira    | 100001 | spring      | 2025        | 140               |                       | accepted
    p1         | n2        | ben      | 100002 | autumn      | 2025        | 70                | 62                    | accepted
    p2         | n1        |          |        |             |             | 140               |                       | header_missing
    p3         | n1        |          | 100001 | spring      | 2025        | 140               |                       | not_accepted
    """,
    CHILD,
).with_columns(census_key=pl.lit("c1"), parent_known_on=pl.lit(date(2025, 2, 3))).select(PARENT_COLUMNS)  # fmt: skip

CHILDREN = drawn(
    """
    row | parent_key | native_id | part
    ----+------------+-----------+-----
    2   | p1         | n1        | 1
    3   | p1         | n2        | 1
    4   | p1         | n2        | 2
    5   | p2         | n1        | 1
    6   | p3         | n1        | 1
    7   | p9         | n1        | 1
    8   |            | n1        | 1
    """,
    CHILD,
)


def test_a_child_row_hangs_from_the_pupil_row_with_both_its_ids():
    assert same(
        with_parents(CHILDREN, PARENTS),
        """
        row | pupil_id | urn    | parent
        ----+----------+--------+---------------
        2   | amira    | 100001 | accepted
        3   | ben      | 100002 | accepted
        4   | ben      | 100002 | accepted
        5   |          |        | header_missing
        6   |          | 100001 | not_accepted
        7   |          |        | not_accepted
        8   |          |        | not_accepted
        """,
        CHILD,
    )


def test_a_row_of_a_plain_table_keeps_its_own_pupil_and_hangs_from_none():
    plain = drawn("row|parent_key|native_id|pupil_id|urn\n-\n2|||dara|100001", CHILD)
    it = with_parents(plain, PARENTS)
    assert same(it, "row|pupil_id|urn|parent\n-\n2|dara|100001|", CHILD)


def test_a_child_row_that_waited_hangs_from_its_pupil_when_it_comes():
    waited = with_parents(CHILDREN, NO_PARENTS)
    assert waited["parent"].unique().to_list() == ["not_accepted"]
    again = with_parents(waited, PARENTS)
    told = ["row", "pupil_id", "urn", "parent", "sessions_possible"]
    assert again.select(told).equals(with_parents(CHILDREN, PARENTS).select(told))


def test_session_counts_belong_to_the_term_before_their_census_and_to_their_own_half_of_summer():
    assert same(
        with_term_carried(with_parents(CHILDREN.head(4), PARENTS)),
        """
        row | school_year | term   | part | sessions_possible
        ----+-------------+--------+------+------------------
        2   | 2024        | autumn | 1    | 140
        3   | 2024        | summer | 1    | 70
        4   | 2024        | summer | 2    | 62
        5   |             |        | 1    | 140
        """,
        CHILD,
    )


def test_a_census_suspension_is_not_asked_for_a_upn_and_a_plain_one_is():
    rows = drawn("row|parent_key|native_id|pupil_id|urn\n-\n2|p1|n1||\n3|||dara|100001", CHILD).with_columns(
        upn_check=pl.lit("missing"), laestab=pl.lit(None, pl.Int32), category=pl.lit("SUSP"),
        start_date=pl.lit(date(2025, 10, 6)),
    )  # fmt: skip
    it = linked(rows, "suspensions", Known(SCHOOLS, RETURNS, PARENTS), known_on=TODAY)
    assert it["upn_check"].to_list() == [None, "missing"]
    assert it["pupil_id"].to_list() == ["amira", "dara"]


@pytest.mark.parametrize(
    "sent, started, category",
    [("FIXD", "2020-08-31", "SUSP"), ("FIXD", "2020-09-01", "FIXD"), ("PERM", "2019-03-04", "PERM"), (None, "2019-03-04", None)],
)  # fmt: skip
def test_a_fixed_period_exclusion_is_a_suspension_until_the_word_changed(sent, started, category):
    """After that it stays as it came, for the gate to set aside."""
    rows = pl.DataFrame(
        {"laestab": [None], "urn": [ASH], "category": [sent], "start_date": [date.fromisoformat(started)]},
        schema_overrides={"laestab": pl.Int32, "urn": pl.Int32, "category": pl.String},
    )
    it = linked(rows, "suspensions", Known(SCHOOLS, RETURNS, PARENTS), known_on=TODAY)
    assert it["category"].to_list() == [category]


# Ages

BORN = pl.DataFrame(
    {
        "date_of_birth": [date(2014, 8, 31), date(2014, 9, 1), None],
        "entry_date": [date(2014, 8, 30), date(2014, 9, 1), date(2020, 9, 1)],
    }
)


def test_a_pupil_born_on_31_august_is_a_year_older_than_one_born_the_day_after():
    it = with_age(BORN, on=TODAY)
    assert it["age_at_31_august"].to_list() == [11, 10, None]


@pytest.mark.parametrize(
    "born, season",
    [
        ("2013-08-31", "summer"), ("2013-09-01", "autumn"), ("2013-12-31", "autumn"), ("2014-01-01", "spring"),
        ("2014-04-30", "spring"), ("2014-05-01", "summer"),
    ],
)  # fmt: skip
def test_the_season_of_birth_is_a_third_of_the_year_group(born, season):
    it = with_age(BORN.head(1).with_columns(date_of_birth=pl.lit(date.fromisoformat(born))), on=TODAY)
    assert it["birth_season"].to_list() == [season]


def test_of_a_birth_date_that_could_not_be_read_there_is_no_season():
    assert with_age(BORN, on=TODAY)["birth_season"].to_list() == ["summer", "autumn", None]


def test_only_an_entry_before_the_birth_is_one():
    it = with_age(BORN, on=TODAY)
    assert it["entry_before_birth"].to_list() == [True, False, None]
    assert it["birth_read"].to_list() == [True, True, False]


@pytest.mark.parametrize(
    "stated_on, age", [("2025-12-01", 11), ("2025-07-31", 10), ("2025-01-16", 10), ("2026-08-01", 12)]
)
def test_an_age_is_that_of_the_school_year_described(stated_on, age):
    assert aged_when_stated(stated_on, left=None) == age


@pytest.mark.parametrize("left, age", [("2025-07-31", 10), ("2025-08-01", 11), ("2024-07-19", 9)])
def test_a_leaver_is_as_old_as_on_leaving(left, age):
    """An autumn census still gives July's year group."""
    assert aged_when_stated("2025-10-02", left=left) == age


def test_a_leaving_date_before_the_entry_says_nothing_of_an_age():
    assert aged_when_stated("2025-10-02", left="2014-08-29") == 11


def aged_when_stated(stated_on: str, *, left: str | None) -> int:
    """The age of a pupil born on 31 August 2014. Rows that waited come through again, and must not age by it."""
    rows = with_age(BORN.head(1), on=TODAY).with_columns(
        stated_on=pl.lit(date.fromisoformat(stated_on)),
        leaving_date=pl.lit(date.fromisoformat(left) if left else None, pl.Date),
    )
    once = with_age_when_stated(rows)
    assert with_age_when_stated(once)["age_at_31_august"].equals(once["age_at_31_august"])
    return once["age_at_31_august"].item()


# The day a row was known

LAG = 3


def marks(picture: str) -> pl.DataFrame:
    return drawn(picture, {"date": pl.Date, "recorded_at": pl.Datetime("us"), "known_on": pl.Date})


def test_a_mark_of_history_was_known_when_recorded_or_else_some_days_after_its_date():
    it = with_known_on(
        marks("""
            date       | recorded_at
            -----------+--------------------
            2025-01-13 | 2025-01-20 16:00:00
            2025-01-13 |
            """),
        "attendance_marks",
        known_on=TODAY,
        lag_days=LAG,
    )
    assert it["known_on"].to_list() == [date(2025, 1, 20), date(2025, 1, 16)]


def test_outside_history_a_mark_was_known_the_day_it_came():
    rows = marks("date|recorded_at\n-\n2025-01-13|2025-01-20 16:00:00")
    it = with_known_on(rows, "attendance_marks", known_on=TODAY, lag_days=None)
    assert it["known_on"].to_list() == [TODAY]


def test_nothing_of_history_is_known_later_than_the_day_it_came():
    rows = marks("date|recorded_at\n-\n2025-11-30|\n2025-11-28|2026-02-01 09:00:00")
    it = with_known_on(rows, "attendance_marks", known_on=TODAY, lag_days=LAG)
    assert it["known_on"].to_list() == [TODAY, TODAY]


def test_a_census_of_history_was_known_after_its_reference_date():
    rows = with_headers(CENSUS_PUPILS.head(2), RETURNS, None, known_on=TODAY).with_columns(
        entry_date=pl.lit(date(2021, 9, 2)),
        leaving_date=pl.lit(None, pl.Date),
        age_at_31_august=10,
        nc_year=pl.lit("6"),
        aged_on=pl.lit(TODAY),
    )
    it = with_known_on(rows, "pupils", known_on=TODAY, lag_days=LAG)
    assert it["known_on"].to_list() == [date(2025, 1, 19), date(2025, 5, 18)]
    assert it["stated_on"].to_list() == [date(2025, 1, 16), date(2025, 5, 15)]


def test_a_plain_roll_of_history_describes_the_year_before_or_the_day_a_pupil_left():
    rows = pl.DataFrame(
        {"census_key": [None, None], "native_id": [None, None], "urn": [ASH, ASH],
         "entry_date": [date(2021, 9, 2)] * 2, "leaving_date": [None, date(2025, 2, 14)],
         "age_at_31_august": [11, 11], "nc_year": ["6", "6"], "aged_on": [TODAY, TODAY]},
        schema_overrides={"census_key": pl.String, "native_id": pl.String, "urn": pl.Int32},
    )  # fmt: skip
    it = with_known_on(with_headers(rows, NO_RETURNS, None, known_on=TODAY), "pupils", known_on=TODAY, lag_days=LAG)
    assert it["stated_on"].to_list() == [date(2025, 7, 31), date(2025, 2, 14)]
    assert it["age_at_31_august"].to_list() == [10, 10]
    assert it["known_on"].to_list() == [date(2021, 9, 5), date(2021, 9, 5)]


@pytest.mark.parametrize("feed, happened, expected", [
    ("suspensions", {"start_date": date(2025, 3, 3)}, date(2025, 3, 6)),
    ("support_and_reviews", {"start_date": date(2024, 3, 3), "last_review": date(2025, 3, 3)}, date(2025, 3, 6)),
    ("support_and_reviews", {"start_date": date(2024, 3, 3), "last_review": None}, date(2024, 3, 6)),
    ("register_totals", {"to_date": date(2025, 7, 18)}, date(2025, 7, 21)),
    ("schools", {"urn": ASH}, date(2006, 8, 4)),
    ("suspensions", {"start_date": None}, TODAY),
])  # fmt: skip
def test_other_rows_of_history_were_known_some_days_after_they_happened(feed, happened, expected):
    rows = pl.DataFrame([happened], schema={name: candidates(feed).schema[name] for name in happened})
    assert with_known_on(rows, feed, known_on=TODAY, lag_days=LAG)["known_on"].to_list() == [expected]


@pytest.mark.parametrize("feed", ["census_sessions", "sen_needs"])
def test_what_a_census_of_history_counts_was_not_known_before_that_census(feed):
    rows = pl.DataFrame({"census_term": ["spring", "summer", None], "census_year": [2025, 2025, None]})
    it = with_known_on(rows, feed, known_on=TODAY, lag_days=LAG)
    assert it["known_on"].to_list() == [date(2025, 1, 19), date(2025, 5, 18), TODAY]


def test_a_mark_may_be_of_this_school_year_or_the_last_and_in_history_of_any_since_2006():
    assert year_span(TODAY, history=False) == (date(2024, 8, 1), date(2026, 7, 31))
    assert year_span(TODAY, history=True) == (date(2006, 8, 1), date(2026, 7, 31))


def test_a_moment_recorded_is_known_on_its_own_day():
    rows = pl.DataFrame({"date": [date(2025, 1, 13)], "recorded_at": [datetime.fromisoformat("2025-01-13T23:59")]})
    assert with_known_on(rows, "attendance_marks", known_on=TODAY, lag_days=LAG)["known_on"].to_list() == [
        date(2025, 1, 13)
    ]
