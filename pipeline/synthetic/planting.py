"""Adding rows to extracts that are written already, and keeping a list of what was added where."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

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


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_row(planter: Planter, name: str) -> dict[str, str]:
    with (planter.folder / name).open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


def write_apart(planter: Planter, name: str, rule: str, rows: list[dict[str, str]]) -> None:
    """A file that is refused whole: its fault is listed under its header."""
    with (planter.folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    planter.labels.append((name, 1, rule))
