"""What a school puts right later, and history taken in late: as it is now, as it was the day before, as of any day."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import identity, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, open_home
from pipeline.steps.enrolments import current_enrolments
from tests.edges.delivered import ROLL, SCHOOLS, file, new_home, night, pupil_id, read, table, upn
from tests.edges.standing import known, on_roll, register, spells_on

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST_NIGHT = date(2025, 9, 12)

ONE_MARK = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-11 | AM      | N
    """


def marked(code: str) -> str:
    return ONE_MARK.replace("| N", f"| {code}")


@pytest.fixture
def home(tmp_path) -> Home:
    return new_home(tmp_path / "home")


# Marks


def test_no_reason_yet_that_is_illness_five_days_later_is_each_on_its_own_days(home):
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=marked("N"))
    assert register(home) == ["amira 11 am N"]
    night(home, date(2025, 9, 17), reasons=marked("I"))
    assert register(home) == ["amira 11 am I"]
    assert register(home, date(2025, 9, 16)) == ["amira 11 am N"]
    assert register(home, date(2025, 9, 17)) == ["amira 11 am I"]


def test_a_mark_put_right_twice_and_back_is_what_was_last_said(home):
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=marked("N"))
    for day, code in ((15, "I"), (16, "O"), (17, "N")):
        told = ONE_MARK.replace("code", "code | comment").replace("| N", f"| {code} | {day}")
        night(home, date(2025, 9, day), **{f"night{day}": told.replace("-----", "-----+--------")})
    assert [register(home, date(2025, 9, day))[0][-1] for day in (12, 14, 15, 16, 17)] == ["N", "N", "I", "O", "N"]
    assert register(home) == ["amira 11 am N"]


@pytest.mark.parametrize("first, then, stands", [("I", "/", "/"), ("/", "I", "I")])
def test_of_two_marks_that_waited_and_pass_on_one_night_the_later_delivered_stands(home, first, then, stands):
    night(home, FIRST_NIGHT, schools=SCHOOLS, marks=marked(first))
    night(home, date(2025, 9, 15), corrected=marked(then))
    assert night(home, date(2025, 9, 16), pupils=ROLL).accepted_after_waiting == 2
    assert register(home) == [f"amira 11 am {stands}"]
    assert register(home, date(2025, 9, 15)) == []


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_of_two_that_waited_since_one_night_the_code_table_decides_whatever_the_files_are_called(home, names):
    night(home, FIRST_NIGHT, schools=SCHOOLS, **dict(zip(names, (marked("O"), marked("I")), strict=True)))
    night(home, date(2025, 9, 15), pupils=ROLL)
    assert register(home) == ["amira 11 am I"]


def test_a_mark_goes_on_waiting_since_the_night_it_was_delivered(home):
    """Tried in vain on a night between, it is no younger than a mark that came that night."""
    night(home, FIRST_NIGHT, schools=SCHOOLS, marks=marked("/"))
    night(home, date(2025, 9, 15), corrected=marked("I"))
    night(home, date(2025, 9, 16), other_roll=ROLL.replace("| amira |", "| cato  |"))
    night(home, date(2025, 9, 17), pupils=ROLL)
    assert register(home) == ["amira 11 am I"]


# Rolls


def leaver(day: str | None) -> pl.DataFrame:
    return file(ROLL).filter(surname="Okafor").with_columns(leaving_date=pl.lit(day, pl.String))


def test_a_leaver_told_of_weeks_later_left_then_and_was_on_roll_by_what_was_known_before(home):
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL)
    night(home, date(2025, 10, 20), backdated=leaver("2025-09-19"))
    assert on_roll(home) == {"amira": (date(2025, 9, 19), None), "ben": (None, None)}
    assert on_roll(home, date(2025, 10, 19)) == {"amira": (None, None), "ben": (None, None)}
    assert on_roll(home, date(2025, 10, 20)) == on_roll(home)


def test_a_leaving_date_put_right_and_taken_back_is_each_on_its_own_days(home):
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL)
    night(home, date(2025, 10, 20), backdated=leaver("2025-09-19"))
    night(home, date(2025, 10, 21), corrected=leaver("2025-09-26"))
    night(home, date(2025, 10, 22), taken_back=leaver(None))
    left = [on_roll(home, date(2025, 10, day))["amira"][0] for day in (19, 20, 21, 22)]
    assert left == [None, date(2025, 9, 19), date(2025, 9, 26), None]
    assert on_roll(home)["amira"][0] is None


