"""SEN2's nine tables as DfE's COLLECT exports them, one CSV a table; an authority's own system may dump the same.

Versions 1.1 to 1.3 of the return differ in columns that may be there or not: the headers a table is known by are in all of
them. Sex, ethnicity, postcode, learner number, tribunals and personal budgets are not read: nothing here needs them.
"""

from .layout import Layout

_ROW = {"nativeid": "authority_id"}


def _sen2(
    table: str, feed: str, title: str, needs: tuple[str, ...], columns: dict, *, above: str = "", **more
) -> Layout:
    """`above` is the feed its rows hang from: `needs` begins with the id by which they do."""
    own = {} if feed in ("plan_placements", "sen_needs") else {f"{table}tableid": "plan_key"}
    constants = more.pop("constants", {}) | ({"above_table": above} if above else {})
    return Layout(
        name=f"sen2_{table}", feed=feed, title=f"SEN2, {title} (COLLECT CSV)",
        marks_it=(f"{table}tableid", "nativeid", *needs), constants=constants,
        columns=_ROW | own | ({needs[0]: "above_key"} if above else {}) | columns, **more,
    )  # fmt: skip


_SETTING = {"placementrank": "rank", "urn": "urn", "sensetting": "sen_setting"}

PLAN_LAYOUTS = (
    _sen2(
        "sen2", "plan_returns", "returns", ("collection", "year", "referencedate"),
        {"referencedate": "reference_date"},
    ),
    _sen2(
        "person", "plan_people", "children and young people", ("sen2tableid", "personbirthdate", "upn"),
        {
            "upn": "upn", "upnunknown": "upn_unknown", "surname": "surname", "forename": "forename",
            "personbirthdate": "date_of_birth",
        },
        above="plan_returns",
    ),
    _sen2(
        "requests", "plan_requests", "requests for an assessment", ("persontableid", "receiveddate", "requestoutcome"),
        {
            "receiveddate": "received_on", "requestoutcome": "request_outcome", "requestoutcomedate": "decided_on",
            "exported": "moved_away",
        },
        above="plan_people",
    ),
    _sen2(
        "assessment", "plan_assessments", "assessments of needs", ("requeststableid", "assessmentoutcome"),
        {"assessmentoutcome": "assessment_outcome", "assessmentoutcomedate": "assessed_on", "week20": "has_exception"},
        above="plan_requests",
    ),
    _sen2(
        "namedplan", "plan_spells", "plans", ("assessmenttableid", "startdate"),
        {"startdate": "start_date", "ceasedate": "ceased_on", "ceasereason": "cease_reason"},
        above="plan_assessments",
    ),
    _sen2(
        "plandetail", "plan_placements", "settings named in a plan", ("namedplantableid", "urn", "sensetting"), _SETTING,
        above="plan_spells", constants={"place": "named"},
    ),
    _sen2(
        "activeplans", "plan_reviews", "plans in force", ("requeststableid", "lastreview"),
        {
            "reviewmeeting": "review_meeting", "lastreview": "review_decision",
            "phasetransferduedate": "phase_transfer_due", "phasetransferfinaldate": "phase_transferred_on",
        },
        above="plan_requests",
    ),
    _sen2(
        "placementdetail", "plan_placements", "settings attended", ("activeplanstableid", "urn", "sensetting"),
        _SETTING | {"entrydate": "entry_date", "leavingdate": "leaving_date"},
        above="plan_reviews", constants={"place": "attended"},
    ),
    _sen2(
        "senneed", "sen_needs", "types of need", ("activeplanstableid", "sentype"),
        {"sentyperank": "rank", "sentype": "sen_type"},
        above="plan_reviews",
    ),
)  # fmt: skip
