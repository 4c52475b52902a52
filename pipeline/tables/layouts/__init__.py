"""Every layout a feed is read from. A file is recognised by its headers, never by its name.

Headers are matched in lower case with spaces, underscores, hyphens and brackets left out. To add a supplier, add an
entry.
"""

from collections.abc import Iterable

from pipeline.vocabulary.agencies import JUSTICE_HEADERS

from .agencies import AGENCY_LAYOUTS
from .care import CARE_LAYOUTS, CARE_NOT_NEEDED
from .census import CENSUS_LAYOUTS, CENSUS_NOT_NEEDED
from .destinations import DESTINATION_LAYOUTS
from .layout import Layout, spelt
from .needs import NEED_LAYOUTS
from .plain import PLAIN_LAYOUTS
from .plans import PLAN_LAYOUTS
from .systems import SYSTEM_LAYOUTS
from .xml import XML_LAYOUTS

__all__ = ["LAYOUTS", "NOT_NEEDED", "Layout", "layouts_of", "nearest_layout", "of_justice", "spelt"]

NOT_NEEDED = (*CENSUS_NOT_NEEDED, *CARE_NOT_NEEDED)
"""What comes along with what is needed. A file of one of these is recognised, and left unread."""

LAYOUTS = (
    *PLAIN_LAYOUTS,
    *CENSUS_LAYOUTS,
    *PLAN_LAYOUTS,
    *CARE_LAYOUTS,
    *DESTINATION_LAYOUTS,
    *NEED_LAYOUTS,
    *SYSTEM_LAYOUTS,
    *XML_LAYOUTS,
    *AGENCY_LAYOUTS,
    *NOT_NEEDED,
)


def layouts_of(headers: list[str]) -> list[Layout]:
    """The layouts that claim a file with these headers: of tables the one that asks for the most; of XML all that do."""
    spelt_headers = {spelt(header) for header in headers}
    claiming = [layout for layout in LAYOUTS if layout.claims(spelt_headers)]
    records = [layout for layout in claiming if layout.record]
    return records or sorted(claiming, key=lambda layout: -len(layout.marks_it))[:1]


def of_justice(headers: Iterable[str]) -> bool:
    """Whether any of these headers is one that only the police or youth justice send."""
    return not JUSTICE_HEADERS.isdisjoint(map(spelt, headers))


_TABLES = [layout for layout in LAYOUTS if layout.feed and not layout.record]


def nearest_layout(headers: list[str]) -> tuple[Layout, list[str]] | None:
    """The layout an unclaimed file comes nearest to, and the headers it lacks; None where it resembles none.

    Nearest is the one of whose headers it has the most, and at least half.
    """
    spelt_headers = {spelt(header) for header in headers}
    lacking = [(layout, layout.lacks(spelt_headers)) for layout in _TABLES]
    near = [(layout, missing) for layout, missing in lacking if 0 < len(missing) * 2 <= layout.asks_for]
    return min(near, key=lambda one: (len(one[1]) - one[0].asks_for, len(one[1])), default=None)
