"""Other agencies' extracts taken in: refused until a gateway is named, linked inside the names, decided by a person, undone."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import agencies, intake, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.known import known_as_of
from pipeline.edges.settings import Home, make_home, open_home
from pipeline.hops import agencies as hop
from pipeline.hops.summary import Summary
from pipeline.hops.taking_in import Day
from pipeline.steps.agencies import involved
from pipeline.tables.linkage import SHIPPED
from tests.edges.delivered import SCHOOLS, copied, deliver, new_home, night, pupil_id, read, table

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST, SECOND, THIRD = date(2025, 9, 12), date(2025, 9, 15), date(2025, 9, 16)

ROLL_COLUMNS = "urn | upn | surname | forename | date_of_birth | nc_year | entry_date | postcode\n-\n"
AMIRA = "100001 | amira | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 | XA1 1AA\n"
BEN = "100001 | ben | Bede | Ben | 2013-04-11 | 8 | 2024-09-02 | XA1 2BB\n"
DANA = "100001 | dana | Dale | Dana | 2012-10-20 | 8 | 2024-09-02 | XA1 3CC\n"
DENA = "100001 | dena | Dale | Dena | 2012-10-20 | 8 | 2024-09-02 | XA1 3CC\n"
ROLL = ROLL_COLUMNS + AMIRA + BEN + DANA + DENA

COLUMNS = "surname | forename | date_of_birth | postcode | service | start_date | end_date\n-\n"
OF_AMIRA = "Okafor | Amria | 2013-03-01 | XA1 1AA | Early Help | 2025-03-03 |\n"
OF_BEN = "Bede | Ben | 2013-04-11 | XA1 2BB | School nursing | 2025-06-02 |\n"
OF_A_TWIN = "Dale | Dxna | 2012-10-20 | XA1 3CC | Early help | 2025-03-03 |\n"
OF_NOBODY = "Underwood | Zebedee | 2014-02-03 | XA9 9ZZ | Early help | 2025-03-03 |\n"
SENT = COLUMNS + OF_AMIRA + OF_BEN + OF_NOBODY


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Home:
    """A home that names a gateway, with two schools and a roll."""
    home = new_home(tmp_path_factory.mktemp("begun") / "home")
    night(home, FIRST, schools=SCHOOLS, roll=ROLL)
    return home


@pytest.fixture(scope="module")
def sent(begun, tmp_path_factory) -> Home:
    """The same home, sent SENT on the second night."""
    home = copied(begun, tmp_path_factory.mktemp("sent") / "home")
    night(home, SECOND, sent=SENT)
    return home


@pytest.fixture(scope="module")
def unsure(begun, tmp_path_factory) -> Home:
    """The same home, sent a child on the second night who may be either of two twins."""
    home = copied(begun, tmp_path_factory.mktemp("unsure") / "home")
    night(home, SECOND, sent=COLUMNS + OF_A_TWIN)
    return home


@pytest.fixture
def home(begun, tmp_path) -> Home:
    return copied(begun, tmp_path / "home")


@pytest.fixture
def linked(sent, tmp_path) -> Home:
    return copied(sent, tmp_path / "home")


@pytest.fixture
def asked(unsure, tmp_path) -> Home:
    return copied(unsure, tmp_path / "home")


def who(home: Home, day: date) -> set[str]:
    """The pupils with whom a service is involved on a day, by the names they have here."""
    names = {pupil_id(home, name): name for name in ("amira", "ben", "dana", "dena", "cato")}
    with shelf.warehouse(home) as con:
        return {names[one] for one in involved(known_as_of(con, day).involved, as_of=day)}


def held(home: Home) -> list[str]:
    """Forenames of agencies' children that are held with the names."""
    with agencies.with_names(home) as names:
        return [
            one
            for (one,) in names.execute("SELECT DISTINCT forename FROM identity.agency_people ORDER BY 1").fetchall()
        ]


