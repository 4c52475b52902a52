"""A school census return sent again: what it replaces, from when, and what stays as it was."""

from datetime import date

import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.known import characteristics
from pipeline.edges.settings import Home
from tests.edges.delivered import copied, new_home, night, pupil_id, table
from tests.edges.standing import known, on_roll, spells_on

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST, SECOND, THIRD = date(2025, 10, 20), date(2025, 11, 3), date(2025, 11, 4)

SENT = {
    "header": """
        schoolcensustableid | NativeId | term | year | referencedate        | serialno | lea | estab | urn
        --------------------+----------+------+------+----------------------+----------+-----+-------+-------
        c1                  | n1       | AUT  | 2025 | 2025-Oct-02 00:00:00 | 1        | 209 | 4001  | 100001
        """,
    "pupils": """
        pupilonrolltableid | NativeId | schoolcensustableid | upn   | surname | forename | dob        | entrydate  | ncyearactual | senprovision | termlysessionspossible
        -------------------+----------+---------------------+-------+---------+----------+------------+------------+--------------+--------------+-----------------------
        p1                 | n1       | c1                  | amira | Okafor  | Amira    | 2013-03-01 | 2024-09-02 | 8            | N            | 60
        p2                 | n1       | c1                  | ben   | Bede    | Ben      | 2013-04-01 | 2024-09-02 | 8            | N            | 60
        """,
    "sessions": """
        termlysessiondetailsonrolltableid | NativeId | pupilonrolltableid | attendancereason | sessions
        ----------------------------------+----------+--------------------+------------------+---------
        s1                                | n1       | p1                 | I                | 12
        s2                                | n1       | p1                 | O                | 4
        s3                                | n1       | p2                 | I                | 2
        """,
    "suspensions": """
        termlyexclusionsonrolltableid | NativeId | pupilonrolltableid | startdate            | sessions | category
        ------------------------------+----------+--------------------+----------------------+----------+---------
        x1                            | n1       | p2                 | 2025-Jun-09 00:00:00 | 4        | SUSP
        """,
    "meals": """
        fsmperiodsonrolltableid | NativeId | pupilonrolltableid | fsmstartdate         | fsmenddate | ukcountry
        ------------------------+----------+--------------------+----------------------+------------+----------
        f1                      | n1       | p1                 | 2024-Sep-02 00:00:00 |            | ENG
        """,
}  # fmt: skip


def lines(picture: str, *, but: str) -> str:
    return "\n".join(line for line in picture.strip("\n").splitlines() if but not in line)


def sent_again(*parts: str) -> dict[str, str]:
    """The return under ids of its own. Ben is no longer in it, nor his suspension, nor Amira's meals; her provision is K, her O's are I's."""
    now = {
        "header": SENT["header"].replace("| 1   ", "| 2   "),
        "pupils": lines(SENT["pupils"], but="ben").replace("| N            | 60", "| K            | 60"),
        "sessions": lines(lines(SENT["sessions"], but="| O"), but="| p2").replace("| 12", "| 16"),
    }
    return {f"again_{part}": under_other_ids(now[part]) for part in parts or now}


def under_other_ids(picture: str) -> str:
    for was, is_now in (("c1", "c2"), ("p2", "p8"), ("p1", "p9"), ("s1", "s9"), ("x1", "x9"), ("f1", "f9")):
        picture = picture.replace(was, is_now)
    return picture


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Home:
    home = new_home(tmp_path_factory.mktemp("begun") / "home")
    night(home, FIRST, **SENT)
    return home


@pytest.fixture
def home(begun, tmp_path) -> Home:
    """A home with one school's census return."""
    return copied(begun, tmp_path / "home")


def census(home: Home, day: date) -> list[tuple]:
    """Pupil, code and sessions as known on a day."""
    names = {pupil_id(home, name): name for name in ("amira", "ben")}
    rows = known(home, day).census.select("pupil_id", "code", "sessions").rows()
    return sorted((names[pupil], code, sessions) for pupil, code, sessions in rows)


AS_FIRST_SENT = [("amira", "I", 12), ("amira", "O", 4), ("ben", "I", 2)]
AS_SENT_AGAIN = [("amira", "I", 16)]
BOTH = {"amira": (None, "N"), "ben": (None, "N")}
AMIRA = {"amira": (None, "K")}


def test_a_return_sent_again_replaces_every_pupil_of_the_one_before(home):
    night(home, SECOND, **sent_again())
    assert on_roll(home) == AMIRA
    assert on_roll(home, SECOND) == AMIRA


def test_a_day_before_it_was_sent_again_has_the_return_as_it_was(home):
    night(home, SECOND, **sent_again())
    assert on_roll(home, date(2025, 11, 2)) == BOTH
    assert census(home, date(2025, 11, 2)) == AS_FIRST_SENT
    assert known(home, date(2025, 11, 2)).suspensions.height == 1


def test_sessions_and_suspensions_it_no_longer_has_are_gone(home):
    night(home, SECOND, **sent_again())
    assert census(home, SECOND) == AS_SENT_AGAIN
    assert known(home, SECOND).suspensions.is_empty()
    assert table(home, "staged.suspensions").height == 1


@pytest.mark.parametrize("day, eligible", [(date(2025, 11, 2), True), (SECOND, None)])
def test_free_meals_it_no_longer_has_are_gone(home, day, eligible):
    night(home, SECOND, **sent_again())
    with shelf.warehouse(home) as con:
        told = characteristics(con, day).filter(pupil_id=pupil_id(home, "amira"))
    assert told["fsm_eligible"].to_list() == [eligible]


