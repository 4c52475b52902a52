"""The story in parts that pass plain JSON from one process to the next, for a scheduler. No logic of its own."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from pipeline import flow, learning
from pipeline.edges.extract import Claimed, Extract
from pipeline.edges.settings import Home, open_home
from pipeline.hops.summary import summary_from
from pipeline.hops.taking_in import Day
from pipeline.tables.layouts import LAYOUTS
from pipeline.vocabulary.feeds import FAMILIES


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


def take_in(begun: dict, family: str) -> dict:
    """Take in the feeds of a family of which there is anything."""
    feeds = [feed for feed in FAMILIES[family] if feed in begun["feeds"]]
    claimed = {feed: [_claimed(one) for one in begun["claimed"].get(feed, [])] for feed in feeds}
    done = flow.take_in_part(_home(begun["home"]), claimed, day=_day(begun["day"]), run=begun["run"])
    return done.as_json()


def end(begun: dict, taken: list[dict]) -> dict:
    summary = summary_from(begun["summary"])
    for one in taken:
        summary.add(summary_from(one))
    return flow.end_take_in(_home(begun["home"]), summary, day=_day(begun["day"]), run=begun["run"]).as_json()


def flag(home: str, day: str) -> dict:
    return flow.flag(_home(home), as_of=date.fromisoformat(day), anew=True).as_json()


def learn(home: str, day: str) -> dict:
    """Fit and appraise: what a person is asked to approve, in words, and whether there is anything to."""
    record = learning.learn(_home(home), as_of=date.fromisoformat(day))
    accepted = record.told["appraisal"]["verdict"]["accepted"]
    return {"home": home, "as_of": day, "accepted": accepted, "words": learning.in_words(record)}


def approve(home: str, learned: str, by: str) -> dict:
    record = learning.approve(_home(home), by, known_on=None, learned=date.fromisoformat(learned))
    return record.told["approval"]


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
