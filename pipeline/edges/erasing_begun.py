"""That an erasure was begun and is not ended: one small file in the home, from which nobody can be told. Until it is gone nothing else runs."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from .errors import Refused
from .in_place import write_whole
from .settings import Home

NAME = "erasing.json"


@dataclass(frozen=True)
class Begun:
    """`marks` are those of the child's UPNs (see `forgotten`), `known_by` the kind and mark of everything by which the child is known when sent
    again, `turn` the number it has on record, `days` those whose lists are made again, `places` the extract_id and row_number of each row
    delivered of the child."""

    turn: int
    on: str
    reason: str
    marks: tuple[str, ...]
    known_by: tuple[tuple[str, str], ...] = ()
    days: tuple[str, ...] = ()
    removed: int = 0
    rewritten: int = 0
    rows: int = 0
    places: tuple[tuple[int, int], ...] = ()

    @property
    def again(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.days]


def begun(home: Home) -> Begun | None:
    """Raises Refused where what is there cannot be read."""
    path = home.folder / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        listed = {name: tuple(told[name]) for name in ("marks", "days")}
        paired = {name: tuple((one, other) for one, other in told.get(name, ())) for name in ("known_by", "places")}
        return Begun(**told | listed | paired)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise Refused(
            f"{path} cannot be read, so the erasure that it tells of cannot be finished: move it out of the home, then give `a2n forget` with "
            "the UPN of that child again."
        ) from None


def write(home: Home, one: Begun) -> None:
    """Whole or not at all, and on the disk."""
    write_whole(home.folder / NAME, json.dumps(asdict(one)), mode=0o600)


def end(home: Home) -> None:
    (home.folder / NAME).unlink(missing_ok=True)


def refuse_if_begun(home: Home) -> None:
    """Raises Refused while an erasure is not ended: half of a child's record would go into whatever is made meanwhile."""
    if (home.folder / NAME).exists():
        raise Refused(
            f"The erasure of a child was begun in {home.folder} and did not end: finish it with "
            f"`a2n forget --finish --home {home.folder}`, then run this again."
        )
