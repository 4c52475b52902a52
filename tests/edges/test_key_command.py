"""Keys from a vault: a real program is asked for them, and whatever else it says goes nowhere."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import serving
from pipeline.edges import identity, key_command, keys
from pipeline.edges.errors import NoKey, Refused
from pipeline.edges.homes import each_has_its_own_keys
from pipeline.edges.secret import Key
from pipeline.edges.settings import Home, Settings, make_home, open_home

SECRET = "what-nobody-else-is-to-read-0123456789"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(key_command, "_known", {})


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Sets A2N_KEY_COMMAND to a script of these lines."""

    def set_to(*lines: str, words: str = "") -> Path:
        path = tmp_path / "vault"
        path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("A2N_KEY_COMMAND", f"{path} {words}".strip())
        return path

    return set_to


@pytest.fixture
def home(tmp_path) -> Home:
    (tmp_path / "north").mkdir()
    return Home(tmp_path / "north", Settings())


def test_what_the_command_says_is_the_key_and_it_is_told_which_and_whose(home, vault, tmp_path):
    vault(f'echo "$@" > {tmp_path}/told', f"echo {SECRET}", words="read 'two words' --field key")
    assert home.key("warehouse") == SECRET
    assert (tmp_path / "told").read_text() == "read two words --field key warehouse north\n"


def test_it_is_asked_once_for_each_key_of_a_process(home, vault, tmp_path):
    vault(f'echo "$1" >> {tmp_path}/asked', f'echo "$1-{SECRET}"')
    for _ in range(3):
        assert home.key("warehouse") == f"warehouse-{SECRET}" != home.key("identity")
    assert (tmp_path / "asked").read_text().split() == ["warehouse", "identity"]


def test_no_shell_runs_it(home, vault, tmp_path):
    vault(f"echo {SECRET}", words=f"; touch {tmp_path}/made")
    assert home.key("warehouse") == SECRET
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([f"echo {SECRET}", "exit 3"], "gave no key identity and ended with status 3"),
        (["true"], "gave an empty key identity"),
        (["echo what-is-short"], "shorter than 32 characters"),
        (["yes what-nobody-else-is-to-read"], "over 4,096 bytes"),
        (["head -c 4097 /dev/zero | tr '\\0' k"], "over 4,096 bytes"),
        (["printf '\\377\\377%s' " + SECRET], "no text"),
        ([f"echo {SECRET}", "exec tail -f /dev/null"], "within 0.5 seconds"),
    ],
    ids=["status", "nothing", "short", "endless", "one byte over", "no text", "waits"],
)
def test_a_command_that_gives_no_key_is_refused_in_words_that_repeat_nothing_of_it(
    home, vault, lines, says, monkeypatch, capfd
):
    monkeypatch.setattr(key_command, "LONGEST_WAIT", 0.5)
    path = vault("echo what-nobody-is-to-read-on-standard-error >&2", *lines, words="--token what-is-secret")
    with pytest.raises(Refused) as refused:
        home.key("identity")
    assert says in str(refused.value) and str(path) in str(refused.value) and "identity" in str(refused.value)
    assert "what-" not in str(refused.value) + "".join(capfd.readouterr())


def test_the_longest_key_is_taken(home, vault):
    vault("head -c 4096 /dev/zero | tr '\\0' k")
    assert home.key("identity") == "k" * 4096


@pytest.mark.parametrize("told", ["/nowhere/vault read", "'never closed"])
def test_a_command_that_cannot_be_started_is_refused(home, monkeypatch, told):
    monkeypatch.setenv("A2N_KEY_COMMAND", told)
    with pytest.raises(Refused, match="A2N_KEY_COMMAND"):
        home.key("warehouse")


def test_a_token_set_before_the_command_is_refused_and_repeated_nowhere(home, vault, monkeypatch):
    path = vault(f"echo {SECRET}", words="get=it")
    monkeypatch.setenv("A2N_KEY_COMMAND", f"VAULT_TOKEN=hvs.SECRET123 {path} get")
    asks = (
        lambda: home.key("warehouse"),
        lambda: home.key_place("warehouse"),
        lambda: key_command.said_of_vault(home.folder),
    )
    for ask in asks:
        with pytest.raises(Refused, match="begins with a word that has = in it") as why:
            ask()
        assert "VAULT_TOKEN" not in str(why.value) and "hvs" not in str(why.value)
    monkeypatch.setenv("A2N_KEY_COMMAND", f"{path} get=it")
    assert home.key("warehouse") == SECRET


