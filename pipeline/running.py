"""How a command is carried out and told of: what stops it is a sentence, and whatever a made-up home says, says that it is made up."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import typer

from pipeline.edges import progress
from pipeline.edges.in_place import write_whole
from pipeline.edges.sweeping import sweep_no_more
from pipeline.told_json import is_made_up, tell_json
from pipeline.vocabulary.made_up import MADE_UP


def run(work: Callable, as_of: date, as_json: bool, page: Path | None = None, *, home: Path | None = None) -> None:
    """Do `work`; what stops it is said on standard error, and in the JSON where that was asked for. The page comes last:
    where it cannot be written, all else has been said."""
    from pipeline.edges.faults import why_stopped
    from pipeline.hops.summary import Summary

    if not 2006 <= as_of.year <= 2100:
        raise typer.BadParameter(f"{as_of} is no day of a school year that could be held.")
    try:
        summary = work()
    except Exception as fault:
        summary = Summary(run=None, as_of=as_of, stopped_because=why_stopped(fault))
    _tell(summary, as_json, home)
    if page:
        from pipeline.check_page import check_page

        write_whole(page, check_page(summary))
    if summary.refused_any:
        raise typer.Exit(1)


def _tell(summary, as_json: bool, home: Path | None) -> None:
    from pipeline.telling import in_words

    progress.end()
    if as_json:
        tell_json(summary.as_json(), home)
    elif not summary.stopped_because:
        typer.echo(in_words(summary))
        _TOLD.append(summary)
    for one in summary.extracts:
        if one.refused_because:
            typer.echo(f"Refused: {one.refusal}", err=True)
    for one in summary.returned:
        if one.refused_because:
            typer.echo(f"Refused: {one.refused_because}", err=True)
    if summary.trail_broken:
        typer.echo(f"Look into this: {summary.trail_broken}", err=True)
    if summary.stopped_because:
        typer.echo(f"Stopped: {summary.stopped_because}", err=True)


_TOLD: list = []
"""What this command has told in words on standard output."""

SAID_ANYWAY = ("demo",)
"""Commands that say so in their own words."""


def say_if_made_up(words: Sequence[str], *, is_done: bool) -> None:
    """The last line of every command given a made-up home that was done, or had something to tell all the same; not where one JSON object
    was asked for, which says so itself."""
    home, has_told = _home_of(words), bool(_TOLD)
    _TOLD.clear()
    if home and (is_done or has_told) and words[0] not in SAID_ANYWAY and "--json" not in words and is_made_up(home):
        progress.end()
        typer.echo(MADE_UP)


def end(words: Sequence[str], *, is_done: bool) -> None:
    """The last words of a command, on their way. Who reads them, as `head` does, may have gone: then they are said to nobody, and the
    interpreter, which would try once more as it ends, finds nothing to complain of."""
    try:
        say_if_made_up(words, is_done=is_done)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sweep_no_more()


def _home_of(words: Sequence[str]) -> Path | None:
    """The folder a command was given as --home; None where it was given none."""
    told = [after for word, after in zip(words, [*words[1:], ""], strict=True) if word == "--home"]
    told += [word.removeprefix("--home=") for word in words if word.startswith("--home=")]
    return Path(told[-1]) if told and told[-1] else None
