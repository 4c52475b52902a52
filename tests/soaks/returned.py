"""Mutated returned lists through the way back: `python -m tests.soaks.returned --files 20000`.

Each is a list filled in, saved as one of three programs saves it, and then with something done to the parts it is made of:
numbers, references, styles, merged cells, days far out. Whatever comes of it, the good list beside it is read, the others are
read row by row or refused in words, none takes more than five seconds, and nothing is taken that no such list could say. Each
pupil has an answer that is nobody else's, so that one taken for another pupil is seen to be that.
"""

import argparse
import io
import json
import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from unittest import mock

import openpyxl
import polars as pl

from pipeline.edges import clock
from pipeline.hops import returning
from pipeline.vocabulary.feedback import DECISIONS, FACTS, OUTCOMES
from tests.edges.answered import AS_OF, BEFORE, KEYS, KNOWN_ON, LOOKED_INTO_KEY, AtHome, at_home, decide, fill

from . import mutated as by

BATCH = 50
LONGEST = 5.0  # processor's seconds a file may take to be read
GOOD = "good.xlsx"
SAVED_BY_LIBREOFFICE = Path(__file__).parents[1] / "edges" / "saved_by_libreoffice.xlsx"

OWN = {
    KEYS[0]: {"decision": "look into it", "decided_on": date(2026, 3, 9), "fact": "roll or year group"},
    KEYS[1]: {
        "decision": "snooze until", "decided_on": date(2026, 3, 10), "snooze_until": date(2026, 5, 1),
        "snooze_reason": "a review is booked",
    },
    KEYS[2]: {"decision": "already met", "decided_on": date(2026, 3, 12), "fact": "a mark"},
    KEYS[3]: {"decision": "other cause", "decided_on": date(2026, 3, 13), "fact": "another fact"},
}  # fmt: skip
"""By key, what that pupil's row says: a decision and a day that no other's does, in the list saved by LibreOffice too."""

OWN_OUTCOME = {"outcome": "need found", "outcome_on": date(2026, 3, 10)}

STRANGE = (
    "", " ", "0", "-1", "1", "9", "1e9", "1e308", "1e400", "-1e400", "nan", "inf", "1_000", "٣", "²", "0x1F", "9" * 9, "9" * 10,
    "9" * 40, "9" * 5000, "." + "9" * 5000, "2958465", "2958466", "109999", "110000", "-657434", "46090.99999", "45000",
    "A0", "A1", "B7", "XFD1048576", "XFE1", "ZZZ9999999", "A" * 5000 + "1", "A" + "9" * 5000, "1A", "A1:ZZZ9999999", "A1:", ":B2",
    "A1:B2:C3", "B2:A1", "$A$1", "true", "s", "n", "d", "b", "e", "str", "inlineStr", "_xD800_", "_x0000_", "2026-03-09", "9999-12-31",
)  # fmt: skip
"""What may stand where a number, a reference, a style, a kind of cell or a text is looked for."""

_PLACES = re.compile(r'(?<=[ :](?:r|s|t)=")[^"]*|(?<= (?:ref|min|max|sst)=")[^"]*|(?<=[<:]v>)[^<]*|(?<=[<:]t>)[^<]*|(?<=date1904=")[^"]*')  # fmt: skip
_ELEMENTS = re.compile(r"<((?:\w+:)?(?:c|row|mergeCell|si|r|is|v|sheet))(?: [^<>]*)?(?:/>|>.*?</\1>)", re.DOTALL)
_MERGED = "<mergeCells><mergeCell ref='{}'/><mergeCell ref='{}'/></mergeCells></"
_READ = re.compile(r"xl/(?:worksheets/sheet\d+|sharedStrings|workbook|styles)\.xml")


