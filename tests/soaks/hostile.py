"""Hostile files through `a2n check` and `a2n take-in`: `python -m tests.soaks.hostile --files 1000 --seed 1`.

Each is made by an attack of `attacks.py`, lies in an inbox beside a good file, and is given to `check` by itself and, ten of
different kinds together, to `take-in`: each command in a process of its own. Whatever is done must end in words, with no
more than 500 MB, and five seconds of a processor beyond what the command takes for an empty file; nothing may be accepted of
what is refused, fetched, written outside the home, or printed that a terminal would obey; and the good file is taken in.
"""

import argparse
import json
import os
import random
import re
import resource
import select
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from pipeline import __main__ as cli
from pipeline import running
from pipeline.edges import inbox, reading
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Extract
from pipeline.hops import taking_in

from .attacks import CANARY, EITHER, Attack, Place, every_attack
from .base import CORPUS, DAY, base_home
from .kept import keep

BATCH = 10
GOOD = "good/marks.csv"

LONGEST = 5.0  # seconds of a processor that one file may take, beyond what its command takes for an empty one
MOST_MB = 500  # of memory, of a process that checks one
MOST_MB_MORE, MOST_MB_MORE_OF_SEVERAL = 250, 500
"""Of memory, that a take-in of one, or of ten together, may need above what it needs for the good file alone, which Great Expectations asks for."""

PATIENCE = 120  # seconds until a process is taken to hang
MOST_BEFORE_KILLED = 4_000  # MB, and the machine is spared

_OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Letters that a terminal obeys, or that show what is not there. Lines end where lines end."""


# One command, in a process of its own


@dataclass
class Told:
    """What came of one command. `summary` is what it knew in the end; null where it never got there."""

    status: int
    said: str
    summary: dict | None
    seconds: float
    mb: int
    wall: float


def given(words: Iterable[object], work: Path) -> Told:
    """The command of these words."""
    words = ["a2n", *map(str, words)]

    def command(kept: dict) -> None:
        _keep(kept)
        sys.argv = words
        cli.main()

    return _in_a_process(command, work)


def check(path: Path, work: Path) -> Told:
    return given(["check", "--", path], work)


def read(path: Path, work: Path) -> Told:
    """A file looked through and each table in it read, as `check` does before anything is asked of its rows."""

    def command(kept: dict) -> None:
        found = [_of(table) for table in inbox.extracts_of([(path, path.name)])]
        kept |= {"extracts": found}
        print("\n".join(f"{one['file']}: {one['refused_because'] or one['rows_accepted']}" for one in found))
        raise SystemExit(int(any(one["refused_because"] for one in found)))

    return _in_a_process(command, work)


def _of(table: Extract) -> dict:
    rows = 0
    try:
        for layout in reading.recognised(table):
            rows += sum(batch.height for batch in reading.read_extract(table, layout))
    except Refused as why:
        taking_in._rows_of(table)  # which is told of what is refused too
        return {"file": table.name, "refused_because": str(why), "rows_accepted": 0}
    return {"file": table.name, "refused_because": None, "rows_accepted": rows}


def _in_a_process(command: Callable[[dict], None], work: Path) -> Told:
    """`command` in a process forked from this one, which has paid for its imports and used none of them."""
    sys.stdout.flush(), sys.stderr.flush()
    began, told = time.monotonic(), work / "told.json"
    told.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        _run_here(command, work, told)
    status, peak = _waited(child, began)
    said = (work / "said").read_bytes().decode("utf-8", "surrogateescape")
    here = json.loads(told.read_text()) if told.exists() else {"summary": None, "seconds": 0.0, "mb": peak}
    return Told(status, said, here["summary"], here["seconds"], here["mb"], time.monotonic() - began)


def _run_here(command: Callable[[dict], None], work: Path, told: Path) -> None:
    """In the child: never returns, for what it would return to is the parent's, with the folder that all stands in."""
    status, kept = 70, {}
    try:
        _settle(work)
        status = _status_of(partial(command, kept))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with suppress(BaseException):
            sys.stdout.flush(), sys.stderr.flush()
            used = resource.getrusage(resource.RUSAGE_SELF)
            seconds = used.ru_utime + used.ru_stime
            told.write_text(json.dumps({"summary": kept or None, "seconds": seconds, "mb": peak_mb("self")}))
        os._exit(status)


def _settle(work: Path) -> None:
    """What is said goes to a file, and the process is ended before it is a burden."""
    out = os.open(work / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1), os.dup2(out, 2)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _keep(kept: dict) -> None:
    """In this process, what a command tells in the end is also put here."""
    tell = running._tell

    def also_kept(summary, as_json: bool, home: Path | None) -> None:
        kept.update(summary.as_json())
        tell(summary, as_json, home)

    running._tell = also_kept


