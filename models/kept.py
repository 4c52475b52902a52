"""A fitted model as bytes, and back: by skops, which names every type it would build, and never by pickle.

What is loaded must be made of trusted types alone, read the very features declared now, and have been fitted by the library that
loads it: a tree fitted by another version may order otherwise, and nobody would see it.
"""

import io
from collections.abc import Mapping, Sequence
from zipfile import BadZipFile, ZipFile

import fairlearn
import numpy
import sklearn
import skops
import skops.io
from sklearn.calibration import CalibratedClassifierCV

from .errors import Unfit

TRUSTED = (
    "models.recipe.Unlearnt",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
"""Beyond skops' own: what the recipe's two learned orders are made of, and nothing else."""


def versions() -> dict[str, str]:
    return {one.__name__: one.__version__ for one in (sklearn, skops, numpy, fairlearn)}


_MUST_MATCH = ("sklearn", "skops")


def as_bytes(model: CalibratedClassifierCV) -> bytes:
    return skops.io.dumps(model)


def from_bytes(
    kept: bytes, *, features: Sequence[str], fitted_on: Sequence[str], fitted_by: Mapping[str, str]
) -> CalibratedClassifierCV:
    """The model. Raises Unfit, in one sentence, where its features or libraries are not those of now, or a type is not trusted."""
    if tuple(fitted_on) != tuple(features):
        other = sorted({*fitted_on} ^ {*features}) or ["their order"]
        raise Unfit(
            f"The model was fitted on another list of features ({', '.join(other)}): learn again, and have it approved."
        )
    for name in _MUST_MATCH:
        if fitted_by.get(name) != versions()[name]:
            raise Unfit(
                f"The model was fitted with {name} {fitted_by.get(name)}, and {versions()[name]} is installed: learn again, and have "
                "it approved."
            )
    _refuse_bomb(kept)
    try:
        strange = sorted({*skops.io.get_untrusted_types(data=kept)} - {*TRUSTED})
        if strange:
            raise Unfit(f"The model holds {strange[0]}, which is not trusted: it is not loaded; learn again.")
        return skops.io.loads(kept, trusted=list(TRUSTED))
    except Unfit:
        raise
    except (
        BadZipFile,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        UnicodeDecodeError,
        AttributeError,
        ImportError,
        RecursionError,
        ArithmeticError,
        MemoryError,
    ) as fault:
        raise Unfit(f"The model cannot be read ({type(fault).__name__}): it is not loaded; learn again.") from None


_MOST_BYTES = 100_000_000
"""Of a model, unpacked: a hundred times what one of all features takes."""


def _refuse_bomb(kept: bytes) -> None:
    """Raises Unfit for a file that says it is far more than any model once it is unpacked. One that says less than it is fails as it
    is read: no reader of zip archives takes more from a part than that part is said to hold."""
    try:
        with ZipFile(io.BytesIO(kept)) as archive:
            told = sum(part.file_size for part in archive.infolist())
    except (BadZipFile, ValueError, RuntimeError, OSError):
        return  # and whoever reads it says so
    if told > _MOST_BYTES:
        raise Unfit("The model is far larger than any once it is unpacked: it is not loaded; learn again.")
