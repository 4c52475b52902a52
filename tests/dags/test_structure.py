"""What Airflow is told of each DAG: read without running anything."""

import ast
import importlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from unittest import mock

import pytest
from airflow.sdk.exceptions import DownstreamTasksSkipped

from pipeline import parts
from pipeline.vocabulary.feeds import FAMILIES, FEED_NAMES

from .conftest import DAGS

HEAVY = ("great_expectations", "polars", "pandas", "duckdb", "sklearn", "xlsxwriter")


@pytest.fixture(params=["intake", "flag"])
def dag(request, dagbag):
    return dagbag.dags[request.param]


def test_all_dags_are_read_without_an_error_and_there_are_no_others(dagbag):
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == {"intake", "flag", "learn", "nation"}


def test_a_dag_says_what_it_does_and_every_task_too(dag):
    assert dag.doc_md.startswith(f"# {dag.dag_id.capitalize()}")
    assert len(dag.doc_md.split()) > 40
    assert all((task.python_callable.__doc__ or "").strip().endswith(".") for task in dag.tasks)


def test_home_and_day_are_explicit_params_and_neither_has_to_be_given(dag):
    assert {name: dag.params[name] for name in dag.params} == {"home": None, "day": None}
    assert all(dag.params.get_param(name).description for name in dag.params)


def test_nights_missed_are_not_caught_up_and_no_two_runs_overlap(dag):
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


def test_whatever_opens_the_warehouse_waits_for_the_pools_one_slot(dag):
    assert {task.pool for task in dag.tasks if not task.task_id.startswith("tell_of_")} == {"duckdb_writer"}
    assert {task.pool_slots for task in dag.tasks} == {1}


def test_work_is_tried_again_after_a_while_and_bad_news_is_not(dag):
    tried = {task.task_id: task.retries for task in dag.tasks}
    assert {tried.pop(name) for name in list(tried) if name.startswith("tell_of_")} == {0}
    assert set(tried.values()) == {2}
    assert all(task.retry_delay >= timedelta(minutes=1) for task in dag.tasks)


def test_intake_has_one_task_a_family_in_the_order_feeds_must_be_read(dagbag):
    intake = dagbag.dags["intake"]
    assert [task.task_id for task in intake.topological_sort()] == [
        "look_in_inbox", *FAMILIES, "settle", "tell_of_refusals",
    ]  # fmt: skip
    for before, after in pairwise(FAMILIES):
        assert before in intake.get_task(after).upstream_task_ids


def test_every_feed_is_of_one_family_and_in_its_order():
    assert [feed for feeds in FAMILIES.values() for feed in feeds] == list(FEED_NAMES)


def test_intake_runs_nightly_by_englands_clock(dagbag):
    timetable = dagbag.dags["intake"].timetable
    assert timetable.serialize() == {"expression": "30 2 * * *", "timezone": "Europe/London"}


def test_flag_runs_on_the_asset_that_intake_settles_and_only_then(dagbag):
    intake, flag = dagbag.dags["intake"], dagbag.dags["flag"]
    given_out = {task.task_id: [asset.name for asset in task.outlets] for task in intake.tasks if task.outlets}
    assert given_out == {"settle": ["warehouse"]}
    assert [asset.name for asset in flag.schedule] == ["warehouse"]


def looks_of(**context):
    return importlib.import_module("shared").looks_of({"params": {"home": None, "day": None}} | context)


def test_every_take_in_that_settled_while_flag_was_busy_is_looked_at_earlier_days_first(dagbag):
    settled = [
        {"home": home, "day": day} for home, day in (("a", "2026-02-07"), ("b", "2026-02-06"), ("a", "2026-02-06"))
    ]
    events = {"warehouse": [SimpleNamespace(extra=told) for told in [*settled, settled[0]]]}
    assert looks_of(triggering_asset_events=events) == [
        ("a", "2026-02-06"), ("a", "2026-02-07"), ("b", "2026-02-06"),
    ]  # fmt: skip


def test_a_day_that_is_given_is_the_only_one_looked_at(dagbag):
    events = {"warehouse": [SimpleNamespace(extra={"home": "a", "day": "2026-02-06"})]}
    given = {"params": {"home": "b", "day": "2026-02-05"}}
    assert looks_of(triggering_asset_events=events, **given) == [("b", "2026-02-05")]


