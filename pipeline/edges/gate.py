"""The gate: every delivered row is held to its feed's promises, by Great Expectations, inside DuckDB.

The caller has made, where the connection starts (`memory.main`), the views that promises read: `batch`, `batch_files`,
`known_schools`, `known_roll`, `known_spells`, `known_links` and `today`. The gate writes nothing, anywhere; what it found
is what it returns.
"""

import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from threading import Lock, Thread

import duckdb
import polars as pl

from expectations import PROMISES, Promise, Severity, suite_of

from .errors import GateBroken
from .left_for_later import left_for_later

COUNTED = {"extract_id": pl.Int32, "rows": pl.Int64}
SET_ASIDE = {"extract_id": pl.Int32, "row_number": pl.Int64, "rule": pl.String, "sentence": pl.String}
NOTES = {"extract_id": pl.Int32, "rule": pl.String, "sentence": pl.String, "rows": pl.Int64}


@dataclass(frozen=True)
class Verdict:
    """`stop`: why a file is refused, by extract_id; its rows are in neither of the others.

    `set_aside`: one row per row and warning it breaks, with the sentence. `notes`: one row per file and thing noted.
    """

    stop: dict[int, str]
    set_aside: pl.DataFrame
    notes: pl.DataFrame


def check(con: duckdb.DuckDBPyConnection, feed: str, *, skip: frozenset[str] = frozenset()) -> Verdict:
    """What `feed`'s promises say of the rows in `batch`. `skip` names rules that cannot be judged now.

    Raises GateBroken where one of the others could not be.
    """
    unknown = skip - {promise.rule for promises in PROMISES.values() for promise in promises}
    if unknown:
        raise ValueError(f"no promise is called {', '.join(sorted(unknown))}")
    return judged(con, feed, [promise for promise in PROMISES[feed] if promise.rule not in skip])


def judged(con: duckdb.DuckDBPyConnection, name: str, promises: Iterable[Promise]) -> Verdict:
    """The verdict of any promises, run as a suite called `name`."""
    promises = tuple(promises)
    counts = rows_breaking(con, name, promises)
    broken = [(promise, _by_file(con, promise, counts[promise.rule])) for promise in promises if counts[promise.rule]]
    stop = _stopped(con, [promise for promise, _ in broken if promise.severity is Severity.CRITICAL])
    kept = [(promise, files.filter(~pl.col("extract_id").is_in(list(stop)))) for promise, files in broken]
    set_aside = [_set_aside(con, *one) for one in kept if one[0].severity is Severity.WARNING]
    notes = [_noted(*one) for one in kept if one[0].severity is Severity.INFO]
    return Verdict(stop, _together(set_aside, SET_ASIDE), _together(notes, NOTES))


def places_breaking(con: duckdb.DuckDBPyConnection, feed: str, *, but_not: frozenset[str]) -> pl.DataFrame:
    """extract_id and row_number of the rows of `batch` that break any warning of `feed` but these, asked without a verdict."""
    asked = [
        f"SELECT extract_id, row_number FROM ({promise.sql})"
        for promise in PROMISES[feed]
        if promise.severity is Severity.WARNING and promise.rule not in but_not
    ]
    try:
        return con.execute(" UNION ".join(asked)).pl()
    except duckdb.Error as fault:
        raise GateBroken(f"{feed}: the promises could not be run ({type(fault).__name__})") from None


def rows_breaking(con: duckdb.DuckDBPyConnection, name: str, promises: tuple[Promise, ...]) -> dict[str, int]:
    """How many rows Great Expectations finds to break each rule."""
    try:
        results = _validated(con, name, promises)
    except Exception as fault:
        raise GateBroken(f"{name}: the promises could not be run ({type(fault).__name__})") from None
    counts = {result.expectation_config.meta["rule"]: _rows(result) for result in results}
    unjudged = {promise.rule for promise in promises} - set(counts)
    if unjudged:
        raise GateBroken(f"{name}: no answer for {', '.join(sorted(unjudged))}")
    return counts


def make_ready() -> None:
    """Begin to import Great Expectations while files are read: it takes seconds, and only the gate needs it."""
    Thread(target=_imported, daemon=True).start()


# Great Expectations


def _validated(con: duckdb.DuckDBPyConnection, name: str, promises: tuple[Promise, ...]) -> list:
    """One validation result per promise, run over `batch` on cursors of `con`."""
    with _JUDGING:
        _JUDGED.append(con)
        try:
            whole = _whole_batch()
            whole.data_asset.test_connection()
            batch = whole.get_batch()
            return batch.validate(suite_of(name, promises), result_format="BASIC").results
        finally:
            _JUDGED.clear()


_JUDGING = Lock()
_JUDGED: list[duckdb.DuckDBPyConnection] = []
"""The connection whose `batch` is judged now, and only while it is."""


@cache
def _whole_batch():
    """All of `batch`, of whichever connection is judged. Once for a process: to make it takes as long as to judge a feed."""
    context = _context()  # before anything else of Great Expectations: it is told to be quiet here
    from sqlalchemy.pool import NullPool

    from .gx_dialect import URL, BufferedConnection, register

    register()
    shelf = context.data_sources.add_sql(
        "gate",
        connection_string=URL,
        create_temp_table=False,
        kwargs={"creator": lambda: BufferedConnection(_JUDGED[0].cursor()), "poolclass": NullPool},
    )
    return shelf.add_table_asset("batch", table_name="batch").add_batch_definition_whole_table("all")


