"""School census returns as COLLECT exports them: one CSV a table, attendance one term in arrears.

Every count is of the very marks in the register: a census and the register of the term it carries agree exactly.
Sixth formers' sessions are not collected.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.vocabulary.school_year import SchoolYear, term_carried

from .calendar import Calendar, census_day
from .children import Children
from .destinations import ap_placements, young_carers
from .england import AP
from .extracts import CODES, IS_POSSIBLE, status_on, year_groups
from .register import Register
from .schools import AUTHORITY, School
from .writing import COLLECT_DATE, Extracts, Keys

PHASE_CODES = ("PS", "SS", "SP", "PR")

SEN_TYPES = {
    1: {"SLCN": 0.257, "SEMH": 0.21, "MLD": 0.16, "SPLD": 0.15, "ASD": 0.09, "OTH": 0.05, "PD": 0.02, "HI": 0.015,
        "VI": 0.01, "NSA": 0.038},
    2: {"ASD": 0.336, "SLCN": 0.21, "SEMH": 0.16, "SLD": 0.10, "MLD": 0.08, "PD": 0.04, "PMLD": 0.03, "SPLD": 0.02,
        "HI": 0.01, "VI": 0.01, "DS": 0.004},
}  # fmt: skip
"""Primary need by SEN provision, rounded."""

_IDENTITY = "dob surname forename middlenames preferredsurname formersurname upn formerupn uniquelearnernumber sex"

ON_ROLL = (
    f"pupilonrolltableid NativeId {_IDENTITY} entrydate pupilonrollorderseqcolumn sourceid schoolcensustableid "
    "hoursatsetting schoollunchtaken parttime topupfunding termlysessionspossible senunitindicator "
    "resourcedprovisionindicator moveoffrollflag fundedhours missingaddress duplicatenotfunded extendedhours "
    "eligibilitycode dafindicator yssa servicechild language classtype enrolstatus boarder plaa senprovision "
    "ncyearactual eyppr eyppbf"
).split()

OFF_ROLL = (
    f"pupilnolongeronrolltableid NativeId {_IDENTITY} entrydate leavingdate pupilnolongeronrollorderseqcolumn sourceid "
    "schoolcensustableid parttime termlysessionspossible moveonrollflag boarder language"
).split()

HEADER = (
    "schoolcensustableid NativeId schoolcensusorderseqcolumn sourceid name collection term year referencedate serialno "
    "sourcelevel estab softwarecode datetime release xversion lea urn"
).split()

SCHOOL = (
    "schooltableid NativeId schoolorderseqcolumn sourceid schoolcensustableid schoolname email phoneno intake phase "
    "type highestncyeargroup governance lowestncyeargroup"
).split()

ALSO = {
    "autumn": (["summerhalfterm2sessionspossible"], ["summerhalfterm2sessionspossible", "ncyearleaving"]),
    "spring": (["ethnicity", "youngcarer", "unitcontacttime"], ["ethnicity"]),
    "summer": ([], []),
}
"""Columns that only one term's tables of pupils on, and no longer on, roll have."""


@dataclass(frozen=True)
class Census:
    """One return of one school. `spells` are those of the year it is taken in; `carried` the register it counts.

    `group` is each child's year group in the year it is taken in.
    """

    school: School
    year: SchoolYear
    term: str
    calendar: Calendar
    spells: pl.DataFrame
    spells_carried: pl.DataFrame
    carried: Register
    suspensions: pl.DataFrame
    children: Children
    group: np.ndarray

    @property
    def day(self) -> date:
        return census_day(self.year, self.term)

    @property
    def prefix(self) -> str:
        return f"{self.day.year}_{self.term}"

    @property
    def carries(self) -> tuple[SchoolYear, str]:
        return term_carried(self.term, self.day.year)

    def parts(self) -> list[tuple[str, str, np.ndarray]]:
        """Table stem, column of possible sessions and days, for each part of the term carried."""
        calendar, term = self.carried.calendar, self.carries[1]
        first, second = (calendar.part_of(term, half) for half in (0, 1))
        if term != "summer":
            return [("termlysessiondetails", "termlysessionspossible", first | second)]
        return [
            ("termlysessiondetails", "termlysessionspossible", first),
            ("summerhalfterm2sessiondetails", "summerhalfterm2sessionspossible", second),
        ]


