"""Files made to do harm, one or two of each kind: refused in words, and nothing else comes of them. `make soak` has a thousand."""

import os
import random
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges import containers, delimited, inbox, kinds, parquet, reading
from pipeline.edges import extract as extract_module
from pipeline.edges.errors import Changed, Refused
from pipeline.edges.numbering import COUNT
from pipeline.edges.plain import plain, plain_name
from pipeline.edges.settings import make_home
from pipeline.steps.cells import as_text
from tests.soaks.attacks import CANARY, EITHER, Place, every_attack
from tests.soaks.hostile import _OBEYED

ASKED_BY_NOBODY = "http://127.0.0.1:9"

LIGHT = {
    name: one
    for name, one in every_attack().items()
    if not one.is_heavy
    and name
    not in (
        "csv: quotations without number", "csv: a million headers alike", "disk: a file that is replaced again and again",
        "disk: a file that shrinks", "disk: folders without end", "packed: other kinds of archive", "parquet: a billion rows in a few bytes",
        "parquet: a bomb", "parquet: a heading that is none", "xlsx: a million sheets", "xlsx: texts with nothing in them", "xml: elements with nothing in them",
        "csv: rows of a mark and a thousand cells not filled", "xlsx: hundreds of sheets, and texts that none refers to", "xlsx: many workbooks of many sheets", "xlsx: cells without number", "xlsx: texts that cells share",
        "gzip: a bomb", "xml: a million attributes", "xml: kinds of element by the million", "zip: a bomb", "zip: members by the million", "zip: packed in other ways",
    )
}  # fmt: skip
"""Those that take no long while to be made."""


@pytest.fixture
def place(tmp_path):
    home = make_home(tmp_path / "home", demo=True)
    for name in ("warehouse.duckdb", "identity.duckdb"):
        (home.folder / name).write_bytes(b"not a database")
    (tmp_path / "canary.txt").write_text(f"urn,upn\n{CANARY},{CANARY}\n")
    (home.inbox / "7").mkdir()
    here = Place(home.inbox / "7", 7, tmp_path / "canary.txt", ASKED_BY_NOBODY, home.folder)
    yield here
    here.end()


def what_came(place) -> list[tuple[str, Exception | None]]:
    """Of each table in the inbox its name, and why it is refused, found in looking what it holds, by its headers or in its rows."""
    return [_of(one) for one in inbox.find_extracts(_home(place), but_not=frozenset())]


def _of(extract) -> tuple[str, Exception | None]:
    try:
        for layout in reading.recognised(extract):
            for rows in reading.read_extract(extract, layout):
                assert CANARY not in rows.write_csv()
    except Refused as why:
        return extract.name, why
    return extract.name, None


def _home(place):
    return make_home(place.home, demo=True)


@pytest.mark.parametrize("name", LIGHT)
def test_whatever_was_made_to_do_harm_ends_in_words(place, name):
    attack = LIGHT[name]
    attack.put(place, random.Random(f"{name} 3"))
    place.begin()
    came = what_came(place)
    said = "".join(f"{table}: {why}\n" for table, why in came)
    assert plain(said) == said and CANARY not in said
    assert all(why is None or str(why).endswith((".", ")")) for _, why in came)
    if attack.ends != EITHER:
        assert came and all(why for _, why in came)


# What is no file


@pytest.mark.parametrize("what", ["pipe", "link", "link to a folder", "key"])
def test_what_is_no_file_of_its_sender_is_refused_by_its_name_and_the_file_beside_it_is_read(place, what):
    path = place.folder / "marks.csv"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "key":
        os.link(place.home / "pseudonym.key", path)
    else:
        path.symlink_to(place.canary if what == "link" else place.home, target_is_directory=what != "link")
    place.write(".csv", "urn,upn,date,session,code\n100001,B801200005001,2025-09-08,AM,/\n")
    (good, none), (name, why) = what_came(place)[::1] if what_came(place)[0][1] is None else what_came(place)[::-1]
    assert (good, none) == ("7/7.csv", None)
    said = {"pipe": "is no file but a pipe", "key": "is a key, a database or settings of this home by another name"}
    assert name == "7/marks.csv" and said.get(what, "is a link, which is not followed") in str(why)


