"""Children lost between services: looked for in what is known, and written by name for the authority's officers."""

from datetime import date

import polars as pl

from pipeline.edges import known as clocks
from pipeline.steps.lost import Lost, lost_between_services
from pipeline.steps.lost_held import Held
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.vocabulary.sen import PlanWords


def lost_of(
    known: clocks.KnownAsOf, registers: SchoolRegisters, words: PlanWords, *, as_of: date, **concluded: pl.DataFrame
) -> Lost:
    """Who is lost between services, from what is `known` and was `concluded` of it, told in `words`."""
    of = known.between_services
    held = Held(
        as_of=as_of,
        registers=registers,
        schools=known.schools,
        reviews=known.support,
        suspensions=known.suspensions,
        census=known.census,
        leavers=known.leavers,
        ap_placements=of["ap_placements"],
        offers=of["post16_offers"],
        care_children=of["care_children"],
        care_episodes=of["care_episodes"],
        sent=known.sent | _with_rows(known, concluded["weeks"]),
        words=words,
        **concluded,
    )
    return lost_between_services(held)


def _with_rows(known: clocks.KnownAsOf, weeks: pl.DataFrame) -> frozenset[str]:
    """Feeds of which a row is known, though the file came later: history, taken in late."""
    own = {"attendance_marks": weeks, "census_sessions": known.census, "leavers": known.leavers}
    return frozenset(feed for feed, rows in (own | known.plans | known.between_services).items() if rows.height)
