"""Text from outside as people may be shown it: what a terminal would obey, or what shows what is not there, is a question mark.

Control characters move a cursor, set a title or end a line of a log; marks of direction turn a name around; letters without
width make two names look like one.
"""

import re

_OBEYED = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
_IN_NAMES = re.compile(rf"[{_OBEYED}\t\n]")
_IN_SENTENCES = re.compile(rf"[{_OBEYED}]")


def plain_name(name: str) -> str:
    """On one line."""
    return _IN_NAMES.sub("?", name)


def plain(said: str) -> str:
    """A sentence or several, whose own lines stay."""
    return _IN_SENTENCES.sub("?", said)
