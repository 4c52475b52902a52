"""Published of signals: how often each is raised, what came of it, and who is needed to look."""

import polars as pl

from pipeline.tables.schema import Column, Table

from .shared import PHASE, URN, pupils

SIGNAL_STATES = ("raised", "not_raised", "cannot_be_judged")
"""Every pupil on a roll has one, for each signal."""

ANSWERS = ("look_into_it", "already_met", "other_cause", "not_needed", "other_answer", "undecided")
"""What was decided last this school year of a pupil who was listed: every one has one."""

FINDINGS = ("need_found", "known", "nothing_found", "no_finding")
"""What looking found: every pupil who was listed has one."""

SIGNAL = Table(
    name="published.signal",
    grain="one row per signal and school, phase or whole home",
    key=("signal", "scope", "phase", "urn"),
    columns=(
        Column("signal", pl.String, "Name in the catalogue."),
        Column("scope", pl.String, "school, phase or home."),
        PHASE,
        URN,
        pupils("raised", "Pupils it is raised for."),
        pupils("not_raised", "Pupils it is not raised for."),
        pupils("cannot_be_judged", "Pupils of whom not enough is known to say, or who are not to be judged."),
    ),
)

SIGNAL_NAMES = Table(
    name="published.signal_names",
    grain="one row per signal of the catalogue",
    key=("signal",),
    columns=(
        Column("signal", pl.String, "Name in the catalogue."),
        Column("asks", pl.String, "The question, in a SENCo's words."),
        Column("line", pl.String, "What raises it, and when it can be judged."),
        Column("role", pl.String, "trigger, supporting or note."),
        Column("kind", pl.String, "Kind of next step, as in published.specialist."),
        Column("source", pl.String, "The rule's authority, and what in it is ours."),
        Column("caution", pl.String, "What it must not be taken to say."),
    ),
)

SIGNAL_OUTCOME = Table(
    name="published.signal_outcome",
    grain="one row per trigger: what came of the pupils who were on a list this school year with it raised",
    key=("signal",),
    columns=(
        Column("signal", pl.String, "Name in the catalogue."),
        pupils("listed", "On a roll now, and on a list this school year for this reason among others."),
        pupils("look_into_it", "Decided: look into it."),
        pupils("already_met", "Decided: already met."),
        pupils("other_cause", "Decided: another cause."),
        pupils("not_needed", "Decided: not needed."),
        pupils("other_answer", "Could not be reached, or snoozed."),
        pupils("undecided", "No decision yet."),
        pupils("need_found", "Found: a need."),
        pupils("known", "Found: a need that was known."),
        pupils("nothing_found", "Found: none."),
        pupils("no_finding", "No finding yet."),
    ),
)

SPECIALIST = Table(
    name="published.specialist",
    grain="one row per kind of next step and area and phase, or whole home: unmet looks, and who there is to look",
    key=("kind", "scope", "area", "phase"),
    columns=(
        Column("kind", pl.String, "Kind of next step of the weightiest reason that asks for anybody outside school; of the weightiest, where none does."),
        Column("scope", pl.String, "area (with a phase) or home."),
        Column("area", pl.String, "Area of the school; null for the whole home.", nullable=True),
        PHASE,
        pupils("unmet", "Worth a look today for this kind of reason first, and not looked at this school year."),
        Column("days_a_term", pl.Float64, "Specialist days a term, as settings say, of an area for all its phases together; null where they say none.", "days", nullable=True),
        Column("unmet_a_day", pl.Float64, "Unmet looks over days.", "pupils a day", nullable=True),
    ),
)  # fmt: skip
