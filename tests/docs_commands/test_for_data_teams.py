"""What docs/for-data-teams.md and the units of deploy/systemd give to copy is run as it stands there, in a temporary folder."""

import ast
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.__main__ import app
from tests.house.project import ROOT, parsed, python_files

PAGE = (ROOT / "docs" / "for-data-teams.md").read_text(encoding="utf-8")
UNITS = ROOT / "deploy" / "systemd"
KINDS = ("", "fails", "long")
NOT_RUN = {"changes the machine", "needs systemd", "needs a second version", "needs a deployment", "needs containers"}


@dataclass(frozen=True)
class Block:
    """A block of commands, and what the page says of it: run, runs and fails on purpose, takes long, or why it is not run."""

    kind: str
    text: str

    @property
    def is_run(self) -> bool:
        return not self.kind.startswith("not run")


BLOCKS = [Block(*found) for found in re.findall(r"^```sh ?([^\n]*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]


@dataclass(frozen=True)
class Machine:
    """The places that the page names, all of them within one folder, and the programs it gives commands to."""

    folder: Path

    def __post_init__(self) -> None:
        for place in (self.lib, self.backups, self.keys, self.bin, self.folder / "cwd"):
            place.mkdir(parents=True)
        environment = f'eval "$(sed "s,/var/lib/a2n,{self.lib},;s,/opt/attendance-to-need,{ROOT}," {self.folder}/etc/airflow.env)"'
        self._program("a2n", f'exec {sys.executable} -m pipeline "$@"')
        self._program("airflow", f'set -a\n{environment}\nset +a\nexec {sys.executable} -m airflow "$@"')
        self._program("sudo", '[ "$1" = -u ] && shift 2\nexec "$@"')
        if not shutil.which("age"):
            self._program("age", f'exec {sys.executable} -c "{_AGE}" "$@"')

    @property
    def lib(self) -> Path:
        return self.folder / "lib"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def keys(self) -> Path:
        return self.folder / "etc" / "keys"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def _program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def placed(self, text: str) -> str:
        for place, ours in (
            ("/opt/attendance-to-need/.venv/bin", self.bin), ("/opt/attendance-to-need", ROOT), ("/var/lib/a2n", self.lib),
            ("/var/backups/a2n", self.backups), ("/etc/a2n", self.folder / "etc"),
        ):  # fmt: skip
            text = text.replace(place, str(ours))
        return text

    def run(self, text: str, *, stops: bool = True) -> subprocess.CompletedProcess:
        """Commands as a shell is given them; keys lent as systemd lends them."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("A2N_", "AIRFLOW"))}
        lent = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "CREDENTIALS_DIRECTORY": str(self.keys),
            "HOME": str(self.lib),
        }
        python = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "PYTHONWARNINGS": "ignore",
        }
        words = ["bash", *(["-e"] if stops else []), "-o", "pipefail", "-c", self.placed(text)]
        return subprocess.run(
            words,
            cwd=self.folder / "cwd",
            env=own | lent | python,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


_AGE = (
    "import pyrage,sys;key=[k for k in open(sys.argv[3]).read().split() if k.startswith('AGE')][0];"
    "sys.stdout.buffer.write(pyrage.decrypt(open(sys.argv[4],'rb').read(),[pyrage.x25519.Identity.from_str(key)]))"
)


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path / "machine")


# The page


def test_every_block_is_run_or_says_why_not():
    assert len(BLOCKS) > 20 and len([one for one in BLOCKS if one.is_run]) > len(BLOCKS) / 2
    assert {one.kind for one in BLOCKS if one.is_run} <= set(KINDS)
    assert {one.kind.removeprefix("not run: ") for one in BLOCKS if not one.is_run} == NOT_RUN


def commands() -> list[tuple[str, list[str]]]:
    """Every command of ours in a block of the page or a unit: its name, and its options."""
    texts = [*(one.text for one in BLOCKS), *(path.read_text() for path in UNITS.iterdir())]
    found = [one for text in texts for one in re.findall(r"(?<![\w.-])a2n ((?!-|stands)[a-z-]+)( [^\n]*)", text)]
    return [(name, re.findall(r"(?<=\s)--[a-z][a-z-]+", words)) for name, words in found]


def test_every_command_and_option_on_the_page_is_one():
    known = get_command(app)
    given = [one for one in commands() if "--home" in one[1] or one[0] in known.commands]
    assert len(given) >= 20 and {"backup", "restore", "nightly", "take-in", "export", "init"} <= {
        name for name, _ in given
    }
    for name, options in given:
        assert set(options) <= {option for one in known.commands[name].params for option in one.opts}, name


def test_every_sentence_it_explains_is_one_we_say():
    table = PAGE.partition("### What each sentence asks for")[2].partition("###")[0]
    explained = [words for line in table.splitlines() if line.startswith("| `") for words in re.findall(r"`([^`]+)`", line.split("|")[1])]  # fmt: skip
    said = {
        re.sub(r"\s+", " ", node.value)
        for path in python_files("pipeline")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    with_numbers = {
        "is more than 400 days after today": "days after today",
        "is shorter than 32 characters": "is shorter than",
        "was signed over 3 years before": "was signed over",
    }
    assert len(explained) > 14
    assert [one for one in explained if not any(with_numbers.get(one, one) in text for text in said)] == []


@pytest.mark.long
def test_the_whole_page_runs_from_top_to_bottom(machine):
    for block in BLOCKS:
        if not block.is_run:
            continue
        ran = machine.run(block.text, stops=block.kind != "fails")
        assert (ran.returncode != 0) is (block.kind == "fails"), (
            f"{block.text}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
        )
        assert "Traceback" not in ran.stderr, block.text
    assert {path.name for path in machine.keys.iterdir()} == {f"{name}.key" for name in ("warehouse", "identity", "pseudonym", "dashboard", "backup")}  # fmt: skip
    assert not list((machine.lib / "home").glob("*.key"))
    assert list((machine.lib / "home" / "outbox" / "2026-02-06" / "lists").glob("*.xlsx"))


def test_a_home_made_before_there_were_backups_gets_their_key_where_the_unit_is_lent_it_from(machine):
    [block] = [one for one in BLOCKS if "test ! -e /etc/a2n/keys/backup.key" in one.text]
    home, key = machine.lib / "home", machine.keys / "backup.key"
    assert machine.run("a2n init --home /var/lib/a2n/home --demo").returncode == 0
    for name in ("warehouse", "identity", "pseudonym"):
        (home / f"{name}.key").rename(machine.keys / f"{name}.key")
    (home / "backup.key").unlink()
    assert machine.run(block.text).returncode == 0
    made = key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0 and not (home / "backup.key").exists()
    assert machine.run("a2n restore /var/backups/a2n/the-first.a2n --home /var/lib/a2n/again").returncode == 0
    (machine.backups / "the-first.a2n").unlink()
    assert machine.run(block.text).returncode == 0
    assert key.read_bytes() == made and list(machine.backups.iterdir()) == []


# The units


def executed(unit: str) -> list[str]:
    """What a unit runs, with systemd's own spelling of a per cent sign undone."""
    text = (UNITS / unit).read_text().replace("%%", "%")
    return re.findall(r"^ExecStart(?:Post)?=(.*)$", text, re.MULTILINE)


def test_the_units_run_a_night_and_a_backup_with_nothing_but_the_keys_they_are_lent(machine):
    home = machine.lib / "home"
    assert machine.run("a2n init --home /var/lib/a2n/home --demo").returncode == 0
    needed = {"a2n-nightly.service": {"warehouse", "identity", "pseudonym"}, "a2n-backup.service": {"backup"}}
    kept = {path.stem: path.read_text() for path in home.glob("*.key")}
    for path in home.glob("*.key"):
        path.unlink()
    for unit, names in needed.items():
        lent = re.findall(
            r"^LoadCredential=(\w+)\.key:/etc/a2n/keys/\1\.key$", (UNITS / unit).read_text(), re.MULTILINE
        )
        assert set(lent) == names
        for path in machine.keys.iterdir():
            path.unlink()
        for name in lent:
            (machine.keys / f"{name}.key").write_text(kept[name])
        ran = machine.run("\n".join(executed(unit)))
        assert ran.returncode == 0, ran.stderr
    [backup] = machine.backups.iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.a2n", backup.name) and list(home.glob("*.key")) == []
    assert (home / "warehouse.duckdb").exists()  # which no other key of this machine could have made


def test_an_old_backup_goes_when_a_new_one_is_there_and_nothing_else_does(machine):
    old, recent, mine = (machine.backups / name for name in ("2025-12-01.a2n", "2026-02-01.a2n", "mine.txt"))
    for path in (old, recent, mine):
        path.touch()
    for path in (old, mine):
        os.utime(path, (0, 0))
    [_, removal] = executed("a2n-backup.service")
    assert machine.run(removal).returncode == 0
    assert (old.exists(), recent.exists(), mine.exists()) == (False, True, True)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze to ask")
@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("a2n-*")))
def test_systemd_finds_nothing_wrong_with_the_unit(machine, tmp_path, unit):
    to = tmp_path / "units"
    to.mkdir()
    for path in UNITS.glob("a2n-*"):
        text = path.read_text().replace("/etc/a2n/notice", str(machine.bin / "a2n"))
        (to / path.name).write_text(machine.placed(text))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", to / unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.mark.parametrize("unit", ["a2n-nightly.service", "a2n-backup.service", "a2n-airflow@.service"])
def test_a_unit_may_write_where_it_must_and_runs_as_nobody_else(unit):
    told = dict(line.split("=", 1) for line in (UNITS / unit).read_text().splitlines() if re.match(r"\w+=", line))
    assert (told["User"], told["ProtectSystem"], told["NoNewPrivileges"], told["UMask"], told["LimitCORE"]) == ("a2n", "strict", "yes", "0077", "0")  # fmt: skip
    assert told["ReadWritePaths"].split() == ["/var/lib/a2n"] + ["/var/backups/a2n"] * ("backup" in unit)
    assert (told.get("PrivateNetwork") == "yes") is ("airflow" not in unit)
