"""Rows on their way to the gate: a staged table's columns, none of them sure yet, and what only the rules need.

No candidate holds a name, a UPN or a birth date.
"""

from functools import cache

import polars as pl

from .schema import Column, Table
from .staged import STAGED

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
        Column("census_key", pl.String, "COLLECT's id of the return.", nullable=True),
        Column("birth_read", pl.Boolean, "Whether there is a birth date that could be read.", nullable=True),
        Column("entry_before_birth", pl.Boolean, "Whether the entry date precedes it.", nullable=True),
        Column("aged_on", pl.Date, "The day of whose school year the age is.", nullable=True),
    ),
    "census_sessions": _CHILD,
    "sen_needs": _CHILD,
    "fsm_periods": _CHILD,
    "suspensions": (*_UPN, *_CHILD),
    "support_and_reviews": _UPN,
    "register_totals": (),
    "attendance_marks": _UPN,
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
