"""Workbooks: each sheet that somebody sees and that has something in it is a table, read as the cells show it."""

import io
import zipfile
from datetime import date, datetime
from itertools import pairwise

import pytest
import xlsxwriter

from pipeline.edges import archives, bounds, containers, inbox, reading, sheets, workbook_measure
from pipeline.edges.settings import make_home
from pipeline.edges.workbook_measure import column_number

from .sent import MARKS, gzipped, names, recognised, refusal, rows, supplier, zipped

__all__ = ["supplier"]

READ = [(2, "100001", "B801200005001", "2025-09-08", "AM", "/")]


def workbook(**sheets: list[list]) -> bytes:
    """A workbook as XlsxWriter writes it: cells of whatever kind their values are of."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"default_date_format": "dd/mm/yyyy"})
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(cells):
            for place, cell in enumerate(row):
                (sheet.write_string if isinstance(cell, str) else sheet.write)(at, place, cell)
    book.close()
    return written.getvalue()


def table(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(*sheets: str, names: str = "ABCDEFGH", state: str = "", parts: dict[str, str] | None = None) -> bytes:
    """A workbook written by hand: each sheet is the XML within its element."""
    listed = "".join(
        f'<sheet name="{names[at]}" sheetId="{at + 1}" {state} r:id="r{at}"/>' for at in range(len(sheets))
    )
    placed = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(len(sheets))
    )
    spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    told = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="b" Type="{_RELATION}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spreadsheet}" xmlns:r="{_RELATION}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{placed}</Relationships>',
    }
    told |= {
        f"xl/worksheets/sheet{at}.xml": f'<worksheet xmlns="{spreadsheet}">{sheet}</worksheet>'
        for at, sheet in enumerate(sheets)
    }
    return zipped(*(told | (parts or {})).items())


def cells(*places: str) -> str:
    """Cells in these places, each holding its own."""
    return "<sheetData>" + "".join(f'<row><c r="{at}" t="str"><v>{at}</v></c></row>' for at in places) + "</sheetData>"


# What is a table


def test_each_sheet_with_something_in_it_is_a_table_by_its_own_name(supplier):
    book = workbook(Marks=table(MARKS), Sheet2=[], Schools=[["URN"], [100001]], Sheet4=[])
    marks, schools = supplier.sends_all(book, "book.xlsx")
    assert names([marks, schools]) == ["book.xlsx/Marks", "book.xlsx/Schools"]
    assert recognised(marks).name == "attendance_marks"
    assert rows(marks) == READ
    assert rows(schools) == [(2, "100001")]


def test_a_sheet_is_told_of_by_its_number_where_its_name_is_of_no_words_that_name_feeds(supplier):
    """Some have a sheet for each pupil; two that differ in what is left out stay two."""
    told = {"School 1": table(MARKS), "Amira Khan": table(MARKS), "Empty": [], "A890200018001": table(MARKS), "Marks Okafor": table(MARKS)}  # fmt: skip
    sent = supplier.sends_all(workbook(**told), "book.xlsx")
    assert names(sent) == ["book.xlsx/School 1", "book.xlsx/sheet 2", "book.xlsx/sheet 4", "book.xlsx/sheet 5"]
    assert [one.sheet for one in sent] == ["School 1", "Amira Khan", "A890200018001", "Marks Okafor"]
    assert [rows(one) for one in sent] == [READ] * 4


def test_a_workbook_is_opened_once_for_all_of_its_sheets(supplier, monkeypatch):
    opened, plainly = [], sheets.fastexcel.read_excel
    monkeypatch.setattr(sheets.fastexcel, "read_excel", lambda book: opened.append(book) or plainly(book))
    sent = supplier.sends_all(workbook(**{f"Marks {at}": table(MARKS) for at in range(9)}), "book.xlsx")
    assert [recognised(one).name for one in sent] == ["attendance_marks"] * 9
    assert [rows(one) for one in sent] == [READ] * 9
    assert len(opened) == 1
    other = supplier.sends(workbook(Marks=table(MARKS + "1\n")), "book.xlsx")
    assert len(rows(other)) == 2 and len(opened) == 2


def test_the_sheets_of_a_workbook_come_one_after_another(tmp_path):
    """Or each of them would have its workbook opened anew."""
    home = make_home(tmp_path / "home", demo=True)
    for at in range(4):
        (home.inbox / f"{at}.xlsx").write_bytes(
            workbook(**{f"Marks {one}": table(MARKS + f"{at}\n") for one in range(4)})
        )
    found = inbox.find_extracts(home, but_not=frozenset())
    books = [one.path.name for one in found]
    assert len(books) == 16 and sum(one != after for one, after in pairwise(books)) == 3


@pytest.mark.parametrize("each, is_read", [((3, 2), True), ((3, 3), False)])
def test_the_tables_in_a_file_are_counted_in_all(supplier, monkeypatch, each, is_read):
    monkeypatch.setattr(containers, "MOST_MEMBERS", 5)
    books = [
        (f"{at}.xlsx", workbook(**{f"Marks {one}": table(MARKS) for one in range(many)}))
        for at, many in enumerate(each)
    ]
    sent = supplier.sends_all(zipped(*books), "books.zip")
    if is_read:
        assert [one.fault for one in sent] == [None] * 5
    else:
        assert [str(one.fault) for one in sent] == [
            "books.zip holds over 5 tables in all: deliver it in several files."
        ]


def test_a_workbook_is_one_whatever_its_name_and_wherever_it_lies(supplier):
    book = workbook(Marks=table(MARKS))
    sent = [
        supplier.sends(book, "a.csv"),
        supplier.sends(gzipped(book), "b.gz"),
        supplier.sends(zipped(("c.xlsx", book)), "c.zip"),
    ]
    assert names(sent) == ["a.csv/Marks", "b.gz/Marks", "c.zip/c.xlsx/Marks"]
    assert [rows(one) for one in sent] == [READ] * 3
    assert len({one.sha256 for one in sent}) == 1


def test_a_sheet_is_known_by_its_workbook_and_its_name(supplier):
    """So the same table in two sheets is two deliveries, and a workbook saved anew is a new one."""
    one, other = supplier.sends_all(workbook(Monday=table(MARKS), Tuesday=table(MARKS)), "book.xlsx")
    assert one.sha256 != other.sha256
    [again, _] = supplier.sends_all(workbook(Monday=table(MARKS), Tuesday=table(MARKS + "1\n")), "book.xlsx")
    assert one.sha256 != again.sha256


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_sheet_nobody_sees_is_nothing(supplier, state):
    hidden = written(cells("A1"), state=f'state="{state}"')
    assert (
        refusal(supplier.sends(hidden, "book.xlsx"))
        == "book.xlsx is a workbook with nothing in its sheets: deliver it again."
    )


def test_a_chart_in_a_workbook_is_left_alone(supplier):
    book = written(cells("A1", "A2"), "<drawing/>", parts={"xl/media/image1.png": "\0\1\2"})
    assert names(supplier.sends_all(book, "book.xlsx")) == ["book.xlsx/sheet 1"]


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/other/VBAPROJECT.BIN", "xl\\macrosheets\\sheet1.xml"])
@pytest.mark.parametrize("name", ["book.xlsm", "book.xlsx"])
def test_a_workbook_with_macros_is_refused_whatever_it_is_called(supplier, part, name):
    [extract] = supplier.sends_all(written(cells("A1", "A2"), parts={part: "\0\1\2"}), name)
    assert refusal(extract) == f"{name} holds macros: save it as a workbook without them (.xlsx), and deliver that."


def test_a_workbook_that_shows_what_others_say_is_refused(supplier):
    book = written(cells("A1", "A2"), parts={"xl/externalLinks/externalLink1.xml": "<externalLink/>"})
    [extract] = supplier.sends_all(book, "book.xlsx")
    assert "has cells filled from other workbooks or programs (external links)" in refusal(extract)


_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/code.dat" ContentType="{}"/></Types>'
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="x" Type="{}" Target="{}"/></Relationships>'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"[Content_Types].xml": _TYPES.format("application/vnd.ms-excel.sheet.macro&#69;nabled.main+xml")}, "holds macros"),
        ({"[Content_Types].xml": _TYPES.format("application/vnd.ms-office.vba&#x50;roject"), "xl/code.dat": "\0"}, "holds macros"),
        ({"xl/_rels/other.xml.rels": _RELS.format("http://schemas.microsoft.com/office/2006/relationships/vba&#80;roject", "code.dat")}, "holds macros"),
        ({"xl/_rels/other.xml.rels": _RELS.format(f"{_RELATION}/external&#76;ink", "other/link1.xml")}, "external links"),
        ({"xl/_rels/other.xml.rels": _RELS.format(f"{_RELATION}/externalLink", "x").encode("utf-16")}, "cannot be opened"),
        ({"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "vbaProject">]><a>&b;</a>'}, "cannot be opened"),
        ({"xl/_rels/other.xml.rels": "<Relationships>"}, "cannot be opened"),
        ({"[Content_Types].xml": _TYPES.format(_SHEET_TYPE), "xl/worksheets/_rels/sheet0.xml.rels": _RELS.format(f"{_RELATION}/hyperlink", "vbaProject.html")}, None),
    ],
)  # fmt: skip
def test_what_a_workbook_would_run_or_ask_of_others_is_told_by_the_kinds_of_its_parts(supplier, parts, said):
    [extract] = supplier.sends_all(written(cells("A1", "A2"), parts=parts), "book.xlsx")
    assert (said is None) if extract.fault is None else said in str(extract.fault)


def test_that_a_workbook_names_others_is_enough(supplier):
    book = written(cells("A1", "A2"), parts={"xl/workbook.xml": _BOOK.format("<externalReferences/>")})
    assert "external links" in refusal(supplier.sends_all(book, "book.xlsx")[0])
    [sound] = supplier.sends_all(written(cells("A1", "A2"), parts={"xl/workbook.xml": _BOOK.format("")}), "book.xlsx")
    assert sound.fault is None


_BOOK = (
    f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_RELATION}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="r0"/></sheets>{}</workbook>'
)


@pytest.mark.parametrize("bound, listed", [("MOST_TEXTS", "<si/>"), ("MOST_ELEMENTS", "<r/>")])
def test_a_list_of_more_texts_or_elements_than_any_has_is_refused_however_little_they_say(
    supplier, monkeypatch, bound, listed
):
    monkeypatch.setattr(workbook_measure, bound, 20)
    for many, is_read in ((18, True), (21, False)):
        book = written(cells("A1"), parts={"xl/sharedStrings.xml": f"<sst>{listed * many}</sst>"})
        [extract] = supplier.sends_all(book, "book.xlsx")
        assert (extract.fault is None) == is_read
    assert "texts that its cells share, or as much of how they look: deliver it as CSV" in str(extract.fault)


# What a cell says


def test_every_kind_of_cell_is_read_as_text(supplier):
    book = workbook(
        S=[
            ["text", "whole", "fraction", "day", "moment", "yes", "formula", "missing"],
            ["007", 134, 134.5, date(2025, 9, 8), datetime.fromisoformat("2025-09-08T09:05"), True, "=1+1", None],
            [" a, b ", 134.0, 1e15, date(1999, 12, 31), datetime.fromisoformat("2025-09-08T00:00"), False, "#", None],
        ]
    )
    assert rows(supplier.sends(book, "book.xlsx")) == [
        (2, "007", "134", "134.5", "2025-09-08 00:00:00", "2025-09-08 09:05:00", "true", "=1+1", None),
        (3, " a, b ", "134", "1000000000000000", "1999-12-31 00:00:00", "2025-09-08 00:00:00", "false", "#", None),
    ]


def test_of_a_formula_its_value_is_read_and_nothing_is_worked_out(supplier):
    sheet = (
        '<sheetData><row><c r="A1" t="str"><v>n</v></c></row><row><c r="A2"><f>1+1</f><v>5</v></c></row></sheetData>'
    )
    assert rows(supplier.sends(written(sheet), "book.xlsx")) == [(2, "5")]


def test_rows_have_the_numbers_the_spreadsheet_shows(supplier):
    book = workbook(S=[[], [], ["urn", "upn"], [], ["1", "A"], [], ["2", "B"], ["", ""]])
    assert rows(supplier.sends(book, "book.xlsx")) == [(5, "1", "A"), (7, "2", "B"), (8, "", "")]


def test_a_table_may_begin_anywhere_and_have_columns_without_a_header(supplier):
    book = workbook(S=[[None, None, "upn", None, "urn", "upn"], [None, None, "A", "note", "1", "B"]])
    extract = supplier.sends(book, "book.xlsx")
    [batch] = reading.read_extract(extract)
    assert batch.columns == ["row_number", "upn", " (column 2)", "urn", "upn (column 4)"]
    assert batch.rows() == [(2, "A", "note", "1", "B")]


def test_cells_that_do_not_say_where_they_are_come_one_after_the_other(supplier):
    sheet = "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c><c><v>4</v></c></row></sheetData>"
    assert rows(supplier.sends(written(sheet), "book.xlsx")) == [(2, "3", "4")]


# What is refused


def test_a_workbook_cut_short_or_damaged_is_refused(supplier):
    book = workbook(Marks=table(MARKS))
    assert "is cut short or damaged" in refusal(supplier.sends(book[:-40], "book.xlsx"))
    unclosed = written("<sheetData><row><c r='A1'><v>1</v></row></sheetData>")
    said = "book.xlsx is a workbook that cannot be opened: save it again, or deliver it as CSV."
    assert refusal(supplier.sends(unclosed, "book.xlsx")) == said
    assert refusal(supplier.sends(written(cells("A1"), parts={"xl/workbook.xml": "<workbook>"}), "book.xlsx")) == said


def test_one_that_declares_anything_of_its_own_is_refused(supplier):
    laughs = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>'
    for part in ("xl/worksheets/sheet0.xml", "xl/workbook.xml"):
        assert "cannot be opened" in refusal(supplier.sends(written(cells("A1"), parts={part: laughs}), "book.xlsx"))


@pytest.mark.parametrize("far", ["XFD1048576", "A99999999", "ZZZZ1", "ZZZZZZZ1", "Ä1", "A-1", "1A", "A"])
def test_cells_too_far_apart_are_refused_before_room_is_made_for_all_between(supplier, far):
    said = refusal(supplier.sends(written(cells("A1", "B99", far)), "book.xlsx"))
    assert "more than is read of a workbook" in said or "cannot be opened" in said


def test_a_cell_far_away_with_nothing_in_it_is_no_matter(supplier):
    sheet = cells("A1", "A2").replace("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    assert rows(supplier.sends(written(sheet), "book.xlsx")) == [(2, "A2")]


def test_the_last_row_there_can_be_is_read(supplier):
    assert rows(supplier.sends(written(cells("A1", "I1048576")), "book.xlsx"))[-1][:1] == (1_048_576,)


def test_a_workbook_too_large_to_be_read_whole_is_refused(supplier, monkeypatch):
    monkeypatch.setattr(containers, "WORKBOOK_BYTES", 3000)
    assert supplier.sends(written(cells("A1")), "book.xlsx").fault is None
    large = written(cells("A1"), parts={"xl/sharedStrings.xml": "<sst>" + "x" * 3000 + "</sst>"})
    assert "too large a workbook: deliver it as CSV." in refusal(supplier.sends(large, "book.xlsx"))


# Texts that cells share

LONG = "x" * 1000


def sharing(*cells: str, texts: tuple[str, ...] = ("urn", LONG), listed: str = "") -> bytes:
    """A workbook with these cells one below the other, each said to be A1, and a list of texts they refer to by number."""
    told = "".join(f"<si><t>{text}</t></si>" for text in texts)
    rows = "".join(f"<row>{cell.replace('A1', f'A{row}')}</row>" for row, cell in enumerate(cells, start=1))
    return written(f"<sheetData>{rows}</sheetData>", parts={"xl/sharedStrings.xml": listed or f"<sst>{told}</sst>"})


def showing(number: int) -> str:
    return f'<c r="A1" t="s"><v>{number}</v></c>'


@pytest.fixture
def tight(monkeypatch) -> None:
    """A workbook, and the texts in its cells, may have 20 kB."""
    monkeypatch.setattr(containers, "WORKBOOK_BYTES", 20_000)


def test_a_long_text_that_many_cells_show_is_too_much_though_the_file_tells_it_once(supplier, tight):
    said = refusal(supplier.sends(sharing(showing(0), *[showing(1)] * 21), "book.xlsx"))
    assert said.startswith("book.xlsx says the same long texts in so many cells that they are over 0 MB together")
    assert len(rows(supplier.sends(sharing(showing(0), *[showing(1)] * 19), "book.xlsx"))) == 19


def test_so_it_is_in_several_sheets_together(supplier, tight):
    book = workbook(**{name: [["urn"], *[[LONG]] * 15] for name in ("Monday", "Tuesday")})
    assert "says the same long texts" in refusal(supplier.sends(book, "book.xlsx"))
    assert len(supplier.sends_all(workbook(Monday=[["urn"], *[[LONG]] * 15], Tuesday=[["urn"], ["1"]]), "b.xlsx")) == 2


def test_a_long_text_shown_once_is_no_matter_however_many_cells_show_others(supplier, tight):
    of_other_kinds = ['<c r="A1"><v>1</v></c>', '<c r="A1" s="1" t="b"><v>1</v></c>', '<c r="A1"><f>A1</f><v>1</v></c>']
    book = sharing(showing(0), showing(1), *[showing(0)] * 100, *of_other_kinds * 20)
    assert len(rows(supplier.sends(book, "book.xlsx"))) == 161


def test_letters_of_several_bytes_and_texts_in_several_runs_count_as_they_are_read(supplier, tight):
    run = f"<r><t>{'é' * 250}</t></r>"
    listed = f"<sst><si><t>urn</t></si><si>{run}<r><rPr><b/></rPr><t>{'é' * 250}</t></r></si></sst>"
    assert "same long texts" in refusal(supplier.sends(sharing(*[showing(1)] * 21, listed=listed), "book.xlsx"))
    assert rows(supplier.sends(sharing(showing(0), *[showing(1)] * 19, listed=listed), "book.xlsx"))


@pytest.mark.parametrize(
    "cell",
    ["<c r='A1' t='s'><v>1</v></c>", '<c t="s"  r="A1"><v>1</v></c>', '<c r="A1" t="s"><v>0</v><v>1</v></c>', '<c\tt="s"><v>1</v></c>',
     '<c r="A1" t="s"><v >1</v></c>', '<x:c t="s"><x:v>1</x:v></x:c>', '<c r="A1" t="s"><v>1</v ></c>', '<c r="A1" t="s"><v>01</v></c>',
     '<c r="A1" y="t" t="s"><v>1</v></c>'],
)  # fmt: skip
def test_however_a_cell_is_written_its_text_is_counted_wherever_it_is_cut(supplier, monkeypatch, tight, cell):
    for length in range(90, 110):
        monkeypatch.setattr(archives, "_BLOCK", length)
        said = refusal(supplier.sends(sharing(*[cell] * 25), "book.xlsx"))
        assert "same long texts" in said or "cannot be opened" in said


@pytest.mark.parametrize(
    "listed",
    [f"<sst><si/><si><t>1</t></si><si><t>{LONG}</t></si></sst>", f"<sst><si><t>1</t><si><t>{LONG}</t></si></si></sst>",
     f"<sst><si><t>1</t></si><si><t>{LONG}</t></si><si/></sst>", f"<sst><si><x><t>{LONG}</t></x></si><si><t>1</t></si></sst>"],
)  # fmt: skip
def test_of_a_list_that_readers_may_count_in_two_ways_every_text_is_as_long_as_the_longest(supplier, tight, listed):
    said = refusal(supplier.sends(sharing(*[showing(0)] * 25, listed=listed), "book.xlsx"))
    assert "same long texts" in said


def test_a_list_of_texts_that_is_none_refuses_the_workbook(supplier, monkeypatch):
    laughs = '<!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    for listed in (laughs, "<sst><si><t>urn</t></sst>", '<?xml version="1.0" encoding="Okafor"?><sst/>'):
        assert "cannot be opened" in refusal(supplier.sends(sharing(showing(0), listed=listed), "book.xlsx"))
    two = written(cells("A1"), parts={"xl/sharedStrings.xml": "<sst/>", "xl/SharedStrings.xml": "<sst/>"})
    assert "cannot be opened" in refusal(supplier.sends(two, "book.xlsx"))
    monkeypatch.setattr(workbook_measure, "MOST_SHARED_BYTES", 100)
    assert "written as no spreadsheet program would" in refusal(supplier.sends(sharing(showing(0)), "book.xlsx"))


def test_what_a_sheet_shows_counts_among_its_bytes(supplier):
    """Files are taken together by their size: see `edges.inbox`."""
    plain, long = (supplier.sends(sharing(showing(0), *[showing(1)] * 9, texts=("urn", text)), "book.xlsx") for text in ("1", LONG))  # fmt: skip
    assert long.size - plain.size == 9003


# Where its table begins


def test_a_sheet_may_have_titles_above_its_header_and_rows_keep_their_numbers(supplier):
    book = workbook(Marks=[["Attendance report"], [], ["Made on", date(2025, 9, 9)], *table(MARKS)])
    extract = supplier.sends(book, "book.xlsx")
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == [(5, *READ[0][1:])]


@pytest.mark.parametrize("titles, is_found", [(9, True), (10, False)])
def test_a_header_is_looked_for_in_the_first_ten_rows(supplier, titles, is_found):
    extract = supplier.sends(workbook(Marks=[*[["Ash Secondary"]] * titles, *table(MARKS)]), "book.xlsx")
    if is_found:
        assert rows(extract) == [(titles + 2, *READ[0][1:])]
    else:
        assert "has headers that no feed claims" in refusal(extract)


def test_what_the_police_send_is_no_title(supplier):
    book = workbook(Marks=[["Offence", "Custody number"], *table(MARKS)])
    assert "columns that the police or youth justice send" in refusal(supplier.sends(book, "book.xlsx"))


def test_a_sheet_of_more_columns_than_any_table_has_is_refused(supplier):
    header = MARKS.split("\n")[0].split(",")
    assert recognised(supplier.sends(workbook(S=[[*header, *map(str, range(994))]]), "book.xlsx"))
    assert "there are over 1,000 columns" in refusal(supplier.sends(workbook(S=[[*header, *map(str, range(995))]]), "b.xlsx"))  # fmt: skip


# What stands beside a table


def test_a_cover_beside_a_table_is_left_unread(supplier):
    cover, marks = supplier.sends_all(
        workbook(Cover=[["Attendance of Ash Secondary"]], Marks=table(MARKS)), "book.xlsx"
    )
    assert recognised(cover) is reading.BESIDE and reading.BESIDE.feed is None
    assert rows(marks) == READ


def test_so_it_is_in_an_archive_but_not_for_what_lies_beside_the_workbook(supplier):
    book = workbook(Cover=[["Attendance of Ash Secondary"]], Marks=table(MARKS))
    cover, _, notes = supplier.sends_all(zipped(("book.xlsx", book), ("notes.csv", "a,b\n")), "m.zip")
    assert recognised(cover) is reading.BESIDE
    assert "has headers that no feed claims" in refusal(notes)


def test_a_workbook_without_a_table_is_refused_sheet_by_sheet(supplier):
    found = supplier.sends_all(workbook(Cover=[["Ash Secondary"]], Notes=[["See overleaf"]]), "book.xlsx")
    assert all("has headers that no feed claims" in refusal(one) for one in found)


def test_a_sheet_that_lacks_a_column_is_told_so_though_another_is_a_table(supplier):
    _, lacking = supplier.sends_all(workbook(Marks=table(MARKS), More=[["urn", "upn", "date", "code"]]), "book.xlsx")
    assert "lacks the column session" in refusal(lacking)


def test_a_table_nobody_sees_is_none_to_stand_beside(supplier):
    """Else the cover would be passed over, and nothing of its workbook read."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as of_two:
        of_two.add_worksheet("Cover").write_string(0, 0, "Ash Secondary")
        marks = of_two.add_worksheet("Marks")
        marks.write_row(0, 0, MARKS.split("\n")[0].split(","))
        marks.hide()
    assert "has headers that no feed claims" in refusal(supplier.sends(book.getvalue(), "book.xlsx"))


