"""The register codes, as an analyst would write them down from the guidance."""

PRESENT = ["/", "\\", "L"]
APPROVED = ["K", "V", "P", "W", "B"]
AUTHORISED = ["C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"]
UNAUTHORISED = ["G", "N", "O", "U"]
NOT_POSSIBLE = ["Q", "X", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Z", "#"]
ELSEWHERE = ["D"]
NO_MARK = ["-"]

POSSIBLE = PRESENT + APPROVED + AUTHORISED + UNAUTHORISED
ABOUT_NEED = ["C", "C2", "E", "I", "M", "N", "O", "U"]

CODES = POSSIBLE + NOT_POSSIBLE + ELSEWHERE + NO_MARK
"""In the order in which they count where two schools marked one pupil for one half day."""

COUNTS = {
    "possible_sessions": POSSIBLE,
    "absence_sessions": AUTHORISED + UNAUTHORISED,
    "authorised_sessions": AUTHORISED,
    "unauthorised_sessions": UNAUTHORISED,
    "late_sessions": ["L"],
    "approved_activity_sessions": APPROVED,
    "need_absence_sessions": ABOUT_NEED,
    "illness_sessions": ["I"],
    "medical_sessions": ["M"],
    "part_time_sessions": ["C2"],
    "suspended_sessions": ["E"],
    "no_reason_sessions": ["N"],
    "dual_sessions": ["D"],
}

RATED = ("possible_sessions", "absence_sessions", "need_absence_sessions")
"""Counted in the last twenty school days too."""

OF_THE_YEAR = tuple(name for name in COUNTS if name not in ("approved_activity_sessions", "dual_sessions"))
"""Counts of a week that the pipeline's features have for the year to date."""

FEATURES = (
    *(f"{name}_ytd" for name in OF_THE_YEAR), "absence_rate_ytd", "part_time_weeks_ytd",
    *(f"{name}_20d" for name in RATED), "absence_rate_20d", "absence_spells_ytd", "illness_spells_ytd",
)  # fmt: skip
"""The columns of `derived.pupil_features` that plain scripts work out too."""