def test_a_file_with_another_name_elsewhere_is_read_as_any(place):
    path = place.write(".csv", "urn,upn,date,session,code\n100001,B801200005001,2025-09-08,AM,/\n")
    os.link(path, place.canary.with_name("kept.csv"))
    assert what_came(place) == [("7/7.csv", None)]


def test_what_is_refused_for_it_is_no_file_is_told_of_once(place):
    os.mkfifo(place.folder / "marks.csv")
    [first] = inbox.find_extracts(_home(place), but_not=frozenset())
    assert inbox.find_extracts(_home(place), but_not=frozenset({first.sha256})) == []


@pytest.mark.parametrize("depth, is_read", [(inbox.DEEPEST, True), (inbox.DEEPEST + 1, False)])
def test_folders_are_gone_into_only_so_deep(place, depth, is_read):
    folder = place.folder.joinpath(*["d"] * depth)
    folder.mkdir(parents=True)
    (folder / "marks.csv").write_text("urn,upn,date,session,code\n100001,B801200005001,2025-09-08,AM,/\n")
    [(name, why)] = what_came(place)
    assert (why is None) == is_read
    if not is_read:
        assert name == "7" and "holds folders more than 20 deep" in str(why)


def test_where_one_folder_holds_too_many_the_others_are_read(place, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_FOLDERS", 3)
    for name in "abc":
        (place.folder / name).mkdir()
    (place.folder.parent / "marks.csv").write_text("urn,upn,date,session,code\n100001,B801200005001,2025-09-08,AM,/\n")
    (crowded, why), good = sorted(what_came(place))
    assert (crowded, good) == ("7", ("marks.csv", None)) and "over 3 of them" in str(why)


def test_a_file_is_read_to_the_end_it_had_and_then_found_to_have_grown(place, monkeypatch):
    path = place.write(".csv", "urn,upn,date,session,code\n" + "100001,B801200005001,2025-09-08,AM,/\n" * 1_000)
    read = []

    def grown(*what):
        with path.open("ab") as file:
            file.write(b"more,and,more\n" * 100_000)
        read.append(real(*what))
        return read[-1]

    real = containers._hashed
    monkeypatch.setattr(containers, "_hashed", grown)
    [(_, why)] = what_came(place)
    assert isinstance(why, Changed)
    assert read[0].size < 40_000


# What a terminal would obey


def test_a_refusal_says_no_letter_that_a_terminal_obeys():
    said = str(Refused("\x1b[2J\x1b]0;x\x07 is\x9b31m \u202egnp.csv\r\n and a\u200bb: do this."))
    assert said == "?[2J?]0;x? is?31m ?gnp.csv?\n and a?b: do this."


@pytest.mark.parametrize(
    "name, shown", [("a\nRefused: b.csv", "a?Refused: b.csv"), ("\x1b[31m.csv", "?[31m.csv"), ("naïve – é.csv", "naïve – é.csv")]
)  # fmt: skip
def test_a_name_is_one_line_of_letters_that_are_seen(name, shown):
    assert plain_name(name) == shown


def test_members_without_number_are_refused_before_their_names_are_kept_apart(place, monkeypatch):
    from pipeline.edges import archives
    from tests.soaks.attacks_packed import _listing_alike

    monkeypatch.setattr(archives, "shown_names", None)  # which nothing may ask
    place.write(".zip", _listing_alike(b"\3\0", 0, 0, 1_001))
    assert [str(why) for _, why in what_came(place)] == [
        "7/7.zip has over 300 members: deliver it in several archives."
    ]


# Exchanged after it was opened


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("by", ["a pipe", "a link"])
def test_a_file_exchanged_for_a_pipe_or_a_link_as_it_is_about_to_be_read_is_neither_waited_for_nor_followed(
    place, monkeypatch, kind, by
):
    path = place.folder / f"marks.{kind}"
    marks = pl.DataFrame(dict(zip("urn,upn,date,session,code".split(","), "100001,B801200005001,2025-09-08,AM,/".split(","), strict=True)))  # fmt: skip
    marks.write_csv(path) if kind == "csv" else marks.write_parquet(path)
    [extract] = inbox.find_extracts(_home(place), but_not=frozenset())
    opened = extract_module.open_file

    def exchanged(of, name):
        """Once it is open, there is something else in its place: whoever goes there again comes to that."""
        file = opened(of, name)
        path.unlink(missing_ok=True)
        os.mkfifo(path) if by == "a pipe" else path.symlink_to(place.canary)
        return file

    spelling = delimited.spelling_of(extract) if kind == "csv" else None
    reader = delimited if kind == "csv" else parquet
    assert reader.is_packed(extract) is False
    monkeypatch.setattr(reader, "is_packed", lambda _: False)
    with monkeypatch.context() as patched:
        patched.setattr(extract_module, "open_file", exchanged)
        frames = delimited._scanned(extract, spelling) if kind == "csv" else parquet.rows(extract)
        assert pl.concat(frames).drop(COUNT).equals(marks)
    with pytest.raises(Changed):  # and of the next that comes to it by its name nothing is read
        list(reading.read_extract(extract))


def test_letters_nobody_sees_are_one_list_for_what_is_said_and_what_is_read_and_the_soak_looks_for_none_but_those():
    letters = [chr(at) for at in range(0x110000)]
    left_out = {one for one in letters if plain_name(one) == "?"} - {"?"}
    whole = [one for one in letters if not "\ud800" <= one <= "\udfff"]
    read = pl.DataFrame({"is": whole}).with_columns(as_text("a" + pl.col("is") + "b").alias("read"))
    assert set(read.filter(pl.col("read") == "ab")["is"]) == left_out & set(whole)
    assert {one for one in letters if _OBEYED.search(one)} <= {one for one in letters if plain(one) == "?"} - {"?"}
    assert {"\u2060", "\u2065", "\U000e0041", "\u061c", "\xad", "\u202e", "\x1b"} <= left_out
    assert not {"a", "\xe9", "\u2013", " ", "\u0301", "\U0001f600"} & left_out
    assert plain("a\tb\n") == "a\tb\n" and plain_name("a\tb\n") == "a?b?"


@pytest.mark.parametrize("has_proc", [True, False])
def test_a_reader_that_wants_a_path_gets_one_to_the_opened_file_or_where_there_is_none_the_files_own(
    tmp_path, monkeypatch, has_proc
):
    path = tmp_path / "marks.csv"
    path.write_text("urn\n100001\n")
    if not has_proc:
        monkeypatch.setattr(Path, "exists", lambda self: False)
    with extract_module.path_of_the_opened(path, "marks.csv") as to_read:
        path.rename(tmp_path / "elsewhere.csv")
        path.write_text("another\n")
        assert Path(to_read).read_text() == ("urn\n100001\n" if has_proc else "another\n")
        assert (to_read == str(path)) is not has_proc


@pytest.mark.parametrize(
    "start", [b"<a>", b"\xff\xfe", b"\xfe\xff", "\ufeff<a>".encode("utf-16-be"), b"urn,upn\n", b"\xef\xbb\xbfurn,upn\n"]
)
def test_what_goes_on_in_noughts_is_no_text_in_any_encoding_and_is_not_gone_through(place, start, monkeypatch):
    monkeypatch.setattr(containers, "_hashed", lambda *_: pytest.fail("it was gone through"))
    place.sparse(".csv", start, 3_000_000_000)
    [(_, why)] = what_came(place)
    assert str(why).endswith("is not text: deliver it as CSV, XLSX, Parquet or XML.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_markup_in_letters_of_two_bytes_is_still_read_as_markup(encoding):
    start = '<?xml version="1.0" encoding="utf-16"?><Message/>'.encode(encoding)
    assert not kinds.has_noughts(start) and kinds.has_noughts(start + b"\0\0\0\0")
