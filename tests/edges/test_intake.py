"""Taking files in: what is kept, what waits for another file, and what a correction changes."""

import threading
from datetime import date

import polars as pl
import pytest

from pipeline.edges import delimited, folding, inbox, intake, landing
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.hops import taking_in
from tests.edges.delivered import (
    ASH,
    FIRST_NIGHT,
    MARKS,
    ROLL,
    SCHOOLS,
    copied,
    file,
    marks_held,
    new_home,
    night,
    pupil_id,
    read,
    table,
    upn,
)

pytestmark = pytest.mark.usefixtures("in_little_time")

MONDAY, NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 8), date(2025, 9, 15), date(2025, 9, 16)


@pytest.fixture
def home(tmp_path) -> Home:
    return new_home(tmp_path / "home")


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> dict[str, Home]:
    """Homes after their first night, to be copied: each is made once."""
    homes = {name: new_home(tmp_path_factory.mktemp(name) / "home") for name in ("settled", "without_roll")}
    night(homes["settled"], schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    night(homes["without_roll"], schools=SCHOOLS, marks=MARKS)
    return homes


@pytest.fixture
def settled(nights, tmp_path) -> Home:
    """A home that knows its schools, its roll and one day of marks."""
    return copied(nights["settled"], tmp_path / "settled")


@pytest.fixture
def waiting(nights, tmp_path) -> Home:
    """A home that knows its schools, and to which marks came before any roll."""
    return copied(nights["without_roll"], tmp_path / "waiting")


def counts(home: Home, name: str = "amira") -> list[tuple]:
    """A pupil's weeks: Monday, possible sessions and sessions missed."""
    return read(
        home,
        f"SELECT week_start, possible_sessions, absence_sessions FROM warehouse.facts.pupil_weeks "
        f"WHERE pupil_id = '{pupil_id(home, name)}' ORDER BY ALL",
    )


def set_aside(home: Home) -> list[tuple]:
    """File, row, rule and the day each row set aside was accepted after all."""
    return read(home, "SELECT extract, row_number, rule, accepted_on FROM warehouse.audit.set_aside ORDER BY ALL")


# One night


def test_a_night_takes_in_schools_roll_and_marks_whatever_order_they_lie_in(home):
    told = night(home, a_marks=MARKS, b_pupils=ROLL, c_schools=SCHOOLS)
    assert {one.file: (one.rows_read, one.rows_accepted) for one in told.extracts} == {
        "a_marks.csv": (3, 3), "b_pupils.csv": (2, 2), "c_schools.csv": (2, 2)
    }  # fmt: skip
    assert counts(home) == [(MONDAY, 2, 1)]
    assert counts(home, "ben") == [(MONDAY, 1, 1)]


def test_every_row_says_which_file_and_row_it_came_from_and_when_it_was_known(settled):
    [found] = read(
        settled,
        "SELECT e.extract, m.row_number, m.known_on FROM warehouse.staged.attendance_marks m "
        "JOIN warehouse.audit.extracts e USING (extract_id) WHERE m.code = 'I'",
    )
    assert found == ("marks.csv", 3, FIRST_NIGHT)


def test_a_school_may_be_told_by_its_laestab(home):
    night(home, schools=SCHOOLS, pupils=ROLL, marks=file(MARKS).drop("urn").with_columns(laestab=pl.lit("2094001")))
    assert counts(home) == [(MONDAY, 2, 1)]


def test_the_same_night_again_is_a_no_op(settled):
    before = {
        name: table(settled, name) for name in ("staged.attendance_marks", "facts.marked_weeks", "audit.extracts")
    }
    told = night(settled)
    assert told.extracts == []
    assert all(table(settled, name).equals(rows) for name, rows in before.items())


def test_the_same_bytes_under_another_name_are_a_no_op(settled):
    assert night(settled, NEXT_NIGHT, marks_again=MARKS).extracts == []


def test_in_custody_a_child_is_elsewhere_for_reasons_nobody_is_told(home):
    night(home, schools=SCHOOLS, pupils=ROLL, marks=MARKS.replace("| I", "| Y5"))
    assert {code for _, _, code, _ in marks_held(home)} == {"/", "Y7", "O"}
    assert 30 not in {week & 255 for week in table(home, "facts.marked_weeks")["pm_codes"]}  # the number of Y5


# Rows set aside


def test_a_row_set_aside_is_on_record_by_file_row_and_rule_and_the_rest_is_kept(home):
    told = night(home, schools=SCHOOLS, pupils=ROLL, marks=MARKS.replace("| I", "| ZZ"))
    [marks] = [one for one in told.extracts if one.feed == "attendance_marks"]
    assert (marks.rows_read, marks.rows_accepted, marks.rows_set_aside, marks.rows_refused) == (3, 2, 1, 0)
    assert set_aside(home) == [("marks.csv", 3, "code_unknown", None)]
    assert counts(home) == [(MONDAY, 1, 0)]


def test_a_row_that_breaks_two_rules_is_one_row_set_aside_and_counts_under_both(home):
    told = night(home, schools=SCHOOLS, pupils=ROLL, marks=MARKS.replace("PM      | I", "lunch   | ZZ"))
    assert [one.rows_set_aside for one in told.extracts if one.feed == "attendance_marks"] == [1]
    assert told.set_aside_by_rule == {"code_unknown": 1, "half_day_unknown": 1}


def test_a_refused_file_leaves_nothing_behind_but_its_record_and_the_others_go_on(home):
    told = night(home, schools=SCHOOLS, pupils=ROLL, marks=MARKS, broken="urn,upn\n-\n")
    (home.inbox / "ragged.csv").write_text("urn,upn,date,session,code\n100001,X,2025-09-09,AM,/\n1,2,3,4,5,6\n")
    again = night(home, NEXT_NIGHT)
    refused = {
        one.file: (one.rows_read, one.rows_refused) for one in [*told.extracts, *again.extracts] if one.refused_because
    }
    assert refused.keys() == {"broken.csv", "ragged.csv"}
    assert all(read_ == refused_ for read_, refused_ in refused.values())
    assert len(marks_held(home)) == 3
    assert {path.name for path in home.set_aside.iterdir()} >= {"broken.csv.refused.txt", "ragged.csv.refused.txt"}


# Rows that wait


def test_a_mark_of_a_pupil_on_no_roll_waits_and_is_known_on_the_night_the_roll_comes(waiting):
    assert {(rule, accepted_on) for _, _, rule, accepted_on in set_aside(waiting)} == {("pupil_on_no_roll", None)}
    assert counts(waiting) == []
    assert night(waiting, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 3
    assert {known_on for *_, known_on in marks_held(waiting)} == {NEXT_NIGHT}
    assert counts(waiting) == [(MONDAY, 2, 1)]
    assert {accepted_on for *_, accepted_on in set_aside(waiting)} == {NEXT_NIGHT}


def test_only_the_pupil_whose_roll_came_stops_waiting(waiting):
    told = night(waiting, NEXT_NIGHT, pupils=ROLL.replace("| ben   |", "| cato  |"))
    assert told.accepted_after_waiting == 2
    assert set_aside(waiting) == [
        ("marks.csv", 2, "pupil_on_no_roll", NEXT_NIGHT),
        ("marks.csv", 3, "pupil_on_no_roll", NEXT_NIGHT),
        ("marks.csv", 4, "pupil_on_no_roll", None),
    ]
    assert night(waiting, THIRD_NIGHT, pupils=ROLL).accepted_after_waiting == 1
    assert counts(waiting, "ben") == [(MONDAY, 1, 1)]


def test_where_no_school_is_known_at_all_a_row_that_gives_a_laestab_waits_and_is_told_of_once(tmp_path):
    home = new_home(tmp_path / "empty")
    roll = ROLL.replace("urn ", "laestab").replace("100001", "2094001")
    told = night(home, pupils=roll)
    assert told.set_aside_by_rule == {"unknown_school": told.extracts[0].rows_read}


def test_a_row_waits_for_its_school_and_then_for_its_roll(home):
    told = night(home, marks=MARKS)
    assert told.set_aside_by_rule == {"unknown_school": 3}
    night(home, NEXT_NIGHT, schools=SCHOOLS)
    assert {rule for _, _, rule, _ in set_aside(home)} == {"pupil_on_no_roll"}
    assert night(home, THIRD_NIGHT, pupils=ROLL).accepted_after_waiting == 3


def test_a_roll_that_waited_for_its_school_describes_the_day_it_was_delivered(home):
    """Else an old roll, accepted late, would overrule every newer one."""
    night(home, pupils=ROLL)
    night(home, NEXT_NIGHT, schools=SCHOOLS)
    rows = read(home, "SELECT DISTINCT stated_on, known_on FROM warehouse.facts.enrolments")
    assert rows == [(FIRST_NIGHT, NEXT_NIGHT)]


def test_a_row_with_a_fault_of_its_own_is_not_tried_again(home):
    night(home, schools=SCHOOLS, marks=MARKS.replace("| I", "| ZZ"))
    assert night(home, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 2
    assert [row for row in set_aside(home) if row[3] is None] == [
        ("marks.csv", 3, "code_unknown", None),
        ("marks.csv", 3, "pupil_on_no_roll", None),
    ]


def test_a_night_on_which_nothing_came_leaves_what_waits_waiting(waiting):
    told = night(waiting, NEXT_NIGHT)
    assert (told.accepted_after_waiting, told.set_aside_by_rule) == (0, {})
    assert len(set_aside(waiting)) == 3


@pytest.mark.parametrize("code, missed", [("/", 0), ("O", 1)])
def test_a_mark_that_waited_gives_way_to_one_delivered_on_the_night_it_passed(waiting, code, missed):
    """Both are learned that night. By the code table's order alone, illness would stand before O."""
    night(waiting, NEXT_NIGHT, pupils=ROLL, corrected=MARKS.replace("| I", f"| {code}"))
    assert counts(waiting) == [(MONDAY, 2, missed)]
    [week] = table(waiting, "facts.marked_weeks").filter(pupil_id=pupil_id(waiting, "amira")).to_dicts()
    assert week["illness_sessions"] == 0


CENSUS = {
    "headers": """
        schoolcensustableid | NativeId | term | year | referencedate        | lea | estab | urn
        --------------------+----------+------+------+----------------------+-----+-------+-------
        c1                  | n1       | AUT  | 2025 | 2025-Sep-04 00:00:00 | 209 | 4001  | 100001
        """,
    "on_roll": """
        pupilonrolltableid | NativeId | schoolcensustableid | upn   | surname | forename | dob        | entrydate  | ncyearactual | termlysessionspossible
        -------------------+----------+---------------------+-------+---------+----------+------------+------------+--------------+-----------------------
        p1                 | n1       | c1                  | amira | Okafor  | Amira    | 2013-03-01 | 2024-09-02 | 8            | 60.0
        """,
    "sessions": """
        termlysessiondetailsonrolltableid | NativeId | pupilonrolltableid | attendancereason | sessions
        ----------------------------------+----------+--------------------+------------------+---------
        s1                                | n1       | p1                 | I                | 12
        """,
}  # fmt: skip


def census_held(home: Home) -> list[tuple]:
    sql = "SELECT urn, school_year, term, sessions_possible, code, sessions FROM warehouse.staged.census_sessions"
    return read(home, sql)


AS_TAKEN_IN = [(ASH, 2024, "summer", 60, "I", 12)]


def test_a_census_is_joined_from_its_tables(home):
    night(home, **CENSUS)
    assert census_held(home) == AS_TAKEN_IN


@pytest.mark.parametrize("order", [("sessions", "on_roll", "headers"), ("headers", "sessions", "on_roll")])
def test_the_tables_of_a_census_may_come_on_three_nights_in_any_order(home, order):
    for day, name in enumerate(order, start=12):
        assert census_held(home) == []
        night(home, date(2025, 9, day), **{name: CENSUS[name]})
    assert census_held(home) == AS_TAKEN_IN
    assert {accepted_on for *_, accepted_on in set_aside(home)} <= {date(2025, 9, 13), date(2025, 9, 14)}


def test_a_child_row_says_whether_it_lacks_its_pupil_or_only_its_return(home):
    night(home, sessions=CENSUS["sessions"])
    assert {rule for _, _, rule, _ in set_aside(home)} == {"census_pupil_not_accepted"}
    night(home, NEXT_NIGHT, on_roll=CENSUS["on_roll"])
    assert {rule for _, _, rule, _ in set_aside(home)} == {"census_header_missing"}


# Corrections


CORRECTED = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-08 | PM      | /
    """
NEXT_WEEK = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-15 | AM      | O
    """


def test_a_mark_put_right_is_counted_as_it_is_now_and_the_one_before_is_kept(settled):
    night(settled, NEXT_NIGHT, corrected=CORRECTED)
    assert counts(settled) == [(MONDAY, 2, 0)]
    assert marks_held(settled)[1:] == [
        (MONDAY, "am", "O", FIRST_NIGHT), (MONDAY, "pm", "/", NEXT_NIGHT), (MONDAY, "pm", "I", FIRST_NIGHT)
    ]  # fmt: skip


def test_a_correction_touches_no_other_week_and_no_other_pupil(settled):
    night(settled, NEXT_NIGHT, next_week=NEXT_WEEK)
    before = table(settled, "facts.marked_weeks")
    night(settled, THIRD_NIGHT, corrected=CORRECTED)
    after = table(settled, "facts.marked_weeks")
    same = before.join(after, on=before.columns, how="inner", nulls_equal=True)
    assert (before.height, after.height, same.height) == (3, 3, 2)


def test_a_week_is_learned_of_when_its_latest_mark_is(settled):
    night(settled, NEXT_NIGHT, corrected=CORRECTED)
    by_pupil = dict(read(settled, "SELECT pupil_id, last_known_on FROM warehouse.facts.marked_weeks"))
    assert by_pupil == {pupil_id(settled, "amira"): NEXT_NIGHT, pupil_id(settled, "ben"): FIRST_NIGHT}


def test_the_roll_is_folded_into_spells_each_time_it_comes(settled):
    left = file(ROLL).with_columns(leaving_date=pl.Series(["2025-09-12", None]))
    night(settled, NEXT_NIGHT, pupils_again=left)
    spells = dict(read(settled, "SELECT pupil_id, leaving_date FROM warehouse.facts.enrolments"))
    assert spells == {pupil_id(settled, "amira"): date(2025, 9, 12), pupil_id(settled, "ben"): None}


# However it is cut up


def a_term() -> pl.DataFrame:
    """Six weeks of marks of eight pupils at two schools, some half days marked twice or thrice, and differently."""
    pupils = [(ASH if at % 2 else ASH + 1, f"pupil{letter}") for at, letter in enumerate("abcdefgh")]
    days = [date(2025, 9, 1 + n) for n in range(28)]
    rows = [
        (str(urn), upn(name), day.isoformat(), session, code)
        for urn, name in pupils
        for day in days
        for session in ("AM", "PM")
        for code in "/IO"[: 1 + hash_of(name, day, session) % 3]
    ]
    return pl.DataFrame(rows, schema=["urn", "upn", "date", "session", "code"], orient="row")


def hash_of(*parts: object) -> int:
    return sum(ord(letter) * (at + 7) for at, letter in enumerate("".join(map(str, parts))))


def roll_of(marks: pl.DataFrame) -> pl.DataFrame:
    return marks.select("urn", "upn").unique(maintain_order=True).with_columns(
        surname=pl.lit("Okafor"), forename=pl.lit("Amira"), date_of_birth=pl.lit("2013-03-01"), nc_year=pl.lit("8"),
        entry_date=pl.lit("2024-09-02"),
    )  # fmt: skip


def weeks_when(folder, *deliveries: pl.DataFrame) -> pl.DataFrame:
    """The weeks of a home that these files of marks came to on one night, apart from the rest."""
    home = new_home(folder)
    night(home, schools=SCHOOLS, pupils=roll_of(a_term()))
    night(home, date(2025, 10, 1), **{f"marks{number}": marks for number, marks in enumerate(deliveries)})
    return table(home, "facts.marked_weeks")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> pl.DataFrame:
    return weeks_when(tmp_path_factory.mktemp("whole") / "home", a_term())


def test_marks_in_many_small_files_give_the_weeks_of_one_large_one(whole, tmp_path):
    pieces = [
        piece for _, piece in a_term().sample(fraction=1, shuffle=True, seed=1).group_by(pl.int_range(pl.len()) % 5)
    ]
    assert weeks_when(tmp_path / "home", *pieces).equals(whole)
    assert whole.height == 8 * 4


def test_marks_taken_in_a_few_at_a_time_for_want_of_memory_give_the_same_weeks(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(inbox, "BYTES_AT_ONCE", 4000)  # each file a batch of its own
    monkeypatch.setattr(delimited, "ROWS_AT_ONCE", 100)
    monkeypatch.setattr(landing, "ROWS_TO_LAND", 150)
    monkeypatch.setattr(folding, "MARKS_AT_ONCE", 50)  # each school folded by itself
    term = a_term()
    assert weeks_when(tmp_path / "home", term[::2], term[1::2]).equals(whole)


def test_marks_of_one_week_delivered_on_many_nights_are_the_week_as_last_told(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, schools=SCHOOLS, pupils=ROLL)
    for day, code in zip((12, 15, 16), ("N", "I", "/"), strict=True):
        night(home, date(2025, 9, day), **{f"night{day}": CORRECTED.replace("| /", f"| {code}")})
    assert counts(home) == [(MONDAY, 1, 0)]
    assert len(marks_held(home)) == 3


# A night cut short


class Stopped(BaseException):
    """As a signal comes: no Exception."""


def test_a_night_cut_short_while_marks_are_put_away_left_no_mark_and_can_be_had_again(settled, monkeypatch):
    before = {
        name: table(settled, name) for name in ("staged.attendance_marks", "facts.marked_weeks", "audit.set_aside")
    }

    def stop(*_, **__) -> None:
        raise Stopped

    with monkeypatch.context() as fault:
        fault.setattr(taking_in, "_fold", stop)
        with pytest.raises(Stopped):
            night(settled, NEXT_NIGHT, corrected=CORRECTED)
    assert all(table(settled, name).equals(rows) for name, rows in before.items())
    assert "ahead" not in {thread.name for thread in threading.enumerate()}, "it reads on"
    assert [one.file for one in night(settled, NEXT_NIGHT).extracts] == ["corrected.csv"]
    assert counts(settled) == [(MONDAY, 2, 0)]


def test_rows_that_waited_still_wait_after_a_night_cut_short(waiting, monkeypatch):

    def stop(*_, **__) -> None:
        raise Stopped

    with monkeypatch.context() as fault:
        fault.setattr(intake, "settle_waiting", stop)
        with pytest.raises(Stopped):
            night(waiting, NEXT_NIGHT, pupils=ROLL)
    assert marks_held(waiting) == []
    assert night(waiting, NEXT_NIGHT).accepted_after_waiting == 3


# Nobody by name


def test_no_table_of_the_warehouse_holds_a_name_a_upn_or_a_birth_date(settled):
    """Whatever the column: every cell of every table, the rows that wait among them."""
    night(settled, NEXT_NIGHT, more=MARKS.replace("amira", "nobody").replace("2025-09-08", "2025-09-15"))
    with shelf.warehouse(settled) as con:
        held = [
            shelf.read(con, f"SELECT * FROM warehouse.{schema}.{name}")
            for schema, name in con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse'"
            ).fetchall()
        ]
    cells = {str(cell) for rows in held for row in rows.rows() for cell in row}
    assert {"/", "pupil_on_no_roll", pupil_id(settled, "nobody"), "Ash Secondary"} <= cells
    told = {upn("amira"), upn("ben"), upn("nobody"), "Okafor", "Bede", "Ben", "2013-03-01", "2013-04-01"}
    assert {cell for cell in cells if any(secret in cell for secret in told)} == set()


# History


def test_history_is_known_when_it_happened_and_not_when_it_came(home):
    night(home, THIRD_NIGHT, history=True, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    assert {known_on for *_, known_on in marks_held(home)} == {date(2025, 9, 9)}
    assert read(home, "SELECT kind, assumed_known_on FROM warehouse.audit.runs") == [("history", True)]


def test_history_leaves_the_day_of_the_latest_take_in_where_it_was(home):
    night(home, THIRD_NIGHT, history=True, schools=SCHOOLS, pupils=ROLL)
    with shelf.warehouse(home) as con:
        assert intake.latest_known_on(con) is None
    night(home, FIRST_NIGHT, marks=MARKS)
    with shelf.warehouse(home) as con:
        assert intake.latest_known_on(con) == FIRST_NIGHT
