"""What a nation costs, from what one home costs: 152 authorities and 9 million pupils as a table.

    python -m benchmarks.nation --measured benchmarks/results/one_home.json --write benchmarks/results/nation.md

The file of what was measured is

    {"machine": {"cores": 2},
     "homes": [{"pupils": 20000, "command": "what measured it", "date": "2026-11-28",
                "night": {"seconds": 15.0, "cpu_seconds": 20.0, "peak_bytes": 1500000000},
                "backfill": {"seconds": 20.0, "cpu_seconds": 30.0, "peak_bytes": 1800000000},
                "bytes": {"warehouse": 1, "identity": 1, "outbox": 1, "snapshot": 1, "inbox": 1},
                "seconds_by_hop": {"read": 1.0}}]}

one entry a size, as `benchmarks.night` keeps them: a night is one day's marks and corrections taken in, looked at, listed and published; the backfill a school year at once; bytes are
those of the home after it, `outbox` of one day of lists, `inbox` of a school year's extracts. `backfill`, `inbox`, `seconds_by_hop`, `command` and
`date` may be left out. Of two sizes or more each quantity is a straight line, by least squares and never below nought; of one it is in
proportion.
"""

import argparse
import heapq
import json
import random
from dataclasses import dataclass
from math import ceil, exp
from pathlib import Path
from statistics import NormalDist

AUTHORITIES, PUPILS = 152, 9_000_000
SPREAD = 0.6
"""Of the logarithm of an authority's pupils: the largest then has about 250,000 and the smallest about 10,000."""

LIST_DAYS = 20
"""Days of a school year on which lists go out, each of them kept in the outbox: one a fortnight of 39 weeks."""

SNAPSHOTS = 3
"""A home keeps its newest and two before it."""

NIGHTS = 365
WINDOWS = (1, 4)
"""Hours within which a night should end: by half past three, or before anybody is at work."""

_QUANTITIES = ("seconds", "cpu_seconds", "peak_bytes")


@dataclass(frozen=True)
class Line:
    """A quantity by the number of pupils: a part that every home costs, and a part for each pupil."""

    fixed: float
    a_pupil: float

    def of(self, pupils: float) -> float:
        return self.fixed + self.a_pupil * pupils


def fitted(points: list[tuple[float, float]]) -> Line:
    """The line through what was measured of homes of so many pupils. Raises ValueError where nothing was."""
    if not points:
        raise ValueError("nothing was measured")
    if len({pupils for pupils, _ in points}) == 1:
        return Line(0.0, sum(value for _, value in points) / sum(pupils for pupils, _ in points))
    middle = sum(pupils for pupils, _ in points) / len(points)
    height = sum(value for _, value in points) / len(points)
    slope = sum((pupils - middle) * (value - height) for pupils, value in points) / sum((pupils - middle) ** 2 for pupils, _ in points)  # fmt: skip
    if slope < 0:
        return Line(height, 0.0)
    if height - slope * middle < 0:
        return Line(0.0, sum(pupils * value for pupils, value in points) / sum(pupils**2 for pupils, _ in points))
    return Line(height - slope * middle, slope)


def sizes(authorities: int = AUTHORITIES, pupils: int = PUPILS, spread: float = SPREAD) -> list[int]:
    """Pupils of each authority, smallest first: the middles of equal parts of a log-normal distribution, brought to so many in all."""
    shares = [exp(spread * NormalDist().inv_cdf((k + 0.5) / authorities)) for k in range(authorities)]
    told = [round(pupils * share / sum(shares)) for share in shares]
    return [*told[:-1], pupils - sum(told[:-1])]


def hours_taken(seconds: list[float], workers: int) -> float:
    """From the first night's beginning to the last one's end, where each worker takes the next home as soon as it is free."""
    free = [0.0] * workers
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return max(free) / 3600


def workers_for(seconds: list[float], hours: float) -> int | None:
    """The fewest workers with which all nights end in so many hours; None where one home alone takes longer."""
    if max(seconds) > hours * 3600:
        return None
    fewest = ceil(sum(seconds) / 3600 / hours)
    return next(
        workers for workers in range(max(fewest, 1), len(seconds) + 1) if hours_taken(seconds, workers) <= hours
    )


