"""What must not travel on with a row: an agency's names and birth dates, and postcodes. They go to the names, or nowhere."""

import duckdb
import polars as pl

from expectations.agencies import NAMES_JUSTICE
from pipeline.edges import agencies, gate, identity, intake, reading
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Claimed
from pipeline.edges.settings import Home
from pipeline.steps.agencies import described, names_justice
from pipeline.steps.learned import year_span

from .based import lacks, read_again, refuse_without_basis

SET_APART = ("agencies", "addresses")

NO_GATEWAY = (
    "It holds children's names from another agency, and settings.toml names no gateway for them: set [agencies] gateway to "
    "the law and the agreement by which they are shared, and the file is read at the next take-in."
)


def refuse_what_may_not_be_held(one: Claimed, home: Home) -> None:
    """Raises Refused for an extract where settings do not say by which law it may be held; of the police or youth justice, whom
    no law lets in, with that reason."""
    is_let_in = one.layout.feed != "agencies" or home.settings.gateway.strip()
    if is_let_in and not lacks(home, one.layout.feed):
        return
    if one.layout.feed == "agencies" and any(
        names_justice(raw).any() for raw in reading.read_extract(one.extract, one.layout)
    ):
        raise Refused(NAMES_JUSTICE)
    refuse_without_basis(one, home)
    raise Refused(NO_GATEWAY)


def taken_for_good(con: duckdb.DuckDBPyConnection, home: Home) -> frozenset[tuple[str, str | None]]:
    """Hash and layout of everything taken in, refused or left unread; less what is to be read again."""
    return intake.taken_parts(con) - read_again(con, home, no_gateway=NO_GATEWAY)


def done_with(con: duckdb.DuckDBPyConnection, home: Home) -> frozenset[str]:
    """Hashes of XML files that need not be looked through again."""
    return intake.done_with(con) - {sha256 for sha256, _ in read_again(con, home, no_gateway=NO_GATEWAY)}


def set_apart(
    rows: pl.DataFrame, feed: str, home: Home, pseudonyms: identity.Pseudonyms, day
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`rows` as they go before the gate, and what of them goes to the names once they have passed it."""
    if feed == "addresses":
        return rows.drop("postcode"), rows.select("row_number", "parent_key", "native_id", "postcode")
    told = agencies.with_person(described(rows, home.settings.services, known_on=day.known_on), pseudonyms)
    met = told.select("row_number", *agencies.DETAILS, *agencies.STATEMENT[1:])
    return told.drop(agencies.DETAILS), met


def remember_apart(
    home: Home, feed: str, met: list[pl.DataFrame], verdict: gate.Verdict, stop: dict[int, str], day
) -> None:
    """Keep with the names what was set apart of rows that are accepted, and of addresses that only wait for their pupil."""
    kept = pl.concat(met).filter(~pl.col("extract_id").is_in(list(stop)))
    if feed == "addresses":
        agencies.remember_addresses(home, kept, known_on=learned_on(day))
    else:
        accepted = kept.join(verdict.set_aside, on=("extract_id", "row_number"), how="anti")
        agencies.remember_sent(home, accepted)


def remember_postcodes(home: Home, people: pl.DataFrame, day) -> None:
    """Keep the postcodes of pupils, where their roll gives any."""
    if "postcode" in people.columns:
        agencies.remember_postcodes(home, people, known_on=learned_on(day))


def learned_on(day):
    """Names and places of history were known all along, or a link as of a past day would have none."""
    return year_span(day.known_on, history=True)[0] if day.history else day.known_on
