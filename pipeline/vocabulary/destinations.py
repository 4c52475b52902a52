"""Words of leaving a school and of education elsewhere: destinations, grounds, alternative provision.

Sources: the School Attendance (Pupil Registration) (England) Regulations 2024, regulation 9; DfE Common Basic Data Set
(May 2026) for alternative provision that schools arrange, and for young carers.
"""

DESTINATIONS = {
    "school": "another school",
    "home_education": "home education",
    "eotas": "education otherwise than at school",
    "abroad": "abroad",
    "unknown": "unknown",
}

DESTINATION_WORDS = {
    "school": (
        "another school", "other school", "new school", "school in england", "other maintained school", "academy",
        "independent school", "special school", "transfer", "transferred", "transfer to another school",
        "transferred to another school", "moved school",
    ),
    "home_education": (
        "home education", "elective home education", "ehe", "home educated", "electively home educated", "home schooled",
        "home schooling", "educated at home",
    ),
    "eotas": ("education otherwise than at school", "educated otherwise than at school", "eotis", "section 61"),
    "abroad": (
        "moved abroad", "gone abroad", "school abroad", "overseas", "emigrated", "left the country", "left the uk",
        "out of the country", "outside the uk",
    ),
    "unknown": (
        "not known", "destination unknown", "destination not known", "whereabouts unknown", "no destination", "none known",
        "cme", "child missing education", "children missing education", "missing education", "nk",
    ),
}  # fmt: skip
"""How schools and councils write each destination, in small letters with all but letters and digits made spaces."""

GROUNDS = "abcdefghijklmno"
"""The letters of regulation 9(1), the grounds on which a pupil of compulsory age leaves a roll."""

GROUNDS_NOT_KEPT = ("j",)
"""Detention under a sentence: custody is not taken in."""

AP_SETTINGS = {
    "NFE": "non-maintained further education",
    "OOT": "one-on-one tuition",
    "OTH": "other unregistered provider",
    "WBP": "work-based placement",
}
AP_REASONS = {
    "BHS": "behaviour support",
    "SUS": "suspension",
    "EXR": "exclusion",
    "MHN": "mental health need",
    "PHN": "physical health need",
    "OTH": "other",
}
AP_PATTERNS = {"FT": "full time", "PT": "part time"}

MOST_AP_SESSIONS = 10
"""Sessions in a school week."""

YOUNG_CARER = {"P": "identified by a parent", "S": "identified by the school", "N": "not declared"}
