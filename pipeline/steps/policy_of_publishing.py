"""What a home chooses to hide."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """A home's choices. No law gives these numbers; they may be made stricter."""

    fewest_shown: int = 5  # counts from 1 to one under this are hidden
    smallest_base: int = 20  # rates on fewer pupils are hidden
    rate_decimals: int = 3
