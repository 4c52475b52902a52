"""How much memory a school census as XML takes to read, however large: all of its layouts, one after another.

    python -m benchmarks.census_xml [--megabytes N --date DATE]

The file is a made-up school's census with its pupils said again until it is as large as asked. One process looks through it
and another reads every record of every layout it has, as a take-in does before anything is done with them. What is told of
a take-in of the same file is for comparison: it holds what it accepts until the gate has judged it.
"""

import argparse
import re
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from .measured import Took, measured

HERE = Path(__file__).resolve().parent
AIM_MB = 300
PUPILS = 400
KNOWN_ON = "2026-02-06"


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.census_xml", description=__doc__.partition("\n")[0])
    words.add_argument("--megabytes", type=int, default=500)
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    words.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    words.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.make:
        make(asked.make, asked.megabytes)
    elif asked.read:
        print(read(asked.read))
    else:
        told = page(asked.megabytes, asked.date)
        (HERE / "results" / "census_xml.md").write_text(told + "\n", encoding="utf-8")
        print(told)


def page(megabytes: int, on: date | None) -> str:
    folder = Path(tempfile.mkdtemp(prefix="census-xml-"))
    try:
        this = (sys.executable, "-m", "benchmarks.census_xml", "--megabytes", str(megabytes))
        measured((*this, "--make", str(folder)))  # in a process of its own: this one must stay small
        file = folder / "home" / "inbox" / "census.xml"
        size = file.stat().st_size / 1e6
        reading = measured((*this, "--read", str(file)))
        taking_in = measured(
            (sys.executable, "-m", "pipeline", "take-in", "--home", str(folder / "home"), "--known-on", KNOWN_ON)
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    peak = reading.peak_bytes / 1e6
    met = "Met" if peak < AIM_MB else "Not met"
    rows = [_row("Looked through, and every layout read", reading), _row("`a2n take-in` of it", taking_in)]
    return "\n".join(
        [
            "# A large census as XML", "",
            f"One file of {size:,.0f} MB. Made-up data proves mechanics, not accuracy.", "",
            "| what | seconds | processor seconds | peak memory, MB |", "|---|---:|---:|---:|", *rows, "",
            f"Aim: reading within {AIM_MB} MB. {met}: {peak:,.0f} MB.", "",
            f"`python -m benchmarks.census_xml --megabytes {megabytes}`" + (f", {on.isoformat()}" if on else ""),
        ]
    )  # fmt: skip


def _row(what: str, took: Took) -> str:
    return f"| {what} | {took.seconds:,.0f} | {took.cpu_seconds:,.0f} | {took.peak_bytes / 1e6:,.0f} |"


def make(folder: Path, megabytes: int) -> None:
    """A demo home in `folder`, with the schools and one large census in its inbox: each pupil again, under other UPNs."""
    from pipeline.edges.settings import make_home
    from pipeline.synthetic import synthesise
    from pipeline.synthetic.census_xml import census_xml

    home = make_home(folder / "home", demo=True)
    made = synthesise(folder / "made", pupils=PUPILS, schools=1, seed=3)
    census_xml(made.folder)
    shutil.copy(next(made.folder.glob("*schools.csv")), home.inbox)
    first, *pupils = min(made.folder.glob("*.xml")).read_text(encoding="utf-8").split("<PupilOnRoll>")
    last, end, rest = pupils[-1].partition("</PupilOnRoll>")
    pupils[-1] = last + end
    with (home.inbox / "census.xml").open("w", encoding="utf-8") as file:
        file.write(first)
        again = 0
        while file.tell() < megabytes * 1_000_000:
            for number, pupil in enumerate(pupils):
                file.write("<PupilOnRoll>" + _under_another_upn(pupil, again * len(pupils) + number))
            again += 1
        file.write(rest)


def _under_another_upn(pupil: str, number: int) -> str:
    from pipeline.vocabulary.identifiers import check_letter

    rest = f"209{number:09d}"
    alone = re.sub(r"<FormerUPN>.*?</FormerUPN>", "", pupil)  # else a thousand pupils would have been one child
    return re.sub(r"<UPN>.*?</UPN>", f"<UPN>{check_letter(rest)}{rest}</UPN>", alone, count=1)


def read(file: Path) -> int:
    """How many records there are of all the file's layouts, looked through first and then read, as a take-in reads them."""
    from pipeline.edges.containers import tables_in
    from pipeline.edges.reading import read_extract, recognised

    [extract] = tables_in(file, file.name)
    return sum(rows.height for layout in recognised(extract) for rows in read_extract(extract, layout))


if __name__ == "__main__":
    main()
