"""An appraisal as one JSON object, and as words. Neither holds a pupil, a likelihood or the name of a school."""

import math

from .appraisal import FEWEST_OUTCOMES, Appraisal, CutResult
from .gate import TERMS, Gain, is_better
from .groups import FEWEST, LONGER, MARGIN, GroupLine
from .measures import Interval, precision_interval, precision_of, share_interval, together
from .recipe import BY_NAME, CANDIDATES, LEARNED, SEED
from .reviews import Reviews
from .reviews import in_words as held_in_words

MADE_UP = (
    "Made-up data proves mechanics, not accuracy: nothing here says how well any of this would do for real pupils."
)
FEWEST_IN_WORDS = 30
"""Pupils listed below which nothing is said of how many came true: a share of so few is chance."""


def as_json(appraisal: Appraisal, reviews: Reviews | None = None, *, made_up: bool = False) -> dict:
    """One object: what was asked, each candidate's measures and verdict, groups, calibration, and who orders; of a home also
    what reviews found."""
    verdict = appraisal.verdict
    told = {
        "label": appraisal.examples.label.asks,
        "made_up": made_up,
        "warning": MADE_UP if made_up else None,
        "seed": SEED,
        "features": [feature.name for feature in appraisal.examples.features],
        "places": appraisal.places.in_words,
        "periods": [_period(appraisal, result) for result in appraisal.results],
        "candidates": [_candidate(appraisal, one.name) for one in CANDIDATES],
        "groups": [_group(line) for line in appraisal.groups],
        "calibration": calibration_in_words(appraisal),
        "remarks": list(appraisal.examples.remarks),
        "verdict": {
            "accepted": verdict.accepted,
            "orders_by": verdict.orders_by,
            "chosen": appraisal.chosen,
            "because": verdict.because,
            "groups_worse": list(verdict.groups_worse),
        },
    }
    return told if reviews is None else told | {"reviews": _reviews(reviews)}


def _reviews(reviews: Reviews) -> dict:
    """The second label: how the order that was judged does by it, and what could be learned from it."""
    held, own = reviews.held, as_json(reviews.appraisal)
    return {
        "label": own["label"],
        "looked_at": held.looked_at,
        "need_found": held.found,
        "by_model": _rounded(held.by_model),
        "by_rule": _rounded(held.by_rule),
        "interval": _interval(held.interval),
        "words": _sentence(held_in_words(held)),
        "learned_from_reviews": {name: own[name] for name in ("places", "periods", "candidates", "calibration")}
        | {"words": _learned_from_reviews(reviews.appraisal)},
    }


