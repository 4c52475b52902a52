"""One child: erased everywhere, shown whole, or never listed again; and everybody else as they were."""

import fcntl
import gzip
import io
import json
import os
import re
import shutil
import sys
from datetime import date
from unittest import mock

import polars as pl
import pytest

from pipeline.edges import forgotten, identity, traces
from pipeline.edges import warehouse as shelf
from pipeline.edges.child import Child
from pipeline.edges.forgotten import Marks
from pipeline.edges.settings import open_home
from pipeline.synthetic import synthesise
from pipeline.vocabulary.identifiers import UPN_LETTERS, UpnCheck, upn_check

from .anywhere import every_table, found_anywhere
from .at_home import a2n, deliver, lists, new_home, tables
from .conftest import made_once
from .killed import KILLED, a2n_killed
from .one_child import BORN, family, list_rows, listed, named_apart, people, upns_of_family

DAY, NEXT = date(2025, 10, 10), "2025-10-13"
WHY = ("--reason", "asked for and granted")


def lived(folder):
    made = synthesise(folder / "made", pupils=90, schools=2, seed=6, weeks=6)
    named_apart([*made.history, *made.files])
    home = new_home(folder / "home")
    deliver(home, made.history, "last_year")
    assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0
    deliver(home, made.files, "this_year")
    marks = home.inbox / "this_year" / "attendance_marks_100001.csv"
    (marks.parent / "marks.csv.gz").write_bytes(gzip.compress(marks.read_bytes()))
    marks.unlink()
    pl.read_csv(home.inbox / "this_year" / "pupils_100001.csv", infer_schema=False).write_parquet(
        home.inbox / "this_year" / "roll.parquet"
    )
    (home.inbox / "this_year" / "pupils_100001.csv").unlink()
    assert a2n("nightly", "--home", home.folder, "--as-of", DAY).status == 0


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return made_once(tmp_path_factory, "one-child", lived)


@pytest.fixture
def home(once, tmp_path):
    return open_home(shutil.copytree(once / "home", tmp_path / "home", symlinks=True))


def forget(home, upn, *words):
    return a2n("forget", "--home", home.folder, *(words or WHY), typed=f"{upn}\n")


def others(home, gone) -> dict[str, pl.DataFrame]:
    """Every table, less the rows of those who are gone, and less what is said of erasing itself."""
    kept = {}
    for name, rows in tables(home).items():
        if "pupil_id" in rows.columns:
            kept[name] = rows.filter(~pl.col("pupil_id").is_in(gone) | pl.col("pupil_id").is_null())
    return kept


def deeds(home, did) -> list[dict]:
    """Of what each line of the trail is that says this was done."""
    trail = (home.folder / "audit").glob("trail-*.jsonl")
    said = [json.loads(line) for path in trail for line in path.read_text().splitlines()]
    return [line["of"] for line in said if line["did"] == did]


def test_a_child_who_is_erased_is_nowhere_in_the_home_and_everybody_else_is_as_before(home):
    one, *rest = listed(home)
    assert found_anywhere(home, one.words) != []
    before, kept = lists(home, DAY), others(home, [one.pupil_id])
    rows = {name: list_rows(home.lists_of(DAY) / name) for name in before}
    done = forget(home, one.upn)
    assert done.status == 0, done.err
    assert found_anywhere(home, one.words) == []
    assert not any(word.lower() in (done.out + done.err).lower() for word in one.words)
    after = {name: list_rows(home.lists_of(DAY) / name) for name in before}
    assert {key: text for shown in rows.values() for key, text in shown.items() if key != one.pupil_id} == {
        key: text for shown in after.values() for key, text in shown.items()
    }
    assert {other.pupil_id for other in rest} <= {key for shown in after.values() for key in shown}
    now = others(home, [])
    assert [name for name in kept if not now[name].equals(kept[name])] == []
    assert "roll.parquet" in done.out  # what cannot be written anew is removed, and said to be


