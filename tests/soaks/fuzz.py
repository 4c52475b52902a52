"""Mutated files through every reader, the gate and all: `python -m tests.soaks.fuzz --files 20000`.

Each file is a good one with something done to it; one in two hundred is a few bytes that ask for much. Whatever comes of it
must be rows accepted, rows set aside or a refusal in words: no other exception, no file that takes more than five seconds or
a batch a gigabyte and a half, and no row accepted that breaks a promise of its feed. A file that does otherwise is kept in
`--keep`, and can be had again from its reader, seed and number.
"""

import argparse
import json
import multiprocessing
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.edges import clock

from . import mutated as by
from .base import DAY, base_home, corpus, take_in_files

BATCH = 300
PIECE = 10  # batches a process takes in

LONGEST = 5.0  # seconds a file may take until it is before the gate
MOST_BYTES = 1_500_000_000
"""Of memory, for a process that takes in mutated files: it needs 600 MB before the first, and a file that is in bounds may say
250 MB, which are held some three times on their way. One of a few bytes that had no bound would take several times as much."""

BOMB_EVERY = 200
PATIENCE = 300  # seconds, and one a file, after which a process that says nothing is taken to hang

SEPARATE_BYTES = 0.35
"""Share of the files of a compressed or binary reader whose own bytes are mutated, rather than what they hold."""


@dataclass(frozen=True)
class Reader:
    """What its files are made of, and how a mutated one is made."""

    name: str
    ending: str
    make: object
    seeds: str  # glob in the corpus
    bombs: tuple = ()


