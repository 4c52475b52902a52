"""How a soak's result is kept: the command that gives it, the day and the seconds, beside what was found."""

import json
import time
from pathlib import Path

from pipeline.edges import clock


def keep(path: Path | None, command: str, found: dict, *, began: float) -> None:
    """Write what was found, where that was asked for; `began` is a moment of `time.monotonic`."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    told_of = {"command": command, "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began)}
    path.write_text(json.dumps(told_of | found, indent=2) + "\n")