def test_a_correction_of_one_pupil_leaves_the_others_spells_as_they_were(home):
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL)
    night(home, date(2025, 10, 20), backdated=leaver("2025-09-19"))
    told = read(home, "SELECT pupil_id, stated_on FROM warehouse.facts.enrolments")
    assert dict(told) == {pupil_id(home, "amira"): date(2025, 10, 20), pupil_id(home, "ben"): FIRST_NIGHT}


def test_of_rows_that_say_the_same_the_one_that_describes_the_latest_day_tells_when_it_was_known(home):
    """A plain roll of history describes the end of its year, and was known the day after each pupil entered."""
    night(home, date(2025, 6, 2), schools=SCHOOLS, pupils=ROLL)
    night(home, date(2025, 12, 1), history=True, again=file(ROLL).reverse())
    told = read(home, "SELECT DISTINCT stated_on, known_on FROM warehouse.facts.enrolments")
    assert told == [(date(2025, 7, 31), date(2024, 9, 3))]
    assert table(home, "facts.enrolments").equals(spells_on(home, date(2025, 12, 1)))


CENSUS_HEADER = """
    schoolcensustableid | NativeId | term | year | referencedate        | lea | estab | urn
    --------------------+----------+------+------+----------------------+-----+-------+-------
    c1                  | n1       | AUT  | 2025 | 2025-Oct-02 00:00:00 | 209 | 4001  | 100001
    """
CENSUS_PUPILS = """
    pupilonrolltableid | NativeId | schoolcensustableid | upn   | surname | forename | dob        | entrydate  | ncyearactual | senprovision
    -------------------+----------+---------------------+-------+---------+----------+------------+------------+--------------+-------------
    p1                 | n1       | c1                  | amira | Okafor  | Amira    | 2013-03-01 | 2024-09-02 | 8            | N
    """  # fmt: skip


def spring(picture: str) -> str:
    was_is = {
        "c1": "c2",
        "p1": "p2",
        "AUT": "SPR",
        "| 2025 |": "| 2026 |",
        "2025-Oct-02": "2026-Jan-15",
        "| N\n": "| K\n",
    }
    for was, is_now in was_is.items():
        picture = picture.replace(was, is_now)
    return picture


def test_provision_that_changed_between_two_censuses_is_kept_with_the_day_it_was_said_of_and_the_day_we_learned_it(
    home,
):
    night(home, date(2025, 11, 3), header=CENSUS_HEADER, pupils=CENSUS_PUPILS)
    night(home, date(2026, 2, 9), header_then=spring(CENSUS_HEADER), pupils_then=spring(CENSUS_PUPILS))

    def said(day: date) -> list[tuple]:
        return spells_on(home, day).select("sen_provision", "sen_provision_on", "known_on").rows()

    assert said(date(2026, 2, 8)) == [("N", date(2025, 10, 2), date(2025, 11, 3))]
    assert said(date(2026, 2, 9)) == [("K", date(2026, 1, 15), date(2026, 2, 9))]
    assert said(date(2025, 11, 2)) == []
    held = read(home, "SELECT sen_provision, stated_on, known_on FROM warehouse.staged.pupils ORDER BY stated_on")
    assert held == [("N", date(2025, 10, 2), date(2025, 11, 3)), ("K", date(2026, 1, 15), date(2026, 2, 9))]


# History


@pytest.mark.parametrize("lag, known_from", [(0, 11), (1, 12), (3, 14)])
def test_a_mark_of_history_was_known_so_many_days_after_its_own(home, lag, known_from):
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("lag_days = 1", f"lag_days = {lag}"))
    night(open_home(home.folder), date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=ROLL, marks=marked("I"))
    assert register(home, date(2025, 9, known_from - 1)) == []
    assert register(home, date(2025, 9, known_from)) == ["amira 11 am I"]


RECORDED = """
    urn    | upn   | date       | session | code | recorded_at
    -------+-------+------------+---------+------+--------------------
    100001 | amira | 2025-09-11 | AM      | I    | 2025-09-17T15:30:00
    """


@pytest.mark.parametrize("day, then", [(12, []), (16, []), (17, ["amira 11 am I"])])
def test_a_mark_of_history_that_says_when_it_was_recorded_was_known_that_day_and_not_before(home, day, then):
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=ROLL, marks=RECORDED)
    assert register(home, date(2025, 9, day)) == then


def test_a_mark_corrected_within_history_is_each_on_its_own_days(home):
    both = {"first": marked("N"), "recorded": RECORDED}
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=ROLL, **both)
    assert [register(home, date(2025, 9, day))[0][-1] for day in (12, 16, 17)] == ["N", "N", "I"]


