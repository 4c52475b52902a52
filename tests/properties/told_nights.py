"""Nights of a made-up authority as they are published, one after another; and with hiding, or remembering, switched off."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

import polars as pl

from pipeline.hops import publishing
from pipeline.steps.disclosure import NOTHING, Policy, Remembered, disclosed
from pipeline.steps.published_pages import pages
from tests.properties.nights import Counts, nights
from tests.properties.subtraction import FEW, KEYS, leaks, numbers, weeks_told

GROUPS = ("group_audit", "ever")
MONDAY_AT = 3  # the first night is a Friday

Publish = Callable[[Counts, Remembered], tuple[Mapping[str, pl.DataFrame], Remembered]]


@dataclass(frozen=True)
class Authority:
    """So small that every rule is tried hard."""

    seed: int
    how_many: int = 4

    @property
    def pupils(self) -> int:
        return 15 + self.seed * 37 % 165

    @property
    def schools(self) -> int:
        return 1 + self.seed % 5

    def exact(self) -> list[Counts]:
        return list(nights(self.pupils, self.schools, self.seed, how_many=self.how_many))


def as_published(counts: Counts, before: Remembered):
    tonight = disclosed(counts, Policy(), before)
    return tonight.pages, tonight.remembered


def with_no_memory(counts: Counts, _: Remembered):
    return disclosed(counts).pages, NOTHING


def one_by_one(counts: Counts, _: Remembered):
    """Every count from 1 to 4 hidden, and no other."""
    return pages(
        counts, {as_we_name(name) for name, value in numbers(counts).items() if value in FEW}, Policy()
    ), NOTHING


def as_we_name(name: tuple) -> tuple:
    table, *key, column = name
    return table, " ".join(str(part) for part in key if part is not None) if KEYS[table] else "home", column


def found(exact: list[Counts], publish: Publish = as_published) -> list:
    """What a reader of these nights works out. Groups are counted on the first night and on the Monday, and on no other."""
    told, memory = [], NOTHING
    for night, counts in enumerate(exact):
        is_first = night % MONDAY_AT == 0
        tonight = counts if is_first else {name: frame for name, frame in counts.items() if name not in GROUPS}
        told_tonight, memory = publish(tonight, memory)
        told.append(told_tonight)
    return worked_out(told, exact)


def worked_out(told: list[Mapping[str, pl.DataFrame]], exact: list[Counts]) -> list:
    """Night and name of every number that a reader of these pages has, and of every week of few pupils they can tell."""
    places = [dict(counts["school"].select("urn", "places").rows()) for counts in exact]
    of_weeks = [
        (night, name)
        for night, (page, counts) in enumerate(zip(told, exact, strict=True))
        if page["school"].height
        for name in weeks_told(page, counts)
    ]
    return leaks(told, exact, places) + of_weeks


@contextmanager
def as_it_is_published() -> Iterator[tuple[list[Mapping[str, pl.DataFrame]], list[Counts]]]:
    """The pages that runs publish meanwhile, and the exact counts behind them, night by night."""
    told: list[Mapping[str, pl.DataFrame]] = []
    exact: list[Counts] = []

    def heard(counts: Counts, policy: Policy, before: Remembered):
        tonight = disclosed(counts, policy, before)
        told.append(tonight.pages)
        exact.append(counts)
        return tonight

    with mock.patch.object(publishing, "disclosed", heard):
        yield told, exact
