"""What `settings.toml` says of specialists: days a term by kind of next step, of the whole home and of its areas."""

from math import isfinite
from pathlib import Path

from pipeline.vocabulary.next_steps import NEXT_STEPS

from .errors import Refused


def specialists_told(told: dict, path: Path) -> dict[str, dict]:
    """`specialists` and `specialists_by_area` of `settings.Settings`. Raises Refused for a kind nobody knows, for what is no
    number of days, and for areas that come to more than the whole home they are of."""
    of_home = {kind: days for kind, days in told.items() if kind != "areas"}
    areas = told.get("areas", {})
    if not isinstance(areas, dict) or not all(isinstance(of_area, dict) for of_area in areas.values()):
        raise Refused(f'{path}: [specialists] areas takes tables like [specialists.areas."North"].')
    named = [" ".join(area.split()).casefold() for area in areas]
    if "" in named or len(set(named)) < len(named):
        raise Refused(f"{path}: [specialists.areas] names each area once, in words.")
    whole = _days(of_home, "[specialists]", path)
    by_area = {area: _days(of_area, f'[specialists.areas."{area}"]', path) for area, of_area in areas.items()}
    for kind, days in whole.items():
        if sum(of_area.get(kind, 0) for of_area in by_area.values()) > days + 1e-9:
            raise Refused(
                f"{path}: [specialists] {kind} is {days:g} days, and its areas come to more: they are of those days."
            )
    return {"specialists": whole, "specialists_by_area": by_area}


def _days(told: dict, section: str, path: Path) -> dict[str, float]:
    for kind, days in told.items():
        if kind not in NEXT_STEPS:
            raise Refused(f"{path}: {section} there is no kind {kind}; known are {', '.join(NEXT_STEPS)}.")
        if type(days) not in (int, float) or not isfinite(days) or days < 0:  # true is no number
            raise Refused(f"{path}: {section} {kind} takes a number of days a term, 0 or more.")
    return {kind: float(days) for kind, days in told.items()}
