"""What the project says of itself is true of it: requirements, README, generated pages, every declared column."""

import re

import pytest

from pipeline import describing
from pipeline.tables.audit import AUDIT
from pipeline.tables.derived import DERIVED
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS, PUPIL_WEEKS
from pipeline.tables.nation import NATION
from pipeline.tables.published import PUBLISHED, table_notes
from pipeline.tables.staged import STAGED

from .project import ROOT

TABLES = (*STAGED, ENROLMENTS, PUPIL_WEEKS, MARKED_WEEKS, *DERIVED, *AUDIT, *PUBLISHED, *NATION)


# Requirements -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-setup.txt", "requirements-deploy.txt", "requirements-check.txt"]
)
def test_every_requirement_is_pinned_with_its_hashes_and_no_address_is_named(name):
    text = (ROOT / name).read_text()
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", text) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==[\w.]+( ; .+?)? \\\n", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
    assert "://" not in text and "index-url" not in text


def test_whatever_is_asked_for_is_pinned():
    asked = set(re.findall(r"^([a-z0-9][\w.-]*)", (ROOT / "requirements.in").read_text().lower(), re.MULTILINE))
    pinned = set(
        re.findall(
            r"^([a-z0-9][\w.-]*)(?:\[[\w,]+\])?==", (ROOT / "requirements.txt").read_text().lower(), re.MULTILINE
        )
    )
    assert asked and asked - pinned == set()


def test_no_lock_that_records_addresses_is_kept():
    assert not [name for name in ("uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml") if (ROOT / name).exists()]


# Pages for readers --------------------------------------------------------------------------------------------------------


def told_on(page: str) -> str:
    return " ".join((ROOT / "docs" / page).read_text().split())


@pytest.mark.parametrize(
    "page, by_whom, of_what",
    [
        ("for-families.md", "If a person there has agreed to it", "by marks alone"),
        ("for-sencos.md", "Where a person at your authority or trust has agreed to a model", "from attendance alone"),
    ],
)
def test_readers_are_told_what_a_model_may_do_who_agrees_to_it_and_that_it_lists_nobody(page, by_whom, of_what):
    words = told_on(page)
    assert by_whom in words and of_what in words and "go on missing school" in words
    assert "Nobody is on the list because of that" in words or "Nobody is on it because of a forecast" in words
    assert "does not guess" not in words and "a forecast or a list" not in words


@pytest.mark.parametrize("page", ["for-families.md", "for-sencos.md"])
def test_readers_are_told_that_a_lot_is_off_unless_somebody_is_named(page):
    assert "by lot" in told_on(page) and "off unless some" in told_on(page)


def test_families_are_told_every_use_that_is_forbidden():
    uses = told_on("for-families.md").partition("What it must not be used for")[2]
    assert [
        word
        for word in ("fine you", "court", "send your child home", "out of a school", "funding", "staff")
        if word not in uses
    ] == []


def test_sencos_are_not_told_that_no_illness_lists_anyone():
    words = told_on("for-sencos.md")
    assert "so a week of flu lists nobody" not in words
    assert "a cold of three days" in words and "Four days or more of one pupil's illness early in the year may" in words


# README and Makefile ------------------------------------------------------------------------------------------------------


def test_the_readme_names_the_two_commands_and_what_made_up_data_proves():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme and "make test" in readme
    assert "proves mechanics, not accuracy" in " ".join(readme.split())


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CHANGELOG.md",
        "docs/design-notes.md",
        "docs/for-data-teams.md",
        "docs/for-inclusion-leads.md",
        "docs/other-tools.md",
        "docs/published-tables.md",
    ],
)
def test_whatever_a_page_points_to_is_there(page):
    path = ROOT / page
    pointed_to = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text()) if path.exists() else []
    assert [target for target in pointed_to if not (path.parent / target).exists()] == []


def test_the_makefile_has_every_target_and_demo_and_test_set_up_first():
    makefile = (ROOT / "Makefile").read_text()
    targets = dict(re.findall(r"^(\w+):(.*)$", makefile, re.MULTILINE))
    assert {"setup", "demo", "test", "check", "fix", "bench"} <= set(targets)
    assert "setup" in targets["demo"] and "setup" in targets["test"]


def test_every_command_the_readme_gives_is_one():
    from pipeline.__main__ import app

    known = {one.name or one.callback.__name__ for one in app.registered_commands}
    given = set(re.findall(r"\ba2n ([a-z][a-z-]+)", (ROOT / "README.md").read_text()))
    assert given and given - known == set()


def test_what_continuous_integration_runs_is_the_tests():
    ci = ROOT / ".ci" / "run"
    assert "make test" in ci.read_text()
    assert ci.stat().st_mode & 0o111


# Pages written from what runs ---------------------------------------------------------------------------------------------


KEPT_AS = {"published": "published-tables"}


@pytest.mark.parametrize("page", sorted(describing.PAGES))
def test_a_committed_page_is_what_describe_prints_now(page):
    path = ROOT / "docs" / f"{KEPT_AS.get(page, page)}.md"
    if not path.exists():
        pytest.skip(f"docs/{page}.md is not kept")
    assert path.read_text() == describing.PAGES[page]() + "\n", f"stale: a2n describe {page} > {path.relative_to(ROOT)}"


# Tables -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described_with_its_unit_and_every_grain_said(table):
    assert table.grain.startswith("one row")
    assert set(table.key) <= set(table.names)
    for column in table.columns:
        assert column.description.strip().endswith((".", "?")) and len(column.description) > 3, column.name
        if re.search(r"_sessions(_|$)", column.name):
            assert column.unit == "sessions", column.name
        if re.search(r"_rate(_|$)", column.name):
            assert column.unit == "0 to 1", column.name


@pytest.mark.parametrize("table", [*DERIVED, *PUBLISHED], ids=lambda table: table.name)
def test_every_declared_column_is_on_the_page_of_tables(table):
    page = describing.PAGES["tables"]()
    section = page.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
    assert [name for name in table.names if f"`{name}`" not in section] == []


def test_every_published_table_has_a_note_saying_grain_units_and_cautions():
    notes = table_notes(fewest_shown=5, smallest_base=20, demo=True)
    assert sorted(notes["table_name"]) == sorted(table.name for table in PUBLISHED)
    assert notes.null_count().sum_horizontal()[0] == 0
    assert notes["cautions"].str.len_chars().min() > 20


def test_no_table_anybody_may_read_has_a_column_that_could_name_a_child():
    naming = {"upn", "former_upn", "surname", "forename", "date_of_birth", "dob", "postcode"}
    assert [table.name for table in TABLES if naming & set(table.names)] == []
    assert [table.name for table in PUBLISHED if "pupil_id" in table.names] == []
