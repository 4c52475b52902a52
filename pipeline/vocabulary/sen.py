"""Words of SEN provision, types, and suspensions, as the school census spells them.

Source: DfE Common Basic Data Set (May 2026) and the school census schemas of 2015 to 2026.
"""

from dataclasses import dataclass

SEN_PROVISION = {"N": "no SEN", "K": "SEN support", "E": "EHC plan"}

SEN_PROVISION_DISCONTINUED = {
    "S": "statement of SEN (ended April 2018)",
    "A": "school action (ended April 2015)",
    "P": "school action plus (ended April 2015)",
}

SEN_TYPES = {
    "SPLD": "specific learning difficulty",
    "MLD": "moderate learning difficulty",
    "SLD": "severe learning difficulty",
    "PMLD": "profound and multiple learning difficulty",
    "SEMH": "social, emotional and mental health",
    "SLCN": "speech, language and communication",
    "HI": "hearing impairment",
    "VI": "vision impairment",
    "MSI": "multi-sensory impairment",
    "PD": "physical disability",
    "ASD": "autistic spectrum disorder",
    "DS": "Down syndrome",
    "OTH": "other difficulty",
    "NSA": "SEN support, no specialist assessment yet",
}

SUSPENSION_CATEGORIES = {"SUSP": "suspension", "PERM": "permanent exclusion", "LNCH": "lunchtime suspension"}

SUSPENSION_CATEGORIES_DISCONTINUED = {"FIXD": "fixed-period exclusion (SUSP since autumn 2020)"}

SUSPENSION_REASONS = frozenset(
    "PP PA VP VA OW BU RA LG DS SM DA DM TH DB MT PH BW TB SB MB AB DR AR SR VR LD CB MP OS".split()
)

SUPPORT_KINDS = {
    "sen_support": "SEN support",
    "ehc_plan": "EHC plan",
    "healthcare_plan": "healthcare plan",
    "early_help": "early help",
    "attendance_plan": "attendance plan",
    "young_carer": "young carer",
    "other_contact": "other contact",
}


@dataclass(frozen=True)
class PlanWords:
    """What a home calls the two levels of support that a census knows as K and E. The law's words are changing, and the tiers
    of the White Paper of February 2026 may take their place.

    `SEN provision` is no such word: it is the census's own name of the item that has K or E in it. A sentence that is about the
    item, whichever of the two it says, or about any plan and not the census's, keeps the plain words."""

    sen_support: str = "SEN support"
    plan: str = "EHC plan"

    def of_provision(self, code: str | None) -> str:
        """What SEN provision K or E is called; nothing of any other."""
        return {"K": self.sen_support, "E": self.plan}.get(code or "", "")

    @property
    def a_plan(self) -> str:
        return f"{'an' if self.plan[0] in 'AEIOUaeiou' else 'a'} {self.plan}"
