"""One line on a terminal that says what long work is at; nothing at all when standard error is not a terminal."""

import sys

from rich.console import Console
from rich.status import Status

_status: Status | None = None


def show(what: str) -> None:
    """Say what is being done now, in the place of what was said before."""
    global _status
    if not sys.stderr.isatty():
        return
    if _status is None:
        _status = Console(stderr=True).status(what)
        _status.start()
    _status.update(what)


def end() -> None:
    """Take the line away."""
    global _status
    if _status is not None:
        _status.stop()
        _status = None
