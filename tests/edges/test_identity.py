"""Names and UPNs: the way in, and the little that comes out again."""

import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.identity import Pseudonyms, names, pseudonymised, remember
from pipeline.edges.keys import KEYS
from pipeline.edges.settings import Home, make_home
from pipeline.hops import looking
from pipeline.vocabulary.identifiers import check_letter
from tests.drawn import drawn
from tests.edges.delivered import FIRST_NIGHT, MARKS, ROLL, SCHOOLS, deliver, new_home

KEY = "a-key-that-nobody-else-would-ever-think-of"
PERMANENT, TEMPORARY, OTHER = "B801200005001", "V20920002301A", "H801200001001"
AMIRA = "amiraaaaaaaa"

PEOPLE = {"pupil_id": pl.String, "upn": pl.String, "surname": pl.String, "forename": pl.String,
          "date_of_birth": pl.Date, "former_upn": pl.String}  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    for name in KEYS:
        monkeypatch.delenv(f"A2N_{name.upper()}_KEY", raising=False)
    return make_home(tmp_path / "home", demo=True)


def looked_up(*upns: str | None, key: str = KEY) -> dict:
    """upn: (pupil_id, upn_check, upn_authority_known)."""
    found = Pseudonyms(key).of(pl.Series("upn", upns, dtype=pl.String))
    return {row[0]: row[1:] for row in found.rows()}


def people(picture: str) -> pl.DataFrame:
    """People as a file tells of them, all with Amira's pupil_id and UPN unless drawn otherwise."""
    told = drawn(picture, PEOPLE)
    usual = {"pupil_id": AMIRA, "upn": PERMANENT}
    return told.with_columns(pl.lit(value).alias(name) for name, value in usual.items() if name not in told.columns)


def rows_held(home: Home) -> int:
    with identity.identity(home) as con:
        return con.execute("SELECT count(*) FROM identity.people").fetchone()[0]


def surname(home: Home, day: date) -> str | None:
    found = names(home, [AMIRA], as_of=day)
    return found["surname"].item() if found.height else None


# Pseudonyms


def test_a_pupil_id_is_twelve_letters_and_digits_and_nothing_of_the_upn():
    for pupil_id, *_ in looked_up(PERMANENT, TEMPORARY, OTHER).values():
        assert re.fullmatch("[a-z2-7]{12}", pupil_id)


def test_a_pupil_id_is_kept_for_ever_for_the_same_key():
    """Every warehouse rests on this: a change here would make strangers of all its pupils."""
    assert looked_up(PERMANENT)[PERMANENT][0] == "cs4gfez4b27q"


def test_another_key_gives_another_pupil_id():
    assert looked_up(PERMANENT, key=KEY)[PERMANENT][0] != looked_up(PERMANENT, key=KEY + "!")[PERMANENT][0]


def test_two_upns_are_two_pupils():
    assert len({pupil_id for pupil_id, *_ in looked_up(PERMANENT, TEMPORARY, OTHER).values()}) == 3


@pytest.mark.parametrize(
    "upn, check",
    [(None, "missing"), ("", "missing"), ("ANON", "malformed"), ("A801200005001", "wrong check letter")],
)
def test_a_upn_that_does_not_check_out_is_nobodys_and_says_why(upn, check):
    assert looked_up(upn)[upn] == (None, check, True)


@pytest.mark.parametrize("upn", [PERMANENT, TEMPORARY])
def test_of_a_upn_that_checks_out_there_is_nothing_to_say(upn):
    pupil_id, *said = looked_up(upn)[upn]
    assert pupil_id is not None
    assert said == [None, True]


@pytest.mark.parametrize("rest, said", [("838200005001", [None, True]), ("999200005001", ["permanent", False])])
def test_a_upn_from_an_authority_nobody_knows_is_used_and_noted(rest, said):
    upn = check_letter(rest) + rest
    assert looked_up(upn)[upn][0] is not None
    assert list(looked_up(upn)[upn][1:]) == said


# What goes on, and what stays behind


