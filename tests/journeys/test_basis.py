"""A live home takes in, looks at and shows nothing that its settings do not say why to hold; a made-up one needs no such words."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline import parts, serving
from pipeline.dashboard import routes
from pipeline.edges import clock
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home, open_home
from pipeline.vocabulary.feeds import FAMILIES
from tests.based import LINES, say_why

from .at_home import a2n, deliver, new_home, tables

MARKS = ["registers"]
ALL_BUT_MARKS = [family for family in FAMILIES if family != "registers"]


def copy_of(home: Home, to: Path) -> Home:
    return open_home(shutil.copytree(home.folder, to / "home", symlinks=True))


def held(home: Home, table: str) -> int:
    return tables(home, "staged")[f"staged.{table}"].height


# Taking in


def test_a_new_live_home_refuses_every_file_in_words_and_keeps_it_in_the_inbox(small, tmp_path):
    told = a2n("init", "--home", tmp_path / "home")
    home = open_home(tmp_path / "home")
    assert told.status == 0 and all(f"[feeds.{family}]" in told.out for family in FAMILIES)
    some = [path for path in small.files if path.name.startswith(("schools", "pupils_100001"))]
    deliver(home, some)
    ran = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert ran.status == 1 and len(ran.told["extracts"]) == len(some) == 2
    for one in ran.told["extracts"]:
        assert (one["rows_accepted"], one["rows_refused"]) == (0, one["rows_read"])
        assert "every line of [feeds." in one["refused_because"]
    assert "[feeds.rolls]" in ran.err and held(home, "pupils") == 0
    assert sorted(path.name for path in home.inbox.iterdir()) == sorted(path.name for path in some)
    assert len(list(home.set_aside.glob("*.refused.txt"))) == 2


def test_a_feed_without_its_reasons_is_refused_the_others_go_on_and_once_filled_in_it_is_read(small, tmp_path):
    home = new_home(tmp_path / "home", demo=False)
    say_why(home.folder, *ALL_BUT_MARKS)
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("move_taken = false", "move_taken = true"))
    deliver(home, small.files)
    ran = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    refused = {one["feed"] for one in ran.told["extracts"] if one["refused_because"]}
    assert ran.status == 1 and refused == {"attendance_marks", "register_totals"}
    assert held(home, "pupils") and not held(home, "attendance_marks")
    left = {path.name for path in home.inbox.rglob("*.csv")}
    assert left and all(name.startswith(("attendance_marks", "register_totals")) for name in left)

    again = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert (again.status, again.told["extracts"]) == (0, [])  # told of once
    say_why(home.folder)
    after = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert after.status == 0 and {one["file"] for one in after.told["extracts"]} == left
    assert held(home, "attendance_marks") and not list(home.inbox.rglob("*.csv"))
    assert not list(home.set_aside.glob("*.refused.txt"))


@pytest.mark.parametrize("line", LINES)
def test_each_line_alone_keeps_a_feed_out(small, tmp_path, line):
    home = new_home(tmp_path / "home", demo=False)
    say_why(home.folder, **{line: 0 if line == "retention_months" else " - "})
    if line == "dpia_date":
        say_why(home.folder, dpia_date="")
    deliver(home, [path for path in small.files if path.name == "schools.csv"])
    ran = a2n("take-in", "--home", home.folder, "--known-on", small.last_day)
    assert ran.status == 1 and f"fill in {line} of [feeds.schools]" in ran.err


def test_an_assessment_still_to_come_keeps_a_feed_out_and_one_of_today_does_not(small, tmp_path):
    schools, today = [path for path in small.files if path.name == "schools.csv"], clock.today()
    for name, day, status in (("today", today, 0), ("later", date(today.year + 1, 12, 31), 1)):
        home = new_home(tmp_path / name, demo=False)
        say_why(home.folder, dpia_date=day.isoformat())
        deliver(home, schools)
        ran = a2n("take-in", "--home", home.folder, "--known-on", small.last_day)
        assert ran.status == status and ("still to come" in ran.err) is bool(status)


def test_a_demo_home_needs_no_reasons(night):
    assert night.home.settings.basis == {} and night.ran.status == 0


@pytest.mark.long
def test_taken_in_in_parts_it_is_the_same(small, tmp_path):
    home = new_home(tmp_path / "home", demo=False)
    say_why(home.folder, *ALL_BUT_MARKS)
    deliver(home, small.files)
    for refused_now, why in ((True, ALL_BUT_MARKS), (False, FAMILIES)):
        say_why(home.folder, *why)
        begun = parts.begin(str(home.folder), small.last_day.isoformat())
        ended = parts.end(begun, [parts.take_in(begun, family) for family in FAMILIES])
        refused = {one["feed"] for one in ended["extracts"] if one["refused_because"]}
        assert ("attendance_marks" in refused) is refused_now
        assert bool(held(home, "attendance_marks")) is not refused_now


# Looking


def test_a_live_home_with_its_reasons_is_looked_at_and_shown(live, small, tmp_path):
    home = copy_of(live, tmp_path)
    assert a2n("flag", "--home", home.folder, "--as-of", small.last_day).status == 0
    assert a2n("pages", "--home", home.folder, "--to", tmp_path / "pages").status == 0


def test_where_reasons_are_taken_back_nothing_is_looked_at_shown_or_handed_out(live, small, tmp_path):
    home = copy_of(live, tmp_path)
    say_why(home.folder, *ALL_BUT_MARKS)
    lists = {path: path.read_bytes() for path in home.lists_of(small.last_day).iterdir()}
    at, day = ("--home", home.folder), ("--as-of", small.last_day)
    to_file, to_folder = ("--to", tmp_path / "marks.parquet"), ("--to", tmp_path / "pages")
    commands = [
        ("flag", *at, *day), ("nightly", *at, *day), ("learn", *at, *day), ("print", *at, *day), ("links", *at),
        ("export", "facts.pupil_weeks", *at, *to_file), ("pages", *at, *to_folder),
    ]  # fmt: skip
    for words in commands:
        ran = a2n(*words)
        assert ran.status == 1 and "every line of [feeds.registers]" in ran.err, words
    with pytest.raises(Refused, match=r"every line of \[feeds.registers\]"):
        serving.dashboard_of(signed_in(home))
    assert not (tmp_path / "marks.parquet").exists() and not (tmp_path / "pages").exists()
    assert {path: path.read_bytes() for path in home.lists_of(small.last_day).iterdir()} == lists
    assert a2n("export", "audit.extracts", *at, *to_file).status == 0  # what was taken in can still be accounted for
    say_why(home.folder)
    assert a2n("flag", *at, *day).status == 0


def signed_in(home: Home) -> Home:
    """The home, served to whoever a proxy has signed in."""
    settings = home.folder / "settings.toml"
    told = settings.read_text().replace('sign_in = "none"', 'sign_in = "proxy"')
    settings.write_text(told.replace('sign_in_header = ""', 'sign_in_header = "X-Forwarded-Email"'))
    (home.folder / "access.toml").write_text('[people]\n"lead@example.gov.uk" = "all"\n')
    return open_home(home.folder)


def test_a_dashboard_that_is_running_shows_nothing_from_the_moment_that_reasons_are_taken_back(live, tmp_path):
    home = signed_in(copy_of(live, tmp_path))
    app = routes.app_of(serving.dashboard_of(home))
    reader = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000))
    asked = ("/", "/schools", "/download/school_week.csv")
    by = {"X-Forwarded-Email": "lead@example.gov.uk"}
    get = lambda: [reader.get(one, headers=by) for one in asked]  # noqa: E731
    assert [one.status_code for one in get()] == [200, 200, 200] and reader.get("/health").status_code == 200
    say_why(home.folder, *ALL_BUT_MARKS)
    for one in get():
        assert one.status_code == 503 and "every line of [feeds.registers]" in one.text
    assert reader.get("/health").status_code == 503
    assert reader.get("/schools", headers={"X-Forwarded-Email": "a@b.c"}).status_code == 403
    say_why(home.folder)
    assert [one.status_code for one in get()] == [200, 200, 200]
    (home.folder / "settings.toml").write_text("[home")
    assert [one.status_code for one in get()] == [503, 503, 503] and "cannot be read now" in get()[0].text


# A live home is live, and a made-up one made up


@pytest.mark.parametrize("is_live", [True, False])
def test_a_home_that_has_run_as_the_one_kind_refuses_to_be_the_other_in_words(live, night, small, tmp_path, is_live):
    home = copy_of(live if is_live else night.home, tmp_path)
    settings, said = home.folder / "settings.toml", ("demo = false", "demo = true")
    was, other = said if is_live else said[::-1]
    before = settings.read_text()
    settings.write_text(before.replace(was, other))
    at, day = ("--home", home.folder), ("--as-of", small.last_day)
    to = ("--to", tmp_path / "to")
    commands = [
        ("nightly", *at, *day), ("take-in", *at), ("flag", *at, *day), ("retain", *at, "--dry-run"), ("links", *at), ("pages", *at, *to),
        ("export", "facts.pupil_weeks", *at, *to),
    ]  # fmt: skip
    for words in commands:
        ran = a2n(*words)
        assert ran.status == 1 and f"put {was} back" in ran.err, words
    if not is_live:
        say_why(home.folder)
    with pytest.raises(Refused, match=f"put {was} back"):
        serving.dashboard_of(signed_in(home))
    settings.write_text(before)
    assert a2n("flag", *at, *day).status == 0


def test_a_home_in_which_nothing_has_run_may_still_become_the_other_kind(small, tmp_path):
    home = new_home(tmp_path / "home", demo=False)
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("demo = false", "demo = true"))
    assert a2n("take-in", "--home", home.folder).status == 0


def test_reasons_in_other_words_change_no_list_and_no_night_that_is_out(live, small, tmp_path):
    home = copy_of(live, tmp_path)
    say_why(home.folder, agreement="Another agreement, of 1 October 2025")
    told = parts.night(str(home.folder), small.last_day.isoformat(), [str(home.folder)])
    assert told["run"] is None and "they stay as they are" in " ".join(told["remarks"])
    ran = a2n("flag", "--home", home.folder, "--as-of", small.last_day, "--json")
    assert "settings of then" not in " ".join(ran.told["remarks"])


def test_an_assessment_of_over_three_years_ago_is_remarked_on_and_stops_nothing(live, small, tmp_path):
    home = copy_of(live, tmp_path)
    for signed, is_said in (("2022-01-01", True), (LINES["dpia_date"], False)):
        say_why(home.folder, dpia_date=signed)
        ran = a2n("flag", "--home", home.folder, "--as-of", small.last_day)
        assert ran.status == 0 and ("was signed over 3 years before" in ran.out) is is_said


def test_what_init_writes_shows_lines_that_are_understood(tmp_path):
    """Taken out of its comments, the example is a whole section."""
    a2n("init", "--home", tmp_path / "home")
    settings = tmp_path / "home" / "settings.toml"
    before, _, written = settings.read_text().partition("# [feeds.registers]\n")
    example = [line.removeprefix("# ") for line in written.splitlines() if line.startswith("# ") and " = " in line]
    settings.write_text("\n".join([before, "[feeds.registers]", *example]))
    [(family, basis)] = open_home(tmp_path / "home").settings.basis.items()
    assert family == "registers" and basis.lacks == []
