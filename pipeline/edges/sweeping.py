"""How often Python looks through what it holds for things that only point at each other."""

import functools
import gc
from collections.abc import Callable
from threading import Lock

OBJECTS, ROUNDS, WHOLE = 100_000, 20, 100
"""New objects to a look through them, such looks to one through what outlived one, and those to one through everything."""


_LOCK = Lock()
_BEFORE: list[tuple[int, int, int]] = []
"""What was set when each verb now under way began: the first of them found what is usual."""


def seldom_swept(verb: Callable) -> Callable:
    """A verb that makes rows and cells by the hundred thousand, few of which point at each other: to look through all that is held
    each time another seven hundred are made costs more than the memory it frees.

    That is set for the whole process, so of verbs under way at once, in several threads, the last to end sets back what was usual.
    """

    @functools.wraps(verb)
    def swept(*words, **named):
        with _LOCK:
            _BEFORE.append(gc.get_threshold())
            gc.set_threshold(OBJECTS, ROUNDS, WHOLE)
        try:
            return verb(*words, **named)
        finally:
            with _LOCK:
                before = _BEFORE.pop()
                if not _BEFORE:
                    gc.set_threshold(*before)

    return swept


def sweep_no_more() -> None:
    """For a process that is about to end: what it holds goes with it, and need not be looked through on the way out."""
    gc.freeze()