@dataclass(frozen=True)
class Nation:
    """What all authorities cost: their pupils in the order their homes are listed, each quantity's line, and a task's own seconds."""

    pupils: list[int]
    night: dict[str, Line]
    backfill: dict[str, Line] | None
    stored: dict[str, Line]
    overhead: float

    def seconds(self, work: dict[str, Line]) -> list[float]:
        return [work["seconds"].of(pupils) + self.overhead for pupils in self.pupils]

    def total(self, line: Line) -> float:
        return sum(line.of(pupils) for pupils in self.pupils)

    @property
    def largest(self) -> int:
        return max(self.pupils)


def projected(measured: dict, overhead: float) -> Nation:
    """From what was measured of homes. The order homes are listed in is by no size: it is drawn once, and always the same."""
    homes = measured["homes"]

    def lines(of: str, names) -> dict[str, Line]:
        return {
            name: fitted([(one["pupils"], one[of][name]) for one in homes if name in one.get(of, {})]) for name in names
        }

    stored = [
        name
        for name in ("warehouse", "identity", "outbox", "snapshot", "inbox")
        if any(name in one["bytes"] for one in homes)
    ]
    pupils = sizes()
    random.Random(1).shuffle(pupils)
    backfill = lines("backfill", _QUANTITIES) if any("backfill" in one for one in homes) else None
    return Nation(pupils, lines("night", _QUANTITIES), backfill, lines("bytes", stored), overhead)


# As a table


def in_markdown(measured: dict, nation: Nation) -> str:
    parts = ["# What a nation costs", _about(measured, nation), _table(("what", "figure"), _figures(nation))]
    parts += ["Workers and hours of one night:", _table(("workers", "hours", "memory, GB"), _by_workers(nation))]
    parts += ["What drives the cost:", "\n".join(f"- {one}" for one in _drivers(measured, nation))]
    return "\n\n".join(parts)


