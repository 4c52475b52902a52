"""SEN2's nine tables of a made-up authority, as COLLECT exports them, describing one day."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.plans import AGREED, HISTORICAL, REFUSED, UNDECIDED

from .authority import Authority, Year
from .census import needs_of
from .plans import Story
from .schools import AUTHORITY
from .writing import COLLECT_DATE, Extracts, Keys

HEADERS = {
    "sen2": "collection year referencedate sourcelevel softwarecode release serialno datetime lea dmo dco",
    "person": "sen2tableid surname forename personbirthdate sex ethnicity postcode upn uniquelearnernumber upnunknown",
    "requests": "persontableid receiveddate requestsource rya requestoutcomedate requestoutcome requestmediation "
    "requesttribunal exported",
    "assessment": "requeststableid assessmentoutcome assessmentoutcomedate assessmentmediation assessmenttribunal "
    "othermediation othertribunal week20",
    "namedplan": "assessmenttableid startdate planres planwbp pb oa dp ceasedate ceasereason",
    "plandetail": "namedplantableid urn ukprn sensetting sensettingother placementrank senunitindicator "
    "resourcedprovisionindicator",
    "activeplans": "requeststableid transferla reviewmeeting reviewoutcome reviewdraft phasetransferduedate "
    "phasetransferfinaldate lastreview",
    "placementdetail": "activeplanstableid res wbp urn ukprn sensetting sensettingother placementrank entrydate leavingdate "
    "senunitindicator resourcedprovisionindicator",
    "senneed": "activeplanstableid sentype sentyperank",
}
"""By table, its columns after COLLECT's own."""

_DATES = frozenset(
    "referencedate datetime personbirthdate receiveddate requestoutcomedate assessmentoutcomedate startdate ceasedate "
    "reviewmeeting reviewdraft phasetransferduedate phasetransferfinaldate lastreview entrydate leavingdate".split()
)

_PLAN = 2
"""Among SEN provisions."""

_CHANGES_PHASE = (0, 2, 6, 11, 13)
"""Year groups in which a plan is made ready for the next phase of schooling."""


_LATE_EVERY = 5
"""One plan in five for the next phase is not final by its day: ours."""


def write_plans(authority: Authority, told: list[Story], year: Year, day: date, extracts: Extracts, keys: Keys) -> None:
    """Add what the authority would state of `told` on `day`, a day of `year`: requests of children then on its rolls."""
    stated = _Return(authority, year, day, keys)
    stated.add("sen2", _header(day))
    for child, requests in _by_child(told).items():
        if child in stated.here:
            _write_child(stated, child, requests)
    for table, rows in stated.rows.items():
        columns = [f"{table}tableid", "NativeId", f"{table}orderseqcolumn", "sourceid", *HEADERS[table].split()]
        schema = {name: pl.Date if name in _DATES else pl.String for name in columns}
        extracts.add(f"sen2_{table}", pl.DataFrame(rows, schema=schema), dates=COLLECT_DATE)


class _Return:
    """One return under way: rows by table, and where each child is on its day."""

    def __init__(self, authority: Authority, year: Year, day: date, keys: Keys):
        self.authority, self.year, self.day, self._keys = authority, year, day, keys
        self.period_from = date(day.year - 1, 1, 1)
        self.rows: dict[str, list[dict]] = {table: [] for table in HEADERS}
        self.here = _where(authority, year, day)
        self.key = ""

    def add(self, table: str, cells: dict, above: tuple[str, str] | None = None) -> str:
        """A row, below that of the table and id `above`; its own id."""
        (key,) = self._keys.taken(1, digits=8)
        self.key = self.key or key  # the return's own: its row is the first
        own = {
            f"{table}tableid": key, "NativeId": str(AUTHORITY), "sourceid": self.key,
            f"{table}orderseqcolumn": str(len(self.rows[table]) + 1),
        }  # fmt: skip
        self.rows[table].append(own | ({f"{above[0]}tableid": above[1]} if above else {}) | cells)
        return key


@dataclass(frozen=True)
class _Place:
    urn: int
    entry_date: date


def _where(authority: Authority, year: Year, day: date) -> dict[int, _Place]:
    here = year.spells.filter(
        (pl.col("entry_date") <= day)
        & (pl.col("leaving_date").is_null() | (pl.col("leaving_date") > day))
        & (pl.col("status") != "S")
    )
    urns = {school.number: school.urn for school in authority.schools}
    rows = here.sort("child", "entry_date").select("child", "school", "entry_date").iter_rows()
    return {child: _Place(urns[school], entry) for child, school, entry in rows}


def _by_child(told: list[Story]) -> dict[int, list[Story]]:
    by_child: dict[int, list[Story]] = {}
    for one in told:
        by_child.setdefault(one.child, []).append(one)
    return by_child


