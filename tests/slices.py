"""Of many cases of one kind, a few in every run: the others are another of the kind, and wait for `make soak`."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

_Case = TypeVar("_Case")


def a_few(cases: Iterable[_Case], kept: Callable[[int, _Case], bool], *, several: bool = False) -> list:
    """The cases as `parametrize` takes them: those that are not kept, by number or by what they are, are `long`. A case of
    `several` arguments is a tuple of them."""
    return [
        pytest.param(*(case if several else (case,)), marks=() if kept(number, case) else pytest.mark.long)
        for number, case in enumerate(cases)
    ]
