"""The newest lists and worklists, made again without a child who was erased: everybody else keeps their row and their place."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import duckdb

from pipeline.edges import known as clocks
from pipeline.edges import runs
from pipeline.edges.settings import Home

from . import issued
from .listing import Lists
from .looking import Look
from .lost_worklist import write_lost
from .printing import of_the_night, print_out
from .standing import looked_again
from .summary import Summary


def lists_again(con: duckdb.DuckDBPyConnection, home: Home, days: Iterable[date]) -> None:
    """Write what went out on these days again: lists, pages to print, worklists. Nothing in the warehouse changes."""
    for day in days:
        at = _as_it_was(con, home, as_of=day)
        untold = Summary(run=None, as_of=day)
        look = _look(con, at, untold)
        lists = Lists.of(con, at, look)
        lists.write(at, look, untold)
        write_lost(at, look)
        print_out(at, of_the_night(look, lists.of_schools, at.settings), as_of=day)


def _as_it_was(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> Home:
    """With the settings of then, but for a gateway taken back."""
    was = runs.settings_of(con, as_of) or home.settings
    return replace(home, settings=was if home.settings.gateway.strip() else replace(was, gateway=""))


def _look(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary) -> Look:
    as_of = summary.as_of
    known, before = clocks.known_as_of(con, as_of), issued.before(con, as_of=as_of)
    return looked_again(con, known, before, home, summary, anew=False, as_of=as_of)
