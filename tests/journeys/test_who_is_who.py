"""Two UPNs of one child, from the extracts to the list: found, shown to a person, decided, undone, and had again as it was."""

import stat
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.identity import Pseudonyms
from pipeline.edges.settings import Home
from pipeline.hops import issued
from pipeline.synthetic import Synthesised, synthesise

from .at_home import KEY, Ran, a2n, copied, deliver, lists, new_home, tables

pytestmark = pytest.mark.usefixtures("in_little_time")

AUTHORITY = {"pupils": 120, "schools": 2, "seed": 4, "weeks": 8}


def of_upn(upn: str) -> str:
    return Pseudonyms(KEY["pseudonym"]).of(pl.Series([upn]))["pupil_id"].item()


@dataclass(frozen=True)
class Told:
    """A home after a night in which one child's UPN had changed and another's temporary one was given up; `plain` is the home of the same
    children with one UPN each; `before` has last year's history alone."""

    made: Synthesised
    before: Home
    home: Home
    plain: Home
    ran: Ran
    pairs: dict[str, tuple[str, str]]

    def copy(self, folder: Path) -> Home:
        home = copied(self.home, folder)
        for path in self.home.lists_of(self.made.last_day).iterdir():
            home.lists_of(self.made.last_day).mkdir(parents=True, exist_ok=True)
            (home.lists_of(self.made.last_day) / path.name).write_bytes(path.read_bytes())
        return home


def with_history(made: Synthesised, folder: Path) -> Home:
    home = new_home(folder)
    deliver(home, made.history, "last_year")
    assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0
    return home


def after_its_night(made: Synthesised, home: Home) -> tuple[Home, Ran]:
    deliver(home, made.files, "this_year")
    return home, a2n("nightly", "--home", home.folder, "--as-of", made.last_day, "--json")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    folder = tmp_path_factory.mktemp("who")
    made = synthesise(folder / "made", **AUTHORITY, with_faults=True)
    of_one = synthesise(folder / "plain", **AUTHORITY)
    plain, _ = after_its_night(of_one, with_history(of_one, folder / "plain_home"))
    before = with_history(made, folder / "before")
    home, ran = after_its_night(made, copied(before, folder / "home"))
    listed = pl.read_csv(folder / "made-links.csv")
    pairs = {because: (of_upn(upn), of_upn(same_as)) for because, upn, same_as in listed.rows()}
    return Told(made, before, home, plain, ran, pairs)


def links(home: Home, *words: object) -> Ran:
    return a2n("links", "--home", home.folder, *words)


def worklist(home: Home) -> dict[str, pl.DataFrame]:
    path = home.outbox / "worklists" / "same_child.xlsx"
    return {name: pl.read_excel(path, sheet_name=name, read_options={"header_row": 3}) for name in ("Waits", "Stands")}


def codes(home: Home, sheet: str) -> list[str]:
    assert links(home).status == 0
    return worklist(home)[sheet]["Code"].to_list()


def code_of(told: Told, because: str) -> str:
    rows = tables(told.home, "facts")["facts.same_child"].filter(because=because)
    return rows["link"].item()


# Found


def test_both_are_found_and_counted_in_the_summary(told):
    assert told.ran.told["links_made"] == {"former_upn": 1, "temporary_upn": 1}
    found = tables(told.home, "facts")["facts.same_child"].select("because", "pupil_id", "same_as").rows()
    assert {because: pair for because, *pair in found} == {because: [*pair] for because, pair in told.pairs.items()}


@pytest.mark.long
def test_the_summary_in_words_says_so_and_names_nobody(told, tmp_path):
    home = copied(told.before, tmp_path / "home")
    deliver(home, told.made.files, "this_year")
    said = a2n("take-in", "--home", home.folder, "--known-on", told.made.last_day).out
    assert "linked             1  former_upn" in said
    assert "see a2n links" in said


