"""What became of each row of a take-in, put on record and beside the inbox: rule, number and sentence, and nothing of the row."""

import polars as pl

from pipeline.edges import beside, gate, intake, runs
from pipeline.edges.intake import Landed
from pipeline.edges.settings import Home

from .summary import Summary


def record_verdict(con, summary: Summary, landed, back: pl.DataFrame, verdict: gate.Verdict, stop) -> None:
    """What was set aside and noted, less what fell with a refused file; rows that waited are not counted twice, and those called
    `back` now for the first time."""
    new = [one.extract_id for one in landed]
    standing = ~pl.col("extract_id").is_in(list(stop))
    set_aside, notes = (
        verdict.set_aside.filter(standing),
        verdict.notes.filter(standing & pl.col("extract_id").is_in(new)),
    )
    intake.record_verdict(con, set_aside, notes)
    first_time = pl.concat(
        [set_aside.filter(pl.col("extract_id").is_in(new)), set_aside.join(back, on=back.columns, how="semi")]
    )
    summary.set_aside_by_rule = dict(first_time.group_by("rule").len().sort("rule").rows())
    summary.noted_by_rule = dict(notes.group_by("rule").agg(pl.col("rows").sum()).sort("rule").rows())


def write_set_aside(con, home: Home, landed: list[Landed], waiting: pl.DataFrame | None, back: pl.DataFrame) -> None:
    """Beside the inbox, per file, the rows still set aside: number, rule and sentence, and nothing of the row itself."""
    tried = [one for rows in (waiting, back) if rows is not None for one in rows["extract_id"].unique().to_list()]
    for name, rows in runs.still_set_aside(con, [*(one.extract_id for one in landed), *tried]).items():
        beside.write_set_aside(home, name, rows)


def recount(con, summary: Summary) -> None:
    """Put the counts of the summary's files as they are on record, for a row may have been called back since."""
    recorded = {(one["file"], one["layout"]): one for one in runs.extracts_of(con, summary.run)}
    for one in summary.extracts:
        told = recorded.get((one.file, one.layout), {})
        one.rows_accepted = told.get("rows_accepted", one.rows_accepted)
        one.rows_set_aside = told.get("rows_set_aside", one.rows_set_aside)
