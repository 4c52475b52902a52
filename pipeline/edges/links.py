"""Links between records on the shelf: what people decided of them, what stands on a day, and a child's one pupil_id read
into any table."""

import getpass
from collections.abc import Iterable
from datetime import date

import duckdb
import polars as pl

from pipeline.tables.same_child import KNOWN_AS, LINK_DECISIONS, SAME_CHILD

from . import returns
from . import warehouse as shelf
from .errors import Refused
from .withdrawing import MARKS

# Decisions, of any worklist


def decisions(con: duckdb.DuckDBPyConnection, kind: str) -> pl.DataFrame:
    """What people decided of the pairs of one worklist, `kind`: LINK_DECISIONS rows."""
    return shelf.read(con, f"SELECT * FROM warehouse.{LINK_DECISIONS.name} WHERE kind = ? ORDER BY link, turn", [kind])


def decide(con: duckdb.DuckDBPyConnection, kind: str, pairs: pl.DataFrame, decision: str, *, known_on: date) -> None:
    """Record one decision on each of `pairs` (link, one, other), in the transaction of the caller."""
    turns = decisions(con, kind).group_by("link").agg(turn=pl.col("turn").max())
    told = pairs.select("link", "one", "other").join(turns, on="link", how="left")
    rows = told.with_columns(
        kind=pl.lit(kind),
        decision=pl.lit(decision),
        known_on=pl.lit(known_on),
        turn=pl.col("turn").fill_null(0) + 1,
        said_by=pl.lit(who()),
    )
    shelf.append(con, LINK_DECISIONS, rows)


def who() -> str:
    """The account of this machine that gives the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "not known"


def chosen(codes: Iterable[str], known: pl.DataFrame, *, title: str) -> pl.DataFrame:
    """The rows of `known` (link, one, other, ...) with these codes. Raises Refused for a code that is none of them."""
    wanted = sorted({code.strip().lower() for code in codes})
    strangers = [code for code in wanted if code not in set(known["link"])]
    if strangers:
        raise Refused(
            f"{title} has no pair with the code {', '.join(strangers)}: nothing was decided. See the worklist."
        )
    return known.filter(pl.col("link").is_in(wanted)).unique("link", keep="first", maintain_order=True)


# One pupil_id for a child


def are_known(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any two pupil_ids were ever linked. In most homes few are, and nobody else's rows need be looked up."""
    return bool(con.execute(f"SELECT 1 FROM warehouse.{KNOWN_AS.name} LIMIT 1").fetchone())


def as_one_child(con: duckdb.DuckDBPyConnection, table: str, *, as_of: date | None) -> str:
    """What to read `table` from, in SQL, so that each row's pupil_id is the one the child is known by on `as_of`.

    None is today: by every link now known.
    """
    if not are_known(con):
        return table
    return f"""(
        SELECT t.* REPLACE (coalesce(k.known_as, t.pupil_id) AS pupil_id)
        FROM {table} t LEFT JOIN {known_as(as_of)} k ON k.pupil_id = t.pupil_id)"""


