"""What a layout is: one supplier's spelling of one feed."""

import re
from dataclasses import dataclass, field

SPELT = re.compile(r"[^a-z0-9]")


def spelt(header: str) -> str:
    """`header` as layouts spell it: `LA (code)` is `lacode`."""
    return SPELT.sub("", header.strip().lstrip("\ufeff").lower())


@dataclass(frozen=True)
class Layout:
    """One supplier's spelling of one feed.

    `columns` maps a header (as `spelt`) to our name for it; of two headers for one name, the first here counts where it has
    content. A file is of this layout when it has every header in `marks_it`, of each group in `one_of` at least one, and
    none of those in `unless`.

    In XML each element named in `record` is one row, and the file may be of several layouts at once: see
    `edges.xml_records` for what stands for its headers. A row also has what is said `under` the elements of those names
    that it lies in; it is none where it does not lie `inside` one of these, or lies in one it must be `outside`; and what
    is said in an element within it that is set `apart` is not its own. `spread` names what makes several rows of one, see
    `steps.spreading`.

    `feed` is null for what suppliers send along and nobody needs: such a file is recognised, and left unread.
    """

    name: str
    feed: str | None
    title: str
    marks_it: tuple[str, ...]
    columns: dict[str, str]
    one_of: tuple[tuple[str, ...], ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    record: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    spread: str = ""
    unless: tuple[str, ...] = ()

    def claims(self, headers: set[str]) -> bool:
        has_all = all(header in headers for header in self.marks_it)
        return has_all and not any(map(headers.isdisjoint, self.one_of)) and headers.isdisjoint(self.unless)

    @property
    def asks_for(self) -> int:
        return len(self.marks_it) + len(self.one_of)

    def lacks(self, headers: set[str]) -> list[str]:
        """The headers that keep a file from being of this layout."""
        missing = [header for header in self.marks_it if header not in headers]
        return missing + [" or ".join(group) for group in self.one_of if not headers & set(group)]


def same(*names: str) -> dict[str, str]:
    return {spelt(name): name for name in names}


SCHOOL = ("urn", "laestab")
"""A plain table names its school by one of these."""
