"""Files that hold other files: what is in them is found, read as if it had come by itself, or refused in words."""

import errno
import gzip
import io
import os
import struct
import zipfile

import polars as pl
import pytest

from pipeline.edges import archives, bounds, containers, delimited, inbox, reading, records, spelling
from pipeline.edges.errors import Changed, Refused
from pipeline.edges.extract import Extract

from .sent import MARKS, gzipped, in_bytes, names, recognised, refusal, refusal_while_read, rows, supplier, zipped

__all__ = ["supplier"]

READ = [(2, "100001", "B801200005001", "2025-09-08", "AM", "/")]


def told(extracts: list[Extract]) -> dict[str, str | None]:
    """By name, why a table cannot be read; None where nothing was found wrong in looking what the file holds."""
    return {extract.name: str(extract.fault) if extract.fault else None for extract in extracts}


# What is in it


def test_a_gzip_holds_one_table_by_the_files_own_name(supplier):
    extract = supplier.sends(gzipped(MARKS), "marks.csv.gz")
    assert extract.name == "marks.csv.gz"
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == READ


def test_each_member_of_an_archive_is_a_table_by_its_own_name(supplier):
    sent = zipped(
        ("inner/marks.csv", MARKS), ("totals.csv", "urn,from_date,to_date,possible_sessions,absence_sessions\n")
    )
    marks, totals = supplier.sends_all(sent, "monday.zip")
    assert names([marks, totals]) == ["monday.zip/inner/marks.csv", "monday.zip/totals.csv"]
    assert rows(marks) == READ
    assert recognised(totals).name == "register_totals"


def test_a_table_is_the_same_table_plain_gzipped_and_in_archives(supplier):
    sent = [
        supplier.sends(content, name)
        for name, content in {
            "plain": MARKS, "gzip": gzipped(MARKS), "archive": zipped(("a.csv", MARKS)), "both": zipped(("b.csv.gz", gzipped(MARKS))),
        }.items()
    ]  # fmt: skip
    assert len({extract.sha256 for extract in sent}) == 1
    assert {extract.size for extract in sent} == {len(MARKS)}
    assert [rows(extract) for extract in sent] == [READ] * 4


def test_parquet_is_read_out_of_a_container_too(supplier):
    sent = pl.DataFrame({"urn": [100001, None], "upn": ["A", "B"]})
    for content in (gzipped(sent), zipped(("marks.csv", sent))):
        assert rows(supplier.sends(content, "x")) == [(2, "100001", "A"), (3, None, "B")]


def test_parquet_larger_than_is_held_in_memory_is_refused(supplier, monkeypatch):
    extract = supplier.sends(gzipped(pl.DataFrame({"upn": ["A"] * 1000})), "marks.gz")
    monkeypatch.setattr(bounds, "HELD_BYTES", 300)
    assert "once unpacked: deliver it by itself, or as CSV." in refusal(extract)


def test_a_very_large_parquet_that_does_not_end_as_one_is_refused_before_it_is_gone_through(supplier, monkeypatch):
    whole = in_bytes(pl.DataFrame({"upn": ["A"] * 1000}))
    monkeypatch.setattr(containers, "HELD_BYTES", 300)
    gone_through = []
    monkeypatch.setattr(containers, "_hashed", lambda blocks, one: gone_through.append(one) or one)
    assert "cut short or damaged" in supplier.sends(whole[:-1], "x.parquet").fault.args[0] and gone_through == []
    assert supplier.sends(whole, "x.parquet").fault is None and len(gone_through) == 1


def test_what_a_system_adds_and_what_is_hidden_is_nothing(supplier):
    sent = zipped(
        ("marks/", ""), ("marks/marks.csv", MARKS), ("__MACOSX/marks/._marks.csv", "x"), ("marks/.DS_Store", "x"),
        (".hidden/marks.csv", MARKS), ("Thumbs.db", "x"), ("marks\\desktop.ini", "x"),
    )  # fmt: skip
    assert names(supplier.sends_all(sent, "m.zip")) == ["m.zip/marks/marks.csv"]


