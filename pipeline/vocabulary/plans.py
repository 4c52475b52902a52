"""Words of education, health and care plans, as the SEN2 return spells them, and the clocks the law sets.

Source: SEN2 person-level return, guides and technical specifications of 2023 to 2026; the Special Educational Needs and
Disability Regulations 2014, regulations 5 (six weeks), 13 (twenty weeks and its exceptions) and 18 to 20 (reviews).
"""

AGREED, REFUSED, UNDECIDED, WITHDRAWN, HISTORICAL = "Y", "N", "A", "W", "H"

REQUEST_OUTCOMES = {
    AGREED: "the authority agreed to assess",
    REFUSED: "the authority decided not to assess",
    UNDECIDED: "not decided yet",
    WITHDRAWN: "withdrawn, or ceased before it was decided",
    HISTORICAL: "decided before the period of this return",
}

ASSESSMENT_OUTCOMES = {
    AGREED: "a plan is to be issued",
    REFUSED: "no plan is to be issued",
    UNDECIDED: "not decided yet",
    WITHDRAWN: "withdrawn, or ceased before it was decided",
    HISTORICAL: "decided before the period of this return",
    "S": "a plan was issued after another authority's assessment",
}

CEASE_REASONS = {
    1: "reached the highest age",
    2: "needs met without a plan",
    3: "moved on to higher education",
    4: "moved on to paid employment",
    5: "moved to another authority",
    6: "no longer wishes to take part in education or training",
    7: "moved outside England",
    8: "died",
    9: "other",
}

SEN_SETTINGS = {
    "OLA": "arranged by the authority, otherwise than at school",
    "OPA": "arranged by parents or the young person",
    "EHE": "educated at home",
    "EYP": "early years provider with no URN",
    "OTH": "a type of setting, none named",
    "NEET": "not in education, employment or training, aged 16 to 25",
    "NIEC": "not in education or training, notice to cease issued",
    "NIEO": "not in education or training, other",
}

DAYS_TO_DECIDE = 42
"""Within six weeks of receiving a request, the authority says whether it will assess."""

DAYS_TO_PLAN = 140
"""Within twenty weeks of receiving it, where there is to be a plan, the plan is issued."""

MONTHS_TO_REVIEW = 12

STAGES = {
    "requested": "asked for, and not decided yet",
    "being_assessed": "the assessment is under way",
    "plan_to_come": "a plan is to be issued, and is not yet",
    "plan_in_force": "there is a plan",
    "plan_ceased": "there was a plan",
    "refused": "the authority decided not to assess",
    "not_issued": "assessed, and no plan issued",
    "withdrawn": "withdrawn, or ceased before it was decided",
    "moved_away": "moved to another authority before it was decided",
}

WAITING = ("requested", "being_assessed", "plan_to_come")
"""Stages at which a child waits for the authority."""

UNDER_WAY = "ehc_assessment"
"""A request at one of these stages, among what is on file for a pupil. No school sends it: the authority does."""
