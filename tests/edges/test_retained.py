"""What goes under retention and what stays, on both sides of each day; and what is left is as if the rest had never come."""

import errno
import hashlib
import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import folding, holding, identity, retained, settling, trail, trail_heads
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.retention_told import Retention, retention_told
from pipeline.edges.settings import Home, open_home
from pipeline.hops import retaining
from pipeline.hops.facts import fold_rolls
from pipeline.hops.summary import Summary
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.feedback import DECISIONS
from tests.based import become
from tests.edges.delivered import SCHOOLS, copied, new_home, night, pupil_id, table
from tests.journeys.at_home import a2n, tables
from tests.journeys.killed import KILLED, a2n_killed
from tests.spec.test_looks import decisions

pytestmark = pytest.mark.usefixtures("in_little_time")

DAY_OF, DAY_AFTER = date(2026, 7, 31), date(2026, 8, 1)
"""Twelve months after the school year 2024/25, and the day after."""

ROLL = """
    urn    | upn   | surname | forename | date_of_birth | nc_year | entry_date | leaving_date
    -------+-------+---------+----------+---------------+---------+------------+-------------
    100001 | amira | Okafor  | Amira    | 2013-03-01    | 8       | 2023-09-04 |
    100001 | cleo  | Cole    | Cleo     | 2013-05-01    | 8       | 2023-09-04 | 2024-12-20
    """
MARKS = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2024-11-04 | AM      | I
    100001 | cleo  | 2024-11-04 | AM      | /
    100001 | amira | 2025-07-31 | AM      | /
    100001 | amira | 2025-08-01 | AM      | I
    """
SUPPORT = """
    urn    | upn   | kind        | start_date | last_review | ended
    -------+-------+-------------+------------+-------------+-----------
    100001 | amira | SEN support | 2023-10-01 | 2024-03-01  |
    100001 | amira | early help  | 2023-10-01 | 2024-03-01  | 2024-10-01
    100001 | cleo  | SEN support | 2023-10-01 | 2024-03-01  |
    """
NOW = """
    urn    | upn   | date       | session | code
    -------+-------+------------+---------+-----
    100001 | amira | 2025-11-03 | AM      | /
    """


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Home:
    """Amira is here, Cleo left; both were told of in December 2024, and Amira's register in November 2025."""
    home = new_home(tmp_path_factory.mktemp("lived") / "home")
    night(home, date(2024, 12, 16), history=True, schools=SCHOOLS, pupils=ROLL, marks=MARKS, support=SUPPORT)
    night(home, date(2025, 8, 4), history=True, summer=later(MARKS))
    night(home, date(2025, 11, 4), now=NOW)
    return home


def later(picture: str) -> str:
    """The same again, with a column nobody reads: a file of its own."""
    header, rule, *rows = picture.strip("\n").splitlines()
    return "\n".join([f"{header} | note", f"{rule}+-----", *(f"{row} | x" for row in rows if row.strip())])


@pytest.fixture
def home(lived, tmp_path) -> Home:
    return copied(lived, tmp_path / "home")


def keeping(home: Home, **months: int) -> Home:
    """The home, whose settings say how long families of feeds are kept."""
    said = "".join(f"\n[feeds.{family}]\nretention_months = {kept}\n" for family, kept in months.items())
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text() + said)
    return open_home(home.folder)


def removed(home: Home, day: date) -> dict[str, int]:
    """What a night removes, before it looks and at its end."""
    summary = Summary(run=None, as_of=day)
    with shelf.warehouse(home) as con, identity.held(home):
        retaining.records_first(con, home, summary, as_of=day)
    return retaining.retain(home, as_of=day, nightly=True, gone=summary.removed).removed


def marks_of(home: Home) -> set[tuple]:
    return set(table(home, "staged.attendance_marks").select("pupil_id", "date").rows())


# Settings


def test_the_lines_of_retention_are_whole_numbers_within_bounds():
    assert retention_told({}, "s") == Retention() and retention_told({"score_days": 0}, "s").score_days == 0
    for told in ({"score_days": 93}, {"outbox_days": 0}, {"trail_years": 0}, {"looks": 3}, {"names_days": True}):
        with pytest.raises(Refused, match=r"\[retention\]"):
            retention_told(told, "s")


