"""Files in containers through a whole night; and files that change while they are read, which are left for the next."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import flow, parts
from pipeline.edges import delimited
from pipeline.edges.settings import Home, open_home
from pipeline.hops.taking_in import Day
from pipeline.vocabulary.feeds import FAMILIES

from .delivered import FIRST_NIGHT, MARKS, ROLL, SCHOOLS, file, marks_held, new_home, night, read
from .sent import zipped

pytestmark = pytest.mark.usefixtures("in_little_time")

LEFT = "marks.csv changed while it was read: it is left for the next run."


def csv(picture: str) -> str:
    return file(picture).write_csv()


@pytest.fixture
def home(tmp_path) -> Home:
    """It has its schools and its roll."""
    home = new_home(tmp_path / "home")
    night(home, schools=SCHOOLS, roll=ROLL)
    return home


def take_in(home: Home, nights_later: int = 0):
    return flow.take_in(home, Day(FIRST_NIGHT + timedelta(days=nights_later)))


def recorded(home: Home) -> list[str]:
    return [name for (name,) in read(home, "SELECT extract FROM warehouse.audit.extracts ORDER BY ALL")]


def refused(summary) -> dict[str, str]:
    return {one.file: one.refused_because for one in summary.extracts if one.refused_because}


def beside(home: Home) -> list[str]:
    return sorted(path.name for path in home.set_aside.iterdir())


# Containers


def test_a_nights_extracts_in_one_archive_are_taken_in_like_the_files_themselves(tmp_path):
    plain, packed = new_home(tmp_path / "plain"), new_home(tmp_path / "packed")
    night(plain, schools=SCHOOLS, roll=ROLL, marks=MARKS)
    sent = zipped(
        ("schools.csv", csv(SCHOOLS)), ("on/roll.csv", csv(ROLL)), ("marks.csv.gz", gzip.compress(csv(MARKS).encode()))
    )
    (packed.inbox / "night.zip").write_bytes(sent)
    taken = take_in(packed)
    assert [one.file for one in taken.extracts] == [
        "night.zip/schools.csv",
        "night.zip/on/roll.csv",
        "night.zip/marks.csv.gz",
    ]
    assert marks_held(packed) == marks_held(plain) and len(marks_held(packed)) == 3


def test_what_came_plain_and_comes_zipped_is_no_news(home):
    night(home, marks=MARKS)
    (home.inbox / "again.zip").write_bytes(zipped(("marks.csv", csv(MARKS))))
    assert take_in(home).extracts == []


def test_a_member_refused_leaves_the_others_taken_in_and_the_archive_where_it_is(home):
    home = with_move_taken(home)
    sent = zipped(("marks.csv", csv(MARKS)), ("strange.csv", "colour\nblue\n"))
    (home.inbox / "night.zip").write_bytes(sent)
    assert list(refused(take_in(home))) == ["night.zip/strange.csv"]
    assert len(marks_held(home)) == 3
    assert beside(home) == ["night.zip__strange.csv.refused.txt"]
    assert [path.name for path in home.inbox.iterdir()] == ["night.zip"]
    assert take_in(home).extracts == [] and (home.inbox / "night.zip").exists()


def test_an_archive_cut_short_is_refused_and_once_it_is_whole_that_is_taken_back(home):
    whole = zipped(("marks.csv", csv(MARKS)))
    (home.inbox / "night.zip").write_bytes(whole[:-10])
    assert list(refused(take_in(home))) == ["night.zip"]
    assert beside(home) == ["night.zip.refused.txt"]
    (home.inbox / "night.zip").write_bytes(whole)
    assert refused(take_in(home)) == {}
    assert beside(home) == [] and len(marks_held(home)) == 3


def with_move_taken(home: Home) -> Home:
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("move_taken = false", "move_taken = true"))
    return open_home(home.folder)


def test_what_is_in_a_container_is_checked_like_the_file_itself(tmp_path):
    sent = tmp_path / "night.zip"
    sent.write_bytes(zipped(("marks.csv", csv(MARKS)), ("strange.csv", "colour\nblue\n"), ("roll.csv", csv(ROLL))))
    found = flow.check([sent], Day(FIRST_NIGHT))
    assert list(refused(found)) == ["night.zip/strange.csv"]
    assert {one.file: one.rows_read for one in found.extracts} == {
        "night.zip/marks.csv": 3, "night.zip/roll.csv": 2, "night.zip/strange.csv": 1,
    }  # fmt: skip


# Files that change


def written_to_while_read(monkeypatch, path: Path) -> None:
    """Somebody adds a row to a file as soon as its first rows have been read."""
    plainly = delimited.rows

    def rows(extract):
        yield from plainly(extract)
        if extract.path == path:
            with path.open("a") as more:
                more.write("100001,x,2025-09-08,PM,/\n")

    monkeypatch.setattr(delimited, "rows", rows)


def test_a_file_that_changes_while_it_is_read_is_left_and_the_others_go_on(home, monkeypatch):
    (home.inbox / "marks.csv").write_text(csv(MARKS))
    (home.inbox / "more.csv").write_text(csv(MARKS).replace("2025-09-08", "2025-09-09"))
    with monkeypatch.context() as meanwhile:
        written_to_while_read(meanwhile, home.inbox / "marks.csv")
        taken = take_in(home)
    assert refused(taken) == {"marks.csv": LEFT}
    assert {day for day, *_ in marks_held(home)} == {FIRST_NIGHT.replace(day=9)}
    assert "marks.csv" not in recorded(home) and "more.csv" in recorded(home)
    assert beside(home) == []
    [left] = [one for one in taken.extracts if one.refused_because]
    assert (left.rows_read, left.rows_accepted, left.rows_set_aside, left.rows_refused) == (0, 0, 0, 0)


def test_it_is_read_the_next_night_even_where_its_bytes_are_what_they_were(home, monkeypatch):
    (home.inbox / "marks.csv").write_text(csv(MARKS))
    with monkeypatch.context() as meanwhile:
        written_to_while_read(meanwhile, home.inbox / "marks.csv")
        assert refused(take_in(home))
    (home.inbox / "marks.csv").write_text(csv(MARKS))
    assert refused(take_in(home, 1)) == {}
    assert len(marks_held(home)) == 3


def test_nobody_met_in_it_is_remembered(tmp_path, monkeypatch):
    home = new_home(tmp_path / "home")
    (home.inbox / "roll.csv").write_text(csv(ROLL))
    written_to_while_read(monkeypatch, home.inbox / "roll.csv")
    assert list(refused(take_in(home))) == ["roll.csv"]
    from pipeline.edges.identity import identity

    with identity(home) as names:
        assert names.execute("SELECT count(*) FROM identity.people").fetchone() == (0,)


def test_a_file_that_changes_between_two_parts_of_a_night_is_told_of_at_its_end_and_stays(home):
    home = with_move_taken(home)
    (home.inbox / "marks.csv").write_text(csv(MARKS))
    (home.inbox / "totals.csv").write_text("urn,from_date,to_date,possible_sessions,absence_sessions\n")
    begun = parts.begin(str(home.folder), FIRST_NIGHT.isoformat())
    (home.inbox / "marks.csv").write_text(csv(MARKS) + "100001,x,2025-09-08,PM,/\n")
    taken = [parts.take_in(begun, family) for family in FAMILIES]
    ended = parts.end(begun, taken)
    assert {one["file"]: one["refused_because"] for one in ended["extracts"]} == {"marks.csv": LEFT, "totals.csv": None}
    assert [path.name for path in home.inbox.iterdir()] == ["marks.csv"]
    assert marks_held(home) == []


def test_members_and_sheets_pass_from_part_to_part(home):
    (home.inbox / "night.zip").write_bytes(
        zipped(("a.csv", csv(MARKS)), ("b.csv", csv(MARKS).replace("09-08", "09-09")))
    )
    begun = parts.begin(str(home.folder), FIRST_NIGHT.isoformat())
    ended = parts.end(begun, [parts.take_in(begun, family) for family in FAMILIES])
    assert sorted(one["file"] for one in ended["extracts"]) == ["night.zip/a.csv", "night.zip/b.csv"]
    assert len(marks_held(home)) == 6
