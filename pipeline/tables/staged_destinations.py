"""Where pupils go, as delivered and accepted: leavers, offers after Year 11, alternative provision that schools arrange."""

import polars as pl

from .columns import ORIGIN, PUPIL, RETURN, ROW, URN
from .schema import Column, Table

LEAVERS = Table(
    name="staged.leavers",
    grain="one row per pupil taken off a roll and deletion return",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("leaving_date", pl.Date, "Last day on this school's roll."),
        Column(
            "ground", pl.String,
            "Letter of the ground in regulation 9(1) of the 2024 Regulations; `not kept` for detention; null where none, "
            "or no such letter, was sent.", nullable=True,
        ),
        Column(
            "destination", pl.String, "school, home_education, eotas, abroad or unknown; null where not said.",
            nullable=True,
        ),
    ),
)  # fmt: skip

POST16_OFFERS = Table(
    name="staged.post16_offers",
    grain="one row per offer of a place after Year 11 and delivery",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        Column("urn", pl.Int32, "The pupil's school, where sent.", nullable=True),
        Column("offer_date", pl.Date, "The day of the offer."),
        Column(
            "provider", pl.String,
            "URN or UKPRN of whoever offers, where sent; `named` where it was told in other words, which are not kept "
            "(they might be a person's).", nullable=True,
        ),
    ),
)  # fmt: skip

AP_PLACEMENTS = Table(
    name="staged.ap_placements",
    grain="one row per placement in alternative provision that a school arranged, and census it came in",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        Column("urn", pl.Int32, "School on whose roll the pupil is."),
        Column("setting_urn", pl.Int32, "URN of the setting, where it has one.", nullable=True),
        Column("setting_ukprn", pl.Int32, "UKPRN of the setting, where it has one.", nullable=True),
        Column("setting_type", pl.String, "NFE, OOT, OTH or WBP, of a setting without either.", nullable=True),
        Column("reason", pl.String, "BHS, SUS, EXR, MHN, PHN or OTH.", nullable=True),
        Column("entry_date", pl.Date, "First day of the placement."),
        Column("leaving_date", pl.Date, "Last day; null while it lasts.", nullable=True),
        Column("attendance_pattern", pl.String, "FT full time or PT part time.", nullable=True),
        Column("sessions_per_week", pl.Int32, "Sessions a week at the setting.", "sessions", True),
        Column("sen_provision_entry", pl.String, "N, K or E on the first day.", nullable=True),
        Column("sen_provision_leaving", pl.String, "N, K or E on the last day.", nullable=True),
        *RETURN,
    ),
)
