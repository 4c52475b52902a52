"""Two UPNs of one child, taken in: one child in the facts from the day that is known, and two on every day before it."""

from datetime import date

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.known import KnownAsOf, known_as_of
from pipeline.edges.settings import Home
from pipeline.hops.facts import fold_rolls
from pipeline.steps.same_child import as_learned
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.facts import MARKED_WEEKS
from tests.edges.delivered import SCHOOLS, copied, new_home, night, pupil_id, read, table, upn

pytestmark = pytest.mark.usefixtures("in_little_time")

MONDAY, NEXT_MONDAY = date(2025, 9, 8), date(2025, 9, 15)
FIRST, SECOND, THIRD, FOURTH = (date(2025, 9, day) for day in (12, 16, 17, 18))

COLUMNS = "urn | upn | former_upn | surname | forename | date_of_birth | nc_year | entry_date | leaving_date\n-\n"
OLD = "100001 | old | | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 |\n"
NEW = "100001 | new | old | Okafor | Amira | 2013-03-01 | 8 | 2024-09-02 |\n"
BEN = "100001 | ben | | Bede | Ben | 2013-04-01 | 8 | 2024-09-02 |\n"

MARKS = "urn | upn | date | session | code\n-\n"
OLD_MARKS = (
    MARKS
    + "100001 | old | 2025-09-08 | AM | I\n100001 | old | 2025-09-08 | PM | I\n100001 | ben | 2025-09-08 | AM | /\n"
)
NEW_MARKS = (
    MARKS
    + "100001 | new | 2025-09-09 | AM | O\n100001 | new | 2025-09-15 | AM | O\n100001 | ben | 2025-09-15 | AM | /\n"
)


def rolls(*rows: str) -> str:
    return COLUMNS + "".join(rows)


def known(home: Home, day: date) -> KnownAsOf:
    with shelf.warehouse(home) as con:
        return known_as_of(con, day)


def weeks_on(home: Home, day: date) -> pl.DataFrame:
    it = known(home, day)
    return MARKED_WEEKS.conform(pl.concat([it.weeks, as_learned(marked_weeks(it.marks_to_fold), it.children)]))


def missed(home: Home, day: date) -> dict[str, int]:
    """Sessions missed by each child of these tests, by the name their pupil_id stands for."""
    names = {pupil_id(home, name): name for name in ("old", "new", "ben", "temp", "other")}
    counts = weeks_on(home, day).group_by("pupil_id").agg(pl.col("absence_sessions").sum())
    return {names[one]: count for one, count in sorted(counts.rows(), key=lambda row: names[row[0]])}


def on_roll(home: Home, day: date) -> set[str]:
    names = {pupil_id(home, name): name for name in ("old", "new", "ben", "temp", "other")}
    return {names[one] for one in known(home, day).pupils["pupil_id"]}


def links(home: Home) -> list[tuple]:
    return read(home, "SELECT because, known_on, undone_on FROM warehouse.facts.same_child ORDER BY ALL")


def code(home: Home) -> str:
    """The code of the one pair that is linked or waits."""
    with shelf.warehouse(home) as con:
        from pipeline.hops.who_is_who import links_now

        now = links_now(con, home)
    [one] = set(pl.concat([now.found["link"], now.links["link"]]))
    return one


@pytest.fixture(scope="module")
def first_night(tmp_path_factory) -> Home:
    """Amira and Ben at Ash."""
    home = new_home(tmp_path_factory.mktemp("first") / "home")
    night(home, FIRST, schools=SCHOOLS, rolls=rolls(OLD, BEN), marks=OLD_MARKS)
    return home


@pytest.fixture
def home(first_night, tmp_path) -> Home:
    """The morning after the first night."""
    return copied(first_night, tmp_path / "home")


@pytest.fixture
def empty(tmp_path) -> Home:
    return new_home(tmp_path / "empty")


