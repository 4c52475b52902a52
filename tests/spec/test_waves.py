"""A week of flu in the whole school flags nobody, and whoever was ill besides is still found."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest

from pipeline.signals import SIGNALS
from pipeline.steps.waves import wave_illness
from tests.cast import SECONDARY, YEAR_BEGAN, Away, Pupil, Seen, Spell, seen

IN_OCTOBER, IN_DECEMBER = Away("I", "2025-10-06", "2025-10-10"), Away("I", "2025-12-08", "2025-12-12")
BEFORE_HALF_TERM, BEFORE_CHRISTMAS = date(2025, 10, 24), date(2025, 12, 19)
NEW = (Spell(entry_date=YEAR_BEGAN),)


def pupils(first: str, flu: tuple[Away, ...], count: int) -> list[Pupil]:
    return [
        Pupil(f"{first}{letter}", NEW, away=flu)
        for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"[:count]
    ]


@cache
def school(
    as_of: date, besides: tuple[Away, ...], flu: tuple[Away, ...] = (IN_OCTOBER, IN_DECEMBER)
) -> tuple[Seen, Pupil]:
    """Forty of sixty had flu in October and in December, one of them was away `besides`."""
    more = Pupil("besides", NEW, away=(*flu, *besides))
    supported = Pupil("supported", NEW, support=({"kind": "sen_support", "start_date": YEAR_BEGAN},))
    return seen([*pupils("flu", flu, 39), *pupils("well", (), 19), supported, more], as_of=as_of), more


@pytest.mark.parametrize("as_of, missed", [(BEFORE_HALF_TERM, 10), (BEFORE_CHRISTMAS, 20)], ids=["October", "December"])
def test_forty_of_sixty_with_flu_are_persistently_absent_and_none_is_eligible(as_of, missed):
    it, one = school(as_of, ())
    persistent = it.signals.filter("raised", signal="persistent_absence")
    assert persistent.height == 40
    assert set(it.triage["outcome"]) == {"not_eligible"}
    assert it.feature(one, "wave_illness_sessions_ytd") == missed
    assert it.answer(one, "absent_and_never_looked_at") is False
    assert it.reasons(one)["persistent_absence"].startswith(f"Absent for {missed} of ")


@pytest.mark.parametrize(
    "besides, outcome, because",
    [
        ((Away("I", "2025-09-15", "2025-09-18"),), "listed", "Absent for a tenth or more, under half, and nothing on file."),
        ((Away("I", "2025-09-15", "2025-09-17"),), "not_eligible",
         "Absence was a tenth or more. It was under a tenth (6 of 66 sessions) once some of it was set aside. That is illness in "
         "weeks in which much of the school was ill."),
        ((Away("I", "2025-09-15", "2025-09-17"), Away("O", "2025-09-18", "2025-09-18", ("pm",))), "not_eligible",
         "Absence was a tenth or more. It was fewer than 8 sessions (7 of 66 sessions) once some of it was set aside. That is "
         "illness in weeks in which much of the school was ill."),
        ((Away("I", "2025-09-15", "2025-09-17"), Away("G", "2025-09-22", "2025-09-23")), "not_eligible",
         "Absence was a tenth or more. It was under a tenth (6 of 62 sessions) once some of it was set aside. That is illness in "
         "weeks in which much of the school was ill, and 4 sessions of holidays or other leave."),
    ],
    ids=["four days", "three days", "three and a half", "three and a holiday"],
)  # fmt: skip
def test_whoever_was_ill_besides_is_eligible_on_what_is_left(besides, outcome, because):
    it, one = school(BEFORE_HALF_TERM, besides)
    assert (it.outcome(one)["outcome"], it.outcome(one)["because"]) == (outcome, because)
    assert it.answer(one, "absent_and_never_looked_at") is (outcome == "listed")
    assert it.triage.filter(outcome="listed").height == (outcome == "listed")


def test_other_reasons_in_such_a_week_are_not_illness_and_are_not_set_aside():
    it, one = school(BEFORE_HALF_TERM, (Away("O", "2025-10-06", "2025-10-10"),))
    assert it.feature(one, "wave_illness_sessions_ytd") == 0
    assert it.outcome(one)["outcome"] == "listed"


def test_long_illness_asks_whatever_the_school_had():
    it, one = school(BEFORE_HALF_TERM, (Away("I", "2025-09-08", "2025-09-19"),))
    assert it.reasons(one)["long_or_repeated_illness"] == (
        "Missed 30 of 76 sessions for illness since 3 September 2025, in 2 separate spells."
    )
    shorter = replace(one, away=(*one.away, Away("/", "2025-09-19", "2025-09-19", ("am",))))
    assert "long_or_repeated_illness" not in school(BEFORE_HALF_TERM, shorter.away)[0].reasons(shorter)


def test_a_school_with_no_wave_is_untouched():
    it, one = school(BEFORE_HALF_TERM, (IN_OCTOBER,), flu=())
    assert set(it.features["wave_illness_sessions_ytd"]) == {0}
    assert it.outcome(one)["outcome"] == "listed"


def test_last_years_rate_is_judged_whole_and_where_no_register_is_held_no_wave_is_known():
    it, one = school(date(2025, 9, 26), ())
    assert it.feature(one, "judged_wave_illness_sessions") is None
    unseen = Pupil("unseen", NEW, away=(Away("#", "2025-09-03", "2026-03-20"),))
    none = seen([unseen], marks=pl.DataFrame())
    assert none.feature(unseen, "wave_illness_sessions_ytd") is None


def test_the_page_says_what_a_wave_is():
    [signal] = [one for one in SIGNALS if one.name == "persistent_absence"]
    assert "1.5 times the school's median week or more, and 3 points more" in signal.line
    assert "DfE's rate, every session counted" in signal.caution


# Where the line is --------------------------------------------------------------------------------------------------------

MONDAYS = [date(2025, 9, 8) + timedelta(weeks=n) for n in range(6)]


def weeks(*ill: list[int], possible: int = 10, urn: int = SECONDARY) -> pl.DataFrame:
    """A list a week: sessions of illness of each pupil, one after another."""
    rows = [
        {"pupil_id": f"pupil{number:03}", "urn": urn, "week_start": monday, "illness_sessions": sessions, "possible_sessions": possible}
        for monday, of_week in zip(MONDAYS, ill, strict=False)
        for number, sessions in enumerate(of_week)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def of_ill(count: int, sessions: int = 10, *, pupils: int = 101) -> list[int]:
    return [sessions] * count + [0] * (pupils - count)


def in_waves(registers: pl.DataFrame, theirs: pl.DataFrame | None = None) -> dict[str, int]:
    told = wave_illness((registers if theirs is None else theirs).lazy(), registers.lazy())
    return dict(told.sort("pupil_id").rows())


@pytest.mark.parametrize(
    "usual, week, is_wave",
    [
        (of_ill(0), of_ill(6, 6), True),  # others: 30 of 1,000, three points more than none
        (of_ill(0), of_ill(6, 5), False),
        (of_ill(10), of_ill(16), True),  # others: 15.0%; half as many again as 9.9% is 14.9%
        (of_ill(10), of_ill(15), False),
        (of_ill(0), of_ill(6, 10), True),  # five others ill
        (of_ill(0), of_ill(5, 10), False),
        (of_ill(0, pupils=20), of_ill(8, pupils=20), True),
        (of_ill(0, pupils=19), of_ill(8, pupils=19), False),
    ],
)
def test_a_wave_is_half_as_much_again_and_three_points_more_in_a_school_large_enough(usual, week, is_wave):
    ill = {f"pupil{number:03}": sessions for number, sessions in enumerate(week) if sessions}
    assert in_waves(weeks(usual, usual, usual, week)) == (ill if is_wave else {})


def test_three_weeks_of_registers_are_too_few_to_say_what_is_usual():
    quiet, flu = of_ill(0), of_ill(40)
    assert len(in_waves(weeks(quiet, quiet, quiet, flu))) == 40
    assert in_waves(weeks(quiet, quiet, flu)) == {}


def test_a_week_with_hardly_anybody_in_it_is_none_of_the_four():
    quiet, flu = of_ill(0), of_ill(40)
    assert in_waves(weeks(quiet, quiet, [0] * 19, flu)) == {}
    assert len(in_waves(weeks(quiet, quiet, [0] * 20, flu))) == 40


def test_one_childs_illness_is_never_its_own_wave():
    """Five others are ill for a session each: the week is a wave by the sixth's ten days, and not to the sixth."""
    quiet = [0] * 30
    week = [10, 1, 1, 1, 1, 1] + [0] * 24
    told = in_waves(weeks(quiet, quiet, quiet, week))
    assert "pupil000" not in told and told["pupil001"] == 1


def test_a_wave_at_either_of_two_schools_is_one_and_another_schools_is_none_of_mine():
    quiet, flu = of_ill(0), of_ill(40)
    here = weeks(quiet, quiet, quiet, flu)
    there = weeks(quiet, quiet, quiet, of_ill(1), urn=SECONDARY + 1).with_columns(pupil_id=pl.format("{}x", "pupil_id"))
    both = pl.concat([here, there])
    assert set(in_waves(both)) == set(in_waves(here))
    assert in_waves(both.sample(fraction=1, shuffle=True, seed=1)) == in_waves(both)
