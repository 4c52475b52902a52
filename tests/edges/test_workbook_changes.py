"""What changed since the list before, who is off it, and what was begun: the second list of a school, and every one after."""

from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from pipeline.edges.seals import Seals
from pipeline.edges.workbook_contents import OffList, ToPutRight, UnderReview
from pipeline.edges.workbook_marks import mark_of
from pipeline.edges.workbooks import parts_of, write_parts
from pipeline.vocabulary.feedback import FACTS, OUTCOMES, SNOOZE_REASONS

from .test_workbooks import (
    SEALS,
    every_text,
    headed,
    heading_row,
    made_up_list,
    made_up_pupil,
    opened,
    pupil_rows,
    said_in,
    told_rows,
    validations,
    written,
)

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")
BEFORE = date(2026, 2, 20)


def pupil(place: int, change: str, **facts):
    since = date(2026, 3, 6) if change == "new" else BEFORE
    return made_up_pupil(place, surname=f"Pupil{place}", change=change, **{"waiting_since": since, **facts})


def second_list(**facts):
    """Two new, one worse, one better, two unchanged, and three who are off the list."""
    changes = ("unchanged", "new", "better", "worse", "new", "unchanged")
    rows = [pupil(place, change) for place, change in enumerate(changes, start=1)]
    off = (
        OffList("Hart, Jo", "7", "moved", "On no roll here since 2 March 2026."),
        OffList("Silva, Rui", "10", "resolved", "Absent for 2 of the last 40 sessions."),
        OffList("Okafor, Ada", "9", "decided", "Decided on 27 February 2026: not needed."),
    )
    return made_up_list(*rows, **{"before": BEFORE, "off_list": off, **facts})


def told_in_order(sheet) -> list[str]:
    """The first words of every row below the headings, a heading as it stands."""
    rows = range(heading_row(sheet) + 1, sheet.max_row + 1)
    return [str(sheet.cell(row, 3).value or sheet.cell(row, 4).value).split("\n")[0] for row in rows]


def test_what_is_new_worse_and_better_comes_first_then_who_is_off_and_last_the_unchanged(tmp_path):
    sheet = opened(second_list(), tmp_path)["Review list"]

    assert told_in_order(sheet) == [
        "New since the list of 20 February 2026: 2", "2", "Pupil2, Tobi", "5", "Pupil5, Tobi",
        "Worse since the list of 20 February 2026: 1", "4", "Pupil4, Tobi",
        "Better since the list of 20 February 2026: 1", "3", "Pupil3, Tobi",
        "Off the list since 20 February 2026: 3. Nothing to fill in.",
        "Okafor, Ada, Year 9", "Silva, Rui, Year 10", "Hart, Jo, Year 7",
        "Unchanged, and waiting for a decision: 2", "1", "6",
    ]  # fmt: skip


def test_a_first_list_has_only_new_pupils_and_no_heading_says_so(tmp_path):
    sheet = opened(made_up_list(made_up_pupil(1), made_up_pupil(2)), tmp_path)["Review list"]

    assert told_in_order(sheet) == ["1", "Adeyemi, Tobi", "2", "Adeyemi, Tobi"]
    assert "Since the list of" not in sheet["C3"].value


def test_the_top_says_how_many_changed_in_each_way(tmp_path):
    top = opened(second_list(), tmp_path)["Review list"]["C3"].value

    assert "Since the list of 20 February 2026: 2 new, 1 worse, 1 better, 2 unchanged, 3 off the list." in top


def test_an_unchanged_pupil_is_one_row_with_how_long_it_waited_its_first_reason_and_the_cells_to_answer(tmp_path):
    folded = pupil(1, "unchanged", reasons=("The first reason.", "The second reason."))
    sheet = opened(made_up_list(folded, before=BEFORE), tmp_path)["Review list"]

    assert told_rows(sheet) == [] and len(pupil_rows(sheet)) == 1
    (row,) = pupil_rows(sheet)
    assert sheet.cell(row, 3).value == 1
    assert sheet.cell(row, 4).value == (
        "Pupil1, Tobi\nYear 8\nWaiting 14 days, since the list of 20 February 2026.\n• The first reason."
    )
    assert not sheet[f"{headed(sheet)['Decision']}{row}"].protection.locked
    assert not [text for text in every_text(opened(made_up_list(folded, before=BEFORE), tmp_path)) if "second" in text]


def test_sixth_formers_keep_a_section_of_their_own_among_the_new_and_among_the_unchanged(tmp_path):
    rows = (
        pupil(1, "new"),
        pupil(2, "unchanged"),
        pupil(3, "new", section="sixth_form"),
        pupil(4, "unchanged", section="sixth_form"),
    )
    told = told_in_order(opened(made_up_list(*rows, before=BEFORE), tmp_path)["Review list"])

    heading = "Sixth form: each judged on their own past only"
    assert told == [
        "New since the list of 20 February 2026: 2", "1", "Pupil1, Tobi", heading, "3", "Pupil3, Tobi",
        "Unchanged, and waiting for a decision: 2", "2", heading, "4",
    ]  # fmt: skip