def _learned_from_reviews(appraisal: Appraisal) -> str:
    """What it would be to learn from needs found; it orders nothing, whatever it is."""
    if appraisal.chosen is None:
        return "Too few reviews have said what they found to learn from them: " + (
            f"in each of the {TERMS} later terms and one before, {FEWEST_OUTCOMES} pupils with a need found and {FEWEST_OUTCOMES} without are needed."
        )
    clear = is_better(appraisal.gains[appraisal.chosen], appraisal.overall[appraisal.chosen])
    better = "more often puts first" if clear else "does not, clear of chance, more often put first"
    return (
        f"Learned from needs found, {BY_NAME[appraisal.chosen].words} {better} those of whom a need was found than the best plain "
        "order. It orders nothing: only pupils a list named were ever looked at."
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _period(appraisal: Appraisal, result: CutResult) -> dict:
    order = result.orders["rule"]
    return {
        "period": _said(appraisal, result.cut.period),
        "trained_on": [_said(appraisal, one) for one in result.cut.trained_on],
        "judged_on": result in appraisal.judged_on,
        "pupils": result.looked_at,
        "censored": result.censored,
        "schools": len(order.places),
        "listed": int(order.places.sum()),
        "came_true": int(order.positives.sum()),
    }


def _said(appraisal: Appraisal, period: int) -> str | int:
    return appraisal.examples.periods.get(period, period)


def _candidate(appraisal: Appraisal, name: str) -> dict:
    candidate = BY_NAME[name]
    judged = [one.orders[name] for one in appraisal.judged_on if name in one.orders]
    return {
        "name": name,
        "words": candidate.words,
        "kind": candidate.kind,
        "auc": _rounded(_mean([one.auc for one in judged])),
        "precision_at_places": _rounded(precision_of(judged)),
        "recall_at_places": _rounded(_ratio(sum(one.hits.sum() for one in judged), sum(one.positives.sum() for one in judged))),
        "interval": _interval(share_interval(*together(judged), seed=SEED) if judged else None),
        "by_period": [_of_period(appraisal, one, name) for one in appraisal.results if name in one.orders],
        "gain": _gain(appraisal, appraisal.overall[name]) if name in appraisal.overall else None,
        "gains": [_gain(appraisal, gain) for gain in appraisal.gains.get(name, ())],
        "verdict": verdict_of(appraisal, name),
    }  # fmt: skip


def _of_period(appraisal: Appraisal, result: CutResult, name: str) -> dict:
    order = result.orders[name]
    return {
        "period": _said(appraisal, result.cut.period),
        "auc": _rounded(order.auc),
        "precision_at_places": _rounded(order.precision),
        "recall_at_places": _rounded(order.recall),
        "interval": _interval(precision_interval(order, seed=SEED)),
    }


def _gain(appraisal: Appraisal, gain: Gain) -> dict:
    told = {"period": _said(appraisal, gain.period), "against": gain.baseline, "gain": _rounded(gain.gain)}
    return told | {"interval": _interval(gain.interval), "is_clear_of_zero": gain.is_clear}


def verdict_of(appraisal: Appraisal, name: str) -> str:
    """`baseline`, `accepted`, `refused`, or of a learned order that was not the one chosen beforehand, `not_chosen`."""
    if BY_NAME[name].kind != LEARNED:
        return "baseline"
    if name != appraisal.chosen:
        return "not_chosen" if appraisal.chosen else "refused"
    return "accepted" if appraisal.verdict.accepted else "refused"


def _group(line: GroupLine) -> dict:
    numbers = (
        "flag_rate", "precision", "missed_need_rate", "missed_need_rate_of_baseline", "difference_from_reference", "lost", "lost_by_chance",
        "behind", "behind_by_chance",
    )  # fmt: skip
    few = line.missed_need_rate is None  # how many of a small group there are is nobody's to read
    return (
        {"column": line.column, "group": line.group, "list": "places" if line.times == 1 else f"{line.times} times places"}
        | {"pupils": None if few else line.pupils, "came_true": None if few else line.positives, "is_reference": line.is_reference}
        | {name: _rounded(getattr(line, name)) for name in numbers}
        | {"missed_need_interval": _interval(line.missed_need_interval)}
        | {"is_worse": line.is_worse, "too_few_to_judge": few}
    )  # fmt: skip


def calibration_in_words(appraisal: Appraisal) -> str:
    """`Of ten pupils placed first last term, about 6 went on to miss a tenth or more`: refused under 30 listed."""
    if not appraisal.results:
        return "Nothing can be said of how many came true: there is no later period with labels."
    last = appraisal.results[-1]
    name = appraisal.chosen if appraisal.verdict.accepted else "rule"
    order = last.orders[name]
    listed = int(order.places.sum())
    if listed < FEWEST_IN_WORDS:
        return f"Nothing is said of how many came true: {listed} were listed, and a share of fewer than {FEWEST_IN_WORDS} is chance."
    after = appraisal.examples.label.went_on
    return f"Of ten pupils placed first last term by {BY_NAME[name].words}, about {order.precision * 10:.0f} {after}."


# As words ------------------------------------------------------------------------------------------------------------------


def in_words(appraisal: Appraisal, reviews: Reviews | None = None, *, made_up: bool = False) -> str:
    """What a person reads before they approve anything."""
    said = as_json(appraisal, reviews, made_up=made_up)
    label = appraisal.examples.label
    lines = [f"Asked: who {said['label']}?", f"Places: {said['places']}."]
    lines += [MADE_UP] if made_up else []
    lines += [*said["remarks"], ""]
    for period in said["periods"]:
        lines.append(
            f"Period {period['period']}: {period['pupils']:,} pupils at {period['schools']} schools, {period['listed']:,} places; "
            f"{period['came_true']:,} {label.came} after; {period['censored']:,} {label.unknown}."
        )
    lines += ["", *_table(said["candidates"]), ""]
    longer = {
        (line["column"], line["group"]) for line in said["groups"] if line["list"] != "places" and line["is_worse"]
    }
    lines += [_group_in_words(line, longer) for line in said["groups"] if line["list"] == "places"]
    lines += [said["calibration"]]
    lines += [said["reviews"]["words"], said["reviews"]["learned_from_reviews"]["words"]] if reviews else []
    lines += [said["verdict"]["because"]]
    return "\n".join(lines)


def _table(candidates: list[dict]) -> list[str]:
    head = f"{'order':<12}{'precision':>10}{'interval':>16}{'recall':>9}{'AUC':>7}  verdict"
    rows = [
        f"{one['name']:<12}{_cell(one['precision_at_places']):>10}{_range(one['interval']):>16}{_cell(one['recall_at_places']):>9}"
        f"{_cell(one['auc']):>7}  {one['verdict'].replace('_', ' ')}"
        for one in candidates
    ]
    return ["Precision and recall at each school's own places, the two later periods together:", head, *rows]


def _group_in_words(line: dict, worse_on_longer: set[tuple[str, str]]) -> str:
    """One line of a group at places; where lists three times as long show it found less, that too."""
    name = f"{line['column'].removeprefix('g_')}: {line['group']}"
    if line["too_few_to_judge"]:
        return f"{name}: fewer than {FEWEST} of whom it came true, so nothing is said of it."
    kind = ", the reference group" if line["is_reference"] else ""
    on_longer = (line["column"], line["group"]) in worse_on_longer
    where = "" if line["is_worse"] else f", on lists {LONGER} times as long"
    worse = f" Found less than the margin allows ({MARGIN:.0%}){where}." if line["is_worse"] or on_longer else ""
    return (
        f"{name}{kind}: {line['flag_rate']:.1%} listed; of those listed {line['precision']:.0%} came true; need missed "
        f"{line['missed_need_rate']:.1%} ({_range(line['missed_need_interval'])}), by the plain order "
        f"{line['missed_need_rate_of_baseline']:.1%}.{worse}"
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(interval: list | None) -> str:
    return "-" if interval is None else f"{interval[0]:.3f}-{interval[1]:.3f}"


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [_rounded(interval.low), _rounded(interval.high)]


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), 4)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