def _status_of(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _waited(child: int, began: float) -> tuple[int, int]:
    """Its status, less than nought where a signal ended it, and the most memory seen of it."""
    peak = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), peak
        peak = max(peak, peak_mb(child))
        if time.monotonic() - began > PATIENCE or peak > MOST_BEFORE_KILLED:
            os.kill(child, signal.SIGKILL)
        select.select([], [], [], 0.02)


def peak_mb(process: int | str) -> int:
    with suppress(OSError, TypeError):
        said = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", said)[1]) // 1024
    return 0


# Hostile files, a batch at a time


@dataclass
class Found:
    """Of one kind of attack: how many files, what came of them, the most they took, and what was wrong."""

    files: int = 0
    refused: int = 0
    seconds: float = 0.0  # beyond what the command takes for an empty file
    mb: int = 0
    faults: Counter = field(default_factory=Counter)

    def add(self, other: "Found") -> None:
        self.files, self.refused = self.files + other.files, self.refused + other.refused
        self.seconds, self.mb = max(self.seconds, other.seconds), max(self.mb, other.mb)
        self.faults += other.faults

    def as_json(self) -> dict:
        return {
            "files": self.files, "refused": self.refused, "most_seconds": round(self.seconds, 2), "most_mb": self.mb,
            "faults": dict(self.faults),
        }  # fmt: skip


