"""Other agencies' children linked to pupils: compared, judged, decided by a person, and what follows brought to the shelf.

Nothing that is compared leaves the identity file. The warehouse is told of a pupil that a service is involved, and since
when; no signal, feature, order or model reads it.
"""

from datetime import date

import duckdb
import polars as pl

from pipeline.edges import agencies, intake, links
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.learned_linkage import learned
from pipeline.edges.linkage import weights
from pipeline.edges.settings import Home
from pipeline.edges.worklist import remove_worklist
from pipeline.steps.agencies import involvement_of
from pipeline.steps.agency_links import AGENCY_LINKS, CODES_BEGIN, confirmed_last, judged, with_changes
from pipeline.steps.decided import CONFIRMED, standing, waiting
from pipeline.tables.linkage import SHIPPED, Model, model_from
from pipeline.tables.staged_agencies import AGENCY_INVOLVEMENT

from .summary import Summary
from .who_is_who import Links, is_news, pairs_told


def link_agencies(
    con: duckdb.DuckDBPyConnection, home: Home, summary: Summary, *, known_on: date, history: bool
) -> None:
    """The last of a take-in: compare again where anything is new, judge, and bring what follows to the shelf.

    Where no agency ever sent anything, nothing is done; where settings no longer name the gateway, nothing but to erase names.
    """
    if not any_taken(con):
        return
    if not home.settings.gateway.strip():
        _end_use(con, home, known_on, history=history)
        return
    with summary.timed("agencies: link"), agencies.with_names(home) as names:
        _weigh(con, names)
        now = _judge(con, names, home, _day(names, known_on, history=history))
        if not history:
            _erase(names, home, now, known_on, but_not={*now.standing["one"], *now.waiting["one"]})
        _bring_to_shelf(con, names, now)
        summary.agency_links = {"stand": now.standing.height, "wait": now.waiting.height}


