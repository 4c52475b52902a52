"""What a model may look at, and what it never may.

Attendance alone: each column is one of `derived.pupil_features` as of the day. Who a child is - sex, ethnicity, free school
meals, language, postcode, month of birth, SEN provision or need - is kept for the audit and refused here, whatever it is
called; so is which school it is, and what kind (Boston 2026: models without such columns kept their accuracy).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import Unfit
from .never_read import refused_as

RISES, EITHER_WAY = 1, 0
"""Whether more of a feature may only ever move a pupil up, or either way."""


@dataclass(frozen=True)
class Feature:
    """One column a model reads, and the words in which a list says that it moved the order.

    `words` is a template of `signals.sentences` over columns of `derived.pupil_features`.
    """

    name: str
    words: str
    monotone: int = RISES


FEATURES = (
    Feature("judged_absence_rate", "{judged_absence_sessions} of {judged_possible_sessions:session} missed {judged_period}"),
    Feature("judged_need_absence_rate", "{judged_need_absence_sessions} of {judged_need_possible_sessions:session} missed {judged_period}, holidays and other leave set aside"),
    Feature("absence_rate_ytd", "{absence_sessions_ytd} of {possible_sessions_ytd:session} missed this year"),
    Feature("absence_rate_20d", "{absence_sessions_20d} of {possible_sessions_20d:session} missed in the last 20 school days"),
    Feature("need_absence_rate_20d", "{need_absence_sessions_20d} of {need_possible_sessions_20d:session} missed in the last 20 school days, holidays and other leave set aside"),
    Feature("need_absence_rate_before_20d", "{need_absence_sessions_before_20d} of {need_possible_sessions_before_20d:session} missed this year before the last 20 school days"),
    Feature("need_absence_rate_45d", "{need_absence_sessions_45d} of {need_possible_sessions_45d:session} missed in the last nine weeks"),
    Feature("absence_rate_last_year", "{absence_sessions_last_year} of {possible_sessions_last_year:session} missed last year"),
    Feature("past_need_absence_rate", "{past_need_absence_sessions} of {past_need_possible_sessions:session} missed {past_period}"),
    Feature("unexplained_rate_half_term", "{unexplained_sessions_half_term} of {possible_sessions_half_term:session} missed without leave in the latest half term"),
    Feature("late_sessions_30d", "late {late_sessions_30d:times} in the last six weeks"),
    Feature("absence_spells_term", "{absence_spells_term:spell} of absence begun this term"),
    Feature("absence_spells_20d", "{absence_spells_20d:spell} of absence begun in the last 20 school days"),
    Feature("suspensions_12m", "{suspensions_12m:suspension} in the last 12 months"),
    Feature("no_reason_sessions_older_5d", "{no_reason_sessions_older_5d:session} for which no reason has been given"),
    Feature("moves_24m", "{moves_24m:move} between schools in the last two years", EITHER_WAY),
    Feature("pattern_share", "{pattern_absences_ytd} of {pattern_all_absences_ytd:absence} on {pattern_slot}", EITHER_WAY),
)  # fmt: skip
"""The whole of what a home's model may read. It is said on the model card, and a model fitted on another list is not loaded."""


def allowed(names: Iterable[str]) -> tuple[str, ...]:
    """`names`, all of which a model may read. Raises Unfit for the first it may not."""
    names = tuple(names)
    for name in names:
        if what := refused_as(name):
            raise Unfit(
                f"The column {name} tells {what}, which no model may read: leave it out, or name it g_{name.removeprefix('x_')} "
                "so that it is audited."
            )
    return names
