"""Past and future are kept apart, and a pupil on one side."""

from datetime import date

import pytest

from models.splits import breaks_before, cuts, drawn, folds_of, overlaps_a_break


def test_a_cut_learns_from_earlier_periods_of_its_own_stretch_alone():
    found = cuts({1: 0, 2: 0, 3: 0, 4: 1, 5: 1})
    assert [(one.period, one.trained_on) for one in found] == [(2, (1,)), (3, (1, 2)), (5, (4,))]


def test_the_latest_cuts_are_kept_and_none_learns_from_itself_or_later():
    found = cuts(dict.fromkeys(range(1, 9), 0))
    assert [one.period for one in found] == [6, 7, 8]
    assert all(max(one.trained_on) < one.period for one in found)


def test_all_rows_of_a_pupil_are_in_one_fold_whatever_stands_beside_them():
    folds = folds_of(["amira", "ben", "amira", "cara"], seed=1)
    assert folds[0] == folds[2]
    assert folds_of(["cara", "amira"], seed=1).tolist() == [folds[3], folds[0]]
    many = folds_of([str(number) for number in range(3000)], seed=1)
    assert min((many == fold).sum() for fold in range(3)) > 900


def test_a_draw_is_the_same_for_the_same_key_and_salt_only():
    first, again, other = (drawn(salt, ["amira", "ben"]) for salt in ("lot", "lot", "tie"))
    assert (first == again).all() and (first != other).all() and first[0] != first[1]


@pytest.mark.parametrize(
    "first, last, is_across",
    [
        (date(2024, 7, 1), date(2024, 7, 31), False),
        (date(2024, 7, 1), date(2024, 8, 1), True),
        (date(2024, 8, 1), date(2024, 12, 1), False),
        (date(2019, 5, 1), date(2019, 7, 31), False),
        (date(2019, 5, 1), date(2019, 8, 1), True),
        (date(2022, 7, 31), date(2022, 12, 1), True),
        (date(2022, 8, 1), date(2022, 12, 1), False),
    ],
)
def test_the_change_of_codes_and_disrupted_years_are_breaks(first, last, is_across):
    assert overlaps_a_break(first, last) is is_across


@pytest.mark.parametrize(
    "day, before",
    [(date(2019, 7, 31), 0), (date(2022, 7, 31), 0), (date(2022, 8, 1), 1), (date(2024, 7, 31), 1), (date(2024, 8, 1), 2), (date(2026, 3, 1), 2)],
)  # fmt: skip
def test_days_on_either_side_of_a_break_are_of_another_stretch(day, before):
    assert breaks_before(day) == before