def _table(headings: tuple[str, ...], rows: list[tuple]) -> str:
    lines = [headings, ("---", *("---:",) * (len(headings) - 1)), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _about(measured: dict, nation: Nation) -> str:
    told = ", ".join(f"{one['pupils']:,}" for one in measured["homes"])
    how = (
        "in proportion to its pupils"
        if len({one["pupils"] for one in measured["homes"]}) == 1
        else "on a straight line through them"
    )
    by = "; ".join(dict.fromkeys(filter(None, map(_by, measured["homes"]))))
    return (
        f"A projection and no measurement: homes of {told} pupils were measured on {measured['machine']['cores']} cores"
        f"{f' ({by})' if by else ''}, and every other home is taken to be {how}. Made-up data. Assumed: {len(nation.pupils)} authorities "
        f"with {sum(nation.pupils):,} pupils, log-normal in size (the logarithm's standard deviation is {SPREAD}), the smallest with "
        f"{min(nation.pupils):,}, the median with {sorted(nation.pupils)[len(nation.pupils) // 2]:,} and the largest with {nation.largest:,}; a worker "
        f"with {measured['machine']['cores']} such cores to itself, one home at a time, {nation.overhead:g} s more for each task of Airflow's; every night as dear as one in July "
        f"on which lists go out; homes listed in no order of size; {LIST_DAYS} days of lists a year, all kept; {SNAPSHOTS} snapshots kept. Disk is for one school year beside the last one's "
        "history, as measured."
    )


def _by(home: dict) -> str:
    """The command that measured it, and the day."""
    command = f"`{home['command']}`" if home.get("command") else ""
    return ", ".join(filter(None, (command, home.get("date"))))


def _figures(nation: Nation) -> list[tuple]:
    seconds, gb = nation.seconds(nation.night), 1e9
    rows = [
        ("All nights, one after another, hours", f"{sum(seconds) / 3600:,.1f}"),
        ("Processor hours of a night", f"{nation.total(nation.night['cpu_seconds']) / 3600:,.1f}"),
        ("Processor hours of a year of nights", f"{nation.total(nation.night['cpu_seconds']) / 3600 * NIGHTS:,.0f}"),
        ("The largest home's night, minutes", f"{max(seconds) / 60:,.1f}"),
        ("Memory of the largest home's night, GB", f"{nation.night['peak_bytes'].of(nation.largest) / gb:,.1f}"),
    ]
    for hours in WINDOWS:
        workers = workers_for(seconds, hours)
        rows.append(
            (
                f"Workers to end within {hours} hour{'s' * (hours > 1)}",
                workers or "none would do: the largest takes longer",
            )
        )
    if nation.backfill:
        took = nation.seconds(nation.backfill)
        rows.append(("Taking in a whole year once, hours with 8 workers", f"{hours_taken(took, 8):,.1f}"))
        rows.append(
            ("Memory of that, of the largest home, GB", f"{nation.backfill['peak_bytes'].of(nation.largest) / gb:,.1f}")
        )
    return rows + [(f"Disk for {_WHAT[name]}, GB", f"{_kept(nation, name) / gb:,.0f}") for name in nation.stored] + [
        ("Disk in all, GB", f"{sum(_kept(nation, name) for name in nation.stored) / gb:,.0f}")
    ]  # fmt: skip


_WHAT = {
    "warehouse": "warehouses",
    "identity": "names, under their own key",
    "outbox": f"lists and pages, {LIST_DAYS} days",
    "snapshot": f"published snapshots, {SNAPSHOTS} each",
    "inbox": "a year's extracts as delivered",
}
_TIMES = {"outbox": LIST_DAYS, "snapshot": SNAPSHOTS}


def _kept(nation: Nation, name: str) -> float:
    return nation.total(nation.stored[name]) * _TIMES.get(name, 1)


def _by_workers(nation: Nation) -> list[tuple]:
    """Memory is for as many of the largest homes as there are workers: any of them may come to any."""
    seconds, peak = nation.seconds(nation.night), nation.night["peak_bytes"].of(nation.largest)
    return [
        (workers, f"{hours_taken(seconds, workers):,.2f}", f"{workers * peak / 1e9:,.0f}")
        for workers in (1, 2, 4, 8, 16, 32)
    ]


def _drivers(measured: dict, nation: Nation) -> list[str]:
    seconds = nation.night["seconds"]
    of_pupils = seconds.a_pupil * sum(nation.pupils)
    whole = sum(nation.seconds(nation.night))
    fixed = (seconds.fixed + nation.overhead) * len(nation.pupils)
    said = [
        f"Time: {of_pupils / whole:.0%} is by the pupil ({seconds.a_pupil * 1000:,.2f} s for a thousand), {fixed / whole:.0%} by the home "
        f"({seconds.fixed:,.1f} s, and {nation.overhead:g} s of Airflow's)."
    ]
    hops = measured["homes"][-1].get("seconds_by_hop", {})
    most = sorted(hops.items(), key=lambda one: -one[1])[:3]
    if most:
        said.append(
            "Of a night, the longest hops: "
            + ", ".join(f"{hop} {took / sum(hops.values()):.0%}" for hop, took in most)
            + "."
        )
    disk = sorted(nation.stored, key=lambda name: -_kept(nation, name))
    every = sum(_kept(nation, name) for name in disk)
    said.append("Disk: " + ", ".join(f"{_WHAT[name]} {_kept(nation, name) / every:.0%}" for name in disk) + ".")
    said.append(
        f"Memory: by the largest home, and by how many workers there are; a worker that takes none over 100,000 pupils needs "
        f"{nation.night['peak_bytes'].of(100_000) / 1e9:,.1f} GB."
    )
    return said


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.nation", description=__doc__.partition("\n")[0])
    words.add_argument("--measured", type=Path, required=True, help="JSON of what was measured of one home or several")
    words.add_argument(
        "--overhead",
        type=float,
        default=10.0,
        help="seconds Airflow takes for each home's task beside the night itself",
    )
    words.add_argument("--write", type=Path, help="write the table here too")
    asked = words.parse_args()
    measured = json.loads(asked.measured.read_text(encoding="utf-8"))
    table = in_markdown(measured, projected(measured, asked.overhead))
    line = f"`python -m benchmarks.nation --measured {asked.measured} --overhead {asked.overhead:g}`"
    if asked.write:
        asked.write.write_text(f"{table}\n\n{line}\n", encoding="utf-8")
    print(f"{table}\n\n{line}")


if __name__ == "__main__":
    main()
