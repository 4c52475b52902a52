"""One workbook a school: what triage decided, in the words a SENCo reads."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import identity, trail
from pipeline.edges.ahead import ahead
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import (
    HistoryNeeded,
    ListedPupil,
    OffList,
    ReviewList,
    UnderReview,
    day_in_words,
    full_name,
)
from pipeline.edges.workbook_paper import forgetting_texts
from pipeline.edges.workbooks import parts_of, write_parts
from pipeline.signals.catalogue import SIGNALS
from pipeline.signals.lines import lines_of, overrides_in_words
from pipeline.steps.agencies import involved
from pipeline.steps.looked_at import being_looked_into, looked_at
from pipeline.steps.pictures import last_four_weeks, recent, registers_to, weekly_attendance
from pipeline.steps.places import of_school
from pipeline.steps.triage import new_or_moved
from pipeline.vocabulary.sen import PlanWords

from .looking import Look, issued_lists
from .printing import clear_printables
from .putting_right import WrongFacts, write_without_list, wrong_facts
from .summary import Summary

COUNTED = {
    "eligible_not_listed": "Worth a look, but every place on this list is taken",
    "known_in_date": "Worth a look by the figures, and support is on file: begun, reviewed or still to be reviewed in date",
    "known_asked_for": "Worth a look by the figures, and an EHC needs assessment was requested",
    "known_roll": "Worth a look by the figures, and the roll says that there is support: no review date is held",
    "decided": "Worth a look by the figures, and decided on an earlier list",
    "snoozed": "Worth a look by the figures, and left until a set day: staff asked for that, or could not reach the pupil",
    "new_or_moved": "New or moved: too few sessions to judge, see the sheet New or moved",
    "history_needed": "Cannot be judged yet: too few sessions this year, or no last year held to compare with",
    "cannot_be_judged": "Not judged: no register or census is held, the other of two registers is not seen here, or it is not to be done",
    "not_eligible": "Nothing in the figures that asks for a look",
}
"""Why pupils are not on the list, in sentences that are true of everyone each counts."""

SEVERE = {
    "eligible_not_listed": "every place of this list is taken",
    "already_known": "decided on an earlier list",
    "snoozed": "left until a set day, as staff asked or where they could not reach the pupil",
    "history_needed": "judged by their own past alone, and there is too little of it",
    "cannot_be_judged": "the other of two registers is not seen here, or they are not to be judged",
    "not_eligible": "most of it is leave that does not ask about need, or no worse than their own past",
}
"""Why a pupil who misses half or more, with nothing on file, is not on the list."""


@dataclass(frozen=True)
class Lists:
    """What the lists of a day say, and what schools without one are to put right: nothing of it is written yet."""

    of_schools: list[ReviewList]
    wrong: WrongFacts

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, home: Home, look: Look) -> "Lists":
        wrong = wrong_facts(con, home, look)
        return cls(review_lists(home, look, wrong), wrong)

    def write(self, home: Home, look: Look, summary: Summary) -> None:
        """Every one of them; told in the summary."""
        clear_printables(home, as_of=look.as_of)
        summary.lists = write_lists(home, self.of_schools, as_of=look.as_of)
        summary.to_put_right = write_without_list(home, look, self.wrong)


@forgetting_texts()
def write_lists(home: Home, lists: list[ReviewList], *, as_of: date) -> int:
    """Write every school's workbook to outbox/<as_of>/lists, all put on record first; returns how many. Schools without a list get none.

    One is zipped and put away while the next is made.
    """
    trail.record_all(home, trail.LIST, [{"day": as_of.isoformat(), "school": listed.urn} for listed in lists])
    folder = home.lists_of(as_of)
    for stale in folder.glob("*.xlsx"):
        stale.unlink()
    if lists:
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
    seals = identity.seals(home)
    made = ((listed.urn, parts_of(listed, seals)) for listed in lists)
    with closing(ahead(made, at_most=_MADE_AHEAD)) as workbooks:
        for urn, parts in workbooks:
            write_parts(parts, folder / f"{urn}.xlsx")
    return len(lists)


_MADE_AHEAD = 4
"""Workbooks: one that takes long to make does not keep the next from being put away."""


def review_lists(home: Home, look: Look, wrong: WrongFacts) -> list[ReviewList]:
    """The list of every school whose list goes out, as plain data, in order of URN."""
    going_out = issued_lists(look)["urn"]
    if going_out.is_empty():
        return []
    words = _Words(home, look, with_newcomers(look.triage, look.features, as_of=look.as_of), wrong)
    schools = dict(look.known.schools.select("urn", "name").iter_rows())
    going_out = set(going_out)
    return [words.list_of(urn, schools.get(urn, f"School {urn}")) for urn in sorted(words.roll) if urn in going_out]


def with_newcomers(triage: pl.DataFrame, features: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`triage` where the outcome of those whose history a last school may hold is `new_or_moved`: the list names them."""
    newcomers = new_or_moved(features, as_of=as_of)["pupil_id"].implode()
    is_new = (pl.col("outcome") == "history_needed") & pl.col("pupil_id").is_in(newcomers)
    return triage.with_columns(outcome=pl.when(is_new).then(pl.lit("new_or_moved")).otherwise("outcome"))


