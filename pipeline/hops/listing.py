"""One workbook a school: what triage decided, in the words a SENCo reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.links import as_one_child
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import HistoryNeeded, ListedPupil, ReviewList, day_in_words
from pipeline.edges.workbooks import write_review_list
from pipeline.signals.catalogue import SIGNALS
from pipeline.steps.agencies import involved
from pipeline.steps.pictures import last_four_weeks, registers_to, weekly_attendance
from pipeline.steps.places import of_school
from pipeline.steps.triage import new_or_moved
from pipeline.tables.derived import ISSUED_PLACES

from .looking import Look

COUNTED = {
    "eligible_not_listed": "Worth a look, but every place on this list is taken",
    "already_known": "Worth a look by the figures, and already known: support is in place and reviewed in date",
    "snoozed": "Worth a look by the figures, and staff asked to wait until a set day",
    "new_or_moved": "New or moved: too few sessions to judge, see the sheet New or moved",
    "history_needed": "Cannot be judged yet: too few sessions this year, or no last year held to compare with",
    "cannot_be_judged": "Cannot be judged: no register or census is held, or the other of two registers is not seen here",
    "not_eligible": "Nothing in the figures that asks for a look",
}


def write_lists(home: Home, lists: list[ReviewList], *, as_of: date) -> int:
    """Write every school's workbook to outbox/<as_of>/lists; returns how many. Schools without a list get none."""
    folder = home.lists_of(as_of)
    for stale in folder.glob("*.xlsx"):
        stale.unlink()
    if lists:
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
    for listed in lists:
        write_review_list(listed, folder / f"{listed.urn}.xlsx")
    return len(lists)


def review_lists(con: duckdb.DuckDBPyConnection, home: Home, look: Look) -> list[ReviewList]:
    """Every school's list, as plain data, in order of URN."""
    words = _Words(con, home, look, with_newcomers(look.triage, look.features, as_of=look.as_of))
    withheld = set(look.without_list["urn"])
    schools = {row["urn"]: row["name"] for row in look.known.schools.iter_rows(named=True)}
    by_school = words.triage.partition_by("urn", as_dict=True)
    return [
        words.list_of(urn, schools.get(urn, f"School {urn}"), rows)
        for (urn,), rows in sorted(by_school.items())
        if urn not in withheld
    ]


