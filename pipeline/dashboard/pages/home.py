"""Home: is the last run good, where is nobody looking, and what of absence."""

from pipeline.dashboard import charts, queries, words
from pipeline.dashboard.parts import Column, Figure, Figures, Section, Sheet, View, Words
from pipeline.dashboard.reading import Reading
from pipeline.dashboard.snapshot import Row

SHORT = 10
"""Rows shown of a table whose file has all."""

MOST = 11  # one more, which tells whether there are any


def home(reading: Reading) -> View:
    run, flow = reading.run, reading.row(queries.FLOW_OF_PLACE) or {}
    phase = reading.told.get("phase")
    place = reading.row(queries.PHASE) if phase else run
    sections = [
        Section(_heading(reading, run), _run(reading, run), name="run"),
        Section(
            "Where absence is high and looking is rare", [_high_and_rare(reading)], name="rare",
            intro=_rare_intro(reading),
        ),
        Section("Absence", [_absence(reading, place), *weeks(reading)], name="absence"),
        Section("What came of being worth a look", [_flow(reading, flow)], name="flow", intro="This school year, of children on a roll now."),
        Section("Alarms", [_alarms(reading)], name="alarms", intro="Of a list and how it is worked, never of a child or a school's worth."),
    ]  # fmt: skip
    return View(
        run["home"], f"As of {words.day(run['as_of'])}" + (f", {phase} alone." if phase else "."), sections,
        ("run", "school", "flow", "week", "alarm", "england"),
    )  # fmt: skip


def _heading(reading: Reading, run: Row) -> str:
    return "Last night's run" if reading.days_old in (0, 1) else f"The run of {words.day(run['as_of'])}"


def _rare_intro(reading: Reading) -> str:
    """What the list holds: where this home's own share is not told, nothing is below it, and only none at all is rare."""
    home = reading.row(queries.FLOW_OF_PLACE, phase=None)
    absence = "Schools with more absence than their phase here, or than England's where they are the only one of it,"
    left_out = "Schools whose share looked at is not told are left out, unless nobody was looked at: they are on the page of schools."
    if home and home["looked_at_rate"] is not None:
        return (
            f"{absence} and less looking than this home as a whole. Where nobody was looked at comes first. {left_out}"
        )
    return f"{absence} and where nobody was looked at: this home's own share looked at is not told, so none is held to it. {left_out}"


def _run(reading: Reading, run: Row) -> list:
    missing = reading.rows(queries.MISSING, most=MOST)
    withheld = reading.rows(queries.WITHHELD, most=MOST)
    figures = [
        Figure("Figures of", words.day(run["as_of"]), f"run {run['run']}, finished {words.moment(reading.snapshot.finished)}"),
        Figure("Registers up to", words.day(run["registers_to"])),
        Figure("Schools received", words.count(run["schools_received"]), f"of {words.count(run['schools_expected'])} expected"),
        Figure("Lists held back", words.count(run["schools_without_list"]), "because their figures do not hold"),
    ]  # fmt: skip
    name = Column("name", "School", "school")
    return [
        Figures(figures),
        Sheet("Schools of which no register or census of this school year has come", (name, Column("phase", "Phase"), Column("area", "Area")), missing,
              reading.links("download", table="school"), cut_at=SHORT, empty="None: every school's registers or census has come."),
        Sheet("Schools whose list is held back", (name, Column("phase", "Phase"), Column("list_withheld_because", "Why")), withheld,
              reading.links("download", table="school"), cut_at=SHORT, empty="None is held back."),
    ]  # fmt: skip


SCHOOL_COLUMNS = (
    Column("name", "School", "school"),
    Column("phase", "Phase"),
    Column("absence_rate_ytd", "Absence this year", "rate"),
    Column("flagged", "Worth a look", "count", "has_flow"),
    Column("looked_at", "Looked at", "count", "has_flow"),
    Column("looked_at_rate", "Share looked at", "rate", "has_flow"),
    Column("waiting", "Waiting over ten days", "count", "has_flow"),
)


def _high_and_rare(reading: Reading) -> Sheet:
    columns = [*SCHOOL_COLUMNS]
    columns.insert(3, Column("absence_rate_beside", "Its phase, here or in England", "rate"))
    return Sheet(
        "High absence, rare looking: first the schools where looking is rarest", columns, reading.rows(queries.HIGH_AND_RARE, most=MOST),
        reading.links("download", table="flow"), cut_at=SHORT, empty="No school is known to be both.",
    )  # fmt: skip


