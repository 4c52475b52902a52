"""One UPN sent for two children: who is believed, on both sides of each line, whatever the order and split of files."""

from itertools import permutations
from unittest import mock

import pytest

from pipeline import flow
from pipeline.edges import identity, inbox
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.hops.who_is_who import links_now
from tests.edges.delivered import SCHOOLS, new_home, night, pupil_id, read, table, upn
from tests.edges.two_schools import FIRST, SECOND, THIRD, home

__all__ = ["home"]

pytestmark = pytest.mark.usefixtures("in_little_time")

NAMES = ("old", "new", "ben", "zara", "other")

COLUMNS = "urn | upn | surname | forename | date_of_birth | nc_year | entry_date | leaving_date\n-\n"
AMIRA = "100001 | old | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 |\n"
HER_TWIN = "100001 | old | Okafor | Zara | 2013-03-01 | 8 | 2024-09-02 |\n"
CATO = "100002 | old | Cole | Cato | 2015-05-01 | 6 | 2024-09-02 |\n"
BEN = "100001 | ben | Bede | Ben | 2013-04-01 | 8 | 2024-09-02 |\n"

MARKS = "urn | upn | date | session | code\n-\n"


def rolls(*rows: str) -> str:
    return COLUMNS + "".join(rows)


def on_roll(home: Home) -> set[str]:
    names = {pupil_id(home, name): name for name in NAMES}
    return {names[one] for (one,) in read(home, "SELECT pupil_id FROM warehouse.facts.enrolments")}


def waits(home: Home) -> list[tuple]:
    return read(home, "SELECT extract, row_number FROM warehouse.audit.set_aside WHERE rule = 'upn_on_two_children' AND accepted_on IS NULL ORDER BY ALL")  # fmt: skip


# Told at one time --------------------------------------------------------------------------------------------------------------


def test_twins_under_one_upn_on_one_roll_are_neither_believed_though_they_share_a_birth_date(home):
    told = night(home, FIRST, roll=rolls(AMIRA, HER_TWIN, BEN))
    assert told.set_aside_by_rule == {"upn_on_two_children": 2}
    assert on_roll(home) == {"ben"}


def test_nor_are_two_children_born_on_one_day_at_two_schools(home):
    there = HER_TWIN.replace("100001", "100002").replace("Okafor", "Musa")
    assert night(home, FIRST, here=rolls(AMIRA), there=rolls(there)).set_aside_by_rule == {"upn_on_two_children": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Samuel", "Sam"), ("William", "Bill"), ("Anna-Maria", "Maria"), ("Chloé", "CHLOE"), ("Zara", "Zahra")],
)
def test_a_short_form_a_part_an_accent_or_at_another_school_one_letter_is_the_same_child(home, one, other):
    here, there = AMIRA.replace("Amira", one), AMIRA.replace("Amira", other).replace("100001", "100002")
    assert night(home, FIRST, here=rolls(here), there=rolls(there)).set_aside_by_rule == {}


def test_one_schools_roll_has_nobody_twice_under_names_a_letter_apart(home):
    told = night(home, FIRST, roll=rolls(AMIRA, AMIRA.replace("Amira", "Amina")))
    assert told.set_aside_by_rule == {"upn_on_two_children": 2}


def test_a_forename_put_right_on_another_night_is_a_correction_whatever_the_letters(home):
    night(home, FIRST, roll=rolls(AMIRA))
    assert night(home, SECOND, later=rolls(HER_TWIN)).set_aside_by_rule == {}
    assert on_roll(home) == {"old"}


def test_of_two_told_at_one_time_the_one_who_is_known_keeps_the_upn(home):
    night(home, FIRST, roll=rolls(AMIRA))
    told = night(home, SECOND, later=rolls(HER_TWIN, AMIRA.replace("| 8 |", "| 9 |")))
    assert told.set_aside_by_rule == {"upn_on_two_children": 1}
    assert waits(home) == [("later.csv", 2)]


