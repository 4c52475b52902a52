"""What lies in an inbox and is no file, is another's, or does not stay as it was; and names made to be read as something else."""

import os
import random
import socket
from contextlib import suppress
from pathlib import Path

from .attacks import EITHER, LEFT, Place, attack
from .attacks_tables import HEADER, MARKS

GB = 10**9


@attack("disk: a link to another file", is_given=False)
def _link(place: Place, chance: random.Random):
    to = chance.choice(
        (
            place.canary,
            Path("/etc/passwd"),
            Path("/dev/zero"),
            place.home / "warehouse.duckdb",
            place.home / "pseudonym.key",
            Path("../../settings.toml"),
            Path("gone"),
        )
    )
    (place.folder / "marks.csv").symlink_to(to)


@attack("disk: a link to a folder", is_given=False)
def _link_to_folder(place: Place, chance: random.Random):
    (place.folder / "more").symlink_to(
        chance.choice((place.home, place.folder, Path("/etc"), Path("/proc"), Path("/"))), target_is_directory=True
    )


@attack("disk: a link to itself", is_given=False)
def _loop(place: Place, chance: random.Random):
    (place.folder / "a.csv").symlink_to("b.csv")
    (place.folder / "b.csv").symlink_to("a.csv")


@attack("disk: a key by another name", is_given=False)
def _hard_link(place: Place, chance: random.Random):
    own = ("pseudonym.key", "warehouse.key", "warehouse.duckdb", "identity.duckdb", "settings.toml")
    there = [place.home / name for name in own if (place.home / name).exists()]
    os.link(chance.choice(there), place.folder / "marks.csv")


@attack("disk: a pipe, a socket or a device")
def _special(place: Place, chance: random.Random):
    path, what = place.folder / f"{place.number}.csv", chance.choice(("pipe", "pipe", "socket", "device"))
    if what == "device":
        with suppress(PermissionError):
            os.mknod(path, 0o20666, os.makedev(1, 5))
            return path
    if what == "socket":
        here = socket.socket(socket.AF_UNIX)
        at = os.open(place.folder, os.O_RDONLY)  # for the path of a socket may not be long
        here.bind(f"/proc/self/fd/{at}/{path.name}")
        os.close(at)
        here.close()
        return path
    os.mkfifo(path)
    return path


@attack("disk: a folder called like a file", EITHER, is_given=False)
def _folder(place: Place, chance: random.Random):
    (place.folder / "marks.csv").mkdir()


@attack("disk: folders without end", EITHER, is_given=False)
def _folders(place: Place, chance: random.Random):
    if chance.random() < 0.5:
        for at in range(20_000):
            (place.folder / f"{at}").mkdir()
        return
    here = os.open(place.folder, os.O_RDONLY)  # deeper than any path may be long
    for _ in range(chance.choice((300, 1_500, 3_000))):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)


GROWS = """
import select, sys
file, row = open(sys.argv[1], 'ab', buffering=0), sys.argv[2].encode() * 10_000
for _ in range(6_000):
    file.write(row)
    select.select([], [], [], 0.0005)
"""
SHRINKS = """
import os, select, sys
size = os.path.getsize(sys.argv[1])
while size > 9:
    size = size * 999 // 1000
    os.truncate(sys.argv[1], size)
    select.select([], [], [], 0.001)
"""
IS_REPLACED = """
import os, select, sys
path, canary = sys.argv[1:3]
part = f'{path}.{os.getpid()}.part'
content = open(path, 'rb').read()
while True:
    for make in (lambda: os.symlink(canary, part), lambda: open(part, 'xb').write(content), lambda: os.mkfifo(part)):
        try:
            make()
            os.replace(part, path)
        except FileNotFoundError:  # its folder is being cleared away
            sys.exit()
        select.select([], [], [], 0.0005)
"""


@attack("disk: a file that grows for ever", LEFT, is_heavy=True)
def _grows(place: Place, chance: random.Random):
    path = place.write(".csv", HEADER + MARKS * 100_000)
    place.meanwhile(GROWS, path, MARKS)


@attack("disk: a file that shrinks", LEFT)
def _shrinks(place: Place, chance: random.Random):
    path = place.write(".csv", HEADER + MARKS * 300_000)
    place.meanwhile(SHRINKS, path)


@attack("disk: a file that is replaced again and again", EITHER, is_given=False)
def _replaced(place: Place, chance: random.Random):
    path = place.write(".csv", HEADER + MARKS * 50_000)
    place.meanwhile(IS_REPLACED, path, place.canary)


@attack("disk: a terabyte of noughts")
def _sparse(place: Place, chance: random.Random):
    start = chance.choice(
        (
            b"",
            HEADER.encode(),
            (HEADER + MARKS).encode(),
            b"PK\3\4",
            b"\x1f\x8b\x08\0" + bytes(6),
            b"PAR1",
            b"<a>",
            b"\xff\xfe",
            b"%PDF",
        )
    )
    place.sparse(".csv", start, chance.choice((3 * GB, 1_000 * GB)))


@attack("disk: a file nobody may read", EITHER)
def _unreadable(place: Place, chance: random.Random):
    place.write(".csv", HEADER + MARKS).chmod(0)


NAMES = (
    b"a\nRefused: marks.csv.csv", b"\x1b[2J\x1b[31m.csv", b"\x1b]0;owned\x07.csv", b"\x9b31m.csv", b"\xc2\x9b31m.csv", b"n" * 251 + b".csv", "é".encode() * 125 + b".csv", b"-rf.csv", b"--home=x.csv", b"=cmd|' c calc'!A1.csv", b"\xff\xfe.csv",
    "\u202egnp.csv".encode(), "a\u200b.csv".encode(), b"$(touch x).csv", b"`id`.csv", b"a;b&c|d.csv", b"*.csv", b"?.csv", b"%s%n.csv", b"..csv ", b"a\r.csv", b"CON.csv", b"<script>alert(1)<.csv", b"'.csv", b'"; x.csv', b"\\..\\a.csv", b" .csv", "\ud800".encode("utf-8", "surrogatepass") + b".csv",
    b"\x08\x08\x08.csv", b"{0}.csv", b"\x7f.csv", "e\u0301\u0301".encode() * 40 + b".csv",
)  # fmt: skip


@attack("names: of files", EITHER)
def _names(place: Place, chance: random.Random):
    content = chance.choice((HEADER + MARKS, "upn\n", ""))
    return place.write("", content, name=os.fsdecode(chance.choice(NAMES)))


@attack("names: of folders", EITHER, is_given=False)
def _names_of_folders(place: Place, chance: random.Random):
    folder = place.folder / os.fsdecode(chance.choice(NAMES)[:200])
    folder.mkdir()
    (folder / os.fsdecode(chance.choice(NAMES))).write_text(chance.choice((HEADER + MARKS, "upn\n")), encoding="utf-8")