def _plain(encoding: str):
    def make(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
        if chance.random() < 0.5:
            return by.mutated(seed.decode("utf-8").encode(encoding, "replace"), others, chance)
        return by.mutated_table(seed.decode("utf-8"), chance).encode(encoding, "replace")

    return make


def _wrapped(wrap, *, text: bool = False):
    def make(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
        if chance.random() < SEPARATE_BYTES:
            return by.mutated(wrap(seed.decode("utf-8") if text else seed), others, chance)
        inner = by.mutated_table(seed.decode("utf-8"), chance)
        return wrap(inner if text else inner.encode("utf-8", "replace"))

    return make


def _xml(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Three in ten have their bytes mutated, and will hardly parse; of the rest, elements."""
    if chance.random() < 0.3:
        return by.mutated(seed, others, chance)
    return by.mutated_elements(seed.decode("utf-8"), chance).encode("utf-8", "replace")


def _bombs(wrap, *kinds):
    """Each kind of table that asks for much, in the clothes of a reader."""
    return tuple(lambda seed, chance, kind=kind: wrap(kind(seed, chance)) for kind in kinds)


def _in(encoding: str):
    return lambda text: text.encode(encoding, "replace")


def _packed(wrap):
    return _bombs(lambda text: wrap(text.encode()), by.repeated_text, by.wide_table, by.long_line)


READERS = (
    Reader("csv", ".csv", _plain("utf-8"), "*.csv", _bombs(_in("utf-8"), by.long_line, by.wide_table)),
    Reader("csv in Windows-1252", ".csv", _plain("cp1252"), "*.csv", _bombs(_in("cp1252"), by.long_line, by.wide_table)),
    Reader("csv in UTF-16", ".txt", _plain("utf-16"), "*.csv", _bombs(_in("utf-16"), by.long_line, by.wide_table)),
    Reader("parquet", ".parquet", _wrapped(by.as_parquet, text=True), "*.csv", (by.repeated_text_of_parquet, *_bombs(by.as_parquet, by.wide_table, by.long_line))),
    Reader("xlsx", ".xlsx", _wrapped(by.as_workbook, text=True), "*.csv", (by.repeated_text_of_workbook, *_bombs(by.as_workbook, by.wide_table))),
    Reader("gzip", ".csv.gz", _wrapped(by.as_gzip), "*.csv", _packed(by.as_gzip)),
    Reader("zip", ".zip", _wrapped(by.as_zip), "*.csv", _packed(by.as_zip)),
    Reader("census xml", ".xml", _xml, "*census*.xml", _bombs(_in("utf-8"), by.long_element)),
    Reader("ctf xml", ".xml", _xml, "ctf*.xml", _bombs(_in("utf-8"), by.long_element)),
)  # fmt: skip


def made(reader: Reader, seed: int, number: int) -> bytes:
    """The file of this reader, seed and number: always the same."""
    chance = random.Random(f"{reader.name} {seed} {number}")
    seeds = corpus(reader.seeds)
    if is_bomb(number):
        make = reader.bombs[number // BOMB_EVERY % len(reader.bombs)]
        return make(chance.choice(seeds).decode("utf-8"), chance)
    return reader.make(chance.choice(seeds), seeds, chance)


def is_bomb(number: int) -> bool:
    return number % BOMB_EVERY == BOMB_EVERY - 1


def run(reader: Reader, seed: int, numbers: range, home: Path, keep: Path | None = None) -> Counter:
    """Take these files in, a batch at a time, each into a copy of `home`, and count what came of them. Faults are counted
    under `fault: ...`."""
    counts: Counter = Counter()
    with passing() as folder:
        for first in range(numbers.start, numbers.stop, BATCH):
            batch, before = range(first, min(first + BATCH, numbers.stop)), peak_bytes()
            counts += _batch(reader, seed, batch, home, folder, keep)
            if peak_bytes() > max(before, MOST_BYTES):
                counts[f"fault: {peak_bytes() // 10**6:,} MB (files {batch.start} to {batch.stop - 1})"] += 1
    return counts


@contextmanager
def passing() -> Iterator[Path]:
    """A folder for as long as it is needed, in memory where there is such a place."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def peak_bytes() -> int:
    """The most memory that this process ever held; of one begun by a larger, `getrusage` tells what that held."""
    with suppress(FileNotFoundError):  # of Linux alone
        said = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", said)[1]) * 1024
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told if sys.platform == "darwin" else told * 1024


def _batch(reader: Reader, seed: int, batch: range, home: Path, folder: Path, keep: Path | None) -> Counter:
    contents = {f"{number}{reader.ending}": made(reader, seed, number) for number in batch}
    counts, faults = take_in_files(contents, home, folder / "work", longest=LONGEST)
    counts["files"] += len(contents)
    if faults and len(contents) > 1 and any(name is None for name, _ in faults):
        faults = _one_by_one(contents, home, folder)
    for name, why in faults:
        counts[f"fault: {why}"] += 1
        if keep and name:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{reader.name} {seed} {name}".replace(" ", "_")).write_bytes(contents[name])
    return counts


def _one_by_one(contents: dict[str, bytes], home: Path, folder: Path) -> list[tuple[str, str]]:
    found = []
    for name, content in contents.items():
        _, faults = take_in_files({name: content}, home, folder / "work", longest=LONGEST)
        found += [(name, why) for _, why in faults]
    return found or [(None, "a fault of the whole batch that no file of it has alone")]


# The whole soak

PEAK = "megabytes at most in one process"


def soak(files: int, seed: int, workers: int, keep: Path, only: str | None) -> Iterator[tuple[str, Counter]]:
    """Every reader, in processes of their own, so that a reader that takes its process with it is a fault like another."""
    pieces = [range(at, min(at + PIECE * BATCH, files)) for at in range(0, files, PIECE * BATCH)]
    with passing() as folder:
        home = base_home(folder / "base")
        for reader in READERS:
            if only in (None, reader.name):
                counts = in_processes(reader, seed, pieces, workers, home, keep)
                print(f"{reader.name}: {_in_words(counts)}", flush=True)
                yield reader.name, counts


def in_processes(reader: Reader, seed: int, pieces: list[range], workers: int, home: Path, keep: Path) -> Counter:
    counts: Counter = Counter()
    waiting, running = list(pieces), []
    context = multiprocessing.get_context("spawn")
    while waiting or running:
        while waiting and len(running) < workers:
            piece, (ours, theirs) = waiting.pop(0), context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, reader.name, seed, piece, home, keep), daemon=True)
            process.start()
            theirs.close()
            running.append((process, ours, piece, time.monotonic()))
        still = []
        for process, pipe, piece, began in running:
            if pipe.poll(0.2):
                try:
                    found, peak = pipe.recv()
                    counts = counts + found | Counter({PEAK: peak})  # of two peaks the higher
                except EOFError:
                    counts[f"fault: the process died (files {piece.start} to {piece.stop - 1})"] += 1
                process.join()
            elif time.monotonic() - began > PATIENCE + len(piece):
                process.kill()
                counts[f"fault: hung (files {piece.start} to {piece.stop - 1})"] += 1
            else:
                still.append((process, pipe, piece, began))
        running = still
    return counts


def _work(pipe, name: str, seed: int, piece: range, home: Path, keep: Path) -> None:
    reader = next(one for one in READERS if one.name == name)
    try:
        found = run(reader, seed, piece, home, keep)
    except Exception:
        found = Counter({f"fault: {traceback.format_exc(limit=-3)}": 1})
    pipe.send((found, peak_bytes() // 10**6))


def _in_words(counts: Counter) -> str:
    faults = sum(count for what, count in counts.items() if what.startswith("fault"))
    told = ", ".join(f"{counts[what]:,} {what}" for what in ("files", "files refused", "rows read", "rows accepted", "rows set aside", PEAK))  # fmt: skip
    return f"{told}, {faults:,} faults"


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--files", type=int, default=20_000, help="mutated files for each reader")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument("--only", choices=[reader.name for reader in READERS])
    told.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="where files at fault are kept")
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    totals = {}
    for name, counts in soak(given.files, given.seed, given.workers, given.keep, given.only):
        totals[name] = counts
        if given.write:  # each time, so that what is cut short leaves what it found
            _write(given, totals, round(time.monotonic() - began))
    faults = {
        name: {what: n for what, n in counts.items() if what.startswith("fault")} for name, counts in totals.items()
    }
    for name, found in faults.items():
        for what, times in found.items():
            print(f"{name}: {times} x {what}", file=sys.stderr)
    return int(any(faults.values()))


def _write(given: argparse.Namespace, totals: dict[str, Counter], seconds: int) -> None:
    result = {
        "command": f"python -m tests.soaks.fuzz --files {given.files} --seed {given.seed}",
        "day": clock.today().isoformat(), "seconds": seconds, "stood_on": DAY.isoformat(),
        "readers": {name: dict(sorted(counts.items())) for name, counts in totals.items()},
    }  # fmt: skip
    given.write.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
