"""Faults of the plain tables that tell where pupils go: deletion returns, and offers after Year 11."""

from datetime import date, timedelta

from .destinations import LEAVERS, OFFERS
from .planting import Planter, begin, plant_elsewhere, plant_upns

LEAVERS_FILE, OFFERS_FILE = "leavers.csv", "post16_offers.csv"


def plant_destinations(planter: Planter, plain: dict, stranger: dict, last_day: date) -> None:
    begin(planter, LEAVERS_FILE, LEAVERS)
    begin(planter, OFFERS_FILE, OFFERS)
    left = plain | {"date": last_day.isoformat(), "ground": "9(1)(a)", "destination": "school"}
    plant_upns(planter, LEAVERS_FILE, left, stranger)
    plant_elsewhere(planter, LEAVERS_FILE, left)
    planter.plant(LEAVERS_FILE, "value_not_understood", left, date="sometime")
    planter.plant(LEAVERS_FILE, "leaving_date_missing", left, date="")
    planter.plant(LEAVERS_FILE, "leaves_before_entry", left, date="2000-01-04")
    planter.plant(LEAVERS_FILE, "destination_unknown_word", left, destination="somewhere nice")
    offer = plain | {"offer_date": last_day.isoformat(), "provider": "A college"}
    plant_upns(planter, OFFERS_FILE, offer, stranger)
    plant_elsewhere(planter, OFFERS_FILE, offer)
    planter.plant(OFFERS_FILE, "pupil_on_no_roll", offer, urn="", upn=planter.new_upn())
    planter.plant(OFFERS_FILE, "value_not_understood", offer, offer_date="sometime")
    planter.plant(OFFERS_FILE, "offer_date_missing", offer, offer_date="")
    planter.plant(OFFERS_FILE, "offer_in_future", offer, offer_date=(last_day + timedelta(days=1)).isoformat())
