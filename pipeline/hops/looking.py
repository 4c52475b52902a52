"""What is concluded as of a day: features, signals, triage; stored, and handed on to lists and figures."""

import hmac
from dataclasses import dataclass
from datetime import date
from functools import partial

import duckdb
import polars as pl

from pipeline.edges import identity
from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.ahead import beside
from pipeline.edges.settings import Home, Settings
from pipeline.signals.catalogue import catalogue
from pipeline.signals.lines import lines_of
from pipeline.signals.signal import pupil_signals
from pipeline.steps.circumstances import pupil_circumstances
from pipeline.steps.enrolments import current_enrolments, enrolments
from pipeline.steps.features import pupil_features
from pipeline.steps.issue_days import first_set_day, set_days, shut
from pipeline.steps.last_list import issued_places, off_list
from pipeline.steps.looked_at import Before, last_looked_at
from pipeline.steps.lost import Lost
from pipeline.steps.places import Policy, of_schools
from pipeline.steps.plans import plans
from pipeline.steps.plans_on_file import with_plans
from pipeline.steps.reconciliation import Received, Tolerances, reconciled, schools_without_list
from pipeline.steps.rolls import on_roll
from pipeline.steps.same_child import as_learned
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.support import pupil_support
from pipeline.steps.triage import Earlier, triage
from pipeline.steps.weeks import cut, marked_weeks, registers
from pipeline.tables.derived import (
    ISSUED_LISTS,
    ISSUED_PLACES,
    LOST_BETWEEN_SERVICES,
    OFF_LIST,
    PUPIL_CIRCUMSTANCES,
    PUPIL_FEATURES,
    PUPIL_SIGNALS,
    PUPIL_SUPPORT,
    RECONCILIATION,
    SCHOOLS_WITHOUT_LIST,
    TRIAGE,
)
from pipeline.tables.schema import Table
from pipeline.vocabulary.school_year import monday_of, school_year_of

from .lost import lost_of
from .opinion import Opinion, opinion, with_order_because
from .summary import Summary


@dataclass(frozen=True)
class Look:
    """Everything concluded as of a day, and what it was concluded from."""

    as_of: date
    known: clocks.KnownAsOf
    weeks: pl.DataFrame  # as known on the day, none dated later
    by_school: SchoolRegisters  # of those the ones that tell of schools: without what came in transfer files
    enrolled: pl.DataFrame
    features: pl.DataFrame
    support: pl.DataFrame
    circumstances: pl.DataFrame  # what records and staff say: for signals, and no model ever
    signals: pl.DataFrame
    triage: pl.DataFrame
    off_list: pl.DataFrame  # who was on the list before and is not on this one
    lines: pl.DataFrame  # each thing held to another, holding or not
    without_list: pl.DataFrame
    policy: Policy
    earlier: Earlier
    lost: Lost  # between services: for the authority, and for no list
    opinion: Opinion  # who orders, a model or the rule

    @property
    def registers(self) -> pl.DataFrame:
        """The weeks that tell of schools."""
        return self.by_school.weeks