def _absence(reading: Reading, place: Row) -> Figures:
    week = reading.row(queries.ONE_WEEK)
    england = {name: _england(reading, name) for name in ("absence_rate", "persistent_absence", "severe_absence")}
    roll = f"of {words.count(place['pupils_on_roll'])} on a roll"
    figures = [
        Figure("Absence this school year", words.rate(place["absence_rate_ytd"]), england["absence_rate"]),
        Figure("Missed a tenth or more", words.count(place["persistent_absence_count"]), _joined(roll, england["persistent_absence"])),
        Figure("Missed half or more", words.count(place["severe_absence_count"]), _joined(roll, england["severe_absence"])),
    ]  # fmt: skip
    if week:
        beside = f"a year before {words.rate(week['absence_rate_last_year'])}; England {words.rate(week['absence_rate_england'])}"
        of = f"Absence in the week of {words.day(week['week_start'])}"
        figures.insert(0, Figure(of, words.rate(week["absence_rate"]), beside))
    return Figures(figures)


def _joined(*said: str) -> str:
    return "; ".join(one for one in said if one)


def _england(reading: Reading, figure: str) -> str:
    found = reading.row(queries.ENGLAND, figure=figure)
    return f"England {words.rate(found['value'])}, {found['of']}" if found else ""


WEEK_COLUMNS = (
    Column("week_start", "Week of", "day"),
    Column("absence_rate", "Absence", "rate"),
    Column("absence_rate_last_year", "A year before", "rate"),
    Column("absence_rate_england", "England", "rate"),
    Column("authorised_rate", "With leave", "rate"),
    Column("unauthorised_rate", "Without leave", "rate"),
    Column("illness_rate", "Illness", "rate"),
    Column("part_time_rate", "Part-time timetable", "rate"),
)
KINDS = {
    "authorised_rate": "With leave", "illness_rate": "Illness, part of it", "unauthorised_rate": "Without leave",
    "part_time_rate": "Part-time timetable",
}  # fmt: skip


def weeks(reading: Reading) -> list:
    """Weekly absence beside last year's and England's, then by kind, and the table of both."""
    rows = reading.rows(queries.WEEKS_OF_PLACE)
    if not rows:
        return [Words("No register has come for these weeks.")]
    chosen = {"phase": reading.told.get("phase"), "term": reading.told.get("term")}
    against = {
        "absence_rate": "This year",
        "absence_rate_last_year": "A year before",
        "absence_rate_england": "England",
    }
    return [
        charts.lines(reading, "weeks", "Weekly absence", "Sessions missed over possible, week by week, beside a year before and England.", rows, against, chosen),
        charts.lines(reading, "weeks-by-kind", "Weekly absence by kind", "Sessions missed over possible, week by week: with leave, of which illness, without leave, and on a part-time timetable.", rows, KINDS, chosen),
        Sheet("Absence week by week", WEEK_COLUMNS, rows, reading.links("download", table="week", **chosen), folded=True),
    ]  # fmt: skip


def _flow(reading: Reading, flow: Row) -> Figures:
    if not flow:
        return Figures([Figure("Worth a look", words.NONE_HELD)])
    told = {name: words.count(flow[name]) for name in ("flagged", "looked_at", "need_met", "need_found", "waiting")}
    median = words.number(flow["median_days_to_look"])
    return Figures(
        [
            Figure("Worth a look", told["flagged"], "at any time this school year"),
            Figure("Looked at", told["looked_at"], f"share looked at: {words.rate(flow['looked_at_rate'])}"),
            Figure("Need met", told["need_met"], f"need found: {told['need_found']}"),
            Figure(
                "Waiting over ten school days", told["waiting"], f"of {words.count(flow['unmet'])} not looked at yet"
            ),
            Figure("School days to a look", median, "half were looked at sooner", reading.links("postcode")),
        ]
    )


def _alarms(reading: Reading) -> Sheet:
    columns = (
        Column("name", "School", "school"),
        Column("alarm", "Alarm", "title"),
        Column("says", "What is so"),
        Column("asks", "To ask"),
    )
    return Sheet(
        "Alarms that are raised", columns, reading.rows(queries.ALARMS, most=MOST), reading.links("download", table="alarm"),
        cut_at=SHORT, empty="None is raised.",
    )  # fmt: skip
