"""A fault of the program itself, in a sentence without the words it came with.

What an engine or a library says of what it could not do may quote the row it stood at, and Python prints that under the lines that led there.
So kind and place are told, and nothing else: they are what whoever mends it needs.
"""

import functools
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from pipeline.vocabulary.identifiers import without_upns

from . import no_core
from .errors import Busy, GateBroken, Refused, of_the_machine

OURS = ("pipeline", "expectations", "models")


class Fault(RuntimeError):
    """A fault of the program, told without data. Unlike Refused, trying again may help."""


def why_stopped(fault: BaseException) -> str:
    """What stopped the work: our own words where it is of ours, else of the machine, else of kind and place alone."""
    if isinstance(fault, (Refused, GateBroken, Fault)):
        return without_upns(str(fault))
    if isinstance(fault, OSError):
        return without_upns(of_the_machine(fault))
    return (
        f"The program itself failed ({type(fault).__name__} at {_way(fault.__traceback__)}): run this again, and where that stops too, "
        "report this line. What it was reading is not repeated here, for it may name a child."
    )


def _way(led_here: TracebackType | None) -> str:
    """The last places of ours on the way to the fault, the innermost last; beside them that of another's code, where it arose there."""
    places = [(frame.f_globals.get("__name__") or "?", line) for frame, line in traceback.walk_tb(led_here)]
    ours = [place for place in places if place[0].partition(".")[0] in OURS]
    told = (ours[-3:] or places[-1:]) + (places[-1:] if ours and places[-1] != ours[-1] else [])
    return " > ".join(f"{module}:{line}" for module, line in told) or "a place unknown"


def without_data(verb: Callable) -> Callable:
    """A verb for schedulers, whose logs keep all that an exception says and all that it came from: what stops it is raised anew, a refusal
    as one of its kind and a fault as Fault. A refusal may come from an engine's own words, which may quote a row."""

    @functools.wraps(verb)
    def told(*words, **named):
        no_core.settle()
        try:
            return verb(*words, **named)
        except (Refused, GateBroken) as ours:
            kind = next(kind for kind in (Busy, Refused, GateBroken) if isinstance(ours, kind))
            anew = kind(why_stopped(ours))
        except Exception as fault:
            anew = Fault(why_stopped(fault))
        raise anew  # out here, where it has no memory of the other

    return told


@contextmanager
def threads_without_data() -> Iterator[None]:
    """What stops a thread, or an object on its way out, is told likewise: of those nobody hears but standard error."""
    before = threading.excepthook, sys.unraisablehook
    threading.excepthook = sys.unraisablehook = _tell
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = before


def _tell(hook) -> None:
    if hook.exc_value is not None and not isinstance(hook.exc_value, SystemExit):
        sys.stderr.write(f"Beside the work: {why_stopped(hook.exc_value)}\n")