@pytest.mark.parametrize(
    ("months", "as_of", "up_to"),
    [
        (12, DAY_OF, date(2024, 7, 31)),
        (12, DAY_AFTER, date(2025, 7, 31)),
        (1, date(2025, 8, 31), date(2024, 7, 31)),
        (1, date(2025, 9, 1), date(2025, 7, 31)),
        (7, date(2026, 2, 28), date(2024, 7, 31)),
        (7, date(2026, 3, 1), date(2025, 7, 31)),
    ],
)
def test_a_school_year_is_over_for_so_many_months_from_the_day_after(months, as_of, up_to):
    assert retained.years_over(as_of, months) == up_to


# Rows of feeds


def test_a_feed_of_which_nothing_says_how_long_is_kept_and_a_live_home_is_told(home):
    assert removed(home, date(2026, 8, 1)).keys() & {"attendance_marks", "pupils"} == set()
    (remark,) = retaining.retain(become(home.folder, demo=False), as_of=date(2026, 8, 1), is_trial=True).remarks
    assert "attendance_marks" in remark and "retention_months" in remark
    assert retaining.retain(keeping(home, registers=12), as_of=date(2026, 8, 1), is_trial=True).remarks != [remark]


def test_marks_of_a_school_year_go_the_day_after_and_not_on_the_day_and_the_week_it_ends_in_is_folded_again(home):
    home, amira = keeping(home, registers=12), pupil_id(home, "amira")
    assert "attendance_marks" not in removed(home, DAY_OF) and (amira, date(2025, 7, 31)) in marks_of(home)
    assert removed(home, DAY_AFTER)["attendance_marks"] == 6
    assert marks_of(home) == {(amira, date(2025, 8, 1)), (amira, date(2025, 11, 3))}
    weeks = table(home, "facts.marked_weeks")
    assert weeks["week_start"].to_list() == [date(2025, 7, 28), date(2025, 11, 3)]
    assert weeks["possible_sessions"].to_list() == [1, 1] and weeks["absence_sessions"].to_list() == [1, 0]
    with shelf.warehouse(home) as con:
        anew = [marked_weeks(folding.marks_of_week(con, monday)) for monday in weeks["week_start"]]
    assert pl.concat(anew).select(weeks.columns).equals(weeks.select(weeks.columns), null_equal=True)


def test_a_file_whose_rows_went_is_not_taken_in_again_and_nothing_is_due_a_second_time(home):
    home = keeping(home, registers=12)
    removed(home, DAY_AFTER)
    assert removed(home, DAY_AFTER) == {}
    again = night(home, date(2026, 8, 3), again=MARKS)
    assert again.extracts == [] and len(marks_of(home)) == 2


def test_the_rolls_of_whoever_left_go_and_the_last_word_of_whoever_is_here_stays(home):
    home = keeping(home, rolls=12)
    before = table(home, "staged.pupils")
    assert removed(home, DAY_AFTER)["pupils"] == 1
    left = table(home, "staged.pupils")
    assert left["pupil_id"].to_list() == [pupil_id(home, "amira")] and before.height == 2
    spells = table(home, "facts.enrolments")
    assert spells["pupil_id"].to_list() == [pupil_id(home, "amira")]
    with shelf.warehouse(home) as con:
        fold_rolls(con)
    assert table(home, "facts.enrolments").equals(spells)


def test_support_that_runs_stays_for_whoever_is_here_and_what_ended_or_is_of_whoever_left_goes(home):
    home, amira = keeping(home, support=12), pupil_id(home, "amira")
    assert removed(home, DAY_AFTER)["support_and_reviews"] == 2
    assert table(home, "staged.support_and_reviews").select("pupil_id", "kind").rows() == [(amira, "sen_support")]


def test_names_go_once_nothing_else_is_held_and_the_last_was_learned_so_long_ago(home):
    home = keeping(home, registers=12, rolls=12, support=12)
    told = removed(home, DAY_AFTER)
    assert told["names"] >= 1
    with identity.identity(home) as names:
        assert names.execute("SELECT DISTINCT surname FROM identity.people").fetchall() == [("Okafor",)]


def test_names_of_whom_a_mark_is_held_stay(home):
    home = keeping(home, rolls=12, support=12)
    assert "names" not in removed(home, DAY_AFTER)
    with identity.identity(home) as names:
        assert names.execute("SELECT count(DISTINCT surname) FROM identity.people").fetchone() == (2,)


# Past lists


