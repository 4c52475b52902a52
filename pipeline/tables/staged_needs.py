"""Wider needs that staff added, and early years profiles, as delivered and accepted.

Of either nothing is ever a model's input, and of a profile no more is kept than whether it is of a good level.
"""

import polars as pl

from .columns import ORIGIN, PUPIL, ROW, URN
from .schema import Column, Table

WIDER_NEEDS = Table(
    name="staged.wider_needs",
    grain="one row per need beyond the official routes that staff added of a pupil, and delivery; one that ended is a further "
    "row, known later",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("need", pl.String, "What need it is, see vocabulary.needs.NEEDS."),
        Column("added_by", pl.String, "The role of whoever added it, see vocabulary.needs.ROLES; never a name."),
        Column("added_on", pl.Date, "The day it was added."),
        Column("ended", pl.Date, "Day it ended; null while it lasts.", nullable=True),
    ),
)

EARLY_YEARS_PROFILES = Table(
    name="staged.early_years_profiles",
    grain="one row per pupil, year assessed and delivery",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        Column("urn", pl.Int32, "The school that assessed or tells it, where sent.", nullable=True),
        Column("year", pl.Int32, "Calendar year of the summer in which the child was assessed."),
        Column("good_level", pl.Boolean, "Whether the profile is of a good level of development."),
    ),
)