def test_the_days_before_are_had_again_without_the_child_and_nobody_takes_the_place(home):
    one = listed(home)[0]
    forget(home, one.upn)
    made_again = lists(home, DAY)
    assert a2n("flag", "--home", home.folder, "--as-of", DAY).status == 0
    assert lists(home, DAY) == made_again
    assert one.pupil_id not in str(tables(home, "derived"))


def test_extracts_written_anew_count_as_taken_in_and_their_rows_keep_their_numbers(home):
    one = listed(home)[0]
    numbers = tables(home, "staged")["staged.attendance_marks"].filter(pl.col("pupil_id") != one.pupil_id)
    forget(home, one.upn)
    told = a2n("take-in", "--home", home.folder, "--known-on", NEXT)
    assert told.status == 0 and "No new extracts" in told.out
    assert tables(home, "staged")["staged.attendance_marks"].equals(numbers)
    with gzip.open(home.inbox / "this_year" / "marks.csv.gz", "rt") as file:
        lines = file.read().splitlines()
    of_file = numbers.filter(pl.col("urn") == 100001, pl.col("date") >= date(2025, 9, 1))["row_number"]
    emptied = [number for number, line in enumerate(lines, start=1) if not line.strip(",")]
    assert len(lines) >= of_file.max() and len(emptied) > 10 and not set(emptied) & set(of_file)


def sent_again(home, paths):
    """Taken in the night after, each spelt another way: a file that was taken in would not be read."""
    for at, path in enumerate(paths):
        rows = pl.read_csv(path, infer_schema=False)
        rows.write_csv(home.inbox / f"again{at}.csv", separator=";")
    told = a2n("take-in", "--home", home.folder, "--known-on", NEXT, "--json")
    assert told.status == 0, told.err
    return told


@pytest.mark.long
def test_under_another_key_a_child_who_is_sent_again_is_left_out_too(home, once):
    one, other = listed(home)[:2]
    assert forget(home, one.upn).status == 0
    done = a2n("rekey", "pseudonym", "--home", home.folder)
    assert done.status == 0, done.err
    [roll] = [
        path
        for path in (once / "made").rglob("pupils_*.csv")
        if one.upn in path.read_text() and "history" not in path.parts
    ]
    assert sent_again(home, [roll]).told["set_aside_by_rule"]["forgotten"] == 1
    now = dict(identity.pseudonyms(home).of(pl.Series("upn", [one.upn, other.upn])).select("upn", "pupil_id").rows())
    assert now[one.upn] != one.pupil_id
    assert found_anywhere(home, [*one.words, now[one.upn]], but_not=["inbox/again"]) == []
    assert tables(home, "staged")["staged.pupils"].filter(pl.col("pupil_id") == now[other.upn]).height
    assert (
        forget(home, other.upn).status == 0
    )  # and who was taken in under the key of before is erased under that of now
    assert found_anywhere(home, [*other.words, now[other.upn]], but_not=["inbox/again"]) == []


@pytest.mark.long
def test_after_an_erasure_nights_and_retention_go_on_and_the_newest_lists_are_had_again(home):
    one = listed(home)[0]
    assert forget(home, one.upn).status == 0
    retained_and_had_again(home, DAY)
    assert a2n("nightly", "--home", home.folder, "--as-of", NEXT).status == 0
    of_that_day = {key for path in home.lists_of(DAY).iterdir() for key in list_rows(path)}
    other = next(one for one in listed(home) if one.pupil_id in of_that_day)
    assert tables(home, "derived")["derived.first_found"].filter(pl.col("pupil_id") == other.pupil_id).height
    done = forget(home, other.upn)
    assert done.status == 0, done.err
    assert found_anywhere(home, [*one.words, *other.words]) == []
    retained_and_had_again(home, date.fromisoformat(NEXT))
    assert f"{DAY} cannot be had again" in done.out and f"--as-of {DAY}" not in done.out
    refused = a2n("flag", "--home", home.folder, "--as-of", DAY)
    assert refused.status == 1 and "removed under retention" in refused.err


