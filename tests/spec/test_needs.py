"""Wider needs and early years profiles: what is read of them however they are written, and the day history was known."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.steps.learned import with_known_on
from pipeline.steps.needs import with_role, with_year_assessed
from pipeline.steps.staging import staged
from pipeline.tables.derived import PUPIL_FEATURES
from pipeline.tables.layouts import LAYOUTS, layouts_of, nearest_layout
from pipeline.tables.staged_needs import EARLY_YEARS_PROFILES, WIDER_NEEDS
from pipeline.vocabulary.needs import GOOD_LEVEL_WORDS, NEED_WORDS, NEEDS, PRINTED_ROLES, ROLE_WORDS, ROLES

EXAMPLES = Path(__file__).parents[1] / "examples"
BY_NAME = {layout.name: layout for layout in LAYOUTS}


def read(layout: str, **cells: str) -> dict:
    """What is read of one row with these cells."""
    raw = pl.DataFrame({"row_number": [2]} | {name: [cell] for name, cell in cells.items()})
    return staged(raw, BY_NAME[layout]).row(0, named=True)


@pytest.mark.parametrize("name", ["wider_needs", "early_years_profiles"])
def test_each_layout_knows_its_own_example_and_reads_every_cell_of_it(name):
    raw = pl.read_csv(EXAMPLES / f"{name}.csv", infer_schema=False)
    rows = raw.with_columns(row_number=pl.int_range(2, raw.height + 2, dtype=pl.Int64))
    assert [found.name for found in layouts_of(raw.columns)] == [name]
    assert staged(rows, BY_NAME[name])["unread"].null_count() == rows.height


# Wider needs


@pytest.mark.parametrize(
    ("word", "need"),
    [
        ("Young carer", "young_carer"), ("YOUNG-CARER", "young_carer"), ("young_carer", "young_carer"),
        ("youngcarer", "young_carer"), ("Bereavement", "bereavement"), ("Bereaved", "bereavement"), ("housing", "housing"),
        ("Temporary  accommodation", "housing"), ("waiting for CAMHS", "waiting_for_camhs"),
        ("On C.A.M.H.S. waiting-list", "waiting_for_camhs"), ("Parent in prison", "parent_in_prison"),
        ("Parental imprisonment", "parent_in_prison"), ("Other", "other"), ("a kind aunt", "a kind aunt"), ("", None),
    ],
)  # fmt: skip
def test_a_need_is_understood_however_it_is_written_and_another_word_stays_for_the_gate(word, need):
    told = read("wider_needs", need=word)
    assert (told["need"], told["unread"]) == (need, None)
    assert (need in NEEDS) is (word not in ("a kind aunt", ""))


def added_by(word: str) -> tuple:
    """The role kept and what other words there were, and whether the cell is said not to have been read."""
    told = read("wider_needs", added_by=word)
    kept = with_role(pl.DataFrame([told], schema_overrides={"added_by": pl.String})).row(0, named=True)
    assert word == "" or word not in kept.values() or word in ROLES
    return kept["added_by"], kept["added_by_is"], told["unread"]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("SENCo", "senco"), ("S.E.N.D.Co.", "senco"), ("Pastoral", "pastoral"), ("Head of Year", "pastoral"),
        ("class-teacher", "class_teacher"), ("Form tutor", "class_teacher"), ("Attendance Officer", "attendance"),
        ("DSL", "safeguarding"), ("Family Support Worker", "family_support"), ("School nurse", "nurse"),
        ("Other", "other"), ("", None),
    ],
)  # fmt: skip
def test_who_added_a_need_is_a_role_however_it_is_written(word, role):
    assert added_by(word) == (role, None, None)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Mrs Okafor", "not a role"), ("M. Bede (SENCo)", "not a role"), ("senco Okafor", "not a role"), ("V209400182092", "not a role"),
        ("?", "not a role"), ("PC Bede, Police", "of justice"), ("Y.O.T.", "of justice"), ("youth justice service", "of justice"),
        ("PC", "of justice"), ("P.C. Bede", "of justice"), ("PCSO", "of justice"), ("constable", "of justice"),
        ("Safer Schools Officer", "of justice"), ("safer-schools team", "of justice"), ("Prevent officer", "of justice"),
        ("magistrate", "of justice"), ("court clerk", "of justice"), ("crime reduction worker", "of justice"), ("MAPPA", "of justice"),
        ("YOT worker", "of justice"), ("YJS", "of justice"), ("youth offending team", "of justice"), ("probation officer", "of justice"),
        ("Secure Children's Home", "of justice"), ("secure unit", "of justice"), ("custody nurse", "of justice"),
        ("prison officer", "of justice"), ("PCX", "not a role"), ("preventative worker", "not a role"), ("secure base lead", "not a role"),
    ],
)  # fmt: skip
def test_other_words_than_a_role_might_be_a_name_and_none_of_them_goes_any_further(word, kind):
    assert added_by(word) == ("other", kind, None)


def test_a_parent_in_prison_stays_a_need_whoever_added_it():
    assert read("wider_needs", need="parent in prison")["need"] == "parent_in_prison"
    assert added_by("DSL") == ("safeguarding", None, None)


def test_a_role_that_would_tell_the_need_prints_as_staff():
    assert {role: words for role, words in PRINTED_ROLES.items() if words == "staff"}.keys() == {
        "safeguarding", "family_support", "nurse", "other",
    }  # fmt: skip
    assert list(PRINTED_ROLES) == list(ROLES)


@pytest.mark.parametrize("words", [NEED_WORDS, ROLE_WORDS])
def test_no_spelling_is_of_two_needs_or_roles_or_is_spelt_as_it_is_never_looked_up(words):
    spelt = [word for ours, spellings in words.items() for word in (ours.replace("_", " "), *spellings)]
    assert len(set(spelt)) == len(spelt)
    assert [
        word for word in spelt if word != " ".join(word.lower().split()) or not word.replace(" ", "").isalnum()
    ] == []
    assert list(words) == list(NEEDS if words is NEED_WORDS else ROLES)


@pytest.mark.parametrize("missing", ["urn", "upn", "need", "added_by", "added_on"])
def test_a_table_of_needs_says_of_whom_what_by_whom_and_when_or_is_told_what_it_lacks(missing):
    headers = [header for header in ("urn", "upn", "need", "added_by", "added_on", "ended") if header != missing]
    assert layouts_of(headers) == []
    nearest, lacks = nearest_layout(headers)
    assert (nearest.name, len(lacks)) == ("wider_needs", 1)


# Early years profiles


@pytest.mark.parametrize(
    ("word", "is_good"),
    [
        *((word, True) for word in ("yes", "Y", "1", "1.0", "TRUE", "GLD", "G.L.D.", "Good level of development")),
        *((word, False) for word in ("no", "N", "0", "0.0", "False", "No GLD", "Non-GLD", "not achieved")),
    ],
)
def test_a_good_level_is_yes_or_no_however_it_is_written(word, is_good):
    assert read("early_years_profiles", good_level=word)["good_level"] is is_good


@pytest.mark.parametrize("word", ["perhaps", "2", "Emerging", "Okafor", "10"])
def test_any_other_word_is_said_not_to_be_understood(word):
    told = read("early_years_profiles", good_level=word)
    assert (told["good_level"], told["unread"]) == (None, "good_level")


def test_no_word_is_both_yes_and_no():
    assert not set(GOOD_LEVEL_WORDS[True]) & set(GOOD_LEVEL_WORDS[False])


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2018", 2018), ("2018.0", 2018), ("2017/18", 2018), ("2017-2018", 2018), ("201718", 2018), ("2017 / 18", 2018),
        ("1999/00", 2000), ("2017/19", None), ("2018-17", None), ("2018-06", None), ("summer", None),
    ],
)  # fmt: skip
def test_a_year_is_the_one_of_the_summer(text, year):
    told = read("early_years_profiles", year=text)
    assert (told["year"], told["unread"]) == (year, None if year else "year")


@pytest.mark.parametrize("header", ["good_level", "Good Level of Development", "GLD"])
@pytest.mark.parametrize("when", ["assessed_on", "Year"])
def test_a_table_of_profiles_is_known_with_a_day_or_a_year_and_with_no_school(header, when):
    assert [one.name for one in layouts_of(["UPN", header, when])] == ["early_years_profiles"]


def test_nothing_else_of_a_profile_is_read():
    told = read("early_years_profiles", upn="V209400182092", gld="yes", year="2018", mathematics="2", literacy="1")
    assert {name for name, cell in told.items() if cell is not None} == {"row_number", "upn", "good_level", "year"}


def profiles(**columns: list) -> pl.DataFrame:
    schema = {"assessed_on": pl.Date, "year": pl.Int32, "good_level": pl.Boolean}
    height = len(next(iter(columns.values())))
    return pl.DataFrame({name: columns.get(name, [None] * height) for name in schema}, schema=schema)


def test_the_year_is_that_of_the_day_unless_it_is_said_and_a_year_alone_is_over_by_the_end_of_june():
    day = date(2018, 6, 15)
    told = with_year_assessed(profiles(assessed_on=[day, None, day, None], year=[None, 2018, 2017, None]))
    assert told.select("year", "assessed_by").rows() == [
        (2018, day),
        (2018, date(2018, 6, 30)),
        (2017, day),
        (None, None),
    ]


def test_a_year_that_is_none_has_no_day():
    assert with_year_assessed(profiles(year=[-5, 2_147_483_647]))["assessed_by"].to_list() == [None, None]


# History


def test_history_of_a_profile_was_known_after_the_child_was_assessed_and_what_is_new_on_the_day():
    rows = with_year_assessed(profiles(assessed_on=[date(2018, 6, 15), None, None], year=[2018, 2019, None]))
    known = {
        lag: with_known_on(rows, "early_years_profiles", known_on=date(2025, 9, 1), lag_days=lag)["known_on"].to_list()
        for lag in (1, None)
    }
    assert known[1] == [date(2018, 6, 16), date(2019, 7, 1), date(2025, 9, 1)]
    assert known[None] == [date(2025, 9, 1)] * 3


def test_history_of_a_need_was_known_after_it_was_added():
    rows = pl.DataFrame({"added_on": [date(2024, 11, 4), None]}, schema={"added_on": pl.Date})
    known = with_known_on(rows, "wider_needs", known_on=date(2025, 9, 1), lag_days=1)["known_on"]
    assert known.to_list() == [date(2024, 11, 5), date(2025, 9, 1)]


# What is kept


def test_no_more_is_kept_than_was_asked_for():
    origin = ("extract_id", "row_number", "known_on", "pupil_id", "urn")
    assert WIDER_NEEDS.names == (*origin, "need", "added_by", "added_on", "ended")
    assert EARLY_YEARS_PROFILES.names == (*origin, "year", "good_level")


def test_no_early_years_result_is_among_the_features_of_a_pupil():
    words = ("good_level", "early_years", "profile", "eyfs", "gld")
    assert [name for name in PUPIL_FEATURES.names if any(word in name for word in words)] == []
