"""Features against the same counts made mark by mark in plain Python, for pupils whose marks fell at random."""

import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_CODE, CountsAs
from tests.cast import LAST_YEAR_BEGAN, SECOND, SECONDARY, YEAR_BEGAN, Pupil, Seen, Spell, school_days, seen

AS_OF = date(2026, 3, 11)  # a Wednesday
UNTIL = date(2026, 3, 20)
TERM_BEGAN = date(2026, 1, 1)
PUPILS = [Pupil(f"pupil{letter}", (Spell(), Spell(urn=SECOND, enrol_status="S"))) for letter in "bcdefg"]

COMMON = ["/", "I", "O", "D", "C2", "E", "T", "M", "L", "X", "-", "#"]
CODES = [*COMMON * 4, *(code.code for code in ATTENDANCE_CODES if code.valid_until == date.max)]
WORTH = list(CountsAs)


def random_marks(seed: int) -> dict[tuple, list[tuple[int, str]]]:
    """By pupil, day and half day: the marks of the schools that made one. Everybody has runs, as children do."""
    chance = random.Random(seed)
    marks = defaultdict(list)
    for pupil in PUPILS:
        for urn, presence in ((SECONDARY, 0.97), (SECOND, 0.2)):
            code = "/"
            for day in school_days(LAST_YEAR_BEGAN, UNTIL):
                for half_day in ("am", "pm"):
                    code = chance.choice(CODES) if chance.random() < 0.25 else code
                    if chance.random() < presence:
                        marks[pupil.pupil_id, day, half_day].append((urn, code))
    return marks


def as_frame(marks: dict) -> pl.DataFrame:
    rows = [(*who_when, urn, code) for who_when, made in marks.items() for urn, code in made]
    names = {"pupil_id": pl.String, "date": pl.Date, "half_day": pl.String, "urn": pl.Int32, "code": pl.String}
    frame = pl.DataFrame(rows, schema=names, orient="row").sample(fraction=1, shuffle=True, seed=1)
    return frame.with_columns(known_on=pl.col("date"), recorded_at=pl.lit(None, pl.Datetime("us")))


def settled(marks: dict, pupil: Pupil, first: date, last: date) -> list[tuple[date, str]]:
    """The pupil's marks in order, one a half day: the best of two schools'."""
    own = sorted((day, half_day) for who, day, half_day in marks if who == pupil.pupil_id and first <= day <= last)
    return [(day, min((code for _, code in marks[pupil.pupil_id, day, half]), key=_worth)) for day, half in own]


def _worth(code: str) -> tuple:
    return WORTH.index(BY_CODE[code].counts_as), code == "D", BY_CODE[code].number


def counts(codes: list[str]) -> tuple[int, int, int]:
    possible = [code for code in codes if BY_CODE[code].counts_as.is_possible]
    missed = [code for code in possible if BY_CODE[code].counts_as.is_absence]
    return len(possible), len(missed), len([code for code in missed if BY_CODE[code].asks_about_need])


def spells_begun(marks: list[tuple[date, str]], of: set[str]) -> list[date]:
    begun, away = [], False
    for day, code in marks:
        if code in of:
            begun += [] if away else [day]
            away = True
        elif BY_CODE[code].counts_as in (CountsAs.PRESENT, CountsAs.APPROVED_ACTIVITY):
            away = False
    return begun


@pytest.fixture(scope="module", params=[1, 2, 3])
def drawn_lots(request) -> tuple[dict, Seen]:
    marks = random_marks(request.param)
    return marks, seen(PUPILS, marks=as_frame(marks), as_of=AS_OF)


def test_counts_of_each_stretch_of_time(drawn_lots):
    marks, it = drawn_lots
    stretches = {
        "ytd": (YEAR_BEGAN, AS_OF),
        "last_year": (LAST_YEAR_BEGAN, date(2025, 7, 31)),
        "same_period_last_year": (LAST_YEAR_BEGAN, AS_OF - timedelta(weeks=52)),
    }
    for pupil in PUPILS:
        for name, (first, last) in stretches.items():
            expected = counts([code for _, code in settled(marks, pupil, first, last)])
            told = ("possible_sessions", "absence_sessions", "need_absence_sessions")
            assert tuple(it.feature(pupil, f"{column}_{name}") for column in told) == expected, name


def test_counts_of_the_last_twenty_school_days(drawn_lots):
    marks, it = drawn_lots
    open_days = {
        day
        for (_, day, _), made in marks.items()
        for urn, code in made
        if urn == SECONDARY and YEAR_BEGAN <= day <= AS_OF and BY_CODE[code].counts_as.is_possible
    }
    first = sorted(open_days)[-20]
    for pupil in PUPILS:
        lately = counts([code for _, code in settled(marks, pupil, first, AS_OF)])
        before = counts([code for _, code in settled(marks, pupil, YEAR_BEGAN, first - timedelta(days=1))])
        told = ("possible_sessions_20d", "absence_sessions_20d", "need_absence_sessions_20d")
        assert tuple(it.feature(pupil, column) for column in told) == lately
        assert it.feature(pupil, "absence_rate_before_20d") == before[1] / before[0]


