"""What a page is made of: sections of figures, tables, charts and words. What is in them was chosen; how it looks is the template's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import words
from .snapshot import Row


@dataclass(frozen=True)
class Column:
    """A column of a table as a person reads it. Where the row's `known_by` is false, there are no figures, hidden or not."""

    name: str
    heading: str
    kind: str = "text"
    known_by: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in words.NUMERIC

    def written(self, row: Row) -> str:
        if self.known_by and not row[self.known_by]:
            return words.NONE_HELD
        if self.kind == "interval":
            return words.interval(*(row[self.name.removesuffix("_rate") + end] for end in ("_rate", "_low", "_high")))
        return words.WRITTEN[self.kind](row[self.name])


@dataclass(frozen=True)
class Sheet:
    """A table, and where it can be had as a file. `folded` is shown when asked for, beside its chart."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    download: str = ""
    folded: bool = False
    empty: str = "There are none."
    cut_at: int = 0
    """Where only so many rows are shown, that there are more is said, and that the file has all."""
    older: str = ""
    """The address of the page of rows before this one, where there is one; `newer` of the one after."""
    newer: str = ""
    part: str = "sheet"

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[: self.cut_at] if self.cut_at else self.rows

    @property
    def is_cut(self) -> bool:
        return len(self.shown) < len(self.rows)

    @property
    def hides_any(self) -> bool:
        return any(self._lacks(("count",), row) for row in self.shown)

    @property
    def leaves_any_rate(self) -> bool:
        return any(self._lacks(("rate", "number", "interval"), row) for row in self.shown)

    def _lacks(self, kinds: tuple[str, ...], row: Row) -> bool:
        shown = (one for one in self.columns if one.kind in kinds and not (one.known_by and not row[one.known_by]))
        return any(row[one.name] is None for one in shown)


@dataclass(frozen=True)
class Figure:
    """One figure in words, with what it is of, and what stands beside it."""

    label: str
    value: str
    beside: str = ""
    link: str = ""

    @property
    def is_told(self) -> bool:
        return self.value not in (words.HIDDEN, words.NOT_TOLD, words.NONE_HELD)


@dataclass(frozen=True)
class Figures:
    figures: Sequence[Figure]
    part: str = "figures"


@dataclass(frozen=True)
class Chart:
    """A drawing, wide and narrow, with the words for whoever does not see it. Its table follows it."""

    title: str
    says: str
    wide: str
    narrow: str
    name: str
    part: str = "chart"


@dataclass(frozen=True)
class Words:
    text: str
    link: str = ""
    link_text: str = ""
    part: str = "words"


@dataclass(frozen=True)
class Section:
    title: str
    parts: Sequence[Figures | Sheet | Chart | Words]
    intro: str = ""
    name: str = ""


@dataclass(frozen=True)
class View:
    """A page's own contents, between the head and the foot that all have."""

    title: str
    intro: str
    sections: Sequence[Section]
    tables: Sequence[str] = field(default=())
    """The published tables it rests on, whose notes are linked to."""
