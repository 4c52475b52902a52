"""Precision and recall of linking other agencies' children to pupils, on a made-up extract with people's usual errors.

    python -m benchmarks.linkage [--pupils N --rows N --seeds N --timed N --date DATE]

Each seed draws an authority and what an agency sends of it: two thirds of the rows are of pupils, half of those with an
error; the others are of children on no roll, some of them a pupil's brother, sister or twin. The rows go through the same
comparison, weights and judgement as in a take-in. Made-up data proves mechanics, not accuracy: the names are few, the
errors are those somebody thought of, and nobody real is misspelt by a random number.
"""

import argparse
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import polars as pl

from pipeline.edges.linkage import weights
from pipeline.steps.agency_links import judged
from pipeline.synthetic.agencies import Sent, agency_rows
from pipeline.synthetic.authority import made_up_authority
from pipeline.synthetic.children import NOWHERE, Children
from pipeline.tables.linkage import SHIPPED
from pipeline.tables.same_child import KNOWN_AS, LINK_DECISIONS
from pipeline.vocabulary.school_year import SchoolYear

HERE = Path(__file__).resolve().parent
AS_OF = date(2026, 3, 13)

USE_FROM, ASK_FROM = 0.99, 0.80
"""The settings a home begins with."""

OTHER_THRESHOLDS = ((0.90, 0.80), (0.95, 0.80), (0.999, 0.80), (0.99, 0.50))

SAID = "Made-up data proves mechanics, not accuracy."


def main() -> None:
    asked = _asked()
    weighed = [weighed_extract(asked.pupils, asked.rows, seed) for seed in range(1, asked.seeds + 1)]
    command = f"python -m benchmarks.linkage --pupils {asked.pupils} --rows {asked.rows} --seeds {asked.seeds} --timed {asked.timed}"
    page = "\n\n".join([f"# Linking other agencies' children\n\n{SAID}", *_told(weighed), _timed(asked.timed), _made_by(command, asked.date)])  # fmt: skip
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "linkage.md").write_text(page + "\n", encoding="utf-8")
    print(page)


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__.partition("\n")[0])
    words.add_argument("--pupils", type=int, default=20_000)
    words.add_argument("--rows", type=int, default=3_000, help="rows of the agency's extract")
    words.add_argument("--seeds", type=int, default=5, help="how many authorities are drawn")
    words.add_argument("--timed", type=int, default=20_000, help="pupils of the authority that is timed")
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    return words.parse_args()


# One extract


@dataclass(frozen=True)
class Weighed:
    """An extract's pairs as weighed, and of each row in turn what it truly is: child, error and kin (see `Sent`)."""

    weights: pl.DataFrame
    truth: pl.DataFrame
    seconds: float