def test_two_members_of_one_name_are_kept_apart(supplier):
    sent = zipped(
        ("a.csv", MARKS), ("a.csv (2 of that name)", "upn\nX\n"), ("a.csv", "upn\nY\n"), ("./a.csv", "upn\nZ\n")
    )
    found = supplier.sends_all(sent, "m.zip")
    assert len(set(names(found))) == 4
    assert [rows(one)[-1][1] for one in found] == ["100001", "X", "Y", "Z"]


@pytest.mark.parametrize(
    "name, shown",
    [
        ("../../etc/marks.csv", "etc/marks.csv"), ("/etc/marks.csv", "etc/marks.csv"), ("C:\\data\\marks.csv", "data/marks.csv"),
        ("..", "a member without a name"), ("a\nb\x1b[31m\u202e.csv", "a?b?[31m?.csv"), ("x" * 5000, "x" * 200),
    ],
)  # fmt: skip
def test_a_members_name_leads_nowhere_and_is_shown_safely(supplier, tmp_path, name, shown):
    before = sorted(tmp_path.rglob("*"))
    extract = supplier.sends(zipped((name, MARKS)), "m.zip")
    assert extract.name == f"m.zip/{shown}"
    assert rows(extract) == READ
    assert {path.name for path in tmp_path.rglob("*")} - {path.name for path in before} == {"sent", "m.zip"}


# What cannot be opened


def test_an_archive_in_an_archive_is_refused_and_what_lies_beside_it_is_read(supplier):
    sent = zipped(("more.zip", zipped(("a.csv", MARKS))), ("marks.csv", MARKS))
    more, marks = supplier.sends_all(sent, "m.zip")
    assert (
        refusal(more)
        == "m.zip/more.zip is an archive within an archive: take it out of the other and deliver it by itself."
    )
    assert rows(marks) == READ


@pytest.mark.parametrize("content", [gzipped(gzipped(MARKS)), gzipped(zipped(("a.csv", MARKS)))], ids=["gzip", "zip"])
def test_so_is_one_in_a_gzip(supplier, content):
    assert "is an archive within an archive" in refusal(supplier.sends(content, "m.gz"))


def with_password(content: bytes) -> bytes:
    """The archive, its first member marked as having a password."""
    flagged = bytearray(content)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flagged[content.index(magic) + at] |= 1
    return bytes(flagged)


def test_a_member_with_a_password_is_refused_and_the_others_are_read(supplier):
    locked, marks = supplier.sends_all(with_password(zipped(("a.csv", MARKS), ("b.csv", MARKS))), "m.zip")
    assert refusal(locked) == "m.zip/a.csv has a password: deliver it without one."
    assert rows(marks) == READ


def test_a_member_packed_in_an_unusual_way_is_refused(supplier):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", MARKS)
    assert "is packed in a way that is not read" in refusal(supplier.sends(written.getvalue(), "m.zip"))


def test_a_member_whose_checksum_is_wrong_is_refused_and_the_others_are_read(supplier):
    sent = bytearray(zipped(("a.csv", MARKS), ("b.csv", MARKS)))
    for magic, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        sent[sent.index(magic) + at] ^= 0xFF
    damaged, marks = supplier.sends_all(bytes(sent), "m.zip")
    assert refusal(damaged) == "m.zip/a.csv is damaged and cannot be unpacked: deliver it again."
    assert rows(marks) == READ


@pytest.mark.parametrize("kept", [10, 60, 200])
def test_an_archive_cut_short_is_refused_whole(supplier, kept):
    content = zipped(("a.csv", MARKS * 50), ("b.csv", MARKS))
    said = refusal(supplier.sends(content[:kept], "m.zip"))
    assert said == "m.zip cannot be opened as a zip archive: it is cut short or damaged. Deliver it again."


@pytest.mark.parametrize("kept", [3, 12, 40])
def test_a_gzip_cut_short_is_refused(supplier, kept):
    assert refusal(supplier.sends(gzipped(MARKS)[:kept], "m.gz")) == "m.gz is cut short: deliver it again, whole."