def delivered() -> pl.DataFrame:
    schema = PEOPLE | {"row_number": pl.Int64, "nc_year": pl.String}
    return drawn(
        f"""
        row_number | upn         | surname | forename | date_of_birth | former_upn | nc_year
        -----------+-------------+---------+----------+---------------+------------+--------
        2          | {PERMANENT} | Okafor  | Amira    | 2014-03-01    |            | 8
        3          | ANON        | Bede    | Ben      | 2014-04-01    |            | 8
        4          |             | Cole    | Cato     | 2014-05-01    | {OTHER}    | 8
        5          | {PERMANENT} | Okafor  | Amira    | 2014-03-01    |            | 8
        """,
        schema,
    )


def test_upn_names_and_birth_date_stay_behind_and_the_rest_goes_on_row_by_row():
    rows, _ = pseudonymised(delivered(), Pseudonyms(KEY))
    former = {"former_pupil_id", "former_upn_check"}
    assert set(rows.columns) == {"row_number", "nc_year", "pupil_id", "upn_check", "upn_authority_known"} | former
    assert rows["row_number"].to_list() == [2, 3, 4, 5]
    assert rows["upn_check"].to_list() == [None, "malformed", "missing", None]
    assert rows["pupil_id"].is_null().to_list() == [False, True, True, False]


def test_each_person_met_is_handed_on_row_by_row_and_only_those_who_can_be_told():
    _, met = pseudonymised(delivered(), Pseudonyms(KEY))
    assert met.select("row_number", "upn", "surname", "forename", "date_of_birth").rows() == [
        (number, PERMANENT, "Okafor", "Amira", date(2014, 3, 1)) for number in (2, 5)
    ]


def test_a_former_upn_goes_on_as_the_pupil_id_it_stood_for():
    rows, _ = pseudonymised(delivered(), Pseudonyms(KEY))
    assert rows["former_pupil_id"].to_list() == [None, None, looked_up(OTHER)[OTHER][0], None]


@pytest.mark.parametrize(
    ("former", "pupil_id", "check"),
    [(PERMANENT, None, None), ("A801200005001", None, "wrong check letter"), ("UNKNOWN", None, "malformed")],
)
def test_a_former_upn_that_is_todays_own_or_none_at_all_tells_nothing(former, pupil_id, check):
    told = pl.DataFrame({"row_number": [2], "upn": [PERMANENT], "former_upn": [former]})
    rows, _ = pseudonymised(told, Pseudonyms(KEY))
    assert rows.select("former_pupil_id", "former_upn_check").rows() == [(pupil_id, check)]


def test_a_mark_brings_a_upn_and_nobody_to_remember():
    marks = pl.DataFrame({"upn": [PERMANENT, None], "code": ["/", "I"]})
    rows, met = pseudonymised(marks, Pseudonyms(KEY))
    assert rows["pupil_id"].to_list() == [looked_up(PERMANENT)[PERMANENT][0], None]
    assert met.is_empty()


# Remembered


def test_a_name_is_the_one_known_on_the_day(home):
    remember(home, people("surname|forename\n-\nOkafor|Amira"), known_on=date(2025, 9, 8))
    remember(home, people("surname|forename\n-\nBello|Amira"), known_on=date(2025, 11, 3))
    said = {
        day: surname(home, day) for day in (date(2025, 9, 7), date(2025, 9, 8), date(2025, 11, 2), date(2025, 11, 3))
    }
    assert list(said.values()) == [None, "Okafor", "Okafor", "Bello"]


def test_only_those_asked_for_are_named(home):
    remember(
        home,
        people(f"pupil_id|upn|surname\n-\n{AMIRA}|{PERMANENT}|Okafor\nbennnnnnnnnn|{OTHER}|Bede"),
        known_on=date(2025, 9, 8),
    )
    assert names(home, ["bennnnnnnnnn", "nobodyyyyyyy"], as_of=date(2025, 9, 8)).rows() == [
        ("bennnnnnnnnn", "Bede", None)
    ]
    assert names(home, [], as_of=date(2025, 9, 8)).is_empty()


