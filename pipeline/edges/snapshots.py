"""What homes have published, read where it lies: no settings, no key and no warehouse is opened for it."""

from pathlib import Path

import duckdb
import polars as pl

from expectations.promise import quoted
from pipeline.tables.nation import ROLL_UP, SUMMED
from pipeline.tables.published.data import FEED
from pipeline.tables.published.places import RUN

from .published import CURRENT
from .warehouse import quiet

_TRIES = 3
"""A snapshot may be swapped, and one of before removed, while it is being opened."""


def read_snapshot(home: Path) -> tuple[dict[str, pl.DataFrame], str | None]:
    """Of the newest snapshot of the home in a folder the tables that are summed, by name; where there is none that can be read, why."""
    current, why = home / "published" / CURRENT, None
    for _ in range(_TRIES):
        if not current.exists():
            return {}, "Nothing is published there: run its night."
        try:
            return _read(current.resolve()), None
        except (duckdb.CatalogException, duckdb.BinderException):
            return {}, "Its figures were published by another version of the pipeline: run its night again."
        except duckdb.Error as error:
            why = type(error).__name__
    return {}, f"Its figures cannot be read ({why}): run its night again."


def _read(path: Path) -> dict[str, pl.DataFrame]:
    """The tables that are summed, by name."""
    with quiet(duckdb.connect()) as con:
        con.execute(f"ATTACH {quoted(str(path))} AS snapshot (READ_ONLY)")
        return {
            table.name: con.execute(f"SELECT {', '.join(table.names)} FROM snapshot.{table.name}").pl()
            for table in SUMMED
        }


def feeds_published(home: Path) -> tuple[str, ...]:
    """The feeds of which rows have come, by the newest snapshot of the home in a folder; none where there is none that can be read."""
    current = home / "published" / CURRENT
    try:
        with quiet(duckdb.connect()) as con:
            con.execute(f"ATTACH {quoted(str(current.resolve()))} AS snapshot (READ_ONLY)")
            told = con.execute(
                f"SELECT feed FROM snapshot.{FEED.name} WHERE last_known_on IS NOT NULL ORDER BY feed"
            ).fetchall()
    except duckdb.Error:
        return ()
    return tuple(feed for (feed,) in told)


def is_made_up_home(home: Path) -> bool | None:
    """Whether the newest snapshot of the home in a folder is of made-up data; None where there is none that can be read."""
    current = home / "published" / CURRENT
    try:
        with quiet(duckdb.connect()) as con:
            con.execute(f"ATTACH {quoted(str(current.resolve()))} AS snapshot (READ_ONLY)")
            told = con.execute(f"SELECT demo FROM snapshot.{RUN.name}").fetchone()
    except duckdb.Error:
        return None
    return told[0] if told else None


def is_made_up(roll_up: Path) -> bool:
    """Whether the homes that a roll-up tells of are made up."""
    with quiet(duckdb.connect()) as con:
        con.execute(f"ATTACH {quoted(str(roll_up))} AS snapshot (READ_ONLY)")
        return bool(con.execute(f"SELECT bool_or(demo) FROM snapshot.{ROLL_UP.name}").fetchone()[0])
