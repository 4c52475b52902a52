"""Rows on their way to the gate: a staged table's columns, none of them sure yet, and what only the rules need.

No candidate holds a name, a UPN or a birth date.
"""

from functools import cache

import polars as pl

from .schema import Column, Table
from .staged import STAGED
from .staged_plans import PLAN_PARENT
from .staged_systems import CODE_REF, PUPIL_REF, SCHOOL_REF, UNIQUE_REF

_UNREAD = Column("unread", pl.String, "Names of the columns whose content could not be read.", nullable=True)
_LAESTAB = Column("laestab", pl.Int32, "School as delivered, where only its LAESTAB was sent.", nullable=True)

_UPN = (
    Column(
        "upn_check",
        pl.String,
        "What there is to say of the UPN, see vocabulary.identifiers.UpnCheck; null where nothing is.",
        nullable=True,
    ),
    Column("upn_authority_known", pl.Boolean, "Whether the UPN's authority number is a known one.", nullable=True),
)
_CHILD = (
    Column("parent", pl.String, "accepted, not_accepted or header_missing; null in a plain table.", nullable=True),
    Column("parent_key", pl.String, "COLLECT's id of the pupil row.", nullable=True),
    Column("native_id", pl.String, "COLLECT's id of the school.", nullable=True),
)
_RETURN = (
    Column("is_census", pl.Boolean, "Whether it came in a census table.", nullable=True),
    Column("header_found", pl.Boolean, "Whether its census return is known.", nullable=True),
)

_ONLY_FOR_RULES = {
    "schools": (),
    "census_headers": (),
    "census_schools": _RETURN,
    "pupils": (
        *_UPN,
        *_RETURN,
        Column("birth_read", pl.Boolean, "Whether there is a birth date that could be read.", nullable=True),
        Column("entry_before_birth", pl.Boolean, "Whether the entry date precedes it.", nullable=True),
        Column("aged_on", pl.Date, "The day of whose school year the age is.", nullable=True),
        Column("former_upn_check", pl.String, "As upn_check, of a former UPN that cannot be used.", nullable=True),
        Column(
            "is_another_child",
            pl.Boolean,
            "Whether its UPN is another child's, by the names it is known or delivered with.",
            nullable=True,
        ),
    ),
    "plan_returns": (
        Column("describes_day_to_come", pl.Boolean, "Whether its reference date is yet to come.", nullable=True),
    ),
    "plan_people": (
        *_UPN,
        *PLAN_PARENT,
        Column("upn_unknown", pl.String, "Why the authority holds no UPN, as a code.", nullable=True),
    ),
    "plan_requests": PLAN_PARENT,
    "plan_assessments": PLAN_PARENT,
    "plan_spells": (
        *PLAN_PARENT,
        Column("clock_from", pl.Date, "The day its request was received, unless long ago.", nullable=True),
    ),
    "plan_reviews": PLAN_PARENT,
    "plan_placements": PLAN_PARENT,
    "census_sessions": _CHILD,
    "sen_needs": (*_CHILD, *PLAN_PARENT),
    "fsm_periods": _CHILD,
    "suspensions": (*_UPN, *_CHILD),
    "ap_placements": _CHILD,
    "leavers": _UPN,
    "post16_offers": _UPN,
    "care_children": (
        *_UPN,
        Column("no_upn", pl.String, "SSDA903's code for a child without a UPN.", nullable=True),
    ),
    "care_episodes": (
        Column("child_found", pl.Boolean, "Whether its child's header row was accepted.", nullable=True),
    ),
    "support_and_reviews": _UPN,
    "wider_needs": (
        *_UPN,
        Column("added_by_is", pl.String, "not a role, or of justice, where added_by was; else null.", nullable=True),
    ),
    "early_years_profiles": (
        *_UPN,
        Column("assessed_on", pl.Date, "The day of the assessment, where sent.", nullable=True),
        Column("delivered_on", pl.Date, "The day it was delivered, if it then waited for a roll.", nullable=True),
    ),
    "addresses": _CHILD,
    "agencies": (
        Column("is_named", pl.Boolean, "Whether there are a surname and a forename.", nullable=True),
        Column("birth_read", pl.Boolean, "Whether there is a birth date that could be read.", nullable=True),
        Column("birth_in_range", pl.Boolean, "Whether it is one of a child or young person.", nullable=True),
        Column("begins_before_birth", pl.Boolean, "Whether the service's first day precedes it.", nullable=True),
        Column("service_allowed", pl.Boolean, "Whether settings allow the service.", nullable=True),
    ),
    "register_totals": (),
    "school_ids": (),
    "pupil_ids": (*_UPN, SCHOOL_REF),
    "mark_codes": (SCHOOL_REF,),
    "attendance_marks": (
        *_UPN,
        SCHOOL_REF,
        PUPIL_REF,
        UNIQUE_REF,
        CODE_REF,
        Column(
            "transfer_days_unclear",
            pl.Boolean,
            "Whether the string it came in leaves its day in doubt; null where not.",
            nullable=True,
        ),
        Column(
            "transfer_totals_differ",
            pl.Boolean,
            "Whether it is the first mark of a school year whose totals are not its marks'; null where not.",
            nullable=True,
        ),
    ),
}


@cache
def staged_table(feed: str) -> Table:
    return next(table for table in STAGED if table.name == f"staged.{feed}")


@cache
def candidates(feed: str) -> Table:
    """The candidate rows of `feed`: one row per row delivered."""
    kept = staged_table(feed)
    own = [Column(c.name, c.dtype, c.description, c.unit, nullable=True) for c in kept.columns]
    extra = [c for c in (_UNREAD, _LAESTAB, *_ONLY_FOR_RULES[feed]) if c.name not in kept.schema]
    return Table(f"scratch.{feed}", f"one row per row delivered of {feed}", (), (*own, *extra))
