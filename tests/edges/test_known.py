"""What was known on a day, though more has been learned since."""

from datetime import date
from pathlib import Path
from threading import enumerate as threads_now
from unittest import mock

import polars as pl
import pytest

from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.exporting import export as export_table
from pipeline.edges.known import KnownAsOf, characteristics, known_as_of, schools
from pipeline.edges.settings import Home
from pipeline.steps.held_to_totals import as_the_school_says
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.weeks import marked_weeks
from pipeline.tables import staged
from pipeline.tables.facts import MARKED_WEEKS
from tests.drawn import drawn
from tests.edges.delivered import ASH, MARKS, ROLL, SCHOOLS, copied, new_home, night, pupil_id

pytestmark = pytest.mark.usefixtures("in_little_time")

MONDAY = date(2025, 9, 8)
FIRST_NIGHT, NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 12), date(2025, 9, 15), date(2025, 9, 16)
THEN = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-08 | PM      | /
    100001 | amira | 2025-09-15 | AM      | O
    """


@pytest.fixture(scope="module")
def learned(tmp_path_factory) -> Home:
    """A home of two nights: on the second, one mark was put right and a new week began."""
    home = new_home(tmp_path_factory.mktemp("learned") / "home")
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    night(home, NEXT_NIGHT, then=THEN)
    return home


def known(home: Home, day: date) -> KnownAsOf:
    with shelf.warehouse(home) as con:
        return known_as_of(con, day)


def weeks_on(home: Home, day: date) -> pl.DataFrame:
    """The weeks as they stood on a day: those unchanged since, and those folded again from what was known."""
    it = known(home, day)
    return MARKED_WEEKS.conform(pl.concat([it.weeks, marked_weeks(it.marks_to_fold)]))


@pytest.mark.parametrize("which", ["_weeks_unchanged_since", "_suspensions"])
def test_what_is_wrong_with_the_weeks_or_with_anything_beside_them_is_raised_and_no_thread_is_left(learned, which):
    with mock.patch.object(clocks, which, side_effect=KeyError("a fault")), pytest.raises(KeyError, match="a fault"):
        known(learned, FIRST_NIGHT)
    assert "beside" not in {thread.name for thread in threads_now()}


def missed(home: Home, day: date, name: str = "amira") -> dict[date, int]:
    weeks = weeks_on(home, day).filter(pupil_id=pupil_id(home, name))
    return dict(weeks.select("week_start", "absence_sessions").rows())


# Weeks


@pytest.mark.parametrize(
    "day, weeks",
    [
        (date(2025, 9, 11), {}),
        (FIRST_NIGHT, {MONDAY: 1}),
        (date(2025, 9, 14), {MONDAY: 1}),
        (NEXT_NIGHT, {MONDAY: 0, NEXT_NIGHT: 1}),
    ],
)
def test_each_day_has_the_weeks_that_were_known_on_it(learned, day, weeks):
    assert missed(learned, day) == weeks


def test_a_day_gone_by_has_its_weeks_to_the_last_bit(learned, tmp_path):
    only_the_first = new_home(tmp_path / "home")
    night(only_the_first, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    assert weeks_on(learned, FIRST_NIGHT).equals(weeks_on(only_the_first, FIRST_NIGHT))


def test_only_weeks_learned_more_of_since_are_folded_again(learned):
    it = known(learned, FIRST_NIGHT)
    assert it.weeks["pupil_id"].to_list() == [pupil_id(learned, "ben")]
    assert it.marks_to_fold["pupil_id"].unique().to_list() == [pupil_id(learned, "amira")]
    assert sorted(it.marks_to_fold["code"]) == ["/", "I"]


def test_today_nothing_need_be_folded_again(learned):
    it = known(learned, NEXT_NIGHT)
    assert it.marks_to_fold.is_empty()
    assert it.weeks.height == 3


def test_a_home_that_keeps_counts_in_wider_numbers_is_looked_at_and_exported_as_one_made_today(learned, tmp_path):
    before = copied(learned, tmp_path / "before")
    with shelf.warehouse(before) as con:
        con.execute("DROP VIEW warehouse.facts.pupil_weeks")
        for name in (column.name for column in MARKED_WEEKS.columns if column.dtype == pl.Int8):
            con.execute(f"ALTER TABLE warehouse.facts.marked_weeks ALTER {name} TYPE INTEGER")
        con.execute(shelf.PUPIL_WEEKS_VIEW)
    today = copied(learned, tmp_path / "today")
    another = MARKS.replace("2025-09-08", "2025-09-16")
    for home in (before, today):
        night(home, THIRD_NIGHT, another=another)
    assert weeks_on(before, THIRD_NIGHT).equals(weeks_on(today, THIRD_NIGHT))
    assert kinds_kept(before) == {"INTEGER"} and kinds_kept(today) == {"TINYINT"}
    for table in ("facts.marked_weeks", "facts.pupil_weeks"):
        one, other = exported(before, table, tmp_path), exported(today, table, tmp_path)
        assert one.height == 4 and one.equals(other)
        assert one.schema == other.schema == MARKED_WEEKS.schema


def kinds_kept(home: Home) -> set[str]:
    with shelf.warehouse(home) as con:
        told = shelf.read(con, "DESCRIBE warehouse.facts.marked_weeks")
    return set(told.filter(pl.col("column_name").str.ends_with("_sessions"))["column_type"])


def exported(home: Home, table: str, folder: Path) -> pl.DataFrame:
    to = folder / f"{home.folder.name}.{table}.parquet"
    with shelf.warehouse(home) as con:
        export_table(con, table, to)
    return pl.read_parquet(to)


def test_a_mark_that_waited_was_not_known_while_it_did(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST_NIGHT, schools=SCHOOLS, marks=MARKS)
    night(home, NEXT_NIGHT, pupils=ROLL)
    assert missed(home, date(2025, 9, 14)) == {}
    assert missed(home, NEXT_NIGHT) == {MONDAY: 1}


def test_history_learned_late_was_known_when_it_happened(learned, tmp_path):
    home = copied(learned, tmp_path / "home")
    last_year = MARKS.replace("2025-09-08", "2025-06-09")
    night(home, THIRD_NIGHT, history=True, last_year=last_year)
    assert missed(home, date(2025, 6, 10)) == {date(2025, 6, 9): 1}
    assert missed(home, date(2025, 6, 9)) == {}  # a mark is known the day after, where nobody says when
    assert missed(home, FIRST_NIGHT) == {date(2025, 6, 9): 1, MONDAY: 1}


def test_only_this_school_year_and_the_last_are_looked_at(learned, tmp_path):
    home = copied(learned, tmp_path / "home")
    night(home, THIRD_NIGHT, history=True, before=MARKS.replace("2025-09-08", "2024-06-10"))
    assert missed(home, date(2025, 7, 31)) == {date(2024, 6, 10): 1}
    assert missed(home, THIRD_NIGHT) == {MONDAY: 0, NEXT_NIGHT: 1}


# Everything else, from rows drawn in the warehouse itself


@pytest.fixture
def shelved(tmp_path):
    """Puts drawn rows straight on the shelf: `shelved(table, picture)`, what is not drawn being the same on every row."""
    home = new_home(tmp_path / "home")
    usual = {
        "extract_id": 1, "pupil_id": "amira", "urn": ASH, "known_on": FIRST_NIGHT, "stated_on": FIRST_NIGHT,
        "entry_date": date(2024, 9, 2), "age_at_31_august": 12, "category": "SUSP", "start_date": date(2025, 9, 9),
        "phase": "Secondary", "from_date": date(2025, 9, 1), "school_year": 2024, "term": "summer", "part": 1,
        "census_key": "c1", "native_id": "n1", "census_term": "autumn", "census_year": 2025,
        "reference_date": date(2025, 10, 2), "possible_sessions": 100, "absence_sessions": 5, "sessions_possible": 100,
    }  # fmt: skip

    def put(table, picture: str) -> Home:
        told = drawn(picture, table.schema)
        more = {name: value for name, value in usual.items() if name in table.schema and name not in told.columns}
        rows = told.with_columns(pl.lit(value, table.schema[name]).alias(name) for name, value in more.items())
        rows = rows.with_columns(row_number=pl.int_range(2, rows.height + 2, dtype=pl.Int64))
        with shelf.warehouse(home) as con:
            shelf.append(con, table, pl.concat([table.empty, rows], how="diagonal"))
        return home

    return put


def test_a_roll_learned_of_later_was_not_known(shelved):
    home = shelved(staged.PUPILS, "pupil_id | known_on\n-\namira | 2025-09-12\nben | 2025-09-15")
    assert known(home, date(2025, 9, 14)).pupils["pupil_id"].to_list() == ["amira"]
    assert known(home, NEXT_NIGHT).pupils.height == 2


def test_one_suspension_sent_in_two_censuses_is_one(shelved):
    home = shelved(
        staged.SUSPENSIONS,
        """
        known_on   | start_date | sessions | category
        -----------+------------+----------+---------
        2025-09-12 | 2025-06-09 | 4        | SUSP
        2025-09-15 | 2025-06-09 | 6        | SUSP
        2025-09-15 | 2025-06-16 | 2        | SUSP
        2025-09-15 | 2025-06-16 |          | PERM
        """,
    )
    told = known(home, NEXT_NIGHT).suspensions.select("start_date", "category", "sessions")
    assert sorted(told.rows()) == [
        (date(2025, 6, 9), "SUSP", 6), (date(2025, 6, 16), "PERM", None), (date(2025, 6, 16), "SUSP", 2)
    ]  # fmt: skip
    assert known(home, FIRST_NIGHT).suspensions["sessions"].to_list() == [4]


def test_a_census_sent_again_replaces_a_term_whole_so_a_code_it_no_longer_has_is_gone(shelved):
    home = shelved(
        staged.CENSUS_SESSIONS,
        """
        known_on   | term   | part | code | sessions
        -----------+--------+------+------+---------
        2025-09-12 | summer | 1    | I    | 12
        2025-09-12 | summer | 1    | O    | 4
        2025-09-12 | summer | 2    | O    | 3
        2025-09-15 | summer | 1    | I    | 16
        """,
    )
    told = ["part", "code", "sessions"]
    assert sorted(known(home, NEXT_NIGHT).census.select(told).rows()) == [(1, "I", 16), (2, "O", 3)]
    assert sorted(known(home, FIRST_NIGHT).census.select(told).rows()) == [(1, "I", 12), (1, "O", 4), (2, "O", 3)]


def test_a_pupil_who_left_and_came_back_within_a_term_has_the_counts_of_both_stays(shelved):
    home = shelved(
        staged.CENSUS_SESSIONS,
        """
        known_on   | parent_key | sessions_possible | code | sessions
        -----------+------------+-------------------+------+---------
        2025-09-12 | left       | 80                | I    | 30
        2025-09-12 | back       | 40                | I    | 4
        """,
    )
    assert sorted(known(home, FIRST_NIGHT).census.select("sessions_possible", "sessions").rows()) == [(40, 4), (80, 30)]


def test_a_census_sent_again_replaces_both_stays_though_its_pupil_rows_have_other_ids(shelved):
    home = shelved(
        staged.CENSUS_SESSIONS,
        """
        known_on   | parent_key | sessions_possible | code | sessions
        -----------+------------+-------------------+------+---------
        2025-09-12 | left       | 80                | I    | 30
        2025-09-12 | back       | 40                | I    | 4
        2025-09-15 | left again | 80                | I    | 31
        2025-09-15 | back again | 40                | I    | 5
        2025-09-15 | back again | 40                | I    | 5
        """,
    )

    def told(day: date) -> list[int]:
        return sorted(known(home, day).census["sessions"])

    assert told(NEXT_NIGHT) == [5, 31]
    assert told(date(2025, 9, 14)) == [4, 30]


@pytest.mark.parametrize("school_year, is_read", [(2023, False), (2024, True), (2025, True)])
def test_a_census_of_years_gone_by_is_not_read(shelved, school_year, is_read):
    home = shelved(staged.CENSUS_SESSIONS, f"school_year | code | sessions\n-\n{school_year} | I | 4")
    assert known(home, FIRST_NIGHT).census.is_empty() != is_read


def test_register_totals_are_the_latest_of_each_period_that_has_ended(shelved):
    home = shelved(
        staged.REGISTER_TOTALS,
        """
        urn    | known_on   | to_date    | possible_sessions
        -------+------------+------------+------------------
        100001 | 2025-09-12 | 2025-09-05 | 100
        100001 | 2025-09-12 | 2025-09-12 | 200
        100001 | 2025-09-12 | 2025-09-19 | 300
        100002 | 2025-09-12 | 2025-09-12 | 400
        100002 | 2025-09-15 | 2025-09-12 | 500
        100002 | 2025-09-15 | 2025-09-05 | 600
        """,
    )

    def told(day: date) -> list[int]:
        return known(home, day).totals["possible_sessions"].to_list()

    assert told(date(2025, 9, 11)) == []
    assert told(date(2025, 9, 14)) == [100, 200, 400]
    assert told(NEXT_NIGHT) == [100, 200, 600, 500]
    assert told(date(2025, 9, 19)) == [100, 200, 300, 600, 500]


@pytest.mark.parametrize("first, second", [("100", "120"), ("120", "100")])
def test_totals_of_one_period_that_came_on_one_day_are_all_read_the_same_in_any_order(shelved, first, second):
    home = shelved(
        staged.REGISTER_TOTALS,
        f"""
        extract_id | known_on   | to_date    | possible_sessions
        -----------+------------+------------+------------------
        1          | 2025-09-11 | 2025-09-05 | 90
        2          | 2025-09-12 | 2025-09-05 | {first}
        3          | 2025-09-12 | 2025-09-05 | {second}
        4          | 2025-09-12 | 2025-09-05 | {first}
        """,
    )
    assert known(home, FIRST_NIGHT).totals["possible_sessions"].to_list() == [100, 120]


TOTAL = """
    urn    | from_date  | to_date    | possible_sessions | absence_sessions
    -------+------------+------------+-------------------+-----------------
    100001 | 2025-09-08 | 2025-09-12 | 3                 | 2
    """


@pytest.mark.parametrize("told_on, codes", [(FIRST_NIGHT, ["/", "I"]), (NEXT_NIGHT, [])])
def test_marks_are_read_again_of_half_days_learned_more_of_since_a_total_of_theirs_was_told(tmp_path, told_on, codes):
    """The second night put one of amira's marks right, and none of ben's; the week that began then is in no total."""
    home = new_home(tmp_path / "home")
    for day, came in (
        (FIRST_NIGHT, {"schools": SCHOOLS, "pupils": ROLL, "marks": MARKS}),
        (NEXT_NIGHT, {"then": THEN}),
    ):
        night(home, day, **came, **({"totals": TOTAL} if day == told_on else {}))
    it = known(home, NEXT_NIGHT)
    assert it.totals.height == 1
    assert sorted(it.marks_since_totals["code"]) == codes
    assert set(it.marks_since_totals["pupil_id"]) <= {pupil_id(home, "amira")}


def test_of_a_week_with_marks_of_a_transfer_file_all_are_read_again(shelved):
    """Until a register of its own came, and that may be of another half day, the week told nothing of the school."""
    shelved(staged.REGISTER_TOTALS, "from_date | to_date | known_on\n-\n2025-09-08 | 2025-09-08 | 2025-09-12")
    home = shelved(
        staged.ATTENDANCE_MARKS,
        """
        pupil_id | date       | half_day | code | known_on   | by_transfer
        ---------+------------+----------+------+------------+------------
        amira    | 2025-09-08 | am       | I    | 2025-09-12 | yes
        amira    | 2025-09-09 | am       | O    | 2025-09-15 |
        ben      | 2025-09-08 | am       | /    | 2025-09-12 |
        ben      | 2025-09-09 | am       | L    | 2025-09-15 |
        """,
    )
    with shelf.warehouse(home) as con:
        marks = shelf.read(con, "FROM warehouse.staged.attendance_marks")
        shelf.append(con, MARKED_WEEKS, marked_weeks(marks))
    assert sorted(known(home, NEXT_NIGHT).marks_since_totals["code"]) == ["I", "O"]


def test_a_total_agrees_on_every_night_with_the_registers_it_was_told_of(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=MARKS, totals=TOTAL)
    night(home, NEXT_NIGHT, then=THEN)
    for day in (FIRST_NIGHT, NEXT_NIGHT):
        it = known(home, day)
        weeks = pl.concat([it.weeks, marked_weeks(it.marks_to_fold)])
        lines = as_the_school_says(SchoolRegisters(weeks), it.totals, it.marks_since_totals, tolerance=0.0)
        assert [(line["counted"], line["said"], line["holds"]) for line in lines] == [(3, 3, True), (2, 2, True)]


@pytest.mark.parametrize("from_date, is_read", [("2024-07-31", False), ("2024-08-01", True)])
def test_register_totals_from_before_the_years_looked_at_are_not_read(shelved, from_date, is_read):
    home = shelved(
        staged.REGISTER_TOTALS, f"from_date | to_date | possible_sessions\n-\n{from_date} | 2025-07-22 | 100"
    )
    assert known(home, FIRST_NIGHT).totals.is_empty() != is_read


def test_a_school_is_named_by_the_schools_extract_before_its_census_and_by_its_number_before_nothing(shelved):
    shelved(staged.CENSUS_HEADERS, "census_key | urn\n-\nc1 | 100001\nc2 | 100002\nc3 | 100003")
    shelved(
        staged.CENSUS_SCHOOLS, "census_key | name | phase\n-\nc1 | Ash by its census | Secondary\nc2 | Birch | Primary"
    )
    home = shelved(
        staged.SCHOOLS, "urn | name | known_on\n-\n100001 | Ash | 2025-09-12\n100001 | Ash Academy | 2025-09-15"
    )
    told = known(home, NEXT_NIGHT).schools.select("urn", "name", "phase").rows()
    assert told == [
        (100001, "Ash Academy", "Secondary"), (100002, "Birch", "Primary"), (100003, "School 100003", "Not known")
    ]  # fmt: skip
    assert known(home, FIRST_NIGHT).schools["name"].to_list()[0] == "Ash"


def test_each_characteristic_is_the_latest_said_of_it(shelved):
    home = shelved(
        staged.PUPILS,
        """
        pupil_id | stated_on  | known_on   | sex | ethnicity | fsm_eligible | sen_provision
        ---------+------------+------------+-----+-----------+--------------+--------------
        amira    | 2025-01-16 | 2025-02-03 | F   | WBRI      | yes          | N
        amira    | 2025-05-15 | 2025-06-02 | F   |           |              | K
        amira    | 2025-10-02 | 2025-11-03 |     |           | no           |
        ben      | 2025-01-16 | 2025-02-03 |     |           |              |
        """,
    )

    def told(day: date) -> dict:
        with shelf.warehouse(home) as con:
            rows = characteristics(con, day).select("pupil_id", "sex", "ethnicity", "fsm_eligible", "sen_provision")
        return {row[0]: row[1:] for row in rows.rows()}

    assert told(date(2025, 12, 1)) == {"amira": ("F", "WBRI", False, "K"), "ben": (None, None, None, None)}
    assert told(date(2025, 3, 3))["amira"] == ("F", "WBRI", True, "N")


def test_the_season_of_birth_is_the_latest_said_of_a_pupil(shelved):
    home = shelved(
        staged.PUPILS,
        """
        pupil_id | stated_on  | known_on   | birth_season
        ---------+------------+------------+-------------
        amira    | 2025-01-16 | 2025-02-03 | spring
        amira    | 2025-05-15 | 2025-06-02 | summer
        amira    | 2025-10-02 | 2025-11-03 |
        """,
    )

    def season(day: date) -> list:
        with shelf.warehouse(home) as con:
            return characteristics(con, day)["birth_season"].to_list()

    assert [season(date(2025, 3, 3)), season(date(2025, 12, 1))] == [["spring"], ["summer"]]


def test_a_schools_area_is_the_latest_told_though_a_later_extract_has_none(shelved):
    home = shelved(
        staged.SCHOOLS,
        """
        urn    | name     | known_on   | area
        -------+----------+------------+----------
        100001 | Ash      | 2025-09-01 | Northfold
        100001 | Ash High | 2025-10-01 |
        100001 | Ash High | 2025-11-03 | Southfold
        100002 | Birch    | 2025-09-01 |
        """,
    )
    shelved(staged.CENSUS_HEADERS, "urn\n-\n100003")

    def areas(day: date) -> list:
        with shelf.warehouse(home) as con:
            return schools(con, day).select("name", "area").rows()

    birch, elm = ("Birch", None), ("School 100003", None)
    assert areas(date(2025, 9, 1)) == [("Ash", "Northfold"), birch]
    assert areas(date(2025, 10, 1)) == [("Ash High", "Northfold"), birch, elm]
    assert areas(date(2025, 12, 1)) == [("Ash High", "Southfold"), birch, elm]


@pytest.mark.parametrize("day, eligible", [("2025-09-12", True), ("2025-10-24", True), ("2025-10-25", False)])
def test_a_free_school_meal_period_says_so_where_the_roll_does_not(shelved, day, eligible):
    shelved(staged.PUPILS, "pupil_id\n-\namira")
    home = shelved(staged.FSM_PERIODS, "start_date | end_date\n-\n2024-09-02 | 2025-10-24")
    with shelf.warehouse(home) as con:
        assert characteristics(con, date.fromisoformat(day))["fsm_eligible"].to_list() == [eligible]


@pytest.mark.parametrize("day, eligible", [("2025-09-14", False), ("2025-09-15", True)])
def test_a_free_school_meal_period_says_nothing_of_the_days_before_it_begins(shelved, day, eligible):
    shelved(staged.PUPILS, "pupil_id\n-\namira")
    home = shelved(staged.FSM_PERIODS, "start_date | end_date\n-\n2025-09-15 |")
    with shelf.warehouse(home) as con:
        assert characteristics(con, date.fromisoformat(day))["fsm_eligible"].to_list() == [eligible]
