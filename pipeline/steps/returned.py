"""What a returned list says, held to its rules: which answers are taken, and which rows go back and why.

A row is taken whole or not at all; what is wrong with its cells is told only where it is known whose row it is. Every rule is held again that the workbook's own drop-downs and limits hold, for pasting
gets round those.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.vocabulary.feedback import DECISIONS, FACTS, LONGEST_SNOOZE_DAYS, OUTCOMES, SNOOZE, SNOOZE_REASONS
from pipeline.vocabulary.school_year import school_year_of


@dataclass(frozen=True)
class Rule:
    """One rule of a row: its name, where a row breaks it, and the sentence that says so and what to do; no child's data."""

    name: str
    is_broken: pl.Expr
    sentence: str


@dataclass(frozen=True)
class Judged:
    """The answers taken, their days read and their words spelt as ours; and one row per row refused and rule it breaks."""

    taken: pl.DataFrame
    broken: pl.DataFrame


BROKEN = {"sheet": pl.String, "row_number": pl.Int32, "rule": pl.String, "sentence": pl.String}

_A_FRESH_COPY = "Fill in the pupil's row in a fresh copy of the list."
_ONE_OF = "pick one from its list."
_A_DAY = "give a day, such as 26/11/2026."


def judged(
    answers: pl.DataFrame, listed: list[str], looked_into: dict[str, date], *, list_as_of: date, known_on: date
) -> Judged:
    """ANSWERS of one workbook, judged. `listed` are the keys on that list; `looked_into` are the keys of pupils somebody
    decided to look into, and the day of that. `known_on` is the day the workbook is read as known."""
    read = _read(answers, listed, looked_into)
    unsound = _broken(read, _RULES_OF_ROWS)
    sound = read.join(unsound, on=_ROW, how="anti", maintain_order="left")
    told = pl.concat([unsound, _broken(sound, _rules_of_cells(list_as_of, known_on))])
    taken = sound.join(told, on=_ROW, how="anti", maintain_order="left")
    return Judged(taken, told.sort(_ROW, maintain_order=True))


_ROW = ("sheet", "row_number")


