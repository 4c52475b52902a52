"""Who would be on the lists: the first of each school by an order, as many as the school has places."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from pipeline.steps.places import Policy, of_school

RULE = "a school's own number, else ten, at most one pupil in fifty of those looked at and never under three"


@dataclass(frozen=True)
class Places:
    """How many places each school has. `fixed`, where given, is every school's; `half` gives half of those looked at."""

    policy: Policy = field(default_factory=Policy)
    fixed: int | None = None
    by_school: dict[str, int] | None = None
    half: bool = False

    def of(self, cluster: str, pupils: int) -> int:
        if self.half:
            return (pupils + 1) // 2
        if self.fixed is not None:
            return self.fixed
        if self.by_school and cluster in self.by_school:
            return self.by_school[cluster]
        return of_school(self.policy, -1, on_roll=pupils)

    @property
    def in_words(self) -> str:
        if self.half:
            return "half of those looked at in each school"
        return f"{self.fixed} in every school" if self.fixed is not None else RULE


@dataclass(frozen=True)
class Term:
    """The rows of one cut that can be put on a list, and the schools they are of.

    `school` numbers each row's from 0, `places` has each school's, `y` whether it came true, `known` whether that is known. Whoever
    left after takes a place like anybody: on the day nobody knew.
    """

    rows: pl.DataFrame
    school: np.ndarray
    places: np.ndarray
    y: np.ndarray
    known: np.ndarray

    def listed(self, score: np.ndarray) -> np.ndarray:
        """Which rows are on a list by this order, the highest first; the same are told apart by lot, never by who they are."""
        order = np.lexsort((self.rows["tie"].to_numpy(), -score, self.school))
        turn = np.empty(len(order), dtype=np.int64)
        starts = np.searchsorted(self.school[order], np.arange(len(self.places)))
        turn[order] = np.arange(len(order)) - starts[self.school[order]]
        return turn < self.places[self.school]

    def longer(self, times: int) -> "Term":
        """The same rows with lists so many times as long."""
        return replace(self, places=self.places * times)

    def by_school(self, of: np.ndarray) -> np.ndarray:
        """How many of the rows chosen there are in each school."""
        return np.bincount(self.school, weights=of.astype(np.float64), minlength=len(self.places))


def term_of(rows: pl.DataFrame, places: Places) -> Term:
    """`rows` of one period: a school's places are by all those looked at there, eligible and labelled or not."""
    roll = dict(rows.group_by("cluster").len().iter_rows())
    here = rows.filter("eligible")
    clusters = sorted(here["cluster"].unique())
    number = {cluster: place for place, cluster in enumerate(clusters)}
    school = np.array([number[one] for one in here["cluster"]], dtype=np.int64)
    own = np.array([places.of(one, roll[one]) for one in clusters], dtype=np.int64)
    label = here["label"]
    return Term(here, school, own, label.fill_null(False).to_numpy().astype(bool), label.is_not_null().to_numpy())
