"""The opinion of a night: how likely each pupil is, for the order of lists alone, or nothing and the rule orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.edges import opinions_kept
from pipeline.edges.errors import Refused
from pipeline.edges.opinions_kept import Record
from pipeline.edges.settings import Home
from pipeline.signals.sentences import columns_in, written
from pipeline.tables.published import MODEL, MODEL_DRIFT

NO_LIKELIHOOD = pl.DataFrame(schema={"pupil_id": pl.String, "likelihood": pl.Float64})


@dataclass(frozen=True)
class Opinion:
    """`likelihood` has pupil_id and likelihood: kept in no table and shown to nobody; empty where the rule orders. `said` says
    who orders and why, where a model was ever approved. `moved` writes, of the pupils given, what moved their order."""

    likelihood: pl.DataFrame = field(default_factory=lambda: NO_LIKELIHOOD)
    said: str | None = None
    record: Record | None = None
    model: object = None
    drift: Mapping[str, tuple[float, float]] = field(
        default_factory=dict
    )  # by feature: its index, and where it suspends

    @property
    def orders(self) -> bool:
        return self.model is not None


def opinion(home: Home, features: pl.DataFrame, *, as_of: date) -> Opinion:
    """What the model approved by that day has to say. One that cannot be loaded, has drifted or was suspended says nothing."""
    record = opinions_kept.in_use(home, as_of=as_of)
    if record is None or features.is_empty():
        return Opinion()
    if record.suspended_because:
        return Opinion(said=record.suspended_because, record=record)
    from models.drift import stability, suspended_because, suspends_above
    from models.errors import Unfit
    from models.home import model_features
    from models.recipe import likelihood

    try:
        model = loaded(record)
    except (Unfit, Refused) as why:
        return Opinion(said=f"The rule orders: {why}", record=record)
    read = model_features(features, as_of=as_of)
    matrix = read.drop("pupil_id").to_numpy()
    names, spread = record.told["features"], record.told["spread"]
    drift = {name: (index, suspends_above(spread, name)) for name, index in stability(spread, matrix, names).items()}
    drifted = suspended_because(spread, matrix, names)
    if drifted:
        return Opinion(said=drifted, record=record, drift=drift)
    scored = read.select("pupil_id", likelihood=pl.Series(likelihood(model, matrix)))
    return Opinion(scored, _who_orders(record), record, model, drift)


def loaded(record: Record):
    """The model of a record. Raises Unfit or Refused where it may not be loaded."""
    from models.features import FEATURES
    from models.kept import from_bytes

    told = record.told
    names = [feature.name for feature in FEATURES]
    return from_bytes(record.model_bytes(), features=names, fitted_on=told["features"], fitted_by=told["versions"])


def of_the_opinion(of: Opinion, learned: Record | None) -> dict[str, pl.DataFrame]:
    """The published tables `model` and `model_drift`; `learned` is the latest learning by the day, approved or not."""
    from models.features import FEATURES

    told = {"orders_by": "model" if of.orders else "rule"}
    told |= {"because": learned.told["appraisal"]["verdict"]["because"]} if learned else {}
    if of.record is not None:
        approval = of.record.told["approval"]
        told |= {"name": of.record.told["name"], "approved_by": approval["by"], "since": of.record.approved_on}
        told |= {"suspended_because": None if of.orders else of.said}
        told |= _last_term(of.record.told.get("last_term"))
    drift = [(one.name, *of.drift.get(one.name, (None, None))) for one in FEATURES]
    return {
        "model": MODEL.conform(pl.DataFrame([told], schema=MODEL.schema)),
        "model_drift": MODEL_DRIFT.conform(pl.DataFrame(drift, schema=MODEL_DRIFT.schema, orient="row")),
    }


def _last_term(told: Mapping | None) -> dict[str, int]:
    from models.drift import LastTerm

    if told is None:
        return {}
    expected, came_true = LastTerm(told["expected"], told["came_true"]).of_ten
    return {"expected_of_ten": expected, "came_true_of_ten": came_true}


def _who_orders(record: Record) -> str:
    approval = record.told["approval"]
    return (
        f"A model orders those worth a look ({record.told['name']}), approved by {approval['by']} on "
        f"{record.approved_on:%d/%m/%Y}; rules decide who they are."
    )


_SAID = "Placed here mostly for: {}."


def with_order_because(triage: pl.DataFrame, features: pl.DataFrame, of: Opinion, *, as_of: date) -> pl.DataFrame:
    """`triage` with `order_because`: for each listed pupil the few features that moved the order, in the catalogue's words."""
    unsaid = triage.with_columns(order_because=pl.lit(None, pl.String))
    listed = triage.filter(pl.col("outcome") == "listed", ~pl.col("is_drawn").fill_null(False)).select("pupil_id")
    if not of.orders or listed.is_empty():
        return unsaid
    import numpy as np

    from models.explained import moved_by
    from models.home import model_features

    names = of.record.told["features"]
    usually = np.array([np.nan if one is None else one for one in of.record.told["usual"]])
    theirs = features.join(listed, on="pupil_id", how="semi").sort("pupil_id")
    read = model_features(theirs, as_of=as_of)
    moved = moved_by(of.model, read.drop("pupil_id").to_numpy(), usually, names)
    words = _words(theirs, names)
    said = [_sentence(row, by) for row, by in zip(words.iter_rows(named=True), moved, strict=True)]
    by_pupil = pl.DataFrame({"pupil_id": read["pupil_id"], "order_because": pl.Series(said, dtype=pl.String)})
    return triage.drop("order_because", strict=False).join(by_pupil, on="pupil_id", how="left", maintain_order="left")


def _words(features: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Each feature of each pupil in its own words and numbers."""
    from models.home import words_of

    told = {feature.name: written(feature.words) for feature in words_of(names)}
    missing = {column for feature in words_of(names) for column in columns_in(feature.words)} - {*features.columns}
    if missing:
        raise Refused(f"No words can be given to {', '.join(sorted(missing))}, which this version does not hold.")
    return features.select(**told)


def _sentence(words: dict, by: Sequence[str]) -> str | None:
    said = list(dict.fromkeys(words[name] for name in by if words[name]))
    return _SAID.format("; ".join(said)) if said else None
