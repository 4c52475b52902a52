"""Whose the UPN of each row is, judged of a whole day at once: what is told now, what was accepted earlier that day, what waits.

So neither the order of files nor how they are cut decides who keeps a UPN. A row accepted earlier on a day is called back
where another of that day speaks against it. History was told long before any night, and all of it at once.
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from expectations import RETRIED
from pipeline.edges import calling_back, claims, gate, identity, links
from pipeline.edges.settings import Home
from pipeline.steps.same_child import SAME_CHILD_LINKS

from .apart import learned_on, remember_postcodes
from .who_is_who import parted_pairs

RULE = "upn_on_two_children"

_PLACE = [*claims.PLACE]


@dataclass(frozen=True)
class Judged:
    """`strangers`: places of rows whose UPN is another child's, marked in scratch for the gate where they are of a roll.
    `back`: those of them accepted earlier today, and in scratch again."""

    strangers: pl.DataFrame
    back: pl.DataFrame


_NOBODY = Judged(pl.DataFrame(schema=claims.PLACE), pl.DataFrame(schema=claims.PLACE))


def judge(con: duckdb.DuckDBPyConnection, home: Home, feed: str, people, *, day, refused: list[int]) -> Judged:
    """Look whose UPNs came with the batch; `people` are those met in it, `refused` the extracts of which nothing is taken in."""
    is_roll = feed == "pupils"
    named = [one.select(*claims.TOLD) for one in people if one.height and {*claims.TOLD} <= {*one.columns}]
    told = pl.concat(named) if named else pl.DataFrame(schema=claims.TOLD)
    told = told.filter(~pl.col("extract_id").is_in(refused))
    if told.is_empty() and not is_roll:
        return _NOBODY
    with claims.claims(home) as names:
        if is_roll:
            claims.settle(names, calling_back.places(con, claims.extracts_told(names)), learned_on(day))
        claims.set_claims(names, _given_up(con), with_today=not is_roll)
        rows = claims.in_doubt(names, told, learned_on(day), with_told=is_roll)
        strangers = _strangers(con, names, rows, day, is_roll=is_roll)
    if not is_roll:
        return Judged(strangers, _NOBODY.back)
    return Judged(strangers, calling_back.mark_and_call_back(con, strangers))


def _given_up(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return parted_pairs(links.decisions(con, SAME_CHILD_LINKS)).select("one", "other")


def _strangers(con, names, rows: pl.DataFrame, day, *, is_roll: bool) -> pl.DataFrame:
    """A row that can never be accepted speaks against nobody: what else is wrong with rows is asked where any is in doubt."""
    if rows.is_empty():
        return _NOBODY.strangers
    if not is_roll:
        absent = [pl.lit(None, dtype).alias(name) for name, dtype in claims.CONTEXT.items()]
        return claims.other_children(names, rows.with_columns(absent), learned_on(day))
    broken = gate.places_breaking(con, "pupils", but_not=RETRIED)
    sound = rows.join(broken, on=_PLACE, how="anti").join(
        calling_back.described(con, rows["pupil_id"].unique().to_list()), on=_PLACE, how="left"
    )
    return claims.other_children(names, sound, learned_on(day))


def remember(
    home: Home, feed: str, people, judged: Judged, waiting, verdict: gate.Verdict, stop: dict[int, str], day
) -> None:
    """Keep the names of rows that are accepted, and of a return's that wait for another; of a roll, by row, of all that wait."""
    met = pl.concat(people).filter(~pl.col("extract_id").is_in(list(stop))) if people else pl.DataFrame()
    fate = _fate(verdict.set_aside)
    if feed == "pupils":
        _remember_people(home, _told_by_row(home, _whole(met), judged.back, waiting, fate, day), day)
        return
    lost = pl.concat([judged.strangers, fate.filter(~pl.col("waits")).select(_PLACE)])
    _remember_people(home, met.join(lost, on=_PLACE, how="anti").drop(_PLACE).unique(), day)


def _told_by_row(home: Home, met: pl.DataFrame, back: pl.DataFrame, waiting, fate: pl.DataFrame, day) -> pl.DataFrame:
    """Keep a roll's names by row. Returns those of the rows now accepted, of this batch or of before."""
    told = _with_fate(met, fate).filter(pl.col("is_accepted") | pl.col("waits"))
    before = [back] if waiting is None else [back, waiting.select(_PLACE)]
    waited = _with_fate(pl.concat(before), fate)
    with claims.claims(home) as names:
        claims.forget(names, back, known_on=learned_on(day))
        claims.keep(names, told, waited, learned_on(day))
        return claims.names_of(names, pl.concat([rows.filter("is_accepted").select(_PLACE) for rows in (told, waited)]))


def _fate(set_aside: pl.DataFrame) -> pl.DataFrame:
    """Of each row set aside, whether it waits, and whether whose its UPN is is in doubt."""
    return set_aside.group_by(_PLACE).agg(
        waits=pl.col("rule").is_in([*RETRIED]).all(), is_doubted=(pl.col("rule") == RULE).any()
    )


def _with_fate(rows: pl.DataFrame, fate: pl.DataFrame) -> pl.DataFrame:
    return rows.join(fate, on=_PLACE, how="left").with_columns(
        is_accepted=pl.col("waits").is_null(), is_doubted=pl.col("is_doubted").fill_null(False)
    )


def _whole(met: pl.DataFrame) -> pl.DataFrame:
    """People with every column that any layout may name."""
    wanted = claims.PLACE | dict.fromkeys(claims.NAMED, pl.String) | {"date_of_birth": pl.Date}
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in met.columns]
    return met.with_columns(absent).select([*wanted]) if met.height else pl.DataFrame(schema=wanted)


def _remember_people(home: Home, people: pl.DataFrame, day) -> None:
    if people.height:
        identity.remember(home, people, known_on=learned_on(day))
        remember_postcodes(home, people, day)
