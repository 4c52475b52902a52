"""School census tables as DfE's COLLECT exports them, one CSV a table."""

from .layout import Layout, same

_CENSUS_CHILD = {"nativeid": "native_id"}
_ON_ROLL = {"pupilonrolltableid": "parent_key"}
_OFF_ROLL = {"pupilnolongeronrolltableid": "parent_key"}

_CENSUS_PUPIL = _CENSUS_CHILD | {
    "schoolcensustableid": "census_key",
    "upn": "upn",
    "formerupn": "former_upn",
    "surname": "surname",
    "forename": "forename",
    "dob": "date_of_birth",
    "sex": "sex",
    "gender": "sex",
    "entrydate": "entry_date",
    "enrolstatus": "enrol_status",
    "ncyearactual": "nc_year",
    "ncyearleaving": "nc_year",
    "senprovision": "sen_provision",
    "ethnicity": "ethnicity",
    "language": "language",
    "youngcarer": "young_carer",
    "termlysessionspossible": "sessions_possible",
    "summerhalfterm2sessionspossible": "sessions_possible_ht2",
}

_SESSION_DETAIL = _CENSUS_CHILD | {"attendancereason": "code", "sessions": "sessions", "absencesessions": "sessions"}

_CENSUS_SUSPENSION = _CENSUS_CHILD | same("start_date", "sessions", "category", "reason1", "reason2", "reason3")

_AP_PLACEMENT = _CENSUS_CHILD | {
    "urn": "setting_urn",  # of the setting: the school is the pupil row's
    "ukprn": "setting_ukprn",
    "apsettingtype": "setting_type",
    "placementreason": "reason",
    "entrydate": "entry_date",
    "leavingdate": "leaving_date",
    "apattendancepattern": "attendance_pattern",
    "apsessionsperweek": "sessions_per_week",
    "senprovisionentry": "sen_provision_entry",
    "senprovisionleaving": "sen_provision_leaving",
}

_FSM = _CENSUS_CHILD | _ON_ROLL | {"fsmstartdate": "start_date", "fsmenddate": "end_date", "ukcountry": "country"}


def _census(table: str, feed: str, title: str, needs: tuple[str, ...], columns: dict, **more) -> Layout:
    return Layout(
        name=f"census_{table}", feed=feed, title=f"School census, {title} (COLLECT CSV)",
        marks_it=(f"{table}tableid", "nativeid", *needs), columns=columns, **more,
    )  # fmt: skip


def _sessions(table: str, parent: dict[str, str], title: str, part: str) -> Layout:
    return _census(
        table, "census_sessions", title, (*parent, "attendancereason"), _SESSION_DETAIL | parent,
        one_of=(("sessions", "absencesessions"),), constants={"part": part},
    )  # fmt: skip


CENSUS_LAYOUTS = (
    _census(
        "schoolcensus", "census_headers", "returns", ("term", "year"),
        _CENSUS_CHILD | {
            "schoolcensustableid": "census_key", "urn": "urn", "lea": "authority", "estab": "establishment",
            "term": "census_term", "year": "census_year", "referencedate": "reference_date", "serialno": "serial_number",
        },
    ),
    _census(
        "school", "census_schools", "schools", ("schoolcensustableid", "schoolname", "phase"),
        _CENSUS_CHILD | {"schoolcensustableid": "census_key", "schoolname": "name", "phase": "phase"},
    ),
    _census(
        "pupilonroll", "pupils", "pupils on roll", ("schoolcensustableid", "upn", "dob", "entrydate"),
        _CENSUS_PUPIL | _ON_ROLL,
    ),
    _census(
        "pupilnolongeronroll", "pupils", "pupils no longer on roll",
        ("schoolcensustableid", "upn", "dob", "entrydate", "leavingdate"),
        _CENSUS_PUPIL | _OFF_ROLL | {"leavingdate": "leaving_date"},
    ),
    _sessions("termlysessiondetailsonroll", _ON_ROLL, "session details, on roll", "1"),
    _sessions("termlysessiondetailsoffroll", _OFF_ROLL, "session details, no longer on roll", "1"),
    _sessions("summerhalfterm2sessiondetailsonroll", _ON_ROLL, "summer second half, on roll", "2"),
    _sessions("summerhalfterm2sessiondetailsoffroll", _OFF_ROLL, "summer second half, no longer on roll", "2"),
    _census(
        "senneeds", "sen_needs", "SEN needs", ("pupilonrolltableid", "sentype"),
        _CENSUS_CHILD | _ON_ROLL | {"sentyperank": "rank", "sentype": "sen_type"},
    ),
    _census("fsmperiod", "fsm_periods", "free school meal periods", ("pupilonrolltableid", "fsmstartdate"), _FSM),
    _census(
        "fsmperiodsonroll", "fsm_periods", "free school meal periods (autumn)",
        ("pupilonrolltableid", "fsmstartdate"), _FSM,
    ),
    _census(
        "termlyexclusionsonroll", "suspensions", "suspensions, on roll",
        ("pupilonrolltableid", "startdate", "category"), _CENSUS_SUSPENSION | _ON_ROLL,
    ),
    _census(
        "termlyexclusionsoffroll", "suspensions", "suspensions, no longer on roll",
        ("pupilnolongeronrolltableid", "startdate", "category"), _CENSUS_SUSPENSION | _OFF_ROLL,
    ),
    _census(
        "schoolarrangedapdetailonroll", "ap_placements", "school-arranged AP, on roll",
        ("pupilonrolltableid", "entrydate", "placementreason"), _AP_PLACEMENT | _ON_ROLL,
    ),
    _census(
        "schoolarrangedapdetailoffroll", "ap_placements", "school-arranged AP, no longer on roll",
        ("pupilnolongeronrolltableid", "entrydate", "placementreason"), _AP_PLACEMENT | _OFF_ROLL,
    ),
)  # fmt: skip

_NOT_NEEDED = {
    "learnersupportonroll": "learner support, on roll",
    "learnersupportoffroll": "learner support, no longer on roll",
    "learnerfamonroll": "funding and monitoring, on roll",
    "learnerfamoffroll": "funding and monitoring, no longer on roll",
    "fundingbasisitems": "early years funding",
    "provisions": "a special school's provision",
    "approvisiondetailonroll": "reasons for coming to an AP school, on roll",
    "approvisiondetailoffroll": "reasons for coming to an AP school, no longer on roll",
}

_POST_16 = {
    "learningaims": ("learning aims", ("learningaims", "learningaim")),
    "programmeaims": ("programme aims", ("programmeaims", "programmeaim", "learningprogrammes", "learningprogramme")),
    "workplace": ("work placements", ("workplace", "workplaces", "workplacement", "workplacements")),
}
"""Tables of post-16 learning: what they are of, and what their names may begin with, for none was in any schema seen."""


def _not_needed(name: str, title: str, tables: tuple[str, ...]) -> Layout:
    return Layout(
        name=f"census_{name}", feed=None, title=f"School census, {title} (COLLECT CSV)", marks_it=("nativeid",),
        columns={}, one_of=(tuple(f"{table}tableid" for table in tables),),
    )  # fmt: skip


CENSUS_NOT_NEEDED = (
    *(_not_needed(table, title, (table,)) for table, title in _NOT_NEEDED.items()),
    *(
        _not_needed(table, title, tuple(stem + roll for stem in stems for roll in ("", "onroll", "offroll")))
        for table, (title, stems) in _POST_16.items()
    ),
)
