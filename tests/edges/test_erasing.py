"""What is erased of a child in the databases, and that no table is forgotten; marks by which one is known when sent again."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import child as children
from pipeline.edges import claims, erasing, forgotten, identity, in_place, rewriting, settling
from pipeline.edges import warehouse as shelf
from pipeline.edges.child import HANGING, NAMED_BY_ANOTHER, OF_A_PUPIL, Child, make_tables
from pipeline.edges.containers import tables_in
from pipeline.edges.errors import Refused
from pipeline.edges.forgotten import OWN_KEYS, SYSTEM, UPN, Marks
from pipeline.edges.pseudonyms import Former, Pseudonyms
from pipeline.edges.secret import Key
from pipeline.tables.candidates import candidates
from pipeline.vocabulary.feeds import FEED_NAMES
from tests.journeys.at_home import new_home

HANGS = {column for columns in HANGING.values() for column in columns}
PLACE = {"extract_id", "row_number"}
OF_NOBODY = {
    "staged.schools", "staged.census_headers", "staged.census_schools", "staged.plan_returns", "staged.register_totals", "staged.school_ids",
    "staged.mark_codes", "derived.issued_lists", "derived.reconciliation", "derived.schools_without_list", "feedback.returns",
    "feedback.refused_rows", "audit.runs", "audit.extracts", "audit.parts", "audit.notes", "audit.hidden_cells", "audit.told_cells",
    "audit.group_days", "audit.kept_group_audit", "audit.kept_ever", "audit.forgettings", "audit.forgotten_pupils",
    "audit.rewritten_extracts", "audit.retention", "derived.groups_of_years",
}  # fmt: skip
"""Tables no row of which is a child's. Of schools, files, runs and counts; put a new table here only if that is so."""
OF_NAMES_OF_NOBODY = {
    "identity.agency_weighed",
    "identity.linkage_model",
    "identity.forgotten",
    "identity.former_keys",
    "identity.pseudonym_key",
    "identity.trail_heads",
}


def test_every_table_with_a_childs_column_is_erased_from():
    missed = []
    for table in (*shelf.KEPT, *(candidates(feed) for feed in FEED_NAMES)):
        columns = set(table.names)
        by_child, by_key, by_place = columns & set(OF_A_PUPIL), columns & HANGS, columns >= PLACE
        is_erased = by_child or by_place or (table.name.startswith("waiting.") and by_key)
        if not is_erased and table.name not in OF_NOBODY and not table.name.startswith("scratch."):
            missed.append(table.name)
        if table.name.startswith("scratch.") and not by_place:
            missed.append(table.name)
    assert missed == []
    assert {table.name for table in shelf.KEPT} >= OF_NOBODY


def test_every_column_that_holds_a_pupil_id_is_known():
    """By its description: a new one that says so and is not looked at would be missed."""
    told = {
        c.name
        for table in shelf.KEPT
        for c in table.columns
        if "pupil_id" in c.name or "pseudonym of" in c.description.lower()
    }
    assert told - {"rows_of_pupil_id"} <= {*OF_A_PUPIL, *NAMED_BY_ANOTHER}


def test_every_table_of_names_is_erased_from(tmp_path):
    home = new_home(tmp_path / "home")
    identity.check_key(home)
    forgotten.marks(home)
    with claims.claims(home) as names:
        make_tables(names)
        told = names.execute("SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'identity' GROUP BY 1").fetchall()  # fmt: skip
    there = {name.replace("main.", "identity."): set(columns) for name, columns in told}
    missed = {name for name, columns in there.items() if not columns & {*OF_A_PUPIL, "person"}} - OF_NAMES_OF_NOBODY
    assert missed == {"identity.addresses"}  # erased by the keys they hang from


def test_a_child_goes_from_the_names_and_another_who_names_the_upn_stays_without_it(tmp_path):
    home = new_home(tmp_path / "home")
    with identity.identity(home) as names:
        make_tables(names)
        add = "INSERT INTO identity.people VALUES (?, ?, ?, 'Okafor', 'Amira', DATE '2014-03-01', DATE '2025-09-01')"
        names.executemany(add, [("one", "U1", None), ("old", "U0", None), ("two", "U2", "U1"), ("three", "U3", "U9")])
        names.execute(
            "INSERT INTO identity.words VALUES ('one', 1, DATE '2025-09-01', 'strengths', 'x', DATE '2025-09-01')"
        )
        names.execute(
            "INSERT INTO identity.addresses VALUES ('k', 'n', 'P1', DATE '2025-09-01'), ('k', 'm', 'P2', DATE '2025-09-01')"
        )
        child = Child(("one", "old"), ("U0", "U1"), keys={"census pupil": (("k", "n"),)})
        gone = erasing.erase_names(names, child, Marks(["a key"]), ())
        assert gone == 4
        assert names.execute("SELECT pupil_id, former_upn FROM identity.people ORDER BY 1").fetchall() == [
            ("three", "U9"),
            ("two", None),
        ]
        assert names.execute("SELECT postcode FROM identity.addresses").fetchall() == [("P2",)]