def retained_and_had_again(home, day):
    out = lists(home, day)
    done = a2n("retain", "--home", home.folder, "--as-of", day)
    assert done.status == 0 and "Written anew" in done.out, done.err
    assert a2n("flag", "--home", home.folder, "--as-of", day).status == 0
    assert out and lists(home, day) == out


def test_a_child_who_is_sent_again_is_left_out_and_the_others_of_the_file_are_not(home, once):
    one, other = listed(home)[:2]
    forget(home, one.upn)
    rolls = [path for path in (once / "made").rglob("pupils_*.csv") if one.upn in path.read_text()]
    marks = [path for path in (once / "made").rglob("attendance_marks_*.csv") if one.upn in path.read_text()]
    told = sent_again(home, [*rolls[:1], *marks[:1]])
    assert told.told["set_aside_by_rule"]["forgotten"] > 10
    assert sum(file["rows_accepted"] for file in told.told["extracts"]) > 100
    assert found_anywhere(home, one.words, but_not=["inbox/again"]) == []
    assert tables(home, "staged")["staged.pupils"].filter(pl.col("pupil_id") == other.pupil_id).height
    aside = tables(home, "audit")["audit.set_aside"].filter(pl.col("rule") == "forgotten")
    assert aside["row_number"].min() > 1 and one.upn not in str(aside.rows())
    assert forget(home, one.upn).status == 0  # what was delivered since goes too
    assert found_anywhere(home, one.words) == []


def with_new_upn(home, one) -> str:
    """The child comes under a permanent UPN of another school year, with the one before as the former."""
    roll = pl.read_parquet(home.inbox / "this_year" / "roll.parquet").filter(pl.col("upn") == one.upn)
    if roll.is_empty():
        roll = pl.read_csv(home.inbox / "this_year" / "pupils_100002.csv", infer_schema=False).filter(
            pl.col("upn") == one.upn
        )
    upn = next(upn for letter in UPN_LETTERS if upn_check(upn := f"{letter}890999925001") is UpnCheck.PERMANENT)
    roll.with_columns(upn=pl.lit(upn), former_upn=pl.lit(one.upn)).write_csv(home.inbox / "moved.csv")
    assert a2n("take-in", "--home", home.folder, "--known-on", NEXT).status == 0
    return upn


def with_family(home) -> dict[str, str]:
    """A roll of children whose names are alike, taken in, and a file without UPNs beside it that is not. Gives who has which UPN."""
    roll = pl.read_csv(home.inbox / "this_year" / "pupils_100002.csv", infer_schema=False)
    family(roll.head(1)).write_csv(home.inbox / "family.csv")
    assert a2n("take-in", "--home", home.folder, "--known-on", NEXT).status == 0
    notes = [f"Collins,Joanna,{BORN}", f"Li,Mei-An,{BORN}", f"Li,An,{BORN}", "Li,An,2013-03-01"]
    (home.inbox / "notes.csv").write_text("\n".join(["surname,forename,date_of_birth", *notes, ""]))
    return upns_of_family()


