"""The pages people read, written from what runs: signals, register codes, tables and feeds. In Markdown."""

from dataclasses import fields

import polars as pl

from expectations import PROMISES, RETRIED, Promise
from pipeline.signals.catalogue import SIGNALS
from pipeline.signals.lines import Lines
from pipeline.signals.sentences import written
from pipeline.signals.signal import READABLE, Signal
from pipeline.tables.audit import AUDIT
from pipeline.tables.derived import DERIVED
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS, PUPIL_WEEKS
from pipeline.tables.feedback import FEEDBACK
from pipeline.tables.layouts import LAYOUTS, NOT_NEEDED, Layout, spelt
from pipeline.tables.nation import CAUTIONS, NATION
from pipeline.tables.published import PUBLISHED, figure_notes, table_notes
from pipeline.tables.same_child import KNOWN_AS, SAME_CHILD
from pipeline.tables.schema import Column, Table
from pipeline.tables.staged import STAGED
from pipeline.tables.staged_agencies import AGENCY_INVOLVEMENT
from pipeline.tables.staged_plans import PLANS
from pipeline.tables.withdrawn import WITHDRAWN_MARKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, AttendanceCode
from pipeline.vocabulary.feeds import FEEDS, Feed
from pipeline.vocabulary.next_steps import NEXT_STEPS


def _page(title: str, about: str, parts: list[str]) -> str:
    return "\n\n".join([f"# {title}", about, *parts])


def _rows(headings: tuple[str, ...], rows: list[tuple]) -> str:
    """A Markdown table. A bar in a cell would end it early."""
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


# Signals


def signals() -> str:
    chosen = "\n".join(f"- {_counted(role)}" for role in _ROLES)
    return _page("Signals", _ABOUT_SIGNALS, [chosen, *(_signal(signal) for signal in SIGNALS), _lines()])


_ABOUT_SIGNALS = (
    "Each signal is a question about past facts. None is a finding, none says what a child needs, and a person decides. A "
    "signal that cannot be judged says so: not knowing is never a reason. Points put pupils in order; they are no measure "
    "of need. Illness is counted like any other absence. Holidays, study leave, religious festivals and a travelling family's "
    "work are counted in DfE's rate and are never a reason to look."
)

_ROLES = {
    "trigger": "A **trigger** makes a pupil eligible for a look",
    "supporting": "A **supporting** signal adds weight, and makes nobody eligible by itself",
    "note": "A **note** is shown beside the reasons, adds no points and makes nobody eligible",
}


def _counted(role: str) -> str:
    names = [_title(signal) for signal in SIGNALS if signal.role == role]
    return f"{_ROLES[role]} ({len(names)}): {', '.join(names)}."


def _title(signal: Signal) -> str:
    words = signal.name.replace("_", " ")
    for written_out, said in (
        ("part time", "part-time"),
        ("sen ", "SEN "),
        ("year seven", "Year 7"),
        ("year six", "Year 6"),
    ):
        words = words.replace(written_out, said)
    return words


def _signal(signal: Signal) -> str:
    title = _title(signal)
    points = f", {signal.points} point{'s' * (signal.points != 1)}" if signal.points else ""
    return "\n".join(
        [
            f"## {title[0].upper()}{title[1:]}",
            "",
            f"**{signal.asks}**",
            "",
            f"- On a list it reads, for a pupil just inside the line: “{_example(signal)}”",
            f"- The line: {signal.line}",
            f"- To ask: {signal.next_step}",
            f"- Kind of next step: {NEXT_STEPS[signal.kind]} (`{signal.kind}`)",
            f"- What it must not be taken to say: {signal.caution}",
            f"- Source: {signal.source}",
            f"- Role: {signal.role}{points}, in use since {signal.since:%d/%m/%Y}. Its name in tables is `{signal.name}`.",
        ]
    )


_LINE_HEADINGS = ("line", "what it is", "usual", "unit", "a home may set it")


def _lines() -> str:
    """Every threshold, and how far a home may move it."""
    rows = []
    for line in fields(Lines):
        told = line.metadata
        may = f"from {told['lowest']} to {told['highest']}" if "lowest" in told else f"no: {told['because']}"
        rows.append((f"`{line.name}`", told["words"], line.default, told["unit"], may))
    return f"## Lines\n\n{_ABOUT_LINES}\n\n{_rows(_LINE_HEADINGS, rows)}"