@pytest.mark.parametrize("because", ["former_upn", "temporary_upn"])
def test_the_weeks_of_such_a_child_are_those_of_a_child_with_one_upn(told, because):
    one, other = told.pairs[because]
    plain_one = {"former_upn": one, "temporary_upn": other}[because]
    weeks = {
        name: tables(home, "facts")["facts.pupil_weeks"].filter(pl.col("pupil_id").is_in([one, other]))
        for name, home in {"linked": told.home, "plain": told.plain}.items()
    }
    assert weeks["linked"]["pupil_id"].unique().to_list() == [other]
    assert weeks["plain"]["pupil_id"].unique().to_list() == [plain_one]
    assert weeks["linked"].height > 40
    same = [rows.drop("pupil_id", "last_known_on") for rows in weeks.values()]
    assert same[0].equals(same[1])


@pytest.mark.parametrize("because", ["former_upn", "temporary_upn"])
def test_and_so_are_the_figures_it_is_judged_by(told, because):
    one, other = told.pairs[because]
    features = [
        tables(home, "derived")["derived.pupil_features"].filter(pl.col("pupil_id").is_in([one, other]))
        for home in (told.home, told.plain)
    ]
    of_the_school = ("school_rise_20d",)  # other children of the school have planted marks
    figures = [rows.drop("pupil_id", *of_the_school) for rows in features]
    assert figures[0].height == 1
    assert figures[0].equals(figures[1])


# Shown


def test_the_command_prints_counts_and_no_name_and_the_worklist_is_its_owners_alone(told):
    said = links(told.home)
    people = worklist(told.home)
    names = {cell.split(",")[0] for rows in people.values() for cell in rows["Name and birth date"]}
    assert (said.status, said.err) == (0, "")
    assert "2 links standing: 1 former_upn, 1 temporary_upn." in said.out
    assert names and not any(name in said.out for name in names)
    path = told.home.outbox / "worklists" / "same_child.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_worklist_has_both_records_side_by_side(told):
    links(told.home)
    [row] = worklist(told.home)["Stands"].filter(pl.col("Why").str.starts_with("A temporary")).rows()
    _, _, upn, name, roll, other_upn, other_name, other_roll = row
    assert upn[-1].isalpha() and other_upn[-1].isdigit()
    assert name == other_name and " born " in name.replace("\n", " ")
    assert "(100001), year group" in roll and ", still there" in other_roll


def test_the_same_links_make_the_same_worklist_to_the_byte(told):
    path = told.home.outbox / "worklists" / "same_child.xlsx"
    links(told.home, "--known-on", told.made.last_day)
    once = path.read_bytes()
    links(told.home, "--known-on", told.made.last_day)
    assert path.read_bytes() == once


def test_counts_as_json(told):
    said = links(told.home, "--json").told
    assert said["standing"] == {"former_upn": 1, "temporary_upn": 1}
    assert said["waiting"] == told.ran.told["links_waiting"] > 0


# Decided


def test_an_undone_link_is_two_children_from_that_day_and_the_days_before_are_had_again_byte_for_byte(told, tmp_path):
    home, day = told.copy(tmp_path / "home"), told.made.last_day
    before = lists(home, day), tables(home, "derived")
    assert links(home, "--undo", code_of(told, "former_upn"), "--known-on", day + timedelta(days=1)).status == 0
    for as_of in (day, day + timedelta(days=1)):
        assert a2n("flag", "--home", home.folder, "--as-of", as_of).status == 0
    after = tables(home, "derived")
    one, other = told.pairs["former_upn"]
    assert lists(home, day) == before[0]
    of_a_day = {name: rows for name, rows in before[1].items() if "as_of" in rows.columns}
    for name, rows in of_a_day.items():
        assert after[name].filter(pl.col("as_of") == day).equals(rows.filter(pl.col("as_of") == day)), name
    by_day = {
        as_of: set(rows["pupil_id"]) & {one, other} for (as_of,), rows in after["derived.triage"].group_by("as_of")
    }
    assert by_day == {day: {other}, day + timedelta(days=1): {one, other}}


