"""Archives and compressed files: bombs, sizes that lie, members that overlap, and names that lead elsewhere."""

import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator

from .attacks import EITHER, Place, attack
from .attacks_tables import HEADER, MARKS

MB = 1_000_000


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", how) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two of one name
        for name, content in members:
            archive.writestr(name, content, how)
    return held.getvalue()


def _much(size: int, what: bytes = b"\0") -> bytes:
    """So many bytes of the same, packed as a gzip: next to nothing. Made of pieces of one megabyte, joined as one stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = (what * (MB // len(what) + 1))[:MB]
    return b"".join(packer.compress(block) for _ in range(size // MB)) + packer.flush()


@attack("zip: archives in archives")
def _nested(place: Place, chance: random.Random):
    content = zipped(("bomb.csv", b"\0" * 10 * MB))
    for depth in range(chance.choice((1, 3, 5))):
        content = zipped(*((f"{at}.zip", content) for at in range(chance.choice((2, 16)) if depth < 3 else 1)))
    place.write(".zip", content)


@attack("zip: a bomb")
def _bomb(place: Place, chance: random.Random):
    what = chance.choice((b"\0", b"x,", b"\n", (HEADER + MARKS).encode(), HEADER.encode() + b"," * 10))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in range(chance.choice((1, 4))):
            with archive.open(f"{name}.csv", "w", force_zip64=True) as member:
                for _ in range(chance.choice((150, 400))):
                    member.write((what * (MB // len(what) + 1))[:MB])
    place.write(".zip", held.getvalue())


@attack("zip: members that overlap")
def _overlapping(place: Place, chance: random.Random):
    """Every entry of its list is the one member: each is unpacked anew."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    size = chance.choice((1, 20)) * MB
    content = (HEADER + MARKS * (size // len(MARKS))).encode() if chance.random() < 0.5 else b"\0" * size
    packed = kernel.compress(content) + kernel.flush()
    place.write(".zip", _listing_alike(packed, zlib.crc32(content), len(content), chance.choice((50, 900, 30_000))))


def _listing_alike(packed: bytes, check: int, size: int, times: int) -> bytes:
    sizes = (check, len(packed), size, 5, 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes) + b"a.csv" + packed
    entry = (
        struct.pack("<4s6H3L2H", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes)
        + struct.pack("<3H2L", 0, 0, 0, 0, 0)
        + b"a.csv"
    )
    listed = entry * times
    return local + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(listed), len(local), 0)


@attack("zip: members by the million")
def _many(place: Place, chance: random.Random):
    times = chance.choice((1_100, 30_000, 300_000, 1_000_000))
    place.write(".zip", _listing_alike(b"\3\0", 0, 0, times % 65_536) if times < 65_536 else _many_in_zip64(times))


def _many_in_zip64(times: int) -> bytes:
    whole = _listing_alike(b"\3\0", 0, 0, 1)
    at = whole.index(b"PK\1\2")
    entry, end = whole[at : whole.index(b"PK\5\6")], len(whole[:at]) + len(whole[at : whole.index(b"PK\5\6")]) * times
    told = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, times, times, end - at, at)
    where = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    return (
        whole[:at]
        + entry * times
        + told
        + where
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    )


@attack("zip: sizes that lie", EITHER)
def _lying(place: Place, chance: random.Random):
    content = bytearray(zipped(("a.csv", (HEADER + MARKS * 2_000).encode())))
    at = content.index(b"PK\1\2")
    field = chance.choice((20, 24))  # packed, unpacked
    lie = struct.pack("<L", chance.choice((0, 7, 2**31, 2**32 - 2)))
    content[at + field : at + field + 4] = lie
    if chance.random() < 0.5:
        content[field - 2 : field + 2] = lie
    place.write(".zip", bytes(content))


NAMES = (
    "/etc/cron.d/a.csv", "../../../a.csv", "..\\..\\a.csv", "C:\\Windows\\a.csv", "\\\\host\\share\\a.csv", "a/../../../b.csv", "~/a.csv",
    "a\0b.csv", "CON", "a.csv:stream", "\u202egnp.csv", "\x1b[2J\x1b]0;x\x07.csv", "a\nRefused: b.csv", "=cmd|'/c calc'!A1.csv",
    "-rf.csv", "x" * 60_000, "....//....//a.csv", "a\u200b.csv", "\ufeff.csv", "%2e%2e%2fa.csv", "./././a.csv", "/" * 3_000 + "a.csv",
)  # fmt: skip


@attack("zip: names that lead elsewhere", EITHER)
def _names(place: Place, chance: random.Random):
    names = chance.sample(NAMES, 4)
    place.write(".zip", zipped(*((_named(name), (HEADER + MARKS).encode()) for name in names)))


def _named(name: str) -> zipfile.ZipInfo:
    told = zipfile.ZipInfo("x")
    told.filename = name  # as it is: its maker would cut and turn it
    return told


