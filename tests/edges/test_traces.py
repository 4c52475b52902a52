"""The search that proves an erasure finds a child in every kind of place, and takes nobody else for one."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import duckdb
import openpyxl
import polars as pl
import pytest

from pipeline.edges import identity, traces
from pipeline.edges import warehouse as shelf
from pipeline.edges.child import Child, make_tables
from pipeline.edges.errors import Refused
from pipeline.vocabulary.identifiers import UPN_LETTERS, UpnCheck, upn_check
from tests.journeys.at_home import new_home

UPN, PUPIL_ID = "A890200018001", "abcdefghijkl"
BORN = date(2014, 3, 1)
AMIRA = traces.sought(Child((PUPIL_ID,), (UPN,), (("Okafor-Bello", "Amira", BORN),)))

TRACES = (
    UPN,
    PUPIL_ID,
    UPN.lower(),
    "okafor-bello,amira,2014-03-01",
    "Okafor-Bello, Amira\tborn 1 March 2014",
    "01/03/2014;AMIRA;OKAFOR-BELLO",
)
NONE = (
    "A890200018002",
    "abcdefghijkm",
    "Okafor-Bello, Amira",
    "Okafor-Bello, Ben, 2014-03-01",
    "Okafor-Bello, Amira, 2015-03-01",
)


def as_text(text: str) -> bytes:
    return f"a,b\nfirst,second\n{text},x\n".encode()


def as_utf16(text: str) -> bytes:
    return f"a,b\n{text},x\n".encode("utf-16")


def as_gzip(text: str) -> bytes:
    return gzip.compress(as_text(text))


def as_zip(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/some.csv.gz", as_gzip(text))
    return held.getvalue()


def as_workbook(text: str) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["a", "b"])
    book.active.append(text.replace(";", "\t").replace(",", "\t").split("\t"))
    book.save(held)
    return held.getvalue()


def as_parquet(text: str) -> bytes:
    held = io.BytesIO()
    pl.DataFrame({"a": ["x", text], "b": [1, 2]}).write_parquet(held)
    return held.getvalue()


def as_xml(text: str) -> bytes:
    return f"<all>{'<other>x</other>' * 200}<child><said>{text}</said></child>{'<other>y</other>' * 200}</all>".encode()


def as_json(text: str) -> bytes:
    return json.dumps({"told": [{"said": text}]}, ensure_ascii=False).encode()


KINDS = (as_text, as_utf16, as_gzip, as_zip, as_workbook, as_parquet, as_xml, as_json)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_trace_planted_in_a_file_is_found_and_another_childs_is_not(kind, tmp_path):
    path = tmp_path / "file"
    found = []
    for text in (*TRACES, *NONE):
        path.write_bytes(kind(text.replace("\t", " ") if kind is as_json else text))
        found.append(traces.in_file(path, AMIRA))
    assert found == [True] * len(TRACES) + [False] * len(NONE)


@pytest.mark.parametrize("times", [1, 2])
def test_what_grows_as_no_extract_does_is_not_looked_through_and_said_to_be_in_the_way(times, tmp_path, monkeypatch):
    """Looked through in part, it could be said of no child that nothing is left."""
    monkeypatch.setattr("pipeline.edges.unpacked.FREE_BYTES", 1_000_000)
    path = tmp_path / f"{UPN} again.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            archive.writestr(f"{number}.csv", b" " * 600_000)
    other = traces.sought(Child(("abcdefghijkm",), ("A890200018002",)))
    if times == 1:
        assert not traces.in_file(path, other)
        return
    with pytest.raises(Refused, match="grows, opened, as no extract does") as raised:
        traces.in_file(path, other)
    assert UPN not in str(raised.value)


def test_what_three_rows_say_of_three_children_is_nobodys_trace(tmp_path):
    path = tmp_path / "roll.csv"
    path.write_text("surname,forename,dob\nOkafor-Bello,Ben,2010-01-01\nSmith,Amira,2011-01-01\nJones,Ben,2014-03-01\n")
    assert not traces.in_file(path, AMIRA)
    assert not traces.in_file(path, AMIRA, names_alone=True)
    path.write_text("surname,forename,dob\nOkafor-Bello,Amira,2010-01-01\n")
    assert traces.in_file(path, AMIRA, names_alone=True)


AN = Child(("abcdefghijkl",), (UPN,), (("Li", "An", BORN),))
OTHER = next(upn for letter in UPN_LETTERS if upn_check(upn := f"{letter}890999925001") is UpnCheck.PERMANENT)


@pytest.mark.parametrize(
    ("record", "of"),
    [
        ("Li,An,2014-03-01", "THEIRS"),
        ("born 1 March 2014: An Li, and nobody else", "THEIRS"),
        ("born 1 March 2014: Li, An's sister", "THEIRS"),
        ('"LÍ","Án",01/03/2014', "THEIRS"),
        ("Collins,Joanna,2014-03-01", "NOBODYS"),
        ("Collins,An,2014-03-01", "NOBODYS"),
        ("Li,Mei-An,2014-03-01", "NOBODYS"),
        ("Li,Mei An,2014-03-01", "NOBODYS"),
        ("Li,An,2014-03-011", "NOBODYS"),
        ("Li,An,21 March 2014", "NOBODYS"),
        (f"{OTHER},Li,An,2014-03-01", "PERHAPS"),
        (f"{OTHER[:-1]}2,Li,An,2014-03-01", "THEIRS"),  # no UPN of anybody
        (f"{OTHER},Li,An,2014-03-01,{UPN}", "THEIRS"),
        (f"{'x' * 500},Li,An,2014-03-01,{'y' * 300},{OTHER},{'z' * 500}", "PERHAPS"),
    ],
)
def test_a_child_is_whoever_has_the_whole_name_and_birth_date_and_no_other_upn(record, of):
    assert traces.sought(AN).of_text(f"upn,surname\n{record}\n").name == of


def test_a_name_and_birth_date_that_another_child_has_too_says_of_nobody_that_it_is_they():
    shared = traces.sought(replace(AN, namesakes=(("LI", "an", BORN),)))
    assert shared.of_text("Li,An,2014-03-01") is traces.Is.PERHAPS
    assert shared.of_text(f"Li,An,2014-03-01,{UPN}") is traces.Is.THEIRS


def test_a_former_upn_in_the_childs_own_row_is_no_other_childs():
    assert traces.sought(AN).others_in(f"{UPN} {OTHER}") == [OTHER]
    assert traces.sought(replace(AN, former_upns=(OTHER,))).others_in(f"{UPN} {OTHER}") == []


def test_a_name_of_a_file_is_looked_at_too(tmp_path):
    (tmp_path / f"{UPN}.txt").write_text("nothing")
    assert traces.in_file(tmp_path / f"{UPN}.txt", AMIRA)


def test_a_snapshot_is_read_by_cell(tmp_path):
    with duckdb.connect(tmp_path / "some.duckdb") as con:
        con.execute(
            "CREATE TABLE t AS SELECT 'Okafor-Bello' AS surname, 'Amira' AS forename, DATE '2014-03-01' AS born"
        )
    assert traces.in_file(tmp_path / "some.duckdb", AMIRA)


def test_every_file_of_a_home_is_looked_through_but_its_keys_and_what_is_encrypted(tmp_path):
    home = new_home(tmp_path / "home")
    for folder in (
        "inbox/deep",
        "outbox/2025-10-10/lists",
        "set_aside",
        "published",
        "models/x",
        "scratch",
        "taken",
        "audit",
        ".hidden",
    ):
        (home.folder / folder).mkdir(parents=True, exist_ok=True)
        (home.folder / folder / "some").write_text(UPN)
    (home.folder / "strange").write_text(PUPIL_ID)
    assert len(list(traces.files_with(home, AMIRA))) == 10


def test_a_trace_planted_in_a_cell_of_either_database_is_found(tmp_path):
    home = new_home(tmp_path / "home")
    with shelf.warehouse(home) as con:
        assert list(traces.tables_with(con, "warehouse", AMIRA)) == []
        con.execute("INSERT INTO warehouse.audit.parts VALUES (?, 'x')", [f"a key of {PUPIL_ID}, quoted"])
        assert list(traces.tables_with(con, "warehouse", AMIRA)) == [("warehouse.audit.parts", traces.Is.THEIRS, 1)]
    with identity.identity(home) as con:
        make_tables(con)
        add = "INSERT INTO identity.told_names VALUES (1, 1, $2, NULL, false, $1, 'other', NULL, 'OKAFOR-BELLO', 'amira', $2, NULL)"
        con.execute(add, ["somebodyelse", BORN])
        assert list(traces.tables_with(con, "identity", AMIRA)) == []  # it is kept as another child's
        for day, found in ((date(2014, 3, 2), []), (BORN, [("identity.main.agency_people", traces.Is.THEIRS, 1)])):
            con.execute(
                "INSERT INTO identity.agency_people VALUES ('a hash', 'Okafor-Bello', 'Amira', $1, NULL, $2, $2)",
                [day, date(2025, 9, 1)],
            )
            assert list(traces.tables_with(con, "identity", AMIRA)) == found