def codes(home: Home, pupil: str | None = None) -> list[str]:
    """Codes of the pairs now found, certain or asked; of one pupil, where one is named."""
    with agencies.with_names(home) as names:
        found = agencies.found(names).filter(pl.col("until").is_null())
    return found.filter(pl.col("other") == pupil_id(home, pupil) if pupil else True)["link"].to_list()


def say(home: Home, day: date, **said: list[str]):
    return flow.links(home, known_on=day, said=said)


def without_gateway(home: Home) -> Home:
    """The home once its gateway is taken out of its settings."""
    path = home.folder / "settings.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("gateway =")]
    path.write_text("\n".join(lines) + "\n")
    return open_home(home.folder)


def refusal(summary) -> str:
    (why,) = [one.refused_because for one in summary.extracts if one.refused_because]
    return why


# Off until a gateway is named ------------------------------------------------------------------------------------------------


def test_a_new_home_names_no_gateway_and_a_demonstration_a_made_up_one(tmp_path):
    assert make_home(tmp_path / "live", demo=False).settings.gateway == ""
    assert make_home(tmp_path / "demo", demo=True).settings.gateway


def test_without_a_gateway_the_file_is_refused_whole_and_the_sentence_says_what_to_set(home):
    home = without_gateway(home)
    told = night(home, SECOND, sent=SENT)
    assert "[agencies] gateway" in refusal(told) and "the law and the agreement" in refusal(told)
    assert [(one.rows_read, one.rows_refused) for one in told.extracts] == [(3, 3)]
    assert table(home, "staged.agencies").is_empty() and held(home) == []
    assert (home.set_aside / "sent.csv.refused.txt").read_text().startswith(refusal(told) + "\n")


def test_once_the_gateway_is_named_the_same_file_is_read_and_only_once(home):
    off = without_gateway(home)
    night(off, SECOND, sent=SENT)
    assert night(off, SECOND).extracts == []
    settings = off.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("[agencies]", '[agencies]\ngateway = "Children Act 2004, s. 10"'))
    on = open_home(off.folder)
    assert [one.rows_accepted for one in night(on, THIRD).extracts] == [3]
    assert who(on, THIRD) == {"amira", "ben"}
    assert night(on, THIRD).extracts == [] and list(on.set_aside.iterdir()) == []


def test_a_gateway_taken_back_ends_all_use_of_what_was_sent(linked):
    say(linked, SECOND)
    path = linked.outbox / "worklists" / "agencies.xlsx"
    assert path.exists()
    off = without_gateway(linked)
    assert "gateway" in refusal(night(off, THIRD, again=SENT + OF_BEN))
    assert say(off, THIRD).agencies is None and not path.exists()


def test_and_no_name_is_held_once_its_days_are_over_linked_or_not(linked):
    off = without_gateway(linked)
    night(off, SECOND + timedelta(days=31))
    assert held(off) == ["Amria", "Ben", "Zebedee"]
    night(off, SECOND + timedelta(days=32))
    assert held(off) == []


def test_a_replay_uses_no_gateway_that_is_taken_back_and_else_the_settings_of_its_day(linked):
    for day in (SECOND, THIRD):
        flow.flag(linked, as_of=day)
    with shelf.warehouse(linked) as con:
        assert flow._as_it_was(con, linked, said := Summary(None, SECOND), as_of=SECOND).settings.gateway
        assert said.remarks == []
        assert flow._as_it_was(con, without_gateway(linked), said, as_of=SECOND).settings.gateway == ""


def test_without_a_gateway_a_file_of_the_police_is_told_that_it_is_theirs(home):
    off = without_gateway(home)
    told = night(off, SECOND, sent=SENT + "Bede | Ben | 2013-04-11 | XA1 2BB | Police | 2025-06-02 |\n")
    assert "police or youth justice" in refusal(told) and "gateway" not in refusal(told)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('services = ["police"]', "early help and school nursing, and nothing else"),
        ("use_from = 0.85", "use_from must be from 0.9"),
        ("ask_from = 0.995", "ask_from from 0.5 to use_from"),
        ("unlinked_days = -1", "unlinked_days must be 0 or more"),
    ],
)
def test_settings_that_would_go_too_far_are_refused(tmp_path, settings, says):
    (tmp_path / "settings.toml").write_text(f"[agencies]\n{settings}\n")
    with pytest.raises(Refused, match=says):
        open_home(tmp_path)


