"""The one encrypted place that holds names, and the only way from a UPN to a pupil_id."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from . import warehouse as shelf
from .attaching import attach_own
from .errors import Refused
from .keys import new
from .pseudonyms import Former, Pseudonyms, fingerprint
from .seals import Seals
from .secret import Key
from .settings import Home

NAMES = ("surname", "forename", "date_of_birth", "former_upn", "postcode")

PEOPLE = """
    CREATE TABLE IF NOT EXISTS identity.people (
        pupil_id VARCHAR NOT NULL, upn VARCHAR NOT NULL, former_upn VARCHAR, surname VARCHAR, forename VARCHAR,
        date_of_birth DATE, known_on DATE NOT NULL)
"""

FOLDED = r"""
    CREATE OR REPLACE TEMP MACRO folded(name) AS nullif(regexp_replace(strip_accents(lower(name)), '[^\p{L}]', '', 'g'), '')
"""
"""A name as it is compared: without capitals, accents, spaces, hyphens and apostrophes. Null where nothing is left."""


def pseudonymised(rows: pl.DataFrame, pseudonyms: Pseudonyms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`rows` with a pupil_id in the place of UPN, names and birth date; and those, row by row, to be remembered.

    Adds `upn_check` and `upn_authority_known`, and `former_pupil_id` and `former_upn_check` where a former UPN may be given. A pupil
    whose UPN cannot be used has a null pupil_id.
    """
    found = rows.join(pseudonyms.of(rows["upn"]), on="upn", how="left", maintain_order="left", nulls_equal=True)
    if "former_upn" in rows.columns:
        found = _with_former(found, pseudonyms)
    carried = [name for name in NAMES if name in rows.columns]
    numbered = [name for name in ("row_number",) if name in rows.columns]
    people = found.filter(pl.col("pupil_id").is_not_null()).select(*numbered, "pupil_id", "upn", *carried)
    return found.drop("upn", *carried), people if carried else people.clear()


