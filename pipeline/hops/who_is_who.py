"""Who is who: links between pupil_ids found, decided by a person, and brought into the facts."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import identity, links, who_is_who
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home
from pipeline.steps.decided import CONFIRMED, REJECTED, UNDONE, standing, waiting
from pipeline.steps.parted import kept_apart
from pipeline.steps.same_child import SAME_CHILD_LINKS, found_alike, found_by_former_upn, known_as

from .facts import fold_weeks_of
from .summary import Summary


@dataclass(frozen=True)
class Links:
    """Links as they are: FOUND rows, decisions (LINK_DECISIONS), every stretch of LINKS, and FOUND rows that wait."""

    found: pl.DataFrame
    decisions: pl.DataFrame
    links: pl.DataFrame
    waiting: pl.DataFrame

    @property
    def standing(self) -> pl.DataFrame:
        return self.links.filter(pl.col("undone_on").is_null())


def links_now(con: duckdb.DuckDBPyConnection, home: Home) -> Links:
    """What all that is known comes to, made anew: the order of files and nights leaves no trace in it."""
    decisions = links.decisions(con, SAME_CHILD_LINKS)
    found = _found(con, home)
    made, torn = kept_apart(standing(found, decisions), decisions)
    unsure = waiting(found, decisions).join(torn, on="link", how="anti")
    return Links(found, decisions, made, pl.concat([_apart(unsure, known_as(made)), torn]).sort("link"))


def _found(con: duckdb.DuckDBPyConnection, home: Home) -> pl.DataFrame:
    formers = links.formers(con)
    pairs = pl.concat([formers.select("one", "other"), _successors(formers)]).unique()
    with identity.identity(home) as names:
        alike, compared = who_is_who.alike(names), who_is_who.compared(names, pairs)
    rolls = links.rolls_of(con, sorted({*alike["one"], *alike["other"], *formers["one"], *formers["other"]}))
    return pl.concat([found_by_former_upn(formers, compared, rolls), found_alike(alike, rolls)])


def _successors(formers: pl.DataFrame) -> pl.DataFrame:
    """Every two that were given one former UPN: one and other, each once."""
    told = formers.select("one", "other").unique()
    pairs = told.join(told, on="one", suffix="_too").filter(pl.col("other") < pl.col("other_too"))
    return pairs.select(one="other", other="other_too").unique()


def _apart(found: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Pairs not yet one child by other links."""
    now = dict(known.filter(pl.col("known_until").is_null()).select("pupil_id", "known_as").rows())
    one, other = pl.col("one").replace(now), pl.col("other").replace(now)
    return found.filter(one != other)


def bring_up_to_date(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary) -> list[str]:
    """Put the links there now are in the place of those before, in the transaction of the caller, and fold again the weeks of the
    children whom that changes, and of nobody else. Returns their pupil_ids: enrolments are the caller's to fold."""
    now, before = links_now(con, home), links.same_child(con)
    made = now.links.rename({"one": "pupil_id", "other": "same_as"})
    summary.links_made, summary.links_undone = _made(made, but_not=before), _made(before, but_not=made)
    summary.links_waiting = now.waiting.height
    if made.equals(before):
        return []
    known, known_before = known_as(now.links), links.all_known_as(con)
    links.replace_same_child(con, made, known)
    changed = _changed(known, known_before)
    fold_weeks_of(con, changed)
    return changed


def _made(links: pl.DataFrame, *, but_not: pl.DataFrame) -> dict[str, int]:
    """How many of `links` stand, and not among the others, by the rule that made them."""
    new = links.filter(_stands).join(but_not.filter(_stands), on="link", how="anti")
    return dict(new.group_by("because").len().sort("because").rows())


_stands = pl.col("undone_on").is_null()


def _changed(known: pl.DataFrame, before: pl.DataFrame) -> list[str]:
    """The pupil_ids of which anything else is known than before."""
    new, gone = (a.join(b, on=a.columns, how="anti", nulls_equal=True) for a, b in ((known, before), (before, known)))
    return sorted({*new["pupil_id"], *gone["pupil_id"]})


# A person decides


def decide(con: duckdb.DuckDBPyConnection, home: Home, said: dict[str, list[str]], *, known_on: date) -> int:
    """Record what a person said: codes of pairs, by decision (confirmed, rejected, undone). Returns how much of it was news.

    All of it or none. Raises Refused for a code that is no pair's, or one that is told two things at once.
    """
    now = links_now(con, home)
    news = {
        decision: rows.filter(is_news(decision, rows, now, TITLE))
        for decision, rows in pairs_told(said, now, TITLE).items()
    }
    for decision, rows in news.items():
        links.decide(con, SAME_CHILD_LINKS, rows, decision, known_on=known_on)
    return sum(rows.height for rows in news.values())


TITLE = "Who is who"


def pairs_told(said: dict[str, list[str]], now: Links, title: str) -> dict[str, pl.DataFrame]:
    """link, one and other of the pairs a person told of, by decision. Raises Refused as `decide` does."""
    last_first = now.links.sort("known_on", descending=True)
    told = [rows.select("link", "one", "other") for rows in (now.waiting, last_first, now.decisions, now.found)]
    known = pl.concat(told).unique("link", keep="first", maintain_order=True)
    pairs = {decision: links.chosen(codes, known, title=title) for decision, codes in said.items()}
    codes = [code for rows in pairs.values() for code in rows["link"]]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise Refused(f"{title}: {', '.join(twice)} cannot be told two things at once, so nothing was decided.")
    return pairs


def is_news(decision: str, rows: pl.DataFrame, now: Links, title: str) -> pl.Series:
    """Whether each pair is not so already. Raises Refused where a link is to be undone that stands nowhere and never did."""
    stands = rows["link"].is_in(now.standing["link"].implode())
    if decision == CONFIRMED:
        return ~stands
    parted = rows["link"].is_in(parted_pairs(now.decisions)["link"].implode())
    strangers = rows.filter(~stands & ~parted)["link"].to_list() if decision == UNDONE else []
    if strangers:
        raise Refused(f"{title}: {', '.join(strangers)} stands nowhere, so it cannot be undone: reject it instead.")
    return ~parted


def parted_pairs(decisions: pl.DataFrame) -> pl.DataFrame:
    """link, one and other of the pairs that a person last said are two children."""
    last = decisions.sort("link", "turn").unique("link", keep="last", maintain_order=True)
    return last.filter(pl.col("decision").is_in([REJECTED, UNDONE])).select("link", "one", "other")
