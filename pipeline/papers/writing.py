"""All papers of a home, written into a folder of their own: each as a page for a word processor, and as Markdown."""

import os
import shutil
from datetime import date
from pathlib import Path

from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home

from .blocks import Paper, as_html, as_markdown
from .impact import impact
from .notice import for_schools, privacy_notice
from .policy import policy
from .sharing import sharing
from .told import told_of

PAPERS = (impact, policy, sharing, privacy_notice, for_schools)


def papers(home: Home, *, on: date) -> list[Paper]:
    """The papers as they are to be written on a day."""
    told = told_of(home, on=on)
    return [write(told) for write in PAPERS]


def write_papers(home: Home, to: Path, *, on: date) -> list[Paper]:
    """Write all of them into the folder `to`, whole or not at all.

    Raises Refused where there is anything in it: a paper that somebody has begun to fill in is never written over.
    """
    to = Path(os.path.normpath(to.absolute()))
    if to.is_symlink() or (to.exists() and not (to.is_dir() and not any(to.iterdir()))):
        raise Refused(
            f"{to} is not an empty folder, and papers that are there may have been filled in: give another folder."
        )
    if not to.parent.is_dir():
        raise Refused(f"{to} cannot be made, for there is no folder {to.parent}: make it first.")
    written = papers(home, on=on)
    unfinished = to.with_name(f".{to.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # of one that was killed
    unfinished.mkdir(mode=0o700)
    for one in written:
        (unfinished / f"{one.file}.html").write_text(as_html(one), encoding="utf-8")
        (unfinished / f"{one.file}.md").write_text(as_markdown(one), encoding="utf-8")
    unfinished.replace(to)
    return written
