"""Whether a record names a child: by whole fields, or in a sentence by whole words. "Li, An" is not in "Collins, Joanna"."""

import re
import unicodedata
from collections.abc import Iterator

_CELLS = re.compile(r"[\t\n\r;|\"<>{}\[\]()=]|,(?! )")
"""What stands between the fields of a row. A comma with a space after it may be one within a sentence, or within a name told whole."""
_WORDS = re.compile(r"[\s,]+")
_OF_SOMEBODY = re.compile(r"['\u2019]s$")
_LONGEST = 6
"""Words that one name may have."""


def plain(text: str) -> str:
    """Without capitals and accents, so that however a name is typed it reads alike."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))


def letters(name: str) -> str:
    """A name as it is compared: as `identity.FOLDED` has it, of letters alone."""
    folded = plain(name)
    return folded if folded.isalpha() else "".join(one for one in folded if one.isalpha())


def is_named(record: str, surname: str, forename: str) -> bool:
    """Whether a record, plain, has a field that is the surname and one that is the forename; or one field with both as whole words."""
    cells = _CELLS.split(record)
    whole = {letters(part) for cell in cells for part in cell.split(", ")}
    if surname in whole and forename in whole:
        return True
    return any(_has_both(cell, surname, forename) for cell in cells)


def _has_both(cell: str, surname: str, forename: str) -> bool:
    if len(cell) < len(surname) + len(forename):
        return False
    words = [word for word in _WORDS.split(cell) if word]
    firsts = [*_at(words, forename)]
    return any(until <= begin or end <= since for since, until in _at(words, surname) for begin, end in firsts)


def _at(words: list[str], name: str) -> Iterator[tuple[int, int]]:
    """Where a name stands among words: from which of them until before which."""
    for begin in range(len(words)):
        said = ""
        for end in range(begin, min(begin + _LONGEST, len(words))):
            said += letters(words[end])
            if name in (said, said.removesuffix("s") if _OF_SOMEBODY.search(words[end]) else said):
                yield begin, end + 1
            if len(said) > len(name) + 1:
                break