def test_twins_a_name_within_a_name_and_a_namesake_of_the_same_day_lose_nothing(home):
    upns = with_family(home)
    one = next(one for one in people(home).values() if one.upn == upns["the child"])
    roll, kept = (home.inbox / "family.csv").read_text().splitlines(), others(home, [one.pupil_id])
    notes = (home.inbox / "notes.csv").read_text()
    done = forget(home, one.upn)
    assert done.status == 0, done.err
    assert found_anywhere(home, [one.upn, one.pupil_id]) == []
    now = others(home, [])
    assert [name for name in kept if not now[name].equals(kept[name])] == []
    left = (home.inbox / "family.csv").read_text().splitlines()
    assert [line for line, was in zip(left, roll, strict=True) if line != was] == ["," * roll[0].count(",")]
    assert {other.upn for other in people(home).values()} >= {upn for who, upn in upns.items() if who != "the child"}
    assert (home.inbox / "notes.csv").read_text() == notes  # whose it is of two children of one name, nobody can tell
    assert "inbox/notes.csv row 4 has" in done.out and "inbox/family.csv row 6 has" in done.out
    assert done.out.count("Left alone: ") == 2 and "but in what was left alone" in done.out
    done = forget(home, upns["namesake"])  # of that name and day there is no other any more
    assert done.status == 0, done.err
    left = (home.inbox / "notes.csv").read_text().splitlines()
    assert left == [left[0], f"Collins,Joanna,{BORN}", f"Li,Mei-An,{BORN}", ",,", "Li,An,2013-03-01"]
    assert "Left alone" not in done.out and "and no name with its birth date" in done.out


def test_where_another_childs_row_names_the_upn_it_goes_from_there_and_the_row_stays(home):
    one, other = listed(home)[:2]
    path = home.inbox / "new.csv"
    path.write_text(f'upn,before,said\n{other.upn},{one.upn},"first, second"\n{one.upn},,third\n{other.upn},,fourth\n')
    assert forget(home, one.upn).status == 0
    assert path.read_text() == f'upn,before,said\n{other.upn},,"first, second"\n,,\n{other.upn},,fourth\n'


@pytest.mark.long
def test_erased_under_a_former_upn_a_child_is_gone_under_todays_too(home):
    one = listed(home)[0]
    upn = with_new_upn(home, one)
    now = next(other for other in people(home).values() if other.upn == upn)
    assert forget(home, one.upn).status == 0
    assert found_anywhere(home, [*one.words, *now.words]) == []


def test_nobody_is_erased_under_a_upn_that_nobody_has_and_it_is_told_to_nobody(home):
    upn = "Z999200000001"
    for said in (upn, "A000000000000", "nonsense"):
        done = forget(home, said)
        assert done.status == 1 and said not in done.err + done.out
    assert deeds(home, "child erased") == []


@pytest.mark.parametrize("reason", ["{surname} asked", "for {upn}", "of {forename} himself", "  "])
def test_a_reason_that_names_the_child_is_refused(home, reason):
    one = listed(home)[0]
    done = forget(home, one.upn, "--reason", reason.format(**vars(one)))
    assert done.status in (1, 2)
    assert found_anywhere(home, [one.pupil_id]) != []


def test_what_is_on_record_of_an_erasure_names_nobody(home):
    one = listed(home)[0]
    forget(home, one.upn)
    assert [of["stage"] for of in deeds(home, "child erased")] == ["begun", "proved"]
    [row] = tables(home, "audit")["audit.forgettings"].rows(named=True)
    assert row["reason"] == "asked for and granted" and row["rows"] > 20 and row["files_removed"] >= 2


@pytest.mark.long
def test_a_dash_may_stand_for_standard_input(home):
    one = listed(home)[0]
    assert a2n("forget", "-", "--home", home.folder, *WHY, typed=f"{one.upn}\n").status == 0
    assert found_anywhere(home, one.words) == []


OF_ONE_CHILD = {"show": (), "forget": WHY, "object": WHY}


@pytest.mark.parametrize("command", OF_ONE_CHILD)
def test_a_upn_that_is_a_word_of_the_command_is_refused_and_not_repeated(home, command):
    one, other = listed(home)[:2]
    for words in ([one.upn], [one.upn, other.upn], ["-", one.upn], [one.upn.lower()], [f"--upn={one.upn}"], [f"--{one.upn}"]):  # fmt: skip
        done = a2n(command, *words, "--home", home.folder, *OF_ONE_CHILD[command], typed=one.upn)
        told = (done.out + done.err).casefold()
        assert done.status == 2 and one.upn.casefold() not in told and other.upn.casefold() not in told
        assert words[0].startswith("--") or "A UPN is no word of this command" in " ".join(re.sub("[│|]", " ", done.err).split())  # fmt: skip
    assert deeds(home, "child erased") == deeds(home, "record of a child shown") == []