# Police and youth justice -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["offence", "PNC ID", "custody_ref", "YOT ID", "Arrest date"])
def test_a_file_with_a_header_of_theirs_is_refused_whatever_else_it_has(home, header):
    columns = COLUMNS.replace("end_date", f"end_date | {header}", 1)
    told = night(home, SECOND, sent=columns + "Okafor | Amira | 2013-03-01 | XA1 1AA | Early help | 2025-03-03 | | x\n")
    assert "police or youth justice" in refusal(told) and "whatever settings say" in refusal(told)
    assert held(home) == [] and table(home, "staged.agencies").is_empty()


@pytest.mark.parametrize(
    ("header", "words"),
    [("organisation", "Metropolitan Police Service"), ("source_agency", "West Midlands Police"), ("agency", "Y.O.T."), ("team", "Bail support")],
)  # fmt: skip
def test_a_file_that_names_them_beside_a_service_that_is_allowed_is_refused(home, header, words):
    columns = COLUMNS.replace("end_date", f"end_date | {header}", 1)
    told = night(
        home, SECOND, sent=columns + f"Bede | Ben | 2013-04-11 | XA1 2BB | Early help | 2025-06-02 | | {words}\n"
    )
    assert "police or youth justice" in refusal(told) and held(home) == []


def test_a_child_called_police_is_a_child(home):
    told = night(home, SECOND, sent=COLUMNS + "Police | Ben | 2013-04-11 | XA1 2BB | Early help | 2025-06-02 |\n")
    assert [one.rows_accepted for one in told.extracts] == [1]


def test_a_file_that_names_them_in_one_row_is_refused_whole_and_no_name_of_it_is_kept(home):
    told = night(home, SECOND, sent=SENT + "Bede | Ben | 2013-04-11 | XA1 2BB | Youth Offending Team | 2025-06-02 |\n")
    assert "police or youth justice" in refusal(told)
    assert [(one.rows_read, one.rows_accepted, one.rows_refused) for one in told.extracts] == [(4, 0, 4)]
    assert held(home) == [] and who(home, SECOND) == set()


# Taken in ------------------------------------------------------------------------------------------------------------------------


def test_a_pupil_an_agency_tells_of_is_known_to_have_a_service_involved_and_nothing_else_is_known(home):
    told = night(home, SECOND, sent=SENT)
    assert told.agency_links == {"stand": 2, "wait": 0}
    assert table(home, "facts.agency_involvement").columns == ["pupil_id", "service", "start_date", "end_date", "known_on", "undone_on"]  # fmt: skip
    assert read(home, "SELECT service, start_date, known_on FROM warehouse.facts.agency_involvement ORDER BY 1") == [
        ("early_help", date(2025, 3, 3), SECOND),
        ("school_nursing", date(2025, 6, 2), SECOND),
    ]
    assert who(home, SECOND) == {"amira", "ben"} and who(home, FIRST) == set()


def test_no_name_birth_date_or_postcode_of_theirs_or_ours_is_anywhere_but_with_the_names(home):
    night(home, SECOND, sent=SENT + "Missing | | 2013-01-01 | XA7 7QQ | Early help | |\n")
    words = ("okafor", "amria", "underwood", "zebedee", "xa1", "xa9", "xa7", "2014-02-03", "2013-03-01")
    with shelf.warehouse(home) as con:
        names = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'warehouse'").fetchall()  # fmt: skip
        kept = {name: con.execute(f"SELECT * FROM warehouse.{name}").pl().write_csv().lower() for (name,) in names}
    assert {name: word for name, text in kept.items() for word in words if word in text} == {}
    files = [path for path in home.folder.rglob("*") if path.is_file() and home.inbox not in path.parents]
    found = {path.name for path in files for word in words[:4] if word in path.read_bytes().decode("latin-1").lower()}
    assert found == set()
    assert len(kept) > 30 and {"warehouse.duckdb", "identity.duckdb", "sent.csv.set_aside.csv"} <= {path.name for path in files}  # fmt: skip


