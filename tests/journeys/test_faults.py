"""A night with every fault there is planted in the extracts: each is found, by file, row and rule, and nothing else is.

And while it is all put right, no child is named: every name in these extracts is marked, and the marks are nowhere.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from expectations import PROMISES, Severity
from pipeline.edges import trail
from pipeline.edges.settings import Home

from .at_home import Ran, a2n, a2n_process, deliver, new_home, tables, total
from .marked import FORENAME, SURNAME, Marks, mark

SEVERITY = {promise.rule: promise.severity.value for promises in PROMISES.values() for promise in promises}
WEEKS = 20

HEADERLESS = f"123456,A890200018001,{SURNAME},{FORENAME},2014-05-06,5,2019-09-02\n"
IN_WRONG_CELLS = {
    "attendance_marks_100001.csv": ["date", "session", "code"],
    "pupils_100001.csv": [
        "nc_year",
        "enrol_status",
        "sen_provision",
        "entry_date",
        "ethnicity",
        "language",
        "sex",
        "upn",
    ],
    "suspensions.csv": ["category", "reason1", "sessions", "upn"],
    "support_and_reviews.csv": ["kind", "last_review", "upn"],
    "wider_needs.csv": ["need", "added_by", "added_on", "upn"],
    "early_years_profiles.csv": ["good_level", "year", "upn"],
}
"""By file, the columns in which a surname turns up, one row each."""

MISPLACED = {
    "urn": "100001", "upn": SURNAME, "date": FORENAME, "session": SURNAME, "code": FORENAME, "minutes_late": SURNAME,
    "recorded_at": FORENAME,
}  # fmt: skip


@dataclass(frozen=True)
class Faulty:
    planted: pl.DataFrame
    made: list[Path]
    marks: Marks
    home: Home
    history: Ran
    ran: Ran
    temporary: Path


@pytest.fixture(scope="module")
def faulty(tmp_path_factory) -> Faulty:
    folder = tmp_path_factory.mktemp("faulty")
    to, temporary, home = folder / "made", folder / "temporary", new_home(folder / "home")
    temporary.mkdir()
    made = a2n(
        "synthesise", "--to", to, "--pupils", 300, "--schools", 6, "--seed", 2, "--weeks", WEEKS, "--with-faults"
    )
    assert made.status == 0, made.err
    marks = mark([*to.glob("*.csv"), *to.glob("history/*.csv")])
    deliver(home, to.glob("history/*.csv"), "last_year")
    history = a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01", "--json")
    deliver(home, [*to.glob("*.csv"), *to.glob("*.xml")])
    put_in(home)
    last_day = made.out.partition("the registers run to ")[2][:10]
    ran = a2n_process("nightly", "--home", home.folder, "--as-of", last_day, "--json", TMPDIR=str(temporary))
    return Faulty(pl.read_csv(folder / "made-faults.csv"), [*to.glob("*.csv")], marks, home, history, ran, temporary)


def put_in(home: Home) -> None:
    """Names where no name belongs: a file without its header row, one cut short, and one with its columns muddled."""
    (home.inbox / "headerless.csv").write_text(HEADERLESS * 3)
    (home.inbox / "ragged.csv").write_text(f"urn,upn,date,session,code\n100001,A890200018001,2025-09-05,AM,I\n{HEADERLESS}")  # fmt: skip
    pl.DataFrame([MISPLACED] * 2 + [MISPLACED | {"date": "2025-09-05", "session": "AM"}] * 50).write_csv(home.inbox / "misplaced.csv")  # fmt: skip
    (home.inbox / "broken.parquet").write_bytes(b"PAR1" + HEADERLESS.encode() + b"PAR1")

    for name, columns in IN_WRONG_CELLS.items():
        row = pl.read_csv(home.inbox / name, infer_schema=False, n_rows=1, skip_rows_after_header=3)
        if name.startswith("attendance"):
            row = row.with_columns(date=pl.lit("2025-10-29"))  # in the holidays: it contests no other mark
        named = [row.with_columns(pl.lit(SURNAME).alias(column)) for column in columns]
        filler = [row] * (40 if name.startswith("attendance") else 0)  # else most of the file could not be read
        pl.concat([*named, *filler]).write_csv(home.inbox / f"named_{name}")


OURS = {"headerless.csv", "ragged.csv", "misplaced.csv", "broken.parquet"}


def of(labels: pl.DataFrame, severity: Severity) -> pl.DataFrame:
    return labels.filter(pl.col("rule").replace_strict(SEVERITY, return_dtype=pl.String) == severity.value)


def test_every_fault_planted_is_set_aside_by_file_row_and_rule_and_no_clean_row_is(faulty):
    found = tables(faulty.home, "audit")["audit.set_aside"].filter(~pl.col("extract").str.starts_with("named_"))
    key = ["file", "row_number", "rule"]
    assert found.select(file="extract", row_number="row_number", rule="rule").sort(key).rows() == (
        of(faulty.planted, Severity.WARNING).select(key).sort(key).rows()
    )


def test_what_is_only_noted_is_counted_by_file(faulty):
    noted = tables(faulty.home, "audit")["audit.notes"].select("extract", "rule", "rows").sort("extract", "rule")
    found = noted.filter(~pl.col("extract").str.starts_with("named_"))
    assert found.rows() == of(faulty.planted, Severity.INFO).group_by("file", "rule").len().sort("file", "rule").rows()
    assert sum(faulty.ran.told["noted_by_rule"].values()) == noted["rows"].sum()


def test_every_rule_there_is_was_broken(faulty):
    assert set(faulty.planted["rule"]) == set(SEVERITY)


def test_the_night_exits_1_with_each_refused_file_on_standard_error_and_the_rest_published(faulty):
    refused = {one["file"]: one["refused_because"] for one in faulty.ran.told["extracts"] if one["refused_because"]}
    said = faulty.ran.err.splitlines()
    assert faulty.ran.status == 1
    assert set(refused) == set(of(faulty.planted, Severity.CRITICAL)["file"]) | OURS
    assert len(said) == len(refused)
    for file, because in refused.items():
        assert [line for line in said if line.startswith("Refused: ") and file in line and because in line], file
    assert faulty.ran.told["pupils_by_outcome"]["listed"] >= 6
    assert (faulty.home.published / "current.duckdb").exists()


def test_read_is_accepted_and_set_aside_and_refused_file_by_file(faulty):
    told = faulty.ran.told
    for one in told["extracts"]:
        assert one["rows_read"] == one["rows_accepted"] + one["rows_set_aside"] + one["rows_refused"], one["file"]
    set_aside = tables(faulty.home, "audit")["audit.set_aside"]
    assert total(told, "rows_set_aside") == set_aside.select("extract_id", "row_number").n_unique()
    assert told["set_aside_by_rule"] == dict(set_aside.group_by("rule").len().sort("rule").rows())


def test_each_row_set_aside_is_told_beside_the_inbox_by_number_rule_and_sentence(faulty):
    told = pl.concat([pl.read_csv(path) for path in faulty.home.set_aside.glob("*.set_aside.csv")])
    kept = tables(faulty.home, "audit")["audit.set_aside"]
    assert told.columns == ["file", "row_number", "rule", "sentence", "data"]
    assert sorted(told.drop("data").rows()) == sorted(kept.select("extract", "row_number", "rule", "sentence").rows())


# No child is named --------------------------------------------------------------------------------------------------------


def test_the_marks_were_delivered_and_the_lists_do_carry_names(faulty):
    """Otherwise the tests below would prove nothing."""
    assert len(faulty.marks.upns) > 300 and len(faulty.marks.births) > 200
    held = b"".join(path.read_bytes() for path in faulty.home.inbox.rglob("*.csv"))
    assert len(faulty.marks.found_in_bytes(held)) > 300
    births = {str(day) for day in faulty.marks.births}
    assert len(births & faulty.marks.found_in_text((faulty.home.inbox / "pupils_100001.csv").read_text())) > 10


def test_no_name_upn_or_birth_date_is_printed(faulty):
    for said in (faulty.ran.out, faulty.ran.err, faulty.history.out, faulty.history.err):
        assert faulty.marks.found_in_text(said) == set()
    assert "Traceback" not in faulty.ran.err


def test_no_name_upn_or_birth_date_is_in_any_table_of_the_warehouse(faulty):
    kept = tables(faulty.home)
    assert {name: found for name, rows in kept.items() if (found := faulty.marks.found_in_table(rows))} == {}
    assert {name.partition(".")[0] for name in kept} >= {"staged", "facts", "derived", "audit", "waiting"}


def test_no_name_upn_birth_date_or_pupil_id_is_published(faulty):
    with duckdb.connect(faulty.home.published / "current.duckdb", read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        published = {name: con.execute(f"FROM published.{name}").pl() for name in names}
    pupils = set(tables(faulty.home, "derived")["derived.triage"]["pupil_id"])
    for name, rows in published.items():
        assert faulty.marks.found_in_table(rows) == set(), name
        assert not pupils & {cell for row in rows.rows() for cell in row if isinstance(cell, str)}


def test_no_name_or_upn_is_legible_in_any_file_but_the_inboxs_the_lists_and_the_printables(faulty):
    kept = [path for path in faulty.home.folder.rglob("*") if path.is_file() and faulty.home.inbox not in path.parents]
    files = [path for path in kept if path.suffix not in (".xlsx", ".pdf")]
    may_hold_names = {(path.parent.name, path.suffix) for path in kept if path not in files}
    of_the_authority = faulty.home.outbox.glob("*/lost_between_services*.xlsx")
    assert may_hold_names == {
        ("lists", ".xlsx"),
        ("printables", ".pdf"),
        *((path.parent.name, ".xlsx") for path in of_the_authority),
    }
    assert {path.name: found for path in files if (found := faulty.marks.found_in_bytes(path.read_bytes()))} == {}
    assert {"warehouse.duckdb", "identity.duckdb", "ragged.csv.refused.txt"} <= {path.name for path in files}


def test_no_name_upn_birth_date_or_pupil_id_is_on_the_record_of_who_saw_what(faulty):
    said = "".join(path.read_text() for path in trail.files(faulty.home.folder / trail.FOLDER))
    assert faulty.marks.found_in_text(said) == set() and said.count(trail.LIST) > 2
    assert [pupil for pupil in tables(faulty.home, "derived")["derived.triage"]["pupil_id"] if pupil in said] == []


def test_a_surname_in_a_cell_where_none_belongs_is_set_aside_by_row_and_rule(faulty):
    found = tables(faulty.home, "audit")["audit.set_aside"].filter(pl.col("extract").str.starts_with("named_"))
    by_file = dict(found.group_by("extract").agg(pl.col("row_number").n_unique()).rows())
    kept_unread = {"ethnicity", "language", "sex", "reason1"}  # no list rests on them: they are left unknown
    kept_unread |= {"added_by"}  # kept as other, and noted
    assert by_file == {f"named_{name}": len(set(columns) - kept_unread) for name, columns in IN_WRONG_CELLS.items()}


def test_what_is_said_of_rows_set_aside_and_files_refused_names_nobody(faulty):
    said = "\n".join(path.read_text() for path in faulty.home.set_aside.iterdir())
    assert faulty.marks.found_in_text(said) == set()
    assert len(said) > 1000


def test_nothing_is_left_in_scratch_or_in_the_machines_own_temporary_folder(faulty):
    assert list(faulty.home.scratch.iterdir()) == []
    assert [path for path in faulty.temporary.rglob("*") if path.is_file()] == []
