"""What the ids of a school's own system stand for: schools, pupils and register codes. The ids themselves are kept nowhere,
only their keyed hashes."""

import polars as pl

from .columns import ORIGIN, PUPIL, ROW, URN
from .schema import Column, Table

SCHOOL_REF = Column("school_ref", pl.String, "Keyed hash of the school's id in its own system.", nullable=True)
PUPIL_REF = Column(
    "pupil_ref", pl.String, "Keyed hash of the pupil's id in the school's own system: it means a pupil only there.", nullable=True
)  # fmt: skip
UNIQUE_REF = Column(
    "unique_ref", pl.String, "Keyed hash of an id that the supplier gives to one pupil of one school, of all its schools.", nullable=True
)  # fmt: skip
CODE_REF = Column(
    "code_ref", pl.String, "Keyed hash of a register code's id, or of a sub-code, in the school's own system.", nullable=True
)  # fmt: skip

SCHOOL_IDS = Table(
    name="staged.school_ids",
    grain="one row per school's id in a system of its own, as delivered",
    key=ROW,
    columns=(*ORIGIN, URN, Column("school_ref", pl.String, SCHOOL_REF.description)),
)

PUPIL_IDS = Table(
    name="staged.pupil_ids",
    grain="one row per pupil's ids in the system of one school, as delivered; a later row for an id takes its place",
    key=ROW,
    columns=(*ORIGIN, PUPIL, URN, PUPIL_REF, UNIQUE_REF),
)

MARK_CODES = Table(
    name="staged.mark_codes",
    grain="one row per register code in the system of one school, as delivered; a later row for a code takes its place",
    key=ROW,
    columns=(
        *ORIGIN,
        URN,
        Column("code_ref", pl.String, CODE_REF.description),
        Column("code", pl.String, "Register code it stands for (Y5 is kept as Y7)."),
    ),
)
