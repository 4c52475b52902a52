"""England's own figures, to stand beside a home's: a place to stand, never a target.

Each says what time it is of and who published it. Where a figure was had at second hand its source says so. All but the
Commissioner's are the Department for Education's, under the Open Government Licence v3.0. They are as far as published when
this version was made, and no run fetches any.
"""

from dataclasses import dataclass

WEEKLY_PHASES = ("Primary", "Secondary", "Special", None)
"""The phases that weekly figures are told for, all together (None) last."""

WEEKLY_PERCENT = {
    (2022, 37): (4.40, 6.39, 10.63, 5.36), (2022, 38): (4.94, 7.96, 12.00, 6.35), (2022, 39): (4.87, 8.34, 12.27, 6.48),
    (2022, 40): (5.01, 7.67, 12.13, 6.27), (2022, 41): (5.23, 7.45, 11.96, 6.29), (2022, 42): (6.27, 8.63, 12.71, 7.39),
    (2022, 44): (5.08, 7.61, 11.52, 6.27), (2022, 45): (5.29, 7.76, 11.91, 6.46), (2022, 46): (5.99, 8.60, 12.77, 7.22),
    (2022, 47): (7.44, 10.29, 14.34, 8.77), (2022, 48): (7.61, 11.06, 15.09, 9.21), (2022, 49): (9.53, 12.85, 17.13, 11.08),
    (2022, 50): (12.36, 16.48, 20.59, 14.26), (2023, 1): (5.98, 8.44, 13.10, 7.15), (2023, 2): (4.66, 7.84, 11.67, 6.14),
    (2023, 37): (3.85, 6.14, 10.18, 4.95), (2023, 38): (4.64, 7.42, 11.52, 5.96), (2023, 39): (5.14, 8.73, 12.87, 6.83),
    (2023, 40): (4.72, 8.67, 12.66, 6.57), (2023, 41): (4.64, 8.08, 12.39, 6.26), (2023, 42): (5.61, 8.74, 13.12, 7.10),
    (2023, 44): (5.06, 7.96, 12.25, 6.44), (2023, 45): (4.86, 7.78, 12.02, 6.25), (2023, 46): (5.18, 8.12, 12.48, 6.58),
    (2023, 47): (5.64, 8.44, 13.13, 6.98), (2023, 48): (6.01, 9.16, 13.82, 7.51), (2023, 49): (6.28, 9.79, 14.24, 7.94),
    (2023, 50): (6.69, 10.43, 14.40, 8.44), (2024, 37): (3.81, 5.67, 10.14, 4.75), (2024, 38): (4.47, 6.88, 11.58, 5.66),
    (2024, 39): (4.41, 7.56, 12.21, 5.94), (2024, 40): (4.48, 7.58, 12.22, 5.99), (2024, 41): (4.44, 7.28, 12.06, 5.83),
    (2024, 42): (4.94, 7.65, 12.44, 6.27), (2024, 43): (5.61, 8.40, 12.91, 6.97), (2024, 45): (4.69, 7.44, 11.84, 6.03),
    (2024, 46): (4.49, 7.34, 11.92, 5.88), (2024, 47): (5.74, 8.33, 13.58, 7.03), (2024, 48): (5.77, 8.38, 13.57, 7.06),
    (2024, 49): (5.83, 8.86, 13.78, 7.31), (2025, 37): (3.78, 5.61, 10.29, 4.75), (2025, 38): (4.51, 6.92, 11.80, 5.76),
    (2025, 39): (4.41, 7.52, 12.40, 5.99), (2025, 40): (4.41, 7.56, 12.39, 6.01), (2025, 41): (4.28, 7.01, 12.09, 5.69),
    (2025, 42): (4.71, 7.32, 12.17, 6.06), (2025, 43): (6.09, 8.61, 13.14, 7.33), (2025, 45): (4.76, 7.32, 11.88, 6.09),
}  # fmt: skip
"""Percent of possible sessions missed in state-funded schools, by ISO year and week (ISO 8601), in the order of WEEKLY_PHASES.

Source: Department for Education, Pupil attendance in schools, weekly. Weeks that are not here are not known, and no week stands
for another year's.
"""


@dataclass(frozen=True)
class Figure:
    """One published figure of England: `phase` is None for all, `value` 0 to 1, `of` the time it is of."""

    figure: str
    phase: str | None
    value: float
    of: str
    source: str


_THIS_YEAR = "School year 2025/26, 8 September 2025 to 10 July 2026"
_ATTENDANCE = "Department for Education, Pupil attendance in schools, figures of the year to date as of 10 July 2026."

_BANDS_OF = "School year 2022/23, the whole of it"
_BANDS = (
    "Department for Education, Pupil absence in schools in England, national rows of the bands of absence: had by us from "
    "those bands. Of later years none was to be had by phase."
)

_PLANS_OF = "Plans issued in the calendar year 2024"
_PLANS = "Department for Education, Education, health and care plans, England, 2025 release. Those {}."

_CHILDHOODS = "Whole childhoods, of the children the report counts"
_COMMISSIONER = "Children's Commissioner for England, The Children's Plan, 2025. Taken at second hand: its definition is not checked here."

FIGURES = (
    Figure("absence_rate", None, 0.06883, _THIS_YEAR, _ATTENDANCE),
    Figure("absence_rate", "Primary", 0.05277, _THIS_YEAR, _ATTENDANCE),
    Figure("absence_rate", "Secondary", 0.0849, _THIS_YEAR, _ATTENDANCE),
    Figure("absence_rate", "Special", 0.13169, _THIS_YEAR, _ATTENDANCE),
    Figure("persistent_absence", None, 0.18782, _THIS_YEAR, _ATTENDANCE),
    Figure("persistent_absence", "Primary", 0.13773, _THIS_YEAR, _ATTENDANCE),
    Figure("persistent_absence", "Secondary", 0.23768, _THIS_YEAR, _ATTENDANCE),
    Figure("persistent_absence", "Special", 0.36062, _THIS_YEAR, _ATTENDANCE),
    Figure("severe_absence", None, 0.0203, _BANDS_OF, _BANDS),
    Figure("severe_absence", "Primary", 0.0075, _BANDS_OF, _BANDS),
    Figure("severe_absence", "Secondary", 0.034, _BANDS_OF, _BANDS),
    Figure("severe_absence", "Special", 0.0624, _BANDS_OF, _BANDS),
    Figure("plans_in_time", None, 0.464, _PLANS_OF, _PLANS.format("with an exception are left out")),
    Figure("plans_in_time_with_exceptions", None, 0.459, _PLANS_OF, _PLANS.format("with an exception are among them")),
    Figure("ever_additional_support", None, 0.37, _CHILDHOODS, _COMMISSIONER),
    Figure("ever_social_worker", None, 0.25, _CHILDHOODS, _COMMISSIONER),
)
"""Of severe absence no figure of the year to date was to be had: the latest that was, by phase and all, stands in, and says so."""
