"""The catalogue in words, and what came of those who were listed for each of its triggers."""

from collections.abc import Sequence

import polars as pl

from pipeline.signals.signal import Signal
from pipeline.tables.published import ANSWERS, FINDINGS, SIGNAL_NAMES
from pipeline.vocabulary import feedback

_ANSWERS = {
    feedback.LOOK_INTO_IT: "look_into_it",
    feedback.ALREADY_MET: "already_met",
    feedback.OTHER_CAUSE: "other_cause",
    feedback.NOT_NEEDED: "not_needed",
    feedback.COULD_NOT_REACH: "other_answer",
    feedback.SNOOZE: "other_answer",
}
_FINDINGS = {
    feedback.NEED_FOUND: "need_found",
    feedback.FOUND_KNOWN: "known",
    feedback.NOTHING_FOUND: "nothing_found",
}


def signal_names(catalogue: Sequence[Signal]) -> pl.DataFrame:
    """`published.signal_names`: one row per signal, its line as this home draws it."""
    rows = [
        {
            "signal": one.name, "asks": one.asks, "line": one.line, "role": one.role, "kind": one.kind, "source": one.source,
            "caution": one.caution,
        }
        for one in catalogue
    ]  # fmt: skip
    return SIGNAL_NAMES.conform(pl.DataFrame(rows, schema=SIGNAL_NAMES.schema))


def signal_outcomes(
    listed_for: pl.DataFrame, triage: pl.DataFrame, answered: pl.DataFrame, catalogue: Sequence[Signal]
) -> pl.DataFrame:
    """The exact counts of `published.signal_outcome`: one row per trigger, whether anybody was listed for it or not.

    `listed_for` has pupil_id and signal, raised on the day of a list of this school year with the pupil on it; `answered` is
    `looks.answers`. Every listed pupil has one of ANSWERS and one of FINDINGS, those of this school year that came last.
    """
    here = listed_for.unique(("pupil_id", "signal")).join(triage.select("pupil_id"), on="pupil_id", how="semi")
    told = here.join(answered, on="pupil_id", how="left").with_columns(
        answer=pl.col("decision").replace_strict(_ANSWERS, return_dtype=pl.String).fill_null("undecided"),
        finding=pl.col("outcome").replace_strict(_FINDINGS, return_dtype=pl.String).fill_null("no_finding"),
    )
    counts = told.group_by("signal").agg(
        pl.len().cast(pl.Int64).alias("listed"),
        *((pl.col("answer") == name).sum().cast(pl.Int64).alias(name) for name in ANSWERS),
        *((pl.col("finding") == name).sum().cast(pl.Int64).alias(name) for name in FINDINGS),
    )
    triggers = pl.DataFrame({"signal": [one.name for one in catalogue if one.role == "trigger"]})
    columns = ("listed", *ANSWERS, *FINDINGS)
    return triggers.join(counts, on="signal", how="left").with_columns(pl.col(columns).fill_null(0)).sort("signal")
