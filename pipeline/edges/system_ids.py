"""The ids of schools' own systems: keyed hashes take their place on the way in, and what each stands for is read back."""

from datetime import date

import duckdb
import polars as pl

from . import warehouse as shelf
from .identity import Pseudonyms

REFS = {"school_code": "school_ref", "system_id": "pupil_ref", "unique_id": "unique_ref", "code_id": "code_ref"}
"""Each kind of id as delivered, and the column its keyed hash is kept in."""


def keyed(rows: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """`rows` with the keyed hash of each id of a school's own system in its place; what was not sent is null.

    Which school an id is of stays outside the hash: one table may name that by its URN, another by an id.
    """
    sent = [kind for kind in REFS if kind in rows.columns]
    refs = [pseudonyms.keyed(kind, rows[kind]).alias(REFS[kind]) for kind in sent]
    return rows.drop(sent).with_columns(refs)


def known_ids(con: duckdb.DuckDBPyConnection, feed: str, *, known_on: date) -> tuple[pl.DataFrame, ...]:
    """What ids stand for as last told on `known_on` or before: of schools, of pupils within a school, of pupils anywhere, and
    of register codes; empty where rows of `feed` have none of that kind.

    An id may pass to another pupil: the latest told counts. One told of two on one day stands for neither.
    """
    asked = (_SCHOOLS, _PUPILS, _UNIQUE, _CODES)
    wanted = asked if feed == "attendance_marks" else (_SCHOOLS,)
    return tuple(shelf.read(con, sql if sql in wanted else f"{sql} LIMIT 0", [known_on]) for sql in asked)


def _as_last_told(table: str, ref: str, key: str, told: str, *others: str) -> str:
    """`told` of each `key`, of the rows of the latest day on which anything was told of it; and of `others`, where they
    agree on those too."""
    also = "".join(f", if(min({one}) = max({one}), min({one}), NULL) AS {one}" for one in others)
    return f"""
        SELECT {key}, min({told}) AS {told}{also}
        FROM (SELECT * FROM warehouse.staged.{table} WHERE known_on <= ? AND {ref} IS NOT NULL
              QUALIFY known_on = max(known_on) OVER (PARTITION BY {key}))
        GROUP BY {key} HAVING min({told}) = max({told}) ORDER BY {key}"""


_SCHOOLS = _as_last_told("school_ids", "school_ref", "school_ref", "urn")
_PUPILS = _as_last_told("pupil_ids", "pupil_ref", "urn, pupil_ref", "pupil_id")
_UNIQUE = _as_last_told("pupil_ids", "unique_ref", "unique_ref", "pupil_id", "urn")
_CODES = _as_last_told("mark_codes", "code_ref", "urn, code_ref", "code")
