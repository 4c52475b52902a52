"""What the inclusion lead asks, counted exactly. Nothing here may leave the machine before `disclosure.suppressed`."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from pipeline.steps.lost import Lost
from pipeline.steps.lost_counts import lost_children
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_weeks import (
    NO_PHASE,
    absence_rate_ytd,
    counted_weeks,
    phase_weeks,
    school_weeks,
    sessions_this_year,
    year_of,
)
from pipeline.steps.reconciliation import COUNTS
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.windows import between
from pipeline.tables.published import OUTCOMES, SIGNAL_STATES
from pipeline.vocabulary.school_year import last_whole_week, school_year_of
from pipeline.vocabulary.sen import SEN_PROVISION

PERSISTENT, SEVERE = 0.1, 0.5
"""DfE: missed a tenth or more, half or more, of one's own possible sessions, both inclusive."""

NOT_KNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class Tonight:
    """What a run knows: the frames as in `tables.derived` and `tables.facts`, and what the run is.

    `home` is the name of the data controller, `policy` what it hides. `schools` has urn, name, phase, laestab and area, one row a
    school; `characteristics` pupil_id, sex, ethnicity, language, fsm_eligible, looked_after, sen_provision and birth_season, one
    row a pupil; `registers` those of this school year and the last known on `as_of`; `places` has urn and of_school, the places of
    each school's list; `withheld` has the first line of `tables.derived.RECONCILIATION` of each school whose figures do not hold.
    """

    run: str
    home: str
    as_of: date
    version: str
    demo: bool
    policy: Policy
    triage: pl.DataFrame
    features: pl.DataFrame
    signals: pl.DataFrame
    support: pl.DataFrame
    schools: pl.DataFrame
    registers: SchoolRegisters
    lost: Lost
    characteristics: pl.DataFrame
    withheld: pl.DataFrame
    places: pl.DataFrame

    @property
    def weeks(self) -> pl.DataFrame:
        return self.registers.weeks

    @cached_property
    def school_days(self) -> pl.DataFrame:
        """One row per school and school day."""
        return self.registers.school_days(date.min, date.max)


def exact_counts(tonight: Tonight) -> dict[str, pl.DataFrame]:
    """The published tables by name, with the exact counts they rest on and nothing hidden."""
    pupils = _pupils(tonight)
    whole_weeks = last_whole_week(
        tonight.as_of
    )  # of one still going on, each night less the one before would tell of a single day
    year = school_year_of(tonight.as_of)
    weeks = between(tonight.weeks, year.first_day, whole_weeks)
    sessions = sessions_this_year(pupils, weeks)
    schools = _schools(tonight, pupils, sessions)
    here = sessions.join(schools.select("urn", "phase"), on="urn")
    this_year = counted_weeks(
        weeks, at_several=sessions.filter(pl.col("pupil_id").is_duplicated())["pupil_id"].unique()
    )
    last_year = counted_weeks(between(tonight.weeks, year.before.first_day, year.before.last_day))
    return {
        "run": _run(tonight, pupils, schools, here),
        "phase": _phases(schools, here),
        "school": schools,
        "week": phase_weeks(this_year, last_year, schools.select("urn", "phase"), tonight.policy),
        "school_week": school_weeks(this_year),
        "signal": _signals(tonight, schools),
        "group_audit": group_audit(pupils, tonight.characteristics),
        "lost_children": lost_children(tonight.lost, schools),
    }


def _pupils(tonight: Tonight) -> pl.DataFrame:
    """One row per pupil on a roll: outcome, school and phase, and what the year's absence comes to."""
    year = tonight.features.select(
        "pupil_id",
        "source",
        "possible_sessions_ytd",
        "absence_sessions_ytd",
        "absence_rate_ytd",
        "illness_sessions_ytd",
    )
    on_file = tonight.support.select("pupil_id", "on_file")
    pupils = tonight.triage.select("pupil_id", "urn", "outcome")
    for frame in (year, on_file):
        pupils = pupils.join(frame, on="pupil_id", how="left")
    pupils = pupils.join(tonight.schools.select("urn", "phase"), on="urn", how="left")
    return with_missed(pupils)


