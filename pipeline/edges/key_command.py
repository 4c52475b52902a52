"""Keys from a vault: the command that A2N_KEY_COMMAND names is asked for each by name, and its standard output is the key.

Its words are split as a shell splits them, and no shell runs them. It is told the key's name and the name of the home's folder as its last
words. What it says on standard error goes nowhere, for it may quote what it read.
"""

import os
import re
import selectors
import shlex
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from . import clock
from .errors import NoKey, Refused
from .secret import Key

VARIABLE = "A2N_KEY_COMMAND"
LONGEST_WAIT = 30.0
"""Seconds."""
MOST_BYTES = 4096

_known: dict[tuple[str, str, str], Key] = {}
"""What was told in this process, by command, home and key: a vault is asked once for each."""


def is_set() -> bool:
    return bool(os.environ.get(VARIABLE, "").strip())


def first_word() -> str:
    """What the command is called where people read of it: the rest of it may be nobody's business."""
    return _words()[0]


def said_of_vault(folder: Path) -> str:
    """What is said when a home is made whose keys a command serves; nothing where none does."""
    if not is_set():
        return ""
    return f" No key file was made: {first_word()} is asked for the keys warehouse, identity, pseudonym, dashboard and backup of {folder.name}."


def asked(name: str, folder: Path) -> Key:
    """The key `name` of the home in `folder`. Raises NoKey where the command gives none, Refused where it cannot be used."""
    of = (os.environ[VARIABLE], str(folder), name)
    if of not in _known:
        _known[of] = _answer(name, folder)
    return _known[of]


def _words() -> list[str]:
    try:
        words = shlex.split(os.environ[VARIABLE])
    except ValueError:
        words = []
    if not words:
        raise Refused(f"{VARIABLE} is no command line: mend its quotes.")
    if "=" in words[0]:  # as a shell would set a variable, to a token perhaps
        raise Refused(
            f"{VARIABLE} begins with a word that has = in it, and no shell runs it to set a variable: begin with the program, and give it "
            "its variables in the environment or a file of its own."
        )
    return words


def _answer(name: str, folder: Path) -> Key:
    words = _words()
    said = f"The key command {words[0]}"
    try:
        process = subprocess.Popen(
            [*words, name, folder.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError):
        raise Refused(f"{said} cannot be started: mend {VARIABLE}.") from None
    with process:
        told = _read(process)
    why_not = _why_not(process.returncode, told, name, said)
    if why_not:
        told = None  # whoever shows what this function held shows no part of a key
        raise why_not
    return told


def _read(process: subprocess.Popen) -> Key | None:
    """What it said, one byte more than is allowed at most; None where it went on for too long. It is over afterwards."""
    until, parts = clock.seconds() + LONGEST_WAIT, []
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while sum(map(len, parts)) <= MOST_BYTES:
                if not ready.select(max(until - clock.seconds(), 0)):
                    return None
                part = os.read(process.stdout.fileno(), MOST_BYTES + 1)
                if not part:
                    process.wait(max(until - clock.seconds(), 0))
                    break
                parts.append(part)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(OSError):  # it, and whatever it started
            os.killpg(process.pid, signal.SIGKILL)
    return Key(b"".join(parts).decode("utf-8", "surrogateescape"))


def _why_not(status: int, told: Key | None, name: str, said: str) -> Refused | None:
    if told is None:
        return Refused(f"{said} did not give the key {name} within {LONGEST_WAIT:g} seconds: see what it waits for.")
    if len(told) > MOST_BYTES:
        return Refused(f"{said} gave over {MOST_BYTES:,} bytes for the key {name}, as no key has: see what it prints.")
    if status:
        return NoKey(f"{said} gave no key {name} and ended with status {status}: run it by hand to see why.")
    if not told.strip():
        return NoKey(f"{said} gave an empty key {name}: put the key into the vault.")
    if re.search(r"[\ud800-\udfff]", told):
        return Refused(f"{said} gave a key {name} that is no text: give it as text.")
    return None


def _environment() -> dict[str, str]:
    """Ours without the keys that are in it: a vault is asked for one and need know no other."""
    return {name: value for name, value in os.environ.items() if not re.fullmatch(r"A2N_\w+_(KEY|SECRET)", name)}
