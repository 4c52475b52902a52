"""How often Python looks through what it holds for things that only point at each other."""

import functools
import gc
from collections.abc import Callable

OBJECTS, ROUNDS, WHOLE = 100_000, 20, 100
"""New objects to a look through them, such looks to one through what outlived one, and those to one through everything."""


def seldom_swept(verb: Callable) -> Callable:
    """A verb that makes rows and cells by the hundred thousand, few of which point at each other: to look through all that is held
    each time another seven hundred are made costs more than the memory it frees."""

    @functools.wraps(verb)
    def swept(*words, **named):
        before = gc.get_threshold()
        gc.set_threshold(OBJECTS, ROUNDS, WHOLE)
        try:
            return verb(*words, **named)
        finally:
            gc.set_threshold(*before)

    return swept
