"""What runs there were, with the settings and version each used."""

import json
from dataclasses import asdict, fields, replace
from datetime import date

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.tables.audit import RUNS

from . import trail_heads
from . import warehouse as shelf
from .basis_told import Basis
from .retention_told import Retention
from .settings import Home, Settings


def named(con: duckdb.DuckDBPyConnection, kind: str, as_of: date) -> str:
    """The next run's name: `flag 2026-03-13 2` is the second of its kind to stand on that day."""
    before = con.execute("SELECT count(*) FROM warehouse.audit.runs WHERE kind = ? AND as_of = ?", [kind, as_of])
    return f"{kind} {as_of} {before.fetchone()[0] + 1}"


def latest(con: duckdb.DuckDBPyConnection, *, with_history: bool = False) -> date | None:
    """The latest day that anything was taken in, decided or looked at as of; history apart, unless that is asked for."""
    return con.execute(
        """
        SELECT max(day) FROM (
            SELECT max(as_of) AS day FROM warehouse.audit.runs WHERE ? OR kind <> 'history'
            UNION ALL SELECT max(known_on) FROM warehouse.audit.extracts WHERE ? OR run NOT LIKE 'history %'
            UNION ALL SELECT max(known_on) FROM warehouse.audit.link_decisions
            UNION ALL SELECT max(known_on) FROM warehouse.feedback.returns)""",
        [with_history, with_history],
    ).fetchone()[0]


def last_listed(con: duckdb.DuckDBPyConnection) -> date | None:
    """The latest day whose lists are out."""
    return con.execute("SELECT max(as_of) FROM warehouse.audit.runs WHERE kind = 'flag'").fetchone()[0]


def has_lists(con: duckdb.DuckDBPyConnection, as_of: date) -> bool:
    """Whether any list of this day went out: between set days nights are looked at, and send none."""
    told = con.execute("SELECT count(*) FROM warehouse.derived.issued_lists WHERE as_of = ?", [as_of])
    return told.fetchone()[0] > 0


def newest_lists(con: duckdb.DuckDBPyConnection) -> date | None:
    """The latest day on which any list went out."""
    return con.execute("SELECT max(as_of) FROM warehouse.derived.issued_lists").fetchone()[0]


def record(con, home: Home, run: str, kind: str, as_of: date, *, assumed_known_on: bool = False) -> str | None:
    """Put a run on record, in the place of itself where it is recorded a second time, and keep the head of the trail.

    Returns where the trail is broken since the run before. A run that learns tells nobody of it, so it leaves that to the next.
    """
    settings = json.dumps(asdict(home.settings), sort_keys=True)
    row = (run, "history" if assumed_known_on else kind, as_of, __version__, settings, assumed_known_on)
    with shelf.transaction(con):
        con.execute("DELETE FROM warehouse.audit.runs WHERE run = ?", [run])
        shelf.append(con, RUNS, pl.DataFrame([row], schema=RUNS.schema, orient="row"))
    return None if kind == "learn" else trail_heads.keep(home, run, as_of=as_of)


def record_cut_short(con: duckdb.DuckDBPyConnection, home: Home, *, but_not: date | None) -> None:
    """Put on record, as of its own day, a run that read lists and was killed before it was: which settings words came back by is asked later.
    Of the day `but_not` a run is under way, which does that itself."""
    (day,) = con.execute("""
        SELECT max(known_on) FROM warehouse.feedback.returns
        WHERE known_on NOT IN (SELECT as_of FROM warehouse.audit.runs WHERE kind = 'outcomes')
        HAVING max(known_on) = (SELECT max(known_on) FROM warehouse.feedback.returns)""").fetchone() or (None,)
    if day and day != but_not:
        record(con, home, named(con, "outcomes", day), "outcomes", day)


def settings_of(con: duckdb.DuckDBPyConnection, as_of: date) -> Settings | None:
    """The settings the latest look as of a day used, where there was one: a replay uses those again."""
    found = con.execute(
        "SELECT settings FROM warehouse.audit.runs WHERE kind = 'flag' AND as_of = ? ORDER BY length(run) DESC, run DESC LIMIT 1",
        [as_of],
    ).fetchone()
    if not found:
        return None
    told = json.loads(found[0])
    places = {int(urn): places for urn, places in told.pop("places_by_school").items()}
    known = {field.name for field in fields(Settings)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items() if name in known}
    values["basis"] = {feed: Basis(**lines) for feed, lines in values.get("basis", {}).items()}
    values["retention"] = Retention(**values.get("retention", {}))
    return Settings(**values, places_by_school=places)


