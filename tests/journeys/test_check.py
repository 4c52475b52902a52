"""What a school is told before it sends anything: on a terminal, as JSON, and on a page it can keep."""

import fcntl
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pipeline.edges.errors import Refused
from pipeline.edges.in_place import half_written
from pipeline.edges.settings import make_passing_home
from pipeline.edges.warehouse import in_words
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


@pytest.mark.parametrize("name", ["kept.txt", "nowhere/kept.html", "folder.html"])
def test_a_page_that_cannot_be_is_wrong_usage(small, tmp_path, name):
    (tmp_path / "folder.html").mkdir()
    ran = a2n("check", small.files[0], "--page", Path(tmp_path / name))
    assert ran.status == 2 and ".html" in ran.err


def test_a_page_that_cannot_be_written_is_said_after_all_else(small, tmp_path):
    half_written(tmp_path / "kept.html").mkdir()  # what it is written to before it takes its place
    ran = a2n("check", small.files[0], "--known-on", small.last_day, "--json", "--page", tmp_path / "kept.html")
    assert (ran.status, len(ran.told["extracts"]), ran.err.count("\n")) == (1, 1, 1)
    assert (
        "kept.html" in ran.err and "could not be read or written" in ran.err and not (tmp_path / "kept.html").exists()
    )


def test_a_file_that_is_there_twice_counts_once_as_in_a_take_in_and_that_is_said(small, tmp_path):
    again, page = tmp_path / "zz again.csv", tmp_path / "kept.html"
    again.write_bytes(small.files[0].read_bytes())
    ran = a2n("check", small.files[0], again, small.files[1], "--known-on", small.last_day, "--json", "--page", page)
    assert [Path(one["file"]).name for one in ran.told["extracts"]] == sorted(path.name for path in small.files[:2])
    [said] = ran.told["remarks"]
    assert said.startswith(relative(again, small.files[0])) and said.endswith("it counts once.")
    assert said in page.read_text()


def relative(path: Path, other: Path) -> str:
    """What a file is called beside another."""
    return str(path.relative_to(os.path.commonpath([path.parent, other.parent])))


def test_files_are_called_by_their_place_in_the_folder_that_holds_them_all(small, tmp_path, monkeypatch):
    for name in ("ash", "birch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text(f"colour,size\n{name},3\n")
    monkeypatch.chdir(tmp_path / "ash")
    page = tmp_path / "kept.html"
    both = a2n("check", "x.csv", tmp_path / "birch" / "x.csv", "--json", "--page", page)
    assert [one["file"] for one in both.told["extracts"]] == ["ash/x.csv", "birch/x.csv"]
    assert str(tmp_path) not in both.out + both.err + page.read_text()
    assert [one["file"] for one in a2n("check", tmp_path / "birch" / "x.csv", "--json").told["extracts"]] == ["x.csv"]


def test_where_the_disk_of_temporary_files_is_full_that_is_said(tmp_path):
    home = make_passing_home(tmp_path / "a2n-check-x" / "home")
    with pytest.raises(Refused, match="name another folder in TMPDIR") as refused, in_words(home):
        raise duckdb.IOException("No space left on device")
    assert "stays" not in str(refused.value)


# What is left behind ------------------------------------------------------------------------------------------------------


def test_nothing_is_left_behind(small, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert a2n("check", *small.files, "--known-on", small.last_day).status == 0
    assert list(tmp_path.iterdir()) == []


TOLD_TO_END = """
import os, signal, sys, tempfile
from pathlib import Path
from pipeline.edges import intake

ending = getattr(signal, sys.argv.pop(1))

def end(con, extracts):
    [folder] = Path(tempfile.gettempdir()).glob("a2n-check-*")
    print(*(path.name for path in folder.rglob("*.key")), (folder / "home" / "warehouse.duckdb").exists(), flush=True)
    os.kill(os.getpid(), ending)

intake.record_extracts = end
from pipeline.__main__ import main
main()
"""


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_told_to_end_it_leaves_nothing_and_killed_outright_no_key(small, tmp_path, ending):
    """What a killed one left, the next removes."""
    words = [sys.executable, "-c", TOLD_TO_END, ending, "check", *small.files, "--known-on", small.last_day.isoformat()]
    done = subprocess.run(
        words, env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.split() == ["True"], done.stderr
    left = [*tmp_path.glob("a2n-check-*")]
    assert (done.returncode, len(left)) == {"SIGTERM": (143, 0), "SIGHUP": (129, 0), "SIGKILL": (-9, 1)}[ending]
    assert "Traceback" not in done.stderr


def test_what_killed_checks_left_is_removed_by_the_next_and_what_one_still_at_work_has_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "x.csv").write_text("colour,size\nblue,3\n")
    folders = {name: tmp_path / f"a2n-check-{name}" for name in ("left", "new", "held", "other")}
    for name, folder in folders.items():
        (folder / "home").mkdir(parents=True)
        os.utime(folder, (0, 0)) if name != "new" else None
    folders["other"] = folders["other"].rename(tmp_path / "another")
    held = os.open(folders["held"], os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    a2n("check", tmp_path / "x.csv")
    os.close(held)
    assert {name for name, folder in folders.items() if folder.exists()} == {"new", "held", "other"}
