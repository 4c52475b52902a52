"""What a promise about delivered rows is, and the turns of SQL that promises share.

A promise is declared once, and that one declaration is what Great Expectations runs, what sets rows aside and what
`describe feeds` prints. Importing this costs nothing: Great Expectations is imported only where a suite is made.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SHOWN = "{shown}"


class Severity(StrEnum):
    """What a broken promise does. The words are Great Expectations' own."""

    CRITICAL = "critical"  # the whole file is refused
    WARNING = "warning"  # the row is set aside
    INFO = "info"  # it is noted


@dataclass(frozen=True)
class Promise:
    """One thing every delivered row, or file, keeps.

    `sql` selects from `batch` the `extract_id` and `row_number` of those that break it, each once (row 1, the header,
    stands for a whole file). It may also read `known_schools`, `known_roll`, `known_spells`, `known_links`
    and `today`.

    `sentence` says what is wrong, in which column, and what to do. Where it has `{shown}`, `sql` selects a third column
    `shown`. That is never delivered text as it stands, which might be a name: only what `code_shown` lets through,
    names of columns, or words of our own.
    """

    rule: str
    severity: Severity
    sentence: str
    sql: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+", self.rule):
            raise ValueError(f"a rule is named in lower-case words joined by underscores, not {self.rule!r}")
        if self.severity is Severity.INFO and self.shows:
            raise ValueError(f"{self.rule} is only noted, once for a file: its sentence cannot differ from row to row")

    @property
    def shows(self) -> bool:
        return SHOWN in self.sentence

    @property
    def printed(self) -> str:
        """The sentence as a catalogue prints it."""
        return self.sentence.replace(SHOWN, "…")

    def is_told_in(self, text: str) -> bool:
        """Whether `text`, why a file was refused, has the sentence in it, whatever it shows."""
        before, _, after = self.sentence.partition(SHOWN)
        begins = text.find(before)
        return begins >= 0 and after in text[begins + len(before) :]

    @property
    def unexpected_rows_query(self) -> str:
        """`sql` as Great Expectations takes it: it fills in `{batch}`, and reads any other brace or `:word` as its own."""
        escaped = self.sql.replace("{", "{{").replace("}", "}}").replace(":", r"\:")
        return f"WITH batch AS NOT MATERIALIZED (SELECT * FROM {{batch}}) SELECT * FROM ({escaped})"


def rows_where(breaks: str, *, shown: str | None = None) -> str:
    """Rows of the batch for which `breaks` is true. Where it is null nothing is known, and nothing is broken."""
    return f"SELECT extract_id, row_number{f', {shown} AS shown' if shown else ''} FROM batch WHERE {breaks}"


def missing(column: str) -> str:
    """Nothing was delivered. What was delivered and could not be read breaks `value_not_understood`, and only that."""
    return f"({column} IS NULL AND {was_read(column)})"


def was_read(column: str) -> str:
    return f"(unread IS NULL OR NOT list_contains(string_split(replace(unread, ' ', ''), ','), '{column}'))"


def is_one_of(column: str, values: Iterable[str]) -> str:
    """Written as a list because DuckDB looks a list up once per dictionary entry, and joins an IN row by row."""
    return f"list_contains([{', '.join(quoted(value) for value in values)}], {column})"


def is_none_of(column: str, values: Iterable[str]) -> str:
    return f"NOT {is_one_of(column, values)}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def code_shown(column: str) -> str:
    """A register code as it may be printed: anything longer or stranger than a code might be a name in the wrong column."""
    character = r"[A-Z0-9#/\\-]"
    return f"CASE WHEN regexp_full_match({column}, '{character}{character}?') THEN {column} ELSE 'not shown' END"
