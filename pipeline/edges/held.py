"""All that both databases hold of one child, row by row as it is kept; of another child's side of a row, nothing."""

from collections.abc import Iterator

import duckdb
import polars as pl

from . import warehouse as shelf
from .child import NAMED_BY_ANOTHER, OF_A_PUPIL, PLACES, Child, make_tables, tables_having, text_columns

WITHHELD = "withheld: another child's"
_ONE_OF_TWO = ("one", "other", "pupil_id", "same_as", "known_as", "former_pupil_id")


def in_warehouse(con: duckdb.DuckDBPyConnection, child: Child, at: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """By table, the child's rows, and what is said of rows `at` places (extract_id, row_number) that are theirs."""
    con.register("_at", at)
    delivered = tables_having(con, "warehouse", {*PLACES})
    for table, columns in text_columns(con, "warehouse").items():
        is_theirs = [f"{one} IN (SELECT unnest($ids))" for one in OF_A_PUPIL if one in columns]
        is_theirs += ["one IN (SELECT unnest($persons))"] if table.endswith("audit.link_decisions") else []
        if table in delivered:
            is_theirs.append("(extract_id, row_number) IN (SELECT (extract_id, row_number) FROM _at)")
        if is_theirs:
            yield table.partition(".")[2], _rows(con, table, is_theirs, child)
    for table in sorted(delivered.keys() - text_columns(con, "warehouse").keys()):
        yield (
            table.partition(".")[2],
            _rows(con, table, ["(extract_id, row_number) IN (SELECT (extract_id, row_number) FROM _at)"], child),
        )
    con.unregister("_at")


def among_names(names: duckdb.DuckDBPyConnection, child: Child) -> Iterator[tuple[str, pl.DataFrame]]:
    """By table of the identity file, likewise."""
    make_tables(names)
    for table, columns in text_columns(names, "identity").items():
        is_theirs = [f"{one} IN (SELECT unnest($ids))" for one in OF_A_PUPIL if one in columns]
        is_theirs += [f"{one} IN (SELECT unnest($persons))" for one in ("person", "one") if one in columns]
        is_theirs += ["upn IN (SELECT unnest($upns))"] if "upn" in columns else []
        if table.endswith(".addresses"):
            is_theirs = ["(parent_key, native_id) IN (SELECT unnest($parents))"]
        if is_theirs:
            yield table, _rows(names, table, is_theirs, child)


def _rows(con: duckdb.DuckDBPyConnection, table: str, is_theirs: list[str], child: Child) -> pl.DataFrame:
    values = {"ids": [*child.pupil_ids], "persons": [*child.persons], "upns": [*child.upns]}
    sql = f"SELECT * FROM {table} WHERE {' OR '.join(is_theirs)} ORDER BY ALL"
    if "$parents" in sql:
        return _addresses(con, table, child)
    rows = shelf.quiet(con).execute(sql, {name: told for name, told in values.items() if f"${name}" in sql}).pl()
    ours = [*child.pupil_ids, *child.persons]
    others = [one for one in _ONE_OF_TWO if one in rows.columns]
    return rows.with_columns(pl.when(pl.col(one).is_in(ours) | pl.col(one).is_null()).then(one).otherwise(pl.lit(WITHHELD)).alias(one) for one in others)  # fmt: skip


def _addresses(con: duckdb.DuckDBPyConnection, table: str, child: Child) -> pl.DataFrame:
    keys = child.keys.get("census pupil", ())
    told = pl.DataFrame(keys, schema={"parent_key": pl.String, "native_id": pl.String}, orient="row")
    rows = con.execute(f"SELECT * FROM {table} ORDER BY ALL").pl()
    return rows.join(told, on=("parent_key", "native_id"), how="semi", nulls_equal=True, maintain_order="left")


def named_by_others(con: duckdb.DuckDBPyConnection, child: Child) -> int:
    """In how many rows of other children the child's pupil_id stands, as their former one: of these nothing more is told."""
    return sum(
        con.execute(
            f"SELECT count(*) FROM {table} WHERE {one} IN (SELECT unnest($1)) AND pupil_id NOT IN (SELECT unnest($1))", [[*child.pupil_ids]]
        ).fetchone()[0]
        for table, columns in text_columns(con, "warehouse").items()
        for one in NAMED_BY_ANOTHER
        if one in columns
    )  # fmt: skip
