"""A child who is not to be listed any more, nor be learned from: put on record with its day, and taken back likewise."""

from dataclasses import dataclass
from datetime import date

from pipeline.edges import identity, objections, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home

from . import days
from .whose import refuse_named, whose


@dataclass(frozen=True)
class Objected:
    """From which day it holds, and what is to be said of that day."""

    known_on: date
    remarks: tuple[str, ...]


def object_to(home: Home, upn: str, reason: str, *, undo: bool, known_on: date | None) -> Objected:
    """Record an objection, or that it is taken back, as known on a day: left out, today or the first that may still be decided on.

    Raises Refused where nobody is held under the UPN, where it stands so already, or the reason names the child.
    """
    with identity.held(home), shelf.warehouse(home) as con:
        identity.check_key(home)
        found = whose(con, home, upn)
        said = refuse_named(reason, found.child)
        day, remarks = days.decided_on(con, home, known_on, is_any=True)
        stands = found.pupil_id in objections.standing(con, as_of=date.max)
        if stands is not undo:
            raise Refused(
                "No objection stands of that child: there is none to take back."
                if undo
                else "An objection stands of that child already: nothing was added."
            )
        trail.record(home, trail.OBJECTED, reason=said, day=day.isoformat(), stage="taken back" if undo else "made")
        with shelf.transaction(con):
            objections.record(con, found.child.pupil_ids, objects=not undo, reason=said, known_on=day)
    return Objected(day, remarks)
