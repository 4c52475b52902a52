"""Made-up tables of absence of which it is known what could be foretold. They prove mechanics, not accuracy."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.appraisal import Appraisal
from models.splits import drawn

INDEPENDENT, PLANTED, WORSE = "independent", "planted", "worse"
USUAL, OFTEN, SELDOM = 0.19, 0.70, 0.08
"""How likely a tenth or more is missed where nothing tells, where the signal says so, and where it says not."""


@dataclass(frozen=True)
class MadeUp:
    """A table as `a2n appraise --table` takes it, and by pupil and period how likely the next one truly was to be one of a tenth
    or more."""

    table: pl.DataFrame
    truth: pl.DataFrame


def made_up(kind: str, seed: int, *, schools: int = 24, pupils: int = 120, periods: int = 5, idle: int = 0) -> MadeUp:
    """`independent`: no period tells of the next. `planted`: `x_signal` of a period does. `worse`: it does for the pupils of
    g_group A alone, of B it tells nothing. So many `idle` columns of groups besides have nothing to do with anything."""
    rng = np.random.default_rng(seed)
    count = schools * pupils
    school, group = np.repeat(np.arange(schools), pupils), np.where(rng.random(count) < 0.35, "B", "A")
    signal = rng.normal(size=(periods, count))
    informed = {INDEPENDENT: np.zeros(count, bool), PLANTED: np.ones(count, bool), WORSE: group == "A"}[kind]
    likely = np.full(count, USUAL)
    tables, truths = [], []
    for period in range(periods):
        possible, is_tenth = rng.integers(110, 126, count), rng.random(count) < likely
        rate = np.where(is_tenth, 0.13 + rng.beta(1.2, 8, count) * 0.8, rng.beta(1.2, 30, count) * 0.6)
        absence = np.where(is_tenth, np.ceil(rate * possible), np.minimum(np.floor(rate * possible), possible // 11))
        likely = np.where(informed, np.where(signal[period] > 1.2, OFTEN, SELDOM), USUAL)
        pupil = [f"pupil {number}" for number in range(count)]
        tables.append(
            pl.DataFrame({"pupil": pupil, "period": period + 1, "possible_sessions": possible, "absence_sessions": absence.astype(int),
                          "cluster": [f"school {one}" for one in school], "x_signal": signal[period], "g_group": group})
        )  # fmt: skip
        truths.append(pl.DataFrame({"pupil": pupil, "period": period + 1, "likely": likely}))
    return MadeUp(_with_idle(pl.concat(tables), idle, seed), pl.concat(truths))


def _with_idle(table: pl.DataFrame, columns: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng((seed, columns))
    who = table.select(pl.col("pupil").unique(maintain_order=True))
    drawn = {
        f"g_idle_{one}": rng.choice(["one", "two", "three"], who.height, p=[0.55, 0.3, 0.15]) for one in range(columns)
    }
    return (
        table.join(
            who.with_columns(**{name: pl.Series(values) for name, values in drawn.items()}),
            on="pupil",
            maintain_order="left",
        )
        if columns
        else table
    )


def achieved(appraisal: Appraisal, made: MadeUp) -> float:
    """Of the precision at places that knowing the truth would achieve in expectation, the share the chosen order does: what is
    planted is compared, and not what fell out, so that luck on either side is no part of it."""
    own, best = 0.0, 0.0
    for result in appraisal.judged_on:
        order = result.orders[appraisal.chosen]
        rows = order.term.rows.join(made.truth, on=["pupil", "period"], how="left", maintain_order="left")
        likely = rows["likely"].to_numpy()
        own += likely[order.listed].sum()
        best += likely[order.term.listed(likely)].sum()
    return float(own / best)


def shuffled_in_time(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same table where each pupil's absences stand in a period of another's: nothing is left to foretell."""
    told = table.select("period", "possible_sessions", "absence_sessions")
    order = pl.Series(drawn(f"shuffled {seed}", range(table.height)))
    other = told.with_columns(order=order).sort("period", "order").drop("order")
    rest = table.sort("period", "pupil").drop("possible_sessions", "absence_sessions")
    return rest.with_columns(other["possible_sessions"], other["absence_sessions"])
