"""The second label: of whoever was looked at, whether a need was found. It is told of, and can refuse a model; it orders nothing.

Only pupils whom a list named were looked at. A model taught by what was found of them would learn from its own choices, and of
whoever was never listed it would know nothing (selective labels: Lakkaraju et al. 2017). So what could be learned from needs
found is appraised for a person to read, and a model that may order must not put first those of whom less is found.
"""

from dataclasses import dataclass, replace

from .appraisal import Appraisal, appraised, learned_score, plain_score
from .examples import Examples
from .gate import TERMS, refused_for_reviews
from .measures import Interval, gain_together, ordered, precision_of
from .places import Places, term_of
from .recipe import BY_NAME, SEED

FEWEST = 30
"""With a need found, and without, below which a share of them is chance."""

HALF = Places(half=True)
"""Whoever was looked at had a place already: asked is whether more is found of the half that an order puts first."""


@dataclass(frozen=True)
class Held:
    """A learned order held to the triage rule on those looked at in the terms of the gate, both together: of the half each puts
    first, the share of whom a need was found, and the gain's interval (95 %, by school). None of it under thirty with a need
    found or thirty without, or under five schools."""

    looked_at: int
    found: int
    by_model: float | None = None
    by_rule: float | None = None
    interval: Interval | None = None

    @property
    def is_worse(self) -> bool:
        return self.interval is not None and self.interval.high < 0


@dataclass(frozen=True)
class Reviews:
    """What reviews say: of the order that was judged, and in `appraisal` of orders learned from needs found themselves."""

    held: Held
    appraisal: Appraisal


def appraised_with_reviews(examples: Examples, places: Places, reviewed: Examples) -> tuple[Appraisal, Reviews]:
    """The appraisal of `examples`, refused where `reviewed` (see `home.examples_of_reviews`) had less found of the half the model
    puts first than of the rule's; and what those reviews say."""
    done = appraised(examples, places)
    held = held_to(done, reviewed)
    if done.verdict.accepted and held.is_worse:
        done = replace(done, verdict=refused_for_reviews(in_words(held)))
    return done, Reviews(held, appraised(reviewed, HALF))


def held_to(done: Appraisal, reviewed: Examples) -> Held:
    """The order that was judged, learned as it was for each of its two terms, on those of the term who were looked at."""
    terms = {one.cut: term_of(reviewed.rows.filter(period=one.cut.period), HALF) for one in done.judged_on}
    looked_at, found = sum(len(one.y) for one in terms.values()), int(sum(one.y.sum() for one in terms.values()))
    if not done.chosen or len(terms) < TERMS or min(found, looked_at - found) < FEWEST:
        return Held(looked_at, found)
    model, rule = [], []
    for cut, term in terms.items():
        score = learned_score(done.examples, BY_NAME[done.chosen], term.rows, trained_on=cut.trained_on)
        model.append(ordered(term, score))
        rule.append(ordered(term, plain_score(BY_NAME["rule"], term.rows)))
    interval = gain_together(model, rule, seed=SEED)
    if interval is None:
        return Held(looked_at, found)
    return Held(looked_at, found, precision_of(model), precision_of(rule), interval)


def in_words(held: Held) -> str:
    """One sentence, begun as the middle of another."""
    if not held.looked_at:
        return "nobody looked at in the later terms has an outcome on record yet."
    if held.interval is None:
        return (
            f"of {held.looked_at} pupils looked at in the later terms {held.found} had a need found: that is said nothing of by order "
            f"before there are {FEWEST} with a need found and {FEWEST} without, at five schools."
        )
    return (
        f"of {held.looked_at:,} pupils looked at in the later terms, a need was found of {held.by_model:.0%} of the half it puts first, "
        f"and of {held.by_rule:.0%} of the half the rule does (the difference from {held.interval.low * 100:+.0f} to "
        f"{held.interval.high * 100:+.0f} in a hundred)."
    )
