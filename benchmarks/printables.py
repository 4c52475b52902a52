"""How long printables take: so many schools' pages laid out and written, from made-up lists, without a warehouse.

python -m benchmarks.printables --schools 200 --pupils 10
"""

import argparse
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from pipeline.edges.printable_contents import Drawing, DrawnKind, DrawnTerm, Page, WeekColumn
from pipeline.edges.settings import make_passing_home
from pipeline.edges.workbook_contents import ListedPupil, ReviewList
from pipeline.hops.printing import Printable, print_out
from pipeline.steps.printable import KINDS

AS_OF = date(2026, 7, 17)
WEEKS = 39


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--schools", type=int, default=200)
    asked.add_argument("--pupils", type=int, default=10)
    said = asked.parse_args()
    made = [a_school(100001 + n, said.pupils) for n in range(said.schools)]
    with tempfile.TemporaryDirectory(prefix="a2n-printables-") as folder:
        home = make_passing_home(Path(folder) / "home")
        began, busy = time.perf_counter(), time.process_time()
        printed, why_not = print_out(home, made, as_of=AS_OF)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        size = sum(path.stat().st_size for path in home.printables_of(AS_OF).iterdir())
    pages = sum(printed.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{pages:,} pages of {len(printed)} schools, {len(why_not)} not printed: {took:.1f} s, {1000 * took / pages:.0f} ms a page; "
          f"{busy:.1f} processor seconds; {size / 1e6:.0f} MB written; peak memory {peak:,.0f} MB.")  # fmt: skip


def a_school(urn: int, pupils: int) -> Printable:
    pages = tuple(a_page(urn, place) for place in range(1, pupils + 1))
    listed = ReviewList(
        urn=urn, school=f"School {urn}", as_of=AS_OF, registers_to=AS_OF, places=pupils, roll=50 * pupils,
        issued_by="Made up", demo=True, rows=tuple(page.pupil for page in pages), history_needed=(), counted=(), lines=(),
    )  # fmt: skip
    return Printable(listed, pages)


def a_page(urn: int, place: int) -> Page:
    reason = f"Missed {place + 30} of 342 sessions since 2 September 2025, in {place} separate spells."
    pupil = ListedPupil(
        place=place, pupil_id=f"pupil{place:07}", surname=f"Surname{urn}", forename=f"Forename{place}", nc_year="8",
        section="main", reasons=(reason,) * 4, changed="The first list for this school.", weekly=(), support="Nothing on file",
        last_four_weeks="Missed 9 of 38 possible sessions: illness 9.", next_step="What does the pupil say is hardest?",
    )  # fmt: skip
    return Page(pupil, (reason,), a_year(urn + place))


def a_year(seed: int) -> Drawing:
    away = [(seed * (n + 3)) % 5 for n in range(WEEKS)]  # none to four sessions of a week, of one kind after another
    weeks = [tuple(10 - a if kind == 0 else a if kind == 1 + n % 5 else 0 for kind in range(len(KINDS))) for n, a in enumerate(away)]  # fmt: skip
    began = AS_OF - timedelta(weeks=WEEKS)
    months = [f"{began + timedelta(weeks=n):%b}" if n % 4 == 0 else "" for n in range(WEEKS)]
    return Drawing(
        kinds=tuple(DrawnKind(kind.name, kind.letter, kind.label, 9) for kind in KINDS),
        weeks=tuple(WeekColumn(week, 0.9, month, n in (7, 14)) for n, (week, month) in enumerate(zip(weeks, months, strict=True))),
        terms=(DrawnTerm("Autumn term", 0, 13), DrawnTerm("Spring term", 14, 26), DrawnTerm("Summer term", 27, WEEKS - 1)),
        begun=(), told="A made-up year.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