def test_a_row_set_aside_is_held_nowhere(home):
    night(home, SECOND, sent=COLUMNS + OF_BEN + "Okafor | Amira | 2013-03-01 | XA1 1AA | Allotments | |\n")
    assert held(home) == ["Ben"]


def test_the_same_child_sent_again_is_nobody_new(linked):
    night(linked, THIRD, again=COLUMNS + OF_BEN + OF_AMIRA.replace("|\n", "| 2026-01-05\n"))
    assert table(linked, "facts.agency_involvement").height == 4
    with shelf.warehouse(linked) as con:
        known = known_as_of(con, THIRD).involved
    assert involved(known, as_of=THIRD) == {pupil_id(linked, "amira"), pupil_id(linked, "ben")}
    assert len(codes(linked)) == 2 and held(linked) == ["Amria", "Ben", "Zebedee"]


def test_one_file_cut_in_two_and_named_otherwise_gives_the_same(begun, tmp_path):
    whole, cut = copied(begun, tmp_path / "whole"), copied(begun, tmp_path / "cut")
    night(whole, SECOND, sent=SENT)
    night(cut, SECOND, b=COLUMNS + OF_NOBODY + OF_AMIRA, a=COLUMNS + OF_BEN)
    assert table(cut, "facts.agency_involvement").equals(table(whole, "facts.agency_involvement"))
    assert codes(cut) == codes(whole)