def test_a_pair_confirmed_is_one_child_and_waits_no_longer(told, tmp_path):
    home, day = told.copy(tmp_path / "home"), told.made.last_day
    waits = codes(home, "Waits")
    said = links(home, "--confirm", waits[0], "--known-on", day + timedelta(days=1))
    assert said.out.startswith("1 pair decided.\n")
    assert "1 confirmed_by_person" in said.out
    assert waits[0] not in codes(home, "Waits")
    assert waits[0] in codes(home, "Stands")


def test_a_pair_rejected_waits_no_longer_and_stands_nowhere(told, tmp_path):
    home, day = told.copy(tmp_path / "home"), told.made.last_day + timedelta(days=1)
    waits = codes(home, "Waits")
    assert links(home, "--reject", waits[0], "--reject", waits[1], "--as-of", day).out.startswith("2 pairs decided.\n")
    assert not {*waits[:2]} & {*codes(home, "Waits"), *codes(home, "Stands")}


def test_who_decided_is_on_record_and_saying_it_again_adds_nothing(told, tmp_path, monkeypatch):
    monkeypatch.setenv("LOGNAME", "a.person")
    home, day = told.copy(tmp_path / "home"), told.made.last_day + timedelta(days=1)
    code = codes(home, "Waits")[0]
    for _ in range(2):
        links(home, "--reject", code.upper(), "--known-on", day)
    held = tables(home, "audit")["audit.link_decisions"]
    assert held.select("kind", "link", "decision", "known_on", "turn", "said_by").rows() == [
        ("same_child", code, "rejected", day, 1, "a.person")
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--confirm", "nobody22"], "has no pair with the code nobody22: nothing was decided"),
        (["--confirm", "{waits}", "--reject", "{waits}"], "cannot be told two things at once"),
        (["--undo", "{waits}"], "stands nowhere, so it cannot be undone: reject it instead"),
        (["--confirm", "{waits}", "--reject", "nobody22"], "nothing was decided"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_a_sentence_and_nothing_is(told, tmp_path, words, sentence):
    home, day = told.copy(tmp_path / "home"), told.made.last_day + timedelta(days=1)
    waits = codes(home, "Waits")[0]
    said = links(home, *(word.format(waits=waits) for word in words), "--known-on", day)
    assert (said.status, said.out) == (1, "")
    assert sentence in said.err and said.err.count("\n") == 1
    assert tables(home, "audit")["audit.link_decisions"].is_empty()


def test_a_day_already_on_record_is_refused(told, tmp_path):
    home, day = told.copy(tmp_path / "home"), told.made.last_day
    said = links(home, "--undo", code_of(told, "former_upn"), "--known-on", day)
    assert said.status == 1
    assert f"give --known-on {day + timedelta(days=1)} or later" in said.err


# Since the last list


def test_a_child_listed_under_a_former_upn_is_also_on_the_last_list(told, tmp_path):
    home = told.copy(tmp_path / "home")
    one, other = told.pairs["former_upn"]
    with shelf.warehouse(home) as con:
        con.execute("DELETE FROM warehouse.derived.issued_places WHERE pupil_id = ?", [other])
        con.execute("UPDATE warehouse.derived.issued_places SET pupil_id = ?, place = 99 WHERE pupil_id = (SELECT min(pupil_id) FROM warehouse.derived.issued_places)", [one])  # fmt: skip
    assert last_places(home) == {other: 99}
    links(home, "--undo", code_of(told, "former_upn"))
    assert last_places(home) == {one: 99}


def last_places(home: Home) -> dict[str, int]:
    with shelf.warehouse(home) as con:
        places = issued.before(con, as_of=date(2100, 1, 1)).places
    return dict(places.filter(place=99).select("pupil_id", "place").rows())
