"""A home learns: its past is stood on again, a model fitted and appraised, and all of it kept as one record."""

from datetime import date

import duckdb
import numpy as np
import polars as pl

from models.errors import Unfit
from pipeline.edges import opinions_kept
from pipeline.edges.errors import Refused
from pipeline.edges.opinions_kept import Record
from pipeline.edges.settings import Home

from .past_looks import assumed, past_looks
from .summary import Summary


def learn(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary, *, as_of: date) -> Record:
    """Fit, appraise and keep, for a person to approve or not. Raises Refused where a live home's blanks are not filled, the
    past is too short, or what was learned that day has been approved."""
    from models.home import examples_of_home, examples_of_reviews
    from models.papers import blanks, papers
    from models.places import Places
    from models.reviews import appraised_with_reviews
    from models.telling import as_json, in_words
    from pipeline.steps.places import Policy

    empty = [] if home.settings.demo else blanks(home.settings.opinion)
    if empty:
        raise Refused(
            f"A live home learns nothing before settings.toml says, under [opinion], {', '.join(empty)}: fill them in, with your data "
            "protection officer."
        )
    if any(one.as_of == as_of and one.approved_on for one in opinions_kept.records(home)):
        raise Refused(
            f"What was learned as of {as_of:%d/%m/%Y} has been approved and stays as it was: learn as of a later day."
        )
    looks = past_looks(con, home, summary, as_of=as_of)
    if not looks:
        raise Refused(
            f"As of {as_of:%d/%m/%Y} there are no twenty-four school weeks of one set of codes, twelve before a day and twelve after: "
            "take in earlier registers, or learn later."
        )
    examples = examples_of_home(looks, assumed(con, looks))
    settings = home.settings
    places = Places(Policy(settings.places), by_school={str(urn): of for urn, of in settings.places_by_school.items()})
    with summary.timed("appraise"):
        done, reviews = appraised_with_reviews(examples, places, examples_of_reviews(looks))
    told = {
        "name": f"{done.chosen or 'no model'} of {as_of:%d %B %Y}",
        "demo": settings.demo,
        "appraisal": as_json(done, reviews, made_up=settings.demo),
        "approval": None,
        "suspended": None,
    }
    with summary.timed("fit"):
        model, how = fitted(examples, done.chosen)
    told |= how
    written = papers(told, settings.opinion, controller=settings.name) | {
        "appraisal.txt": in_words(done, reviews, made_up=settings.demo) + "\n"
    }
    _hold_to_last_term(home, examples, done, as_of=as_of)
    opinions_kept.keep(home, told, model, written, as_of=as_of)
    return opinions_kept.latest(home)


def fitted(examples, chosen: str | None) -> tuple[bytes | None, dict]:
    """The model fitted on every labelled row since the last break, and what is kept of how: features, libraries, how each feature was spread."""
    from models.drift import reference
    from models.explained import usual
    from models.kept import as_bytes, versions
    from models.recipe import BY_NAME, SEED, calibrated

    names = [feature.name for feature in examples.features]
    told = {"features": names, "versions": versions(), "seed": SEED, "candidate": chosen}
    if chosen is None:
        return None, told
    since_the_break = pl.col("regime") == examples.rows["regime"].max()
    past = examples.rows.filter(pl.col("label").is_not_null(), since_the_break)
    matrix, came_true = examples.matrix(past), past["label"].to_numpy().astype(bool)
    model = calibrated(BY_NAME[chosen], matrix, came_true, past["pupil"].to_list(), examples.monotone)
    own = [None if np.isnan(one) else float(one) for one in usual(matrix)]
    spread = reference(matrix, past["period"].to_numpy(), names)
    return as_bytes(model), told | {"usual": own, "spread": spread, "fitted_on_rows": past.height}


def _hold_to_last_term(home: Home, examples, done, *, as_of: date) -> None:
    """What the model in use expected of last term is put beside what came true, on its record; far apart, it is suspended."""
    from models.drift import last_term
    from models.recipe import likelihood

    from .opinion import loaded

    record = opinions_kept.in_use(home, as_of=as_of)
    if record is None or record.suspended_because or not done.results:
        return
    if date.fromisoformat(examples.periods[done.results[-1].cut.period]) < record.as_of:
        return  # it was fitted on that term
    order = done.results[-1].orders["rule"]
    try:
        score = likelihood(loaded(record), examples.matrix(order.term.rows))
    except (Unfit, Refused):
        return  # it will not be loaded for a list either, and says so there
    listed = order.term.listed(score) & order.term.known
    found = last_term(score[listed], order.term.y[listed])
    if found is None:
        return
    told = record.told | {"last_term": {"on": as_of.isoformat(), **vars(found)}}
    if because := found.suspended_because:
        told["suspended"] = {"on": as_of.isoformat(), "because": because}
    opinions_kept.rewrite(Record(record.folder, told))


def approve(home: Home, name: str, *, known_on: date) -> Record:
    """A person lets the latest learning's model order lists from a day on. Raises Refused where the gate did not let it, the
    record has been suspended, or no name is given."""
    record = opinions_kept.latest(home)
    if record is None:
        raise Refused(
            f"{home.folder} has learned nothing yet: a2n learn --home {home.folder} --as-of DATE comes first."
        )
    verdict = record.told["appraisal"]["verdict"]
    if not name.strip():
        raise Refused("An approval names who approves: --approve NAME.")
    if not verdict["accepted"]:
        raise Refused(f"There is nothing to approve. {verdict['because']}")
    if record.suspended_because:
        raise Refused(f"{record.suspended_because} Nothing was approved.")
    if known_on < record.as_of:
        raise Refused(f"It was learned as of {record.as_of:%d/%m/%Y}: it cannot be approved before.")
    approved = Record(record.folder, record.told | {"approval": {"by": name.strip(), "on": known_on.isoformat()}})
    opinions_kept.rewrite(approved)
    return approved
