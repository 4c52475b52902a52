"""What `settings.toml` says: read, and held to its bounds."""

import re
from pathlib import Path

from pipeline.signals.lines import what_is_wrong
from pipeline.vocabulary.agencies import SERVICES

from .basis_told import basis_told, is_day
from .errors import Refused
from .retention_told import retention_told
from .specialists_told import specialists_told

CHANGED, ALL, ON_DEMAND = "changed", "all", "on demand"
"""Of which pupils a printable is made when lists go out."""

LEAST_CERTAIN = 0.9
"""No setting makes a link of what is less likely than this."""


OPINION = ("lawful_basis", "article_9_condition", "automated_decisions", "dpia_signed_by", "families_told")
"""What a person says before a live home learns an order of its lists: see `models.papers`."""

_KNOWN = {
    "home": {"name": str, "demo": bool},
    "lists": {
        "places": int,
        "places_by_school": dict,
        "every_days": int,
        "first_list_on": str,
        "words_come_back": bool,
        "printables": str,
    },
    "history": {"lag_days": int},
    "inbox": {"move_taken": bool},
    "deliveries": {"attendance_marks": str},
    "reconciliation": {
        "tolerance": float,
        "roll_tolerance": float,
        "days_missing": int,
        "not_taken": float,
        "days_late": int,
    },
    "suppression": {"fewest_shown": int, "smallest_base": int},
    "machine": {"memory_limit": str},
    "care": {"own_authority": list, "own_postcode_districts": list},
    "agencies": {"gateway": str, "services": list, "use_from": float, "ask_from": float, "unlinked_days": int},
    "words": {"sen_support": str, "plan": str},
    "dashboard": {
        "sign_in": str,
        "sign_in_header": str,
        "address": str,
        "issuer": str,
        "client_id": str,
        "static_pages": bool,
    },
    "drawn": {"places": int, "approved_by": str},
    "opinion": dict.fromkeys(OPINION, str),
}
"""The sections, and what kind of value each of their settings takes; [signals], [specialists], [feeds] and [retention] have readers of their own."""


def values_of(told: dict, path: Path) -> dict:
    """What `settings.toml` says, by the names of `settings.Settings`. Raises Refused for what is unknown, or not of its kind."""
    values = {}
    for section, entries in told.items():
        if section == "signals" and isinstance(entries, dict):
            values["lines"] = _lines(entries, path)
            continue
        if section == "specialists" and isinstance(entries, dict):
            values |= specialists_told(entries, path)
            continue
        if section == "feeds" and isinstance(entries, dict):
            values["basis"] = basis_told(entries, path)
            continue
        if section == "retention" and isinstance(entries, dict):
            values["retention"] = retention_told(entries, path)
            continue
        if section not in _KNOWN or not isinstance(entries, dict):
            every = (*_KNOWN, "signals", "specialists", "feeds", "retention")
            raise Refused(f"{path}: there is no setting [{section}]; known are {', '.join(every)}.")
        for name, value in entries.items():
            kind = _KNOWN[section].get(name)
            if kind is None or type(value) not in ((int, float) if kind is float else (kind,)):  # true is no number
                raise Refused(f"{path}: [{section}] {name} is unknown, or not of its kind.")
            values[_NAMED.get((section, name), _NAMED.get(name, name))] = value
    if "opinion" in told:
        values = {name: value for name, value in values.items() if name not in OPINION} | {"opinion": told["opinion"]}
    if "places_by_school" in values:
        values["places_by_school"] = _by_school(values["places_by_school"], path)
    for name, (pattern, example) in _CODES.items():
        if name in values:
            values[name] = _codes(values[name], name, pattern, example, path)
    if "services" in values:
        values["services"] = _services(values["services"], path)
    return values


_NAMED = {
    "lag_days": "history_lag_days",
    "attendance_marks": "marks_delivered",
    ("words", "sen_support"): "sen_support_words",
    ("words", "plan"): "plan_words",
    ("drawn", "places"): "drawn_places",
    ("drawn", "approved_by"): "drawn_places_approved_by",
}
"""Settings that are called something else here than beside their section's name."""

_CODES = {
    "own_authority": (r"\d{3}|E\d{8}", '["209", "E09000023"]'),
    "own_postcode_districts": (r"[A-Z]{1,2}\d[A-Z0-9]?", '["SE4", "SE23"]'),
}
"""Lists of codes: what each is, and an example."""


def _codes(told: list, name: str, pattern: str, example: str, path: Path) -> tuple[str, ...]:
    codes = tuple(str(one).strip().upper() for one in told)
    if not all(re.fullmatch(pattern, code) for code in codes):
        raise Refused(f"{path}: [care] {name} takes a list like {example}.")
    return codes


