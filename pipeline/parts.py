"""The story in parts that pass plain JSON from one process to the next, for a scheduler. No logic of its own.

Each part is a process: it imports what it uses, and what others use it does not wait for.
"""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from pipeline import flow
from pipeline.edges.errors import Busy, Refused
from pipeline.edges.extract import Claimed, Extract
from pipeline.edges.faults import without_data
from pipeline.edges.homes import each_has_its_own_keys, homes, homes_in
from pipeline.edges.settings import Home, open_home
from pipeline.hops.summary import summary_from
from pipeline.hops.taking_in import Day
from pipeline.tables.layouts import LAYOUTS
from pipeline.vocabulary.feeds import FAMILIES

__all__ = [
    "Busy",
    "Refused",
    "approve",
    "begin",
    "end",
    "flag",
    "homes_listed",
    "learn",
    "night",
    "roll_up",
    "take_in",
    "turn_down",
]


@without_data
def begin(home: str, day: str) -> dict:
    """Begin a take-in: what its other parts need, and what is already known of refused files."""
    begun, summary = flow.begin_take_in(_home(home), _day(day))
    claimed = {feed: [_told(one) for one in files] for feed, files in begun.claimed.items()}
    feeds = sorted({*claimed, *begun.waiting})
    return {
        "home": home,
        "day": day,
        "run": begun.run,
        "claimed": claimed,
        "feeds": feeds,
        "summary": summary.as_json(),
    }


@without_data
def take_in(begun: dict, family: str) -> dict:
    """Take in the feeds of a family of which there is anything."""
    feeds = [feed for feed in FAMILIES[family] if feed in begun["feeds"]]
    claimed = {feed: [_claimed(one) for one in begun["claimed"].get(feed, [])] for feed in feeds}
    done = flow.take_in_part(_home(begun["home"]), claimed, day=_day(begun["day"]), run=begun["run"])
    return done.as_json()


@without_data
def end(begun: dict, taken: list[dict]) -> dict:
    summary = summary_from(begun["summary"])
    for one in taken:
        summary.add(summary_from(one))
    return flow.end_take_in(_home(begun["home"]), summary, day=_day(begun["day"]), run=begun["run"]).as_json()


@without_data
def flag(home: str, day: str) -> dict:
    return flow.flag(_home(home), as_of=date.fromisoformat(day), anew=True).as_json()


@without_data
def learn(home: str, day: str) -> dict:
    """Fit and appraise: what a person is asked to approve, in words, and whether there is anything to."""
    from pipeline import learning

    record = learning.learn(_home(home), as_of=date.fromisoformat(day))
    accepted = record.told["appraisal"]["verdict"]["accepted"]
    return {"home": home, "as_of": day, "accepted": accepted, "words": learning.in_words(record)}


@without_data
def approve(home: str, learned: str, by: str) -> dict:
    from pipeline import learning

    record = learning.approve(_home(home), by, known_on=None, learned=date.fromisoformat(learned))
    return record.told["approval"]


@without_data
def turn_down(home: str, learned: str, by: str | None) -> None:
    from pipeline import learning

    learning.turn_down(_home(home), by, learned=date.fromisoformat(learned))


@without_data
def homes_listed(folders: list[str] | None, file: str | None) -> list[str]:
    """The homes of a nation, by their whole paths: those told, or else those a file names. Raises Refused where one is none."""
    if not folders and not file:
        raise Refused("No homes are told: give the param `homes`, or name a file that lists them in A2N_HOMES.")
    return [str(folder) for folder in homes(folders or homes_in(Path(file)))]


@without_data
def night(home: str, day: str, homes: list[str]) -> dict:
    """The whole night of one of the homes: what was refused, which schools have no list, and the seconds of each hop.

    Raises Refused where the night was stopped, or this process is given one key for all homes; Busy where another has the night in hand.
    """
    from pipeline import nation

    each_has_its_own_keys(homes)  # again: a worker is another process, and may be another machine
    done = nation.night(_home(home), as_of=date.fromisoformat(day))
    if done.stopped_because:
        raise Refused(done.stopped_because)
    refused = [one.refusal for one in done.extracts if one.refused_because]
    refused += [f"{one.file}: {one.refused_because}" for one in done.returned if one.refused_because]
    kept = ("run", "trail_broken", "schools_without_list", "lists", "remarks", "seconds")
    return {"home": home, "refused": refused} | {name: getattr(done, name) for name in kept}


@without_data
def roll_up(homes: list[str], to: str, day: str) -> dict:
    from pipeline import nation

    snapshot, because = nation.roll_up([Path(home) for home in homes], Path(to), as_of=date.fromisoformat(day))
    return {"snapshot": str(snapshot), "because": because}


def _home(folder: str) -> Home:
    return open_home(Path(folder))


def _day(day: str) -> Day:
    return Day(date.fromisoformat(day), then_listed=True)


def _told(one: Claimed) -> dict:
    extract = asdict(one.extract) | {"path": str(one.extract.path), "seen": list(one.extract.seen)}
    return {"extract": extract, "layout": one.layout.name}


def _claimed(told: dict) -> Claimed:
    layout = next(layout for layout in LAYOUTS if layout.name == told["layout"])
    extract = told["extract"] | {"path": Path(told["extract"]["path"]), "seen": tuple(told["extract"]["seen"])}
    return Claimed(Extract(**extract), layout)
