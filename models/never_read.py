"""What no model may read, whatever it is called: who a child is, and which school it is.

A name is read word by word (`dateOfBirth`, `SENtype`, `fsm_6` and `x_girls` are of several words or of more than one), and for
stems nobody could mistake also run together (`dateofbirth`). Rather a name too many is refused than one too few: whoever meant something
else is told to name it otherwise.
"""

import re

NEVER = {
    "sex": "sex gender male female boy girl pronoun",
    "ethnicity": "ethnicity ethnic race racial nationality religion faith white black asian african caribbean indian pakistani bangladeshi "
    "chinese arab hispanic latino traveller gypsy roma",
    "free school meals": "fsm frpl frl premium pp income idaci imd disadvantaged deprivation deprived poverty",
    "language": "language lang eal esl ell tongue bilingual",
    "postcode": "postcode postal zip zipcode address lsoa msoa uprn ward easting northing latitude longitude",
    "birth month": "birth birthday dob yob born birthmonth",
    "SEN provision or need": "sen send senco sendco ehc ehcp iep sped disability disabled diagnosis diagnosed autism autistic asd adhd "
    "semh slcn pmld mld sld spld dyslexia dyslexic dyspraxia",
    "being looked after": "cla lac looked foster fostered adopted",
    "who a child is": "upn uln nhs name surname forename",
    "which school": "urn laestab dfe estab establishment cluster site campus academy trust",
}
"""By what it is, the words that a column's name may not hold as a word of its own."""

_RUN_TOGETHER = {
    "sex": "gender",
    "ethnicity": "ethnic|mixedrace|mixedheritage",
    "free school meals": "fsm(ever|elig|status)|(ever|is|has)fsm|freemeal|freeschoolmeal|schoolmeal|pupilpremium",
    "language": "(first|home|mother|main|native)(language|lang|tongue)|ealstatus",
    "postcode": "postcode|homearea|homeaddress",
    "birth month": "birth|ageinmonth|agemonth|monthofage|summerborn|autumnborn|springborn",
    "SEN provision or need": "^(is|has)?(sen|ehc)(status|type|k$|e$|need|provision|support|plan|flag)|specialneed|specialeduc|specialschool|primaryneed|"
    "secondaryneed|needtype|typeofneed|educationalneed",
    "being looked after": "lookedafter|incare$|childincare|inlocalcare",
    "who a child is": "^pupil(id|number|code|name|key)?$|surname|forename",
    "which school": r"^(is|at|in)?school(id|name|code|number|type|key|kind|[0-9]+|[a-z])?$|schoolmean|schoolrate|schoolaverage|establishment",
}

_OTHERWISE = re.compile(
    r"special_leave|(send|sent)_home|address_change|language_lesson|looked_at(?!_ed)|site_visit|name_call"
)
"""Words that mean something else."""


def refused_as(name: str) -> str | None:
    """What an input so named would tell, where that is something no model may read; else None."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Z]{3})(?=[a-z])", "_", name)
    plain = _OTHERWISE.sub("", apart.lower().removeprefix("x_"))
    words = {word for one in re.findall(r"[a-z]+", plain) for word in (one, one.removesuffix("s"))}
    joined = re.sub(r"[^a-z0-9]", "", plain)
    for what, told in NEVER.items():
        if words & set(told.split()) or re.search(_RUN_TOGETHER[what], joined):
            return what
    return None
