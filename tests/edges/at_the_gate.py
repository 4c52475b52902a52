"""What a test of the gate needs: rows that keep every promise, and a picture of how some of them do not."""

from collections import Counter
from contextlib import closing
from datetime import date

import duckdb
import polars as pl

from pipeline.edges.gate import Verdict, check
from pipeline.tables.candidates import candidates
from pipeline.tables.facts import ENROLMENTS
from tests.drawn import drawn

SCHOOL, OTHER_SCHOOL, UNHEARD_OF = 100001, 100002, 999999
AMIRA, BEN = "amiraaaaaaaa", "bennnnnnnnnn"
TODAY = {"known_on": date(2025, 12, 1), "first_day": date(2024, 8, 1), "last_day": date(2026, 7, 31)}

_ORIGIN = {"extract_id": 1, "known_on": TODAY["known_on"]}
_PUPIL = {"pupil_id": AMIRA, "urn": SCHOOL, "upn_check": "permanent", "upn_authority_known": True}
_CHILD = {"pupil_id": AMIRA, "urn": SCHOOL, "parent": "accepted", "parent_key": "p1", "native_id": "n1"}
_BELOW = {
    "above_table": "plan_people", "above_key": "x1", "authority_id": "209", "above": "accepted", "return_key": "r1",
    "stated_on": date(2025, 1, 16), "returned_on": date(2025, 3, 3), "pupil_id": AMIRA,
}  # fmt: skip
_BELOW_REQUEST = _BELOW | {"request_key": "q1"}
_CLOCK = {"clock_from": date(2024, 3, 4)}

USUAL = {
    "schools": {"urn": SCHOOL, "laestab": 2091001, "name": "Made-up School", "phase": "Primary", "authority": 209},
    "census_headers": {
        "census_key": "c1", "native_id": "n1", "urn": SCHOOL, "laestab": 2091001, "census_term": "spring",
        "census_year": 2025, "reference_date": date(2025, 1, 16),
    },
    "census_schools": {
        "census_key": "c1", "native_id": "n1", "urn": SCHOOL, "phase": "Primary", "is_census": True,
        "header_found": True,
    },
    "pupils": _PUPIL | {
        "stated_on": date(2025, 12, 1), "enrol_status": "C", "nc_year": "8", "entry_date": date(2024, 9, 2),
        "sen_provision": "N", "age_at_31_august": 12, "is_census": False, "header_found": False, "birth_read": True,
        "entry_before_birth": False,
    },
    "plan_returns": {"plan_key": "r1", "authority_id": "209", "stated_on": date(2025, 1, 16), "describes_day_to_come": False},
    "plan_people": _BELOW | {"plan_key": "p1", "upn_check": "permanent", "upn_authority_known": True},
    "plan_requests": _BELOW | {
        "plan_key": "q1", "received_on": date(2024, 3, 4), "clock_from": date(2024, 3, 4), "request_outcome": "Y",
        "decided_on": date(2024, 4, 15), "moved_away": False,
    },
    "plan_assessments": _BELOW_REQUEST | _CLOCK | {
        "plan_key": "a1", "assessment_outcome": "Y", "assessed_on": date(2024, 7, 22), "has_exception": False,
    },
    "plan_spells": _BELOW_REQUEST | _CLOCK | {"plan_key": "n1", "start_date": date(2024, 7, 22)},
    "plan_reviews": _BELOW_REQUEST | {"plan_key": "v1", "review_decision": date(2024, 12, 2)},
    "plan_placements": _BELOW_REQUEST | {"place": "named", "rank": 1, "urn": SCHOOL},
    "census_sessions": _CHILD | {
        "school_year": 2024, "term": "autumn", "part": 1, "sessions_possible": 140, "code": "I", "sessions": 12,
    },
    "sen_needs": _CHILD | {"rank": 1, "sen_type": "SEMH"},
    "fsm_periods": _CHILD | {"start_date": date(2024, 9, 2), "end_date": date(2025, 7, 18), "country": "ENG"},
    "suspensions": _PUPIL | {"start_date": date(2025, 10, 6), "sessions": 4, "category": "SUSP", "reason1": "DB"},
    "ap_placements": _CHILD | {
        "setting_urn": 149999, "setting_ukprn": 10000001, "setting_type": "OTH", "reason": "MHN",
        "entry_date": date(2025, 9, 8), "leaving_date": date(2025, 10, 24), "attendance_pattern": "PT",
        "sessions_per_week": 4, "sen_provision_entry": "K", "sen_provision_leaving": "E",
    },
    "leavers": _PUPIL | {"leaving_date": date(2025, 10, 10), "ground": "f", "destination": "home_education"},
    "post16_offers": _PUPIL | {"offer_date": date(2025, 11, 14), "provider": "named"},
    "care_children": {
        "pupil_id": AMIRA, "upn_check": "permanent", "upn_authority_known": True, "child_key": "childchild12",
    },
    "care_episodes": {
        "child_key": "childchild12", "child_found": True, "start_date": date(2025, 3, 3), "legal_status": "C2",
        "placement": "U4",
    },
    "support_and_reviews": _PUPIL | {"kind": "ehc_plan", "start_date": date(2025, 3, 3)},
    "wider_needs": _PUPIL | {"need": "young_carer", "added_by": "senco", "added_on": date(2025, 9, 10)},
    "early_years_profiles": _PUPIL | {"year": 2018, "good_level": True},
    "addresses": _CHILD,
    "agencies": {
        "service": "early_help", "start_date": date(2025, 3, 3), "is_named": True, "birth_read": True,
        "birth_in_range": True, "begins_before_birth": False, "service_allowed": True,
    },
    "register_totals": {
        "urn": SCHOOL, "from_date": date(2025, 9, 1), "to_date": date(2025, 11, 28), "possible_sessions": 2000,
        "absence_sessions": 140,
    },
    "school_ids": {"urn": SCHOOL, "school_ref": "schoolschool"},
    "pupil_ids": _PUPIL | {"pupil_ref": "idinasystem1"},
    "mark_codes": {"urn": SCHOOL, "code_ref": "codeincodes1", "code": "I"},
    "attendance_marks": _PUPIL | {"date": date(2025, 9, 8), "half_day": "am", "code": "/", "laestab": 2091001},
}  # fmt: skip
"""A row of each feed that keeps every promise of it."""


