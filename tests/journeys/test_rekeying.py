"""Keys changed, killed while they are changed, wrong, missing and exchanged: what a home then is, and what is said."""

import errno
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import openpyxl
import polars as pl
import pytest

from pipeline.edges import holding, key_command, keys, settling, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.anew import write_anew
from pipeline.edges.errors import Refused, WrongKey
from pipeline.edges.seals import Seals
from pipeline.edges.secret import Key
from pipeline.edges.settings import Home, open_home
from pipeline.hops import rekeying
from pipeline.synthetic import Synthesised
from tests.slices import a_few
from tests.soaks import rekeying as soak

from .at_home import KEY, a2n, deliver, tables
from .rekeyed import answered, as_now, authority, differing, everything, grown, hashes, left_over, since

pytestmark = [pytest.mark.usefixtures("in_little_time"), pytest.mark.filterwarnings("ignore:Sparkline Group extension")]

NEW = "a-new-key-of-thirty-two-letters-and-more"


@dataclass(frozen=True)
class Grown:
    """A home whose first lists are out, all it holds, and a list answered."""

    made: Synthesised
    home: Home
    kept: dict[str, pl.DataFrame]
    answered: bytes

    @property
    def day(self) -> date:
        return self.made.last_day


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Grown:
    folder = tmp_path_factory.mktemp("rekeying")
    made = authority(folder / "made")
    home = grown(made, folder / "home")
    return Grown(made, home, everything(home), answered(home, made.last_day))


@pytest.fixture
def home(lived, tmp_path) -> Home:
    return open_home(shutil.copytree(lived.home.folder, tmp_path / "home", symlinks=True))


def rekey(home: Home, name: str, *words: object):
    return a2n("rekey", name, "--home", home.folder, *words)


def held(home: Home) -> dict[str, bytes]:
    """Every byte of a home, by file."""
    files = (path for path in home.folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(home.folder)): path.read_bytes() for path in files}


# Changed


@pytest.mark.parametrize("name", ["warehouse", pytest.param("identity", marks=pytest.mark.long), "pseudonym"])
def test_a_key_is_changed_and_the_home_is_what_it_was(home, lived, name):
    before = held(home)
    ran = rekey(home, name)
    assert ran.status == 0, ran.err
    assert home.key(name) != KEY[name] and left_over(home) == []
    assert differing(everything(home), as_now(lived.kept, since(home, lived.kept))) == []
    after = held(home)
    changed = {f"{one}.duckdb" for one in rekeying.DATABASES[name]} | {f"{name}.key"}
    of_the_trail = {path for path in after if path.startswith("audit/trail-")}
    assert {path for path in before | after if before.get(path) != after.get(path)} == changed | of_the_trail
    assert (home.folder / f"{name}.key").stat().st_mode & 0o777 == 0o600
    line = trail.told_of(list(trail.lines_of(home.folder / "audit"))[-1][2])
    assert line["did"] == trail.KEY and line["of"] == {
        "key": name,
        "fingerprint": keys.fingerprint(name, home.key(name)),
    }


def said_of_keys(home: Home) -> list[tuple[str, str, str]]:
    told = (trail.told_of(line) for _, _, line in trail.lines_of(home.folder / "audit"))
    return [(one["did"], one["of"]["key"], one["of"]["fingerprint"]) for one in told if one["did"].startswith("key ")]


STOPS = {
    "before anything is written": "pipeline.edges.settling.begin",
    "as a database is written": "pipeline.hops.rekeying.write_anew",
    "as it is held to the old": "pipeline.hops.rekeying._counts",
    "before it is proven": "pipeline.edges.settling.prove",
}


