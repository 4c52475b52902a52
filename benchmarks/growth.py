"""How time and memory grow with pupils: one size at a time, each in its own sitting, and a chart of all that were measured.

    python -m benchmarks.growth --pupils 10000 50000 [--extracts DIR --reuse --keep]     measures these sizes, one after another
    python -m benchmarks.growth --draw [--write-readme]                                  draws what results/growth.json holds

There are 500 pupils to a school. Of each size a whole school year is taken in as history, and then the night of its last day is run. What is
made up is removed when its size is measured, unless it is to be kept.
"""

import argparse
import math
import shutil
from pathlib import Path

from . import backfill, night
from .made_up import README, RESULTS, WHOLE_YEAR, Size, evening, extracts, facts_of
from .report import between_marks, machine, read_json, write_json
from .tables import aim, where

NAME = "growth"
PUPILS_A_SCHOOL = 500
MEASURES = {
    "backfill_seconds": "Backfill of a school year, seconds",
    "night_seconds": "A night, seconds",
    "backfill_peak_bytes": "Backfill, peak memory",
    "night_peak_bytes": "A night, peak memory",
}


def main() -> None:
    asked = _asked()
    for pupils in asked.pupils:
        size = Size(pupils, max(1, pupils // PUPILS_A_SCHOOL), asked.seed)
        _keep(measure(size, asked.extracts, reuse=asked.reuse), asked)
        if not asked.keep:
            shutil.rmtree(size.folder)
    if asked.draw:
        from .growth_chart import draw  # here: the chart is large, and would be in what is measured

        kept = read_json(NAME)
        draw(sizes_of(kept))
        page = in_words(kept)
        there = page.replace("(docs/images/", "(../../docs/images/")
        (RESULTS / f"{NAME}.md").write_text(there + "\n", encoding="utf-8")
        if asked.write_readme:
            between_marks(README, NAME, page)
        print(page)


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__.partition("\n")[0])
    words.add_argument("--pupils", type=int, nargs="*", default=[], help="sizes to measure now")
    words.add_argument("--draw", action="store_true", help="draw all sizes measured so far")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--extracts", type=Path, help="extracts of this very size and seed, made before; for one size")
    words.add_argument("--reuse", action="store_true", help="take what was made before, whatever code changed since")
    words.add_argument("--keep", action="store_true", help="leave what was made up in benchmarks/work")
    words.add_argument("--date", help="the day to print beside the figures")
    words.add_argument(
        "--write-readme", action="store_true", help="put chart and table into README.md, between its marks"
    )
    asked = words.parse_args()
    if not asked.pupils and not asked.draw:
        words.error("give sizes with --pupils, or --draw")
    if asked.extracts and len(asked.pupils) != 1:
        words.error("--extracts are of one size: give one with --pupils")
    return asked


def measure(size: Size, given: Path | None, *, reuse: bool) -> dict:
    """One size: what a take-in of its year and its last night took, each once."""
    folder = extracts(size, given=given, reuse=reuse)
    took = backfill.history_alone(folder, size.folder / f"round-{NAME}")
    print(f"{size.pupils:,} pupils: {took.in_words}", flush=True)
    before = evening(size, WHOLE_YEAR, given=given, reuse=reuse)
    found = night.night_alone(before)
    print(f"{size.pupils:,} pupils: {found.in_words}", flush=True)
    scan, taken, whole = took.took["scan"], took.took["take_in_history"], found.took["nightly"]
    return vars(size) | facts_of(sorted(folder.glob("*.csv"))) | {
        "scan_seconds": scan.seconds, "backfill_seconds": taken.seconds, "backfill_cpu_seconds": taken.cpu_seconds,
        "backfill_peak_bytes": taken.peak_bytes, "night_seconds": whole.seconds, "night_cpu_seconds": whole.cpu_seconds,
        "night_peak_bytes": whole.peak_bytes, "night_bytes_on_disk": found.bytes_on_disk,
    }  # fmt: skip


def _keep(one: dict, asked: argparse.Namespace) -> None:
    """Beside the sizes measured before; in place of an earlier measurement of the same."""
    command = f"python -m benchmarks.growth --pupils {one['pupils']}"
    kept = read_json(NAME).get("sizes", {})
    kept[str(one["pupils"])] = one | {"command": command, "date": asked.date, "machine": machine()}
    write_json(NAME, {"name": NAME, "sizes": dict(sorted(kept.items(), key=lambda size: int(size[0])))})


# What is told ------------------------------------------------------------------------------------------------------------


def sizes_of(kept: dict) -> list[dict]:
    """Sizes measured, the smallest first. Raises SystemExit where there are not two to draw a line through."""
    sizes = list(kept.get("sizes", {}).values())
    if len(sizes) < 2:
        raise SystemExit(
            "Fewer than two sizes are measured: run python -m benchmarks.growth --pupils N for another first."
        )
    return sizes


def exponent(sizes: list[dict], measure: str) -> float:
    """The slope of the straight line, by least squares, through the logarithms: 1 is growth in proportion, less is slower."""
    xs = [math.log(one["pupils"]) for one in sizes]
    ys = [math.log(one[measure]) for one in sizes]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def in_words(kept: dict) -> str:
    sizes = sizes_of(kept)
    rows = [
        f"| {one['pupils']:,} | {one['marks']:,} | {one['scan_seconds']:.1f} | {one['backfill_seconds']:.1f} | "
        f"{one['backfill_seconds'] / one['scan_seconds']:.2f} | {one['backfill_peak_bytes'] / 1e9:.2f} | "
        f"{one['night_seconds']:.1f} | {one['night_peak_bytes'] / 1e9:.2f} |"
        for one in sizes
    ]
    fitted = "; ".join(f"{words.lower()} {exponent(sizes, name):.2f}" for name, words in MEASURES.items())
    of_largest = "; ".join(f"{words.lower()} {exponent(sizes[-2:], name):.2f}" for name, words in MEASURES.items())
    commands = ", ".join(f"`{one['command']}`" for one in sizes)
    last = sizes[-1]
    return "\n".join(
        [
            f"![{alt(sizes)}](docs/images/growth.svg)", "",
            "| pupils | marks a year | bare read, s | backfill, s | times the bare read | its peak, GB | night, s | its peak, GB |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|", *rows, "",
            "Each size was measured once. Exponent of growth, the slope of a straight line through the logarithms (1 is in proportion, less is "
            f"slower): {fitted}. Of the two largest alone: {of_largest}.", "",
            *aims(sizes), "",
            f"{commands}; drawn by `python -m benchmarks.growth --draw`. The largest: " + where({"run": last, "machine": last["machine"]}),
        ]
    )  # fmt: skip


def aims(sizes: list[dict]) -> list[str]:
    fastest = max(exponent(sizes, name) for name in MEASURES)
    lines = [aim("time and memory grow no faster than in proportion", round(fastest, 2) <= 1, f"{fastest:.2f} at most")]
    if sizes[-1]["pupils"] == 250_000:
        peak = sizes[-1]["backfill_peak_bytes"] / 1e9
        lines.append(aim("a backfill of 250,000 pupils in under 4 GB", peak < 4, f"{peak:.2f} GB"))
    return lines


def alt(sizes: list[dict]) -> str:
    """The drawing in words, for whoever cannot see it."""
    first, last = sizes[0], sizes[-1]
    lines = [
        f"{words.lower()} from {_figure(first, name)} to {_figure(last, name)}" for name, words in MEASURES.items()
    ]
    return (
        f"Two charts side by side with logarithmic axes, pupils across, from {first['pupils']:,} to {last['pupils']:,}, each with a line for the "
        f"backfill and one for the night; a thin dotted line shows growth in proportion. {'; '.join(lines)}."
    )


def _figure(one: dict, name: str) -> str:
    return f"{one[name] / 1e9:.2f} GB" if name.endswith("bytes") else f"{one[name]:.1f}"


if __name__ == "__main__":
    main()
