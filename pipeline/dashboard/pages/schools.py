"""Schools, and one school: its registers, its list, what came of looking, and what is to be asked."""

from pipeline.dashboard import charts, queries, words
from pipeline.dashboard.parts import Column, Figure, Figures, Section, Sheet, View, Words
from pipeline.dashboard.reading import NotThere, Reading
from pipeline.dashboard.snapshot import Row

from .home import SCHOOL_COLUMNS


def schools(reading: Reading) -> View:
    sql = queries.SCHOOLS[reading.told.get("order") or "looking"]
    rows, around = reading.paged(sql, "schools")
    columns = [
        *SCHOOL_COLUMNS[:3],
        Column("persistent_absence_count", "Missed a tenth or more", "count", "received"),
        Column("severe_absence_count", "Half or more", "count", "received"),
        *SCHOOL_COLUMNS[3:],
        Column("need_met", "Need met", "count", "has_flow"),
    ]
    chosen = {name: reading.told.get(name) for name in ("phase", "area")}
    table = Sheet("Schools", columns, rows, reading.links("download", table="school", **chosen), empty=_NONE, **around)
    flow = Words(
        "What came of looking, school by school, as a file:",
        reading.links("download", table="flow", scope="school"),
        "flow.csv",
    )
    return View(
        "Schools", "Where nobody looks comes first, unless another order is chosen. Not a measure of a school or its staff.",
        [Section("Absence and looking", [table, flow] if reading.person.sees_all else [table], name="schools")], ("school", "flow"),
    )  # fmt: skip


_NONE = "No school here is like that: change what is chosen above."


def school(reading: Reading) -> View:
    """Raises NotThere where the home has no such school."""
    urn = int(reading.told["urn"])
    found = reading.row(queries.SCHOOL, urn=urn)
    if not found:
        raise NotThere("There is no school of that number in this home.")
    of = {"urn": urn}
    sections = [
        Section("This school", [_about(found), *_held_back(found)], name="about"),
        Section("Absence", [_absence(found), *_weeks(reading, found)], name="absence"),
        Section("What came of being worth a look", [_flow(found)], name="flow", intro="This school year, of children on the roll now."),
        Section("What is worth asking", [_alarms(reading, of), _signals(reading, of)], name="asking"),
        Section("Lost between services, and plans", [_lost(reading, of), _plans(reading, of)], name="lost"),
        Section("What its registers are held to", [_checks(reading, of)], name="checks"),
    ]  # fmt: skip
    intro = " · ".join(str(one) for one in (f"URN {urn}", found["phase"], found["area"]) if one)
    tables = ("school", "flow", "school_week", "alarm", "signal", "lost_children", "plans_in_time", "school_check")
    return View(found["name"] or f"School {urn}", intro, sections, tables)


def _about(found: Row) -> Figures:
    return Figures(
        [
            Figure("On the roll", _if_received(found, "pupils_on_roll")),
            Figure("Registers up to", words.day(found["registers_to"])),
            Figure("On its list", _if_received(found, "listed"), f"worth a look, listed or not: {_if_received(found, 'eligible')}"),
            Figure("Already known", _if_received(found, "already_known"), "support on file, or decided on an earlier list"),
        ]
    )  # fmt: skip


def _held_back(found: Row) -> list[Words]:
    if not found["received"]:
        return [Words("No register or census of this school has come this school year.")]
    why = found["list_withheld_because"]
    return [Words(f"Its list is held back. {why}")] if why else []


def _if_received(found: Row, name: str) -> str:
    return words.count(found[name]) if found["received"] else words.NONE_HELD


def _absence(found: Row) -> Figures:
    return Figures(
        [
            Figure("Absence this school year", words.rate(found["absence_rate_ytd"])),
            Figure("Missed a tenth or more", _if_received(found, "persistent_absence_count")),
            Figure("Missed half or more", _if_received(found, "severe_absence_count")),
        ]
    )


_RATES = (
    Column("week_start", "Week of", "day"),
    Column("absence_rate", "Absence", "rate"),
    Column("authorised_rate", "With leave", "rate"),
    Column("unauthorised_rate", "Without leave", "rate"),
    Column("illness_rate", "Illness", "rate"),
    Column("part_time_rate", "Part-time timetable", "rate"),
    Column("absence_rate_england", "England, its phase", "rate"),
)


