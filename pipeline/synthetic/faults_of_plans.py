"""Faults of SEN2's tables: in a return, in a child's row, and in the rows that hang from one, four levels deep."""

from datetime import date

from .planting import Planter, first_row, plant_upns, rows_of
from .writing import COLLECT_DATE

NOT_THERE, NAMELESS = "f9000000", "f2000000"
"""Ids of a row that is nowhere, and of a child's row that is set aside."""

LONG_AGO, FAR_AHEAD = "2001-Jan-08 00:00:00", "2199-Jan-17 00:00:00"


def plant_plans(planter: Planter, stranger: dict, last_day: date) -> None:
    """Add faults to the SEN2 tables; `stranger` is a pupil of no known authority who is on a roll."""
    _plant_returns(planter)
    _plant_people(planter, stranger)
    request = next(row for row in _rows(planter, "requests") if row["requestoutcome"] == "Y")
    assessment = next(
        row for row in _rows(planter, "assessment") if row["requeststableid"] == request["requeststableid"]
    )
    _plant_requests(planter, request)
    _plant_assessments(planter, assessment)
    _plant_below(planter, assessment["assessmenttableid"], request["requeststableid"], last_day.strftime(COLLECT_DATE))


def _rows(planter: Planter, table: str) -> list[dict[str, str]]:
    return rows_of(planter.folder / f"sen2_{table}.csv")


def _plant(planter: Planter, table: str, rule: str, row: dict[str, str], **changed: str) -> None:
    """A row with an id of its own, unless one is given."""
    own = f"f{1 + planter.sheet(f'sen2_{table}.csv').rows + len(planter.labels):07d}"
    planter.plant(f"sen2_{table}.csv", rule, row | {f"{table}tableid": own} | changed)


def _plant_returns(planter: Planter) -> None:
    row = first_row(planter, "sen2_sen2.csv")
    _plant(planter, "sen2", "value_not_understood", row, referencedate="sometime")
    _plant(planter, "sen2", "plan_row_id_missing", row, sen2tableid="")
    _plant(planter, "sen2", "plan_return_describes_day_to_come", row, referencedate=FAR_AHEAD)


def _plant_people(planter: Planter, stranger: dict) -> None:
    row = first_row(planter, "sen2_person.csv")
    plant_upns(planter, "sen2_person.csv", row | {"persontableid": "f2000001"}, stranger)
    _plant(planter, "person", "value_not_understood", row, personbirthdate="sometime")
    _plant(planter, "person", "plan_row_id_missing", row, persontableid="")
    _plant(planter, "person", "plan_parent_missing", row, sen2tableid=NOT_THERE)
    _plant(planter, "person", "plan_upn_not_held", row, persontableid=NAMELESS, upn="", upnunknown="UN1")
    _plant(planter, "person", "plan_pupil_on_no_roll", row, upn=planter.new_upn())


def _plant_requests(planter: Planter, told: dict[str, str]) -> None:
    row = told | {"receiveddate": LONG_AGO, "requestoutcome": "A", "requestoutcomedate": ""}
    _plant(planter, "requests", "value_not_understood", row, receiveddate="sometime")
    _plant(planter, "requests", "plan_row_id_missing", row, requeststableid="", receiveddate="2001-Jan-09 00:00:00")
    _plant(planter, "requests", "plan_parent_missing", row, persontableid=NAMELESS)
    _plant(planter, "requests", "plan_outcome_unknown", row, requestoutcome="Z", receiveddate="2001-Jan-10 00:00:00")
    _plant(planter, "requests", "plan_date_in_future", row, receiveddate=FAR_AHEAD)
    _plant(planter, "requests", "plan_received_date_missing", row, receiveddate="")
    decided = {"receiveddate": "2001-Jan-11 00:00:00", "requestoutcome": "N", "requestoutcomedate": LONG_AGO}
    _plant(planter, "requests", "plan_decision_before_request", row | decided)
    for _ in range(2):
        _plant(planter, "requests", "plan_request_repeated", row)


def _plant_assessments(planter: Planter, row: dict[str, str]) -> None:
    _plant(planter, "assessment", "value_not_understood", row, assessmentoutcomedate="sometime")
    _plant(planter, "assessment", "plan_row_id_missing", row, assessmenttableid="")
    _plant(planter, "assessment", "plan_parent_missing", row, requeststableid=NOT_THERE)
    _plant(planter, "assessment", "plan_outcome_unknown", row, assessmentoutcome="Z")
    _plant(planter, "assessment", "plan_date_in_future", row, assessmentoutcomedate=FAR_AHEAD)
    _plant(planter, "assessment", "plan_assessed_before_request", row, assessmentoutcomedate=LONG_AGO)


def _plant_below(planter: Planter, assessment: str, request: str, today: str) -> None:
    """Rows of a plan, of its reviews and settings, and of types of need. `today` is the last day, as COLLECT writes it."""
    named = first_row(planter, "sen2_namedplan.csv")
    plan = named | {"assessmenttableid": assessment, "startdate": today, "ceasedate": "", "ceasereason": ""}
    _plant(planter, "namedplan", "value_not_understood", plan, ceasedate="sometime")
    _plant(planter, "namedplan", "plan_row_id_missing", plan, namedplantableid="")
    _plant(planter, "namedplan", "plan_parent_missing", plan, assessmenttableid=NOT_THERE)
    _plant(planter, "namedplan", "plan_date_far_ahead", plan, startdate=FAR_AHEAD)
    _plant(planter, "namedplan", "plan_start_missing", plan, startdate="")
    _plant(planter, "namedplan", "plan_starts_before_request", plan, startdate=LONG_AGO)
    _plant(planter, "namedplan", "plan_ends_before_it_begins", plan, ceasedate=LONG_AGO)
    _plant(planter, "namedplan", "plan_cease_reason_unknown", plan, ceasedate=today, ceasereason="12")
    active = first_row(planter, "sen2_activeplans.csv") | {"requeststableid": request}
    _plant(planter, "activeplans", "value_not_understood", active, lastreview="sometime")
    _plant(planter, "activeplans", "plan_row_id_missing", active, activeplanstableid="")
    _plant(planter, "activeplans", "plan_parent_missing", active, requeststableid=NOT_THERE)
    _plant(planter, "activeplans", "plan_date_far_ahead", active, lastreview=FAR_AHEAD)
    detail = first_row(planter, "sen2_plandetail.csv")
    _plant(planter, "plandetail", "value_not_understood", detail, placementrank="first")
    _plant(planter, "plandetail", "plan_parent_missing", detail, namedplantableid=NOT_THERE)
    _plant(planter, "plandetail", "plan_setting_unknown", detail, sensetting="HOME")
    attended = first_row(planter, "sen2_placementdetail.csv")
    _plant(planter, "placementdetail", "plan_parent_missing", attended, activeplanstableid=NOT_THERE)
    _plant(
        planter,
        "placementdetail",
        "plan_placement_ends_before_it_begins",
        attended,
        entrydate=today,
        leavingdate=LONG_AGO,
    )
    need = first_row(planter, "sen2_senneed.csv")
    _plant(planter, "senneed", "value_not_understood", need, sentyperank="first")
    _plant(planter, "senneed", "plan_parent_missing", need, activeplanstableid=NOT_THERE)
    _plant(planter, "senneed", "sen_type_unknown", need, sentype="XYZ")
