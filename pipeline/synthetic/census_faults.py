"""Faults of the school census's tables: in a return, in a pupil's row, and in the rows that hang from one."""

from datetime import date

from pipeline.vocabulary.school_year import SchoolYear

from .calendar import census_day
from .destinations import AP_COLUMNS
from .identifiers import wrong_check_letter
from .planting import Planter, begin, first_row, rows_of


def plant_census(planter: Planter, year: SchoolYear, pupil: dict, last_day: date) -> None:
    """Add faults to the latest of the year's censuses, where there is one; SEN needs are only in a spring one."""
    for term in ("spring", "autumn"):
        if census_day(year, term) <= last_day:
            prefix = f"{census_day(year, term).year}_{term}_"
            _plant_returns(planter, prefix)
            _plant_pupils(planter, prefix, pupil)
            return


NO_RETURN, HOMELESS, UNFIT = "f0000003", "f0000004-001", "f0000005-001"
"""Ids of a return that is not there, of a pupil row under it, and of a pupil row that is set aside."""


def _plant_returns(planter: Planter, prefix: str) -> None:
    name = f"{prefix}schoolcensus.csv"
    row = first_row(planter, name)
    planter.plant(name, "value_not_understood", row, schoolcensustableid="f0000001", referencedate="sometime")
    planter.plant(name, "census_return_incomplete", row, schoolcensustableid="f0000002", term="")
    planter.plant(
        name, "reference_date_in_future", row, schoolcensustableid="f0000006", referencedate="2199-Jan-17 00:00:00"
    )
    name = f"{prefix}school.csv"
    planter.plant(name, "census_header_missing", first_row(planter, name), schoolcensustableid=NO_RETURN)


def _plant_pupils(planter: Planter, prefix: str, pupil: dict) -> None:
    name = f"{prefix}pupilonroll.csv"
    on_roll = next(row for row in rows_of(planter.folder / name) if row["upn"] == pupil["upn"])
    homeless = {"upn": planter.new_upn(), "pupilonrolltableid": HOMELESS, "schoolcensustableid": NO_RETURN}
    unfit = {"upn": wrong_check_letter(pupil["upn"]), "pupilonrolltableid": UNFIT}
    planter.plant(name, "census_header_missing", on_roll | homeless)
    planter.plant(name, "upn_wrong_check_letter", on_roll | unfit)
    begin(planter, f"{prefix}{AP}.csv", ("pupilonrolltableid", "NativeId", f"{AP}tableid", *AP_COLUMNS))
    for table, child in _CHILD_ROWS.items():
        name = f"{prefix}{table}.csv"
        if (planter.folder / name).exists():
            row = child | {"NativeId": on_roll["NativeId"]}
            planter.plant(name, "census_header_missing", row, pupilonrolltableid=HOMELESS)
            planter.plant(name, "census_pupil_not_accepted", row, pupilonrolltableid=UNFIT)
            _plant_children(planter, name, row | {"pupilonrolltableid": on_roll["pupilonrolltableid"]}, table)


AP = "schoolarrangedapdetailonroll"

_PERIOD = {"fsmstartdate": "2024-Sep-02 00:00:00", "ukcountry": "ENG"}

_CHILD_ROWS = {
    "termlysessiondetailsonroll": {"sessions": "1", "attendancereason": "Y1"},
    "termlyexclusionsonroll": {
        "startdate": "2025-Jun-03 00:00:00",
        "sessions": "2",
        "category": "SUSP",
        "reason1": "DB",
    },
    "fsmperiod": _PERIOD,
    "fsmperiodsonroll": _PERIOD,
    "senneeds": {"sentyperank": "1", "sentype": "SLCN"},
    "addresses": {"postcode": "XA1 1AA"},
    "addressesonroll": {"postcode": "XA1 1AA"},
    AP: {
        "apsettingtype": "OTH",
        "placementreason": "BHS",
        "entrydate": "2025-Sep-03 00:00:00",
        "apattendancepattern": "FT",
        "apsessionsperweek": "10",
        "senprovisionentry": "N",
    },
}
"""A row of each table that hangs from a pupil row, in order but for what it hangs from."""

_CHILD_FAULTS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "termlysessiondetailsonroll": (
        ("value_not_understood", {"sessions": "many"}),
        ("code_missing", {"attendancereason": ""}),
        ("code_unknown", {"attendancereason": "ZZ"}),
        ("code_out_of_date", {"attendancereason": "H", "sessions": "0"}),
        ("sessions_missing", {"sessions": ""}),
        ("sessions_out_of_range", {"sessions": "-1"}),
        ("sessions_out_of_range", {"sessions": "401"}),
    ),
    "termlyexclusionsonroll": (("suspension_category_discontinued", {"category": "FIXD"}),),
    "fsmperiod": (
        ("value_not_understood", {"fsmstartdate": "sometime"}),
        ("fsm_start_missing", {"fsmstartdate": ""}),
        ("period_ends_before_it_begins", {"fsmenddate": "2024-Sep-01 00:00:00"}),
    ),
    "senneeds": (
        ("value_not_understood", {"sentyperank": "first"}),
        ("sen_type_unknown", {"sentype": "XYZ"}),
        ("sen_type_unknown", {"sentype": ""}),
    ),
    AP: (
        ("value_not_understood", {"apsessionsperweek": "most"}),
        ("ap_setting_unknown", {"apsettingtype": ""}),
        ("ap_setting_unknown", {"apsettingtype": "ZOO"}),
        ("ap_reason_unknown", {"placementreason": "ZZZ"}),
        ("ap_entry_date_missing", {"entrydate": ""}),
        ("ap_ends_before_it_begins", {"leavingdate": "2025-Sep-02 00:00:00"}),
        ("ap_pattern_unknown", {"apattendancepattern": "OT"}),
        ("ap_sessions_out_of_range", {"apsessionsperweek": "11"}),
        ("ap_sen_code_unknown", {"senprovisionentry": "S"}),
        ("ap_sen_code_unknown", {"senprovisionleaving": "Q"}),
    ),
}
_CHILD_FAULTS["fsmperiodsonroll"] = _CHILD_FAULTS["fsmperiod"]


def _plant_children(planter: Planter, name: str, row: dict[str, str], table: str) -> None:
    for rule, changed in _CHILD_FAULTS.get(table, ()):
        planter.plant(name, rule, row, **changed)
    if table == "termlysessiondetailsonroll":
        _overfill(planter, name, row["pupilonrolltableid"])


def _overfill(planter: Planter, name: str, other_than: str) -> None:
    """A pupil with more sessions coded than possible: every row of theirs is at fault."""
    rows = rows_of(planter.folder / name)
    last = next(
        row for row in reversed(rows) if row["pupilonrolltableid"] != other_than and row["attendancereason"] == "/"
    )
    parent = last["pupilonrolltableid"]
    for number, row in enumerate(rows, start=2):
        if row["pupilonrolltableid"] == parent:
            planter.labels.append((name, number, "coded_sessions_above_possible"))
    planter.plant(name, "coded_sessions_above_possible", last, attendancereason="I", sessions="399")
