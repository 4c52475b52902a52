"""The only place that asks what day or time it is."""

import time
from datetime import date, datetime


def today() -> date:
    return datetime.now().astimezone().date()


def seconds_since(moment: float) -> float:
    """Seconds since a moment as file systems tell it."""
    return time.time() - moment


def seconds() -> float:
    """Seconds since some moment, for measuring how long a hop takes."""
    return time.perf_counter()


def now() -> datetime:
    """This moment, with its offset from Greenwich."""
    return datetime.now().astimezone()
