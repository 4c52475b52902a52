"""The rows of tonight's counts, and the numbers they hold: those printed, and those had by taking the parts from the whole."""

from collections.abc import Mapping

import polars as pl

from pipeline.tables.published import ANSWERS, FINDINGS, OUTCOMES, SIGNAL_STATES

from .hidden_cells import SumError
from .published_pages import KEYS, key_of

Rows = Mapping[str, Mapping[str, dict]]
"""By table, its rows by their key as text. A name of a cell is (table, key, column)."""

_ABSENT = ("persistent_absence_count", "severe_absence_count")

PUPILS = {
    "run": ("pupils_on_roll", "eligible", *OUTCOMES, "missed", *_ABSENT),
    "phase": ("pupils_on_roll", *_ABSENT, *OUTCOMES),
    "school": ("pupils_on_roll", *_ABSENT, *OUTCOMES),
    "flow": ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting"),
    "plans_in_time": ("plans", "plans_in_time", "plans_with_exceptions", "plans_in_time_with_exceptions"),
    "signal": SIGNAL_STATES,
    "signal_outcome": ("listed", *ANSWERS, *FINDINGS),
    "specialist": ("unmet",),
    "group_audit": ("pupils", "eligible", "listed", "missed", "already_known"),
    "ever": ("pupils", "ever_additional_support", "ever_plan", "ever_social_worker"),
    "lost_children": ("pupils",),
}
"""The published counts of pupils."""

_OF_PLACES = {
    "not_persistent": ("pupils_on_roll", ("persistent_absence_count",)),
    "persistent_not_severe": ("persistent_absence_count", ("severe_absence_count",)),
}

REMAINDERS = {
    "run": {"eligible_on_file": ("eligible_not_listed", ("missed",)), **_OF_PLACES},
    "phase": _OF_PLACES,
    "school": _OF_PLACES,
    "flow": {
        "not_looked_at": ("flagged", ("looked_at",)),
        "no_longer": ("flagged", ("looked_at", "unmet")),
        "no_need_found": ("looked_at", ("need_found",)),
        "need_not_met": ("looked_at", ("need_met",)),
        "not_waiting": ("unmet", ("waiting",)),
    },
    "plans_in_time": {
        "late": ("plans", ("plans_in_time",)),
        "late_with_exceptions": ("plans_with_exceptions", ("plans_in_time_with_exceptions",)),
        "exceptions": ("plans_with_exceptions", ("plans",)),
        "exceptions_in_time": ("plans_in_time_with_exceptions", ("plans_in_time",)),
    },
    "group_audit": {
        "eligible_on_file": ("eligible", ("listed", "missed")),
        "others": ("pupils", ("eligible", "already_known")),
    },
    "ever": {
        **{f"never_{name}": ("pupils", (name,)) for name in PUPILS["ever"][1:]},
        "support_without_plan": ("ever_additional_support", ("ever_plan",)),
    },
}  # fmt: skip
"""Printed nowhere, and had by taking the parts from the whole: as small and as telling as any count."""

NOUGHT_SAYS_NOTHING = {"no_longer", "exceptions", "exceptions_in_time"}
"""Remainders of which nought does not say that all of a place's children are one thing."""

NOUGHT_IS_OF = {"eligible_on_file": "missed"}
"""Where nobody was missed there is no whole of which none could be on file."""

GROUPS = ("group_audit", "ever")
"""Tables of groups of children, of whom none says as much as few."""


def rows_by_key(counts: Mapping[str, pl.DataFrame]) -> Rows:
    """A kind of lost children that cannot be judged has no count, and is no row; a table not counted tonight has none."""
    judged = {table: counts[table] for table in KEYS if table in counts}
    if "lost_children" in judged:
        judged["lost_children"] = judged["lost_children"].filter("judged")
    rows: dict[str, dict[str, dict]] = {table: {} for table in KEYS}
    for table, frame in judged.items():
        rows[table] = {row["_key"]: row for row in frame.with_columns(_key=key_of(table)).iter_rows(named=True)}
    return rows


def remainder(rows: Rows, table: str, key: str, column: str) -> int:
    whole, parts = REMAINDERS[table][column]
    row = rows[table][key]
    return not_less_than_nought((table, key, column), row[whole] - sum(row[part] for part in parts))


def not_less_than_nought(name: tuple, value: int) -> int:
    """Raises SumError where the parts are more than the whole: two tables count different things under one name."""
    if value < 0:
        raise SumError(f"what is left for {name} is less than nought")
    return value


def is_of_a_group(table: str, row: Mapping) -> bool:
    """The pupils of a phase are those of places, and their noughts stand in the places' own tables."""
    return table in GROUPS and row.get("kind") != "phase"
