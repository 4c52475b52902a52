"""The book that lists and worklists are written in: XlsxWriter's own, byte for byte, written with fewer steps a cell.

A night writes hundreds of workbooks that say much the same. What all share is made once: how each format is told, what a cell may
hold, and every text as XML. A sheet takes text, numbers, blanks and merged cells, and no more: no formula, link or picture.
"""

import re
from collections.abc import Callable, Iterable
from copy import copy
from functools import cache
from io import BytesIO, StringIO
from itertools import chain
from math import isfinite

from xlsxwriter import Workbook
from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet
from xlsxwriter.xmlwriter import XMLwriter

from .workbook_zip import zipped

_LONGEST = 32_767  # letters that Excel takes in a cell, of which it counts some twice
MOST_LETTERS = _LONGEST // 2
"""Of one cell, certain to be within Excel's limit however many of them it counts twice."""


class Leaf(Worksheet):
    """A sheet of a `Book`. A cell is kept as its XML after the style, and its format: which number a style has is known only once
    all cells before it are written."""

    def __init__(self):
        super().__init__()
        self.table: dict[int, dict[int, tuple[str, Format | None]]] = {}
        self._heights: dict[int, int] = {}
        self._held: list[str] = []
        self.styles: dict[Format | None, str] = {}  # of the whole book
        self.runs: dict[Format, str] = {}

    # ---- taken down

    def _put(self, row: int, column: int, told: str, form: Format | None) -> None:
        cells = self.table.get(row)
        if cells is None:
            cells = self.table[row] = {}
        cells[column] = told, form

    def _text(self, text: str) -> str:
        strings = self.str_table
        at = strings.string_table.setdefault(text, strings.unique_count)
        strings.count += 1
        if at == strings.unique_count:
            strings.unique_count += 1
        return f' t="s"><v>{at}</v></c>'

    def write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> None:
        told = self._text(string if len(string) <= MOST_LETTERS else _cut(string)), cell_format
        if row in self.table:
            self.table[row][col] = told
        else:
            self.table[row] = {col: told}

    def write_number(self, row: int, col: int, number: float, cell_format: Format | None = None) -> None:
        if not isfinite(number):
            raise TypeError(f"A cell holds no number such as {number}.")
        self._put(row, col, f"><v>{number:.16G}</v></c>", cell_format)

    def write_blank(self, row: int, col: int, blank: None, cell_format: Format) -> None:
        self._put(row, col, "/>", cell_format)

    def write_rich_string(self, row: int, col: int, *args: str | Format) -> None:
        """Text in parts, each after the format of its letters, and last the cell's own. Of an empty part, or of more letters than it
        takes, Excel would say that the workbook is damaged: such a cell is left as it is."""
        forms, texts = args[:-1:2], args[1:-1:2]
        if not all(texts) or _is_too_long("".join(texts)):
            return
        told = "".join(f"{self._run(form)}{_told(text)}</r>" for form, text in zip(forms, texts, strict=True))
        self._put(row, col, self._text(told), args[-1])

    def _run(self, form: Format) -> str:
        if form not in self.runs:
            self.rstring = XMLwriter()
            self.rstring._set_filehandle(StringIO())
            self._write_font(form)
            self.runs[form] = f"<r>{self.rstring.fh.getvalue()}"
        return self.runs[form]

    def put_over(self, row: int, columns: tuple[int, int], text: str, form: Format) -> None:
        """Text in the first of several cells of one row, merged."""
        first, last = columns
        for column in range(first, last + 1):
            if (row, column) in self.merged_cells:
                raise OverlappingRange(f"Two merged ranges share the cell in row {row} and column {column}.")
            self.merged_cells[row, column] = True
            self._put(row, column, "/>", form)
        self.merge.append([row, first, row, last])
        self.write_string(row, first, text, form)

    def set_row(self, row: int, height: float) -> None:
        if self.dim_colmin is None and not self.table:
            self._check_dimensions(row, 0)
        self._heights[row] = int(height * 4.0 / 3.0 + 0.5)

    def hold_to(self, row: int, column: int, rule: tuple[str, str]) -> None:
        """Let a cell hold only what a rule allows: see `rule_of`."""
        self._held.append(f'{rule[0]}sqref="{_letters(column)}{row + 1}"{rule[1]}')

    # ---- written

    def _assemble_xml_file(self) -> None:
        rows = [*self.table, *self._heights]
        columns = set(chain.from_iterable(self.table.values()))
        for row in {min(rows), max(rows)} if rows else ():
            self._check_dimensions(row, 0, ignore_col=True)
        for column in {min(columns), max(columns)} if columns else ():
            self._check_dimensions(0, column, ignore_row=True)
        super()._assemble_xml_file()

    def _write_rows(self) -> None:
        spans, nothing = self._spans(), {}
        letters, styles = _letters, self.styles
        told = []
        for row in sorted({*self.table, *self._heights}):
            cells, number = self.table.get(row, nothing), row + 1
            told.append(f"<row {self._row(row, spans.get(row // 16))}{'>' if cells else '/>'}")
            for column in sorted(cells):
                after, form = cells[column]
                style = styles.get(form)
                if style is None:
                    style = styles[form] = f' s="{form._get_xf_index()}"' if form else ""
                told.append(f'<c r="{letters(column)}{number}"{style}{after}')
            if cells:
                told.append("</row>")
        self.fh.write("".join(told))

    def _row(self, row: int, span: str | None) -> str:
        pixels = self._heights.get(row, self.original_row_height)
        spans = f' spans="{span}"' if span else ""
        tall = f' ht="{pixels * 0.75:.16g}" customHeight="1"' if pixels != self.original_row_height else ""
        return f'r="{row + 1}"{spans}{tall}'

    def _spans(self) -> dict[int, str]:
        """By sixteen rows, the first and the last column that holds anything."""
        found: dict[int, set[int]] = {}
        for row, cells in self.table.items():
            found.setdefault(row // 16, set()).update(cells)
        return {block: f"{min(columns) + 1}:{max(columns) + 1}" for block, columns in found.items()}

    def _write_merge_cells(self) -> None:
        if self.merge:
            merged = "".join(
                f'<mergeCell ref="{_letters(first)}{row + 1}:{_letters(last)}{row + 1}"/>'
                for row, first, _, last in self.merge
            )
            self.fh.write(f'<mergeCells count="{len(self.merge)}">{merged}</mergeCells>')

    def _write_data_validations(self) -> None:
        if self._held:
            held = "".join(self._held)
            self.fh.write(f'<dataValidations count="{len(self._held)}">{held}</dataValidations>')


class Book(Workbook):
    """A workbook of such sheets, made in memory: once closed, `parts` are what it is made of, each a name and a text, and `content` its
    bytes."""

    parts: tuple[tuple[str, str], ...] = ()
    _made: tuple[Format, ...] | None = None

    def __init__(self, options: dict):
        self._asked = repr(options)
        super().__init__(BytesIO(), {"in_memory": True, **options})
        self._styles: dict[Format | None, str] = {}
        self._runs: dict[Format, str] = {}
        self._made = ()

    def add_worksheet(self, name: str) -> Leaf:
        leaf = super().add_worksheet(name, Leaf)
        leaf.styles, leaf.runs = self._styles, self._runs
        return leaf

    def add_format(self, properties: dict | None = None) -> Format:
        """XlsxWriter's own alone, with which it begins: styles told before, see `styled`, are those of `add_forms`."""
        if self._made is not None:
            raise TypeError("A book takes formats of forms_of, by add_forms.")
        return super().add_format(properties)

    def add_forms(self, made: tuple[Format, ...]) -> list[Format]:
        """Formats of this book, like those `made` before for any: see `forms_of`."""
        self._made, forms = (*self._made, *made), [copy(form) for form in made]
        for form in forms:
            form.xf_format_indices, form.dxf_format_indices = self.xf_format_indices, self.dxf_format_indices
        self.formats += forms
        return forms

    @property
    def content(self) -> bytes:
        return zipped(self.parts)

    @property
    def styled(self) -> tuple:
        """What the part that tells styles says: the font and which formats there are, and in which order cells first have them."""
        return self._asked, self._made, tuple(form.xf_index for form in self.formats)

    def _prepare_format_properties(self) -> None:
        if self.styled not in _STYLES:
            super()._prepare_format_properties()

    def _get_packager(self) -> Packager:
        return _Pack()


_STYLES: dict[tuple, str] = {}
_KINDS_OF_PARTS: dict[tuple[int, bool], str] = {}
"""Parts that many workbooks have alike, as they were first made."""
_MOST_KEPT = 200
"""Of each kind: where one process makes more, all are let go and made anew."""


def forms_of(looks: Iterable[dict], font: dict) -> tuple[Format, ...]:
    """Formats of no book yet, in this font unless they say otherwise. Each knows already what sets it apart from others."""
    book = Workbook(BytesIO(), {"default_format_properties": dict(font)})
    forms = tuple(book.add_format(look) for look in looks)
    for form in forms:
        form._get_format_key()
    return forms


class _Pack(Packager):
    """The parts of a workbook. It leaves nothing for XlsxWriter to zip."""

    def _create_package(self) -> list:
        parts = super()._create_package()
        self.workbook.parts = tuple((name, held.getvalue()) for held, name, _ in parts)
        return []

    def _as_before(self, name: str, key: tuple, kept: dict[tuple, str], write: Callable[[], None]) -> None:
        """The part `name` as it was made before for a workbook that is alike in what it tells, or else made now."""
        if key in kept:
            self._filename(name).write(kept[key])
        else:
            write()
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[key] = self.filenames[-1][0].getvalue()

    def _write_styles_file(self) -> None:
        self._as_before("xl/styles.xml", self.workbook.styled, _STYLES, super()._write_styles_file)

    def _write_content_types_file(self) -> None:
        key = len(self.workbook.worksheets()), bool(self.workbook.str_table.count)
        self._as_before("[Content_Types].xml", key, _KINDS_OF_PARTS, super()._write_content_types_file)

    def _write_shared_strings_file(self) -> None:
        strings = self.workbook.str_table
        if not strings.count:
            return
        part = SharedStrings()
        part.string_table = strings
        part._set_xml_writer(self._filename("xl/sharedStrings.xml"))
        part._xml_declaration()
        part._write_sst()
        part.fh.write("".join(map(_shared, strings.string_array)))
        part._xml_end_tag("sst")


def rule_of(options: dict) -> tuple[str, str]:
    """What XlsxWriter writes of a rule that a cell is held to, before and after it says which cell."""
    sheet = Workbook(BytesIO()).add_worksheet()
    sheet.data_validation(0, 0, 0, 0, options)
    sheet._set_filehandle(StringIO())
    sheet._write_data_validation(sheet.validations[0])
    before, _, after = sheet.fh.getvalue().partition('sqref="A1"')
    return before, after


@cache
def _letters(column: int) -> str:
    return xl_col_to_name(column)


# ---- text as XML


_PLAIN = re.compile(r"[^&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]*")
_XML = SharedStrings()


def _shared(text: str) -> str:
    """One of the texts that cells refer to. As XlsxWriter takes it, text in parts is what begins and ends as such."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f"<si>{_XML._escape_control_characters(text)}</si>"
    return f"<si>{_told(text)}</si>"


def _told(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        text = _XML._escape_control_characters(_XML._escape_data(text))
    return f'<t xml:space="preserve">{text}</t>' if text[:1].isspace() or text[-1:].isspace() else f"<t>{text}</t>"


def _cut(text: str) -> str:
    """As many letters as Excel takes."""
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")


def _is_too_long(text: str) -> bool:
    return len(text) > MOST_LETTERS and len(text.encode("utf-16-le")) > 2 * _LONGEST
