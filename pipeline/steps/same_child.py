"""Which pupil_ids are one child's: what rolls and names tell of it, and the one pupil_id a child is known by on a day.

A rule joins two pupil_ids only where a school says so (a former UPN) and nothing speaks against it, or where a temporary UPN
gave way to a permanent one at the same school. Whatever is less certain waits for a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import polars as pl

from pipeline.tables.same_child import FOUND, KNOWN_AS
from pipeline.vocabulary.identifiers import link_code

SAME_CHILD_LINKS = "same_child"
"""The worklist these pairs are of."""

FORMER_UPN, TEMPORARY_UPN = "former_upn", "temporary_upn"
FORMER_UPN_OF_ANOTHER, TEMPORARY_UPN_UNSURE, SAME_NAMES = "former_upn_of_another", "temporary_upn_unsure", "same_names"
FORMER_UPN_ON_ONE_ROLL, FORMER_UPN_OF_SEVERAL = "former_upn_on_one_roll", "former_upn_of_several"
JOINS_TWO_PARTED = "joins_two_parted"

BECAUSE = {
    FORMER_UPN: "A school gives the one UPN as the other's former UPN.",
    TEMPORARY_UPN: "A temporary and a permanent UPN with the same names and birth date at one school.",
    FORMER_UPN_OF_ANOTHER: "A school gives the one UPN as the other's former UPN, but the forename is another.",
    FORMER_UPN_ON_ONE_ROLL: "A school gives the one UPN as the other's former UPN, but both are on one roll at once.",
    FORMER_UPN_OF_SEVERAL: "The one UPN is given as the former UPN of several, who differ in forename or birth date, or are on a roll at "
    "once.",
    TEMPORARY_UPN_UNSURE: "A temporary UPN and another with the same names and birth date, at two schools, or on one roll at once, "
    "or one of several that fit.",
    SAME_NAMES: "Two permanent UPNs with the same names and birth date.",
    JOINS_TWO_PARTED: "A rule found them to be one child's, but with other links that would join two records of which a person said that "
    "they are two children.",
    "confirmed_by_person": "A person confirmed it.",
}
"""What is told of a link, by the rule that found it."""

_NEVER = date.max

Stretch = tuple[date, date]
"""A first day, and the day from which it is over."""


def found_by_former_upn(formers: pl.DataFrame, compared: pl.DataFrame, rolls: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows of former UPNs.

    `formers` has one (of the former UPN), other (of the UPN today), known_on, and until, from when that is said no more.
    `compared` has those, and those of two that were given one former UPN, whose names are both known: named_on, since when,
    agree_on, since when a record of each agrees in forename, and same_on, in birth date too (null: never). `rolls` are the
    staged pupils rows of all of them. A school may give the UPN of a brother or sister, or one UPN to two: what speaks
    against a former UPN leaves it to a person while it is known.
    """
    said, names, told = _stretches_said(formers), _Names(compared), _rolls_by_pupil(rolls)
    given: dict[str, list[str]] = {}
    for one, other in said:
        given.setdefault(one, []).append(other)
    rows = []
    for (one, other), stretches in said.items():
        doubts = [(FORMER_UPN_ON_ONE_ROLL, *on_roll) for on_roll in _on_one_roll(told, one, other)]
        for rival in given[one]:
            if rival != other:
                theirs = said[one, rival]
                doubts += [
                    (FORMER_UPN_OF_SEVERAL, *both) for both in _rivals(stretches, theirs, names, told, other, rival)
                ]
        doubts += [(FORMER_UPN_OF_ANOTHER, *another) for another in names.apart(one, other)]
        rows += [(one, other, *row) for row in _by_doubt(FORMER_UPN, stretches, doubts)]
    return _found(rows)


def _stretches_said(formers: pl.DataFrame) -> dict[tuple[str, str], list[Stretch]]:
    said: dict[tuple[str, str], list[Stretch]] = {}
    for one, other, known_on, until in formers.select("one", "other", "known_on", "until").sort(pl.all()).rows():
        said.setdefault((one, other), []).append((known_on, until or _NEVER))
    return said


