"""Which of the pairs that linkage weighed are one child's: certain, a person's question, or nothing.

Pure and the same in any order. An agency's child is one pupil at most, so its candidates are weighed against each other as
well as against chance.
"""

from datetime import date

import polars as pl

from pipeline.steps.decided import CONFIRMED
from pipeline.tables.same_child import FOUND
from pipeline.vocabulary.identifiers import link_code

AGENCY_LINKS = "agencies"
"""The worklist these pairs are of."""

CODES_BEGIN = "ag-"

BY_NAMES = "names_birth_date_and_postcode"

BECAUSE = {BY_NAMES: "Names, birth date and postcode as an agency sent them, compared with the pupil's."}


def judged(
    weights: pl.DataFrame, decisions: pl.DataFrame, known_as: pl.DataFrame, *, use_from: float, ask_from: float
) -> pl.DataFrame:
    """link, one (the agency's child), other (the pupil_id), is_certain and probability of every pair worth anything.

    `weights` has person, pupil_id and weight. A pair is certain where, its rivals counted, the probability is `use_from` or
    more. Where none of a child's is, each pair of `ask_from` or more is a question for a person. What a person decided of a
    pair (LINK_DECISIONS rows) is left to them: a pair once decided is not found again, though it still counts as a rival, so
    that a no to one pupil is never a yes to another; and a child whose pupil a person confirmed has no other. Two pupil_ids
    known to be one child (`known_as`) are no rivals.
    """
    pairs = _one_each(_coded(weights, known_as))
    odds = pl.lit(2.0).pow(pl.col("weight"))
    share = odds / (1 + odds.sum().over("one"))
    told = pairs.with_columns(is_certain=share >= use_from, probability=(odds / (1 + odds)).round(6))
    left = _undecided(told, decisions, known_as)
    settled = pl.col("is_certain").any().over("one")
    worth = pl.col("is_certain") | (~settled & (pl.col("probability") >= ask_from))
    return left.filter(worth).select("link", "one", "other", "is_certain", "probability").sort("one", "other")


def _coded(weights: pl.DataFrame, known_as: pl.DataFrame) -> pl.DataFrame:
    """Pairs with their code, and the child each pupil_id is known to be one of several of."""
    pairs = weights.select(one="person", other="pupil_id", weight="weight")
    codes = [agency_link_code(*pair) for pair in pairs.select("one", "other").rows()]
    return _with_child(pairs, known_as).with_columns(link=pl.Series(codes, dtype=pl.String))


def agency_link_code(person: str, pupil_id: str) -> str:
    """Begins so that a person, and the command, can tell it from a code of who is who."""
    return CODES_BEGIN + link_code(person, pupil_id, letters=10)


def _with_child(pairs: pl.DataFrame, known_as: pl.DataFrame) -> pl.DataFrame:
    children = known_as.select(other="pupil_id", child="known_as")
    return pairs.join(children, on="other", how="left").with_columns(child=pl.coalesce("child", "other"))


def _one_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of the pupil_ids of one child, the pair that weighs most; of equals the first by pupil_id."""
    heaviest = pairs.sort("one", "child", -pl.col("weight"), "other")
    return heaviest.unique(("one", "child"), keep="first", maintain_order=True)


def _undecided(pairs: pl.DataFrame, decisions: pl.DataFrame, known_as: pl.DataFrame) -> pl.DataFrame:
    """Pairs of children of whom nothing was decided, less those of an agency's child whose pupil is confirmed."""
    told = _with_child(decisions, known_as)
    return pairs.join(told, on=("one", "child"), how="anti").join(confirmed_last(decisions), on="one", how="anti")


def confirmed_last(decisions: pl.DataFrame) -> pl.DataFrame:
    """Of the pairs a person decided of, the last decision of each that is now confirmed."""
    last = decisions.sort("link", "turn").unique("link", keep="last", maintain_order=True)
    return last.filter(pl.col("decision") == CONFIRMED)


def with_changes(before: pl.DataFrame, now: pl.DataFrame, *, on: date) -> pl.DataFrame:
    """FOUND rows and their `probability`: `before` as kept, and what is `judged` now in the place of what held until `on`.

    The past is never judged anew, so what a past day was told stays as it was. What is as it was adds no row; what began on
    this very day and changed leaves none.
    """
    open_rows = before.filter(pl.col("until").is_null())
    same = open_rows.join(now, on=("link", "is_certain"), how="semi")
    gone = open_rows.join(same, on="link", how="anti").filter(pl.col("known_on") < on)
    closed = before.filter(pl.col("until").is_not_null())
    new = now.join(same, on="link", how="anti").with_columns(
        because=pl.lit(BY_NAMES), known_on=pl.lit(on), until=pl.lit(None, pl.Date)
    )
    kept = [closed, same, gone.with_columns(until=pl.lit(on)), new]
    columns = [pl.col(name).cast(dtype) for name, dtype in AGENCY_FOUND.items()]
    return pl.concat([rows.select(columns) for rows in kept]).sort("one", "other", "known_on")


AGENCY_FOUND = FOUND.schema | {"probability": pl.Float64}
