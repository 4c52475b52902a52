"""One child after another erased from a home, and everybody else compared: `python -m tests.soaks.erasure --children 100`.

Half of them stand on the newest lists, half are anybody; the first is of a family of twins, a name within another, and a namesake born the
same day. Each time every byte of the home's files and every cell of both databases is searched
for the child by a search of its own (`journeys.anywhere`); every table of the warehouse must hold of everybody else what it held, row for row;
and every list shows of everybody else what it showed, in the same place. What may differ is said here and nothing else: the child's own rows
are gone, a list counts one pupil less on roll, `derived.issued_lists` one less listed, and audit.forgettings, audit.forgotten_pupils and
audit.rewritten_extracts say that it was done. Last, the day is looked at again: its lists must show of everybody what they showed.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.edges.settings import Home
from pipeline.synthetic import synthesise
from pipeline.vocabulary.identifiers import upns_in
from tests.journeys.anywhere import found_anywhere
from tests.journeys.at_home import a2n, deliver, new_home, tables
from tests.journeys.one_child import FAMILY, One, family, list_rows, listed, named_apart, people, upns_of_family
from tests.soaks.kept import keep

SAYS_THAT_IT_WAS_DONE = {"audit.forgettings", "audit.forgotten_pupils", "audit.rewritten_extracts"}


def stocked(folder: Path, *, pupils: int, schools: int, weeks: int) -> tuple[Home, date]:
    """A home after its first night, whose every child has a name of their own but for a family."""
    made = synthesise(folder / "made", pupils=pupils, schools=schools, seed=5, weeks=weeks)
    named_apart([*made.history, *made.files])
    home = new_home(folder / "home")
    deliver(home, made.history, "last_year")
    told = [a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status]
    deliver(home, made.files, "this_year")
    roll = pl.read_csv(min((home.inbox / "this_year").glob("pupils_*.csv")), infer_schema=False)
    family(roll.head(1)).write_csv(home.inbox / "family.csv")
    told.append(a2n("nightly", "--home", home.folder, "--as-of", made.last_day).status)
    if told != [0, 0]:
        raise ValueError(f"the home could not be made: {told}")
    return home, made.last_day


def erase_one(home: Home, day: date, one: One) -> list[str]:
    """Erase a child, and say what is wrong afterwards."""
    kept, shown, delivered = _of_others(home, one), _shown(home, day), _delivered(home, one)
    done = a2n("forget", "--home", home.folder, "--reason", "asked for and granted", typed=one.upn)
    if done.status:
        return [f"it ended with {done.status}: {done.err.strip()}"]
    words = [one.pupil_id, one.upn] if (one.surname, one.forename) in FAMILY.values() else one.words
    wrong = [f"the child is left in {place}" for place in found_anywhere(home, words)]
    wrong += [f"a row of {name} is another" for name in delivered if _delivered(home, one)[name] != delivered[name]]
    now = _of_others(home, one)
    wrong += [
        f"{name} is another" for name in kept if name not in SAYS_THAT_IT_WAS_DONE and not now[name].equals(kept[name])
    ]
    shown_now = _shown(home, day)
    wrong += [
        f"a row of {name} is another: {_apart(text, shown_now.get((name, key), ''))}"
        for (name, key), text in shown.items()
        if key != one.pupil_id and shown_now.get((name, key)) != text
    ]
    return wrong + ["a row is new on a list" for place in shown_now if place not in shown]


def _delivered(home: Home, one: One) -> dict[str, list[str]]:
    """The lines of each table of text in the inbox that name a UPN, but the child's."""
    lines = {path.name: path.read_text().splitlines() for path in sorted(home.inbox.rglob("*.csv"))}
    return {name: [line for line in told if upns_in(line) and one.upn not in line] for name, told in lines.items()}


def _apart(one: str, other: str) -> str:
    """The first words in which two rows differ, of made-up children."""
    words = zip(one.split(" | "), other.split(" | "), strict=False)
    return next((f"{was[:80]!r}, {now[:80]!r}" for was, now in words if was != now), "it is not there, or longer")


def _of_others(home: Home, one: One) -> dict[str, pl.DataFrame]:
    kept, held = {}, tables(home)
    in_care = held["staged.care_children"].filter(pl.col("pupil_id") == one.pupil_id)
    held["staged.care_episodes"] = held["staged.care_episodes"].join(
        in_care, on="child_key", how="anti", maintain_order="left"
    )
    for name, rows in held.items():
        columns = [column for column in ("pupil_id", "one", "other") if column in rows.columns]
        theirs = pl.any_horizontal(pl.col(column) == one.pupil_id for column in columns) if columns else pl.lit(False)
        kept[name] = rows.filter(~theirs.fill_null(False))
    kept["derived.issued_lists"] = kept["derived.issued_lists"].drop("pupils")
    places = kept["staged.pupils"].select("extract_id", "row_number")
    kept["audit.set_aside"] = kept["audit.set_aside"].join(places, on=places.columns, how="semi")
    return kept


def _shown(home: Home, day: date) -> dict[tuple[str, str], str]:
    return {
        (path.name, key): text
        for path in sorted(home.lists_of(day).glob("*.xlsx"))
        for key, text in list_rows(path).items()
    }


def soak(children: int, seed: int, folder: Path, *, pupils: int = 140, schools: int = 2, weeks: int = 3) -> dict:
    home, day = stocked(folder, pupils=pupils, schools=schools, weeks=weeks)
    chance, faults, were_listed, removed = random.Random(seed), [], 0, 0
    for number in range(children):
        on_lists = listed(home)
        anybody = list(people(home).values())
        one = chance.choice(on_lists if number % 2 and on_lists else anybody)
        if number == 0:
            one = next(one for one in anybody if one.upn == upns_of_family()["the child"])
        were_listed += one in on_lists
        wrong = erase_one(home, day, one)
        removed += len(anybody) - len(people(home))
        faults += [{"child": number + 1, "wrong": wrong}] if wrong else []
        print(f"{number + 1} erased, {len(faults)} faults{f': {wrong}' if wrong else ''}", flush=True)
    before = _shown(home, day)
    again = a2n("flag", "--home", home.folder, "--as-of", day)
    if again.status or _shown(home, day) != before:
        faults.append({"child": None, "wrong": ["looked at again, the lists of the day show others"]})
    return {
        "children": children,
        "were_listed": were_listed,
        "no_longer_held": removed,
        "pupils": pupils,
        "faults": faults,
    }


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--children", type=int, default=100)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="erasure-"))
    try:
        found = soak(given.children, given.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    keep(
        given.write,
        f"python -m tests.soaks.erasure --children {given.children} --seed {given.seed}",
        found,
        began=began,
    )
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