def _imported():
    """Great Expectations, told beforehand to be quiet and to send nothing anywhere."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with left_for_later(*_OF_NO_PROMISE):
        import great_expectations
        from great_expectations.data_context.types import base

    return great_expectations, base


_OF_NO_PROMISE = ("scipy.stats", "altair")
"""What its expectations of distributions measure and draw with, of which no promise is one: half a second of every take-in."""


def _context():
    """Great Expectations with nothing on disk, on the network or on the screen."""
    gx, base = _imported()
    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(project_config=config, mode="ephemeral")


def _rows(result) -> int:
    """What one expectation counted. Raises GateBroken unless it ran.

    Where an expectation crashed, `success` is false, as it is for bad data, and `exception_info` is flat or nested by
    metric: only a flat one that says outright that nothing was raised will do.
    """
    rule = result.expectation_config.meta["rule"]
    rows = result.result.get("observed_value")
    if result.exception_info.get("raised_exception") is not False or rows is None:
        raise GateBroken(f"{rule} could not be judged ({_kind_of_fault(result.exception_info)})")
    return rows


def _kind_of_fault(exception_info: dict) -> str:
    """The name of the exception that came first, and nothing of what it said."""
    named = re.search(r"^(?:\w+\.)*(\w+(?:Error|Exception))\b", _traceback(exception_info), re.MULTILINE)
    return named[1] if named else "no exception named"


def _traceback(exception_info: dict) -> str:
    shapes = [exception_info, *(nested for nested in exception_info.values() if isinstance(nested, dict))]
    return "\n".join(shape.get("exception_traceback") or "" for shape in shapes)


# The same SQL again, where rows have to be told apart


def _by_file(con: duckdb.DuckDBPyConnection, promise: Promise, expected: int) -> pl.DataFrame:
    """Rows breaking `promise` in each file. Raises GateBroken where they are not as many as were judged to."""
    files = _selected(con, promise, f"SELECT extract_id, count(*) AS rows FROM ({promise.sql}) GROUP BY extract_id")
    found = files["rows"].sum()
    if found != expected:
        raise GateBroken(f"{promise.rule}: {expected} rows were judged to break it, and {found} found")
    return files.cast(COUNTED).sort("extract_id")


def _stopped(con: duckdb.DuckDBPyConnection, criticals: list[Promise]) -> dict[int, str]:
    """Why each refused file is refused: each different sentence once."""
    sentences: dict[int, list[str]] = {}
    for promise in criticals:
        rows = _worded(_selected(con, promise, promise.sql), promise)
        for extract_id, sentence in rows.select("extract_id", "sentence").unique().sort(pl.all()).iter_rows():
            sentences.setdefault(extract_id, []).append(sentence)
    return {extract_id: " ".join(said) for extract_id, said in sorted(sentences.items())}


def _set_aside(con: duckdb.DuckDBPyConnection, promise: Promise, files: pl.DataFrame) -> pl.DataFrame:
    """Every row of `files` that breaks `promise`, exactly."""
    if files.is_empty():
        return pl.DataFrame(schema=SET_ASIDE)
    these = ", ".join(str(extract_id) for extract_id in files["extract_id"])
    rows = _selected(con, promise, f"SELECT * FROM ({promise.sql}) WHERE extract_id IN ({these})")
    if rows.height != files["rows"].sum():
        raise GateBroken(
            f"{promise.rule}: {files['rows'].sum()} rows are to be set aside, and {rows.height} were found"
        )
    return _worded(rows, promise)


def _noted(promise: Promise, files: pl.DataFrame) -> pl.DataFrame:
    return files.select("extract_id", rule=pl.lit(promise.rule), sentence=pl.lit(promise.sentence), rows="rows")


def _worded(rows: pl.DataFrame, promise: Promise) -> pl.DataFrame:
    """`rows` with rule and sentence. Each different sentence is written once, however many million rows share it."""
    if not promise.shows:
        worded = rows.with_columns(sentence=pl.lit(promise.sentence))
    else:
        before, after = promise.sentence.split("{shown}")
        shown = rows.select(pl.col("shown").unique())
        sentences = shown.with_columns(sentence=pl.concat_str(pl.lit(before), "shown", pl.lit(after)))
        worded = rows.join(sentences, on="shown", how="left", nulls_equal=True)
    return worded.select("extract_id", "row_number", rule=pl.lit(promise.rule), sentence="sentence").cast(SET_ASIDE)


def _selected(con: duckdb.DuckDBPyConnection, promise: Promise, sql: str) -> pl.DataFrame:
    try:
        return con.cursor().sql(sql).pl()
    except duckdb.Error as fault:
        raise GateBroken(f"{promise.rule} could not be judged ({type(fault).__name__})") from None


def _together(frames: list[pl.DataFrame], schema: dict) -> pl.DataFrame:
    everything = pl.concat([pl.DataFrame(schema=schema), *frames])
    return everything.sort([name for name in ("extract_id", "row_number", "rule") if name in schema])