def under_every_upn(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """What to read `table` from, in SQL, so that what is told of a child is told under each of the child's pupil_ids."""
    if not are_known(con):
        return table
    now = known_as(None)
    return f"""(
        SELECT t.* REPLACE (coalesce(o.pupil_id, t.pupil_id) AS pupil_id) FROM {table} t
        LEFT JOIN {now} k ON k.pupil_id = t.pupil_id LEFT JOIN {now} o ON o.known_as = k.known_as)"""


def marks_by_child(con: duckdb.DuckDBPyConnection, *, as_of: date) -> str:
    """What to read marks from, in SQL: `child`, whose they are by what was known on `as_of`, and `child_now`, by all since."""
    if not are_known(con):
        return f"(SELECT *, pupil_id AS child, pupil_id AS child_now FROM {MARKS})"
    return f"""(
        SELECT m.*, coalesce(k.known_as, m.pupil_id) AS child, coalesce(n.known_as, m.pupil_id) AS child_now
        FROM {MARKS} m
        LEFT JOIN {known_as(as_of)} k ON k.pupil_id = m.pupil_id
        LEFT JOIN {known_as(None)} n ON n.pupil_id = m.pupil_id)"""


def known_as(as_of: date | None) -> str:
    """What to read in SQL: of each pupil_id that had a link by `as_of`, which one the child is known by, and since when."""
    holds = "known_until IS NULL" if as_of is None else _HOLDS.format(as_of.isoformat())
    return f"(SELECT pupil_id, known_as, known_from FROM warehouse.{KNOWN_AS.name} WHERE {holds})"


_HOLDS = "known_from <= DATE '{0}' AND (known_until IS NULL OR known_until > DATE '{0}')"


def children(con: duckdb.DuckDBPyConnection, *, as_of: date | None) -> pl.DataFrame:
    """pupil_id, known_as and known_from of every pupil_id that had a link by `as_of` (None: of all now known)."""
    return shelf.read(con, f"SELECT * FROM {known_as(as_of)} ORDER BY pupil_id")


def with_their_other_upns(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> list[str]:
    """These pupil_ids, and every other of the same children."""
    now = children(con, as_of=None)
    theirs = now.filter(pl.col("pupil_id").is_in(pupil_ids))["known_as"]
    return sorted({*pupil_ids, *now.filter(pl.col("known_as").is_in(theirs.implode()))["pupil_id"]})


# The links themselves


def same_child(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every link between two pupil_ids that stands or ever stood."""
    return shelf.read(con, f"SELECT * FROM warehouse.{SAME_CHILD.name} ORDER BY link, known_on")


def all_known_as(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """KNOWN_AS rows of every day."""
    return shelf.read(con, f"SELECT * FROM warehouse.{KNOWN_AS.name} ORDER BY pupil_id, known_from")


def replace_same_child(con: duckdb.DuckDBPyConnection, links: pl.DataFrame, known: pl.DataFrame) -> None:
    """Put what is now found and decided in the place of what was: the same rows, and more."""
    for table, rows in ((SAME_CHILD, links), (KNOWN_AS, known)):
        con.execute(f"DELETE FROM warehouse.{table.name}")
        shelf.append(con, table, rows)


# What rolls tell


def formers(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every pair of a former UPN's pupil_id (one) and today's (other), the day from which that is known, and that from which
    it is said no more (until): the return was sent again, or the school's own roll gives another."""
    return shelf.read(con, _FORMERS.format(returns.replaced_on()))


_FORMERS = """
    WITH told AS (
        SELECT former_pupil_id AS one, pupil_id AS other, urn, census_term, census_year, census_key, known_on
        FROM warehouse.staged.pupils WHERE former_pupil_id <> pupil_id),
    days AS (
        SELECT other, urn, known_on, list(DISTINCT one ORDER BY one) AS formers FROM told WHERE census_key IS NULL
        GROUP BY ALL),
    changes AS (
        SELECT * FROM days
        QUALIFY formers IS DISTINCT FROM lag(formers) OVER (PARTITION BY other, urn ORDER BY known_on)),
    stretches AS (
        SELECT unnest(formers) AS one, other, known_on,
            lead(known_on) OVER (PARTITION BY other, urn ORDER BY known_on) AS until FROM changes)
    SELECT one, other, known_on, until FROM stretches
    UNION
    SELECT one, other, min(known_on), replaced_on FROM told LEFT JOIN {} USING (urn, census_term, census_year, census_key)
    WHERE census_key IS NOT NULL GROUP BY one, other, census_key, replaced_on
    ORDER BY ALL
"""


def rolls_of(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> pl.DataFrame:
    """The roll rows of these pupil_ids as delivered, and the day from which each stands no more (until)."""
    return shelf.read(
        con,
        f"""
        SELECT pupil_id, urn, entry_date, leaving_date, enrol_status, nc_year, stated_on, known_on, replaced_on AS until
        FROM warehouse.staged.pupils LEFT JOIN {returns.replaced_on()} USING (urn, census_term, census_year, census_key)
        WHERE pupil_id IN (SELECT unnest(?)) ORDER BY ALL""",
        [pupil_ids],
    )