def test_while_only_its_header_has_come_the_return_before_stands(home):
    night(home, SECOND, **sent_again("header"))
    assert (on_roll(home), census(home, SECOND)) == (BOTH, AS_FIRST_SENT)
    night(home, THIRD, **sent_again("pupils", "sessions"))
    assert (on_roll(home), census(home, THIRD)) == (AMIRA, AS_SENT_AGAIN)
    assert (on_roll(home, SECOND), census(home, SECOND)) == (BOTH, AS_FIRST_SENT)


def test_while_its_pupils_wait_for_their_header_the_return_before_stands(home):
    night(home, SECOND, **sent_again("pupils", "sessions"))
    assert (on_roll(home), census(home, SECOND)) == (BOTH, AS_FIRST_SENT)
    night(home, THIRD, **sent_again("header"))
    assert (on_roll(home), census(home, THIRD)) == (AMIRA, AS_SENT_AGAIN)


def test_until_its_sessions_come_those_of_the_return_before_stand(home):
    """Without them, a school with a census alone would have no figures for a night."""
    night(home, SECOND, **sent_again("header", "pupils"))
    assert (on_roll(home), census(home, SECOND)) == (AMIRA, AS_FIRST_SENT)
    night(home, THIRD, **sent_again("sessions"))
    assert census(home, THIRD) == AS_SENT_AGAIN


@pytest.mark.parametrize("was, is_now", [("AUT ", "SPR "), ("| 2025 |", "| 2026 |"), ("100001", "100002")])
def test_a_return_of_another_term_year_or_school_replaces_nothing(home, was, is_now):
    again = sent_again()
    again["again_header"] = again["again_header"].replace(was, is_now).replace("4001", "4002")
    night(home, date(2026, 11, 3), **again)
    assert on_roll(home)["ben"] == (None, "N")
    assert on_roll(home, date(2026, 11, 3))["ben"] == (None, "N")
    assert known(home, date(2026, 11, 3)).suspensions.height == 1


def test_a_late_row_of_a_return_that_was_replaced_does_not_bring_it_back(home):
    night(home, SECOND, **sent_again())
    night(home, THIRD, late=SENT["pupils"].replace("ben  ", "dina ").replace("p2", "p3"))
    assert on_roll(home) == AMIRA


@pytest.mark.parametrize("serials, stands", [((1, 2), AMIRA), ((2, 1), BOTH)])
def test_of_two_that_came_on_one_night_the_later_submitted_stands(tmp_path, serials, stands):
    home, again = new_home(tmp_path / "home"), sent_again()
    first = SENT | {"header": SENT["header"].replace("| 1   ", f"| {serials[0]}   ")}
    again["again_header"] = again["again_header"].replace("| 2   ", f"| {serials[1]}   ")
    night(home, FIRST, **first, **again)
    assert on_roll(home) == stands


def test_the_facts_are_those_of_a_home_that_had_only_the_return_sent_again(home, tmp_path):
    night(home, SECOND, **sent_again())
    other = new_home(tmp_path / "other")
    night(other, SECOND, **sent_again())
    assert table(home, "facts.enrolments").equals(table(other, "facts.enrolments"))
    assert spells_on(home, SECOND).equals(spells_on(other, SECOND))


# Rows sent again under the same ids are that return's


def test_one_row_put_right_replaces_that_row_and_leaves_the_pupils_other_counts(home):
    night(home, SECOND, corrected=lines(SENT["sessions"], but="| I").replace("| 4", "| 3"))
    assert census(home, SECOND) == [("amira", "I", 12), ("amira", "O", 3), ("ben", "I", 2)]
    assert census(home, date(2025, 11, 2)) == AS_FIRST_SENT


def test_a_row_set_aside_and_sent_again_joins_the_pupils_other_counts(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST, **SENT | {"sessions": SENT["sessions"].replace("| O", "| ZZ")})
    night(home, SECOND, corrected=lines(SENT["sessions"], but="| I"))
    assert census(home, SECOND) == AS_FIRST_SENT


def test_counts_sent_again_with_their_pupil_replace_all_of_that_pupils_so_that_a_code_no_longer_there_is_gone(home):
    whole = {"pupils_again": lines(SENT["pupils"], but="ben").replace("| 60", "| 62")}
    night(
        home, SECOND, **whole, sessions_again=lines(lines(SENT["sessions"], but="| O"), but="| p2").replace("12", "16")
    )
    assert census(home, SECOND) == [("amira", "I", 16), ("ben", "I", 2)]
    assert on_roll(home) == BOTH


def test_two_pupils_of_one_id_delivered_on_one_day_have_no_counts_hung_from_them_in_history_either(tmp_path):
    """Censuses of two terms, numbered alike: which of the two a count is of, nobody can tell."""
    home = new_home(tmp_path / "home")
    spring = {name: picture.replace("c1", "c2") for name, picture in SENT.items() if name in ("header", "pupils")}
    spring["header"] = spring["header"].replace("AUT ", "SPR ").replace("2025-Oct-02", "2025-Jan-16")
    spring["pupils"] = lines(spring["pupils"], but="ben").replace("amira", "cato ")
    told = night(home, FIRST, history=True, **SENT, **{f"spring_{name}": picture for name, picture in spring.items()})
    assert told.set_aside_by_rule == {"census_pupil_not_accepted": 3}
    assert table(home, "staged.census_sessions")["sessions"].to_list() == [2]
