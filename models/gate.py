"""What it takes for a model to order a list: it is better on two later terms, and serves no group worse. Else the rule orders.

Better is: at the same places it finds more than the best plain order on each of the two, and over both together the interval of the
gain is clear of zero. Ten places a school are few, and each term's interval by itself would be wide whatever the model: by simulation
a plain order passes for better than itself in at most two of a thousand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .groups import MARGIN, GroupLine
from .measures import WIDTH, Interval, Order, gain_together, precision_of
from .recipe import BY_NAME

TERMS = 2
"""Later terms on each of which the best baseline must be beaten."""

SURE = 0.99
"""Width of the interval, over both together, that must be clear of zero."""


@dataclass(frozen=True)
class Gain:
    """A learned order held to the baseline that was best over the terms together. `interval` is by school: of one term 95 %, of
    both together 99 %."""

    period: int | str | None  # as the table numbers it, or the cut day; None for both together
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


def best_of(baselines: Sequence[dict[str, Order]]) -> str:
    """The baseline with most precision at places over the terms together; of two alike, the first declared."""
    return max(baselines[0], key=lambda name: precision_of([one[name] for one in baselines]) or 0.0)


def gain_over(
    name: str,
    model: Sequence[Order],
    best: str,
    than: Sequence[Order],
    *,
    period: int | str | None,
    seed: int,
    width: float = WIDTH,
) -> Gain:
    """Of one term or of several together."""
    gain = (precision_of(model) or 0.0) - (precision_of(than) or 0.0)
    return Gain(period, name, best, gain, gain_together(model, than, seed=seed, width=width))


def is_better(gains: Sequence[Gain], overall: Gain) -> bool:
    """Whether there is a gain on each term, and that over all together is clear of chance."""
    return overall.is_clear and all(gain.gain > 0 for gain in gains)


def verdict(name: str, words: str, gains: Sequence[Gain], overall: Gain, groups: Sequence[GroupLine]) -> Verdict:
    """The gate, for the learned order that was chosen before any of these terms was looked at."""
    worse = tuple(dict.fromkeys(f"{line.column}: {line.group}" for line in groups if line.is_worse))
    if len(gains) < TERMS:
        return _too_few_terms(len(gains))
    if overall.interval is None:
        return _refused("The rule orders: there are too few schools here, under five, to say how sure a gain would be.")
    if not is_better(gains, overall):
        return _refused(
            f"The rule orders: {words} did not beat the best plain order at the same places, clear of chance, on two later terms "
            f"({_all_said(gains, overall)}).{_and_less(worse)}",
            worse,
        )
    if worse:
        return _refused(
            f"The rule orders: {words} did better for all together, but finds less of the need of {_named(worse)} than the "
            f"margin allows: more than {MARGIN:.0%} of what the places could find is lost.",
            worse,
        )
    unjudged = _named(dict.fromkeys(f"{line.column}: {line.group}" for line in groups if line.missed_need_rate is None))
    return Verdict(
        True,
        name,
        f"A person may approve {words}: at the same places it beat the best plain order on both later terms "
        f"({_all_said(gains, overall)}), and no group that could be judged is served worse."
        + (f" Too few to judge: {unjudged}." if unjudged else ""),
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
    return f" It also finds less of the need of {_named(worse)} than the margin allows." if worse else ""


def _named(groups: Iterable[str]) -> str:
    return ", ".join(group.removeprefix("g_") for group in groups)


def _all_said(gains: Sequence[Gain], overall: Gain) -> str:
    low, high = (round(one * 100, 1) for one in (overall.interval.low, overall.interval.high))
    terms = "; ".join(f"period {gain.period}: {gain.gain * 100:+.1f}" for gain in gains)
    return (
        f"of a hundred places it put right, beside {BY_NAME[overall.baseline].words}, {overall.gain * 100:+.1f}, from {low:+.1f} to "
        f"{high:+.1f}; {terms}"
    )


def _are(number: int) -> str:
    return {0: "are none", 1: "is one"}.get(number, f"are {number}")