def test_a_variable_comes_first_and_then_the_command_and_then_folders(home, vault, tmp_path, monkeypatch):
    places = {name: f"{name}-{SECRET}" for name in ("lent", "kept", "home")}
    for name, folder in (("lent", tmp_path / "lent"), ("kept", tmp_path / "kept" / "north"), ("home", home.folder)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "warehouse.key").write_text(places[name])
    assert home.key("warehouse") == places["home"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "lent"))
    assert home.key("warehouse") == places["lent"]
    monkeypatch.setenv("A2N_KEYS", str(tmp_path / "kept"))
    assert home.key("warehouse") == places["kept"]
    vault(f"echo vault-{SECRET}")
    assert home.key("warehouse") == f"vault-{SECRET}"
    monkeypatch.setenv("A2N_WAREHOUSE_KEY", f"variable-{SECRET}")
    assert home.key("warehouse") == f"variable-{SECRET}"


def test_a_command_is_told_no_other_key(home, vault, tmp_path, monkeypatch):
    monkeypatch.setenv("A2N_IDENTITY_KEY", SECRET)
    monkeypatch.setenv("A2N_OPENID_SECRET", SECRET)
    monkeypatch.setenv("VAULT_TOKEN", "what a vault needs")
    vault(f"env > {tmp_path}/env", f"echo {SECRET}")
    home.key("warehouse")
    told = (tmp_path / "env").read_text()
    assert SECRET not in told and "what a vault needs" in told


def test_with_a_command_every_home_has_its_own_keys(tmp_path, vault, monkeypatch):
    homes = [tmp_path / "north", tmp_path / "south"]
    (tmp_path / "lent").mkdir()
    (tmp_path / "lent" / "warehouse.key").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "lent"))
    with pytest.raises(Refused, match="would be the key of every home"):
        each_has_its_own_keys(homes)
    vault(f"echo $2-{SECRET}")
    each_has_its_own_keys(homes)
    north, south = (Home(folder, Settings()).key("warehouse") for folder in homes)
    assert north != south
    monkeypatch.setenv("A2N_WAREHOUSE_KEY", SECRET)
    with pytest.raises(Refused, match="A2N_WAREHOUSE_KEY would be the key of every home"):
        each_has_its_own_keys(homes)


def test_a_home_whose_keys_a_command_serves_is_made_without_key_files_and_opens(tmp_path, vault):
    vault(f"echo $1-$2-{SECRET}")
    home = make_home(tmp_path / "north", demo=True)
    assert list(home.folder.rglob("*.key")) == []
    said = key_command.said_of_vault(home.folder)
    assert all(name in said for name in keys.ALL_KEYS) and "north" in said and SECRET not in said
    identity.check_key(home)
    assert home.identity.is_file() and list(home.folder.rglob("*.key")) == []


def test_without_a_command_nothing_is_said_of_one(tmp_path):
    assert key_command.said_of_vault(tmp_path) == ""


def test_a_key_the_vault_has_not_is_missing_and_one_it_has_wrong_is_not(home, vault):
    vault('[ "$1" = identity ] && echo short && exit 0', "exit 1")
    assert (home.has_key("dashboard"), home.has_key("identity")) == (False, True)
    with pytest.raises(NoKey):
        home.key("dashboard")


def test_the_secret_of_signing_in_may_come_from_the_vault_too(tmp_path, vault, monkeypatch):
    home = make_home(tmp_path / "north", demo=True)
    (home.folder / "openid.key").write_text("of the file\n")
    assert serving._openid_secret(home) == "of the file"
    vault('echo "$1 of $2"')
    assert serving._openid_secret(home) == "openid of north"
    monkeypatch.setenv("A2N_OPENID_SECRET", "of the variable")
    assert serving._openid_secret(home) == "of the variable"


# What shows a key


def test_a_key_is_text_that_shows_itself_nowhere():
    key = Key(SECRET)
    assert (str(key), f"{key}", key.encode(), key == SECRET) == (SECRET, SECRET, SECRET.encode(), True)
    for shown in (repr(key), repr([key]), f"{key!r}", repr(key[:5]), f"{key[:80]!r}+3"):
        assert not re.search("what|nobody|0123", shown), shown


def test_a_home_shows_no_key(tmp_path):
    home = open_home(make_home(tmp_path / "north", demo=True).folder)
    held = [home.key(name) for name in keys.ALL_KEYS]
    assert not [key for key in held if str(key) in repr(home) + repr(home.settings) + repr(held)]


FALLS = """
import os, resource, signal, sys
from pathlib import Path
from pipeline.edges.settings import open_home
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
open_home(Path(sys.argv[1])).key("warehouse")
import ctypes
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3), os.stat("/proc/self/mem").st_uid, flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit on cores is all there is")
def test_who_has_read_a_key_and_falls_over_leaves_no_core_and_no_memory_to_read(tmp_path):
    home = make_home(tmp_path / "north", demo=True)
    (tmp_path / "cwd").mkdir()
    words = [sys.executable, "-c", FALLS, str(home.folder)]
    root = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        words, cwd=tmp_path / "cwd", capture_output=True, text=True, env=os.environ | root, check=False
    )
    assert done.returncode < 0, done.stderr
    assert done.stdout.split("\n")[0] == "(0, 0) 0 0"  # no core, not dumpable, and its memory is root's
    assert list((tmp_path / "cwd").iterdir()) == []
