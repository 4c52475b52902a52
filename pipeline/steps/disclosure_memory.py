"""What was hidden and told before: a cell once hidden stays hidden for the school year, for a reader keeps what they have read."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remembered:
    """Of this school year, before tonight: the names of all cells ever `hidden`, and by name the number last `told`."""

    hidden: Set[tuple] = frozenset()
    told: Mapping[tuple, int] = field(default_factory=dict)


NOTHING = Remembered()
