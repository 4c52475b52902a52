"""What is known of days before a look, for the figures of what has come of looking."""

from collections.abc import Callable
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import known as clocks
from pipeline.edges import looks
from pipeline.edges.settings import Home
from pipeline.signals.catalogue import catalogue
from pipeline.signals.lines import lines_of
from pipeline.steps.ever import Records
from pipeline.steps.exact_looks import SoFar
from pipeline.steps.group_rates import is_enough
from pipeline.steps.groups_then import groups_of
from pipeline.steps.inclusion import Tonight
from pipeline.steps.plans import plans
from pipeline.steps.specialists import Days

from .looking import Look, issued_lists


def so_far(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    look: Look,
    tonight: Tonight,
    groups: pl.DataFrame,
    characteristics: Callable[..., pl.DataFrame],
) -> SoFar:
    """`exact_looks.SoFar` of a look. `groups` are its exact groups; `characteristics`, given `as_of`, tells of every pupil as known
    on that day."""
    settings, as_of = home.settings, look.as_of
    children, episodes = clocks.care(con, as_of)
    return SoFar(
        found_before=looks.found_before(con, as_of=as_of),
        listed_for=pl.concat([looks.listed_for(con, as_of=as_of), listed_today(look)]),
        school_days=tonight.school_days,
        records=Records(
            rolls=look.known.pupils,
            support=look.known.support,
            plans=plans(look.known.plans, as_of=as_of),
            care_children=children,
            care_episodes=episodes,
        ),
        smallest_base=settings.smallest_base,
        before=look.earlier.before,
        catalogue=catalogue(lines_of(settings.lines)),
        days=Days(settings.specialists, settings.specialists_by_area),
        earlier_groups=earlier_groups(con, groups, characteristics, smallest_base=settings.smallest_base, as_of=as_of),
    )


def listed_today(look: Look) -> pl.DataFrame:
    """pupil_id and signal of those on a list that goes out today."""
    going_out = issued_lists(look)["urn"].implode()
    listed = look.triage.filter((pl.col("outcome") == "listed") & pl.col("urn").is_in(going_out))
    raised = look.signals.filter(pl.col("raised").fill_null(False))
    return raised.join(listed, on="pupil_id", how="semi").select("pupil_id", "signal")


def earlier_groups(
    con: duckdb.DuckDBPyConnection,
    groups: pl.DataFrame,
    characteristics: Callable[..., pl.DataFrame],
    *,
    smallest_base: int,
    as_of: date,
) -> list[pl.DataFrame]:
    """The exact groups of earlier school years' last looks, newest first: as many as small groups of today want."""
    years: list[pl.DataFrame] = []
    for day in looks.last_days_of_earlier_years(con, as_of=as_of):
        if is_enough(groups, years, smallest_base=smallest_base):
            break
        years.append(groups_of_day(con, characteristics, as_of=day))
    return years


def groups_of_day(
    con: duckdb.DuckDBPyConnection, characteristics: Callable[..., pl.DataFrame], *, as_of: date
) -> pl.DataFrame:
    """The exact groups of an earlier school year's last look: as they were counted when its rows were removed, else counted now."""
    counted = looks.counted(con, as_of=as_of)
    if counted.height:
        return counted
    triage, support = looks.stored(con, as_of=as_of)
    return groups_of(triage, support, clocks.schools(con, as_of), characteristics(as_of=as_of))
