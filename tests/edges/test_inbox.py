"""Files as suppliers send them: found, known by their headers, read as text, or refused in words."""

import io
from datetime import date, datetime

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet_files
import pytest
import xlsxwriter

from pipeline.edges import beside, delimited, inbox, parquet
from pipeline.edges.extract import Claimed, Extract
from pipeline.edges.inbox import find_extracts, in_batches
from pipeline.edges.keys import KEYS
from pipeline.edges.reading import read_extract, records_in
from pipeline.edges.settings import Home, make_home
from pipeline.tables.layouts import LAYOUTS, layouts_of
from pipeline.vocabulary.made_up import MADE_UP

from .sent import (
    HEADER,
    MARK,
    Supplier,
    gzipped,
    in_bytes,
    names,
    recognised,
    refusal,
    refusal_while_read,
    rows,
    supplier,
    zipped,
)

__all__ = ["supplier"]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    for name in KEYS:
        monkeypatch.delenv(f"A2N_{name.upper()}_KEY", raising=False)
    return make_home(tmp_path / "home", demo=True)


# Recognised


@pytest.mark.parametrize("name", ["marks.csv", "pupils.csv", "EXPORT (3).CSV", "a", "schools.txt"])
def test_a_file_is_known_by_its_headers_whatever_its_name(supplier, name):
    assert recognised(supplier.sends(HEADER + MARK, name)).name == "attendance_marks"


@pytest.mark.parametrize(
    "header",
    ["URN,UPN,Date,Session,Code", "\ufeffurn,upn,date,session,code", '"urn","u_p_n"," date ","SESSION","code"',
     "comment,code,session,date,upn,urn"],
)  # fmt: skip
def test_headers_may_be_spelt_quoted_and_ordered_anyhow(supplier, header):
    assert recognised(supplier.sends(header + "\n" + MARK)).name == "attendance_marks"


def test_a_header_row_alone_is_still_a_layout(supplier):
    extract = supplier.sends(HEADER)
    assert recognised(extract).name == "attendance_marks"
    assert rows(extract) == []


def test_a_column_that_is_lacking_is_named(supplier):
    assert refusal(supplier.sends("urn,upn,date,code\n" + MARK)) == (
        "marks.csv looks like Attendance marks, plain long table but lacks the column session: add it to the header row, or "
        "ask the supplier for it."
    )


def test_two_columns_that_are_lacking_are_both_named(supplier):
    said = refusal(supplier.sends("upn,surname,forename,date_of_birth,nc_year\n"))
    assert "looks like Pupils, plain table but lacks the column entrydate and urn or laestab:" in said


def test_headers_no_feed_claims_are_refused_and_not_repeated(supplier):
    said = refusal(supplier.sends("Amira Okafor,B801200005001\n1,2\n"))
    assert said == "marks.csv has headers that no feed claims: see `a2n describe feeds` for those that are read."


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b" "])
def test_an_empty_file_is_refused_as_empty(supplier, content):
    assert refusal(supplier.sends(content)) == "marks.csv is empty: deliver it again."


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 40, HEADER.encode("utf-16-le"), b"MZ\x90\0" + HEADER.encode()],
    ids=["any bytes", "UTF-16 that does not say so", "a program"],
)  # fmt: skip
def test_a_file_that_is_no_text_is_refused_and_told_what_would_do(supplier, content):
    assert refusal(supplier.sends(content)) == "marks.csv is not text: deliver it as CSV, XLSX, Parquet or XML."


