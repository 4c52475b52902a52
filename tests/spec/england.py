"""What England's registers held from 8 September 2025 to 10 July 2026, and the absence rates DfE made of it.

Source: Department for Education, Pupil attendance in schools, year to date (Explore Education Statistics, Open
Government Licence v3). The counts are of sessions; possible sessions that no code counted here accounts for were coded F
(extended holiday), withdrawn from use and still sent by some schools.
"""

import random
from datetime import date, timedelta

import polars as pl

POSSIBLE_SESSIONS = {
    "Primary": 1_299_079_364,
    "Secondary": 1_093_892_081,
    "Special": 52_448_242,
    "England": 2_445_419_687,
}

_COUNTED = r"""
code | Primary   | Secondary | Special  | England
-----+-----------+-----------+----------+-----------
/    | 596248903 | 469270046 | 22088855 | 1087607804
\    | 606376201 | 484186915 | 22230096 | 1112793212
L    | 14574915  | 30519828  | 402137   | 45496880
I    | 36191780  | 39674988  | 2632592  | 78499360
M    | 3533055   | 4116441   | 532330   | 8181826
R    | 851311    | 633074    | 27995    | 1512380
S    | 2797      | 1098362   | 11896    | 1113055
T    | 184890    | 33055     | 3426     | 221371
H    | 214       | 112       | 62       | 388
E    | 478785    | 3158295   | 91266    | 3728346
C    | 4773352   | 4657368   | 878720   | 10309440
C1   | 43089     | 56075     | 2416     | 101580
J1   | 220738    | 171836    | 5269     | 397843
C2   | 2165735   | 3511650   | 833003   | 6510388
B    | 2478465   | 3277757   | 466368   | 6222590
J    | 46        | 41        | 0        | 87
P    | 1101777   | 1554933   | 25028    | 2681738
V    | 9521170   | 7976206   | 243536   | 17740912
W    | 548       | 3374371   | 32083    | 3407002
K    | 229071    | 862932    | 53154    | 1145157
G    | 6948330   | 3439600   | 213652   | 10601582
U    | 2200160   | 3243297   | 169596   | 5613053
O    | 10312019  | 28533487  | 1468483  | 40313989
N    | 642003    | 541316    | 36279    | 1219598
"""

RATES_PUBLISHED = {
    "Primary": {"absence": "5.277", "authorised": "3.729", "unauthorised": "1.547"},
    "Secondary": {"absence": "8.490", "authorised": "5.221", "unauthorised": "3.269"},
    "Special": {"absence": "13.169", "authorised": "9.569", "unauthorised": "3.600"},
    "England": {"absence": "6.883", "authorised": "4.522", "unauthorised": "2.361"},
}
"""Per cent of possible sessions, as published."""

SCALES = {"Primary": 2000, "Secondary": 2000, "Special": 100, "England": 4000}
"""One in so many sessions leaves some 600,000 of each, of which one is 0.0002 per cent."""

UNCOUNTED = ("D", "Q", "X", "Y1", "Y2", "Y3", "Y4", "Y6", "Y7", "Z", "#", "-")
"""Marks that DfE's counts of possible sessions leave out, and every school's registers are full of."""


def counts(phase: str) -> dict[str, int]:
    """Sessions by code, all the possible ones of the phase."""
    header, _, *rows = ([cell.strip() for cell in line.split("|")] for line in _COUNTED.strip().splitlines())
    by_code = {row[0]: int(row[header.index(phase)]) for row in rows}
    return by_code | {"F": POSSIBLE_SESSIONS[phase] - sum(by_code.values())}


def scaled_down(by_code: dict[str, int], scale: int) -> dict[str, int]:
    """One in `scale` of the sessions: each code's whole share, and the few left over to those nearest to one more."""
    shares = {code: sessions // scale for code, sessions in by_code.items()}
    left_over = round(sum(by_code.values()) / scale) - sum(shares.values())
    for code in sorted(by_code, key=lambda code: by_code[code] % scale, reverse=True)[:left_over]:
        shares[code] += 1
    return shares


def registers(phase: str) -> pl.DataFrame:
    """Marks as schools of the phase made them, one in `SCALES[phase]`, and one in twenty more that DfE does not count.

    They fall at random over the school days of many made-up pupils.
    """
    wanted = scaled_down(counts(phase), SCALES[phase])
    marks = [code for code, sessions in wanted.items() for _ in range(sessions)]
    marks += [UNCOUNTED[at % len(UNCOUNTED)] for at in range(len(marks) // 20)]
    random.Random(2025).shuffle(marks)
    days = [day for n in range(306) if (day := date(2025, 9, 8) + timedelta(days=n)).weekday() < 5]
    at = pl.int_range(len(marks), eager=True)
    slot = at % (2 * len(days))
    return pl.DataFrame(
        {
            "pupil_id": "pupil" + (at // (2 * len(days))).cast(pl.String),
            "date": pl.Series(days).gather(slot // 2),
            "half_day": pl.Series(["am", "pm"]).gather(slot % 2),
            "code": marks,
        }
    ).with_columns(urn=pl.lit(100001, pl.Int32), known_on=pl.col("date"), recorded_at=pl.lit(None, pl.Datetime("us")))