def write_census(census: Census, extracts: Extracts, keys: Keys) -> None:
    """Add one school's return to the files of its census."""
    header = _header(census, keys)
    key = header["schoolcensustableid"][0]
    _add(extracts, census, "schoolcensus", header)
    _add(extracts, census, "school", _school(census, key, keys))
    rolls = {"onroll": (_on_roll(census), "pupilonroll"), "offroll": (_off_roll(census), "pupilnolongeronroll")}
    for suffix, (people, table) in rolls.items():
        people = people.with_columns(parent=pl.Series(keys.taken(people.height), dtype=pl.String))
        counted = _counted(census, people)
        _add(extracts, census, table, _pupils(census, table, people, counted, key))
        for stem, _, days in census.parts():
            _add(
                extracts,
                census,
                f"{stem}{suffix}",
                _session_details(census, f"{stem}{suffix}", table, people, days, keys),
            )
        suspended, ap = f"termlyexclusions{suffix}", f"schoolarrangedapdetail{suffix}"
        _add(extracts, census, suspended, _exclusions(census, suspended, table, people, keys))
        placed = ap_placements(census.school, people, census.group, census.children.sen, census.calendar, census.day)
        rows = _children_of(census, ap, table, people, *placed, keys)
        extracts.add_any(f"{census.prefix}_{ap}", rows, dates=COLLECT_DATE)
        if suffix == "onroll" or census.term == "autumn":
            homes = f"addresses{suffix}" if census.term == "autumn" else "addresses"
            _add(extracts, census, homes, _addresses(census, homes, table, people, keys))
        if suffix == "onroll":
            _add_about_pupils(census, people, extracts, keys)


def _add(extracts: Extracts, census: Census, table: str, rows: pl.DataFrame) -> None:
    extracts.add(f"{census.prefix}_{table}", rows, dates=COLLECT_DATE)


def _add_about_pupils(census: Census, people: pl.DataFrame, extracts: Extracts, keys: Keys) -> None:
    fsm = "fsmperiodsonroll" if census.term == "autumn" else "fsmperiod"
    _add(extracts, census, fsm, _fsm_periods(census, fsm, people, keys))
    if census.term == "spring":
        _add(extracts, census, "senneeds", _sen_needs(census, people, keys))
    if census.school.phase == AP:
        untold = dict.fromkeys(("prevurn", "apreason"), pl.Series([None] * people.height, dtype=pl.String))
        table = "approvisiondetailonroll"  # comes along, and nobody needs it
        rows = _children_of(census, table, "pupilonroll", people, np.arange(people.height), untold, keys)
        _add(extracts, census, table, rows)


def _header(census: Census, keys: Keys) -> pl.DataFrame:
    (key,) = keys.taken(1, digits=8)
    known = {
        "schoolcensustableid": key, "NativeId": census.school.native_id, "schoolcensusorderseqcolumn": "1",
        "sourceid": key, "name": "School Census", "collection": "SC", "term": census.term[:3].upper(),
        "year": str(census.day.year), "referencedate": census.day, "serialno": "1", "sourcelevel": "S",
        "estab": str(census.school.establishment), "softwarecode": "MADEUP",
        "datetime": census.day + timedelta(days=7), "lea": str(AUTHORITY), "urn": str(census.school.urn),
    }  # fmt: skip
    return _with_headers(pl.DataFrame({name: [value] for name, value in known.items()}), HEADER)


def _school(census: Census, key: str, keys: Keys) -> pl.DataFrame:
    school = census.school
    known = {
        "schooltableid": keys.taken(1, digits=8)[0], "NativeId": school.native_id, "schoolorderseqcolumn": "1",
        "sourceid": key, "schoolcensustableid": key, "schoolname": school.name,
        "email": f"office@{school.native_id.lower()}.example", "intake": ("COMP", "COMP", "SPEC", "COMP")[school.phase],
        "phase": PHASE_CODES[school.phase], "type": ("01", "28", "12", "14")[school.phase],
        "highestncyeargroup": str(school.years[-1]), "governance": ("CO", "CA", "CO", "CO")[school.phase],
        "lowestncyeargroup": str(school.years[0] or "R"),
    }  # fmt: skip
    return _with_headers(pl.DataFrame({name: [value] for name, value in known.items()}), SCHOOL)


def _on_roll(census: Census) -> pl.DataFrame:
    """Spells under way on census day."""
    index = census.calendar.index(census.day)
    here = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= census.day)
    return census.spells.filter((pl.col("first_day") <= index) & here).with_columns(status=status_on(index))