def _header(day: date) -> dict:
    return {
        "collection": "SEN2", "year": str(day.year), "referencedate": day, "sourcelevel": "L", "softwarecode": "MADEUP",
        "release": "1", "serialno": "1", "datetime": day, "lea": str(AUTHORITY), "dmo": "1", "dco": "1",
    }  # fmt: skip


def _write_child(stated: _Return, child: int, requests: list[Story]) -> None:
    """A child's row and requests, as far as they had been received and are of the return's period."""
    current = [one for one in requests if one.received <= stated.day and not _is_past(one, stated.period_from)]
    if not current:
        return
    children = stated.authority.children
    person = stated.add("person", {
        "surname": str(children.surname[child]), "forename": str(children.forename[child]),
        "personbirthdate": children.birth[child].astype(date), "sex": "M" if children.is_boy[child] else "F",
        "ethnicity": str(children.ethnicity[child]), "upn": str(children.upn[child]),
    }, above=("sen2", stated.key))  # fmt: skip
    for one in current:
        _write_request(stated, one, person)


def _is_past(one: Story, period_from: date) -> bool:
    """Ended before the period: such a request is in no return of it."""
    ended = one.ceased or one.no_plan or (one.decided if one.outcome != AGREED else None)
    return ended is not None and ended < period_from


def _write_request(stated: _Return, one: Story, person: str) -> None:
    is_decided = one.decided <= stated.day
    is_long_ago = one.decided < stated.period_from
    outcome = HISTORICAL if is_long_ago else one.outcome if is_decided else UNDECIDED
    says_when = is_decided and outcome in (AGREED, REFUSED)
    request = stated.add("requests", {
        "receiveddate": one.received, "requestoutcomedate": one.decided if says_when else None, "requestoutcome": outcome,
        "rya": "False", "requestmediation": "False", "requesttribunal": "False",
    }, above=("person", person))  # fmt: skip
    if is_decided and one.outcome == AGREED:
        _write_assessment(stated, one, request)


def _write_assessment(stated: _Return, one: Story, request: str) -> None:
    """A plan is decided on a fortnight before it is issued."""
    ended = one.issued or one.no_plan
    is_ended = ended <= stated.day
    if is_ended and ended < stated.period_from:
        outcome = HISTORICAL
    elif is_ended:
        outcome = AGREED if one.issued else REFUSED
    else:
        outcome = AGREED if one.issued and one.issued - timedelta(days=14) <= stated.day else UNDECIDED
    assessment = stated.add("assessment", {
        "assessmentoutcome": outcome, "assessmentoutcomedate": ended if is_ended and outcome != HISTORICAL else None,
        "assessmentmediation": "False", "assessmenttribunal": "False", "othermediation": "False", "othertribunal": "False",
        "week20": str(one.has_exception) if outcome == AGREED and is_ended else None,
    }, above=("requests", request))  # fmt: skip
    if one.issued and is_ended:
        _write_plan(stated, one, request, assessment)


def _write_plan(stated: _Return, one: Story, request: str, assessment: str) -> None:
    has_ceased = one.ceased is not None and one.ceased <= stated.day
    named = stated.add("namedplan", {
        "startdate": one.issued, "planres": "N", "planwbp": "N", "pb": "False", "oa": "False", "dp": "N",
        "ceasedate": one.ceased if has_ceased else None, "ceasereason": str(one.cease_reason) if has_ceased else None,
    }, above=("assessment", assessment))  # fmt: skip
    place = stated.here[one.child]
    named_in_plan = {"sensetting": "OTH"} if one.child % 50 == 0 else {"urn": str(place.urn)}
    where = {"placementrank": "1", "senunitindicator": "False", "resourcedprovisionindicator": "False"}
    stated.add("plandetail", named_in_plan | where, above=("namedplan", named))
    if has_ceased:
        return
    active = stated.add("activeplans", _reviews(stated, one), above=("requests", request))
    attended = where | {"urn": str(place.urn), "entrydate": place.entry_date, "res": "N", "wbp": "N"}
    stated.add("placementdetail", attended, above=("activeplans", active))
    for rank, need in enumerate(needs_of(one.child, _PLAN), 1):
        stated.add("senneed", {"sentype": need, "sentyperank": str(rank)}, above=("activeplans", active))


def _reviews(stated: _Return, one: Story) -> dict:
    """The last of a plan's reviews by the day, a year apart, its decision a fortnight later; and a phase transfer's days."""
    met = one.reviewed
    while met and met > stated.day:
        met -= timedelta(days=364)
    met = met if met and met > one.issued else None
    decided = met + timedelta(days=14) if met and met + timedelta(days=14) <= stated.day else None
    due = date(stated.day.year, 2, 15) if int(stated.year.group[one.child]) in _CHANGES_PHASE else None
    is_final = due and due <= stated.day and one.child % _LATE_EVERY
    return {
        "reviewmeeting": met, "reviewoutcome": "M" if decided else None, "lastreview": decided,
        "phasetransferduedate": due, "phasetransferfinaldate": due if is_final else None,
    }  # fmt: skip
