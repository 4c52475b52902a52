"""Links between records as rules found them and people decided: which stand on which days, and which wait for a person.

The same for any two kinds of record: two pupil_ids, or another agency's child and a pupil_id.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import polars as pl

from pipeline.tables.same_child import LINKS

CONFIRMED, REJECTED, UNDONE = "confirmed", "rejected", "undone"
BY_PERSON = "confirmed_by_person"

_FOREVER = date.max


def standing(found: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """`tables.same_child.LINKS` from FOUND and LINK_DECISIONS rows: every stretch of days on which a link stands or stood.

    What a rule is certain of stands from the day it was found until more is known; from the day of a person's first
    decision on the pair, the person's latest decision holds and no rule makes the link again. The two records are told in
    the order of the evidence known last.
    """
    rules = _by_link(found.filter("is_certain"))
    said = _by_link(decisions)
    rows = [row for link in sorted(rules | said) for row in _stretches(rules.get(link, []), said.get(link, []))]
    return LINKS.conform(pl.DataFrame(rows, schema=LINKS.schema, orient="row"))


def waiting(found: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows of which no rule is certain and no person has decided: one per link, the earliest known."""
    certain = found.filter(pl.col("is_certain") & pl.col("until").is_null())
    unsure = found.filter(~pl.col("is_certain") & pl.col("until").is_null())
    left = unsure.join(decisions, on="link", how="anti").join(certain, on="link", how="anti")
    return left.sort("known_on", "one", "other").unique("link", keep="first", maintain_order=True).sort("link")


def _by_link(rows: pl.DataFrame) -> dict[str, list[dict]]:
    """Rows of each link, in the order in which they came to be known."""
    ties = [name for name in ("turn", "one", "other", "until") if name in rows.columns]
    groups: dict[str, list[dict]] = {}
    for row in rows.sort("known_on", *ties, nulls_last=True).iter_rows(named=True):
        groups.setdefault(row["link"], []).append(row)
    return groups


def _stretches(rules: list[dict], said: list[dict]) -> list[dict]:
    """One link's stretches, told in the words of LINKS; stretches that meet and say the same are one."""
    said = sorted(said, key=lambda row: row["turn"])
    first_said = said[0]["known_on"] if said else _FOREVER
    stretches: list[dict] = []
    for begins, ends, row in [*_by_rule(rules, first_said), *_by_people(said)]:
        last = stretches[-1] if stretches else None
        if last and last["undone_on"] == begins and _says_the_same(last, row):
            last["undone_on"] = ends
        else:
            stretches.append(_stretch(row, begins, ends))
    return [row | {"undone_on": None if row["undone_on"] == _FOREVER else row["undone_on"]} for row in stretches]


def _says_the_same(last: dict, row: dict) -> bool:
    """Whether `row` adds nothing to a stretch: a person who confirms what a rule made changes neither words nor days."""
    return (last["one"], last["other"]) == (row["one"], row["other"])


def _by_rule(rules: list[dict], first_said: date) -> Iterator[tuple[date, date, dict]]:
    """Between any two days on which something changes, the evidence known last of that which holds."""
    ends = [min(row["until"] or _FOREVER, first_said) for row in rules]
    days = sorted({row["known_on"] for row in rules} | set(ends))
    for begins, next_day in pairwise(days):
        holds = [row for row, end in zip(rules, ends, strict=True) if row["known_on"] <= begins < end]
        if holds:
            yield begins, next_day, holds[-1]


def _by_people(said: list[dict]) -> Iterator[tuple[date, date, dict]]:
    """From each decision to the next; of several on one day the last holds."""
    for row, after in pairwise([*said, None]):
        end = after["known_on"] if after else _FOREVER
        if row["decision"] == CONFIRMED and row["known_on"] < end:
            yield row["known_on"], end, row


def _stretch(row: dict, begins: date, ends: date) -> dict:
    told = {name: row.get(name) for name in LINKS.names}
    return told | {"because": row.get("because") or BY_PERSON, "known_on": begins, "undone_on": ends}