def test_a_gzip_whose_checksum_is_wrong_is_refused(supplier):
    content = gzipped(MARKS)
    assert "is damaged and cannot be unpacked" in refusal(
        supplier.sends(content[:-8] + b"\0" * 4 + content[-4:], "m.gz")
    )
    assert "is damaged and cannot be unpacked" in refusal(supplier.sends(content + b"more", "m.gz"))


def test_a_gzip_of_several_pieces_and_padding_is_one_table(supplier):
    halves = gzipped(MARKS[:20]) + gzipped(MARKS[20:]) + b"\0" * 512
    assert rows(supplier.sends(halves, "m.gz")) == READ


def test_an_archive_with_nothing_in_it_is_refused(supplier):
    assert refusal(supplier.sends(zipped(), "m.zip")) == "m.zip is an archive with nothing in it: deliver it again."
    assert "nothing in it" in refusal(supplier.sends(zipped(("marks/", "")), "m.zip"))


def test_a_member_that_is_no_table_is_refused_by_its_name(supplier):
    sent = zipped(
        ("readme.txt", "Marks of the week."), ("empty.csv", ""), ("page.pdf", b"%PDF-1.7"), ("marks.csv", MARKS)
    )
    readme, empty, page, marks = supplier.sends_all(sent, "m.zip")
    assert refusal(readme).startswith("m.zip/readme.txt has headers that no feed claims")
    assert refusal(empty) == "m.zip/empty.csv is empty: deliver it again."
    assert refusal(page).startswith("m.zip/page.pdf is a PDF")
    assert rows(marks) == READ


def test_a_refused_member_is_known_again_until_its_archive_is_another(supplier):
    def refused(content: bytes, name: str) -> str:
        return supplier.sends_all(content, name)[0].sha256

    content = with_password(zipped(("a.csv", MARKS), ("b.csv", MARKS)))
    assert refused(content, "m.zip") == refused(content, "copy.zip")
    assert refused(content, "m.zip") != refused(with_password(zipped(("a.csv", MARKS), ("b.csv", MARKS * 2))), "m.zip")


# Bounds


@pytest.fixture
def tight(monkeypatch) -> None:
    """Bounds a test can come up to: 100 kB free, a megabyte at most."""
    monkeypatch.setattr(bounds, "FREE_BYTES", 100_000)
    monkeypatch.setattr(bounds, "MOST_BYTES", 1_000_000)


NOUGHTS = "upn\n" + "0" * 150_000
RANDOM = bytes(range(256)) * 4000


@pytest.mark.parametrize(
    "content",
    [gzipped(NOUGHTS), zipped(("a.csv", NOUGHTS)), zipped(("a.csv.gz", gzipped(NOUGHTS))), zipped(("a.csv", MARKS), ("b.csv", NOUGHTS))],
    ids=["gzip", "zip", "gzip in zip", "beside another"],
)  # fmt: skip
def test_a_file_that_grows_beyond_measure_is_refused_whole(supplier, tight, content):
    assert refusal(supplier.sends(content, "m.zip")) == (
        "m.zip grows to over 200 times its size when it is opened, as no register does: deliver the files themselves."
    )


def test_what_grows_as_much_but_stays_small_is_read(supplier, tight):
    assert rows(supplier.sends(gzipped(NOUGHTS[:90_000]), "m.gz"))


def test_many_members_that_are_each_within_measure_are_too_much_together(supplier, tight):
    """A kilobyte is free of measure by itself; three hundred of them, told in no bytes at all, are not."""
    members = [(f"{number}.csv", "0" * 1000) for number in range(300)]
    assert told(supplier.sends_all(zipped(*members), "m.zip"))["m.zip/1.csv"] is None
    members = [(f"{number}.csv", "0" * 90_000) for number in range(11)]
    assert "grows to over 200 times its size" in refusal(supplier.sends(zipped(*members), "m.zip"))


def test_a_container_of_too_many_bytes_is_refused_however_little_it_grows(supplier, tight):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a.csv", RANDOM)
    assert "holds over" in refusal(supplier.sends(stored.getvalue(), "m.zip"))


