"""What other agencies and the addresses of a census leave in the warehouse: no name, no birth date, no postcode.

Names, birth dates and postcodes go to the identity file, where they are compared; what comes back is which pupil a service
is involved with, and since when.
"""

import polars as pl

from .columns import ORIGIN, PUPIL, ROW, URN
from .schema import Column, Table

_SERVICE = Column("service", pl.String, "Kind of service, see vocabulary.agencies.SERVICES.")
_START = Column("start_date", pl.Date, "First day it was involved.", nullable=True)
_END = Column("end_date", pl.Date, "Last day; null while it lasts, or where it was not said.", nullable=True)

AGENCIES = Table(
    name="staged.agencies",
    grain="one row per row accepted of another agency's extract; of which child it is, is not said here",
    key=ROW,
    columns=(*ORIGIN, _SERVICE, _START, _END),
)

ADDRESSES = Table(
    name="staged.addresses",
    grain="one row per pupil and address in a census; the postcode itself is kept with the names",
    key=ROW,
    columns=(*ORIGIN, PUPIL, URN),
)

AGENCY_INVOLVEMENT = Table(
    name="facts.agency_involvement",
    grain="one row per pupil, service, stretch of its involvement and day on which that was stated",
    key=("pupil_id", "service", "start_date", "end_date", "known_on", "undone_on"),
    columns=(
        PUPIL,
        _SERVICE,
        _START,
        _END,
        Column("known_on", pl.Date, "The day from which it is known, and known to be of this pupil."),
        Column("undone_on", pl.Date, "The day from which it is no longer held to be of this pupil.", nullable=True),
    ),
)
"""Only ever used to say on a list that a service is already involved: no feature, signal, order or model reads it."""