_ABOUT_LINES = (
    "Where the lines above are drawn. A home draws its own in `settings.toml`, under `[signals]`, as in `many_spells = 5`; each "
    "of its lists then says so. *Beyond chance* is in times: a change is told from chance where its square is at least so many "
    "times what it would be if sessions were missed singly and at random, which they are not, for absence comes in spells."
)


def _example(signal: Signal) -> str:
    """The sentence of the signal's own example."""
    pupil = dict.fromkeys(READABLE) | dict(signal.raises)
    return pl.DataFrame([pupil], schema=READABLE).select(written(signal.reason)).item()


# Register codes


def codes() -> str:
    return _page("Register codes", _ABOUT_CODES, [_rows(_CODE_HEADINGS, [_code(code) for code in ATTENDANCE_CODES])])


_ABOUT_CODES = (
    "What each register mark counts as, by the statutory guidance *Working together to improve school attendance* (in "
    "force since 19 August 2024) and the School Attendance (Pupil Registration) (England) Regulations 2024. Possible "
    "sessions are those present, at an approved activity or absent. An absence that does not ask about need stays in the "
    "Department's rate and makes nobody eligible for a look. A list prints the word in the last column and never the code: "
    "several codes share a word, so that none tells of faith, travelling families or custody. A mark with a code on a day "
    "it was not in use is set aside."
)

_CODE_HEADINGS = ("code", "means", "counts as", "asks about need", "in use", "printed as")


def _code(code: AttendanceCode) -> tuple[str, ...]:
    asks = "yes" if code.asks_about_need else ("no" if code.counts_as.is_absence else "")
    since = f"from {code.valid_from:%d/%m/%Y}" if code.valid_from.year > 1 else ""
    until = f"to {code.valid_until:%d/%m/%Y}" if code.valid_until.year < 9999 else ""
    return f"`{code.code}`", code.label, str(code.counts_as), asks, since + until, code.printed


# Tables


def tables() -> str:
    parts = []
    for schema, about, kept in _SCHEMAS:
        parts += [f"## {schema}", about, *(_table(table) for table in kept)]
    return _page("Tables", _ABOUT_TABLES, parts)


_ABOUT_TABLES = (
    "Every table of the warehouse, which is encrypted and holds a pseudonym in the place of each UPN and no name or birth "
    "date, and of the published snapshot, which holds no pupils at all. `a2n export TABLE --home DIR --to FILE.parquet` "
    "writes any table of the warehouse to a file. A rate is 0 to 1. Null means not known, never nought."
)

_SCHEMAS = (
    ("staged", "Rows as delivered and accepted, typed and pseudonymised. Nothing here is ever changed or removed by a "
     "later delivery: what is true on a day is worked out from `known_on`.", (*STAGED, WITHDRAWN_MARKS)),
    ("facts", "What happened, as best known now: had from the staged rows, and had again whenever they are added to. "
     "`facts.pupil_weeks` is a view of `facts.marked_weeks`, whose columns are the same.",
     (ENROLMENTS, PLANS, PUPIL_WEEKS, MARKED_WEEKS, SAME_CHILD, KNOWN_AS, AGENCY_INVOLVEMENT)),
    ("derived", "What was concluded as of a day. A run puts its own day's rows in their place; those of days "
     "before go under retention, see `a2n retain`.", DERIVED),
    ("feedback", "What came back in returned workbooks, with the day it happened and the day we learned it.", FEEDBACK),
    ("audit", "What was done, from which files, and what was set aside.", AUDIT),
    ("published", "In `published/current.duckdb`, not in the warehouse: aggregates, with small counts hidden.", PUBLISHED),
)  # fmt: skip

_COLUMN_HEADINGS = ("column", "type", "unit", "what it is")


def _table(table: Table) -> str:
    key = f" Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
    grain = f"{table.grain[0].upper()}{table.grain[1:]}.{key}"
    if table is MARKED_WEEKS:
        return f"### {table.name}\n\n{grain} Columns as in `{PUPIL_WEEKS.name}`."
    return f"### {table.name}\n\n{grain}\n\n" + _rows(_COLUMN_HEADINGS, [_column(column) for column in table.columns])


