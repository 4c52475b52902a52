"""A home's folders, settings and keys."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.vocabulary.agencies import SERVICES
from pipeline.vocabulary.sen import PlanWords

from . import no_core
from .basis_told import Basis
from .errors import NoKey, Refused
from .in_place import write_whole
from .keys import BACKUP_KEY, KEYS, SIGNING_KEY, Place, found, given_to_all, is_made, make_key, place_of
from .retention_told import Retention
from .secret import Key
from .settings_told import CHANGED, check_bounds, values_of
from .settings_written import GATEWAYS, NAMES, SETTINGS, feeds_written

FOLDERS = ("inbox", "set_aside", "outbox", "published", "models", "scratch")


@dataclass(frozen=True)
class Settings:
    """`settings.toml`, with what it leaves out filled in."""

    name: str = "A home"
    demo: bool = False
    places: int = 10
    places_by_school: dict[int, int] = field(default_factory=dict)
    every_days: int = 14
    first_list_on: str = ""
    lines: dict[str, float] = field(default_factory=dict)
    sen_support_words: str = "SEN support"
    plan_words: str = "EHC plan"
    words_come_back: bool = False
    printables: str = CHANGED
    drawn_places: int = 0
    drawn_places_approved_by: str = ""
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
    specialists: dict[str, float] = field(default_factory=dict)  # days a term by kind of next step, whole home
    specialists_by_area: dict[str, dict[str, float]] = field(default_factory=dict)
    sign_in: str = "none"
    sign_in_header: str = ""
    address: str = ""
    issuer: str = ""
    client_id: str = ""
    static_pages: bool = False
    basis: dict[str, Basis] = field(default_factory=dict)  # why each feed, or family of feeds, may be held
    retention: Retention = field(default_factory=Retention)  # how long what is of no feed is kept
    opinion: dict[str, str] = field(default_factory=dict)  # what a person says before a live home learns

    @property
    def words(self) -> PlanWords:
        """What this home calls the two levels of support."""
        return PlanWords(self.sen_support_words, self.plan_words)


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

    def to_put_right_of(self, as_of: date) -> Path:
        """Workbooks of facts said to be wrong, of schools without a list."""
        return self.outbox / as_of.isoformat() / "to_put_right"

    def lost_between_services_of(self, as_of: date) -> Path:
        """The worklist of the authority's officers, without children in care."""
        return self.outbox / as_of.isoformat() / "lost_between_services.xlsx"

    def lost_in_care_of(self, as_of: date) -> Path:
        """The worklist of the virtual school: children in care alone."""
        return self.outbox / as_of.isoformat() / "lost_between_services_virtual_school.xlsx"

    def printables_of(self, as_of: date) -> Path:
        return self.outbox / as_of.isoformat() / "printables"

    @property
    def set_aside(self) -> Path:
        return self.folder / "set_aside"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def pages(self) -> Path:
        """The dashboard as files, where settings ask for them."""
        return self.folder / "pages"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def identity(self) -> Path:
        return self.folder / "identity.duckdb"

    def key_file(self, name: str) -> Path:
        """Where the key `name` is kept: in the home, or in a folder of the home's name in that of the variable A2N_KEYS."""
        kept = os.environ.get("A2N_KEYS")
        return (Path(kept) / self.folder.name if kept else self.folder) / f"{name}.key"

    def key(self, name: str) -> Key:
        """The key `name`, from its place. Raises NoKey when missing, Refused when too short."""
        no_core.settle()
        return Key(self.own_keys[name]) if self.own_keys is not None else found(name, self.folder, self.key_file(name))

    def key_place(self, name: str) -> Place:
        """Where the key `name` is looked for."""
        return place_of(name, self.folder, self.key_file(name))

    def has_key(self, name: str) -> bool:
        """Whether there is such a key anywhere, right or wrong."""
        try:
            self.key(name)
        except Refused as why:
            return not isinstance(why, NoKey)
        return True


def open_home(folder: Path) -> Home:
    """The home in `folder`. Raises Refused when it is none, or its settings cannot be read."""
    path = folder / "settings.toml"
    if not path.is_file():
        raise Refused(f"{folder} is not a home, for it has no settings.toml: make one with `a2n init --home {folder}`.")
    try:
        told = tomllib.loads(_text_of(path))
    except UnicodeDecodeError:
        raise Refused(f"{path} cannot be read as TOML, for it is not written in UTF-8: save it so.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} cannot be read as TOML ({error}): mend it.") from None
    except (RecursionError, ValueError):  # a number of ten thousand digits is no fault of TOML
        raise Refused(f"{path} says what no settings say, lists in lists or a number without end: mend it.") from None
    settings = Settings(**values_of(told, path))
    check_bounds(settings, path)
    return Home(folder.resolve(), settings)


_LONGEST_SETTINGS = 1_000_000  # bytes; a home of a thousand schools, each with a line of its own, has a tenth


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        told = file.read(_LONGEST_SETTINGS + 1)
    if len(told) > _LONGEST_SETTINGS:
        raise Refused(f"{path} is over {_LONGEST_SETTINGS // 10**6} MB, as no settings are: mend it.")
    return told.decode("utf-8")


def make_home(folder: Path, *, demo: bool) -> Home:
    """Settings, keys and folders in `folder`; what is already there is kept as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    settings = folder / "settings.toml"
    if not settings.exists():
        told = SETTINGS.format(
            demo=str(demo).lower(), name=NAMES[demo], gateway=GATEWAYS[demo], feeds=feeds_written(demo=demo)
        )
        write_whole(settings, told)  # half of it would be kept as somebody's own
    home = open_home(folder)
    names = (*KEYS, SIGNING_KEY) if all(map(given_to_all, KEYS)) else (*KEYS, SIGNING_KEY, BACKUP_KEY)
    for name in names:  # where all keys are kept elsewhere, that of backups is left to whoever keeps them
        if is_made(name):
            make_key(home.key_file(name))
    return home


def make_passing_home(folder: Path) -> Home:
    """A home to be thrown away, whose keys are in memory alone: should it be left lying, nobody can open it."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True)
    return Home(folder.resolve(), Settings(), {name: secrets.token_hex(32) for name in KEYS})