def _with_former(rows: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """The pupil_id of a former UPN; null where it is today's own, for that tells nothing."""
    former = pseudonyms.of(rows["former_upn"]).select(
        former_upn="upn", former_pupil_id="pupil_id", former_upn_check="upn_check"
    )
    found = rows.join(former, on="former_upn", how="left", maintain_order="left", nulls_equal=True)
    is_another = (pl.col("former_pupil_id") != pl.col("pupil_id")).fill_null(True)
    return found.with_columns(former_pupil_id=pl.when(is_another).then("former_pupil_id"))


_HELD: dict[Path, duckdb.DuckDBPyConnection | None] = {}
"""The homes whose names stay open for now; null until somebody asks for them."""


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Whoever asks for this home's names in here shares one opening of them, which takes longer than most of what is asked.

    Who asks has a cursor alone, with temporary tables of its own. Raises Refused, before anything is begun, where they do not open or the
    pseudonym key is not theirs.
    """
    if home.identity in _HELD:
        yield
        return
    _HELD[home.identity] = None
    try:
        check_key(home)
        yield
    finally:
        con = _HELD.pop(home.identity)
        if con is not None:
            con.close()
            shelf.keep_private(home.identity)


@contextmanager
def identity(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the home's names. Raises Refused when it is held elsewhere or the key does not open it."""
    con = _connection(home)
    try:
        con.execute(PEOPLE)
        con.execute(FOLDED)
        with shelf.in_words(home):
            yield con
    finally:
        con.close()
        shelf.keep_private(home.identity)


def _connection(home: Home) -> duckdb.DuckDBPyConnection:
    """One of its own; or where the names are held open, a cursor on that."""
    if home.identity not in _HELD:
        return _opened(home)
    if _HELD[home.identity] is None:
        _HELD[home.identity] = _opened(home)
    return shelf.quiet(_HELD[home.identity].cursor())


def _opened(home: Home) -> duckdb.DuckDBPyConnection:
    con = shelf.connection(home)
    try:
        attach_own(con, home, "identity")
    except BaseException:
        con.close()
        raise
    return con


def check_key(home: Home) -> None:
    """Raises Refused when the pseudonym key is not the one this home began with: children would exist twice."""
    with identity(home) as con:
        key_in_use(con, home)


def pseudonyms(home: Home) -> Pseudonyms:
    """The way from a UPN to a pupil_id. Raises Refused as `check_key` does."""
    with identity(home) as con:
        return Pseudonyms(key_in_use(con, home), former_keys(con))


def seals(home: Home) -> Seals:
    """What this home knows its own lists by, those too that went out under a former key. Raises Refused as `check_key` does."""
    with identity(home) as con:
        made = None
        for one in former_keys(con):
            made = Seals(one.key, before=made, until=one.until)
        return Seals(key_in_use(con, home), before=made)


def drawn_by(home: Home, pupil_ids: list[str], *, as_of: date) -> tuple[Key, list[str]]:
    """The key that lots of a day are drawn by, and what each of these pupils was called under it: a day before the key was changed is drawn as it
    was, but for those whose UPN is no longer held."""
    with identity(home) as con:
        key, former = key_in_use(con, home), former_keys(con)
        nth = next((nth for nth, one in enumerate(former) if as_of <= one.until), None)
        if nth is None:
            return key, pupil_ids
        known = dict(con.execute("SELECT pupil_id, any_value(upn) FROM identity.people GROUP BY pupil_id").fetchall())
    upns = pl.Series([known[one] for one in pupil_ids if one in known], dtype=pl.String)
    then = dict(Pseudonyms(former[nth].key, former[:nth]).of(upns).select("upn", "pupil_id").rows())
    return former[nth].key, [then.get(known.get(one), one) for one in pupil_ids]


FORMER_KEYS = (
    "CREATE TABLE IF NOT EXISTS {}.former_keys (turn INTEGER NOT NULL, key VARCHAR NOT NULL, until DATE NOT NULL)"
)
_PSEUDONYM_KEY = "CREATE TABLE IF NOT EXISTS identity.pseudonym_key (fingerprint VARCHAR)"


def former_keys(con: duckdb.DuckDBPyConnection) -> list[Former]:
    """The pseudonym keys of before, the first there was first: what was hashed under one and could not be hashed anew is checked by them."""
    if not _has(con, "former_keys"):
        return []
    told = con.execute("SELECT key, until FROM identity.former_keys ORDER BY turn")
    return [Former(Key(key), until) for key, until in told.fetchall()]


def _has(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Asked, and not made: a home whose key is refused is left as it was."""
    there = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'identity' AND table_name = ?"
    return bool(con.execute(there, [table]).fetchone())


def key_in_use(con: duckdb.DuckDBPyConnection, home: Home) -> Key:
    """The pseudonym key, or that which is to follow it where everything is under that already."""
    key, known = home.key("pseudonym"), None
    if _has(con, "pseudonym_key"):
        known = con.execute("SELECT fingerprint FROM identity.pseudonym_key").fetchone()
    if known is None:
        con.execute(_PSEUDONYM_KEY)
        con.execute("INSERT INTO identity.pseudonym_key VALUES (?)", [fingerprint(key)])
        return key
    if known[0] == fingerprint(key):
        return key
    if home.own_keys is None and home.has_key(new("pseudonym")) and known[0] == fingerprint(home.key(new("pseudonym"))):
        return home.key(new("pseudonym"))
    raise Refused(
        "pseudonym.key is not the key this home began with: put that one back, or every child would exist twice."
    )


def remember(home: Home, people: pl.DataFrame, *, known_on: date) -> None:
    """Keep names with the day we learned them; only what differs from what is known is added, so repeating is harmless.

    Raises Refused, naming no one, if two UPNs have one pupil_id.
    """
    if people.is_empty():
        return
    blank = {name: pl.lit(None, pl.Date if name == "date_of_birth" else pl.String) for name in NAMES}
    complete = people.with_columns(**{name: expr for name, expr in blank.items() if name not in people.columns})
    with identity(home) as con:
        con.register("delivered", complete)
        con.execute("BEGIN")
        con.execute(_ADD_WHAT_IS_NEW, [known_on, known_on])
        clash = con.execute(
            "SELECT count(*) FROM (SELECT pupil_id FROM identity.people GROUP BY pupil_id HAVING count(DISTINCT upn) > 1)"
        ).fetchone()[0]
        con.execute("ROLLBACK" if clash else "COMMIT")
    if clash:
        raise Refused(f"{clash} pupil_ids stand for two UPNs each: change pseudonym.key and take everything in anew.")


_ADD_WHAT_IS_NEW = """
    INSERT INTO identity.people
    WITH told AS (SELECT DISTINCT pupil_id, upn, former_upn, surname, forename, date_of_birth FROM delivered),
    known AS (
        SELECT * FROM identity.people WHERE known_on <= ?
        QUALIFY known_on = max(known_on) OVER (PARTITION BY pupil_id)),
    news AS (SELECT DISTINCT pupil_id FROM (FROM told EXCEPT SELECT * EXCLUDE (known_on) FROM known))
    SELECT *, ?::DATE FROM told SEMI JOIN news USING (pupil_id) EXCEPT FROM known
"""
"""All that is now told of a pupil of whom anything is new: two schools that spell a child's name differently are both
still believed the night after, and neither adds a row every night."""


def names(home: Home, pupil_ids: list[str], *, as_of: date, known_as: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per pupil: pupil_id, surname and forename as known on `as_of`.

    Of a child known by one of several pupil_ids (`known_as` has pupil_id and known_as) it is the name learned last under
    any of them.
    """
    return _told(home, _NAMES_AS_OF, pupil_ids, as_of=as_of, known_as=known_as)


def births(home: Home, pupil_ids: list[str], *, as_of: date, known_as: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per pupil: pupil_id and date_of_birth as known on `as_of`, for those who must find a child on no roll."""
    return _told(home, _BIRTHS_AS_OF, pupil_ids, as_of=as_of, known_as=known_as)


def _told(home: Home, sql: str, pupil_ids: list[str], *, as_of: date, known_as: pl.DataFrame | None) -> pl.DataFrame:
    with identity(home) as con:
        con.register("wanted", _under_every_id(pupil_ids, known_as))
        return con.execute(sql, [as_of]).pl()


def _under_every_id(pupil_ids: list[str], known_as: pl.DataFrame | None) -> pl.DataFrame:
    themselves = pl.DataFrame({"pupil_id": pupil_ids, "known_as": pupil_ids}, schema=_KNOWN_AS)
    others = pl.DataFrame(schema=_KNOWN_AS) if known_as is None else known_as.select(*_KNOWN_AS)
    return pl.concat([themselves, others.filter(pl.col("known_as").is_in(pupil_ids))]).unique()


_KNOWN_AS = {"pupil_id": pl.String, "known_as": pl.String}

_NAMES_AS_OF = """
    SELECT known_as AS pupil_id, surname, forename FROM identity.people JOIN wanted USING (pupil_id)
    WHERE known_on <= ?
    QUALIFY row_number() OVER (
        PARTITION BY known_as
        ORDER BY known_on DESC, pupil_id = known_as DESC, surname DESC NULLS LAST, forename DESC NULLS LAST) = 1
    ORDER BY known_as
"""

_BIRTHS_AS_OF = """
    SELECT known_as AS pupil_id, arg_max(date_of_birth, (known_on, date_of_birth)) AS date_of_birth
    FROM identity.people JOIN wanted USING (pupil_id) WHERE known_on <= ? AND date_of_birth IS NOT NULL
    GROUP BY known_as ORDER BY known_as
"""

WORDS = """
    CREATE TABLE IF NOT EXISTS identity.words (
        pupil_id VARCHAR NOT NULL, urn INTEGER NOT NULL, list_as_of DATE NOT NULL, kind VARCHAR NOT NULL, text VARCHAR NOT NULL,
        known_on DATE NOT NULL)
"""
"""What staff, a pupil or parents said, as it came back on a list: only where settings say that words come back."""

KINDS_OF_WORDS = ("strengths", "pupil_words", "parent_words")


def remember_words(home: Home, told: pl.DataFrame, *, urn: int, list_as_of: date, known_on: date) -> None:
    """Keep words (pupil_id, kind, text) of the list of a school and day; what is known of that list already is not added again."""
    if told.is_empty():
        return
    with identity(home) as con:
        con.execute(WORDS)
        con.register("told", told.select("pupil_id", "kind", "text"))
        con.execute(
            """
            INSERT INTO identity.words
            SELECT pupil_id, $urn, $list_as_of, kind, text, $known_on FROM told
            ANTI JOIN (FROM identity.words WHERE urn = $urn AND list_as_of = $list_as_of) USING (pupil_id, kind, text)
            ORDER BY pupil_id, kind""",
            {"urn": urn, "list_as_of": list_as_of, "known_on": known_on},
        )


def words(home: Home, pupil_ids: list[str], *, as_of: date, known_as: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per pupil of whom any words were known on `as_of`: pupil_id and, by kind, those said on the latest list, under any
    pupil_id of the child's (`known_as` as for `names`).

    Null where nothing of a kind was ever said. Any list may print them, so ask only where settings let words come back.
    """
    with identity(home) as con:
        con.execute(WORDS)
        con.register("wanted", _under_every_id(pupil_ids, known_as))
        columns = ", ".join(
            f"arg_max(text, (list_as_of, known_on, text)) FILTER (kind = '{kind}') AS {kind}" for kind in KINDS_OF_WORDS
        )
        return con.execute(
            f"""
            SELECT known_as AS pupil_id, {columns} FROM identity.words JOIN wanted USING (pupil_id) WHERE known_on <= ?
            GROUP BY known_as ORDER BY known_as""",
            [as_of],
        ).pl()