class Ground:
    """Where it happens: a home to copy, a canary outside it, a port that nothing may ask, and what good files alone take."""

    def __init__(self, folder: Path, base: Path):
        self.folder, self.base = folder, base
        self.canary = folder / "outside" / "canary.txt"
        self.canary.parent.mkdir(parents=True)
        self.canary.write_text(f"urn,upn\n{CANARY},{CANARY}\n")
        (folder / "said").mkdir()
        self.asked = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()
        self.before = self._outside()

    @cached_property
    def alone(self) -> Told:
        """What a take-in of the good file takes."""
        return given(["take-in", "--home", self._new_home(), "--known-on", DAY], self.folder / "said")

    @cached_property
    def empty(self) -> Told:
        """What `check` takes of a file with nothing in it: the least it ever takes."""
        nothing = self.folder / "said" / "nothing.csv"
        nothing.touch()
        return check(nothing, self.folder / "said")

    def _listen(self) -> None:
        while True:
            with suppress(OSError):
                self._listener.accept()[0].close()
                self.asked += 1

    def _outside(self) -> list[tuple[str, int, bytes]]:
        return [(str(one), one.lstat().st_mode, one.read_bytes()) for one in sorted(self.canary.parent.rglob("*"))]

    def _new_home(self) -> Path:
        home = self.folder / "outside-not" / "home"
        _remove(home)
        shutil.copytree(self.base, home)
        good = home / "inbox" / GOOD
        good.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CORPUS / "attendance_marks_100001.csv", good)
        return home

    def run_read(self, batch: list[tuple[Attack, int]], seed: int) -> dict[str, Found]:
        """Read each by itself, and ask nothing of its rows."""
        home = self._new_home()
        return {
            attack.name: self._checked(attack, self._put(attack, number, seed, home), by=read)
            for attack, number in batch
        }

    def run(self, batch: list[tuple[Attack, int]], seed: int) -> dict[str, Found]:
        """Check each by itself, take all in together; and where something was wrong then, each alone, to know whose it was."""
        _ = self.alone  # before what is measured against it
        found = {attack.name: Found() for attack, _ in batch}
        home = self._new_home()
        places = [self._put(attack, number, seed, home) for attack, number in batch]
        for (attack, number), place in zip(batch, places, strict=True):
            found[attack.name].add(self._checked(attack, place))
            if place.programs or not any(place.folder.iterdir()):
                _remove(place.folder)
                self._put(attack, number, seed, home, place)
        faults, of_files = self._taken_in(batch, places, home)
        for attack, number in batch:
            found[attack.name].faults += of_files[number]
        if faults and len(batch) > 1:
            for attack, number in batch:
                found[attack.name].faults += self._alone(attack, number, seed)
            if not any(one.faults for one in found.values()):
                found[batch[0][0].name].faults += faults  # which none of them has alone
        elif faults:
            found[batch[0][0].name].faults += faults
        return found

    def _alone(self, attack: Attack, number: int, seed: int) -> Counter:
        home = self._new_home()
        place = self._put(attack, number, seed, home)
        return self._taken_in([(attack, number)], [place], home)[0]

    def _put(self, attack: Attack, number: int, seed: int, home: Path, place: Place | None = None) -> Place:
        folder = home / "inbox" / f"{number}"
        folder.mkdir()
        place = place or Place(folder, number, self.canary, self.url, home)
        place.given, place.programs = self._put_beside(attack, place, random.Random(f"{attack.name} {seed} {number}"))
        place.begin()
        return place

    def _put_beside(self, attack: Attack, place: Place, chance: random.Random) -> tuple[Path | None, list]:
        """In a process of its own: what this one holds, all that are forked from it would be said to hold."""
        told = self.folder / "said" / "put.json"
        child = os.fork()
        if not child:
            status = 1
            with suppress(Exception):
                path = attack.put(place, chance)
                at = os.fsencode(path).hex() if isinstance(path, Path) else None
                told.write_text(json.dumps([at, place.programs]))
                status = 0
            os._exit(status)
        if os.waitpid(child, 0)[1]:
            raise RuntimeError(f"{attack.name}: the file could not be made")
        at, programs = json.loads(told.read_text())
        return Path(os.fsdecode(bytes.fromhex(at))) if at else None, programs

    def _checked(self, attack: Attack, place: Place, by: Callable[[Path, Path], Told] = check) -> Found:
        """`check` of the one file by its name."""
        found = Found(files=1)
        if not attack.is_given:
            place.end()
            return found
        path = place.given or next(iter(place.folder.iterdir()))
        told = by(path, self.folder / "said")
        place.end()
        found.mb = told.mb
        least = self.empty.seconds if by is check else 0.0
        found.seconds = max(told.seconds - least, 0.0)
        if found.seconds > LONGEST:
            found.faults[f"check took {found.seconds:.1f} s more than of an empty file (file {place.number})"] += 1
        if told.mb > MOST_MB:
            found.faults[f"check took {told.mb:,} MB (file {place.number})"] += 1
        found.faults += self._wrong(told, place.home, f"check, file {place.number}")
        of_it = told.summary["extracts"] if told.summary else []
        found.faults += _ended_wrong(attack, of_it, told, f"check, file {place.number}")
        found.refused = int(any(one["refused_because"] for one in of_it))
        return found

    def _taken_in(
        self, batch: list[tuple[Attack, int]], places: list[Place], home: Path
    ) -> tuple[Counter, dict[int, Counter]]:
        """What was wrong, and what was wrong with which file."""
        told = given(["take-in", "--home", home, "--known-on", DAY], self.folder / "said")
        for place in places:
            place.end()
        where = f"take-in, file{'s' * (len(batch) > 1)} {batch[0][1]}" + f" to {batch[-1][1]}" * (len(batch) > 1)
        faults = self._wrong(told, home, where)
        if told.seconds > self.alone.seconds + LONGEST * len(batch):
            faults[f"took {told.seconds:.1f} s ({where})"] += 1
        more = MOST_MB_MORE if len(batch) == 1 else MOST_MB_MORE_OF_SEVERAL
        if told.mb > self.alone.mb + more:
            faults[f"took {told.mb:,} MB ({where})"] += 1
        of_files = {number: Counter() for _, number in batch}
        if told.summary is None:
            return faults, of_files
        if told.summary["stopped_because"]:
            faults[f"stopped: {told.summary['stopped_because']} ({where})"] += 1
        if not any(one["file"] == GOOD and one["rows_accepted"] for one in told.summary["extracts"]):
            faults[f"the good file was not taken in ({where})"] += 1
        for attack, number in batch:
            of_it = [one for one in told.summary["extracts"] if one["file"].startswith(f"{number}/")]
            of_files[number] = _ended_wrong(attack, of_it, told, f"take-in, file {number}")
        return faults, of_files

    def _wrong(self, told: Told, home: Path, where: str) -> Counter:
        """What may never be, whatever was given."""
        shown = _OBEYED.search(told.said)
        wrong = {
            f"ended with status {told.status}: {told.said[-300:]!r}": told.status not in (0, 1),
            f"a traceback: {told.said[-300:]!r}": "Traceback (most recent" in told.said,
            f"{shown and shown[0]!r} was printed": bool(shown),
            "what stands outside the home was read": CANARY in told.said or _is_in_files(CANARY.encode(), home),
            "something outside the home changed": self._outside() != self.before,
            "something was fetched": self.asked > 0,
            "no word was said": not told.said.strip(),
        }
        self.asked, self.before = 0, self._outside()
        return Counter({f"{why} ({where})": 1 for why, is_so in wrong.items() if is_so})


def _ended_wrong(attack: Attack, of_it: list[dict], told: Told, where: str) -> Counter:
    if attack.ends == EITHER or told.summary is None:
        return Counter()
    wrong = {
        "nothing was said of it": not of_it,
        "it was not refused": any(not one["refused_because"] for one in of_it),
        "rows of it were accepted": any(one["rows_accepted"] for one in of_it),
        "refused, and the command ended with 0": bool(of_it) and told.status == 0,
    }
    return Counter({f"{why} ({where})": 1 for why, is_so in wrong.items() if is_so})