def test_what_an_archive_declares_of_itself_is_not_believed(supplier, tight):
    """The sizes in its list say that little comes out, and that much goes in."""
    content = bytearray(zipped(("a.csv", NOUGHTS)))
    at = content.index(b"PK\x01\x02") + 20
    packed, unpacked = struct.unpack_from("<LL", content, at)
    assert unpacked == len(NOUGHTS)
    struct.pack_into("<LL", content, at, packed, 10)
    assert (
        refusal(supplier.sends(bytes(content), "m.zip"))
        == "m.zip/a.csv is damaged and cannot be unpacked: deliver it again."
    )
    struct.pack_into("<LL", content, at, 1 << 30, unpacked)
    assert "m.zip" in refusal(supplier.sends(bytes(content), "m.zip"))


def test_an_archive_may_have_three_hundred_members_and_no_more(supplier):
    members = [(f"{number}.csv", f"{number}\n") for number in range(301)]
    assert len(supplier.sends_all(zipped(*members[:300]), "m.zip")) == 300
    assert (
        refusal(supplier.sends(zipped(*members), "m.zip"))
        == "m.zip has over 300 members: deliver it in several archives."
    )


def test_a_list_of_members_is_not_even_read_where_it_is_too_long(supplier, monkeypatch):
    monkeypatch.setattr(archives, "LONGEST_LISTING", 2000)
    members = [(f"{number}.csv", "") for number in range(100)]
    assert "has over 300 members" in refusal(supplier.sends(zipped(*members), "m.zip"))


def test_a_gzip_of_too_many_pieces_is_refused(supplier):
    assert "is made of over 1,000 pieces" in refusal(supplier.sends(gzipped("upn\n") * 1001, "m.gz"))


# Text


def test_every_usual_encoding_gives_the_same_rows(supplier):
    text = "urn,surname\n1,Zoë\n2,O’Hara\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        for content in (text.encode(encoding), gzip.compress(text.encode(encoding))):
            assert rows(supplier.sends(content)) == [(2, "1", "Zoë"), (3, "2", "O’Hara")], encoding
    big_end = b"\xfe\xff" + text.encode("utf-16-be")
    assert rows(supplier.sends(big_end)) == [(2, "1", "Zoë"), (3, "2", "O’Hara")]


@pytest.mark.parametrize("more", [b"\x00\xd8\n\x00", b"x"], ids=["half a pair", "half a letter"])
def test_utf_16_that_is_none_throughout_is_refused(supplier, more):
    assert refusal_while_read(supplier.sends("urn\n1\n".encode("utf-16") + more)) == (
        "marks.csv is not UTF-16 throughout: deliver it again, as CSV (UTF-8)."
    )


def test_a_nul_in_utf_16_is_refused_too(supplier):
    assert "holds a NUL" in refusal_while_read(supplier.sends("urn\n1\0\n".encode("utf-16")))


