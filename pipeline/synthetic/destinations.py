"""Where the pupils of a made-up authority go: deletion returns, offers after Year 11, alternative provision.

Of ten who leave for no school seen here, about four in three go to home education for each whose destination is unknown,
as in England in 2022/23 (13,120 and 10,181).
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from .authority import Year
from .calendar import Calendar
from .children import Children
from .schools import School
from .unseen import AP_EVERY, AP_GROUPS, AP_PHASES, first_day_placed

DESTINATIONS = {
    ("school", "9(1)(a)"): 0.60, ("home_education", "9(1)(f)"): 0.155, ("unknown", "9(1)(g)"): 0.12,
    ("abroad", "9(1)(g)"): 0.10, ("eotas", "9(1)(f)"): 0.025,
}  # fmt: skip
"""Of those who leave the authority's schools, by the ground given."""

STAYS_IN_SCHOOL, EXCLUDED = ("school", "9(1)(a)"), ("school", "9(1)(o)")

LEAVERS = {"urn": pl.Int64, "upn": pl.String, "date": pl.Date, "ground": pl.String, "destination": pl.String}


def leavers_table(
    school: School, year: Year, children: Children, as_of: date, rng: np.random.Generator
) -> pl.DataFrame:
    """One row per pupil who left while the year ran. At its end, when whole year groups leave, no return is due."""
    left = year.spells_at(school).filter(
        (pl.col("leaving_date") <= as_of) & (pl.col("leaving_date") < date(year.year.starts + 1, 6, 20))
    )
    back = set(_who_begin_elsewhere(year, school))
    rows = []
    for child, leaving_date, excluded in left.select("child", "leaving_date", "excluded").iter_rows():
        draw = int(rng.choice(len(DESTINATIONS), p=np.array(list(DESTINATIONS.values()))))
        away = list(DESTINATIONS)[draw]
        destination, ground = EXCLUDED if excluded else STAYS_IN_SCHOOL if child in back else away
        rows.append((school.urn, str(children.upn[child]), leaving_date, ground, destination))
    return pl.DataFrame(rows, schema=LEAVERS, orient="row")


def _who_begin_elsewhere(year: Year, school: School) -> list[int]:
    elsewhere = year.spells.filter((pl.col("school") != school.number) & (pl.col("first_day") > 0))
    return elsewhere["child"].to_list()


PROVIDERS = ("Made-up Sixth Form College", "10000001", "UKPRN 10000002", "100001", "An apprenticeship")
OFFERS = {"urn": pl.Int64, "upn": pl.String, "offer_date": pl.Date, "provider": pl.String}


def offers_table(school: School, year: Year, children: Children, as_of: date, rng: np.random.Generator) -> pl.DataFrame:
    """One row per offer made by `as_of`: most of Year 11 have one by the end of March, from November on."""
    here = year.spells_at(school).filter((pl.col("entry_date") <= as_of) & pl.col("leaving_date").is_null())
    first = date(year.year.starts, 11, 10)
    rows = []
    for child in here.filter(pl.Series(year.group[here["child"].to_numpy()] == 11))["child"]:
        day = first + timedelta(days=int(rng.integers(0, 140)))
        provider = PROVIDERS[int(rng.integers(0, len(PROVIDERS)))]
        if rng.random() < 0.94 and day <= as_of:
            rows.append((school.urn, str(children.upn[child]), day, provider))
    return pl.DataFrame(rows, schema=OFFERS, orient="row")


AP_COLUMNS = (
    "urn", "ukprn", "apsettingtype", "placementreason", "entrydate", "leavingdate", "apattendancepattern",
    "apsessionsperweek", "senprovisionentry", "senprovisionleaving", "applacementpostcode", "companynumber",
)  # fmt: skip


def ap_placements(
    school: School, people: pl.DataFrame, group: np.ndarray, sen: np.ndarray, calendar: Calendar, day: date
) -> tuple[np.ndarray, dict[str, pl.Series]]:
    """Of `people`, which (by place) have a placement this year by `day`, and its columns as the census asks them."""
    child, leaving = people["child"].to_numpy(), people["leaving_date"].to_list()
    is_open = np.isin(group[child], AP_GROUPS) & (school.phase in AP_PHASES) & (child % AP_EVERY == 7)
    begun = [calendar.days[first_day_placed(one)] for one in child]
    person = np.array([at for at in np.flatnonzero(is_open) if leaving[at] is None or leaving[at] > begun[at]], int)
    number = child[person] // AP_EVERY
    over = [_placement_over(begun[at], leaving[at], int(child[at]) // AP_EVERY, day) for at in person]
    provision = pl.Series(np.array(list("NKE"))[sen[child[person]]], dtype=pl.String)
    is_over, has_number = np.array([one is not None for one in over], bool), number % 2 == 0
    columns = (
        _where(has_number, "149999"),
        _where(has_number, "10000003"),
        _where(~has_number, _one_of(("NFE", "OOT", "OTH", "WBP"), number // 2)),
        _one_of(("BHS", "SUS", "EXR", "MHN", "PHN", "OTH"), number),
        pl.Series([begun[at] for at in person], dtype=pl.Date),
        pl.Series(over, dtype=pl.Date),
        _one_of(("PT", "FT"), number // 3),
        pl.Series(np.where(number // 3 % 2 == 0, 4, 10)),
        provision,
        _where(is_over, provision),
        _where(np.ones(len(person), bool), "XA1 1AA"),
        _where(np.zeros(len(person), bool), ""),
    )
    return person, dict(zip(AP_COLUMNS, columns, strict=True))


def _placement_over(begun: date, leaving: date | None, number: int, day: date) -> date | None:
    """The last day of a placement: the pupil's own at the school, or for one in three after six weeks."""
    six_weeks = begun + timedelta(days=42)
    return leaving or (six_weeks if number % 3 == 0 and six_weeks < day else None)


def _one_of(words: tuple[str, ...], number: np.ndarray) -> pl.Series:
    return pl.Series([words[int(one) % len(words)] for one in number], dtype=pl.String)


def _where(is_told: np.ndarray, told: str | pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(is_told)).then(pl.lit(told) if isinstance(told, str) else told)).to_series()


YOUNG_CARER_EVERY = 331


def young_carers(child: np.ndarray) -> np.ndarray:
    """As the spring census codes them: about six pupils in a thousand, half of them told by a parent."""
    place = child % YOUNG_CARER_EVERY
    return np.where(place == 5, "P", np.where(place == 7, "S", "N"))
