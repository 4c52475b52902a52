"""A model is kept by skops and read back only where it is the one that was appraised, by the library that fitted it."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from models.drift import last_term, reference, stability, suspended_because
from models.errors import Unfit
from models.explained import moved_by, usual
from models.kept import as_bytes, from_bytes, versions
from models.recipe import LEARNERS, calibrated, likelihood

NAMES = ("absence_rate_20d", "absence_spells_term", "moves_24m")


@pytest.fixture(scope="module", params=LEARNERS, ids=lambda one: one.name)
def fitted(request):
    """The first feature tells, the second a little, the third nothing; a tenth of each is not known."""
    rng = np.random.default_rng(1)
    X = rng.random((2000, 3))
    y = rng.random(2000) < 0.1 + 0.6 * X[:, 0] + 0.2 * X[:, 1]
    X[rng.random(X.shape) < 0.1] = np.nan
    return calibrated(request.param, X, y, [str(one) for one in range(2000)], (1, 1, 0)), X, y


def test_what_is_read_back_says_the_same(fitted):
    model, X, _ = fitted
    again = from_bytes(as_bytes(model), features=NAMES, fitted_on=NAMES, fitted_by=versions())
    assert (likelihood(again, X) == likelihood(model, X)).all()


def test_no_row_it_was_fitted_on_is_in_what_is_kept(fitted):
    kept = zipfile.ZipFile(io.BytesIO(as_bytes(fitted[0])))
    arrays = [
        np.load(io.BytesIO(kept.read(name)), allow_pickle=False) for name in kept.namelist() if name.endswith(".npy")
    ]
    assert arrays and max(array.size for array in arrays) < 500
    assert fitted[0].cv is None


@pytest.mark.parametrize(
    "fitted_on, said",
    [(NAMES[:2], "another list of features (moves_24m)"), (NAMES[::-1], "another list of features (their order)")],
)
def test_a_changed_list_of_features_is_refused(fitted, fitted_on, said):
    with pytest.raises(Unfit) as why:
        from_bytes(as_bytes(fitted[0]), features=NAMES, fitted_on=fitted_on, fitted_by=versions())
    assert said in str(why.value) and "learn again" in str(why.value)


@pytest.mark.parametrize("library", ["sklearn", "skops"])
def test_another_version_of_the_library_is_refused(fitted, library):
    with pytest.raises(Unfit, match=f"fitted with {library} 0.1, and "):
        from_bytes(as_bytes(fitted[0]), features=NAMES, fitted_on=NAMES, fitted_by=versions() | {library: "0.1"})


def test_a_type_that_is_not_trusted_is_refused_before_anything_is_built():
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    strange = skops.io.dumps(FunctionTransformer(np.linalg.norm))
    with pytest.raises(Unfit, match="is not trusted: it is not loaded"):
        from_bytes(strange, features=NAMES, fitted_on=NAMES, fitted_by=versions())


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_model_is_refused_in_words(content):
    with pytest.raises(Unfit, match="cannot be read"):
        from_bytes(content, features=NAMES, fitted_on=NAMES, fitted_by=versions())


def deep() -> bytes:
    """What skops calls a model, of lists in lists."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(
            "schema.json",
            '{"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": ' * 5_000
            + "1"
            + "}" * 5_000,
        )
    return written.getvalue()


def bomb() -> bytes:
    written = io.BytesIO()
    with (
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("schema.json", "w") as part,
    ):
        for _ in range(101):
            part.write(b" " * 1_000_000)
    return written.getvalue()


@pytest.mark.parametrize(
    "content, says",
    [(deep(), "cannot be read"), (bomb(), "is far larger than any"), (pickle.dumps({"a": 1}), "cannot be read")],
    ids=["deep", "a bomb", "a pickle"],
)
def test_a_file_made_to_do_harm_is_no_model(content, says):
    with pytest.raises(Unfit, match=says):
        from_bytes(content, features=NAMES, fitted_on=NAMES, fitted_by=versions())


def test_more_of_a_feature_that_may_only_rise_never_moves_a_pupil_down(fitted):
    model, X, _ = fitted
    if "logistic" in str(model).lower():
        pytest.skip("a line of its own kind: what it learned is said on the card")
    rows = np.nan_to_num(X, nan=0.5)
    more = rows.copy()
    more[:, 0] = np.minimum(more[:, 0] + 0.3, 1)
    assert (likelihood(model, more) >= likelihood(model, rows) - 1e-12).all()


def test_likelihoods_are_calibrated(fitted):
    model, X, y = fitted
    assert abs(likelihood(model, X).mean() - y.mean()) < 0.03


# Explained --------------------------------------------------------------------------------------------------------------


def test_what_moved_a_pupil_up_is_named_and_what_is_as_usual_or_not_known_is_not(fitted):
    model, X, _ = fitted
    usually = usual(X)
    high, same, unknown = usually.copy(), usually.copy(), usually.copy()
    high[0], unknown[0] = 1.0, np.nan
    told = moved_by(model, np.array([high, same, unknown]), usually, NAMES)
    assert told[0][0] == "absence_rate_20d"
    assert told[1] == ()
    assert "absence_rate_20d" not in told[2]


def test_usual_is_the_middle_of_what_is_known():
    assert usual(np.array([[1, np.nan], [3, np.nan], [np.nan, np.nan]]))[0] == 2
    assert np.isnan(usual(np.array([[1, np.nan], [3, np.nan]]))[1])


# Drift --------------------------------------------------------------------------------------------------------------------


def spread(seed: int = 1, rows: int = 4000) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 3))


def then() -> dict:
    return reference(spread(), np.repeat([1, 2], 2000), NAMES)


def test_the_same_pupils_have_not_drifted_and_moved_ones_have():
    assert max(stability(then(), spread(), NAMES).values()) == pytest.approx(0)
    assert suspended_because(then(), spread(2), NAMES) is None
    moved = spread(2) + np.array([0, 1.0, 0])
    assert stability(then(), moved, NAMES)["absence_spells_term"] > 0.25
    said = suspended_because(then(), moved, NAMES)
    assert "The model is suspended and the rule orders: absence_spells_term" in said and "1 of 3 features" in said


def test_what_is_not_known_any_more_is_drift_too():
    gone = spread(2)
    gone[:1500, 0] = np.nan
    assert suspended_because(then(), gone, NAMES)


def test_a_season_seen_in_fitting_is_none():
    seasons = np.vstack([spread(1, 2000), spread(2, 2000) + np.array([0, 1.5, 0])])
    told = reference(seasons, np.repeat([1, 2], 2000), NAMES)
    assert stability(told, seasons[2000:], NAMES)["absence_spells_term"] > 0.25
    assert suspended_because(told, seasons[2000:], NAMES) is None
    assert suspended_because(told, seasons[2000:] + np.array([0, 1.5, 0]), NAMES)


@pytest.mark.parametrize("rows, is_said", [(29, False), (30, True)])
def test_too_few_pupils_say_nothing(rows, is_said):
    assert bool(suspended_because(then(), spread(2, rows) + 5, NAMES)) is is_said
    assert (last_term(np.full(rows, 0.9), np.zeros(rows, bool)) is not None) is is_said


@pytest.mark.parametrize("came_true, is_said", [(0.35, False), (0.34, True), (0.65, False), (0.66, True)])
def test_a_model_is_off_by_more_than_fifteen_in_a_hundred(came_true, is_said):
    found = np.arange(100) < came_true * 100
    held = last_term(np.full(100, 0.5), found)
    assert bool(held.suspended_because) is is_said and held.came_true == came_true
