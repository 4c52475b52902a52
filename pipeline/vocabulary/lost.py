"""Words of children lost between services: each kind, what happened, the question it asks, and who is asked.

A kind is a fact and a question, never a finding. `not seen here` is all that can be said of a child on no roll that this home
can see: other authorities, independent schools and home education are out of its sight.

Sources: Children and Families Act 2014 and the Special Educational Needs and Disability Regulations 2014 (six weeks,
twenty weeks, twelve months, 15 February and 31 March); Education Act 1996, sections 19 and 436A (education otherwise, and
children not in education); Education and Inspections Act 2006, section 100, and its regulations (the sixth day of a
suspension); the School Attendance (Pupil Registration) (England) Regulations 2024 (deletion and sickness returns). Ten
school days, five days at neither school, half present and 20 sessions are ours.
"""

from dataclasses import dataclass
from enum import StrEnum

from .sen import PlanWords


class Where(StrEnum):
    """At which school a kind is counted."""

    ON_ROLL = "the school that lists the pupil, who is on its roll"
    SCHOOL = "the school it happened at, or that was left"
    ANY = "the school that lists the pupil, or none seen here"
    HOME = "the whole home alone: too few for any school"


OFFICER, VIRTUAL_SCHOOL = "officer", "virtual_school"
GOES_TO = {
    OFFICER: "the authority's officer for children not in education",
    VIRTUAL_SCHOOL: "the virtual school head and the designated social care officer",
}

ADVOCATE = "Was an advocate offered?"
"""Asked of every child in care, whatever else is asked."""

SCHOOL_DAYS_TO_ARRIVE = 10
DAYS_TO_ARRIVE = 14  # where no register says which were school days
DAYS_SEEN_BY_NEITHER = 5
SUSPENDED_DAYS = 5
ILLNESS_SESSIONS = 30
NEED_SESSIONS = 30
FEWEST_SESSIONS_JUDGED = 40
FEWEST_SESSIONS_HALF_PRESENT = 20
OFFER_BY = (2, 1)  # month and day
ADULT_FROM = 17

USUAL_LEAVERS = ("6", "11", "12", "13", "14")
"""Year groups at whose end a pupil changes school or leaves it."""

LEAVERS_WHERE_LAST = ("2", "4", "8")
"""And these, where the school has no higher year: infant, first and middle schools."""

NEVER_SENT = {
    "attendance_marks": "no register",
    "census_sessions": "no school census",
    "leavers": "no deletion return",
    "ap_placements": "nothing of alternative provision",
    "care_children": "no return on children looked after",
    "care_episodes": "no return on children looked after",
    "plan_requests": "no return of plans (SEN2)",
    "plan_reviews": "no return of plans (SEN2) that tells of reviews",
    "plan_placements": "no return of plans (SEN2) that tells of placements",
    "post16_offers": "no offer of a place after Year 11",
}
"""What a home has not been sent, by the feed."""


@dataclass(frozen=True)
class Kind:
    """One kind. `words` name it on a worklist; `happened` says its exact line, see `line`. `needs` are the feeds without which it cannot
    be judged: of those in one tuple any will do. `by_register` is true where a school that sends no register tells nothing."""

    name: str
    words: str
    happened: str
    asks: str
    where: Where
    needs: tuple[tuple[str, ...], ...] = ()
    by_register: bool = False

    def line(self, words: PlanWords) -> str:
        """`happened`, in what a home calls a plan."""
        return self.happened.replace("{a_plan}", words.a_plan)


_CARE = (("care_children",), ("care_episodes",))
_MARKS = ("attendance_marks",)
_ATTENDANCE = ("attendance_marks", "census_sessions")

