"""The parts of an XLSX workbook: whether an archive is one, and which of its sheets somebody sees."""

import posixpath
import zipfile
from xml.etree import ElementTree

from .bounds import MOST_MEMBERS
from .errors import Refused

LONGEST_LIST = 1_000_000
"""Bytes of a part that names sheets or where they are."""

_OF_DOCUMENTS = {"mimetype", "[Content_Types].xml"}
_LIST, _PLACES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def is_workbook(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether an archive is one. Raises Refused where it is a document of another kind: OpenDocument, or a letter."""
    if _LIST in archive.NameToInfo:
        return True
    if _OF_DOCUMENTS & archive.NameToInfo.keys():
        raise Refused(f"{name} is a document of another kind: save it as .xlsx, or deliver it as CSV.")
    return False


def sheets_seen(archive: zipfile.ZipFile, book: str) -> dict[str, str]:
    """The part of each sheet a person who opens the workbook sees, by the sheet's name, in order."""
    return {name: part for name, part, is_seen in _sheets(archive, book)[0] if is_seen}


def every_sheet(archive: zipfile.ZipFile, book: str) -> tuple[dict[str, str], dict[str, str]]:
    """The part of each sheet, hidden or not, by the sheet's name, in order; and what the workbook says of itself."""
    sheets, properties = _sheets(archive, book)
    return {name: part for name, part, _ in sheets}, properties


def _sheets(archive: zipfile.ZipFile, book: str) -> tuple[list[tuple[str, str, bool]], dict[str, str]]:
    place_of = {one.get("Id"): one.get("Target", "") for one in _elements(archive, _PLACES, book)}
    found, properties = [], {}
    for one in _elements(archive, _LIST, book):
        if _local(one.tag) == "workbookPr":
            properties = dict(one.items())
        if _local(one.tag) == "sheet" and one.get("name"):
            ids = (value for name, value in one.items() if _local(name) == "id")
            part = posixpath.normpath(posixpath.join("/xl", place_of.get(next(ids, ""), "")))[1:]
            found.append((one.get("name"), part, one.get("state", "visible") == "visible"))
    if len(found) > MOST_MEMBERS:
        raise Refused(f"{book} has over {MOST_MEMBERS:,} sheets: deliver it in several workbooks.")
    return found, properties


def _elements(archive: zipfile.ZipFile, part: str, book: str) -> list[ElementTree.Element]:
    try:
        with archive.open(part) as file:
            text = file.read(LONGEST_LIST + 1)
        if len(text) <= LONGEST_LIST and not declares(text):
            return list(ElementTree.fromstring(text).iter())
    except Exception:  # whatever a damaged archive makes its reader raise
        pass
    raise damaged(book)


def declares(text: bytes) -> bool:
    """Whether a part might declare a document type: it does, or it is in an encoding in which that could not be seen."""
    return b"<!DOCTYPE" in text or b"\0" in text or text.startswith((b"\xfe\xff", b"\xff\xfe"))


def damaged(book: str) -> Refused:
    return Refused(f"{book} is a workbook that cannot be opened: save it again, or deliver it as CSV.")


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]