def test_a_large_sheet_written_as_no_program_would_is_not_gone_through(supplier, monkeypatch):
    monkeypatch.setattr(workbook_measure, "MOST_UNUSUAL_BYTES", 300)
    unusual = written("<sheetData>" + "<row><c><v>1</v></c></row>" * 20 + "</sheetData>")
    assert "written as no spreadsheet program would" in refusal(supplier.sends(unusual, "book.xlsx"))
    usual = written("<sheetData>" + '<row><c r="A1"><v>1</v></c></row>' * 20 + "</sheetData>")
    assert rows(supplier.sends(usual, "book.xlsx")) == []


@pytest.mark.parametrize(
    "cell",
    ["<c x='>' r='XFD1048576'><v>1</v></c>", "<c\tr='XFD1048576'><v>1</v></c>", "<c s='1' r = 'XFD1048576' ><v>1</v></c>",
     "<x:c r='XFD1048576'><x:v>1</x:v></x:c>", '<c r="&#88;FD1048576"><v>1</v></c>', "<c r='XFC1048576'/><c><v>1</v></c>"],
)  # fmt: skip
def test_a_cell_far_away_is_seen_however_it_is_written_and_wherever_it_is_cut(supplier, monkeypatch, cell):
    """So that nothing gets past the measure that the reader would make room for."""
    sheet = f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row></sheetData>'
    for length in range(90, 130):
        monkeypatch.setattr(archives, "_BLOCK", length)
        said = refusal(supplier.sends(written(sheet), "book.xlsx"))
        assert "more than is read of a workbook" in said or "cannot be opened" in said


