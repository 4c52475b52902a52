"""XML: the school census as schools submit it, and the common transfer file (CTF).

One entry is one kind of record. Element names are matched without namespace, capitals and punctuation, whatever blocks
stand between; a header may also be the name of the element right around a value and its own, as one word. Headers that
begin with `xml` are in no file: see `edges.xml_records`.
"""

from .layout import Layout

_PUPIL = ("pupilonroll", "pupilnolongeronroll")
_SESSIONS = ("sessiondetail",)
_SECOND_HALF = "summerhalfterm2attendance"
_NEED = ("senneed",)
_MEALS = ("fsmperiod", "fsmeligibility")
_SUSPENSION = ("termlyexclusion", "termlysuspension", "exclusion", "suspension")
_PLACEMENT = ("schoolarrangedapdetail", "schoolarrangedap", "schoolarrangedapplacement", "applacement")
_NOT_THE_PUPILS = (
    *_SESSIONS,
    *_NEED,
    *_MEALS,
    *_SUSPENSION,
    *_PLACEMENT,
    "approvisiondetail",
    "learningaim",
    "address",
)
"""Elements of a pupil's that have words of their own, some of them like the pupil's."""


_IS_A_CENSUS = ("xmlcollectionsc", "xmlcollectionschoolcensus", "xmlhaspupilsonroll")
"""What its Header says it is; or, where that says nothing, the element around its pupils."""

_OTHERS = tuple(f"xmlcollection{name}" for name in ("ap", "cin", "eyc", "sen2", "ssda903", "swf"))
"""Other collections of the Department's."""


def _census(name: str, feed: str, title: str, record: tuple[str, ...], columns: dict[str, str], **more) -> Layout:
    return Layout(
        name=f"census_xml_{name}", feed=feed, title=f"School census, {title} (XML)", columns=columns, record=record,
        marks_it=more.pop("also", ()), one_of=(_IS_A_CENSUS, tuple(f"xmlhas{element}" for element in record)),
        unless=_OTHERS, constants={"native_id": "xml"} | more.pop("constants", {}), **more,
    )  # fmt: skip


def _of_a_pupil(name: str, feed: str, title: str, record: tuple[str, ...], columns: dict[str, str], **more) -> Layout:
    return _census(name, feed, title, record, {"xmlunder": "parent_key"} | columns, under=_PUPIL, **more)


def _sessions(name: str, title: str, part: str, **more) -> Layout:
    columns = {"attendancereason": "code", "sessions": "sessions", "absencesessions": "sessions"}
    return _of_a_pupil(name, "census_sessions", title, _SESSIONS, columns, constants={"part": part}, **more)


_CENSUS = (
    _census(
        "header", "census_headers", "return", ("header",),
        {
            "xmlfile": "census_key", "urn": "urn", "lea": "authority", "estab": "establishment", "term": "census_term",
            "year": "census_year", "referencedate": "reference_date", "serialno": "serial_number",
        },
    ),
    _census(
        "school", "census_schools", "school", ("school",),
        {"xmlfile": "census_key", "schoolname": "name", "phase": "phase", "schoolphase": "phase"}, outside=_PUPIL,
    ),
    _census(
        "pupils", "pupils", "pupils on and no longer on roll", _PUPIL,
        {
            "xmlrecord": "parent_key", "xmlfile": "census_key", "upn": "upn", "formerupn": "former_upn",
            "surname": "surname", "forename": "forename", "dob": "date_of_birth", "sex": "sex", "gender": "sex",
            "entrydate": "entry_date", "leavingdate": "leaving_date", "enrolstatus": "enrol_status",
            "ncyearactual": "nc_year", "ncyearleaving": "nc_year", "senprovision": "sen_provision",
            "ethnicity": "ethnicity", "language": "language", "youngcarer": "young_carer",
            "termlysessionspossible": "sessions_possible", "sessionspossible": "sessions_possible",
            f"{_SECOND_HALF}sessionspossible": "sessions_possible_ht2",
            "summerhalfterm2sessionspossible": "sessions_possible_ht2",
        },
        apart=_NOT_THE_PUPILS,
    ),
    _sessions("sessions", "session details", "1", outside=(_SECOND_HALF,)),
    _sessions(
        "sessions_second_half", "session details of summer's second half", "2", inside=(_SECOND_HALF,),
        also=(f"xmlhas{_SECOND_HALF}",),
    ),
    _of_a_pupil("addresses", "addresses", "addresses", ("address",), {"postcode": "postcode"}),
    _of_a_pupil("sen_needs", "sen_needs", "SEN needs", _NEED, {"sentyperank": "rank", "sentype": "sen_type"}),
    _of_a_pupil(
        "fsm_periods", "fsm_periods", "free school meal periods", _MEALS,
        {"fsmstartdate": "start_date", "fsmenddate": "end_date", "ukcountry": "country"},
    ),
    _of_a_pupil(
        "suspensions", "suspensions", "suspensions", _SUSPENSION,
        {
            "startdate": "start_date", "sessions": "sessions", "category": "category", "reason1": "reason1",
            "reason": "reason1", "reason2": "reason2", "reason3": "reason3",
        },
    ),
    _of_a_pupil(
        "ap_placements", "ap_placements", "school-arranged alternative provision", _PLACEMENT,
        {
            "urn": "setting_urn", "ukprn": "setting_ukprn", "apsettingtype": "setting_type",
            "placementreason": "reason", "entrydate": "entry_date", "leavingdate": "leaving_date",
            "apattendancepattern": "attendance_pattern", "apsessionsperweek": "sessions_per_week",
            "senprovisionentry": "sen_provision_entry", "senprovisionleaving": "sen_provision_leaving",
        },
    ),
)  # fmt: skip

_CTF = Layout(
    name="ctf_attendance", feed="attendance_marks", title="Common transfer file, attendance (XML)",
    marks_it=("xmlctfile",), record=("attendsessions",), under=("pupil", "yeardata"), spread="register strings",
    columns={
        "pupilupn": "upn", "xmlunder": "year_key", "headerdatetime": "recorded_at", "headerctfversion": "version",
        "yeardatalea": "authority", "yeardataestab": "establishment", "sourceschoollea": "source_authority",
        "sourceschoolestab": "source_establishment", "yeardatasessionspossible": "told_possible",
        "yeardatasessionsauthorised": "told_authorised", "yeardatasessionsunauthorised": "told_unauthorised",
        "attendancestartdate": "first_day", "attendancemarks": "marks",
    },
    constants={"by_transfer": "1"},
)  # fmt: skip
"""It tells of a pupil's years at schools before: a history for who has come, and no register of the school they left."""

XML_LAYOUTS = (*_CENSUS, _CTF)