def looked(
    known: clocks.KnownAsOf, before: Before, home: Home, summary: Summary, *, as_of: date, ordered: bool = True
) -> Look:
    """Features, support, signals and triage of every pupil on a roll; `ordered` by a model where one is approved.

    What was received is held to what there is beside that, and who is lost looked for once signals are there: seconds of the hops
    `reconcile` and `lost` are those for which the others had to wait.
    """
    settings = home.settings
    with summary.timed("weeks"):
        refolded = as_learned(marked_weeks(known.marks_to_fold), known.children)
        weeks = cut(pl.concat([known.weeks, refolded]), last_day=as_of)
        told = enrolments(known.pupils, known.leavers, as_of=as_of)
        by_school = SchoolRegisters(registers(weeks))
        enrolled = current_enrolments(told, still_here(by_school.weeks, known.pupils, as_of=as_of), as_of=as_of)
    with beside(partial(_lines, known, by_school, enrolled, settings, as_of=as_of)) as reconciled_lines:
        with summary.timed("features"):
            about = (enrolled, known.schools, known.suspensions, known.census)
            features = pupil_features(weeks, *about, as_of=as_of, told=by_school)
            planned = plans(known.plans, as_of=as_of)
            on_file = with_plans(known.support, planned, enrolled, as_of=as_of)
            support = pupil_support(features, enrolled, on_file, as_of=as_of, words=settings.words)
            looks = last_looked_at(before, as_of=as_of)
            told_of = (known.pupils, known.wider_needs, known.early_years, looks)
            circumstances = pupil_circumstances(features, support, *told_of, as_of=as_of)
        with summary.timed("signals"):
            asked = pupil_signals(features, catalogue(lines_of(settings.lines)), circumstances)
            signals = not_asked_of(asked, before.objected)  # who is lost is a duty to look for, which no objection ends
        concluded = {"weeks": weeks, "enrolled": enrolled, "features": features, "signals": asked, "plans": planned}
        with beside(partial(lost_of, known, by_school, settings.words, **concluded, as_of=as_of)) as lost_between:
            with summary.timed("opinion"):
                of = opinion(home, less(features, before.objected), as_of=as_of) if ordered else Opinion()
            with summary.timed("triage"):
                policy = Policy(settings.places, settings.places_by_school, drawn=settings.drawn_places)
                earlier = _earlier(home, before, weeks, features, as_of=as_of)
                outcome = triage(
                    features, signals, support, policy, as_of=as_of, earlier=earlier, likelihood=of.likelihood
                )
            with summary.timed("reconcile"):
                lines = reconciled_lines()
                without = schools_without_list(lines)
            outcome = with_order_because(_withheld(outcome, without), features, of, as_of=as_of)
            with summary.timed("lost"):
                lost = lost_between()
    gone = less(off_list(outcome, before, enrolled, as_of=as_of), before.objected)
    return Look(
        as_of, known, weeks, by_school, enrolled, features, support, circumstances, signals, outcome, gone, lines, without, policy, earlier, lost, of
    )  # fmt: skip


def _earlier(home: Home, before: Before, weeks: pl.DataFrame, features: pl.DataFrame, *, as_of: date) -> Earlier:
    """What this day's list goes on from, and which schools are due one."""
    settings = home.settings
    first = first_set_day(settings.first_list_on, before, as_of=as_of)
    days = set_days(first, every_days=settings.every_days, as_of=as_of)
    urns = features["urn"].unique()
    due = days.due(before, urns)
    held = due & shut(before, registers(weeks), as_of=as_of)
    lots = drawn_lots(home, features["pupil_id"], as_of=as_of)
    return Earlier(before, weeks, due - held, days.next_of(before, urns), lots, is_holiday=bool(held) and due == held)


def _lines(known, told: SchoolRegisters, enrolled, settings: Settings, *, as_of: date) -> pl.DataFrame:
    """What was received, held to all there is to hold it to."""
    received = Received(
        told, known.census, known.totals, known.marks_since_totals, known.pupils, enrolled, known.schools
    )
    listing = on_roll(enrolled, known.schools, as_of=as_of).select("urn")
    return reconciled(received, listing, _tolerances(settings), as_of=as_of)


def less(rows: pl.DataFrame, objected: frozenset[str]) -> pl.DataFrame:
    """`rows` without those of whom an objection stands."""
    return rows.filter(~pl.col("pupil_id").is_in(sorted(objected))) if objected else rows


def not_asked_of(signals: pl.DataFrame, objected: frozenset[str]) -> pl.DataFrame:
    """`signals` with no answer for those of whom nothing is to be asked."""
    if not objected:
        return signals
    is_theirs = pl.col("pupil_id").is_in(sorted(objected))
    return signals.with_columns(
        raised=pl.when(~is_theirs).then("raised"),
        points=pl.when(is_theirs).then(0).otherwise("points").cast(signals.schema["points"]),
        reason=pl.when(~is_theirs).then("reason"),
    )


