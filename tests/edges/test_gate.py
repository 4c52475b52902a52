"""The gate itself: exact, harmless, and never taking a fault of its own for bad data."""

import hashlib
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import duckdb_extension_httpfs
import polars as pl
import pytest

from expectations import PROMISES, Promise, Severity
from expectations.promise import rows_where
from pipeline.edges import gate, identity
from pipeline.edges.gate import GateBroken, Verdict, check, judged
from tests.edges.at_the_gate import AMIRA, SCHOOL, judge, many, rows, stood, verdict_on
from tests.edges.delivered import ROLL, SCHOOLS, file, new_home, night, table

NAME = "OLUMIDE"


@pytest.fixture
def con():
    with closing(duckdb.connect()) as con:
        yield con


def a_promise(sql: str, severity: Severity = Severity.WARNING, sentence: str = "Made up for a test.") -> Promise:
    return Promise("made_up", severity, sentence, sql)


# Severities


def test_a_warning_sets_the_row_aside_an_info_is_noted_and_a_critical_refuses_the_file(con):
    batch = pl.concat([many("attendance_marks", 3), many("attendance_marks", 2, extract_id=2)])
    stood(con, batch)
    sql = "SELECT extract_id, row_number FROM batch WHERE row_number = 2 AND extract_id = 2"
    by_severity = {severity: judged(con, "made_up", [a_promise(sql, severity)]) for severity in Severity}

    assert by_severity[Severity.WARNING].set_aside.rows() == [(2, 2, "made_up", "Made up for a test.")]
    assert by_severity[Severity.INFO].notes.rows() == [(2, "made_up", "Made up for a test.", 1)]
    assert by_severity[Severity.CRITICAL].stop == {2: "Made up for a test."}
    for severity, verdict in by_severity.items():
        assert (verdict.stop != {}) == (severity is Severity.CRITICAL)
        assert verdict.set_aside.is_empty() == (severity is not Severity.WARNING)
        assert verdict.notes.is_empty() == (severity is not Severity.INFO)


def test_the_rows_of_a_refused_file_are_neither_set_aside_nor_noted(con):
    stood(
        con,
        pl.concat([many("attendance_marks", 30, code="ILL"), many("attendance_marks", 3, code="ILL", extract_id=2)]),
    )
    verdict = check(con, "attendance_marks")
    assert list(verdict.stop) == [1]
    assert verdict.set_aside["extract_id"].to_list() == [2, 2, 2]


def test_a_file_refused_for_two_reasons_says_both():
    verdict = verdict_on("attendance_marks", many("attendance_marks", 20, code="ILL", half_day="lunch"))
    assert "no register code" in verdict.stop[1] and "neither AM nor PM" in verdict.stop[1]


def test_a_row_that_breaks_two_promises_is_set_aside_under_each():
    judge(
        "attendance_marks",
        """
        half_day | code | breaks
        ---------+------+------------------------------
        lunch    | ILL  | half_day_unknown code_unknown
        """,
    )


def test_clean_rows_and_no_rows_give_an_empty_verdict_of_the_declared_columns():
    for batch in (many("attendance_marks", 5, code="#"), many("attendance_marks", 0)):
        verdict = verdict_on("attendance_marks", batch.unique("date"))
        assert verdict.stop == {}
        assert verdict.set_aside.rows() == [] and dict(verdict.set_aside.schema) == gate.SET_ASIDE
        assert verdict.notes.rows() == [] and dict(verdict.notes.schema) == gate.NOTES


# Exactness


def test_every_breaking_row_is_set_aside_however_many_there_are():
    """Great Expectations shows 200 failing rows at most; the gate returns all 3,334, by number."""
    code = pl.when(pl.col("row") % 3 == 0).then(pl.lit("ZZ")).otherwise(pl.lit("I"))
    verdict = verdict_on("attendance_marks", many("attendance_marks", 10_000, code=code))
    assert verdict.stop == {}
    assert verdict.set_aside["row_number"].to_list() == list(range(2, 10_002, 3))
    assert verdict.set_aside["rule"].unique().to_list() == ["code_unknown"]


def test_great_expectations_is_handed_counts_and_no_rows(con, monkeypatch):
    from pipeline.edges.gx_dialect import BufferedCursor

    longest = []
    execute = BufferedCursor.execute
    monkeypatch.setattr(
        BufferedCursor,
        "execute",
        lambda cursor, *asked: (execute(cursor, *asked), longest.append(len(cursor._rows)))[0],
    )
    stood(con, many("attendance_marks", 50_000, urn=999_999))
    assert check(con, "attendance_marks").set_aside.height == 50_000
    assert longest and max(longest) <= 50


def test_the_verdict_does_not_depend_on_the_order_of_rows_or_files():
    picture = """
        extract_id | row_number | half_day | code | breaks
        -----------+------------+----------+------+-------
        1          | 2          | lunch    | ZZ   |
        1          | 3          | am       | ZZ   |
        2          | 2          | lunch    | I    |
        2          | 3          | pm       | O    |
        3          | 2          | pm       | J9   |
        """
    batch = rows("attendance_marks", picture)
    straight, mixed = (
        verdict_on("attendance_marks", b) for b in (batch, batch.sample(fraction=1, shuffle=True, seed=7))
    )
    assert straight.set_aside.equals(mixed.set_aside) and straight.notes.equals(mixed.notes)


