"""That two records are one child's: what was found, what a person decided, and what follows, each with its day.

A link joins `one` record to `other`, and `one` gives way: a former UPN's pupil_id to today's. Nothing here is ever
removed: a link that no longer stands says since when, so that a past day still sees it as it was known then.
"""

import polars as pl

from .schema import Column, Table

_LINK = Column("link", pl.String, "Short code of the pair, the same whichever of the two is told first.")
_KNOWN_ON = Column("known_on", pl.Date, "The day from which it is known.")

FOUND = Table(
    name="scratch.found_links",
    grain="one row per pair of records a rule found, and stretch of days",
    key=("link", "one", "other", "because", "known_on"),
    columns=(
        _LINK,
        Column("one", pl.String, "The record that gives way: a pupil_id."),
        Column("other", pl.String, "The record it is one with."),
        Column("because", pl.String, "The rule that found it."),
        Column("is_certain", pl.Boolean, "Whether the rule may join them; if not, a person decides."),
        _KNOWN_ON,
        Column("until", pl.Date, "The day from which more was known that speaks against it.", nullable=True),
    ),
)
"""What rules find, made anew from all that is known; never kept, for it can be had again."""

LINK_DECISIONS = Table(
    name="audit.link_decisions",
    grain="one row per decision of a person on a pair of records",
    key=("kind", "link", "turn"),
    columns=(
        Column("kind", pl.String, "Which worklist the pair is of: same_child, or another's."),
        _LINK,
        Column("one", pl.String, "As found."),
        Column("other", pl.String, "As found."),
        Column("decision", pl.String, "confirmed, rejected or undone."),
        Column("known_on", pl.Date, "The day from which the decision holds."),
        Column("turn", pl.Int32, "1 for the first decision on this pair, 2 for the next."),
        Column("said_by", pl.String, "The account of the machine that gave the command."),
    ),
)

LINKS = Table(
    name="scratch.links",
    grain="one row per link and stretch of days on which it stands",
    key=("link", "known_on"),
    columns=(
        _LINK,
        Column("one", pl.String, "The record that gives way."),
        Column("other", pl.String, "The record it is one with."),
        Column("because", pl.String, "The rule that found it, or confirmed_by_person."),
        _KNOWN_ON,
        Column("undone_on", pl.Date, "The day from which it no longer stands; null while it does.", nullable=True),
    ),
)

SAME_CHILD = Table(
    name="facts.same_child",
    grain="one row per pair of pupil_ids that are one child's, and stretch of days on which that stands",
    key=("link", "known_on"),
    columns=(
        _LINK,
        Column("pupil_id", pl.String, "The pupil_id that gives way: of the former or temporary UPN."),
        Column("same_as", pl.String, "The pupil_id it is one child with."),
        *LINKS.columns[3:],
    ),
)
"""Where it came from: the rows of `staged.pupils` with that `former_pupil_id`, or who decided it in `audit.link_decisions`."""

KNOWN_AS = Table(
    name="facts.known_as",
    grain="one row per pupil_id that was ever linked to another, and stretch of days",
    key=("pupil_id", "known_from"),
    columns=(
        Column("pupil_id", pl.String, "Pseudonym of the UPN as delivered."),
        Column("known_as", pl.String, "The pupil_id the child is known by in that time."),
        Column("known_from", pl.Date, "The first day."),
        Column("known_until", pl.Date, "The day from which that changed; null while it holds.", nullable=True),
    ),
)
"""What `facts.same_child` comes to: of all pupil_ids linked on a day, one stands for the child. Before its first day, and
where it has no row, a pupil_id stands for itself."""
