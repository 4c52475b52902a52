"""Text from outside as people may be shown it: what a terminal would obey, or what shows what is not there, is a question mark.

Which those are `vocabulary.unseen` says; bytes of a name that are no letter in any encoding are among them here.
"""

import re

from pipeline.vocabulary.unseen import OF_LINES, UNSEEN

_NO_LETTERS = r"\ud800-\udfff"
_IN_NAMES = re.compile(f"[{UNSEEN}{OF_LINES}{_NO_LETTERS}]")
_IN_SENTENCES = re.compile(f"[{UNSEEN}{_NO_LETTERS}]")


def plain_name(name: str) -> str:
    """On one line."""
    return _IN_NAMES.sub("?", name)


def plain(said: str) -> str:
    """A sentence or several, whose own lines stay."""
    return _IN_SENTENCES.sub("?", said)
