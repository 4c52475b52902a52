"""Who is who depends on what is known and when, and on nothing else: not on order, nor on how files were cut."""

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.steps.decided import standing
from pipeline.steps.same_child import known_as
from pipeline.tables.same_child import FOUND, LINK_DECISIONS
from pipeline.vocabulary.identifiers import link_code
from tests.edges.delivered import SCHOOLS, file, new_home, night, read, table

from .quickly import quickly, so_many
from .upn_stories import DAYS, TakeIn, cut, in_one, some_nights

FIRST = date(2025, 9, 1)
NAMES = "abcdef"

a_day = st.integers(0, 6).map(lambda days: FIRST + timedelta(days=days))
a_pair = st.permutations(NAMES).map(lambda names: (names[0], names[1]))
evidence = st.lists(st.tuples(a_pair, a_day, st.none() | st.integers(1, 5), st.booleans()), max_size=10)
decided = st.lists(st.tuples(a_pair, st.sampled_from(["confirmed", "rejected", "undone"])), max_size=5)
tried = settings(deadline=None, derandomize=True, max_examples=60)


def found(rows) -> pl.DataFrame:
    """FOUND rows: each pair and day at most once."""
    told = {
        (pair, day): (
            link_code(*pair),
            *pair,
            "former_upn",
            certain,
            day,
            day + timedelta(days=until) if until else None,
        )
        for pair, day, until, certain in rows
    }
    return pl.DataFrame([told[key] for key in sorted(told)], schema=FOUND.schema, orient="row")


def said(rows) -> pl.DataFrame:
    """Decisions a day apart: the clock of those who decide never goes back."""
    told = [
        ("same_child", link_code(*pair), *pair, decision, FIRST + timedelta(days=at), at + 1, "somebody")
        for at, (pair, decision) in enumerate(rows)
    ]
    return pl.DataFrame(told, schema=LINK_DECISIONS.schema, orient="row")


def on_day(rows: pl.DataFrame, day: date, begins: str, ends: str) -> pl.DataFrame:
    return rows.filter((pl.col(begins) <= day) & (pl.col(ends).is_null() | (pl.col(ends) > day)))


@tried
@given(evidence, decided, st.randoms())
def test_the_order_in_which_it_is_told_leaves_no_trace(rows, decisions, chance):
    rules, people = found(rows), said(decisions)
    links = standing(rules, people)
    shuffled = standing(rules.sample(fraction=1, shuffle=True, seed=chance.randrange(99)), people.reverse())
    assert links.equals(shuffled)
    assert known_as(links).equals(known_as(links.reverse()))


@tried
@given(evidence, decided, a_day)
def test_on_any_day_those_joined_by_links_are_known_by_one_of_themselves_and_nobody_else_is(rows, decisions, day):
    links = standing(found(rows), said(decisions))
    pairs = on_day(links, day, "known_on", "undone_on").select("one", "other").rows()
    groups = {name: {name} for name in NAMES}
    for one, other in pairs:
        joined = groups[one] | groups[other]
        groups |= dict.fromkeys(joined, joined)
    known = dict(on_day(known_as(links), day, "known_from", "known_until").select("pupil_id", "known_as").rows())
    of = {name: known.get(name, name) for name in NAMES}
    assert all(of[name] in groups[name] for name in NAMES)
    assert all(of[name] == of[other] for name in NAMES for other in groups[name])


@tried
@given(evidence, decided, decided)
def test_what_is_decided_later_changes_no_day_before_it(rows, decisions, later):
    before, after = (standing(found(rows), said(some)) for some in (decisions, [*decisions, *later]))
    day = FIRST + timedelta(days=len(decisions)) - timedelta(days=1)
    old, new = (on_day(rows, day, "known_on", "undone_on").select("link", "one", "other") for rows in (before, after))
    assert old.equals(new)


# From files ------------------------------------------------------------------------------------------------------------------

