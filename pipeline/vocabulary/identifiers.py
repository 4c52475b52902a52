"""Unique pupil numbers (UPNs) and school numbers, and how long a name or an id may be.

Source: DfE's UPN guide; the check letter is the weighted sum of the twelve characters after it, position 2 weighing 2
to position 13 weighing 13, modulo 23, in an alphabet without I, O and S.
"""

import base64
import hashlib
import re
from enum import StrEnum

LONGEST_TEXT = 200
"""Characters of a name or an id. Systems let in half as many; what is longer is a mistake, or made to be dear to compare."""

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"

_UPN = re.compile(rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]")

_BY_ITSELF = re.compile(rf"(?<![A-Z0-9]){_UPN.pattern}(?![A-Z0-9])", re.IGNORECASE)

_APART = r"[ _.\-\u2010-\u2015\u00a0]{0,2}"
_MAYBE = re.compile(rf"(?=([{UPN_LETTERS}](?:{_APART}[0-9]){{11}}(?:{_APART}[0-9]|[{UPN_LETTERS}])))", re.IGNORECASE)
"""Thirteen characters of a UPN, however they are parted and whatever is beside them."""

_AS_WRITTEN = re.compile(r"\w\W?\d{3}[\W_]?\d{4}[\W_]?\d{2}[\W_]?\d{2}\w|\w{13}", re.ASCII)
"""In one piece, or parted as people part it: authority, school, year and pupil."""

_WORD = re.compile(r"[A-Za-z0-9]+")
_HASH = re.compile(r"[0-9a-f]+")
_HASHES = (16, 32, 40, 64)
"""Letters of the hashes that are told of. One in ten holds what could be a UPN, and it would no more be found again."""

_HAS_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")

UPN_LEFT_OUT = "UPN left out"


def without_upns(text: str) -> str:
    """For whatever is told of a file by its name, or said again of what somebody typed: a child's number goes no further.

    One that stands by itself, or at the end of a word, is left out, whatever its check letter, but for what may be a day and a time;
    one amid others, or parted in another way than people part it, where its check letter is right.
    """
    told, end = [], 0
    for found in _MAYBE.finditer(text):
        begins, ends = found.span(1)
        if begins >= end and _is_upn(text, begins, ends):
            told += [text[end:begins], f"({UPN_LEFT_OUT})"]
            end = ends
    return "".join([*told, text[end:]])


def _is_upn(text: str, begins: int, ends: int) -> bool:
    word, before, after = text[begins:ends], text[begins - 1 : begins], text[ends : ends + 1]
    upn = re.sub(r"[^A-Z0-9]", "", word.upper())
    is_whole = upn == word.upper()
    if not (before.isalnum() or after.isalnum()) and _AS_WRITTEN.fullmatch(word):
        return True
    if _is_of_a_hash(text, begins):
        return False
    has_day = bool(_HAS_DAY.search(upn))
    if is_whole and not (has_day or before.isdigit() or after.isalnum()):
        return True
    return upn_check(upn).is_usable and (is_whole or not has_day)


def _is_of_a_hash(text: str, at: int) -> bool:
    """Whether the word that there is a letter of is a hash."""
    word = next(word[0] for word in _WORD.finditer(text) if word.start() <= at < word.end())
    return len(word) in _HASHES and bool(_HASH.fullmatch(word))


def upns_in(text: str) -> list[str]:
    """What is spelt as a UPN in a record, and stands by itself: in capitals, each once, in the order they come."""
    return list(dict.fromkeys(found.upper() for found in _BY_ITSELF.findall(text)))


class UpnCheck(StrEnum):
    """What can be said of a UPN without knowing whose it is."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG_CHECK_LETTER = "wrong check letter"

    @property
    def is_usable(self) -> bool:
        return self in (UpnCheck.PERMANENT, UpnCheck.TEMPORARY)


def upn_check(upn: str | None) -> UpnCheck:
    if not upn:
        return UpnCheck.MISSING
    if not _UPN.fullmatch(upn):
        return UpnCheck.MALFORMED
    if upn[0] != check_letter(upn[1:]):
        return UpnCheck.WRONG_CHECK_LETTER
    return UpnCheck.PERMANENT if upn[-1].isdigit() else UpnCheck.TEMPORARY


def check_letter(rest: str) -> str:
    """The first letter of the UPN whose other twelve characters are `rest`."""
    values = (int(char) if char.isdigit() else UPN_LETTERS.index(char) for char in rest)
    return UPN_LETTERS[sum(weight * value for weight, value in enumerate(values, start=2)) % 23]


def upn_authority(upn: str) -> int:
    """The number of the local authority that gave out a well-formed UPN."""
    return int(upn[1:4])


def link_code(one: str, other: str, *, letters: int = 8) -> str:
    """Letters and digits a person can type, that name a pair of records: the same whichever is told first."""
    digest = hashlib.sha256("|".join(sorted((one, other))).encode()).digest()
    return base64.b32encode(digest)[:letters].decode().lower()


def laestab(authority: int, establishment: int) -> int:
    """Seven digits: the authority's three and the establishment's four."""
    return authority * 10_000 + establishment


LOCAL_AUTHORITIES = frozenset(
    [
        *range(201, 214), *range(301, 321), 330, *range(331, 337), *range(340, 345), *range(350, 360),
        *range(370, 374), *range(380, 385), *range(390, 395), 420, *range(800, 804), *range(805, 809), 810, 811, 812, 813,
        815, 816, *range(820, 827), *range(830, 832), *range(835, 842), *range(845, 847), *range(850, 853),
        *range(855, 858), *range(860, 862), *range(865, 887), *range(887, 897), *range(901, 903), 908, 909, 910,
        911, 912, *range(915, 939), *range(940, 944),
    ]
)  # fmt: skip
"""Three-digit numbers of English authorities, past and present, that a UPN may carry. An unknown one is only noted:
lists of these fall behind, and a child's number outlives the council that gave it."""
