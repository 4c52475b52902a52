"""The feeds, in the order in which a take-in must read them: each after those its rows are checked against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """`name` is the staged table's; `title` what a person reads; a scheduler takes in a `family` at a time."""

    name: str
    title: str
    family: str


FEEDS = (
    Feed("schools", "Schools", "schools"),
    Feed("census_headers", "School census: returns", "schools"),
    Feed("census_schools", "School census: schools", "schools"),
    Feed("pupils", "Pupils on and no longer on roll", "rolls"),
    Feed("addresses", "School census: addresses, of which the postcode alone", "rolls"),
    Feed("plan_returns", "SEN2: returns", "plans"),
    Feed("plan_people", "SEN2: children and young people", "plans"),
    Feed("plan_requests", "SEN2: requests for an assessment", "plans"),
    Feed("plan_assessments", "SEN2: assessments of needs", "plans"),
    Feed("plan_spells", "SEN2: plans", "plans"),
    Feed("plan_reviews", "SEN2: plans in force, and their reviews", "plans"),
    Feed("plan_placements", "SEN2: settings named and attended", "plans"),
    Feed("census_sessions", "School census: session details", "census_details"),
    Feed("sen_needs", "Types of special educational need", "census_details"),
    Feed("fsm_periods", "Free school meal periods", "census_details"),
    Feed("suspensions", "Suspensions", "census_details"),
    Feed("ap_placements", "School census: alternative provision that schools arranged", "census_details"),
    Feed("leavers", "Leavers and not in school", "destinations"),
    Feed("post16_offers", "Offers after Year 11", "destinations"),
    Feed("care_children", "Children looked after", "care"),
    Feed("care_episodes", "Episodes of care", "care"),
    Feed("support_and_reviews", "Support and reviews", "support"),
    Feed("wider_needs", "Wider needs that staff added", "support"),
    Feed("early_years_profiles", "Early years profiles: a good level of development, or not", "support"),
    Feed("agencies", "Other agencies", "support"),
    Feed("register_totals", "Register totals", "registers"),
    Feed("school_ids", "Schools' ids in a system of their own", "registers"),
    Feed("pupil_ids", "Pupils' ids in a school's own system", "registers"),
    Feed("mark_codes", "Register codes of a school's own system", "registers"),
    Feed("attendance_marks", "Attendance marks", "registers"),
)

FEED_NAMES = tuple(feed.name for feed in FEEDS)

FAMILIES = {
    family: tuple(feed.name for feed in FEEDS if feed.family == family)
    for family in dict.fromkeys(feed.family for feed in FEEDS)
}
"""The feeds of each family, in the same order: what is read for one is soon read for the next."""
