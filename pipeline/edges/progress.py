"""One line on a terminal that says what long work is at, how far it is and how long it will take; nothing at all when standard
error is not a terminal."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from . import clock

_status = None
_work: "Work | None" = None
_doing = ""
_one_at_a_time = Lock()


@dataclass
class Work:
    """Work of a known size: so many things of a kind (`what`, in the plural), and so much of it all as they weigh."""

    things: int
    what: str
    weight: int
    done: int = 0
    weighed: int = 0
    rows: int = 0
    began: float = field(default_factory=lambda: clock.seconds())

    def in_words(self) -> str:
        said = [f"{self.done:,} of {self.things:,} {self.what}"]
        if self.rows:
            said.append(f"{self.rows:,} rows")
        left = self.seconds_left()
        if left is not None:
            said.append(_left(left))
        return ", ".join(said)

    def seconds_left(self) -> float | None:
        """By what was done so far; null while that is too little to tell by."""
        took = clock.seconds() - self.began
        if took < _TOO_SOON or not self.weighed or self.weighed * _TOO_LITTLE < self.weight:
            return None
        return took * (self.weight - self.weighed) / self.weighed


_TOO_SOON = 3
"""Seconds in which nothing can be told of the rest."""

_TOO_LITTLE = 50
"""One part in so many must be done before the rest is told by it."""


def _left(seconds: float) -> str:
    minutes = round(seconds / 60)
    return "under a minute left" if minutes < 1 else f"about {minutes} minute{'s' * (minutes > 1)} left"


def expect(things: int, what: str, *, weight: int | None = None) -> None:
    """Work is to come: `things` of it, that weigh as much together (bytes, say; else each the same)."""
    global _work
    _work = Work(things, what, things if weight is None else weight) if things else None


def did(things: int = 0, *, weight: int | None = None, rows: int = 0) -> None:
    """So much of it is done. May be said by a thread that works beside the one that shows what is being done."""
    with _one_at_a_time:
        if _work is not None:
            _work.done += things
            _work.weighed += things if weight is None else weight
            _work.rows += rows
        if _status is not None:
            _status.update(_told())


def show(what: str) -> None:
    """Say what is being done now, in the place of what was said before, and how far the work is."""
    global _status, _doing
    if not sys.stderr.isatty():
        return
    with _one_at_a_time:
        _doing = what
        if _status is None:
            from rich.console import Console  # here: most runs have nobody watching

            _status = Console(stderr=True).status(_told())
            _status.start()
        _status.update(_told())


def _told() -> str:
    return _doing if _work is None else f"{_doing} ({_work.in_words()})"


def each_of(things: int, what: str, doing: str) -> Callable[[], None]:
    """What to call after each of so many things, for whoever watches."""
    expect(things, what)
    show(doing)
    return partial(did, 1)


def end() -> None:
    """Take the line away."""
    global _status, _work
    with _one_at_a_time:
        if _status is not None:
            _status.stop()
        _status = _work = None
