"""Files no supplier would send: a good one with something done to it, the same for the same seed."""

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet_files

STRANGE = (
    "", " ", "\x00", "NULL", "nan", "-", "--", "#", "1e308", "-1", "9" * 40, "0x1F", "2025-13-45", "31/02/2025", "0001-01-01",
    "9999-12-31", "=1+1", "@SUM(A1)", '"', '""', "'", ",", ";", "\t", "\r", "\n", "\r\n", "\ufeff", "\u202e", "é", "Ā", "💥",
    "\u0000", "a" * 5000, "<b>", "&amp;", "&x;", "]]>", "<!--", "AM", "pm", "I", "C2", "Y5", "/", "\\", "true", "1.0", "999999",
    "100001", "12/09/2025", "2025-Sep-12 00:00:00", "2025-09-12T08:40:00Z",
)  # fmt: skip
"""Cells that have broken readers elsewhere, and good cells in the wrong place."""


def mutated(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """`content` with one to four things done to its bytes."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        content = chance.choice(_OF_BYTES)(content, others, chance)
    return content


def mutated_table(text: str, chance: random.Random) -> str:
    """A CSV with one to four things done to its cells, rows, columns or headers."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
        chance.choice(_OF_ROWS)(rows, chance)
    ending = chance.choice(("\n", "\n", "\n", "\r\n", "\r"))
    return ending.join(",".join(row) for row in rows) + ending * chance.choice((0, 1, 1, 3))


def mutated_elements(text: str, chance: random.Random) -> str:
    """XML with one to four of its elements' texts changed, or elements dropped, doubled, renamed or moved."""
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
        leaves = list(_LEAF.finditer(text))
        if not leaves:
            return text
        leaf, other = chance.choice(leaves), chance.choice(leaves)
        text = text[: leaf.start()] + _instead(leaf, other, chance) + text[leaf.end() :]
    return text


_LEAF = re.compile(r"<(\w+)>([^<>]*)</\1>")


def _instead(leaf: re.Match, other: re.Match, chance: random.Random) -> str:
    name, whole = leaf[1], leaf[0]
    what = chance.choice(("text", "text", "text", "escaped", "drop", "double", "rename", "move", "nest"))
    if what == "text":
        return f"<{name}>{chance.choice(STRANGE)}</{name}>"
    if what == "escaped":
        return f"<{name}>{escape(chance.choice(STRANGE))}</{name}>"
    renamed = chance.choice((name.upper(), name.lower(), other[1], f"a:{name}"))
    return {
        "drop": "", "double": whole * chance.randrange(2, 5), "rename": f"<{renamed}>{leaf[2]}</{renamed}>",
        "move": other[0], "nest": f"<{name}>{other[0]}{leaf[2]}</{name}>",
    }[what]  # fmt: skip


# Bytes


def _flip(content: bytes, others, chance) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _put_in(content: bytes, others, chance) -> bytes:
    at = chance.randrange(len(content) + 1)
    what = chance.choice((chance.choice(STRANGE).encode("utf-8", "ignore"), chance.randbytes(chance.randrange(1, 40))))
    return content[:at] + what + content[at:]


def _take_out(content: bytes, others, chance) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.randrange(1, 200) :]


def _cut_short(content: bytes, others, chance) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _repeat(content: bytes, others, chance) -> bytes:
    at = chance.randrange(len(content) + 1)
    piece = content[at : at + chance.randrange(1, 400)]
    return content[:at] + piece * chance.randrange(2, 30) + content[at:]


def _splice(content: bytes, others, chance) -> bytes:
    other = chance.choice(others)
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _overwrite(content: bytes, others, chance) -> bytes:
    at = chance.randrange(len(content) + 1)
    length = chance.randrange(1, 16)
    return content[:at] + chance.choice((b"\xff", b"\x00", b"\x7f")) * length + content[at + length :]


_OF_BYTES: tuple[Callable, ...] = (_flip, _flip, _put_in, _take_out, _cut_short, _repeat, _splice, _overwrite)


# Cells, rows and columns


def _cell(rows: list[list[str]], chance) -> None:
    row = chance.choice(rows)
    row[chance.randrange(len(row))] = chance.choice(STRANGE)


def _cell_of_column(rows, chance) -> None:
    """The same strange cell all the way down."""
    at, what = chance.randrange(len(rows[0])), chance.choice(STRANGE)
    for row in rows[1:]:
        if at < len(row):
            row[at] = what


def _swap_columns(rows, chance) -> None:
    width = len(rows[0])
    one, other = chance.randrange(width), chance.randrange(width)
    for row in rows:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _drop_column(rows, chance) -> None:
    at = chance.randrange(len(rows[0]))
    for row in rows:
        del row[at : at + 1]
        if not row:
            row.append("")


def _double_column(rows, chance) -> None:
    at = chance.randrange(len(rows[0]))
    for row in rows:
        row.insert(at, row[min(at, len(row) - 1)])


