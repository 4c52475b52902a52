"""Faults of the return on children looked after: in its header, and in the episodes that hang from it."""

from datetime import date, timedelta

from .care import RETURN_DATE
from .planting import Planter, first_row, plant_upns

HEADER, EPISODES = "ssda903_header.csv", "ssda903_episodes.csv"


def plant_care(planter: Planter, pupil: dict, stranger: dict, last_day: date) -> None:
    _plant_header(planter, pupil, stranger)
    _plant_episodes(planter, last_day)


def _plant_header(planter: Planter, pupil: dict, stranger: dict) -> None:
    row = first_row(planter, HEADER) | {"CHILD": "000001", "UPN": pupil["upn"]}
    plant_upns(planter, HEADER, row, stranger, column="UPN")
    planter.plant(HEADER, "care_child_missing", row, CHILD="")
    for at in range(1, 6):
        planter.plant(HEADER, "care_child_without_upn", row, CHILD=f"00010{at}", UPN=f"UN{at}")
    for upn in (pupil["upn"], planter.new_upn()):
        planter.plant(HEADER, "care_child_contested", row, CHILD="000002", UPN=upn)


def _plant_episodes(planter: Planter, last_day: date) -> None:
    begun = last_day - timedelta(days=20)
    row = first_row(planter, EPISODES) | {"DECOM": begun.strftime(RETURN_DATE), "DEC": ""}

    def plant(rule: str, **changed: str) -> None:
        planter.plant(EPISODES, rule, row, **changed)

    plant("value_not_understood", DEC="sometime")
    plant("care_child_missing", CHILD="")
    plant("care_child_not_accepted", CHILD="000101")  # in the header with no UPN
    plant("care_child_not_accepted", CHILD="000999")  # in no header
    plant("episode_date_missing", DECOM="")
    plant("episode_in_future", DECOM=(last_day + timedelta(days=1)).strftime(RETURN_DATE))
    plant("episode_ends_before_it_begins", DEC=(begun - timedelta(days=1)).strftime(RETURN_DATE))
    plant("legal_status_unknown", LS="Q9")
    plant("placement_unknown", PLACE="Q9")
