"""Somebody else's table of absence, read from CSV or Parquet for an appraisal. Nothing of it is kept."""

from pathlib import Path

import polars as pl

from .errors import Refused


def read_table(path: Path) -> pl.DataFrame:
    """The rows of the file, as it has them; `pupil`, `cluster` and groups as text. Raises Refused when it cannot be read."""
    if path.suffix.lower() not in _READERS:
        raise Refused(f"{path} is neither .csv nor .parquet: save the table as one of the two.")
    if not path.is_file():
        raise Refused(f"There is no file {path}: check its name.")
    try:
        table = _READERS[path.suffix.lower()](path)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, ValueError):
        raise Refused(
            f"{path} cannot be read as {path.suffix[1:].upper()}: save it anew, as UTF-8 with one header row."
        ) from None
    if table.is_empty():
        raise Refused(f"{path} has a header and no rows: give one row per pupil and period.")
    return table


def _csv(path: Path) -> pl.DataFrame:
    """Every column as numbers where all of it is numbers; what a pupil, a school or a group is called stays text."""
    text = pl.read_csv(path, infer_schema=False)
    text = text.rename({name: name.strip().removeprefix("\ufeff") for name in text.columns})
    names = [name for name in text.columns if name not in ("pupil", "cluster") and not name.startswith("g_")]
    return text.with_columns(_as_number(text[name]) for name in names)


def _as_number(column: pl.Series) -> pl.Series:
    trimmed = column.str.strip_chars()
    told = trimmed.replace(dict.fromkeys(_UNKNOWN))
    for to in (pl.Int64, pl.Float64):
        number = told.cast(to, strict=False)
        if number.null_count() == told.null_count():
            return number
    as_truth = told.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Int64)
    return as_truth if as_truth.null_count() == told.null_count() else told


_UNKNOWN = ("", "NA", "N/A", "n/a", "na", "null", "NULL", "None", "-")
_TRUTH = {"true": 1, "false": 0, "yes": 1, "no": 0, "y": 1, "n": 0}

_READERS = {".csv": _csv, ".parquet": pl.read_parquet}
