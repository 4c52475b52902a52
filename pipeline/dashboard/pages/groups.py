"""Groups of children: whether any is looked at less than its absence suggests, and who was ever helped."""

from itertools import groupby

from pipeline.dashboard import charts, queries, words
from pipeline.dashboard.parts import Column, Section, Sheet, View
from pipeline.dashboard.reading import Reading
from pipeline.dashboard.snapshot import Row

_TITLES = {
    "sex": "Sex", "ethnic_group": "Ethnic group", "free_school_meals": "Free school meals", "first_language": "First language",
    "birth_season": "Season of birth", "sen_provision": "SEN provision", "in_care": "In care", "phase": "Phase",
}  # fmt: skip

_MEASURES = {"eligible": "Worth a look", "listed": "On a list", "missed": "Missed"}

_GROUPS = (
    Column("group_name", "Group"),
    Column("pupils", "On a roll", "count"),
    Column("eligible", "Worth a look", "count"),
    Column("listed", "On a list", "count"),
    Column("missed", "Missed", "count"),
    Column("eligible_rate", "Share worth a look (interval)", "interval"),
    Column("listed_rate", "Share on a list", "interval"),
    Column("missed_rate", "Share missed", "interval"),
    Column("years_pooled", "Years it rests on", "number"),
)


def missed(reading: Reading) -> View:
    sections = []
    for kind, found in groupby(reading.rows(queries.GROUPS), key=lambda row: row["kind"]):
        sections.append(_kind(reading, kind, list(found)))
    intro = (
        "Missed: worth a look, nothing on file, and not on a list. Shows whether a group is looked at less than its absence would "
        f"suggest, never what a child of it is like. Made anew once a week; these are of {words.day(reading.run['groups_as_of'])}."
    )
    return View("Who is missed", intro, sections, ("group_audit",))


def _kind(reading: Reading, kind: str, rows: list[Row]) -> Section:
    title = _TITLES.get(kind, words.title(kind))
    says = "For each group, the share worth a look, on a list and missed, each with its 95% interval."
    parts = []
    if any(row[f"{name}_rate"] is not None for row in rows for name in _MEASURES):
        parts.append(charts.intervals(reading, f"groups-{kind}", f"{title}: who is missed", says, rows, _MEASURES))
    file = reading.links("download", table="group_audit", kind=kind)
    parts.append(Sheet(f"{title}: every group", _GROUPS, rows, file))
    return Section(title, parts, name=kind.replace("_", "-"))


_EVER = (
    Column("nc_year", "Year group", "title"),
    Column("known_since", "Known since", "day"),
    Column("pupils", "On a roll", "count"),
    Column("ever_additional_support", "Ever had additional support", "count"),
    Column("ever_additional_support_rate", "Share", "rate"),
    Column("ever_plan", "Ever had a plan", "count"),
    Column("ever_plan_rate", "Share", "rate"),
    Column("ever_social_worker", "Ever had a social worker", "count"),
    Column("ever_social_worker_rate", "Share", "rate"),
)


def ever(reading: Reading) -> View:
    rows = sorted(reading.rows(queries.EVER), key=_by_year)
    england = [row for row in reading.rows(queries.SOURCES_OF_ENGLAND) if row["figure"].startswith("ever_")]
    shares = {
        "ever_additional_support_rate": "Additional support", "ever_plan_rate": "Plan", "ever_social_worker_rate": "Social worker",
    }  # fmt: skip
    says = "The share of each year group that ever had additional support, a plan, or a social worker, as far back as this home knows."
    parts = []
    if any(row[name] is not None for row in rows for name in shares):
        parts.append(charts.bars(reading, "ever", "Ever, by year group", says, rows, "nc_year", shares))
    parts.append(Sheet("By year group", _EVER, rows, reading.links("download", table="ever")))
    beside = (
        Column("figure", "England", "title"),
        Column("value", "Share", "rate"),
        Column("of", "Of"),
        Column("source", "Source"),
    )
    sections = [
        Section("Ever, by year group", parts, name="ever"),
        Section("Beside England", [Sheet("What England's figures are", beside, england, reading.links("download", table="england"))], name="england"),
        Section("What support is followed by", [_support(reading)], name="support", intro="Not an effect: support begins when things are worst."),
    ]  # fmt: skip
    intro = "As far back as this home has records, so every figure is too low. Of social workers only care is seen."
    return View("Ever", intro, sections, ("ever", "england", "support_attendance"))


def _by_year(row: Row) -> tuple[int, str]:
    """Nursery and Reception, then 1 to 14 by number, then what is not known."""
    year = row["nc_year"]
    first = {"N1": -3, "N2": -2, "R": 0}.get(year)
    return (int(year) if year.isdigit() else 99 if first is None else first, year)


def _support(reading: Reading) -> Sheet:
    columns = (
        Column("kind", "Support", "title"), Column("pupils", "Pupils", "count"),
        Column("absence_rate_before", "Absence, six weeks before", "rate"), Column("absence_rate_after", "Six weeks after", "rate"),
    )  # fmt: skip
    rows = reading.rows(queries.SUPPORT)
    return Sheet(
        "Absence before and after support began", columns, rows, reading.links("download", table="support_attendance")
    )
