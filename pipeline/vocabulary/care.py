"""Words of children looked after, as the SSDA903 return spells them.

Source: DfE's guides to the SSDA903 return and its code lists of 2017 to 2026.
"""

NO_UPN = {
    "UN1": "not yet of school age",
    "UN2": "never at a maintained school in England",
    "UN3": "educated outside England",
    "UN4": "newly looked after, the UPN not yet known",
    "UN5": "sources disagree whose UPN it is",
}
"""What the return has in the place of a UPN, where a child has none."""

NOT_KEPT = "not kept"
"""Stands for a code that tells of police, youth justice or custody: such data are not taken in."""

LEGAL_STATUSES = {
    "C1": "interim care order",
    "C2": "full care order",
    "D1": "freeing order",
    "E1": "placement order",
    "L1": "police protection",
    "L2": "emergency protection order",
    "L3": "child assessment order",
    "V2": "accommodated by agreement (section 20)",
    "V3": "short breaks, each one an episode",
    "V4": "short breaks, the agreement one episode",
    "J1": "remanded",
    "J2": "accommodated under the Police and Criminal Evidence Act",
    "J3": "a sentence with a residence requirement",
}

SHORT_BREAKS = ("V3", "V4")
"""A child with these is at home but for some days: national figures of children looked after leave them out."""

LEGAL_STATUSES_NOT_KEPT = ("J1", "J2", "J3", "L1")

PLACEMENTS = {
    "A3": "for adoption, consented, with the foster carer",
    "A4": "for adoption, consented",
    "A5": "for adoption, placement order, with the foster carer",
    "A6": "for adoption, placement order",
    "H5": "semi-independent living (to 2023)",
    "K1": "secure children's home",
    "K2": "children's home",
    "K3": "supported accommodation",
    "P1": "with own parents",
    "P2": "independent living",
    "P3": "residential employment",
    "R1": "residential care home",
    "R2": "hospital",
    "R3": "family centre, mother and baby unit",
    "R5": "young offender institution",
    "S1": "residential school",
    "T0": "temporary, of any kind",
    "T1": "temporary, in hospital",
    "T2": "temporary, on holiday",
    "T3": "temporary, the carer on holiday",
    "T4": "temporary, another",
    "U1": "foster carer, family or friend, long term",
    "U2": "foster carer, family or friend, also approved to adopt",
    "U3": "foster carer, family or friend",
    "U4": "foster carer, long term",
    "U5": "foster carer, also approved to adopt",
    "U6": "foster carer",
    "Z1": "other",
    "Z11": "other (from 2026)",
    "Z12": "other (from 2026)",
    "Z13": "other (from 2026)",
    "Z14": "other (from 2026)",
}

PLACEMENTS_NOT_KEPT = ("K1", "R5")
