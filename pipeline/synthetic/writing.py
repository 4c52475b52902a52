"""Extracts on disk: one CSV a table, added to school by school, so that memory holds one school at a time."""

from pathlib import Path

import polars as pl

COLLECT_DATE = "%Y-%b-%d 00:00:00"
"""As DfE's COLLECT writes a day."""


class Extracts:
    """The CSV files of one folder. A context manager: files are open until it ends."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: list[Path] = []
        self._open: dict[str, object] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Extracts":
        return self

    def __exit__(self, *_) -> None:
        for handle in self._open.values():
            handle.close()

    def add(self, name: str, rows: pl.DataFrame, *, dates: str = "%Y-%m-%d") -> None:
        """Write `rows` to `name`.csv, below what is there. The header is written once, whether or not rows follow."""
        is_new = name not in self._open
        if is_new:
            self.files.append(self.folder / f"{name}.csv")
            self._open[name] = self.files[-1].open("wb")
        spelt = rows.with_columns(pl.col(pl.Date).dt.strftime(dates))
        spelt.write_csv(self._open[name], include_header=is_new)

    def add_any(self, name: str, rows: pl.DataFrame, *, dates: str = "%Y-%m-%d") -> None:
        """As `add`, of a table that is only exported where there is something in it."""
        if rows.height:
            self.add(name, rows, dates=dates)

    def close(self, name: str) -> None:
        """Close a file that no other school adds to."""
        self._open.pop(name).close()


class Keys:
    """COLLECT's ids: hexadecimal, no two alike, and the same from one run to the next."""

    def __init__(self):
        self._next = 1

    def taken(self, count: int, digits: int = 11) -> list[str]:
        """`count` new ids of `digits` hexadecimal digits; an odd factor spreads them without ever meeting."""
        numbers = range(self._next, self._next + count)
        self._next += count
        spread = [(number * 0x9E3779B97F5) % 16**digits for number in numbers]
        if digits <= 8:
            return [f"{one:0{digits}x}" for one in spread]
        return [f"{one:0{digits}x}"[:8] + "-" + f"{one:0{digits}x}"[8:] for one in spread]
