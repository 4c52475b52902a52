"""Nights with retention and without: what is held is less, and every list, figure and snapshot is the same, byte for byte."""

from dataclasses import dataclass
from datetime import date, timedelta
from unittest import mock

import duckdb
import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import looks, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, open_home
from pipeline.hops.taking_in import Day
from pipeline.tables.feedback import DECISIONS
from tests.spec.test_looks import decisions

from .at_home import a2n, copied, deliver, lists, new_home, tables
from .killed import KILLED, a2n_killed

pytestmark = pytest.mark.usefixtures("in_little_time")

SCORED = ("pupil_features", "pupil_support", "pupil_circumstances", "pupil_signals", "triage")
FIRST_NIGHTS_OF_NEXT_YEAR = (date(2026, 9, 3), date(2026, 9, 4))


@dataclass(frozen=True)
class Night:
    """What a night concluded and told of."""

    lists: dict[str, bytes]
    figures: dict[str, list]
    of_the_day: dict[str, list]


@dataclass(frozen=True)
class Lived:
    home: Home
    nights: dict[date, Night]
    held: dict[date, dict[str, pl.DataFrame]]  # after each night: derived


@pytest.fixture(scope="module")
def begun(small, tmp_path_factory) -> Home:
    """A home with everything taken in, lists every week, and a small base so that groups are pooled over years."""
    home = new_home(tmp_path_factory.mktemp("begun") / "home", every_days=7)
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("smallest_base = 20", "smallest_base = 10"))
    deliver(home, small.history, "last_year")
    deliver(home, small.files, "this_year")
    flow.take_in(home, Day(date(2025, 9, 1), history=True))
    return home


@pytest.fixture(scope="module")
def days(small) -> list[date]:
    """Lists, nights between, and the first nights of the school year after."""
    return [small.last_day - timedelta(days=ago) for ago in (14, 11, 7, 0)] + [*FIRST_NIGHTS_OF_NEXT_YEAR]


@pytest.fixture(scope="module")
def with_it(begun, days, tmp_path_factory) -> Lived:
    return lived(copy(begun, tmp_path_factory.mktemp("with") / "home"), days)


@pytest.fixture(scope="module")
def without(begun, days, tmp_path_factory) -> Lived:
    with mock.patch("pipeline.hops.retaining.retained_last", return_value=[]):
        return lived(copy(begun, tmp_path_factory.mktemp("without") / "home"), days)


def copy(home: Home, to) -> Home:
    copied(home, to)
    (to / "settings.toml").write_text((home.folder / "settings.toml").read_text())
    return open_home(to)


def lived(home: Home, days: list[date]) -> Lived:
    nights, held = {}, {}
    for day in days:
        assert a2n("nightly", "--home", home.folder, "--as-of", day).status == 0
        nights[day], held[day] = night(home, day), tables(home, "derived")
        answer(home, day)
    return Lived(home, nights, held)


