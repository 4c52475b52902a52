"""The children of a made-up authority: who they are, where they are this year and were last, how likely to be absent.

One entry per child in every array. A child's propensity to be absent lasts: this year's and last year's correlate.
"""

from dataclasses import dataclass
from math import erf, sqrt
from statistics import NormalDist

import numpy as np

from pipeline.vocabulary.school_year import SchoolYear

from . import england
from .england import AP, PRIMARY, SECONDARY, SPECIAL
from .homes import homes_of
from .identifiers import upns
from .names import BOYS, ETHNICITIES, GIRLS, LANGUAGES, SURNAMES
from .schools import AUTHORITY, School

NOWHERE = -1
"""Stands for a school outside the authority, or none."""

OTHER_AUTHORITIES = np.array([209, 316, 340, 352, 380, 888, 889, 936])


@dataclass(frozen=True)
class Children:
    """`group` is this year's year group (Reception 0; what it would be, for those who left last July).

    `here` and `before` are the numbers of the schools at which this year begins and last year ended. `joins` are those
    who come from outside while this year runs. Children with one `home` live together.
    """

    group: np.ndarray
    here: np.ndarray
    before: np.ndarray
    joins: np.ndarray
    is_boy: np.ndarray
    fsm: np.ndarray
    sen: np.ndarray
    birth: np.ndarray
    ethnicity: np.ndarray
    language: np.ndarray
    surname: np.ndarray
    forename: np.ndarray
    upn: np.ndarray
    propensity: np.ndarray
    propensity_before: np.ndarray
    home: np.ndarray
    postcode: np.ndarray

    def __len__(self) -> int:
        return len(self.group)


def made_up_children(schools: list[School], year: SchoolYear, rng: np.random.Generator) -> Children:
    group, here, before, joins = _places(schools, rng)
    main = np.where(here == NOWHERE, before, here)
    phase = np.array([school.phase for school in schools])[main]
    poverty = _poverty(schools, rng)[main]
    sen = _sen(phase, rng)
    fsm = _fsm(phase, sen, poverty, rng)
    is_boy = _picked(np.choose(sen, [0.485, 0.61, 0.71]), (phase * 3 + sen) * 2 + fsm, rng)
    ethnicity, language = _backgrounds(len(group), rng)
    now, last = _propensities(sen, phase, poverty, rng)
    birth, surname = _births(group, year, rng), rng.choice(SURNAMES, len(group))
    forename = np.where(is_boy, rng.choice(BOYS, len(group)), rng.choice(GIRLS, len(group)))
    homes = homes_of(surname, forename, group, birth, rng.spawn(1)[0])
    return Children(
        group=group, here=here, before=before, joins=joins, is_boy=is_boy, fsm=fsm, sen=sen, birth=homes.birth,
        ethnicity=ethnicity, language=language, surname=surname, forename=forename,
        upn=_numbers(group, main, before, phase, schools, year, rng), propensity=now, propensity_before=last,
        home=homes.home, postcode=homes.postcode,
    )  # fmt: skip


def absence_rates(children: Children, phase: np.ndarray, before: bool) -> np.ndarray:
    """Share of a whole year's possible sessions each child will miss, this year or the year before.

    Drawn from England's distribution for children of the same phase, SEN, free meals, sex and year group.
    """
    z = children.propensity_before if before else children.propensity
    group = children.group - int(before)
    z = z + np.where(phase == AP, 1.1, 0.0) - np.where(group > 11, 0.3, 0.0)
    level = 0.5 * (1 + np.array([erf(one / sqrt(2)) for one in z]))
    rate = np.zeros(len(children))
    for key, members in _cells(children, phase, group).items():
        rate[members] = _rates_at(level[members], england.band_shares(*key))
    less = np.array([england.SINCE_2022[one] for one in range(4)])[phase]
    return rate * (less + (1 - less) * np.minimum(rate / 0.5, 1))


