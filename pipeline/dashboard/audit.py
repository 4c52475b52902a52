"""Every view, told of without what was in it: who, when, which page, of which school, and whether it was shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class View:
    """One answer about to be sent. `page` is an address's pattern or a table's file, never the address with its filters."""

    at: datetime
    who: str | None
    page: str
    school: int | None
    status: int
    is_file: bool


Log = Callable[[View], None]
"""Puts a view on record, for good. Raises OSError where it cannot."""