@pytest.mark.parametrize(
    "content, what",
    [
        (b"%PDF-1.7 ...", "a PDF: deliver the table it was made from"), (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: make a .zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of the old kind, or one with a password: save it as .xlsx"),
        (b"marks.csv".ljust(257, b"\0") + b"ustar\0", "a tar archive: make a .zip"),
    ],
    ids=["PDF", "7-Zip", "XLS", "tar"],
)  # fmt: skip
def test_what_is_of_a_kind_nobody_reads_is_called_by_it(supplier, content, what):
    assert refusal(supplier.sends(content)).startswith(f"marks.csv is {what}")


def test_no_suffix_misleads(supplier):
    assert rows(supplier.sends("urn,upn\n1,A\n", "marks.parquet")) == [(2, "1", "A")]
    assert rows(supplier.sends(pl.DataFrame({"urn": ["1"], "upn": ["A"]}), "marks.csv")) == [(2, "1", "A")]
    assert rows(supplier.sends(gzipped("urn,upn\n1,A\n"), "again.csv")) == [(2, "1", "A")]


# Read as text


def test_every_cell_is_read_as_text_and_rows_are_numbered_as_a_spreadsheet_shows_them(supplier):
    extract = supplier.sends("urn,upn,date,session,code,minutes\n007,1e5,2025-09-08,AM,\\,\n1.0,NA,null,,#,True\n")
    assert rows(extract) == [
        (2, "007", "1e5", "2025-09-08", "AM", "\\", None),
        (3, "1.0", "NA", "null", None, "#", "True"),
    ]


def test_a_cell_with_a_line_break_in_it_is_one_cell_of_one_row(supplier):
    extract = supplier.sends('urn,upn\n100001,"B8\n012"\n100002,A\n')
    assert rows(extract) == [(2, "100001", "B8\n012"), (3, "100002", "A")]


def test_quotes_and_commas_in_a_cell_are_of_the_cell(supplier):
    extract = supplier.sends('surname,forename\n"O\'Brien, ""Jo""",Ann\n')
    assert rows(extract) == [(2, 'O\'Brien, "Jo"', "Ann")]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_either_way_and_the_last_not_at_all(supplier, ending, last):
    text = ending.join(["urn,upn", "1,A", "2,B"]) + (ending if last else "")
    assert rows(supplier.sends(text)) == [(2, "1", "A"), (3, "2", "B")]


def test_a_row_cut_short_lacks_its_last_cells(supplier):
    """The gate then says which of them it needs."""
    assert rows(supplier.sends("urn,upn,code\n1,A\n2,B,/\n")) == [(2, "1", "A", None), (3, "2", "B", "/")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_accent_is_read_in_utf_8_and_in_windows_1252(supplier, encoding):
    extract = supplier.sends("surname,forename\nGrünwald,Zoë\nO’Hara,Ann\n".encode(encoding))
    assert rows(extract) == [(2, "Grünwald", "Zoë"), (3, "O’Hara", "Ann")]
    assert [batch.columns for batch in read_extract(extract)] == [["row_number", "surname", "forename"]]


def test_an_accent_far_down_a_long_file_is_read_as_well(supplier):
    """Megabytes of plain letters come before it."""
    plain = b"Okafor,Amira\n" * 400_000
    extract = supplier.sends(b"surname,forename\n" + plain + "Bede,Zoë\n".encode("cp1252"))
    *_, last = rows(extract)
    assert last == (400_002, "Bede", "Zoë")


def test_an_accent_may_be_the_very_last_thing_in_a_file(supplier):
    """In UTF-8 that byte would be the beginning of a character that never comes."""
    assert rows(supplier.sends("surname,forename\nBede,Zoé".encode("cp1252"))) == [(2, "Bede", "Zoé")]


@pytest.mark.parametrize("name", ["marks [1].csv", "marks*.csv", "marks?.parquet"])
def test_a_file_is_read_by_its_own_name_and_not_by_a_pattern(supplier, name):
    sent = pl.DataFrame({"urn": ["1"]}) if name.endswith("parquet") else "urn\n1\n"
    for decoy in ("marks 1.csv", "marks2.csv", "marks3.parquet"):
        supplier.sends("urn\n9\n", decoy)
    assert rows(supplier.sends(sent, name)) == [(2, "1")]


def test_a_character_cut_in_two_by_the_piece_that_is_looked_at_is_still_utf_8(supplier):
    """Four megabytes are looked at together: the two bytes of ë lie on either side."""
    before = "forename\n" + "A" * ((1 << 22) - len("forename\n") - 1)
    extract = supplier.sends((before + "ë\nZoë\n").encode())
    assert rows(extract)[1] == (3, "Zoë")
    assert rows(extract)[0][1].endswith("Aë")


def test_a_parquet_file_is_read_like_the_csv_it_might_have_been(supplier):
    typed = pl.DataFrame(
        {
            "urn": [100001, None],
            "upn": ["B801200005001", " "],
            "date": [date(2025, 9, 8), date(2025, 9, 9)],
            "late": [2.0, None],
            "fsm": [True, False],
            "recorded_at": [datetime.fromisoformat("2025-09-08T09:05"), None],
            "kind": pl.Series(["am", "pm"], dtype=pl.Categorical),
        }
    )
    assert rows(supplier.sends(typed, "marks.PARQUET")) == [
        (2, "100001", "B801200005001", "2025-09-08", "2.0", "true", "2025-09-08 09:05:00.000000", "am"),
        (3, None, " ", "2025-09-09", None, "false", None, "pm"),
    ]


def test_a_suppliers_own_row_number_gives_way_to_ours(supplier):
    assert rows(supplier.sends("row_number,upn\n70,A\n71,Zoë\n".encode("cp1252"))) == [(2, "A"), (3, "Zoë")]
    assert rows(supplier.sends("upn,row_number\nA,70\nB,71\n")) == [(2, "A"), (3, "B")]
    assert rows(supplier.sends(pl.DataFrame({"row_number": [70], "upn": ["A"]}), "marks.parquet")) == [(2, "A")]


def test_a_column_of_lists_in_a_parquet_file_is_left_alone(supplier):
    assert rows(supplier.sends(pl.DataFrame({"urn": [1], "notes": [["a", "b"]]}), "marks.parquet")) == [(2, "1")]


def test_what_else_a_parquet_file_says_of_itself_is_of_no_account(supplier):
    written = io.BytesIO()
    parquet_files.write_table(pa.table({"urn": ["1"]}).replace_schema_metadata({b"\xff": b"\xff"}), written)
    assert rows(supplier.sends(written.getvalue(), "marks.parquet")) == [(2, "1")]


def test_text_in_a_parquet_file_that_is_no_text_is_refused(supplier):
    content = in_bytes(pl.DataFrame({"surname": ["Okafor", "Bede"]}))
    written = io.BytesIO()
    parquet_files.write_table(
        parquet_files.read_table(io.BytesIO(content)), written, compression="none", use_dictionary=False
    )
    assert rows(supplier.sends(written.getvalue(), "marks.parquet")) == [(2, "Okafor"), (3, "Bede")]
    spoilt = written.getvalue().replace(b"Okafor", b"Oka\xff\xffr")
    assert "is cut short or damaged" in refusal_while_read(supplier.sends(spoilt, "marks.parquet"))


def test_a_large_file_comes_in_pieces_in_order_and_rows_keep_their_numbers(supplier, monkeypatch):
    for reader in (delimited, parquet):
        monkeypatch.setattr(reader, "ROWS_AT_ONCE", 300)
    lines = [f"{100000 + number},{number}" for number in range(2, 1002)]
    for extract in (
        supplier.sends("urn,number\n" + "\n".join(lines)),
        supplier.sends(pl.DataFrame({"urn": ["x"] * 1000, "number": [str(n) for n in range(2, 1002)]}), "x.parquet"),
    ):
        pieces = list(read_extract(extract))
        assert len(pieces) > 1
        assert [(str(number), number) for piece in pieces for number in piece["row_number"]] == [
            (told, number) for piece in pieces for number, told in piece.select("row_number", "number").rows()
        ]
        assert sum(piece.height for piece in pieces) == 1000


# Refused while it is read


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_row_with_a_cell_too_many_is_named_by_its_number_and_not_repeated(supplier, encoding):
    text = "urn,surname\n1,Zoë\n2,Okafor,Amira\n3,Bede\n"
    assert refusal_while_read(supplier.sends(text.encode(encoding))) == (
        "marks.csv, row 3: 3 cells where the header has 2: mend that row."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_quotation_mark_never_shut_is_refused_without_a_word_of_what_follows(supplier, encoding):
    said = refusal_while_read(supplier.sends('urn,surname\n1,Zoë\n2,"Okafor\n3,Bede\n'.encode(encoding)))
    assert said == "marks.csv, row 3: a quotation mark is opened there and never closed: close it, or take it out."


def test_a_parquet_file_cut_off_or_damaged_is_refused(supplier):
    whole = in_bytes(pl.DataFrame({"urn": ["Okafor"] * 5000, "number": range(5000)}))
    damaged = "marks.parquet cannot be read as Parquet: it is cut short or damaged. Deliver it again."
    assert refusal(supplier.sends(whole[: len(whole) // 2], "marks.parquet")) == damaged
    assert refusal_while_read(supplier.sends(whole[:4] + b"\xff" * 2000 + whole[2004:], "marks.parquet")) == damaged


def test_a_parquet_file_that_promises_more_than_its_bytes_can_tell_is_refused(supplier, monkeypatch):
    monkeypatch.setattr(parquet, "FREE_CELLS", 100_000)
    said = refusal(
        supplier.sends(pl.DataFrame({"urn": pl.Series([None], dtype=pl.String).new_from_index(0, 900_000)}), "m")
    )
    assert said == "m says it has 900,000 rows of 1 columns, more than its bytes can tell of."


# Found


def test_files_are_found_in_folders_too_and_hidden_ones_are_not(home):
    Supplier(home.inbox).sends(HEADER, "marks.csv")
    Supplier(home.inbox).sends(HEADER + MARK, "ash/monday/marks.csv")
    Supplier(home.inbox).sends("half written", ".marks.csv.part")
    Supplier(home.inbox).sends("of no account", ".copies/marks.csv")
    assert set(names(find_extracts(home, but_not=frozenset()))) == {"marks.csv", "ash/monday/marks.csv"}


def test_the_same_bytes_twice_are_one_delivery(home):
    for name in ("second.csv", "first.csv"):
        Supplier(home.inbox).sends(HEADER + MARK, name)
    assert names(find_extracts(home, but_not=frozenset())) == ["first.csv"]


def test_what_was_taken_in_before_is_not_found_again_and_one_more_row_makes_it_another_file(home):
    sent = Supplier(home.inbox).sends(HEADER + MARK)
    assert find_extracts(home, but_not=frozenset({sent.sha256})) == []
    again = Supplier(home.inbox).sends(HEADER + MARK + MARK)
    assert find_extracts(home, but_not=frozenset({sent.sha256})) == [again]


def test_the_order_of_files_is_that_of_their_bytes_whatever_they_are_called(home, tmp_path):
    contents = [HEADER + MARK.replace("/", code) for code in "IOMEL"]
    hashes = []
    for folder, order in (("one", contents), ("other", contents[::-1])):
        other = make_home(tmp_path / folder, demo=True)
        for number, content in enumerate(order):
            Supplier(other.inbox).sends(content, f"{number}.csv")
        hashes.append([extract.sha256 for extract in find_extracts(other, but_not=frozenset())])
    assert hashes[0] == hashes[1] == sorted(hashes[0])


# Batches


@pytest.mark.parametrize(
    "sizes, batches",
    [
        ([40, 40, 20], [[40, 40, 20]]), ([40, 40, 21], [[40, 40], [21]]), ([300, 10, 10], [[300], [10, 10]]),
        ([10, 300, 10], [[10], [300], [10]]), ([100], [[100]]), ([], []),
    ],
)  # fmt: skip
def test_files_are_taken_together_while_memory_holds_them_and_one_too_large_alone(
    supplier, monkeypatch, sizes, batches
):
    monkeypatch.setattr(inbox, "BYTES_AT_ONCE", 100)
    [layout] = layouts_of(HEADER.strip().split(","))
    claimed = [Claimed(supplier.sends("x" * size, f"{at}.csv"), layout) for at, size in enumerate(sizes)]
    assert [[one.extract.size for one in batch] for batch in in_batches(claimed)] == batches
    assert [one for batch in in_batches(claimed) for one in batch] == claimed


def test_what_is_packed_counts_by_what_comes_out_of_it(supplier, monkeypatch):
    monkeypatch.setattr(inbox, "BYTES_AT_ONCE", 1000)
    [layout] = layouts_of(HEADER.strip().split(","))
    sent = [supplier.sends(gzipped(HEADER + MARK * 20 + str(at)), f"{at}.csv.gz") for at in range(2)]
    assert [len(batch) for batch in in_batches([Claimed(one, layout) for one in sent])] == [1, 1]
    assert sum(one.path.stat().st_size for one in sent) < 1000


# Beside the inbox


def test_a_refusal_is_said_beside_the_inbox_by_the_files_name_and_can_be_taken_back(home):
    beside.write_refusal(home, "ash/marks.csv", "It is empty.")
    said = home.set_aside / "ash__marks.csv.refused.txt"
    assert said.read_text() == f"It is empty.\n{MADE_UP}\n"
    beside.write_refusal(home, "ash/marks.csv", None)
    assert list(home.set_aside.iterdir()) == []


def test_rows_set_aside_are_told_beside_the_inbox_until_none_is(home):
    rules = pl.DataFrame({"row_number": [3], "rule": ["code_unknown"]})
    beside.write_set_aside(home, "ash/marks.csv", rules)
    assert (
        home.set_aside / "ash__marks.csv.set_aside.csv"
    ).read_text() == f'row_number,rule,data\n3,code_unknown,"{MADE_UP}"\n'
    beside.write_set_aside(home, "ash/marks.csv", rules.clear())
    beside.write_set_aside(home, "ash/others.csv", rules.clear())
    assert list(home.set_aside.iterdir()) == []


@pytest.mark.parametrize(
    "one, other",
    [("a/b", "a__b"), ("a_/b", "a/_b"), ("a\\b", "a/b"), ("x" * 300, "x" * 301), ("a~b", "a_b"), ("a b/c", "a b__c")],
)
def test_no_two_names_are_one_beside_the_inbox(home, one, other):
    """A member's name may hold anything; and a file of one's own may have the name another's refusal goes by."""
    beside.write_refusal(home, one, "one")
    beside.write_refusal(home, other, "other")
    said = {path.read_text().partition("\n")[0] for path in home.set_aside.iterdir()}
    assert said == {"one", "other"}
    for stem in [path.name.removesuffix(".refused.txt") for path in home.set_aside.iterdir()]:
        beside.write_refusal(home, stem, None if stem in (one, other) else "third")
    beside.write_refusal(home, one, "one")
    beside.write_refusal(home, other, "other")
    assert said <= {path.read_text().partition("\n")[0] for path in home.set_aside.iterdir()}


def test_what_was_said_of_an_archive_is_taken_back_once_its_members_can_be_read(home):
    beside.write_refusal(home, "ash/marks.zip", "It is cut short.")
    beside.write_refusal(home, "ash/marks.zip/monday.csv", "It is empty.")
    beside.write_refusal(home, "ash/marks.zip/tuesday.csv", None)
    assert [path.name for path in home.set_aside.iterdir()] == ["ash__marks.zip__monday.csv.refused.txt"]


# Taken in


def taken(home: Home) -> frozenset[str]:
    """As if all that is in the inbox had been taken in."""
    return frozenset(extract.sha256 for extract in find_extracts(home, but_not=frozenset()))


def test_a_file_taken_in_leaves_the_inbox_and_keeps_its_place_among_folders(home):
    Supplier(home.inbox).sends(HEADER, "ash/marks.csv")
    inbox.move_taken(home, taken=taken(home), but_not=set())
    assert (home.folder / "taken/ash/marks.csv").read_text() == HEADER
    assert not (home.inbox / "ash/marks.csv").exists()


def test_a_second_file_of_the_same_name_does_not_overwrite_the_first(home):
    for content in (HEADER, HEADER + MARK):
        Supplier(home.inbox).sends(content)
        inbox.move_taken(home, taken=taken(home), but_not=set())
    kept = sorted(path.read_text() for path in (home.folder / "taken").iterdir())
    assert kept == [HEADER, HEADER + MARK]


def test_a_file_that_was_replaced_since_it_was_read_stays(home):
    Supplier(home.inbox).sends(HEADER)
    before = taken(home)
    Supplier(home.inbox).sends(HEADER + MARK)
    inbox.move_taken(home, taken=before, but_not=set())
    assert (home.inbox / "marks.csv").exists() and not (home.folder / "taken").exists()


def test_an_archive_leaves_only_when_each_of_its_tables_was_taken_in(home):
    """Of the second a table was refused, so it is not among those taken; of the third one was left for the next run."""
    for name in ("first.zip", "second.zip", "third.zip"):
        Supplier(home.inbox).sends_all(zipped(("a.csv", HEADER + name), ("b.csv", MARK + name)), name)
    tables = {extract.name: extract.sha256 for extract in find_extracts(home, but_not=frozenset())}
    accepted = frozenset(sha256 for name, sha256 in tables.items() if name != "second.zip/b.csv")
    inbox.move_taken(home, taken=accepted, but_not={"third.zip/a.csv"})
    assert sorted(path.name for path in home.inbox.iterdir()) == ["second.zip", "third.zip"]
    assert (home.folder / "taken/first.zip").is_file()


def test_an_archive_damaged_since_leaves_as_little(home):
    Supplier(home.inbox).sends_all(zipped(("a.csv", HEADER)), "first.zip")
    before = taken(home)
    (home.inbox / "first.zip").write_bytes(zipped(("a.csv", HEADER))[:-30])
    inbox.move_taken(home, taken=before, but_not=set())
    assert (home.inbox / "first.zip").exists()


def test_every_layout_that_is_a_table_can_be_delivered_as_csv(supplier):
    for layout in LAYOUTS:
        if not layout.record:
            headers = [*layout.marks_it, *(group[0] for group in layout.one_of)]
            assert recognised(supplier.sends(",".join(headers) + "\n")).name == layout.name


def test_a_link_in_the_inbox_is_not_followed_and_is_refused_in_words(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    (tmp_path / "elsewhere.csv").write_text("urn,upn\n")
    (home.inbox / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    (home.inbox / "own.csv").write_text("urn,upn\n")
    link, own = sorted(inbox.find_extracts(home, but_not=frozenset()), key=lambda one: one.name)
    assert str(link.fault) == "link.csv is a link, which is not followed: deliver the file itself."
    assert (own.name, own.fault) == ("own.csv", None)


def test_a_file_deep_in_folders_is_refused_by_a_name_no_longer_than_a_disk_takes(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    beside.write_refusal(home, "/".join(["a folder of a school"] * 20) + "/marks.csv", "why")
    beside.write_refusal(home, "marks.csv", "why")
    written = sorted(path.name for path in home.set_aside.iterdir())
    assert written[1] == "marks.csv.refused.txt"
    assert len(written[0].encode()) < 255 and written[0].endswith(".refused.txt")


@pytest.mark.parametrize("text, rows", [("a,b\n1,2\n3,4\n", 2), ("a,b\n1,2\n3,4", 2), ("a,b\n", 0), ("", 0)])
def test_the_rows_of_a_file_that_does_not_parse_are_its_lines_but_the_header(tmp_path, text, rows):
    path = tmp_path / "broken.csv"
    path.write_text(text)
    assert records_in(Extract(path, "broken.csv", "0")) == rows


def test_a_file_that_is_no_text_has_no_rows_though_some_of_its_bytes_end_lines(tmp_path):
    path = tmp_path / "rand.bin"
    path.write_bytes(b"\x00\x07\n" * 40)
    assert records_in(Extract(path, "rand.bin", "0")) == 0


def test_a_line_with_nothing_in_it_is_no_row_and_those_after_it_keep_their_numbers(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("urn,upn,code\n100001,x,/\n\n,,\n,y,\n\n")
    [rows] = read_extract(Extract(path, "marks.csv", "0"))
    assert rows.select("row_number", "upn").rows() == [(2, "x"), (5, "y")]


# A header that stands twice


TWICE = "urn,upn,date,session,code,{}\n100001,V209400182092,2025-09-08,AM,/,I\n"


@pytest.mark.parametrize("again", ["code", "Code", " CODE "])
def test_a_column_the_layout_reads_that_stands_twice_is_refused_by_name(supplier, again):
    for content in (TWICE.format(again), as_sheet(TWICE.format(again))):
        assert "the column code more than once" in refusal(supplier.sends(content))


def test_one_that_nobody_reads_may_stand_as_often_as_it_likes(supplier):
    extract = supplier.sends("urn,upn,date,session,code,comment,comment\n100001,V209400182092,2025-09-08,AM,/,a,b\n")
    assert recognised(extract).name == "attendance_marks"


def as_sheet(text: str) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(text.splitlines()):
            sheet.write_row(at, 0, line.split(","))
    return written.getvalue()
