"""The words readers see, in the repository, in every sentence the pipeline can say, and on a list."""

import ast
import re

import pytest

from expectations import PROMISES
from pipeline.signals import SIGNALS
from pipeline.steps import printable, reasons, support
from pipeline.tables.audit import AUDIT
from pipeline.tables.derived import DERIVED
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS, PUPIL_WEEKS
from pipeline.tables.published import PUBLISHED, table_notes
from pipeline.tables.staged import STAGED
from pipeline.tables.staged_plans import PLANS
from pipeline.vocabulary.sen import SUPPORT_KINDS

from .project import ROOT, files, named, parsed, python_files

NEVER = re.compile(
    r"\b(at[ -]risk|high[ -]risk|truan(t|ts|cy)|(school )?refusers?|problem (child|pupil|famil)\w*)\b", re.I
)
"""Never of a child, in any text a reader sees."""

NEVER_IN_A_SENTENCE = re.compile(rf"{NEVER.pattern}|\b(red|cases?|prediction|student|pct)\b", re.I)
"""Words with another use in code (`CASE WHEN`), and none in a sentence about a pupil."""

READ = ("pipeline", "expectations", "models", "dags", "benchmarks", "docs")


def test_no_text_that_readers_see_uses_a_word_never_used_of_a_child():
    read = [*files(*READ), *(ROOT / name for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml"))]  # fmt: skip
    found = {named(path): found[0] for path in read if (found := NEVER.search(path.read_text(errors="replace")))}
    assert found == {}


def sentences() -> list[str]:
    """Whatever can be said of a row, a pupil or a table."""
    of_signals = [(one.asks, one.line, one.reason, one.next_step, one.source) for one in SIGNALS]
    of_promises = [promise.printed for promises in PROMISES.values() for promise in promises]
    tables = (*STAGED, ENROLMENTS, PLANS, PUPIL_WEEKS, MARKED_WEEKS, *DERIVED, *AUDIT, *PUBLISHED)
    of_tables = [text for table in tables for text in (table.grain, *(column.description for column in table.columns))]
    notes = table_notes(fewest_shown=5, smallest_base=20, demo=True)
    said = [text for module in (printable, reasons, support) for text in words_of(module.__file__)]
    published = [cell for row in notes.rows() for cell in row]
    return [*(text for texts in of_signals for text in texts), *of_promises, *of_tables, *published, *said, *SUPPORT_KINDS.values()]  # fmt: skip


def words_of(path) -> list[str]:
    """A module's texts, its docstrings among them."""
    from pathlib import Path

    return [node.value for node in ast.walk(parsed(Path(path))) if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip


def test_no_sentence_the_pipeline_can_say_uses_a_word_never_used_of_a_child():
    said = sentences()
    assert len(said) > 300
    assert [text for text in said if NEVER_IN_A_SENTENCE.search(text)] == []


@pytest.mark.parametrize(
    "name",
    [
        "workbook_list",
        "workbook_rows",
        "workbook_columns",
        "workbook_about",
        "workbook_review",
        "workbook_pages",
        "workbook_contents",
        "workbook_paper",
        "printable_contents",
        "printables",
    ],
)
def test_no_word_of_a_list_is_one(name):
    said = [text for text in words_of(ROOT / "pipeline" / "edges" / f"{name}.py") if " " in text]
    assert said
    assert [text for text in said if NEVER_IN_A_SENTENCE.search(text)] == []


def test_what_a_page_says_is_told_to_its_template_which_has_no_words_of_its_own():
    """So that whatever looks through the words finds all of them."""
    template = re.sub(r"//.*", "", (ROOT / "pipeline" / "templates" / "printable.typ").read_text())
    quoted = [text for text in re.findall(r'"([^"]*)"', template) if " " in text]
    assert quoted == ["Libertinus Serif"]


def test_a_list_says_what_it_is_for_and_what_it_must_not_be_used_for():
    said = " ".join(text for name in ("workbook_list", "workbook_pages") for text in words_of(ROOT / "pipeline" / "edges" / f"{name}.py"))  # fmt: skip
    for word in ("penalty notices", "prosecution", "exclusion", "admissions", "funding"):
        assert word in said


def test_the_words_are_looked_for_in_a_way_that_finds_them():
    wrong = ["a child at risk", "High-risk pupils", "two truants", "truancy", "a school refuser"]
    assert all(NEVER.search(text) for text in wrong)
    right = ["at risky prices", "refused", "the file is refused", "inferred", "trust", "a trait"]
    assert not any(NEVER.search(text) for text in right)
    assert not NEVER_IN_A_SENTENCE.search("registered, in lower-cased letters, scored")


# What a repository must not hold -------------------------------------------------------------------------------------------

HOSTS = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|docker\.io|ghcr\.io|quay\.io|mcr\.microsoft\.com"
    r"|conda\.(anaconda|io)|registry\.\w+\.(org|com|io)|proxy\.golang\.org)|--(extra-)?index-url", re.I,
)  # fmt: skip
OF_ONE_MACHINE = re.compile(r"(?<![\w.$}~-])(/(home|Users|root|work|farm|mnt|srv)/[\w.]+|[A-Z]:\\\w+)")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K]|TB[D]|NotImplemented(Error)?)\b")


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("the host of a registry", HOSTS), ("a path of one machine", OF_ONE_MACHINE), ("unfinished work", UNFINISHED)],
    ids=["registries", "paths", "unfinished"],
)
def test_no_file_names(what, pattern):
    own = ROOT / "tests" / "house" / "test_words.py"
    found = {
        named(path): found[0]
        for path in files()
        if path != own and (found := pattern.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}, what


def test_no_library_prints_but_the_command_line():
    printing = {
        named(path)
        for path in python_files("pipeline", "expectations", "models", "dags")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }
    assert printing == {"pipeline/__main__.py"}
