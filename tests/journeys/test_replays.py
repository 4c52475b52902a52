"""Some nights of corrections, full deliveries, rows that wait and a census sent again, and history taken in late between
them: each night's conclusions and lists can be had again, byte for byte.
"""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.edges.settings import Home, open_home

from .at_home import a2n, deliver_rows, lists, new_home, read_rows, tables

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("in_little_time"),
]  # test_two_clocks.py holds past lists to what they were

DERIVED = ("derived.triage", "derived.pupil_features", "derived.pupil_signals", "derived.pupil_support")
KEYS = ("schoolcensustableid", "pupilonrolltableid", "pupilnolongeronrolltableid")


class Nights:
    """Four nights of two schools, the files each brought, and what each concluded."""

    def __init__(self, small):
        self.extracts = read_rows(small.files)
        self.history = read_rows(small.history)
        self.days = [small.last_day - timedelta(days=days) for days in (21, 14, 0)] + [small.last_day + timedelta(3)]

    def of(self, which: int) -> dict[str, pl.DataFrame]:
        first, second, third, fourth = self.days
        return (
            self._named("schools", "support", "suspensions")
            | self._rolls_of_last_year()
            | self._marks(date.min, first),
            self._named("pupils", "sen2") | self._marks(first, second) | self._lacking(first, "again"),
            self._named("2025_autumn") | self._marks(second, third),
            self._census_sent_again()
            | self._rolls_put_right()
            | self._lacking(third, "late")
            | self._marks(third, fourth),
        )[which]

    def _named(self, *starting: str) -> dict[str, pl.DataFrame]:
        return {name: rows for name, rows in self.extracts.items() if name.startswith(starting)}

    def _rolls_of_last_year(self) -> dict[str, pl.DataFrame]:
        """Whoever is new this year is not on them yet, and their marks wait."""
        here = pl.col("entry_date") < "2025-08-01"
        return {f"old_{name}": rows.filter(here) for name, rows in self._named("pupils").items()}

    def _marks(self, after: date, until: date) -> dict[str, pl.DataFrame]:
        new = pl.col("date").is_between(pl.lit(str(after)), pl.lit(str(until)), closed="right")
        return {f"{until}_{name}": rows.filter(new) for name, rows in self._named("attendance_marks").items()}

    def _lacking(self, until: date, called: str) -> dict[str, pl.DataFrame]:
        """The week to a day again, in full: some marks are missing, and who was ill was there after all."""
        week = self._marks(until - timedelta(days=7), until)
        put_right = pl.col("code").replace({"I": "/", "O": "I"})
        return {
            f"{called}_{name}": rows.filter(pl.int_range(pl.len()) % 20 > 0).with_columns(put_right)
            for name, rows in week.items()
        }

    def _census_sent_again(self) -> dict[str, pl.DataFrame]:
        """Under other ids, with provision K for all, and without the first two pupils on roll."""
        again = {}
        for name, rows in self._named("2025_autumn").items():
            other = [(pl.col(key) + "again").alias(key) for key in KEYS if key in rows.columns]
            again[f"again_{name}"] = rows.with_columns(other)
        on_roll = again["again_2025_autumn_pupilonroll.csv"]
        again["again_2025_autumn_pupilonroll.csv"] = on_roll[2:].with_columns(senprovision=pl.lit("K"))
        return again

    def _rolls_put_right(self) -> dict[str, pl.DataFrame]:
        """A few pupils left two weeks ago."""
        left = str(self.days[1])
        return {f"left_{name}": rows.gather_every(23).with_columns(leaving_date=pl.lit(left)) for name, rows in self._named("pupils").items()}  # fmt: skip


def in_full(folder) -> Home:
    home = new_home(folder)
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace('attendance_marks = "changes"', 'attendance_marks = "full"'))
    return open_home(home.folder)


def concluded(home: Home, day: date) -> tuple[dict, dict]:
    derived = tables(home, "derived")
    return {name: derived[name].filter(as_of=day).rows() for name in DERIVED}, lists(home, day)


def night(home: Home, nights: Nights, which: int) -> tuple[dict, dict]:
    day = nights.days[which]
    deliver_rows(home, nights.of(which), day.isoformat())
    ran = a2n("nightly", "--home", home.folder, "--as-of", day, "--json")
    assert (ran.status, ran.err) == (0, "")
    return concluded(home, day)


