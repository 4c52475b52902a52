"""THE OPINION'S STORY: a table or a home's own past is appraised, a model fitted; a person approves it, or the rule stays."""

from datetime import date
from pathlib import Path

from pipeline.edges import clock, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.opinions_kept import RECORD, Record, latest, records
from pipeline.edges.settings import Home
from pipeline.hops import days
from pipeline.hops.summary import Summary


def appraise_table(path: Path, **how) -> tuple[dict, str]:
    """What an order of the list would be worth on a table of anybody's, as JSON and in words. Keeps nothing."""
    from pipeline.hops.appraising import appraised_table

    return appraised_table(path, **how)


def learn(home: Home, *, as_of: date) -> Record:
    """Fit and appraise on the home's own past, and keep model, appraisal and papers as one record for a person to approve."""
    from pipeline.hops import learning

    summary = Summary(run=None, as_of=as_of)
    with shelf.warehouse(home) as con:
        days.refuse_to_look_as_of(con, home, as_of)
        run = runs.named(con, "learn", as_of)
        record = learning.learn(con, home, summary, as_of=as_of)
        runs.record(con, home, run, "learn", as_of)
    return record


def appraisal(home: Home) -> Record:
    """The latest record. Raises Refused where the home has learned nothing."""
    record = latest(home)
    if record is None:
        raise Refused(
            f"{home.folder} has learned nothing yet: a2n learn --home {home.folder} --as-of DATE comes first."
        )
    return record


def approve(home: Home, name: str, *, known_on: date | None, learned: date | None = None) -> Record:
    """A person lets the latest model order lists from `known_on` on (today, if left out). Where `learned` is given it must be the
    latest's own day: what was approved is what was read."""
    from pipeline.hops import learning

    if learned and learned != appraisal(home).as_of:
        raise Refused(
            f"What was learned as of {learned:%d/%m/%Y} is not the latest any more: read and approve that one."
        )
    return learning.approve(home, name, known_on=known_on or clock.today())


def turn_down(home: Home, name: str | None, *, learned: date) -> None:
    """A person was asked, and did not let the model of that day order lists: that is put on record, and the rule goes on."""
    from pipeline.hops import learning

    record = next((one for one in records(home) if one.as_of == learned), None)
    if record:
        learning.put_on_record(home, record, name, "turned down")


def in_words(record: Record) -> str:
    """The appraisal as it was kept, and who orders."""
    said = (record.folder / "appraisal.txt").read_text(encoding="utf-8").rstrip("\n")
    return f"{said}\n{state_in_words(record)}\nThe model card and other papers are in {record.folder}."


def state_in_words(record: Record) -> str:
    approval = record.told["approval"]
    if record.suspended_because:
        return record.suspended_because
    if approval:
        return f"Approved by {approval['by']} on {record.approved_on:%d/%m/%Y}: it orders those worth a look from that day on."
    if record.told["appraisal"]["verdict"]["accepted"]:
        return "Nobody has approved it: the rule orders until someone does, with a2n appraise --approve NAME."
    return "The rule orders."


__all__ = [
    "RECORD",
    "appraisal",
    "appraise_table",
    "approve",
    "in_words",
    "learn",
    "records",
    "state_in_words",
    "turn_down",
]
