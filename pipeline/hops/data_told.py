"""What is published of the data itself: by feed, by rule in the words of the catalogue, and school by school."""

from datetime import date

import duckdb
import polars as pl

from expectations import PROMISES, RETRIED, Promise, Severity
from pipeline.edges.received import received, refusals, rows_by_rule
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_data import data_quality, feeds, school_checks


def of_the_data(
    con: duckdb.DuckDBPyConnection, lines: pl.DataFrame, policy: Policy, *, as_of: date
) -> dict[str, pl.DataFrame]:
    """The published tables `feed`, `data_quality` and `school_check`, as known on the day. `lines` is
    `tables.derived.RECONCILIATION` of it."""
    broken = pl.concat([rows_by_rule(con, as_of=as_of), _refused(refusals(con, as_of=as_of))])
    quality = data_quality(broken, rules(), policy)
    return {
        "feed": feeds(received(con, as_of=as_of), quality, policy),
        "data_quality": quality,
        "school_check": school_checks(lines),
    }


def rules() -> pl.DataFrame:
    """One row per feed and rule of the catalogue: feed, rule, happens and says."""
    rows = [
        (feed, promise.rule, _happens(promise), promise.printed)
        for feed, promises in PROMISES.items()
        for promise in promises
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("feed", "rule", "happens", "says"), pl.String), orient="row")


def _happens(promise: Promise) -> str:
    if promise.severity is Severity.WARNING and promise.rule in RETRIED:
        return "row tried again"
    return {Severity.CRITICAL: _REFUSED, Severity.WARNING: "row set aside", Severity.INFO: "noted"}[promise.severity]


_REFUSED = "file refused"


def _refused(reasons: pl.DataFrame) -> pl.DataFrame:
    """One row per feed, reason and rule told of in it: a file that did not parse broke none. A refusal is on record in the words
    of its rules, and not by their names."""
    rows = [
        (feed, promise.rule, _REFUSED, rows)
        for feed, because, rows in reasons.select("feed", "refused_because", "rows").rows()
        for promise in PROMISES.get(feed, ())
        if promise.severity is Severity.CRITICAL and promise.is_told_in(because)
    ]
    schema = {"feed": pl.String, "rule": pl.String, "happens": pl.String, "rows": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
