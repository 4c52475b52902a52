"""Pages as HTML: the templates, and the addresses that pages link to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import words
from .pages import PAGES, Page
from .reading import Links, Person, Reading

STYLES = ("govuk-frontend.css", "site.css")
_ICON = "data:,"  # none, so that no browser asks for one


@cache
def templates() -> Environment:
    found = Environment(
        loader=PackageLoader("pipeline.dashboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, auto_reload=False, lstrip_blocks=True,
    )  # fmt: skip
    found.filters |= {"count": words.count, "rate": words.rate, "day": words.day}
    return found


@cache
def style(name: str) -> bytes:
    return files("pipeline.dashboard").joinpath("static", name).read_bytes()


@cache
def styles() -> dict[str, str]:
    """Each style sheet's address, which changes when it does."""
    return {name: f"/static/{name}?v={hashlib.sha256(style(name)).hexdigest()[:12]}" for name in STYLES}


def links(name: str, **told: object) -> str:
    """The address of a page, a download or the inspectors' extract, with the filters that are set."""
    given = {key: value for key, value in told.items() if value not in (None, "")}
    address = PAGES[name].address if name in PAGES else _FILES[name]
    for part in ("urn", "table"):
        if f"{{{part}}}" in address:
            address = address.replace(f"{{{part}}}", quote(str(given.pop(part))))
    return address + (f"?{urlencode(given)}" if given else "")


_FILES = {
    "download": "/download/{table}.csv",
    "extract": "/download/postcode.csv",
    "sign-out": "/sign-out",
    "sign-in": "/sign-in",
}


@dataclass(frozen=True)
class Frame:
    """What stands around a page's own contents."""

    person: Person | None = None
    signs_out: bool = False
    styles: Mapping[str, str] | None = None
    links: Links = links
    is_static: bool = False


def page_of(page: Page, reading: Reading, frame: Frame) -> str:
    """The page as HTML. Raises NotThere where the address asks for what is not."""
    filters = [reading.offered(name) for name in page.filters]
    view = page.view(reading)
    return rendered(
        "page.html",
        frame,
        title=view.title,
        view=view,
        run=reading.run,
        page=page,
        filters=filters,
        at=_address(page, reading),
        out_of_date=reading.out_of_date,
    )


def _address(page: Page, reading: Reading) -> str:
    return reading.links(page.name, **({"urn": reading.told["urn"]} if page.name == "school" else {}))


def sentence(title: str, said: str, frame: Frame, *, link: str = "", link_text: str = "") -> str:
    """A page of one sentence: what was refused, or is not there."""
    return rendered("sentence.html", frame, title=title, said=said, link=link, link_text=link_text, run=None, page=None)


def rendered(template: str, frame: Frame, **told: object) -> str:
    menu = [
        page
        for page in PAGES.values()
        if page.menu and (frame.person is None or frame.person.sees_all or page.of_schools)
    ]
    if frame.person is None and not frame.is_static:
        menu = []
    around = {"menu": menu, "frame": frame, "styles": frame.styles or styles(), "links": frame.links, "icon": _ICON}
    return templates().get_template(template).render(**around, **told)