def _drop_row(rows, chance) -> None:
    if len(rows) > 1:
        del rows[chance.randrange(len(rows))]


def _double_row(rows, chance) -> None:
    at = chance.randrange(len(rows))
    rows[at:at] = [list(rows[at])] * chance.randrange(1, 5)


def _ragged(rows, chance) -> None:
    row = chance.choice(rows)
    if chance.random() < 0.5:
        row.extend(["x"] * chance.randrange(1, 5))
    elif len(row) > 1:
        del row[chance.randrange(1, len(row)) :]


def _header(rows, chance) -> None:
    at = chance.randrange(len(rows[0]))
    rows[0][at] = chance.choice((rows[0][at].upper(), f" {rows[0][at]} ", f'"{rows[0][at]}"', chance.choice(STRANGE)))


_OF_ROWS: tuple[Callable, ...] = (
    _cell, _cell, _cell, _cell_of_column, _swap_columns, _drop_column, _double_column, _drop_row, _double_row, _ragged, _header,
)  # fmt: skip


# Modest bombs: a few bytes that ask for much. Each is a good table with a row or a column more; the first kind of each is
# one long text, said again and again


def repeated_text(text: str, chance: random.Random) -> str:
    """A table with one long cell in each of its many rows: some hundred megabytes."""
    header, first = _header_and_row(text)
    first[chance.randrange(len(first))] = "x" * chance.choice((3_000, 30_000))
    row = ",".join(first)
    return "\n".join([",".join(header), *[row] * (chance.choice((60_000_000, 120_000_000)) // len(row))])


def wide_table(text: str, chance: random.Random) -> str:
    """A table with thousands of columns more."""
    more = range(chance.choice((900, 3_000, 16_000)))
    header, *rows = text.splitlines()
    return "\n".join([f"{header},{','.join(f'c{at}' for at in more)}", *(row + "," * len(more) for row in rows)])


def long_line(text: str, chance: random.Random) -> str:
    """A table with a row that is megabytes long: one cell, or next to nothing but separators."""
    header, first = map(",".join, _header_and_row(text))
    much = chance.choice(("x", "x,", ",", '"x"", ')) * chance.choice((300_000, 3_000_000))
    return "\n".join([header, first + much, *text.splitlines()[2:]])


def _header_and_row(text: str) -> tuple[list[str], list[str]]:
    """The header row and the first below it; of a table without rows, the header again."""
    header, *rows = (line.split(",") for line in text.splitlines())
    return header, (rows or [header])[0]


def long_element(text: str, chance: random.Random) -> str:
    """XML with one long text, an attribute as long, thousands of kinds of element, or one element thousands of times."""
    leaves = list(_LEAF.finditer(text))
    if not leaves:
        return text
    leaf = chance.choice(leaves)
    instead = chance.choice((
        f"<{leaf[1]}>{'x' * 90_000}</{leaf[1]}>" * 200, f"<{leaf[1]} a='{'x' * 5_000_000}'/>",
        "".join(f"<{leaf[1]}{at}/>" for at in range(9_000)), leaf[0] * 200_000,
    ))  # fmt: skip
    return text[: leaf.start()] + instead + text[leaf.end() :]


def repeated_text_of_workbook(text: str, chance: random.Random) -> bytes:
    """A workbook that tells one long text once, and shows it in thousands of cells."""
    header, first = _header_and_row(text)
    first[chance.randrange(len(first))] = "x" * 32_000
    return as_workbook_of([header, *[first] * chance.choice((2_000, 20_000, 60_000))])


def repeated_text_of_parquet(text: str, chance: random.Random) -> bytes:
    """Parquet that tells one long text once, and says it in thousands of rows."""
    header, first = _header_and_row(text)
    first[chance.randrange(len(first))] = "x" * chance.choice((2_000, 30_000, 100_000))
    numbers = pa.array([0] * 30_000, pa.int32())
    columns = {name: pa.DictionaryArray.from_arrays(numbers, [cell]) for name, cell in zip(header, first, strict=False)}
    held = io.BytesIO()
    parquet_files.write_table(pa.table(columns), held, compression="zstd")
    return held.getvalue()


# The same table in other clothes


def as_gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0, compresslevel=1 if len(content) > 1_000_000 else 9)


def as_zip(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)
    return held.getvalue()


def as_workbook(text: str) -> bytes:
    return as_workbook_of(line.split(",") for line in text.splitlines())


def as_workbook_of(rows: Iterable[list[str]]) -> bytes:
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for at, row in enumerate(rows):
            for across, cell in enumerate(row):
                sheet.write_string(at, across, cell[:32_000])
    return held.getvalue()


def as_parquet(text: str) -> bytes:
    held = io.BytesIO()
    rows = [line.split(",") for line in text.splitlines()] or [[""]]
    names = list(dict.fromkeys(f"{name}" for name in rows[0]))
    columns = {name: [row[at] if at < len(row) else None for row in rows[1:]] for at, name in enumerate(names)}
    pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(held)
    return held.getvalue()