@pytest.mark.parametrize("moment", STOPS.values(), ids=STOPS)
def test_a_change_that_stops_is_on_record_as_undone_and_one_that_ends_as_changed(home, moment):
    full = OSError(errno.ENOSPC, "No space left on device", str(home.warehouse))
    with mock.patch(moment, side_effect=full):
        assert rekey(home, "warehouse").status == 1
    assert home.key("warehouse") == KEY["warehouse"] and left_over(home) == []
    (begun, _, mark), (undone, _, same) = said_of_keys(home)
    assert (begun, undone) == (trail.KEY_BEGUN, trail.KEY_UNDONE) and mark == same
    assert all(one.since is None for one in rekeying.keys_of(home))
    assert rekey(home, "warehouse").status == 0
    now = keys.fingerprint("warehouse", home.key("warehouse"))
    assert said_of_keys(home)[2:] == [(trail.KEY_BEGUN, "warehouse", now), (trail.KEY, "warehouse", now)]
    assert [one.name for one in rekeying.keys_of(home) if one.since] == ["warehouse"]


@pytest.mark.parametrize("name", ["warehouse", "identity"])
def test_the_old_key_opens_nothing_any_more(home, name):
    assert rekey(home, name).status == 0
    (home.folder / f"{name}.key").write_text(KEY[name])
    with pytest.raises(WrongKey, match=rf"{name}\.key does not open {name}\.duckdb"):
        everything(home)


def test_no_hash_of_before_is_left_anywhere_in_either_database(home, lived):
    assert rekey(home, "pseudonym").status == 0
    told = since(home, lived.kept)
    assert len(told) > 300 and not set(told) & set(told.values())
    now = everything(home)
    texts = "\n".join(
        "\n".join(rows[name].drop_nulls().unique())
        for rows in now.values() for name in rows.columns if rows[name].dtype == pl.String
    )  # fmt: skip
    assert [one for one in told if one in texts] == []
    assert hashes(now) == set(told.values())


def test_codes_of_pairs_decided_on_are_those_of_the_new_pupil_ids(home, lived):
    assert lived.kept["audit.link_decisions"].height == 2 and lived.kept["facts.same_child"].height == 1
    rekey(home, "pseudonym")
    now, was = everything(home)["audit.link_decisions"], lived.kept["audit.link_decisions"]
    assert not set(now["link"]) & set(was["link"])
    assert sorted(now["link"].str.len_chars()) == sorted(was["link"].str.len_chars())


@pytest.mark.long
def test_what_was_known_is_known_again_when_it_is_sent_again(home, lived, tmp_path):
    """Pupils by their UPN, and by the ids of their schools' own system, which are kept nowhere but as hashes: beside a home whose key stays."""
    control = open_home(shutil.copytree(home.folder, tmp_path / "control", symlinks=True))
    for _ in range(2):
        assert rekey(home, "pseudonym").status == 0
    for one in (control, home):
        shutil.rmtree(one.inbox)
        one.inbox.mkdir()
        for path in lived.made.files:
            if path.suffix == ".csv":
                (one.inbox / path.name).write_bytes(path.read_bytes() + b"\n")
        assert a2n("take-in", "--home", one.folder, "--known-on", lived.day + timedelta(days=1)).status in (0, 1)
    sent_again = everything(control)
    assert sent_again["staged.attendance_marks"].height > lived.kept["staged.attendance_marks"].height
    assert hashes(sent_again) == hashes(lived.kept)
    assert differing(everything(home), as_now(sent_again, since(home, lived.kept))) == []


def shown(home: Home, day: date) -> dict[str, list[str]]:
    """What people read on the lists of a day: every cell but pupil_ids, seals and what holds one."""
    told = {}
    for path in sorted(home.lists_of(day).glob("*.xlsx")):
        for sheet in openpyxl.load_workbook(path):
            cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
            told[f"{path.name} {sheet.title}"] = [
                one for one in cells if not re.search(r"\b([a-z2-7]{12}|[a-z2-7]{16})\b", one)
            ]
    return told


def test_a_day_gone_by_is_had_again_with_the_same_names_in_the_same_places(home, lived):
    before = shown(home, lived.day)
    rekey(home, "pseudonym")
    assert a2n("flag", "--home", home.folder, "--as-of", lived.day).status == 0
    after = shown(home, lived.day)
    assert before.keys() == after.keys() and sum(map(len, before.values())) > 200
    assert before == after
    assert differing(everything(home), as_now(lived.kept, since(home, lived.kept))) == []