def test_lists_that_rest_on_what_went_are_refused_in_words_and_those_that_do_not_are_made(home):
    home = keeping(home, registers=12)
    assert a2n("flag", "--home", home.folder, "--as-of", "2025-11-04").status == 0
    removed(home, DAY_AFTER)
    ran = a2n("flag", "--home", home.folder, "--as-of", "2025-11-04")
    assert ran.status == 1
    assert "some of what was known then (attendance_marks) was removed under retention on 01/08/2026" in ran.err
    assert a2n("print", "--home", home.folder, "--as-of", "2025-11-04").status == 1
    assert a2n("flag", "--home", home.folder, "--as-of", "2024-11-04").status == 0  # nothing was known yet
    assert a2n("flag", "--home", home.folder, "--as-of", "2026-08-03").status == 0  # reads no further back


# Answers, and who was on a list


def test_decisions_and_places_go_together_but_for_the_newest_list_and_places_decided_on_since(home):
    amira, cleo = pupil_id(home, "amira"), pupil_id(home, "cleo")
    days = [date(2022, 10, 3), date(2022, 11, 7), date(2022, 12, 5)]
    places = [(days[0], amira, 100001), (days[1], cleo, 100001), (days[2], amira, 100001)]
    with shelf.warehouse(home) as con:
        for as_of, pupil, urn in places:
            row = {"as_of": as_of, "pupil_id": pupil, "urn": urn, "place": 1, "section": "main", "is_superseded": False}
            shelf.append(con, ISSUED_PLACES, pl.DataFrame([row | dict.fromkeys(set(ISSUED_PLACES.names) - set(row))], schema=ISSUED_PLACES.schema))  # fmt: skip
            shelf.append(con, ISSUED_LISTS, pl.DataFrame({"as_of": [as_of], "urn": [urn], "places": [10], "pupils": [1], "is_superseded": [False]}, schema=ISSUED_LISTS.schema))  # fmt: skip
        shelf.append(con, DECISIONS, decisions((amira, "already met", days[0], days[0] + timedelta(1), days[0])))
        late = decisions((cleo, "not needed", date(2023, 9, 4), date(2023, 9, 5), days[1]))
        shelf.append(con, DECISIONS, late.with_columns(return_key=pl.lit("late")))
    assert removed(home, DAY_OF).keys() & {"answers", "lists"} == set()
    told = removed(home, DAY_AFTER)
    assert (told["answers"], told["lists"]) == (1, 1)
    assert table(home, "derived.issued_places")["as_of"].to_list() == days[1:]
    assert table(home, "derived.issued_lists").height == 3
    with pytest.raises(Refused, match=r"\(answers, lists\)"):
        flow.flag(home, as_of=date(2025, 11, 4))


# Files


def dated(path, day: date):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"of {day}")
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    return path


def test_files_go_on_the_day_they_are_so_old_and_not_the_day_before(home):
    day = date(2026, 1, 31)
    kept = dated(home.set_aside / "new.csv", day - timedelta(days=91))
    gone = dated(home.set_aside / "old.csv", day - timedelta(days=92))
    assert removed(home, day)["set_aside files"] == 1 and kept.exists() and not gone.exists()


def test_a_list_stays_while_it_is_its_schools_newest_and_for_a_month_after(home):
    first, second = date(2026, 1, 5), date(2026, 1, 19)
    with shelf.warehouse(home) as con:
        for day, urn in ((first, 100001), (first, 100002), (second, 100001)):
            row = {"as_of": [day], "urn": [urn], "places": [10], "pupils": [1], "is_superseded": [False]}
            shelf.append(con, ISSUED_LISTS, pl.DataFrame(row, schema=ISSUED_LISTS.schema))
    paths = {(day, urn): dated(home.lists_of(day) / f"{urn}.xlsx", day) for day, urn in ((first, 100001), (first, 100002), (second, 100001))}  # fmt: skip
    dated(home.lost_between_services_of(first), first)
    dated(home.lost_between_services_of(second), second)
    assert "outbox" not in removed(home, first + timedelta(days=30))
    assert removed(home, first + timedelta(days=31))["outbox"] == 2
    assert [path.exists() for path in paths.values()] == [False, True, True]
    assert "outbox" not in removed(home, date(2026, 6, 1))


