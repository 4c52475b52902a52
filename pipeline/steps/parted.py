"""Two records of which a person said that they are two children, kept apart whatever other links would join them by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

import polars as pl

from pipeline.steps.decided import CONFIRMED, REJECTED, UNDONE
from pipeline.steps.same_child import JOINS_TWO_PARTED
from pipeline.tables.same_child import FOUND, LINKS

_NEVER = date.max


def kept_apart(links: pl.DataFrame, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """LINKS rows, less what would join two that a person parted (LINK_DECISIONS rows); and, as FOUND rows, the links that wait for
    that reason now.

    Of the links between two such records, those a rule made last wait; of several made on one day, all, for nothing tells
    them apart. What a person confirmed stands.
    """
    said = [_Said(*row) for row in _by_people(decisions)]
    of = _groups((row["one"], row["other"]) for row in links.iter_rows(named=True))
    torn = {of[one.one] for one in said if one.is_apart and one.other in of.get(one.one, ())}
    if not torn:
        return links, FOUND.empty
    kept, waits = [], []
    for row in links.iter_rows(named=True):
        if of[row["one"]] not in torn:
            kept.append(row)
    for group in sorted(torn, key=min):
        family = [row for row in links.iter_rows(named=True) if row["one"] in group]
        stands, left = _told_by_day(family, [one for one in said if one.one in group or one.other in group])
        kept += stands
        waits += left
    found = pl.DataFrame([row | _WAITS for row in waits], schema=FOUND.schema)
    return LINKS.conform(pl.DataFrame(kept, schema=LINKS.schema).sort("link", "known_on")), found.sort("link")


_WAITS = {"because": JOINS_TWO_PARTED, "is_certain": False, "until": None}


@dataclass(frozen=True)
class _Said:
    """What a person said of a pair, and in which time it was their last word."""

    link: str
    one: str
    other: str
    decision: str
    since: date
    until: date

    @property
    def is_apart(self) -> bool:
        return self.decision in (REJECTED, UNDONE)

    def holds(self, day: date) -> bool:
        return self.since <= day < self.until


def _by_people(decisions: pl.DataFrame) -> Iterator[tuple]:
    columns = ("link", "one", "other", "decision", "known_on")
    rows = decisions.sort("link", "turn").select(columns).rows()
    for row, after in pairwise([*rows, None]):
        yield *row, after[4] if after and after[0] == row[0] else _NEVER


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The records joined by `pairs`, by each of them."""
    of: dict[str, frozenset[str]] = {}
    for one, other in pairs:
        joined = of.get(one, frozenset([one])) | of.get(other, frozenset([other]))
        of |= dict.fromkeys(joined, joined)
    return of


def _told_by_day(family: list[dict], said: list[_Said]) -> tuple[list[dict], list[dict]]:
    """The stretches on which each link of `family` stands, and those of its links that wait now."""
    days = {day for row in family for day in (row["known_on"], row["undone_on"]) if day}
    days |= {day for one in said for day in (one.since, one.until)} | {_NEVER}
    stands: dict[tuple, list[dict]] = {}
    waits: dict[str, dict] = {}
    for since, until in pairwise(sorted(days)):
        now = [row for row in family if row["known_on"] <= since < (row["undone_on"] or _NEVER)]
        kept = _kept(now, [one for one in said if one.holds(since)])
        for row in now:
            if row["link"] in kept:
                _add(stands.setdefault((row["link"], row["known_on"]), []), row, since, until)
        waits = {row["link"]: waits.get(row["link"]) or _waiting(row, since) for row in now if row["link"] not in kept}
    rows = [row for parts in stands.values() for row in parts]
    return [row | {"undone_on": None if row["undone_on"] == _NEVER else row["undone_on"]} for row in rows], list(
        waits.values()
    )


def _kept(now: list[dict], said: list[_Said]) -> set[str]:
    """Of links standing on one day, those that stay: what people confirmed, then what rules made, the first known first."""
    sure = {one.link for one in said if one.decision == CONFIRMED}
    apart = [(one.one, one.other) for one in said if one.is_apart]

    def turn(row: dict) -> tuple:
        return row["link"] not in sure, row["known_on"] if row["link"] not in sure else date.min

    pairs: list[tuple[str, str]] = []
    kept: set[str] = set()
    for (is_rule, _), rows in groupby(sorted(now, key=turn), key=turn):
        rows = list(rows)
        of = _groups([*pairs, *((row["one"], row["other"]) for row in rows)])
        joined = {of[one] for one, other in apart if other in of.get(one, ())}
        stay = [row for row in rows if not (is_rule and of[row["one"]] in joined)]
        pairs += [(row["one"], row["other"]) for row in stay]
        kept |= {row["link"] for row in stay}
    return kept


def _add(parts: list[dict], row: dict, since: date, until: date) -> None:
    if parts and parts[-1]["undone_on"] == since:
        parts[-1]["undone_on"] = until
    else:
        parts.append(row | {"known_on": since, "undone_on": until})


def _waiting(row: dict, since: date) -> dict:
    return {name: row[name] for name in ("link", "one", "other")} | {"known_on": since}
