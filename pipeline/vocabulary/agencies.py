"""Other agencies that may say they are involved with a child, and those of which nothing is ever taken.

The kinds are few on purpose: a list says only that a service is already involved, so that nobody asks a family twice.
Nothing of police or youth justice is held here, and nothing of social care beyond early help.
"""

SERVICES = {"early_help": "early help", "school_nursing": "school nursing"}

SPELLINGS = {
    "early_help": ("early help", "early helps", "targeted family support", "supporting families", "family hub"),
    "school_nursing": ("school nursing", "school nurse", "school nurses", "school health"),
}
"""Words of which one stands in a service's name or a team's, in small letters."""

POLICE_OR_YOUTH_JUSTICE = "police_or_youth_justice"
ANOTHER = "another"

JUSTICE_WORDS = (
    "police", "policing", "constabulary", "constables?", "pcsos?", "ppn", "youth justice", "youth offending", "youth offenders?",
    "youth crime", "yots?", "yjs", "yjb", "yjt", "yos", "liaison (?:and )?diversion", "bail", "probation", "custody", "courts?",
    "prison", "young offenders?", "violence reduction",
)  # fmt: skip
"""Words of which one, in the name of a service, agency or team, makes an extract one that is refused whole."""

SAYS_WHO = ("agency", "organisation", "organization", "provider", "source", "team", "service", "worker")
"""Of these a column's header has one where the column says who is involved: there JUSTICE_WORDS are looked for, and nowhere
else, for a child may be called Police."""

OF_JUSTICE = (
    "of those nothing is ever taken, whatever settings say and whatever agreement there is, so leave it out before you "
    "send it."
)

JUSTICE_HEADERS = frozenset(
    {
        "arrestdate", "arrestedon", "chargedate", "convictiondate", "courtdate", "crimenumber", "crimeref",
        "crimereference", "crimetype", "custody", "custodydate", "custodynumber", "custodyrecordnumber", "custodyref",
        "niche", "nicheid", "offence", "offencecode", "offencedate", "offencedescription", "offences", "offencetype",
        "outofcourtdisposal", "pnc", "pncid", "pncnumber", "policeref", "policereference", "sentencedate",
        "yjbid", "yotid", "yotname", "youthjusticeid",
    }
)  # fmt: skip
"""Headers, in small letters without spaces or underscores, that only police or youth justice send."""
