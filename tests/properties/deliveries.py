"""Some nights of a small authority, drawn anyhow; and the files those rows may come in, cut up and repeated anyhow."""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime

from hypothesis import strategies as st

from tests.edges.delivered import ASH, BIRCH, upn

from .oracle import Mark, Night, Stay

DAYS = tuple(date(2025, 9, day) for day in (12, 15, 16))
PUPILS = ("amira", "ben", "cato")
_OUT_OF_YEAR = date(2099, 9, 8)

a_day = st.sampled_from([date(2025, 9, day) for day in (8, 9, 15)])
a_code = st.sampled_from(["/", "I", "N", "O", "C2", "#", "-"])
a_moment = st.sampled_from([None, None, datetime(2025, 9, 10, 9), datetime(2025, 9, 11, 9)])
a_school = st.sampled_from([ASH, ASH, ASH, BIRCH])
a_pupil = st.sampled_from(PUPILS)
a_half_day = st.sampled_from(["am", "pm"])

a_sound_mark = st.builds(Mark, a_school, a_pupil, a_day, a_half_day, a_code, a_moment)
a_mark = st.one_of(
    *[a_sound_mark] * 5,
    st.builds(Mark, a_school, a_pupil, a_day, a_half_day, st.just("ZZ")),
    st.builds(Mark, a_school, st.none(), a_day, a_half_day, a_code),
    st.builds(Mark, a_school, a_pupil, st.none() | st.just(_OUT_OF_YEAR), a_half_day, a_code),
    st.builds(Mark, a_school, a_pupil, a_day, st.none(), a_code),
    st.builds(Mark, st.just(100009), a_pupil | st.none(), a_day, a_half_day, a_code),
)
"""A mark; one in a few with something in it that cannot be right, or of a school that nobody knows."""

_in_order = st.sampled_from(
    [(date(2024, 9, 2), None), (date(2024, 9, 2), date(2025, 7, 18)), (date(2024, 9, 2), date(2025, 9, 12)),
     (date(2025, 9, 3), None), (date(2025, 9, 3), date(2025, 9, 12))]
)  # fmt: skip
a_stay = st.builds(
    lambda urn, pupil, dates, *said: Stay(urn, pupil, *dates, *said),
    a_school, a_pupil, _in_order, st.sampled_from([None, "C", "M", "S"]), st.sampled_from([None, "N", "K", "E"]),
    st.sampled_from(["8", "8", "8", "8", "99"]),
)  # fmt: skip


@st.composite
def some_nights(draw) -> list[Night]:
    """Three nights. A later one may say again what an earlier one said, or put it right."""
    nights, before = [], []
    for day in DAYS:
        again = draw(st.lists(st.sampled_from(before), max_size=4)) if before else []
        put_right = [replace(one, code=draw(a_code), recorded_at=None) for one in again]
        marks = (*draw(st.lists(a_mark, min_size=4, max_size=12)), *again[::2], *put_right[1::2])
        stays = draw(st.lists(a_stay, min_size=0 if nights else 2, max_size=4))
        schools = draw(st.frozensets(st.sampled_from([ASH, BIRCH]), min_size=0))
        nights.append(Night(day, schools, tuple(stays), marks))
        before += [mark for mark in marks if mark.is_sound]
    return nights


@dataclass(frozen=True)
class TakeIn:
    """One take-in: its day, and the files that have come since the last, by name."""

    day: date
    files: dict[str, bytes]


@st.composite
def taken_in(draw, nights: list[Night]) -> list[TakeIn]:
    """The rows of those nights in one or more take-ins each, in files of any rows, under names that say nothing; some rows twice
    in a night, and some files again, byte for byte, on a night that follows."""
    take_ins, sent = [], []
    for night in nights:
        parts = [_cut(draw, rows) for rows in (sorted(night.schools), night.stays, night.marks)]
        texts = [
            text(of, f"{night.day:%d} {number}")
            for files, text in zip(parts, (_schools, _roll, _register), strict=True)
            for number, of in enumerate(files)
        ]
        again = draw(st.lists(st.sampled_from(sent), max_size=2)) if sent else []
        turns = defaultdict(list)
        for text in draw(st.permutations(texts + again)):
            turns[draw(st.sampled_from([0, 0, 0, 1]))].append(text)
        for _, files in sorted(turns.items()):
            take_ins.append(TakeIn(night.day, {f"{len(take_ins)}-{at}.csv": text for at, text in enumerate(files)}))
        sent += texts
    return take_ins


def _cut(draw, rows) -> list[list]:
    """The rows in some files: each in one of them, or in two."""
    files = defaultdict(list)
    for row in draw(st.permutations(rows)):
        for number in draw(st.sampled_from([(0,), (0,), (1,), (0, 2)])):
            files[number].append(row)
    return [files[number] for number in sorted(files)]


def _register(marks: list[Mark], comment: str) -> bytes:
    header = ("urn", "upn", "date", "session", "code", "recorded_at", "comment")
    rows = [
        (mark.urn, upn(mark.pupil) if mark.pupil else "A1", mark.day or "soon", mark.half_day or "noon", mark.code,
         mark.recorded_at.isoformat() if mark.recorded_at else "", comment)
        for mark in marks
    ]  # fmt: skip
    return _csv(header, rows)


def _roll(stays: list[Stay], comment: str) -> bytes:
    header = ("urn", "upn", "surname", "forename", "date_of_birth", "nc_year", "entry_date", "leaving_date",
              "enrol_status", "sen_provision", "comment")  # fmt: skip
    rows = [
        (one.urn, upn(one.pupil), one.pupil * 2, one.pupil, f"2013-0{PUPILS.index(one.pupil) + 1}-01", one.year_group,
         one.entry, one.left or "", one.status or "", one.sen or "", comment)
        for one in stays
    ]  # fmt: skip
    return _csv(header, rows)


def _schools(urns: list[int], comment: str) -> bytes:
    header = ("URN", "LA (code)", "EstablishmentNumber", "EstablishmentName", "PhaseOfEducation (name)", "comment")
    return _csv(header, [(urn, 209, urn - 96_000, f"School {urn}", "Secondary", comment) for urn in urns])


def _csv(header: tuple[str, ...], rows: list[tuple]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()
