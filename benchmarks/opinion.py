"""What the opinion takes at scale: fit and appraisal of an authority's past, then one night's scoring and explaining.

    python -m benchmarks.opinion [--pupils N --schools N --cuts N --date DATE]

The features are made up, with the columns and gaps of `derived.pupil_features`; two years of school weeks hold five cut days twelve weeks
apart. Standing on those past days again, which costs what as many nights' looks cost, is not part of it. Made-up data proves mechanics,
not accuracy: the figures here are seconds and bytes.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from benchmarks.measured import measured

HERE = Path(__file__).resolve().parent
WORK, AT_MOST, SCORING_AT_MOST, BYTES_AT_MOST = "--work", 300, 5, 4 * 2**30


def main() -> None:
    asked = _asked()
    if asked.work:
        print(json.dumps(worked(asked.pupils, asked.schools, asked.cuts)))
        return
    told = HERE / "results" / "opinion.json"
    sizes = ["--pupils", str(asked.pupils), "--schools", str(asked.schools), "--cuts", str(asked.cuts)]
    part = told.with_suffix(".part")
    took = measured(["sh", "-c", f'"$0" -m benchmarks.opinion "$@" > {part}', sys.executable, *sizes, WORK])
    found = json.loads(part.read_text())
    part.unlink()
    result = {
        "command": " ".join(["python -m benchmarks.opinion", *sizes]),
        "day": asked.date.isoformat() if asked.date else None,
        "warning": "Made-up data proves mechanics, not accuracy.",
        "pupils": asked.pupils,
        **found,
        "peak_gigabytes": round(took.peak_bytes / 2**30, 2),
        "processor_seconds": round(took.cpu_seconds, 1),
        "is_within": {
            "fit and appraisal under 300 s": found["fit_and_appraise_seconds"] < AT_MOST,
            "under 4 GB": took.peak_bytes < BYTES_AT_MOST,
            "scoring under 5 s": found["scoring_seconds"] < SCORING_AT_MOST,
        },
    }
    told.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m benchmarks.opinion", description=__doc__.partition("\n")[0])
    words.add_argument("--pupils", type=int, default=100_000)
    words.add_argument("--schools", type=int, default=200)
    words.add_argument("--cuts", type=int, default=5, help="cut days twelve school weeks apart: two years hold five")
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    words.add_argument(WORK, action="store_true", help=argparse.SUPPRESS)
    return words.parse_args()


def worked(pupils: int, schools: int, cuts: int) -> dict:
    """Seconds of each part, in this process."""
    from models.appraisal import appraised
    from models.drift import suspended_because
    from models.explained import moved_by, usual
    from models.recipe import BY_NAME, calibrated, likelihood
    from pipeline.hops.learning import fitted

    examples = made_up(pupils, schools, cuts)
    began = perf_counter()
    done = appraised(examples)
    appraise = perf_counter() - began
    chosen = done.chosen or "boosted"
    _, told = fitted(examples, chosen)
    both = perf_counter() - began
    last = examples.rows.filter(period=cuts)
    X, y = examples.matrix(last), last["label"].fill_null(False).to_numpy()
    models = {
        name: calibrated(BY_NAME[name], X, y, last["pupil"].to_list(), examples.monotone)
        for name in ("logistic", "boosted")
    }
    scoring = {}
    for name, model in models.items():
        began = perf_counter()
        likelihood(model, X)
        suspended_because(told["spread"], X, told["features"])
        moved_by(model, X[: schools * 10], usual(X), told["features"])
        scoring[name] = round(perf_counter() - began, 2)
    return {
        "rows": examples.rows.height,
        "features": len(examples.features),
        "fit_and_appraise_seconds": round(both, 1),
        "of_which_appraise_seconds": round(appraise, 1),
        "scoring_seconds": max(scoring.values()),
        "scoring_by": scoring,
        "scored_and_explained": [last.height, schools * 10],
    }


def made_up(pupils: int, schools: int, cuts: int):
    """Examples of a home: a lasting leaning of each pupil, a passing one of each term, features that tell of both with noise."""
    from models.examples import Examples, with_draws
    from models.features import FEATURES
    from models.labels import OF_A_HOME

    rng = np.random.default_rng(7)
    lasting = rng.normal(size=pupils)
    parts = []
    for period in range(1, cuts + 1):
        passing = rng.normal(size=pupils)
        leaning = 0.8 * lasting + 0.5 * passing
        columns = {one.name: np.maximum(0, 0.06 + 0.05 * (leaning + rng.normal(size=pupils))) for one in FEATURES}
        rate = columns["judged_absence_rate"]
        came_true = rng.random(pupils) < 1 / (1 + np.exp(2.0 - 1.3 * leaning))
        frame = pl.DataFrame(columns).with_columns(
            pl.when(pl.Series(rng.random(pupils) > 0.15)).then(pl.col(one.name)).alias(one.name) for one in FEATURES[5:]
        )
        parts.append(
            frame.with_columns(
                pupil=pl.Series([f"p{one}" for one in range(pupils)]), period=pl.lit(period, pl.Int64), regime=pl.lit(0, pl.Int64),
                cluster=pl.Series([f"s{one % schools}" for one in range(pupils)]), eligible=pl.Series(rate >= 0.1),
                label=pl.when(pl.Series(rng.random(pupils) > 0.03)).then(pl.Series(came_true)), last_rate=pl.Series(rate), rule_rate=pl.Series(rate),
                points=pl.Series(np.where(rate >= 0.5, 7.0, np.where(rate >= 0.1, 3.0, 0.0))),
                g_sex=pl.Series(np.where(rng.random(pupils) < 0.5, "F", "M")), g_phase=pl.Series(np.where(np.arange(pupils) % schools < schools // 2, "Primary", "Secondary")),
            )
        )  # fmt: skip
    return Examples(with_draws(pl.concat(parts)), FEATURES, ("g_sex", "g_phase"), OF_A_HOME)


if __name__ == "__main__":
    main()
