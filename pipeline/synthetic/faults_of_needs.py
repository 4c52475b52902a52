"""Faults of the plain tables of wider needs and early years profiles."""

from collections.abc import Iterator
from datetime import date, timedelta

from .needs import PROFILES, WIDER_NEEDS
from .planting import Planter, begin, plant_elsewhere, plant_upns

NEEDS_FILE, PROFILES_FILE = "wider_needs.csv", "early_years_profiles.csv"


def plant_needs(planter: Planter, pupil: dict, stranger: dict, year: int, last_day: date) -> None:
    plain = {"urn": pupil["urn"], "upn": pupil["upn"]}
    _plant_wider_needs(planter, plain, stranger, last_day)
    _plant_profiles(planter, plain, stranger, year - int(pupil["nc_year"]) + 1, last_day)


def _plant_wider_needs(planter: Planter, plain: dict, stranger: dict, last_day: date) -> None:
    begin(planter, NEEDS_FILE, WIDER_NEEDS)
    days = _days_before(last_day)

    def row(**changed: str) -> dict:
        day = next(days)
        return plain | {"need": "other", "added_by": "SENCo", "added_on": day, "ended": day} | changed

    plant_upns(planter, NEEDS_FILE, row(), stranger)
    plant_elsewhere(planter, NEEDS_FILE, row())
    planter.plant(NEEDS_FILE, "value_not_understood", row(ended="sometime"))
    planter.plant(NEEDS_FILE, "wider_need_unknown", row(need="a little help"))
    planter.plant(NEEDS_FILE, "wider_need_added_by_nobody", row(added_by=""))
    planter.plant(NEEDS_FILE, "wider_need_added_by_justice", row(added_by="Youth Offending Team"))
    planter.plant(NEEDS_FILE, "wider_need_added_by_no_role", row(added_by="Somebody kind"))
    planter.plant(NEEDS_FILE, "wider_need_date_missing", row(added_on=""))
    planter.plant(
        NEEDS_FILE, "wider_need_in_future", row(added_on=(last_day + timedelta(days=1)).isoformat(), ended="")
    )
    planter.plant(NEEDS_FILE, "wider_need_before_birth", row(added_on="1999-09-07"))
    planter.plant(NEEDS_FILE, "wider_need_ends_before_it_was_added", row(ended="2001-09-07"))
    twice = row()
    for ended in (twice["ended"], ""):
        planter.plant(NEEDS_FILE, "wider_need_told_twice", twice, ended=ended)


def _days_before(last_day: date) -> Iterator[str]:
    """Each of them another day: a need is told apart by the day it was added."""
    return ((last_day - timedelta(days=number)).isoformat() for number in range(1, 100))


def _plant_profiles(planter: Planter, plain: dict, stranger: dict, usual: int, last_day: date) -> None:
    """Rows of the year after the `usual` one, told of by no clean row, and those that contest each other of the one before."""
    begin(planter, PROFILES_FILE, PROFILES)
    row = plain | {"assessed_on": f"{usual + 1}-06-10", "good_level": "yes"}
    plant_upns(planter, PROFILES_FILE, row, stranger)
    plant_elsewhere(planter, PROFILES_FILE, row)
    planter.plant(PROFILES_FILE, "pupil_on_no_roll", row, urn="", upn=planter.new_upn())
    planter.plant(PROFILES_FILE, "value_not_understood", row, good_level="perhaps")
    planter.plant(PROFILES_FILE, "good_level_missing", row, good_level="")
    planter.plant(PROFILES_FILE, "profile_year_missing", row, assessed_on="")
    planter.plant(PROFILES_FILE, "profile_years_differ", row, assessed_on=f"{usual}-06-10", year=str(usual + 1))
    planter.plant(PROFILES_FILE, "profile_too_early", row, assessed_on="2012-06-11")
    planter.plant(PROFILES_FILE, "profile_in_future", row, assessed_on=(last_day + timedelta(days=1)).isoformat())
    planter.plant(PROFILES_FILE, "profile_year_off_for_age", row, assessed_on=f"{usual - 3}-06-10")
    for good_level in ("yes", "no"):
        planter.plant(
            PROFILES_FILE, "good_level_contested", row, assessed_on=f"{usual - 1}-06-10", good_level=good_level
        )
