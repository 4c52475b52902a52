"""A made-up authority's extracts rewritten as other systems export them: the same facts, in another spelling.

To add a spelling, add its function here and its name in `vocabulary.spellings`: the command line offers it, and the round
trip through it is tested.
"""

from collections.abc import Callable
from pathlib import Path

from . import ctf, respelt_marks
from .census_xml import census_xml

Respelling = Callable[[Path], None]
"""Rewrites the extracts of one folder, and adds the tables that go with them. The same extracts give the same bytes."""


def _as_they_are(folder: Path) -> None:
    """Nothing is rewritten."""


MARKS_AS: dict[str, Respelling] = {
    "plain": _as_they_are,
    "renamed": respelt_marks.renamed,
    "arbor": respelt_marks.arbor,
    "bromcom": respelt_marks.bromcom,
    "wonde": respelt_marks.wonde,
    "sims": respelt_marks.sims,
}

CENSUS_AS: dict[str, Respelling] = {"collect": _as_they_are, "xml": census_xml}


TRANSFERRED_AS: dict[str, Respelling] = {"ctf": ctf.ctf, "ctf of one character": ctf.ctf_of_one_character}
"""Marks as common transfer files have them. They tell of pupils' years at schools before, and are no school's registers: so no
authority is written in them, and a round trip through them keeps what is known of pupils alone."""


def respell(folder: Path, *, marks_as: str, census_as: str) -> None:
    """Rewrite the extracts of `folder` and those of the year before in `folder`/history."""
    for one in (folder, folder / "history"):
        MARKS_AS[marks_as](one)
        CENSUS_AS[census_as](one)


def check_spellings(*, marks_as: str, census_as: str) -> None:
    """Raises ValueError, naming those there are, where a spelling is none of them."""
    for asked, known in ((marks_as, MARKS_AS), (census_as, CENSUS_AS)):
        if asked not in known:
            raise ValueError(f"{asked} is no spelling: there are {', '.join(known)}.")
