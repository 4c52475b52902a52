"""What is said of words that a command does not understand, which may hold a UPN, and of what fails where faults are told."""

import typer
from typer.core import TyperGroup

from pipeline.vocabulary.identifiers import without_upns

_WRONG_USAGE = typer.BadParameter.__base__
"""Of which every fault of usage is one; typer has no public name for it."""


class WithoutUpns(TyperGroup):
    """The commands; whatever is wrong with their words is said without a UPN."""

    def make_context(self, *words, **named):
        return _said_without(super().make_context, *words, **named)

    def invoke(self, ctx):
        return _said_without(super().invoke, ctx)


def _said_without(work, *words, **named):
    try:
        return work(*words, **named)
    except _WRONG_USAGE as fault:
        fault.message = without_upns(fault.message)
        raise


def by_its_kind(fault: BaseException) -> str:
    """What fails beyond all that tells of faults: not even its words, for they may be of a child. Who interrupts is told what they are
    told anywhere."""
    if isinstance(fault, KeyboardInterrupt):
        return "Aborted!"
    return f"Stopped: The program itself failed ({type(fault).__name__}): run this again, and where that stops too, report this line."
