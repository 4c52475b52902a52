"""What is concluded as of a day: features, signals, triage; stored, and handed on to lists and figures."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Settings
from pipeline.signals.catalogue import SIGNALS
from pipeline.signals.signal import pupil_signals
from pipeline.steps.enrolments import current_enrolments, enrolments
from pipeline.steps.features import pupil_features
from pipeline.steps.lost import Lost
from pipeline.steps.places import Policy
from pipeline.steps.plans import plans
from pipeline.steps.plans_on_file import with_plans
from pipeline.steps.reconciliation import Received, Tolerances, reconciled, schools_without_list
from pipeline.steps.same_child import as_learned
from pipeline.steps.support import pupil_support
from pipeline.steps.triage import triage
from pipeline.steps.weeks import cut, marked_weeks, registers
from pipeline.tables.derived import (
    ISSUED_PLACES,
    LOST_BETWEEN_SERVICES,
    PUPIL_FEATURES,
    PUPIL_SIGNALS,
    PUPIL_SUPPORT,
    RECONCILIATION,
    SCHOOLS_WITHOUT_LIST,
    TRIAGE,
)
from pipeline.vocabulary.school_year import monday_of, school_year_of

from .lost import lost_of
from .summary import Summary


@dataclass(frozen=True)
class Look:
    """Everything concluded as of a day, and what it was concluded from."""

    as_of: date
    known: clocks.KnownAsOf
    weeks: pl.DataFrame  # as known on the day, none dated later
    enrolled: pl.DataFrame
    features: pl.DataFrame
    support: pl.DataFrame
    signals: pl.DataFrame
    triage: pl.DataFrame
    lines: pl.DataFrame  # each thing held to another, holding or not
    without_list: pl.DataFrame
    policy: Policy
    lost: Lost  # between services: for the authority, and for no list

    @property
    def registers(self) -> pl.DataFrame:
        """The weeks that tell of schools: without what came in transfer files."""
        return registers(self.weeks)


def looked(known: clocks.KnownAsOf, settings: Settings, summary: Summary, *, as_of: date) -> Look:
    """Features, support, signals and triage of every pupil on a roll."""
    with summary.timed("weeks"):
        refolded = as_learned(marked_weeks(known.marks_to_fold), known.children)
        weeks = cut(pl.concat([known.weeks, refolded]), last_day=as_of)
        told = enrolments(known.pupils, known.leavers, as_of=as_of)
        enrolled = current_enrolments(told, still_here(registers(weeks), known.pupils, as_of=as_of), as_of=as_of)
    with summary.timed("features"):
        features = pupil_features(weeks, enrolled, known.schools, known.suspensions, known.census, as_of=as_of)
        planned = plans(known.plans, as_of=as_of)
        on_file = with_plans(known.support, planned, enrolled, as_of=as_of)
        support = pupil_support(features, enrolled, on_file, as_of=as_of)
    with summary.timed("signals"):
        signals = pupil_signals(features, SIGNALS)
    with summary.timed("triage"):
        policy = Policy(places=settings.places, places_by_school=settings.places_by_school)
        outcome = triage(features, signals, support, policy, as_of=as_of)
    with summary.timed("reconcile"):
        received = Received(
            registers(weeks),
            known.census,
            known.totals,
            known.marks_since_totals,
            known.pupils,
            enrolled,
            known.schools,
        )
        lines = reconciled(received, features.select("urn"), _tolerances(settings), as_of=as_of)
        without = schools_without_list(lines)
    outcome = _withheld(outcome, without)
    with summary.timed("lost"):
        concluded = {"features": features, "support": support, "signals": signals, "triage": outcome}
        lost = lost_of(known, weeks=weeks, enrolled=enrolled, plans=planned, **concluded, as_of=as_of)
    return Look(as_of, known, weeks, enrolled, features, support, signals, outcome, lines, without, policy, lost)


def _tolerances(settings: Settings) -> Tolerances:
    return Tolerances(
        sessions=settings.tolerance,
        pupils=settings.roll_tolerance,
        days_missing=settings.days_missing,
        not_taken=settings.not_taken,
        days_late=settings.days_late,
    )


def still_here(weeks: pl.DataFrame, pupils: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Pupil and school of this year's marks, and of rolls already known that describe a later day."""
    marked = weeks.filter(pl.col("week_start") >= monday_of(school_year_of(as_of).first_day))
    described = pupils.filter(pl.col("stated_on") > as_of)
    return pl.concat([marked.select("pupil_id", "urn"), described.select("pupil_id", "urn")])


def _withheld(outcome: pl.DataFrame, without: pl.DataFrame) -> pl.DataFrame:
    """At a school that gets no list nobody has a place: the figures behind it are not to be trusted."""
    held = outcome.join(without.select("urn", "reason"), on="urn", how="left", maintain_order="left")
    is_held = pl.col("reason").is_not_null() & (pl.col("outcome") == "listed")
    words = pl.lit("Worth a look, but this school gets no list today: ") + pl.col("reason")
    return TRIAGE.conform(
        held.with_columns(
            outcome=pl.when(is_held).then(pl.lit("eligible_not_listed")).otherwise("outcome"),
            place=pl.when(~is_held).then("place"),
            because=pl.when(is_held).then(words).otherwise("because"),
        )
    )


def store(con: duckdb.DuckDBPyConnection, look: Look) -> None:
    """Put this day's rows in the place of any the warehouse holds for it."""
    with shelf.transaction(con):
        for table, frame in (
            (PUPIL_FEATURES, look.features),
            (PUPIL_SUPPORT, look.support),
            (PUPIL_SIGNALS, look.signals),
            (TRIAGE, look.triage),
            (RECONCILIATION, look.lines),
            (SCHOOLS_WITHOUT_LIST, look.without_list),
            (LOST_BETWEEN_SERVICES, look.lost.rows),
        ):
            shelf.replace_day(con, table, frame, as_of=look.as_of)


def issue(con: duckdb.DuckDBPyConnection, look: Look) -> None:
    """Put on record who is on the lists of this day, now that they are out: the next ones name their places."""
    listed = look.triage.filter(outcome="listed")
    places = pl.concat([ISSUED_PLACES.empty, listed.select(*ISSUED_PLACES.key, "urn", "place")], how="diagonal")
    with shelf.transaction(con):
        shelf.replace_day(con, ISSUED_PLACES, places, as_of=look.as_of)
