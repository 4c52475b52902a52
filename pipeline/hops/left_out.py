"""Rows of children who were erased, sent again: known by their marks, and left out before anything of them is kept."""

import polars as pl

from pipeline.edges import forgotten
from pipeline.edges.forgotten import AGENCY, CARE, CENSUS_PUPIL, SYSTEM, UNIQUE, UPN, Marks
from pipeline.edges.gate import Verdict
from pipeline.edges.pseudonyms import Pseudonyms
from pipeline.edges.settings import Home

RULE = "forgotten"
SENTENCE = "This is a child whose record was erased on request: the row is left out, and nothing of it is kept. Whoever sends it may leave it out too."

_HANGS_FROM = {
    "care_episodes": ((CARE, ("child_key",)),),
    "attendance_marks": ((SYSTEM, ("urn", "pupil_ref")), (UNIQUE, ("unique_ref",))),
    "agencies": ((AGENCY, ("person",)),),
}
_PLACE = {"extract_id": pl.Int32, "row_number": pl.Int64}


class LeftOut:
    """What a take-in of one feed leaves out: `places` has extract_id and row_number. Where nobody was erased, it costs nothing."""

    def __init__(self, marks: Marks, feed: str):
        self.marks, self.feed = marks, feed
        self._places: list[pl.DataFrame] = []

    def numbers(self, rows: pl.DataFrame) -> pl.Series | None:
        """Row numbers of `rows`, as staged, that give the UPN of a child erased, today's or a former one; None where nobody was."""
        if not self.marks:
            return None
        now, before = (self.marks.told_in(rows, UPN, (name,)) for name in ("upn", "former_upn"))
        for upn in rows.filter(before)["upn"].drop_nulls().unique() if before.any() else ():
            self.marks.add(UPN, upn)  # the same child, under a new one
        return rows.filter(now | before)["row_number"]

    def without(
        self, rows: pl.DataFrame, met: pl.DataFrame, numbers: pl.Series | None
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Candidate rows and people met, without those left out; and the row numbers of these."""
        if numbers is None:
            return rows, met, rows.select("row_number").clear()
        is_gone = rows["row_number"].is_in(numbers.implode())
        for kind, columns in _keys_above(rows, self.feed):
            is_gone |= self.marks.told_in(rows, kind, columns)
        if "above_table" in rows.columns:
            is_gone |= self._hang_from_a_plan(rows)
        self.marks.renew(self.feed, rows.filter(~is_gone), rows.filter(is_gone))
        gone = rows.filter(is_gone).select("row_number")
        stay = met
        if met.width and "row_number" in met.columns:
            stay = met.filter(~pl.col("row_number").is_in(pl.concat([gone["row_number"], numbers]).implode()))
        return rows.filter(~is_gone), stay, gone

    def _hang_from_a_plan(self, rows: pl.DataFrame) -> pl.Series:
        is_gone = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
        for above in rows["above_table"].drop_nulls().unique():
            told = self.marks.told_in(rows, above, ("above_key", "authority_id"))
            is_gone |= told & (rows["above_table"] == above).fill_null(False)
        return is_gone

    def add(self, gone: pl.DataFrame) -> None:
        if gone.height:
            self._places.append(gone.select("extract_id", "row_number"))

    def places(self, extract_ids: list[int]) -> pl.DataFrame:
        """Of these extracts: those of others may have been read ahead."""
        told = pl.concat([pl.DataFrame(schema=_PLACE), *self._places]).unique()
        return told.filter(pl.col("extract_id").is_in(extract_ids)).sort(*_PLACE)


def _keys_above(rows: pl.DataFrame, feed: str) -> tuple:
    hangs = _HANGS_FROM.get(feed, ())
    is_child = feed != "pupils" and "parent_key" in rows.columns
    return (*hangs, (CENSUS_PUPIL, ("parent_key", "native_id"))) if is_child else hangs


def left_out(home: Home, feed: str, pseudonyms: Pseudonyms, *, keeps_names: bool) -> LeftOut:
    """Of a check nobody is left out: it keeps nothing, and must not tell who was erased."""
    return LeftOut(forgotten.marks(home, pseudonyms) if keeps_names else Marks([]), feed)


def with_left_out(verdict: Verdict, places: pl.DataFrame) -> Verdict:
    """What the gate says, and of each row left out that it was."""
    if places.is_empty():
        return verdict
    said = places.with_columns(rule=pl.lit(RULE), sentence=pl.lit(SENTENCE)).select(verdict.set_aside.columns)
    return Verdict(verdict.stop, pl.concat([verdict.set_aside, said.cast(verdict.set_aside.schema)]), verdict.notes)