def with_missed(pupils: pl.DataFrame) -> pl.DataFrame:
    """`pupils` with whether each was missed: worth a look, nothing on file, and no place left."""
    missed = (pl.col("outcome") == "eligible_not_listed") & ~pl.col("on_file").fill_null(False)
    return pupils.with_columns(pl.col("phase").fill_null(NO_PHASE), missed=missed)


def _schools(tonight: Tonight, pupils: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """One row per school known of or with a pupil on its roll."""
    rate = pl.col("absence_rate_ytd")
    counts = pupils.group_by("urn").agg(
        pl.len().cast(pl.Int64).alias("pupils_on_roll"),
        (rate >= PERSISTENT).sum().cast(pl.Int64).alias("persistent_absence_count"),
        (rate >= SEVERE).sum().cast(pl.Int64).alias("severe_absence_count"),
        (pl.col("source") == "census").any().alias("has_census"),
        *_outcomes(),
    )
    kinds = pl.col("held_to").replace_strict(COUNTS, default=None, return_dtype=pl.String)
    withheld = tonight.withheld.select(
        "urn", list_withheld_because="reason", withheld_of=kinds, withheld_counted="counted", withheld_said="said"
    )
    known = tonight.schools.select("urn", "laestab", "name", "phase", "area")
    year = year_of(sessions, "urn")
    first_day = school_year_of(tonight.as_of).first_day
    days = tonight.school_days.filter(pl.col("date").is_between(first_day, tonight.as_of))
    last_days = days.group_by("urn").agg(registers_to=pl.col("date").max())
    registers = between(tonight.weeks, first_day, tonight.as_of)
    has_registers = registers.select("urn", has_registers=True).unique().collect(engine="streaming")
    schools = known.join(counts, on="urn", how="full", coalesce=True)
    for frame in (year, last_days, has_registers, withheld, tonight.places.select("urn", places="of_school")):
        schools = schools.join(frame, on="urn", how="left")
    is_counted = [name for name in (*counts.columns, *year.columns) if name not in ("urn", "has_census")]
    return (
        schools.with_columns(
            pl.col("phase").fill_null(NO_PHASE),
            pl.col("has_registers", "has_census").fill_null(False),
            pl.col(is_counted).fill_null(0),
        )
        .with_columns(received=pl.col("has_census") | pl.col("has_registers"))
        .drop("has_census")
        .sort("urn")
    )


def _phases(schools: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """One row per phase with a school."""
    totals = schools.group_by("phase").agg(pl.len().cast(pl.Int64).alias("schools"), *_totals())
    phases = totals.join(year_of(sessions, "phase"), on="phase", how="left")
    counted = [name for name in phases.columns if name != "phase"]
    return phases.with_columns(pl.col(counted).fill_null(0)).with_columns(_eligible(), absence_rate_ytd()).sort("phase")


def _totals() -> list[pl.Expr]:
    """What schools add up to."""
    return [
        pl.col(name).sum() for name in ("pupils_on_roll", "persistent_absence_count", "severe_absence_count", *OUTCOMES)
    ]


def _eligible() -> pl.Expr:
    return (pl.col("listed") + pl.col("eligible_not_listed")).alias("eligible")


def _outcomes() -> list[pl.Expr]:
    return [(pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in OUTCOMES]


def _signals(tonight: Tonight, schools: pl.DataFrame) -> pl.DataFrame:
    """One row per signal and school, phase or whole home; a school with no pupil has its row of noughts."""
    raised = pl.col("raised")
    states = dict(zip(SIGNAL_STATES, (raised.fill_null(False), ~raised.fill_null(True), raised.is_null()), strict=True))
    counted = (
        tonight.signals.select(pl.col("signal").cast(pl.Categorical), "urn", "raised")  # of millions, by number
        .group_by("signal", "urn")
        .agg(is_so.sum().alias(state) for state, is_so in states.items())
        .with_columns(pl.col("signal").cast(pl.String))
    )
    every = counted.select("signal").unique().join(schools.select("urn", "phase"), how="cross")
    by_school = every.join(counted, on=("signal", "urn"), how="left").with_columns(pl.col(SIGNAL_STATES).fill_null(0))
    by_phase = by_school.group_by("signal", "phase").agg(pl.col(SIGNAL_STATES).sum())
    whole_home = by_school.group_by("signal").agg(pl.col(SIGNAL_STATES).sum())
    scopes = {"school": by_school, "phase": by_phase, "home": whole_home}
    rows = [frame.with_columns(scope=pl.lit(scope)) for scope, frame in scopes.items()]
    return pl.concat(rows, how="diagonal").sort("signal", "scope", "phase", "urn")


def _run(tonight: Tonight, pupils: pl.DataFrame, schools: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """One row: the run, and its whole home."""
    totals = schools.select(
        *_totals(),
        pl.col("registers_to").max(),
        schools_expected=pl.len(),
        schools_received=pl.col("received").sum(),
        schools_without_list=pl.col("list_withheld_because").count(),
    )
    counts = pl.concat([totals, pupils.select(pl.col("missed").sum()), year_of(sessions)], how="horizontal")
    return counts.with_columns(
        _eligible(),
        absence_rate_ytd(),
        run=pl.lit(tonight.run),
        home=pl.lit(tonight.home),
        as_of=pl.lit(tonight.as_of),
        finished=pl.lit(tonight.as_of),
        groups_as_of=pl.lit(tonight.as_of),
        version=pl.lit(tonight.version),
        demo=pl.lit(tonight.demo),
        fewest_shown=pl.lit(tonight.policy.fewest_shown),
        smallest_base=pl.lit(tonight.policy.smallest_base),
    )


_ETHNIC_GROUPS = {"A": "Asian", "B": "Black", "C": "Chinese", "M": "Mixed", "O": "Other", "W": "White"}
"""By the first letter of DfE's code; REFU (refused) and NOBT (not obtained) are not known."""

_LANGUAGES = {"ENG": "English", "ENB": "English", "OTH": "other than English", "OTB": "other than English"}
_LANGUAGE_NOT_KNOWN = ("REF", "NOT", "ZZZ")

_SEX = pl.col("sex").replace_strict({"F": "female", "M": "male"}, default=NOT_KNOWN)
_ETHNIC_GROUP = pl.col("ethnicity").str.head(1).replace_strict(_ETHNIC_GROUPS, default=NOT_KNOWN)
_FIRST_LANGUAGE = (
    pl.when(pl.col("language").is_null() | pl.col("language").is_in(_LANGUAGE_NOT_KNOWN))
    .then(pl.lit(NOT_KNOWN))
    .otherwise(pl.col("language").replace_strict(_LANGUAGES, default="other than English"))
)


def _said(column: str, yes: str, no: str) -> pl.Expr:
    said = pl.when(pl.col(column)).then(pl.lit(yes)).when(~pl.col(column)).then(pl.lit(no))
    return said.otherwise(pl.lit(NOT_KNOWN))


GROUPS = {
    "sex": _SEX,
    "ethnic_group": _ETHNIC_GROUP,
    "free_school_meals": _said("fsm_eligible", "eligible", "not eligible"),
    "first_language": _FIRST_LANGUAGE,
    "sen_provision": pl.col("sen_provision").replace_strict(SEN_PROVISION, default=NOT_KNOWN),
    "birth_season": pl.col("birth_season").fill_null(NOT_KNOWN),
    "in_care": _said("looked_after", "in care", "not in care"),
    "phase": pl.col("phase"),
}
"""The kinds of group the audit looks at, and which group of it a pupil is in. Every pupil is in one of each kind."""


def group_audit(pupils: pl.DataFrame, characteristics: pl.DataFrame) -> pl.DataFrame:
    """One row per kind of group and group with anyone in it."""
    described = pupils.join(characteristics, on="pupil_id", how="left", validate="1:1")
    listed, waiting = (pl.col("outcome") == outcome for outcome in ("listed", "eligible_not_listed"))
    kinds = [
        described.group_by(group.alias("group_name")).agg(
            pl.lit(kind).first().alias("kind"),
            pl.len().alias("pupils"),
            (listed | waiting).sum().alias("eligible"),
            listed.sum().alias("listed"),
            pl.col("missed").sum(),
            (pl.col("outcome") == "already_known").sum().alias("already_known"),
        )
        for kind, group in GROUPS.items()
    ]
    return pl.concat(kinds).sort("kind", "group_name")