def had_words(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether words ever came back by the settings of any run."""
    told = con.execute(
        "SELECT 1 FROM warehouse.audit.runs WHERE contains(settings, '\"words_come_back\": true') LIMIT 1"
    )
    return told.fetchone() is not None


def is_as_now(con: duckdb.DuckDBPyConnection, home: Home, as_of: date) -> bool:
    """Whether this is the newest day looked at, and was looked at with the settings and by the version of now."""
    version = con.execute(
        "SELECT version FROM warehouse.audit.runs WHERE kind = 'flag' AND as_of = ? ORDER BY length(run) DESC, run DESC LIMIT 1",
        [as_of],
    ).fetchone()
    if last_listed(con) != as_of or version != (__version__,):
        return False
    return (
        replace(settings_of(con, as_of), basis=home.settings.basis) == home.settings
    )  # why a feed is held changes no list


_EXTRACTS = """
    SELECT extract AS file, feed, layout, rows_read, rows_accepted, rows_set_aside, rows_refused, refused_because
    FROM warehouse.audit.extracts
"""


def extracts(con: duckdb.DuckDBPyConnection, known_on: date) -> list[dict]:
    """The files taken in as known on a day, history apart, with their counts."""
    of_day = f"{_EXTRACTS} WHERE known_on = ? AND run NOT LIKE 'history %' ORDER BY extract_id"
    return shelf.read(con, of_day, [known_on]).to_dicts()


def extracts_of(con: duckdb.DuckDBPyConnection, run: str) -> list[dict]:
    """The files a run took in or refused, with their counts."""
    return shelf.read(con, f"{_EXTRACTS} WHERE run = ? ORDER BY extract_id", [run]).to_dicts()


def taken_whole(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Hashes of the tables taken in or left unread, of which no part was refused, or none the last time it was read; and of what they are
    now that a child's rows were taken out of them."""
    kept = con.execute("""
        WITH whole AS (
            SELECT sha256 FROM (
                SELECT sha256, arg_max(refused_because IS NULL, extract_id) AS is_kept FROM warehouse.audit.extracts
                GROUP BY sha256, layout)
            GROUP BY sha256 HAVING bool_and(is_kept))
        FROM whole UNION SELECT r.sha256 FROM warehouse.audit.rewritten_extracts r JOIN whole w ON w.sha256 = r.as_delivered""")
    return frozenset(sha256 for (sha256,) in kept.fetchall())


def outcomes(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, int]:
    """How many pupils had each outcome as of a day."""
    return dict(
        con.execute(
            "SELECT outcome, count(*) FROM warehouse.derived.triage WHERE as_of = ? GROUP BY outcome ORDER BY outcome",
            [as_of],
        ).fetchall()
    )


def refused_only_because(con: duckdb.DuckDBPyConnection, *beginnings: str) -> list[tuple[str, str, str]]:
    """Hash, layout and feed of what was refused for reasons that begin so alone, and never taken in since."""
    told = con.execute(
        "SELECT sha256, layout, any_value(feed) FROM warehouse.audit.extracts GROUP BY sha256, layout HAVING bool_and("
        "coalesce(list_bool_or([starts_with(refused_because, one) FOR one IN ?::VARCHAR[]]), false)) ORDER BY ALL",
        [list(beginnings)],
    )
    return told.fetchall()


def still_set_aside(con: duckdb.DuckDBPyConnection, extract_ids: list[int]) -> dict[str, pl.DataFrame]:
    """Per file of these extracts, its rows not accepted since: file, row_number, rule and sentence."""
    rows = shelf.read(
        con,
        """
        SELECT e.extract AS file, s.row_number, s.rule, s.sentence
        FROM warehouse.audit.extracts e
        LEFT JOIN warehouse.audit.set_aside s ON s.extract_id = e.extract_id AND s.accepted_on IS NULL
        WHERE e.extract_id IN (SELECT unnest(?)) AND e.refused_because IS NULL
        ORDER BY ALL
        """,
        [extract_ids],
    )
    return {name: group.drop_nulls("rule") for (name,), group in rows.partition_by("file", as_dict=True).items()}
