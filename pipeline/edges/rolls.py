"""Whose spells on a roll what was just accepted may change, and all that is told of those children, and of nobody else."""

import duckdb
import polars as pl

from . import warehouse as shelf
from .links import as_one_child
from .returns import standing

_TOLD = (
    "pupil_id, urn, entry_date, leaving_date, enrol_status, nc_year, sen_provision, age_at_31_august, census_term, "
    "parent_key"
)


def set_retold(con: duckdb.DuckDBPyConnection, feed: str, linked: list[str]) -> None:
    """Name in `retold` the children of the view `accepted` (rows of `feed`), those of `linked`, pupil_ids whose links have just
    changed, and all that any return had which one just accepted may replace."""
    told = ["SELECT pupil_id FROM accepted", f"SELECT pupil_id FROM {as_one_child(con, 'accepted', as_of=None)}"]
    told.append("SELECT unnest($linked::VARCHAR[])")
    if feed == "pupils" and con.execute("SELECT 1 FROM accepted WHERE census_key IS NOT NULL LIMIT 1").fetchone():
        told.append(_OF_THE_SAME_RETURNS.format(as_one_child(con, "warehouse.staged.pupils", as_of=None)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE retold AS {' UNION '.join(told)}", {"linked": linked})


_OF_THE_SAME_RETURNS = """
    SELECT pupil_id FROM {} SEMI JOIN (SELECT DISTINCT urn, census_term, census_year FROM accepted WHERE census_key IS NOT NULL)
        USING (urn, census_term, census_year)"""


def rolls_of_retold(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What rolls say of the children in `retold`: of rows that say the same, as one delivered every night does, the latest."""
    rolls = as_one_child(con, standing(con, "pupils", as_of=None), as_of=None)
    return shelf.read(
        con,
        f"""
        SELECT {_TOLD}, max(stated_on) AS stated_on, arg_max(known_on, (stated_on, known_on)) AS known_on
        FROM {rolls} SEMI JOIN retold USING (pupil_id) GROUP BY ALL""",
    )


def leavers_of_retold(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    leavers = as_one_child(con, "warehouse.staged.leavers", as_of=None)
    return shelf.read(con, f"SELECT * FROM {leavers} SEMI JOIN retold USING (pupil_id)")


def remove_spells_of_retold(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM warehouse.facts.enrolments e USING retold r WHERE e.pupil_id = r.pupil_id")