ROLLS = {
    date(2025, 9, 12): """
        urn    | upn   | former_upn | surname | forename | date_of_birth | nc_year | entry_date
        -------+-------+------------+---------+----------+---------------+---------+-----------
        100001 | old   |            | Okafor  | Amira    | 2013-03-01    | 8       | 2024-09-02
        100001 | temp  |            | Bede    | Ben      | 2013-04-01    | 8       | 2024-09-02
        100002 | shared|            | Cole    | Cato     | 2015-05-01    | 5       | 2024-09-02
        100001 | shared|            | Dale    | Dora     | 2013-06-01    | 8       | 2024-09-02
        """,
    date(2025, 9, 15): """
        urn    | upn   | former_upn | surname | forename | date_of_birth | nc_year | entry_date | leaving_date
        -------+-------+------------+---------+----------+---------------+---------+------------+-------------
        100001 | new   | old        | Okafor  | Amira    | 2013-03-01    | 8       | 2024-09-02 | 2025-09-15
        100001 | newer | new        | Okafor  | Amira    | 2013-03-01    | 8       | 2025-09-15 |
        100001 | ben   |            | Bede    | Ben      | 2013-04-01    | 8       | 2024-09-02 |
        100002 | bens  |            | Bede    | Ben      | 2013-04-01    | 8       | 2025-09-15 |
        """,
}
MARKS = {
    date(2025, 9, 12): """
        urn    | upn   | date       | session | code
        -------+-------+------------+---------+-----
        100001 | old   | 2025-09-08 | AM      | I
        100001 | new   | 2025-09-08 | AM      | O
        100001 | temp  | 2025-09-08 | AM      | I
        100001 | shared| 2025-09-08 | AM      | I
        """,
    date(2025, 9, 15): """
        urn    | upn   | date       | session | code
        -------+-------+------------+---------+-----
        100001 | newer | 2025-09-09 | AM      | O
        100001 | old   | 2025-09-09 | AM      | I
        100001 | ben   | 2025-09-09 | AM      | O
        100001 | ben   | 2025-09-08 | AM      | /
        """,
}
FACTS = ("facts.same_child", "facts.known_as", "facts.enrolments", "facts.marked_weeks")


def told_in(folder, cut: dict[str, int]) -> dict[str, pl.DataFrame]:
    """The facts after both nights, each night's rolls and marks shuffled and cut into so many files."""
    home = new_home(folder)
    for day in ROLLS:
        parts = {"schools": SCHOOLS} if day == min(ROLLS) else {}
        for kind, pictures in (("rolls", ROLLS), ("marks", MARKS)):
            rows = file(pictures[day]).sample(fraction=1, shuffle=True, seed=cut["seed"])
            for part in range(cut["files"]):
                parts[f"{kind}_{day}_{part}"] = rows[part :: cut["files"]]
        night(home, day, **{name: rows for name, rows in parts.items() if len(rows)})
    return {name: table(home, name) for name in FACTS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, pl.DataFrame]:
    return told_in(tmp_path_factory.mktemp("whole") / "home", {"seed": 0, "files": 1})


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3))])
def test_files_cut_and_shuffled_give_the_same_links_the_same_children_and_the_same_facts(whole, tmp_path, seed):
    cut = told_in(tmp_path / "home", {"seed": seed, "files": random.Random(seed).choice([2, 3, 4])})
    assert [name for name in FACTS if not cut[name].equals(whole[name])] == []


def test_and_those_facts_are_links_of_every_kind(whole):
    """Otherwise the test above would prove nothing."""
    assert sorted(whole["facts.same_child"]["because"]) == ["former_upn", "former_upn", "temporary_upn"]
    assert whole["facts.known_as"].filter(pl.col("known_until").is_null()).height == 5
    weeks = whole["facts.marked_weeks"].select("pupil_id", "absence_sessions").rows()
    assert sorted(missed for _, missed in weeks) == [1, 2]
    assert whole["facts.enrolments"].height == 3


# From stories ------------------------------------------------------------------------------------------------------------------

drawn_anyhow = so_many(2)
stories = some_nights.flatmap(lambda nights: st.tuples(st.just(nights), st.tuples(*map(cut, nights))))


@drawn_anyhow
@given(stories)
def test_upns_that_change_are_temporary_or_are_two_childrens_give_the_same_facts_in_any_order_and_split(story):
    nights, take_ins = story
    with quickly(), tempfile.TemporaryDirectory(prefix="a2n-") as folder:
        plain = held_after(Path(folder) / "plain", list(map(in_one, nights)))
        assert held_after(Path(folder) / "cut", list(take_ins)) == plain


def held_after(folder: Path, take_ins: list[list[TakeIn]]) -> dict[str, list]:
    """What a home holds after these nights; and of rows set aside still, how many by rule."""
    home = new_home(folder)
    night(home, DAYS[0], schools=SCHOOLS)
    for day, of_night in zip(DAYS, take_ins, strict=True):
        for at, files in enumerate(of_night):
            named = {f"{day:%d}_{at}_{name}": rows for name, rows in files.items()}
            # no two nights' files are alike, or the second would be nothing new
            told = night(home, day, **{name: rows.with_columns(comment=pl.lit(name)) for name, rows in named.items()})
            assert told.stopped_because is None
    aside = read(
        home,
        "SELECT rule, count(*) FROM warehouse.audit.set_aside WHERE accepted_on IS NULL GROUP BY rule ORDER BY rule",
    )
    return {name: table(home, name).rows() for name in FACTS} | {"set aside": aside}
