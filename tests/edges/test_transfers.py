"""A joiner's history comes by transfer file: it is the pupil's, and no register of the school they came from."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import known as clocks
from pipeline.edges import reading
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.hops.checking import checked
from pipeline.hops.looking import Look, looked
from pipeline.hops.summary import Summary
from pipeline.hops.taking_in import Day
from pipeline.steps.disclosure import Policy
from pipeline.steps.inclusion import Tonight, exact_counts
from pipeline.steps.looked_at import NOTHING_BEFORE
from pipeline.steps.places import of_schools
from pipeline.steps.reconciliation import first_apart
from pipeline.steps.weeks import marked_weeks
from pipeline.synthetic.ctf import transfer_file
from pipeline.telling import not_asked

from .delivered import ASH, BIRCH, FIRST_NIGHT, ROLL, SCHOOLS, new_home, night, pupil_id, read, upn

pytestmark = pytest.mark.usefixtures("in_little_time")

EXAMPLES = Path(__file__).parents[1] / "examples"
BIRCH_SENDS = ("209", "2001")
NEXT_NIGHT = FIRST_NIGHT + timedelta(days=1)


def weeks_of(code: str, first_day: str, weeks: int) -> dict[date, dict[str, str]]:
    """Marks of school weeks from a Monday on: one morning a week `code`, present at all other times."""
    first = date.fromisoformat(first_day)
    days = [first + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]
    return {day: {"AM": code if day.weekday() == 1 else "/", "PM": "\\"} for day in days}


def transfer(home: Home, name: str = "ctf", laestab: tuple[str, str] = BIRCH_SENDS, **marks: dict) -> None:
    """A transfer file in the inbox, with marks of pupils by name."""
    pupils = {upn(pupil): told for pupil, told in marks.items()}
    (home.inbox / f"{name}.xml").write_bytes(transfer_file(laestab, pupils, 25, weekends=False))


@pytest.fixture
def home(tmp_path) -> Home:
    return new_home(tmp_path / "home")


def transferred(home: Home) -> list[tuple]:
    return read(
        home,
        "SELECT pupil_id, urn, count(*), min(date), max(date) FROM warehouse.staged.attendance_marks "
        "WHERE by_transfer GROUP BY ALL ORDER BY ALL",
    )


# At the gate


def test_a_joiner_s_marks_at_a_school_they_are_on_no_roll_of_here_are_taken_in(home):
    transfer(home, amira=weeks_of("I", "2025-06-02", 2))
    told = night(home, schools=SCHOOLS, pupils=ROLL)
    assert told.set_aside_by_rule == told.noted_by_rule == {}
    assert transferred(home) == [(pupil_id(home, "amira"), BIRCH, 20, date(2025, 6, 2), date(2025, 6, 13))]


def test_the_same_marks_in_a_register_wait_for_that_school_s_roll(home):
    marks = "urn|upn|date|session|code\n-\n100002|amira|2025-06-02|AM|/"
    assert night(home, schools=SCHOOLS, pupils=ROLL, marks=marks).set_aside_by_rule == {"pupil_on_no_roll": 1}


def test_marks_of_a_pupil_nobody_here_knows_wait_until_they_are_on_some_roll(home):
    transfer(home, cai=weeks_of("I", "2025-06-02", 1))
    told = night(home, schools=SCHOOLS, pupils=ROLL)
    assert told.set_aside_by_rule == {"transferred_pupil_unknown": 10}
    joined = ROLL + "100001 | cai | Cole | Cai | 2013-05-01 | 8 | 2025-09-10"
    assert night(home, NEXT_NIGHT, pupils_again=joined).accepted_after_waiting == 10
    assert read(home, "SELECT DISTINCT known_on FROM warehouse.staged.attendance_marks") == [(NEXT_NIGHT,)]


@pytest.fixture
def looked_through(monkeypatch) -> list[str]:
    """The names of the files that are looked through for what they hold, as it happens."""
    names, recognised = [], reading.recognised
    monkeypatch.setattr(reading, "recognised", lambda extract: names.append(extract.name) or recognised(extract))
    return names


def test_a_file_of_which_every_part_is_taken_in_is_not_looked_through_again(home, looked_through):
    transfer(home, amira=weeks_of("I", "2025-06-02", 1))
    night(home, schools=SCHOOLS, pupils=ROLL)
    assert "ctf.xml" in looked_through
    looked_through.clear()
    flow.take_in(home, Day(NEXT_NIGHT))
    assert looked_through == []


def test_a_file_of_which_a_part_is_still_to_come_is(home, looked_through):
    transfer(home, amira=weeks_of("I", "2025-06-02", 1))
    night(home, schools=SCHOOLS, pupils=ROLL)
    with shelf.warehouse(home) as con:
        con.execute("DELETE FROM warehouse.audit.extracts WHERE layout LIKE 'ctf%' AND feed = 'attendance_marks'")
    looked_through.clear()
    flow.take_in(home, Day(NEXT_NIGHT))
    assert looked_through == ["ctf.xml"]


def test_marks_of_a_school_nobody_has_heard_of_wait_for_the_schools(home):
    transfer(home, laestab=("801", "2000"), amira=weeks_of("I", "2025-06-02", 1))
    assert night(home, schools=SCHOOLS, pupils=ROLL).set_aside_by_rule == {"unknown_school": 10}
    more = SCHOOLS + "100003 | 801 | 2000 | Cedar Primary | Primary"
    assert night(home, NEXT_NIGHT, schools_again=more).accepted_after_waiting == 10
    assert transferred(home)[0][1] == 100003


def test_the_years_before_the_last_are_taken_in_as_history_alone(home):
    transfer(home, amira=weeks_of("I", "2024-06-03", 1) | weeks_of("I", "2024-09-09", 1))
    assert night(home, schools=SCHOOLS, pupils=ROLL).set_aside_by_rule == {"date_outside_year": 10}
    assert transferred(home) == [(pupil_id(home, "amira"), BIRCH, 10, date(2024, 9, 9), date(2024, 9, 13))]


def test_history_was_known_from_the_day_the_file_was_written(tmp_path):
    """That day is in its header, here the evening of its last mark; without history, it was known when taken in."""
    known = {}
    for history in (False, True):
        home = new_home(tmp_path / str(history))
        transfer(home, amira=weeks_of("I", "2025-06-02", 2))
        night(home, schools=SCHOOLS, pupils=ROLL, history=history)
        [known[history]] = read(home, "SELECT DISTINCT known_on FROM warehouse.staged.attendance_marks")
    assert known == {False: (FIRST_NIGHT,), True: (date(2025, 6, 13),)}


def test_a_code_is_held_to_the_day_of_its_mark(home):
    transfer(home, amira=weeks_of("H", "2024-06-03", 1) | weeks_of("H", "2025-06-02", 1))
    assert night(home, history=True, schools=SCHOOLS, pupils=ROLL).set_aside_by_rule == {"code_out_of_date": 1}


def test_days_that_cannot_be_told_and_totals_that_differ_are_said(home):
    text = (EXAMPLES / "ctf_23.xml").read_text()
    for pupil, changed in {
        "amira": text.replace("/\\/\\II/\\/\\####/\\M\\/L##/\\", "####" * 5 + "/\\/\\"),
        "ben": text.replace("<SessionsPossible>18", "<SessionsPossible>19"),
    }.items():
        (home.inbox / f"{pupil}.xml").write_text(changed.replace("H801200001001", upn(pupil)))
    told = night(home, schools=SCHOOLS, pupils=ROLL)
    assert told.set_aside_by_rule == {"transfer_days_unclear": 24}
    assert told.noted_by_rule == {"transfer_totals_differ": 2}


def test_rows_add_up_mark_by_mark(home):
    (home.inbox / "ctf.xml").write_text((EXAMPLES / "ctf_25.xml").read_text().replace("H801200001001", upn("amira")))
    told = night(home, schools=SCHOOLS, pupils=ROLL)
    [one] = [one for one in told.extracts if one.layout == "ctf_attendance"]
    assert (one.rows_read, one.rows_accepted, one.rows_set_aside) == (18, 13, 5)
    assert told.set_aside_by_rule == {"transferred_pupil_unknown": 5}


def test_a_check_of_a_transfer_file_alone_says_what_it_cannot_tell():
    told = checked([EXAMPLES / "ctf_25.xml"], Day(FIRST_NIGHT))
    assert (told.set_aside_by_rule, [one.rows_accepted for one in told.extracts]) == ({}, [18])
    assert "pupils whose marks came by transfer are on any roll" in not_asked(told)


# In the facts


def codes_held(home: Home) -> list[tuple]:
    return read(home, "SELECT am_codes & 255, is_transferred FROM warehouse.facts.marked_weeks ORDER BY ALL")


def test_a_school_s_own_register_counts_before_a_transfer_file_whichever_comes_last(tmp_path):
    """The file says I of Monday morning, the register the code for late."""
    roll = ROLL + "100002 | amira | Okafor | Amira | 2013-03-01 | 6 | 2018-09-03"
    monday = {date(2025, 6, 2): {"AM": "I", "PM": "\\"}}
    register = "urn|upn|date|session|code\n-\n100002|amira|2025-06-02|AM|L"
    for first in ("register", "file"):
        home = new_home(tmp_path / first)
        night(home, schools=SCHOOLS, pupils=roll)
        for day, comes in (
            (NEXT_NIGHT, first),
            (NEXT_NIGHT + timedelta(days=1), {"register": "file", "file": "register"}[first]),
        ):
            if comes == "file":
                transfer(home, amira=monday)
                night(home, day)
            else:
                night(home, day, marks=register)
        assert codes_held(home) == [(3, False)], first


def test_a_week_known_by_transfer_file_alone_says_so(home):
    transfer(home, amira=weeks_of("I", "2025-06-02", 1))
    night(home, schools=SCHOOLS, pupils=ROLL)
    assert codes_held(home) == [(1, True)]


# In what is concluded of the pupil, and of no school


@pytest.fixture(scope="module")
def joiner(tmp_path_factory) -> Home:
    """Amira came to Ash this September; her year at Birch came by file. Birch is in the schools extract and sent nothing."""
    home = new_home(tmp_path_factory.mktemp("joiner") / "home")
    transfer(home, amira=weeks_of("I", "2024-09-09", 30) | weeks_of("I", "2025-09-01", 1))
    days = [f"2025-09-{day:02}" for day in (8, 9, 10, 11, 12)]
    marks = "urn|upn|date|session|code\n-\n" + "\n".join(
        f"100001|{pupil}|{day}|{half}|/" for pupil in ("amira", "ben") for day in days for half in ("AM", "PM")
    )
    night(home, schools=SCHOOLS, pupils=ROLL, marks=marks)
    return home


@pytest.fixture(scope="module")
def look(joiner) -> Look:
    with shelf.warehouse(joiner) as con:
        known = clocks.known_as_of(con, FIRST_NIGHT)
    return looked(known, NOTHING_BEFORE, joiner, Summary(run=None, as_of=FIRST_NIGHT), as_of=FIRST_NIGHT)


def test_last_year_s_rate_is_had_from_the_school_before(look, joiner):
    features = {row["pupil_id"]: row for row in look.features.iter_rows(named=True)}
    amira, ben = (features[pupil_id(joiner, name)] for name in ("amira", "ben"))
    assert (amira["possible_sessions_last_year"], amira["absence_sessions_last_year"]) == (300, 30)
    assert ben["possible_sessions_last_year"] is None


def test_this_year_s_sessions_at_the_school_before_are_the_pupil_s_too(look, joiner):
    of_amira = look.features.filter(pupil_id=pupil_id(joiner, "amira"))
    assert of_amira["possible_sessions_ytd"].item() == 10 + 10
    assert of_amira["absence_sessions_ytd"].item() == 1


def test_the_school_before_has_no_register_received_and_no_figures_published(look):
    figures = exact_counts(tonight(look))
    birch = figures["school"].filter(urn=BIRCH)
    assert birch.select("received", "possible_sessions_ytd", "possible_pupils_ytd").row(0) == (False, 0, 0)
    assert set(figures["school_week"]["urn"]) == {ASH}
    assert figures["run"].select("schools_expected", "schools_received").row(0) == (2, 1)


def tonight(look: Look) -> Tonight:
    words = ("pupil_id", "sex", "ethnicity", "language", "birth_season", "sen_provision")
    said = dict.fromkeys(words, pl.String) | dict.fromkeys(("fsm_eligible", "looked_after"), pl.Boolean)
    return Tonight(
        run="flag", home="Home", as_of=look.as_of, version="0", demo=True, policy=Policy(), triage=look.triage, features=look.features,
        signals=look.signals, support=look.support, schools=look.known.schools, registers=look.by_school,
        lost=look.lost, characteristics=pl.DataFrame(schema=said),
        withheld=first_apart(look.lines), places=of_schools(look.triage, look.policy),
    )  # fmt: skip


def test_the_school_before_is_held_to_nothing(look):
    assert set(look.lines["urn"]) == {ASH}
    assert BIRCH not in set(look.without_list["urn"])


def test_the_joiner_s_own_school_is_not_thought_open_on_the_days_of_the_school_before(look):
    assert look.registers.filter(urn=ASH)["week_start"].unique().to_list() == [date(2025, 9, 8)]
    assert look.weeks.height > look.registers.height


def test_a_roll_of_last_year_is_not_taken_to_go_on_because_of_what_came_by_file(home):
    """Ben was on Birch's roll as last year ended, and no leaving date was sent; his file shows this September there."""
    of_birch = ROLL.replace("100001", "100002")
    night(home, date(2025, 7, 1), schools=SCHOOLS, pupils=of_birch)
    transfer(home, ben=weeks_of("I", "2025-09-01", 1))
    night(home)
    with shelf.warehouse(home) as con:
        known = clocks.known_as_of(con, FIRST_NIGHT)
    look = looked(known, NOTHING_BEFORE, home, Summary(run=None, as_of=FIRST_NIGHT), as_of=FIRST_NIGHT)
    assert look.features.is_empty()
    assert look.weeks.height == 1


