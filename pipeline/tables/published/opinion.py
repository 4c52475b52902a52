"""Published of the opinion: who orders lists, by whose approval, and whether pupils still look as they did when it was fitted."""

import polars as pl

from pipeline.tables.schema import Column, Table

MODEL = Table(
    name="published.model",
    grain="one row per order that lists were made with: there is one",
    key=("orders_by",),
    columns=(
        Column("orders_by", pl.String, "rule or model: what decides who of those worth a look is seen first."),
        Column("name", pl.String, "Of a model a person has approved, used today or not; null where there is none.", nullable=True),
        Column("approved_by", pl.String, "Who approved it, as they named themselves.", nullable=True),
        Column("since", pl.Date, "The day it was approved from.", nullable=True),
        Column("expected_of_ten", pl.Int32, "Of ten pupils placed first last term, how many it expected to miss a tenth or more; null before a term has been held to it, and under thirty.", "pupils", True),
        Column("came_true_of_ten", pl.Int32, "Of those ten, how many did.", "pupils", True),
        Column("because", pl.String, "What the latest learning said of who should order, and why; null where nothing was learned.", nullable=True),
        Column("suspended_because", pl.String, "Why it does not order today, though approved; null where it does.", nullable=True),
    ),
)  # fmt: skip

MODEL_DRIFT = Table(
    name="published.model_drift",
    grain="one row per feature a model may read",
    key=("feature",),
    columns=(
        Column("feature", pl.String, "Its column in derived.pupil_features."),
        Column("stability_index", pl.Float64, "How far it has moved since the model was fitted: population stability index, 0 is not at all; null where no model could be read.", "index", True),
        Column("suspends_above", pl.Float64, "From where on the model suspends itself; null where no model could be read.", "index", True),
    ),
)  # fmt: skip
