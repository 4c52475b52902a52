"""Adding rows to extracts that are written already, and keeping a list of what was added where."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .identifiers import wrong_check_letter

LABELS = ("file", "row_number", "rule")


@dataclass
class Sheet:
    """One CSV file that rows are added to. `rows` counts those in it, the header included."""

    path: Path
    header: list[str]
    rows: int
    added: list[list[str]] = field(default_factory=list)

    def add(self, row: dict[str, str]) -> int:
        """Add a row, its cells by header; its number as a spreadsheet shows it."""
        self.added.append([row.get(name, "") for name in self.header])
        return self.rows + len(self.added)


@dataclass
class Planter:
    """Adds faulty rows to the files of `folder`, and keeps what was added where under which rule."""

    folder: Path
    sheets: dict[str, Sheet] = field(default_factory=dict)
    labels: list[tuple[str, int, str]] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        if name not in self.sheets:
            path = self.folder / name
            with path.open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file))
                self.sheets[name] = Sheet(path, header, 1 + sum(1 for _ in file))
        return self.sheets[name]

    def plant(self, name: str, rule: str, row: dict[str, str], **changed: str) -> None:
        """Add `row` with cells `changed`, under the rule that it breaks."""
        self.labels.append((name, self.sheet(name).add(row | changed), rule))

    def new_upn(self) -> str:
        return self.spare.pop()

    def write(self, labels: Path) -> None:
        for sheet in self.sheets.values():
            with sheet.path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(sheet.added)
        with labels.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([LABELS, *sorted(self.labels)])


NO_SCHOOL = "999999"


def plant_upns(planter: Planter, name: str, row: dict, stranger: dict, column: str = "upn") -> None:
    """The four faults of a UPN. `stranger`, a pupil of no known authority, is on the roll, and otherwise in order."""
    upn = planter.new_upn()
    planter.plant(name, "upn_missing", row, **{column: ""})
    planter.plant(name, "upn_malformed", row, **{column: upn[:6]})
    planter.plant(name, "upn_wrong_check_letter", row, **{column: wrong_check_letter(upn)})
    planter.plant(name, "upn_authority_unknown", row, **{column: stranger["upn"]})


def plant_elsewhere(planter: Planter, name: str, row: dict) -> None:
    """A row of a school that is not there, and one of a pupil who is on no roll."""
    planter.plant(name, "unknown_school", row, urn=NO_SCHOOL)
    planter.plant(name, "pupil_on_no_roll", row, upn=planter.new_upn())


def begin(planter: Planter, name: str, header: Iterable[str]) -> None:
    """Make sure that there is a file to plant in: what a small authority has none of, it does not write."""
    path = planter.folder / name
    if not path.exists():
        path.write_text(",".join(header) + "\n", encoding="utf-8")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_row(planter: Planter, name: str) -> dict[str, str]:
    with (planter.folder / name).open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


def write_apart(planter: Planter, name: str, rule: str, rows: list[dict[str, str]]) -> None:
    """A file that is refused whole: its fault is listed under its header."""
    write_rows(planter, name, rows)
    planter.labels.append((name, 1, rule))


def write_rows(planter: Planter, name: str, rows: list[dict[str, str]]) -> None:
    with (planter.folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