def weighed_extract(pupils: int, rows: int, seed: int) -> Weighed:
    """An authority of `pupils` drawn, and `rows` rows of an agency's compared with them by the shipped weights."""
    authority = made_up_authority(pupils, max(pupils // 330, 6), seed=seed, year=SchoolYear(2025))
    children = authority.children
    here = np.flatnonzero((children.here != NOWHERE) & ~children.joins)
    sent = agency_rows(children, here, np.random.default_rng([seed, 2]), rows=rows, as_of=AS_OF)
    with closing(duckdb.connect()) as con:
        con.register("pupils", _records(children, here))
        con.register("others", _sent_records(sent))
        began = perf_counter()
        found = weights(con, "FROM pupils", "FROM others", SHIPPED)
        seconds = perf_counter() - began
    return Weighed(found, sent.truth.with_columns(pl.col("child").cast(pl.String)), seconds)


def _records(children: Children, here: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": here.astype("U10"), "surname": children.surname[here], "forename": children.forename[here],
            "date_of_birth": pl.Series(children.birth[here]).cast(pl.Date), "postcode": children.postcode[here],
        }
    )  # fmt: skip


def _sent_records(sent: Sent) -> pl.DataFrame:
    return sent.rows.select(
        pl.int_range(pl.len()).cast(pl.String).alias("person"), "surname", "forename", "date_of_birth", "postcode"
    )


def outcomes(weighed: Weighed, *, use_from: float, ask_from: float) -> pl.DataFrame:
    """One row per row sent: child (null on no roll), error, kin; right and wrong, if a pupil was linked; asked, how many
    pupils a person is asked of; and among_asked, whether the true one is among them."""
    told = judged(weighed.weights, LINK_DECISIONS.empty, KNOWN_AS.empty, use_from=use_from, ask_from=ask_from)
    by_row = told.group_by("one").agg(
        used=pl.col("other").filter(pl.col("is_certain")).first(), asks=pl.col("other").filter(~pl.col("is_certain"))
    )
    rows = weighed.truth.with_columns(one=pl.int_range(pl.len()).cast(pl.String)).join(by_row, on="one", how="left")
    is_right = (pl.col("used") == pl.col("child")).fill_null(False)
    return rows.select(
        "child", "error", "kin", right=is_right, wrong=pl.col("used").is_not_null() & ~is_right,
        asked=pl.col("asks").list.len().fill_null(0),
        among_asked=pl.col("asks").list.contains(pl.col("child")).fill_null(False),
    )  # fmt: skip


# Figures


@dataclass(frozen=True)
class Figures:
    rows: int
    of_pupils: int
    right: int
    wrong: int
    asked: int  # rows of which a person is asked
    among_asked: int

    @property
    def precision(self) -> float | None:
        """Of rows linked, the share linked to the right pupil; null where none was linked."""
        linked = self.right + self.wrong
        return self.right / linked if linked else None

    @property
    def recall(self) -> float | None:
        """Of rows that are of a pupil, the share linked to that pupil."""
        return self.right / self.of_pupils if self.of_pupils else None

    @property
    def recall_with_person(self) -> float | None:
        """The same, if a person answers every question rightly."""
        return (self.right + self.among_asked) / self.of_pupils if self.of_pupils else None


def figures(rows: pl.DataFrame) -> Figures:
    return Figures(
        rows=rows.height, of_pupils=rows["child"].count(), right=rows["right"].sum(), wrong=rows["wrong"].sum(),
        asked=(rows["asked"] > 0).sum(), among_asked=rows["among_asked"].sum(),
    )  # fmt: skip


def _told(weighed: list[Weighed]) -> Iterable[str]:
    rows = _all(weighed, USE_FROM, ASK_FROM)
    everything = figures(rows)
    yield (
        f"{len(weighed)} authorities, {everything.rows:,} rows, {everything.of_pupils:,} of them of a pupil. Used from "
        f"{USE_FROM}, asked from {ASK_FROM}: {everything.right + everything.wrong:,} linked, {everything.wrong:,} of them "
        f"wrongly; {everything.asked:,} rows wait for a person, as {rows['asked'].sum():,} pairs."
    )
    yield _table(
        "at these thresholds", [(f"{use}, {ask}", figures(_all(weighed, use, ask))) for use, ask in _thresholds()]
    )
    yield _table("what is wrong with the row", _by(rows, "error"))
    yield _table("of a pupil who has on the rolls", _by(rows.drop_nulls("kin"), "kin"))


def _thresholds() -> list[tuple[float, float]]:
    return sorted({(USE_FROM, ASK_FROM), *OTHER_THRESHOLDS})


def _all(weighed: list[Weighed], use_from: float, ask_from: float) -> pl.DataFrame:
    return pl.concat([outcomes(one, use_from=use_from, ask_from=ask_from) for one in weighed])


def _by(rows: pl.DataFrame, column: str) -> list[tuple[str, Figures]]:
    groups = rows.partition_by(column, as_dict=True)
    told = [(str(name), figures(group)) for (name,), group in groups.items()]
    return sorted(told, key=lambda one: (-one[1].of_pupils, -one[1].rows, one[0]))


HEADINGS = ("", "rows", "of a pupil", "linked right", "linked wrong", "asked", "true one among asked", "precision", "recall", "recall with a person")  # fmt: skip


def _table(title: str, told: list[tuple[str, Figures]]) -> str:
    lines = [(title, *HEADINGS[1:]), ("---", *["---:"] * (len(HEADINGS) - 1))]
    for name, one in told:
        counts = (one.rows, one.of_pupils, one.right, one.wrong, one.asked, one.among_asked)
        shares = (one.precision, one.recall, one.recall_with_person)
        lines.append((name, *(f"{count:,}" for count in counts), *("" if share is None else f"{share:.4f}" for share in shares)))  # fmt: skip
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _timed(pupils: int) -> str:
    taken = sorted(weighed_extract(pupils, pupils // 8, seed=1).seconds for _ in range(3))
    return f"Comparing {pupils // 8:,} rows with {pupils:,} pupils took {taken[1]:.1f} s, the median of three."


def _made_by(command: str, day: date | None) -> str:
    return f"`{command}`" + (f", {day.day} {day:%B %Y}." if day else "")


if __name__ == "__main__":
    main()
