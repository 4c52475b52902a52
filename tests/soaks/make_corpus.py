"""Writes the good files that fuzzing starts from, beside the examples: `python -m tests.soaks.make_corpus`. The same each time.

They are a made-up authority's: the first rows of every table it sends, and the same registers and census as XML.
"""

import re
import shutil
import tempfile
from pathlib import Path

from pipeline.synthetic import synthesise
from pipeline.synthetic.census_xml import census_xml
from pipeline.synthetic.ctf import ctf, ctf_of_one_character

from .base import CORPUS

ROWS, PUPILS = 25, 3


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="corpus-"))
    CORPUS.mkdir(exist_ok=True)
    for old in CORPUS.iterdir():
        old.unlink()
    for marks_as in ("plain", "arbor", "wonde"):
        made = synthesise(folder / marks_as, **AUTHORITY, marks_as=marks_as)
        for path in made.files:
            name = path.name if path.name.startswith(marks_as) or marks_as == "plain" else f"{marks_as}_{path.name}"
            if marks_as == "plain" or not (CORPUS / path.name).exists():
                lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
                (CORPUS / name).write_text("".join(lines[: ROWS + 1]), encoding="utf-8")
    for name, respelt in {"census": census_xml, "ctf": ctf, "ctf_of_one_character": ctf_of_one_character}.items():
        made = synthesise(folder / name, **AUTHORITY)
        respelt(made.folder)
        for at, path in enumerate(sorted(made.folder.glob("*.xml")), 1):
            text = _with_few(path.read_text(encoding="utf-8"), "PupilOnRoll" if name == "census" else "Pupil")
            (CORPUS / f"{name}_{at}.xml").write_text(text, encoding="utf-8")
    shutil.rmtree(folder)


def _with_few(text: str, element: str) -> str:
    """`text` with only the first few of these elements: what is small is read often."""
    first, *others = re.split(f"(?=<{element}>)", text)
    last = others[-1].partition(f"</{element}>")[2]
    return first + "".join(others[:PUPILS]) + last if len(others) > PUPILS else text


AUTHORITY = {"pupils": 24, "schools": 1, "seed": 4, "weeks": 6}


if __name__ == "__main__":
    main()