def test_lots_of_days_after_it_are_drawn_by_the_new_key(home, lived):
    from pipeline.hops.looking import drawn_lots

    ids, later = lived.kept["derived.triage"]["pupil_id"], date(2030, 1, 7)
    before = {day: drawn_lots(home, ids, as_of=day) for day in (lived.day, later)}
    rekey(home, "pseudonym")
    told = since(home, lived.kept)
    for day, is_same in ((lived.day, True), (later, False)):
        again = dict(drawn_lots(home, ids.replace(told), as_of=day).rows())
        assert ({told[one]: lot for one, lot in before[day].rows()} == again) is is_same


def test_a_list_that_went_out_before_is_read_when_it_comes_back(home, lived):
    rekey(home, "pseudonym")
    rekey(home, "pseudonym")
    deliver_back(home, lived.answered)
    ran = a2n("outcomes", "--home", home.folder, "--known-on", lived.day + timedelta(days=1))
    assert ran.status == 0, ran.err
    [pupil_id] = tables(home, "feedback")["feedback.decisions"]["pupil_id"]
    assert pupil_id in set(everything(home)["derived.issued_places"]["pupil_id"])
    assert pupil_id not in set(lived.kept["derived.issued_places"]["pupil_id"])


def deliver_back(home: Home, content: bytes) -> None:
    (home.inbox / "returned").mkdir(exist_ok=True)
    (home.inbox / "returned" / "list.xlsx").write_bytes(content)


def test_who_has_the_old_key_can_seal_no_list_of_a_day_after_it(home):
    old = Seals(KEY["pseudonym"], until=date(2026, 3, 1))
    now = Seals(NEW, before=old)
    assert [one.were_made_on(date(2026, 3, 1)) for one in now.all()] == [True, True]
    assert [one.were_made_on(date(2026, 3, 2)) for one in now.all()] == [True, False]


@pytest.mark.parametrize("name", ["dashboard", "backup"])
def test_a_key_that_no_database_is_under_is_changed_alone(home, name):
    before = held(home)
    ran = rekey(home, name)
    assert ran.status == 0, ran.err
    after = held(home)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert {path for path in changed if not path.startswith("audit/")} == {f"{name}.key"}


def test_a_backup_after_it_needs_the_new_key_and_one_before_the_old(home, tmp_path):
    assert a2n("backup", "--home", home.folder, "--to", tmp_path / "before.a2n").status == 0
    assert rekey(home, "backup", "--old-key-to", tmp_path / "old.key").status == 0
    assert a2n("backup", "--home", home.folder, "--to", tmp_path / "after.a2n").status == 0
    for which, key, opens in (("before", "old", True), ("after", "old", False), ("after", "new", True)):
        to = tmp_path / f"{which}-{key}"
        to.mkdir()
        shutil.copy(tmp_path / "old.key" if key == "old" else home.folder / "backup.key", to / "backup.key")
        ran = a2n("restore", tmp_path / f"{which}.a2n", "--home", to)
        assert (ran.status == 0) is opens, (which, key, ran.err)


# Told and given


def test_the_new_key_may_be_given_and_the_old_kept_and_neither_is_said(home, tmp_path):
    (tmp_path / "new").write_text(NEW + "\n")
    ran = rekey(home, "identity", "--new-key-file", tmp_path / "new", "--old-key-to", tmp_path / "old")
    assert ran.status == 0 and home.key("identity") == NEW
    assert (tmp_path / "old").read_text().strip() == KEY["identity"] and (tmp_path / "old").stat().st_mode & 0o77 == 0
    told = a2n("keys", "--home", home.folder).out
    for key in (NEW, KEY["identity"], KEY["warehouse"], KEY["pseudonym"]):
        assert key not in ran.out + ran.err + told
    since_when = rf"identity {keys.fingerprint('identity', NEW)}, since \d{{4}}-\d\d-\d\d: opens identity\.duckdb"
    assert len(re.findall(since_when, told)) == 1