def test_extracts_taken_in_go_from_the_inbox_and_one_that_was_replaced_or_never_taken_stays(home):
    replaced = home.inbox / "marks.csv"
    replaced.write_text(replaced.read_text() + "100001,x,2025-11-03,AM,/\n")
    stranger = home.inbox / "stranger.csv"
    stranger.write_text("colour,size\nblue,3\n")
    assert "delivered files" not in removed(home, date(2025, 12, 4))
    assert removed(home, date(2025, 12, 5))["delivered files"] == 5
    assert sorted(path.name for path in home.inbox.iterdir()) == ["marks.csv", "stranger.csv"]


def test_the_trails_oldest_year_goes_and_its_end_stays_on_record_in_what_is_left(home):
    folder = home.folder / trail.FOLDER
    for year in (2016, 2019, 2020):
        trail.add_to(
            folder, trail.VIEW, [{"page": "one"}, {"page": "two"}], who="somebody", at=f"{year}-05-01T10:00:00"
        )
    last_of_2019 = (folder / "trail-2019.jsonl").read_bytes().splitlines()[-1]
    assert removed(home, date(2025, 12, 31))["trail"] == 1 and (folder / "trail-2019.jsonl").exists()
    assert removed(home, date(2026, 1, 1))["trail"] == 1
    assert trail.files(folder)[0].name == "trail-2020.jsonl"
    told = [json.loads(line) for _, _, line in trail.lines_of(folder)]
    ends = {line["of"]["file"]: line["of"] for line in told if line["did"] == trail.RETAINED and "file" in line["of"]}
    assert ends["trail-2019.jsonl"]["sha256"] == hashlib.sha256(last_of_2019).hexdigest() == told[0]["before"]
    assert (ends["trail-2016.jsonl"]["lines"], ends["trail-2019.jsonl"]["lines"]) == (2, 4) and told[0]["line"] == 5
    found = trail_heads.verified(home)
    assert (found.broken, found.removed) == (None, ["trail-2016.jsonl", "trail-2019.jsonl"])


def test_a_year_of_the_trail_that_ended_in_a_line_cut_short_goes_and_what_is_left_is_whole(home):
    folder = home.folder / trail.FOLDER
    for year in (2016, 2017, 2018):
        trail.add_to(folder, trail.VIEW, [{"page": "one"}, {"page": "two"}], who="x", at=f"{year}-05-01T10:00:00")
        with (folder / f"trail-{year}.jsonl").open("ab") as file:
            file.write(b'{"line":')
    trail.add_to(folder, trail.VIEW, [{"page": "one"}] * 2, who="x", at="2019-05-01T10:00:00")
    (folder / "trail-2015.jsonl").touch()
    for year, gone in ((2023, 2), (2024, 1), (2025, 1)):
        assert removed(home, date(year, 1, 1))["trail"] == gone
        assert trail_heads.verified(home).broken is None
    assert trail.files(folder)[0].name == "trail-2019.jsonl"


def test_the_log_of_views_from_before_the_trail_goes_when_its_years_are_over_and_not_before(home):
    folder = home.folder / trail.FOLDER
    dated(folder / trail.VIEWS_BEFORE, date(2019, 5, 1))
    trail.record(home, trail.VIEW, page="one")
    assert "trail" not in removed(home, date(2025, 12, 31)) and (folder / trail.VIEWS_BEFORE).exists()
    assert removed(home, date(2026, 1, 1))["trail"] == 1 and not (folder / trail.VIEWS_BEFORE).exists()
    found = trail_heads.verified(home)
    assert (found.broken, found.removed) == (None, [trail.VIEWS_BEFORE])


def test_a_snapshot_that_is_published_stays_and_one_of_a_month_ago_goes(home):
    for day in ("2025-11-04", "2025-12-04", "2025-12-05"):
        dated(home.published / f"snapshot-flag-{day}-1.duckdb", date(2025, 12, 31))
    (home.published / "current.duckdb").symlink_to("snapshot-flag-2025-11-04-1.duckdb")
    assert removed(home, date(2026, 1, 4))["snapshots"] == 1
    assert len(list(home.published.glob("snapshot-*"))) == 2 and (home.published / "current.duckdb").exists()


def test_a_live_home_stands_on_no_day_that_has_not_come(home):
    live = become(home.folder, demo=False)
    with pytest.raises(Refused, match="has not come"):
        retaining.retain(live, as_of=date(2125, 1, 1))


