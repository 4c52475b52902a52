"""The feeds, in the order in which a take-in must read them: each after those its rows are checked against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """`name` is the staged table's; `title` what a person reads."""

    name: str
    title: str


FEEDS = (
    Feed("schools", "Schools"),
    Feed("census_headers", "School census: returns"),
    Feed("census_schools", "School census: schools"),
    Feed("pupils", "Pupils on and no longer on roll"),
    Feed("census_sessions", "School census: session details"),
    Feed("sen_needs", "School census: SEN needs"),
    Feed("fsm_periods", "Free school meal periods"),
    Feed("suspensions", "Suspensions"),
    Feed("support_and_reviews", "Support and reviews"),
    Feed("register_totals", "Register totals"),
    Feed("attendance_marks", "Attendance marks"),
)

FEED_NAMES = tuple(feed.name for feed in FEEDS)
