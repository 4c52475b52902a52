"""Which child a UPN is: for whoever erases, shows or objects. The UPN goes no further than here."""

import re
import unicodedata
from dataclasses import dataclass

import duckdb
import polars as pl

from pipeline.edges import child as children
from pipeline.edges import claims, forgotten, identity, traces
from pipeline.edges.child import Child
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home
from pipeline.edges.upns import upn_checks

from .agencies import agency_links_now


class NobodyHeld(Refused):
    """That neither database has a UPN."""

    def __init__(self, home: Home):
        super().__init__(
            f"No child is held under that UPN in {home.folder}: look whether it is typed right. Nothing was done."
        )


@dataclass(frozen=True)
class Whose:
    """The child a UPN is of, and the pupil_id of the UPN itself."""

    child: Child
    pupil_id: str


def pupil_id_of(home: Home, upn: str) -> tuple[str, str]:
    """A UPN as it is spelt, and its pupil_id. Raises Refused for what is none; it is told to nobody."""
    spelt = upn.strip().upper()
    if not upn_checks(pl.Series("upn", [spelt], dtype=pl.String))["is_usable"][0]:
        raise Refused(
            "That is no UPN: it has thirteen characters, and its first letter must fit the others. Nothing was done."
        )
    return spelt, identity.pseudonyms(home).of(pl.Series("upn", [spelt]))["pupil_id"][0]


def whose(con: duckdb.DuckDBPyConnection, home: Home, upn: str) -> Whose:
    """The child. Raises NobodyHeld where nobody is held under the UPN, in the warehouse or among the names."""
    _, pupil_id = pupil_id_of(home, upn)
    found = child_of(con, home, [pupil_id])
    if not found.names and not found.upns and not any(children.held(con, one) for one in found.pupil_ids):
        raise NobodyHeld(home)
    return Whose(found, pupil_id)


def whose_anywhere(con: duckdb.DuckDBPyConnection, home: Home, upn: str) -> Whose:
    """Likewise, of a child who is in files alone too, as one not taken in, or refused. Raises NobodyHeld where no file has the UPN either."""
    try:
        return whose(con, home, upn)
    except NobodyHeld:
        found = by_upn_alone(home, upn)
        if not any(traces.files_with(home, traces.sought(found.child))):
            raise
        return found


def by_upn_alone(home: Home, upn: str) -> Whose:
    """A child of whom nothing is known but the UPN."""
    spelt, pupil_id = pupil_id_of(home, upn)
    return Whose(Child((pupil_id,), (spelt,)), pupil_id)


def child_of(con: duckdb.DuckDBPyConnection, home: Home, pupil_ids: list[str]) -> Child:
    with claims.claims(home) as names:
        children.make_tables(names)
    linked = agency_links_now(con, home).standing.select("one", "other")
    with claims.claims(home) as names:
        return children.child(con, names, pupil_ids, identity.pseudonyms(home), linked)


def child_marked(con: duckdb.DuckDBPyConnection, home: Home, marked: tuple[str, ...]) -> Child | None:
    """The child whose UPNs have these marks, of an erasure that did not end; None where no name is left."""
    marks, wanted = forgotten.marks(home), set(marked)
    with claims.claims(home) as names:
        told = names.execute("SELECT DISTINCT upn, pupil_id FROM identity.people UNION SELECT DISTINCT upn, pupil_id FROM identity.told_names").fetchall()  # fmt: skip
    ids = sorted({pupil_id for upn, pupil_id in told if upn and marks.mark(forgotten.UPN, upn) in wanted})
    return child_of(con, home, ids) if ids else None


def refuse_named(reason: str, child: Child) -> str:
    """The reason as it goes on record. Raises Refused where it is empty, or names the child: what is on record of an erasure must not."""
    said = " ".join(reason.split())
    if not said:
        raise Refused("--reason says why, in a few words, and not of whom.")
    words = set(_words(said))
    ids = {one.casefold() for one in (*child.upns, *child.pupil_ids)}
    names = {
        word for surname, forename, _ in child.names for name in (surname, forename) for word in _words(name or "")
    }
    if words & ids or words & names or any(one in said.casefold() for one in ids):
        raise Refused("--reason names the child, by name or UPN: say why, and not of whom. Nothing was done.")
    return said


def _words(text: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return [word for word in re.split(r"[\W_]+", plain) if len(word) > 1]
