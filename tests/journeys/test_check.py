"""What a school is told before it sends anything: on a terminal, as JSON, and on a page it can keep."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.synthetic import Synthesised, synthesise

from .at_home import Ran, a2n, total
from .marked import Marks, mark


@dataclass(frozen=True)
class Checked:
    made: Synthesised
    marks: Marks
    as_json: Ran
    in_words: Ran
    page: str


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> Checked:
    """Extracts with every fault planted, and a file no feed claims."""
    folder = tmp_path_factory.mktemp("check")
    made = synthesise(folder / "made", pupils=120, schools=3, seed=5, weeks=20, with_faults=True)
    marks = mark(made.files)
    strange = folder / "strange.csv"
    strange.write_text("colour,size\nblue,3\n")
    words = ("check", *made.files, strange, "--known-on", made.last_day)
    page = folder / "kept.html"
    return Checked(made, marks, a2n(*words, "--json", "--page", page), a2n(*words), page.read_text())


class Text(HTMLParser):
    """The cells of a page's tables, and the elements it is made of."""

    def __init__(self, page: str):
        super().__init__()
        self.rows, self.used, self.addresses, self.is_in_row = [], set(), [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.used.add(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
            self.is_in_row = True

    def handle_endtag(self, tag):
        self.is_in_row &= tag != "tr"

    def handle_data(self, data):
        if self.is_in_row and data.strip():
            self.rows[-1].append(data.strip())


def test_files_refused_are_refused_and_the_status_says_so(checked):
    assert checked.as_json.status == checked.in_words.status == 1
    assert "strange.csv" in checked.as_json.err and "strange.csv" in checked.in_words.err


def test_each_finding_has_its_file_rule_sentence_rows_and_where(checked):
    found = checked.as_json.told["findings"]
    by_rule: dict[str, int] = {}
    for one in found:
        assert one["sentence"].endswith(".") and one["rows"] >= 1
        if one["happens"] == "set aside":
            by_rule[one["rule"]] = by_rule.get(one["rule"], 0) + one["rows"]
            assert 1 <= len(one["row_numbers"]) <= 20 and min(one["row_numbers"]) >= 1
    assert by_rule == checked.as_json.told["set_aside_by_rule"]
    assert len(by_rule) > 20


def test_rows_add_up_as_in_a_take_in(checked):
    told = checked.as_json.told
    read, parts = total(told, "rows_read"), ("rows_accepted", "rows_set_aside", "rows_refused")
    assert read == sum(total(told, part) for part in parts) > 1000


def test_a_terminal_is_told_of_every_finding_with_its_sentence(checked):
    for one in checked.as_json.told["findings"]:
        assert one["sentence"] in checked.in_words.out


def test_the_page_has_every_file_with_its_rows_and_every_finding(checked):
    rows = Text(checked.page).rows
    for one in checked.as_json.told["extracts"]:
        counts = [f"{one[name]:,}" for name in ("rows_read", "rows_accepted", "rows_set_aside", "rows_refused")]
        assert any(row[0] == one["file"] and row[-4:] == counts for row in rows if row)
    for one in checked.as_json.told["findings"]:
        assert any(one["rule"] in row and one["sentence"] in row and f"{one['rows']:,}" in row for row in rows)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(checked):
    page = Text(checked.page)
    assert page.addresses == []
    assert page.used & {"script", "img", "link", "iframe", "form", "object"} == set()
    assert "url(" not in checked.page and "@import" not in checked.page


def test_no_child_is_named_on_page_terminal_or_json(checked):
    said = (checked.page, checked.in_words.out, checked.in_words.err, checked.as_json.out)
    assert [checked.marks.found_in_text(text) for text in said] == [set()] * 4
    assert re.findall(r"\b[A-Z]\d{11}[0-9A-Z]\b", "".join(said)) == []


def test_a_page_says_when_all_would_be_taken(small, tmp_path):
    page = tmp_path / "kept.html"
    ran = a2n("check", *small.files, "--known-on", small.last_day, "--page", page)
    assert ran.status == 0, ran.err
    assert "No file would be refused and no row would be set aside." in page.read_text()


def test_what_the_files_alone_cannot_tell_is_said(small, tmp_path):
    marks = [path for path in small.files if path.name.startswith("attendance_marks")]
    page = tmp_path / "kept.html"
    ran = a2n("check", *marks, "--known-on", small.last_day, "--page", page)
    for text in (ran.out, page.read_text()):
        assert "Not asked: whether the pupils are on the roll" in text and "whether the schools are known" in text
    whole = a2n("check", *small.files, "--known-on", small.last_day)
    assert "Not asked" not in whole.out


def test_a_school_may_check_its_census_alone_though_nothing_says_which_urn_is_its_own(tmp_path):
    census = Path(__file__).parents[1] / "examples" / "school_census.xml"
    ran = a2n("check", census, "--known-on", "2025-10-10", "--json")
    assert ran.status == 0, ran.err
    assert total(ran.told, "rows_accepted") == total(ran.told, "rows_read") > 15


def test_a_file_whose_name_is_markup_is_shown_as_it_is_called(tmp_path):
    odd = tmp_path / "<b>marks<i>.csv"
    odd.write_text("colour,size\nblue,3\n")
    page = tmp_path / "kept.html"
    assert a2n("check", odd, "--page", page).status == 1
    assert "<b>" not in page.read_text() and "&lt;b&gt;marks" in page.read_text()


@pytest.mark.parametrize("name", ["kept.txt", "nowhere/kept.html"])
def test_a_page_that_cannot_be_is_wrong_usage(small, tmp_path, name):
    ran = a2n("check", small.files[0], "--page", Path(tmp_path / name))
    assert ran.status == 2 and ".html" in ran.err


def test_nothing_is_left_behind(small, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert a2n("check", *small.files, "--known-on", small.last_day).status == 0
    assert list(tmp_path.iterdir()) == []
