"""Postcode: whether where a child goes to school decides how long they wait for a look, or for a plan."""

from pipeline.dashboard import charts, queries, words
from pipeline.dashboard.parts import Column, Figure, Figures, Section, Sheet, View, Words
from pipeline.dashboard.reading import Reading

WAITS = (
    Column("flagged", "Worth a look", "count", "has_flow"),
    Column("looked_at", "Looked at", "count", "has_flow"),
    Column("looked_at_rate", "Share looked at", "rate", "has_flow"),
    Column("median_days_to_look", "School days to a look", "number", "has_flow"),
    Column("plans", "Plans first made", "count", "has_plans"),
    Column("plans_in_time", "Within 20 weeks", "count", "has_plans"),
    Column("in_time_rate", "Share in time", "rate", "has_plans"),
    Column("in_time_rate_with_exceptions", "With exceptions", "rate", "has_plans"),
)


def postcode(reading: Reading) -> View:
    areas = reading.rows(queries.POSTCODE_BY_AREA)
    rows, around = reading.paged(queries.POSTCODE_BY_SCHOOL, "postcode")
    columns = (Column("name", "School", "school"), Column("phase", "Phase"), Column("area", "Area"), *WAITS)
    chosen = {name: reading.told.get(name) for name in ("phase", "area", "school")}
    extract = Words(
        "For inspectors: every school in one file, with England's figure and the words 'hidden' and 'not told' where a number is not given.",
        reading.links("extract", **chosen), "Extract for inspectors (CSV)",
    )  # fmt: skip
    by_school = Sheet(
        "Schools, longest wait first", columns, rows, reading.links("download", table="flow", scope="school"), **around
    )
    sections = [
        Section("The whole home, beside England", [_home(reading), extract], name="home"),
        Section("By area", _areas(reading, areas), name="areas"),
        Section("By school", [by_school], name="schools"),
    ]
    intro = "How long from first being found worth a look to being looked at, and from asking for a plan to having one."
    return View("Postcode", intro, sections, ("flow", "plans_in_time", "england"))


def _home(reading: Reading) -> Figures:
    home = reading.row(queries.POSTCODE_OF_HOME)
    england = reading.row(queries.ENGLAND, figure="plans_in_time", phase=None)
    beside = f"England {words.rate(england['value'])}, {england['of']}" if england else ""
    if not home:
        return Figures([Figure("School days to a look", words.NONE_HELD)])
    look = words.number(home["median_days_to_look"]) if home["has_flow"] else words.NONE_HELD
    in_time = words.rate(home["in_time_rate"]) if home["has_plans"] else words.NONE_HELD
    of_plans = f"{words.count(home['plans_in_time'])} of {words.count(home['plans'])}" if home["has_plans"] else ""
    return Figures(
        [
            Figure("School days to a look", look, "half were looked at sooner; England has no such figure"),
            Figure("Plans within 20 weeks", in_time, "; ".join(one for one in (of_plans, beside) if one)),
        ]
    )


def _areas(reading: Reading, areas: list) -> list:
    parts = []
    chosen = {"area": reading.told.get("area")}
    if any(row["median_days_to_look"] is not None for row in areas):
        says = "For each area, the school days within which half of those looked at were looked at."
        parts.append(charts.bars(reading, "days", "School days to a look", says, areas, "area", {"median_days_to_look": "School days"}, chosen, share=False))  # fmt: skip
    if any(row["in_time_rate"] is not None for row in areas):
        says = "For each area, the share of plans first made within 20 weeks of the request."
        parts.append(charts.bars(reading, "plans", "Plans within 20 weeks", says, areas, "area", {"in_time_rate": "Share in time"}, chosen))  # fmt: skip
    file = reading.links("download", table="plans_in_time", scope="area", **chosen)
    return [*parts, Sheet("Areas", (Column("area", "Area"), *WAITS), areas, file)]
