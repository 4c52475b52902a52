"""One workbook per school: the pupils worth a look, why, and room for what a person finds out and decides.

The workbook holds children's names. It is made in memory, so no loose copy is left in a temporary folder, and it is
readable by its owner alone from its first byte.
"""

import fcntl
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path

from pipeline.vocabulary.feedback import DECISIONS

from .seals import Seals
from .workbook_about import ABOUT, write_about
from .workbook_book import Book
from .workbook_contents import HistoryNeeded, ListedPupil, ReviewList
from .workbook_list import GROUPS, NAME, write_list_sheet
from .workbook_pages import (
    COUNTED,
    FOR_RETURN,
    NEW_OR_MOVED,
    write_counted,
    write_for_return,
    write_new_or_moved,
)
from .workbook_paper import CONFIDENTIAL, FONT, formats
from .workbook_review import BEING_LOOKED_INTO, TO_PUT_RIGHT, write_looked_into, write_to_put_right
from .workbook_rows import KINDS_OFF
from .workbook_zip import zipped

__all__ = ("DECISIONS", "HistoryNeeded", "ListedPupil", "ReviewList", "parts_of", "write_parts")

# Belt and braces: nothing here calls `write`, which is what these govern.
TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


Parts = tuple[tuple[str, str], ...]
"""What a workbook is made of, each a name and a text."""


def parts_of(listed: ReviewList, seals: Seals) -> Parts:
    """One school's workbook, made and not yet zipped.

    `seals` are of the home's pseudonym key. The same list gives the same bytes. Raises ValueError where there are more
    pupils than places, or a pupil stands in no section, twice, or nowhere: such a list was made wrongly, and no part of it
    is to be handed out.
    """
    _check(listed)
    font = dict(FONT)  # XlsxWriter writes in it, and a second workbook would come out otherwise than the first
    with Book({"default_format_properties": font, **TEXT_IS_TEXT}) as book:
        book.set_properties(
            {
                "title": "Pupils worth a look",
                "author": listed.issued_by,
                "comments": CONFIDENTIAL,
                "created": datetime.combine(listed.as_of, time(), UTC),
            }
        )
        _fill(book, listed, seals)
    return book.parts


def write_parts(parts: Parts, path: Path) -> None:
    """Zip a workbook and write it to `path`, whole or not at all, with mode 0600; its folder must be there."""
    put_in_place(zipped(parts), path)


def _check(listed: ReviewList) -> None:
    if len(listed.rows) > listed.places:
        raise ValueError(f"school {listed.urn}: {len(listed.rows)} pupils listed for {listed.places} places")
    if any(pupil.section not in ("main", "sixth_form") for pupil in listed.rows):
        raise ValueError(f"school {listed.urn}: a listed pupil is in neither the main section nor the sixth form")
    if len({pupil.pupil_id for pupil in listed.rows}) < len(listed.rows):
        raise ValueError(f"school {listed.urn}: a pupil is listed twice")
    if any(pupil.change not in _CHANGES for pupil in listed.rows):
        raise ValueError(
            f"school {listed.urn}: a listed pupil is none of {', '.join(_CHANGES)}, and would not be shown"
        )
    if listed.before is None and any(pupil.change != "new" for pupil in listed.rows):
        raise ValueError(f"school {listed.urn}: a pupil is as on the list before, and there was none")
    if any(one.kind not in KINDS_OFF for one in listed.off_list):
        raise ValueError(f"school {listed.urn}: a pupil is off the list in a way that has no words")


_CHANGES = (*GROUPS, "unchanged")


def _fill(book: Book, listed: ReviewList, seals: Seals) -> None:
    forms = formats(book)
    names = (NAME, BEING_LOOKED_INTO, TO_PUT_RIGHT, NEW_OR_MOVED, COUNTED, ABOUT, FOR_RETURN)
    sheets = {name: book.add_worksheet(name) for name in names}
    weeks_at = write_for_return(sheets[FOR_RETURN], listed, forms, seals)
    write_list_sheet(sheets[NAME], listed, weeks_at, forms, seals)
    write_looked_into(sheets[BEING_LOOKED_INTO], listed, forms, seals)
    write_to_put_right(sheets[TO_PUT_RIGHT], listed, forms)
    write_new_or_moved(sheets[NEW_OR_MOVED], listed, forms)
    write_counted(sheets[COUNTED], listed, forms)
    write_about(sheets[ABOUT], listed, forms)
    sheets[NAME].activate()


def put_in_place(content: bytes, path: Path) -> None:
    """`mkstemp` makes its file with mode 0600, and the swap keeps it: at no moment can another account read a name.

    What a killed process left of this file half written goes first; what one at work is writing is held by it, and stays.
    """
    begins = f".{path.name}."
    _clear_left(path.parent, begins)
    handle, half_written = tempfile.mkstemp(dir=path.parent, prefix=begins, suffix=_HALF_WRITTEN)
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):  # where files cannot be held, nobody else writes this one meanwhile
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(half_written).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(half_written).unlink()
        raise


_HALF_WRITTEN = ".part"


def _clear_left(folder: Path, begins: str) -> None:
    left = [path for path in folder.iterdir() if path.name.startswith(begins) and path.name.endswith(_HALF_WRITTEN)]
    for path in left:
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
