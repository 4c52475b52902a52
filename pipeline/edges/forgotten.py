"""Who was erased, as marks from which nobody can be read back: by them a child that is sent again is known, and left out.

A mark is a keyed hash, under a purpose of its own, of a UPN, or of what rows without a UPN hang from. They are kept with the names.
"""

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import duckdb
import polars as pl

from .identity import Pseudonyms, former_keys, identity, key_in_use
from .settings import Home

_TABLES = """
    CREATE TABLE IF NOT EXISTS identity.forgotten (kind VARCHAR NOT NULL, mark VARCHAR NOT NULL, forgotten_on DATE NOT NULL);
"""

UPN, CENSUS_PUPIL, CARE, SYSTEM, UNIQUE, AGENCY = "upn", "census pupil", "care", "system", "unique", "agency"

_PURPOSE = b"who was forgotten"

OWN_KEYS = {
    "pupils": ((CENSUS_PUPIL, ("parent_key", "native_id")),),
    "care_children": ((CARE, ("child_key",)),),
    "pupil_ids": ((SYSTEM, ("urn", "pupil_ref")), (UNIQUE, ("unique_ref",))),
} | {
    feed: ((feed, ("plan_key", "authority_id")),)
    for feed in ("plan_people", "plan_requests", "plan_assessments", "plan_spells", "plan_reviews")
}
"""By feed, the keys by which rows of others hang from its own: a kind of mark, and the columns it is made of."""


class Marks:
    """The marks there are, and those to be added or taken away since they were read.

    `keys` are that of now and those before it, the newest first. A mark may be made of what is a keyed hash itself, as the id of a school's own
    system is: under a former key it was made of what that was then, which `pseudonyms` know of all they made.
    """

    def __init__(self, keys: list[str], told: Iterable[tuple[str, str]] = (), pseudonyms: Pseudonyms | None = None):
        self._keys = [key.encode() for key in keys]
        self._pseudonyms = pseudonyms
        self.all = set(told)
        self._came: set[tuple[str, str]] = set()
        self._went: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        return bool(self.all)

    def mark(self, kind: str, *parts: object) -> str:
        """Under the key of now."""
        return _mark(self._keys[0], kind, parts)

    def has(self, kind: str, *parts: object) -> bool:
        return any((kind, one) in self.all for one in self._ever(kind, parts))

    def _ever(self, kind: str, parts: Iterable[object]) -> Iterator[str]:
        """The mark under the key of now, and under each before it."""
        for ago, key in enumerate(self._keys):
            then = parts if self._pseudonyms is None else [self._pseudonyms.under(part, ago) for part in parts]
            yield _mark(key, kind, then)

    def told_in(self, rows: pl.DataFrame, kind: str, columns: tuple[str, ...]) -> pl.Series:
        """Of each row whether what stands in `columns` is marked as of this kind; a row without the first of them is not."""
        if not rows.height or not set(columns) <= set(rows.columns):
            return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
        distinct = rows.select(columns).unique().filter(pl.col(columns[0]).is_not_null())
        marked = [one for one in distinct.rows() if self.has(kind, *one)]
        if not marked:
            return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
        there = pl.DataFrame(marked, schema=distinct.schema, orient="row").with_columns(is_marked=True)
        told = rows.select(columns).join(there, on=columns, how="left", nulls_equal=True, maintain_order="left")
        return told["is_marked"].fill_null(False)

    def renew(self, feed: str, here: pl.DataFrame, gone: pl.DataFrame) -> None:
        """What rows of `feed` say of their keys now takes the place of what was: a key may pass to another child, so those of the
        rows left out (`gone`) are marked, and those of rows that stay (`here`) no more."""
        for kind, columns in OWN_KEYS.get(feed, ()):
            self._change(kind, _distinct(here, columns), is_marked=False)
            self._change(kind, _distinct(gone, columns), is_marked=True)

    def add(self, kind: str, *parts: object) -> None:
        self._change(kind, [parts], is_marked=True)

    def put(self, made: Iterable[tuple[str, str]]) -> None:
        """Marks that were made before, as (kind, mark)."""
        for one in made:
            if one not in self.all:
                self._came.add(one)
                self._went.discard(one)
                self.all.add(one)

    def remove(self, kind: str, *parts: object) -> None:
        self._change(kind, [parts], is_marked=False)

    def _change(self, kind: str, keys: Iterable[tuple], *, is_marked: bool) -> None:
        into, out_of = (self._came, self._went) if is_marked else (self._went, self._came)
        for parts in keys:
            for mark in [self.mark(kind, *parts)] if is_marked else self._ever(kind, parts):
                one = (kind, mark)
                if (one in self.all) is not is_marked:
                    into.add(one)
                    out_of.discard(one)
                    (self.all.add if is_marked else self.all.discard)(one)

    def save(self, home: Home, *, on: date) -> None:
        """Keep what changed since they were read."""
        if not self._came and not self._went:
            return
        with _with_marks(home) as con:
            con.execute("BEGIN")
            if self._went or self._came:
                gone = [*self._went, *self._came]  # one that came is there once
                con.executemany("DELETE FROM identity.forgotten WHERE kind = ? AND mark = ?", gone)
            if self._came:
                con.executemany(f"INSERT INTO identity.forgotten VALUES (?, ?, DATE '{on}')", sorted(self._came))
            con.execute("COMMIT")
        self._came, self._went = set(), set()


def _distinct(rows: pl.DataFrame, columns: tuple[str, ...]) -> list[tuple]:
    if not rows.height or not set(columns) <= set(rows.columns):
        return []
    return rows.select(columns).unique().filter(pl.col(columns[0]).is_not_null()).rows()


def _mark(key: bytes, kind: str, parts: Iterable[object]) -> str:
    said = "\0".join(("" if part is None else str(part)).strip().upper() for part in parts)
    return hmac.digest(key, f"{kind}\0{said}".encode(), "sha256").hex()


def _derived(pseudonym_key: str) -> str:
    return hmac.digest(pseudonym_key.encode(), _PURPOSE, "sha256").hex()


def marks(home: Home, pseudonyms: Pseudonyms | None = None) -> Marks:
    """Those of this home. Marks made under a former key cannot be made anew, for nobody knows of whom they are: they are looked for under it,
    with the `pseudonyms` that what is looked at was hashed by."""
    with _with_marks(home) as con:
        told = con.execute("SELECT kind, mark FROM identity.forgotten").fetchall()
        keys = key_in_use(con, home), *(one.key for one in reversed(former_keys(con)))
    return Marks([_derived(key) for key in keys], told, pseudonyms)


@contextmanager
def _with_marks(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with identity(home) as con:
        con.execute(_TABLES)
        yield con
