"""Papers begun from a home's own settings: nothing in them is out of date, and whatever a person must say is a blank that is counted."""

import re
from dataclasses import fields
from datetime import date

import pytest

from pipeline.__main__ import app
from pipeline.edges.retention_told import Retention
from pipeline.edges.settings import Home, open_home
from pipeline.papers.blocks import Heading, as_html, as_markdown, blanks
from pipeline.papers.law import FROM_WHOM, SPECIAL, WHY
from pipeline.papers.notice import HELD, LAW
from pipeline.papers.risks import risks
from pipeline.papers.told import FAMILY_TITLES, OWN_RECORDS, about, told_of
from pipeline.papers.writing import papers, write_papers
from pipeline.vocabulary.feeds import FAMILIES, FEEDS
from tests.based import LINES, say_why
from tests.house.project import ROOT
from tests.house.test_reading_age import reading_age
from tests.house.test_words import NEVER_IN_A_SENTENCE

from .at_home import a2n, new_home

DAY = date(2026, 9, 20)
FILES = ("dpia", "appropriate_policy_document", "sharing_agreement", "privacy_notice", "note_for_schools")


def of(home: Home) -> dict[str, str]:
    """The papers as Markdown, by file."""
    return {one.file: as_markdown(one) for one in papers(home, on=DAY)}


def changed(home: Home, before: str, after: str) -> Home:
    settings = home.folder / "settings.toml"
    assert before in settings.read_text()
    settings.write_text(settings.read_text().replace(before, after))
    return open_home(home.folder)


@pytest.fixture
def filled(tmp_path) -> Home:
    """A live home that says why it holds all feeds, and has taken in nothing."""
    return changed(new_home(tmp_path / "filled", demo=False), "Name of the data controller", "Wexborough Council")


@pytest.fixture
def empty(tmp_path) -> Home:
    assert a2n("init", "--home", tmp_path / "empty").status == 0
    return open_home(tmp_path / "empty")


# The command


def test_a_live_home_whose_settings_say_nothing_yet_is_helped_to_fill_them(empty, tmp_path):
    ran = a2n("papers", "--home", empty.folder, "--to", tmp_path / "papers")
    assert ran.status == 0 and ran.out.count("blanks to be filled in") == len(FILES)
    assert {path.name for path in (tmp_path / "papers").iterdir()} == {
        f"{name}.{end}" for name in FILES for end in ("html", "md")
    }


def test_papers_that_are_there_are_never_written_over(filled, tmp_path):
    to = tmp_path / "papers"
    assert a2n("papers", "--home", filled.folder, "--to", to).status == 0
    (to / "dpia.md").write_text("signed")
    again = a2n("papers", "--home", filled.folder, "--to", to)
    assert again.status == 1 and "give another folder" in again.err and (to / "dpia.md").read_text() == "signed"
    nowhere = a2n("papers", "--home", filled.folder, "--to", tmp_path / "none" / "papers")
    assert nowhere.status == 1 and "make it first" in nowhere.err


def test_killed_half_way_there_are_none_and_given_again_there_are_all(filled, tmp_path, monkeypatch):
    from pipeline.papers import writing

    with monkeypatch.context() as patched:
        patched.setattr(writing, "as_markdown", lambda one: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            write_papers(filled, tmp_path / "papers", on=DAY)
    assert not (tmp_path / "papers").exists()
    assert len(write_papers(filled, tmp_path / "papers", on=DAY)) == len(FILES)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".papers")] == []


# What they say


def test_what_settings_say_is_in_the_papers_and_no_blank_is_left_of_it(filled):
    told = of(filled)
    for file in ("dpia", "sharing_agreement"):
        for line, words in LINES.items():
            said = (
                "1 August 2025" if line == "dpia_date" else f"{words} months" if line == "retention_months" else words
            )
            if not (line == "dpia_date" and file != "dpia"):
                assert said in told[file], (file, line)
    assert all("Wexborough Council" in text for text in told.values())
    assert "To be filled in: Article" not in "".join(told.values())


@pytest.mark.parametrize(
    ("before", "after", "file", "says"),
    [
        ("retention_months = 24", "retention_months = 31", "privacy_notice", "31 months after the end"),
        (LINES["function"], "Another function | <b>", "appropriate_policy_document", "Another function | &lt;b>"),
        ("fewest_shown = 5", "fewest_shown = 8", "dpia", "Counts from 1 to 7 are hidden"),
        ("every_days = 1 ", "every_days = 21 ", "note_for_schools", "Every 21 days"),
        ('sign_in = "none"', 'sign_in = "proxy"', "appropriate_policy_document", "once they have signed in"),
        ("unlinked_days = 31", "unlinked_days = 9", "appropriate_policy_document", "erased after 9 days"),
        ('gateway = ""', 'gateway = "Children Act 2004, section 10"', "sharing_agreement", "which they may: Children Act 2004, section 10"),
        ("# automated_decisions", 'automated_decisions = "The SENCo decides" #', "dpia", "The SENCo decides"),
        ("score_days = 14", "score_days = 21", "dpia", "21 days after the decision"),
        ("answers_months = 36", "answers_months = 25", "appropriate_policy_document", "25 months after the end of the school year"),
        ("trail_years = 6", "trail_years = 7", "privacy_notice", "7 calendar years"),
        ("names_days = 31", "names_days = 62", "sharing_agreement", "62 days after they were last learned"),
    ],
)  # fmt: skip
def test_a_setting_that_changes_changes_the_papers(filled, before, after, file, says):
    changed(filled, 'sign_in_header = ""', 'sign_in_header = "X-Email"')
    assert says not in of(filled)[file]
    assert says in of(changed(filled, before, after))[file]