def test_who_is_off_the_list_has_a_line_that_says_why_and_no_cell_to_fill(tmp_path):
    sheet = opened(second_list(), tmp_path)["Review list"]
    row = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 3).value == "Silva, Rui, Year 10")

    assert [cell.value for cell in sheet[row][2:] if cell.value] == [
        "Silva, Rui, Year 10",
        "No longer asks for a look",
        "Absent for 2 of the last 40 sessions.",
    ]
    assert all(cell.protection.locked for cell in sheet[row])


def test_strengths_come_before_all_else_that_is_said_and_a_place_by_lot_is_said_to_be_one(tmp_path):
    drawn = pupil(1, "new", strengths="Football; a quiet start", is_drawn=True)
    sheet = opened(made_up_list(drawn, pupil(2, "new"), before=BEFORE), tmp_path)["Review list"]
    said = [sheet[f"{said_in(sheet)['Pupil']}{row}"].value for row in told_rows(sheet)]

    assert said[0].split("\n") == [
        "Pupil1, Tobi",
        "Good at, and what helps: Football; a quiet start",
        "Year 8",
        "New on this list",
        "Given a place by lot.",
    ]
    assert "by lot" not in said[1] and "Good at" not in said[1]


def test_earlier_words_are_printed_where_they_are_given_and_the_cells_to_fill_stay_empty(tmp_path):
    heard = pupil(1, "new", pupil_words="The corridors are loud.", parent_words="She is up half the night.")
    sheet = opened(made_up_list(heard, pupil(2, "new"), before=BEFORE), tmp_path)["Review list"]
    said = [row for row in told_in_order(sheet) if "said before" in row]

    assert said == ["The pupil said before: “The corridors are loud.”"]
    assert [text for text in every_text(sheet.parent) if "said before: “She is up half the night.”" in text]
    for row in pupil_rows(sheet):
        assert sheet[f"{headed(sheet)['Pupil’s words']}{row}"].value is None


@pytest.mark.parametrize(
    ("heading", "choices"), [("Snooze: why", SNOOZE_REASONS), ("A fact here", FACTS)], ids=["snooze", "fact"]
)
def test_a_reason_to_snooze_and_a_wrong_fact_are_picked_from_lists(tmp_path, heading, choices):
    (rule,) = validations(opened(made_up_list(), tmp_path)["Review list"], heading)

    assert rule.type == "list" and rule.formula1.strip('"').split(",") == list(choices)


# ---- being looked into, to put right


def test_whoever_is_looked_into_has_a_row_with_cells_for_what_came_of_it(tmp_path):
    one = UnderReview("kkkkllllmmmm", "Okafor, Ada", "9", date(2026, 2, 27), BEFORE)
    sheet = opened(made_up_list(under_review=(one,)), tmp_path)["Being looked into"]
    (row,) = [row for row in sheet.iter_rows(min_row=5) if row[0].value]

    assert [cell.value for cell in row][2:5] == ["Okafor, Ada\nYear 9", "27 February 2026", "20 February 2026"]
    assert row[0].value == "kkkkllllmmmm" and sheet.column_dimensions["A"].hidden
    assert [cell.protection.locked for cell in row] == [True] * 5 + [False] * 3
    outcome, day = sheet.data_validations.dataValidation[:2]
    assert outcome.formula1.strip('"').split(",") == list(OUTCOMES)
    assert int(day.formula1) == (date(2026, 2, 27) - date(1899, 12, 30)).days, "not before it was decided"


def test_a_look_of_six_school_weeks_says_so_and_is_counted_above_the_table(tmp_path):
    looks = [
        UnderReview(f"kkkkllllmmm{weeks}", "Okafor, Ada", "9", date(2026, 1, 9), BEFORE, weeks) for weeks in (5, 6, 7)
    ]
    sheet = opened(made_up_list(under_review=(*looks, replace(looks[0], school_weeks=None))), tmp_path)[
        "Being looked into"
    ]
    said = [row[3].value for row in sheet.iter_rows(min_row=5) if row[0].value]
    on = "9 January 2026"
    assert said == [on, f"{on}, 6 school weeks ago", f"{on}, 7 school weeks ago", on]
    assert "2 of these wait for 6 school weeks or more: what came of it?" in sheet["C3"].value
    fresh = opened(made_up_list(under_review=looks[:1]), tmp_path)["Being looked into"]
    assert "school weeks" not in every_text(fresh.parent)