def test_what_is_told_again_adds_nothing(home):
    told = people("surname|forename|date_of_birth|former_upn\n-\nOkafor|Amira|2014-03-01|\nOkafor|Amira||")
    for day in (8, 8, 9, 10):
        remember(home, told, known_on=date(2025, 9, day))
    assert rows_held(home) == 2


@pytest.mark.parametrize(
    "changed",
    ["Bello|Amira|2014-03-01|", "Okafor|Amirah|2014-03-01|", "Okafor|Amira|2014-01-03|", f"Okafor|Amira|2014-03-01|{OTHER}"],
)  # fmt: skip
def test_whatever_differs_is_added_with_its_day(home, changed):
    header = "surname|forename|date_of_birth|former_upn\n-\n"
    remember(home, people(header + "Okafor|Amira|2014-03-01|"), known_on=date(2025, 9, 8))
    remember(home, people(header + changed), known_on=date(2025, 11, 3))
    assert rows_held(home) == 2


def test_a_name_that_came_back_is_the_name_again(home):
    for day, name in ((8, "Okafor"), (9, "Bello"), (10, "Okafor")):
        remember(home, people(f"surname\n-\n{name}"), known_on=date(2025, 9, day))
    assert [surname(home, date(2025, 9, day)) for day in (8, 9, 10)] == ["Okafor", "Bello", "Okafor"]


def test_two_schools_that_spell_a_name_apart_do_not_change_it_every_night(home):
    """The school of one night and both the night after: from then on both are told every night, and nothing is news."""
    remember(home, people("surname\n-\nOkafor"), known_on=date(2025, 9, 8))
    for day in (9, 10, 11, 12):
        remember(home, people("surname\n-\nOkafor\nOkaforr"), known_on=date(2025, 9, day))
    assert rows_held(home) == 3
    assert len({surname(home, date(2025, 9, day)) for day in (9, 10, 11, 12)}) == 1


def test_the_order_in_which_people_are_told_changes_no_name(home, tmp_path):
    other = make_home(tmp_path / "other", demo=True)
    told = people("surname|forename\n-\nOkafor|Amira\nBello|Amira\n|Amira")
    remember(home, told, known_on=date(2025, 9, 8))
    remember(other, told.reverse(), known_on=date(2025, 9, 8))
    assert surname(home, date(2025, 9, 8)) == surname(other, date(2025, 9, 8)) == "Okafor"


def test_history_learned_late_does_not_rename_anybody_today(home):
    remember(home, people("surname\n-\nBello"), known_on=date(2025, 9, 8))
    remember(home, people("surname\n-\nOkafor"), known_on=date(2025, 7, 1))
    assert surname(home, date(2025, 9, 8)) == "Bello"
    assert surname(home, date(2025, 7, 1)) == "Okafor"


def test_two_upns_with_one_pupil_id_are_refused_naming_nobody_and_nothing_is_kept(home):
    with pytest.raises(Refused) as refused:
        remember(home, people(f"upn|surname\n-\n{PERMANENT}|Okafor\n{OTHER}|Bede"), known_on=date(2025, 9, 8))
    assert str(refused.value).startswith("1 pupil_ids stand for two UPNs each: change pseudonym.key")
    assert rows_held(home) == 0


def test_a_clash_with_somebody_met_before_is_found_too(home):
    remember(home, people(f"upn|surname\n-\n{PERMANENT}|Okafor"), known_on=date(2025, 9, 8))
    with pytest.raises(Refused):
        remember(home, people(f"upn|surname\n-\n{OTHER}|Bede"), known_on=date(2025, 9, 9))
    assert surname(home, date(2025, 9, 9)) == "Okafor"


def test_nobody_to_remember_opens_no_file(home):
    remember(home, people("surname\n-"), known_on=date(2025, 9, 8))
    assert not home.identity.exists()


# Encrypted, with a key of its own


