"""Every layout a feed is read from. A file is recognised by its headers, never by its name.

Headers are matched in lower case with spaces, underscores, hyphens and brackets left out. To add a supplier, add an
entry.
"""

from .census import CENSUS_LAYOUTS
from .layout import Layout, spelt
from .plain import PLAIN_LAYOUTS

__all__ = ["LAYOUTS", "Layout", "layouts_of", "nearest_layout", "spelt"]

LAYOUTS = (*PLAIN_LAYOUTS, *CENSUS_LAYOUTS)


def layouts_of(headers: list[str]) -> list[Layout]:
    """The layouts that claim a file with these headers: of tables the one that asks for the most; of XML all that do."""
    spelt_headers = {spelt(header) for header in headers}
    claiming = [layout for layout in LAYOUTS if layout.claims(spelt_headers)]
    records = [layout for layout in claiming if layout.record]
    return records or sorted(claiming, key=lambda layout: -len(layout.marks_it))[:1]


_TABLES = [layout for layout in LAYOUTS if not layout.record]


def nearest_layout(headers: list[str]) -> tuple[Layout, list[str]] | None:
    """The layout an unclaimed file comes nearest to, and the headers it lacks; None where it resembles none."""
    spelt_headers = {spelt(header) for header in headers}
    lacking = {layout.name: layout.lacks(spelt_headers) for layout in _TABLES}
    layout = min(_TABLES, key=lambda one: len(lacking[one.name]) / (len(one.marks_it) + len(one.one_of)))
    missing = lacking[layout.name]
    return (layout, missing) if len(missing) * 2 <= len(layout.marks_it) + len(layout.one_of) else None
