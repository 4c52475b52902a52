"""Register codes: what each counts as, for how long it was in use, and the number it is kept under."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.steps.weeks import marked_weeks
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_CODE, BY_NUMBER, KEPT_AS, CountsAs
from tests.spec import england

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "attendance_codes.csv"

KEPT_FOR_EVER = {
    1: "/", 2: "\\", 3: "L", 4: "K", 5: "V", 6: "P", 7: "W", 8: "B", 9: "C", 10: "C1", 11: "C2", 12: "E", 13: "I",
    14: "J1", 15: "M", 16: "R", 17: "S", 18: "T", 19: "G", 20: "N", 21: "O", 22: "U", 23: "D", 24: "Q", 25: "X",
    26: "Y1", 27: "Y2", 28: "Y3", 29: "Y4", 30: "Y5", 31: "Y6", 32: "Y7", 33: "Z", 34: "#", 35: "H", 36: "F", 37: "J",
    38: "Y", 39: "-",
}  # fmt: skip
"""Every warehouse holds weeks packed with these. A new code takes a new number; none is changed and none used again."""


def test_a_code_keeps_its_number_for_ever():
    assert {number: entry.code for number, entry in BY_NUMBER.items()} == KEPT_FOR_EVER


def test_no_two_codes_share_a_number_and_each_fits_eight_bits():
    assert len(BY_NUMBER) == len(BY_CODE) == len(ATTENDANCE_CODES)
    assert all(0 < number < 256 for number in BY_NUMBER)


@pytest.mark.parametrize(
    "counts_as, codes",
    [
        (CountsAs.PRESENT, r"/ \ L"),
        (CountsAs.APPROVED_ACTIVITY, "K V P W B J"),
        (CountsAs.AUTHORISED, "C C1 C2 E I J1 M R S T H F"),
        (CountsAs.UNAUTHORISED, "G N O U"),
        (CountsAs.NOT_POSSIBLE, "D Q X Y1 Y2 Y3 Y4 Y5 Y6 Y7 Z # Y"),
        (CountsAs.NO_MARK, "-"),
    ],
)
def test_each_code_counts_as_the_guidance_says(counts_as, codes):
    assert {entry.code for entry in ATTENDANCE_CODES if entry.counts_as is counts_as} == set(codes.split())


def test_only_absences_ask_about_need_and_travel_faith_exams_work_and_holidays_do_not():
    silent = {entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_absence and not entry.asks_about_need}
    assert silent == {"C1", "G", "J1", "R", "S", "T", "H", "F"}
    assert all(entry.counts_as.is_absence for entry in ATTENDANCE_CODES if entry.asks_about_need)


@pytest.mark.parametrize("code", ["C1", "C2", "J1", "K", "Q", "Y1", "Y7"])
def test_the_new_codes_began_on_19_august_2024(code):
    assert BY_CODE[code].valid_from == date(2024, 8, 19)


@pytest.mark.parametrize("code", ["H", "F", "J", "Y"])
def test_the_old_codes_ended_the_day_before(code):
    assert BY_CODE[code].valid_until == date(2024, 8, 18)


@pytest.mark.parametrize("code", ["R", "T"])
def test_faith_and_a_travelling_family_are_printed_in_a_word_they_share(code):
    others = [entry.code for entry in ATTENDANCE_CODES if entry.printed == BY_CODE[code].printed and entry.code != code]
    assert BY_CODE[code].printed == "other leave"
    assert {"S", "J1", "C1"} <= set(others)


def test_every_absence_has_a_word_that_may_be_printed():
    assert [entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_absence and not entry.printed] == []


def test_detention_is_kept_as_a_code_that_counts_alike_and_says_nothing():
    assert KEPT_AS == {"Y5": "Y7"}
    kept, sent = BY_CODE["Y7"], BY_CODE["Y5"]
    assert (kept.counts_as, kept.asks_about_need, kept.printed) == (sent.counts_as, sent.asks_about_need, sent.printed)
    assert "detention" not in kept.label.lower()


# Against the reference table


CLASSES = {
    "present": CountsAs.PRESENT,
    "approved educational activity": CountsAs.APPROVED_ACTIVITY,
    "authorised absence": CountsAs.AUTHORISED,
    "unauthorised absence": CountsAs.UNAUTHORISED,
    "not a possible session": CountsAs.NOT_POSSIBLE,
    "administrative": CountsAs.NOT_POSSIBLE,
    "missing mark": CountsAs.NO_MARK,
}

LAST_DAY_NOT_PUBLISHED = {"F": date(2024, 8, 18)}
"""Withdrawn well before the others, nobody says when: it ends with them, so that no mark of those years is lost."""


def referred_to() -> list[dict]:
    if not REFERENCE.is_file():
        pytest.skip(f"{REFERENCE} is not here")
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_codes_are_those_of_the_reference_table():
    assert {row["code"] for row in referred_to()} == set(BY_CODE)


def test_class_dates_and_need_are_those_of_the_reference_table():
    for row in referred_to():
        entry, code = BY_CODE[row["code"]], row["code"]
        assert entry.counts_as is CLASSES[row["category"]], code
        assert entry.asks_about_need == (row["asks_about_need"] == "1"), code
        assert entry.valid_from == (date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min), code
        told = date.fromisoformat(row["valid_to"]) if row["valid_to"] else LAST_DAY_NOT_PUBLISHED.get(code, date.max)
        assert entry.valid_until == told, code


def test_what_the_reference_table_counts_is_what_the_class_counts():
    for row in referred_to():
        entry = BY_CODE[row["code"]]
        flags = (
            entry.counts_as.is_possible,
            entry.counts_as.is_possible and not entry.counts_as.is_absence,
            entry.counts_as is CountsAs.AUTHORISED,
            entry.counts_as is CountsAs.UNAUTHORISED,
        )
        told = (
            "counts_as_possible",
            "counts_as_present",
            "counts_as_authorised_absence",
            "counts_as_unauthorised_absence",
        )
        assert flags == tuple(row[name] == "1" for name in told), entry.code


# England's registers


@pytest.mark.parametrize("phase", england.RATES_PUBLISHED)
def test_englands_registers_give_the_rates_dfe_published(phase):
    """To the last figure published: three decimals of a per cent, which is five of a rate."""
    weeks = marked_weeks(england.registers(phase))
    possible = weeks["possible_sessions"].sum()
    rates = {kind: f"{weeks[f'{kind}_sessions'].sum() / possible:.3%}" for kind in england.RATES_PUBLISHED[phase]}
    assert rates == {kind: f"{rate}%" for kind, rate in england.RATES_PUBLISHED[phase].items()}
    assert possible == round(england.POSSIBLE_SESSIONS[phase] / england.SCALES[phase])


@pytest.mark.parametrize("phase", england.RATES_PUBLISHED)
def test_scaling_down_moves_no_code_by_a_whole_session(phase):
    scale, counted = england.SCALES[phase], england.counts(phase)
    shares = england.scaled_down(counted, scale)
    assert sum(counted.values()) == england.POSSIBLE_SESSIONS[phase]
    assert all(abs(shares[code] - sessions / scale) < 1 for code, sessions in counted.items())


def test_englands_registers_hold_marks_that_count_for_nothing():
    held = set(england.registers("Special")["code"])
    assert set(england.UNCOUNTED) < held
    assert {code for code in held if not BY_CODE[code].counts_as.is_possible} == set(england.UNCOUNTED)


def test_a_code_nobody_knows_is_never_packed():
    marks = england.registers("Special").head(2).with_columns(code=pl.lit("ZZ"))
    with pytest.raises(pl.exceptions.PolarsError):
        marked_weeks(marks)
