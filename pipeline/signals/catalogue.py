"""Every signal the pipeline knows, in the order lists say them. To add one, write it and add it here and nowhere else.

A signal asks a question; it never answers what a child needs. Rates of persistent and severe absence are DfE's own, every
absence counted. A pupil's own past and spells are read from absences whose code asks about need alone, so that study leave,
faith, travelling families' work and holidays are never a reason to look. Where each line is drawn stands in `lines`.

Left out on purpose: the first week of term (FFT Education Datalab: no more telling than any other), police, social care's
events, household, postcode, free text. Little would be gained, and much harm done.
"""

from .elsewhere import (
    any_suspension,
    educated_elsewhere_too_long,
    moved_school,
    part_time_past_six_weeks,
    part_time_timetable,
    part_time_timetable_repeated,
)
from .how_it_comes import improvement, lateness, many_spells, no_reason_given_too_long, weekday_pattern
from .illness import long_or_repeated_illness
from .lines import Lines
from .on_record import early_years_profile, sen_removed_then_rises, wider_need, year_six_carried_over
from .own_past import climb_in_year_seven, rising_lately, unauthorised_rising, worse_than_last_year
from .rates import (
    absent_and_never_looked_at,
    nearly_persistent_and_rising,
    persistent_absence,
    recent_window,
    severe_absence,
)
from .signal import Signal

_IN_ORDER = (
    absent_and_never_looked_at,
    persistent_absence,
    severe_absence,
    long_or_repeated_illness,
    worse_than_last_year,
    nearly_persistent_and_rising,
    recent_window,
    rising_lately,
    unauthorised_rising,
    many_spells,
    weekday_pattern,
    lateness,
    year_six_carried_over,
    climb_in_year_seven,
    part_time_timetable,
    part_time_past_six_weeks,
    part_time_timetable_repeated,
    educated_elsewhere_too_long,
    any_suspension,
    sen_removed_then_rises,
    wider_need,
    early_years_profile,
    moved_school,
    no_reason_given_too_long,
    improvement,
)


def catalogue(lines: Lines) -> tuple[Signal, ...]:
    """Every signal, its lines drawn at `lines`. Names, roles, points and next steps are the same whatever they are."""
    return tuple(signal(lines) for signal in _IN_ORDER)


SIGNALS = catalogue(Lines())

TRIGGERS = tuple(signal.name for signal in SIGNALS if signal.role == "trigger")