def _rates_at(level: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The absence rate below which `level` of the pupils lie, each band thinning out as England's tail does."""
    beyond = np.maximum(1 - np.cumsum(shares), shares[-1] * 0.05)
    depth = -np.log(np.concatenate([[1.0], beyond]))
    return np.interp(-np.log(np.maximum(1 - level, 1e-9)), depth, england.BAND_EDGES)


def _cells(children: Children, phase: np.ndarray, group: np.ndarray) -> dict[tuple, np.ndarray]:
    """Which children fall in each cell of DfE's bands. Years not in them take the nearest year's."""
    of_phase = np.where(phase == AP, SECONDARY, phase)
    low = np.choose(of_phase, [1, 7, 1])
    high = np.choose(of_phase, [6, 11, 11])
    year = np.clip(group, low, high)
    any_sen = (children.sen > 0) | (of_phase == SPECIAL)
    packed = (((of_phase * 2 + any_sen) * 2 + children.fsm) * 2 + children.is_boy) * 20 + year
    order = np.argsort(packed, kind="stable")
    cells = np.split(order, np.flatnonzero(np.diff(packed[order])) + 1)
    return {
        (
            int(of_phase[one[0]]), bool(any_sen[one[0]]), bool(children.fsm[one[0]]),
            "M" if children.is_boy[one[0]] else "F", int(year[one[0]]),
        ): one
        for one in cells if len(one)
    }  # fmt: skip


def _places(schools: list[School], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Year group, school now, school before and whether joining, for all of this year's and last year's children."""
    here = np.repeat([school.number for school in schools], [school.roll for school in schools])
    group = np.concatenate([_groups(school, school.roll) for school in schools])
    newcomers = rng.random(len(here)) < england.JOINED_IN_YEAR
    before = _schools_before(group, here, schools, rng)
    gone_group, gone_before = _gone(group, before, schools, rng)
    return (
        np.concatenate([group, group[newcomers], gone_group]),
        np.concatenate([here, here[newcomers], np.full(len(gone_group), NOWHERE)]),
        np.concatenate([before, np.full(newcomers.sum(), NOWHERE), gone_before]),
        np.concatenate([np.zeros(len(here), bool), np.ones(newcomers.sum(), bool), np.zeros(len(gone_group), bool)]),
    )


def _groups(school: School, pupils: int) -> np.ndarray:
    """Year groups of `pupils` of a school, spread as evenly as its kind has them."""
    years = np.array(school.years)
    weights = np.where(years > 11, 0.45, 1.0)
    if school.phase == AP:
        weights = np.array([1.0, 2.0, 3.0, 4.0])
    edges = np.round(np.cumsum(weights) / weights.sum() * pupils).astype(int)
    return np.repeat(years, np.diff(np.concatenate([[0], edges])))


def _schools_before(group: np.ndarray, here: np.ndarray, schools: list[School], rng) -> np.ndarray:
    phase = np.array([school.phase for school in schools])[here]
    before = here.copy()
    changed = rng.random(len(here))
    before[(changed < 0.015) & (group > 0)] = NOWHERE
    before[group == 0] = NOWHERE
    for kind in (PRIMARY, SECONDARY):
        same_kind = np.array([school.number for school in schools if school.phase == kind])
        swap = (phase == kind) & (changed > 0.985) & (group > 0) & (group != 7)
        before[swap] = rng.choice(same_kind, swap.sum()) if len(same_kind) else NOWHERE
    _settle_year_seven(before, (phase == SECONDARY) & (group == 7), schools, rng)
    _settle_alternative(before, (phase == AP), group, schools, rng)
    return before


def _settle_year_seven(before: np.ndarray, year_seven: np.ndarray, schools: list[School], rng) -> None:
    """Year 7 sat in the Year 6 seats of the authority's primary schools; where those run out, elsewhere."""
    rolls = [(school.number, -(-school.roll // 7)) for school in schools if school.phase == PRIMARY]
    seats = np.repeat([number for number, _ in rolls], [size for _, size in rolls]) if rolls else np.array([], int)
    movers = rng.permutation(np.flatnonzero(year_seven))
    inside = movers[: round(len(movers) * 0.93)][: len(seats)]
    before[year_seven] = NOWHERE
    before[inside] = rng.permutation(seats)[: len(inside)]


def _settle_alternative(before: np.ndarray, alternative: np.ndarray, group: np.ndarray, schools, rng) -> None:
    secondaries = np.array([school.number for school in schools if school.phase == SECONDARY])
    if len(secondaries):
        new = alternative & ((rng.random(len(before)) < 0.5) | (group == 8))
        before[new] = rng.choice(secondaries, new.sum())


def _gone(group: np.ndarray, before: np.ndarray, schools: list[School], rng) -> tuple[np.ndarray, np.ndarray]:
    """Children who were here last year and are not this year: their year group as it would be, and their school.

    Last year's leavers fill the seats that this year's children do not explain; one or two in a hundred just left.
    """
    groups, numbers = [], []
    for school in schools:
        seats = _groups(school, school.roll)
        held = np.bincount(group[before == school.number], minlength=16)
        for year in school.years:
            size = int((seats == year).sum())
            is_last = year + 1 not in school.years or year == 11
            gone = size - held[year + 1] if is_last else int(rng.binomial(size, 0.028))
            groups.append(np.full(max(gone, 0), year + 1))
            numbers.append(np.full(max(gone, 0), school.number))
    return np.concatenate(groups), np.concatenate(numbers)


def _poverty(schools: list[School], rng) -> np.ndarray:
    """How poor each school's children are beside those of other schools of its kind."""
    phase = np.array([school.phase for school in schools])
    drawn = rng.normal(0, 0.45, len(schools))
    return drawn - (np.bincount(phase, drawn, 4) / np.maximum(np.bincount(phase, minlength=4), 1))[phase]


def _sen(phase: np.ndarray, rng) -> np.ndarray:
    """0 none, 1 SEN support, 2 EHC plan: in each phase as many as in England."""
    any_sen = np.array([england.ANY_SEN[one] for one in range(4)])[phase]
    plans = np.array([england.PLANS_AMONG_SEN[one] for one in range(4)])[phase]
    has = _levels(rng.random(len(phase)), phase) < any_sen
    plan = _levels(rng.random(len(phase)), phase * 2 + has) < plans
    return np.where(has, np.where(plan, 2, 1), 0)


def _levels(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """How far up its stratum each of `values` stands, evenly spread between 0 and 1."""
    order = np.lexsort((values, strata))
    sizes = np.bincount(strata)
    place = np.arange(len(values)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    levels = np.empty(len(values))
    levels[order] = (place + 0.5) / np.repeat(sizes, sizes)
    return levels


def _picked(chances: np.ndarray, strata: np.ndarray, rng) -> np.ndarray:
    """Each with its own of `chances`, and of each stratum as many as its chances add up to."""
    order = np.lexsort((rng.random(len(chances)), strata))
    reached = np.floor(np.cumsum(chances[order]) + rng.random())
    picked = np.empty(len(chances), bool)
    picked[order] = np.diff(reached, prepend=0) > 0
    return picked


def _fsm(phase: np.ndarray, sen: np.ndarray, poverty: np.ndarray, rng) -> np.ndarray:
    base = np.array([england.FSM[one] for one in range(4)])[phase]
    odds = base / (1 - base) * np.choose(sen, [0.83, 1.9, 2.2]) * np.exp(poverty)
    odds = np.where(phase >= SPECIAL, base / (1 - base) * np.exp(poverty), odds)
    return _picked(odds / (1 + odds), phase * 3 + sen, rng)


def _backgrounds(count: int, rng) -> tuple[np.ndarray, np.ndarray]:
    shares = np.array(list(ETHNICITIES.values()))
    ethnicity = rng.choice(list(ETHNICITIES), count, p=shares / shares.sum())
    draw, language = rng.random(count), np.full(count, "ENG")
    for code, languages in LANGUAGES.items():
        members = np.flatnonzero((ethnicity == code) & (draw < 0.5))
        language[members] = rng.choice(languages, len(members))
    return ethnicity, language


def _propensities(sen: np.ndarray, phase: np.ndarray, poverty: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal, this year and last: mostly the child's own, a little the school's, a plan's above support's.

    Evened out within phase and any SEN, so that an authority of a few thousand has England's shape and not a sample's.
    """
    own = rng.normal(size=len(sen))
    again = england.YEAR_TO_YEAR * own + sqrt(1 - england.YEAR_TO_YEAR**2) * rng.normal(size=len(sen))
    shared = 0.25 * poverty + np.choose(sen, [0.0, 0.0, 0.13])
    strata = phase * 2 + (sen > 0)
    newly_known = england.MORE_KNOWN * ((sen > 0) & (phase < SPECIAL))
    return tuple(_evened(one + shared, strata) - newly_known for one in (again, own))


def _evened(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Normal scores of `values` within each stratum: the same order, spread as a normal distribution is."""
    return np.array([NormalDist().inv_cdf(one) for one in _levels(values, strata)])


def _births(group: np.ndarray, year: SchoolYear, rng) -> np.ndarray:
    """Reception is 4 on the 31 August before the year."""
    first = (year.starts - 5 - group).astype("U4")
    return np.char.add(first, "-09-01").astype("datetime64[D]") + rng.integers(0, 365, len(group))


def _numbers(group, main, before, phase, schools, year: SchoolYear, rng) -> np.ndarray:
    """UPNs given by the first school, mostly a primary of the authority; some by other authorities, some temporary."""
    primaries = np.array([s.establishment for s in schools if s.phase == PRIMARY] or [2999])
    own = np.array([school.establishment for school in schools])
    first = np.where((phase == PRIMARY) | (phase == SPECIAL), own[main], rng.choice(primaries, len(group)))
    outside = ((before == NOWHERE) & (group > 0)) | (rng.random(len(group)) < 0.08)
    authority = np.where(outside, rng.choice(OTHER_AUTHORITIES, len(group)), AUTHORITY)
    establishment = np.where(outside, rng.integers(2000, 3999, len(group)), first)
    return upns(authority, establishment, (year.starts - group) % 100, rng.random(len(group)) < 0.006)