def night(home: Home, day: date) -> Night:
    current = (home.published / "current.duckdb").resolve()
    derived = tables(home, "derived")
    of_the_day = {name: rows.filter(as_of=day).rows() for name, rows in derived.items() if "as_of" in rows.columns}
    with duckdb.connect(str(current), read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        figures = {name: con.execute(f"FROM published.{name} ORDER BY ALL").fetchall() for name in names}
    made = lists(home, day) if home.lists_of(day).is_dir() else {}
    return Night(made, figures, of_the_day)


def answer(home: Home, day: date) -> None:
    """The first pupil of a list is decided on three days later."""
    with shelf.warehouse(home) as con:
        found = con.execute("SELECT min(pupil_id) FROM warehouse.derived.issued_places WHERE as_of = ?", [day])
        (pupil,) = found.fetchone()
        if pupil:
            on = day + timedelta(days=2)
            told = decisions((pupil, "already met", on, on, day)).with_columns(return_key=pl.lit(f"of {day}"))
            shelf.append(con, DECISIONS, told)


def test_every_list_figure_and_snapshot_is_the_same_as_if_nothing_were_removed(with_it, without):
    for day, ours in with_it.nights.items():
        theirs = without.nights[day]
        assert ours.lists == theirs.lists, day
        assert ours.figures == theirs.figures, day
        kept_apart = ("derived.listed_signals", "derived.groups_of_years")
        assert {name: rows for name, rows in ours.of_the_day.items() if name not in kept_apart} == {
            name: rows for name, rows in theirs.of_the_day.items() if name not in kept_apart
        }
    assert any(ours.lists for ours in with_it.nights.values())


def test_what_figures_rest_on_is_kept_apart_until_its_school_year_is_over(with_it, days, tmp_path):
    home = copy(with_it.home, tmp_path / "home")
    retain(home, days[-1])
    last, next_year = with_it.held[days[3]], tables(home, "derived")
    assert last["derived.first_found"]["first_on"].min() == days[0]
    assert last["derived.listed_signals"].height > 0
    assert last["derived.groups_of_years"].is_empty()
    assert next_year["derived.groups_of_years"]["as_of"].unique().to_list() == [days[3]]
    assert next_year["derived.first_found"].is_empty() and next_year["derived.listed_signals"].is_empty()


def test_found_first_is_read_from_there_when_the_look_is_gone(of_a_list, days):
    retain(of_a_list, days[2])
    with shelf.warehouse(of_a_list) as con:
        found = looks.found_before(con, as_of=days[3])
        held = con.execute("SELECT DISTINCT pupil_id FROM warehouse.derived.triage WHERE as_of = ?", [days[0]]).pl()
        no_more = found.join(held, on="pupil_id", how="anti")
        assert no_more.height > 0 and no_more["first_on"].min() == days[0]
        con.execute("DELETE FROM warehouse.derived.first_found")
        assert not looks.found_before(con, as_of=days[3]).equals(found)


def scored(held: dict[str, pl.DataFrame]) -> set[tuple[date, str]]:
    return {row for name in SCORED for row in held[f"derived.{name}"].select("as_of", "pupil_id").rows()}


def test_a_score_is_held_since_the_newest_lists_and_of_pupils_whose_review_is_open_and_of_nobody_else(with_it, days):
    for number, day in enumerate(days):
        held, places = with_it.held[day], with_it.held[day]["derived.issued_places"]
        newest = max(places["as_of"])
        assert {of for of, _ in scored(held)} >= ({newest} if day in FIRST_NIGHTS_OF_NEXT_YEAR else {newest, day})
        decided = {
            (listed, pupil): listed + timedelta(days=2)
            for listed in days[:number]
            for pupil in [places.filter(as_of=listed)["pupil_id"].min()]
            if pupil
        }
        for of, pupil in {one for one in scored(held) if one[0] < newest}:
            assert (of, pupil) in set(places.select("as_of", "pupil_id").rows())
            assert decided[of, pupil] + timedelta(days=14) > newest, (day, of)


def test_between_lists_nothing_goes_and_with_the_next_lists_all_but_open_reviews(with_it, without, days):
    first, between, second = days[:3]
    assert with_it.held[between]["derived.triage"].equals(without.held[between]["derived.triage"])
    held = with_it.held[second]["derived.triage"]
    decided = with_it.held[second]["derived.issued_places"].filter(as_of=first)["pupil_id"].min()
    assert held.filter(as_of=first)["pupil_id"].to_list() == [decided] and held.filter(as_of=between).is_empty()
    assert without.held[second]["derived.triage"].filter(as_of=first).height > 20
    assert with_it.held[second]["derived.off_list"].filter(pl.col("as_of") < second).is_empty()


def test_lists_gone_by_are_made_again_byte_for_byte_and_their_looks_go_again(with_it, days, tmp_path):
    home = copy(with_it.home, tmp_path / "home")
    assert a2n("flag", "--home", home.folder, "--as-of", days[2]).status == 0
    assert lists(home, days[2]) == with_it.nights[days[2]].lists
    assert tables(home, "derived")["derived.triage"].filter(as_of=days[2]).height > 20
    retain(home, days[-1])
    left = tables(home, "derived")["derived.triage"]
    assert left.filter(as_of=days[2]).height <= 1 and left.filter(as_of=days[3]).height > 20


# A score and the day its time is over


@pytest.fixture(scope="module")
def three_nights(begun, days, tmp_path_factory) -> Home:
    """After a list, on which the first pupil was decided, a night between and the next list; nothing is removed yet."""
    home = copy(begun, tmp_path_factory.mktemp("three") / "home")
    with mock.patch("pipeline.hops.retaining.retained_last", return_value=[]):
        flow.nightly(home, as_of=days[0])
        answer(home, days[0])
        flow.nightly(home, as_of=days[1])
        flow.nightly(home, as_of=days[2])
    return home


@pytest.fixture
def of_a_list(three_nights, tmp_path) -> Home:
    return copy(three_nights, tmp_path / "home")


def retain(home: Home, day: date, *words: str) -> dict:
    ran = a2n("retain", "--home", home.folder, "--as-of", day, "--json", *words)
    assert ran.status == 0, ran.err
    return ran.told


def test_the_score_of_a_decided_row_goes_on_the_fourteenth_day_after_and_not_the_day_before(of_a_list, days):
    home = of_a_list
    decided = tables(home, "feedback")["feedback.decisions"]["pupil_id"][0]
    is_held = lambda: (days[0], decided) in scored(tables(home, "derived"))  # noqa: E731
    known_on = days[0] + timedelta(days=2)
    assert retain(home, days[2])["removed"]["looks"] > 0 and is_held()
    assert retain(home, known_on + timedelta(days=13))["removed"].get("looks") is None and is_held()
    assert retain(home, known_on + timedelta(days=14), "--dry-run")["removed"]["looks"] > 0 and is_held()
    assert retain(home, known_on + timedelta(days=14))["removed"]["looks"] > 0 and not is_held()
    others = tables(home, "derived")["derived.issued_places"].filter(as_of=days[0])["pupil_id"].to_list()
    assert len(others) > 1  # nobody has decided on the others, and the next list is out
    assert {as_of for as_of, _ in scored(tables(home, "derived"))} == {days[2]}
    assert tables(home, "feedback")["feedback.decisions"].height == 1


# Told, recorded, killed


def test_it_says_what_it_removed_and_so_do_the_trail_and_the_table(of_a_list, days):
    home = of_a_list
    assert retain(home, days[2])["removed"]["looks"] > 90
    told = tables(home, "audit")["audit.retention"]
    looks = told.filter(kind="looks")
    assert looks.height == 1 and looks["removed"][0] > 90 and looks["up_to"][0] == days[2] - timedelta(days=1)
    lines = [line for _, _, line in trail.lines_of(home.folder / trail.FOLDER)]
    assert any(
        trail.RETAINED.encode() in line and f'"removed": {looks["removed"][0]}'.encode() in line for line in lines
    )
    ran = a2n("retain", "--home", home.folder, "--as-of", days[2])
    assert "Nothing is due." in ran.out and "Written anew" in ran.out


@pytest.fixture(scope="module")
def undisturbed(three_nights, days, tmp_path_factory) -> dict[str, pl.DataFrame]:
    home = copy(three_nights, tmp_path_factory.mktemp("undisturbed") / "home")
    retain(home, days[2])
    return tables(home)


@pytest.mark.parametrize(
    "moment",
    [
        "pipeline.edges.trail:record",
        "pipeline.edges.retained_looks:_keep_listed_signals",
        "pipeline.edges.retained:_keep_count",
        "pipeline.edges.anew:put_in_place",
    ],
)
def test_killed_and_given_again_it_ends_as_if_undisturbed(of_a_list, undisturbed, days, moment):
    home = of_a_list
    assert a2n_killed(moment, 1, "retain", "--home", home.folder, "--as-of", days[2]) == KILLED
    if moment.startswith("pipeline.edges.anew"):
        assert list(home.folder.glob("*.duckdb.anew")) and tables(home, "audit")
        assert not list(home.folder.glob("*.duckdb.anew*"))  # whatever opens the home next takes it away
    retain(home, days[2])
    ours, theirs = tables(home), undisturbed
    assert all(ours[name].equals(theirs[name]) for name in ours if name != "audit.retention")
    assert scored(ours) and not list(home.folder.glob("*.anew"))


def test_a_day_before_the_newest_lists_is_refused_and_so_is_a_home_with_nothing(with_it, days, tmp_path):
    ran = a2n("retain", "--home", with_it.home.folder, "--as-of", days[0])
    assert ran.status == 1 and "are out, so retention cannot stand on" in ran.err
    ran = a2n("retain", "--home", new_home(tmp_path / "empty").folder)
    assert ran.status == 1 and "holds nothing yet" in ran.err
