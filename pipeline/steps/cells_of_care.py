"""How cells of the SSDA903 return are read. A postcode is read as its district: no more of it goes any further."""

import polars as pl

from pipeline.vocabulary.care import LEGAL_STATUSES_NOT_KEPT, NOT_KEPT, PLACEMENTS_NOT_KEPT

from .cells import Reader, among


def _but_for(codes: tuple[str, ...]) -> Reader:
    """A code, or that it is one of those not kept. One that is none stays as it came, for the gate to name."""
    return lambda text: text.str.to_uppercase().replace(dict.fromkeys(codes, NOT_KEPT))


as_legal_status = _but_for(LEGAL_STATUSES_NOT_KEPT)
as_placement = _but_for(PLACEMENTS_NOT_KEPT)
as_outside = among({"in": False, "out": True}, pl.Boolean)


def as_postcode_district(text: pl.Expr) -> pl.Expr:
    """`SE4` of `SE4 1AA`, or of `SE4` alone. ZZ stands for no fixed abode, so of that nothing is known."""
    plain = text.str.to_uppercase().str.replace_all(r"\s", "")
    district = plain.str.extract(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)(?:[0-9][A-Z]{2})?$", 1)
    return pl.when(~district.str.starts_with("ZZ")).then(district)


def as_authority(text: pl.Expr) -> pl.Expr:
    """An authority's three digits or its ONS code, or one of the return's words for outside England."""
    return text.str.to_uppercase().str.extract(r"^([EWSN][0-9]{8}|[0-9]{3}|NIR|NUK|SCO|WAL)$", 1)


def as_miles(text: pl.Expr) -> pl.Expr:
    """Whole miles, of any number from nought to 1,000: no placement is further."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_between(0, 1000)).then(number.round()).cast(pl.Int32, strict=False)
