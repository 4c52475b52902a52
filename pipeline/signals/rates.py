"""How much is missed: DfE's rates, the stretch of time lately, and the question no rate alone asks."""

from datetime import date

from polars import col

from .comparing import any_of, at_least
from .illness import long_or_repeated_illness
from .lines import WAVE_FEWEST_ILL, WAVE_FEWEST_PUPILS, WAVE_FEWEST_WEEKS, WAVE_POINTS, WAVE_TIMES, Lines
from .own_past import rising_lately, worse_than_last_year
from .signal import Signal

FIRST_LINES = date(2026, 9, 1)

MISSED = "Absent for {judged_absence_sessions} of {judged_possible_sessions:session} ({judged_absence_rate:%}) {judged_period}"
OTHER_LEAVE = "[; {judged_other_absence_sessions} of those were holidays or other leave]"

THIS_YEAR = col("judged_on") == "this_year"
SEEN = col("possible_sessions_ytd") > 0


_IN_WAVES = col("judged_wave_illness_sessions").fill_null(0)  # where no wave is known, nothing is set aside
MISSED_BEYOND_WAVES = col("judged_need_absence_sessions") - _IN_WAVES
POSSIBLE_BEYOND_WAVES = col("judged_need_possible_sessions") - _IN_WAVES
"""What is left when other leave, and illness in a week in which much of the school was ill, is set aside."""


def tenth_on_need(lines: Lines):
    """A tenth of what is left when other leave and the school's own waves of illness are set aside, and not so few sessions
    that a cold would do it. DfE's rate reaches the line too where this is true: what is set aside is wholly absence."""
    reached = MISSED_BEYOND_WAVES * 100 >= POSSIBLE_BEYOND_WAVES * lines.persistent_percent
    return reached & (POSSIBLE_BEYOND_WAVES > 0) & (MISSED_BEYOND_WAVES >= lines.fewest_missed)


def absent_and_never_looked_at(lines: Lines) -> Signal:
    months = lines.looked_at_months
    lately = col("looked_at_on") >= col("as_of").dt.offset_by(f"-{months}mo")
    absent = tenth_on_need(lines).fill_null(False) | any_of(long_or_repeated_illness(lines))
    of_rate = {
        "judged_on": "this_year",
        "judged_need_possible_sessions": 160,
        "nothing_on_file": True,
        "judged_period": "since 3 September 2025",
    }
    of_illness = {"possible_sessions_ytd": 160, "illness_sessions_ytd": 0, "medical_sessions_ytd": 0}
    return Signal(
        name="absent_and_never_looked_at",
        asks="Is this pupil much absent, with nothing on file, and has nobody looked?",
        line="Persistent or severe absence, counting only codes that ask about need, without illness in weeks in which much of "
        f"the school was ill, and from {lines.fewest_missed} sessions missed; or long or repeated illness; and no SEN provision, plan or running support on "
        f"file; and no review, decision, need added by staff, or support begun or ended in the last {months} months. It cannot be judged where "
        "nobody ever said what is on file.",
        evidence=(col("judged_on").is_not_null() | SEEN) & col("nothing_on_file").is_not_null(),
        raised=absent & col("nothing_on_file") & ~lately.fill_null(False),
        reason="Absent and never looked at[: {judged_need_absence_sessions} of {judged_need_possible_sessions:session} missed, other "
        "leave left out, {judged_period}]. No support, plan or SEN provision is on file. "
        f"There was no review in the last {months} months.",
        next_step="Who will look first, and what do the pupil and their parents say is behind it?",
        kind="in_school",
        role="trigger",
        points=6,
        source="Education Policy Institute (2025): attendance problems should prompt a check for needs not yet identified. "
        "Children's Commissioner, The Children's Plan (2025). The rule is ours.",
        caution="Nothing on file here is not nothing done: what nobody wrote down, or sent, is not seen. It is no sign that there "
        "is a need, only that nobody has asked.",
        since=FIRST_LINES,
        raises=of_rate | of_illness | {"judged_need_absence_sessions": 16},
        spares=of_rate | of_illness | {"judged_need_absence_sessions": 15},
    )  # fmt: skip


def persistent_absence(lines: Lines) -> Signal:
    return Signal(
        name="persistent_absence",
        asks="Has this pupil been absent for a tenth or more of their own possible sessions?",
        line=f"{lines.persistent_percent}% or more, inclusive. Judged on this school year from 40 possible sessions, until then "
        "on last year's. It makes a pupil eligible where a tenth, and "
        f"{lines.fewest_missed} sessions, are still missed when codes that do not ask about need, and illness in the school's own "
        f"waves, are set aside. A wave is a school week of this year in which illness came to {WAVE_TIMES} times the school's median "
        f"week or more, and {WAVE_POINTS} points more, with {WAVE_FEWEST_ILL} other pupils ill. It is known from {WAVE_FEWEST_WEEKS} "
        f"weeks of registers with {WAVE_FEWEST_PUPILS} pupils or more.",
        evidence=col("judged_on").is_not_null(),
        raised=at_least("judged_absence_sessions", "judged_possible_sessions", lines.persistent_percent),
        reason=MISSED + OTHER_LEAVE + ".",
        next_step="What do the pupil and their parents say makes coming in hardest?",
        kind="in_school",
        role="trigger",
        points=3,
        source="DfE, Pupil absence statistics: methodology (persistent absence). The 40 sessions, and the "
        f"{lines.fewest_missed}, and what a wave is, are ours.",
        caution="In autumn one illness is enough, and the rate falls again as sessions add up. A week of flu in the whole school "
        "raises it too, and by itself makes nobody eligible: the sentence is DfE's rate, every session counted. Most pupils it "
        "names have no need on file and many have none at all.",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "judged_period": "since 3 September 2025", "judged_absence_rate": 0.1,
            "judged_absence_sessions": 10, "judged_possible_sessions": 100, "judged_other_absence_sessions": 0,
        },
        spares={"judged_on": "this_year", "judged_absence_sessions": 37, "judged_possible_sessions": 371},
    )  # fmt: skip