@pytest.mark.parametrize("bad", ["same", "short", "missing", "old one is there"])
def test_what_cannot_be_done_is_refused_and_nothing_is_touched(home, tmp_path, bad):
    new, old = tmp_path / "new", tmp_path / "old"
    if bad != "missing":
        new.write_text({"same": KEY["warehouse"], "short": "k" * 31}.get(bad, NEW))
    if bad == "old one is there":
        old.write_text("another key of thirty-two letters or more")
    before = held(home)
    ran = rekey(home, "warehouse", "--new-key-file", new, "--old-key-to", old)
    assert ran.status == 1 and ran.err.startswith("Stopped: ") and "Traceback" not in ran.err
    assert held(home) == before and KEY["warehouse"] not in ran.err


def test_it_waits_for_a_run_and_a_run_that_goes_on_is_told_of(home):
    before = held(home)
    with holding.at_work(home):
        ran = rekey(home, "warehouse", "--wait", 0)
    assert ran.status == 1 and "in use by another run" in ran.err and held(home) == before
    assert rekey(home, "warehouse", "--wait", 0).status == 0


def test_a_column_of_hashes_nobody_told_of_stops_the_change_and_nothing_is_touched(home):
    with shelf.warehouse(home) as con:
        con.execute(
            "CREATE TABLE warehouse.derived.another AS SELECT pupil_id AS child FROM warehouse.facts.enrolments"
        )
    before = held(home)
    ran = rekey(home, "pseudonym")
    assert ran.status == 1 and "derived.another has keyed hashes in its column child" in ran.err
    after = held(home)
    assert {path for path in before | after if before.get(path) != after.get(path)} <= {path for path in after if path.startswith("audit/trail-")}  # fmt: skip


# A vault


@pytest.fixture
def vault(home, tmp_path, monkeypatch) -> Path:
    """The home's keys in a folder that a command reads, and none in the home."""
    folder = tmp_path / "vault"
    folder.mkdir()
    for name in keys.ALL_KEYS:
        (home.folder / f"{name}.key").rename(folder / name)
    program = tmp_path / "read-vault"
    program.write_text(f'#!/bin/sh\nexec cat "{folder}/$1"\n')
    program.chmod(0o700)
    monkeypatch.setenv("A2N_KEY_COMMAND", str(program))
    monkeypatch.setattr(key_command, "_known", {})
    return folder


def another_process(monkeypatch) -> None:
    monkeypatch.setattr(key_command, "_known", {})


@pytest.mark.parametrize("name", a_few(["warehouse", "identity", "pseudonym"], lambda number, _: number == 1))
def test_a_key_in_a_vault_is_changed_for_the_one_that_is_to_follow_it(home, lived, vault, name, monkeypatch):
    before = held(home)
    ran = rekey(home, name)
    assert ran.status == 1 and f"{name}.new" in ran.err and held(home) == before
    (vault / f"{name}.new").write_text(NEW)
    another_process(monkeypatch)
    ran = rekey(home, name)
    assert ran.status == 0 and f"Make that {name} there" in ran.out, ran.err
    for _ in range(2):  # the old is the one in the vault, and both are to be had
        another_process(monkeypatch)
        assert differing(everything(home), tables_of(home, lived)) == []
        assert f"under {name}.new now" in a2n("keys", "--home", home.folder).out
    again = rekey(home, name)
    assert again.status == 0 and f"Make that {name} there" in again.out
    (vault / f"{name}.new").rename(vault / name)
    another_process(monkeypatch)
    assert differing(everything(home), tables_of(home, lived)) == []
    assert "under" not in a2n("keys", "--home", home.folder).out
    assert list(home.folder.glob("*.key")) == []