def rows(feed: str, picture: str, **more) -> pl.DataFrame:
    """Candidate rows: usual but for what is drawn, numbered from 2 as a spreadsheet shows them."""
    usual = dict.fromkeys(candidates(feed).names) | _ORIGIN | USUAL[feed] | more
    schema = candidates(feed).schema
    different = drawn(picture, schema | {"breaks": pl.String})
    others = [pl.lit(value, schema[name]).alias(name) for name, value in usual.items() if name not in different.columns]
    numbered = different.with_columns(others)
    if "row_number" not in different.columns:
        numbered = numbered.with_columns(row_number=pl.int_range(2, different.height + 2, dtype=pl.Int64))
    return numbered


def many(feed: str, count: int, **more) -> pl.DataFrame:
    """`count` usual candidate rows of one file, each alike but for `more`, whose values may be expressions of `row`."""
    usual = dict.fromkeys(candidates(feed).names) | _ORIGIN | USUAL[feed] | more
    frame = pl.DataFrame({"row": pl.int_range(count, eager=True)})
    columns = {name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in usual.items()}
    return frame.select(
        value.cast(candidates(feed).schema[name]).alias(name)
        for name, value in (columns | {"row_number": pl.col("row") + 2}).items()
    )


ROLL = [(AMIRA, SCHOOL, 12, 2025), (BEN, SCHOOL, 12, 2025)]
FIRST_ENTRY = date(2024, 9, 2)


def stood(con: duckdb.DuckDBPyConnection, batch: pl.DataFrame, roll=ROLL, spells=ENROLMENTS.empty, links=()) -> None:
    """What the gate's caller makes: two schools known, Amira and Ben on the roll of the first."""
    schema = {"pupil_id": pl.String, "urn": pl.Int32, "age_at_31_august": pl.Int32, "stated_school_year": pl.Int32}
    tables = {
        "batch": batch.select(pl.exclude("breaks", "^row$")),
        "batch_files": batch.select("extract_id").unique(),
        "known_schools": pl.DataFrame({"urn": [SCHOOL, OTHER_SCHOOL]}, schema={"urn": pl.Int32}),
        "known_roll": pl.DataFrame(roll, schema=schema, orient="row").with_columns(first_entry_date=FIRST_ENTRY),
        "known_spells": spells,
        "known_links": pl.DataFrame(links, schema={"pupil_id": pl.String, "known_as": pl.String}, orient="row"),
        "today": pl.DataFrame([TODAY]),
    }
    for name, frame in tables.items():
        con.register("_frame", frame)
        con.execute(f"CREATE TABLE {name} AS FROM _frame")
        con.unregister("_frame")


def verdict_on(feed: str, batch: pl.DataFrame, *, skip: frozenset[str] = frozenset(), **known) -> Verdict:
    """The verdict on a batch, where `known` is what `stood` is told."""
    with closing(duckdb.connect()) as con:
        stood(con, batch, **known)
        return check(con, feed, skip=skip)


def judge(feed: str, picture: str, *, roll=ROLL, spells=ENROLMENTS.empty, links=(), **more) -> Verdict:
    """The verdict on a picture whose column `breaks` names the rules each row breaks, which is asserted."""
    batch = rows(feed, picture, **more)
    verdict = verdict_on(feed, batch, roll=roll, spells=spells, links=links)
    expected = [
        (number, rule) for number, said in batch.select("row_number", "breaks").rows() for rule in (said or "").split()
    ]
    noted = dict(verdict.notes.select("rule", "rows").rows())
    set_aside = sorted(verdict.set_aside.select("row_number", "rule").rows())
    assert set_aside == sorted((number, rule) for number, rule in expected if rule not in noted)
    assert noted == Counter(rule for _, rule in expected if rule in noted)
    return verdict