def drawn_lots(home: Home, pupil_ids: pl.Series, *, as_of: date) -> pl.DataFrame:
    """The draw of the day: pupil_id and lot, a keyed hash of both that nobody can foretell or steer. Empty where no place is
    given so."""
    drawing = pupil_ids.sort().to_list() if home.settings.drawn_places else []
    key, called = identity.drawn_by(home, drawing, as_of=as_of) if drawing else ("", [])
    lots = [_lot(key, f"drawn place {as_of} {pupil_id}") for pupil_id in called]
    return pl.DataFrame({"pupil_id": drawing, "lot": lots}, schema={"pupil_id": pl.String, "lot": pl.Int64})


def _lot(key: str, said: str) -> int:
    return int.from_bytes(hmac.digest(key.encode(), said.encode(), "sha256")[:7], "big")


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
    here, this_year = ("pupil_id", "urn"), monday_of(school_year_of(as_of).first_day)
    marked = weeks.lazy().filter(pl.col("week_start") >= this_year).select(here)
    described = pupils.lazy().filter(pl.col("stated_on") > as_of).select(here)
    return pl.concat([marked, described]).collect()


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
    with shelf.in_one_thread(con), shelf.transaction(con):
        for table, frame in (
            (PUPIL_FEATURES, look.features),
            (PUPIL_SUPPORT, look.support),
            (PUPIL_CIRCUMSTANCES, look.circumstances),
            (PUPIL_SIGNALS, look.signals),
            (TRIAGE, look.triage),
            (OFF_LIST, look.off_list),
            (RECONCILIATION, look.lines),
            (SCHOOLS_WITHOUT_LIST, look.without_list),
            (LOST_BETWEEN_SERVICES, look.lost.rows),
        ):
            shelf.replace_day(con, table, frame, as_of=look.as_of)


def issue(con: duckdb.DuckDBPyConnection, look: Look) -> None:
    """Put on record which lists went out on this day and who is on them: the next ones go on from there."""
    lists = issued_lists(look)
    listed = look.triage.filter(pl.col("urn").is_in(lists["urn"].implode()))
    places = issued_places(listed, look.features, look.signals)
    with shelf.transaction(con):
        for table, rows, key in ((ISSUED_PLACES, places, "pupil_id"), (ISSUED_LISTS, lists, "urn")):
            shelf.replace_day(con, table, _with_superseded(con, table, rows, key, as_of=look.as_of), as_of=look.as_of)


def _with_superseded(con, table: Table, rows: pl.DataFrame, key: str, *, as_of: date) -> pl.DataFrame:
    """`rows` that go out now, and those of the same day that went out before and do not now: schools hold those lists, and their
    answers are held to what the list said."""
    out = shelf.read(con, f"SELECT * FROM warehouse.{table.name} WHERE as_of = ?", [as_of])
    before = out.join(rows, on=key, how="anti").with_columns(is_superseded=pl.lit(True))
    return table.conform(pl.concat([rows, before.select(rows.columns).cast(rows.schema)]))


def issued_lists(look: Look) -> pl.DataFrame:
    """`derived.issued_lists` of the day: of each school that is due a list, and whose figures hold."""
    counts = look.triage.group_by("urn").agg(pupils=(pl.col("outcome") == "listed").sum())
    due = look.earlier.due
    here = counts if due is None else counts.filter(pl.col("urn").is_in(sorted(due)))
    lists = here.join(look.without_list, on="urn", how="anti").join(of_schools(look.triage, look.policy), on="urn")
    return ISSUED_LISTS.conform(
        lists.with_columns(as_of=pl.lit(look.as_of), places="of_school", is_superseded=pl.lit(False))
    )
