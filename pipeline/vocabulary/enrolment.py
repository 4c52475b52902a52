"""Words of enrolment: statuses, year groups and the kinds of school. Source: DfE Common Basic Data Set (May 2026)."""

ENROLMENT_STATUSES = {
    "C": "current, single registration",
    "M": "current, main of two registrations",
    "S": "current, subsidiary of two registrations",
    "F": "further education college",
    "O": "other provider",
    "G": "guest",
    "P": "previous",
}

NO_LONGER_HERE = "P"
GUEST = "G"

YEAR_GROUPS = ("E1", "E2", "N1", "N2", "R", *(str(year) for year in range(1, 15)), "M", "X")

SIXTH_FORM_YEARS = ("12", "13", "14")
NURSERY_YEARS = ("E1", "E2", "N1", "N2")

AGE_AT_31_AUGUST_BEFORE = {"N1": 2, "N2": 3, "R": 4} | {str(year): year + 4 for year in range(1, 15)}
"""How old a pupil of each year group is on the 31 August before the school year, when neither held back nor ahead."""

COMPULSORY_AGES = range(5, 16)
"""Ages on the 31 August before a school year at which every session of it is compulsory (DfE's absence cohort)."""

PHASES = {
    "PS": "Primary",
    "MP": "Primary",
    "SS": "Secondary",
    "MS": "Secondary",
    "AT": "Secondary",
    "SP": "Special",
    "PR": "Alternative provision",
    "NS": "Nursery",
}
"""The census's school phase, as the phase whose national figures it is compared with."""