def test_where_nobody_says_whose_nothing_is_done_and_a_person_at_a_terminal_is_asked(home):
    done = a2n("show", "--home", home.folder, typed="\n")
    assert done.status == 1 and "No UPN came on standard input" in done.err and "UPN: " not in done.err

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    one = listed(home)[0]
    with mock.patch.object(sys, "stdin", Terminal(f"{one.upn}\n")):
        asked = a2n("show", "--home", home.folder, "--json")
    assert asked.status == 0 and asked.err == "The child's UPN: " and json.loads(asked.out)["tables"]


def test_what_is_wrong_with_the_words_of_any_command_is_said_without_a_upn():
    for words in (["keys", "--home", "home", "A820123456789"], ["A820123456789"], ["check", "A820123456789.csv"], ["keys", "--A820123456789"], ["--A820123456789"], ["flag", "--as-of", "A820123456789"]):  # fmt: skip
        done = a2n(*words)
        assert done.status == 2 and "UPN left out" in done.err and "A820123456789" not in done.err + done.out, words


def test_while_a_run_is_at_work_nobody_is_erased(home):
    one = listed(home)[0]
    handle = os.open(home.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    try:
        done = forget(home, one.upn, *WHY, "--wait", 0)
    finally:
        os.close(handle)
    assert done.status == 1 and "in use by another run" in done.err
    assert found_anywhere(home, [one.pupil_id]) != []


@pytest.mark.long
def test_a_file_not_taken_in_that_cannot_be_written_anew_stands_in_the_way(home):
    one = listed(home)[0]
    pl.DataFrame({"upn": [one.upn], "colour": ["blue"]}).write_parquet(home.inbox / "new.parquet")
    done = forget(home, one.upn)
    assert done.status == 1 and "inbox/new.parquet" in done.err
    assert found_anywhere(home, [one.pupil_id]) != [] and not (home.folder / "erasing.json").exists()
    pl.DataFrame({"upn": [one.upn, "another"], "colour": ["blue", "red"]}).write_csv(home.inbox / "new.csv")
    (home.inbox / "new.parquet").unlink()
    assert forget(home, one.upn).status == 0
    assert (home.inbox / "new.csv").read_text() == "upn,colour\n,\nanother,red\n"


MOMENTS = (
    ("pipeline.hops.forgetting:_mark", 1),  # it is on record that it was begun, and nothing else
    ("pipeline.hops.forgetting_files:remove", 1),
    ("pipeline.hops.forgetting_files:_record", 2),  # one extract is written anew, and another beside itself
    ("pipeline.edges.erasing:erase_rows", 1),
    ("pipeline.hops.forgetting:lists_again", 1),  # the rows are gone, and the lists
    ("pipeline.edges.anew:put_in_place", 1),
    ("pipeline.hops.forgetting:_erase_names", 1),
    ("pipeline.edges.anew:put_in_place", 1),  # once more, of a warehouse that is anew
    ("pipeline.edges.erasing_begun:end", 1),
)


@pytest.mark.long
def test_killed_again_and_again_an_erasure_ends_as_if_undisturbed(home, once, tmp_path):
    one = listed(home)[0]
    undisturbed = open_home(shutil.copytree(once / "home", tmp_path / "undisturbed", symlinks=True))
    assert forget(undisturbed, one.upn).status == 0
    words = ("forget", "--home", home.folder, *WHY)
    for moment, nth in MOMENTS[:8]:
        assert a2n_killed(moment, nth, *words, typed=one.upn) == KILLED, f"it never came to {moment} a {nth}th time"
        held_up = a2n("nightly", "--home", home.folder, "--as-of", NEXT)
        assert held_up.status == 1 and "--finish" in held_up.err
    rekeyed = a2n("rekey", "pseudonym", "--home", home.folder)
    assert rekeyed.status == 1 and "--finish" in rekeyed.err
    assert a2n("forget", "--finish", "--home", home.folder).status == 0
    assert found_anywhere(home, one.words) == []
    mine, theirs = tables(home), tables(undisturbed)
    assert [name for name in theirs if name != "audit.forgettings" and not mine[name].equals(theirs[name])] == []
    assert lists(home, DAY) == lists(undisturbed, DAY)
    assert not list(home.folder.rglob(".*.anew")) and not list(home.folder.rglob("*.duckdb.anew"))


def only_in_a_file(home) -> tuple[str, str]:
    """A child who is in no database: in one row of a file that was not taken in. Gives the UPN, and that of a child of another row."""
    upns = [*upns_of_family().values()]
    (home.inbox / "new.csv").write_text(f"upn,colour\n{upns[0]},blue\n{upns[1]},green\n")
    return upns[0], upns[1]


def test_where_names_lead_to_nobody_an_erasure_is_finished_by_upn_and_never_proved_without(home):
    upn, other = only_in_a_file(home)
    words = ("forget", "--home", home.folder, *WHY)
    assert a2n_killed("pipeline.hops.forgetting:_mark", 1, *words, typed=upn) == KILLED
    refused = a2n("forget", "--finish", "--home", home.folder)
    assert refused.status == 1 and "forget - --finish" in refused.err and "Nothing of" not in refused.out
    assert [of["stage"] for of in deeds(home, "child erased")] == ["begun"] and upn in (
        home.inbox / "new.csv"
    ).read_text()
    assert "another child" in a2n("forget", "-", "--finish", "--home", home.folder, typed=other).err
    done = a2n("forget", "-", "--finish", "--home", home.folder, typed=upn)
    assert done.status == 0 and "for names, which are gone" in done.out
    assert (home.inbox / "new.csv").read_text() == f"upn,colour\n,\n{other},green\n"
    assert forgotten.marks(home).has(forgotten.UPN, upn) and not forgotten.marks(home).has(forgotten.UPN, other)
    assert [of["stage"] for of in deeds(home, "child erased")] == ["begun", "proved"]


@pytest.mark.long
def test_what_is_added_once_the_names_are_gone_is_found_by_upn(home):
    one = listed(home)[0]
    assert a2n_killed(*MOMENTS[-1], "forget", "--home", home.folder, *WHY, typed=one.upn) == KILLED
    (home.folder / "note.txt").write_text(one.upn)
    assert a2n("forget", "--finish", "--home", home.folder).status == 1
    refused = a2n("forget", "-", "--finish", "--home", home.folder, typed=one.upn)
    assert refused.status == 1 and "left in note.txt" in refused.err
    (home.folder / "note.txt").unlink()
    assert a2n("forget", "-", "--finish", "--home", home.folder, typed=one.upn).status == 0


def test_what_is_on_record_of_one_that_was_begun_marks_the_child_though_no_name_does():
    marks = Marks(["a key"])
    known_by = Child(("x",), ("A890200018001",), keys={"care": (("17",),)}).marked(marks)
    assert not marks
    marks.put(known_by)
    assert marks.has("upn", "A890200018001") and marks.has("care", "17") and not marks.has("care", "18")


@pytest.mark.parametrize("content", ['{"turn": 1, "on"', "", "[]", "{}"])
def test_a_record_of_an_erasure_that_cannot_be_read_says_what_to_do(home, content):
    one = listed(home)[0]
    (home.folder / "erasing.json").write_text(content)
    for words in (("--finish",), WHY):
        done = a2n("forget", *words, "--home", home.folder, typed=one.upn)
        assert done.status == 1 and "erasing.json cannot be read" in done.err and "program itself" not in done.err
    (home.folder / "erasing.json").unlink()


def test_a_file_called_by_the_upn_stands_in_the_way_before_anything_is_erased(home):
    one = listed(home)[0]
    path = home.inbox / f"{one.upn} note.csv"
    path.write_text("upn,colour\nanother,blue\n")
    done = forget(home, one.upn)
    assert done.status == 1 and "is in its name: give it another name" in done.err and one.upn not in done.err
    assert not (home.folder / "erasing.json").exists() and found_anywhere(home, [one.pupil_id]) != []
    path.rename(home.inbox / "note.csv")
    assert forget(home, one.upn).status == 0 and (home.inbox / "note.csv").read_text() == "upn,colour\nanother,blue\n"


def test_where_no_row_can_be_told_or_others_would_change_nothing_is_begun(home, monkeypatch):
    one = listed(home)[0]
    (home.inbox / "headed.csv").write_text(f"upn,{one.upn}\nanother,blue\n")
    done = forget(home, one.upn)
    assert done.status == 1 and "inbox/headed.csv: the child is in it, in no row" in done.err
    (home.inbox / "headed.csv").unlink()
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.edges.rewriting.is_the_same_but_for", lambda *_: False)
        done = forget(home, one.upn)
    assert done.status == 1 and "cannot be written anew without changing other rows" in done.err
    assert not (home.folder / "erasing.json").exists() and not list(home.folder.rglob(".*.anew"))
    assert forget(home, one.upn).status == 0


@pytest.mark.long
def test_what_was_looked_through_is_counted_and_keys_and_databases_are_not(home):
    done = forget(home, listed(home)[0].upn)
    there = {path.name for path in traces.looked_through(home)}
    assert f"in {len([*traces.looked_through(home)]) + 1} files" in done.out  # and the record that it was begun
    assert not there & {"warehouse.duckdb", "identity.duckdb", "pseudonym.key"} and "settings.toml" in there


def test_while_one_erasure_is_not_ended_no_other_begins(home):
    one, other = listed(home)[:2]
    assert a2n_killed(*MOMENTS[0], "forget", "--home", home.folder, *WHY, typed=one.upn) == KILLED
    done = forget(home, other.upn)
    assert done.status == 1 and "another child" in done.err
    assert a2n("forget", "--finish", "--home", home.folder).status == 0
    assert found_anywhere(home, one.words) == [] and found_anywhere(home, other.words) != []
    assert a2n("forget", "--finish", "--home", home.folder).status == 1


# Shown --------------------------------------------------------------------------------------------------------------------


def test_all_that_is_held_of_a_child_is_shown_and_nothing_of_another(home, tmp_path):
    one = listed(home)[0]
    to = tmp_path / "all.json"
    done = a2n("show", "--home", home.folder, "--to", to, typed=one.upn)
    assert done.status == 0, done.err
    assert to.stat().st_mode & 0o777 == 0o600
    assert not any(word in done.out + done.err for word in one.words)
    told = json.loads(to.read_text())
    with shelf.warehouse(home) as con:
        for name, rows in every_table(con, "warehouse"):
            theirs = rows.filter(
                pl.concat_str(pl.all().cast(pl.String), separator="|", ignore_nulls=True).str.contains(one.pupil_id)
            )
            assert len(told["tables"].get(name.partition(".")[2], {"rows": []})["rows"]) >= theirs.height, name
    with identity.identity(home) as con:
        for name, rows in every_table(con, "identity"):
            text = pl.concat_str(pl.all().cast(pl.String), separator="|", ignore_nulls=True)
            theirs = rows.filter(text.str.contains_any([one.pupil_id, one.upn])) if rows.width else rows
            assert len(told["names"].get(name.rpartition(".")[2], [])) >= theirs.height, name
    text = to.read_text()
    assert [
        other.upn for other in people(home).values() if other != one and (other.upn in text or other.surname in text)
    ] == []
    described = [table["columns"] for table in told["tables"].values() if table["what"]]
    assert len(described) > 8 and all(all(columns.values()) for columns in described)
    assert any(place["made_for"].startswith("the SENCo of") for place in told["lists"])
    assert "inbox/this_year/marks.csv.gz" in told["files"]


def test_what_is_held_can_be_read_by_a_parent(home):
    one = listed(home)[0]
    said = a2n("show", "--home", home.folder, typed=one.upn).out
    for heading in (
        "Who the child is",
        "Lists that named the child",
        "Why it is held, and for how long",
        "Where it came from",
    ):
        assert f"\n{heading}" in said
    assert one.surname in said and "means: Present in the morning" in said
    trail = "".join(path.read_text() for path in (home.folder / "audit").glob("trail-*"))
    assert "record of a child shown" in trail and one.pupil_id not in trail


def test_a_child_who_is_in_files_alone_is_shown_to_be_there(home):
    upn, other = only_in_a_file(home)
    (home.inbox / "new.csv").rename(home.inbox / f"{other} new.csv")
    told = a2n("show", "--home", home.folder, "--json", typed=upn)
    assert told.status == 0, told.err
    [name] = told.told["files"]
    assert name.startswith("inbox/") and "new.csv" in name and other not in told.out
    assert told.told["tables"] == {} and told.told["upns"] == [upn]
    assert name in a2n("show", "--home", home.folder, typed=upn).out
    (home.inbox / f"{other} new.csv").unlink()
    assert a2n("show", "--home", home.folder, typed=upn).status == 1


# Objected -----------------------------------------------------------------------------------------------------------------


def outcomes(home, as_of) -> dict[str, str]:
    rows = tables(home, "derived")["derived.triage"].filter(pl.col("as_of") == as_of)
    return dict(rows.select("pupil_id", "outcome").rows())


def test_a_child_who_objects_is_listed_before_that_day_and_never_after_and_listed_again_once_it_is_taken_back(home):
    one = listed(home)[0]
    assert a2n("object", "--home", home.folder, *WHY, "--known-on", "2025-10-11", typed=one.upn).status == 0
    assert a2n("object", "--home", home.folder, *WHY, typed=one.upn).status == 1
    assert a2n("nightly", "--home", home.folder, "--as-of", "2025-10-11").status == 0
    now = outcomes(home, date(2025, 10, 11))
    assert now[one.pupil_id] == "cannot_be_judged"
    signals = tables(home, "derived")["derived.pupil_signals"].filter(pl.col("as_of") == date(2025, 10, 11), pl.col("pupil_id") == one.pupil_id)  # fmt: skip
    assert signals.height and signals["raised"].null_count() == signals.height and not signals["points"].sum()
    for path in home.lists_of(date(2025, 10, 11)).iterdir():
        assert not traces.in_file(path, traces.sought(Child((one.pupil_id,), (one.upn,), ((one.surname, one.forename, one.born),))), names_alone=True)  # fmt: skip
    assert a2n("flag", "--home", home.folder, "--as-of", DAY).status == 0
    assert outcomes(home, DAY)[one.pupil_id] == "listed"
    assert a2n("object", "--home", home.folder, *WHY, "--undo", "--known-on", "2025-10-12", typed=one.upn).status == 0
    assert a2n("nightly", "--home", home.folder, "--as-of", "2025-10-12").status == 0
    assert outcomes(home, date(2025, 10, 12))[one.pupil_id] != "cannot_be_judged"
    assert [
        row["objects"] for row in tables(home, "feedback")["feedback.objections"].sort("turn").rows(named=True)
    ] == [True, False]


def test_an_objection_under_a_former_upn_holds_under_todays(home):
    one = listed(home)[0]
    upn = with_new_upn(home, one)
    now = next(other for other in people(home).values() if other.upn == upn)
    assert a2n("object", "--home", home.folder, *WHY, "--known-on", "2025-10-14", typed=one.upn).status == 0
    assert a2n("nightly", "--home", home.folder, "--as-of", "2025-10-14").status == 0
    told = outcomes(home, date(2025, 10, 14))
    assert {told.get(one.pupil_id), told.get(now.pupil_id)} == {"cannot_be_judged", None}
