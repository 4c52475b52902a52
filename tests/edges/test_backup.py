"""What a backup holds, what opens it, and what is refused: over a folder of files, with no database in it."""

import fcntl
import hashlib
import io
import json
import os
import stat
import tarfile
import tracemalloc
from datetime import date
from pathlib import Path

import pyrage
import pytest

from pipeline.edges import backup_contents, backup_key, settling, trail, trail_heads
from pipeline.edges.backing_up import back_up
from pipeline.edges.errors import NotOnRecord, Refused
from pipeline.edges.restoring import restore
from pipeline.edges.settings import Home, make_home, open_home

NAME = "Surn4me8"


@pytest.fixture(autouse=True)
def no_keys_about(monkeypatch):
    for name in ("WAREHOUSE", "IDENTITY", "PSEUDONYM", "DASHBOARD", "BACKUP"):
        monkeypatch.delenv(f"A2N_{name}_KEY", raising=False)


@pytest.fixture
def home(tmp_path) -> Home:
    home = make_home(tmp_path / "home", demo=True)
    write(home.outbox / "2026-02-06" / "lists" / "100001.xlsx", NAME, mode=0o600)
    write(home.inbox / "autumn" / "marks.csv", f"upn,surname\nA1,{NAME}\n")
    write(home.folder / "audit" / "views.jsonl", '{"who": "a"}\n', mode=0o600)
    write(home.published / "snapshot-1.duckdb", "figures", mode=0o644)
    (home.published / "current.duckdb").symlink_to("snapshot-1.duckdb")
    return home


