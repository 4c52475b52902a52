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

from .errors import NoKey, Refused
from .settings_told import CHANGED, check_bounds, values_of

FOLDERS = ("inbox", "set_aside", "outbox", "published", "models", "scratch")
KEYS = ("warehouse", "identity", "pseudonym")
SIGNING_KEY = "dashboard"
"""Signs the dashboard's cookies, and opens nothing."""
BACKUP_KEY = "backup"
"""Opens backups; one of the age format."""
SHORTEST_KEY = 32


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

    def key(self, name: str) -> str:
        """The key `name`: from its variable; else where A2N_KEYS is set from there alone; else as systemd lends it; else of the home.

        Raises NoKey when missing, Refused when too short.
        """
        if self.own_keys is not None:
            return self.own_keys[name]
        text = os.environ.get(_variable(name))
        if text is None:
            text = _read_key(_passed_on(name) or self.key_file(name))
        key = text.rstrip("\r\n")
        if len(key) < SHORTEST_KEY:
            raise Refused(f"The key {name}.key is shorter than {SHORTEST_KEY} characters: use a longer one.")
        return key

    def has_key(self, name: str) -> bool:
        """Whether there is such a key anywhere, right or wrong."""
        try:
            self.key(name)
        except Refused as why:
            return not isinstance(why, NoKey)
        return True


def _variable(name: str) -> str:
    return f"A2N_{name.upper()}_KEY"


def given_to_all(name: str) -> str | None:
    """The variable or the credential that would be every home's key `name`; None where each home has its own."""
    passed_on = _passed_on(name)
    return _variable(name) if _variable(name) in os.environ else passed_on and str(passed_on)


def _passed_on(name: str) -> Path | None:
    """A credential of this name, as systemd's LoadCredential hands one to a service: a file that it alone can read."""
    folder = None if os.environ.get("A2N_KEYS") else os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"{name}.key" if folder else None
    return path if path and path.is_file() else None


def _read_key(path: Path) -> str:
    if not path.is_file():
        raise NoKey(f"There is no key {path}: put it back, or set {_variable(path.stem)}.")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"The key {path} cannot be read as text: put back the one the home was made with.") from None


def open_home(folder: Path) -> Home:
    """The home in `folder`. Raises Refused when it is none, or its settings cannot be read."""
    path = folder / "settings.toml"
    if not path.is_file():
        raise Refused(f"{folder} is not a home, for it has no settings.toml: make one with `a2n init --home {folder}`.")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read as TOML ({error}): mend it.") from None
    settings = Settings(**values_of(told, path))
    check_bounds(settings, path)
    return Home(folder.resolve(), settings)


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
    home = open_home(folder)
    names = (*KEYS, SIGNING_KEY) if all(map(given_to_all, KEYS)) else (*KEYS, SIGNING_KEY, BACKUP_KEY)
    for name in names:  # where all keys are kept elsewhere, that of backups is left to whoever keeps them
        if not given_to_all(name):
            make_key(home.key_file(name))
    return home


def make_passing_home(folder: Path) -> Home:
    """A home to be thrown away, whose keys are in memory alone: should it be left lying, nobody can open it."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True)
    return Home(folder.resolve(), Settings(), {name: secrets.token_hex(32) for name in KEYS})


def make_key(path: Path) -> None:
    """A new key, readable by its owner alone; one that is there already is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_drawn_key(path.stem) + "\n")
    except FileExistsError:
        path.chmod(0o600)


def _drawn_key(name: str) -> str:
    if name != BACKUP_KEY:
        return secrets.token_hex(32)
    from pyrage import x25519

    return str(x25519.Identity.generate())


_GATEWAYS = {True: "Made up, as all else here", False: ""}
_NAMES = {True: "A made-up authority", False: "Name of the data controller"}

_SETTINGS = """\
# One data controller's home. Every line may be left out; the values shown are the defaults.

[home]
name = "{name}"
demo = {demo}                # a demo home says so on every output

[lists]
places = 10               # pupils a SENCo can look at in a fortnight; never more than one in fifty on roll, never under 3

every_days = 14           # a list goes out on the first night, and then every so many days; nights between only update figures
first_list_on = ""        # or count those days from this one, as in "2026-09-14"
words_come_back = false   # true only where the school itself, or its trust, is the controller: the strengths, pupils' and
                          # parents' words of returned lists are then kept, beside the names, and printed on the next
printables = "changed"    # a page to print of each pupil whose row changed since the list before; or "all", or "on demand": then
                          # only `a2n print` makes them

[lists.places_by_school]
# 100001 = 8              # URN = places

[words]                   # what this home calls the two levels of support, as lists print them
sen_support = "SEN support"
plan = "EHC plan"

[drawn]                   # places given by lot to pupils eligible and not listed, or missing 5 to 10 %, and marked as such:
places = 0                # so that what lists miss can be known. Of each school's places, never more than one in five
approved_by = ""          # who approved it; without a name none are given

[signals]                 # lines of signals this home draws for itself, each said on its lists; `a2n describe signals` has all
# many_spells = 5         # spells of absence begun in a term, where the usual is 4

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

[specialists]             # days a term there is somebody to look, by kind of next step: figures hold unmet looks against them.
# health = 20             # whole home; kinds: family_support, health, learning_and_communication, emotional_wellbeing,
                          # inclusion_and_provision, in_school

# [specialists.areas."North"]  # of those, in an area, named as the schools register names it
# health = 6

[care]
own_authority = []        # this authority's codes, as in ["209", "E09000023"]: they tell a placement out of area by PL_LA
own_postcode_districts = []  # as in ["SE4", "SE23"]: they tell it where PL_LA is not sent; list all that are ours

[agencies]                # early help and school nursing, who send names and no UPN: refused until the gateway is named
gateway = "{gateway}"              # the law by which they may share, and the agreement, in words
services = ["early help", "school nursing"]
use_from = 0.99           # from this probability on, a row is taken to be of a pupil
ask_from = 0.80           # from this one on, a person is asked
unlinked_days = 31        # days that a row nobody is linked to is kept, in case a roll comes that has the child

[dashboard]
sign_in = "none"          # made-up data alone; or "openid", or "proxy": a proxy on this machine that signs people in. Who may see which
                          # schools is in access.toml: whoever is not in it sees nothing
sign_in_header = ""       # of a proxy: the one header that names whoever signed in, as in "X-Forwarded-Email"
address = ""              # where readers find it, as in "https://figures.example.gov.uk"
issuer = ""               # of OpenID Connect: the provider's address
client_id = ""            # and what it calls us; its secret is in openid.key or A2N_OPENID_SECRET
static_pages = false      # write the pages as files too, to pages/, at the end of each night

[opinion]                 # a live home learns no order of its lists before a person, with the data protection officer, fills these
# lawful_basis = ""       # Article 6, and the function in law
# article_9_condition = ""  # and the Schedule 1 condition of the Data Protection Act 2018
# automated_decisions = ""  # Articles 22A to 22D of the UK GDPR: who decides, how a person can disagree
# dpia_signed_by = ""     # who signed the data protection impact assessment, and when
# families_told = ""      # how pupils and parents were told, and when

[machine]
memory_limit = "1GB"      # for DuckDB; what does not fit is spilled, encrypted, to scratch/
"""
