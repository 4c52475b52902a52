"""Faults of other agencies' extracts. The rows added are of a child on no roll, so that nobody is linked who was not before."""

from .planting import Planter, write_apart

AGENCIES, OF_POLICE = "other_agencies.csv", "other_agencies_of_police.csv"

NOBODY = {
    "surname": "Underwood-Quayle", "forename": "Zebedee", "date_of_birth": "2013-02-03", "postcode": "XA99 9ZZ",
    "service": "Early help", "start_date": "2025-03-03", "end_date": "2025-06-03",
}  # fmt: skip


def plant_agencies(planter: Planter) -> None:
    def plant(rule: str, **changed: str) -> None:
        planter.plant(AGENCIES, rule, NOBODY, **changed)

    plant("value_not_understood", date_of_birth="sometime")
    plant("value_not_understood", end_date="sometime")
    plant("agency_name_missing", surname="")
    plant("agency_name_missing", forename="")
    plant("birth_date_missing", date_of_birth="")
    plant("birth_date_out_of_range", date_of_birth="1950-05-05")
    plant("birth_date_out_of_range", date_of_birth="2189-05-05", start_date="", end_date="")
    plant("agency_service_not_allowed", service="")
    plant("agency_service_not_allowed", service="Allotment society")
    plant("involvement_ends_before_it_begins", end_date="2025-03-02")
    plant("involvement_before_birth", start_date="2013-02-02")
    write_apart(planter, OF_POLICE, "police_or_youth_justice", [NOBODY, NOBODY | {"service": "Youth Offending Team"}])
