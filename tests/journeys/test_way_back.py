"""A list goes out, is answered and comes back: what each command makes of it, and what it leaves alone."""

import stat
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest

from pipeline.edges.settings import Home, open_home
from pipeline.vocabulary.made_up import MADE_UP

from .at_home import a2n, copied, deliver, lists, new_home, tables

pytestmark = [pytest.mark.usefixtures("in_little_time"), pytest.mark.filterwarnings("ignore:Sparkline Group extension")]


@pytest.fixture(scope="module")
def evening(small, tmp_path_factory) -> Home:
    """A home whose first lists are out."""
    home = new_home(tmp_path_factory.mktemp("way_back") / "home")
    deliver(home, small.history)
    a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01")
    for path in home.inbox.iterdir():
        path.unlink()
    deliver(home, small.files)
    ran = a2n("nightly", "--home", home.folder, "--as-of", small.last_day)
    assert ran.status in (0, 1), ran.err
    return home


@pytest.fixture
def home(evening, small, tmp_path) -> Home:
    """A copy of it, with the lists and an empty inbox."""
    home = copied(evening, tmp_path / "home")
    folder = home.lists_of(small.last_day)
    folder.mkdir(parents=True)
    for name, content in lists(evening, small.last_day).items():
        (folder / name).write_bytes(content)
    return home


def answered(
    home: Home,
    day: date,
    to: str = "returned/back.xlsx",
    decision: str = "not needed",
    nth: int = 0,
    urn: int | None = None,
) -> tuple[str, str]:
    """Put a school's list, the first's unless said, in the inbox with its first pupil or the nth decided on; the pupil's key and
    surname."""
    path = home.lists_of(day) / f"{urn}.xlsx" if urn else sorted(home.lists_of(day).glob("*.xlsx"))[0]
    book = openpyxl.load_workbook(path)
    sheet = book["Review list"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    at = {cell.value: cell.column for cell in heads}
    row = [row for row in range(heads[0].row + 1, sheet.max_row + 1) if sheet.cell(row, 2).value][nth]
    sheet.cell(row, at["Decision"]).value = decision
    sheet.cell(row, at["Decided on"]).value = day
    target = home.inbox / to
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return sheet.cell(row, 1).value, sheet.cell(row, 4).value.split(",")[0]


def decided(home: Home) -> list[tuple]:
    return tables(home, "feedback")["feedback.decisions"].select("pupil_id", "decision", "known_on").rows()


def test_outcomes_reads_what_came_back_as_known_the_day_after_lists_that_are_out(home, small):
    key, surname = answered(home, small.last_day)
    ran = a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1), "--json")

    assert ran.status == 0, ran.err
    assert ran.told["returned"] == [
        {
            "file": "returned/back.xlsx", "urn": ran.told["returned"][0]["urn"], "list_as_of": str(small.last_day), "rows_answered": 1,
            "rows_taken": 1, "rows_refused": 0, "refused_because": None,
        }
    ]  # fmt: skip
    assert decided(home) == [(key, "not needed", small.last_day + timedelta(days=1))]
    assert surname not in ran.out + ran.err
    again = a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))
    assert (again.status, again.out.splitlines()) == (0, ["No list came back that was not read already.", MADE_UP])


def test_nothing_may_be_decided_as_known_on_a_day_whose_lists_are_out(home, small):
    answered(home, small.last_day)
    ran = a2n("outcomes", "--home", home.folder, "--known-on", small.last_day)

    assert ran.status == 1 and "nothing can be decided as known on" in ran.err
    assert decided(home) == []


@pytest.mark.parametrize("to", ["returned/back.xlsx", "school 7/marks.xlsx"])
def test_take_in_leaves_a_list_to_outcomes_and_says_so_wherever_it_lies_and_whatever_it_is_called(home, small, to):
    answered(home, small.last_day, to)
    ran = a2n("take-in", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))

    assert ran.status == 0, ran.err
    assert "1 returned list is left in the inbox: a2n outcomes reads them." in ran.out
    assert decided(home) == [] and (home.inbox / to).exists()
    assert a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1)).status == 0
    assert len(decided(home)) == 1
    quiet = a2n("take-in", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))
    assert "returned list" not in quiet.out, "what was read need not be said again"


def test_a_night_reads_what_came_back_first_as_known_that_day(home, small):
    key, _ = answered(home, small.last_day)
    night = small.last_day + timedelta(days=14)
    ran = a2n("nightly", "--home", home.folder, "--as-of", night, "--json")

    assert [one["rows_taken"] for one in ran.told["returned"]] == [1], ran.err
    assert decided(home) == [(key, "not needed", night)]