def test_a_run_stopped_between_the_names_and_the_shelf_is_mended_by_the_next(begun, tmp_path, monkeypatch):
    undisturbed, stopped = copied(begun, tmp_path / "undisturbed"), copied(begun, tmp_path / "stopped")
    night(undisturbed, SECOND, sent=SENT)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(intake, "record_extracts", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        night(stopped, SECOND, sent=SENT)
    night(stopped, SECOND)
    for name in ("facts.agency_involvement", "staged.agencies"):
        assert table(stopped, name).equals(table(undisturbed, name))
    assert codes(stopped) == codes(undisturbed)


def test_a_home_no_agency_writes_to_compares_nothing(home, monkeypatch):
    monkeypatch.setattr(hop, "weights", None)
    assert "agencies: link" not in night(home, SECOND, roll=ROLL + "100001 | cato | Cole | Cato | 2013-09-09 | 7 | 2025-09-01 |\n").seconds  # fmt: skip


def test_a_night_on_which_nothing_is_new_compares_nothing(linked, monkeypatch):
    monkeypatch.setattr(hop, "weights", None)
    assert night(linked, THIRD).agency_links == {"stand": 2, "wait": 0}


def test_checking_a_file_says_what_a_home_with_a_gateway_would_take_and_keeps_nothing(tmp_path):
    path = tmp_path / "sent.csv"
    path.write_text(
        "surname,forename,date_of_birth,postcode,service\nBede,Ben,2013-04-11,XA1 2BB,Early help\nBede,,2013-04-11,,x\n"
    )
    told = flow.check([path], Day(SECOND))
    assert [(one.rows_accepted, one.rows_set_aside) for one in told.extracts] == [(1, 1)]
    assert told.set_aside_by_rule == {"agency_name_missing": 1, "agency_service_not_allowed": 1}


def test_history_taken_in_was_known_when_it_happened(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST, history=True, schools=SCHOOLS, roll=ROLL, sent=SENT)
    assert who(home, date(2025, 3, 4)) == {"amira"} and who(home, date(2025, 6, 3)) == {"amira", "ben"}
    assert who(home, date(2025, 3, 3)) == set()


# Whom nobody is linked to ----------------------------------------------------------------------------------------------------------


def test_a_child_who_comes_to_a_roll_later_is_linked_from_that_day(home):
    night(home, SECOND, sent=COLUMNS + "Cole | Cato | 2013-09-09 | XA4 4DD | Early help | 2025-03-03 |\n")
    assert who(home, SECOND) == set()
    night(home, THIRD, roll=ROLL_COLUMNS + "100001 | cato | Cole | Cato | 2013-09-09 | 7 | 2025-09-15 | XA4 4DD\n")
    assert who(home, THIRD) == {"cato"} and who(home, SECOND) == set()


def test_names_nobody_is_linked_to_are_erased_when_their_days_are_over(linked):
    night(linked, SECOND + timedelta(days=31))
    assert held(linked) == ["Amria", "Ben", "Zebedee"]
    night(linked, SECOND + timedelta(days=32))
    assert held(linked) == ["Amria", "Ben"]
    with agencies.with_names(linked) as names:
        assert names.execute("SELECT count(*) FROM identity.agency_statements").fetchone() == (2,)


def test_once_a_link_is_undone_its_names_are_erased_and_past_days_are_had_again(linked):
    say(linked, THIRD, undone=codes(linked, "ben"))
    assert who(linked, SECOND) == {"amira", "ben"} and who(linked, THIRD) == {"amira"}
    night(linked, THIRD + timedelta(days=200), roll=ROLL + BEN.replace("ben | Bede | Ben", "cato | Cole | Cato"))
    assert held(linked) == ["Amria"]
    assert who(linked, SECOND) == {"amira", "ben"} and who(linked, THIRD) == {"amira"}


def test_sent_again_they_are_held_for_as_long_again(linked):
    night(linked, SECOND + timedelta(days=20), again=COLUMNS + OF_NOBODY)
    night(linked, SECOND + timedelta(days=51))
    assert "Zebedee" in held(linked)
    night(linked, SECOND + timedelta(days=52))
    assert "Zebedee" not in held(linked)


def test_settings_may_have_them_erased_at_once(home):
    home = replace(home, settings=replace(home.settings, unlinked_days=0))
    night(home, SECOND, sent=SENT)
    night(home, THIRD)
    assert held(home) == ["Amria", "Ben"]


# A person decides ------------------------------------------------------------------------------------------------------------------


def test_a_child_who_may_be_either_twin_waits_and_the_worklist_shows_both_by_name(home):
    assert night(home, SECOND, sent=COLUMNS + OF_A_TWIN).agency_links == {"stand": 0, "wait": 2}
    assert who(home, SECOND) == set()
    told = say(home, SECOND)
    assert (told.agencies.waiting, told.agencies.standing) == (2, {})
    path = home.folder / told.agencies.worklist
    assert path.stat().st_mode & 0o777 == 0o600
    rows = [row for row in openpyxl.load_workbook(path)["Waits"].iter_rows(values_only=True) if str(row[0]).startswith("ag-")]  # fmt: skip
    assert sorted(row[0] for row in rows) == sorted(codes(home))
    assert {row[2] for row in rows} == {"Dale, Dxna\nborn 20 October 2012"}
    assert {row[6] for row in rows} == {"Dale, Dana\nborn 20 October 2012", "Dale, Dena\nborn 20 October 2012"}
    assert {row[4] for row in rows} == {"early help since 3 March 2025"}


def test_confirmed_one_is_linked_from_that_day_and_the_other_is_no_question_any_more(asked):
    told = say(asked, THIRD, confirmed=codes(asked, "dena"))
    assert (told.agencies.decided, told.agencies.waiting) == (1, 0)
    assert who(asked, THIRD) == {"dena"} and who(asked, SECOND) == set()


def test_a_no_to_one_twin_is_no_yes_to_the_other(asked):
    told = say(asked, THIRD, rejected=codes(asked, "dana"))
    assert told.agencies.waiting == 1 and who(asked, THIRD) == set()


def test_one_child_is_not_made_two_pupils(asked):
    both = codes(asked)
    with pytest.raises(Refused, match="who can be one pupil at most, so nothing was decided"):
        say(asked, THIRD, confirmed=both)
    dana, dena = codes(asked, "dana"), codes(asked, "dena")
    say(asked, THIRD, confirmed=dana)
    with pytest.raises(Refused, match="undo or leave out all but one"):
        say(asked, THIRD, confirmed=dena)
    assert who(asked, THIRD) == {"dana"}


def test_a_link_undone_is_undone_from_that_day_and_does_not_come_back_by_itself(linked):
    say(linked, THIRD, undone=codes(linked, "amira"))
    assert who(linked, SECOND) == {"amira", "ben"} and who(linked, THIRD) == {"ben"}
    later = THIRD + timedelta(days=1)
    night(linked, later, again=SENT + OF_NOBODY, roll=ROLL.replace("XA1 1AA", "XA6 6AA"))
    assert who(linked, later) == {"ben"}


def test_a_pair_rejected_does_not_come_back_when_its_names_were_erased_and_are_sent_again_with_another_postcode(linked):
    say(linked, THIRD, rejected=codes(linked, "amira"))
    much_later = SECOND + timedelta(days=60)
    night(linked, much_later)
    assert held(linked) == ["Ben"]
    told = night(linked, much_later, again=COLUMNS + OF_AMIRA.replace("XA1 1AA", "XA1 1AB"))
    assert told.agency_links == {"stand": 1, "wait": 0} and who(linked, much_later) == {"ben"}


def test_what_was_undone_can_be_confirmed_again(linked):
    pair = codes(linked, "amira")
    say(linked, SECOND, undone=pair)
    say(linked, THIRD, confirmed=pair)
    assert who(linked, SECOND) == {"ben"} and who(linked, THIRD) == {"amira", "ben"}


def test_a_pair_confirmed_by_a_person_stays_though_the_pupils_record_no_longer_looks_alike(asked):
    say(asked, SECOND, confirmed=codes(asked, "dana"))
    night(asked, THIRD, roll=ROLL.replace("Dana", "Xena").replace("XA1 3CC", "XA8 8AA"))
    assert who(asked, THIRD) == {"dana"}


def test_a_second_pupil_just_as_like_makes_a_certain_link_a_question_from_that_day(home):
    night(home, SECOND, sent=COLUMNS + OF_BEN.replace("XA1 2BB", ""))
    assert who(home, SECOND) == {"ben"}
    told = night(home, THIRD, roll=ROLL + "100002 | cato | Bede | Ben | 2013-04-11 | 8 | 2025-09-15 | XA5 5EE\n")
    assert told.agency_links == {"stand": 0, "wait": 2}
    assert who(home, SECOND) == {"ben"} and who(home, THIRD) == set()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"confirmed": ["ag-nosuchcode"]}, "no pair with the code ag-nosuchcode"),
        ({"confirmed": ["same"], "rejected": ["same"]}, "cannot be told two things at once"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is(asked, said, says):
    code = codes(asked, "dana")[0]
    said = {what: [code if one == "same" else one for one in told] for what, told in said.items()}
    with pytest.raises(Refused, match=says):
        say(asked, THIRD, **said)
    assert table(asked, "audit.link_decisions").is_empty()


def test_nothing_is_decided_as_of_a_day_before_what_is_on_record(asked):
    with pytest.raises(Refused, match="already on record"):
        say(asked, FIRST, confirmed=codes(asked, "dana"))


def test_links_told_without_an_agency_speak_of_none(home):
    assert say(home, SECOND).agencies is None


# Postcodes of our own pupils ----------------------------------------------------------------------------------------------------------


CENSUS = {
    "census": "schoolcensustableid | NativeId | collection | term | year | referencedate | lea | estab | urn\n-\nc1 | S1 | SC | SPR | 2025 | 2025-Jan-16 00:00:00 | 209 | 4001 | 100001\n",
    "school": "schooltableid | schoolcensustableid | NativeId | schoolname | phase\n-\ns1 | c1 | S1 | Ash Secondary | SS\n",
    "pupils": "pupilonrolltableid | NativeId | schoolcensustableid | upn | surname | forename | dob | entrydate | ncyearactual | senprovision\n-\np1 | S1 | c1 | amira | Okafor | Amira | 2013-Mar-01 00:00:00 | 2024-Sep-02 00:00:00 | 7 | N\n",
    "addresses": "addressestableid | NativeId | pupilonrolltableid | postcode\n-\na1 | S1 | p1 | XA1 1AA\n",
}  # fmt: skip
MOVED_SURNAME = COLUMNS + "Price | Amira | 2013-03-01 | XA1 1AA | Early help | 2025-03-03 |\n"
"""Nobody could tell by names and birth date alone that she is Amira Okafor."""


def test_a_censuss_postcode_tells_a_pupil_though_no_table_of_the_warehouse_holds_it(tmp_path):
    home = new_home(tmp_path / "home")
    told = night(home, FIRST, **CENSUS, sent=MOVED_SURNAME)
    assert told.set_aside_by_rule == {} and who(home, FIRST) == {"amira"}
    assert table(home, "staged.addresses").columns == ["extract_id", "row_number", "known_on", "pupil_id", "urn"]


def test_addresses_that_come_before_their_pupils_wait_without_a_postcode_and_none_is_lost(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST, addresses=CENSUS["addresses"], sent=MOVED_SURNAME)
    waiting = table(home, "waiting.addresses")
    assert waiting.height == 1 and "XA1" not in waiting.write_csv()
    assert who(home, FIRST) == set()
    told = night(home, SECOND, **{name: rows for name, rows in CENSUS.items() if name != "addresses"})
    assert told.accepted_after_waiting == 1 and who(home, SECOND) == {"amira"}


def test_a_postcode_that_is_none_sets_no_pupil_aside(home):
    told = night(home, SECOND, roll=ROLL.replace("XA1 1AA", "not known"))
    assert told.set_aside_by_rule == {}


# Weights -------------------------------------------------------------------------------------------------------------------------------


def test_weights_are_the_shipped_ones_until_a_person_says_otherwise_and_too_few_records_teach_nothing(linked):
    with agencies.with_names(linked) as names:
        assert hop.model_of(names) == SHIPPED
    with pytest.raises(Refused, match="Of 4 pupils nothing can be learned, for 2,000 are needed"):
        flow.links(linked, known_on=SECOND, said={}, weights="learned")


def test_other_weights_compare_everybody_anew_at_the_next_take_in_and_are_kept_with_the_names(linked):
    doubting = SHIPPED.as_json.replace("[0.945, 0.0002]", "[0.945, 0.945]").replace("[0.83, 0.0002]", "[0.83, 0.83]")
    with agencies.with_names(linked) as names:
        agencies.keep_model(names, doubting, "doubting", known_on=SECOND)
    assert night(linked, THIRD).agency_links["stand"] == 0
    flow.links(linked, known_on=THIRD, said={}, weights="shipped")
    assert night(linked, THIRD + timedelta(days=1)).agency_links == {"stand": 2, "wait": 0}


def test_a_file_refused_for_another_reason_is_not_read_again(home):
    with shelf.warehouse(home) as con:
        assert runs.refused_only_because(con, "whatever") == []
    deliver(home, police=COLUMNS + "Bede | Ben | 2013-04-11 | XA1 2BB | Police | |\n")
    assert len(night(home, SECOND).extracts) == 1 and night(home, SECOND).extracts == []


def test_the_example_file_is_read_to_the_last_row(home):
    path = Path(__file__).parents[1] / "examples" / "agencies.csv"
    (home.inbox / "agencies.csv").write_bytes(path.read_bytes())
    assert [(one.layout, one.rows_accepted) for one in night(home, SECOND).extracts] == [("agencies", 3)]
