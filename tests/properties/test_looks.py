"""Whatever pupils there are and whatever was answered, each is counted once where the tables say so."""

import random
from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals import SIGNALS
from pipeline.steps.flow import flow, places
from pipeline.steps.looks import WORTH_A_LOOK, answers, pupil_looks, with_weekdays
from pipeline.steps.signal_outcomes import signal_outcomes
from pipeline.steps.specialists import Days, kinds, specialists
from pipeline.tables.published import ANSWERS, FINDINGS, OUTCOMES
from pipeline.vocabulary import feedback
from tests.spec.test_looks import AS_OF, before

from .quickly import so_many

YEAR_FROM = date(2025, 8, 1)
COUNTS = ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting")


class Authority:
    """Made-up schools and pupils, with looks and answers at random: some before this school year, some of pupils who are gone."""

    def __init__(self, seed: int):
        chance = random.Random(seed)
        self.urns = [100001 + number for number in range(chance.randint(1, 6))]
        self.schools = pl.DataFrame(
            {
                "urn": self.urns,
                "phase": [chance.choice(("Primary", "Secondary")) for _ in self.urns],
                "area": [chance.choice(("North", "South", None)) for _ in self.urns],
            },
            schema={"urn": pl.Int32, "phase": pl.String, "area": pl.String},
        )
        pupils = [f"p{number}" for number in range(chance.randint(1, 60))]
        elsewhere = [*pupils, "gone1", "gone2"]
        self.triage = pl.DataFrame(
            [(pupil, chance.choice([*self.urns, 100099]), chance.choice(OUTCOMES)) for pupil in pupils],
            schema={"pupil_id": pl.String, "urn": pl.Int32, "outcome": pl.String}, orient="row",
        )  # fmt: skip
        self.support = pl.DataFrame({"pupil_id": pupils, "on_file": [chance.random() < 0.3 for _ in pupils]})
        some = [pupil for pupil in elsewhere if chance.random() < 0.5]
        self.found = pl.DataFrame(
            [(pupil, YEAR_FROM + timedelta(days=chance.randrange(77))) for pupil in some],
            schema={"pupil_id": pl.String, "first_on": pl.Date}, orient="row",
        )  # fmt: skip
        self.before = before(
            *((chance.choice(elsewhere), chance.choice(feedback.DECISIONS), self._day(chance)) for _ in range(40)),
            found=tuple(
                (chance.choice(elsewhere), chance.choice(feedback.OUTCOMES), self._day(chance)) for _ in range(15)
            ),
        )
        names = [signal.name for signal in SIGNALS]
        self.signals = pl.DataFrame(
            [(pupil, name, chance.choice((True, False, None))) for pupil in pupils for name in chance.sample(names, 4)],
            schema={"pupil_id": pl.String, "signal": pl.String, "raised": pl.Boolean}, orient="row",
        )  # fmt: skip
        self.listed_for = pl.DataFrame(
            [(chance.choice(elsewhere), chance.choice(names)) for _ in range(60)],
            schema={"pupil_id": pl.String, "signal": pl.String}, orient="row",
        )  # fmt: skip

    def _day(self, chance: random.Random) -> date:
        return date(2025, 6, 1) + timedelta(days=chance.randrange(150))

    def told(self, chance: random.Random | None = None) -> dict[str, pl.DataFrame]:
        """The tables; with `chance`, from rows in another order."""

        def rows(frame: pl.DataFrame) -> pl.DataFrame:
            return (
                frame.sample(fraction=1, shuffle=True, seed=chance.randrange(1000))
                if chance and frame.height
                else frame
            )

        at = places(rows(self.schools), rows(self.triage))
        answered = answers(self.before, as_of=AS_OF)
        days = with_weekdays(pl.DataFrame(schema={"urn": pl.Int32, "date": pl.Date}), at["urn"], as_of=AS_OF)
        looks = pupil_looks(
            rows(self.triage), rows(self.support), rows(self.found), rows(answered), rows(days), as_of=AS_OF
        )
        return {
            "looks": looks,
            "flow": flow(rows(looks), rows(at)),
            "specialist": specialists(rows(looks), rows(kinds(rows(self.signals), SIGNALS)), rows(at), Days()),
            "signal_outcome": signal_outcomes(rows(self.listed_for), rows(self.triage), rows(answered), SIGNALS),
        }


authorities = st.builds(Authority, st.integers(0, 2**32 - 1))


@so_many(40)
@given(authorities)
def test_schools_come_to_their_areas_their_phases_and_the_home(authority):
    told = authority.told()["flow"]
    of_schools = told.filter(scope="school").join(places(authority.schools, authority.triage), on="urn", suffix="_of")
    home = told.filter(scope="home").select(COUNTS).row(0)
    for scope, by in (("area", "area_of"), ("phase", "phase")):
        counted = dict(of_schools.group_by(by).agg(pl.struct(pl.col(COUNTS).sum())).rows())
        stated = {
            row[scope]: {name: row[name] for name in COUNTS} for row in told.filter(scope=scope).iter_rows(named=True)
        }
        assert counted == stated
        assert tuple(sum(row[name] for row in stated.values()) for name in COUNTS) == home


@so_many(40)
@given(authorities)
def test_every_pupil_worth_a_look_is_flagged_once_and_looked_at_unmet_or_neither_any_more(authority):
    told = authority.told()
    on_a_roll = authority.triage
    eligible = set(on_a_roll.filter(pl.col("outcome").is_in(WORTH_A_LOOK))["pupil_id"])
    ever_found = eligible | (set(authority.found["pupil_id"]) & set(on_a_roll["pupil_id"]))
    looks = told["looks"]
    assert looks["pupil_id"].to_list() == sorted(ever_found)
    assert set(looks.filter("unmet")["pupil_id"]) == eligible - set(looks.filter("looked_at")["pupil_id"])
    for part, whole in (("need_found", "looked_at"), ("need_met", "looked_at"), ("waiting", "unmet")):
        assert looks.filter(pl.col(part) & ~pl.col(whole)).is_empty()
    assert looks["days_to_look"].is_not_null().equals(looks["looked_at"])
    home = told["flow"].filter(scope="home").row(0, named=True)
    assert home["flagged"] == len(ever_found)


@so_many(40)
@given(authorities)
def test_kinds_of_next_step_come_to_what_is_unmet_where_they_are(authority):
    told = authority.told()
    at = places(authority.schools, authority.triage)
    unmet = (
        told["flow"]
        .filter(scope="school")
        .join(at, on="urn", suffix="_of")
        .group_by("area_of", "phase")
        .agg(pl.col("unmet").sum())
    )
    of_kinds = told["specialist"].filter(scope="area").group_by("area", "phase").agg(pl.col("unmet").sum())
    assert sorted(unmet.rows()) == sorted(of_kinds.rows())
    at_home = told["specialist"].filter(scope="home")
    assert at_home["unmet"].sum() == told["flow"].filter(scope="home")["unmet"].item()
    by_kind = told["specialist"].filter(scope="area").group_by("kind").agg(pl.col("unmet").sum())
    assert sorted(by_kind.rows()) == sorted(at_home.select("kind", "unmet").rows())


@so_many(40)
@given(authorities)
def test_every_listed_pupil_has_one_answer_and_one_finding(authority):
    told = authority.told()["signal_outcome"]
    for names in (ANSWERS, FINDINGS):
        assert told.select(pl.sum_horizontal(names)).to_series().to_list() == told["listed"].to_list()


@so_many(20)
@given(authorities, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(authority, chance):
    told, again = authority.told(), authority.told(chance)
    assert all(told[name].equals(again[name]) for name in told)