def with_known_apart(triage: pl.DataFrame, support: pl.DataFrame) -> pl.DataFrame:
    """`triage` where the outcome of those already known says by what: a decision, or what their support rests on."""
    told = triage.join(support.select("pupil_id", "known_by"), on="pupil_id", how="left", maintain_order="left")
    by = pl.when("is_decided").then(pl.lit("decided")).otherwise("known_" + pl.col("known_by"))
    is_known = pl.col("outcome") == "already_known"
    return told.with_columns(outcome=pl.when(is_known).then(by).otherwise("outcome")).drop("known_by")


class _Words:
    """What a list says of each pupil shown, looked up once for all schools."""

    def __init__(self, home: Home, look: Look, triage: pl.DataFrame, wrong: WrongFacts):
        shown = triage.filter(pl.col("outcome").is_in(["listed", "new_or_moved"]))
        listed = shown.filter(pl.col("outcome") == "listed")
        before = look.earlier.before
        reviewed = being_looked_into(looked_at(before, as_of=look.as_of), look.triage, look.registers)
        self.reviewed = reviewed.filter(~pl.col("pupil_id").is_in(sorted(before.objected)))
        named = [*shown["pupil_id"], *look.off_list["pupil_id"], *self.reviewed["pupil_id"]]
        self.home, self.look, self.triage, self.wrong = home, look, triage, wrong
        told = identity.names(home, sorted(set(named)), as_of=look.as_of, known_as=look.known.children)
        self.names = _by_pupil(told)
        self.said = _said(home, listed, look)
        self.reasons = _reasons(look.signals, listed)
        lately = recent(look.weeks, listed)
        self.weekly, self.recent = weekly_attendance(lately), last_four_weeks(lately)
        self.listed, self.newcomers = _by_school(listed.sort("place")), _by_school(shown.filter(outcome="new_or_moved"))
        self.off_list, self.under_review = _by_school(look.off_list), _by_school(self.reviewed)
        self.roll = dict(triage.group_by("urn").len().iter_rows())
        self.counts = _counts(with_known_apart(triage, look.support))
        self.before = dict(before.lists.group_by("urn").agg(pl.col("as_of").max()).rows())
        self.support = _by_pupil(look.support.join(listed.select("pupil_id"), on="pupil_id", how="semi"))
        self.features = _by_pupil(look.features.filter(pl.col("pupil_id").is_in(named)))
        self.severe = _severe(look)
        self.registers_to = registers_to(look.registers)
        told = home.settings.gateway.strip()  # without it nothing an agency sent is of any use
        self.involved = involved(look.known.involved, as_of=look.as_of) if told else frozenset()

    def list_of(self, urn: int, school: str) -> ReviewList:
        settings, counts = self.home.settings, self.counts[urn]
        return ReviewList(
            urn=urn,
            school=school,
            as_of=self.look.as_of,
            registers_to=self.registers_to.get(urn),
            places=of_school(self.look.policy, urn, on_roll=self.roll[urn]),
            roll=self.roll[urn],
            issued_by=settings.name,
            demo=settings.demo,
            rows=tuple(map(self._listed, self.listed.get(urn, ()))),
            history_needed=self._history_needed(self.newcomers.get(urn, [])),
            counted=tuple((words, counts[outcome]) for outcome, words in COUNTED.items() if counts.get(outcome)),
            severe=self.severe.get(urn, ()),
            lines=(*overrides_in_words(lines_of(settings.lines)), *filter(None, [self.look.opinion.said])),
            is_ordered_by_model=self.look.opinion.orders,
            off_list=self._off_list(urn),
            under_review=self._under_review(urn),
            to_put_right=self.wrong.of(urn),
            before=self.before.get(urn),
            plan_words=(settings.words.sen_support, settings.words.plan),
            words_come_back=settings.words_come_back,
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
            reasons=(tuple(self.reasons.get(pupil_id, {}).values()) or (row["because"],)) + _order_because(row),
            named=tuple(name.replace("_", " ") for name in self.reasons.get(pupil_id, {})),
            changed=row["changed"],
            change=row["change"],
            waiting_since=row["waiting_since"],
            is_drawn=row["is_drawn"],
            **self.said.get(pupil_id, {}),
            weekly=self.weekly.get(pupil_id, ()),
            last_four_weeks=self.recent[pupil_id]
            if features["source"] == "registers"
            else "No registers held this year.",
            support=support_in_words(
                self.support.get(pupil_id), self.home.settings.words, is_involved=pupil_id in self.involved
            ),
            next_step=row["next_step"] or "",
        )

    def _off_list(self, urn: int) -> tuple[OffList, ...]:
        rows = self.off_list.get(urn, [])
        gone = [OffList(*self._who(row["pupil_id"]), row["kind"], row["because"]) for row in rows]
        return tuple(sorted(gone, key=lambda one: (one.kind, one.name, one.nc_year, one.because)))

    def _under_review(self, urn: int) -> tuple[UnderReview, ...]:
        rows = self.under_review.get(urn, [])
        found = [
            UnderReview(
                row["pupil_id"], *self._who(row["pupil_id"]), row["decided_on"], row["list_as_of"], row["school_weeks"]
            )
            for row in rows
        ]
        return tuple(sorted(found, key=lambda one: (one.decided_on, one.name, one.pupil_id)))

    def _who(self, pupil_id: str) -> tuple[str, str]:
        """Name and year group, as lists print them."""
        name, features = self.names.get(pupil_id, {}), self.features.get(pupil_id, {})
        return full_name(name.get("surname"), name.get("forename")), features.get("nc_year") or ""

    def _history_needed(self, rows: list[dict]) -> tuple[HistoryNeeded, ...]:
        found = [(self.names.get(row["pupil_id"], {}), self.features[row["pupil_id"]]) for row in rows]
        needed = [
            HistoryNeeded(
                full_name(name.get("surname"), name.get("forename")),
                features["nc_year"] or "",
                features["entry_date"],
                features["possible_sessions_ytd"],
            )
            for name, features in found
        ]
        return tuple(sorted(needed, key=lambda one: (one.nc_year.zfill(2), one.name, one.entry_date)))