def _services(told: list, path: Path) -> tuple[str, ...]:
    services = tuple(str(one).strip().lower() for one in told)
    if not set(services) <= set(SERVICES.values()):
        raise Refused(f"{path}: [agencies] services may hold {' and '.join(SERVICES.values())}, and nothing else.")
    return services


def _lines(told: dict, path: Path) -> dict[str, float]:
    """The lines of signals that a home draws for itself: see `signals.lines`."""
    wrong = next((found for name, value in told.items() if (found := what_is_wrong(name, value))), None)
    if wrong:
        raise Refused(f"{path}: [signals] {wrong}.")
    return {name: float(value) for name, value in told.items()}


def _by_school(told: dict, path: Path) -> dict[int, int]:
    if not all(urn.isdecimal() and type(places) is int for urn, places in told.items()):
        raise Refused(f"{path}: [lists.places_by_school] takes lines like 100001 = 8.")
    return {int(urn): places for urn, places in told.items()}


def check_bounds(settings, path: Path) -> None:
    """Raises Refused where a value is out of bounds, or two do not go together."""
    if settings.places < 1 or any(places < 1 for places in settings.places_by_school.values()):
        raise Refused(f"{path}: [lists] places must be 1 or more.")
    if settings.marks_delivered not in ("changes", "full"):
        raise Refused(f'{path}: [deliveries] attendance_marks is "changes" or "full".')
    if settings.fewest_shown < 5:
        raise Refused(f"{path}: [suppression] fewest_shown may not be under 5.")
    if settings.smallest_base < 10:
        raise Refused(f"{path}: [suppression] smallest_base may not be under 10.")
    if settings.history_lag_days < 0 or settings.days_missing < 0 or settings.days_late < 0:
        raise Refused(f"{path}: lag_days, days_missing and days_late must be 0 or more.")
    if not all(0 <= share < 1 for share in (settings.tolerance, settings.roll_tolerance, settings.not_taken)):
        raise Refused(f"{path}: tolerance, roll_tolerance and not_taken must be from 0 to under 1.")
    if not 0.5 <= settings.ask_from <= settings.use_from < 1 or settings.use_from < LEAST_CERTAIN:
        raise Refused(
            f"{path}: [agencies] use_from must be from {LEAST_CERTAIN} to under 1, ask_from from 0.5 to use_from."
        )
    if settings.unlinked_days < 0:
        raise Refused(f"{path}: [agencies] unlinked_days must be 0 or more.")
    if not re.fullmatch(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", settings.memory_limit, re.IGNORECASE):
        raise Refused(f'{path}: [machine] memory_limit takes a size like "1500MB".')
    _check_lists(settings, path)
    _check_dashboard(settings, path)


def _check_lists(settings, path: Path) -> None:
    if not 1 <= settings.every_days <= 98:
        raise Refused(f"{path}: [lists] every_days must be from 1 to 98: the days from one list to the next.")
    if settings.first_list_on and not is_day(settings.first_list_on):
        raise Refused(f'{path}: [lists] first_list_on takes a day like "2026-09-14".')
    if settings.printables not in (CHANGED, ALL, ON_DEMAND):
        raise Refused(f'{path}: [lists] printables is "{CHANGED}", "{ALL}" or "{ON_DEMAND}".')
    if not (settings.sen_support_words.strip() and settings.plan_words.strip()):
        raise Refused(f"{path}: [words] sen_support and plan may not be empty.")
    if settings.drawn_places < 0:
        raise Refused(f"{path}: [drawn] places must be 0 or more.")
    if settings.drawn_places and not settings.drawn_places_approved_by.strip():
        raise Refused(f"{path}: [drawn] places are given by lot only where approved_by names who approved that.")


def _check_dashboard(settings, path: Path) -> None:
    if settings.sign_in not in ("none", "proxy", "openid"):
        raise Refused(f'{path}: [dashboard] sign_in is "none", "proxy" or "openid".')
    if settings.sign_in == "proxy" and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", settings.sign_in_header):
        raise Refused(f'{path}: [dashboard] sign_in_header names the header a proxy sets, as in "X-Forwarded-Email".')
    if settings.sign_in == "openid" and not (settings.issuer and settings.client_id and settings.address):
        raise Refused(f"{path}: [dashboard] sign_in by OpenID takes issuer, client_id and address.")
    for name in ("address", "issuer"):
        told = getattr(settings, name)
        if told and not re.fullmatch(_SAFE_ADDRESS, told):
            raise Refused(f"{path}: [dashboard] {name} begins with https://, or is of this machine alone.")


_SAFE_ADDRESS = r"https://[^\s/?#@]+(/[^\s?#]*)?|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?"
