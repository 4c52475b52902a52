"""A home's folders, settings and keys."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.vocabulary.agencies import SERVICES

from .errors import Refused

FOLDERS = ("inbox", "set_aside", "outbox", "published", "models", "scratch")
KEYS = ("warehouse", "identity", "pseudonym")
SHORTEST_KEY = 32
LEAST_CERTAIN = 0.9
"""No setting makes a link of what is less likely than this."""


@dataclass(frozen=True)
class Settings:
    """`settings.toml`, with what it leaves out filled in."""

    name: str = "A home"
    demo: bool = False
    places: int = 10
    places_by_school: dict[int, int] = field(default_factory=dict)
    history_lag_days: int = 1
    move_taken: bool = False
    tolerance: float = 0.01
    roll_tolerance: float = 0.05
    days_missing: int = 5
    not_taken: float = 0.05
    days_late: int = 5
    fewest_shown: int = 5
    smallest_base: int = 20
    memory_limit: str = "1GB"
    own_authority: tuple[str, ...] = ()
    own_postcode_districts: tuple[str, ...] = ()
    gateway: str = ""
    services: tuple[str, ...] = tuple(SERVICES.values())
    use_from: float = 0.99
    ask_from: float = 0.80
    unlinked_days: int = 31
    marks_delivered: str = "changes"


@dataclass(frozen=True)
class Home:
    """One data controller's folder."""

    folder: Path
    settings: Settings
    own_keys: Mapping[str, str] | None = field(
        default=None, repr=False
    )  # of one that is thrown away: kept nowhere else

    @property
    def is_passing(self) -> bool:
        """Whether it is thrown away after use."""
        return self.own_keys is not None

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def lists_of(self, as_of: date) -> Path:
        return self.outbox / as_of.isoformat() / "lists"

    @property
    def set_aside(self) -> Path:
        return self.folder / "set_aside"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def identity(self) -> Path:
        return self.folder / "identity.duckdb"

    def key(self, name: str) -> str:
        """The key `name`, from the environment or its file. Raises Refused when missing or too short."""
        if self.own_keys is not None:
            return self.own_keys[name]
        text = os.environ.get(f"A2N_{name.upper()}_KEY")
        path = self.folder / f"{name}.key"
        if text is None:
            if not path.is_file():
                raise Refused(f"There is no key {path}: put it back, or set A2N_{name.upper()}_KEY.")
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                raise Refused(
                    f"The key {path} cannot be read as text: put back the one the home was made with."
                ) from None
        key = text.rstrip("\r\n")
        if len(key) < SHORTEST_KEY:
            raise Refused(f"The key {name}.key is shorter than {SHORTEST_KEY} characters: use a longer one.")
        return key


def open_home(folder: Path) -> Home:
    """The home in `folder`. Raises Refused when it is none, or its settings cannot be read."""
    path = folder / "settings.toml"
    if not path.is_file():
        raise Refused(f"{folder} is not a home, for it has no settings.toml: make one with `a2n init --home {folder}`.")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read as TOML ({error}): mend it.") from None
    return Home(folder.resolve(), _settings(told, path))


def _settings(told: dict, path: Path) -> Settings:
    known = {
        "home": {"name": str, "demo": bool},
        "lists": {"places": int, "places_by_school": dict},
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
    }
    values = {}
    for section, entries in told.items():
        if section not in known or not isinstance(entries, dict):
            raise Refused(f"{path}: there is no setting [{section}]; known are {', '.join(known)}.")
        for name, value in entries.items():
            kind = known[section].get(name)
            if kind is None or type(value) not in ((int, float) if kind is float else (kind,)):  # true is no number
                raise Refused(f"{path}: [{section}] {name} is unknown, or not of its kind.")
            values[_NAMED.get(name, name)] = value
    if "places_by_school" in values:
        values["places_by_school"] = _by_school(values["places_by_school"], path)
    for name, (pattern, example) in _CODES.items():
        if name in values:
            values[name] = _codes(values[name], name, pattern, example, path)
    if "services" in values:
        values["services"] = _services(values["services"], path)
    return _within_bounds(Settings(**values), path)


