"""Seals: short keyed hashes by which a home knows its own lists again, and which pupil each row of one was of.

They are made with the home's pseudonym key, each from a sentence of its own, so that no seal is ever a pupil_id or another
kind of seal. Who holds a list can copy a seal, and can make none.
"""

import base64
import hashlib
import hmac
import unicodedata
from datetime import date

from .pseudonyms import renewed
from .secret import Key

SEAL_LENGTH = 16
"""Base32 letters: eighty bits. Nobody hits on one by trying."""


class Seals:
    """What the key of a home makes of a list, and of a row of it. Raises nothing: a seal either fits or it does not."""

    def __init__(self, key: str, *, before: "Seals | None" = None, until: date | None = None):
        self._key, self._before, self._until = Key(key), before, until
        self.home = self._made("which home")
        """Tells a list of another home, or of this one before its key was changed, from a list that was altered."""

    def all(self) -> "list[Seals]":
        """These, and those of the keys before it, the newest first."""
        return [self, *(self._before.all() if self._before else ())]

    def were_made_on(self, day: date) -> bool:
        """Whether lists of that day went out under this key: who learned it when it was changed can seal none of a later day."""
        return self._until is None or day <= self._until

    def today(self, pupil_id: str, made_by: "Seals") -> str:
        """The pupil_id of now of one that stands on a list sealed with an earlier key of this home's."""
        if made_by is self or self._before is None:
            return pupil_id
        return renewed([self._before.today(pupil_id, made_by)], self._key)[0]

    def of_list(self, part: str, urn: int, as_of: date, data: str) -> str:
        """Of one sheet (`part`) of the list of a school and day, live or made up."""
        return self._made("list", part, str(urn), as_of.isoformat(), data)

    def of_row(self, part: str, urn: int, as_of: date, pupil_id: str, who: str) -> str:
        """Of one row: the pupil it is of, and whom it shows (`who`). Rows swapped, or pasted from another list, do not fit."""
        return self._made("row", part, str(urn), as_of.isoformat(), pupil_id, as_shown(who))

    def _made(self, *told: str) -> str:
        message = "\0".join(("returned list", *told))
        digest = hmac.digest(self._key.encode(), message.encode(), hashlib.sha256)
        return base64.b32encode(digest)[:SEAL_LENGTH].decode().lower()


def fits(seal: str, told: str) -> bool:
    return hmac.compare_digest(seal.encode(), told.strip().lower().encode())


def as_shown(text: str) -> str:
    """`text` as a reader sees it, however a program kept its spaces, lines and accents."""
    return " ".join(unicodedata.normalize("NFC", text).split())
