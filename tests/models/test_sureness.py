"""Whether a group is found less than chance explains: by chance alone seldom, however many groups are looked at; truly, nearly always."""

import numpy as np
import pytest

from models.sureness import Apart, Found, behind, lost

SCHOOLS, EACH = 20, 24


def drawn(
    seed: int, *, columns: int = 7, share: float = 0.3, plain: float = 0.1, of_the_first: float = 0.0
) -> tuple[Found, list[np.ndarray]]:
    """Twenty-four a school of whom it came true; groups of a fifth to a half of them. The order judged lists more than the plain one; of
    the first group by so much less."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(SCHOOLS), EACH)
    groups = [rng.random(len(school)) < part for part in np.linspace(0.2, 0.5, columns)]
    likely = share - of_the_first * groups[0]
    gain = np.stack(
        [(rng.random(len(school)) < likely).astype(float) - (rng.random(len(school)) < plain) for _ in range(2)], axis=1
    )
    return Found(school, school, gain), groups


def named(apart: Apart, level: float = 0.05) -> list[int]:
    return np.flatnonzero((apart.chance <= level).any(axis=1)).tolist()


@pytest.mark.parametrize("ask", [behind, lost])
def test_of_many_groups_that_do_not_matter_any_is_named_about_as_seldom_as_said(ask):
    times = sum(bool(named(ask(*drawn(seed, plain=0.3), seed=seed))) for seed in range(60))
    assert times <= 8, "three of sixty are expected"


def test_a_group_found_less_than_its_schools_others_is_named_and_no_other():
    found = [named(behind(*drawn(seed, of_the_first=0.3), seed=seed)) for seed in range(10)]
    assert sum(0 in one for one in found) >= 9 and sum(one not in ([], [0]) for one in found) <= 2


def test_a_group_found_less_than_by_the_plain_order_is_named():
    found = [named(lost(*drawn(seed, share=0.5, plain=0.4, of_the_first=0.4), seed=seed)) for seed in range(10)]
    assert sum(0 in one for one in found) >= 9


def test_how_far_is_a_share_of_the_group_beside_the_others_of_its_own_schools():
    """In each of two schools two of A gain and two of B do not; a third school has B alone, and gains nothing."""
    school = np.repeat([0, 1, 2], 4)
    a = np.array([True, True, False, False] * 2 + [False] * 4)
    gain = a.astype(float)[:, None]
    apart = behind(Found(school, school, gain), [~a, a], seed=1)
    assert apart.by[0, 0] == pytest.approx(-apart.by[1, 0]) and apart.by[0, 0] > 0
    assert lost(Found(school, school, gain), [~a, a], seed=1).by[:, 0].tolist() == [0.0, -1.0]


def test_a_group_that_is_all_of_its_schools_has_nobody_to_fall_behind():
    school = np.repeat([0, 1], 10)
    apart = behind(Found(school, school, np.repeat([1.0, 0.0], 10)[:, None]), [school == 1], seed=1)
    assert apart.by[0, 0] == 0 and apart.chance[0, 0] == 1.0
