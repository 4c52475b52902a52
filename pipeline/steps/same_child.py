"""Which pupil_ids are one child's: what rolls and names tell of it, and the one pupil_id a child is known by on a day.

A rule joins two pupil_ids only where a school says so (a former UPN) or where a temporary UPN gave way to a permanent one
at the same school. Whatever is less certain waits for a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.tables.same_child import FOUND, KNOWN_AS
from pipeline.vocabulary.identifiers import link_code

SAME_CHILD_LINKS = "same_child"
"""The worklist these pairs are of."""

FORMER_UPN, TEMPORARY_UPN = "former_upn", "temporary_upn"
FORMER_UPN_OF_ANOTHER, TEMPORARY_UPN_UNSURE, SAME_NAMES = "former_upn_of_another", "temporary_upn_unsure", "same_names"

BECAUSE = {
    FORMER_UPN: "A school gives the one UPN as the other's former UPN.",
    TEMPORARY_UPN: "A temporary and a permanent UPN with the same names and birth date at one school.",
    FORMER_UPN_OF_ANOTHER: "A school gives the one UPN as the other's former UPN, but forename and birth date both differ.",
    TEMPORARY_UPN_UNSURE: "A temporary UPN and another with the same names and birth date, at two schools, or on one roll at once, "
    "or one of several that fit.",
    SAME_NAMES: "Two permanent UPNs with the same names and birth date.",
    "confirmed_by_person": "A person confirmed it.",
}
"""What is told of a link, by the rule that found it."""

_NEVER = date.max


def found_by_former_upn(formers: pl.DataFrame, compared: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows of former UPNs.

    `formers` has one (of the former UPN), other (of the UPN today) and known_on, one row a pair. `compared` has those whose names
    are both known: named_on, since when, and agree_on, since when a record of each agrees in forename or birth date (null:
    never). While names are known and none agrees, the former UPN is some other child's, and no link is made of it.
    """
    doubt_from, doubt_until = pl.col("named_on"), pl.col("agree_on").fill_null(_NEVER)
    told = formers.join(compared, on=("one", "other"), how="left").with_columns(
        doubt_from=pl.when(doubt_from < doubt_until).then(doubt_from).otherwise(_NEVER), doubt_until=doubt_until
    )
    before = pl.col("doubt_from").is_null() | (pl.col("known_on") < pl.col("doubt_from"))
    certain, doubted = pl.lit(FORMER_UPN), pl.lit(FORMER_UPN_OF_ANOTHER)
    after = pl.max_horizontal("known_on", "doubt_until")
    return _found(
        told.filter(before).with_columns(because=certain, is_certain=True, until="doubt_from"),
        told.filter(~before | (pl.col("doubt_from") < _NEVER)).with_columns(
            because=doubted, is_certain=False, known_on=pl.max_horizontal("known_on", "doubt_from"), until="doubt_until"
        ),
        told.filter(pl.col("doubt_from") < _NEVER).with_columns(
            because=certain, is_certain=True, known_on=after, until=pl.lit(_NEVER)
        ),
    )


