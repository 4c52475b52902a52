"""The trail: a line for each deed, each holding the hash of the line before it, whoever writes at once and whoever is killed."""

import errno
import hashlib
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from pipeline import learning
from pipeline.edges import trail, trail_heads
from pipeline.edges.errors import NotOnRecord, Refused, of_the_machine
from pipeline.edges.settings import Home, make_home
from pipeline.edges.trail_checks import checked
from pipeline.vocabulary.made_up import MADE_UP

from ..journeys.at_home import a2n

AT = "2026-03-13T06:00:00+00:00"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "audit"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_home(tmp_path / "home", demo=True)


def add(folder, *scopes: dict, deed: str = trail.LIST, who: str | None = "night", at: str = AT) -> None:
    trail.add_to(folder, deed, scopes or [{}], who=who, at=at)


def add_days(folder, first: int, last: int, *, at: str = AT) -> None:
    add(folder, *({"school": 100000 + one} for one in range(first, last + 1)), at=at)


def lines(folder) -> list[bytes]:
    return [line for _, _, line in trail.lines_of(folder)]


def told(folder) -> list[dict]:
    return [json.loads(line) for line in lines(folder)]


def rewrite(folder, change, name: str = "trail-2026.jsonl") -> None:
    """Put in the place of a file's lines what `change` makes of them."""
    path = folder / name
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def broken(folder, heads=()):
    return checked(folder, heads).broken


# Written ------------------------------------------------------------------------------------------------------------------


def test_each_line_says_who_when_what_and_of_which_and_holds_the_hash_of_the_one_before(folder):
    add(folder, {"day": "2026-03-13", "school": 100001}, {"day": "2026-03-13", "school": 100002})
    add(folder, {"table": "facts.pupil_weeks", "rows": 12}, deed=trail.EXPORT, who=None)
    first, second, third = lines(folder)
    assert json.loads(first) == {
        "line": 1, "at": AT, "who": "night", "did": "list written", "of": {"day": "2026-03-13", "school": 100001}, "before": "0" * 64,
    }  # fmt: skip
    assert json.loads(second)["before"] == hashlib.sha256(first).hexdigest()
    assert json.loads(third) | {"before": ""} == {
        "line": 3, "at": AT, "who": None, "did": "table exported", "of": {"table": "facts.pupil_weeks", "rows": 12}, "before": "",
    }  # fmt: skip
    assert checked(folder, []).lines == 3 and broken(folder) is None


def test_only_its_owner_may_read_it(folder):
    add(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_deed_that_is_none_is_refused_and_nothing_is_written_for_no_scope(folder):
    with pytest.raises(ValueError, match="looked at is nothing that is put on record"):
        add(folder, deed="looked at")
    trail.add_to(folder, trail.LIST, [], who="night", at=AT)
    assert not folder.exists()


def test_a_name_from_outside_is_kept_as_text_and_not_without_end(folder):
    add(folder, who="a\nb\udcff\x1b[2J" + "c" * 500)
    [line] = lines(folder)
    assert len(json.loads(line)["who"]) == trail.LONGEST_NAME and json.loads(line)["who"].startswith("a\nb?\x1b[2J")


def test_who_works_is_told_by_the_scheduler_or_else_by_the_machine(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "a2n")
    for name in ("A2N_ACTOR", "AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_TASK_ID"):
        monkeypatch.delenv(name, raising=False)
    assert trail.actor() == "a2n"
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "flag")
    monkeypatch.setenv("AIRFLOW_CTX_TASK_ID", "look")
    assert trail.actor() == "a2n, by flag.look"
    monkeypatch.setenv("A2N_ACTOR", " the night of the authority ")
    assert trail.actor() == "the night of the authority"


def test_a_new_year_begins_a_file_and_the_chain_goes_on(folder):
    add_days(folder, 1, 2, at="2026-12-31T23:59:59+00:00")
    add_days(folder, 3, 4, at="2027-01-01T00:00:00+00:00")
    assert [path.name for path in trail.files(folder)] == ["trail-2026.jsonl", "trail-2027.jsonl"]
    assert [one["line"] for one in told(folder)] == [1, 2, 3, 4] and broken(folder) is None


def test_a_clock_set_back_over_the_years_end_goes_on_in_the_later_file(folder):
    add(folder, at="2027-01-01T00:00:01+00:00")
    add(folder, at="2026-12-31T23:59:59+00:00")
    assert [path.name for path in trail.files(folder)] == ["trail-2027.jsonl"] and broken(folder) is None