@pytest.mark.parametrize("is_known", [True, False])
def test_of_an_erasure_cut_short_what_hung_from_rows_that_are_gone_is_known_by_its_marks(tmp_path, is_known):
    """The warehouse told whose an address is, and under which name an agency knows a child: once its rows are gone nothing does."""
    home, marks = new_home(tmp_path / "home"), Marks(["a key"])
    begun = Child(("one",), ("U1",), persons=("met elsewhere",), keys={"census pupil": (("k", "n"), ("k", None))})
    left = Child(("one",), ("U1",))
    with identity.identity(home) as names:
        make_tables(names)
        names.execute(
            "INSERT INTO identity.addresses VALUES ('k', 'n', 'P1', DATE '2025-09-01'), ('k', 'm', 'P2', DATE '2025-09-01'), "
            "('k', NULL, 'P3', DATE '2025-09-01')"
        )
        names.executemany(
            "INSERT INTO identity.agency_statements VALUES (?, 'early help', NULL, NULL, DATE '2025-09-01')",
            [("met elsewhere",), ("another",)],
        )
        gone = erasing.erase_names(names, left, marks, begun.marked(marks) if is_known else ())
        assert gone == (3 if is_known else 0)
        postcodes = {one for (one,) in names.execute("SELECT postcode FROM identity.addresses").fetchall()}
        persons = {one for (one,) in names.execute("SELECT person FROM identity.agency_statements").fetchall()}
    assert postcodes == ({"P2"} if is_known else {"P1", "P2", "P3"})
    assert persons == ({"another"} if is_known else {"met elsewhere", "another"})


def test_what_another_child_has_too_is_told_of_no_agencys_row(tmp_path):
    """Sent by name and birth date alone, a row may be of either of two children who share them."""
    home = new_home(tmp_path / "home")
    born, none = date(2014, 3, 1), pl.DataFrame(schema={"one": pl.String, "other": pl.String})
    with shelf.warehouse(home) as con, identity.identity(home) as names:
        make_tables(names)
        add = "INSERT INTO identity.people VALUES ($1, $2, $3, $4, $5, $6, DATE '2025-09-01')"
        names.execute(add, ["one", "U1", "U0", "O'Neil", "Zoë", born])
        alone = children.child(con, names, ["one"], Pseudonyms("a key"), none)
        assert len(alone.persons) == 1 and alone.namesakes == () and alone.former_upns == ("U0",)
        names.execute(add, ["two", "U2", None, "ONEIL", "Zoe", date(2014, 3, 2)])
        assert children.child(con, names, ["one"], Pseudonyms("a key"), none) == alone
        names.execute(add, ["three", "U3", None, "ONEIL", "Zoe", born])
        shared = children.child(con, names, ["one"], Pseudonyms("a key"), none)
        assert shared.persons == () and shared.namesakes == (("O'Neil", "Zoë", born),)


# Records of what was begun ------------------------------------------------------------------------------------------------