def _column(column: Column) -> tuple[str, ...]:
    may = " May be null." if column.nullable and "null" not in column.description else ""
    return f"`{column.name}`", str(column.dtype).partition("(")[0], column.unit, column.description + may


# Published


def published() -> str:
    cautions = dict(table_notes(fewest_shown=5, smallest_base=20, demo=False).select("table_name", "cautions").rows())
    sources = dict(figure_notes().select("table_name", "source").rows())
    return _page("Published tables", _ABOUT_PUBLISHED, [_published(table, cautions, sources) for table in PUBLISHED])


_ABOUT_PUBLISHED = (
    "What `published/current.duckdb` holds, and what any other tool may build on: these names, columns, types and units stay as they are, "
    "and a test says so where one changes. No row is a child. An empty count is hidden, an empty rate rests on what is, and neither is "
    "ever nought. The cautions are those of a home that hides counts under 5 and rates on fewer than 20 pupils, the usual. How to read it "
    "from Power BI, Superset, Excel or Python is in [other tools](other-tools.md)."
)


def _published(table: Table, cautions: dict[str, str], sources: dict[str, str]) -> str:
    said = f"**Caution.** {cautions[table.name]}\n\n**Source.** {sources[table.name]}"
    return f"{_table(table).replace('### ', '## ', 1)}\n\n{said}"


# Many homes


def nation() -> str:
    parts = [f"{_table(table).replace('### ', '## ', 1)}\n\n**Caution.** {CAUTIONS[table]}" for table in NATION]
    return _page("Many homes told together", _ABOUT_NATION, [_NIGHTS_OF_MANY, *parts])


_ABOUT_NATION = (
    "What `a2n roll-up --homes FILE --to DIR`, and the last step of the DAG *nation*, writes to `current.duckdb` in that folder. It is had from "
    "the `published/current.duckdb` of each home and nothing else: no key, no setting and no warehouse is opened, and where a home's folder is "
    "a copy that holds no more than its snapshot the result is the same. What a home hides is hidden here. A sum over homes some of which "
    "hide their count is a lower bound, says so, and says how many hide it; nothing is put in their place, so a sum less what the other homes "
    "show is nought, and gives nothing back. Figures of another school year, of a later day and of made-up homes beside live ones are in "
    "no sum. Each home's own tables are in [published tables](published-tables.md). How to start it is in "
    "[for data teams](for-data-teams.md#airflow-over-workers)."
)

_NIGHTS_OF_MANY = """\
## How the nights go

The DAG *nation* gives each home's whole night to a worker that is free. It cannot know how far a worker came that it hears no more of, and so may
give a night twice. This is what makes that safe:

- **Published once.** A night asks first whether its day is out: the newest day looked at, with the settings and version of now; figures that can
  be read and stand on that day; nothing new in the inbox, and no list come back. Then all stays as it is, and only printables and pages that
  a night cut short had not come to are made. Else the whole night runs, and its lists and figures take the place of what is there. A model
  approved or a link decided since is nothing new: it counts from the next day's night on. `a2n nightly` never asks.
- **One at a time.** A night holds a file in its home's `scratch/`, which the machine lets go of when its process ends, however it ends. A second
  night of that home waits for up to an hour. Where a shared disk knows no such locks, the warehouse's own is all there is.
- **Tried again**: twice, a minute apart, where a worker was lost or another run held the home for too long. A night that was stopped for a reason
  of the home's own, such as a key, a setting or a full disk, would be stopped again and is not. It leaves the other homes alone: the roll-up is
  made, with the figures that home had before, and then the last tasks fail and say which homes failed and why.
- **A worker lost** is no home's failure. Within about a minute the scheduler misses it, and gives the night to another a minute later, which ends what was
  begun: every batch of files is in the warehouse or not, and lists and figures are swapped in whole. Where only the worker was lost and its night
  lives on, the second one waits for it and then finds the day out. `deploy/airflow.env` has the settings.
- **Given again** for the same day, the DAG leaves every home alone that is out, and gives the others their night."""


# Feeds


def feeds() -> str:
    return _page("Feeds", _ABOUT_FEEDS, [*(_feed(feed) for feed in FEEDS), _left_unread()])


