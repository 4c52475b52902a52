"""Who saw what of a whole night and the day after it: a line for every list, page, export, view and decision, and no line too many."""

import json
import shutil
from collections import Counter
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pipeline import serving
from pipeline.dashboard.routes import app_of
from pipeline.edges import trail, trail_heads
from pipeline.edges.settings import Home, open_home

from .at_home import a2n, tables
from .killed import KILLED, a2n_killed
from .test_way_back import answered

pytestmark = [pytest.mark.usefixtures("in_little_time"), pytest.mark.filterwarnings("ignore:Sparkline Group extension")]

OF_A_DAY = {"lists": trail.LIST, "to_put_right": trail.TO_PUT_RIGHT, "printables": trail.PRINTABLE}


def told(home: Home) -> list[dict]:
    return [json.loads(line) for _, _, line in trail.lines_of(home.folder / trail.FOLDER)]


def of_files(home: Home) -> Counter:
    """What there should be on record of each file in the outbox: the deed, the day, and the school, worklist or key."""
    found = Counter()
    for path in (one for one in home.outbox.rglob("*") if one.is_file()):
        folder, day = path.parent.name, path.parents[1].name
        if folder in OF_A_DAY:
            found[OF_A_DAY[folder], day, int(path.stem)] += 1
        elif folder == "returned":
            found[trail.RETURNED, path.stem.split()[1], path.stem.split()[2]] += 1
        elif folder == "worklists":
            found[trail.WORKLIST, None, path.stem] += 1
        else:
            found[trail.WORKLIST, folder, path.stem] += 1
    return found


def of_lines(lines: list[dict]) -> Counter:
    deeds = {*OF_A_DAY.values(), trail.WORKLIST, trail.RETURNED}
    found = Counter()
    for one in (one for one in lines if one["did"] in deeds):
        of = one["of"]
        what = of.get("key") or of.get("worklist") or of.get("school")
        is_standing = of.get("worklist") in ("same_child", "agencies")
        found[one["did"], None if is_standing else of["day"], what] += 1
    return found


@pytest.fixture
def home(night, tmp_path) -> Home:
    """The home after its night, all of it."""
    shutil.copytree(night.home.folder, tmp_path / "home", symlinks=True)
    return open_home(tmp_path / "home")


def test_a_night_has_a_line_for_every_file_it_wrote_and_the_other_way_round(night):
    assert of_lines(told(night.home)) == of_files(night.home)
    assert {deed for deed, _, _ in of_files(night.home)} >= {trail.LIST, trail.PRINTABLE}
    assert len(told(night.home)) == sum(of_files(night.home).values()), "and nothing else is on record"
    assert trail_heads.verified(night.home).broken is None


def test_the_day_after_has_a_line_for_each_thing_done_and_none_of_them_says_of_whom(home, night, tmp_path):
    before, day = len(told(home)), str(night.made.last_day)
    key, surname = answered(home, night.made.last_day, decision="perhaps")
    the_next = night.made.last_day + timedelta(days=1)
    ran = a2n("outcomes", "--home", home.folder, "--known-on", the_next, "--json")
    [returned] = ran.told["returned"]
    assert returned["rows_refused"] == 1
    a2n("links", "--home", home.folder, "--known-on", the_next)
    for words in (("export", "derived.triage", "--to", tmp_path / "out.parquet"), ("pages", "--to", tmp_path / "site"),
                  ("print", "--as-of", day, "--school", returned["urn"], "--all"), ("backup", "--to", tmp_path / "home.a2n")):  # fmt: skip
        done = a2n(words[0], *words[1:], "--home", home.folder)
        assert (done.status, done.err) == (0, "")
    TestClient(app_of(serving.dashboard_of(home)), base_url="http://localhost").get(
        f"/school/{returned['urn']}?school={surname}"
    )

    lines = told(home)[before:]
    [path] = (home.outbox / "returned").iterdir()
    of_list = {"day": day, "school": returned["urn"], "key": path.stem.split()[2]}
    pages = len([one for one in (tmp_path / "site").rglob("*") if one.suffix not in (".css",) and one.is_file()])
    assert [(one["did"], one["of"]) for one in lines if one["did"] not in (trail.BACKUP, trail.PAGES)] == [
        (trail.READ, of_list),
        (trail.RETURNED, of_list),
        (trail.WORKLIST, {"day": str(the_next), "worklist": "same_child"}),
        (trail.EXPORT, {"table": "derived.triage", "rows": tables(home, "derived")["derived.triage"].height}),
        (trail.PRINTABLE, {"day": day, "school": returned["urn"], "pages": lines[-3]["of"]["pages"]}),
        (trail.VIEW, {"page": "/school/{urn}", "school": returned["urn"], "status": 200}),
    ]
    written = next(one for one in lines if one["did"] == trail.PAGES)["of"]
    assert written["day"] == day and 0 < written["files"] <= pages
    assert set(lines[-2]["of"]) == {"files", "bytes"}
    assert trail_heads.verified(home).broken is None
    said = json.dumps(lines)
    assert key not in said and surname not in said


