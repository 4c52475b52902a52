"""What records and staff say of each pupil that signals may read and no model ever may."""

from datetime import date

import polars as pl

from pipeline.tables.derived import PUPIL_CIRCUMSTANCES
from pipeline.vocabulary.needs import PRINTED_ROLES

_PROVIDED = ("K", "E")
_DESCRIBED = ("pupil_id", "urn", "stated_on", "known_on", "sen_provision", "young_carer")
_CARERS = ("P", "S")
"""Young carers, as the spring census has it: said by a parent, or by the school."""

BY_THE_CENSUS = "the school"
"""Who added a need that a census states. It is the school that fills one in; no other word would keep the need unsaid."""


def pupil_circumstances(
    features: pl.DataFrame,
    support: pl.DataFrame,
    pupils: pl.DataFrame,
    wider_needs: pl.DataFrame,
    early_years: pl.DataFrame,
    looked_at: pl.DataFrame,
    *,
    as_of: date,
) -> pl.DataFrame:
    """`derived.pupil_circumstances`: one row per pupil of `features`.

    `support` is `derived.pupil_support` of the same day, `pupils` the staged roll rows. `wider_needs` has pupil_id, urn,
    need, added_by, added_on, ended and known_on; `early_years` pupil_id, year, good_level and known_on; `looked_at` the
    pupil_id and looked_at_on of decisions sent back. All as known on the day; what is dated later is cut off here.
    """
    described = pupils.select(_DESCRIBED).filter(pl.col("stated_on") <= as_of)
    parts = (
        support.select("pupil_id", "sen_provision", "on_file", "last_dealt_with_on"),
        _looked_at(looked_at, as_of=as_of),
        _sen_ended(described),
        _wider_need(wider_needs, described, as_of=as_of),
        _contact(wider_needs, as_of=as_of),
        _early_years(early_years, as_of=as_of),
    )
    known = features.select("as_of", "pupil_id", "urn")
    for part in parts:
        known = known.join(part, on="pupil_id", how="left")
    return PUPIL_CIRCUMSTANCES.conform(
        known.with_columns(
            nothing_on_file=_nothing_on_file(),
            looked_at_on=pl.max_horizontal("decided_on", "last_dealt_with_on", "sen_ended_on", "contact_on"),
        )
    )


def _nothing_on_file() -> pl.Expr:
    """Known of a pupil whose SEN provision was ever said, of whom support was, or whose school sends support of others:
    it would have sent theirs. Of nobody else is it known that there is none."""
    told = pl.col("last_dealt_with_on").is_not_null()
    of_others = told.any().over("urn")
    is_known = pl.col("sen_provision").is_not_null() | told | of_others
    return pl.when("on_file").then(pl.lit(False)).when(is_known).then(pl.lit(True))


def _looked_at(looked_at: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil anybody decided on: the last day of it."""
    happened = looked_at.filter(pl.col("looked_at_on") <= as_of)
    return happened.group_by("pupil_id").agg(decided_on=pl.col("looked_at_on").max())


def _sen_ended(described: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil of whom no SEN was said after K or E, and nothing since: the day that was first said of, by a school
    that had itself said K or E before. The bare N of a school the pupil came to is no look, and takes nothing off.

    Of two rows that describe one day the later known counts, then the one with more provision: two schools, one of which
    has not heard.
    """
    ever = described.filter(pl.col("sen_provision").is_in(_PROVIDED)).select("pupil_id").unique()
    said = (
        described.filter(pl.col("sen_provision").is_not_null())
        .join(ever, on="pupil_id", how="semi")  # of most nothing was ever provided
        .with_columns(pl.col("sen_provision").replace_strict({"N": 0, "K": 1, "E": 2}, default=0, return_dtype=pl.Int8))
    )
    last_provided = _provided(said, "pupil_id").agg(last_provided=pl.col("stated_on").max())
    by_school = _provided(said, "pupil_id", "urn").agg(provided_from=pl.col("stated_on").min())
    after = (
        _each_day(said, "pupil_id", "urn")
        .join(last_provided, on="pupil_id")
        .join(by_school, on=("pupil_id", "urn"))
        .filter(pl.col("stated_on") > pl.max_horizontal("last_provided", "provided_from"))
    )
    return after.group_by("pupil_id").agg(sen_ended_on=pl.col("stated_on").min())


def _provided(said: pl.DataFrame, *of: str):
    """The days on which K or E was said, by pupil, or by pupil and school."""
    return _each_day(said, *of).filter(pl.col("sen_provision") > 0).group_by(of)


def _each_day(said: pl.DataFrame, *of: str) -> pl.DataFrame:
    """What was said last of each day `of` a pupil, or of a pupil by a school."""
    return said.sort(*of, "stated_on", "known_on", "sen_provision").unique(
        (*of, "stated_on"), keep="last", maintain_order=True
    )


def _wider_need(wider_needs: pl.DataFrame, described: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil with a wider need still running: when the last was added, and by whom. Not what it is."""
    columns = ("pupil_id", "wider_need_on", "wider_need_by")
    added = _running(wider_needs, as_of=as_of).select("pupil_id", wider_need_on="added_on", wider_need_by=_by())
    both = pl.concat([added.cast(_NEED), _by_census(described).cast(_NEED)])
    latest = both.sort("pupil_id", "wider_need_on", "wider_need_by").unique(
        "pupil_id", keep="last", maintain_order=True
    )
    return latest.select(columns)


def _contact(wider_needs: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of whom staff ever added a need: the last day they did. Whoever wrote it down had looked, whether the
    need still runs or not; a tick in a census is no look."""
    added = wider_needs.filter(pl.col("added_on") <= as_of)
    return added.group_by("pupil_id").agg(contact_on=pl.col("added_on").max())


def _by() -> pl.Expr:
    return pl.col("added_by").replace_strict(PRINTED_ROLES, return_dtype=pl.String)


_NEED = {"pupil_id": pl.String, "wider_need_on": pl.Date, "wider_need_by": pl.String}


def _running(wider_needs: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Those added by the day and not ended, each as it was said last."""
    each = ("pupil_id", "urn", "need", "added_on")
    said_last = wider_needs.sort(*each, "known_on", "ended", "added_by", nulls_last=False).unique(
        each, keep="last", maintain_order=True
    )
    lasting = pl.col("ended").is_null() | (pl.col("ended") > as_of)
    return said_last.filter((pl.col("added_on") <= as_of) & lasting)


def _by_census(described: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil whose last census that says anything of it says that they are a young carer."""
    said = described.filter(pl.col("young_carer").is_not_null()).sort(
        "pupil_id", "stated_on", "known_on", "young_carer"
    )
    last = said.unique("pupil_id", keep="last", maintain_order=True).filter(pl.col("young_carer").is_in(_CARERS))
    return last.select("pupil_id", wider_need_on="stated_on", wider_need_by=pl.lit(BY_THE_CENSUS))


def _early_years(early_years: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil assessed: the latest assessment as it was said last. Of two alike, the one that was reached."""
    happened = early_years.filter((pl.col("year") <= as_of.year) & pl.col("good_level").is_not_null())
    last = happened.sort("pupil_id", "year", "known_on", "good_level").unique(
        "pupil_id", keep="last", maintain_order=True
    )
    return last.select("pupil_id", has_good_level="good_level", early_years_year="year")
