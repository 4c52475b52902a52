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

_UPN_IN_TEXT = re.compile(rf"(?<![A-Z0-9]){_UPN.pattern}(?![A-Z0-9])", re.IGNORECASE)

UPN_LEFT_OUT = "UPN left out"


def without_upns(text: str) -> str:
    """For whatever is told of a file by its name, or said again of what somebody typed: a child's number goes no further."""
    return _UPN_IN_TEXT.sub(f"({UPN_LEFT_OUT})", text)


def upns_in(text: str) -> list[str]:
    """What is spelt as a UPN in a text, in capitals, each once, in the order they come."""
    return list(dict.fromkeys(found.upper() for found in _UPN_IN_TEXT.findall(text)))


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
