"""The only place that asks what day or time it is."""

import time
from datetime import date, datetime


def today() -> date:
    return datetime.now().astimezone().date()


def seconds() -> float:
    """Seconds since some moment, for measuring how long a hop takes."""
    return time.perf_counter()