def test_check_says_of_a_list_that_another_command_reads_it_and_refuses_nothing(home, small):
    answered(home, small.last_day)
    ran = a2n("check", home.inbox / "returned" / "back.xlsx", "--known-on", small.last_day)

    assert ran.status == 0, ran.err
    assert "back.xlsx is a list that came back: a2n outcomes reads it" in ran.out


def test_a_list_that_was_read_moves_to_taken_where_settings_ask_and_one_that_was_refused_stays(home, small):
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("move_taken = false", "move_taken = true"))
    answered(home, small.last_day, "returned/good.xlsx")
    (home.inbox / "returned" / "bad.xlsx").write_text("no workbook")
    ran = a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))

    assert ran.status == 1
    assert (
        ran.err.strip() == "Refused: returned/bad.xlsx is no Excel workbook, but text: save the list itself as .xlsx."
    )
    assert (home.folder / "taken" / "returned" / "good.xlsx").exists()
    assert [path.name for path in (home.inbox / "returned").iterdir()] == ["bad.xlsx"]


def test_rows_that_are_refused_are_counted_by_rule_and_named_to_nobody_but_their_sender(home, small):
    _, surname = answered(home, small.last_day, decision="perhaps")
    ran = a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))

    assert ran.status == 0, "the workbook was read; its sender is told of the row"
    assert "1 returned list: 1 row answered = 0 taken + 1 refused." in ran.out and "decision_unknown" in ran.out
    assert surname not in ran.out + ran.err
    (back,) = (home.outbox / "returned").iterdir()
    assert stat.S_IMODE(back.stat().st_mode) == 0o600
    assert surname in "".join(
        str(cell.value) for row in openpyxl.load_workbook(back)["Not taken"].iter_rows() for cell in row
    )


def test_lists_in_a_zip_are_each_read(home, small, tmp_path):
    import zipfile

    key, _ = answered(home, small.last_day, "returned/back.xlsx")
    path = home.inbox / "returned" / "back.xlsx"
    with zipfile.ZipFile(home.inbox / "from schools.zip", "w") as package:
        package.write(path, "back.xlsx")
    path.unlink()
    a2n("outcomes", "--home", home.folder, "--known-on", small.last_day + timedelta(days=1))

    assert [row[0] for row in decided(home)] == [key]


def test_a_list_of_another_home_is_refused_there(home, small, tmp_path):
    other = new_home(tmp_path / "other")
    (other.folder / "pseudonym.key").write_text("x" * 40)
    answered(home, small.last_day)
    deliver(open_home(other.folder), [home.inbox / "returned" / "back.xlsx"], "returned")
    ran = a2n("outcomes", "--home", other.folder)

    assert ran.status == 1 and "is a list of another home" in ran.err


def test_a_list_made_again_is_the_same_bytes_keys_and_seals_and_all(evening, small, home):
    a2n("flag", "--home", home.folder, "--as-of", small.last_day)

    assert lists(home, small.last_day) == lists(evening, small.last_day)


def test_a_list_issued_anew_takes_answers_to_the_copy_a_school_already_has(home, small):
    """The second list of the day is shorter, and who is no longer on it was decided on from the first: that holds."""
    longest = tables(home, "derived")["derived.issued_places"]["urn"].mode().item()
    key, _ = answered(home, small.last_day, nth=-1, urn=longest)
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("\nplaces = 10", "\nplaces = 1"))
    assert a2n("flag", "--home", home.folder, "--as-of", small.last_day).status == 0  # as it was: nothing is changed
    back = home.inbox / "returned" / "back.xlsx"
    held, sent = back.read_bytes(), back
    sent.unlink()
    assert a2n("nightly", "--home", home.folder, "--as-of", small.last_day).status in (0, 1)
    places = tables(home, "derived")["derived.issued_places"]
    assert places.filter(pupil_id=key).select("is_superseded").rows() == [(True,)]
    assert places.filter(is_superseded=False)["urn"].value_counts()["count"].to_list() == [1, 1]
    sent.write_bytes(held)
    after = small.last_day + timedelta(days=1)
    assert a2n("outcomes", "--home", home.folder, "--known-on", after).status == 0
    assert decided(home) == [(key, "not needed", after)]


def test_one_workbook_that_cannot_be_read_stops_no_night(home, small):
    key, _ = answered(home, small.last_day)
    book = home.inbox / "returned" / "odd.xlsx"
    with zipfile.ZipFile(home.inbox / "returned" / "back.xlsx") as good, zipfile.ZipFile(book, "w") as odd:
        for name in good.namelist():
            text = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace(b'<row r="', b'<row r="' + b"9" * 5000, 1)
            odd.writestr(name, text)
    ran = a2n("nightly", "--home", home.folder, "--as-of", small.last_day + timedelta(days=1), "--json")
    assert ran.status == 1 and "odd.xlsx is a workbook that cannot be opened" in ran.err
    assert [pupil_id for pupil_id, *_ in decided(home)] == [key]