def test_a_part_that_grows_beyond_measure_refuses_the_workbook(supplier, monkeypatch):
    monkeypatch.setattr(bounds, "FREE_BYTES", 100_000)
    large = written(cells("A1"), parts={"xl/media/picture.bin": "0" * 500_000})
    assert "grows to over 200 times its size" in refusal(supplier.sends(large, "book.xlsx"))


def test_a_workbook_that_cannot_be_read_leaves_what_lies_beside_it_in_an_archive(supplier):
    book, marks = supplier.sends_all(
        zipped(("b.xlsx", written(cells("A1", "XFD1048576"))), ("marks.csv", MARKS)), "m.zip"
    )
    assert refusal(book).startswith("m.zip/b.xlsx has a sheet whose cells reach from the first to row 1,048,576")
    assert rows(marks) == READ


def test_what_the_reader_of_workbooks_cannot_open_is_refused_in_our_own_words(supplier):
    """A cell of a kind that there is not: the reader's own message would quote it."""
    sheet = '<sheetData><row><c r="A1" t="s"><v>Okafor</v></c></row></sheetData>'
    said = refusal(supplier.sends(written(sheet), "book.xlsx"))
    assert said == "book.xlsx/sheet 1 is a workbook that cannot be opened: save it again, or deliver it as CSV."