def test_a_small_file_is_whole_on_the_disk_with_the_folder_that_names_it(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(in_place, "to_disk", lambda path: flushed.append(path.name))
    in_place.write_whole(tmp_path / "some.json", "{}", mode=0o600)
    assert flushed == [in_place.half_written(tmp_path / "some.json").name, tmp_path.name]
    assert (tmp_path / "some.json").read_text() == "{}" and (tmp_path / "some.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ['{"key": "ware', "[]", "{}"])
def test_a_change_of_keys_that_cannot_be_read_says_what_to_do(content, tmp_path):
    home = new_home(tmp_path / "home")
    change = settling.Change("warehouse", ("warehouse.duckdb",))
    settling.begin(home, change)
    assert settling.on_record(home) == change
    (home.folder / settling.JOURNAL).write_text(content)
    with pytest.raises(Refused, match=r"cannot be read.*a2n restore"):
        settling.on_record(home)


# Marks --------------------------------------------------------------------------------------------------------------------


def test_a_mark_is_of_one_upn_under_one_key_and_says_nothing_of_it():
    marks = Marks(["a key"])
    marks.add(UPN, "A890200018001")
    assert (
        marks.has(UPN, " a890200018001")
        and not marks.has(UPN, "A890200018002")
        and not marks.has("care", "A890200018001")
    )
    assert "890200018001" not in str(marks.all)
    assert not Marks(["another key"], marks.all).has(UPN, "A890200018001")
    assert Marks(["another key", "a key"], marks.all).has(UPN, "A890200018001")


def test_a_key_that_passes_to_another_child_is_marked_no_more():
    marks = Marks(["a key"])
    gone, stays = (pl.DataFrame({"parent_key": [key], "native_id": ["n"]}) for key in ("17", "18"))
    marks.renew("pupils", stays, gone)
    hangs = pl.DataFrame({"parent_key": ["17", "18", None], "native_id": ["n", "n", None]})
    assert marks.told_in(hangs, "census pupil", ("parent_key", "native_id")).to_list() == [True, False, False]
    marks.renew("pupils", gone, stays)
    assert marks.told_in(hangs, "census pupil", ("parent_key", "native_id")).to_list() == [False, True, False]


def test_marks_are_kept_with_the_names_and_found_again_under_another_key(tmp_path):
    home = new_home(tmp_path / "home")
    marks = forgotten.marks(home)
    marks.add(UPN, "A890200018001")
    marks.save(home, on=date(2025, 9, 1))
    assert forgotten.marks(home).has(UPN, "A890200018001")
    with identity.identity(home) as names:
        names.execute("DELETE FROM identity.pseudonym_key")
        names.execute(identity.FORMER_KEYS.format("identity"))
        names.execute("INSERT INTO identity.former_keys VALUES (1, ?, '2025-09-01')", [home.key("pseudonym")])
    home.key_file("pseudonym").write_text("another pseudonym key, long enough to be one\n")
    assert forgotten.marks(home).has(UPN, "A890200018001") and not forgotten.marks(home).has(UPN, "A890200018002")
    again = forgotten.marks(home)
    again.remove(UPN, "A890200018001")
    again.save(home, on=date(2025, 9, 2))
    assert not forgotten.marks(home)


def test_a_mark_of_what_is_a_hash_itself_is_found_again_under_every_key_since():
    """The id of a school's own system is kept nowhere but hashed, and another hash since each change of key."""
    keys = ["the first key", "the second key", "the third key"]
    hashed = {}
    for turn in range(1, 4):
        former = [Former(Key(key), date(2025, 9, 1)) for key in keys[: turn - 1]]
        by = Pseudonyms(keys[turn - 1], former)
        refs = by.keyed("pupil", pl.Series(["17", "18"]))
        marks = Marks(keys[:turn][::-1], set(hashed), by)
        assert [marks.has(SYSTEM, 1, ref) for ref in refs] == [bool(hashed), False]
        rows = pl.DataFrame({"urn": [1, 1], "pupil_ref": refs})
        assert marks.told_in(rows, SYSTEM, ("urn", "pupil_ref")).to_list() == [bool(hashed), False]
        marks.add(SYSTEM, 1, refs[0])
        hashed = hashed or marks.all
    assert not Marks(keys[::-1], hashed).has(SYSTEM, 1, refs[0])  # not without knowing what it was
    marks = Marks(keys[::-1], hashed, by)
    marks.remove(SYSTEM, 1, refs[0])
    assert not marks


def test_keys_are_of_columns_that_are_declared():
    for feed, kinds in OWN_KEYS.items():
        for _, columns in kinds:
            assert set(columns) <= set(candidates(feed).names)


# Extracts written anew ----------------------------------------------------------------------------------------------------

TABLE = 'upn,said\nA1,first\nA2,"two\nlines, quoted"\nA3,third\n'


@pytest.mark.parametrize(
    ("content", "gone", "left"),
    [
        (TABLE.encode(), {2}, b"upn,said\n,\nA2,\"two\nlines, quoted\"\nA3,third\n"),
        (TABLE.encode(), {3, 4}, b"upn,said\nA1,first\n,\n,\n"),
        (TABLE.replace("\n", "\r\n").encode(), {2}, b"upn,said\r\n,\r\nA2,\"two\r\nlines, quoted\"\r\nA3,third\r\n"),
        (TABLE.rstrip("\n").encode(), {4}, b"upn,said\nA1,first\nA2,\"two\nlines, quoted\"\n,"),
        (TABLE.replace(",", ";").replace("first", "caf\xe9").encode("cp1252"), {3}, b"upn;said\nA1;caf\xe9\n;\nA3;third\n"),
        (TABLE.encode("utf-16"), {2}, TABLE.replace("A1,first", ",").encode("utf-16")),
        (("\nsep=;\n" + TABLE.replace(",", ";")).encode(), {4}, b"\nsep=;\nupn;said\n;\nA2;\"two\nlines; quoted\"\nA3;third\n"),
    ],
    ids=["first", "a record of two lines, and the last", "of Windows", "no end", "Windows-1252", "UTF-16", "lines before"],
)  # fmt: skip
def test_a_row_is_emptied_and_every_other_byte_stays(content, gone, left, tmp_path):
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    [one] = tables_in(path, "some.csv")
    assert rewriting.is_plain([one])
    written = rewriting.cut_out(one, rewriting.Cut(gone))
    assert written == left
    beside = rewriting.write_beside(one, written)
    assert rewriting.is_the_same_but_for(one, beside, rewriting.Cut(gone))
    assert not rewriting.is_the_same_but_for(one, beside, rewriting.Cut(set()))
