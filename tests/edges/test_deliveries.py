"""Full deliveries: a mark missing from one is withdrawn and kept; and what does not count as missing."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import inbox
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, open_home
from pipeline.telling import in_words
from tests.edges.delivered import ROLL, SCHOOLS, copied, file, marks_held, new_home, night, read, table
from tests.edges.standing import register

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST_NIGHT, NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 12), date(2025, 9, 15), date(2025, 9, 16)

MARKS = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-09-08 | AM      | /
    100001 | amira | 2025-09-08 | PM      | I
    100001 | amira | 2025-09-09 | AM      | /
    100001 | ben   | 2025-09-08 | AM      | O
    100001 | ben   | 2025-09-08 | PM      | /
    """
WHOLE = ["amira 08 am /", "amira 08 pm I", "amira 09 am /", "ben 08 am O", "ben 08 pm /"]
WITHOUT_ILLNESS = [one for one in WHOLE if one != "amira 08 pm I"]


def lines(picture: str, *, but: str = "", only: str = "") -> str:
    """The picture less the rows with `but` in them, or with only those that have `only`."""
    header, rule, *rows = picture.strip("\n").splitlines()
    kept = [row for row in rows if only in row and not (but and but in row)]
    return "\n".join([header, rule, *kept])


LACKS_ILLNESS = lines(MARKS, but="| I")


def in_full(home: Home) -> Home:
    """The same home, told that its marks come in full."""
    path = home.folder / "settings.toml"
    path.write_text(path.read_text().replace('attendance_marks = "changes"', 'attendance_marks = "full"'))
    return open_home(home.folder)


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Home:
    home = in_full(new_home(tmp_path_factory.mktemp("begun") / "home"))
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    return home


@pytest.fixture
def home(begun, tmp_path) -> Home:
    """A home with two days of marks of two pupils, whose deliveries are full."""
    return copied(begun, tmp_path / "home")


# What is missing


def test_a_mark_missing_from_a_full_delivery_is_withdrawn_and_kept(home):
    told = night(home, NEXT_NIGHT, again=LACKS_ILLNESS)
    assert told.marks_withdrawn == 1
    assert "1 mark missing from full deliveries withdrawn." in in_words(told)
    assert register(home) == WITHOUT_ILLNESS
    assert [row[2] for row in marks_held(home)].count("I") == 1
    assert read(
        home,
        "SELECT e.extract, w.date, w.half_day, w.known_on FROM warehouse.staged.withdrawn_marks w "
        "JOIN warehouse.audit.extracts e USING (extract_id)",
    ) == [("again.csv", date(2025, 9, 8), "pm", NEXT_NIGHT)]