def test_threads_and_processes_that_write_at_once_lose_no_line(folder):
    """Two processes of four threads each, and four threads here: each adds eight times three lines."""
    work = (
        "import sys; from pathlib import Path; from concurrent.futures import ThreadPoolExecutor; from pipeline.edges import trail\n"
        "def add(n):\n"
        "    trail.add_to(Path(sys.argv[1]), trail.VIEW, [{'page': f'{n}-{one}'} for one in range(3)], who=sys.argv[2], at=sys.argv[3])\n"
        "with ThreadPoolExecutor(4) as pool: list(pool.map(add, range(32)))"
    )
    others = [subprocess.Popen([sys.executable, "-c", work, folder, name, AT]) for name in ("one", "other")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: add(folder, *({"page": f"{n}-{one}"} for one in range(3)), who="here"), range(32)))
    assert [other.wait() for other in others] == [0, 0]
    found = told(folder)
    assert len(found) == 3 * 96 and broken(folder) is None
    assert len({(one["who"], one["of"]["page"]) for one in found}) == 3 * 96
    together = [found[at : at + 3] for at in range(0, len(found), 3)]
    assert all(len({(one["who"], one["of"]["page"].split("-")[0]) for one in three}) == 1 for three in together)


@pytest.mark.parametrize("left", [1, 40])
def test_a_line_cut_short_by_a_kill_stays_and_the_next_holds_its_hash(folder, left):
    add_days(folder, 1, 3)
    rewrite(folder, lambda there: [*there[:2], there[2][:left]])
    assert checked(folder, []).cut_short == [("trail-2026.jsonl", 3)] and broken(folder) is None
    add_days(folder, 4, 4)
    found = checked(folder, [])
    assert (found.broken, found.cut_short, found.lines) == (None, [("trail-2026.jsonl", 3)], 4)
    assert json.loads(lines(folder)[3])["line"] == 4


def test_a_line_that_lacks_its_end_alone_is_whole(folder):
    add_days(folder, 1, 2)
    rewrite(folder, lambda there: [there[0], there[1].rstrip(b"\n")])
    add_days(folder, 3, 3)
    found = checked(folder, [])
    assert (found.broken, found.cut_short, found.lines) == (None, [], 3)


def test_what_was_cut_short_is_no_excuse_for_a_line_spoilt_later(folder):
    add_days(folder, 1, 4)
    rewrite(folder, lambda there: [*there[:2], b"spoilt\n", there[3]])
    assert (broken(folder).file, broken(folder).line) == ("trail-2026.jsonl", 3)


# What cannot be kept is not done ------------------------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_of_it_behind_and_is_told_in_words(folder, monkeypatch):
    add_days(folder, 1, 2)
    before, real = lines(folder), os.write

    def half(handle, data):
        if len(data) < 200:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(NotOnRecord) as refused:
        add_days(folder, 3, 6)
    monkeypatch.undo()
    assert "No space left" in of_the_machine(refused.value) and "is not done" in of_the_machine(refused.value)
    assert lines(folder) == before
    add_days(folder, 3, 3)
    assert checked(folder, []).cut_short == [] and broken(folder) is None


