"""Every page: its address, its name in the menu, the choices it offers, and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.dashboard.parts import View
from pipeline.dashboard.reading import Reading

from .data import data_quality, notes
from .groups import ever, missed
from .home import home
from .lost import lost
from .postcode import postcode
from .schools import school, schools
from .signals import signals, specialists


@dataclass(frozen=True)
class Page:
    name: str
    address: str
    menu: str
    view: Callable[[Reading], View]
    filters: tuple[str, ...] = ()
    of_schools: bool = False
    """Whether whoever sees some schools may read it: everything on it is then of these alone."""


PAGES = {
    page.name: page
    for page in (
        Page("home", "/", "Home", home, ("phase", "term", "week")),
        Page("schools", "/schools", "Schools", schools, ("phase", "area", "school", "order"), of_schools=True),
        Page("school", "/school/{urn}", "", school, ("term",), of_schools=True),
        Page("lost", "/lost", "Lost between services", lost, ("lost", "phase", "area", "school")),
        Page("missed", "/missed", "Who is missed", missed, ("group",)),
        Page("postcode", "/postcode", "Postcode", postcode, ("phase", "area", "school")),
        Page("signals", "/signals", "Signals", signals, ("phase", "school")),
        Page("specialists", "/specialists", "Specialists", specialists, ("phase", "area")),
        Page("ever", "/ever", "Ever", ever),
        Page("data-quality", "/data-quality", "Data quality", data_quality, ("feed", "phase", "school")),
        Page("notes", "/notes", "Notes", notes, ("table",), of_schools=True),
    )
}