def test_every_line_of_retention_is_told_of():
    assert list(OWN_RECORDS) != [] and set(OWN_RECORDS) == {one.name for one in fields(Retention)}


def test_every_feed_with_data_is_named_and_every_field_of_it_that_is_kept(live):
    told, texts = told_of(live, on=DAY), of(live)
    with_data = [one for one in told.feeds if one.rows]
    assert len(with_data) > 20
    for one in with_data:
        assert one.feed.title in texts["dpia"] and one.feed.title in texts["sharing_agreement"]
        assert all(f"{column.name} (" in texts["sharing_agreement"] for column in one.kept)
    assert f"about {round(told.pupils, -1):,} children" in texts["dpia"] and "2 schools" in texts["dpia"]


def test_a_feed_that_is_not_taken_in_is_named_as_such_and_nowhere_else(filled):
    say_why(filled.folder, *(family for family in FAMILIES if family != "care"))
    texts = of(open_home(filled.folder))
    assert "refused until settings say why: Children looked after; Episodes of care" in texts["dpia"]
    assert FAMILY_TITLES["care"] not in texts["sharing_agreement"] and HELD["care"] not in texts["privacy_notice"]


def test_feeds_of_one_family_with_other_reasons_each_have_their_own(filled):
    settings = filled.folder / "settings.toml"
    settings.write_text(settings.read_text() + '\n[feeds.agencies]\nlawful_basis = "Of agencies alone"\n')
    text = of(open_home(filled.folder))["dpia"]
    assert "Of agencies alone" in text and text.count(LINES["lawful_basis"]) >= 1


def test_every_blank_says_so_and_is_counted_at_the_end(empty, filled):
    for home in (empty, filled):
        for one in papers(home, on=DAY):
            left, text, page = blanks(one), as_markdown(one), as_html(one)
            assert text.count("**To be filled in: ") == page.count("<mark>To be filled in: ") == len(left)
            words = f"{len(left):,} blank{'s' * (len(left) != 1)} to be filled in."
            assert words in text.partition("## What is left to fill in")[2] and words in page
            assert "⟦" not in text + page
    many, few = (sum(len(blanks(one)) for one in papers(home, on=DAY)) for home in (empty, filled))
    assert many - few > 8 * 7  # of each family, each line


def test_text_of_settings_is_text_on_the_page(filled):
    home = changed(filled, "Wexborough Council", "Wex<script>alert(1)</script> ⟦Council⟧")
    for one in papers(home, on=DAY):
        assert (
            "<script" not in as_html(one)
            and "<script" not in as_markdown(one).partition("\n\n")[2].partition("\n\n")[2]
        )


# Law, and words


def test_the_law_is_named_as_it_is(filled):
    texts = of(filled)
    for words in (
        "Article 35",
        "Articles 22A to 22D",
        "Data (Use and Access) Act 2025",
        "Step 1",
        "Step 7",
        "Article 36",
    ):
        assert words in texts["dpia"], words
    for words in (
        "Article 9(2)(g)",
        "section 10(3)",
        "Paragraph 6",
        "paragraph 18",
        "Part 4",
        "paragraph 40",
        "six months",
        "Article 30",
    ):
        assert words in texts["appropriate_policy_document"], words
    for words in (
        "Children and Families Act 2014, section 22",
        "section 13A",
        "section 19",
        "section 436A",
        "(Pupil Registration) (England) Regulations 2024",
        "72 hours",
    ):
        assert words in texts["sharing_agreement"], words
    for words in ("Information Commissioner's Office", "Wilmslow", "object", "A person looks and decides"):
        assert words in texts["privacy_notice"], words
    assert all("no legal advice" in texts[file] for file in FILES[:3])


def test_the_notice_for_pupils_and_parents_can_be_read_at_eleven(filled):
    [notice] = [one for one in papers(filled, on=DAY) if one.file == "privacy_notice"]
    plain = as_markdown(notice).partition(f"## {LAW}")[0]
    assert reading_age(re.sub(r"\n\|.*|Information Commissioner's Office, .*", "", plain)) <= 11
    headings = [one.text for one in notice.blocks if isinstance(one, Heading)]
    assert "Does a computer decide?" in headings and headings[-1] == LAW


def test_no_paper_uses_a_word_never_used_of_a_child(filled, live):
    for home in (filled, live):
        for file, text in of(home).items():
            ours = text.replace("Wonde's students", "").replace(
                "Arbor's students", ""
            )  # what those systems call their tables
            assert not NEVER_IN_A_SENTENCE.search(ours), (file, NEVER_IN_A_SENTENCE.search(ours))


LATER = {"show", "forget", "object"}
"""Rights have commands of their own."""


def test_every_command_a_paper_names_is_one(filled):
    known = {one.name or one.callback.__name__ for one in app.registered_commands}
    named = set(re.findall(r"`a2n ([a-z-]+)", " ".join(of(filled).values())))
    assert named and named - known - LATER == set()


def test_each_measure_is_proven_by_tests_that_are_there(filled):
    for one in risks(filled.settings):
        for test in one.proven.split():
            file, _, name = test.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text(), test


def test_every_family_and_feed_has_its_words():
    assert set(FAMILY_TITLES) == set(FROM_WHOM) == set(WHY) == set(HELD) == set(FAMILIES)
    assert set(SPECIAL) < {feed.name for feed in FEEDS}


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "no rows"), (1, "fewer than 10 rows"), (9, "fewer than 10 rows"), (10, "about 10 rows"), (15, "about 20 rows"), (1_249, "about 1,200 rows")],
)  # fmt: skip
def test_a_paper_counts_in_round_numbers(count, says):
    assert about(count, "rows") == says
