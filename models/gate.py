"""What it takes for a model to order a list: it is better on two later terms, and serves no group worse. Else the rule orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from .groups import MARGIN, GroupLine
from .measures import Interval, Order, gain_interval

TERMS = 2
"""Later terms on each of which the best baseline must be beaten."""


@dataclass(frozen=True)
class Gain:
    """A learned order held to the best baseline of one term. `interval` is by school."""

    period: int | str  # as the table numbers it, or the cut day
    model: str
    baseline: str
    gain: float
    interval: Interval | None

    @property
    def is_clear(self) -> bool:
        return self.gain > 0 and self.interval is not None and self.interval.is_clear_of_zero


@dataclass(frozen=True)
class Verdict:
    """Who orders the lists, and why, in a sentence. `groups_worse` names each group served worse, as `g_column: group`."""

    accepted: bool
    orders_by: str
    because: str
    groups_worse: tuple[str, ...] = ()


def best_of(baselines: dict[str, Order]) -> str:
    """The baseline with most precision at places; of two alike, the first declared."""
    return max(baselines, key=lambda name: baselines[name].precision or 0.0)


def gain_over(name: str, model: Order, baselines: dict[str, Order], *, period: int | str, seed: int) -> Gain:
    best = best_of(baselines)
    than = baselines[best]
    gain = (model.precision or 0.0) - (than.precision or 0.0)
    return Gain(period, name, best, gain, gain_interval(model, than, seed=seed))


def verdict(name: str, words: str, gains: Sequence[Gain], groups: Sequence[GroupLine]) -> Verdict:
    """The gate, for the learned order that was chosen before any of these terms was looked at."""
    worse = tuple(dict.fromkeys(f"{line.column}: {line.group}" for line in groups if line.is_worse))
    if len(gains) < TERMS:
        return _too_few_terms(len(gains))
    if any(gain.interval is None for gain in gains):
        return _refused("The rule orders: there are too few schools here, under five, to say how sure a gain would be.")
    short = [gain for gain in gains if not gain.is_clear]
    if short:
        return _refused(
            f"The rule orders: {words} did not beat the best plain order at the same places, clear of chance, on {_terms(short)} "
            f"({'; '.join(_said(gain) for gain in short)}).{_and_less(worse)}",
            worse,
        )
    if worse:
        return _refused(
            f"The rule orders: {words} did better for all together, but finds less of the need of {', '.join(worse)} than the "
            f"margin allows ({MARGIN:.0%} of what the places could find).",
            worse,
        )
    return Verdict(
        True,
        name,
        f"A person may approve {words}: at the same places it beat the best plain order on both later terms "
        f"({'; '.join(_said(gain) for gain in gains)}), and no group that could be judged is served worse.",
    )


def refused_for_reviews(because: str) -> Verdict:
    """Of whoever was looked at, the model would have put first those of whom less was found."""
    return _refused(f"The rule orders: the model did better by absence, but {because}")


def nothing_learned(terms: int, came: str) -> Verdict:
    """Where no learned order could be tried on the later terms there are."""
    if terms < TERMS:
        return _too_few_terms(terms)
    return _refused(
        f"The rule orders: nothing could be learned, for too few pupils {came} before the later terms, or too few did not."
    )


def _too_few_terms(terms: int) -> Verdict:
    return _refused(
        f"The rule orders: a model must be tried on {TERMS} later terms, and there {_are(terms)} with labels here, so none was."
    )


def _refused(because: str, worse: tuple[str, ...] = ()) -> Verdict:
    return Verdict(False, "rule", because, worse)


def _and_less(worse: tuple[str, ...]) -> str:
    return f" It also finds less of the need of {', '.join(worse)} than the margin allows." if worse else ""


def _said(gain: Gain) -> str:
    low, high = (gain.interval.low, gain.interval.high) if gain.interval else (float("nan"), float("nan"))
    return (
        f"period {gain.period}: {gain.gain * 100:+.1f} of a hundred places against {gain.baseline}, from {low * 100:+.1f} to "
        f"{high * 100:+.1f}"
    )


def _terms(gains: Sequence[Gain]) -> str:
    return "one of two later terms" if len(gains) == 1 else "either of two later terms"


def _are(number: int) -> str:
    return {0: "are none", 1: "is one"}.get(number, f"are {number}")