_NAMED = {"lag_days": "history_lag_days", "attendance_marks": "marks_delivered"}
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


def _by_school(told: dict, path: Path) -> dict[int, int]:
    if not all(urn.isdecimal() and type(places) is int for urn, places in told.items()):
        raise Refused(f"{path}: [lists.places_by_school] takes lines like 100001 = 8.")
    return {int(urn): places for urn, places in told.items()}


def _within_bounds(settings: Settings, path: Path) -> Settings:
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
    return settings


def make_home(folder: Path, *, demo: bool) -> Home:
    """Settings, keys and folders in `folder`; what is already there is kept as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    settings = folder / "settings.toml"
    if not settings.exists():
        told = _SETTINGS.format(demo=str(demo).lower(), name=_NAMES[demo], gateway=_GATEWAYS[demo])
        settings.write_text(told, encoding="utf-8")
    for name in KEYS:
        if f"A2N_{name.upper()}_KEY" not in os.environ:
            _make_key(folder / f"{name}.key")
    return open_home(folder)


def make_passing_home(folder: Path) -> Home:
    """A home to be thrown away, whose keys are in memory alone: should it be left lying, nobody can open it."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True)
    return Home(folder.resolve(), Settings(), {name: secrets.token_hex(32) for name in KEYS})


def _make_key(path: Path) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError:
        path.chmod(0o600)


_GATEWAYS = {True: "Made up, as all else here", False: ""}
_NAMES = {True: "A made-up authority", False: "Name of the data controller"}

_SETTINGS = """\
# One data controller's home. Every line may be left out; the values shown are the defaults.

[home]
name = "{name}"
demo = {demo}                # a demo home says so on every output

[lists]
places = 10               # pupils a SENCo can look at in a fortnight; never more than one in fifty on roll, never under 3

[lists.places_by_school]
# 100001 = 8              # URN = places

[history]
lag_days = 1              # history taken in late: a mark is taken to have been known this many days after its date

[inbox]
move_taken = false        # move each file taken in from inbox/ to taken/

[deliveries]
attendance_marks = "changes"  # or "full": each file has every mark of its schools on each day of which it has any, and a
                          # mark it lacks is withdrawn; only where the school's own system exports them so

[reconciliation]
tolerance = 0.01          # registers may differ from the totals a school's own system gives by this share
roll_tolerance = 0.05     # share of a roll that may be without marks, or differ from the school's census
days_missing = 5          # days of a term without a mark, of those on which most other schools were open; a fortnight
                          # more where three around do not tell, and weekdays outside the long holidays are counted
not_taken = 0.05          # share of the last 20 school days' sessions without a mark
days_late = 5             # school days since the last register received, told in the same two ways

[suppression]
fewest_shown = 5          # counts from 1 to one under this are hidden
smallest_base = 20        # rates on fewer pupils are hidden

[care]
own_authority = []        # this authority's codes, as in ["209", "E09000023"]: they tell a placement out of area by PL_LA
own_postcode_districts = []  # as in ["SE4", "SE23"]: they tell it where PL_LA is not sent; list all that are ours

[agencies]                # early help and school nursing, who send names and no UPN: refused until the gateway is named
gateway = "{gateway}"              # the law by which they may share, and the agreement, in words
services = ["early help", "school nursing"]
use_from = 0.99           # from this probability on, a row is taken to be of a pupil
ask_from = 0.80           # from this one on, a person is asked
unlinked_days = 31        # days that a row nobody is linked to is kept, in case a roll comes that has the child

[machine]
memory_limit = "1GB"      # for DuckDB; what does not fit is spilled, encrypted, to scratch/
"""