def test_two_answers_to_one_question_stop_the_gate(con):
    """Whichever is asked first, every row breaks the rule; a row that is asked of later breaks it no more."""
    stood(con, many("attendance_marks", 100))
    con.execute("CREATE SEQUENCE asked")
    with pytest.raises(GateBroken, match=r"made_up: .* were judged to break it"):
        judged(con, "made_up", [a_promise(rows_where("nextval('asked') <= 100"))])


# Faults of our own


def broken_by(con, promise: Promise) -> GateBroken:
    with pytest.raises(GateBroken) as stopped:
        judged(con, "made_up", [promise])
    return stopped.value


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize(
    "breaks",
    [
        "no_such_column = 1",
        "date >",
        "CAST(code AS INTEGER) = 1",
        "error(code) IS NULL",
        "contains(code, ' :x {y} ') AND nonsense(1)",
    ],
)
def test_an_expectation_that_crashes_stops_the_run_and_quotes_nothing(con, severity, breaks):
    """The crash comes back nested by metric, `success` false: exactly what bad data looks like."""
    stood(con, many("attendance_marks", 3, code=NAME))
    stopped = broken_by(con, a_promise(rows_where(breaks), severity))
    assert "made_up" in str(stopped) and "Exception" in str(stopped)
    assert NAME not in str(stopped)
    assert stopped.__suppress_context__ or stopped.__context__ is None


def test_a_crash_outside_any_metric_stops_the_run_too(con, monkeypatch):
    """Then `exception_info` is flat. Both shapes have to be read."""
    from expectations.breaking_rows import ExpectNoBreakingRows

    def crash(*args, **kwargs):
        raise ZeroDivisionError(NAME)

    monkeypatch.setattr(ExpectNoBreakingRows, "_validate", crash)
    stood(con, many("attendance_marks", 3))
    stopped = broken_by(con, a_promise(rows_where("false")))
    assert str(stopped) == "made_up could not be judged (ZeroDivisionError)"


def test_both_shapes_of_a_crash_are_met_in_these_tests(con, monkeypatch):
    from expectations.breaking_rows import ExpectNoBreakingRows

    stood(con, many("attendance_marks", 3))
    [nested] = gate._validated(con, "made_up", (a_promise(rows_where("no_such_column = 1")),))
    monkeypatch.setattr(ExpectNoBreakingRows, "_validate", lambda *args, **kwargs: 1 / 0)
    [flat] = gate._validated(con, "made_up", (a_promise(rows_where("false")),))
    assert "raised_exception" not in nested.exception_info and nested.success is False
    assert flat.exception_info["raised_exception"] is True and flat.success is False


CLEAN = {"raised_exception": False, "exception_traceback": None, "exception_message": None}
CRASHED = {
    "raised_exception": True,
    "exception_traceback": "Traceback ...\nValueError: quoted",
    "exception_message": "quoted",
}


@pytest.mark.parametrize(
    ("exception_info", "result"),
    [
        (CRASHED, {"observed_value": 0}),
        ({"some metric": CRASHED}, {"observed_value": 0}),
        ({}, {"observed_value": 0}),
        (CLEAN, {}),
    ],
    ids=["flat crash", "nested crash", "nothing said", "no count"],
)
def test_a_count_is_believed_only_from_an_expectation_that_ran(exception_info, result):
    config = SimpleNamespace(meta={"rule": "made_up"})
    with pytest.raises(GateBroken, match=r"made_up could not be judged \((ValueError|no exception named)\)"):
        gate._rows(SimpleNamespace(expectation_config=config, exception_info=exception_info, result=result))
    ran = SimpleNamespace(expectation_config=config, exception_info=CLEAN, result={"observed_value": 3})
    assert gate._rows(ran) == 3


def test_one_crash_among_good_promises_names_the_one(con):
    stood(con, many("attendance_marks", 3))
    good = [replace(promise, rule=f"good_{at}") for at, promise in enumerate(PROMISES["attendance_marks"][:3])]
    with pytest.raises(GateBroken, match=r"^made_up could not be judged"):
        judged(con, "made_up", [*good, a_promise(rows_where("no_such_column = 1"))])


def test_a_promise_without_an_answer_stops_the_run(con, monkeypatch):
    validated = gate._validated
    monkeypatch.setattr(gate, "_validated", lambda *asked: validated(*asked)[1:])
    stood(con, many("attendance_marks", 3))
    with pytest.raises(GateBroken, match="no answer for"):
        check(con, "attendance_marks")


def test_without_its_views_the_gate_breaks_and_does_not_pass(con):
    with pytest.raises(GateBroken, match=r"^attendance_marks: the promises could not be run \(\w+\)$"):
        check(con, "attendance_marks")


