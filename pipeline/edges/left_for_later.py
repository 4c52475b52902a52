"""Large modules that a library imports on its way and that nothing here asks it for: had only once something of them is asked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Later(ModuleType):
    """Stands for a module until something of it is asked; then that is the module's own."""

    def __init__(self, name: str):
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str):
        if sys.modules.get(self.__name__) is self:  # asked while it still stands there for others
            sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)


@contextmanager
def left_for_later(*names: str) -> Iterator[None]:
    """Whoever imports one of these modules within has something that stands for it; one that is there already is left as it is, and
    whoever imports it afterwards has the module itself."""
    standing = {name: _Later(name) for name in names if name not in sys.modules}
    sys.modules.update(standing)
    try:
        yield
    finally:
        for name, later in standing.items():
            if sys.modules.get(name) is later:
                sys.modules.pop(name, None)
