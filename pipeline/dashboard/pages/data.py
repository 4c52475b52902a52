"""What came and what was refused; and what every figure means."""

from pipeline.dashboard import queries
from pipeline.dashboard.parts import Column, Section, Sheet, View
from pipeline.dashboard.reading import Reading


def data_quality(reading: Reading) -> View:
    feeds = (
        Column("title", "Feed"), Column("files", "Files", "count"), Column("files_refused", "Refused", "count"),
        Column("last_known_on", "Latest came on", "day"), Column("rows_read", "Rows", "count"), Column("rows_set_aside", "Set aside", "count"),
    )  # fmt: skip
    rules = (
        Column("title", "Feed"), Column("rule", "Rule", "title"), Column("happens", "What happens"), Column("rows", "Rows", "count"),
        Column("says", "What is said of it"),
    )  # fmt: skip
    checks = (
        Column("name", "School", "school"),
        Column("phase", "Phase"),
        Column("held_to", "Does not hold against", "title"),
    )
    rows, around = reading.paged(queries.CHECKS_FAILED, "data-quality")
    chosen = {"feed": reading.told.get("feed")}
    sections = [
        Section("What came", [Sheet("Feeds, this school year", feeds, reading.rows(queries.FEEDS_TOLD), reading.links("download", table="feed"))], name="feeds"),
        Section("What broke a rule", [Sheet("Rules broken this school year", rules, reading.rows(queries.RULES_BROKEN),
                reading.links("download", table="data_quality", **chosen), empty="No rule was broken.")], name="rules"),
        Section("What does not add up", [Sheet("Schools whose registers do not hold", checks, rows, reading.links("download", table="school_check"),
                empty="Every school's registers hold.", **around)], name="checks",
                intro="It may be the register's, the census's or ours: a question to ask, not a fault of the school."),
    ]  # fmt: skip
    intro = "Rows, not children; a row may break several rules, so they do not add up."
    return View("Data quality", intro, sections, ("feed", "data_quality", "school_check"))


_WORDS = (
    (
        "hidden",
        "A count under {fewest_shown}, or one from which such a count could be worked out. Nought is told, but of groups of children.",
    ),
    ("not told", "A share or an average that rests on a hidden count, or on fewer than {smallest_base} children."),
    ("no figures", "Nothing has come from which it could be had."),
    (
        "worth a look",
        "Missed enough school, in a way that asks about need, that somebody should look. Never a finding.",
    ),
    ("looked at", "A decision came back from somebody who looked."),
    ("missed", "Worth a look, with nothing on file, and not on a list: the list was full."),
    ("a session", "Half a school day."),
)


def notes(reading: Reading) -> View:
    figures = reading.rows(queries.FIGURE_NOTES)
    columns = (
        Column("column_name", "Figure"),
        Column("definition", "What it is"),
        Column("unit", "Unit", "unit"),
        Column("source", "Source"),
    )
    said = [{"word": word, "means": means.format(**reading.run)} for word, means in _WORDS]
    words = Sheet("Words on these pages", (Column("word", "Word"), Column("means", "Means")), said)
    england = (Column("figure", "Figure", "title"), Column("phase", "Phase", "phase"), Column("value", "England", "rate"), Column("of", "Of"), Column("source", "Source"))  # fmt: skip
    sections = [Section("Words", [words], name="words")] if not reading.told.get("table") else []
    for table in reading.rows(queries.TABLE_NOTES):
        own = [row for row in figures if row["table_name"] == table["table_name"]]
        short = table["table_name"].removeprefix("published.")
        sheet = Sheet(f"Columns of {table['table_name']}", columns, own)
        sections.append(
            Section(
                short.replace("_", " ").capitalize(),
                [sheet],
                f"{table['grain']} {table['cautions']}",
                short.replace("_", "-"),
            )
        )
    if not reading.told.get("table"):
        beside = Sheet(
            "What stands beside ours",
            england,
            reading.rows(queries.SOURCES_OF_ENGLAND),
            reading.links("download", table="england"),
        )
        sections.append(Section("England's figures", [beside], name="beside"))
    intro = (
        "Every figure's definition, its unit, whose rule or record it rests on, and what it must not be taken to say."
    )
    return View("Notes", intro, sections)