def test_a_password_makes_a_workbook_something_else(supplier):
    assert "or one with a password: save it as .xlsx without one." in refusal(
        supplier.sends(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "book.xlsx")
    )


def test_columns_are_numbered_as_a_spreadsheet_does():
    assert [column_number(letters) for letters in ("A", "Z", "AA", "xfd")] == [1, 26, 27, 16_384]


def test_an_archive_of_other_documents_is_no_workbook(supplier):
    written_elsewhere = io.BytesIO()
    with zipfile.ZipFile(written_elsewhere, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    found = supplier.sends_all(written_elsewhere.getvalue(), "book.ods")
    assert [refusal(one) for one in found] == [
        "book.ods is a document of another kind: save it as .xlsx, or deliver it as CSV."
    ]


def test_nor_is_one_of_very_many_cells_however_few_bytes_they_are(supplier, monkeypatch):
    unusual = written("<sheetData>" + "<row><c><v>1</v></c></row>" * 20 + "</sheetData>")
    elements = 20 * 3 + 2  # with the sheet and its rows' own
    monkeypatch.setattr(workbook_measure, "MOST_UNUSUAL_ELEMENTS", elements)
    assert len(rows(supplier.sends(unusual, "book.xlsx"))) == 19
    monkeypatch.setattr(workbook_measure, "MOST_UNUSUAL_ELEMENTS", elements - 1)
    assert "written as no spreadsheet program would" in refusal(supplier.sends(unusual, "book.xlsx"))