def test_a_delivery_of_changes_withdraws_nothing(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST_NIGHT, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    assert night(home, NEXT_NIGHT, again=LACKS_ILLNESS).marks_withdrawn == 0
    assert register(home) == WHOLE


@pytest.mark.parametrize("day, then", [(date(2025, 9, 14), WHOLE), (NEXT_NIGHT, WITHOUT_ILLNESS)])
def test_a_day_before_it_was_withdrawn_still_has_the_mark(home, day, then):
    night(home, NEXT_NIGHT, again=LACKS_ILLNESS)
    assert register(home, day) == then


def test_a_day_of_which_a_delivery_has_no_mark_is_left_as_it_was(home):
    """More often a gap in the export than a day taken back."""
    assert night(home, NEXT_NIGHT, again=lines(MARKS, only="2025-09-09")).marks_withdrawn == 0
    assert register(home) == WHOLE


def test_another_schools_marks_are_left_as_they_were(home):
    elsewhere = ROLL.replace("100001", "100002").replace("8       |", "4       |").replace("2013", "2017")
    both = lines(MARKS, only="ben").replace("100001", "100002").replace("ben  ", "dina ")
    night(home, NEXT_NIGHT, birch_roll=elsewhere.replace("| ben   |", "| dina  |"), birch=both)
    assert night(home, THIRD_NIGHT, birch_again=lines(both, but="| O")).marks_withdrawn == 1
    assert register(home) == [*WHOLE, "dina 08 pm /"]


def test_a_week_with_nothing_left_is_gone_from_the_facts_and_a_day_before_still_has_it(home):
    assert night(home, NEXT_NIGHT, again=lines(MARKS, but="ben")).marks_withdrawn == 2
    assert table(home, "facts.marked_weeks").height == 1
    assert table(home, "facts.pupil_weeks")["possible_sessions"].to_list() == [3]
    assert register(home, FIRST_NIGHT) == WHOLE


def test_a_withdrawn_mark_brought_again_stands_again_and_each_day_has_what_was_known_on_it(home):
    night(home, NEXT_NIGHT, again=LACKS_ILLNESS)
    night(home, THIRD_NIGHT, back=lines(MARKS, but="ben  | 2025-09-08 | PM").replace("| I", "| M"))
    assert "amira 08 pm M" in register(home)
    assert register(home, FIRST_NIGHT) == WHOLE
    assert register(home, NEXT_NIGHT) == WITHOUT_ILLNESS


def test_a_week_gone_whole_can_come_back(home):
    night(home, NEXT_NIGHT, again=lines(MARKS, but="ben"))
    night(home, THIRD_NIGHT, back=MARKS.replace("| O", "| N"))
    assert register(home) == [one.replace("O", "N") for one in WHOLE]


def test_a_mark_is_withdrawn_once_however_many_deliveries_lack_it(home):
    night(home, NEXT_NIGHT, again=LACKS_ILLNESS)
    assert night(home, THIRD_NIGHT, and_again=LACKS_ILLNESS.replace("| O", "| N")).marks_withdrawn == 0
    assert table(home, "staged.withdrawn_marks").height == 1


# Several files of one night


YEAR_8, YEAR_9 = lines(LACKS_ILLNESS, only="amira"), lines(MARKS, only="ben")


def test_of_several_files_of_one_night_withdrawn_is_what_none_of_them_has(home):
    told = night(home, NEXT_NIGHT, year_8=YEAR_8, year_9=YEAR_9)
    assert told.marks_withdrawn == 1
    assert register(home) == WITHOUT_ILLNESS


@pytest.mark.parametrize("first, then", [(YEAR_8, YEAR_9), (YEAR_9, YEAR_8)])
def test_the_same_of_files_taken_in_one_after_another_on_one_night(home, first, then):
    night(home, NEXT_NIGHT, first=first)
    night(home, NEXT_NIGHT, then=then)
    assert register(home) == WITHOUT_ILLNESS
    assert table(home, "staged.withdrawn_marks").height == 1


def test_the_same_where_memory_holds_one_file_at_a_time(home, monkeypatch):
    monkeypatch.setattr(inbox, "BYTES_AT_ONCE", 100)
    assert night(home, NEXT_NIGHT, year_8=YEAR_8, year_9=YEAR_9).marks_withdrawn == 1
    assert register(home) == WITHOUT_ILLNESS


# What does not count as missing


SET_ASIDE = {
    "its code": ("| I", "| ZZ"),
    "its day": ("amira | 2025-09-08 | PM      | I", "amira | 2099-09-08 | PM      | I"),
    "its half day": ("PM      | I", "lunch   | I"),
    "its pupil": ("amira | 2025-09-08 | PM      | I", "A123    | 2025-09-08 | PM      | I"),
    "its school": ("100001 | amira | 2025-09-08 | PM", "100009 | amira | 2025-09-08 | PM"),
}


@pytest.mark.parametrize("what", SET_ASIDE)
def test_a_mark_that_a_row_set_aside_may_be_is_not_missing(home, what):
    """The row of her afternoon is there, and something in it cannot be right."""
    there, wrong = SET_ASIDE[what]
    assert there in MARKS
    told = night(home, NEXT_NIGHT, again=lines(MARKS, but="ben   | 2025-09-08 | AM").replace(there, wrong))
    assert sum(one.rows_set_aside for one in told.extracts) == 1
    assert (told.marks_withdrawn, register(home)) == (1, [one for one in WHOLE if one != "ben 08 am O"])


@pytest.mark.parametrize("first, then", [("lacks", "doubtful"), ("doubtful", "lacks")])
def test_nor_where_that_row_is_in_another_file_of_the_night(home, first, then):
    pictures = {"lacks": YEAR_8, "doubtful": lines(MARKS, only="| I").replace("| I", "| ZZ")}
    night(home, NEXT_NIGHT, bens=YEAR_9, **{first: pictures[first]})
    night(home, NEXT_NIGHT, **{then: pictures[then]})
    assert register(home) == WHOLE


def test_a_row_set_aside_keeps_no_mark_on_the_next_night(home):
    night(home, NEXT_NIGHT, again=MARKS.replace("| I", "| ZZ"))
    assert night(home, THIRD_NIGHT, lacking=LACKS_ILLNESS).marks_withdrawn == 1
    assert register(home) == WITHOUT_ILLNESS


def test_a_row_of_a_school_not_known_till_later_that_night_keeps_no_mark_of_another_school(tmp_path):
    """Until Birch is known, a row of Amira's there may be hers of Ash, with the school mistyped."""
    home = in_full(new_home(tmp_path / "home"))
    night(home, FIRST_NIGHT, schools=lines(SCHOOLS, but="Birch"), pupils=ROLL, marks=MARKS)
    of_birch = lines(MARKS, only="| I").replace("100001", "100002")
    night(home, NEXT_NIGHT, again=LACKS_ILLNESS, of_birch=of_birch)
    assert register(home) == WHOLE
    roll = lines(ROLL, but="ben").replace("100001", "100002")
    night(home, NEXT_NIGHT, schools_again=SCHOOLS, birch_roll=roll)
    codes = table(home, "facts.marked_weeks").filter(urn=100001)["illness_sessions"].to_list()
    assert sum(codes) == 0


def test_a_line_of_totals_is_nobodys_mark(home):
    totals = pl.DataFrame({"urn": ["Total"], "upn": [None], "date": [None], "session": [None], "code": [None]})
    told = night(home, NEXT_NIGHT, again=pl.concat([file(LACKS_ILLNESS), totals.cast(pl.String)]))
    assert sum(one.rows_set_aside for one in told.extracts) == 1
    assert register(home) == WITHOUT_ILLNESS


def test_a_refused_file_withdraws_nothing(home):
    many = pl.concat([file(LACKS_ILLNESS).with_columns(date=pl.lit(f"2025-09-{day:02}")) for day in range(1, 12)])
    told = night(home, NEXT_NIGHT, shifted=many.with_columns(code=pl.lit("present")))
    assert [one.rows_refused for one in told.extracts] == [44]
    assert (told.marks_withdrawn, register(home)) == (0, WHOLE)


def test_history_withdraws_nothing_for_nobody_says_when_a_mark_was_taken_back(home):
    """Not even where it was recorded on the day it is taken in."""
    recorded = file(LACKS_ILLNESS).with_columns(recorded_at=pl.lit(f"{NEXT_NIGHT}T09:00:00"))
    assert night(home, NEXT_NIGHT, history=True, again=recorded).marks_withdrawn == 0
    assert register(home) == WHOLE


def test_a_transfer_file_withdraws_nothing_for_it_has_one_pupils_marks(home):
    """Ben brings the marks of his last school, which is this one too."""
    ctf = """<CTFile><Header><DocumentName>Common Transfer File</DocumentName></Header><CTFpupilData><Pupil>
        <UPN>{}</UPN><Attendance><YearData><LEA>209</LEA><Estab>4001</Estab><Year>2025</Year><AttendSessions>
        <AttendanceStartDate>2025-09-08</AttendanceStartDate><AttendanceMarks>OO</AttendanceMarks></AttendSessions>
        </YearData></Attendance></Pupil></CTFpupilData></CTFile>"""
    (home.inbox / "ben.xml").write_text(ctf.format(file(YEAR_9)["upn"][0]))
    told = night(home, NEXT_NIGHT)
    assert sum(one.rows_accepted for one in told.extracts) == 2
    assert (told.marks_withdrawn, register(home)) == (0, WHOLE)


# Marks that waited


@pytest.fixture
def waiting(tmp_path) -> Home:
    """Marks that came before any roll."""
    home = in_full(new_home(tmp_path / "waiting"))
    night(home, FIRST_NIGHT, schools=SCHOOLS, marks=MARKS)
    return home


def test_a_mark_that_waited_is_withdrawn_by_a_full_delivery_of_the_night_it_passes(waiting):
    told = night(waiting, NEXT_NIGHT, pupils=ROLL, again=LACKS_ILLNESS)
    assert (told.accepted_after_waiting, told.marks_withdrawn) == (5, 1)
    assert register(waiting) == WITHOUT_ILLNESS


@pytest.mark.parametrize("first, then", [("pupils", "again"), ("again", "pupils")])
def test_the_same_where_the_roll_and_the_delivery_are_taken_in_one_after_another(waiting, first, then):
    pictures = {"pupils": ROLL, "again": LACKS_ILLNESS}
    night(waiting, NEXT_NIGHT, **{first: pictures[first]})
    night(waiting, NEXT_NIGHT, **{then: pictures[then]})
    assert register(waiting) == WITHOUT_ILLNESS


def test_the_setting_is_one_of_two_words(tmp_path):
    home = new_home(tmp_path / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace('attendance_marks = "changes"', 'attendance_marks = "some"'))
    with pytest.raises(Refused, match='attendance_marks is "changes" or "full"'):
        open_home(home.folder)
