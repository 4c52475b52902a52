"""Columns that most staged tables have."""

import polars as pl

from .schema import Column

ORIGIN = (
    Column("extract_id", pl.Int32, "The delivered file it came from, see audit.extracts."),
    Column(
        "row_number",
        pl.Int64,
        "Row in that file; the header is row 1. In XML, the record's number among those of its layout, from 1; of a register "
        "string, that times 100,000 and the mark's place in it.",
    ),
    Column("known_on", pl.Date, "The day we learned it."),
)
ROW = ("extract_id", "row_number")
"""What makes a row of ORIGIN one of its own."""

RETURN = (
    Column("census_key", pl.String, "COLLECT's id of the census return; null in a plain table.", nullable=True),
    Column("census_term", pl.String, "Term of the census, null in a plain table.", nullable=True),
    Column("census_year", pl.Int32, "Calendar year of the census.", nullable=True),
)
"""Which census return a row came in. One for the same school, term and year, sent later under another key, replaces it."""

PUPIL = Column("pupil_id", pl.String, "Pseudonym of the UPN.")
URN = Column("urn", pl.Int32, "Unique reference number of the school.")