def test_a_refused_file_fails_a_task_that_comes_after_the_asset(dagbag):
    assert dagbag.dags["intake"].get_task("tell_of_refusals").upstream_task_ids == {"settle"}


READ = """
import os, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import airflow.sdk, airflow.timetables.interval
import intake, flag
print(*sorted(set(sys.modules) - before))
print([repr(task.on_failure_callback) for dag in (intake.intake(), flag.flag()) for task in dag.tasks][0])
"""


def read_in_a_process_of_its_own(**environment: str) -> tuple[set[str], str]:
    """The modules imported to read the DAGs, and what a task is to do on failure."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(DAGS)], capture_output=True, text=True, timeout=60,
        env=os.environ | environment, check=True,
    )  # fmt: skip
    modules, callback = done.stdout.splitlines()[-2:]
    return set(modules.split()), callback


def test_reading_the_dags_imports_nothing_heavy_and_without_a_connection_tells_nobody():
    modules, callback = read_in_a_process_of_its_own()
    assert "pipeline.vocabulary.feeds" in modules
    assert not {name for name in modules if name.partition(".")[0] in HEAVY}
    assert not {name for name in modules if name.startswith(("pipeline.edges", "pipeline.steps", "pipeline.flow"))}
    assert callback == "[]"


SMTP = "smtp://made-up.invalid:25"


@pytest.mark.parametrize(
    ("environment", "is_told"),
    [
        ({"A2N_NOTIFY": "team@made-up.invalid"}, False),
        ({"AIRFLOW_CONN_SMTP_DEFAULT": SMTP}, False),
        ({"A2N_NOTIFY": "team@made-up.invalid", "AIRFLOW_CONN_SMTP_DEFAULT": SMTP}, True),
    ],
    ids=["an address alone", "a connection alone", "both"],
)
def test_somebody_is_told_of_a_failure_only_where_a_connection_and_an_address_are_set(environment, is_told):
    assert ("SmtpNotifier" in read_in_a_process_of_its_own(**environment)[1]) == is_told


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.name)
def test_a_dag_calls_the_story_in_parts_and_nothing_beneath_it(path):
    wanted = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom | ast.Import)]
    ours = {f"{getattr(node, 'module', None) or ''}.{alias.name}".strip(".") for node in wanted for alias in node.names}
    ours = {name for name in ours if name.startswith(("pipeline", "expectations", "models"))}
    assert ours <= {"pipeline.parts", "pipeline.vocabulary.feeds.FAMILIES"}


def begun_with(dagbag, feeds: list[str], *, tried: int = 1) -> tuple[list[str] | None, list]:
    """Which families the first task skips, or None where it only returns; and what it hands on."""
    look, handed_on = dagbag.dags["intake"].get_task("look_in_inbox").python_callable, []
    ti = SimpleNamespace(try_number=tried, xcom_push=lambda key, value: handed_on.append((key, value)))
    context = {"ti": ti, "params": {"home": "home", "day": "2026-02-06"}}
    with (
        mock.patch.dict(look.__globals__, {"get_current_context": lambda: context}),
        mock.patch.object(parts, "begin", lambda home, day: {"home": home, "day": day, "feeds": feeds}),
    ):
        try:
            return None, [("return_value", look())]
        except DownstreamTasksSkipped as skipped:
            return skipped.tasks, handed_on


def test_the_first_task_skips_the_families_with_nothing_new_and_hands_on_the_rest(dagbag):
    feed = FAMILIES["registers"][0]
    skipped, handed_on = begun_with(dagbag, [feed])
    assert skipped == [family for family in FAMILIES if family != "registers"]
    assert handed_on == [("return_value", {"home": "home", "day": "2026-02-06", "feeds": [feed]})]
    assert begun_with(dagbag, list(FEED_NAMES))[0] is None


def test_begun_again_it_skips_none_for_what_a_family_told_before_would_be_told_again(dagbag):
    skipped, handed_on = begun_with(dagbag, [], tried=2)
    assert skipped is None
    assert handed_on == [("return_value", {"home": "home", "day": "2026-02-06", "feeds": []})]


@pytest.mark.parametrize("family", ["plans", "registers"])
def test_a_family_with_nothing_new_is_skipped_before_anything_large_is_imported(family):
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.skipped_task", family]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=DAGS.parent)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["was_skipped"] and told["large"] == []