def test_braces_colons_and_percent_signs_in_a_promise_are_sql_and_nothing_else(con):
    stood(con, many("attendance_marks", 4))
    sql = rows_where("row_number % 2 = 0 AND '{a} :b 50%' = '{a} ' || ':b 50%' AND {'k': 1}.k::INTEGER = 1")
    assert judged(con, "made_up", [a_promise(sql)]).set_aside["row_number"].to_list() == [2, 4]


# What may be skipped


def test_a_rule_that_cannot_be_judged_now_is_skipped():
    batch = many("attendance_marks", 3, pupil_id="noonenoonexx", code="ZZ")
    assert set(verdict_on("attendance_marks", batch).set_aside["rule"]) == {"pupil_on_no_roll", "code_unknown"}
    skipped = verdict_on("attendance_marks", batch, skip=frozenset({"pupil_on_no_roll", "school_repeated"}))
    assert set(skipped.set_aside["rule"]) == {"code_unknown"}


def test_a_rule_no_feed_has_cannot_be_skipped():
    with pytest.raises(ValueError, match=r"pupil_on_no_rol$"):
        verdict_on("attendance_marks", many("attendance_marks", 1), skip=frozenset({"pupil_on_no_rol"}))


def test_a_feed_with_every_rule_skipped_breaks_nothing():
    every = frozenset(promise.rule for promise in PROMISES["schools"])
    assert verdict_on("schools", many("schools", 2, urn=None), skip=every).set_aside.is_empty()


# Over an encrypted file, leaving nothing behind


@pytest.fixture
def over_encrypted(con, tmp_path) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """A connection whose batch is in an attached encrypted file, as the pipeline has it."""
    folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    con.execute(f"LOAD '{folder / 'httpfs.duckdb_extension'}'")
    file = tmp_path / "scratch.duckdb"
    con.execute(f"ATTACH '{file}' AS scratch (ENCRYPTION_KEY 'made up for a test, thirty-two or more')")
    code = pl.when(pl.col("row") < 300).then(pl.lit("ZZ")).otherwise(pl.lit("I"))
    stood(con, many("attendance_marks", 1_000, code=code))
    con.execute("CREATE TABLE scratch.main.attendance_marks AS FROM memory.main.batch")
    con.execute("DROP TABLE memory.main.batch")
    con.execute("CREATE VIEW memory.main.batch AS SELECT * FROM scratch.main.attendance_marks")
    con.execute("CHECKPOINT scratch")
    return con, file


def test_the_gate_judges_rows_in_an_encrypted_file(over_encrypted):
    verdict = check(over_encrypted[0], "attendance_marks")
    assert verdict.set_aside["row_number"].to_list() == list(range(2, 302))


def test_the_gate_leaves_nothing_behind(over_encrypted, monkeypatch, tmp_path):
    con, file = over_encrypted
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    held = "SELECT database_name, name, sql FROM (SELECT database_name, view_name AS name, sql FROM duckdb_views() UNION ALL SELECT database_name, table_name, sql FROM duckdb_tables()) ORDER BY ALL"
    before = con.execute(held).fetchall(), hashlib.sha256(file.read_bytes()).hexdigest()
    check(con, "attendance_marks")
    assert (con.execute(held).fetchall(), hashlib.sha256(file.read_bytes()).hexdigest()) == before
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "scratch.duckdb"]


def test_the_connection_goes_on_working_and_the_gate_can_be_asked_again(con):
    stood(con, many("attendance_marks", 3, code="ZZ"))
    first, second = check(con, "attendance_marks"), check(con, "attendance_marks")
    assert first.set_aside.equals(second.set_aside)
    assert con.execute("SELECT count(*) FROM batch").fetchone() == (3,)


# A night


def test_a_file_the_gate_stops_keeps_no_row_and_nobodys_name(tmp_path):
    home = new_home(tmp_path / "home")
    shouted = file(ROLL).with_columns(upn=pl.lit(None, pl.String))
    night(home, schools=SCHOOLS, pupils=shouted)
    assert table(home, "staged.pupils").is_empty()
    with identity.identity(home) as con:
        assert con.execute("SELECT count(*) FROM identity.people").fetchone() == (0,)


# Quiet


def test_the_gate_prints_nothing_and_its_import_costs_nothing():
    program = f"""
import sys, duckdb
from pipeline.edges.gate import check
assert not any(name.startswith(("great_expectations", "sqlalchemy")) for name in sys.modules)
from tests.edges.at_the_gate import many, stood
con = duckdb.connect()
stood(con, many("attendance_marks", 3, code="{NAME}"))
assert check(con, "attendance_marks").set_aside.height == 3
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_verdict_says_which_row_and_rule_and_no_value():
    batch = many("attendance_marks", 1, code=NAME, pupil_id=AMIRA, urn=SCHOOL)
    verdict = verdict_on("attendance_marks", batch)
    assert isinstance(verdict, Verdict)
    assert verdict.set_aside.select("extract_id", "row_number", "rule").rows() == [(1, 2, "code_unknown")]
    assert NAME not in str(verdict.set_aside.rows()) and AMIRA not in str(verdict.set_aside.rows())
