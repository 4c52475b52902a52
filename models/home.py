"""A home's own past as examples: its features as of past days, and what came in the twelve school weeks after each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.school_year import school_year_of

from .examples import Examples, with_draws
from .features import FEATURES, Feature, allowed
from .labels import LABEL_WEEKS, NEED_FOUND, OF_A_HOME, Label, has_past, label
from .splits import CODE_CHANGE, breaks_before, overlaps_a_break

ELIGIBLE = ("listed", "eligible_not_listed")
"""Outcomes of triage among which a model orders: rules decide who they are."""

_OF_LAST_YEAR = ("absence_rate_last_year", "past_need_absence_rate")
_JUDGED = ("judged_absence_rate", "judged_need_absence_rate")


@dataclass(frozen=True)
class CutDay:
    """A past day stood on, and the weeks before and after it, each twelve school weeks: first and last day, both inclusive."""

    day: date
    before: tuple[date, date]
    after: tuple[date, date]


@dataclass(frozen=True)
class PastLook:
    """What was known on a cut day, and what came after.

    `features` are `derived.pupil_features` and `triage` is `derived.triage` of that day; `before` and `after` have pupil_id,
    possible_sessions and absence_sessions of the two stretches; `groups` has pupil_id and `g_...`, for the audit; `found` has
    pupil_id and need_found, of those of whom a review in the stretch after said what was found.
    """

    cut: CutDay
    features: pl.DataFrame
    triage: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    groups: pl.DataFrame
    found: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"pupil_id": pl.String, "need_found": pl.Boolean})
    )


def cut_days(school_weeks: Sequence[date], *, weeks: int = LABEL_WEEKS) -> tuple[CutDay, ...]:
    """Days on which enough had gone before and after, counted back from the last of `school_weeks` (Mondays, in order).

    They are twelve school weeks apart, so that no two label windows overlap. Stretches that reach over the change of codes of
    August 2024, or into a disrupted year, are left out.
    """
    found = []
    for end in range(len(school_weeks), 2 * weeks - 1, -weeks):
        after, before = school_weeks[end - weeks : end], school_weeks[end - 2 * weeks : end - weeks]
        cut = CutDay(_sunday(before[-1]), (before[0], _sunday(before[-1])), (after[0], _sunday(after[-1])))
        if not overlaps_a_break(cut.before[0], cut.after[1]):
            found.append(cut)
    return tuple(reversed(found))


def _sunday(monday: date) -> date:
    return monday + timedelta(days=6)


def model_features(features: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`derived.pupil_features` as a model reads them: pupil_id and every feature, in order, as numbers.

    In the first school year of the codes of August 2024 a year before is of other codes, and not read.
    """
    names = allowed(feature.name for feature in FEATURES)
    is_across = school_year_of(as_of).before.first_day < CODE_CHANGE
    by_last_year = pl.col("judged_on") == "last_year"
    unread = {
        **{name: pl.lit(None, pl.Float64) for name in _OF_LAST_YEAR},
        **{name: pl.when(~by_last_year).then(name) for name in _JUDGED},
    }
    read = features.with_columns(**unread) if is_across else features
    return read.select("pupil_id", *(pl.col(name).cast(pl.Float64) for name in names)).sort("pupil_id")


def examples_of_home(looks: Sequence[PastLook], remarks: Sequence[str] = ()) -> Examples:
    """One row per pupil on a roll and cut day, whoever had 40 possible sessions before it; leavers are censored."""
    came = label(pl.col("possible_after"), pl.col("absence_after"))
    return _examples(looks, OF_A_HOME, remarks, label=came, eligible=pl.col("outcome").is_in(ELIGIBLE))


def examples_of_reviews(looks: Sequence[PastLook]) -> Examples:
    """The same rows, of those alone of whom a review in the weeks after said what was found; `label` is whether a need was."""
    reviewed = pl.col("need_found").is_not_null()
    return _examples(looks, NEED_FOUND, label=pl.col("need_found"), eligible=reviewed, only=reviewed)


def _examples(
    looks: Sequence[PastLook], asked: Label, remarks: Sequence[str] = (), *, label, eligible, only=pl.lit(True)
) -> Examples:
    rows = [
        _rows(look, period).filter(only).select(*_KEPT, *_groups_of(look), label=label, eligible=eligible)
        for period, look in enumerate(looks, start=1)
    ]
    groups = tuple(_groups_of(looks[0])) if looks else ()
    periods = {period: look.cut.day.isoformat() for period, look in enumerate(looks, start=1)}
    together = with_draws(pl.concat(rows)) if rows else _nothing()
    return Examples(together, FEATURES, groups, asked, tuple(remarks), periods)


_KEPT = (
    "pupil",
    "period",
    "cluster",
    "regime",
    "last_rate",
    "rule_rate",
    "points",
    *(feature.name for feature in FEATURES),
)


def _groups_of(look: PastLook) -> list[str]:
    return [name for name in look.groups.columns if name.startswith("g_")]


def _rows(look: PastLook, period: int) -> pl.DataFrame:
    """Whoever had enough possible sessions before, with what was known and what came."""
    before, after = (
        frame.select("pupil_id", **{f"possible_{name}": "possible_sessions", f"absence_{name}": "absence_sessions"})
        for frame, name in ((look.before, "before"), (look.after, "after"))
    )
    told = look.triage.select("pupil_id", "urn", "outcome", points=pl.col("points").cast(pl.Float64))
    rows = model_features(look.features, as_of=look.cut.day).join(told, on="pupil_id")
    rule = look.features.select("pupil_id", rule_rate=pl.col("judged_need_absence_rate").cast(pl.Float64))
    for frame in (before, after, rule, look.groups, look.found):
        rows = rows.join(frame, on="pupil_id", how="left")
    return rows.filter(has_past(pl.col("possible_before"))).with_columns(
        *(pl.col(name).cast(pl.String) for name in _groups_of(look)),
        pupil="pupil_id",
        period=pl.lit(period, pl.Int64),
        cluster=pl.col("urn").cast(pl.String),
        regime=pl.lit(breaks_before(look.cut.before[0]), pl.Int64),
        last_rate=pl.col("absence_before") / pl.col("possible_before"),
    )


def _nothing() -> pl.DataFrame:
    schema = {"pupil": pl.String, "period": pl.Int64, "cluster": pl.String, "regime": pl.Int64, "label": pl.Boolean,
              "eligible": pl.Boolean, "last_rate": pl.Float64, "rule_rate": pl.Float64, "points": pl.Float64, "lot": pl.Float64, "tie": pl.Float64}  # fmt: skip
    return pl.DataFrame(schema=schema | {feature.name: pl.Float64 for feature in FEATURES})


def words_of(names: Sequence[str]) -> tuple[Feature, ...]:
    by_name = {feature.name: feature for feature in FEATURES}
    return tuple(by_name[name] for name in names)