def seeds(here: AtHome) -> list[dict[str, bytes]]:
    """The parts of one list as three programs save it: that which made it, one that keeps texts in their cells, LibreOffice."""
    made = here.list_of().read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(made))
    for key, answer in OWN.items():
        fill(book, key, **answer)
    fill(book, LOOKED_INTO_KEY, "Being looked into", **OWN_OUTCOME)
    held = io.BytesIO()
    book.save(held)
    return [_parts(one) for one in (made, held.getvalue(), SAVED_BY_LIBREOFFICE.read_bytes())]


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def made(from_: list[dict[str, bytes]], seed: int, number: int) -> bytes:
    """The file of this seed and number: always the same."""
    chance = random.Random(f"returned {seed} {number}")
    parts = dict(chance.choice(from_))
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        name = chance.choice([name for name in parts if _READ.fullmatch(name)])
        parts[name] = chance.choice(_WAYS)(parts[name].decode(errors="ignore"), chance).encode()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return held.getvalue()


def _another_value(text: str, chance: random.Random) -> str:
    places = list(_PLACES.finditer(text))
    if not places:
        return text
    place = chance.choice(places)
    what = chance.choice((chance.choice(STRANGE), chance.choice(places)[0]))
    return text[: place.start()] + what + text[place.end() :]


def _another_element(text: str, chance: random.Random) -> str:
    elements = list(_ELEMENTS.finditer(text))
    if not elements:
        return text
    one, other = chance.choice(elements), chance.choice(elements)
    instead = chance.choice(("", one[0] * 2, other[0], one[0].replace(">", f">{other[0]}", 1), f"<r>{one[0]}</r>"))
    return text[: one.start()] + instead + text[one.end() :]


def _merged(text: str, chance: random.Random) -> str:
    at = text.rfind("</")
    return (
        text[:at] + _MERGED.format(chance.choice(STRANGE), chance.choice(("A9:Z10", "A1:ZZZ9999999"))) + text[at + 2 :]
    )


def _bytes(text: str, chance: random.Random) -> str:
    return by.mutated(text.encode(), [text.encode()], chance).decode(errors="ignore")


_WAYS = (_another_value, _another_value, _another_value, _another_element, _merged, _bytes)


# What comes of them


def run(here: AtHome, seed: int, numbers: range, keep: Path | None = None) -> Counter:
    """Read these files, a batch at a time, each batch beside one good list; count what came of them. Faults are counted
    under `fault: ...`."""
    counts: Counter = Counter()
    from_ = seeds(here)
    for first in range(numbers.start, numbers.stop, BATCH):
        batch = range(first, min(first + BATCH, numbers.stop))
        contents = {f"{number}.xlsx": made(from_, seed, number) for number in batch}
        found_, faults = _read(contents)
        if faults and len(contents) > 1:
            faults = [one for name, content in contents.items() for one in _read({name: content})[1]] or faults
        counts += found_
        for name, why in faults:
            counts[f"fault: {why} ({name})"] += 1
            if keep and name in contents:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"returned_{seed}_{name}").write_bytes(contents[name])
    return counts


def _read(contents: dict[str, bytes]) -> tuple[Counter, list[tuple[str, str]]]:
    """Read files at a home of their own. What came of them, and the faults: a file, or the files, and what was wrong."""
    names, faults, counts = next(iter(contents)) if len(contents) == 1 else "a batch", [], Counter()
    with tempfile.TemporaryDirectory() as folder:
        here = at_home(Path(folder))
        here.returned(lambda book: decide(book, KEYS[2]), GOOD)
        for name, content in contents.items():
            here.sent(name).write_bytes(content)
        try:
            with _timed(faults):
                summary = here.read()
        except Exception as fault:
            return counts, [*faults, (names, f"{type(fault).__name__}")]
        faults += [(names, why) for why in _wrong(here, summary.returned)]
        counts["decisions that say all their own row was given"] = _as_own(here.tables())
    counts["files"] = len(contents)
    counts["files that are no list of ours any more"] = len(contents) + 1 - len(summary.returned)
    for one in summary.returned:
        counts["files refused"] += bool(one.refused_because)
        counts["rows answered"] += one.rows_answered
        counts["rows taken"] += one.rows_taken
        counts["rows refused"] += one.rows_refused
    return counts, faults


