"""Numbers of different signals that are one number: whoever lays them side by side for some weeks knows it."""

from collections.abc import Iterator

from .disclosure_rows import Rows
from .hidden_cells import Sum


def judged_alike(rows: Rows) -> Iterator[Sum]:
    """Signals that wait for the same facts cannot be judged of the same pupils, as severe absence and persistent: their numbers are the
    same everywhere, as anybody sees who lays them side by side, and one told would tell the other."""
    of_signal: dict[str, dict[tuple, str]] = {}
    for key, row in rows["signal"].items():
        of_signal.setdefault(row["signal"], {})[row["scope"], row["phase"], row["urn"]] = key
    first: dict[tuple, dict[tuple, str]] = {}
    for places in of_signal.values():
        unjudged = tuple(
            (place, rows["signal"][key]["cannot_be_judged"]) for place, key in sorted(places.items(), key=str)
        )
        alike = first.setdefault(unjudged, places)
        if alike is not places and any(number for _, number in unjudged):
            for place, key in places.items():
                yield Sum(("signal", key, "cannot_be_judged"), (("signal", alike[place], "cannot_be_judged"),))