def test_a_twin_who_had_left_when_the_other_was_there_is_not_told_of_at_one_time(home):
    """The school lists a child again who left and came back under another forename."""
    left = HER_TWIN.replace("2024-09-02 |", "2023-09-04 | 2024-07-19")
    assert night(home, FIRST, roll=rolls(AMIRA, left)).set_aside_by_rule == {}


# Who has a claim ---------------------------------------------------------------------------------------------------------------


def test_a_row_that_was_never_accepted_has_no_claim_on_a_upn(home):
    wrong = "100001 | ben | Okafor | Amira | 2013-03-01 | 8 | 2025-09-02 | 2025-09-01\n"
    assert night(home, FIRST, wrong=rolls(wrong)).set_aside_by_rule == {"enrolment_ends_before_it_begins": 1}
    assert night(home, SECOND, right=rolls(BEN)).set_aside_by_rule == {}
    assert on_roll(home) == {"ben"}


def test_nor_on_the_night_it_comes(home):
    wrong = "100001 | ben | Okafor | Amira | 2013-03-01 | 8 | 2025-09-02 | 2025-09-01\n"
    night(home, FIRST, both=rolls(wrong, BEN))
    assert on_roll(home) == {"ben"} and waits(home) == []


PERSON = "persontableid,NativeId,personorderseqcolumn,sourceid,sen2tableid,surname,forename,personbirthdate,sex,ethnicity,postcode,upn,uniquelearnernumber,upnunknown\n"


@pytest.mark.parametrize("return_comes", ["with", "without"])
def test_nor_has_a_row_of_a_sen2_return_accepted_or_not(home, return_comes):
    (home.inbox / "person.csv").write_text(PERSON + f"x1,209,1,a9,a9,Lovelace,Ida,2011-Nov-04 00:00:00,F,WBRI,,{upn('ben')},,\n")  # fmt: skip
    if return_comes == "with":
        (home.inbox / "sen2.csv").write_text("sen2tableid,nativeid,year,lea\na9,209,2025,209\n")
    night(home, FIRST)
    assert night(home, SECOND, right=rolls(BEN)).set_aside_by_rule == {}
    assert on_roll(home) == {"ben"}


def test_a_row_that_waited_for_its_school_has_one_from_the_day_it_is_accepted(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, FIRST, roll=rolls(AMIRA))
    with identity.identity(home) as con:
        assert con.execute("SELECT count(*) FROM identity.people").fetchone() == (0,)
    assert night(home, SECOND, schools=SCHOOLS).accepted_after_waiting == 1
    with identity.identity(home) as con:
        assert con.execute("SELECT forename, known_on FROM identity.people").fetchall() == [("Amira", SECOND)]
    assert night(home, THIRD, there=rolls(CATO)).set_aside_by_rule == {"upn_on_two_children": 1}
    assert waits(home) == [("there.csv", 2)]


# Tried again ------------------------------------------------------------------------------------------------------------------


def test_the_other_row_is_accepted_once_one_of_the_two_is_sent_under_another_upn(home):
    night(home, FIRST, here=rolls(AMIRA), there=rolls(CATO))
    told = night(home, SECOND, put_right=rolls(CATO.replace("| old |", "| other |")))
    assert (told.set_aside_by_rule, told.accepted_after_waiting) == ({}, 1)
    assert on_roll(home) == {"old", "other"}
    assert waits(home) == [("there.csv", 2)]


def test_neither_is_while_both_are_sent_as_they_were(home):
    night(home, FIRST, here=rolls(AMIRA), there=rolls(CATO))
    told = night(home, SECOND, again=rolls(BEN))
    assert told.accepted_after_waiting == 0
    assert on_roll(home) == {"ben"}


def test_twins_set_aside_are_not_made_one_by_the_next_roll_that_has_only_one_of_them(home):
    night(home, FIRST, roll=rolls(AMIRA, HER_TWIN))
    night(home, SECOND, later=rolls(AMIRA.replace("| 8 |", "| 9 |")))
    assert on_roll(home) == {"old"}
    assert waits(home) == [("roll.csv", 3)]