def _timed(faults: list):
    """While it lasts, a file that takes too long to be read is a fault."""
    reads = returning._read

    def timed(extract, *more):
        began = time.process_time()
        read = reads(extract, *more)
        if time.process_time() - began > LONGEST:
            faults.append((extract.name.rpartition("/")[2], "took too long"))
        return read

    return mock.patch.object(returning, "_read", timed)


def _wrong(here: AtHome, returned: list) -> list[str]:
    """What may not be, whatever came back: said anew, and not by the rules themselves."""
    tables = here.tables()
    told = pl.concat([tables[name].select("pupil_id", "known_on", "return_key") for name in _CHOICES])
    of_day = [
        tables["decisions"].filter(pl.col("return_key") != "before")["decided_on"],
        tables["outcomes"]["outcome_on"],
    ]
    wrong = {
        "the good list was not read": not any(one.file.endswith(GOOD) and one.rows_taken == 1 for one in returned),
        "a row of somebody on no such list": bool(set(told["pupil_id"]) - {*KEYS, LOOKED_INTO_KEY}),
        "an answer of one pupil taken for another": _taken_for_another(tables),
        "a day before the list, or to come": any(not BEFORE <= day <= KNOWN_ON for days in of_day for day in days),
        "a decision before its list": any(day < AS_OF for day in of_day[0]),
        "rows do not add up": any(one.rows_answered != one.rows_taken + one.rows_refused for one in returned),
    }
    for name, (field, choices) in _CHOICES.items():
        wrong[f"a {field} that is none"] = bool(set(tables[name][field]) - set(choices))
    return [why for why, is_so in wrong.items() if is_so]


def _taken_for_another(tables: dict[str, pl.DataFrame]) -> bool:
    """Whether anybody has the whole decision of another, or an answer that only another was asked for.

    A cell of a row may have been put in another's place, and then that row does say so; two of them together never are by chance.
    """
    whose = {(own["decision"], own["decided_on"]): key for key, own in OWN.items()}
    decided = tables["decisions"].filter(pl.col("return_key") != "before")
    told = decided.select("pupil_id", "decision", "decided_on").rows()
    asked = set(decided["pupil_id"]) | set(tables["corrections"]["pupil_id"])
    others = [key for key, *own in told if whose.get(tuple(own), key) != key]
    return bool(others) or LOOKED_INTO_KEY in asked or bool(set(tables["outcomes"]["pupil_id"]) - {LOOKED_INTO_KEY})


def _as_own(tables: dict[str, pl.DataFrame]) -> int:
    """How many decisions say all that their own pupil's row was given."""
    told = tables["decisions"].select("pupil_id", "decision", "decided_on", "snooze_until", "snooze_reason")
    names = told.columns[1:]
    return sum(
        dict(zip(names, said, strict=True)) == {name: OWN.get(key, {}).get(name) for name in names}
        for key, *said in told.rows()
    )


_CHOICES = {"decisions": ("decision", DECISIONS), "outcomes": ("outcome", OUTCOMES), "corrections": ("fact", FACTS)}


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--files", type=int, default=20_000, help="mutated lists")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="where files at fault are kept")
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(at_home(Path(folder)), given.seed, range(given.files), given.keep)
    print(json.dumps(dict(sorted(counts.items())), indent=2))
    if given.write:
        result = {
            "command": f"python -m tests.soaks.returned --files {given.files} --seed {given.seed}",
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began), "lists": dict(sorted(counts.items())),
        }  # fmt: skip
        given.write.write_text(json.dumps(result, indent=2) + "\n")
    return int(any(what.startswith("fault") for what in counts))


if __name__ == "__main__":
    sys.exit(main())