@pytest.fixture
def silent_birch(home) -> Look:
    """Dara is on Birch's roll, and all that came of Birch is what Amira brought from there."""
    transfer(home, amira=weeks_of("I", "2024-09-09", 30))
    night(home, schools=SCHOOLS, pupils=ROLL + "100002 | dara | Dean | Dara | 2017-03-01 | 4 | 2023-09-04")
    with shelf.warehouse(home) as con:
        known = clocks.known_as_of(con, FIRST_NIGHT)
    return looked(known, NOTHING_BEFORE, home, Summary(run=None, as_of=FIRST_NIGHT), as_of=FIRST_NIGHT)


def test_a_school_that_sent_nothing_itself_gets_no_list_whatever_others_bring_from_it(silent_birch):
    why = dict(silent_birch.without_list.select("urn", "reason").rows())
    assert why[BIRCH].startswith("Registers of 0 days and censuses of 0 terms")


def test_its_school_weeks_are_not_had_from_a_leaver(silent_birch):
    """Of a school without registers, thirteen weeks ago is by the calendar."""
    [dara] = silent_birch.features.filter(urn=BIRCH)["thirteen_school_weeks_ago"]
    assert dara == FIRST_NIGHT - timedelta(weeks=13)


def test_as_of_a_day_before_the_register_came_a_week_is_still_a_transferred_one(home):
    roll = ROLL + "100002 | amira | Okafor | Amira | 2013-03-01 | 6 | 2018-09-03"
    transfer(home, amira=weeks_of("I", "2025-06-02", 1))
    night(home, schools=SCHOOLS, pupils=roll)
    night(home, NEXT_NIGHT, marks="urn|upn|date|session|code\n-\n100002|amira|2025-06-02|AM|L")
    with shelf.warehouse(home) as con:
        known = clocks.known_as_of(con, FIRST_NIGHT)
    weeks = pl.concat([known.weeks, marked_weeks(known.marks_to_fold)])
    assert weeks.select("is_transferred", "late_sessions").rows() == [(True, 0)]
    assert codes_held(home) == [(3, False)]


def test_what_was_known_before_the_file_came_is_had_without_it(home):
    night(home, schools=SCHOOLS, pupils=ROLL)
    transfer(home, amira=weeks_of("I", "2025-06-02", 1))
    night(home, NEXT_NIGHT)
    with shelf.warehouse(home) as con:
        before, after = (clocks.known_as_of(con, day) for day in (FIRST_NIGHT, NEXT_NIGHT))
    assert before.weeks.height + before.marks_to_fold.height == 0
    assert after.weeks["is_transferred"].to_list() == [True]


def test_no_snapshot_has_a_week_of_the_school_before(joiner):
    flow.flag(joiner, as_of=FIRST_NIGHT)
    with duckdb.connect(joiner.published / "current.duckdb", read_only=True) as con:
        weeks = con.execute("SELECT DISTINCT urn FROM published.school_week").fetchall()
        [of_birch] = con.execute(f"SELECT absence_rate_ytd FROM published.school WHERE urn = {BIRCH}").fetchall()
    assert (BIRCH,) not in weeks
    assert of_birch == (None,)