class _Names:
    """Since when the names of two are known, and known to agree."""

    def __init__(self, compared: pl.DataFrame):
        told = compared.select("one", "other", "named_on", "agree_on", "same_on").rows()
        self._told = {frozenset((one, other)): days for one, other, *days in told}

    def apart(self, one: str, other: str) -> Iterator[Stretch]:
        """While names are known and no two forenames agree, the former UPN is some other child's."""
        named_on, agree_on, _ = self._told.get(frozenset((one, other)), (None, None, None))
        if named_on:
            yield named_on, agree_on or _NEVER

    def same_on(self, one: str, other: str) -> date:
        return self._told.get(frozenset((one, other)), (None, None, None))[2] or _NEVER


def _rivals(ours, theirs, names: _Names, told: dict[str, "_Rolls"], other: str, rival: str) -> Iterator[Stretch]:
    """While two are both said to have had one UPN, and are not known to be one child, or are known to be two."""
    days = [(date.min, names.same_on(other, rival)), *_on_rolls_at_once(told, other, rival)]
    for one in ours:
        for another in theirs:
            yield from (both for day in days if (both := _overlap(one, another, day)))


def _overlap(*stretches: Stretch) -> Stretch | None:
    since, until = max(one for one, _ in stretches), min(end for _, end in stretches)
    return (since, until) if since < until else None


def _by_doubt(because: str, stretches: list[Stretch], doubts: list[tuple[str, date, date]]) -> Iterator[tuple]:
    """because, is_certain, known_on and until of every part of `stretches`; the first doubt that holds is told."""
    days = sorted({day for _, *ends in [*doubts, *((because, *one) for one in stretches)] for day in ends})
    parts: list[list] = []
    for since, until in pairwise(days):
        if not any(begins <= since < ends for begins, ends in stretches):
            continue
        why = next((doubt for doubt, begins, ends in doubts if begins <= since < ends), because)
        if parts and parts[-1][0] == why and parts[-1][3] == since:
            parts[-1][3] = until
        else:
            parts.append([why, why == because, since, until])
    yield from map(tuple, parts)


def _found(rows: list[tuple]) -> pl.DataFrame:
    """FOUND rows, less those that end before they begin."""
    told = pl.DataFrame(rows, schema=_ROWS, orient="row").with_columns(
        until=pl.when(pl.col("until") < _NEVER).then("until")
    )
    told = told.filter(pl.col("until").is_null() | (pl.col("known_on") < pl.col("until"))).filter(
        pl.col("known_on") < _NEVER
    )
    codes = [link_code(*pair) for pair in told.select("one", "other").rows()]
    return FOUND.conform(told.with_columns(link=pl.Series(codes, dtype=pl.String)))


_ROWS = {name: dtype for name, dtype in FOUND.schema.items() if name != "link"}