def _found(*parts: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows, less those that end before they begin."""
    rows = pl.concat([part.select("one", "other", "because", "is_certain", "known_on", "until") for part in parts])
    rows = rows.with_columns(until=pl.when(pl.col("until") < _NEVER).then("until"))
    rows = rows.filter(pl.col("until").is_null() | (pl.col("known_on") < pl.col("until"))).filter(
        pl.col("known_on") < _NEVER
    )
    codes = [link_code(*pair) for pair in rows.select("one", "other").rows()]
    return FOUND.conform(rows.with_columns(link=pl.Series(codes, dtype=pl.String)))


def found_alike(alike: pl.DataFrame, rolls: pl.DataFrame) -> pl.DataFrame:
    """FOUND rows of pupil_ids with the same names and birth date.

    `alike` has one, other, one_is_temporary, other_is_temporary and known_on, since when their names were; `rolls` the staged
    pupils rows of all of them. A temporary UPN is replaced by a permanent one that comes to the same school's roll: by the
    first that does, while no day is known on which both are on that roll. Any other pair is unsure.
    """
    told = _rolls_by_pupil(rolls)
    pairs = [_pair(row, told) for row in alike.iter_rows(named=True) if row["one"] in told and row["other"] in told]
    firsts = _first_replacements(pairs)
    return _found(pl.DataFrame([row for pair in pairs for row in pair.found(firsts)], schema=_ROWS, orient="row"))


_ROWS = {name: dtype for name, dtype in FOUND.schema.items() if name != "link"}


@dataclass
class _Rolls:
    """What rolls tell of one pupil_id: since when it is known at each school, and, of each school and day described on which it was
    on that roll, since when that is known."""

    at_school: dict[int, date] = field(default_factory=dict)
    on_roll: dict[tuple[int, date], date] = field(default_factory=dict)


def _rolls_by_pupil(rolls: pl.DataFrame) -> dict[str, _Rolls]:
    told: dict[str, _Rolls] = {}
    first_known = pl.col("known_on").min()
    for pupil_id, urn, known_on in rolls.group_by("pupil_id", "urn").agg(first_known).sort(pl.all()).rows():
        told.setdefault(pupil_id, _Rolls()).at_school[urn] = known_on
    still = pl.col("leaving_date").is_null() | (pl.col("leaving_date") > pl.col("stated_on"))
    here = rolls.filter((pl.col("entry_date") <= pl.col("stated_on")) & still & (_status != "P"))
    for pupil_id, *where, known_on in (
        here.group_by("pupil_id", "urn", "stated_on").agg(first_known).sort(pl.all()).rows()
    ):
        told[pupil_id].on_roll[tuple(where)] = known_on
    return told


_status = pl.col("enrol_status").fill_null("C")


@dataclass(frozen=True)
class _Pair:
    """Two pupil_ids with one name and birth date, known on a day; since when both are known at one school, and since when both
    are known to have been on one roll at once."""

    one: str
    other: str
    is_replacement: bool  # `one` of a temporary UPN, `other` of a permanent one
    is_temporary: bool  # either of them
    known_on: date
    at_school_on: date
    on_one_roll_on: date

    def found(self, firsts: dict[str, tuple[date, int]]) -> Iterator[tuple]:
        """Rows of _ROWS. `firsts` has, for each temporary UPN, the day of its first replacement and how many came that day."""
        is_first = self.is_replacement and firsts.get(self.one) == (self.at_school_on, 1)
        is_certain = is_first and self.at_school_on < self.on_one_roll_on
        if is_certain:
            yield self.one, self.other, TEMPORARY_UPN, True, self.at_school_on, self.on_one_roll_on
        since = self.on_one_roll_on if is_certain else self.known_on
        because = TEMPORARY_UPN_UNSURE if self.is_temporary else SAME_NAMES
        yield self.one, self.other, because, False, since, _NEVER


def _pair(row: dict, told: dict[str, _Rolls]) -> _Pair:
    one, other = _giving_way(row, told)
    a, b = told[one], told[other]
    at_schools = [max(a.at_school[urn], b.at_school[urn]) for urn in a.at_school.keys() & b.at_school.keys()]
    on_rolls = [max(a.on_roll[where], b.on_roll[where]) for where in a.on_roll.keys() & b.on_roll.keys()]
    first_known = max(min(a.at_school.values()), min(b.at_school.values()))
    return _Pair(
        one=one, other=other, is_replacement=row["one_is_temporary"] != row["other_is_temporary"],
        is_temporary=row["one_is_temporary"] or row["other_is_temporary"], known_on=max(row["known_on"], first_known),
        at_school_on=max(row["known_on"], min(at_schools, default=_NEVER)), on_one_roll_on=min(on_rolls, default=_NEVER),
    )  # fmt: skip


def _giving_way(row: dict, told: dict[str, _Rolls]) -> tuple[str, str]:
    """The pair in order: a temporary UPN gives way to a permanent one, else the one first known to the other."""

    def order(which: str) -> tuple:
        return not row[f"{which}_is_temporary"], min(told[row[which]].at_school.values()), row[which]

    one, other = sorted(("one", "other"), key=order)
    return row[one], row[other]


def _first_replacements(pairs: list[_Pair]) -> dict[str, tuple[date, int]]:
    days: dict[str, list[date]] = {}
    for pair in pairs:
        if pair.is_replacement and pair.at_school_on < _NEVER:
            days.setdefault(pair.one, []).append(pair.at_school_on)
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
