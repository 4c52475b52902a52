"""Many homes by the DAG *nation*: each by itself, what fails named, what is out left alone, and all told together."""

import contextlib
import io
from types import SimpleNamespace
from unittest import mock

import duckdb
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from pipeline import parts
from pipeline.edges.errors import Busy, Refused
from tests.journeys.at_home import a2n, tables

from .conftest import another
from .test_night import differing, published


@pytest.fixture
def dag(dagbag):
    return dagbag.dags["nation"]


def test_it_says_what_it_does_and_every_task_too(dag):
    assert dag.doc_md.startswith("# Nation") and len(dag.doc_md.split()) > 100
    tasks = [dag.get_task(name) for name in dag.task_ids]
    assert all((one.python_callable.__doc__ or "").strip().endswith(".") for one in tasks if not one.is_mapped)


def test_one_run_at_a_time_by_englands_clock_and_nights_missed_are_not_caught_up(dag):
    assert dag.timetable.serialize() == {"expression": "30 2 * * *", "timezone": "Europe/London"}
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert {name: dag.params[name] for name in dag.params} == {"homes": None, "day": None, "to": None}
    assert all(dag.params.get_param(name).description for name in dag.params)


def test_a_home_is_a_task_known_by_its_folder_and_no_pool_is_shared(dag):
    night = dag.get_task("night")
    assert night.is_mapped and "rpartition('/')[2]" in night.map_index_template
    assert {one.pool for one in dag.tasks} == {"default_pool"}, "homes are isolated: none waits for another's warehouse"


def test_what_is_told_of_all_comes_after_all_nights_whatever_became_of_them(dag):
    assert [one.task_id for one in dag.topological_sort()][:3] == ["homes", "night", "roll_up"]
    last = {one.task_id for one in dag.leaves}
    assert last == {"tell_of_homes", "tell_of_files_and_schools"}
    assert {dag.get_task(name).trigger_rule for name in (*last, "roll_up")} == {"all_done_min_one_success"}
    assert all("roll_up" in dag.get_task(name).upstream_task_ids for name in last)
    assert {name: dag.get_task(name).retries for name in ("night", "roll_up", *last)} == {
        "night": 2, "roll_up": 2, "tell_of_homes": 0, "tell_of_files_and_schools": 0,
    }  # fmt: skip


# Which homes ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    for name in ("east", "west"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.toml").touch()
    return tmp_path


def test_homes_are_those_told_or_else_those_of_the_file_by_their_whole_paths(folders):
    file = folders / "homes.txt"
    file.write_text(f"# the homes\n\neast\n  {folders / 'west'}/  \n#north\n")
    both = [str(folders / "east"), str(folders / "west")]
    assert parts.homes_listed(None, str(file)) == both
    assert parts.homes_listed([both[1]], str(file)) == both[1:]


@pytest.mark.parametrize(
    ("homes", "says"),
    [
        (["east", "west", "north"], "north: no home"),
        (["east", "west", "east/../east"], "east is listed twice"),
        (["east", "west/east"], "have one name"),
        ([], "No homes are told"),
    ],
)
def test_what_is_no_home_and_what_is_told_twice_is_refused_in_words(folders, homes, says):
    (folders / "west" / "east").mkdir()
    with pytest.raises(Refused, match=says):
        parts.homes_listed([str(folders / one) for one in homes], None)


def test_a_list_of_none_or_that_cannot_be_read_is_refused_too(folders):
    (folders / "none.txt").write_text("# nobody yet\n")
    with pytest.raises(Refused, match="No home is listed"):
        parts.homes_listed(None, str(folders / "none.txt"))
    with pytest.raises(Refused, match="cannot be read"):
        parts.homes_listed(None, str(folders / "nowhere.txt"))


def test_without_a_folder_for_the_roll_up_nothing_is_begun(dag):
    homes = dag.get_task("homes").python_callable
    context = {"params": {"homes": None, "to": None, "day": None}}
    with (
        mock.patch.dict(homes.__globals__, {"get_current_context": lambda: context}),
        pytest.raises(AirflowFailException, match="A2N_NATION"),
    ):
        homes()


def test_one_key_for_several_homes_is_refused_and_for_one_is_not(folders, monkeypatch):
    monkeypatch.setenv("A2N_PSEUDONYM_KEY", "x" * 40)
    both = [str(folders / "east"), str(folders / "west")]
    with pytest.raises(Refused, match="A2N_PSEUDONYM_KEY would be the key of every home"):
        parts.homes_listed(both, None)
    assert parts.homes_listed(both[:1], None) == both[:1]


@pytest.fixture
def lent(folders, monkeypatch):
    """Keys as systemd lends them to a service."""
    credentials = folders / "credentials"
    credentials.mkdir()
    (credentials / "identity.key").write_text("x" * 40)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    return credentials


def test_so_is_one_that_systemd_lends_unless_each_home_has_its_own_in_a_folder_of_keys(folders, lent, monkeypatch):
    both = [str(folders / "east"), str(folders / "west")]
    with pytest.raises(Refused, match=r"credentials/identity\.key would be the key of every home"):
        parts.homes_listed(both, None)
    assert parts.homes_listed(both[:1], None) == both[:1]
    monkeypatch.setenv("A2N_KEYS", str(folders / "keys"))
    assert parts.homes_listed(both, None) == both


