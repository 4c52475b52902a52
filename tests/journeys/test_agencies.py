"""What an agency sends changes one cell of a list and nothing else: not who is on it, nor where, nor why."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.edges import agencies
from pipeline.edges.settings import Home, open_home
from pipeline.hops.listing import INVOLVED
from pipeline.signals.catalogue import SIGNALS
from pipeline.synthetic import synthesise
from pipeline.synthetic.agencies import agencies_table
from pipeline.synthetic.authority import made_up_authority
from pipeline.tables.derived import DERIVED
from tests.house.project import ROOT, named, python_files

from .at_home import Lived, Ran, a2n, copied, deliver, deliver_rows, lists, new_home, tables

pytestmark = [pytest.mark.usefixtures("in_little_time"), pytest.mark.filterwarnings("ignore:Sparkline Group")]


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Lived:
    """Of an authority so large that some whom an agency helps are on a list."""
    folder = tmp_path_factory.mktemp("agencies")
    made = synthesise(folder / "extracts", pupils=500, schools=12, seed=3, weeks=12)
    home = new_home(folder / "home")
    for told, files, words in (
        ("last_year", made.history, ("take-in", "--history", "--known-on", "2025-09-01")),
        ("this_year", made.files, ("nightly", "--as-of", made.last_day)),
    ):
        deliver(home, files, told)
        assert a2n(*words, "--home", home.folder).status == 0
    return Lived(made, home)


@dataclass(frozen=True)
class Told:
    """The night again, once without an agency and once with what one sent."""

    without: Home
    sent: Home
    ran: Ran


@pytest.fixture(scope="module")
def told(night, tmp_path_factory) -> Told:
    folder = tmp_path_factory.mktemp("agencies")
    without, sent = copied(night.home, folder / "without"), copied(night.home, folder / "sent")
    assert flag(without, night.made.last_day).status == 0
    authority = made_up_authority(500, 12, seed=3, year=night.made.school_year)
    rows = agencies_table(authority, night.made.last_day).with_columns(pl.all().cast(pl.String))
    deliver_rows(sent, {"other_agencies.csv": rows})
    return Told(without, sent, a2n("nightly", "--home", sent.folder, "--as-of", night.made.last_day, "--json"))


def flag(home: Home, day) -> Ran:
    return a2n("flag", "--home", home.folder, "--as-of", day)


def cells(home: Home, day) -> dict[tuple, str]:
    """Every cell of every list, by workbook, sheet and place."""
    found = {}
    for name, book in lists(home, day).items():
        for sheet in openpyxl.load_workbook(BytesIO(book)):
            found |= {(name, sheet.title, cell.coordinate): cell.value for row in sheet.iter_rows() for cell in row}
    return found


def test_what_was_sent_is_linked(told):
    assert told.ran.status == 0, told.ran.err
    assert told.ran.told["agency_links"]["stand"] >= 20
    assert tables(told.sent, "facts")["facts.agency_involvement"].height >= 20
    assert tables(told.without, "facts")["facts.agency_involvement"].is_empty()


def test_every_feature_signal_outcome_place_and_point_is_as_it_was(told):
    with_links, without = (tables(home, "derived") for home in (told.sent, told.without))
    assert set(with_links) == {table.name for table in DERIVED}
    assert [name for name in without if not with_links[name].equals(without[name])] == []
    assert with_links["derived.triage"]["place"].count() > 10


def test_every_fact_but_the_involvement_itself_is_as_it_was(told):
    with_links, without = (tables(home, "facts") for home in (told.sent, told.without))
    assert [name for name in without if not with_links[name].equals(without[name])] == ["facts.agency_involvement"]


def test_a_list_differs_only_in_the_words_that_a_service_is_involved(told, night):
    before, after = (cells(home, night.made.last_day) for home in (told.without, told.sent))
    assert before.keys() == after.keys()
    differing = [place for place in before if before[place] != after[place]]
    assert differing and all(after[place] == f"{before[place]}; {INVOLVED}" for place in differing)
    assert len(differing) < len([value for value in before.values() if value]) / 10


def test_no_list_says_which_service_it_is(told, night):
    words = " ".join(str(value) for value in cells(told.sent, night.made.last_day).values()).lower()
    assert INVOLVED in words and "school nurs" not in words and "early help" not in words


def test_once_the_gateway_is_taken_back_lists_say_nothing_of_it(told, night, tmp_path):
    home = copied(told.sent, tmp_path / "home")
    settings = home.folder / "settings.toml"
    kept = [line for line in settings.read_text().splitlines() if not line.startswith("gateway")]
    settings.write_text("\n".join(kept) + "\n")
    home = open_home(home.folder)
    assert flag(home, night.made.last_day).status == 0
    assert cells(home, night.made.last_day) == cells(told.without, night.made.last_day)


def test_the_worklist_waits_in_the_outbox_and_names_are_only_there_and_on_lists(told, night):
    ran = a2n("links", "--home", told.sent.folder, "--as-of", night.made.last_day)
    assert ran.status == 0 and "Other agencies:" in ran.out and "outbox/worklists/agencies.xlsx" in ran.out
    path = told.sent.outbox / "worklists" / "agencies.xlsx"
    assert path.stat().st_mode & 0o777 == 0o600
    with agencies.with_names(told.sent) as names:
        surnames = {one for (one,) in names.execute("SELECT surname FROM identity.agency_people").fetchall()}
    told_of = {name: rows.write_csv() for name, rows in tables(told.sent).items()}
    rare = {one for one in surnames if len(one) > 9}  # a short one may be part of a word
    assert rare and {name for name, text in told_of.items() for one in rare if one in text} == set()


# Nothing else can read it ---------------------------------------------------------------------------------------------------------------


def test_no_module_that_judges_orders_or_learns_reads_what_agencies_said():
    readers = {
        named(path)
        for path in python_files("pipeline", "models", "dags", "expectations")
        if "agency_involvement" in (text := Path(path).read_text()).lower() or "known.involved" in text
    }
    assert readers == {
        "pipeline/tables/staged_agencies.py", "pipeline/edges/warehouse.py", "pipeline/edges/known.py",
        "pipeline/hops/agencies.py", "pipeline/hops/listing.py", "pipeline/steps/agencies.py", "pipeline/describing.py",
    }  # fmt: skip


def test_no_feature_signal_or_conclusion_is_named_for_it():
    words = ("agenc", "involve", "early_help", "nursing")
    named_so = [f"{table.name}.{name}" for table in DERIVED for name in table.names if any(word in name for word in words)]  # fmt: skip
    assert named_so == [] and not [one.name for one in SIGNALS if any(word in one.name for word in words)]
    assert (ROOT / "pipeline" / "steps" / "triage.py").exists()
