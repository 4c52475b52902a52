"""What a school's own system calls a school, a pupil or a register code, put into our words: by the tables of ids that were
taken in. What none of them knows stays as it is, for the gate to set aside."""

from dataclasses import dataclass

import polars as pl

from pipeline.vocabulary.attendance_codes import BY_CODE

LONGEST_CODE = 3
"""Characters of a register code or sub-code. Arbor has words in one of its two columns, as PRESENT_AM."""


@dataclass(frozen=True)
class SystemIds:
    """What ids stand for, as last told: `schools` has school_ref and urn; `pupils` urn, pupil_ref and pupil_id; `unique`
    unique_ref, pupil_id and urn; `codes` urn, code_ref and code. One row per id; one told of two is in none of them."""

    schools: pl.DataFrame
    pupils: pl.DataFrame
    unique: pl.DataFrame
    codes: pl.DataFrame


def with_ids_read(rows: pl.DataFrame, feed: str, ids: SystemIds) -> pl.DataFrame:
    """`rows` of `feed` with the school, pupil and register code that ids stand for. Rows that waited may come again."""
    if feed == "school_ids" or not set(_REFS) & set(rows.columns):
        return rows
    placed = with_school_of_id(rows, ids)
    return with_code_of_id(with_pupil_of_id(placed, ids), ids) if feed == "attendance_marks" else placed


def with_one_code(marks: pl.DataFrame) -> pl.DataFrame:
    """Marks with one `code` of the two a supplier may send, and in `code_id` what a table of codes is to be asked for.

    The supplier's statistical code comes before the mark as made. What is longer than any code is none: it counts only
    where there is nothing else, so that the gate can name it. Of a statistical code that is a register code nothing need be
    asked. Of the mark as made the school's table is, whatever it looks like: a school's `S` may be its word for illness.
    """
    sent = [pl.col(name) for name in ("code", "raw_code") if name in marks.columns]
    short = [pl.when(code.str.len_chars() <= LONGEST_CODE).then(code) for code in sent]
    code_id = [pl.col("code_id")] if "code_id" in marks.columns else []
    is_settled = pl.col("code").is_in(list(BY_CODE)) if "code" in marks.columns else pl.lit(False)
    asked = pl.when(~is_settled.fill_null(False)).then(pl.coalesce(*code_id, *short, *sent))
    return marks.with_columns(code=pl.coalesce(*short, *sent), code_id=asked).drop("raw_code", strict=False)


_REFS = ("school_ref", "pupil_ref", "unique_ref", "code_ref")


def with_school_of_id(rows: pl.DataFrame, ids: SystemIds) -> pl.DataFrame:
    """`rows` with the URN of a school named by its own system's id, where neither URN nor LAESTAB was sent."""
    return _with_urn(_with_all_refs(rows).join(ids.schools.rename({"urn": "_urn"}), on="school_ref", **_LEFT))


def with_pupil_of_id(marks: pl.DataFrame, ids: SystemIds) -> pl.DataFrame:
    """Marks with the pupil, and failing all else the school, that an id of the school's own system stands for.

    Where a UPN was sent, it alone says who the pupil is.
    """
    unique = ids.unique.rename({"pupil_id": "_unique", "urn": "_urn"})
    placed = _with_urn(marks.join(unique, on="unique_ref", **_LEFT))
    found = placed.join(ids.pupils.rename({"pupil_id": "_pupil"}), on=("urn", "pupil_ref"), **_LEFT)
    has_id = pl.col("pupil_ref").is_not_null() | pl.col("unique_ref").is_not_null()
    by_id = has_id & (pl.col("upn_check").is_null() | (pl.col("upn_check") == "missing")) & pl.col("pupil_id").is_null()
    return found.with_columns(
        pupil_id=pl.when(by_id).then(pl.coalesce("_unique", "_pupil")).otherwise("pupil_id"),
        upn_check=pl.when(~by_id).then("upn_check"),
    ).drop("_unique", "_pupil")


def with_code_of_id(marks: pl.DataFrame, ids: SystemIds) -> pl.DataFrame:
    """Marks with the register code that a code's id or a sub-code stands for at their school.

    What no table has is what it looks like, if that is a register code; if it may be a sub-code, nothing yet.
    """
    found = marks.join(ids.codes.rename({"code": "_code"}), on=("urn", "code_ref"), **_LEFT)
    is_code = pl.col("code").is_in(list(BY_CODE)) | (pl.col("code").str.len_chars() > LONGEST_CODE)
    as_it_looks = pl.when(is_code | pl.col("code_ref").is_null()).then("code")
    return found.with_columns(code=pl.coalesce("_code", as_it_looks)).drop("_code")


_LEFT = {"how": "left", "maintain_order": "left"}


def _with_all_refs(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in _REFS if name not in rows.columns)


def _with_urn(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `_urn` as their school where they name none themselves."""
    names_none = pl.col("urn").is_null() & pl.col("laestab").is_null()
    return rows.with_columns(urn=pl.when(names_none).then("_urn").otherwise("urn")).drop("_urn")
