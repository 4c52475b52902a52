"""Mutated files through every reader, the gate and all: `python -m tests.soaks.fuzz --files 20000`.

Each file is a good one with something done to it. Whatever comes of it must be rows accepted, rows set aside or a refusal in
words: no other exception, no file that takes more than five seconds, and no row accepted that breaks a promise of its feed.
A file that does otherwise is kept in `--keep`, and can be had again from its reader, seed and number.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.edges import clock

from . import mutated as by
from .base import DAY, base_home, corpus, take_in_files

BATCH = 100
LONGEST = 5.0  # seconds the reading of a file may take
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


READERS = (
    Reader("csv", ".csv", _plain("utf-8"), "*.csv"),
    Reader("csv in Windows-1252", ".csv", _plain("cp1252"), "*.csv"),
    Reader("csv in UTF-16", ".txt", _plain("utf-16"), "*.csv"),
    Reader("parquet", ".parquet", _wrapped(by.as_parquet, text=True), "*.csv"),
    Reader("xlsx", ".xlsx", _wrapped(by.as_workbook, text=True), "*.csv"),
    Reader("gzip", ".csv.gz", _wrapped(by.as_gzip), "*.csv"),
    Reader("zip", ".zip", _wrapped(by.as_zip), "*.csv"),
    Reader("census xml", ".xml", _xml, "*census*.xml"),
    Reader("ctf xml", ".xml", _xml, "ctf*.xml"),
)


def made(reader: Reader, seed: int, number: int) -> bytes:
    """The file of this reader, seed and number: always the same."""
    chance = random.Random(f"{reader.name} {seed} {number}")
    seeds = corpus(reader.seeds)
    return reader.make(chance.choice(seeds), seeds, chance)


def run(reader: Reader, seed: int, numbers: range, keep: Path | None = None) -> Counter:
    """Take these files in, a batch at a time, and count what came of them. Faults are counted under `fault: ...`."""
    counts: Counter = Counter()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        home = base_home(folder / "base")
        for first in range(numbers.start, numbers.stop, BATCH):
            batch = range(first, min(first + BATCH, numbers.stop))
            counts += _batch(reader, seed, batch, home, folder, keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return counts


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


def soak(files: int, seed: int, workers: int, keep: Path, only: str | None) -> dict[str, Counter]:
    """Every reader, in processes of their own, so that a reader that takes its process with it is a fault like another."""
    totals = {}
    for reader in READERS:
        if only and reader.name != only:
            continue
        pieces = [range(at, min(at + 10 * BATCH, files)) for at in range(0, files, 10 * BATCH)]
        totals[reader.name] = _in_processes(reader, seed, pieces, workers, keep)
        print(f"{reader.name}: {_in_words(totals[reader.name])}", flush=True)
    return totals


def _in_processes(reader: Reader, seed: int, pieces: list[range], workers: int, keep: Path) -> Counter:
    counts: Counter = Counter()
    waiting, running = list(pieces), []
    context = multiprocessing.get_context("spawn")
    while waiting or running:
        while waiting and len(running) < workers:
            piece, (ours, theirs) = waiting.pop(0), context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, reader.name, seed, piece, keep), daemon=True)
            process.start()
            theirs.close()
            running.append((process, ours, piece, time.monotonic()))
        still = []
        for process, pipe, piece, began in running:
            if pipe.poll(0.2):
                try:
                    counts += pipe.recv()
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


def _work(pipe, name: str, seed: int, piece: range, keep: Path) -> None:
    reader = next(one for one in READERS if one.name == name)
    try:
        pipe.send(run(reader, seed, piece, keep))
    except Exception:
        pipe.send(Counter({f"fault: {traceback.format_exc(limit=-3)}": 1}))


def _in_words(counts: Counter) -> str:
    faults = sum(count for what, count in counts.items() if what.startswith("fault"))
    told = ", ".join(f"{counts[what]:,} {what}" for what in ("files", "files refused", "rows read", "rows accepted", "rows set aside"))  # fmt: skip
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
    began = time.monotonic()
    totals = soak(given.files, given.seed, given.workers, given.keep, given.only)
    faults = {
        name: {what: n for what, n in counts.items() if what.startswith("fault")} for name, counts in totals.items()
    }
    for name, found in faults.items():
        for what, times in found.items():
            print(f"{name}: {times} x {what}", file=sys.stderr)
    if given.write:
        result = {
            "command": f"python -m tests.soaks.fuzz --files {given.files} --seed {given.seed}",
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began), "stood_on": DAY.isoformat(),
            "readers": {name: dict(sorted(counts.items())) for name, counts in totals.items()},
        }  # fmt: skip
        given.write.write_text(json.dumps(result, indent=2) + "\n")
    return int(any(faults.values()))


if __name__ == "__main__":
    sys.exit(main())
