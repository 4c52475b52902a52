"""The faults planted on request are what the gate finds, row for row; in clean extracts it finds nothing."""

import shutil

import polars as pl
import pytest

from expectations import PROMISES, Severity
from pipeline import flow
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import make_home
from pipeline.hops.taking_in import Day
from pipeline.synthetic import synthesise

KEY = ["file", "row_number", "rule"]

SEVERITIES = {promise.rule: promise.severity for promises in PROMISES.values() for promise in promises}


def of_severity(labels: pl.DataFrame, severity: Severity) -> pl.DataFrame:
    return labels.filter(pl.col("rule").replace_strict(SEVERITIES, return_dtype=pl.String) == severity.value)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """What was planted, and what the gate set aside, noted and refused of it."""
    folder = tmp_path_factory.mktemp("faulty")
    made = synthesise(folder / "made", pupils=300, schools=6, seed=2, weeks=20, with_faults=True)
    home = make_home(folder / "home", demo=True)
    for path in made.history:
        shutil.copy(path, home.inbox)
    before = flow.take_in(home, Day(made.last_day, history=True))
    for path in home.inbox.iterdir():
        path.unlink()
    for path in made.files:
        shutil.copy(path, home.inbox)
    summary = flow.take_in(home, Day(made.last_day))
    with shelf.warehouse(home) as con:
        set_aside = shelf.read(con, "SELECT extract AS file, row_number, rule FROM warehouse.audit.set_aside")
        notes = shelf.read(con, "SELECT extract AS file, rule, rows FROM warehouse.audit.notes")
    return pl.read_csv(made.faults), set_aside, notes, summary, before


@pytest.mark.long
def test_every_rule_the_gate_knows_is_broken_at_least_once(judged):
    assert set(judged[0]["rule"]) == set(SEVERITIES)


@pytest.mark.long
def test_exactly_the_planted_rows_are_set_aside_each_under_its_rule(judged):
    planted, set_aside, *_ = judged
    expected = of_severity(planted, Severity.WARNING)
    assert set_aside.sort(KEY).rows() == expected.select(KEY).sort(KEY).rows()


@pytest.mark.long
def test_exactly_the_planted_files_are_refused(judged):
    planted, _, _, summary, _ = judged
    refused = {one.file for one in summary.extracts if one.refused_because}
    assert refused == set(of_severity(planted, Severity.CRITICAL)["file"])


@pytest.mark.long
def test_as_many_rows_are_noted_as_were_planted(judged):
    planted, _, notes, *_ = judged
    expected = of_severity(planted, Severity.INFO).group_by("file", "rule").len("rows").sort("file", "rule")
    in_those_files = notes.join(expected, on="file", how="semi").select("file", "rule", "rows")
    assert in_those_files.sort("file", "rule").rows() == expected.rows()


@pytest.mark.long
def test_clean_extracts_break_no_rule(judged):
    *_, before = judged
    assert before.set_aside_by_rule == before.noted_by_rule == {}
