"""Kinds of next step: who a school may want beside it when it asks what a signal asks. A place to begin, and no assessment of need.

Ours. Which kind a signal's question is of stands beside the question, in the catalogue.
"""

IN_SCHOOL = "in_school"

NEXT_STEPS = {
    IN_SCHOOL: "In school: somebody asks the pupil and their parents",
    "family_support": "Family support and early help",
    "health": "Health: school nurse, GP or clinic",
    "learning_and_communication": "Learning and communication: educational psychologist, specialist teacher, speech and language",
    "emotional_wellbeing": "Emotional wellbeing: counsellor, mental health support team",
    "inclusion_and_provision": "Inclusion, part-time timetables and alternative provision",
}
