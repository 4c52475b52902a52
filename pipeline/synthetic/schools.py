"""The schools of a made-up authority: how many of each kind, how large, and what they are called."""

from dataclasses import dataclass

import numpy as np

from .england import AP, MEAN_ROLL, PRIMARY, SECONDARY, SPECIAL

AUTHORITY = 890
AUTHORITY_NAME = "Made-up Authority"
"""A real authority's number, so that its pupils' UPNs check out; nothing else about it is real."""

FIRST_URN = 100001

PER_SCHOOL = {SPECIAL: 1 / 20, AP: 1 / 60}
"""Special schools and alternative provision for each school of any kind, about as in England."""

YEARS = {PRIMARY: range(0, 7), SECONDARY: range(7, 12), SPECIAL: range(0, 12), AP: range(8, 12)}
"""Year groups by kind of school, Reception being 0."""

PLACES = (
    "Alderbrook", "Ashdown", "Beckfield", "Birchwood", "Bramley", "Brookside", "Castle", "Cedar", "Chestnut",
    "Clifton", "Copperfield", "Cranmere", "Dale", "Elmhurst", "Fairfield", "Fernhill", "Foxglove", "Grange",
    "Greenway", "Harbour", "Hawthorn", "Hazelwood", "Heath", "Highcroft", "Hillside", "Hollybank", "Juniper",
    "Kingfisher", "Lakeside", "Larch", "Linden", "Longmeadow", "Maple", "Marsh Lane", "Meadow", "Millbrook",
    "Moorland", "Northgate", "Oakfield", "Orchard", "Parkside", "Pinewood", "Quarry", "Redwood", "Ridgeway",
    "Riverside", "Rowan", "Sandpiper", "Shoreline", "Silver Birch", "Springfield", "Stonebridge", "Sycamore",
    "Thornbury", "Underhill", "Valley", "Waterside", "Westbrook", "Willow", "Windmill", "Woodlands",
    "Yew Tree",
)  # fmt: skip

DISTRICTS = ("Upper Alderfold", "Nether Alderfold", "Marrowby", "Coldhaven Bay")
SCHOOLS_A_DISTRICT = 4
"""Made up. A small authority has fewer districts than a large one."""

TITLES = {PRIMARY: "Primary School", SECONDARY: "High School", SPECIAL: "School", AP: "Centre"}


@dataclass(frozen=True)
class School:
    """`number` counts from 0 in the authority; `roll` is how many pupils are on roll on the year's first day."""

    number: int
    urn: int
    establishment: int
    name: str
    phase: int
    roll: int
    has_sixth_form: bool = False

    @property
    def native_id(self) -> str:
        return f"SCH{self.number + 1}"

    def district(self, of_schools: int) -> str:
        """The district it is in, of an authority of so many schools: each has schools of every kind there are enough of."""
        return DISTRICTS[self.number % min(max(of_schools // SCHOOLS_A_DISTRICT, 1), len(DISTRICTS))]

    @property
    def years(self) -> range:
        years = YEARS[self.phase]
        return range(years.start, 14) if self.has_sixth_form else years


def planned_schools(pupils: int, schools: int, rng: np.random.Generator) -> list[School]:
    """`schools` schools with exactly `pupils` on roll between them. Raises ValueError where pupils are too few."""
    if schools < 1 or pupils < schools * 10:
        raise ValueError("A made-up authority needs a school, and ten pupils for each of its schools.")
    phases = _phases(schools)
    weights = np.array([MEAN_ROLL[phase] * _fewer(phase, phases) for phase in phases])
    weights = weights * np.exp(rng.normal(0, 0.25, schools))
    rolls = _shared_out(pupils, weights)
    return [
        School(
            number=number,
            urn=FIRST_URN + number,
            establishment=_establishment(number, phase),
            name=_name(number, phase),
            phase=phase,
            roll=int(rolls[number]),
            has_sixth_form=phase == SECONDARY and number % 2 == 0,
        )
        for number, phase in enumerate(phases)
    ]


def _phases(schools: int) -> list[int]:
    """England's mix, as far as so many schools allow: a special school from 6, alternative provision from 12."""
    alternative = max(round(schools * PER_SCHOOL[AP]), 1) if schools >= 12 else 0
    special = max(round(schools * PER_SCHOOL[SPECIAL]), 1) if schools >= 6 else 0
    secondary = max(round(schools * 0.16), 1) if schools >= 2 else 0
    primary = schools - alternative - special - secondary
    return [PRIMARY] * primary + [SECONDARY] * secondary + [SPECIAL] * special + [AP] * alternative


def _fewer(phase: int, phases: list[int]) -> float:
    """A small authority has one special school though its pupils would fill but part of one: so they do here."""
    return min(len(phases) * PER_SCHOOL.get(phase, 1.0) / phases.count(phase), 1.0)


def _shared_out(total: int, weights: np.ndarray, least: int = 8) -> np.ndarray:
    """`total` in whole numbers in proportion to `weights`, none under `least`."""
    spare = total - least * len(weights)
    exact = weights / weights.sum() * spare
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: spare - shares.sum()]] += 1
    return shares + least


def _establishment(number: int, phase: int) -> int:
    """Establishment numbers lie in ranges by kind of school."""
    return {PRIMARY: 2000, SECONDARY: 4000, SPECIAL: 7000, AP: 1100}[phase] + number % 1000


def _name(number: int, phase: int) -> str:
    place = PLACES[number % len(PLACES)]
    again = number // len(PLACES)
    return f"{place} {TITLES[phase]}" + (f" {again + 1}" if again else "")
