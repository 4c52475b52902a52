"""Which of several answers counts: one order, for whoever reads what came back."""

from dataclasses import dataclass

import polars as pl

from pipeline.vocabulary.feedback import OUTCOMES, SOONEST_SEEN_AGAIN

_ROW_OF_A_LIST = ("pupil_id", "urn", "list_as_of")
_WHERE_IT_STOOD = ("return_key", "sheet", "row_number")


@dataclass(frozen=True)
class _Kind:
    """A kind of answer: the columns that say what and when, and its words, the one that counts of two alike first."""

    said: str
    made_on: str
    words: tuple[str, ...]
    ends: str | None = None  # of two alike the one that ends sooner counts


_DECISION = _Kind("decision", "decided_on", SOONEST_SEEN_AGAIN, ends="snooze_until")
_OUTCOME = _Kind("outcome", "outcome_on", OUTCOMES)


def standing_decisions(decisions: pl.DataFrame) -> pl.DataFrame:
    """Rows of `feedback.decisions`, one per row of a list that was answered. Of two answers to the same row the one learned
    later corrects the other, whatever days they give."""
    return _standing(decisions, _DECISION)


def decision_of_each(decisions: pl.DataFrame) -> pl.DataFrame:
    """One row of `feedback.decisions` per pupil: of the standing ones the latest made, of those the latest learned, of those the
    later list's, of those the one after which the pupil is seen again soonest."""
    return _of_each(decisions, _DECISION)


def standing_outcomes(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `feedback.outcomes`, likewise."""
    return _standing(outcomes, _OUTCOME)


def outcome_of_each(outcomes: pl.DataFrame) -> pl.DataFrame:
    """One row of `feedback.outcomes` per pupil, likewise; of those alike a need found counts before none."""
    return _of_each(outcomes, _OUTCOME)


def _standing(answers: pl.DataFrame, kind: _Kind) -> pl.DataFrame:
    return _last(answers, kind, _ROW_OF_A_LIST, ("known_on", kind.made_on))


def _of_each(answers: pl.DataFrame, kind: _Kind) -> pl.DataFrame:
    order = (kind.made_on, "known_on", "list_as_of")
    return _last(_standing(answers, kind), kind, ("pupil_id",), order)


def _last(answers: pl.DataFrame, kind: _Kind, key: tuple[str, ...], order: tuple[str, ...]) -> pl.DataFrame:
    """The last row of each `key` in `order`; what `order` leaves alike is told apart by what was said, then by where it stood."""
    rank = {word: place for place, word in enumerate(kind.words)}
    weight = pl.col(kind.said).replace_strict(rank, default=len(rank), return_dtype=pl.Int32)
    ends = [pl.col(kind.ends)] if kind.ends else []
    by = [*order, weight, *ends, *_WHERE_IT_STOOD]
    down = [*(False for _ in order), True, *(True for _ in ends), *(False for _ in _WHERE_IT_STOOD)]
    return answers.sort(by, descending=down, nulls_last=False).unique(key, keep="last", maintain_order=True)