def test_the_file_of_names_holds_none_that_can_be_read(home):
    remember(home, people("surname|forename|date_of_birth\n-\nOkafor|Amira|2014-03-01"), known_on=date(2025, 9, 8))
    held = b"".join(path.read_bytes() for path in home.folder.glob("identity.duckdb*"))
    assert len(held) > 10_000
    assert not any(plain in held for plain in (b"Okafor", b"Amira", PERMANENT.encode(), AMIRA.encode()))
    assert stat.S_IMODE(home.identity.stat().st_mode) == 0o600


def test_the_warehouses_key_does_not_open_the_names(home):
    remember(home, people("surname\n-\nOkafor"), known_on=date(2025, 9, 8))
    (home.folder / "identity.key").write_text(home.key("warehouse"))
    with pytest.raises(Refused, match=r"identity\.key does not open identity\.duckdb"):
        surname(home, date(2025, 9, 8))


def test_no_table_of_the_warehouse_has_a_column_for_a_name_a_upn_or_a_birth_date():
    forbidden = {"upn", "former_upn", "surname", "forename", "date_of_birth", "dob", "comment"}
    children = {table.name: set(table.names) & forbidden for table in shelf.KEPT}
    assert not any(children.values())
    named = {table.name for table in shelf.KEPT if "name" in table.names}
    assert named == {"staged.schools", "staged.census_schools"}  # of schools


def test_another_pseudonym_key_is_refused_before_any_child_exists_twice(home):
    identity.check_key(home)
    identity.check_key(home)
    (home.folder / "pseudonym.key").write_text("another key of thirty-two letters or more")
    with pytest.raises(Refused, match=r"pseudonym\.key is not the key this home began with"):
        identity.check_key(home)


# Held open


def test_names_held_open_are_opened_once_and_what_is_learned_meanwhile_is_told(home, monkeypatch):
    opened = []
    connection = shelf.connection
    monkeypatch.setattr(shelf, "connection", lambda home: opened.append(home) or connection(home))
    with identity.held(home):
        assert surname(home, date(2024, 9, 2)) is None
        remember(home, people("surname\n-------\nOkafor"), known_on=date(2024, 9, 1))
        with identity.identity(home) as one, identity.identity(home) as other:
            for con in (one, other):  # each with temporary tables of its own
                con.execute("CREATE TEMP TABLE mine AS SELECT 1 AS at")
        with identity.held(home):
            assert surname(home, date(2024, 9, 2)) == "Okafor"
        assert surname(home, date(2024, 9, 2)) == "Okafor"
        assert len(opened) == 1
    assert surname(home, date(2024, 9, 2)) == "Okafor"
    assert len(opened) == 2


def test_names_that_cannot_be_opened_are_refused_before_anything_is_begun_and_let_go(home):
    assert rows_held(home) == 0
    key = home.folder / "identity.key"
    right = key.read_text()
    key.write_text("another key of thirty-two letters or more")
    with pytest.raises(Refused, match=r"identity\.key"), identity.held(home):
        pytest.fail("it was begun")
    key.write_text(right)
    assert rows_held(home) == 0


OPENED = """
import sys
from pathlib import Path
from pipeline.edges import identity
from pipeline.edges.settings import open_home

with identity.identity(open_home(Path(sys.argv[1]))):
    pass
"""


def another_opens(home: Home) -> bool:
    """Whether another process may open the names now."""
    words = [sys.executable, "-c", OPENED, str(home.folder)]
    return subprocess.run(words, capture_output=True, cwd=Path(__file__).parents[2], check=False).returncode == 0


@pytest.mark.usefixtures("in_little_time")
def test_a_night_holds_its_names_until_lists_and_figures_are_out_and_lets_go_of_them_to_print(tmp_path, monkeypatch):
    home, opens = new_home(tmp_path / "home"), {}

    def issued(*_):
        rows_held(home)
        opens["at work"] = another_opens(home)

    def printed(*_, **__):
        opens["to print"] = another_opens(home)
        return []

    monkeypatch.setattr(looking, "issue", issued)
    monkeypatch.setattr(flow, "_print_out", printed)
    deliver(home, schools=SCHOOLS, pupils=ROLL, marks=MARKS)
    assert flow.nightly(home, as_of=FIRST_NIGHT).stopped_because is None
    assert opens == {"at work": False, "to print": True}
