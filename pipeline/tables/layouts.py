"""Every layout a feed is read from. A file is recognised by its headers, never by its name.

Headers are matched in lower case with spaces, underscores, hyphens and brackets left out. To add a supplier, add an
entry.
"""

import re
from dataclasses import dataclass, field

SPELT = re.compile(r"[^a-z0-9]")


def spelt(header: str) -> str:
    """`header` as layouts spell it: `LA (code)` is `lacode`."""
    return SPELT.sub("", header.strip().lstrip("\ufeff").lower())


@dataclass(frozen=True)
class Layout:
    """One supplier's spelling of one feed.

    `columns` maps a header (as `spelt`) to our name for it. A file is of this layout when it has every header in
    `marks_it` and, of each group in `one_of`, at least one.
    """

    name: str
    feed: str
    title: str
    marks_it: tuple[str, ...]
    columns: dict[str, str]
    one_of: tuple[tuple[str, ...], ...] = ()
    constants: dict[str, str] = field(default_factory=dict)

    def claims(self, headers: set[str]) -> bool:
        return not self.lacks(headers)

    def lacks(self, headers: set[str]) -> list[str]:
        """The headers that keep a file from being of this layout."""
        missing = [header for header in self.marks_it if header not in headers]
        return missing + [" or ".join(group) for group in self.one_of if not headers & set(group)]


def _same(*names: str) -> dict[str, str]:
    return {spelt(name): name for name in names}


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
    "termlysessionspossible": "sessions_possible",
    "summerhalfterm2sessionspossible": "sessions_possible_ht2",
}

_SESSION_DETAIL = _CENSUS_CHILD | {"attendancereason": "code", "sessions": "sessions", "absencesessions": "sessions"}

_CENSUS_SUSPENSION = _CENSUS_CHILD | _same("start_date", "sessions", "category", "reason1", "reason2", "reason3")

_FSM = _CENSUS_CHILD | _ON_ROLL | {"fsmstartdate": "start_date", "fsmenddate": "end_date", "ukcountry": "country"}

_SCHOOL = ("urn", "laestab")


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


LAYOUTS = (
    Layout(
        name="gias_schools",
        feed="schools",
        title="Get Information About Schools extract",
        marks_it=("urn", "lacode", "establishmentnumber", "establishmentname", "phaseofeducationname"),
        columns={
            "urn": "urn",
            "lacode": "authority",
            "establishmentnumber": "establishment",
            "establishmentname": "name",
            "phaseofeducationname": "phase",
            "typeofestablishmentname": "type",
            "establishmenttypegroupname": "type_group",
        },
    ),
    _census(
        "schoolcensus", "census_headers", "returns", ("term", "year"),
        _CENSUS_CHILD | {
            "schoolcensustableid": "census_key", "urn": "urn", "lea": "authority", "estab": "establishment",
            "term": "census_term", "year": "census_year", "referencedate": "reference_date",
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
    Layout(
        name="pupils",
        feed="pupils",
        title="Pupils, plain table",
        marks_it=("upn", "surname", "forename", "dateofbirth", "ncyear", "entrydate"),
        one_of=(_SCHOOL,),
        columns=_same(
            "urn", "laestab", "upn", "former_upn", "surname", "forename", "date_of_birth", "sex", "nc_year",
            "enrol_status", "entry_date", "leaving_date", "sen_provision", "fsm_eligible", "ethnicity", "language",
            "looked_after",
        ),
    ),
    Layout(
        name="suspensions",
        feed="suspensions",
        title="Suspensions, plain table",
        marks_it=("upn", "startdate", "category"),
        one_of=(_SCHOOL,),
        columns=_same(
            "urn", "laestab", "upn", "start_date", "sessions", "category", "reason1", "reason2", "reason3",
        ),
    ),
    Layout(
        name="support_and_reviews",
        feed="support_and_reviews",
        title="Support and reviews",
        marks_it=("upn", "kind"),
        one_of=(_SCHOOL, ("startdate", "lastreview", "nextreview", "quietuntil")),
        columns=_same(
            "urn", "laestab", "upn", "kind", "start_date", "last_review", "next_review", "ended", "quiet_until",
        ),
    ),
    Layout(
        name="register_totals",
        feed="register_totals",
        title="Register totals",
        marks_it=("fromdate", "todate", "possiblesessions", "absencesessions"),
        one_of=(_SCHOOL,),
        columns=_same("urn", "laestab", "from_date", "to_date", "possible_sessions", "absence_sessions"),
    ),
    Layout(
        name="attendance_marks",
        feed="attendance_marks",
        title="Attendance marks, plain long table",
        marks_it=("upn", "date", "session", "code"),
        one_of=(_SCHOOL,),
        columns=_same("urn", "laestab", "upn", "date", "code", "minutes_late", "recorded_at")
        | {"session": "half_day"},
    ),
)  # fmt: skip


def layout_of(headers: list[str]) -> Layout | None:
    """The layout that claims a file with these headers; of several, the one that asks for the most."""
    spelt_headers = {spelt(header) for header in headers}
    claiming = [layout for layout in LAYOUTS if layout.claims(spelt_headers)]
    return max(claiming, key=lambda layout: len(layout.marks_it), default=None)


def nearest_layout(headers: list[str]) -> tuple[Layout, list[str]] | None:
    """The layout an unclaimed file comes nearest to, and the headers it lacks; None where it resembles none."""
    spelt_headers = {spelt(header) for header in headers}
    lacking = {layout.name: layout.lacks(spelt_headers) for layout in LAYOUTS}
    layout = min(LAYOUTS, key=lambda one: len(lacking[one.name]) / (len(one.marks_it) + len(one.one_of)))
    missing = lacking[layout.name]
    return (layout, missing) if len(missing) * 2 <= len(layout.marks_it) + len(layout.one_of) else None
