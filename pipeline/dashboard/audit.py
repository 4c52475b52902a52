"""Every view, logged without what was in it: who, when, which page, of which school, and whether it was shown."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path


class Views:
    """The log of views: a line each, added and never changed, in a file that its owner alone may read."""

    def __init__(self, path: Path, now: Callable[[], datetime]):
        self._path, self._now = path, now

    def record(self, *, who: str | None, page: str, school: int | None, status: int) -> None:
        """Add a line. `page` is an address's pattern or a table's file, never the address with its filters. Raises OSError where it cannot."""
        view = {
            "at": self._now().isoformat(timespec="seconds"),
            "who": who,
            "page": page,
            "school": school,
            "status": status,
        }
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(
                handle, (json.dumps(view, ensure_ascii=False) + "\n").encode()
            )  # one write: lines of two at once stay whole
        finally:
            os.close(handle)
