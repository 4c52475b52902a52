"""Writes the good files that fuzzing starts from: `python -m tests.soaks.make_corpus`. The same each time.

They are a made-up authority's: the first rows of every table it sends, and the same registers and census as XML.
"""

import shutil
import tempfile
from pathlib import Path

from pipeline.synthetic import synthesise

from .base import CORPUS

ROWS = 25


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="corpus-"))
    CORPUS.mkdir(exist_ok=True)
    for old in CORPUS.iterdir():
        old.unlink()
    made = synthesise(folder / "made", pupils=24, schools=1, seed=4, weeks=6)
    for path in made.files:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (CORPUS / path.name).write_text("".join(lines[: ROWS + 1]), encoding="utf-8")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
