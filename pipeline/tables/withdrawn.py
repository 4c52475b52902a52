"""What a full delivery takes back: marks that are missing from it, and those of which that cannot be said."""

import polars as pl

from .columns import ORIGIN, PUPIL, URN
from .schema import Column, Table

_DATE, _HALF_DAY = Column("date", pl.Date, "School day."), Column("half_day", pl.String, "am or pm.")

WITHDRAWN_MARKS = Table(
    name="staged.withdrawn_marks",
    grain="one row per half day of a pupil at a school whose mark was missing from a full delivery, and day we learned that",
    key=("pupil_id", "urn", "date", "half_day", "known_on"),
    columns=(
        Column("extract_id", pl.Int32, "The full delivery, see audit.extracts; of several, the first."),
        Column("known_on", pl.Date, "The day we learned it."),
        PUPIL,
        URN,
        _DATE,
        _HALF_DAY,
    ),
)
"""The marks themselves stay in staged.attendance_marks, and count on days before. A mark learned later stands again."""

MARKS_IN_DOUBT = Table(
    name="waiting.marks_in_doubt",
    grain="one row per row of the latest night's full deliveries that was set aside: what it may be the mark of is not missing",
    key=("extract_id", "row_number"),
    columns=(
        *ORIGIN,
        Column("pupil_id", pl.String, "Pupil, if the row tells.", nullable=True),
        Column("urn", pl.Int32, "School, if the row tells.", nullable=True),
        Column("date", pl.Date, "School day, if the row tells.", nullable=True),
        Column("half_day", pl.String, "am or pm, if the row tells.", nullable=True),
    ),
)