def take_in_history(home: Home, nights: Nights) -> None:
    deliver_rows(home, nights.history, "last_year")
    assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0


@pytest.fixture(scope="module")
def nights(small) -> Nights:
    return Nights(small)


@pytest.fixture(scope="module")
def lived(nights, tmp_path_factory) -> dict:
    """A home after its four nights, history having come after the second; what each concluded, and then concluded again."""
    home = in_full(tmp_path_factory.mktemp("lived") / "home")
    first = {which: night(home, nights, which) for which in (0, 1)}
    take_in_history(home, nights)
    first |= {which: night(home, nights, which) for which in (2, 3)}
    held = tables(home, "staged", "facts", "audit")
    again = {}
    for which in (0, 1, 2, 3):
        assert a2n("flag", "--home", home.folder, "--as-of", nights.days[which]).status == 0
        again[which] = concluded(home, nights.days[which])
    return {"home": home, "first": first, "again": again, "held": held}


@pytest.mark.parametrize("which", [2, 3])
def test_each_night_concludes_again_what_it_concluded_then_byte_for_byte(lived, which):
    assert lived["again"][which] == lived["first"][which]
    assert len(lived["first"][which][1]) == 2


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.long
def test_a_night_before_history_came_concludes_what_it_would_have_with_the_history_there(lived, knowing, which):
    """Taken in late, it was not known late. Of the list before them the lists say what went out, and that is another: whoever was
    on it keeps the place."""
    kept = {} if which == 0 else {"derived.triage": None}
    assert lived["again"][which][0] | kept == knowing[which][0] | kept
    assert lived["first"][which] != knowing[which]
    assert (lived["again"][which][1] == knowing[which][1]) == (which == 0)


@pytest.fixture(scope="module")
def knowing(nights, tmp_path_factory) -> dict:
    """What the first two nights conclude in a home that took the history in before them."""
    home = in_full(tmp_path_factory.mktemp("knowing") / "home")
    take_in_history(home, nights)
    return {which: night(home, nights, which) for which in (0, 1)}


def test_a_replay_changes_no_fact(lived):
    """The newest night's figures count the looks before it, of which two now know the history: what was hidden stays hidden."""
    after, hidden = tables(lived["home"], "staged", "facts", "audit"), "audit.hidden_cells"
    changed = [name for name, rows in lived["held"].items() if not rows.equals(after[name])]
    assert set(changed) <= {hidden, "audit.runs"}
    assert lived["held"][hidden].height > 0
    assert lived["held"][hidden].join(after[hidden], on=after[hidden].columns, how="anti").is_empty()


def test_what_those_nights_learned_did_matter(lived, nights):
    """Otherwise the tests above would prove nothing."""
    held, days = lived["held"], nights.days
    assert held["staged.withdrawn_marks"]["known_on"].unique().sort().to_list() == [days[1], days[3]]
    assert held["staged.withdrawn_marks"].height > 50
    waited = held["staged.attendance_marks"].filter(pl.col("delivered_on").is_not_null())
    assert waited.select("delivered_on", "known_on").unique().rows() == [(days[0], days[1])]
    assert held["staged.pupils"].filter(census_term="autumn")["census_key"].n_unique() == 4  # two returns, sent twice
    assert held["facts.enrolments"].filter(leaving_date=days[1]).height >= 3
    assert held["facts.enrolments"].filter(sen_provision_on=date(2025, 10, 2))["sen_provision"].unique().to_list() == [
        "K"
    ]


@pytest.mark.long  # tests/properties/test_take_in.py draws orders and splits too
def test_the_facts_are_those_of_a_home_that_took_every_file_in_on_its_night_in_pieces(lived, nights, tmp_path):
    home = in_full(tmp_path / "home")
    take_in_history(home, nights)
    for which, day in enumerate(nights.days):
        for piece in (0, 1):
            files = nights.of(which).items()
            deliver_rows(home, {f"{piece}{name}": rows[piece::2] for name, rows in files}, f"{day} {piece}")
            assert a2n("take-in", "--home", home.folder, "--known-on", day).status == 0
    cut, whole = tables(home, "facts"), lived["held"]
    assert [name for name in cut if not cut[name].equals(whole[name])] == []