def test_a_folder_that_is_none_or_a_link_in_the_files_place_is_refused(tmp_path, folder):
    folder.write_text("a file where the folder should be")
    with pytest.raises(NotOnRecord):
        add(folder)
    folder.unlink()
    folder.mkdir()
    (folder / "trail-2026.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotOnRecord):
        add(folder)
    assert not (tmp_path / "elsewhere").exists()


# An earlier version's log -------------------------------------------------------------------------------------------------


def test_an_earlier_log_of_views_is_on_record_once_and_first(folder):
    folder.mkdir()
    (folder / "views.jsonl").write_text('{"who": "a"}\n{"who": "b"}\n')
    add_days(folder, 1, 2)
    add_days(folder, 3, 3)
    first, *others = told(folder)
    sha256 = hashlib.sha256((folder / "views.jsonl").read_bytes()).hexdigest()
    assert (first["did"], first["of"]) == (trail.BEFORE, {"file": "views.jsonl", "lines": 2, "sha256": sha256})
    assert [one["did"] for one in others] == [trail.LIST] * 3 and broken(folder) is None
    (folder / "views.jsonl").write_text('{"who": "a"}\n{"who": "c"}\n')
    assert "changed" in broken(folder).says
    (folder / "views.jsonl").unlink()
    assert str(broken(folder)).startswith("views.jsonl: it is gone")


# Broken -------------------------------------------------------------------------------------------------------------------


def number_of(line: bytes) -> int:
    return json.loads(line)["line"]


def changed(there: list[bytes]) -> list[bytes]:
    return [*there[:3], there[3].replace(b"100004", b"100099"), *there[4:]]


def forged(there: list[bytes]) -> list[bytes]:
    """A line put in after the third that follows from it."""
    line = json.loads(there[3]) | {"who": "somebody else"}
    return [*there[:3], json.dumps(line).encode() + b"\n", *there[3:]]


@pytest.mark.parametrize(
    "change, line, says",
    [
        (changed, 4, "changed since it was written"),
        (lambda there: [*there[:3], *there[4:]], 4, "line 4 of the trail is missing before it: taken out"),
        (lambda there: [*there[:2], *there[5:]], 3, "lines 3 to 5 of the trail are missing before it: taken out"),
        (lambda there: there[2:], 1, "lines 1 to 2 of the trail are missing before it: a file was taken away"),
        (forged, 5, "line 4 of the trail once more"),
        (lambda there: [*there[:3], there[2], *there[3:]], 4, "line 3 of the trail once more"),
        (lambda there: [*there[:3], there[4], there[3], *there[5:]], 4, "put in another order"),
        (lambda there: [*there[:3], b"\n", *there[3:]], 4, "an empty line was put in"),
        (lambda there: [there[0].replace(b"0" * 64, b"1" * 64), *there[1:]], 1, "it was changed"),
    ],
)
def test_whatever_is_done_to_a_line_the_first_place_is_named(folder, change, line, says):
    add_days(folder, 1, 9)
    rewrite(folder, change)
    assert (broken(folder).file, broken(folder).line) == ("trail-2026.jsonl", line) and says in broken(folder).says


def test_a_change_at_the_end_of_a_year_shows_at_the_beginning_of_the_next(folder):
    add_days(folder, 1, 4)
    add_days(folder, 5, 6, at="2027-01-01T00:00:00+00:00")
    rewrite(folder, changed)
    assert (broken(folder).file, broken(folder).line) == ("trail-2026.jsonl", 4)


# Files whose time is over ---------------------------------------------------------------------------------------------------


def two_years(folder):
    """Lines 1 to 3 of 2026, 4 and 5 of 2027, 6 of 2028; returns what retention would say of the first file."""
    add_days(folder, 1, 3)
    last = hashlib.sha256(lines(folder)[-1]).hexdigest()
    add_days(folder, 4, 5, at="2027-01-01T00:00:00+00:00")
    add_days(folder, 6, 6, at="2028-01-01T00:00:00+00:00")
    return {"file": "trail-2026.jsonl", "lines": 3, "sha256": last}


def test_a_file_may_be_gone_only_where_a_later_line_says_that_retention_removed_it(folder):
    scope = two_years(folder)
    add(folder, scope, deed=trail.RETAINED, at="2028-01-02T00:00:00+00:00")
    assert broken(folder) is None
    (folder / "trail-2026.jsonl").unlink()
    found = checked(folder, [])
    assert (found.broken, found.removed, found.lines) == (None, ["trail-2026.jsonl"], 7)
    (folder / "trail-2027.jsonl").unlink()
    assert (broken(folder).file, broken(folder).line) == ("trail-2028.jsonl", 1)
    assert "lines 4 to 5 of the trail are missing" in broken(folder).says


@pytest.mark.parametrize("wrong", [{"lines": 2}, {"sha256": "1" * 64}, {"file": "trail-2028.jsonl"}, {"lines": None}])
def test_what_retention_says_must_be_true_of_what_comes_next(folder, wrong):
    scope = two_years(folder) | wrong
    add(folder, scope, deed=trail.RETAINED, at="2028-01-02T00:00:00+00:00")
    (folder / "trail-2026.jsonl").unlink()
    assert (broken(folder).file, broken(folder).line) == ("trail-2027.jsonl", 1)


# Heads --------------------------------------------------------------------------------------------------------------------


def night(home: Home, number: int, count: int = 3) -> str | None:
    """A run that adds lines and ends; returns what it says of the trail."""
    for one in range(count):
        trail.record(home, trail.LIST, day="2026-03-13", school=100001 + one)
    return trail_heads.keep(home, f"flag 2026-03-13 {number}", as_of=date(2026, 3, 13))


def audit(home: Home):
    return home.folder / "audit"


def latest_file(home: Home) -> str:
    return trail.files(audit(home))[-1].name


def test_a_trail_cut_off_at_its_end_shows_against_the_last_head_and_the_next_run_says_so_once(home):
    assert [night(home, 1), night(home, 2)] == [None, None]
    rewrite(audit(home), lambda there: there[:4], latest_file(home))
    assert broken(audit(home)) is None, "the chain alone cannot tell"
    found = trail_heads.verified(home).broken
    assert (
        found.line == 4
        and "cut off after it: it had 6 lines when the run flag 2026-03-13 2 ended, and 4 are left" in found.says
    )
    said = night(home, 3, count=0)
    assert "is not as it was written" in said and "line 4: the trail was cut off" in said
    assert told(audit(home))[-1]["did"] == trail.BROKEN
    assert night(home, 4) is None, "it is on record, and verifying says it for ever"
    assert trail_heads.verified(home).broken is not None


def test_a_trail_written_anew_from_its_start_is_whole_and_not_the_one_that_was(home):
    night(home, 1)
    night(home, 2)
    there = told(audit(home))
    (audit(home) / latest_file(home)).unlink()
    for one in there:
        trail.add_to(audit(home), one["did"], [one["of"]], who="somebody else", at=one["at"])
    assert broken(audit(home)) is None
    found = trail_heads.verified(home).broken
    assert found.line == 3 and "when the run flag 2026-03-13 1 ended" in found.says
    assert "written anew" in night(home, 3)


def test_a_trail_that_is_gone_altogether_shows(home):
    night(home, 1)
    (audit(home) / latest_file(home)).unlink()
    assert "and 0 are left" in trail_heads.verified(home).broken.says
    assert "and 0 are left" in night(home, 2, count=0)


def test_a_line_changed_since_the_last_run_is_said_by_the_next_and_one_before_it_when_all_is_verified(home):
    night(home, 1)
    night(home, 2, count=4)
    rewrite(
        audit(home), lambda there: [there[0], there[1].replace(b"100002", b"100099"), *there[2:]], latest_file(home)
    )
    assert night(home, 3, count=4) is None, "a night reads what came since the last"
    assert trail_heads.verified(home).broken.line == 2
    trail.record_all(home, trail.VIEW, [{"page": "/"}] * 3)
    rewrite(audit(home), lambda there: [*there[:-2], there[-1]], latest_file(home))
    assert night(home, 4) is not None


def test_a_line_cut_short_where_a_run_ended_breaks_nothing(home):
    night(home, 1)
    path = audit(home) / latest_file(home)
    with path.open("ab") as file:
        file.write(b'{"line": 4, "at"')
    assert night(home, 2, count=0) is None, "its head is the line cut short"
    assert night(home, 3) is None
    found = trail_heads.verified(home)
    assert found.broken is None and found.cut_short == [(path.name, 4)]


def test_a_head_of_lines_that_retention_removed_is_passed_over(home):
    add_days(audit(home), 1, 3, at="2019-05-01T00:00:00+00:00")
    trail_heads.keep(home, "flag 2019-05-01 1", as_of=date(2019, 5, 1))
    last = hashlib.sha256(lines(audit(home))[-1]).hexdigest()
    trail.record(home, trail.RETAINED, file="trail-2019.jsonl", lines=3, sha256=last)
    (audit(home) / "trail-2019.jsonl").unlink()
    assert trail_heads.verified(home).broken is None
    assert night(home, 2) is None


def test_settings_that_changed_since_the_last_run_are_on_record_by_their_hash(home):
    night(home, 1)
    path = home.folder / "settings.toml"
    path.write_text(path.read_text() + "\n# looked through\n")
    night(home, 2)
    night(home, 3)
    found = [one for one in told(audit(home)) if one["did"] == trail.SETTINGS]
    assert [one["of"] for one in found] == [
        {"run": "flag 2026-03-13 2", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    ]


# Opinions -----------------------------------------------------------------------------------------------------------------


def test_who_approved_or_turned_down_an_opinion_is_on_record_and_who_was_refused(home):
    folder = home.folder / "models" / "2026-01-10"
    folder.mkdir(parents=True)
    verdict = {"accepted": True, "because": "Let through."}
    said = {
        "as_of": "2026-01-10",
        "approval": None,
        "suspended": None,
        "model_sha256": None,
        "appraisal": {"verdict": verdict},
    }
    (folder / "record.json").write_text(json.dumps(said))
    learned, on = date(2026, 1, 10), date(2026, 1, 12)
    with pytest.raises(Refused, match="cannot be approved before"):
        learning.approve(home, "A head", known_on=date(2026, 1, 9))
    learning.turn_down(home, None, learned=learned)
    learning.approve(home, " The inclusion lead ", known_on=on, learned=learned)
    found = [one["of"] for one in told(audit(home)) if one["did"] == trail.APPROVAL]
    assert [(one["by"], one["decision"]) for one in found] == [
        ("A head", "refused"), (None, "turned down"), ("The inclusion lead", "approved"),
    ]  # fmt: skip
    assert {one["learned"] for one in found} == {"2026-01-10"}


def test_an_opinion_that_cannot_be_approved_on_record_is_not_approved(home):
    folder = home.folder / "models" / "2026-01-10"
    folder.mkdir(parents=True)
    said = {
        "as_of": "2026-01-10",
        "approval": None,
        "suspended": None,
        "model_sha256": None,
        "appraisal": {"verdict": {"accepted": True}},
    }
    (folder / "record.json").write_text(json.dumps(said))
    audit(home).write_text("a file where the folder should be")
    with pytest.raises(NotOnRecord):
        learning.approve(home, "The inclusion lead", known_on=date(2026, 1, 12))
    assert json.loads((folder / "record.json").read_text())["approval"] is None


# Shown and verified by command --------------------------------------------------------------------------------------------


def test_the_command_shows_lines_in_words_the_newest_last_and_by_what_is_asked(home):
    add(audit(home), {"day": "2026-03-13", "school": 100001})
    add(
        audit(home),
        {"page": "/lost", "school": None, "status": 401},
        deed=trail.VIEW,
        who=None,
        at="2026-03-14T07:30:00+00:00",
    )
    add(
        audit(home),
        {"table": "facts.pupil_weeks", "rows": 3},
        deed=trail.EXPORT,
        who="An\x1balyst",
        at="2026-03-15T07:30:00+00:00",
    )
    shown = [
        "2026-03-13 06:00  night: list written (day 2026-03-13, school 100001)",
        "2026-03-14 07:30  somebody not known: page viewed (page /lost, status 401)",
        "2026-03-15 07:30  An?alyst: table exported (table facts.pupil_weeks, rows 3)",
    ]
    for asked, expected in (
        ((), shown), (("--since", "2026-03-14"), shown[1:]), (("--since", "2026-03-16"), []), (("--who", "NIGHT"), shown[:1]),
        (("--did", "table"), shown[2:]), (("--did", "page viewed", "--who", "night"), []),
    ):  # fmt: skip
        ran = a2n("trail", "--home", home.folder, *asked)
        assert (ran.status, ran.err, ran.out.splitlines()) == (0, "", [*expected, MADE_UP])
    assert [
        one["line"] for one in a2n("trail", "--home", home.folder, "--since", "2026-03-14", "--json").told["lines"]
    ] == [2, 3]
    wrong = a2n("trail", "--home", home.folder, "--did", "looked")
    assert wrong.status == 2 and "looked is none of" in " ".join(wrong.err.replace("│", " ").split())


def test_the_command_verifies_and_says_the_first_break_with_its_file_and_line(home):
    night(home, 1, count=5)
    whole = a2n("trail", "--home", home.folder, "--verify")
    assert (whole.status, whole.err) == (0, "") and "is as it was written: 5 lines." in whole.out
    rewrite(audit(home), lambda there: [*there[:2], *there[3:]], latest_file(home))
    ran = a2n("trail", "--home", home.folder, "--verify")
    assert (
        ran.status == 1
        and f"{latest_file(home)}, line 3: line 3 of the trail is missing before it: taken out." in ran.err
    )
    as_json = a2n("trail", "--home", home.folder, "--verify", "--json")
    assert as_json.status == 1 and (as_json.told["whole"], as_json.told["broken"]["line"]) == (False, 3)


def test_of_a_home_in_which_nothing_was_done_there_is_nothing_to_show_and_it_is_whole(home):
    assert a2n("trail", "--home", home.folder) == a2n("trail", "--home", home.folder, "--who", "anybody")
    assert a2n("trail", "--home", home.folder).out == f"{MADE_UP}\n"
    ran = a2n("trail", "--home", home.folder, "--verify")
    assert ran.status == 0 and "0 lines" in ran.out and not home.identity.exists()
