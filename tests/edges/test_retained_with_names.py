"""Retention of what is kept beside registers: models, words, what agencies sent, and what people decided of pairs of records."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges import identity, opinions_kept
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, open_home
from pipeline.hops import retaining
from pipeline.tables.same_child import LINK_DECISIONS
from tests.edges.delivered import ASH, SCHOOLS, copied, new_home, night, pupil_id, table
from tests.edges.test_agencies import CENSUS, COLUMNS, OF_AMIRA, OF_BEN, OF_NOBODY, ROLL, held, who
from tests.edges.test_retained import keeping

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST, SENT_ON = date(2025, 9, 12), date(2025, 9, 15)
YEAR_IS_OVER, NEXT_IS_OVER = date(2026, 8, 1), date(2027, 8, 1)
"""Twelve months after the school years 2024/25 and 2025/26."""
ONE_DAY = timedelta(days=1)

ENDED = "Dale | Dana | 2012-10-20 | XA1 3CC | Early help | 2025-03-03 | 2025-07-01\n"


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Home:
    """A roll of four, words that come back, and what an agency sent: of three pupils and of a child nobody knows."""
    home = new_home(tmp_path_factory.mktemp("lived") / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("words_come_back = false", "words_come_back = true "))
    home = open_home(home.folder)
    night(home, FIRST, schools=SCHOOLS, roll=ROLL)
    night(home, SENT_ON, sent=COLUMNS + OF_AMIRA + OF_BEN + ENDED + OF_NOBODY)
    return home


@pytest.fixture
def home(lived, tmp_path) -> Home:
    return copied(lived, tmp_path / "home")


def removed(home: Home, day: date, *, nightly: bool = False) -> dict[str, int]:
    return retaining.retain(home, as_of=day, nightly=nightly).removed


# Models


def learned(home: Home, on: date, *, approved_on: date | None = None) -> Path:
    approval = {"by": "somebody", "on": approved_on.isoformat()} if approved_on else None
    told = {"approval": approval, "suspended": None}
    return opinions_kept.keep(home, told, b"a model", {"card.md": "what it is"}, as_of=on)


def test_a_model_goes_three_years_after_it_was_learned_but_for_the_newest_and_the_one_in_use(home):
    in_use = learned(home, date(2022, 1, 10), approved_on=date(2022, 1, 20))
    old, newest = learned(home, date(2022, 6, 1)), learned(home, date(2022, 7, 1))
    assert "models" not in removed(home, date(2025, 5, 31), nightly=True) and old.is_dir()
    assert removed(home, date(2025, 6, 1), nightly=True)["models"] == 3  # the model, its card and the record
    assert (in_use.is_dir(), old.exists(), newest.is_dir()) == (True, False, True)
    assert "models" not in removed(home, date(2026, 6, 1), nightly=True)


def test_the_model_that_was_in_use_goes_once_another_is(home):
    first = learned(home, date(2022, 1, 10), approved_on=date(2022, 1, 20))
    learned(home, date(2025, 9, 20), approved_on=date(2025, 10, 20))
    assert "models" not in removed(home, date(2025, 10, 19)) and first.is_dir()
    assert removed(home, date(2025, 10, 20))["models"] == 3 and not first.exists()
    kept = table(home, "audit.retention").filter(kind="models")
    assert kept["up_to"].to_list() == [date(2022, 1, 10)] and kept["removed"].to_list() == [3]


# Words


def words(home: Home) -> list[str]:
    with identity.identity(home) as con:
        return [text for (text,) in con.execute("SELECT text FROM identity.words ORDER BY known_on").fetchall()]


@pytest.mark.parametrize("nightly", [True, False])
def test_words_go_a_year_after_the_school_year_in_which_they_came_back(home, nightly):
    for known_on, text in ((date(2025, 7, 31), "Likes to draw."), (YEAR_IS_OVER - timedelta(days=365), "Likes to sing.")):  # fmt: skip
        told = pl.DataFrame({"pupil_id": [pupil_id(home, "amira")], "kind": ["strengths"], "text": [text]})
        identity.remember_words(home, told, urn=ASH, list_as_of=known_on, known_on=known_on)
    assert "words" not in removed(home, YEAR_IS_OVER - ONE_DAY, nightly=nightly) and len(words(home)) == 2
    assert removed(home, YEAR_IS_OVER, nightly=nightly)["words"] == 1 and words(home) == ["Likes to sing."]
    assert removed(home, NEXT_IS_OVER, nightly=nightly)["words"] == 1 and words(home) == []


# What agencies sent


def test_what_an_agency_stated_goes_a_year_after_it_ended_or_came_and_with_it_the_names_it_came_with(home):
    home = keeping(home, agencies=12)
    assert who(home, SENT_ON) == {"amira", "ben"} and held(home) == ["Amria", "Ben", "Dana", "Zebedee"]
    assert "agencies" not in removed(home, YEAR_IS_OVER - ONE_DAY) and "Dana" in held(home)
    assert removed(home, YEAR_IS_OVER)["agencies"] == 1
    assert held(home) == ["Amria", "Ben", "Zebedee"] and who(home, SENT_ON) == {"amira", "ben"}
    removed(home, NEXT_IS_OVER - ONE_DAY)
    assert "Amria" in held(home) and who(home, SENT_ON) == {"amira", "ben"}
    assert removed(home, NEXT_IS_OVER)["agencies"] == 3
    assert held(home) == [] and who(home, SENT_ON) == set()
    assert table(home, "staged.agencies").is_empty() and table(home, "facts.agency_involvement").is_empty()


# Postcodes of a census


def census(year: int, *pupils: tuple[str, str, str]) -> dict[str, str]:
    """A spring census of these pupils (name, surname, postcode), whose keys are its own."""
    at, rows = str(year), list(enumerate(pupils))
    on_roll = "".join(f"p{at}{n} | S1 | c{at} | {name} | {surname} | {name.title()} | 2013-Mar-0{n + 1} 00:00:00 | 2020-Sep-02 00:00:00 | 7 | N\n" for n, (name, surname, _) in rows)  # fmt: skip
    places = "".join(f"a{at}{n} | S1 | p{at}{n} | {postcode}\n" for n, (_, _, postcode) in rows)
    told = {name: picture.replace("2025", at).replace("c1", f"c{at}").replace("s1 ", f"s{at} ") for name, picture in CENSUS.items()}  # fmt: skip
    heads = {name: told[name].partition("-\n")[0] + "-\n" for name in ("pupils", "addresses")}
    told |= {"pupils": heads["pupils"] + on_roll, "addresses": heads["addresses"] + places}
    return {f"{name}_{at}": picture for name, picture in told.items()}


def postcodes(home: Home) -> list[str]:
    with identity.identity(home) as con:
        return [postcode for (postcode,) in con.execute("SELECT postcode FROM identity.addresses ORDER BY 1").fetchall()]  # fmt: skip


@pytest.fixture(scope="module")
def counted(tmp_path_factory) -> Home:
    """Two censuses: Cleo was in the first alone, and Amira has moved since. An address more came without any pupil."""
    home = new_home(tmp_path_factory.mktemp("counted") / "home")
    night(home, date(2024, 1, 20), schools=SCHOOLS, **census(2024, ("amira", "Okafor", "XA1 1AA"), ("cleo", "Cole", "XA1 2BB")))  # fmt: skip
    nobody = CENSUS["addresses"].replace("p1", "p9").replace("XA1 1AA", "XA9 9ZZ")
    night(home, date(2026, 1, 20), nobody=nobody, **census(2026, ("amira", "Okafor", "XA1 4DD")))
    return home


@pytest.mark.parametrize("section", ["rolls", "addresses", "pupils"])
def test_a_postcode_goes_with_its_row_or_its_pupils_and_that_of_a_child_who_is_here_and_of_one_who_waits_stays(
    counted, tmp_path, section
):
    home = keeping(copied(counted, tmp_path / "home"), **{section: 12})
    before = postcodes(home)
    assert before == ["XA1 1AA", "XA1 2BB", "XA1 4DD", "XA9 9ZZ"]
    removed(home, date(2026, 1, 21))
    assert table(home, "staged.pupils").height == (3 if section == "addresses" else 1)
    assert postcodes(home) == ["XA1 4DD", "XA9 9ZZ"]
    assert removed(home, date(2026, 1, 21)) == {}


def test_a_postcode_stays_on_the_last_day_of_its_time(counted, tmp_path):
    home = keeping(copied(counted, tmp_path / "home"), rolls=24)
    removed(home, date(2026, 7, 31))
    assert len(postcodes(home)) == 4
    removed(home, date(2026, 8, 1))
    assert postcodes(home) == ["XA1 4DD", "XA9 9ZZ"]


# What people decided of two records


def test_what_was_decided_of_two_records_goes_when_neither_is_held_any_more(home):
    amira, gone, also_gone = pupil_id(home, "amira"), "0" * 16, "1" * 16
    pairs = [("aaaa", gone, also_gone), ("bbbb", amira, gone)]
    rows = [
        {"kind": "same_child", "link": link, "one": one, "other": other, "decision": "rejected", "known_on": FIRST, "turn": 1, "said_by": "me"}
        for link, one, other in pairs
    ]  # fmt: skip
    with shelf.warehouse(home) as con:
        shelf.append(con, LINK_DECISIONS, pl.DataFrame(rows, schema=LINK_DECISIONS.schema))
    assert "link decisions" not in removed(home, date(2025, 10, 1), nightly=True)  # a night does not ask of everybody
    assert removed(home, date(2025, 10, 1))["link decisions"] == 1
    assert table(home, "audit.link_decisions")["link"].to_list() == ["bbbb"]
