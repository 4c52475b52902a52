"""Nothing phones home: no command, page, night or run of Airflow asks anything of the network beyond this machine.

Proved twice. In a network of its own without any way out every command must end as ever; and where such a network may not be made, and for
what asks and does not mind being refused, every process and all it starts are listened to: a connection or a name asked for beyond this machine is
written down. Python's own asking is heard so, and that of whatever is under it (an engine, a compiled library) by the kernel's tracer,
where there is one.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from pipeline.edges import airflow

from .at_home import Ran, a2n, command, deliver, new_home

LISTENING = Path(__file__).parent / "listening"
ROOT = Path(__file__).parents[2]


def cut_off() -> list[str]:
    """The words before a command that give it a network with nothing in it, not even this machine; none where that may not be."""
    for words in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        ):
            return words
    return []


def listened(folder: Path, words: list[str], *, before: tuple[str, ...] = (), timeout: int = 580) -> tuple[Ran, str]:
    """Give a command, and what it asked for beyond this machine."""
    heard = folder / "heard"
    path = os.pathsep.join([str(LISTENING), str(ROOT), *sys.path[1:2]])
    usual = {name: value for name, value in os.environ.items() if not re.search("proxy", name, re.IGNORECASE)}
    usual = {name: value for name, value in usual.items() if not name.startswith("AIRFLOW")}
    environment = usual | {"PYTHONPATH": path, "A2N_HEARD": str(heard), "HOME": str(folder)}
    done = subprocess.run(
        [*before, *words], capture_output=True, text=True, env=environment, cwd=folder, timeout=timeout, check=False
    )
    assert (folder / "heard.listening").exists(), "nobody listened"
    return Ran(done.returncode, done.stdout, done.stderr), heard.read_text() if heard.exists() else ""


def test_what_is_asked_beyond_this_machine_is_heard(tmp_path):
    """Otherwise the tests below would prove nothing."""
    asks = (
        "import socket\ntry: socket.create_connection(('telemetry.example.org', 443), timeout=1)\nexcept OSError: pass"
    )
    ran, heard = listened(tmp_path, [sys.executable, "-c", asks])
    assert ran.status == 0 and "telemetry.example.org" in heard
    asks = "import socket\nsocket.getaddrinfo('localhost', 80)\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\nsocket.create_connection(s.getsockname())"
    (tmp_path / "heard").unlink()
    assert listened(tmp_path, [sys.executable, "-c", asks]) == (Ran(0, "", ""), "")


@pytest.fixture
def evening(small, tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, small.files)
    return home


@pytest.fixture
def morning(evening, small):
    return at_morning(evening, small)


def at_morning(evening, small):
    """The home after its night."""
    assert a2n("nightly", "--home", evening.folder, "--as-of", small.last_day).status == 0
    return evening


def test_a_whole_night_in_a_network_with_nothing_in_it_asks_for_nothing_and_ends_well(evening, small, tmp_path):
    """Through the gate, Great Expectations and all: with the lists, the pages to print and the figures."""
    before = cut_off()
    words = command("nightly", "--home", evening.folder, "--as-of", small.last_day)
    ran, heard = listened(tmp_path, words, before=tuple(before))
    assert (ran.status, heard) == (0, ""), ran.err
    assert list(evening.outbox.rglob("*.pdf")) and (evening.published / "current.duckdb").exists()
    if not before:
        pytest.skip("It asked for nothing, but was not cut off from the network: this machine lets nobody do that.")


@pytest.mark.parametrize("words", [
    pytest.param(["check", "{files}"], marks=pytest.mark.long),
    pytest.param(["demo", "--home", "{new}", "--pupils", "60", "--schools", "2", "--weeks", "2"], marks=pytest.mark.long),
    pytest.param(["demo", "--home", "{new}", "--pupils", "60", "--schools", "2", "--weeks", "2", "--through", "airflow"], marks=pytest.mark.long),
    pytest.param(["learn", "--home", "{home}", "--as-of", "{day}"], marks=pytest.mark.long),
    pytest.param(["pages", "--home", "{home}", "--to", "{new}"], marks=pytest.mark.long),
], ids=["check", "demo", "demo through Airflow", "learn", "pages"])  # fmt: skip
def test_a_command_asks_nothing_of_the_network(evening, small, tmp_path, words):
    if "learn" in words:  # which takes two school years
        deliver(evening, small.history, "last_year")
        assert a2n("take-in", "--home", evening.folder, "--history", "--known-on", "2025-09-01").status == 0
    morning = at_morning(evening, small)
    stand_for = {"{new}": str(tmp_path / "new"), "{home}": str(morning.folder), "{day}": str(small.last_day)}  # fmt: skip
    files = [str(path) for path in small.files]
    given = [one for word in words for one in (files if word == "{files}" else [stand_for.get(word, word)])]
    through_airflow = "airflow" in words  # its parts speak to each other over this machine's own loopback
    ran, heard = listened(tmp_path, command(*given), before=() if through_airflow else tuple(cut_off()))
    assert heard == ""
    assert ran.status == 0, ran.err[-2000:]


@pytest.mark.long
def test_the_dashboard_asks_nothing_of_the_network(morning, tmp_path):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard = tmp_path / "heard"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(LISTENING), str(ROOT)]), "A2N_HEARD": str(heard)}
    process = subprocess.Popen(
        command("serve", "--home", morning.folder, "--port", port), stdout=subprocess.PIPE, env=environment
    )
    try:
        assert b"http://localhost" in process.stdout.readline()
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=12), timeout=120) as client:
            for page in ("/", "/health", "/schools"):
                assert client.get(f"http://127.0.0.1:{port}{page}").status_code in (200, 404)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert (tmp_path / "heard.listening").exists() and not heard.exists()


@pytest.mark.long
@pytest.mark.skipif(
    not shutil.which("strace"), reason="there is no strace, by which the kernel tells what is asked of it"
)
def test_nor_does_anything_beneath_python(evening, small, tmp_path):
    """Compiled libraries ask the kernel themselves. A socket to anything but this machine is what is looked for."""
    log = tmp_path / "calls"
    words = command("nightly", "--home", evening.folder, "--as-of", small.last_day)
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", log, *words],
        capture_output=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    asked = [line for line in log.read_text(errors="replace").splitlines() if re.search(r"sa_family=AF_INET6?\b", line)]
    assert [line for line in asked if not re.search(r'inet_addr\("127\.|"::1"', line)] == []


def test_what_phones_home_by_itself_is_told_not_to(tmp_path):
    """Great Expectations and Airflow each count their users unless told otherwise."""
    told = airflow._environment(tmp_path)
    assert told["GX_ANALYTICS_ENABLED"] == "false" and told["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
