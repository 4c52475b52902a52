"""Children lost between services: what happened, to how many, who is asked, and at which schools."""

from pipeline.dashboard import queries
from pipeline.dashboard.parts import Column, Section, Sheet, View
from pipeline.dashboard.reading import Reading


def lost(reading: Reading) -> View:
    kinds = reading.rows(queries.LOST)
    judged = [row for row in kinds if row["judged"]]
    not_judged = [row for row in kinds if not row["judged"]]
    rows, around = reading.paged(queries.LOST_BY_SCHOOL, "lost")
    columns = (
        Column("name", "School", "school"), Column("phase", "Phase"), Column("area", "Area"),
        Column("kind", "What happened", "title"), Column("pupils", "Pupils", "count"),
    )  # fmt: skip
    chosen = {"kind": reading.told.get("kind")}
    file = reading.links("download", table="lost_children", scope="school", **chosen)
    sections = [
        Section("The whole home", [_of_home(reading, judged), _not_judged(not_judged)], name="kinds"),
        Section(
            "By school", [Sheet("Schools, most children first", columns, rows, file, empty="No school here has any.", **around)],
            name="schools", intro="Kinds too rare for schools are told of the whole home alone.",
        ),
    ]  # fmt: skip
    intro = "Not seen here is not the same as not in school. Each number is a question to ask; kinds do not add up."
    return View("Lost between services", intro, sections, ("lost_children",))


def _of_home(reading: Reading, rows: list) -> Sheet:
    columns = (
        Column("kind", "What happened", "title"), Column("asks", "To ask"), Column("goes_to", "Who is asked", "title"),
        Column("pupils", "Pupils", "count"), Column("median_days_to_place", "Median days to a place", "number", "has_median"),
    )  # fmt: skip
    told = [row | {"has_median": row["median_days_to_place"] is not None} for row in rows]
    return Sheet(
        "What happened, most children first",
        columns,
        told,
        reading.links("download", table="lost_children", scope="home"),
    )


def _not_judged(rows: list) -> Sheet:
    columns = (
        Column("kind", "What could not be judged", "title"), Column("asks", "What it would ask"), Column("not_judged_because", "What was not sent"),
    )  # fmt: skip
    return Sheet("What could not be judged, for want of a return", columns, rows, empty="Everything could be judged.")