def test_a_worker_looks_again_for_it_may_be_another_machine(folders, lent):
    both = [str(folders / "east"), str(folders / "west")]
    with mock.patch("pipeline.nation.night", side_effect=Refused("begun")) as night:
        with pytest.raises(Refused, match="would be the key of every home"):
            parts.night(both[0], "2026-02-06", both)
        assert not night.called
        with pytest.raises(Refused, match="begun"):
            parts.night(both[0], "2026-02-06", both[:1])


# What is tried again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stopped", "raised"), [(Busy("in use"), AirflowException), (Refused("wrong key"), AirflowFailException)]
)
def test_a_home_another_process_has_in_hand_is_tried_again_and_one_that_was_refused_is_not(dag, stopped, raised):
    night, pushed = dag.get_task("night").python_callable, {}
    ti = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))
    context = {"ti": ti, "params": {"day": "2026-02-06"}}
    with (
        mock.patch.dict(night.__globals__, {"get_current_context": lambda: context}),
        mock.patch.object(parts, "night", side_effect=stopped),
        pytest.raises(AirflowException) as told,
    ):
        night("home", ["home"])
    assert type(told.value) is raised and pushed == {"stopped_because": str(stopped)}


# One night, of two homes, one of them broken --------------------------------------------------------------------------------


def run(dag, homes, evening, to):
    conf = {"homes": [str(home.folder) for home in homes], "day": evening.day, "to": str(to)}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        ran = dag.test(run_conf=conf)
    return ran, printed.getvalue()


@pytest.fixture(scope="module")
def night(evening, dagbag, airflow, tmp_path_factory):
    """Two homes after a night: one well, and one whose key is another's; and what was printed."""
    folder = tmp_path_factory.mktemp("nation")
    well, broken = (another(evening, folder, name) for name in ("north", "south"))
    (broken.folder / "warehouse.key").write_text("another key altogether, and a long one\n")
    ran, printed = run(dagbag.dags["nation"], [well, broken], evening, folder / "rolled")
    return SimpleNamespace(well=well, broken=broken, ran=ran, printed=printed, rolled=folder / "rolled")


def handed_on(ran, task_id: str, map_index: int = -1) -> dict:
    """What a task of this run handed to those after it."""
    [one] = [one for one in ran.get_task_instances() if (one.task_id, one.map_index) == (task_id, map_index)]
    return one.xcom_pull(task_ids=task_id, map_indexes=map_index)


def states(ran) -> dict[tuple[str, str | None], str]:
    return {(one.task_id, one.rendered_map_index): str(one.state) for one in ran.get_task_instances()}


@pytest.mark.long  # the drill of many homes compares each table by table
def test_the_home_that_is_well_has_its_night_as_by_command(night, evening, tmp_path):
    alone = another(evening, tmp_path)
    assert a2n("nightly", "--home", alone.folder, "--as-of", evening.day).status == 1  # of the file refused
    assert differing(night.well, alone) == []
    one, other = published(night.well), published(alone)
    assert [name for name in one if not one[name].equals(other[name])] == []


def test_the_other_fails_alone_and_the_last_task_names_it_and_why(night):
    assert states(night.ran) == {
        ("homes", None): "success", ("night", "north"): "success", ("night", "south"): "failed", ("roll_up", None): "success",
        ("tell_of_homes", None): "failed", ("tell_of_files_and_schools", None): "failed",
    }  # fmt: skip
    assert str(night.ran.state) == "failed"
    assert "1 of 2 homes failed. south: warehouse.key does not open warehouse.duckdb" in night.printed


def test_files_refused_and_schools_without_a_list_are_told_with_their_home(night):
    assert "north: strange.csv" in night.printed and "north: School 1" in night.printed
    assert "gets no list" in night.printed


def test_no_child_is_named_in_what_airflow_prints_or_keeps(night, airflow, evening):
    assert evening.marks.found_in_text(night.printed) == set()
    kept = [path for path in airflow.rglob("*") if path.is_file()]
    assert {path.name: found for path in kept if (found := evening.marks.found_in_bytes(path.read_bytes()))} == {}


def test_the_roll_up_has_both_and_says_why_one_is_left_out(night):
    assert handed_on(night.ran, "roll_up")["because"] == {"south": "Nothing is published there: run its night."}
    with duckdb.connect((night.rolled / "current.duckdb").resolve(), read_only=True) as con:
        assert con.execute("SELECT homes_listed, homes_told, homes_left_out FROM nation.roll_up").fetchall() == [
            (2, 1, 1)
        ]
        told = con.execute("FROM nation.total WHERE measure = 'pupils_on_roll' AND \"of\" = ''").pl()
    assert told["is_lower_bound"].item() and told["at_least"].item() > 200


def test_given_again_nothing_is_published_a_second_time(night, dagbag, evening):
    before, snapshot = tables(night.well), (night.well.published / "current.duckdb").resolve()
    written = snapshot.stat().st_mtime_ns
    ran, printed = run(dagbag.dags["nation"], [night.well], evening, night.rolled)
    told = handed_on(ran, "night", map_index=0)
    assert "stay as they are" in told["remarks"][0] and told["lists"] == 0
    assert str(ran.state) == "success" and "homes failed" not in printed
    after = tables(night.well)
    assert [name for name in before if not before[name].equals(after[name])] == []
    assert (snapshot.stat().st_mtime_ns, len(list(night.well.published.glob("snapshot-*")))) == (written, 1)
