"""What came, what was refused, what does not add up: of rows and schools, with numbers of a few rows hidden."""

import polars as pl

from pipeline.steps.policy_of_publishing import Policy
from pipeline.tables.published import DATA_QUALITY, FEED, SCHOOL_CHECK
from pipeline.vocabulary.feeds import FEEDS

SET_ASIDE = ("row set aside", "row tried again")
"""What happens to rows that are not accepted though their file is."""


def feeds(received: pl.DataFrame, quality: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`tables.published.FEED`: every feed, whether anything of it came or not.

    `received` has feed, files, files_refused, last_known_on, rows_read and rows_set_aside; `quality` is
    `tables.published.DATA_QUALITY`, whose hidden numbers these must not give back.
    """
    every = pl.DataFrame([{"feed": feed.name, "title": feed.title} for feed in FEEDS])
    counted = pl.col("files", "files_refused", "rows_read", "rows_set_aside")
    told = every.join(received, on="feed", how="left").with_columns(counted.fill_null(0))
    told = told.join(_rules_of(quality), on="feed", how="left").with_columns(
        pl.col("rules_hidden", "rows_shown").fill_null(0)
    )
    rows, hidden = pl.col("rows_set_aside"), pl.col("rules_hidden")
    rest, most = rows - pl.col("rows_shown"), policy.fewest_shown - 1
    gives_back = (hidden == 1) | ((hidden > 1) & ~rest.is_between(hidden + 1, hidden * most - 1))
    return FEED.conform(
        told.with_columns(
            rows_read=(pl.col("rows_read") + _ROUNDED_TO // 2) // _ROUNDED_TO * _ROUNDED_TO,
            rows_set_aside=pl.when(~(rows.is_between(1, most) | gives_back)).then(rows),
        )
    )


_ROUNDED_TO = 100
"""Of some feeds, as of children looked after, there are as many rows as children: near enough says whether a delivery is whole."""


def _rules_of(quality: pl.DataFrame) -> pl.DataFrame:
    """Of each feed, how many rules by which rows were set aside are hidden, and the rows of those that are not.

    Where a row breaks one rule alone, the rows set aside less those shown are those of the hidden: of one rule they are its
    number, and of several each number where they are as few, or as many, as hidden numbers can be.
    """
    of_rows = quality.filter(pl.col("happens").is_in(SET_ASIDE))
    return of_rows.group_by("feed").agg(
        rules_hidden=pl.col("rows").is_null().sum().cast(pl.Int64), rows_shown=pl.col("rows").sum()
    )


_OF_ANOTHER_VERSION = "A rule of another version of this pipeline."


def data_quality(broken: pl.DataFrame, rules: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`tables.published.DATA_QUALITY`. `broken` has feed, rule, happens and rows; `rules` feed, rule, happens and says, as the
    catalogue of promises has them, whose words count."""
    counted = broken.group_by("feed", "rule").agg(pl.col("happens").sort().first(), pl.col("rows").sum())
    told = counted.join(rules, on=("feed", "rule"), how="left", suffix="_told")
    return DATA_QUALITY.conform(
        told.with_columns(
            happens=pl.coalesce("happens_told", "happens"),
            says=pl.col("says").fill_null(_OF_ANOTHER_VERSION),
            rows=pl.when(~pl.col("rows").is_between(1, policy.fewest_shown - 1)).then("rows"),
        )
    )


def school_checks(lines: pl.DataFrame) -> pl.DataFrame:
    """`tables.published.SCHOOL_CHECK` from `tables.derived.RECONCILIATION` of a day."""
    return SCHOOL_CHECK.conform(lines.group_by("urn", "held_to").agg(pl.col("holds").all()))
