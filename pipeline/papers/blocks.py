"""What a paper is made of, and the paper as Markdown and as a page that opens in a word processor and prints."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from pipeline.vocabulary.made_up import MADE_UP

_OPEN, _SHUT = "⟦", "⟧"
_BLANK = re.compile(f"{_OPEN}([^{_SHUT}]*){_SHUT}")
TO_FILL = "To be filled in"
IS_MADE_UP = f"{MADE_UP} No child, school or agreement named here is real."


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True)
class Say:
    text: str
    kind: str = "say"


@dataclass(frozen=True)
class Points:
    items: tuple[str, ...]
    kind: str = "points"


@dataclass(frozen=True)
class Grid:
    """A table, and the share of the page that each column takes, in hundredths; of two columns the second takes most."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = (32, 68)
    kind: str = "grid"


@dataclass(frozen=True)
class Signed:
    """Room for each of these to put name, day and signature."""

    roles: tuple[str, ...]
    kind: str = "signed"


Block = Heading | Say | Points | Grid | Signed


@dataclass(frozen=True)
class Paper:
    """One paper: its file without an ending, its title, who it is of and when it was written, and what is in it."""

    file: str
    title: str
    controller: str
    written: str
    demo: bool
    blocks: tuple[Block, ...]
    notes: str = ""  # to whoever completes it


def blank(what: str) -> str:
    """In the place of what only a person can say."""
    return f"{_OPEN}{what}{_SHUT}"


def said(told: str | int, what: str) -> str:
    """What settings say, on one line; a blank where they say nothing."""
    text = " ".join(str(told or "").replace(_OPEN, "(").replace(_SHUT, ")").split())
    return text or blank(what)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def alike_together(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Rows that say the same of several things as one row; of a row with a blank each thing has its own."""
    found: dict[tuple[str, ...], list[str]] = {}
    for first, *others in rows:
        is_blank = any(_OPEN in one for one in others)
        found.setdefault((first if is_blank else "", *others), []).append(first)
    return tuple(("; ".join(firsts), *others) for (_, *others), firsts in found.items())


def blanks(paper: Paper) -> list[tuple[str, str]]:
    """Every blank in its order: the heading it is under, and what is to be said there."""
    found, under = [], paper.title
    for one in paper.blocks:
        under = one.text if isinstance(one, Heading) else under
        found += [(under, what) for text in _texts(one) for what in _BLANK.findall(text)]
    return found


def _texts(one: Block) -> Iterator[str]:
    if isinstance(one, Heading | Say):
        yield one.text
    elif isinstance(one, Points):
        yield from one.items
    elif isinstance(one, Grid):
        for row in one.rows:
            yield from row


def left_to_fill(paper: Paper) -> tuple[str, dict[str, int]]:
    """How many blanks there are, in words; and under each heading how many."""
    left = blanks(paper)
    by_heading: dict[str, int] = {}
    for under, _ in left:
        by_heading[under] = by_heading.get(under, 0) + 1
    words = (
        f"{len(left):,} blank{'s' * (len(left) != 1)} to be filled in." if left else "No blank is left to be filled in."
    )
    return words, by_heading


# Markdown


def as_markdown(paper: Paper) -> str:
    words, by_heading = left_to_fill(paper)
    parts = [f"# {paper.title}", f"{paper.controller}. {paper.written}"]
    parts += [f"**{IS_MADE_UP}**"] if paper.demo else []
    parts += [f"*{paper.notes}*"] if paper.notes else []
    parts += [_in_markdown(one) for one in paper.blocks]
    parts += ["## What is left to fill in", words]
    parts += ["; ".join(f"{under} ({count:,})" for under, count in by_heading.items())] if by_heading else []
    return "\n\n".join(_marked(part) for part in parts) + "\n"


def _marked(text: str) -> str:
    return _BLANK.sub(rf"**{TO_FILL}: \1.**", text)


def _in_markdown(one: Block) -> str:
    if isinstance(one, Heading):
        return f"{'#' * one.level} {one.text}"
    if isinstance(one, Say):
        return _plain(one.text)
    if isinstance(one, Points):
        return "\n".join(f"- {_plain(item)}" for item in one.items)
    if isinstance(one, Signed):
        return _table(("", "Name", "Signature", "Date"), [(role, "", "", "") for role in one.roles])
    return _table(one.head, one.rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_plain(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _plain(text: str) -> str:
    return text.replace("<", "&lt;")


# A page


def as_html(paper: Paper) -> str:
    """The whole page: no script, nothing fetched; on paper as on a screen."""
    template = files("pipeline").joinpath("templates/paper.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["marked"] = _marked_up
    words, by_heading = left_to_fill(paper)
    return environment.from_string(template).render(paper=paper, made_up=IS_MADE_UP, words=words, by_heading=by_heading)


def _marked_up(text: str) -> Markup:
    marked = _BLANK.sub(rf"<mark>{TO_FILL}: \1</mark>", str(escape(text)))
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", marked))