@pytest.fixture(scope="module")
def changed(first_night, tmp_path_factory) -> Home:
    """Amira's UPN changed between two nights; the second roll gives the former one."""
    home = copied(first_night, tmp_path_factory.mktemp("changed") / "home")
    told = night(home, SECOND, later=rolls(NEW, BEN), later_marks=NEW_MARKS)
    assert (told.links_made, told.links_waiting) == ({"former_upn": 1}, 0)
    return home


# A former UPN


def test_a_child_whose_upn_changed_mid_year_has_the_weeks_of_one_pupil(changed):
    assert missed(changed, SECOND) == {"ben": 0, "new": 4}
    weeks = table(changed, "facts.pupil_weeks").filter(pupil_id=pupil_id(changed, "new"))
    assert weeks.select("week_start", "absence_sessions").rows() == [(MONDAY, 3), (NEXT_MONDAY, 1)]


def test_and_one_enrolment(changed):
    held = read(changed, "SELECT pupil_id, entry_date FROM warehouse.facts.enrolments ORDER BY ALL")
    assert sorted(held) == sorted((pupil_id(changed, name), date(2024, 9, 2)) for name in ("ben", "new"))


@pytest.mark.parametrize("day", [FIRST, date(2025, 9, 15)])
def test_before_it_was_known_the_child_was_known_by_the_former_upn(changed, day):
    assert missed(changed, day) == {"ben": 0, "old": 2}
    assert on_roll(changed, day) == {"ben", "old"}


def test_from_that_day_the_child_is_on_the_roll_by_the_new_upn_alone(changed):
    assert on_roll(changed, SECOND) == {"ben", "new"}


SUSPENDED = "urn | upn | start_date | sessions | category\n-\n100001 | old | 2025-09-10 | 2 | SUSP\n"
SUPPORTED = "urn | upn | kind | start_date\n-\n100001 | old | sen_support | 2025-09-03\n"


def test_whatever_else_was_delivered_under_the_former_upn_is_the_childs_from_that_day(home):
    """And one suspension told under both UPNs is one."""
    night(home, FIRST, suspended=SUSPENDED, supported=SUPPORTED)
    night(home, SECOND, later=rolls(NEW), again=SUSPENDED.replace("| old |", "| new |"))
    for day, name in ((FIRST, "old"), (SECOND, "new")):
        it = known(home, day)
        assert it.suspensions["pupil_id"].to_list() == it.support["pupil_id"].to_list() == [pupil_id(home, name)]


def test_a_day_before_the_link_has_its_weeks_to_the_last_bit(changed, first_night):
    assert weeks_on(changed, FIRST).equals(weeks_on(first_night, FIRST))


def test_what_was_delivered_stays_as_it_was_delivered(changed):
    staged = table(changed, "staged.attendance_marks")
    assert staged.filter(pupil_id=pupil_id(changed, "old")).height == 2
    assert table(changed, "staged.pupils")["former_pupil_id"].drop_nulls().to_list() == [pupil_id(changed, "old")]


def test_only_the_linked_childs_weeks_were_folded_again(changed):
    """Ben's week was last learned of on the night of its mark, Amira's on the night of the link."""
    learned = dict(read(changed, "SELECT pupil_id, max(last_known_on) FROM warehouse.facts.marked_weeks WHERE week_start = '2025-09-08' GROUP BY 1"))  # fmt: skip
    assert learned == {pupil_id(changed, "ben"): FIRST, pupil_id(changed, "new"): SECOND}


def test_a_link_told_by_a_roll_alone_changes_no_day_before_it_either(home, first_night):
    """Though no mark of those weeks was learned that night."""
    night(home, SECOND, later=rolls(NEW, BEN))
    assert missed(home, SECOND) == {"ben": 0, "new": 2}
    assert weeks_on(home, FIRST).equals(weeks_on(first_night, FIRST))