def test_pairs_decided_are_on_record_by_their_number_and_never_by_a_code(home):
    """Codes that are no pair's decide nothing, and nothing is on record of them."""
    before = told(home)
    refused = a2n("links", "--home", home.folder, "--confirm", "aaaaaaaa")
    assert refused.status == 1 and told(home) == before


# What cannot be put on record is not done ----------------------------------------------------------------------------------


@pytest.fixture
def without_trail(home) -> Home:
    """A home where nothing can be put on record, and nothing is in the outbox yet."""
    shutil.rmtree(home.folder / trail.FOLDER)
    (home.folder / trail.FOLDER).write_text("a file where the folder should be")
    shutil.rmtree(home.outbox)
    home.outbox.mkdir()
    return home


@pytest.mark.parametrize(
    "words",
    [("export", "derived.triage", "--to", "out.parquet"), ("backup", "--to", "home.a2n")],
    ids=lambda words: words[0],
)
def test_nothing_leaves_that_cannot_be_put_on_record(without_trail, tmp_path, words):
    *what, to = words
    (tmp_path / "out").mkdir()
    ran = a2n(*what, tmp_path / "out" / to, "--home", without_trail.folder)
    assert ran.status == 1 and "what cannot be put on record is not done" in ran.err and "Traceback" not in ran.err
    assert list((tmp_path / "out").iterdir()) == []


def test_no_list_is_written_that_cannot_be_put_on_record(without_trail, night):
    ran = a2n("flag", "--home", without_trail.folder, "--as-of", night.made.last_day)
    assert ran.status == 1 and "Stopped: " in ran.err and "what cannot be put on record is not done" in ran.err
    assert [path for path in without_trail.outbox.rglob("*") if path.is_file()] == []


# Broken, and killed --------------------------------------------------------------------------------------------------------


def test_a_night_over_a_broken_trail_says_so_loudly_and_goes_on(home, night):
    path = trail.files(home.folder / trail.FOLDER)[-1]
    path.write_bytes(
        b"".join(path.read_bytes().splitlines(keepends=True)[:-1])
    )  # a line of the printables, after the last head
    assert trail_heads.verified(home).broken is None, "nobody can tell: no run has ended since"
    a2n("flag", "--home", home.folder, "--as-of", night.made.last_day)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    (home.outbox / str(night.made.last_day) / "lists").rename(home.folder / "lists_of_before")
    ran = a2n("flag", "--home", home.folder, "--as-of", night.made.last_day, "--json")
    assert ran.status == 1 and ran.told["stopped_because"] is None
    assert ran.err.startswith("Look into this: The record of who saw what is not as it was written.")
    assert ran.told["trail_broken"] in ran.err and ran.told["remarks"][0] == ran.told["trail_broken"]
    assert len(list(home.lists_of(night.made.last_day).iterdir())) == ran.told["lists"] > 0
    assert a2n("trail", "--home", home.folder, "--verify").status == 1


def test_a_night_killed_and_given_again_leaves_a_whole_trail_with_a_line_for_every_list(home, night):
    words = ("flag", "--home", home.folder, "--as-of", night.made.last_day)
    assert a2n_killed("pipeline.hops.listing:write_parts", 2, *words) == KILLED
    assert a2n(*words).status == 0
    assert trail_heads.verified(home).broken is None
    assert of_files(home).keys() == of_lines(told(home)).keys()