def tables_of(home: Home, lived: Grown) -> dict[str, pl.DataFrame]:
    from pipeline.edges.identity import former_keys, identity, key_in_use
    from pipeline.edges.pseudonyms import renewed

    with identity(home) as con:
        is_changed, key = bool(former_keys(con)), key_in_use(con, home)
    was = sorted(hashes(lived.kept))
    return as_now(lived.kept, dict(zip(was, renewed(was, key), strict=True)) if is_changed else {})


def test_a_key_that_nothing_is_under_is_changed_where_it_is_kept(home, vault):
    ran = rekey(home, "dashboard")
    assert ran.status == 1 and "change it there" in ran.err


# Killed


def test_killed_at_any_step_the_home_opens_and_the_command_given_again_ends(lived, tmp_path):
    stock = soak.Stock(lived.home.folder, lived.kept, lived.day, lived.answered, dict.fromkeys(soak.KEYS, 1.0))
    tried = [
        *random.Random(2).sample(soak.trials(stock, 36, 1), 1),
        soak.Trial("pseudonym", "pipeline.edges.settling:put_in_place", 2),
    ]
    for trial in tried:
        assert soak.killed_and_mended(stock, tmp_path / "trial", trial) == (True, []), str(trial)


def begun(home: Home, name: str) -> settling.Change:
    """All written beside what is there, and nothing proven."""
    following = home.key_file(keys.new(name))
    change = settling.Change(name, (f"{name}.duckdb",), str(home.key_file(name)), str(following), is_made=True)
    settling.begin(home, change)
    keys.make_key(following, Key(NEW))
    write_anew(home, home.folder / f"{name}.duckdb", home.key(name), key_name=name, new_key=NEW)
    return change


@pytest.mark.parametrize("is_proven", [False, True])
def test_what_was_begun_is_undone_and_what_was_proven_is_finished_by_whoever_comes_next(home, lived, is_proven):
    change = begun(home, "warehouse")
    assert len(left_over(home)) == 3
    if is_proven:
        settling.prove(home, change)
    assert (
        differing(tables(home), {name: rows for name, rows in lived.kept.items() if not name.startswith("identity")})
        == []
    )
    assert (home.key("warehouse"), left_over(home)) == (NEW if is_proven else KEY["warehouse"], [])
    assert [did for did, *_ in said_of_keys(home)] == [trail.KEY if is_proven else trail.KEY_UNDONE]


def test_a_backup_of_a_home_whose_keys_were_being_changed_is_of_one_whose_keys_are_settled(home, tmp_path):
    settling.prove(home, begun(home, "identity"))
    assert a2n("backup", "--home", home.folder, "--to", tmp_path / "backup.a2n").status == 0
    assert home.key("identity") == NEW and left_over(home) == []


def test_who_sees_no_folder_of_the_keys_leaves_what_is_to_be_done_to_who_does(home, tmp_path, monkeypatch):
    settling.prove(home, begun(home, "warehouse"))
    told = home.folder / settling.JOURNAL
    told.write_text(told.read_text().replace(str(home.folder), str(tmp_path / "elsewhere")))
    ran = a2n("export", "facts.enrolments", "--home", home.folder, "--to", tmp_path / "table.parquet")
    assert ran.status == 1 and "may not be written: run this again as who may" in ran.err and told.exists()
    told.write_text(told.read_text().replace(str(tmp_path / "elsewhere"), str(home.folder)))
    assert a2n("export", "facts.enrolments", "--home", home.folder, "--to", tmp_path / "table.parquet").status == 0


# Wrong, missing and exchanged


def exchange(home: Home) -> None:
    one, other = home.key_file("warehouse"), home.key_file("identity")
    texts = one.read_text(), other.read_text()
    other.write_text(texts[0])
    one.write_text(texts[1])


def write(name: str, text: str) -> Callable[[Home], object]:
    return lambda home: home.key_file(name).write_text(text)


def remove(name: str) -> Callable[[Home], object]:
    return lambda home: home.key_file(name).unlink()