def test_without_history_a_mark_was_not_known_before_the_night_it_came(home):
    night(home, date(2025, 12, 1), schools=SCHOOLS, pupils=ROLL, marks=RECORDED)
    assert register(home, date(2025, 11, 30)) == []
    assert register(home, date(2025, 12, 1)) == ["amira 11 am I"]


def test_history_taken_in_later_is_overruled_by_what_was_learned_since_the_day_it_was_known(home):
    """Known on the tenth, for it is of the ninth; the nights of the twelfth and the seventeenth knew better."""
    of_the_ninth = {code: marked(code).replace("09-11", "09-09") for code in "NIO"}
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=of_the_ninth["N"])
    night(home, date(2025, 9, 17), reasons=of_the_ninth["I"])
    night(home, date(2025, 9, 18), history=True, late=of_the_ninth["O"])
    assert register(home) == ["amira 09 am I"]
    assert [register(home, date(2025, 9, day))[0][-1] for day in (10, 11, 12, 16, 17)] == ["O", "O", "N", "N", "I"]
    assert register(home, date(2025, 9, 9)) == []


def test_a_school_a_name_and_a_spell_of_history_were_known_all_along(home):
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=ROLL)
    assert known(home, date(2024, 9, 3)).schools["name"].to_list() == ["Ash Secondary", "Birch Primary"]
    assert on_roll(home, date(2024, 9, 3)).keys() == {"amira", "ben"}
    assert spells_on(home, date(2024, 9, 2)).is_empty()
    names = identity.names(home, [pupil_id(home, "amira")], as_of=date(2024, 9, 3))
    assert names.select("surname", "forename").rows() == [("Okafor", "Amira")]


def test_that_the_day_was_assumed_is_on_record(home):
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS)
    night(home, date(2025, 12, 1), pupils=ROLL)
    told = read(home, "SELECT kind, assumed_known_on FROM warehouse.audit.runs ORDER BY ALL")
    assert told == [("history", True), ("take-in", False)]
    with shelf.warehouse(home) as con:
        assert [one["file"] for one in runs.extracts(con, date(2025, 12, 1))] == ["pupils.csv"]


def a_roll(pupils: int, *, year_7_in: int) -> pl.DataFrame:
    """Year 7 of a school year, with no leaving date, as an export of that year has it."""
    row = file(ROLL).head(1).with_columns(nc_year=pl.lit("7"), date_of_birth=pl.lit(f"{year_7_in - 12}-11-20"))
    row = row.with_columns(entry_date=pl.lit(f"{year_7_in}-09-04"))
    return pl.concat([row.with_columns(upn=pl.lit(upn(f"pupil {number}"))) for number in range(pupils)])


@pytest.mark.parametrize(
    "pupils, year_7_in, described",
    [(10, 2024, 2025), (10, 2023, 2024), (10, 2020, 2021), (9, 2020, 2025), (10, 2025, 2025)],
)
def test_a_plain_roll_of_years_gone_describes_the_year_its_year_groups_fit(home, pupils, year_7_in, described):
    """With fewer than ten pupils, one held back a year would tell a wrong year: the year before is taken, as of old."""
    roll = a_roll(pupils, year_7_in=year_7_in)
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=roll)
    told = read(home, "SELECT DISTINCT stated_on, age_at_31_august FROM warehouse.facts.enrolments")
    assert told == [(date(described, 7, 31), described - 1 - (year_7_in - 11))]


@pytest.mark.parametrize("older, described", [(10, 2025), (11, 2021)])
def test_a_plain_roll_of_no_one_year_describes_the_year_before(home, older, described):
    of_both = pl.concat([a_roll(older, year_7_in=2020), a_roll(20, year_7_in=2024).tail(10)])
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=of_both.unique("upn", keep="first"))
    assert read(home, "SELECT DISTINCT year(stated_on) FROM warehouse.facts.enrolments") == [(described,)]


def test_pupils_of_a_roll_of_years_gone_left_with_that_year_unless_the_school_marks_them_still(home):
    night(home, date(2025, 12, 1), history=True, schools=SCHOOLS, pupils=a_roll(10, year_7_in=2020))
    nobody = pl.DataFrame(schema={"pupil_id": pl.String, "urn": pl.Int32})
    now = current_enrolments(table(home, "facts.enrolments"), nobody, as_of=date(2025, 12, 1))
    assert now["leaving_date"].unique().to_list() == [date(2021, 7, 31)]
