"""Other agencies' rows as the gate sees them: which service, whether the names and the birth date can be used, and no name."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from pipeline.tables.layouts import spelt
from pipeline.vocabulary.agencies import ANOTHER, POLICE_OR_YOUTH_JUSTICE, SAYS_WHO, SERVICES

from .cells_of_agencies import says_justice

MOST_AGED = 25
"""Years: the law's last year of an EHC plan."""

STATED_FOR_DAYS = 92
"""An involvement without a last day is believed for about a term after it was last stated: a child who is no longer
known to a service is mostly left out of its next extract, and nothing more is said."""


def names_justice(raw: pl.DataFrame) -> pl.Series:
    """Whether each row, as delivered, names the police or youth justice in a column that says who is involved, whether or not
    anything else is read of it."""
    told = [pl.col(name) for name in raw.columns if any(word in spelt(name) for word in SAYS_WHO)]
    said = [says_justice(one.cast(pl.String)).fill_null(False) for one in told]
    found = raw.select(pl.any_horizontal(said)).to_series() if said else pl.repeat(False, raw.height, eager=True)
    return found.alias("names_justice")


def described(rows: pl.DataFrame, allowed: Iterable[str], *, known_on: date) -> pl.DataFrame:
    """An agency's rows with `service` from whatever names it, and what the gate asks of names and birth date.

    `rows` say whether each `names_justice`; `allowed` are the kinds of service that settings allow, in words. Names, birth
    date and postcode are left as they are.
    """
    told = [pl.col(name) for name in ("service", "agency", "team")]
    known = [pl.when(one != ANOTHER).then(one) for one in told]
    is_justice = pl.any_horizontal("names_justice", *(one == POLICE_OR_YOUTH_JUSTICE for one in told))
    service = pl.when(is_justice).then(pl.lit(POLICE_OR_YOUTH_JUSTICE)).otherwise(pl.coalesce(*known, *told))
    kinds = [kind for kind, words in SERVICES.items() if words in set(allowed)]
    birth, oldest = pl.col("date_of_birth"), pl.lit(known_on).dt.offset_by(f"-{MOST_AGED + 1}y")
    return rows.with_columns(service=service).with_columns(
        is_named=pl.all_horizontal(pl.col(name).str.contains(r"\p{L}").fill_null(False) for name in ("surname", "forename")),
        birth_read=birth.is_not_null(),
        birth_in_range=birth.is_between(oldest, pl.lit(known_on)),
        begins_before_birth=pl.col("start_date") < birth,
        service_allowed=pl.col("service").is_in(kinds),
    ).drop("names_justice")  # fmt: skip


def involved(involvement: pl.DataFrame, *, as_of: date) -> set[str]:
    """The pupil_ids with which a service is involved on `as_of`.

    `involvement` has pupil_id, service, start_date, end_date and known_on, what was known on the day alone. Of a service's
    stretch the latest statement counts.
    """
    stretch = ("pupil_id", "service", "start_date")
    latest = involvement.filter(pl.col("known_on") == pl.col("known_on").max().over(stretch))
    begun = pl.col("start_date").is_null() | (pl.col("start_date") <= as_of)
    still = pl.col("known_on") >= pl.lit(as_of).dt.offset_by(f"-{STATED_FOR_DAYS}d")
    lasts = pl.when(pl.col("end_date").is_null()).then(still).otherwise(pl.col("end_date") > as_of)
    return set(latest.filter(begun & lasts)["pupil_id"])


def involvement_of(links: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """AGENCY_INVOLVEMENT rows: what agencies stated of children, under the pupil each is or was linked to.

    `links` are LINKS rows, from an agency's child (`one`) to a pupil_id (`other`). A statement is known of the pupil from the
    day when both it and the link were.
    """
    both = statements.rename({"known_on": "stated_on"}).join(links, left_on="person", right_on="one")
    told = both.with_columns(pupil_id="other", known_on=pl.max_horizontal("stated_on", "known_on"))
    stands = told.filter(pl.col("undone_on").is_null() | (pl.col("known_on") < pl.col("undone_on")))
    columns = ("pupil_id", "service", "start_date", "end_date", "known_on", "undone_on")
    return stands.select(columns).unique().sort(columns)
