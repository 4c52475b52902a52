"""Requests for education, health and care plans in a made-up authority, each as it ran or will run, and what came of it.

Calibrated on England in 2024: of requests decided 65.4 % were agreed, 84.8 % of decisions came within six weeks, and 46.4 %
of plans within twenty, exceptions left out. Source: Department for Education, Education, health and care plans, Open
Government Licence v3.0.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.vocabulary.plans import AGREED, DAYS_TO_DECIDE, DAYS_TO_PLAN, REFUSED, WITHDRAWN

from .authority import Authority

DECIDED_IN_TIME, ISSUED_IN_TIME, AGREED_SHARE = 0.848, 0.464, 0.654
EXCEPTIONS = 0.07
"""Share of plans to whose time an exception applies: ours."""

_PLAN, _NEEDS_MET = 2, 2
"""Among SEN provisions a plan; among reasons for its end, that needs are met without one."""


@dataclass(frozen=True)
class Story:
    """One request. `outcome` is what was decided on `decided`: Y, N or W. `issued` is the plan's first day, `no_plan` the day it
    was told that there would be none; `reviewed` the last review there has been."""

    child: int
    received: date
    decided: date
    outcome: str
    issued: date | None = None
    no_plan: date | None = None
    has_exception: bool = False
    ceased: date | None = None
    cease_reason: int | None = None
    reviewed: date | None = None


def stories(authority: Authority, last_day: date, of_schools: dict[str, tuple[date, date | None]]) -> list[Story]:
    """Every request of this authority's children, by child and day: of plans in force, of plans that ended, and of none.

    `of_schools` has, by UPN, the day on which a school says a child's plan began and was last reviewed: the authority's own
    record agrees with it.
    """
    rng = np.random.default_rng([authority.seed, authority.now.year.starts, 23])
    told = _plans(authority, last_day, of_schools, rng)
    this_year = sum(one.issued > last_day - timedelta(days=365) for one in told)
    others = _others(authority, rng)
    for some, share in ((_running, 0.5), (_refused, 1 / AGREED_SHARE - 1), (_ended, 0.1), (_without_plan, 0.1)):
        count = max(round(this_year * share), 1)
        new = some([next(others) for _ in range(count)], last_day, rng)
        told += new + [_refused_before(one) for one in new[::8] if some is _running]
    return sorted(told, key=lambda one: (one.child, one.received))


def _plans(authority: Authority, last_day: date, of_schools: dict, rng: np.random.Generator) -> list[Story]:
    """A plan for every child whose SEN provision is one."""
    children = np.flatnonzero(authority.children.sen == _PLAN).tolist()
    ages, seen = rng.integers(60, 1400, len(children)).tolist(), rng.integers(20, 440, len(children)).tolist()
    began = [last_day - timedelta(days=age) for age in ages]
    own = [(day, max(day, last_day - timedelta(days=since))) for day, since in zip(began, seen, strict=True)]
    upns = [str(upn) for upn in authority.children.upn[children]]
    days = [of_schools.get(upn, told) for upn, told in zip(upns, own, strict=True)]
    by_day = sorted(zip(days, children, strict=True), key=lambda one: (one[0][0], one[1]))
    timed = _timed(len(children), rng)
    return [
        _issued_on(child, issued, time, reviewed=reviewed)
        for ((issued, reviewed), child), time in zip(by_day, timed, strict=True)
    ]


@dataclass(frozen=True)
class _Timed:
    to_decide: int
    to_plan: int
    has_exception: bool


def _timed(count: int, rng: np.random.Generator) -> list[_Timed]:
    """Days taken to decide and to a plan, in time for as many as in England. An exception makes a plan late."""
    quick, slow = rng.integers(0, 15, count), rng.integers(1, 36, count)
    decided = np.where(_share_of(count, DECIDED_IN_TIME, rng), DAYS_TO_DECIDE - quick, DAYS_TO_DECIDE + slow)
    excepted = rng.random(count) < EXCEPTIONS
    in_time = np.zeros(count, bool)
    in_time[~excepted] = _share_of(int((~excepted).sum()), ISSUED_IN_TIME, rng)
    early, late = rng.integers(0, 25, count), rng.integers(1, 160, count)
    issued = np.where(in_time, DAYS_TO_PLAN - early, DAYS_TO_PLAN + late)
    return [_Timed(*one) for one in zip(decided.tolist(), issued.tolist(), excepted.tolist(), strict=True)]


def _share_of(count: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """True for `share` of `count`, and of every run of them, as nearly as whole numbers allow."""
    golden = (5**0.5 - 1) / 2
    return (np.arange(count) * golden + rng.random()) % 1 < share


def _issued_on(child: int, issued: date, timed: _Timed, **more) -> Story:
    received = issued - timedelta(days=timed.to_plan)
    decided = received + timedelta(days=timed.to_decide)
    return Story(child, received, decided, AGREED, issued, has_exception=timed.has_exception, **more)


def _others(authority: Authority, rng: np.random.Generator):
    """Children on a roll without a plan, those with SEN support first, in an order of chance; begun again where they run out."""
    children = authority.children
    here = np.unique(authority.now.spells.filter(authority.now.spells["leaving_date"].is_null())["child"].to_numpy())
    known, others = here[children.sen[here] == 1], here[children.sen[here] == 0]
    order = np.concatenate([rng.permutation(known), rng.permutation(others)]).tolist()
    while True:
        yield from order


def _running(children: list[int], last_day: date, rng: np.random.Generator) -> list[Story]:
    """Requests whose plan is yet to come."""
    ahead = rng.integers(1, 130, len(children)).tolist()
    told = []
    for child, days, timed in zip(children, ahead, _timed(len(children), rng), strict=True):
        one = _issued_on(child, last_day + timedelta(days=days), timed)
        too_new = max((one.received - last_day).days + 3, 0)
        told.append(_issued_on(child, one.issued - timedelta(days=too_new), timed) if too_new < days else one)
    return [one for one in told if one.received <= last_day]


def _refused(children: list[int], last_day: date, rng: np.random.Generator) -> list[Story]:
    """Every eighth of them withdrawn."""
    ago = rng.integers(80, 400, len(children)).tolist()
    told = []
    for at, (child, days, timed) in enumerate(zip(children, ago, _timed(len(children), rng), strict=True)):
        received = last_day - timedelta(days=days)
        decided = received + timedelta(days=timed.to_decide)
        told.append(Story(child, received, decided, WITHDRAWN if at % 8 == 7 else REFUSED))
    return told


def _ended(children: list[int], last_day: date, rng: np.random.Generator) -> list[Story]:
    """Plans that ended within the last year, needs being met without."""
    lasted, ago = rng.integers(500, 1200, len(children)).tolist(), rng.integers(20, 300, len(children)).tolist()
    told = []
    for child, days, since, timed in zip(children, lasted, ago, _timed(len(children), rng), strict=True):
        ceased = last_day - timedelta(days=since)
        end = {"ceased": ceased, "cease_reason": _NEEDS_MET, "reviewed": ceased - timedelta(days=40)}
        told.append(_issued_on(child, ceased - timedelta(days=days), timed, **end))
    return told


def _without_plan(children: list[int], last_day: date, rng: np.random.Generator) -> list[Story]:
    """Assessed, and no plan issued."""
    ago = rng.integers(10, 200, len(children)).tolist()
    told = []
    for child, days, timed in zip(children, ago, _timed(len(children), rng), strict=True):
        told_so = last_day - timedelta(days=days)
        received = told_so - timedelta(days=112)
        decided = received + timedelta(days=timed.to_decide)
        told.append(Story(child, received, decided, AGREED, no_plan=told_so))
    return told


def _refused_before(one: Story) -> Story:
    """An earlier request of the same child, refused."""
    received = one.received - timedelta(days=200)
    return Story(one.child, received, received + timedelta(days=40), REFUSED)
