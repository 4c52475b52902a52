"""Keys that can be told anywhere, searched for wherever a key has no place: words of commands, what is said, files, logs and tracebacks."""

import io
import os
import subprocess
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console
from rich.traceback import Traceback

from pipeline.edges import attaching, identity, keys
from pipeline.edges import warehouse as shelf
from pipeline.edges.backup_key import recipient
from pipeline.edges.settings import Home, open_home
from pipeline.hops import rekeying

from .at_home import command, deliver, new_home

MARK = "K3yM4rk"


@pytest.fixture
def home(tmp_path) -> Home:
    """Its keys are marked; that of backups has its format, and is looked for whole."""
    home = new_home(tmp_path / "home")
    for name in (*keys.KEYS, keys.SIGNING_KEY):
        home.key_file(name).write_text(f"{MARK}-{name}-".ljust(90, "9"))
    return home


def secrets_of(home: Home) -> list[str]:
    return [MARK, str(home.key(keys.BACKUP_KEY))]


def ran(words: list[str], marks: list[str], environment: dict[str, str]) -> tuple[str, set[str]]:
    """What a command says, and the processes that had a mark among their words while it ran."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | environment)  # fmt: skip
    shown: set[str] = set()
    while True:
        shown |= {said for said in _words_of_all() if any(mark in said for mark in marks)}
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=0.2)[0], shown


def _words_of_all() -> set[str]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.add(path.read_bytes().decode("latin-1"))
    return found


def having(folder: Path, marks: list[str]) -> list[str]:
    """Files with a mark in them, as text of one byte a letter or of two; but for the keys' own."""
    looked_for = [mark.encode(kind) for mark in marks for kind in ("utf-8", "utf-16-le")]
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".key")
    return [str(path) for path in files if any(mark in path.read_bytes() for mark in looked_for)]


def test_no_key_is_said_or_written_or_among_the_words_of_any_process(home, small, tmp_path):
    deliver(home, small.files)
    marks, temporary = secrets_of(home), tmp_path / "temporary"
    temporary.mkdir()
    given = [
        ("nightly", "--as-of", small.last_day),
        ("rekey", "pseudonym"),
        ("backup", "--to", tmp_path / "backup.a2n"),
        ("keys",),
    ]
    for words in given:
        said, shown = ran(command(*words, "--home", home.folder), marks, {"TMPDIR": str(temporary)})
        assert said.strip() and not [mark for mark in marks if mark in said], words
        assert shown == set(), words
    assert (home.folder / "outbox").exists() and (tmp_path / "backup.a2n").exists()
    assert having(tmp_path, marks) == []
    planted = tmp_path / "planted"
    planted.write_bytes(b"\0" + marks[0].encode("utf-16-le"))
    assert having(tmp_path, marks) == [str(planted)]  # otherwise nothing would be proved


def test_the_engine_tells_no_key_of_what_is_attached(home):
    with shelf.warehouse(home) as con:
        for table in ("duckdb_databases()", "duckdb_settings()", "duckdb_logs", "duckdb_secrets()"):
            told = str(con.execute(f"FROM {table}").fetchall())
            assert MARK not in told and (table != "duckdb_databases()" or "warehouse.duckdb" in told)


def wrong(home: Home) -> None:
    home.key_file("warehouse").write_text(f"{MARK}-another-".ljust(90, "9"))
    with shelf.warehouse(home):
        pass


def broken(home: Home) -> None:
    rekeying.rekey(home, "warehouse")


def hashing(home: Home) -> None:
    identity.pseudonyms(home).of(None)


def of_backups(home: Home) -> None:
    home.key_file("backup").write_text(f"{MARK}-no-age-".ljust(90, "9"))
    recipient(home)


@pytest.mark.parametrize("work", [wrong, broken, hashing, of_backups])
def test_no_traceback_shows_a_key_though_it_shows_every_variable(home, work, monkeypatch):
    """As a scheduler may log one."""

    def fault(*_):
        raise RuntimeError("a fault")

    with shelf.warehouse(home), identity.identity(home):
        pass
    monkeypatch.setattr(rekeying.settling, "prove", fault)
    with pytest.raises(Exception) as raised:
        work(open_home(home.folder))
    told = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    page = Console(file=io.StringIO(), width=200)
    page.print(Traceback.from_exception(raised.type, raised.value, raised.tb, show_locals=True, locals_max_string=80))
    assert "home = " in told and "locals" in page.file.getvalue()
    for shown in (told, page.file.getvalue()):
        assert MARK not in shown, shown[max(0, shown.find(MARK) - 500) :][:600]


def test_a_key_is_not_in_what_an_open_home_shows_of_itself(home):
    with shelf.warehouse(home) as con:
        assert MARK not in repr(home) + repr(con) + repr(attaching.__dict__.get("_known", ""))