def test_an_unchanged_file_is_tried_again_when_a_person_says_that_its_upn_is_no_longer_the_others(home):
    """Amira was sent under Ben's UPN, and believed; then both were sent under their own."""
    night(home, FIRST, mistaken=rolls(AMIRA.replace("| old |", "| ben |")))
    night(home, SECOND, right=rolls(AMIRA, BEN))
    assert waits(home) == [("right.csv", 3)]
    with shelf.warehouse(home) as con:
        codes = links_now(con, home).waiting["link"].to_list()
    flow.links(home, known_on=SECOND, said={"rejected": codes})
    assert night(home, THIRD).accepted_after_waiting == 1
    assert waits(home) == [] and on_roll(home) == {"old", "ben"}


# Order and split --------------------------------------------------------------------------------------------------------------

FILES = {
    "here": rolls(AMIRA),
    "there": rolls(CATO),
    "marks_here": MARKS + "100001 | old | 2025-09-08 | AM | I\n",
    "marks_there": MARKS + "100002 | old | 2025-09-08 | AM | O\n",
}


def held(home: Home) -> list:
    files = read(home, "SELECT extract, rows_accepted, rows_set_aside FROM warehouse.audit.extracts ORDER BY ALL")
    aside = read(home, "SELECT extract, row_number, rule FROM warehouse.audit.set_aside ORDER BY ALL")
    return [files, aside, *(table(home, name).drop("known_on", strict=False).rows() for name in ("facts.enrolments", "facts.marked_weeks"))]  # fmt: skip


@pytest.mark.parametrize("order", [*permutations(("here", "there"))], ids=" ".join)
@pytest.mark.long
def test_two_take_ins_of_one_day_are_one_whichever_comes_first(home, tmp_path, order):
    together = new_home(tmp_path / "together")
    night(together, FIRST, schools=SCHOOLS, **FILES)
    for name in order:
        told = night(home, FIRST, **{name: FILES[name], f"marks_{name}": FILES[f"marks_{name}"]})
    assert told.set_aside_by_rule["upn_on_two_children"] == 2
    assert held(home) == held(together)
    for one in (home, together):
        night(one, SECOND, put_right=rolls(CATO.replace("| old |", "| other |")))
    assert on_roll(home) == {"old", "other"}
    assert held(home) == held(together)


def test_a_row_called_back_leaves_no_name_behind(home):
    night(home, FIRST, here=rolls(AMIRA))
    night(home, FIRST, there=rolls(CATO))
    with identity.identity(home) as con:
        assert con.execute("SELECT count(*) FROM identity.people").fetchone() == (0,)


def test_one_take_in_cut_into_batches_is_one(home):
    with mock.patch.object(inbox, "BYTES_AT_ONCE", 1):
        told = night(home, FIRST, here=rolls(AMIRA), there=rolls(CATO, BEN))
    assert on_roll(home) == {"ben"}
    counts = {one.file: (one.rows_read, one.rows_accepted, one.rows_set_aside) for one in told.extracts}
    assert counts == {"here.csv": (1, 0, 1), "there.csv": (2, 1, 1)}


def test_a_row_called_back_takes_its_spell_from_the_child_it_is_linked_to(home):
    """Two forenames known under one UPN are told of at one time, by two take-ins; the child is known by another UPN since."""
    night(home, FIRST, one=rolls(AMIRA))
    night(home, SECOND, other=rolls(HER_TWIN), later=COLUMNS.replace("upn |", "upn | former_upn |") + "100001 | new | old | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 | 2025-09-15\n")  # fmt: skip
    there = "SELECT count(*) FROM warehouse.facts.enrolments WHERE urn = 100002"
    night(home, THIRD, there=rolls(AMIRA.replace("100001", "100002")))
    assert read(home, there) == [(1,)]
    night(home, THIRD, here=rolls(HER_TWIN.replace("| 8 |", "| 9 |")))
    assert read(home, there) == [(0,)]
