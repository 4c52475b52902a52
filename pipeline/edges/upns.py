"""Many UPNs checked at once, as `vocabulary.identifiers.upn_check` checks one."""

import numpy as np
import polars as pl

from pipeline.vocabulary.identifiers import UPN_LETTERS, UpnCheck

_LENGTH = 13
_WEIGHTS = np.arange(2, _LENGTH + 1)

_VALUES = np.zeros(256, dtype=np.int64)
_VALUES[[ord(str(digit)) for digit in range(10)]] = range(10)
_VALUES[[ord(letter) for letter in UPN_LETTERS]] = range(len(UPN_LETTERS))
_LETTERS = np.array([ord(letter) for letter in UPN_LETTERS], dtype=np.uint8)


def upn_checks(upns: pl.Series) -> pl.DataFrame:
    """One row per UPN, in order: upn, upn_check (`UpnCheck`), is_usable, and authority, the number of that which gave it out, null
    where it is not usable."""
    told = upns.to_frame("upn").with_columns(
        is_missing=(pl.col("upn").is_null() | (pl.col("upn") == "")),
        is_upn=pl.col("upn").str.contains(rf"^[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]$").fill_null(False),
    )
    fits = np.zeros(told.height, dtype=bool)
    well_formed = told["is_upn"].to_numpy()
    fits[well_formed] = _letter_fits(told.filter("is_upn")["upn"])
    is_permanent = pl.col("upn").str.contains(r"[0-9]$")
    check = (
        pl.when("is_missing").then(pl.lit(UpnCheck.MISSING.value))
        .when(~pl.col("is_upn")).then(pl.lit(UpnCheck.MALFORMED.value))
        .when(~pl.col("fits")).then(pl.lit(UpnCheck.WRONG_CHECK_LETTER.value))
        .when(is_permanent).then(pl.lit(UpnCheck.PERMANENT.value))
        .otherwise(pl.lit(UpnCheck.TEMPORARY.value))
    )  # fmt: skip
    authority = pl.when("fits").then(pl.col("upn").str.slice(1, 3)).cast(pl.Int64, strict=False)
    return told.with_columns(pl.Series("fits", fits)).select(
        "upn", upn_check=check, is_usable=pl.col("fits"), authority=authority
    )


def _letter_fits(upns: pl.Series) -> np.ndarray:
    """Of well-formed UPNs, whether the first letter is the one that the other twelve characters give."""
    characters = np.frombuffer("".join(upns).encode("ascii"), dtype=np.uint8).reshape(-1, _LENGTH)
    return characters[:, 0] == _LETTERS[(_VALUES[characters[:, 1:]] @ _WEIGHTS) % len(UPN_LETTERS)]