_ABOUT_FEEDS = (
    "A file is recognised by its headers, never by its name; capitals, spaces, underscores, hyphens, strokes and brackets in "
    "them do not matter, so `lacode` below is GIAS's `LA (code)`. Other columns may be there and are not read. CSV (UTF-8, "
    "UTF-16 or Windows-1252; commas, semicolons or tabs), Parquet, XLSX or XML; any of them gzipped or in a zip. "
    "Titles above the header, a cover sheet beside a table, and separators after the last cell do no harm. Dates may be "
    "2025-09-01, 01/09/2025 or 2025-Sep-01, with or without a time; of a time told of a zone, such as 2025-09-14T23:00:00Z, the "
    "day is the one it was here.\n\n"
    "A file whose header no feed claims, which does not parse, or which breaks a rule marked *file refused* is refused whole: "
    "none of its rows is loaded, it stays in the inbox, and the reason is written to `set_aside/`. A row that breaks a "
    "rule marked *row set aside* is left out, with the rule and its sentence in `audit.set_aside`; *and tried again* "
    "means that it is put before the gate anew at every take-in, for what it lacks may come in another file. What is "
    "*noted* is loaded."
)


def _left_unread() -> str:
    """What may be delivered along with the rest, so that a whole export need not be picked apart: a line a collection."""
    tables: dict[str, list[str]] = {}
    for layout in NOT_NEEDED:
        collection, _, table = layout.title.removesuffix(" (COLLECT CSV)").partition(", ")
        tables.setdefault(collection, []).append(table)
    lines = "\n".join(f"- {collection}: {'; '.join(titles)}." for collection, titles in tables.items())
    return f"## Left unread\n\nRecognised, so that a whole export can be delivered, and left unread.\n\n{lines}"


_RULE_HEADINGS = ("rule", "what happens", "what is said of it")


def _feed(feed: Feed) -> str:
    layouts = "\n".join(_layout(layout) for layout in LAYOUTS if layout.feed == feed.name)
    rules = [(f"`{promise.rule}`", _happens(promise), promise.printed) for promise in PROMISES[feed.name]]
    return f"## {feed.title}\n\n{layouts}\n\n{_rows(_RULE_HEADINGS, rules)}"


def _layout(layout: Layout) -> str:
    return _elements(layout) if layout.record else _columns_of(layout)


def _elements(layout: Layout) -> str:
    """Of XML: which elements are rows, and what is read in and around them."""
    marks = (*layout.marks_it, *(group[0] for group in layout.one_of))
    files = " and ".join(_IN_WORDS[mark] for mark in marks if mark in _IN_WORDS)
    where = f", inside `{'` or `'.join(layout.inside)}`" if layout.inside else ""
    read = ", ".join(f"`{header}`" for header in layout.columns if not header.startswith("xml"))
    return f"- **{layout.title}**, {files}: a row is each `{'` or `'.join(layout.record)}`{where}. It reads {read}."


_IN_WORDS = {
    "xmlcollectionsc": "of which the header's collection is SC, or which has an element `pupilsonroll`",
    "xmlctfile": "of which the root is `ctfile`",
}


def _columns_of(layout: Layout) -> str:
    groups = (" or ".join(_header(layout, header) for header in group) for group in layout.one_of)
    needs = "; ".join(filter(None, (", ".join(_header(layout, header) for header in layout.marks_it), *groups)))
    asked = {*layout.marks_it, *(header for group in layout.one_of for header in group)}
    others = [_header(layout, header) for header in layout.columns if header not in asked]
    return f"- **{layout.title}** needs {needs}." + (f" It reads also {', '.join(others)}." if others else "")


def _header(layout: Layout, header: str) -> str:
    """`header` with its underscores in a plain table, whose columns have our own names; a census has none."""
    name = header if layout.name.startswith("census_") else layout.columns.get(header, header)
    return f"`{name if spelt(name) == header else header}`"


def _happens(promise: Promise) -> str:
    happens = {"critical": "file refused", "warning": "row set aside", "info": "noted"}[promise.severity.value]
    return f"{happens}, and tried again" if promise.rule in RETRIED else happens


PAGES = {"signals": signals, "codes": codes, "tables": tables, "published": published, "nation": nation, "feeds": feeds}