def test_spells_and_suspensions(drawn_lots):
    marks, it = drawn_lots
    need = {code.code for code in ATTENDANCE_CODES if code.asks_about_need} - {"C2"}
    for pupil in PUPILS:
        this_year = settled(marks, pupil, YEAR_BEGAN, AS_OF)
        begun = spells_begun(this_year, need)
        assert it.feature(pupil, "absence_spells_ytd") == len(begun)
        assert it.feature(pupil, "absence_spells_term") == len([day for day in begun if day >= TERM_BEGAN])
        assert it.feature(pupil, "illness_spells_ytd") == len(spells_begun(this_year, {"I"}))
        suspended = spells_begun(settled(marks, pupil, LAST_YEAR_BEGAN, AS_OF), {"E"})
        within = [day for day in suspended if day >= date(2025, 3, 11)]
        assert it.feature(pupil, "suspensions_12m") == len(within)
        assert it.feature(pupil, "last_suspension_on") == max(within, default=None)


def test_counts_by_code(drawn_lots):
    marks, it = drawn_lots
    by_code = {"illness": "I", "medical": "M", "part_time": "C2", "suspended": "E", "no_reason": "N", "late": "L",
               "no_mark": "-", "unseen_dual": "D"}  # fmt: skip
    for pupil in PUPILS:
        this_year = settled(marks, pupil, YEAR_BEGAN, AS_OF)
        codes = [code for _, code in this_year]
        for name, code in by_code.items():
            assert it.feature(pupil, f"{name}_sessions_ytd") == codes.count(code), name
        weeks = {day - timedelta(days=day.weekday()) for day, code in this_year if code == "C2"}
        assert it.feature(pupil, "part_time_weeks_ytd") == len(weeks)


def test_the_schools_rise(drawn_lots):
    marks, it = drawn_lots
    own = defaultdict(list)
    for (_, day, _), made in marks.items():
        for urn, code in made:
            if urn == SECONDARY and YEAR_BEGAN <= day <= AS_OF:
                own[day].append(code)
    first = sorted(day for day, codes in own.items() if counts(codes)[0])[-20]
    lately = counts([code for day, codes in own.items() if day >= first for code in codes])
    before = counts([code for day, codes in own.items() if day < first for code in codes])

    def need_rate(possible, missed, need):
        return need / (possible - missed + need)

    expected = need_rate(*lately) - need_rate(*before)
    assert it.feature(PUPILS[0], "school_rise_20d") == pytest.approx(expected, abs=1e-12)


def test_counts_of_the_last_forty_five_and_thirty_school_days(drawn_lots):
    marks, it = drawn_lots
    days = sorted(
        {
            day
            for (_, day, _), made in marks.items()
            for urn, code in made
            if urn == SECONDARY and YEAR_BEGAN <= day <= AS_OF and BY_CODE[code].counts_as.is_possible
        }
    )
    for pupil in PUPILS:

        def of(first: date, last: date, pupil: Pupil = pupil) -> list[str]:
            return [code for day, code in settled(marks, pupil, first, last) if day in days]

        told = ("possible_sessions_45d", "absence_sessions_45d", "need_absence_sessions_45d")
        assert tuple(it.feature(pupil, column) for column in told) == counts(of(days[-45], AS_OF))
        late = [code for code in of(days[-30], AS_OF) if code in ("L", "U")]
        assert it.feature(pupil, "late_sessions_30d") == len(late)
        assert it.feature(pupil, "no_reason_sessions_older_5d") == of(days[0], days[-7]).count("N")


def test_weeks_elsewhere_and_periods_of_a_part_time_timetable(drawn_lots):
    marks, it = drawn_lots
    for pupil in PUPILS:
        weeks = defaultdict(list)
        for day, code in settled(marks, pupil, LAST_YEAR_BEGAN, AS_OF):
            weeks[day - timedelta(days=day.weekday())].append(code)
        elsewhere = [
            2 * len([code for code in codes if code in "BDKQ"])
            >= len([code for code in codes if BY_CODE[code].counts_as.is_possible or code in "DQ"])
            for monday, codes in weeks.items()
            if monday >= YEAR_BEGAN - timedelta(days=YEAR_BEGAN.weekday()) and set(codes) & set("BDKQ")
        ]
        assert it.feature(pupil, "elsewhere_weeks_ytd") == sum(elsewhere)
        expected = [codes for _, codes in sorted(weeks.items()) if counts(codes)[0]]
        on_it = [number for number, codes in enumerate(expected) if "C2" in codes]
        apart = [later - earlier > 4 for earlier, later in pairwise(on_it)]
        assert it.feature(pupil, "part_time_periods_two_years") == (1 + sum(apart) if on_it else 0)