KINDS = (
    Kind(
        "left_and_not_seen_here",
        "Left a roll, and not seen here since",
        "Left a roll ten school days ago or more (a fortnight, long holidays left out, where its register does not reach to the "
        "day), is on no roll seen here, and no deletion return names a school, home education, education otherwise or a country. "
        "Told until they are past Year 11, and for twelve months at least; where no year group is known, for twelve months. "
        "Leaving at the end of Year 6, of Years 11 to 14, or of a school's last year is left out.",
        "Where do they learn now, and who has spoken with the family?",
        Where.SCHOOL,
    ),
    Kind(
        "home_educated_after_persistent_absence",
        "Home education after a tenth or more was missed",
        "Left a roll for home education in the last twelve months, as the deletion return says. A tenth or more of that school "
        "year's possible sessions had been missed.",
        "What had made coming in hard? Was it looked into before, and does what is taught now suit the child?",
        Where.SCHOOL,
        (("leavers",), _MARKS),
        by_register=True,
    ),
    Kind(
        "alternative_provision_without_marks",
        "In alternative provision, with no mark seen there",
        "In alternative provision that the school arranged. For ten school days or more there is no mark of attendance, B or K, at "
        "the setting or the school; nor D, where the setting's own register is not held.",
        "Do they go there, who has seen them, and who hears when they do not come?",
        Where.ON_ROLL,
        (("ap_placements",), _MARKS),
        by_register=True,
    ),
    Kind(
        "dual_registered_seen_by_neither",
        "On two rolls, seen by neither school",
        "On two rolls whose registers are both held, with D or no mark at each for five school days running, up to the last.",
        "Which school expects them on which days, and who has seen them?",
        Where.ON_ROLL,
        (_MARKS,),
        by_register=True,
    ),
    Kind(
        "suspended_over_five_days_no_provision",
        "Suspended or excluded past five days, nothing in its place",
        "Marked suspended or excluded (E) for more than five school days together this school year. The last of them is in the "
        "school's last 20 school days. No B, K or session attended lies between, in any register seen here; nor D, on a half day that "
        "no school marks E.",
        "Was education arranged from the sixth day?",
        Where.SCHOOL,
        (_MARKS,),
        by_register=True,
    ),
    Kind(
        "fifteen_days_illness_no_provision",
        "Ill for fifteen school days, no provision",
        "Ill (I) for 30 sessions or more this school year, the latest in the school's last 20 school days, with no B or K since "
        "the first of the last thirty, and no alternative provision. Where only a census tells, it does not say when.",
        "Has the school told the authority? Who will teach the child, and from when?",
        Where.ON_ROLL,
        (_ATTENDANCE,),
    ),
    Kind(
        "in_care_with_plan_on_no_roll",
        "In care with a plan, on no roll seen here",
        "In care with {a_plan}, and on no roll seen here.",
        "Where do they learn, and does the plan name that place?",
        Where.HOME,
        _CARE,
    ),
    Kind(
        "in_care_with_plan_under_half_present",
        "In care with a plan, under half present",
        "In care with {a_plan}, and present at under half of 20 possible sessions or more this school year.",
        "What does the child say, and is an early review of the plan due?",
        Where.HOME,
        (*_CARE, _ATTENDANCE),
    ),
    Kind(
        "in_care_out_of_area",
        "In care, placed out of area",
        "In care. The place is in the area of another authority.",
        "Who there knows the child? Which authority sees to their school place and any plan?",
        Where.HOME,
        _CARE,
    ),
    Kind(
        "decision_past_6_weeks",
        "Request undecided past six weeks",
        "By the day of the latest return it was not decided whether to assess. Over six weeks had gone by since a plan was asked for, "
        "and not over twenty.",
        "When will it be decided, and have the parents been told?",
        Where.ANY,
        (("plan_requests",),),
    ),
    Kind(
        "plan_past_20_weeks",
        "Plan past twenty weeks",
        "Had waited over twenty weeks for a plan, on the day of the latest return. No exception was on record.",
        "What is still lacking, and what helps the child until then?",
        Where.ANY,
        (("plan_requests",),),
    ),
    Kind(
        "plan_past_20_weeks_with_exception",
        "Plan past twenty weeks, an exception applies",
        "Had waited over twenty weeks for a plan, on the day of the latest return. An exception was on record.",
        "Does the exception still hold, and what helps the child until then?",
        Where.ANY,
        (("plan_requests",),),
    ),
    Kind(
        "plan_review_past_12_months",
        "Plan not reviewed for twelve months",
        "Had a plan whose review was due before the day of the latest return: twelve months after the last, or after its start. No "
        "later review is known.",
        "When is the review, and will the child and their parents be there?",
        Where.ANY,
        (("plan_requests",), ("plan_reviews",)),
    ),
    Kind(
        "phase_transfer_past_due",
        "Phase transfer past its day",
        "Had a plan to be changed for the next phase by 15 February (31 March into post-16 education). It was not changed by the "
        "day of the latest return.",
        "Which place will be named, and does the family know?",
        Where.ANY,
        (("plan_requests",), ("plan_reviews",)),
    ),
    Kind(
        "year_11_without_offer",
        "Year 11, no offer after it",
        "In Year 11 on or after 1 February, with no offer of a place after it, whatever is on file. And one of these: persistent or "
        "severe absence; absent and never looked at; long or repeated illness; on a part-time timetable this year; suspended or "
        "excluded in the last twelve months.",
        "What would the young person like to do next, and who is helping?",
        Where.ON_ROLL,
        (("post16_offers",),),
    ),
    Kind(
        "plan_at_17_without_pathway",
        "Plan at 17, no way on noted",
        "Was 17 or over when the school year began, with a plan. No place or offer for after their own Year 11 is held. No return "
        "asks for a pathway to adulthood, so one of these stands for it. A place attended under the plan, in a return of a day "
        "after Year 11. A place named in a plan that began after Year 11, or was changed for the next phase since Year 11 began. "
        "An offer made since Year 11 began. Year 11 is told by age.",
        "What does the young person want of the years ahead, and is that in the plan?",
        Where.ANY,
        (("plan_requests",), ("plan_placements",)),
    ),
)  # fmt: skip
"""In the order in which a worklist has them."""

KIND = {kind.name: kind for kind in KINDS}


def cannot_be_judged(kind: Kind, sent: frozenset[str]) -> str | None:
    """Why `kind` cannot be judged of a home that was sent these feeds; None where it can."""
    for any_of in kind.needs:
        if not sent.intersection(any_of):
            return f"Cannot be judged: {' and '.join(NEVER_SENT[feed] for feed in any_of)} has been sent."
    return None
