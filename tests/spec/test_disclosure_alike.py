"""Signals that cannot be judged of the same pupils: told of one, their number must not be what gives another's away."""

import random

import polars as pl
import pytest

from pipeline.steps import disclosure_sums
from pipeline.steps.disclosure import suppressed
from pipeline.steps.disclosure_alike import judged_alike
from pipeline.steps.disclosure_rows import rows_by_key
from pipeline.steps.inclusion import exact_counts
from tests.properties.authority import an_authority
from tests.properties.subtraction import FEW, System, numbers, reckoned

SIGNALS = ("persistent_absence", "severe_absence")


@pytest.fixture(scope="module")
def counts() -> dict[str, pl.DataFrame]:
    """Of each school three are persistently absent and none severely, and as many cannot be judged of the one as of the other."""
    some = exact_counts(an_authority(pupils=400, schools=4, seed=11))
    told = some["signal"].with_columns(pl.col("raised", "not_raised", "cannot_be_judged").cast(pl.Int64))
    schools = told.filter(signal="persistent_absence", scope="school")
    both = [_raised_for(schools, signal, raised) for signal, raised in zip(SIGNALS, (3, 0), strict=True)]
    others = told.filter(~pl.col("signal").is_in(SIGNALS))
    return some | {"signal": pl.concat([others, *both], how="diagonal").select(told.columns)}


def _raised_for(schools: pl.DataFrame, signal: str, raised: int) -> pl.DataFrame:
    """The signal's rows of every school, phase and the whole home, raised for so many pupils of each school."""
    judged = pl.col("raised") + pl.col("not_raised")
    moved = schools.with_columns(raised=pl.lit(raised, pl.Int64), not_raised=judged - raised)
    sums = pl.col("raised", "not_raised", "cannot_be_judged").sum()
    phases = moved.group_by("phase").agg(sums).with_columns(scope=pl.lit("phase"))
    home = moved.select(sums).with_columns(scope=pl.lit("home"))
    return pl.concat([moved, phases, home], how="diagonal").with_columns(signal=pl.lit(signal))


def found(counts: dict[str, pl.DataFrame]) -> list[tuple]:
    """Small numbers of signals that a reader has who knows that both are judged alike."""
    pages = suppressed(counts)
    known, truth = reckoned(pages, set()), numbers(counts)
    for name in list(known.least):
        if name[:2] == ("signal", SIGNALS[0]) and name[-1] == "cannot_be_judged":
            known.add_up(name, [("signal", SIGNALS[1], *name[2:])])
    few = [name for name, value in truth.items() if name[0] == "signal" and value in FEW]
    return System(known, {}).pinned(truth, few, random.Random(0))


def test_no_small_number_is_had_from_a_signal_that_is_judged_alike(counts):
    assert found(counts) == []


def test_it_would_be_had_if_they_were_hidden_apart(counts, monkeypatch):
    monkeypatch.setattr(disclosure_sums, "judged_alike", lambda rows: ())
    assert len(found(counts)) > 0


def test_signals_that_differ_at_one_school_are_not_taken_for_one(counts):
    assert len(list(judged_alike(rows_by_key(counts)))) == counts["signal"].filter(signal="severe_absence").height
    one_more = pl.when(signal="severe_absence", scope="school").then(pl.col("cannot_be_judged") + 1)
    differ = counts["signal"].with_columns(cannot_be_judged=one_more.otherwise(pl.col("cannot_be_judged")))
    assert list(judged_alike(rows_by_key(counts | {"signal": differ}))) == []


def test_signals_judged_of_everybody_need_no_sum(counts):
    judged = counts | {"signal": counts["signal"].with_columns(cannot_be_judged=pl.lit(0, pl.Int64))}
    assert list(judged_alike(rows_by_key(judged))) == []
