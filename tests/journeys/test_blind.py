"""What a child is like says nothing about who is looked at: shuffle it between children, and the lists stay as they were.

SEN type, ethnicity, sex, language, free school meals and care, in every table that has them, this year's and last year's.
Being a young carer is not among them: it is a need that somebody stated, and with absence or lates a reason to look.
"""

import polars as pl
import pytest

from pipeline.synthetic import synthesise
from pipeline.vocabulary.lost import KINDS, Where

from .at_home import a2n, deliver_rows, exported, lists, new_home, read_rows, tables

pytestmark = pytest.mark.usefixtures("in_little_time")

SHUFFLED = {
    "_pupilonroll": ["sex", "ethnicity", "language"],
    "_pupilnolongeronroll": ["sex", "language"],
    "_senneeds": ["sentype"],
    "_fsmperiod": ["pupilonrolltableid", "NativeId"],
    "_fsmperiodsonroll": ["pupilonrolltableid", "NativeId"],
    "ssda903_header": ["UPN"],
}
"""By the end of a census table's name: the columns dealt out anew, where it has them (only spring asks ethnicity). A period goes to another pupil, school and all."""

IN_PUPILS = ["sex", "ethnicity", "language", "fsm_eligible", "looked_after"]


def shuffled(extracts: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every characteristic dealt out at random among the rows of its table; what goes together is not kept together."""
    dealt = {}
    for seed, (name, rows) in enumerate(sorted(extracts.items())):
        stem = name.removesuffix(".csv")
        columns = next((cols for end, cols in SHUFFLED.items() if stem.endswith(end)), None)
        columns = IN_PUPILS if stem.startswith("pupils_") else columns
        dealt[name] = _dealt(rows, [one for one in columns or [] if one in rows.columns], seed)
    return dealt


def _dealt(rows: pl.DataFrame, columns: list[str], seed: int) -> pl.DataFrame:
    together = [columns] if "pupilonrolltableid" in columns else [[name] for name in columns]
    for number, group in enumerate(together):
        anew = rows.select(group).sample(fraction=1, shuffle=True, seed=100 * seed + number)
        rows = rows.with_columns(anew)
    return rows


@pytest.fixture(scope="module")
def with_spring_census(tmp_path_factory):
    """Twenty weeks: the spring census, which has types of need, has been taken."""
    return synthesise(tmp_path_factory.mktemp("spring") / "extracts", pupils=180, schools=4, seed=8, weeks=20)


@pytest.fixture(scope="module")
def dealt_twice(with_spring_census, tmp_path_factory):
    """Two homes: children as they are, and with their characteristics shuffled."""
    made, homes = with_spring_census, []
    for deal in (dict, shuffled):
        home = new_home(tmp_path_factory.mktemp("dealt") / "home")
        homes.append(home)
        deliver_rows(home, deal(read_rows(made.history)), "last_year")
        assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0
        deliver_rows(home, deal(read_rows(made.files)), "this_year")
        assert a2n("nightly", "--home", home.folder, "--as-of", made.last_day).status == 0
    return homes


def test_who_is_listed_in_what_place_and_why_is_unchanged_byte_for_byte(dealt_twice, tmp_path):
    one, other = (exported(home, "derived.triage", tmp_path / f"{n}.parquet") for n, home in enumerate(dealt_twice))
    assert one == other
    listed = pl.read_parquet(tmp_path / "0.parquet").filter(outcome="listed")
    assert listed.height >= 8
    assert listed["because"].str.len_chars().min() > 20


def test_every_signal_and_sentence_is_unchanged(dealt_twice):
    one, other = (tables(home, "derived") for home in dealt_twice)
    assert [name for name in one if not one[name].equals(other[name])] in ([], [LOST])


LOST = "derived.lost_between_services"
OF_CARE = [kind.name for kind in KINDS if kind.where is Where.HOME]


def test_of_children_lost_between_services_only_care_tells_who_is_asked_and_no_other_thing(dealt_twice):
    """Whose child is in care is dealt anew: it has kinds of its own, and decides whom the others go to."""
    facts = ("pupil_id", "urn", "kind", "since", "school_days", "calendar_days", "days_from_need", "says")
    one, other = (tables(home, "derived")[LOST].filter(~pl.col("kind").is_in(OF_CARE)) for home in dealt_twice)
    assert one.select(facts).equals(other.select(facts))
    assert one.height > 5


def test_every_list_is_unchanged_byte_for_byte(dealt_twice, with_spring_census):
    one, other = (lists(home, with_spring_census.last_day) for home in dealt_twice)
    assert one == other
    assert len(one) == 4


@pytest.mark.parametrize("column", ["sex", "ethnicity", "language", "fsm_eligible"])
def test_the_shuffle_did_shuffle_who_is_what(dealt_twice, column):
    one, other = (tables(home, "staged")["staged.pupils"] for home in dealt_twice)
    this = ["pupil_id", "urn", "stated_on", "row_number"]
    joined = one.select(*this, column).join(other.select(*this, column), on=this, suffix="_after").drop_nulls()
    assert (joined[column] != joined[f"{column}_after"]).mean() > 0.02
    assert joined.height > 200


def test_the_shuffle_did_shuffle_who_is_in_care(dealt_twice):
    one, other = (tables(home, "staged")["staged.care_children"] for home in dealt_twice)
    assert one["pupil_id"].to_list() != other["pupil_id"].to_list()
    assert sorted(one["pupil_id"]) == sorted(other["pupil_id"])


def test_the_shuffle_did_shuffle_types_of_need_and_free_school_meals(dealt_twice):
    one, other = (tables(home, "staged") for home in dealt_twice)
    for name, columns in {"staged.sen_needs": ["pupil_id", "sen_type"], "staged.fsm_periods": ["pupil_id", "start_date"]}.items():  # fmt: skip
        before, after = (set(of[name].select(columns).rows()) for of in (one, other))
        assert len(before - after) > len(before) / 4 > 5
