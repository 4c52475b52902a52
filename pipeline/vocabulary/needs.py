"""Words of wider needs that staff add, of the roles of those who add them, and of the early years foundation stage profile.

Sources: the Children's Commissioner for England, *The Children's Plan* (September 2025), which broadens need beyond SEND; the
statutory framework for the early years foundation stage, by which a profile is complete by 30 June of the year it is of. A
good level of development is told of since 2013.
"""

NEEDS = {
    "young_carer": "young carer",
    "bereavement": "bereavement",
    "housing": "housing",
    "waiting_for_camhs": "waiting for CAMHS",
    "parent_in_prison": "parent in prison",
    "other": "other",
}

NEED_WORDS = {
    "young_carer": ("youngcarer", "young carers", "carer", "young adult carer", "caring responsibilities"),
    "bereavement": ("bereaved", "bereavement or loss", "bereavement and loss", "death in family", "death in the family"),
    "housing": (
        "housing need", "housing needs", "housing difficulties", "homeless", "homelessness", "temporary accommodation",
        "in temporary accommodation", "temporary housing", "insecure housing",
    ),
    "waiting_for_camhs": (
        "camhs", "camhs wait", "camhs waiting", "camhs waiting list", "on camhs waiting list", "on the camhs waiting list",
        "waiting list for camhs", "on waiting list for camhs", "on the waiting list for camhs", "waiting camhs",
        "awaiting camhs", "camhs referral", "referred to camhs",
    ),
    "parent_in_prison": (
        "parents in prison", "parent imprisoned", "imprisoned parent", "parental imprisonment", "parent in custody",
        "mother in prison", "father in prison",
    ),
    "other": ("other need", "other wider need"),
}  # fmt: skip
"""How schools write each need, in small letters with all but letters and digits made spaces."""

ROLES = {
    "senco": "SENCo",
    "pastoral": "pastoral",
    "class_teacher": "class teacher",
    "attendance": "attendance",
    "safeguarding": "safeguarding",
    "family_support": "family support",
    "nurse": "nurse",
    "other": "other",
}
"""Who may be said to have added a need: a role, never a person."""

PRINTED_ROLES = {
    "senco": "the SENCo",
    "pastoral": "pastoral staff",
    "class_teacher": "the class teacher",
    "attendance": "attendance staff",
    "safeguarding": "staff",
    "family_support": "staff",
    "nurse": "staff",
    "other": "staff",
}
"""The same, as a list says it. A role that would tell the need (health, home, harm) prints as no more than staff."""

ROLE_WORDS = {
    "senco": (
        "sendco", "sen coordinator", "sen co ordinator", "send coordinator", "send co ordinator",
        "special educational needs coordinator", "special educational needs co ordinator", "assistant senco",
        "deputy senco",
    ),
    "pastoral": (
        "pastoral lead", "pastoral team", "pastoral staff", "pastoral support", "pastoral manager", "head of year",
        "year head", "year lead", "year leader", "head of house",
    ),
    "class_teacher": ("classteacher", "teacher", "form tutor", "tutor", "form teacher"),
    "attendance": (
        "attendance officer", "attendance lead", "attendance team", "attendance manager", "attendance champion",
        "attendance staff", "education welfare officer", "ewo",
    ),
    "safeguarding": (
        "safeguarding lead", "safeguarding officer", "safeguarding team", "designated safeguarding lead", "dsl",
        "deputy designated safeguarding lead", "deputy dsl", "ddsl",
    ),
    "family_support": (
        "family support worker", "family support team", "fsw", "family worker", "family liaison", "family liaison officer",
        "parent support adviser", "parent support advisor",
    ),
    "nurse": ("school nurse", "school nursing", "school nursing team"),
    "other": ("other role", "other staff"),
}  # fmt: skip
"""How schools write each role, spelt as NEED_WORDS are."""

NOT_A_ROLE = "not a role"
OF_JUSTICE = "of justice"
"""Stand, until the gate has asked, for words that are no role, and for those that name the police or youth justice."""

JUSTICE_ROLES = (
    "pc", "safer ?schools?", "prevent officers?", "magistrates?", "judges?", "crimes?", "mappa", "detectives?", "sergeants?",
    "secure (?:children ?s )?(?:home|unit|centre|school|accommodation)", "hmp", "yoi",
)  # fmt: skip
"""Words of which one, as well as those that name the police or youth justice as a service, makes a role one of theirs."""

FIRST_PROFILE_YEAR = 2013
"""The first calendar year whose profiles say whether a good level of development was reached, as it is meant today."""

PROFILE_DUE = (6, 30)
"""Month and day by which a profile is complete."""

AGE_BEFORE_PROFILE = 4
"""Whole years on the 31 August before the school year at whose end a child is assessed."""
YEARS_EARLY, YEARS_LATE = 1, 2
"""How far from that a child may be: taught with older children, or begun late, kept back, or both."""

GOOD_LEVEL_WORDS = {
    True: (
        "yes", "y", "true", "1", "gld", "good level", "good level of development", "achieved", "achieved gld", "gld achieved",
        "reached", "met",
    ),
    False: (
        "no", "n", "false", "0", "no gld", "not gld", "non gld", "not a gld", "no good level", "not a good level",
        "no good level of development", "not achieved", "gld not achieved", "not reached", "not met",
    ),
}  # fmt: skip
"""How a good level of development is said to have been reached or not, spelt as NEED_WORDS are."""