def with_newcomers(triage: pl.DataFrame, features: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`triage` where the outcome of those whose history a last school may hold is `new_or_moved`: the list names them."""
    newcomers = new_or_moved(features, as_of=as_of)["pupil_id"].implode()
    is_new = (pl.col("outcome") == "history_needed") & pl.col("pupil_id").is_in(newcomers)
    return triage.with_columns(outcome=pl.when(is_new).then(pl.lit("new_or_moved")).otherwise("outcome"))


class _Words:
    """What a list says of each pupil shown, looked up once for all schools."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Home, look: Look, triage: pl.DataFrame):
        shown = triage.filter(pl.col("outcome").is_in(["listed", "new_or_moved"]))
        listed = shown.filter(pl.col("outcome") == "listed")
        self.home, self.look, self.triage = home, look, triage
        told = identity.names(home, shown["pupil_id"].to_list(), as_of=look.as_of, known_as=look.known.children)
        self.names = _by_pupil(told)
        self.reasons = _reasons(look.signals, listed)
        self.weekly = weekly_attendance(look.weeks, listed)
        self.recent = last_four_weeks(look.weeks, listed)
        self.before = _last_lists(con, as_of=look.as_of)
        self.support = _by_pupil(look.support)
        self.features = _by_pupil(look.features.join(shown.select("pupil_id"), on="pupil_id", how="semi"))
        self.registers_to = registers_to(look.registers)
        told = home.settings.gateway.strip()  # without it nothing an agency sent is of any use
        self.involved = involved(look.known.involved, as_of=look.as_of) if told else frozenset()

    def list_of(self, urn: int, school: str, rows: pl.DataFrame) -> ReviewList:
        settings = self.home.settings
        counts = dict(rows.group_by("outcome").len().rows())
        return ReviewList(
            urn=urn,
            school=school,
            as_of=self.look.as_of,
            registers_to=self.registers_to.get(urn),
            places=of_school(self.look.policy, urn, on_roll=rows.height),
            roll=rows.height,
            issued_by=settings.name,
            demo=settings.demo,
            rows=tuple(self._listed(row) for row in rows.filter(outcome="listed").sort("place").iter_rows(named=True)),
            history_needed=self._history_needed(rows.filter(outcome="new_or_moved")),
            counted=tuple((words, counts[outcome]) for outcome, words in COUNTED.items() if counts.get(outcome)),
            lines=(),
        )

    def _listed(self, row: Mapping) -> ListedPupil:
        pupil_id = row["pupil_id"]
        name, features = self.names.get(pupil_id, {}), self.features[pupil_id]
        return ListedPupil(
            place=row["place"],
            pupil_id=pupil_id,
            surname=name.get("surname") or "",
            forename=name.get("forename") or "",
            nc_year=features["nc_year"] or "",
            section=row["section"],
            reasons=self.reasons.get(pupil_id, ()),
            changed=self._changed(row),
            weekly=self.weekly.get(pupil_id, ()),
            last_four_weeks=self.recent[pupil_id]
            if features["source"] == "registers"
            else "No registers held this year.",
            support=support_in_words(self.support.get(pupil_id), is_involved=pupil_id in self.involved),
            next_step=row["next_step"] or "",
        )

    def _changed(self, row: Mapping) -> str:
        before = self.before.get(row["urn"])
        if before is None:
            return "The first list for this school."
        place = before.places.get(row["pupil_id"])
        if place is None:
            return f"New since the list of {day_in_words(before.as_of)}."
        return f"Also on the list of {day_in_words(before.as_of)}, in place {place}."

    def _history_needed(self, rows: pl.DataFrame) -> tuple[HistoryNeeded, ...]:
        found = [(self.names.get(pupil_id, {}), self.features[pupil_id]) for pupil_id in rows["pupil_id"].to_list()]
        needed = [
            HistoryNeeded(
                ", ".join(part for part in (name.get("surname"), name.get("forename")) if part) or "Name not held",
                features["nc_year"] or "",
                features["entry_date"],
                features["possible_sessions_ytd"],
            )
            for name, features in found
        ]
        return tuple(sorted(needed, key=lambda one: (one.nc_year.zfill(2), one.name, one.entry_date)))


def _by_pupil(frame: pl.DataFrame) -> dict[str, dict]:
    return {row["pupil_id"]: row for row in frame.iter_rows(named=True)}


def _reasons(signals: pl.DataFrame, listed: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Per listed pupil, the sentence of each signal raised: most points first, then the catalogue's order.

    A sentence that another says more fully is left out.
    """
    order = {signal.name: place for place, signal in enumerate(SIGNALS)}
    fuller = {signal.name: signal.says_more_than for signal in SIGNALS if signal.says_more_than}
    raised = signals.filter("raised").join(listed.select("pupil_id"), on="pupil_id", how="semi")
    doubled = raised.filter(pl.col("signal").is_in(list(fuller))).select("pupil_id", pl.col("signal").replace(fuller))
    ordered = (
        raised.join(doubled, on=("pupil_id", "signal"), how="anti")
        .with_columns(order=pl.col("signal").replace_strict(order, return_dtype=pl.Int32))
        .sort("pupil_id", -pl.col("points"), "order")
    )
    return {key[0]: tuple(rows["reason"]) for key, rows in ordered.group_by("pupil_id", maintain_order=True)}


INVOLVED = "a service is already involved (known to staff)"
"""All that a list ever says of another agency, and neither which nor since when: no rule, point or order knows of it."""


def support_in_words(row: Mapping | None, *, is_involved: bool = False) -> str:
    """What a list says is on file, and whether another agency says that it is involved."""
    said = _on_file(row)
    return f"{said}; {INVOLVED}" if is_involved else said


def _on_file(row: Mapping | None) -> str:
    """What a list says is on file: the sentence of support still known, else SEN provision and the day of any support.

    That day may be of any kind of support, so it is never given to SEN provision: who is a young carer, or has early
    help, is not for a list to say.
    """
    if row is None or not row["on_file"]:
        return "Nothing on file"
    if row["known_because"]:
        return row["known_because"].removesuffix(".")
    provision = {"K": "SEN support", "E": "EHC plan"}.get(row["sen_provision"] or "")
    said = f"{provision}, as known on {day_in_words(row['sen_provision_on'])}" if provision else ""
    if row["last_review"]:
        reviewed = f"support known to staff, last reviewed or begun {day_in_words(row['last_review'])}"
        return f"{said}; {reviewed}" if said else reviewed[0].upper() + reviewed[1:]
    return f"{said or 'Support known to staff'}; no review date held"


@dataclass(frozen=True)
class _LastList:
    as_of: date
    places: dict[str, int]


def _last_lists(con: duckdb.DuckDBPyConnection, *, as_of: date) -> dict[int, _LastList]:
    """Per school, its last list with an earlier as-of day. What a look back would have listed went to nobody."""
    rows = shelf.read(
        con,
        f"""
        SELECT urn, as_of, pupil_id, min(place) AS place
        FROM {as_one_child(con, f"warehouse.{ISSUED_PLACES.name}", as_of=as_of)} WHERE as_of < ?
        GROUP BY urn, as_of, pupil_id QUALIFY as_of = max(as_of) OVER (PARTITION BY urn)
        """,
        [as_of],
    )
    return {
        key[0]: _LastList(group["as_of"][0], dict(group.select("pupil_id", "place").rows()))
        for key, group in rows.group_by("urn")
    }
