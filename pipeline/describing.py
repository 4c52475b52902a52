"""The pages people read, written from what runs: signals, register codes, tables and feeds. In Markdown."""

from expectations import PROMISES
from pipeline.signals.catalogue import SIGNALS
from pipeline.tables.audit import AUDIT
from pipeline.tables.derived import DERIVED
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS, PUPIL_WEEKS
from pipeline.tables.layouts import LAYOUTS
from pipeline.tables.published import PUBLISHED
from pipeline.tables.schema import Table
from pipeline.tables.staged import STAGED
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from pipeline.vocabulary.feeds import FEEDS


def signals() -> str:
    return "\n\n".join(["# Signals", _ABOUT_SIGNALS, *(_signal(signal) for signal in SIGNALS)])


_ABOUT_SIGNALS = (
    "Each signal is a question about past facts. A trigger makes a pupil eligible for a look; a supporting signal only "
    "adds weight. None is a finding, none says what a child needs, and a person decides. A signal that cannot be judged "
    "says so: not knowing is never a reason."
)


def _signal(signal) -> str:
    return "\n".join(
        [
            f"## {signal.name.replace('_', ' ').capitalize()}",
            "",
            f"**{signal.asks}**",
            "",
            f"- Line: {signal.line}",
            f"- Role: {signal.role}, {signal.points} points, in use since {signal.since:%d/%m/%Y}",
            f"- On the list it reads: {signal.reason}",
            f"- To ask: {signal.next_step}",
            f"- Source: {signal.source}",
        ]
    )


def codes() -> str:
    lines = ["# Register codes", "", "| code | means | counts as | asks about need | valid |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_code(code) for code in ATTENDANCE_CODES)])


def _code(code) -> str:
    asks = "yes" if code.asks_about_need else ("no" if code.counts_as.is_absence else "")
    since = f"from {code.valid_from:%d/%m/%Y}" if code.valid_from.year > 1 else ""
    until = f"to {code.valid_until:%d/%m/%Y}" if code.valid_until.year < 9999 else ""
    return f"| `{code.code}` | {code.label} | {code.counts_as} | {asks} | {since}{until} |"


def tables() -> str:
    kept = (*STAGED, ENROLMENTS, PUPIL_WEEKS, MARKED_WEEKS, *DERIVED, *AUDIT, *PUBLISHED)
    return "\n\n".join(["# Tables", *(_table(table) for table in kept)])


def _table(table: Table) -> str:
    rows = [
        f"| `{c.name}` | {str(c.dtype).split('(')[0]} | {c.unit} | {c.description}{' May be null.' if c.nullable else ''} |"
        for c in table.columns
    ]
    key = f" Key: {', '.join(table.key)}." if table.key else ""
    head = [
        f"## {table.name}",
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}.{key}",
        "",
        "| column | type | unit | what it is |",
        "|---|---|---|---|",
    ]
    return "\n".join(head + rows)


def feeds() -> str:
    return "\n\n".join(["# Feeds", _ABOUT_FEEDS, *(_feed(feed) for feed in FEEDS)])


_ABOUT_FEEDS = (
    "A file is recognised by its headers, never by its name; capitals, spaces and underscores do not matter. Dates may be "
    "2025-09-01, 01/09/2025 or 2025-Sep-01 00:00:00. CSV in UTF-8 or Windows-1252, or Parquet."
)


def _feed(feed) -> str:
    layouts = [
        f"- **{layout.title}**: needs " + ", ".join(f"`{header}`" for header in layout.marks_it)
        + "".join(f", and {' or '.join(f'`{header}`' for header in group)}" for group in layout.one_of)
        for layout in LAYOUTS if layout.feed == feed.name
    ]  # fmt: skip
    rules = ["", "| rule | what happens | what the row's file is told |", "|---|---|---|"]
    rules += [f"| `{p.rule}` | {_HAPPENS[p.severity.value]} | {p.sentence} |" for p in PROMISES[feed.name]]
    return "\n".join([f"## {feed.title}", "", *layouts, *rules])


_HAPPENS = {"critical": "the file is refused", "warning": "the row is set aside", "info": "it is noted"}

PAGES = {"signals": signals, "codes": codes, "tables": tables, "feeds": feeds}
