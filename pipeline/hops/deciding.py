"""Who is who, decided by a person: the worklists written, and what was said of their pairs put on record."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.edges import identity, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.steps.agency_links import AGENCY_LINKS
from pipeline.steps.same_child import SAME_CHILD_LINKS

from . import agencies, agency_worklist, days, who_is_who, worklist
from .based import refuse_to_look
from .facts import fold_plans, fold_rolls
from .summary import LinksSummary, Summary


def decided_links(
    home: Home, *, known_on: date | None, said: dict[str, list[str]], weights: str | None = None
) -> LinksSummary:
    """Who is who, and which pupils other agencies' children are: record what a person said of pairs (their codes by decision), and
    write the worklists of those that wait. `weights` says by which pairs are weighed from the next take-in on, `learned` from
    this home's own records or `shipped`.

    Left out, `known_on` is today, or the first day that may still be decided on. Raises Refused for a code that is no pair's, and for
    a day already taken in or looked at, whose lists could then not be had again.
    """
    of_agencies, said = agencies.codes_apart(said)
    with shelf.warehouse(home) as con:
        identity.check_key(home)
        refuse_to_look(con, home)
        is_any_said = any((*said.values(), *of_agencies.values()))
        known_on, remarks = days.decided_on(con, home, known_on, is_any=is_any_said)
        with shelf.transaction(con):
            linked = agencies.decide(con, home, of_agencies, known_on=known_on)
            decided = who_is_who.decide(con, home, said, known_on=known_on)
            _on_record(home, {SAME_CHILD_LINKS: said, AGENCY_LINKS: of_agencies}, known_on=known_on)
            if decided:
                who_is_who.bring_up_to_date(con, home, Summary(run=None, as_of=known_on))
                fold_rolls(con)
                fold_plans(con)
        if weights:
            agencies.take_weights(con, home, weights, known_on=known_on)
        now = who_is_who.links_now(con, home)
        path = worklist.write(con, home, now, as_of=known_on)
        # whatever was said, news or not: who said it before may have been killed before it was settled
        others = agencies.settled(con, home, anew=is_any_said, known_on=known_on)
        written = others and agency_worklist.write(con, home, others, as_of=known_on)
    told = _links_summary(home, others, linked, written) if others else None
    return replace(_links_summary(home, now, decided, path), agencies=told, remarks=remarks)


def _on_record(home: Home, told: dict[str, dict[str, list[str]]], *, known_on: date) -> None:
    """By worklist and decision how many pairs, before they are decided for good; not which, for a code is made of two children."""
    scopes = [
        {"day": known_on.isoformat(), "worklist": name, "decision": decision, "pairs": len(codes)}
        for name, said in told.items()
        for decision, codes in said.items()
        if codes
    ]
    trail.record_all(home, trail.LINK, scopes)


def _links_summary(home: Home, now, decided: int, worklist: Path) -> LinksSummary:
    by_rule = dict(now.standing.group_by("because").len().sort("because").rows())
    return LinksSummary(by_rule, now.waiting.height, decided, str(worklist.relative_to(home.folder)))
