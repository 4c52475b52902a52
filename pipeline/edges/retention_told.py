"""What `settings.toml` says under [retention]: how long each kind of record is kept that is of no feed."""

from dataclasses import dataclass, fields
from pathlib import Path

from .errors import Refused


@dataclass(frozen=True)
class Retention:
    """Months are counted from the end of the school year a record is of, days from the day it was made or last used."""

    score_days: int = 14  # after the decision on a listed pupil
    checks_months: int = 12
    answers_months: int = 36
    words_months: int = 12
    names_days: int = 31  # after a name was last learned of whom nothing else is held
    set_aside_days: int = 92
    outbox_days: int = 31  # after the day of a list or page that a newer one has taken the place of
    delivered_days: int = 31  # after a file was taken in
    snapshots_days: int = 31
    models_months: int = 36  # after a model was learned
    trail_years: int = 6  # whole calendar years
    audit_months: int = 12


_BOUNDS = {"score_days": (0, 92), "trail_years": (1, 100)}
_OF_UNIT = {"days": (1, 3660), "months": (1, 1200)}


def retention_told(told: dict, path: Path) -> Retention:
    """Raises Refused for a line that is unknown, not of its kind or out of bounds."""
    known = {one.name for one in fields(Retention)}
    for name, value in told.items():
        if name not in known or type(value) is not int:
            raise Refused(
                f"{path}: [retention] {name} is unknown, or no whole number; known are {', '.join(sorted(known))}."
            )
        least, most = _BOUNDS.get(name) or _OF_UNIT[name.rpartition("_")[2]]
        if not least <= value <= most:
            raise Refused(f"{path}: [retention] {name} must be from {least} to {most}.")
    return Retention(**told)