def _order_because(row: Mapping) -> tuple[str, ...]:
    """Where a model orders the list, what moved this pupil up, last of the reasons."""
    return (row["order_because"],) if row["order_because"] else ()


def _severe(look: Look) -> dict[int, tuple[tuple[str, int], ...]]:
    """By school, of the pupils missing half or more with nothing on file whom no list names: why, and how many."""
    missing = look.signals.filter("raised", signal="severe_absence").select("pupil_id")
    bare = look.support.filter(~pl.col("on_file")).select("pupil_id")
    theirs = look.triage.join(missing, on="pupil_id", how="semi").join(bare, on="pupil_id", how="semi")
    return {
        urn: tuple((words, told[outcome]) for outcome, words in SEVERE.items() if outcome in told)
        for urn, told in _counts(theirs).items()
    }


def _said(home: Home, listed: pl.DataFrame, look: Look) -> dict[str, dict[str, str]]:
    """What staff, pupils and parents said on earlier lists, by pupil: nothing unless this home lets words come back."""
    if not home.settings.words_come_back:
        return {}
    told = identity.words(home, listed["pupil_id"].to_list(), as_of=look.as_of, known_as=look.known.children)
    return {row.pop("pupil_id"): {kind: text or "" for kind, text in row.items()} for row in told.iter_rows(named=True)}


def _here(rows: pl.DataFrame, look: Look) -> pl.DataFrame:
    """`rows` of pupils on a roll, with the school that lists them now."""
    return rows.drop("urn", strict=False).join(look.features.select("pupil_id", "urn"), on="pupil_id")


def _by_pupil(frame: pl.DataFrame) -> dict[str, dict]:
    return {row["pupil_id"]: row for row in frame.iter_rows(named=True)}


def _by_school(frame: pl.DataFrame) -> dict[int, list[dict]]:
    """Its rows, in their order, by the school that lists the pupil."""
    found: dict[int, list[dict]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["urn"], []).append(row)
    return found


def _counts(triage: pl.DataFrame) -> dict[int, dict[str, int]]:
    """By school, how many pupils each outcome has."""
    found: dict[int, dict[str, int]] = {}
    for urn, outcome, count in triage.group_by("urn", "outcome").len().iter_rows():
        found.setdefault(urn, {})[outcome] = count
    return found


def _reasons(signals: pl.DataFrame, listed: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Per listed pupil, by its name the sentence of each signal raised: most points first, then the catalogue's order.

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
    found: dict[str, dict[str, str]] = {}
    for pupil_id, signal, reason in ordered.select("pupil_id", "signal", "reason").iter_rows():
        found.setdefault(pupil_id, {})[signal] = reason
    return found


INVOLVED = "a service is already involved (known to staff)"
"""All that a list ever says of another agency, and neither which nor since when: no rule, point or order knows of it."""


def support_in_words(row: Mapping | None, words: PlanWords = PlanWords(), *, is_involved: bool = False) -> str:
    """What a list says is on file, and whether another agency says that it is involved."""
    said = _on_file(row, words)
    return f"{said}; {INVOLVED}" if is_involved else said


def _on_file(row: Mapping | None, words: PlanWords) -> str:
    """What a list says is on file: the sentence of support still known, else SEN provision and the day of any support.

    That day may be of any kind of support, so it is never given to SEN provision: who is a young carer, or has early
    help, is not for a list to say.
    """
    if row is None or not row["on_file"]:
        return "Nothing on file"
    if row["known_because"]:
        said = row["known_because"].removesuffix(".")
        return said[:1].upper() + said[1:]
    provision = words.of_provision(row["sen_provision"])
    said = f"{provision}, as known on {day_in_words(row['sen_provision_on'])}" if provision else ""
    if row["last_review"]:
        reviewed = f"support known to staff, last reviewed or begun {day_in_words(row['last_review'])}"
        return f"{said}; {reviewed}" if said else reviewed[0].upper() + reviewed[1:]
    return f"{said or 'Support known to staff'}; no review date held"