def test_a_name_shown_is_the_childs_under_any_upn(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    night(home, THIRD, renamed=rolls(OLD.replace("Okafor", "Bello")))
    children = known(home, THIRD).children
    told = identity.names(home, [pupil_id(home, "new")], as_of=THIRD, known_as=children)
    assert told.rows() == [(pupil_id(home, "new"), "Bello", "Amira")]
    before = identity.names(home, [pupil_id(home, "new")], as_of=SECOND, known_as=children)
    assert before["surname"].to_list() == ["Okafor"]


@pytest.mark.parametrize("first", ["old", "new"])
def test_the_order_of_nights_decides_when_and_never_who(empty, first):
    """The new UPN's roll may come before the old one's: the child is known by the new one either way."""
    one, other = (OLD, NEW) if first == "old" else (NEW, OLD)
    night(empty, FIRST, schools=SCHOOLS, rolls=rolls(one), marks=OLD_MARKS, more=NEW_MARKS)
    night(empty, SECOND, rolls=rolls(other, BEN))
    assert missed(empty, SECOND) == {"ben": 0, "new": 4}
    assert links(empty) == [("former_upn", SECOND if first == "old" else FIRST, None)]


def test_marks_under_the_former_upn_alone_are_on_the_roll_that_gives_it(empty):
    """Last year's marks still carry it, and no roll held ever did."""
    night(empty, FIRST, schools=SCHOOLS, rolls=rolls(NEW, BEN), marks=OLD_MARKS)
    assert read(empty, "SELECT count(*) FROM warehouse.audit.set_aside") == [(0,)]
    assert missed(empty, FIRST) == {"ben": 0, "new": 2}


def test_of_two_marks_for_one_half_day_under_two_upns_the_later_known_wins(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    night(home, THIRD, put_right=MARKS + "100001 | old | 2025-09-09 | AM | /\n")
    assert missed(home, THIRD) == {"ben": 0, "new": 3}
    assert missed(home, SECOND) == {"ben": 0, "new": 4}


def test_a_former_upn_told_by_history_was_known_when_the_roll_was(empty):
    night(empty, FIRST, history=True, schools=SCHOOLS, rolls=rolls(NEW, BEN))
    assert links(empty) == [("former_upn", date(2024, 9, 3), None)]


def test_a_former_upn_of_a_child_with_another_forename_and_birth_date_joins_nobody(empty):
    other = OLD.replace("Amira", "Zara").replace("2013-03-01", "2013-11-30")
    told = night(empty, FIRST, schools=SCHOOLS, rolls=rolls(other, NEW, BEN), marks=OLD_MARKS, more=NEW_MARKS)
    assert (told.links_made, told.links_waiting) == ({}, 1)
    assert missed(empty, FIRST) == {"ben": 0, "new": 1, "old": 2}


def test_a_former_upn_that_was_mistyped_is_noted_and_joins_nobody(empty):
    told = night(empty, FIRST, schools=SCHOOLS, rolls=rolls(NEW.replace("| old |", "| A801200005001 |")))
    assert told.noted_by_rule == {"former_upn_unusable": 1}
    assert links(empty) == []


# A temporary UPN

TEMP = "100001 | temp | | O'Kafor | Amíra | 2013-03-01 | 8 | 2025-09-01 |\n"
PERM = "100001 | new | | OKAFOR | amira | 2013-03-01 | 8 | 2025-09-01 |\n"
TEMP_MARKS = OLD_MARKS.replace("| old |", "| temp |")


def test_a_temporary_upn_is_replaced_by_a_permanent_one_with_the_same_names_but_for_capitals_and_accents(empty):
    night(empty, FIRST, schools=SCHOOLS, rolls=rolls(TEMP, BEN), marks=TEMP_MARKS)
    told = night(empty, SECOND, later=rolls(PERM, BEN), later_marks=NEW_MARKS)
    assert told.links_made == {"temporary_upn": 1}
    assert missed(empty, SECOND) == {"ben": 0, "new": 4}
    assert missed(empty, FIRST) == {"ben": 0, "temp": 2}


@pytest.mark.parametrize(
    "different", [("OKAFOR", "OKAFORD"), ("amira", "amina"), ("2013-03-01", "2013-03-02"), ("100001", "100002")]
)
def test_with_any_of_surname_forename_birth_date_and_school_different_it_is_not(empty, different):
    night(empty, FIRST, schools=SCHOOLS, rolls=rolls(TEMP, BEN))
    told = night(empty, SECOND, later=rolls(PERM.replace(*different), BEN))
    assert told.links_made == {}
    assert told.links_waiting == (different[0] == "100001")  # alike but for the school: a person may know


def test_two_on_one_roll_of_one_night_wait_for_a_person(empty):
    told = night(empty, FIRST, schools=SCHOOLS, rolls=rolls(TEMP, PERM, BEN))
    assert (told.links_made, told.links_waiting) == ({}, 1)


def test_two_permanent_upns_with_one_name_wait_for_a_person_and_twins_with_two_forenames_do_not(empty):
    twin = NEW.replace("| old |", "| |")
    told = night(empty, FIRST, schools=SCHOOLS, rolls=rolls(OLD, twin, BEN, twin.replace("| new |", "| other |").replace("Amira", "Zara")))  # fmt: skip
    assert (told.links_made, told.links_waiting) == ({}, 1)
    assert on_roll(empty, FIRST) == {"old", "new", "ben", "other"}


# One UPN on two children

ZARA = "100002 | old | | Musa | Zara | 2015-11-30 | 5 | 2024-09-02 |\n"


def set_aside(home: Home) -> list[tuple]:
    return read(
        home, "SELECT extract, row_number, rule FROM warehouse.audit.set_aside WHERE accepted_on IS NULL ORDER BY ALL"
    )


def test_two_children_sent_under_one_upn_on_one_night_are_neither_believed(empty):
    told = night(empty, FIRST, schools=SCHOOLS, ash=rolls(OLD, BEN), birch=rolls(ZARA), marks=OLD_MARKS)
    assert told.set_aside_by_rule == {"upn_on_two_children": 2, "pupil_on_no_roll": 2}
    assert set_aside(empty)[:1] == [("ash.csv", 2, "upn_on_two_children")]
    assert on_roll(empty, FIRST) == {"ben"}
    [sentence] = set(read(empty, "SELECT sentence FROM warehouse.audit.set_aside WHERE rule = 'upn_on_two_children'"))
    assert "(school 100001 and 100002)" in sentence[0]


def test_of_a_upn_somebody_is_known_by_only_the_newcomers_row_is_set_aside_though_both_come(home):
    told = night(home, SECOND, ash_again=rolls(OLD), birch=rolls(ZARA))
    assert told.set_aside_by_rule == {"upn_on_two_children": 1}
    assert set_aside(home) == [("birch.csv", 2, "upn_on_two_children")]


def test_it_is_set_aside_every_night_until_it_is_put_right(home):
    for day in (SECOND, THIRD):
        told = night(home, day, **{f"birch_{day.day}": rolls(ZARA, BEN.replace("Bede", f"Bede{day.day}"))})
        assert told.set_aside_by_rule == {"upn_on_two_children": 1}
    told = night(home, FOURTH, put_right=rolls(ZARA.replace("| old |", "| other |")))
    assert told.set_aside_by_rule == {}
    assert on_roll(home, FOURTH) == {"old", "ben", "other"}


@pytest.mark.parametrize("put_right", [("Amira", "Aminah"), ("2013-03-01", "2013-01-03"), ("Okafor", "Bello")])
def test_a_name_or_a_birth_date_put_right_is_a_correction(home, put_right):
    assert night(home, SECOND, later=rolls(OLD.replace(*put_right))).set_aside_by_rule == {}


def test_a_name_spelt_with_other_capitals_or_accents_is_the_same_name(home):
    told = night(home, SECOND, later=rolls(OLD.replace("Amira", "AMÍRA").replace("2013-03-01", "2013-01-03")))
    assert told.set_aside_by_rule == {}


def test_names_of_a_row_set_aside_for_it_are_not_remembered(empty):
    """Else the second child would be believed on the next night, for agreeing with itself."""
    night(empty, FIRST, schools=SCHOOLS, ash=rolls(OLD), birch=rolls(ZARA))
    with identity.identity(empty) as con:
        assert con.execute("SELECT count(*) FROM identity.people").fetchone() == (0,)


def test_whoever_a_person_said_has_another_upn_has_no_claim_on_this_one(home):
    """Amira was sent with Zara's UPN, then with her own; only a person can say whose the first was."""
    night(home, SECOND, put_right=rolls(NEW.replace("| old |", "| |")), birch=rolls(ZARA))
    assert on_roll(home, SECOND) == {"old", "new", "ben"}
    flow.links(home, known_on=SECOND, said={"rejected": [code(home)]})
    told = night(home, THIRD, birch_again=rolls(ZARA, BEN))
    assert told.set_aside_by_rule == {}


# On two rolls


AT_BIRCH = OLD.replace("100001", "100002").replace("2024-09-02", "2025-09-08")


def test_a_child_two_schools_each_have_as_their_own_alone_is_noted_on_both_rows_and_used_all_the_same(empty):
    told = night(empty, FIRST, schools=SCHOOLS, ash=rolls(OLD, BEN), birch=rolls(AT_BIRCH))
    assert (told.set_aside_by_rule, told.noted_by_rule) == ({}, {"on_two_rolls": 2})
    assert read(empty, "SELECT count(*) FROM warehouse.facts.enrolments WHERE leaving_date IS NULL") == [(3,)]


def test_a_roll_known_before_counts_on_which_the_child_still_was(home):
    assert night(home, SECOND, birch=rolls(AT_BIRCH)).noted_by_rule == {"on_two_rolls": 1}


def test_one_that_says_nothing_since_the_child_came_elsewhere_is_no_second_roll(home):
    moved = AT_BIRCH.replace("2025-09-08", "2025-09-15")
    assert night(home, SECOND, birch=rolls(moved)).noted_by_rule == {}


def test_two_upns_of_one_child_are_one_child_on_two_rolls(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    assert night(home, THIRD, birch=rolls(AT_BIRCH)).noted_by_rule == {"on_two_rolls": 1}


# Decided by a person


def test_undoing_a_link_restores_the_two_children_and_past_days_keep_what_they_knew(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    done = flow.links(home, known_on=FOURTH, said={"undone": [code(home)]})
    assert (done.standing, done.decided) == ({}, 1)
    assert missed(home, FOURTH) == {"ben": 0, "new": 2, "old": 2}
    assert missed(home, SECOND) == missed(home, THIRD) == {"ben": 0, "new": 4}
    assert weeks_on(home, THIRD).equals(weeks_on(changed, THIRD))
    assert links(home) == [("former_upn", SECOND, FOURTH)]
    assert {row[0] for row in read(home, "SELECT pupil_id FROM warehouse.facts.enrolments")} == {pupil_id(home, name) for name in ("old", "new", "ben")}  # fmt: skip


def test_no_roll_makes_again_a_link_a_person_undid(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    flow.links(home, known_on=THIRD, said={"undone": [code(home)]})
    told = night(home, FOURTH, again=rolls(NEW.replace("| 8 |", "| 9 |")))
    assert (told.links_made, told.links_waiting) == ({}, 0)
    assert missed(home, FOURTH) == {"ben": 0, "new": 2, "old": 2}


def test_what_was_undone_and_confirmed_again_on_one_day_was_never_apart(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    flow.links(home, known_on=THIRD, said={"undone": [code(home)]})
    flow.links(home, known_on=THIRD, said={"confirmed": [code(home)]})
    assert missed(home, THIRD) == {"ben": 0, "new": 4}
    assert table(home, "facts.marked_weeks").drop("last_known_on").equals(table(changed, "facts.marked_weeks").drop("last_known_on"))  # fmt: skip


def test_a_link_undone_leaves_the_weeks_as_if_it_had_never_been_but_for_the_day_they_were_learned_of(changed, tmp_path):
    home, never = copied(changed, tmp_path / "home"), new_home(tmp_path / "never")
    flow.links(home, known_on=THIRD, said={"undone": [code(home)]})
    night(never, FIRST, schools=SCHOOLS, rolls=rolls(OLD, BEN), marks=OLD_MARKS)
    night(never, SECOND, later=rolls(NEW.replace("| old |", "| |"), BEN), later_marks=NEW_MARKS)
    facts = [table(one, "facts.marked_weeks").drop("last_known_on") for one in (home, never)]
    assert facts[0].equals(facts[1])


def test_a_day_before_one_already_on_record_is_refused_for_its_lists_could_not_be_had_again(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    with pytest.raises(Refused, match="give --known-on 2025-09-16 or later"):
        flow.links(home, known_on=FIRST, said={"undone": [code(home)]})


def test_deciding_folds_rolls_as_the_next_night_would(changed, tmp_path):
    home = copied(changed, tmp_path / "home")
    flow.links(home, known_on=THIRD, said={"undone": [code(home)]})
    before = table(home, "facts.enrolments")
    with shelf.warehouse(home) as con:
        fold_rolls(con)
    assert table(home, "facts.enrolments").equals(before)


# In a census

RETURN = "schoolcensustableid | nativeid | term | year | urn | referencedate\n-\nr1 | 1 | AUT | 2025 | 100001 | 2025-Oct-02 00:00:00"
STAYED = """
    pupilonrolltableid | nativeid | schoolcensustableid | upn | formerupn | surname | forename | dob        | entrydate  | ncyearactual
    -------------------+----------+---------------------+-----+-----------+---------+----------+------------+------------+-------------
    p1                 | 1        | r1                  | OLD |           | Okafor  | Amira    | 2013-03-01 | 2024-09-02 | 8
    p2                 | 1        | r1                  | BEN |           | Bede    | Ben      | 2013-04-01 | 2024-09-02 | 8
    """
LEFT = """
    pupilnolongeronrolltableid | nativeid | schoolcensustableid | upn | surname | forename | dob        | entrydate  | leavingdate | ncyearactual
    ---------------------------+----------+---------------------+-----+---------+----------+------------+------------+-------------+-------------
    q1                         | 1        | r1                  | OLD | Musa    | Zara     | 2012-11-30 | 2023-09-04 | 2025-07-22  | 8
    """
COUNTS = """
    termlysessiondetailsonrolltableid | pupilonrolltableid | nativeid | attendancereason | sessions
    ----------------------------------+--------------------+----------+------------------+---------
    c1                                | p1                 | 1        | I                | 4
    c2                                | p2                 | 1        | I                | 6
    """
CENSUS_DAY = date(2025, 11, 3)


def census(picture: str) -> str:
    for name in ("OLD", "BEN", "NEW"):
        picture = picture.replace(f"| {name} ", f"| {upn(name.lower())} ")
    return picture


def test_one_upn_on_and_off_a_roll_on_two_children_keeps_both_out_and_their_counts_wait(empty):
    told = night(
        empty, CENSUS_DAY, schools=SCHOOLS, returned=RETURN, on=census(STAYED), off=census(LEFT), counts=COUNTS
    )
    assert told.set_aside_by_rule == {"upn_on_two_children": 2, "census_pupil_not_accepted": 1}
    right = LEFT.replace("| OLD |", f"| {upn('other')} |")
    told = night(
        empty, date(2025, 11, 4), on_again=census(STAYED.replace("p2", "p3").replace("BEN", "NEW")), off_again=right
    )
    assert told.set_aside_by_rule == {}
    assert told.accepted_after_waiting == 2  # Amira's own row of the first night too


def test_a_former_upn_in_a_census_is_the_same_child_from_the_day_the_census_is_known(empty):
    changed = STAYED.replace("| OLD |           |", f"| NEW | {upn('old')} |")
    told = night(
        empty, CENSUS_DAY, schools=SCHOOLS, returned=RETURN, on=census(changed), counts=COUNTS, rolls=rolls(OLD)
    )
    assert told.links_made == {"former_upn": 1}
    assert set(known(empty, CENSUS_DAY).census["pupil_id"]) == {pupil_id(empty, "new"), pupil_id(empty, "ben")}
