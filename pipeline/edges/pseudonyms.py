"""UPNs and other ids of children as keyed hashes, under the key of today and those before it."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipeline.vocabulary.identifiers import LOCAL_AUTHORITIES

from .secret import Key
from .upns import upn_checks

PUPIL_ID_LENGTH = 12
"""Sixty bits: among ten million children, two would share a pupil_id once in some 23,000 homes of that size. It is
checked all the same: see `identity.remember`."""


@dataclass(frozen=True)
class Former:
    """A pseudonym key that was changed for another, and the last day it was in use."""

    key: Key
    until: date


def fingerprint(key: str) -> str:
    """By which a home's names know their pseudonym key again."""
    return hmac.digest(key.encode(), b"which key this is", hashlib.sha256).hex()[:16]


class Pseudonyms:
    """UPN to pupil_id, the same for the same keys for ever: the keyed hash HMAC-SHA256, cut to twelve base32 letters.

    Where a key took the place of `former` ones, the hash under the first is hashed again under each that followed, as everything kept was when
    it followed. So what is kept nowhere but as a hash, as the ids of schools' own systems, is known again; and who has a former key, and not
    today's, can make no hash of today.
    """

    def __init__(self, key: str, former: Sequence[Former] = ()):
        first, *later = [*(one.key for one in former), key]
        self._first, self._later = first.encode(), [Key(one) for one in later]
        self._known = pl.DataFrame(schema=_LOOKUP)
        self._stages: dict[str, tuple[str, ...]] = {}

    def of(self, upns: pl.Series) -> pl.DataFrame:
        """One row per distinct UPN: upn, pupil_id (null when unusable), upn_check (null when there is nothing to say of
        it) and upn_authority_known."""
        distinct = upns.unique().to_frame("upn")
        # Of a whole authority the few of this file: what is joined to them next is small.
        known = self._known.join(distinct, on="upn", how="semi", nulls_equal=True)
        if known.height < distinct.height:
            made = self._made(distinct.join(known, on="upn", how="anti", nulls_equal=True)["upn"])
            self._known, known = pl.concat([self._known, made]), pl.concat([known, made])
        return distinct.join(known, on="upn", how="left", nulls_equal=True, maintain_order="left")

    def _made(self, upns: pl.Series) -> pl.DataFrame:
        checked = upn_checks(upns)
        usable = checked.filter("is_usable")["upn"]
        hashed = pl.DataFrame({"upn": usable, "pupil_id": self._hashed(usable)}, schema_overrides=_TEXTS)
        is_known = pl.col("authority").is_in(list(LOCAL_AUTHORITIES)).fill_null(True)
        told = checked.with_columns(upn_authority_known=is_known)
        nothing_to_say = pl.col("is_usable") & pl.col("upn_authority_known")
        return (
            told.with_columns(upn_check=pl.when(~nothing_to_say).then("upn_check"))
            .join(hashed, on="upn", how="left", nulls_equal=False)
            .select(*_LOOKUP)
        )

    def _hashed(self, texts: Iterable[str]) -> pl.Series:
        hashed = _hashes(self._first, texts)
        for key in self._later:
            hashed = renewed(hashed, key)
        return hashed

    def keyed(self, kind: str, ids: pl.Series) -> pl.Series:
        """Other ids of children as keyed hashes. The same id of another `kind`, or a UPN spelt alike, has another."""
        distinct = ids.drop_nulls().unique()
        made = self._hashed(f"{kind}\0{one}" for one in distinct)
        if self._later:
            self._stages |= zip(made, self._before(f"{kind}\0{one}" for one in distinct), strict=True)
        return ids.replace_strict(distinct, made, default=None, return_dtype=pl.String)

    def _before(self, texts: Iterable[str]) -> Iterable[tuple[str, ...]]:
        stages = [_hashes(self._first, texts)]
        for key in self._later[:-1]:
            stages.append(renewed(stages[-1], key))
        return zip(*reversed(stages), strict=True)

    def under(self, keyed: object, ago: int) -> object:
        """What a hash that `keyed` made was so many keys ago; whatever else it is given, as it is."""
        before = self._stages.get(keyed, ()) if ago else ()
        return before[ago - 1] if len(before) >= ago > 0 else keyed


def renewed(hashes: Iterable[str], key: str) -> pl.Series:
    """What keyed hashes become when `key` takes the former key's place."""
    return _hashes(key.encode(), (f"former\0{one}" for one in hashes))


def _hashes(key: bytes, texts: Iterable[str]) -> pl.Series:
    """Of each the first sixty bits of its keyed hash, five a letter, as base32 writes them in lower case."""
    digests = [hmac.digest(key, text.encode(), "sha256")[:8] for text in texts]
    bits = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64) >> np.uint64(4)
    letters = _BASE32[(bits[:, None] >> _SHIFTS) & np.uint64(31)]
    return pl.Series(letters.view(f"S{PUPIL_ID_LENGTH}").ravel().astype(str), dtype=pl.String)


_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_SHIFTS = np.arange(5 * (PUPIL_ID_LENGTH - 1), -1, -5, dtype=np.uint64)

_TEXTS = {"upn": pl.String, "pupil_id": pl.String}
_LOOKUP = {"upn": pl.String, "pupil_id": pl.String, "upn_check": pl.String, "upn_authority_known": pl.Boolean}