def _off_roll(census: Census) -> pl.DataFrame:
    """Spells that had sessions in the term carried, or ended since, and are over."""
    (_, term), calendar = census.carries, census.carried.calendar
    first = int(np.flatnonzero(calendar.part_of(term, 0))[0])
    left = pl.col("leaving_date") < census.day
    if census.term != "autumn":
        return census.spells.filter(left & (pl.col("last_day") >= first))
    last_year = census.spells_carried.filter(left & (pl.col("last_day") >= first))
    this_year = census.spells.filter(left)
    return pl.concat([last_year.join(this_year, on="child", how="anti"), this_year]).sort("child")


def _counted(census: Census, people: pl.DataFrame) -> pl.Series:
    """Whether a pupil's sessions are collected: up to Year 11 in the term carried."""
    back = 1 if census.term == "autumn" else 0
    return pl.Series(census.group[people["child"].to_numpy()] - back <= 11)


def _pupils(census: Census, table: str, people: pl.DataFrame, counted: pl.Series, key: str) -> pl.DataFrame:
    children, child = census.children, people["child"].to_numpy()
    known = {
        f"{table}tableid": people["parent"], "dob": pl.Series(children.birth[child]).cast(pl.Date),
        "surname": pl.Series(children.surname[child]), "forename": pl.Series(children.forename[child]),
        "upn": pl.Series(children.upn[child]), "sex": pl.Series(np.where(children.is_boy[child], "M", "F")),
        "entrydate": people["entry_date"], "leavingdate": people["leaving_date"], "enrolstatus": people["status"],
        "senprovision": pl.Series(np.array(list("NKE"))[children.sen[child]]),
        "ncyearactual": pl.Series(year_groups(census.group[child])),
        "ncyearleaving": pl.Series(year_groups(np.maximum(census.group[child] - _summer_leaver(census, people), 0))),
        "ethnicity": pl.Series(children.ethnicity[child]), "language": pl.Series(children.language[child]),
        "youngcarer": pl.Series(young_carers(child)),
        f"{table}orderseqcolumn": pl.int_range(1, people.height + 1, eager=True),
        "sourceid": people["parent"].str.slice(0, 8),
    }  # fmt: skip
    for _, column, days in census.parts():
        possible = pl.Series(IS_POSSIBLE[_codes(census, people)[:, days]].sum(axis=(1, 2)))
        known[column] = pl.select(pl.when(counted & (possible > 0)).then(possible)).to_series()
    constants = {
        "NativeId": census.school.native_id, "schoolcensustableid": key, "parttime": "0", "boarder": "N",
        "classtype": "O", "plaa": "N", "servicechild": "N", "topupfunding": "0",
    }  # fmt: skip
    wanted = (ON_ROLL if table == "pupilonroll" else OFF_ROLL) + ALSO[census.term][table != "pupilonroll"]
    frame = pl.DataFrame(known).with_columns(pl.lit(value).alias(name) for name, value in constants.items())
    return _with_headers(frame, wanted)


def _summer_leaver(census: Census, people: pl.DataFrame) -> np.ndarray:
    """1 for a pupil who left before this school year began, whose year group has gone up by one since."""
    return (people["leaving_date"] < census.year.first_day).fill_null(False).to_numpy().astype(int)


def _codes(census: Census, people: pl.DataFrame) -> np.ndarray:
    """The carried register's marks of each of `people`, all none for who was not in it."""
    codes, held = census.carried.codes, census.carried.roll.child
    row = np.searchsorted(held, people["child"].to_numpy())
    row = np.where(row < len(held), row, 0)
    found = held[row] == people["child"].to_numpy() if len(held) else np.zeros(people.height, bool)
    return codes[row] * found[:, None, None].astype(np.uint8)


def _session_details(census: Census, table: str, parent: str, people, days: np.ndarray, keys: Keys) -> pl.DataFrame:
    """One row per pupil and code with a session in `days`."""
    codes = _codes(census, people)[:, days].reshape(people.height, 2 * int(days.sum()))
    packed = (np.arange(people.height)[:, None] * 64 + codes).reshape(-1)
    counts = np.bincount(packed, minlength=people.height * 64).reshape(people.height, 64)
    counts[:, 0] = 0
    counts[~_counted(census, people).to_numpy()] = 0
    person, code = np.nonzero(counts)
    rows = {"sessions": pl.Series(counts[person, code]), "attendancereason": pl.Series(CODES[code])}
    return _children_of(census, table, parent, people, person, rows, keys)


