"""Rows are stored and figures worked out beside the lists; what is wrong with one leaves the others as they should be."""

import shutil
from datetime import timedelta
from pathlib import Path
from threading import Event, current_thread
from threading import enumerate as threads_now
from unittest import mock

import pytest

from pipeline import flow
from pipeline.edges import published
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, open_home
from pipeline.hops import listing, looking, publishing
from pipeline.steps.hidden_cells import SumError
from tests.journeys.at_home import lists, tables

pytestmark = pytest.mark.usefixtures("in_little_time")


@pytest.fixture
def home(night, tmp_path) -> Home:
    return open_home(Path(shutil.copytree(night.home.folder, tmp_path / "home", symlinks=True)))


@pytest.fixture
def day(made):
    """Of the next night."""
    return made.last_day + timedelta(days=3)


def on_record_of(home: Home, day) -> int:
    """Cells told and hidden on a day."""
    kept = tables(home, "audit")
    return sum(kept[name].filter(as_of=day).height for name in ("audit.told_cells", "audit.hidden_cells"))


def test_what_to_hide_is_worked_out_in_a_thread_of_its_own_while_rows_are_stored(home, day):
    stored, seen, store, disclosed = Event(), [], looking.store, publishing.disclosed

    def storing(*words):
        store(*words)
        stored.set()

    def working_out(*words):
        assert stored.wait(60), "done before the rows are stored, it holds them up"
        seen.append(current_thread().name)
        return disclosed(*words)

    with mock.patch.object(looking, "store", storing), mock.patch.object(publishing, "disclosed", working_out):
        done = flow.flag(home, as_of=day, anew=True)
    assert seen == ["beside"] and done.stopped_because is None
    assert list(done.seconds).index("figures") < list(done.seconds).index("lists") < list(done.seconds).index("publish")
    assert published.newest_as_of(home.published) == day and on_record_of(home, day) > 100


@pytest.mark.parametrize(
    "fails, with_what", [("disclosed", SumError), pytest.param("exact_counts", Refused, marks=pytest.mark.long)]
)
def test_what_is_wrong_with_figures_is_told_once_lists_are_out_and_the_snapshot_before_stays(
    home, day, made, fails, with_what
):
    fault = with_what("phases do not add up")
    with mock.patch.object(publishing, fails, side_effect=fault), pytest.raises(with_what, match="do not add up"):
        flow.flag(home, as_of=day, anew=True)
    assert len(lists(home, day)) == len(lists(home, made.last_day)) > 0
    assert published.newest_as_of(home.published) == made.last_day and on_record_of(home, day) == 0


def test_lists_are_made_while_rows_are_stored(home, day):
    made, review_lists, store = Event(), listing.review_lists, looking.store

    def making(*words):
        lists = review_lists(*words)
        made.set()
        return lists

    def storing(*words):
        assert made.wait(60), "they wait for the rows"
        store(*words)

    with mock.patch.object(listing, "review_lists", making), mock.patch.object(looking, "store", storing):
        done = flow.flag(home, as_of=day, anew=True)
    assert done.lists == len(lists(home, day)) > 0


def test_what_is_wrong_with_a_page_to_print_is_told_once_lists_and_figures_are_out(home, day):
    with (
        mock.patch("pipeline.hops.printing.printables", side_effect=KeyError("a page")),
        pytest.raises(KeyError, match="a page"),
    ):
        flow.flag(home, as_of=day, anew=True)
    assert lists(home, day) and published.newest_as_of(home.published) == day


@pytest.mark.parametrize(
    "fails",
    ["store", pytest.param("reconciled", marks=pytest.mark.long), pytest.param("lost_of", marks=pytest.mark.long)],
)
def test_what_is_wrong_with_what_is_done_beside_stops_the_night_before_any_list_is_out(home, day, made, fails):
    with (
        mock.patch.object(looking, fails, side_effect=SumError("no sum")),
        pytest.raises(SumError, match="no sum"),
    ):
        flow.flag(home, as_of=day, anew=True)
    assert not home.lists_of(day).exists()
    assert published.newest_as_of(home.published) == made.last_day and on_record_of(home, day) == 0
    assert "beside" not in {thread.name for thread in threads_now()}


def test_where_a_list_cannot_be_written_no_other_is_made(home, day):
    full = [None, OSError(28, "No space left on device")]
    with (
        mock.patch.object(listing, "write_parts", side_effect=full),
        mock.patch.object(listing, "parts_of", side_effect=lambda *_: ()) as made,
        pytest.raises(OSError, match="No space left"),
    ):
        flow.flag(home, as_of=day, anew=True)
    assert made.call_count >= 2
    assert {"ahead", "beside"} & {thread.name for thread in threads_now()} == set()


def test_where_lists_cannot_be_written_no_figure_is_told_and_no_thread_is_left(home, day, made):
    with (
        mock.patch("pipeline.hops.listing.write_lists", side_effect=OSError(28, "No space left on device")),
        pytest.raises(OSError, match="No space left"),
    ):
        flow.flag(home, as_of=day, anew=True)
    assert published.newest_as_of(home.published) == made.last_day and on_record_of(home, day) == 0
    assert "beside" not in {thread.name for thread in threads_now()}


@pytest.mark.long
def test_of_a_day_before_the_newest_no_figure_is_told(home, day, made):
    flow.flag(home, as_of=day, anew=True)
    before = on_record_of(home, made.last_day)
    with mock.patch.object(publishing, "disclosed", side_effect=AssertionError):
        assert flow.flag(home, as_of=made.last_day).stopped_because is None
    assert published.newest_as_of(home.published) == day and on_record_of(home, made.last_day) == before


def test_a_command_is_not_looked_through_on_its_way_out():
    with mock.patch("pipeline.running.sweep_no_more") as ended:
        from pipeline.running import end

        end(["describe", "feeds"], is_done=True)
    ended.assert_called_once_with()


@pytest.mark.parametrize("verb", [flow.nightly, flow.take_in, flow.take_in_part, flow.outcomes, flow.flag, flow.check, flow.print_pages])  # fmt: skip
def test_verbs_that_make_many_rows_are_looked_through_seldom(verb):
    """Each is wrapped in it, whatever else it is wrapped in."""
    while verb is not None and "sweeping" not in verb.__code__.co_filename:
        verb = getattr(verb, "__wrapped__", None)
    assert verb is not None and Path(verb.__code__.co_filename).name == "sweeping.py"