def _broken(rows: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    told = [(rows.filter(rule.is_broken), rule) for rule in rules]
    found = [those.select(*_ROW, rule=pl.lit(rule.name), sentence=pl.lit(rule.sentence)) for those, rule in told]
    return pl.concat([pl.DataFrame(schema=BROKEN), *found])


def _read(answers: pl.DataFrame, listed: list[str], looked_into: dict[str, date]) -> pl.DataFrame:
    """`answers` with choices in small letters, days as days beside what was told of them, and what is known of each key."""
    days = ("decided_on", "snooze_until", "outcome_on")
    choices = ("decision", "snooze_reason", "fact", "outcome")
    return answers.with_columns(
        *(pl.col(name).str.to_lowercase() for name in choices),
        *(as_day(pl.col(name)).alias(name) for name in days),
        *(pl.col(name).is_not_null().alias(f"{name}_told") for name in days),
        is_listed=pl.col("pupil_id").is_in(listed),
        times=pl.len().over("part", "pupil_id"),
        looked_into_since=pl.col("pupil_id").replace_strict(looked_into, default=None, return_dtype=pl.Date),
    )


_SPELLINGS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d %B %Y", "%d %b %Y")


def as_day(text: pl.Expr) -> pl.Expr:
    """ISO, `26/11/2026`, `26/11/26` or `26 November 2026`, with strokes, dots or hyphens; null for what is no day."""
    iso = text.str.contains(r"^\d{4}-\d{1,2}-\d{1,2}")
    plain = text.str.replace(r"[T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "")
    told = pl.when(iso).then(plain).otherwise(plain.str.replace_all(r"[.-]", "/"))
    short = told.str.contains(r"/\d{2}$")
    read = [told.str.to_date(spelling, strict=False) for spelling in _SPELLINGS if spelling != "%d/%m/%y"]
    read = [
        pl.when(short).then(told.str.to_date("%d/%m/%y", strict=False)),
        *(pl.when(~short).then(one) for one in read),
    ]
    day = pl.coalesce(read)
    return pl.when(day.is_between(date(2006, 1, 1), date(2100, 12, 31))).then(day)


def rules_of(*, list_as_of: date, known_on: date) -> tuple[Rule, ...]:
    """Every rule a row of the list of that day is held to, read as known on `known_on`: whose it is, then what it says."""
    return (*_RULES_OF_ROWS, *_rules_of_cells(list_as_of, known_on))


def _rules_of_cells(list_as_of: date, known_on: date) -> tuple[Rule, ...]:
    return (*_rules_of_decisions(list_as_of, known_on), *_RULES_OF_CHOICES, *_rules_of_outcomes(known_on))


_OF_LIST, _OF_LOOKED_INTO = pl.col("part") == "list", pl.col("part") == "looked into"
_HAS_KEY = pl.col("pupil_id").is_not_null()
_IS_WHOSE = _HAS_KEY & pl.col("is_sealed")

_RULES_OF_ROWS = (
    Rule("key_lost", ~_HAS_KEY, f"Its hidden key is gone, or the row was added. Nobody can tell whose it is. {_A_FRESH_COPY}"),
    Rule("seal_broken", _HAS_KEY & ~pl.col("is_sealed"),
         f"The pupil it shows and its hidden key do not belong together. {_A_FRESH_COPY}"),
    Rule("pupil_twice", _HAS_KEY & (pl.col("times") > 1), "The pupil is answered for in another row too: answer in one row alone."),
    Rule("has_formula", pl.col("has_formula"), "A formula stands in one of its cells, and none is believed: type the answer itself."),
    Rule("is_merged", pl.col("is_merged"), f"Cells of it are merged. Nobody can tell whose answer they hold. {_A_FRESH_COPY}"),
    Rule("not_on_list", _OF_LIST & _IS_WHOSE & ~pl.col("is_listed"),
         "The pupil is not on that list as it was last issued: answer on the newest list."),
)  # fmt: skip


def _rules_of_decisions(list_as_of: date, known_on: date) -> tuple[Rule, ...]:
    decided, told = pl.col("decided_on"), pl.col("decided_on_told")
    has_decision, is_snooze = pl.col("decision").is_not_null(), pl.col("decision") == SNOOZE
    until = pl.col("snooze_until")
    longest = decided.dt.offset_by(f"{LONGEST_SNOOZE_DAYS}d")
    return (
        Rule("decision_unknown", has_decision & ~pl.col("decision").is_in(DECISIONS), f"Decision is none of the choices: {_ONE_OF}"),
        Rule("decision_without_day", has_decision & ~told, f"A decision has no “Decided on”: {_A_DAY}"),
        Rule("day_without_decision", ~has_decision & told, f"“Decided on” has a day, and Decision is empty: {_ONE_OF}"),
        Rule("decided_on_no_day", told & decided.is_null(), f"“Decided on” is no day: {_A_DAY}"),
        Rule("decided_before_list", decided < list_as_of, "“Decided on” is before the day of the list. What was decided earlier belongs on the list of that day. Here give the day you "
             "decided again."),
        Rule("decided_ahead", decided > known_on, "“Decided on” is still to come: give the day it was decided."),
        Rule("snooze_without_day", is_snooze & ~pl.col("snooze_until_told"), f"A snooze has no “Snooze until”: {_A_DAY}"),
        Rule("snooze_no_day", pl.col("snooze_until_told") & until.is_null(), f"“Snooze until” is no day: {_A_DAY}"),
        Rule("snooze_without_reason", is_snooze & pl.col("snooze_reason").is_null(), f"A snooze has no “Snooze: why”: {_ONE_OF}"),
        Rule("snooze_over", is_snooze & (until <= decided), "“Snooze until” is not after “Decided on”: give a later day."),
        Rule("snooze_too_long", is_snooze & (until > longest),
             f"“Snooze until” is more than {LONGEST_SNOOZE_DAYS} days after “Decided on”: give an earlier day."),
        Rule("snooze_not_decided", ~is_snooze.fill_null(False) & (pl.col("snooze_until_told") | pl.col("snooze_reason").is_not_null()),
             f"“Snooze until” and “Snooze: why” go with the decision “{SNOOZE}” alone. Empty them, or decide so."),
    )  # fmt: skip


_RULES_OF_CHOICES = (
    Rule("snooze_reason_unknown", ~pl.col("snooze_reason").is_in(SNOOZE_REASONS), f"“Snooze: why” is none of the choices: {_ONE_OF}"),
    Rule("fact_unknown", ~pl.col("fact").is_in(FACTS), f"“A fact here is wrong” is none of the choices: {_ONE_OF}"),
    Rule("outcome_unknown", ~pl.col("outcome").is_in(OUTCOMES), f"“What came of it” is none of the choices: {_ONE_OF}"),
)  # fmt: skip


def _rules_of_outcomes(known_on: date) -> tuple[Rule, ...]:
    found, told, since = pl.col("outcome_on"), pl.col("outcome_on_told"), pl.col("looked_into_since")
    has_outcome = pl.col("outcome").is_not_null()
    return (
        Rule("not_looked_into", _OF_LOOKED_INTO & _IS_WHOSE & since.is_null(),
             "Nobody has decided to look into it, or that was changed since. Decide on the list first."),
        Rule("outcome_without_day", has_outcome & ~told, f"What came of it has no “Found on”: {_A_DAY}"),
        Rule("day_without_outcome", ~has_outcome & told, f"“Found on” has a day, and “What came of it” is empty: {_ONE_OF}"),
        Rule("outcome_no_day", told & found.is_null(), f"“Found on” is no day: {_A_DAY}"),
        Rule("outcome_before_decision", found < since, "“Found on” is before it was decided to look into it: give the day it was found."),
        Rule("outcome_ahead", found > known_on, "“Found on” is still to come: give the day it was found."),
    )  # fmt: skip


def is_too_old(*, list_as_of: date, known_on: date) -> bool:
    """Whether a list is of no school year that is still looked at: neither this one nor the last."""
    return list_as_of < school_year_of(known_on).before.first_day
