"""When what is held of a pupil came to say something else: an extract that says the same again changes nothing."""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.feedback import CHANGES
from pipeline.vocabulary.feedback import A_MARK, ROLL, SUPPORT
from pipeline.vocabulary.school_year import school_year_of

from . import links
from . import warehouse as shelf
from .known import told


def changes(con: duckdb.DuckDBPyConnection, pupil_ids: list[str], *, as_of: date) -> pl.DataFrame:
    """CHANGES of these pupils, as known on `as_of`: of marks of this school year and the last, of rolls, and of support and SEN
    provision. What was learned first is a change too."""
    if not pupil_ids:
        return pl.DataFrame(schema=CHANGES)
    marks, first_day = links.marks_by_child(con, as_of=as_of), school_year_of(as_of).before.first_day
    found = [shelf.read(con, _MARKS.format(marks), [A_MARK, pupil_ids, as_of, first_day])]
    for fact, table, of, says in _TOLD:
        sql = _CHANGED.format(table=told(con, table, as_of), of=of, says=says)
        found.append(shelf.read(con, sql, [fact, pupil_ids, as_of]))
    return pl.concat(rows.cast(CHANGES) for rows in found)


_TOLD = (
    (ROLL, "pupils", "entry_date", "enrol_status, nc_year, leaving_date"),
    (SUPPORT, "pupils", "entry_date", "sen_provision"),
    (SUPPORT, "support_and_reviews", "kind", "start_date, last_review, next_review, ended, quiet_until"),
)
"""By fact, the staged table, what its rows are told apart by beside pupil and school, and what they say."""

_MARKS = """
    WITH said AS (
        SELECT child AS pupil_id, urn, date, half_day, known_on, list(DISTINCT coalesce(code, '') ORDER BY coalesce(code, '')) AS codes
        FROM {} WHERE child IN (SELECT unnest($2)) AND known_on <= $3 AND date BETWEEN $4 AND $3 GROUP BY ALL)
    SELECT DISTINCT pupil_id, $1 AS fact, date AS about, known_on FROM (
        SELECT * FROM said
        QUALIFY codes IS DISTINCT FROM lag(codes) OVER (PARTITION BY pupil_id, urn, date, half_day ORDER BY known_on))
    ORDER BY ALL
"""

_CHANGED = """
    WITH said AS (
        SELECT pupil_id, urn, {of}, known_on, list(DISTINCT row({says}) ORDER BY row({says})) AS told
        FROM {table} WHERE pupil_id IN (SELECT unnest($2)) AND known_on <= $3 GROUP BY pupil_id, urn, {of}, known_on)
    SELECT DISTINCT pupil_id, $1 AS fact, NULL::DATE AS about, known_on FROM (
        SELECT * FROM said QUALIFY told IS DISTINCT FROM lag(told) OVER (PARTITION BY pupil_id, urn, {of} ORDER BY known_on))
    ORDER BY ALL
"""
