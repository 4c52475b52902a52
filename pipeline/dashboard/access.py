"""Who may see which schools: the table in `access.toml`, which is read again whenever it changes. Who is not in it sees nothing.

[people]
"lead@example.gov.uk" = "all"
"head@example.gov.uk" = [100001, 100002]
"""

import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path

from .reading import Person

ALL = "all"
LONGEST = 10_000_000  # bytes: a hundred thousand people


class AccessUnreadable(Exception):
    """The table of who may see what cannot be read: a sentence. Until it can, nobody sees anything."""


class Access:
    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int, int], Mapping[str, Person]] | None = None

    def person(self, name: str) -> Person | None:
        """Whoever signs in by `name`, in any case of letters; None where the table has not got them.

        Raises AccessUnreadable where the table is not there, or says what it may not.
        """
        return self._people().get(name.strip().casefold())

    def _people(self) -> Mapping[str, Person]:
        with self._lock:
            try:
                told = self._path.stat()
                stamp = (told.st_ino, told.st_mtime_ns, told.st_size)
                if not self._read or self._read[0] != stamp:
                    self._read = (stamp, people_of(tomllib.loads(self._text(told.st_size))))
            except OSError:
                raise AccessUnreadable(
                    f"There is no {self._path.name} that can be read: nobody may see anything."
                ) from None
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise AccessUnreadable(f"{self._path.name} cannot be read as TOML ({error}): mend it.") from None
            except (RecursionError, ValueError):
                raise AccessUnreadable(
                    f"{self._path.name} says more than who may see which schools, lists in lists or a number without end: mend it."
                ) from None
            return self._read[1]

    def _text(self, size: int) -> str:
        if size > LONGEST:
            raise AccessUnreadable(f"{self._path.name} is over {LONGEST // 10**6} MB, as no such table is: mend it.")
        return self._path.read_text(encoding="utf-8")


def people_of(told: Mapping) -> dict[str, Person]:
    """The people of `access.toml`, by their names in small letters. Raises AccessUnreadable for what is neither "all" nor schools."""
    unknown = [name for name in told if name != "people"]
    if unknown or not isinstance(told.get("people", {}), dict):
        raise AccessUnreadable(
            f"access.toml has one part, [people], and not {', '.join(unknown) or 'another kind of it'}."
        )
    people: dict[str, Person] = {}
    for name, schools in told.get("people", {}).items():
        key = name.strip().casefold()
        if not key or key in people:
            raise AccessUnreadable(
                "access.toml has a name that is empty, or one twice, which may differ in capitals alone."
            )
        people[key] = Person(name.strip(), _schools(schools))
    return people


def _schools(told: object) -> tuple[int, ...] | None:
    if told == ALL:
        return None
    if isinstance(told, list) and told and all(type(urn) is int and 100_000 <= urn <= 999_999 for urn in told):
        return tuple(sorted(set(told)))
    raise AccessUnreadable('access.toml gives each person "all", or a list of schools\' numbers like [100001, 100002].')