def severe_absence(lines: Lines) -> Signal:
    return Signal(
        name="severe_absence",
        asks="Has this pupil been absent for half or more of their own possible sessions?",
        line=f"{lines.severe_percent}% or more, inclusive. Judged as persistent absence is.",
        evidence=col("judged_on").is_not_null(),
        raised=at_least("judged_absence_sessions", "judged_possible_sessions", lines.severe_percent),
        reason="Half or more: absent for {judged_absence_sessions} of {judged_possible_sessions:session} "
        "({judged_absence_rate:%}) {judged_period}.",
        next_step="Who already knows this family, and should a plan be made?",
        kind="family_support",
        role="trigger",
        points=4,
        source="DfE, Pupil absence statistics: methodology (severe absence).",
        caution="It says how much, and nothing of why: a pupil in treatment and one nobody has spoken to read alike.",
        says_more_than="persistent_absence",
        since=FIRST_LINES,
        raises={
            "judged_on": "this_year", "judged_period": "since 3 September 2025", "judged_absence_rate": 0.5,
            "judged_absence_sessions": 60, "judged_possible_sessions": 120,
        },
        spares={"judged_on": "this_year", "judged_absence_sessions": 59, "judged_possible_sessions": 120},
    )  # fmt: skip


def nearly_persistent_and_rising(lines: Lines) -> Signal:
    missed, possible = "judged_need_absence_sessions", "judged_need_possible_sessions"
    nearly = at_least(missed, possible, lines.nearly_percent) & ~at_least(missed, possible, lines.persistent_percent)
    rising = rising_lately(lines)
    known = {name: value for name, value in rising.raises.items() if "ytd" not in name}
    known |= {"judged_need_absence_rate": 0.05, possible: 400, "judged_period": "since 3 September 2025"}
    return Signal(
        name="nearly_persistent_and_rising",
        asks="Is this pupil short of persistent absence, and has absence risen?",
        line=f"{lines.nearly_percent}% to under {lines.persistent_percent}% missed with codes that ask about need, and either "
        "worse than last year or rising lately, as those are drawn. Judged on this school year.",
        evidence=THIS_YEAR,
        raised=nearly & any_of(worse_than_last_year(lines), rising),
        reason="Absent for {judged_need_absence_sessions} of {judged_need_possible_sessions:session} ({judged_need_absence_rate:%}) "
        "{judged_period}, other leave left out. That is under a tenth, and it has risen.",
        next_step="What does the pupil say would help now, and what has helped before?",
        kind="in_school",
        role="trigger",
        points=1,
        source="The band: Juniper Education and Ed-Fi's chronic absenteeism dashboard. That it counts only with a rise is ours. The "
        "evidence would let many spells stand for one. They do not here: in the weeks before Christmas, one pupil in fifty and more "
        "in whom nothing changed had such a rate and four spells. Where there is a rise, many spells add their own weight.",
        caution="A rate in this band by itself is ordinary: about one pupil in three has one. It is the rise that asks.",
        since=FIRST_LINES,
        raises=known | {missed: 4 * lines.nearly_percent},
        spares=known | {missed: 4 * lines.nearly_percent - 1},
    )  # fmt: skip


def recent_window(lines: Lines) -> Signal:
    percent, sessions = lines.recent_percent, lines.fewest_missed
    missed, possible = "need_absence_sessions_45d", "need_possible_sessions_45d"
    words = {"period_45d": "in the last nine school weeks"}
    seen = words | {"judged_on": "this_year", "possible_sessions_45d": 100, possible: 100}
    return Signal(
        name="recent_window",
        asks="Has this pupil been absent for much of the last nine school weeks?",
        line=f"{percent}% or more of the last 45 school days, or of this school year before there are so many, counting only codes "
        f"that ask about need, and {sessions} sessions or more. Judged with registers and 40 possible sessions in them.",
        evidence=THIS_YEAR & (col("possible_sessions_45d") >= 40),
        raised=at_least(missed, possible, percent) & (col(missed) >= sessions),
        reason=f"Absent for {{{missed}}} of {{{possible}:session}} ({{need_absence_rate_45d:%}}) {{period_45d}}, other leave left out.",
        next_step="What has been happening since half a term ago, and who has asked the pupil?",
        kind="in_school",
        role="supporting",
        points=2,
        source="Somerville Public Schools' list of children often absent: absence in the last 45 school days, capped at the start of the year. "
        f"The {percent}% is the lowest of its levels.",
        caution="Nine weeks hold one long illness easily. It says that much was missed, not that more will be.",
        since=FIRST_LINES,
        raises=seen | {missed: percent, "need_absence_rate_45d": percent / 100},
        spares=seen | {missed: percent - 1},
    )  # fmt: skip
