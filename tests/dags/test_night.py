"""One night by the DAGs, beside the same night by command: the same tables, lists and figures."""

import contextlib
import io

import duckdb
import polars as pl
import pytest

from pipeline import parts
from pipeline.vocabulary.feeds import FAMILIES
from tests.journeys.at_home import a2n, lists, new_home, tables

from .conftest import another

NOT_COMPARED = {"run", "seconds"}


@pytest.fixture(scope="module")
def by_command(evening, tmp_path_factory):
    home = another(evening, tmp_path_factory.mktemp("command"))
    return home, a2n("nightly", "--home", home.folder, "--as-of", evening.day, "--json")


@pytest.fixture(scope="module")
def by_dags(evening, dagbag, airflow, tmp_path_factory):
    """The home after both DAGs have run, their two runs, and all they printed."""
    home = another(evening, tmp_path_factory.mktemp("dags"))
    return (home, *night_by_dags(dagbag, home, evening.day))


def night_by_dags(dagbag, home, day: str) -> tuple[dict, str]:
    """The DAGs' runs by name, and all they printed."""
    conf, printed = {"home": str(home.folder), "day": day}, io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        ran = {name: dagbag.dags[name].test(run_conf=conf) for name in ("intake", "flag")}
    return ran, printed.getvalue()


def handed_on(run, task_id: str) -> dict:
    """What a task of this run handed to those after it."""
    task = next(one for one in run.get_task_instances() if one.task_id == task_id)
    return task.xcom_pull(task_ids=task_id)


def states(run) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def differing(one, other, *schemas: str) -> list[str]:
    """Tables that are not alike in both homes, the names of runs apart."""
    ours, theirs = ({name: rows.drop(NOT_COMPARED, strict=False) for name, rows in tables(home, *schemas).items()} for home in (one, other))  # fmt: skip
    assert ours.keys() == theirs.keys()
    return [name for name in ours if not ours[name].sort(pl.all()).equals(theirs[name].sort(pl.all()))]


def test_both_ways_give_the_same_tables_down_to_the_last_row(by_command, by_dags):
    assert differing(by_command[0], by_dags[0]) == []
    assert tables(by_dags[0], "derived")["derived.triage"].height > 200


def test_both_ways_give_the_same_lists_byte_for_byte(by_command, by_dags, evening):
    one, other = (lists(home, pl.Series([evening.day]).str.to_date()[0]) for home in (by_command[0], by_dags[0]))
    assert one == other
    assert len(one) == 5  # of six schools: one has children planted on its roll of whom no register was kept


def test_both_ways_publish_the_same_figures(by_command, by_dags):
    one, other = (published(home) for home in (by_command[0], by_dags[0]))
    assert one.keys() == other.keys()
    assert [name for name in one if not one[name].equals(other[name])] == []


def published(home) -> dict[str, pl.DataFrame]:
    with duckdb.connect(home.published / "current.duckdb", read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: con.execute(f"FROM published.{name} ORDER BY ALL").pl().drop(NOT_COMPARED, strict=False) for name in names}  # fmt: skip


def test_files_refused_and_schools_without_a_list_fail_the_last_tasks_and_only_those(by_dags, by_command):
    assert by_command[1].status == 1
    intake = states(by_dags[1]["intake"])
    assert intake.pop("tell_of_refusals") == "failed"
    assert set(intake.values()) == {"success"}
    assert intake["settle"] == intake["registers"] == "success"
    assert states(by_dags[1]["flag"]) == {
        "look_list_and_publish": "success",
        "tell_of_schools_without_list": "failed",
    }


def test_the_asset_was_given_out_with_home_and_day_before_that(by_dags, evening):
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        events = session.query(AssetEvent).all()
        assert [event.extra for event in events] == [{"home": str(by_dags[0].folder), "day": evening.day}]


def test_no_child_is_named_in_what_airflow_prints_or_keeps(by_dags, airflow, evening):
    assert "strange.csv" in by_dags[2] and evening.marks.found_in_text(by_dags[2]) == set()
    kept = [path for path in airflow.rglob("*") if path.is_file()]
    assert {path.name: found for path in kept if (found := evening.marks.found_in_bytes(path.read_bytes()))} == {}
    assert any(path.name == "airflow.db" for path in kept)


def test_no_key_is_in_what_airflow_prints_or_keeps(by_dags, airflow):
    keys = [path.read_text().strip() for path in by_dags[0].folder.glob("*.key")]
    assert len(keys) == 5 and [key for key in keys if key in by_dags[2]] == []
    for path in (one for one in airflow.rglob("*") if one.is_file()):
        kept = path.read_bytes()
        assert not [key for key in keys if key.encode() in kept], path.name


# A task tried again -------------------------------------------------------------------------------------------------------


@pytest.fixture
def begun(evening, tmp_path):
    home = another(evening, tmp_path)
    return home, parts.begin(str(home.folder), evening.day)


@pytest.mark.long
def test_a_part_tried_again_after_it_was_done_takes_nothing_in_twice(begun, by_command):
    """Killed after its work was safe and before Airflow had heard of it, a task is given again."""
    home, first = begun
    again = parts.begin(str(home.folder), first["day"])
    assert again["run"] == first["run"]
    assert again["claimed"] == first["claimed"]
    taken = []
    for family in FAMILIES:
        parts.take_in(first, family)
        taken.append(parts.take_in(first, family))
    parts.end(again, taken)
    ended = parts.end(again, taken)
    flagged = parts.flag(str(home.folder), first["day"])
    assert differing(home, by_command[0]) == []
    assert flagged["pupils_by_outcome"] == by_command[1].told["pupils_by_outcome"]
    by_file = {one["file"]: one for one in by_command[1].told["extracts"]}
    assert {one["file"]: one for one in ended["extracts"]} == by_file


@pytest.mark.long
def test_the_same_night_again_by_the_dags_changes_nothing(by_dags, dagbag, evening):
    home = by_dags[0]
    before = tables(home)
    again, _ = night_by_dags(dagbag, home, evening.day)
    assert {name: str(run.state) for name, run in again.items()} == {"intake": "success", "flag": "failed"}
    waits = set(handed_on(again["intake"], "look_in_inbox")["feeds"])  # no file is new: what is left is rows that wait
    ran = {family: "success" if waits & set(feeds) else "skipped" for family, feeds in FAMILIES.items()}
    assert {family: states(again["intake"])[family] for family in FAMILIES} == ran
    after = tables(home)
    assert [name for name in before if not before[name].equals(after[name])] == ["audit.runs"]


def test_where_nothing_came_and_nothing_waits_every_family_is_skipped_and_the_night_ends_well(
    dagbag, airflow, tmp_path
):
    home = new_home(tmp_path / "home")
    run = dagbag.dags["intake"].test(run_conf={"home": str(home.folder), "day": "2026-02-06"})
    ended = states(run)
    assert {ended.pop(family) for family in FAMILIES} == {"skipped"}
    assert ended == {"look_in_inbox": "success", "settle": "success", "tell_of_refusals": "success"}
    begun = {one.task_id for one in run.get_task_instances() if one.try_number}
    assert begun == {"look_in_inbox", "settle", "tell_of_refusals"}, "no process is begun for a family with nothing new"
