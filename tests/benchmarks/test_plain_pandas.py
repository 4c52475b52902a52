"""The script the pipeline is held against: what it keeps from night to night gives the same answer as reading every file again."""

from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from benchmarks import agreement, plain_codes, plain_pandas
from pipeline.edges.settings import make_home
from pipeline.steps.weeks import COUNTS
from pipeline.steps.windows import _in_order_of_worth
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_NUMBER
from pipeline.vocabulary.identifiers import check_letter

TWO_WEEKS = """\
urn,upn,date,session,code,minutes_late
100001,amira,2025-09-08,AM,I,
100001,amira,2025-09-08,PM,I,
100001,amira,2025-09-09,AM,#,
100001,amira,2025-09-12,PM,I,
100001,amira,2025-09-15,AM,I,
100001,amira,2025-09-15,PM,\\,
100001,ben,2025-09-08,AM,L,4
100001,ben,2025-09-15,AM,D,
"""
AT_ANOTHER_SCHOOL = """\
urn,upn,date,session,code,minutes_late
100002,ben,2025-09-15,AM,N,
"""
THE_NIGHT = """\
urn,upn,date,session,code,minutes_late,recorded_at
100001,amira,2025-09-16,AM,C2,,2025-09-16T17:00:00
100001,amira,2025-09-12,PM,/,,2025-09-16T17:00:00
"""


@pytest.fixture
def files(tmp_path) -> dict[str, str]:
    told = {"first/a_100001.csv": TWO_WEEKS, "first/a_100002.csv": AT_ANOTHER_SCHOOL, "night/a_100001.csv": THE_NIGHT}
    for name, text in told.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in told}


@pytest.fixture
def both_ways(files, tmp_path) -> tuple[Path, Path]:
    again, kept = tmp_path / "again", tmp_path / "kept"
    again.mkdir()
    kept.mkdir()
    first, second, night = files.values()
    plain_pandas.everything(again, [first, second, night])
    plain_pandas.everything(kept, [first, second], keep=True)
    plain_pandas.night(kept, [night])
    return again, kept


def pupils(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "pupils.parquet").astype({"upn": str}).set_index("upn").sort_index()


def test_keeping_and_reading_again_give_the_same(both_ways):
    again, kept = both_ways
    pd.testing.assert_frame_equal(pupils(again), pupils(kept))
    weeks = [pl.read_parquet(folder / "weeks.parquet").cast({"upn": pl.String}) for folder in both_ways]
    assert weeks[0].sort("upn", "week_start").equals(weeks[1].select(weeks[0].columns).sort("upn", "week_start"))


def test_a_spell_goes_over_a_weekend_and_ends_where_a_correction_says_she_was_there(both_ways, files, tmp_path):
    corrected = pupils(both_ways[0]).loc["amira"]
    assert (corrected["illness_spells_ytd"], corrected["illness_sessions_ytd"]) == (2, 3)
    (tmp_path / "before").mkdir()
    plain_pandas.everything(tmp_path / "before", [files["first/a_100001.csv"]])
    before = pupils(tmp_path / "before").loc["amira"]
    assert (before["illness_spells_ytd"], before["illness_sessions_ytd"]) == (1, 4)


def test_of_two_schools_marks_for_one_half_day_the_better_counts_once(both_ways):
    ben = pupils(both_ways[0]).loc["ben"]
    assert (ben["possible_sessions_ytd"], ben["no_reason_sessions_ytd"]) == (2, 1)


def test_no_school_of_less_than_twenty_days_has_a_figure_for_them(both_ways):
    assert pupils(both_ways[0])["possible_sessions_20d"].isna().all()


@pytest.mark.parametrize("name", plain_codes.COUNTS)
def test_its_codes_count_as_the_pipelines_do(name):
    in_use = [code for code in ATTENDANCE_CODES if code.valid_until == date.max]
    assert sorted(plain_codes.COUNTS[name]) == sorted(code.code for code in in_use if COUNTS[name](code))


def test_its_codes_stand_in_the_order_in_which_two_schools_marks_are_settled():
    settled = [BY_NUMBER[number].code for number in _in_order_of_worth() if number]
    kinds = [
        plain_codes.PRESENT,
        plain_codes.APPROVED,
        plain_codes.AUTHORISED,
        plain_codes.UNAUTHORISED,
        plain_codes.NOT_POSSIBLE,
    ]
    places = {code: place for place, kind in enumerate([*kinds, ["D"], ["-"]]) for code in kind}
    assert (in_use := [places[code] for code in settled if code in places]) == sorted(in_use)
    assert len(in_use) == len(plain_codes.CODES)


# Agreement ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home", demo=True).folder


def ours(plain: pl.DataFrame) -> pl.DataFrame:
    """The same, as the pipeline keeps it."""
    return plain.with_columns(source=pl.lit("registers"))


def test_agreement_is_found_and_one_session_more_in_one_week_or_of_one_pupil_is_told(both_ways, home):
    upns = {name: check_letter(rest) + rest for name, rest in (("amira", "801200001001"), ("ben", "801200001002"))}
    for name, differing, count in (
        ("weeks", agreement.weeks_differing, "absence_sessions"),
        ("pupils", agreement.pupils_differing, "absence_sessions_ytd"),
    ):
        file = both_ways[0] / f"{name}.parquet"
        pl.read_parquet(file).with_columns(pl.col("upn").cast(pl.String).replace(upns)).write_parquet(file)
        plain = agreement.pseudonymised(file, home)
        same = ours(plain).with_columns(pl.col("week_start").cast(pl.Date)) if name == "weeks" else ours(plain)
        assert differing(same, plain)[0] == 0
        one_more = same.with_columns(
            pl.when(pl.int_range(pl.len()) == 0).then(pl.col(count) + 1).otherwise(count).alias(count)
        )
        assert differing(one_more, plain)[0] > 0
        assert differing(same.tail(-1), plain)[0] == (1 if name == "weeks" else 0), "a pupil on no roll is not compared"
