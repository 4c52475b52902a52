"""All that `make bench` runs, at a modest size: the backfill, the night, where their time goes, and Airflow's share.

    python -m benchmarks [--pupils N --schools N --rounds R --date DATE --write-readme]

Of fewer pupils than the project keeps figures of, the backfill's and the night's go to `benchmarks/work/results`.
Growth and other tools have commands of their own, for they take longer: benchmarks.growth, benchmarks.beside.
"""

import sys

from . import airflow_share, backfill, night, where
from .tables import FULL_SIZE


def main(words: list[str]) -> None:
    """Each with the words given, in turn; those that do not know one of them go without."""
    size, shown = (
        _part(words, ("--pupils", "--schools", "--seed", "--rounds", "--date", "--extracts")),
        [w for w in words if w == "--write-readme"],
    )
    pupils = size[size.index("--pupils") + 1] if "--pupils" in size else "20000"
    smaller = ["--smaller"] if int(pupils) < FULL_SIZE else shown
    for program, its_words in (
        (backfill, [*size, *shown]),
        (night, [*size, *shown]),
        (where, smaller),
        (airflow_share, ["--pupils", pupils, *_part(size, ("--seed", "--rounds", "--date", "--extracts")), *shown]),
    ):
        print(f"\n# {program.__name__}", flush=True)
        sys.argv = [program.__name__, *its_words]
        program.main()


def _part(words: list[str], names: tuple[str, ...]) -> list[str]:
    """Those of `words` with one of these names, each with what follows it."""
    return [word for at, name in enumerate(words) if name in names for word in words[at : at + 2]]


if __name__ == "__main__":
    main(sys.argv[1:])
