"""Marks that name a pupil, a school or a code by ids of a school's own system: taken in, waiting, and late."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges.identity import Pseudonyms
from pipeline.edges.settings import Home
from pipeline.edges.system_ids import keyed
from tests.edges.delivered import (
    ASH,
    BIRCH,
    FIRST_NIGHT,
    ROLL,
    SCHOOLS,
    copied,
    file,
    marks_held,
    new_home,
    night,
    pupil_id,
    read,
    table,
)

pytestmark = pytest.mark.usefixtures("in_little_time")

EXAMPLES = Path(__file__).parents[1] / "examples"
MONDAY, NEXT_NIGHT, THIRD_NIGHT = date(2025, 9, 8), date(2025, 9, 15), date(2025, 9, 16)

SIMS = """
    Date       | ID | Mark | Session Name | Student ID | URN
    -----------+----+------+--------------+------------+-------
    2025-09-08 | 1  | /    | AM           | 5          | 100001
    2025-09-08 | 2  | i    | PM           | 5          | 100001
    2025-09-08 | 3  | O    | AM           | 6          | 100001
    """
IDS = """
    system_pupil_id | upn   | urn
    ----------------+-------+-------
    5               | amira | 100001
    6               | ben   | 100001
    """


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory) -> Home:
    """A home that knows its schools and its roll, to be copied."""
    home = new_home(tmp_path_factory.mktemp("enrolled") / "home")
    night(home, schools=SCHOOLS, pupils=ROLL)
    return home


@pytest.fixture
def home(enrolled, tmp_path) -> Home:
    return copied(enrolled, tmp_path / "home")


def by_pupil(home: Home) -> list[tuple]:
    """Every mark accepted: pupil, half day, code and the day it was known."""
    names = {pupil_id(home, name): name for name in ("amira", "ben", "cato")}
    held = read(home, "SELECT pupil_id, half_day, code, known_on FROM warehouse.staged.attendance_marks")
    return sorted((names[pupil], *mark) for pupil, *mark in held)


def broken(home: Home) -> dict[str, int]:
    """Rules that rows still set aside break."""
    return dict(
        read(home, "SELECT rule, count(*) FROM warehouse.audit.set_aside WHERE accepted_on IS NULL GROUP BY ALL")
    )


def as_known_on(day: date) -> list[tuple]:
    return [("amira", "am", "/", day), ("amira", "pm", "I", day), ("ben", "am", "O", day)]


def examples(*names: str) -> dict[str, pl.DataFrame]:
    return {name: pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False) for name in names}


@pytest.mark.parametrize(
    "names",
    [
        ("arbor_marks", "arbor_pupil_ids", "school_ids"),
        ("bromcom_marks", "pupil_ids", "bromcom_mark_codes"),
        ("wonde_marks", "wonde_pupil_ids", "wonde_mark_codes"),
        ("sims_marks", "pupil_ids", "sims_mark_codes"),
    ],
    ids=lambda names: names[0],
)
def test_each_suppliers_example_is_taken_in_to_the_last_mark(home, names):
    told = night(home, **examples(*names))
    assert (told.set_aside_by_rule, len(told.extracts)) == ({}, 3)
    day = FIRST_NIGHT
    assert by_pupil(home) == [("amira", "am", "/", day), ("amira", "pm", "I", day), ("ben", "am", "L", day)]


OWN_CODES = """
    Attendance_Code_ID | SIMS_Display_Code | Statutory_Return_Code | URN
    -------------------+-------------------+-----------------------+-------
    1                  | S                 | I                     | 100001
    2                  | J                 | J1                    | 100001
    3                  | /                 | /                     | 100001
    """


def test_the_schools_own_table_says_what_its_mark_is_though_it_looks_like_a_register_code(home):
    """S is study leave in the regulations and illness at this school; J has not been in use since August 2024."""
    own = SIMS.replace("| i ", "| S ").replace("| O ", "| J ")
    told = night(home, marks=own, ids=IDS, codes=OWN_CODES)
    assert told.set_aside_by_rule == {}
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "I", "J1"]


def test_where_no_table_has_it_a_register_code_is_what_it_looks_like(home):
    night(home, marks=SIMS.replace("| i ", "| S "), ids=IDS, codes=OWN_CODES.replace("| S ", "| Z9"))
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "S", "O"]


# No id is kept


def test_an_id_is_kept_only_as_a_keyed_hash(home):
    far_out = SIMS.replace("| 5 ", "| 987654321 ").replace("| 6 ", "| unmapped77 ")
    night(home, marks=far_out, ids=IDS.replace("5  ", "987654321"))
    assert broken(home) == {"system_id_not_mapped": 1}
    kept = [table(home, name) for name in ("staged.pupil_ids", "waiting.attendance_marks", "staged.attendance_marks")]
    text = " ".join(str(cell) for frame in kept for row in frame.rows() for cell in row).lower()
    assert "987654321" not in text and "unmapped77" not in text
    assert kept[0]["pupil_ref"].str.len_chars().to_list() == [12, 12]


def test_the_hash_of_an_id_hangs_on_the_homes_key_and_on_what_it_is_an_id_of():
    rows = pl.DataFrame({"system_id": ["5", "5", "6", None], "school_code": ["5", "5", "5", "5"]})
    one, other = (keyed(rows, Pseudonyms(key * 20)) for key in ("one", "other"))
    assert one["pupil_ref"].to_list()[0] == one["pupil_ref"].to_list()[1]
    assert len({*one["pupil_ref"], *other["pupil_ref"], *one["school_ref"], *other["school_ref"]}) == 7
    assert one.columns == ["school_ref", "pupil_ref"]


def test_a_comment_about_a_child_gets_no_further_than_the_file(home):
    night(home, **examples("wonde_marks", "wonde_pupil_ids"))
    assert broken(home) == {"code_id_not_mapped": 3}
    waiting = table(home, "waiting.attendance_marks")
    assert "headache" not in str(waiting.rows())


# What comes first


def test_marks_before_the_table_of_ids_wait_for_it(home):
    told = night(home, marks=SIMS)
    assert told.set_aside_by_rule == {"system_id_not_mapped": 3}
    assert night(home, NEXT_NIGHT, ids=IDS).accepted_after_waiting == 3
    assert by_pupil(home) == as_known_on(NEXT_NIGHT)
    assert broken(home) == {}


def test_only_the_pupil_whose_id_was_told_stops_waiting(home):
    night(home, marks=SIMS)
    assert night(home, NEXT_NIGHT, ids=IDS.replace("6 ", "7 ")).accepted_after_waiting == 2
    assert broken(home) == {"system_id_not_mapped": 1}
    assert night(home, THIRD_NIGHT, ids=IDS).accepted_after_waiting == 1


def test_the_table_of_ids_before_the_roll_lets_marks_wait_for_the_roll(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, schools=SCHOOLS, ids=IDS, marks=SIMS)
    assert broken(home) == {"pupil_on_no_roll": 3}
    assert night(home, NEXT_NIGHT, pupils=ROLL).accepted_after_waiting == 3
    assert by_pupil(home) == as_known_on(NEXT_NIGHT)


def test_marks_then_ids_then_schools_then_the_roll(tmp_path):
    home = new_home(tmp_path / "home")
    night(home, marks=SIMS)
    assert broken(home) == {"unknown_school": 3, "system_id_not_mapped": 3}
    night(home, date(2025, 9, 13), ids=IDS)
    assert broken(home) == {"unknown_school": 5, "system_id_not_mapped": 3}  # the ids wait for their school too
    night(home, date(2025, 9, 14), schools=SCHOOLS)
    assert broken(home) == {"pupil_on_no_roll": 3}
    night(home, NEXT_NIGHT, pupils=ROLL)
    assert by_pupil(home) == as_known_on(NEXT_NIGHT)


def test_the_table_of_codes_may_come_last(home):
    night(home, **examples("wonde_marks", "wonde_pupil_ids"))
    told = night(home, NEXT_NIGHT, **examples("wonde_mark_codes"))
    assert told.accepted_after_waiting == 3
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "I", "L"]


def test_the_schools_ids_may_come_last_and_free_both_ids_and_marks(home):
    night(home, **examples("arbor_marks", "arbor_pupil_ids"))
    assert broken(home) == {"school_id_not_mapped": 5, "system_id_not_mapped": 3}
    assert night(home, NEXT_NIGHT, **examples("school_ids")).accepted_after_waiting == 5
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "I", "L"]


# Whose id it is


def test_an_id_means_a_pupil_only_at_its_own_school(home):
    night(home, pupils=ROLL.replace("100001 | ben", "100002 | ben"), ids="""
        system_pupil_id | upn   | urn
        ----------------+-------+-------
        5               | amira | 100001
        5               | ben   | 100002
        """, marks=SIMS.replace("| 6          | 100001", "| 5          | 100002"))  # fmt: skip
    assert by_pupil(home) == as_known_on(FIRST_NIGHT)
    assert read(home, "SELECT DISTINCT urn FROM warehouse.staged.attendance_marks ORDER BY ALL") == [(ASH,), (BIRCH,)]


def test_marks_that_name_no_school_are_nobodys_where_ids_are_a_schools_own(home):
    night(home, ids=IDS, marks=file(SIMS).drop("URN"))
    assert broken(home) == {"school_not_named": 3}
    assert marks_held(home) == []


def test_marks_that_name_no_school_are_known_by_an_id_no_other_school_has(home):
    night(home, **examples("wonde_marks", "wonde_pupil_ids", "wonde_mark_codes"))
    assert read(home, "SELECT DISTINCT urn FROM warehouse.staged.attendance_marks") == [(ASH,)]


def test_a_pupil_with_one_id_at_two_schools_is_known_but_not_where_unless_the_marks_say_it(home):
    ids = "unique_pupil_id|upn|urn\n-\nA1205|amira|100001\nA1205|amira|100002"
    marks = "student_id|date|session|code|urn\n-\nA1205|2025-09-08|AM|/|\nA1205|2025-09-08|PM|I|100001"
    night(home, ids=ids, marks=marks)
    assert by_pupil(home) == [("amira", "pm", "I", FIRST_NIGHT)]
    assert broken(home) == {"school_not_named": 1}


def test_a_laestab_nobody_has_heard_of_is_not_mended_by_the_schools_own_id(home):
    marks = examples("arbor_marks")["arbor_marks"].with_columns(LAESTAB=pl.lit("2099999"))
    night(home, marks=marks, **examples("arbor_pupil_ids", "school_ids"))
    assert broken(home)["unknown_school"] == 3
    assert marks_held(home) == []


def test_an_id_told_of_two_pupils_is_nobodys_and_its_marks_wait_until_it_is_put_right(home):
    both = IDS + "    5               | ben   | 100001\n"
    night(home, ids=both, marks=SIMS)
    assert broken(home) == {"system_id_of_two_pupils": 2, "system_id_not_mapped": 2}
    assert by_pupil(home) == [("ben", "am", "O", FIRST_NIGHT)]
    night(home, NEXT_NIGHT, ids_again=IDS)
    assert [one for one in by_pupil(home) if one[0] == "amira"] == as_known_on(NEXT_NIGHT)[:2]


def test_two_files_of_one_night_that_disagree_about_an_id_are_both_wrong(home):
    night(home, ids=IDS, other=IDS.replace("5               | amira", "5               | ben  "), marks=SIMS)
    assert broken(home) == {"system_id_of_two_pupils": 2, "system_id_not_mapped": 2}


def test_two_take_ins_of_one_day_that_disagree_about_an_id_leave_it_nobodys(home):
    night(home, ids=IDS)
    night(home, other=IDS.replace("5               | amira", "5               | ben  "))
    night(home, marks=SIMS)
    assert broken(home) == {"system_id_not_mapped": 2}


def test_an_id_given_to_another_pupil_means_the_one_it_was_told_of_last(home):
    """What was taken in before stays with the pupil it was of then."""
    night(home, ids=IDS, marks=SIMS)
    passed_on = IDS.replace("5               | amira", "5               | ben  ").replace("6               | ben  ", "6               | amira")  # fmt: skip
    later = SIMS.replace("2025-09-08", "2025-09-15")
    night(home, NEXT_NIGHT, ids_again=passed_on, later=later)
    assert by_pupil(home) == sorted(
        [*as_known_on(FIRST_NIGHT), ("amira", "am", "O", NEXT_NIGHT), ("ben", "am", "/", NEXT_NIGHT), ("ben", "pm", "I", NEXT_NIGHT)]
    )  # fmt: skip


def test_where_there_is_a_upn_it_says_who_the_pupil_is_and_the_id_does_not(home):
    night(home, ids=IDS, marks="""
        Date       | Mark | Session Name | Student ID | upn   | URN
        -----------+------+--------------+------------+-------+-------
        2025-09-08 | O    | AM           | 5          | ben   | 100001
        2025-09-08 | /    | AM           | 5          |       | 100001
        2025-09-08 | I    | PM           | 5          | X123  | 100001
        """)  # fmt: skip
    assert by_pupil(home) == [("amira", "am", "/", FIRST_NIGHT), ("ben", "am", "O", FIRST_NIGHT)]
    assert broken(home) == {"upn_malformed": 1}


def test_a_school_told_by_its_laestab_has_the_ids_of_the_school_with_that_urn(home):
    night(home, ids=IDS, marks=file(SIMS).drop("URN").with_columns(LAESTAB=pl.lit("2094001")))
    assert by_pupil(home) == as_known_on(FIRST_NIGHT)


# Codes


def test_a_sub_code_means_what_its_own_school_says_and_nothing_where_that_is_not_told(home):
    told = night(
        home, ids=IDS, marks=SIMS.replace("| i ", "| SL").replace("| O ", "| ZQ"),
        codes="system_code_id|code|urn\n-\nSL|S|100001\nZQ|O|100002",
    )  # fmt: skip
    assert told.set_aside_by_rule == {"code_id_not_mapped": 1}
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "S"]
    assert table(home, "waiting.attendance_marks")["code"].to_list() == [None]
    night(home, NEXT_NIGHT, codes="system_code_id|code|urn\n-\nZQ|O|100001")
    assert [code for _, _, code, _ in by_pupil(home)] == ["/", "S", "O"]


def test_what_is_longer_than_any_code_is_named_and_not_kept(home):
    told = night(home, ids=IDS, marks=SIMS.replace("| O ", "| Olumide"))
    assert told.set_aside_by_rule == {"code_unknown": 1}
    assert not table(home, "waiting.attendance_marks").height


def test_no_table_of_codes_gives_a_statutory_code_another_meaning(home):
    """Bromcom's ExportMark is what the mark was reported as: nothing more is asked of it."""
    told = SIMS.replace("Mark", "ExportMark").replace("Session Name", "Session     ")
    night(home, ids=IDS, marks=told, codes="system_code_id|code|urn\n-\nI|O|100001")
    assert by_pupil(home) == as_known_on(FIRST_NIGHT)


def test_marks_by_ids_come_late_as_history_and_are_known_as_they_happened(home):
    told = night(home, history=True, day=NEXT_NIGHT, ids=IDS, marks=SIMS)
    assert told.set_aside_by_rule == {}
    assert by_pupil(home) == as_known_on(date(2025, 9, 9))
