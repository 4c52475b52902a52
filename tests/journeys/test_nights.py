"""A home's night as the DAG *nation* gives it: any number of times, and whatever cut it short, published once."""

import errno
import os
import shutil
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from pipeline import flow, nation
from pipeline.edges import published
from pipeline.edges.errors import Busy, Refused
from pipeline.edges.settings import open_home
from pipeline.synthetic import synthesise
from tests.journeys.at_home import deliver, lists, new_home, tables

pytestmark = pytest.mark.usefixtures("in_little_time")


class Killed(BaseException):
    """Stands for a process that is no more: nothing catches it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return synthesise(tmp_path_factory.mktemp("made"), pupils=90, schools=3, seed=4, weeks=8)


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    home = stocked(made, tmp_path_factory.mktemp("undisturbed") / "home")
    assert nation.night(home, as_of=made.last_day).stopped_because is None
    return home


@pytest.fixture
def home(made, tmp_path):
    return stocked(made, tmp_path / "home")


def stocked(made, folder):
    home = new_home(folder)
    settings = folder / "settings.toml"
    settings.write_text(settings.read_text().replace('printables = "changed"', 'printables = "all"'))
    deliver(home, made.files)
    return open_home(folder)


def snapshots(home) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in home.published.glob("snapshot-*")}


def same(home, other, day) -> bool:
    ours, theirs = tables(home), tables(other)
    assert ours.keys() == theirs.keys()
    differing = [
        name for name in ours if not ours[name].equals(theirs[name]) and not is_a_take_in_more(name, ours, theirs)
    ]
    pages = [sorted(path.name for path in one.printables_of(day).iterdir()) for one in (home, other)]
    return differing == [] and lists(home, day) == lists(other, day) and pages[0] == pages[1] != []


def is_a_take_in_more(name, ours, theirs) -> bool:
    """Given again after a take-in that was done, there is one on record that found nothing."""
    more = ours[name].join(theirs[name], on="run", how="anti") if name == "audit.runs" else None
    return (
        more is not None and set(more["kind"]) <= {"take-in"} and more.height == ours[name].height - theirs[name].height
    )


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("pipeline.flow.link_agencies", marks=pytest.mark.long),
        pytest.param("pipeline.hops.looking.store", marks=pytest.mark.long),
        pytest.param("pipeline.edges.published._point_current_at", marks=pytest.mark.long),
        "pipeline.hops.looking.issue",
        pytest.param("pipeline.flow._print_out", marks=pytest.mark.long),
    ],
)
def test_cut_short_at_any_moment_and_given_again_it_ends_as_if_undisturbed_and_published_once(
    home, undisturbed, made, moment
):
    with mock.patch(moment, side_effect=Killed), pytest.raises(Killed):
        nation.night(home, as_of=made.last_day)
    nation.night(home, as_of=made.last_day)
    assert same(home, undisturbed, made.last_day)
    assert list(snapshots(home)) == list(snapshots(undisturbed))


def was_given(home, day) -> bool:
    """Whether a night of its own was made of it: without making it."""
    with mock.patch.object(flow, "nightly") as nightly:
        nation.night(home, as_of=day)
    return nightly.called


def test_a_night_that_is_out_is_left_as_it_is(undisturbed, made):
    written, kept = snapshots(undisturbed), tables(undisturbed, "audit")
    with mock.patch.object(flow, "print_pages", side_effect=AssertionError):
        again = nation.night(undisturbed, as_of=made.last_day)
    assert "stay as they are" in again.remarks[0] and not again.refused_any
    assert snapshots(undisturbed) == written and tables(undisturbed, "audit")["audit.runs"].equals(kept["audit.runs"])


def test_what_has_come_since_makes_a_night_and_what_was_there_before_does_not(undisturbed, made, tmp_path):
    assert not was_given(undisturbed, made.last_day)
    new = undisturbed.inbox / "strange.csv"
    new.write_text("colour,size\nblue,3\n")
    assert was_given(undisturbed, made.last_day)
    new.unlink()
    assert not was_given(undisturbed, made.last_day)
    with mock.patch("pipeline.hops.returning.unread", return_value=["a list that came back"]):
        assert was_given(undisturbed, made.last_day)


def test_so_do_another_day_another_setting_and_another_version(undisturbed, made):
    day = made.last_day
    assert was_given(undisturbed, day + timedelta(days=1)) and was_given(undisturbed, day - timedelta(days=1))
    assert was_given(replace(undisturbed, settings=replace(undisturbed.settings, places=4)), day)
    with mock.patch("pipeline.edges.runs.__version__", "another"):
        assert was_given(undisturbed, day)
    assert not was_given(undisturbed, day)


def test_where_the_snapshot_is_missing_or_damaged_the_night_is_not_out_and_once_it_is_there_it_is(undisturbed, made):
    current = undisturbed.published / "current.duckdb"
    whole, to = current.read_bytes(), current.readlink()
    current.unlink()
    assert was_given(undisturbed, made.last_day)
    current.write_bytes(b"no database" * 1000)
    assert was_given(undisturbed, made.last_day)
    current.write_bytes(whole[: len(whole) // 2])
    assert was_given(undisturbed, made.last_day)
    current.unlink()
    current.symlink_to(to)
    assert not was_given(undisturbed, made.last_day)


def test_the_night_given_again_mends_a_damaged_snapshot_and_a_look_back_leaves_it(undisturbed, made, tmp_path):
    home = open_home(Path(shutil.copytree(undisturbed.folder, tmp_path / "home", symlinks=True)))
    home = replace(home, settings=replace(home.settings, printables="on demand"))
    day = made.last_day + timedelta(days=3)
    nation.night(home, as_of=day)
    damaged = (home.published / "current.duckdb").resolve()
    damaged.write_bytes(b"no database" * 1000)
    with pytest.raises(Refused, match=r"current\.duckdb cannot be read"):
        flow.flag(home, as_of=made.last_day)
    assert damaged.read_bytes().startswith(b"no database")
    assert nation.night(home, as_of=day).stopped_because is None
    assert published.newest_as_of(home.published) == day and not was_given(home, day)


def test_while_another_process_has_the_night_in_hand_it_waits_and_then_begins(home, made, monkeypatch):
    looks, other = [], ExitStack()
    monkeypatch.setattr("pipeline.edges.holding.time.sleep", lambda seconds: looks.append(other.close()))
    other.enter_context(nation._under_way(home))
    assert was_given(home, made.last_day) and len(looks) == 1


def test_where_the_other_does_not_end_it_is_told_so_and_touches_nothing(home, made, monkeypatch):
    monkeypatch.setattr(nation, "LONGEST_NIGHT", 0)
    with nation._under_way(home) as was_cut_short:
        assert not was_cut_short
        with pytest.raises(Busy, match="still under way in another process"):
            nation.night(home, as_of=made.last_day)
    assert not home.warehouse.exists()
    assert (home.scratch / "night.under_way").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("no_locks", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_on_a_disk_without_locks_a_night_begins_and_any_other_fault_is_told_in_words(home, made, monkeypatch, no_locks):
    fault = OSError(no_locks, os.strerror(no_locks))
    monkeypatch.setattr("pipeline.edges.holding.fcntl.flock", mock.Mock(side_effect=fault))
    assert was_given(home, made.last_day)
    fault.errno = errno.EIO
    with pytest.raises(Refused, match="could not be read or written"):
        nation.night(home, as_of=made.last_day)


def test_a_warehouse_in_use_is_busy_and_one_with_another_key_is_refused(home, made):
    from pipeline.edges import attaching

    message = "Could not set lock on file: Conflicting lock is held in PID 12"
    assert isinstance(attaching._why_not_attached(message, home.warehouse, "warehouse.key"), Busy)
    other = attaching._why_not_attached(
        "Wrong encryption key used to open the database file", home.warehouse, "warehouse.key"
    )
    assert not isinstance(other, Busy) and "put back the key it was made with" in str(other)


def test_keys_may_be_kept_by_home_in_a_folder_of_their_own(tmp_path, monkeypatch):
    from pipeline.edges.settings import make_home

    monkeypatch.setenv("A2N_KEYS", str(tmp_path / "keys"))
    east, west = (make_home(tmp_path / name, demo=True) for name in ("east", "west"))
    assert east.key("warehouse") != west.key("warehouse")
    assert not list(east.folder.glob("*.key"))
    kept = tmp_path / "keys" / "east" / "warehouse.key"
    assert kept.read_text().strip() == east.key("warehouse") and kept.stat().st_mode & 0o077 == 0
    monkeypatch.delenv("A2N_KEYS")
    with pytest.raises(Refused, match="There is no key"):
        east.key("warehouse")
