"""A made-up authority written once for all these tests, and three drawn large enough to show England's shape."""

import pytest

from pipeline.synthetic import Synthesised, synthesise

from .measured import Measured, measured

SEEDS = (1, 2, 3)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Synthesised:
    return synthesise(tmp_path_factory.mktemp("made") / "extracts", pupils=900, schools=12, seed=7, weeks=20)


@pytest.fixture(scope="session")
def authorities() -> list[Measured]:
    return [measured(pupils=6000, schools=24, seed=seed) for seed in SEEDS]