EVERY = (
    "take-in",
    "outcomes",
    "flag",
    "print",
    "nightly",
    "links",
    "rekey warehouse",
    "rekey identity",
    "rekey pseudonym",
)
OF_NAMES = tuple(one for one in EVERY if one != "rekey warehouse")
OF_WAREHOUSE = tuple(one for one in (*EVERY, "export") if one != "rekey identity")
TROUBLES = {
    "warehouse missing": (remove("warehouse"), OF_WAREHOUSE, r"There is no key .*warehouse\.key: put it back"),
    "identity missing": (remove("identity"), OF_NAMES, r"There is no key .*identity\.key: put it back"),
    "pseudonym missing": (remove("pseudonym"), [one for one in OF_NAMES if one != "rekey identity"], r"There is no key .*pseudonym\.key: put it back"),
    "warehouse wrong": (write("warehouse", NEW), OF_WAREHOUSE, r"warehouse\.key does not open warehouse\.duckdb: put back"),
    "identity wrong": (write("identity", NEW), OF_NAMES, r"identity\.key does not open identity\.duckdb: put back"),
    "pseudonym of another home": (write("pseudonym", NEW), [one for one in OF_NAMES if one != "rekey identity"], r"pseudonym\.key is not the key this home began with: put that one back"),
    "warehouse short": (write("warehouse", "k" * 31), OF_WAREHOUSE, r"warehouse\.key is shorter than 32 characters"),
    "exchanged": (exchange, (*EVERY, "export"), r"stand in each other's place.*Exchange the two"),
    "warehouse is identity's": (write("warehouse", KEY["identity"]), OF_WAREHOUSE, r"warehouse\.key is the key of identity\.duckdb and does not open warehouse\.duckdb"),
    "identity is pseudonym's": (lambda home: (write("identity", KEY["pseudonym"])(home), write("pseudonym", KEY["identity"])(home)), OF_NAMES[:3], r"identity\.key does not open identity\.duckdb, and pseudonym\.key does: put each key back"),
    "backup the public half": (write("backup", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"), ("rekey backup",), r"public half of a key: make the new pair"),
    "backup none": (write("backup", NEW), ("backup",), r"none of the age format"),
}  # fmt: skip


def given(command: str, home: Home, day: date, to: Path) -> list[object]:
    name, _, rest = command.partition(" ")
    words = {
        "take-in": ["--known-on", day + timedelta(days=1)], "outcomes": ["--known-on", day + timedelta(days=1)], "flag": ["--as-of", day],
        "print": ["--as-of", day], "nightly": ["--as-of", day + timedelta(days=3)], "links": [], "rekey": [rest],
        "export": ["facts.enrolments", "--to", to / "table.parquet"], "backup": ["--to", to / "backup.a2n"],
    }  # fmt: skip
    return [name, *words[name], "--home", home.folder]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_key_that_is_not_the_one_is_named_and_nothing_is_touched(home, lived, tmp_path, trouble):
    make, commands, says = TROUBLES[trouble]
    deliver(home, [path for path in lived.made.files if "pupils" in path.name], "more")
    deliver_back(home, lived.answered)
    make(home)
    before = held(home)
    for command in commands:
        ran = a2n(*given(command, home, lived.day, tmp_path))
        assert ran.status == 1 and re.search(says, ran.err), (command, ran.err)
        assert held(home) == before, command
        assert not [key for key in (NEW, *KEY.values()) if key in ran.out + ran.err]


def test_where_every_key_is_right_each_of_these_commands_does_something(home, lived, tmp_path):
    """Otherwise nothing would be proved of them."""
    assert {"take-in", "flag", "export"} <= {command for _, commands, _ in TROUBLES.values() for command in commands}
    for command in ("export", "print", "links"):
        assert a2n(*given(command, home, lived.day, tmp_path)).status == 0, command


def test_refusals_of_the_verb_itself_are_refusals(home):
    home.key_file("warehouse").write_text(NEW)
    with pytest.raises(Refused):
        rekeying.rekey(home, "warehouse")
