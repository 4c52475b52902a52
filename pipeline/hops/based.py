"""A live home holds a feed only where its settings say why: whatever else comes is refused, and what is there is not looked at."""

from datetime import date

import duckdb
import polars as pl

from pipeline.edges import clock, runs
from pipeline.edges.basis_told import FAMILY_OF, REVIEWED_WITHIN, Basis, basis_of, is_old, lacking
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Claimed
from pipeline.edges.settings import Home
from pipeline.edges.snapshots import feeds_published, is_made_up_home
from pipeline.edges.warehouse import of_other_kind
from pipeline.vocabulary.feeds import FEED_NAMES

NO_BASIS = "settings.toml does not say why this home may hold"
"""How every such refusal begins: what was refused for it is read again once settings say."""


def is_held_to_it(home: Home) -> bool:
    """A made-up home holds nobody real; one that is thrown away only looks at files, and keeps nothing."""
    return not home.settings.demo and not home.is_passing


def lacks(home: Home, feed: str) -> list[str]:
    """The lines for want of which this home may not hold a feed; none where it may."""
    return lacking(home.settings.basis, feed, on=clock.today()) if is_held_to_it(home) else []


def refuse_without_basis(one: Claimed, home: Home) -> None:
    """Raises Refused for an extract of a feed that settings do not say why to hold."""
    if lacks(home, one.layout.feed):
        raise Refused(
            f"{NO_BASIS} it: fill in {_missing(home, one.layout.feed)}, with your data protection officer, and the file is read at the "
            "next take-in."
        )


def _missing(home: Home, feed: str) -> str:
    """The lines missing and their section, which is the family's where nothing was said of the feed alone."""
    missing = lacks(home, feed)
    lines = "every line" if missing == Basis().lacks else ", ".join(missing)
    section = feed if feed in home.settings.basis else FAMILY_OF[feed]
    return f"{lines} of [feeds.{section}]"


def refuse_to_look(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Raises Refused where the warehouse has rows of a feed that settings do not say why to hold, or no longer do."""
    _refuse(home, [feed for feed in FEED_NAMES if lacks(home, feed) and has_rows(con, feed)])


def has_rows(con: duckdb.DuckDBPyConnection, feed: str) -> bool:
    return con.execute(f"SELECT 1 FROM warehouse.staged.{feed} LIMIT 1").fetchone() is not None


def refuse_to_show(home: Home) -> None:
    """Raises Refused where the figures that are out rest on such a feed, or are made up in a live home, or real in one that says it is
    made up. No warehouse is opened for it."""
    if is_made_up_home(home.folder) not in (None, home.settings.demo):
        raise Refused(of_other_kind(home))
    if is_held_to_it(home):
        _refuse(home, [feed for feed in feeds_published(home.folder) if feed in FAMILY_OF and lacks(home, feed)])


def _refuse(home: Home, feeds: list[str]) -> None:
    if feeds:
        told = "; ".join(dict.fromkeys(_missing(home, feed) for feed in feeds))
        raise Refused(
            f"{NO_BASIS} what is in it, so nothing is looked at: fill in {told}, with your data protection officer."
        )


def read_again(con: duckdb.DuckDBPyConnection, home: Home, *, no_gateway: str) -> frozenset[tuple[str, str | None]]:
    """Hash and layout of what was only ever refused for want of a basis or a gateway, where settings now name both."""
    refused = runs.refused_only_because(con, NO_BASIS, no_gateway)
    has_gateway = bool(home.settings.gateway.strip())
    return frozenset(
        (sha256, layout)
        for sha256, layout, feed in refused
        if not lacks(home, feed) and (feed != "agencies" or has_gateway)
    )


def waiting_may_be_tried(home: Home, feed: str, waiting: pl.DataFrame | None) -> pl.DataFrame | None:
    """Rows that waited; none where settings no longer say why they may be held: they go on waiting."""
    return None if lacks(home, feed) else waiting


def said_of_reviews(home: Home, *, as_of: date) -> list[str]:
    """A sentence where the impact assessment of any feed is old."""
    if not is_held_to_it(home):
        return []
    old = [feed for feed in FEED_NAMES if is_old(basis_of(home.settings.basis, feed), on=as_of)]
    families = dict.fromkeys(FAMILY_OF[feed] for feed in old)
    return [
        f"The data protection impact assessment of {', '.join(families)} was signed over {REVIEWED_WITHIN} years before: review it, and "
        "put the new day as dpia_date into settings.toml."
    ] if old else []  # fmt: skip


def said_of_blanks(home: Home) -> str:
    """What is to be filled in before anything is taken in, in words; empty where nothing is."""
    lacking = dict.fromkeys(FAMILY_OF[feed] for feed in FEED_NAMES if lacks(home, feed))
    if not lacking:
        return ""
    told = ", ".join(f"[feeds.{family}]" for family in lacking)
    return (
        f"It is a live home: it takes in nothing of a feed until {home.folder / 'settings.toml'} says why it may be held. Still to be "
        f"filled in, with your data protection officer: {told}; each line is explained there. With made-up data, make another home by "
        "`a2n init --demo`."
    )