def test_a_nights_summary_tells_of_it_as_other_parts_do():
    night, more = Summary(run=None, as_of=DAY_OF), Summary(run="flag", as_of=DAY_OF, removed={"looks": 3})
    night.add(more)
    assert night.removed == {"looks": 3}


# Tried, and by hand


def test_a_trial_counts_kind_for_kind_what_is_then_removed_and_changes_no_byte(home):
    home = keeping(home, **MONTHS)
    files = lambda: {path: path.read_bytes() for path in sorted(home.folder.rglob("*")) if path.is_file() and path.name != ".trail"}  # noqa: E731  # fmt: skip
    before = files()
    tried = retaining.retain(home, as_of=DAY_AFTER, is_trial=True)
    assert files() == before and not settling.trial_of(home).exists()
    done = retaining.retain(home, as_of=DAY_AFTER)
    assert tried.removed == done.removed and tried.up_to == done.up_to and tried.removed["names"] >= 1
    assert retaining.retain(home, as_of=DAY_AFTER, is_trial=True).removed == {}


def test_the_copies_of_a_trial_that_was_killed_go_with_whatever_opens_the_home_next(home):
    words = ("retain", "--home", home.folder, "--as-of", DAY_AFTER, "--dry-run")
    assert a2n_killed("pipeline.hops.retaining:_removed", 1, *words) == KILLED
    assert len(list(settling.trial_of(home).iterdir())) >= 2
    table(home, "staged.pupils")
    assert not settling.trial_of(home).exists()


@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_while_a_run_is_at_work_nothing_is_removed_by_hand(home, how):
    home = keeping(home, registers=12)
    words = ("retain", "--home", home.folder, "--as-of", DAY_AFTER, "--wait", 0, *how)
    with holding.at_work(home):
        ran = a2n(*words)
    assert ran.status == 1 and "in use by another run" in ran.err and len(marks_of(home)) == 5
    assert a2n(*words).status == 0 and len(marks_of(home)) == (5 if how else 2)


def test_what_was_removed_is_told_where_the_databases_cannot_be_written_anew(home):
    home = keeping(home, registers=12)
    full = OSError(errno.ENOSPC, "No space left on device", str(home.warehouse))
    with mock.patch("pipeline.edges.anew.write_anew", side_effect=full):
        ran = a2n("retain", "--home", home.folder, "--as-of", DAY_AFTER)
    assert ran.status == 1 and "could not be written anew" in ran.err and "No space left" in ran.err
    assert re.search(r"attendance_marks +6 ", ran.out) and len(marks_of(home)) == 2
    again = a2n("retain", "--home", home.folder, "--as-of", DAY_AFTER)
    assert again.status == 0 and "Written anew" in again.out


# Killed


MONTHS = {"registers": 12, "rolls": 12, "support": 12}


@pytest.fixture(scope="module")
def undisturbed(lived, tmp_path_factory) -> tuple[dict, dict, list[str]]:
    home = keeping(copied(lived, tmp_path_factory.mktemp("undisturbed") / "home"), **MONTHS)
    retaining.retain(home, as_of=DAY_AFTER)
    return left_in(home)


def left_in(home: Home) -> tuple[dict, dict, list[str]]:
    """All that is held: tables, names, and files."""
    held = {name: rows.rows() for name, rows in tables(home).items() if name != "audit.retention"}
    with identity.identity(home) as names:
        told = {name: names.execute(f"FROM identity.{name} ORDER BY ALL").fetchall() for name in ("people", "claims")}
    files = sorted(str(path.relative_to(home.folder)) for path in home.folder.rglob("*") if path.is_file())
    return held, told, [name for name in files if not name.startswith(("audit/", "scratch/"))]


@pytest.mark.parametrize(
    ("moment", "nth"),
    [
        ("pipeline.edges.retained_records:remove_weeks", 1),
        ("pipeline.hops.retaining:fold_rolls", 1),
        ("pipeline.edges.retained:_keep_count", 3),
        ("pipeline.edges.retained_files:_remove_empty", 2),
        ("pipeline.edges.anew:write_anew", 2),
    ],
)
def test_killed_among_rows_names_or_files_and_given_again_it_ends_as_if_undisturbed(home, undisturbed, moment, nth):
    home = keeping(home, **MONTHS)
    words = ("retain", "--home", home.folder, "--as-of", DAY_AFTER)
    assert a2n_killed(moment, nth, *words) == KILLED
    assert a2n(*words).status == 0
    assert left_in(home) == undisturbed