def test_a_fact_that_is_said_to_be_wrong_is_named_with_the_day(tmp_path):
    one = ToPutRight("Silva, Rui", "10", "a mark", date(2026, 3, 1), BEFORE)
    rows = list(opened(made_up_list(to_put_right=(one,)), tmp_path)["To put right"].iter_rows(values_only=True))

    assert ("Silva, Rui", "Year 10", "a mark", "1 March 2026", "20 February 2026", None) in rows


def test_both_sheets_say_so_where_there_is_nothing(tmp_path):
    told = every_text(opened(made_up_list(), tmp_path))

    assert "No pupil is being looked into." in told and "No fact is waiting to be put right." in told


# ---- keys and seals


def seals_of(sheet) -> list[tuple[str, str, str]]:
    return [tuple(sheet.cell(row, at).value for at in (1, 2, 4)) for row in pupil_rows(sheet)]


def test_beside_each_key_stands_a_seal_that_fits_its_pupil_alone(tmp_path):
    sheet = opened(second_list(), tmp_path)["Review list"]
    told = seals_of(sheet)
    as_of = date(2026, 3, 6)

    assert sheet.column_dimensions["A"].hidden and sheet.column_dimensions["A"].max >= 2
    assert [SEALS.of_row("list", 100001, as_of, key, shown) for key, _, shown in told] == [seal for _, seal, _ in told]
    assert len({seal for _, seal, _ in told}) == 6
    (key, seal, shown), (other, _, shown_other) = told[:2]
    assert SEALS.of_row("list", 100001, as_of, key, shown_other) != seal
    assert SEALS.of_row("list", 100001, as_of, other, shown) != seal
    assert SEALS.of_row("list", 100002, as_of, key, shown) != seal
    assert SEALS.of_row("list", 100001, BEFORE, key, shown) != seal
    assert SEALS.of_row("looked into", 100001, as_of, key, shown) != seal
    assert Seals("another key, of another home altogether").of_row("list", 100001, as_of, key, shown) != seal


def test_a_seal_does_not_mind_how_a_program_keeps_spaces_lines_and_accents():
    one, other = (
        SEALS.of_row("list", 1, BEFORE, "k", text) for text in ("Zoë Li\nYear 8", " Zoe\u0308  Li\r\nYear 8 ")
    )

    assert one == other


def test_each_sheet_that_comes_back_says_which_list_it_is_of_in_its_first_cell(tmp_path):
    book = opened(second_list(), tmp_path)
    marks = {name: mark_of(book[name]["A1"].value) for name in ("Review list", "Being looked into")}

    assert {name: (mark.part, mark.urn, mark.as_of, mark.data) for name, mark in marks.items()} == {
        "Review list": ("list", 100001, date(2026, 3, 6), "MADE-UP DATA"),
        "Being looked into": ("looked into", 100001, date(2026, 3, 6), "MADE-UP DATA"),
    }
    for mark in marks.values():
        assert mark.home == SEALS.home
        assert mark.seal == SEALS.of_list(mark.part, mark.urn, mark.as_of, mark.data)


def test_no_seal_is_ever_a_pupil_id_of_the_same_key():
    from pipeline.edges.identity import Pseudonyms

    key = "a key that no home has, but these tests"
    assert Seals(key).home[:12] not in set(Pseudonyms(key)._hashed(["which home", ""]))


# ---- lists made wrongly


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: second_list(before=None), "as on the list before, and there was none"),
        (lambda: made_up_list(pupil(1, "resolved"), before=BEFORE), "would not be shown"),
        (lambda: second_list(off_list=(OffList("Li, Jo", "7", "gone", "Gone."),)), "in a way that has no words"),
    ],
    ids=["no list before", "no such change", "no such way off"],
)
def test_a_pupil_who_would_be_shown_nowhere_makes_the_list_a_wrong_one(tmp_path, wrong, words):
    with pytest.raises(ValueError, match=words):
        write_parts(parts_of(wrong(), SEALS), tmp_path / "none.xlsx")
    assert not (tmp_path / "none.xlsx").exists()


def test_the_same_second_list_gives_the_same_bytes_in_any_order_of_who_is_off_it(tmp_path):
    listed = second_list()
    backwards = replace(listed, off_list=tuple(reversed(listed.off_list)))
    (tmp_path / "b").mkdir()

    assert written(listed, tmp_path).read_bytes() == written(backwards, tmp_path / "b").read_bytes()


def test_openpyxl_opens_all_of_it(tmp_path):
    names = openpyxl.load_workbook(written(second_list(), tmp_path)).sheetnames

    assert names == [
        "Review list", "Being looked into", "To put right", "New or moved", "Counted, not listed", "About this list", "For return",
    ]  # fmt: skip