def _exclusions(census: Census, table: str, parent: str, people: pl.DataFrame, keys: Keys) -> pl.DataFrame:
    """One row per suspension that began in either of the two terms before the census."""
    since = {"autumn": date(census.year.starts, 1, 1), "spring": date(census.year.starts, 4, 1)}
    first = since.get(census.term, date(census.year.starts, 8, 1))
    until = {"autumn": census.year.first_day, "spring": date(census.year.starts + 1, 1, 1)}.get(
        census.term, census.carried.calendar.days[int(np.flatnonzero(census.carried.calendar.half_terms == 4)[0])]
    )
    recent = census.suspensions.filter((pl.col("start_date") >= first) & (pl.col("start_date") < until))
    numbered = people.with_row_index("person").select("person", "child")
    rows = recent.join(numbered, on="child", how="inner", maintain_order="left").sort("person", "start_date")
    sen = np.array(list("NKE"))[census.children.sen[rows["child"].to_numpy()]]
    nothing = pl.Series([None] * rows.height, dtype=pl.String)
    columns = {
        "startdate": rows["start_date"], "sessions": rows["sessions"], "reason1": rows["reason1"],
        "reason2": nothing, "reason3": nothing,
        "category": rows["category"], "senprovision": pl.Series(sen),
    }  # fmt: skip
    return _children_of(census, table, parent, people, rows["person"].to_numpy(), columns, keys)


def _fsm_periods(census: Census, table: str, people: pl.DataFrame, keys: Keys) -> pl.DataFrame:
    """One row per pupil eligible for free school meals: since some day, and still."""
    child = people["child"].to_numpy()
    person = np.flatnonzero(census.children.fsm[child])
    born = census.children.birth[child[person]]
    since = np.minimum(born + 4 * 365 + child[person] * 37 % 1500, np.datetime64(census.calendar.days[0]))
    rows = {
        "fsmstartdate": pl.Series(since).cast(pl.Date),
        "fsmenddate": pl.Series([None] * len(person), dtype=pl.Date),
        "ukcountry": pl.Series(["ENG"] * len(person), dtype=pl.String),
    }
    return _children_of(census, table, "pupilonroll", people, person, rows, keys)


def _sen_needs(census: Census, people: pl.DataFrame, keys: Keys) -> pl.DataFrame:
    """One row per pupil with SEN and type of need: the primary need, and for one in four a second."""
    child = people["child"].to_numpy()
    sen = census.children.sen[child]
    needs = [
        (person, rank, need)
        for person in np.flatnonzero(sen)
        for rank, need in enumerate(needs_of(int(child[person]), int(sen[person])), 1)
    ]
    table = pl.DataFrame(
        needs, schema={"person": pl.Int64, "sentyperank": pl.Int64, "sentype": pl.String}, orient="row"
    )
    rows = {"sentyperank": table["sentyperank"], "sentype": table["sentype"]}
    return _children_of(census, "senneeds", "pupilonroll", people, table["person"].to_numpy(), rows, keys)


def needs_of(child: int, sen: int) -> list[str]:
    """A child's types of need, by SEN provision (1 support, 2 a plan): the same whenever they are told."""
    kinds, shares = list(SEN_TYPES[sen]), np.cumsum(list(SEN_TYPES[sen].values()))
    draw = child * 2654435761 % 2**32 / 2**32
    first = min(int(np.searchsorted(shares, draw * shares[-1])), len(kinds) - 1)
    return [kinds[first], kinds[(first + 1) % len(kinds)]][: 2 if child % 4 == 0 else 1]


def _addresses(census: Census, table: str, parent: str, people, keys: Keys) -> pl.DataFrame:
    """One row per pupil row: where the child lives. Lines of an address nobody reads are not made up."""
    rows = {"postcode": pl.Series(census.children.postcode[people["child"].to_numpy()])}
    return _children_of(census, table, parent, people, np.arange(people.height), rows, keys)


def _children_of(
    census: Census, table: str, parent: str, people, person: np.ndarray, rows: dict, keys: Keys
) -> pl.DataFrame:
    """Rows that hang on the pupil rows numbered `person`, with COLLECT's own columns first."""
    parents = people["parent"].gather(person)
    order = np.arange(len(person)) - np.searchsorted(person, person) + 1
    return pl.DataFrame(
        {
            f"{parent}tableid": parents,
            "NativeId": pl.Series([census.school.native_id] * len(person), dtype=pl.String),
            f"{table}tableid": pl.Series(keys.taken(len(person), digits=8), dtype=pl.String),
            f"{table}orderseqcolumn": order,
            "sourceid": parents.str.slice(0, 8),
            **rows,
        }
    )


def _with_headers(frame: pl.DataFrame, wanted: list[str]) -> pl.DataFrame:
    """`frame` with exactly the columns `wanted`, in that order; what it lacks is empty."""
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in wanted
    )
