"""The newest lists and worklists, made again without a child who was erased: everybody else keeps their row and their place."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import duckdb

from pipeline.edges import known as clocks
from pipeline.edges import runs
from pipeline.edges.settings import Home

from . import issued
from .listing import review_lists, write_lists
from .looking import Look
from .lost_worklist import write_lost
from .printing import clear_printables, of_the_night, print_out
from .putting_right import write_without_list, wrong_facts
from .standing import looked_again
from .summary import Summary


def lists_again(con: duckdb.DuckDBPyConnection, home: Home, days: Iterable[date]) -> None:
    """Write what went out on these days again: lists, pages to print, worklists. Nothing in the warehouse changes."""
    for day in days:
        at = _as_it_was(con, home, as_of=day)
        look = _look(con, at, as_of=day)
        wrong = wrong_facts(con, at, look)
        lists = review_lists(at, look, wrong)
        clear_printables(at, as_of=day)
        write_lists(at, lists, as_of=day)
        write_without_list(at, look, wrong)
        write_lost(at, look)
        print_out(at, of_the_night(look, lists, at.settings), as_of=day)


def _as_it_was(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> Home:
    """With the settings of then, but for a gateway taken back."""
    was = runs.settings_of(con, as_of) or home.settings
    return replace(home, settings=was if home.settings.gateway.strip() else replace(was, gateway=""))


def _look(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> Look:
    known, before = clocks.known_as_of(con, as_of), issued.before(con, as_of=as_of)
    return looked_again(con, known, before, home, Summary(run=None, as_of=as_of), anew=False, as_of=as_of)
