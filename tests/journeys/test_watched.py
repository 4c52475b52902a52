"""Long work that somebody watches on a terminal: how far it is stands there, and standard output has the JSON alone."""

import json
import os
import pty
import re
import subprocess

from .at_home import command, deliver, new_home


def told_to(terminal: int) -> str:
    """All that a terminal was told until nobody held its other end any more."""
    told = b""
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # as Linux says that it is over
            piece = b""
        if not piece:
            return told.decode(errors="replace")
        told += piece


def test_a_take_in_tells_a_terminal_how_many_files_and_rows_are_done(small, tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, small.files)
    words = command("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, text=True, env=env) as process:
        os.close(theirs)
        told, said = told_to(ours), json.loads(process.stdout.read())
    os.close(ours)
    seen = [(int(done), int(of)) for done, of in re.findall(r"(\d+) of (\d+) files", told)]
    assert process.returncode == 0 and len(said["extracts"]) > 10
    assert {of for _, of in seen} == {len(said["extracts"])} and seen == sorted(seen)
    assert re.search(r"files, [\d,]+ rows", told) and ": read and stage" in told
    assert "\x1b[?25h" in told[-40:]  # the line is taken away again, and the cursor is back