def found_alike(alike: pl.DataFrame, rolls: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows of pupil_ids with the same names and birth date.

    `alike` has one, other, one_is_temporary, other_is_temporary and known_on, since when their names were; `rolls` the staged
    pupils rows of all of them, with until, from when a row stands no more. A temporary UPN is replaced by a permanent one that
    comes to the same school's roll: by the first that does, while it is on that roll, and no day is known on which both are.
    Any other pair is unsure.
    """
    told = _rolls_by_pupil(rolls)
    pairs = [_pair(row, told) for row in alike.iter_rows(named=True) if row["one"] in told and row["other"] in told]
    firsts = _first_replacements(pairs)
    return _found([row for pair in pairs for row in pair.found(firsts)])


@dataclass
class _Rolls:
    """What rolls tell of one pupil_id: while it is known at each school; and, of each school and day described on which it was on
    that roll, while that is known."""

    at_school: dict[int, Stretch] = field(default_factory=dict)
    on_roll: dict[tuple[int, date], Stretch] = field(default_factory=dict)


def _rolls_by_pupil(rolls: pl.DataFrame) -> dict[str, _Rolls]:
    told: dict[str, _Rolls] = {}
    while_known = (pl.col("known_on").min(), pl.col("until").fill_null(_NEVER).max())
    for pupil_id, urn, *known in rolls.group_by("pupil_id", "urn").agg(*while_known).sort(pl.all()).rows():
        told.setdefault(pupil_id, _Rolls()).at_school[urn] = tuple(known)
    still = pl.col("leaving_date").is_null() | (pl.col("leaving_date") > pl.col("stated_on"))
    here = rolls.filter((pl.col("entry_date") <= pl.col("stated_on")) & still & (_status != "P"))
    days = here.group_by("pupil_id", "urn", "stated_on").agg(*while_known).sort(pl.all())
    for pupil_id, urn, day, *known in days.rows():
        told[pupil_id].on_roll[urn, day] = tuple(known)
    return told


_status = pl.col("enrol_status").fill_null("C")


def _on_one_roll(told: dict[str, _Rolls], one: str, other: str) -> list[Stretch]:
    """While both are known to have been on one school's roll on one day."""
    ours, theirs = (told.get(pupil_id, _Rolls()).on_roll for pupil_id in (one, other))
    return [both for where in ours.keys() & theirs.keys() if (both := _overlap(ours[where], theirs[where]))]


def _on_rolls_at_once(told: dict[str, _Rolls], one: str, other: str) -> list[Stretch]:
    """While both are known to have been on a roll on one day, whichever school's."""
    ours, theirs = (told.get(pupil_id, _Rolls()).on_roll.items() for pupil_id in (one, other))
    both = (_overlap(a, b) for (_, day), a in ours for (_, same_day), b in theirs if day == same_day)
    return [stretch for stretch in both if stretch]


@dataclass(frozen=True)
class _Pair:
    """Two pupil_ids with one name and birth date, known on a day; while both are known at one school, and while both are known to
    have been on one roll at once."""

    one: str
    other: str
    is_replacement: bool  # `one` of a temporary UPN, `other` of a permanent one
    is_temporary: bool  # either of them
    known: Stretch
    at_school: Stretch
    on_one_roll: tuple[Stretch, ...]

    def found(self, firsts: dict[str, tuple[date, int]]) -> Iterator[tuple]:
        """Rows of _ROWS. `firsts` has, for each temporary UPN, the day of its first replacement and how many came that day."""
        unsure = TEMPORARY_UPN_UNSURE if self.is_temporary else SAME_NAMES
        is_first = self.is_replacement and firsts.get(self.one) == (self.at_school[0], 1)
        doubts = [(unsure, *day) for day in self.on_one_roll]
        if is_first:
            begins, ends = self.at_school
            doubts += [(unsure, self.known[0], begins), (unsure, ends, _NEVER)]
        for row in _by_doubt(TEMPORARY_UPN if is_first else unsure, [self.known], doubts):
            because, _, *days = row
            yield self.one, self.other, because, because == TEMPORARY_UPN, *days


def _pair(row: dict, told: dict[str, _Rolls]) -> _Pair:
    one, other = _giving_way(row, told)
    a, b = told[one], told[other]
    # A temporary UPN is given up: that a return sent again has it no more is no reason to think otherwise.
    at_schools = [
        both
        for urn in a.at_school.keys() & b.at_school.keys()
        if (both := _overlap((a.at_school[urn][0], _NEVER), b.at_school[urn]))
    ]
    first_known = max(min(a.at_school.values())[0], min(b.at_school.values())[0])
    is_replacement = row["one_is_temporary"] != row["other_is_temporary"]
    last_known = min(max(end for _, end in rolls.at_school.values()) for rolls in ((b,) if is_replacement else (a, b)))
    return _Pair(
        one=one, other=other, is_replacement=is_replacement, is_temporary=row["one_is_temporary"] or row["other_is_temporary"],
        known=(max(row["known_on"], first_known), last_known), on_one_roll=tuple(_on_one_roll(told, one, other)),
        at_school=(max(row["known_on"], min((since for since, _ in at_schools), default=_NEVER)),
                   max((end for _, end in at_schools), default=_NEVER)),
    )  # fmt: skip


def _giving_way(row: dict, told: dict[str, _Rolls]) -> tuple[str, str]:
    """The pair in order: a temporary UPN gives way to a permanent one, else the one first known to the other."""

    def order(which: str) -> tuple:
        return not row[f"{which}_is_temporary"], min(told[row[which]].at_school.values())[0], row[which]

    one, other = sorted(("one", "other"), key=order)
    return row[one], row[other]


def _first_replacements(pairs: list[_Pair]) -> dict[str, tuple[date, int]]:
    days: dict[str, list[date]] = {}
    for pair in pairs:
        if pair.is_replacement and pair.at_school[0] < _NEVER:
            days.setdefault(pair.one, []).append(pair.at_school[0])
    return {one: (min(came), came.count(min(came))) for one, came in days.items()}


# The one pupil_id of a child


def known_as(links: pl.DataFrame) -> pl.DataFrame:
    """`tables.same_child.KNOWN_AS` from LINKS rows: for every pupil_id ever linked, which stood for the child, and when.

    A new stretch begins on each day on which the group of linked pupil_ids, or the one that stands for it, changes.
    """
    edges = [_Edge(*row) for row in links.select("one", "other", "known_on", "undone_on").rows()]
    rows = [row for family in _families(edges) for row in _stretches(family)]
    return KNOWN_AS.conform(pl.DataFrame(rows, schema=KNOWN_AS.schema, orient="row"))


@dataclass(frozen=True)
class _Edge:
    one: str
    other: str
    known_on: date
    undone_on: date | None

    def stands(self, *, as_of: date) -> bool:
        return self.known_on <= as_of and (self.undone_on is None or self.undone_on > as_of)


def _families(edges: list[_Edge]) -> list[list[_Edge]]:
    """Links parted so that no pupil_id is in two parts, whatever day they stood on."""
    of = {member: group for group in _groups(edges) for member in group}
    families: dict[frozenset[str], list[_Edge]] = {}
    for edge in edges:
        families.setdefault(of[edge.one], []).append(edge)
    return list(families.values())


def _groups(edges: Iterable[_Edge]) -> set[frozenset[str]]:
    """Sets of pupil_ids joined by these links, whatever way they point."""
    of: dict[str, set[str]] = {}
    for edge in edges:
        joined = of.get(edge.one, {edge.one}) | of.get(edge.other, {edge.other})
        of |= dict.fromkeys(joined, joined)
    return {frozenset(group) for group in of.values()}


def _stretches(family: list[_Edge]) -> Iterator[tuple[str, str, date, date | None]]:
    members = sorted({name for edge in family for name in (edge.one, edge.other)})
    days = sorted({day for edge in family for day in (edge.known_on, edge.undone_on) if day})
    alone = {member: (frozenset([member]), member) for member in members}
    held, since = dict(alone), dict.fromkeys(members)
    for day in days:
        standing = [edge for edge in family if edge.stands(as_of=day)]
        now = alone | {one: (group, stands_for(group, standing)) for group in _groups(standing) for one in group}
        for member in members:
            if now[member] != held[member]:
                if since[member]:
                    yield member, held[member][1], since[member], day
                held[member], since[member] = now[member], day
    for member in members:
        if since[member]:
            yield member, held[member][1], since[member], None


def stands_for(group: frozenset[str], standing: list[_Edge]) -> str:
    """Of linked pupil_ids, the one that gives way to none; of several, the one a link was last made to; then by the id.

    Where they give way to each other in a ring, each may be the one.
    """
    inside = [edge for edge in standing if edge.one in group]
    gave_way = {edge.one for edge in inside}
    last_made = {one: max((edge.known_on for edge in inside if edge.other == one), default=date.min) for one in group}
    return min((group - gave_way) or group, key=lambda one: (-last_made[one].toordinal(), one))


def as_learned(weeks: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """`weeks` of linked children say that they were last learned of when the links were, if not later.

    `children` has known_as and known_from, as they are known on the day stood on.
    """
    if children.is_empty():
        return weeks
    linked = children.group_by(pupil_id="known_as").agg(linked_on=pl.col("known_from").max())
    found = weeks.join(linked, on="pupil_id", how="left", maintain_order="left")
    return found.with_columns(last_known_on=pl.max_horizontal("last_known_on", "linked_on")).drop("linked_on")
