"""Children looked after, as delivered and accepted: who they are, and their episodes of care.

No postcode is in either table, nor why a child came into care. For the audit of groups, and for children lost between
services: nothing of it is a signal, a point or a model's input.
"""

import polars as pl

from .columns import ORIGIN, PUPIL, ROW
from .schema import Column, Table

_CHILD_KEY = Column("child_key", pl.String, "Keyed hash of the council's own number of the child (CHILD).")

CARE_CHILDREN = Table(
    name="staged.care_children",
    grain="one row per child looked after and delivery: the one place that says which pupil an episode is of",
    key=ROW,
    columns=(*ORIGIN, _CHILD_KEY, PUPIL),
)

_EPISODE = (
    Column("start_date", pl.Date, "First day of the episode (DECOM)."),
    Column("legal_status", pl.String, "SSDA903 code; `not kept` where it tells of police or youth justice.", nullable=True),
    Column("placement", pl.String, "SSDA903 code of the placement; `not kept` where it is secure.", nullable=True),
    Column(
        "placed_out_of_area", pl.Boolean,
        "Whether the placement is in another authority's area: as PL_LOCATION says, or else by PL_LA, or else by the "
        "home's own postcode districts where settings name them. Null where none of them tells.", nullable=True,
    ),
    Column(
        "in_another_postcode_area", pl.Boolean,
        "Whether home and placement have different postcode areas (the letters a postcode begins with). Authorities and "
        "postcode areas cross: this neither proves nor rules out a placement out of area. Null where either is not known.",
        nullable=True,
    ),
    Column("miles_from_home", pl.Int32, "Distance of the placement, where sent (PL_DISTANCE).", "miles", True),
)  # fmt: skip

CARE_EPISODES = Table(
    name="staged.care_episodes",
    grain="one row per episode of care and delivery; one that ended or was corrected is a further row, known later",
    key=ROW,
    columns=(
        *ORIGIN,
        _CHILD_KEY,
        *_EPISODE,
        Column("end_date", pl.Date, "The day it ended (DEC); null while it lasts.", nullable=True),
    ),
)

IN_CARE = Table(
    name="facts.in_care",
    grain="one row per pupil in care on a day, with the episode under way",
    key=("pupil_id",),
    columns=(PUPIL, *_EPISODE),
)
"""Worked out for a day and kept nowhere."""
