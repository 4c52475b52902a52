"""The way back: lists that came back are read, each row is held to its rules, and what is refused goes back with the reason."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import beside, feedback, identity, inbox, links, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Changed, Refused
from pipeline.edges.extract import Extract
from pipeline.edges.returned import Returned, content_of, returned_list
from pipeline.edges.seals import Seals
from pipeline.edges.sent_back import scope, send_back_rows, send_back_why
from pipeline.edges.settings import Home
from pipeline.edges.workbook_marks import LIVE
from pipeline.edges.workbook_parts import damaged
from pipeline.steps.answers import decision_of_each
from pipeline.steps.returned import Judged, is_too_old, judged
from pipeline.tables.feedback import CORRECTIONS, DECISIONS, OUTCOMES, REFUSED_ROWS, RETURNS
from pipeline.vocabulary.feedback import LOOK_INTO_IT

from .summary import ReturnSummary, Summary


@dataclass(frozen=True)
class _Read:
    """One file as it was read: the list it is, or why it is none that can be taken."""

    extract: Extract
    returned: Returned | None = None
    refused: Refused | None = None

    @property
    def turn(self) -> tuple:
        """Older lists first, whatever the files are called: what a later list says of a pupil may rest on an earlier one."""
        mark = self.returned and self.returned.mark
        return (mark.as_of, mark.urn, self.extract.sha256) if mark else (date.max, 0, self.extract.sha256)


def unread(con: duckdb.DuckDBPyConnection, home: Home) -> list[Extract]:
    """What came back and was not read yet."""
    done = feedback.read_before(con)
    return [extract for extract in inbox.find_returned(home) if extract.sha256 not in done]


def read_returned(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary, *, known_on: date) -> None:
    """Read every list that came back since the last time, as known on `known_on`, each in a transaction of its own.

    The same bytes twice are read once. What was taken and refused is told of in `summary`.
    """
    seals = identity.seals(home)
    came_back = sorted((_read(one, seals, home) for one in unread(con, home)), key=lambda one: one.turn)
    trail.record_all(home, trail.READ, map(_scope, came_back))
    for read in came_back:
        try:
            if read.refused:
                raise read.refused
            _refuse_whole(con, home, read, known_on=known_on)
            _take(con, home, read, summary, known_on=known_on)
        except Changed as why:
            summary.returned.append(ReturnSummary(read.extract.name, refused_because=str(why)))
        except Refused as why:
            _refuse(con, home, read, str(why), summary, known_on=known_on)


def _scope(read: _Read) -> trail.Scope:
    mark = read.returned and read.returned.mark
    return scope(mark and mark.urn, mark and mark.as_of, read.extract.sha256)


_OF_DAMAGE = (ValueError, ArithmeticError, LookupError, RecursionError)
"""What a workbook that no program would write may still make its reader raise."""


def _read(extract: Extract, seals: Seals, home: Home) -> _Read:
    """One workbook that cannot be read keeps no other from being read: whatever is wrong with it, it is refused in words."""
    try:
        returned = returned_list(content_of(extract), extract.name, seals, with_words=home.settings.words_come_back)
    except Refused as why:
        return _Read(extract, refused=why)
    except _OF_DAMAGE:
        return _Read(extract, refused=damaged(extract.name))
    return _Read(extract, returned)


def _refuse_whole(con: duckdb.DuckDBPyConnection, home: Home, read: _Read, *, known_on: date) -> None:
    """Raises Refused for a list that this home may not take answers to, though it is one."""
    mark, name = read.returned.mark, read.extract.name
    if (mark.data != LIVE) != home.settings.demo:
        kind = ("made-up", "live") if home.settings.demo is False else ("live", "made-up")
        raise Refused(f"{name} is a list of {kind[0]} data, and this home holds {kind[1]} data: nothing of it is read.")
    if is_too_old(list_as_of=mark.as_of, known_on=known_on):
        raise Refused(
            f"{name} is the list of {mark.as_of:%d/%m/%Y}, older than the last school year: answer on the newest list instead."
        )
    if not feedback.was_issued(con, mark.urn, mark.as_of):
        raise Refused(
            f"{name} is a list of {mark.as_of:%d/%m/%Y} for school {mark.urn}, and this home issued none of that day and school: "
            "answer on the newest list instead."
        )


def _refuse(con, home: Home, read: _Read, why: str, summary: Summary, *, known_on: date) -> None:
    """Put a workbook that is refused whole on record, and say why to whoever sent it."""
    mark = read.returned and read.returned.mark
    urn, day = (mark.urn, mark.as_of) if mark else (None, None)
    answered = read.returned.answers.height if read.returned else 0
    said = ReturnSummary(read.extract.name, urn, day and day.isoformat(), answered, 0, answered, why)
    with shelf.transaction(con):
        _record(con, read, said, day, known_on=known_on)
        beside.write_refusal(home, read.extract.name, why)
        send_back_why(home, urn, day, read.extract.sha256, why)
    summary.returned.append(said)


def _take(con, home: Home, read: _Read, summary: Summary, *, known_on: date) -> None:
    """Take what may be taken of one workbook, and send the rest back: all of it or nothing."""
    mark, answers = read.returned.mark, read.returned.answers
    listed = feedback.listed(con, mark.urn, mark.as_of)
    since = looked_into(con, known_on=known_on)
    found = judged(answers, listed, since, list_as_of=mark.as_of, known_on=known_on)
    refused = found.broken.select("sheet", "row_number").unique().height
    said = ReturnSummary(
        read.extract.name, mark.urn, mark.as_of.isoformat(), answers.height, answers.height - refused, refused
    )
    _remember_words(home, found.taken, read, known_on=known_on)
    with shelf.transaction(con):
        _record(con, read, said, mark.as_of, known_on=known_on)
        _store(con, found, read, known_on=known_on)
        beside.write_refusal(home, read.extract.name, None)
        if refused:
            rows = _for_sender(answers, found)
            send_back_rows(home, mark.urn, mark.as_of, read.extract.sha256, rows, known_on=known_on)
    summary.returned.append(said)
    for rule, rows in found.broken.group_by("rule").len().sort("rule").iter_rows():
        summary.refused_answers_by_rule[rule] = summary.refused_answers_by_rule.get(rule, 0) + rows


def looked_into(con: duckdb.DuckDBPyConnection, *, known_on: date) -> dict[str, date]:
    """Each key of a pupil of whom the decision that counts is to look into it, and the day it was made: at whichever school, for
    one who moves takes it along, and the next school is asked what came of it."""
    told = decision_of_each(feedback.decisions(con, known_on))
    now = told.filter(pl.col("decision") == LOOK_INTO_IT).select("pupil_id", "decided_on")
    others = links.children(con, as_of=known_on).select("pupil_id", "known_as")
    theirs = others.join(now, left_on="known_as", right_on="pupil_id").select("pupil_id", "decided_on")
    return dict(pl.concat([now, theirs]).unique("pupil_id", keep="first", maintain_order=True).iter_rows())


def _record(con, read: _Read, said: ReturnSummary, list_as_of: date | None, *, known_on: date) -> None:
    row = (
        read.extract.sha256, said.file, known_on, said.urn, list_as_of, said.rows_answered, said.rows_taken, said.rows_refused,
        said.refused_because,
    )  # fmt: skip
    shelf.append(con, RETURNS, pl.DataFrame([row], schema=RETURNS.schema, orient="row"))


def _store(con, found: Judged, read: _Read, *, known_on: date) -> None:
    mark = read.returned.mark
    of_return = {"return_key": pl.lit(read.extract.sha256), "known_on": pl.lit(known_on)}
    rows = found.taken.with_columns(**of_return, urn=pl.lit(mark.urn), list_as_of=pl.lit(mark.as_of))
    for table, field in ((DECISIONS, "decision"), (OUTCOMES, "outcome"), (CORRECTIONS, "fact")):
        shelf.append(con, table, rows.filter(pl.col(field).is_not_null()))
    shelf.append(con, REFUSED_ROWS, found.broken.with_columns(**of_return))


def _remember_words(home: Home, taken: pl.DataFrame, read: _Read, *, known_on: date) -> None:
    """Keep words beside the names. Before the rest: killed between the two, the workbook is read again and adds nothing twice."""
    if home.settings.words_come_back:
        told = taken.unpivot(identity.KINDS_OF_WORDS, index="pupil_id", variable_name="kind", value_name="text")
        mark = read.returned.mark
        kept = told.drop_nulls("text").sort("pupil_id", "kind")
        identity.remember_words(home, kept, urn=mark.urn, list_as_of=mark.as_of, known_on=known_on)


def _for_sender(answers: pl.DataFrame, found: Judged) -> list[tuple[str, int, str, str]]:
    """Sheet, row number, name as on the list and sentence of every row refused, once for each rule it breaks."""
    names = answers.select("sheet", "row_number", name=pl.col("who").fill_null("").str.split("\n").list.first())
    told = found.broken.join(names, on=("sheet", "row_number"), how="left", maintain_order="left")
    return list(told.select("sheet", "row_number", pl.col("name").fill_null(""), "sentence").iter_rows())


def left_in_inbox(left: int) -> str:
    lists = "1 returned list is" if left == 1 else f"{left:,} returned lists are"
    return f"{lists} left in the inbox: a2n outcomes reads them."
