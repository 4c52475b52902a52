"""What records and staff say, beside absence: never by itself, and never what the need is."""

from datetime import date

from polars import col

from .comparing import any_of
from .how_it_comes import lateness
from .illness import long_or_repeated_illness
from .lines import Lines
from .own_past import FROM_LAST_YEAR, rising_lately, unauthorised_rising, worse_than_last_year
from .rates import SEEN, tenth_on_need
from .signal import Signal

FIRST_LINES = date(2026, 9, 1)


def any_absence(lines: Lines):
    """Is any signal of absence raised that does not move with the season? Of the rate, only where it stands on codes that ask
    about need. Many spells and the last nine weeks are left out: no school's own winter is taken off either, and a need known
    all year would begin to ask when the colds do."""
    asked = (long_or_repeated_illness, worse_than_last_year, rising_lately, unauthorised_rising)
    return tenth_on_need(lines).fill_null(False) | any_of(*(signal(lines) for signal in asked))


def year_six_carried_over(lines: Lines) -> Signal:
    percent = lines.year_six_percent
    missed, of_all, possible = (
        f"{name}_sessions_last_year" for name in ("need_absence", "absence", "possible")
    )  # fmt: skip
    left = col(possible) - col(of_all) + col(missed)
    is_new = (col("nc_year") == "7") & ((col("nc_year_last_year") == "6") | col("nc_year_last_year").is_null())
    known = {
        "judged_on": "this_year", "nc_year": "7", "nc_year_last_year": "6", possible: 400,
        "last_year_need_possible_sessions": 400, "last_year_need_absence_rate": percent / 100,
    }  # fmt: skip
    return Signal(
        name="year_six_carried_over",
        asks="Was this new Year 7 pupil much absent in Year 6?",
        line=f"Year 7: {percent}% or more of Year 6 missed, counting only codes that ask about need, and {lines.fewest_missed} "
        "sessions or more, of 40 possible sessions. Until Year 7 has 40 of its own the rate itself is judged on Year 6.",
        evidence=(col("judged_on") == "this_year") & is_new & (col(possible) >= 40),
        raised=(col(missed) * 100 >= left * percent) & (col(missed) >= lines.fewest_missed),
        reason="In Year 6 absent for {need_absence_sessions_last_year} of {last_year_need_possible_sessions:session} "
        "({last_year_need_absence_rate:%}), other leave left out.",
        next_step="What did the primary school know, and what worked there?",
        kind="in_school",
        role="supporting",
        points=1,
        source="FFT Education Datalab (2025): rates in Year 6 and Year 7 correlate at 0.63. The evidence also watches from 5%: "
        "a home may draw its line there.",
        caution="Many start afresh. It adds weight to what is seen in Year 7 and makes nobody eligible.",
        since=FIRST_LINES,
        raises=known | {missed: 4 * percent, of_all: 4 * percent},
        spares=known | {missed: 4 * percent - 1, of_all: 4 * percent - 1},
    )


def sen_removed_then_rises(lines: Lines) -> Signal:
    worse, months = worse_than_last_year(lines), lines.sen_ended_months
    lately = col("sen_ended_on") >= col("as_of").dt.offset_by(f"-{months}mo")
    return Signal(
        name="sen_removed_then_rises",
        asks="Has absence risen since SEN provision was taken off?",
        line=f"SEN provision K or E said in the last {months} months to have ended, by the school that gave it, and worse than last year as that is drawn.",
        evidence=worse.evidence,
        raised=lately.fill_null(False) & worse.raised,
        reason=f"SEN provision was down as ended on {{sen_ended_on:date}}. Absence is up {FROM_LAST_YEAR}.",
        next_step="What did the support do that nothing does now, and should it come back while that is found out?",
        kind="learning_and_communication",
        role="trigger",
        points=4,
        says_more_than="worse_than_last_year",
        source="Ours. In children born with a cleft, SEN support cut unauthorised absence by a seventh (ECHILD, 2025).",
        caution="The day is that of the census or roll that first said so; the support may have ended before. One may follow the other "
        "by chance.",
        since=FIRST_LINES,
        raises=dict(worse.raises) | {"sen_ended_on": date(2025, 10, 2), "as_of": date(2026, 3, 20)},
        spares=dict(worse.spares) | {"sen_ended_on": date(2025, 10, 2), "as_of": date(2026, 3, 20)},
    )


def early_years_profile(lines: Lines) -> Signal:
    known = {
        "possible_sessions_ytd": 160, "medical_sessions_ytd": 0, "has_good_level": False, "early_years_year": 2019,
    }  # fmt: skip
    return Signal(
        name="early_years_profile",
        asks="Is this pupil absent, and had not reached a good level of development at five?",
        line="No good level of development at the end of Reception, and any signal of absence: a tenth missed with codes that ask about "
        "need and without the school's own waves of illness, long or repeated illness, worse than last year, or rising lately or two half "
        "terms running.",
        evidence=SEEN & col("has_good_level").is_not_null(),
        raised=~col("has_good_level") & any_absence(lines),
        reason="At the end of Reception ({early_years_year}) a good level of development had not been reached.",
        next_step="What was seen then, what was done about it, and is it still so?",
        kind="learning_and_communication",
        role="supporting",
        points=1,
        source="Connected Bradford: of children without a good level of development 49% had SEN later, of others 9% (Archives of "
        "Disease in Childhood, 2024).",
        caution="One child in three does not reach it, summer-born children most often, for they are youngest. It is no test of need, "
        "and no model ever reads it.",
        since=FIRST_LINES,
        raises=known | {"illness_sessions_ytd": lines.long_illness_sessions},
        spares=known | {"illness_sessions_ytd": lines.long_illness_sessions - 1},
    )


def wider_need(lines: Lines) -> Signal:
    late = any_of(lateness(lines))
    known = {"possible_sessions_ytd": 160, "wider_need_on": date(2026, 1, 15), "wider_need_by": "the school"}
    return Signal(
        name="wider_need",
        asks="Do staff know of a need beyond school, and is the pupil absent or late?",
        line="A wider need still running, added by staff with their role and the day, or said in a school census; and lateness, or one of "
        "these as it is drawn: a tenth missed with codes that ask about need and without the school's own waves of illness, long or "
        "repeated illness, worse than last year, or rising lately or two half terms running.",
        evidence=SEEN,
        raised=col("wider_need_on").is_not_null() & (any_absence(lines) | late),
        reason="A wider need known to staff, added by {wider_need_by} on {wider_need_on:date}.",
        next_step="Who knows the family best by now? What would make mornings or the week easier for this pupil?",
        kind="family_support",
        role="trigger",
        points=3,
        source="Children's Commissioner, The Children's Plan (2025): need is wider than SEN, and staff must be able to say so. The rule "
        "is ours.",
        caution="What the need is stands on no list and in no table but the one staff filled. Whoever needs to know asks whoever added "
        "it.",
        since=FIRST_LINES,
        raises=known | {"late_sessions_30d": lines.late_sessions},
        spares=known | {"late_sessions_30d": lines.late_sessions - 1},
    )