def _weeks(reading: Reading, found: Row) -> list:
    rows = reading.rows(queries.WEEKS_OF_SCHOOL, urn=found["urn"])
    if not rows:
        return [Words("No register has come for these weeks.")]
    against = {"absence_rate": "This school", "absence_rate_england": "England, its phase"}
    says = "Sessions missed over possible, week by week, beside England's schools of its phase."
    columns = [*_RATES]
    if reading.person.sees_all:  # what other schools' figures are in, only who may see them is shown
        against = {
            "absence_rate": "This school",
            "absence_rate_of_phase": "Its phase here",
            "absence_rate_england": "England, its phase",
        }
        says = "Sessions missed over possible, week by week, beside its phase here and in England."
        columns.insert(2, Column("absence_rate_of_phase", "Its phase here", "rate"))
    key = {"urn": found["urn"], "term": reading.told.get("term"), "all": reading.person.sees_all}
    return [
        charts.lines(reading, "weeks-of-school", "Weekly absence", says, rows, against, key),
        Sheet("Absence week by week", columns, rows, reading.links("download", table="school_week", urn=found["urn"], term=key["term"]), folded=True),
    ]  # fmt: skip


def _flow(found: Row) -> Figures:
    if not found["has_flow"]:
        return Figures([Figure("Worth a look", words.NONE_HELD)])
    return Figures(
        [
            Figure("Worth a look", words.count(found["flagged"]), "at any time this school year"),
            Figure("Looked at", words.count(found["looked_at"]), f"share looked at: {words.rate(found['looked_at_rate'])}"),
            Figure("Need met", words.count(found["need_met"]), f"need found: {words.count(found['need_found'])}"),
            Figure("Waiting over ten school days", words.count(found["waiting"]), f"of {words.count(found['unmet'])} not looked at yet"),
            Figure("School days to a look", words.number(found["median_days_to_look"]), "half were looked at sooner"),
        ]
    )  # fmt: skip


def _alarms(reading: Reading, of: dict) -> Sheet:
    rows = [row for row in reading.rows(queries.ALARMS_OF_SCHOOL, **of) if row["raised"]]
    columns = (Column("alarm", "Alarm", "title"), Column("says", "What is so"), Column("asks", "To ask"))
    return Sheet("Alarms", columns, rows, reading.links("download", table="alarm", **of), empty="No alarm is raised.")


def _signals(reading: Reading, of: dict) -> Sheet:
    columns = (
        Column("signal", "Signal", "title"), Column("asks", "Asks"), Column("raised", "Raised", "count"),
        Column("not_raised", "Not raised", "count"), Column("cannot_be_judged", "Cannot be judged", "count"),
    )  # fmt: skip
    rows = reading.rows(queries.SIGNALS_OF_SCHOOL, **of)
    return Sheet("Signals: pupils each is raised for", columns, rows, reading.links("download", table="signal", **of))


def _lost(reading: Reading, of: dict) -> Sheet:
    columns = (
        Column("kind", "What happened", "title"),
        Column("asks", "To ask"),
        Column("pupils", "Pupils", "count", "judged"),
    )
    rows = reading.rows(queries.LOST_OF_SCHOOL, **of)
    return Sheet("Lost between services", columns, rows, reading.links("download", table="lost_children", **of))


def _plans(reading: Reading, of: dict) -> Figures:
    found = reading.row(queries.PLANS_OF_SCHOOL, **of)
    if not found:
        return Figures([Figure("Plans first made", words.NONE_HELD, "in the last twelve months")])
    in_time = f"within 20 weeks: {words.count(found['plans_in_time'])}, a share of {words.rate(found['in_time_rate'])}"
    return Figures([Figure("Plans first made", words.count(found["plans"]), f"in the last twelve months; {in_time}")])


def _checks(reading: Reading, of: dict) -> Sheet:
    rows = reading.rows(queries.CHECKS_OF_SCHOOL, **of)
    columns = (Column("held_to", "Held to", "title"), Column("holds", "Whether it holds", "holds"))
    return Sheet(
        "Checks", columns, rows, reading.links("download", table="school_check", **of), empty="It was held to nothing."
    )