def write(path: Path, text: str, *, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def backed_up(home: Home) -> Path:
    to = home.folder.parent / "home.a2n"
    back_up(home, to, wait=0)
    return to


def with_key(home: Home, folder: Path) -> Path:
    """A folder with the key of that home's backups, and nothing else."""
    folder.mkdir()
    (folder / "backup.key").write_bytes((home.folder / "backup.key").read_bytes())
    return folder


def test_a_database_that_was_half_written_anew_is_in_no_backup_and_one_that_a_change_of_keys_needs_is(home):
    names = ("warehouse.duckdb.anew", "warehouse.duckdb.anew.wal", "identity.duckdb.anew")
    for name in names:
        write(home.folder / name, "half of it")
    write(home.inbox / "warehouse.duckdb.anew", "somebody's file")
    found = {one.path for one in backup_contents.contents(home, {}).found}
    assert not found & {*names} and "inbox/warehouse.duckdb.anew" in found
    settling.begin(home, settling.Change("warehouse", ("warehouse.duckdb",)))
    assert {one.path for one in backup_contents.contents(home, {}).found} >= {*names}


def held(folder: Path) -> dict[str, tuple]:
    """Every file, link and folder, but for keys, scratch and the trail, which goes on: what is in it and its mode."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.endswith((".key", "/.trail")) or name.startswith(("scratch", "audit/trail-")):
            continue
        what = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[name] = (what, stat.S_IMODE(path.lstat().st_mode))
    return found


def opened(backup: Path, home: Home) -> dict[str, bytes]:
    """What is in a backup, by the two formats alone and none of our own code."""
    key = pyrage.x25519.Identity.from_str((home.folder / "backup.key").read_text().strip())
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(backup.read_bytes(), [key]))) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar if one.isreg()}


# There and back


def test_what_was_in_the_home_is_in_it_again_with_its_modes_and_links(home, tmp_path):
    (home.outbox / "2026-02-06").chmod(0o750)
    done = restore(backed_up(home), with_key(home, tmp_path / "again"))
    assert held(done.home.folder) == held(home.folder)
    assert (done.home.published / "current.duckdb").read_text() == "figures"
    assert done.keys_missing == ["warehouse", "identity", "pseudonym"]


def test_that_it_was_made_is_on_record_in_it_and_the_restored_homes_trail_goes_on_whole(home, tmp_path):
    trail.record(home, trail.LIST, day="2026-02-06", school=100001)
    trail_heads.keep(home, "flag 2026-02-06 1", as_of=date(2026, 2, 6))
    backup, folder = backed_up(home), with_key(home, tmp_path / "again")
    trail.record(home, trail.VIEW, page="/")
    (folder / "identity.key").write_bytes((home.folder / "identity.key").read_bytes())
    again = restore(backup, folder).home
    found = [json.loads(line) for _, _, line in trail.lines_of(again.folder / "audit")]
    there, here = (
        (one.folder / "audit" / trail.files(home.folder / "audit")[0].name).read_bytes() for one in (again, home)
    )
    assert there.splitlines()[:3] == here.splitlines()[:3] and len(here.splitlines()) == 4
    assert [one["did"] for one in found] == [trail.BEFORE, trail.LIST, trail.BACKUP, trail.RESTORE]
    assert set(found[2]["of"]) == {"files", "bytes"} and set(found[3]["of"]) == {"made_at", "files"}
    assert trail_heads.verified(again).broken is None
    assert trail_heads.keep(again, "flag 2026-02-07 1", as_of=date(2026, 2, 7)) is None


def test_a_backup_that_is_refused_is_on_no_record_and_one_that_cannot_be_on_record_is_not_made(home, tmp_path):
    with pytest.raises(Refused):
        back_up(home, home.folder / "home.a2n", wait=0)
    assert trail.files(home.folder / "audit") == []
    (home.folder / "audit" / ".trail").mkdir()
    with pytest.raises(NotOnRecord):
        backed_up(home)
    assert not (tmp_path / "home.a2n").exists()


def test_a_folder_with_all_the_keys_lacks_none(home, tmp_path):
    folder = with_key(home, tmp_path / "again")
    for path in home.folder.glob("*.key"):
        (folder / path.name).write_bytes(path.read_bytes())
    assert restore(backed_up(home), folder).keys_missing == []


def test_age_and_tar_open_it_without_us_and_the_list_in_it_is_true(home):
    found = opened(backed_up(home), home)
    told = json.loads(found.pop("manifest.json"))
    assert found["home/outbox/2026-02-06/lists/100001.xlsx"] == NAME.encode()
    assert {f"home/{path}": one["size"] for path, one in told["files"].items()} == {
        name: len(data) for name, data in found.items()
    }


def test_no_name_is_to_be_read_in_it_and_only_its_owner_may_open_it(home):
    backup = backed_up(home)
    assert NAME.encode() not in backup.read_bytes() and b"marks.csv" not in backup.read_bytes()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_no_key_is_in_it_nor_a_copy_of_one_nor_unfinished_work(home):
    write(home.folder / "warehouse.key.old", "an older key of this home, kept beside it by somebody")
    write(home.folder / "openid.key", "a secret of the dashboard")
    write(home.scratch / "spilled", "rows")
    write(home.outbox / "2026-02-06" / "lists" / ".half.part", "half a list")
    write(home.folder / "pages" / "index.html", "figures again")
    found = opened(backed_up(home), home)
    keys = [path.read_bytes().strip() for path in home.folder.glob("*.key*")]
    assert len(keys) == 7 and not [key for key in keys for data in found.values() if key in data]
    assert not [name for name in found if "scratch" in name or ".half" in name or "pages" in name or ".key" in name]


def test_a_link_is_not_followed_and_is_told_of(home, tmp_path):
    write(tmp_path / "elsewhere.csv", "of another home")
    (home.inbox / "linked.csv").symlink_to(tmp_path / "elsewhere.csv")
    (home.inbox / "up").symlink_to("..")
    done = back_up(home, tmp_path / "home.a2n", wait=0)
    assert set(done.left_out) == {"inbox/linked.csv", "inbox/up"}
    assert b"of another home" not in b"".join(opened(done.to, home).values())


# While it is copied


def meanwhile(monkeypatch, content: bytes, happens) -> None:
    """Something happens just as this has been read of a file."""
    real = os.read

    def reading(handle, most):
        part = real(handle, most)
        if part == content:
            happens()
        return part

    monkeypatch.setattr(backup_contents.os, "read", reading)


def grows(path: Path) -> None:
    with path.open("a") as file:
        file.write("more\n" * 1000)


@pytest.mark.parametrize("happens", [grows, lambda path: os.truncate(path, 3)], ids=["longer", "shorter"])
def test_a_file_that_changes_while_it_is_copied_is_left_out_and_named(home, tmp_path, monkeypatch, happens):
    changing = home.inbox / "autumn" / "marks.csv"
    meanwhile(monkeypatch, changing.read_bytes(), lambda: happens(changing))
    done = back_up(home, tmp_path / "home.a2n", wait=0)
    assert done.left_out == {"inbox/autumn/marks.csv": "changed while it was copied"}
    again = restore(done.to, with_key(home, tmp_path / "again"))
    assert again.left_out == done.left_out and again.files == done.files
    assert set(held(home.folder)) - set(held(again.home.folder)) == {"inbox/autumn/marks.csv"}


def test_a_file_that_lost_its_end_before_it_was_read_is_left_out_too(home, tmp_path, monkeypatch):
    shrinking = home.inbox / "autumn" / "marks.csv"
    real = backup_contents._header

    def header(one, kind):
        if one.path == "inbox/autumn/marks.csv":
            os.truncate(shrinking, 3)
        return real(one, kind)

    monkeypatch.setattr(backup_contents, "_header", header)
    done = back_up(home, tmp_path / "home.a2n", wait=0)
    assert list(done.left_out) == ["inbox/autumn/marks.csv"]
    assert restore(done.to, with_key(home, tmp_path / "again")).files == done.files


def test_a_log_that_is_added_to_meanwhile_is_kept_as_far_as_it_went(home, tmp_path, monkeypatch):
    log = home.folder / "audit" / "views.jsonl"
    before = log.read_bytes()
    meanwhile(monkeypatch, before, lambda: grows(log))
    done = back_up(home, tmp_path / "home.a2n", wait=0)
    assert done.left_out == {} and log.read_bytes() != before
    assert opened(done.to, home)["home/audit/views.jsonl"] == before


def test_a_file_taken_away_meanwhile_is_told_of_and_the_rest_is_copied(home, tmp_path, monkeypatch):
    real = backup_contents._opened

    def gone(here, one):
        if one.path == "inbox/autumn/marks.csv":
            (here.home.folder / one.path).unlink()
        return real(here, one)

    monkeypatch.setattr(backup_contents, "_opened", gone)
    done = back_up(home, tmp_path / "home.a2n", wait=0)
    assert done.left_out == {"inbox/autumn/marks.csv": "gone while it was copied"}
    assert held(restore(done.to, with_key(home, tmp_path / "again")).home.folder) == held(home.folder)


def test_memory_does_not_grow_with_the_home(home, tmp_path):
    with (home.inbox / "large.csv").open("wb") as file:
        file.truncate(80_000_000)
    tracemalloc.start()
    try:
        back_up(home, tmp_path / "home.a2n", wait=0)
        restore(tmp_path / "home.a2n", with_key(home, tmp_path / "again"))
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()
    assert (tmp_path / "again" / "inbox" / "large.csv").stat().st_size == 80_000_000


# Refused, with the folder left as it was


def refused(backup: Path, folder: Path) -> str:
    before = held(folder)
    with pytest.raises(Refused) as why:
        restore(backup, folder)
    assert held(folder) == before
    return str(why.value)


@pytest.mark.parametrize("kept", [0, 10, 100, 200, 20_000, -1, -16])
def test_a_backup_cut_short_is_refused_and_the_folder_stays_empty(home, tmp_path, kept):
    write(home.inbox / "more.csv", "more\n" * 20_000)
    whole = backed_up(home).read_bytes()
    (tmp_path / "cut.a2n").write_bytes(whole[:kept])
    said = refused(tmp_path / "cut.a2n", with_key(home, tmp_path / "again"))
    assert "is cut short" in said or "is no backup" in said
    (tmp_path / "cut.a2n").write_bytes(whole)
    restore(tmp_path / "cut.a2n", tmp_path / "again")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_backup_with_one_byte_changed_is_refused(home, tmp_path, share):
    write(home.inbox / "more.csv", "more\n" * 20_000)
    data = bytearray(backed_up(home).read_bytes())
    data[int(len(data) * share)] ^= 1
    (tmp_path / "changed.a2n").write_bytes(data)
    said = refused(tmp_path / "changed.a2n", with_key(home, tmp_path / "again"))
    assert "use another backup" in said and str(tmp_path / "changed.a2n") in said


def test_of_another_key_it_is_refused_and_neither_key_is_said(home, tmp_path):
    backup = backed_up(home)
    folder = with_key(make_home(tmp_path / "other", demo=True), tmp_path / "again")
    said = refused(backup, folder)
    assert (
        "does not open" in said and "AGE-SECRET" not in said and (folder / "backup.key").read_text()[20:40] not in said
    )


def test_where_there_is_anything_beside_keys_nothing_is_restored(home, tmp_path):
    folder = with_key(home, tmp_path / "again")
    write(folder / "notes.txt", "mine")
    assert "is not empty" in refused(backed_up(home), folder)
    assert "is not empty" in refused(backed_up(home), home.folder)
    (folder / "notes.txt").unlink()
    assert restore(backed_up(home), folder).files


def test_a_folder_that_was_not_there_is_not_there_after_a_refusal_either(home, tmp_path):
    with pytest.raises(Refused, match=r"There is no key .*backup\.key"):
        restore(backed_up(home), tmp_path / "again")
    assert not (tmp_path / "again").exists()


HOSTILE = {
    "a way out": {"name": "home/../outside"},
    "a way out of all folders": {"name": "/outside"},
    "beside the home": {"name": "outside"},
    "a key": {"name": "home/warehouse.key"},
    "what is hidden": {"name": "home/.profile"},
    "a link elsewhere": {"name": "home/inbox", "type": tarfile.SYMTYPE, "linkname": "../outside"},
    "a link to a key": {"name": "home/inbox", "type": tarfile.SYMTYPE, "linkname": "backup.key"},
    "a second name of a file": {"name": "home/inbox", "type": tarfile.LNKTYPE, "linkname": "home/settings.toml"},
    "a device": {"name": "home/inbox", "type": tarfile.CHRTYPE},
    "a file of holes": {
        "name": "home/inbox/holes.csv",
        "pax_headers": {"GNU.sparse.size": str(10**9), "GNU.sparse.map": "0,1"},
    },
    "a file twice": {"name": "home/settings.toml"},
    "a file that is not listed": {"name": "home/inbox/more.csv"},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_backup_of_ours_holds_is_refused_though_its_key_opens_it(home, tmp_path, what):
    settings = (home.folder / "settings.toml").read_bytes()
    folder = with_key(home, tmp_path / "again")
    before = {path for path in tmp_path.rglob("*") if "again" not in path.parts}
    made = archive_of(home, tmp_path / "made", {"home/settings.toml": settings}, HOSTILE[what])
    assert "use another backup" in refused(made, folder)
    assert {path for path in tmp_path.rglob("*") if "again" not in path.parts} - before == {made}
    assert restore(archive_of(home, made, {"home/settings.toml": settings}), folder).files == 1


def archive_of(home: Home, to: Path, files: dict[str, bytes], planted: dict | None = None, **more) -> Path:
    """A backup as somebody with its key might make one: true to its list but for one member."""
    listed = {
        name.removeprefix("home/"): {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    }
    manifest = {
        "format": 1,
        "made_by": "0",
        "made_at": "2026-02-06T05:00",
        "files": listed,
        "links": {},
        "left_out": {},
    }
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, data in files.items():
            add(tar, data, name=name)
        if planted:
            add(tar, b"x" if "type" not in planted else b"", **planted)
        add(tar, json.dumps(manifest | more).encode(), name="manifest.json")
    to.write_bytes(pyrage.encrypt(plain.getvalue(), [backup_key.recipient(home)]))
    return to


def add(tar: tarfile.TarFile, data: bytes, **told) -> None:
    info = tarfile.TarInfo()
    for name, value in told.items():
        setattr(info, name, value)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def test_a_backup_of_a_later_form_is_for_a_later_version(home, tmp_path):
    files = {"home/settings.toml": b""}
    later = archive_of(home, tmp_path / "later", files, format=2, made_by="9.1.0")
    assert "made by a later version (9.1.0)" in refused(later, with_key(home, tmp_path / "again"))


# Where it is written


def test_a_backup_goes_into_no_folder_that_would_be_lost_with_the_home_and_over_nothing_else(home, tmp_path):
    mine = write(tmp_path / "mine.txt", "mine")
    for to, why in [
        (home.folder / "home.a2n", "in the home itself"),
        (tmp_path, "is a folder"),
        (tmp_path / "nowhere" / "home.a2n", "there is no folder"),
        (mine, "is no backup"),
    ]:
        with pytest.raises(Refused, match=why):
            back_up(home, to, wait=0)
    assert mine.read_text() == "mine"


def test_an_older_backup_is_replaced_by_a_whole_one_alone(home, tmp_path, monkeypatch):
    backup = backed_up(home)
    before = backup.read_bytes()

    def fault(here):
        raise OSError(5, "Input/output error", str(home.outbox))

    with monkeypatch.context() as patched:
        patched.setattr(backup_contents, "_manifest", fault)
        with pytest.raises(OSError, match="Input/output"):
            back_up(home, backup, wait=0)
    assert (
        backup.read_bytes() == before and [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    )
    assert backed_up(home).read_bytes() != before


def test_what_a_killed_backup_left_goes_with_the_next_one_and_what_another_is_writing_stays(home, tmp_path):
    left, writing = (write(tmp_path / f".{name}.a2n-part", "half") for name in ("left", "writing"))
    with writing.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        backed_up(home)
        assert (left.exists(), writing.exists()) == (False, True)


# Its key


def test_a_home_of_an_earlier_version_has_its_key_made_with_the_first_backup_and_only_then(home, tmp_path):
    (home.folder / "backup.key").unlink()
    assert back_up(home, tmp_path / "first.a2n", wait=0).made_key
    assert stat.S_IMODE((home.folder / "backup.key").stat().st_mode) == 0o600
    assert not back_up(home, tmp_path / "second.a2n", wait=0).made_key
    assert restore(tmp_path / "second.a2n", with_key(home, tmp_path / "again")).files


def test_the_key_may_be_given_as_a_variable_and_as_age_keygen_writes_it(home, tmp_path, monkeypatch):
    key = (home.folder / "backup.key").read_text()
    (home.folder / "backup.key").write_text(f"# created: today\n# public key: age1...\n{key}\n")
    backup = backed_up(home)
    monkeypatch.setenv("A2N_BACKUP_KEY", key)
    assert restore(backup, tmp_path / "again").files
    (home.folder / "backup.key").unlink()
    assert not back_up(home, tmp_path / "other.a2n", wait=0).made_key


def test_a_machine_with_the_public_half_makes_backups_it_cannot_open(home, tmp_path, monkeypatch):
    secret = (home.folder / "backup.key").read_text()
    monkeypatch.setenv("A2N_BACKUP_KEY", str(backup_key.recipient(home)))
    backup = backed_up(home)
    with pytest.raises(Refused, match="public half"):
        restore(backup, tmp_path / "again")
    monkeypatch.setenv("A2N_BACKUP_KEY", secret)
    assert restore(backup, tmp_path / "again").files


@pytest.mark.parametrize("key", ["k" * 40, "AGE-SECRET-KEY-1" + "Q" * 58, "age1" + "q" * 58, "a few letters"])
def test_what_is_no_key_is_refused_without_being_said(home, tmp_path, key):
    (home.folder / "backup.key").write_text(key)
    with pytest.raises(Refused) as why:
        back_up(home, tmp_path / "home.a2n", wait=0)
    assert "backup" in str(why.value) and key not in str(why.value)
    assert not (tmp_path / "home.a2n").exists()


def test_a_restored_home_can_be_opened_as_one(home, tmp_path):
    again = restore(backed_up(home), with_key(home, tmp_path / "again")).home
    assert open_home(again.folder).settings == home.settings


@pytest.mark.parametrize("name", ["warehouse.duckdb", "identity.duckdb"])
def test_a_database_that_was_moved_by_a_link_is_refused_in_words_even_where_the_link_leads_nowhere(
    home, tmp_path, name
):
    elsewhere = write(tmp_path / "other disk" / name, "a database")
    (home.folder / name).symlink_to(elsewhere)
    with pytest.raises(Refused, match=rf"{name} is a link, and a backup follows none: put"):
        backed_up(home)
    elsewhere.rename(home.folder.parent / name)
    with pytest.raises(Refused, match=rf"{name} is a link"):
        backed_up(home)
    (home.folder.parent / name).replace(home.folder / name)
    assert backed_up(home).exists()
