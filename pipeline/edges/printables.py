"""One PDF per school: a page for each pupil worth a look, to take to the meeting and write on.

Tagged for screen readers (PDF/UA-1), in typst's own typefaces alone, and dated the day of the list: the same data gives
the same bytes on every machine. It holds children's names, so it is made in memory and put in place whole.
"""

import json
import re
import threading
from datetime import UTC, datetime, time
from pathlib import Path
from types import ModuleType

from .errors import Refused
from .printable_contents import NOT_SHORT, Page, told
from .workbook_contents import ReviewList
from .workbooks import put_in_place

_TEMPLATE = Path(__file__).parents[1] / "templates" / "printable.typ"
_STANDARD = "ua-1"
_NO_SHAPE = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_UNICODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_IN_ITS_PLACE = "□"
_MOST_TRIES = 50

NOT_PRINTED = f"{_IN_ITS_PLACE} stands for a letter that cannot be printed here: the list has it, at the same place."
"""A typeface of the machine's own might have the letter, and another machine's would not: the same data must print the same."""


def typst() -> ModuleType:
    """The package that sets pages. Raises Refused where it is not installed: nothing else needs it."""
    try:
        import typst as found
    except ImportError:
        raise Refused("No printable can be made, for the package typst is not installed: run `make setup`.") from None
    return found


def write_printable(listed: ReviewList, pages: tuple[Page, ...], path: Path) -> None:
    """Write the pages of one school to `path`, whole or not at all, with mode 0600; its folder must be there.

    Raises Refused where they cannot be laid out; it names the school and nothing of a pupil.
    """
    put_in_place(printable(listed, pages), path)


def printable(listed: ReviewList, pages: tuple[Page, ...]) -> bytes:
    """The PDF. A letter no typeface has a shape for is printed as a sign, and the page says so."""
    text = _text_of(listed, pages)
    day = datetime.combine(listed.as_of, time(), UTC)
    for _ in range(_MOST_TRIES):
        try:
            return _compiled(text, format="pdf", pdf_standards=_STANDARD, timestamp=int(day.timestamp()))
        except typst().TypstError as fault:
            is_short = NOT_SHORT not in fault.diagnostic
            without = _put_signs(text, _without_shape(fault.diagnostic)) if is_short else _measured(text)
        if without == text:
            break
        text = without
    raise _unfit(listed)


def pictures(listed: ReviewList, pages: tuple[Page, ...], *, ppi: float = 144) -> list[bytes]:
    """The same pages as PNG, one picture a page: to look at, and for pages about pages."""
    text = _measured(_text_of(listed, pages))
    made = _compiled(text, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _text_of(listed: ReviewList, pages: tuple[Page, ...]) -> str:
    return json.dumps(told(listed, pages), ensure_ascii=False)


def _measured(text: str) -> str:
    """The JSON with every page to be measured: none is taken for short."""
    held = json.loads(text)
    for pupil in held["pupils"]:
        pupil["is_short"] = False
    return json.dumps(held, ensure_ascii=False)


_OWN = threading.local()


def _compiled(text: str, **how):
    """One compiler a thread, for all schools: the typefaces are read once."""
    if not hasattr(_OWN, "compiler"):
        _OWN.compiler = typst().Compiler(root=_TEMPLATE.parent, ignore_system_fonts=True)
    return _OWN.compiler.compile(input=_TEMPLATE.read_bytes(), sys_inputs={"told": text}, **how)


def _without_shape(diagnostic: str) -> set[str]:
    """Letters the error names. It is read and never printed: it may hold a child's name."""
    return {letter for quoted in _NO_SHAPE.findall(diagnostic) for letter in _unquoted(quoted)}


def _unquoted(quoted: str) -> str:
    plain = _UNICODE.sub(lambda found: chr(int(found[1], 16)), quoted[1:-1])
    return plain.replace('\\"', '"').replace("\\\\", "\\")


def _put_signs(text: str, letters: set[str]) -> str:
    """The JSON with a sign in the place of each of `letters`, and on each page that has one, words for it."""
    signs = str.maketrans(dict.fromkeys(letters, _IN_ITS_PLACE))
    held = json.loads(text.translate(signs))
    for pupil in held["pupils"]:
        if _IN_ITS_PLACE in json.dumps(pupil, ensure_ascii=False):
            pupil["not_printed"] = NOT_PRINTED
    return json.dumps(held, ensure_ascii=False)


def _unfit(listed: ReviewList) -> Refused:
    return Refused(f"The printable of school {listed.urn} could not be laid out: its list is whole, so use that.")
