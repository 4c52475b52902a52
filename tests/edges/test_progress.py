"""What a terminal is told of long work, and what a pipe is not."""

import os
import pty
import select
import sys

import pytest

from pipeline.edges import clock, progress


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    progress.end()


@pytest.fixture
def at(monkeypatch):
    """What the clock says, as the test sets it."""
    now = [0.0]
    monkeypatch.setattr(clock, "seconds", lambda: now[0])
    return lambda seconds: now.__setitem__(0, seconds)


def work(things: int = 200, weight: int | None = 1_000) -> progress.Work:
    return progress.Work(things, "files", weight)


def test_it_says_how_many_are_done_of_how_many_and_how_many_rows(at):
    told = work()
    assert told.in_words() == "0 of 200 files"
    told.done, told.rows = 31, 4_120_000
    assert told.in_words() == "31 of 200 files, 4,120,000 rows"


@pytest.mark.parametrize(
    ("weighed", "seconds", "left"),
    [(500, 120, "about 2 minutes left"), (500, 60, "about 1 minute left"), (900, 120, "under a minute left")],
)
def test_what_is_left_is_told_by_what_was_done(at, weighed, seconds, left):
    told = work()
    told.weighed = weighed
    at(seconds)
    assert told.in_words() == f"0 of 200 files, {left}"


def test_too_soon_or_too_little_says_nothing_of_what_is_left(at):
    told = work()
    at(2.9)
    told.weighed = 500
    assert told.seconds_left() is None
    at(600)
    told.weighed = 19
    assert told.seconds_left() is None
    told.weighed = 20
    assert told.seconds_left() == 600 * 49


def test_nothing_is_said_where_nobody_watches(capsys):
    progress.expect(3, "files")
    progress.show("marks: read and stage")
    progress.did(1)
    progress.end()
    assert capsys.readouterr() == ("", "")


def said_to(terminal: int, until: str, times: int) -> str:
    """What a terminal was told, read on until it was told `until` so many times: the kernel hands it over in pieces."""
    told = b""
    while told.count(until.encode()) < times and select.select([terminal], [], [], 20)[0]:
        told += os.read(terminal, 1 << 16)
    return told.decode()


def test_a_terminal_is_told_and_left_clean(monkeypatch):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        progress.expect(3, "files")
        progress.did(1, rows=20)
        progress.show("marks: read and stage")
        progress.end()
        progress.show("lists")
        progress.end()
        terminal.flush()
        told = said_to(ours, until="\x1b[?25h", times=2)
    os.close(ours)
    assert "marks: read and stage (1 of 3 files, 20 rows)" in told
    assert "lists" in told and "lists (" not in told