def any_taken(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("SELECT 1 FROM warehouse.staged.agencies LIMIT 1").fetchone() is not None


def _weigh(con: duckdb.DuckDBPyConnection, names: duckdb.DuckDBPyConnection) -> None:
    """Weigh all pairs anew where a pupil's or an agency's record is new, or the model is; else they weigh what they did."""
    agencies.set_parents(names, intake.known_parents(con))
    model = model_of(names)
    told = agencies.inputs(names, model.fingerprint)
    if told != agencies.weighed(names):
        agencies.replace_weights(names, weights(names, agencies.PUPILS, agencies.OTHERS, model), told)


def model_of(names: duckdb.DuckDBPyConnection) -> Model:
    """The model this home was told to use last, else the one that is shipped."""
    kept = agencies.kept_model(names)
    return model_from(kept) if kept else SHIPPED


def _day(names: duckdb.DuckDBPyConnection, known_on: date, *, history: bool) -> date:
    """The day from which what is judged now is known: of history taken in first, the day its first row was."""
    before = agencies.found(names)
    if before.is_empty():
        return agencies.first_sent(names) or known_on if history else known_on
    return max(known_on, *before["known_on"], *before["until"].drop_nulls())


def _judge(con: duckdb.DuckDBPyConnection, names: duckdb.DuckDBPyConnection, home: Home, on: date) -> Links:
    decisions = links.decisions(con, AGENCY_LINKS)
    known_as, settings = links.children(con, as_of=None), home.settings
    told = judged(agencies.weights(names), decisions, known_as, use_from=settings.use_from, ask_from=settings.ask_from)
    before = agencies.found(names)
    found = with_changes(before, told, on=on)
    if not found.equals(before):
        agencies.replace_found(names, found)
    return _links(found, decisions)


def _links(found: pl.DataFrame, decisions: pl.DataFrame) -> Links:
    return Links(found, decisions, standing(found, decisions), waiting(found, decisions))


def _erase(names: duckdb.DuckDBPyConnection, home: Home, now: Links, known_on: date, *, but_not: set[str]) -> None:
    agencies.erase(
        names, sorted(but_not), sorted({*now.links["one"]}), known_on=known_on, days=home.settings.unlinked_days
    )


def _end_use(con: duckdb.DuckDBPyConnection, home: Home, known_on: date, *, history: bool) -> None:
    """Without a gateway no name is kept longer than of a child nobody is linked to, and no worklist at all."""
    remove_worklist(home, AGENCY_LINKS)
    if not history:
        with agencies.with_names(home) as names:
            now = _links(agencies.found(names), links.decisions(con, AGENCY_LINKS))
            _erase(names, home, now, known_on, but_not=set())


def _bring_to_shelf(con: duckdb.DuckDBPyConnection, names: duckdb.DuckDBPyConnection, now: Links) -> None:
    """All of it anew: a run killed before this leaves nothing that the next does not mend."""
    with shelf.transaction(con):
        fold_involvement(con, names, now)


def fold_involvement(con: duckdb.DuckDBPyConnection, names: duckdb.DuckDBPyConnection, now: Links) -> None:
    """What agencies stated of pupils, anew, within the caller's transaction."""
    rows = AGENCY_INVOLVEMENT.conform(involvement_of(now.links, agencies.statements(names)))
    con.execute(f"DELETE FROM warehouse.{AGENCY_INVOLVEMENT.name}")
    shelf.append(con, AGENCY_INVOLVEMENT, rows)


# A person decides


TITLE = "Other agencies"


def codes_apart(said: dict[str, list[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Codes of pairs by decision: those of other agencies' children, and the others."""
    parts = [
        {
            what: [code for code in codes if code.strip().lower().startswith(CODES_BEGIN) == is_ours]
            for what, codes in said.items()
        }
        for is_ours in (True, False)
    ]
    return parts[0], parts[1]


def agency_links_now(con: duckdb.DuckDBPyConnection, home: Home) -> Links:
    """Links as they are, of agencies' children (`one`) to pupil_ids (`other`)."""
    with agencies.with_names(home) as names:
        return _links(agencies.found(names), links.decisions(con, AGENCY_LINKS))


def decide(con: duckdb.DuckDBPyConnection, home: Home, said: dict[str, list[str]], *, known_on: date) -> int:
    """Record what a person said: codes of pairs, by decision (confirmed, rejected, undone). Returns how much of it was news.

    All of it or none. Raises Refused for a code that is no pair's, that is told two things at once, or that would make one
    child two pupils.
    """
    now = agency_links_now(con, home)
    pairs = pairs_told(said, now, TITLE)
    _refuse_two_pupils(pairs.get(CONFIRMED), now)
    news = {decision: rows.filter(is_news(decision, rows, now, TITLE)) for decision, rows in pairs.items()}
    for decision, rows in news.items():
        links.decide(con, AGENCY_LINKS, rows, decision, known_on=known_on)
    return sum(rows.height for rows in news.values())


def settled(con: duckdb.DuckDBPyConnection, home: Home, *, anew: bool, known_on: date) -> Links | None:
    """Links as they are; where anything was said of a pair (`anew`), judged again, without comparing anything again, and brought to
    the shelf. None where no agency ever sent anything, or settings name no gateway: then nothing is shown of it."""
    if not any_taken(con):
        return None
    if not home.settings.gateway.strip():
        remove_worklist(home, AGENCY_LINKS)
        return None
    if not anew:
        return agency_links_now(con, home)
    with agencies.with_names(home) as names:
        now = _judge(con, names, home, _day(names, known_on, history=False))
        _bring_to_shelf(con, names, now)
        return now


def _refuse_two_pupils(confirmed: pl.DataFrame | None, now: Links) -> None:
    """An agency's child is one pupil at most: a link a person made must be undone before another is made."""
    if confirmed is None or confirmed.is_empty():
        return
    made = confirmed_last(now.decisions).select("link", "one")
    told = pl.concat([made, confirmed.select("link", "one")]).unique()
    twice = told.filter(pl.col("link").n_unique().over("one") > 1)["link"].sort().to_list()
    if twice:
        raise Refused(
            f"{TITLE}: {', '.join(twice)} are of one child, who can be one pupil at most, so nothing was decided: undo or "
            "leave out all but one."
        )


def take_weights(con: duckdb.DuckDBPyConnection, home: Home, which: str, *, known_on: date) -> Model:
    """Use from now on the weights this home's own records give (`learned`) or those that are `shipped`; pairs are weighed
    by them at the next take-in. Raises Refused where nothing can be learned."""
    with agencies.with_names(home) as names:
        agencies.set_parents(names, intake.known_parents(con))
        model = learned(names, agencies.PUPILS, agencies.OTHERS) if which == "learned" else SHIPPED
        agencies.keep_model(names, model.as_json, model.fingerprint, known_on=known_on)
    return model