@attack("zip: links as members")
def _links(place: Place, chance: random.Random):
    link = zipfile.ZipInfo("marks.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    to = chance.choice(("/etc/passwd", "../../pseudonym.key", str(place.canary), "marks.csv"))
    place.write(".zip", zipped((link, to.encode())))


@attack("zip: one name many times", EITHER)
def _twice(place: Place, chance: random.Random):
    times = chance.choice((2, 900))
    place.write(".zip", zipped(*(("a.csv", f"{HEADER}{MARKS}{'x' * at}".encode()) for at in range(times))))


@attack("zip: a password")
def _password(place: Place, chance: random.Random):
    content = bytearray(zipped(("a.csv", (HEADER + MARKS).encode())))
    flag = chance.choice((0x1, 0x41, 0x2001))
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        struct.pack_into("<H", content, content.index(magic) + at, flag)
    place.write(".zip", bytes(content))


@attack("zip: packed in other ways")
def _other_ways(place: Place, chance: random.Random):
    how = chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    content = zipped(("a.csv", b"\0" * 50 * MB), how=how)
    if chance.random() < 0.3:
        content = content.replace(struct.pack("<H", how), struct.pack("<H", chance.choice((9, 93, 97, 99))))
    place.write(".zip", content)


@attack("zip: zip64 that lies")
def _zip64(place: Place, chance: random.Random):
    content = zipped(("a.csv", (HEADER + MARKS).encode()))
    end = content.index(b"PK\5\6")
    lie = [chance.choice((0, 1, 2**40, 2**63, 2**64 - 1)) for _ in range(4)]
    told = struct.pack("<4sQ2H2L4Q", b"PK\6\6", chance.choice((44, 2**60)), 45, 45, 0, 0, *lie)
    where = struct.pack("<4sLQL", b"PK\6\7", 0, chance.choice((end, 2**62)), 1)
    place.write(
        ".zip",
        content[:end] + told + where + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0),
    )


@attack("zip: behind another file")
def _behind(place: Place, chance: random.Random):
    before = chance.choice(
        (
            b"%PDF-1.7\n" + b"%" * 5_000,
            b"MZ" + bytes(5_000),
            b"\x89PNG\r\n\x1a\n" + bytes(5_000),
            b"GIF89a" + bytes(5_000),
        )
    )
    place.write(".zip", before + zipped(("a.csv", (HEADER + MARKS).encode())))


@attack("zip: a list that points outside")
def _outside(place: Place, chance: random.Random):
    content = bytearray(zipped(("a.csv", (HEADER + MARKS).encode())))
    end, entry = content.index(b"PK\5\6"), content.index(b"PK\1\2")
    at = chance.choice((end + 16, end + 12, entry + 42, end + 10))
    content[at : at + 4] = struct.pack("<L", chance.choice((2**31, 2**32 - 2, 1, 10**9)))
    place.write(".zip", bytes(content))


@attack("zip: cut off")
def _cut(place: Place, chance: random.Random):
    content = zipped(("a.csv", (HEADER + MARKS * 100).encode()))
    place.write(".zip", content[: chance.randrange(5, len(content) - 1)])


@attack("gzip: a bomb")
def _gzip_bomb(place: Place, chance: random.Random):
    what = chance.choice((b"\0", b"\n", b"x", b",", b'"', (MARKS * 20).encode()))
    place.write(
        ".csv.gz",
        gzip.compress(HEADER.encode()) * (chance.random() < 0.5) + _much(chance.choice((150, 1_000)) * MB, what),
    )


@attack("gzip: pieces by the million")
def _pieces(place: Place, chance: random.Random):
    piece = gzip.compress(chance.choice((b"", b"x", HEADER.encode())), mtime=0)
    place.write(".csv.gz", piece * chance.choice((1_100, 100_000, 1_000_000)))


@attack("gzip: something behind it")
def _trailing(place: Place, chance: random.Random):
    behind = chance.choice(
        (b"MZ" + bytes(100), b"\x1f\x8b\x08", MARKS.encode(), b"PK\3\4" + bytes(200), b"\x1f\x8b" + bytes(1_000))
    )
    place.write(".csv.gz", gzip.compress((HEADER + MARKS).encode()) + behind)


@attack("gzip: a heading without end", is_heavy=True)
def _heading(place: Place, chance: random.Random):
    begins = chance.choice((b"\x1f\x8b\x08\x08" + bytes(6), b"\x1f\x8b\x08\x10" + bytes(6)))
    place.write(".csv.gz", [begins, *[b"n" * MB] * chance.choice((5, 300))])


@attack("gzip: a gzip in it")
def _twice_packed(place: Place, chance: random.Random):
    content = gzip.compress((HEADER + MARKS).encode())
    for _ in range(chance.choice((1, 4))):
        content = gzip.compress(content)
    made = (lambda: content, lambda: gzip.compress(zipped(("a.csv", b"x"))), lambda: gzip.compress(_much(500 * MB)))
    place.write(".csv.gz", chance.choice(made)())


@attack("packed: other kinds of archive")
def _foreign(place: Place, chance: random.Random):
    ending, content = chance.choice(
        ((".bz2", bz2.compress(b"\0" * 10 * MB)), (".xz", lzma.compress(b"\0" * 10 * MB, preset=0)), (".7z", b"7z\xbc\xaf\x27\x1c" + bytes(9_000)),
         (".rar", b"Rar!\x1a\x07" + bytes(9_000)), (".zst", b"\x28\xb5\x2f\xfd" + bytes(9_000)), (".tar", b"../../a.csv" + bytes(246) + b"ustar" + bytes(9_000)),
         (".exe", b"MZ" + bytes(9_000)), (".elf", b"\x7fELF" + bytes(9_000)), (".pdf", b"%PDF-1.4\n" + b"x" * 9_000), (".pickle", b"\x80\x04cposix\nsystem\nX\x02\0\0\0id\x85R."),
         (".duckdb", bytes(8) + b"DUCK" + bytes(9_000)), (".sqlite", b"SQLite format 3\0" + bytes(9_000)))
    )  # fmt: skip
    place.write(chance.choice((ending, ".csv", ".xlsx")), content)


def blocks_of(size: int, what: bytes) -> Iterator[bytes]:
    block = (what * (MB // len(what) + 1))[:MB]
    return (block for _ in range(size // MB))