def _is_in_files(what: bytes, home: Path) -> bool:
    """Whether that stands in anything written beside the inbox."""
    others = (
        path for name in ("set_aside", "outbox", "published", "taken", "scratch") for path in (home / name).rglob("*")
    )
    return any(what in path.read_bytes() for path in others if path.is_file() and not path.is_symlink())


def _remove(folder: Path) -> None:
    """With folders in it too deep for anything that goes by whole paths."""
    if folder.exists():
        import subprocess

        subprocess.run(["rm", "-rf", "--", str(folder)], check=True)


# The whole soak


def batches(attacks: list[Attack], files: int) -> list[list[tuple[Attack, int]]]:
    """So many files, of each kind as many as of any other, those next to each other of different kinds."""
    numbered = [(attacks[number % len(attacks)], number) for number in range(files)]
    return [numbered[at : at + BATCH] for at in range(0, files, BATCH)]


@contextmanager
def ground(folder: Path | None = None, base: Path | None = None) -> Iterator[Ground]:
    _import_all()
    here = Path(tempfile.mkdtemp(prefix="hostile-", dir=folder))
    try:
        yield Ground(here, base or base_home_beside(here))
    finally:
        _remove(here)


def base_home_beside(here: Path) -> Path:
    """Made in a process of its own: engines that were at work in this one would not be in those forked from it."""
    child = os.fork()
    if not child:
        status = 1
        with suppress(Exception):
            base_home(here / "base")
            status = 0
        os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the home to attack could not be made")
    return here / "base"


def _import_all() -> None:
    import fastexcel  # noqa: F401
    import great_expectations  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from pipeline import flow  # noqa: F401
    from pipeline.edges import gate, sheets, xml_records  # noqa: F401


def soak(asked: argparse.Namespace) -> Iterator[tuple[dict[str, Found], Ground]]:
    attacks = [one for name, one in every_attack().items() if _is_asked_for(name, asked.only)]
    totals: dict[str, Found] = {one.name: Found() for one in attacks}
    with ground(asked.folder, asked.base) as here:
        for batch in batches(attacks, asked.files):
            for name, found in (here.run_read if asked.read_alone else here.run)(batch, asked.seed).items():
                totals[name].add(found)
                for why, times in found.faults.items():
                    print(f"{name}: {times} x {why}", file=sys.stderr, flush=True)
            yield totals, here


def _is_asked_for(name: str, only: list[str]) -> bool:
    return not only or any(one in name for one in only)


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--files", type=int, default=1_000, help="hostile files")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--only", nargs="+", default=[], help="attacks of which the name holds one of these")
    told.add_argument("--read-alone", action="store_true", help="each is read, and no command given")
    told.add_argument("--folder", type=Path, help="where the home is made: a disk, for some files are large")
    told.add_argument("--base", type=Path, help="a home to attack a copy of, rather than one made for it")
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    asked = told.parse_args()
    began, totals = time.monotonic(), {}
    for totals, here in soak(asked):
        # each time, so that what is cut short leaves what it found
        keep(asked.write, _command(asked), _result(totals, here, asked), began=began)
    for name, found in totals.items():
        print(f"{name}: {found.files} files, {found.refused} refused by check, {found.seconds:.1f} s, {found.mb} MB at most, {sum(found.faults.values())} faults")  # fmt: skip
    return int(any(found.faults for found in totals.values()))


def _command(asked: argparse.Namespace) -> str:
    command = f"python -m tests.soaks.hostile --files {asked.files} --seed {asked.seed}"
    command += f" --only {shlex.join(asked.only)}" if asked.only else ""
    return command + " --read-alone" * asked.read_alone


def _result(totals: dict[str, Found], here: Ground, asked: argparse.Namespace) -> dict:
    empty, alone = (
        None if asked.read_alone else {"seconds": round(one().seconds, 2), "megabytes": one().mb}
        for one in (lambda: here.empty, lambda: here.alone)
    )
    return {
        "files": sum(one.files for one in totals.values()),
        "bounds": {"seconds": LONGEST, "megabytes": MOST_MB, "megabytes_more_of_a_take_in": [MOST_MB_MORE, MOST_MB_MORE_OF_SEVERAL]},
        "check_of_an_empty_file": empty,
        "take_in_of_the_good_file_alone": alone,
        "faults": sum(sum(one.faults.values()) for one in totals.values()),
        "kinds": {name: found.as_json() for name, found in totals.items() if found.files},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
