"""School years, terms and weeks.

A school year is named by the year it begins in and runs from 1 August to 31 July, as DfE's absence methodology does:
autumn to 31 December, spring to Easter Sunday, summer from the day after.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import easter

USUAL_HOLIDAYS = {
    "autumn half term": ((10, 12), (11, 8)),
    "Christmas": ((12, 15), (1, 10)),
    "spring half term": ((2, 5), (3, 1)),
    "summer half term": ((5, 20), (6, 10)),
}
"""First and last month and day, both inclusive, between which schools of England are closed for each; Easter's move with it."""

AROUND_EASTER = timedelta(weeks=2)
"""Before Easter Sunday and after it, the days of the Easter holiday."""

TERMS = ("autumn", "spring", "summer")

CENSUS_TERMS = {"AUT": "autumn", "SPR": "spring", "SUM": "summer"}

REFERENCE_DATES = {"autumn": (10, 2), "spring": (1, 16), "summer": (5, 15)}
"""Month and day near which each census is taken (the third Thursday but for autumn's first); used only where no header
table gives the day itself."""


@dataclass(frozen=True, order=True)
class SchoolYear:
    """The school year that begins in `starts`: SchoolYear(2025) is 2025/26."""

    starts: int

    @property
    def first_day(self) -> date:
        return date(self.starts, 8, 1)

    @property
    def last_day(self) -> date:
        return date(self.starts + 1, 7, 31)

    @property
    def before(self) -> "SchoolYear":
        return SchoolYear(self.starts - 1)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return f"{self.starts}/{(self.starts + 1) % 100:02d}"


def school_year_of(day: date) -> SchoolYear:
    return SchoolYear(day.year if day.month >= 8 else day.year - 1)


def term_dates(year: SchoolYear, term: str) -> tuple[date, date]:
    """The first and last day of `term`, both inclusive."""
    easter_sunday = easter(year.starts + 1)
    return {
        "autumn": (year.first_day, date(year.starts, 12, 31)),
        "spring": (date(year.starts + 1, 1, 1), easter_sunday),
        "summer": (easter_sunday + timedelta(days=1), year.last_day),
    }[term]


def usual_holidays(year: SchoolYear) -> tuple[tuple[date, date], ...]:
    """The first and last day of the stretches in which a gap in a register is a holiday, in order, both inclusive."""
    easter_sunday = easter(year.starts + 1)
    windows = [(_in(year, *first), _in(year, *last)) for first, last in USUAL_HOLIDAYS.values()]
    return tuple(sorted([*windows, (easter_sunday - AROUND_EASTER, easter_sunday + AROUND_EASTER)]))


def _in(year: SchoolYear, month: int, day: int) -> date:
    return date(year.starts if month >= 8 else year.starts + 1, month, day)


def term_of(day: date) -> str:
    year = school_year_of(day)
    return next(term for term in TERMS if term_dates(year, term)[0] <= day <= term_dates(year, term)[1])


_CHRISTMAS, _EASTER = ((12, 17), (1, 8)), timedelta(days=14)
"""Between the two days, and so long before and after Easter Sunday, schools are shut, each at its time."""


SUMMER_HOLIDAY = ((7, 20), (9, 8))
"""Month and day between which schools are shut in summer, each at its time."""


def in_a_usual_holiday(day: date) -> bool:
    """Whether schools may be closed on `day` for a holiday or a half term: at their own time each, so that most of these days are
    school days of some."""
    windows = usual_holidays(school_year_of(day))
    in_summer = SUMMER_HOLIDAY[0] < (day.month, day.day) < SUMMER_HOLIDAY[1]
    return in_summer or any(first <= day <= last for first, last in windows)


def in_holidays_of_the_year(day: date) -> bool:
    """Whether `day` may lie in a school's holidays of Christmas or Easter; the summer's lie between years."""
    of_year = (day.month, day.day)
    return of_year > _CHRISTMAS[0] or of_year < _CHRISTMAS[1] or abs(day - easter(day.year)) <= _EASTER


def in_a_long_holiday(day: date) -> bool:
    """Whether `day` may lie in the holidays of Christmas, Easter or summer."""
    in_summer = (7, 20) <= (day.month, day.day) <= (8, 31)
    return in_summer or in_holidays_of_the_year(day)


def days_of_term(after: date, last: date) -> int:
    """Calendar days after `after`, up to `last`, that lie in no long holiday."""
    days = (after + timedelta(days=at) for at in range(1, (last - after).days + 1))
    return sum(not in_a_long_holiday(day) for day in days)


def term_carried(census_term: str, census_year: int) -> tuple[SchoolYear, str]:
    """The school year and term whose attendance a census carries: always the term before the one it is taken in.

    `census_year` is the calendar year the census is taken in. The autumn census carries the summer term (of the year
    before), in two parts: the first half and, apart, the second.
    """
    before = TERMS[TERMS.index(census_term) - 1]  # before the first comes the last
    return SchoolYear(census_year - 1), before


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def last_whole_week(day: date) -> date:
    """The last day of the newest week that is over on `day`: a school week is over on its Friday."""
    return day if day.weekday() >= _FRIDAY else monday_of(day) - timedelta(days=1)


_FRIDAY = 4


def age_on(birth: date, day: date) -> int:
    """Whole years lived by `day`."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
