"""What a signal is, and how a catalogue of them is read against pupils' features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from pipeline.tables.derived import PUPIL_CIRCUMSTANCES, PUPIL_FEATURES, PUPIL_SIGNALS
from pipeline.vocabulary.next_steps import NEXT_STEPS

from .sentences import columns_in, written

_WHO = ("as_of", "pupil_id", "urn")

READABLE = PUPIL_FEATURES.schema | PUPIL_CIRCUMSTANCES.schema
"""Every column a signal may read: of attendance, which a model may read too, and of what records and staff say, which none may."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One observable pattern that makes a pupil worth a SENCo's look.

    A signal is three-valued: raised, not raised, or cannot be judged. A pupil with too little evidence is never treated
    as a pupil without a concern, and what is not known never raises one.
    """

    name: str
    asks: str  # the question, in a SENCo's words
    line: str  # what raises it and when it can be judged, in words, for the page people read
    evidence: pl.Expr  # is enough known to answer it?
    raised: pl.Expr  # the answer
    reason: str  # the sentence shown beside the pupil, see `sentences`
    next_step: str  # a question to ask, never an instruction
    kind: str  # whose help that question may want, one of `vocabulary.next_steps`
    role: Literal[
        "trigger", "supporting", "note"
    ]  # a trigger makes a pupil eligible; supporting adds weight; a note is shown
    points: int  # none for a note
    source: str  # the rule's authority, and what in it is ours
    caution: str  # what it must not be taken to say
    since: date  # the first day this line was used
    raises: Mapping[str, object]  # an example pupil just inside the line
    spares: Mapping[str, object]  # an example pupil just outside it
    says_more_than: str = ""  # the signal whose sentence this one's takes the place of on a list

    def __post_init__(self):
        undeclared = self.features - set(READABLE)
        if undeclared:
            raise UndeclaredFeature(f"signal {self.name!r} uses undeclared features {sorted(undeclared)}")
        if self.kind not in NEXT_STEPS:
            raise UnknownNextStep(f"signal {self.name!r} is of kind {self.kind!r}; known are {', '.join(NEXT_STEPS)}")

    @cached_property
    def features(self) -> frozenset[str]:
        """Every column the signal, its sentence or its examples read."""
        judged = {*self.evidence.meta.root_names(), *self.raised.meta.root_names()}
        return frozenset(judged | {*columns_in(self.reason), *self.raises, *self.spares})


class UndeclaredFeature(ValueError):
    """A signal reads a column that neither `derived.pupil_features` nor `derived.pupil_circumstances` declares."""


class UnknownNextStep(ValueError):
    """A signal's next step is of a kind that `vocabulary.next_steps` does not know."""


def pupil_signals(
    features: pl.DataFrame, catalogue: Sequence[Signal], circumstances: pl.DataFrame | None = None
) -> pl.DataFrame:
    """`derived.pupil_signals`: one row per pupil and signal, with the sentence where it is raised.

    `circumstances` is `derived.pupil_circumstances` of the same day; without it nothing is known of any.
    """
    told = PUPIL_CIRCUMSTANCES.empty if circumstances is None else circumstances
    known = features.join(told.drop("as_of", "urn"), on="pupil_id", how="left", maintain_order="left").sort("pupil_id")
    in_order = sorted(catalogue, key=lambda signal: signal.name)
    answers = known.select(**{signal.name: _answer(signal) for signal in in_order})
    rows = pl.concat([_rows(signal, known, answers[signal.name]) for signal in in_order])
    by_pupil = np.arange(rows.height).reshape(len(in_order), known.height).T.ravel()
    return PUPIL_SIGNALS.conform(rows[by_pupil])


def _answer(signal: Signal) -> pl.Expr:
    return pl.when(signal.evidence.fill_null(False)).then(signal.raised)


def _rows(signal: Signal, known: pl.DataFrame, raised: pl.Series) -> pl.DataFrame:
    """One row per pupil of `known`, in its order. A sentence is written for those of whom it is raised, and no others."""
    is_raised = raised.fill_null(False)
    read = known.select("pupil_id", *dict.fromkeys(columns_in(signal.reason))).filter(is_raised)
    said = read.select("pupil_id", said=written(signal.reason))["said"]
    place = pl.when(is_raised).then(is_raised.cast(pl.UInt32).cum_sum() - 1)
    return known.select(
        *_WHO,
        raised=raised,
        signal=pl.lit(signal.name),
        points=pl.when(is_raised).then(signal.points).otherwise(0),
        reason=pl.lit(said).gather(place),
    )
