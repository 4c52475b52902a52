"""What goes back to whoever returned a list: the rows that were refused, by name, or why none of it was read.

It holds names, and only those of the sender's own list: readable by its owner alone, in a folder of its own.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pipeline.vocabulary.made_up import MADE_UP

from . import trail
from .settings import Home
from .workbooks import put_in_place
from .worklist import Sheet, workbook

FOLDER = "returned"
_SAYS = (
    "These rows were not taken, each for the reason beside it; the others were. Put them right in your copy of the list, or in a fresh "
    "one, and give it back again."
)
_COLUMNS = (("Sheet", 170), ("Row", 70), ("Pupil", 260), ("Why it was not taken, and what to do", 700))


def send_back_rows(
    home: Home, urn: int, list_as_of: date, key: str, rows: Iterable[tuple[str, int, str, str]], *, known_on: date
) -> Path:
    """Write outbox/returned/<urn> <day> <key>.xlsx, whole or not at all: a sheet, row number, name and sentence a row."""
    told = tuple((sheet, str(number), name, sentence) for sheet, number, name, sentence in rows)
    path = _folder(home) / f"{urn} {list_as_of} {key[:8]}.xlsx"
    _on_record(home, urn, list_as_of, key)
    title = f"Not taken of the list of {list_as_of:%d/%m/%Y}, school {urn}"
    put_in_place(workbook(home, title, (Sheet("Not taken", _SAYS, _COLUMNS, told),), as_of=known_on), path)
    return path


def send_back_why(home: Home, urn: int | None, list_as_of: date | None, key: str, why: str) -> Path:
    """Write why none of a workbook was read, by its school and day where those could be told."""
    of = f"{urn} {list_as_of} " if urn and list_as_of else ""
    path = _folder(home) / f"{of}{key[:8]}.txt"
    made_up = f"{MADE_UP}\n" if home.settings.demo else ""
    _on_record(home, urn, list_as_of, key)
    put_in_place(f"{why}\n{made_up}".encode(), path)
    return path


def _on_record(home: Home, urn: int | None, list_as_of: date | None, key: str) -> None:
    trail.record(home, trail.RETURNED, **scope(urn, list_as_of, key))


def scope(urn: int | None, list_as_of: date | None, key: str) -> trail.Scope:
    """Of which list it is, and by the beginning of its hash which file: what a sender calls a file may be a child's name."""
    return {"day": list_as_of and list_as_of.isoformat(), "school": urn, "key": key[:8]}


def _folder(home: Home) -> Path:
    folder = home.outbox / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