def test_a_file_of_rows_with_next_to_nothing_in_them_is_refused(supplier, monkeypatch):
    monkeypatch.setattr(delimited, "FREE_CELLS", 10_000)
    header = ",".join([MARKS.split("\n")[0], *map(str, range(500))])
    assert refusal_while_read(supplier.sends(header + "\n" * 1000)) == (
        "marks.csv has 1,000 rows with next to nothing in them: take those out."
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_will_do(supplier, separator):
    extract = supplier.sends(MARKS.replace(",", separator))
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == READ


def test_the_separator_is_the_one_whose_header_a_layout_claims_however_many_others_there_are(supplier):
    header = "upn;date;session;code;urn;notes, if any, of the school, or a parent, or, on request, of anyone else, on this day"
    extract = supplier.sends(f"{header}\nB801200005001;2025-09-08;AM;/;100001;a, b, c\n")
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == [(2, "B801200005001", "2025-09-08", "AM", "/", "100001", "a, b, c")]


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\nsep=;\n", "sep=;\n\n"])
def test_a_line_that_tells_the_separator_is_no_header_and_rows_keep_their_numbers(supplier, line):
    extract = supplier.sends(line + MARKS.replace(",", ";"))
    assert recognised(extract).name == "attendance_marks"
    [(number, *cells)] = rows(extract)
    assert (number, cells) == (2 + line.count("\n"), list(READ[0][1:]))


def test_blank_lines_before_the_header_are_counted_and_no_more(supplier):
    assert rows(supplier.sends("\n  \n" + MARKS)) == [(4, *READ[0][1:])]
    assert rows(supplier.sends(gzipped("\r\n\r\n" + MARKS), "m.gz")) == [(4, *READ[0][1:])]


def test_lines_may_end_as_they_did_on_an_old_macintosh(supplier):
    assert rows(supplier.sends(MARKS.replace("\n", "\r"))) == READ


def in_small_pieces(monkeypatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 64)
    monkeypatch.setattr(records, "LONGEST_RECORD", 200)


def test_a_stream_read_in_pieces_gives_the_rows_and_numbers_of_the_plain_file(supplier, monkeypatch):
    cells = ['"two\nlines"', '"a ""word"", or two"', "", "Zoë", '"\r\n\r\n"', "plain"]
    text = "urn,surname\r\n" + "".join(
        f"{number},{cells[number % 6]}\r\n" + "\r\n" * (number % 7 == 0) for number in range(300)
    )
    plain = rows(supplier.sends(text))
    assert len(plain) == 300 and plain[-1][0] > 300
    in_small_pieces(monkeypatch)
    assert rows(supplier.sends(gzipped(text), "m.gz")) == plain
    assert rows(supplier.sends(text.encode("utf-16"), "utf-16")) == plain


@pytest.mark.parametrize("packed", [str.encode, gzipped], ids=["plain", "gzip"])
def test_a_quotation_mark_never_closed_is_named_by_its_row(supplier, monkeypatch, packed):
    in_small_pieces(monkeypatch)
    text = "urn,surname\n" + "1,Bede\n" * 40 + '2,"Okafor\n' + "3,Bede\n" * 400
    assert refusal_while_read(supplier.sends(packed(text))) == (
        "marks.csv, row 42: a quotation mark is opened there and never closed: close it, or take it out."
    )


@pytest.mark.parametrize("packed", [str.encode, gzipped], ids=["plain", "gzip"])
def test_a_row_that_does_not_end_is_named(supplier, monkeypatch, packed):
    monkeypatch.setattr(delimited, "_LOOKED_AT_ONCE", 64)
    in_small_pieces(monkeypatch)
    text = "urn,surname\n" + "1,Bede\n" * 3 + "2," + "x" * 1000 + "\n"
    assert refusal_while_read(supplier.sends(packed(text))).startswith("marks.csv, row 5: it does not end within")


@pytest.mark.parametrize("packed", [str.encode, gzipped], ids=["plain", "gzip"])
def test_a_row_too_long_is_named_in_a_stream_too(supplier, monkeypatch, packed):
    in_small_pieces(monkeypatch)
    text = "urn,surname\n" + "1,Bede\n" * 50 + "2,Okafor,Amira\n"
    assert refusal_while_read(supplier.sends(packed(text))) == (
        "marks.csv, row 52: 3 cells where the header has 2: mend that row."
    )


@pytest.mark.parametrize("packed", [str.encode, gzipped], ids=["plain", "gzip"])
def test_a_nul_is_named_by_its_line(supplier, packed):
    text = MARKS * 50_000 + "100001,\0,2025-09-08,AM,/\n"
    assert refusal_while_read(supplier.sends(packed(text))) == (
        "marks.csv, line 100001: there is a NUL, which is no letter: deliver it again as text."
    )


def test_more_columns_than_any_table_has_are_refused_before_anything_is_read(supplier):
    assert recognised(supplier.sends(",".join([*MARKS.split("\n")[0].split(","), *map(str, range(995))]) + "\n"))
    assert "there are over 1,000 columns" in refusal(supplier.sends(",".join(map(str, range(1001))) + "\n"))


def test_a_header_row_that_does_not_end_is_refused(supplier):
    assert refusal(supplier.sends("x" * spelling.LONGEST_HEADER + "\nmore\n")) == (
        "marks.csv, row 1: the header row does not end: deliver one row a line."
    )


def test_lines_of_next_to_nothing_are_read_few_at_a_time(supplier, monkeypatch):
    """Each is as wide as the header, and takes as much room as one that is full."""
    monkeypatch.setattr(delimited, "CELLS_AT_ONCE", 500)
    parsed = []
    plainly = pl.read_csv
    monkeypatch.setattr(pl, "read_csv", lambda *words, **more: parsed.append(plainly(*words, **more)) or parsed[-1])
    extract = supplier.sends("urn,upn,date,session,code\n" + "\n" * 5000 + MARKS.split("\n")[1] + "\n")
    assert rows(extract) == [(5002, *READ[0][1:])]
    assert max(frame.height for frame in parsed) <= 100


def test_of_a_wide_file_fewer_rows_are_scanned_at_once_and_of_a_narrow_one_as_many_as_ever(supplier, monkeypatch):
    monkeypatch.setattr(delimited, "ROWS_AT_ONCE", 100)
    monkeypatch.setattr(delimited, "CELLS_SCANNED_AT_ONCE", 500)
    narrow = MARKS.split("\n")[0] + "\n" + (MARKS.split("\n")[1] + "\n") * 1000
    wide = narrow.replace("code\n", "code" + ",x" * 45 + "\n", 1).replace("/\n", "/" + ",1" * 45 + "\n")
    for text, most in ((narrow, 100), (wide, 10)):
        extract = supplier.sends(text)
        spelt = delimited.spelling_of(extract)
        heights = [frame.height for frame in delimited._scanned(extract, spelt)]
        assert (sum(heights), max(heights)) == (1000, most)


# Separators left at the end of rows


@pytest.mark.parametrize(
    "packed", [str.encode, gzipped, lambda text: text.encode("utf-16")], ids=["plain", "gzip", "16"]
)
def test_cells_beyond_the_header_with_nothing_in_them_are_none(supplier, packed):
    header, mark, _ = MARKS.split("\n")
    quoted = '"' + mark.replace(",", '","') + '",""'
    text = "\n".join([header, f"{mark},", mark, f"{mark}, ,,", "", quoted, ""])
    assert [row[0] for row in rows(supplier.sends(packed(text)))] == [2, 3, 4, 6]
    assert {row[1:] for row in rows(supplier.sends(packed(text)))} == {READ[0][1:]}


@pytest.mark.parametrize("packed", [str.encode, gzipped], ids=["plain", "gzip"])
def test_with_something_in_one_the_row_is_named(supplier, packed):
    text = MARKS.replace("/\n", "/,\n") + "100001,B801200005001,2025-09-08,AM,/,,late\n"
    assert refusal_while_read(supplier.sends(packed(text))) == (
        "marks.csv, row 3: 7 cells where the header has 5: mend that row."
    )


def test_such_cells_far_down_a_long_file_lose_and_double_no_row(supplier, monkeypatch):
    monkeypatch.setattr(delimited, "ROWS_AT_ONCE", 1000)
    text = "urn,surname\n" + "".join(f"{row},Bede\n" for row in range(200_000)) + "1,Okafor,\n" + "2,Bede\n" * 3
    read = [number for batch in reading.read_extract(supplier.sends(text)) for number in batch["row_number"]]
    assert read == list(range(2, 200_006))


def test_a_cell_in_quotation_marks_says_the_same_where_a_row_beside_it_has_cells_too_many(supplier):
    text = 'urn,surname\n1,"Okafor, ""Amira""\nor not",\n2, Bede ,,\n'
    assert rows(supplier.sends(text)) == [(2, "1", 'Okafor, "Amira"\nor not'), (3, "2", " Bede ")]


# Titles


@pytest.mark.parametrize(
    "titles",
    [
        "Attendance report\n",
        "Ash Secondary,,,,\n\nMade on,9 September\n",
        '"Attendance\nreport"\n',
        "a;b;c\n",
        "\n\nReport\n",
    ],
)
@pytest.mark.parametrize(
    "packed", [str.encode, gzipped, lambda text: text.encode("utf-16")], ids=["plain", "gzip", "16"]
)
def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers(supplier, titles, packed):
    extract = supplier.sends(packed(titles + MARKS))
    assert recognised(extract).name == "attendance_marks"
    records = 1 if titles.startswith('"') else titles.count("\n")
    assert rows(extract) == [(records + 2, *READ[0][1:])]


def test_below_titles_the_separator_is_that_of_the_header(supplier):
    extract = supplier.sends("Report of Ash, Birch and Cherry\n" + MARKS.replace(",", ";"))
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == [(3, *READ[0][1:])]


def test_titles_may_come_after_the_line_that_tells_the_separator(supplier):
    extract = supplier.sends("sep=;\nAttendance report\n" + MARKS.replace(",", ";"))
    assert rows(extract) == [(4, *READ[0][1:])]


def test_of_a_table_of_titles_alone_nothing_is_made(supplier):
    assert recognised(supplier.sends("Report\n" * 9 + MARKS)).name == "attendance_marks"
    assert "has headers that no feed claims" in refusal(supplier.sends("Report\n" * 10 + MARKS))


def test_what_the_police_send_is_no_title(supplier):
    said = refusal(supplier.sends("Offence,Custody number\n" + MARKS))
    assert "columns that the police or youth justice send" in said
    assert "has headers that no feed claims" in refusal(supplier.sends("Report\nOffence,Custody number\n" + MARKS))


def test_a_row_too_long_below_titles_is_named_by_its_number_in_the_file(supplier):
    text = "Attendance report\n\n" + MARKS + "100001,B801200005001,2025-09-08,AM,/,late\n"
    assert refusal_while_read(supplier.sends(text)) == (
        "marks.csv, row 5: 6 cells where the header has 5: mend that row."
    )


# Web pages


@pytest.mark.parametrize(
    "page",
    ["<!DOCTYPE html>\n<html><body/></html>", '\ufeff\n<HTML xmlns:o="urn:schemas-microsoft-com:office:office">', "<!-- made -->\n<html>",
     '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html/>', "<div>\n<table border=1>\n<tr><th>URN</th></tr></table></div>",
     "<table><TR><TD>URN</TD></TR></table>"],
)  # fmt: skip
def test_a_web_page_is_called_one_whatever_its_name(supplier, page):
    for content in (page.encode(), page.encode("utf-16"), gzipped(page)):
        assert refusal(supplier.sends(content, "marks.xls")) == (
            "marks.xls is a web page: open it in a spreadsheet program and save it as .xlsx or CSV."
        )


def test_xml_of_records_is_none(supplier):
    for document in (
        "<Message><Header/></Message>",
        "<note>&lt;html></note>",
        "<tree><htmlish/></tree>",
    ):
        assert "web page" not in refusal(supplier.sends(document, "marks.xls"))


# XML


def test_what_begins_as_xml_goes_to_its_reader_from_any_container(supplier):
    document = (
        "<Message><Header><CollectionDetails><Collection>SC</Collection></CollectionDetails></Header><Pupils><PupilsOnRoll>"
        "<PupilOnRoll><UPN>B801200005001</UPN></PupilOnRoll></PupilsOnRoll></Pupils></Message>"
    )
    for content in (document, "\ufeff \n" + document, document.encode("utf-16")):
        for sent in (content, gzipped(content), zipped(("census.xml", content))):
            assert all(layout.record for layout in reading.recognised(supplier.sends(sent, "census")))


# A file that changes


def test_a_file_that_changed_since_it_was_found_is_left_for_the_next_run(supplier):
    extract = supplier.sends(MARKS)
    extract.path.write_text(MARKS + MARKS)
    for read in (reading.recognised, rows):
        with pytest.raises(Changed, match=r"^marks.csv changed while it was read: it is left for the next run.$"):
            read(extract)


def test_so_is_one_that_grows_while_it_is_read(supplier):
    extract = supplier.sends(MARKS)
    batches = reading.read_extract(extract)
    next(batches)
    with extract.path.open("a") as file:
        file.write("100001,B801200005001,2025-09-08,PM,/\n")
    with pytest.raises(Changed):
        next(batches)


def test_one_cut_short_while_it_is_read_is_not_blamed_for_what_is_wrong_with_it_then(supplier):
    extract = supplier.sends(pl.DataFrame({"upn": [str(number) for number in range(5000)]}), "marks.parquet")
    os.truncate(extract.path, 5000)
    with pytest.raises(Changed):
        rows(extract)


def test_what_is_wrong_with_a_file_by_the_end_of_a_change_is_not_held_against_it(supplier, monkeypatch):
    def half_written(extract):
        extract.path.write_text("half")
        raise Refused("it is cut short")
        yield

    extract = supplier.sends(MARKS)
    monkeypatch.setattr(delimited, "rows", half_written)
    with pytest.raises(Changed):
        rows(extract)


def test_one_put_in_its_place_with_the_same_bytes_is_another(supplier):
    extract = supplier.sends(MARKS)
    extract.path.with_name("new").write_text(MARKS)
    extract.path.with_name("new").replace(extract.path)
    with pytest.raises(Changed):
        rows(extract)


def test_one_that_is_gone_is_told_of_as_that(supplier):
    extract = supplier.sends(MARKS)
    extract.path.unlink()
    with pytest.raises(Changed, match=r"^marks.csv was gone before it could be read: it is left for the next run.$"):
        rows(extract)
    [never_there] = inbox.extracts_of([(extract.path, "marks.csv")])
    with pytest.raises(Changed):
        reading.recognised(never_there)


def test_one_still_being_written_while_it_is_hashed_is_left_too(supplier, monkeypatch):
    """Somebody adds to it between its first byte and its last."""
    path = supplier.sends(MARKS).path
    plainly = inbox.tables_in.__globals__["_hashed"]

    def hashed(blocks, one):
        with path.open("a") as file:
            file.write(MARKS)
        return plainly(blocks, one)

    monkeypatch.setitem(inbox.tables_in.__globals__, "_hashed", hashed)
    [extract] = inbox.extracts_of([(path, "marks.csv")])
    with pytest.raises(Changed):
        reading.recognised(extract)


def test_one_that_is_half_written_while_it_is_hashed_is_not_called_damaged(supplier, monkeypatch):
    """Its other half comes too late to be read, and soon enough to be seen."""
    content = gzipped(MARKS)
    path = supplier.sends(content[:30], "m.gz").path
    plainly = inbox.tables_in.__globals__["_tables"]

    def tables(whole):
        found = plainly(whole)
        path.write_bytes(content)
        return found

    monkeypatch.setitem(inbox.tables_in.__globals__, "_tables", tables)
    [extract] = inbox.extracts_of([(path, "m.gz")])
    with pytest.raises(Changed):
        reading.recognised(extract)


def test_what_cannot_be_read_is_refused_in_words(tmp_path, monkeypatch):
    (tmp_path / "marks.csv").write_text(MARKS)

    def shut(path, name):  # as it is to all but root
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(containers, "open_file", shut)
    [extract] = inbox.extracts_of([(tmp_path / "marks.csv", "marks.csv")])
    assert refusal(extract) == "marks.csv cannot be read (Permission denied): check its permissions and the disk."


def test_a_folder_in_the_place_of_a_file_is_refused_as_none(tmp_path):
    [extract] = inbox.extracts_of([(tmp_path, "marks.csv")])
    assert refusal(extract) == "marks.csv is no file but a pipe, a socket, a device or a folder: deliver a file."


def test_a_fault_found_early_is_said_whoever_asks(supplier):
    extract = supplier.sends(gzipped(MARKS)[:30], "m.gz")
    with pytest.raises(Refused):
        rows(extract)
    assert reading.records_in(extract) == 0
