"""Small made-up authorities over several nights: exact counts of every published table, each pupil's state drawn anew now and then.

Nothing here is worked out as a run would: any state can occur, and every sum holds because the same pupils are counted.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.tables.published import ANSWERS, FINDINGS, OUTCOMES, SIGNAL_STATES, WEEK_RATES

FIRST_NIGHT = date(2025, 10, 3)
FIRST_MONDAY = date(2025, 9, 8)
PHASES = ("Primary", "Secondary", "Special")
AREAS = ("East", "West", None)
KINDS = ("educational_psychologist", "in_school", "speech_and_language")
SIGNALS = ("persistent_absence", "moved_school")
WEEK_KINDS = (*WEEK_RATES, "other_authorised")
LOST_ON_ROLL, LOST_ANYWHERE, LOST_IN_HOME = "year_11_without_offer", "plan_past_20_weeks", "released_from_custody"

Counts = dict[str, pl.DataFrame]


def nights(
    pupils: int, schools: int, seed: int, *, how_many: int, changing: float = 0.06, weeks: int = 2
) -> Iterator[Counts]:
    """Exact counts of so many nights, of each of which a share of pupils has changed in everything, or come, or gone."""
    chance = np.random.default_rng(seed)
    places = a_map(schools)
    now = drawn(chance, pupils, schools, weeks)
    for night in range(how_many):
        yield exact(now, places, chance, as_of=FIRST_NIGHT + timedelta(days=night))
        now = with_changes(now, chance, schools, weeks, changing)


def a_map(schools: int) -> pl.DataFrame:
    urns = [100001 + number for number in range(schools)]
    return pl.DataFrame(
        {
            "urn": urns,
            "phase": [PHASES[number % 3] for number in range(schools)],
            "area": [AREAS[(number // 2) % 3] for number in range(schools)],
        },
        schema_overrides={"urn": pl.Int32},
    )


def drawn(chance: np.random.Generator, pupils: int, schools: int, weeks: int) -> pl.DataFrame:
    """One row per pupil: school and every state."""
    some = lambda share: chance.random(pupils) < share  # noqa: E731
    of = lambda values, odds: chance.choice(values, pupils, p=np.array(odds) / sum(odds))  # noqa: E731
    outcome = of(OUTCOMES, (4, 3, 4, 1, 2, 30, 2))
    eligible = np.isin(outcome, ("listed", "eligible_not_listed"))
    flagged = eligible | some(0.12)
    looked_at = flagged & some(0.5)
    need_found = looked_at & some(0.5)
    unmet = eligible & ~looked_at
    support = some(0.3)
    planned = support & some(0.3)
    persistent = some(0.2)
    frame = {
        "urn": chance.choice(schools, pupils, p=_sizes(schools)).astype(np.int32) + 100001,
        "outcome": outcome,
        "missed": (outcome == "eligible_not_listed") & some(0.7),
        "persistent": persistent, "severe": persistent & some(0.2),
        "flagged": flagged, "looked_at": looked_at, "need_found": need_found, "need_met": looked_at & some(0.4),
        "unmet": unmet, "waiting": unmet & some(0.5), "kind": of(KINDS, (2, 3, 1)),
        "sex": of(("female", "male"), (1, 1)), "ethnic_group": of(("White", "Asian", "not known"), (8, 2, 1)),
        "nc_year": of(("3", "7", "10"), (1, 1, 1)),
        "ever_additional_support": support, "ever_plan": planned, "ever_social_worker": some(0.05),
        "lost_here": some(0.06), "plan_lost": some(0.05), "lost_at_none": some(0.02),
        "plan_made": some(0.1), "plan_in_time": some(0.5), "plan_exception": some(0.2), "plan_at_none": some(0.1),
        "days_to_look": chance.integers(0, 40, pupils).astype(float),
    }  # fmt: skip
    for signal in SIGNALS:
        frame[signal] = of(SIGNAL_STATES, (3, 8, 1))
        frame[f"{signal} listed"] = flagged & some(0.4)
        frame[f"{signal} answer"] = of(ANSWERS, (3, 2, 1, 1, 1, 3))
        frame[f"{signal} finding"] = of(FINDINGS, (2, 1, 2, 3))
    frame["persistent_absence"] = np.where(persistent, "raised", frame["persistent_absence"])
    for week in range(weeks):
        for kind, share in (("illness", 0.3), ("part_time", 0.04), ("other_authorised", 0.1), ("unauthorised", 0.15)):
            frame[f"{week} {kind}"] = np.where(some(share), chance.integers(1, 3, pupils), 0)
    return pl.DataFrame(frame)


def _sizes(schools: int) -> np.ndarray:
    """Small schools and large ones, as England's are; of a handful all are alike."""
    sizes = np.array(
        [1 if schools < 10 else (60, 120, 210, 210, 315, 420, 900, 1200)[number % 8] for number in range(schools)]
    )
    return sizes / sizes.sum()


def with_changes(
    now: pl.DataFrame, chance: np.random.Generator, schools: int, weeks: int, share: float
) -> pl.DataFrame:
    """Some stay at their school and are in another state, one in three of them leaves, and some come."""
    changed = chance.random(now.height) < share
    changed[chance.integers(0, now.height)] = True
    anew = drawn(chance, now.height, schools, weeks).with_columns(urn=now["urn"])
    leaves = changed & (chance.random(now.height) < 0.3)
    mixed = pl.concat([now.filter(~changed), anew.filter(pl.Series(changed & ~leaves))])
    return pl.concat([mixed, drawn(chance, int(chance.integers(0, 1 + leaves.sum() + 1)), schools, weeks)])


def exact(now: pl.DataFrame, places: pl.DataFrame, chance: np.random.Generator, *, as_of: date) -> Counts:
    """Every count of the night by table, as `exact_counts` and `exact_looks` have them."""
    pupils = now.join(places, on="urn", how="left").with_columns(pl.col("area").fill_null("not known"))
    schools = _schools(pupils, places)
    weeks = _weeks(pupils)
    return {
        "run": _run(pupils, schools, as_of=as_of),
        "phase": _phases(pupils, schools),
        "school": schools,
        "flow": _flow(pupils, places),
        "plans_in_time": _plans(pupils, places),
        "week": _wide_weeks(weeks),
        "school_week": _week_counts(weeks, "urn"),
        "signal": _signals(pupils, places),
        "signal_outcome": _signal_outcomes(pupils),
        "specialist": _specialists(pupils, places),
        "group_audit": _groups(pupils),
        "ever": _ever(pupils),
        "lost_children": _lost(pupils, places),
    }


def _sum(*names: str) -> list[pl.Expr]:
    return [pl.col(name).sum().cast(pl.Int64) for name in names]


def _year(pupils: pl.DataFrame) -> list[pl.Expr]:
    weeks = sorted({int(name.split()[0]) for name in pupils.columns if name[0].isdigit()})
    absent = pl.sum_horizontal(
        f"{week} {kind}" for week in weeks for kind in ("illness", "part_time", "other_authorised", "unauthorised")
    )
    return [
        (pl.len() * 10 * len(weeks)).cast(pl.Int64).alias("possible_sessions_ytd"), pl.len().cast(pl.Int64).alias("possible_pupils_ytd"),
        absent.sum().cast(pl.Int64).alias("absence_sessions_ytd"), (absent > 0).sum().cast(pl.Int64).alias("absence_pupils_ytd"),
    ]  # fmt: skip


def _of_places(pupils: pl.DataFrame) -> list[pl.Expr]:
    return [
        pl.len().cast(pl.Int64).alias("pupils_on_roll"),
        *(pl.col(state).sum().cast(pl.Int64).alias(f"{state}_absence_count") for state in ("persistent", "severe")),
        *((pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in OUTCOMES),
        *_year(pupils),
    ]


def _schools(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    counted = places.join(pupils.group_by("urn").agg(_of_places(pupils)), on="urn", how="left")
    numbers = [name for name in counted.columns if name not in places.columns]
    counted = counted.with_columns(pl.col(numbers).fill_null(0))
    with_room = pl.max_horizontal(pl.lit(3), "listed") + 3 * (pl.col("urn") % 2)
    return counted.with_columns(
        laestab=pl.col("urn") + 3_000_000, name=pl.format("School {}", "urn"), received=pl.lit(True), registers_to=pl.lit(None, pl.Date),
        places=pl.when(pl.col("eligible_not_listed") > 0).then("listed").otherwise(with_room), list_withheld_because=pl.lit(None, pl.String),
        withheld_of=pl.lit(None, pl.String), withheld_counted=pl.lit(None, pl.Float64), withheld_said=pl.lit(None, pl.Float64),
    ).sort("urn")  # fmt: skip


def _phases(pupils: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    numbers = [name for name in schools.columns if schools.schema[name] == pl.Int64 and name != "places"]
    return schools.group_by("phase").agg(pl.len().cast(pl.Int64).alias("schools"), *_sum(*numbers)).sort("phase")


def _run(pupils: pl.DataFrame, schools: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    return pupils.select(*_of_places(pupils), *_sum("missed")).with_columns(
        eligible=pl.col("listed") + pl.col("eligible_not_listed"), run=pl.lit(f"flag {as_of} 1"), as_of=pl.lit(as_of),
        finished=pl.lit(as_of), registers_to=pl.lit(None, pl.Date), home=pl.lit("A made-up authority"), version=pl.lit("0"), demo=pl.lit(True),
        fewest_shown=pl.lit(5), smallest_base=pl.lit(20), groups_as_of=pl.lit(as_of), schools_expected=pl.lit(schools.height),
        schools_received=pl.lit(schools.height), schools_without_list=pl.lit(0),
    )  # fmt: skip


_SCOPES = {"school": ("phase", "urn"), "area": ("area",), "phase": ("phase",), "home": ()}


def _by_scope(rows: pl.DataFrame, places: pl.DataFrame, counted: list[pl.Expr], *scopes: str) -> pl.DataFrame:
    frames = []
    at = places.with_columns(pl.col("area").fill_null("not known"))
    for scope in scopes:
        by = list(_SCOPES[scope])
        if by:
            found = at.select(by).unique().join(rows.drop_nulls("urn").group_by(by).agg(counted), on=by, how="left")
        else:
            found = rows.select(counted)
        frames.append(found.with_columns(scope=pl.lit(scope)))
    told = pl.concat(frames, how="diagonal")
    numbers = [name for name in told.columns if told.schema[name] == pl.Int64]
    return told.with_columns(pl.col(numbers).fill_null(0)).sort("scope", "urn")


def _flow(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    counted = _sum("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting")
    median = pl.col("days_to_look").filter("looked_at").median().alias("median_days_to_look")
    return _by_scope(pupils, places, [*counted, median], "school", "area", "phase", "home")


def _plans(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    nowhere = pl.when(~pl.col("plan_at_none"))
    made = pupils.filter("plan_made").with_columns(nowhere.then(name).alias(name) for name in ("urn", "area", "phase"))
    usual = ~pl.col("plan_exception")
    counts = {
        "plans": usual, "plans_in_time": usual & pl.col("plan_in_time"), "plans_with_exceptions": pl.lit(True),
        "plans_in_time_with_exceptions": pl.col("plan_in_time"),
    }  # fmt: skip
    made = made.with_columns(**counts)
    return _by_scope(made, places, _sum(*counts), "school", "area", "home").drop("phase")


def _weeks(pupils: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil and week."""
    weeks = sorted({int(name.split()[0]) for name in pupils.columns if name[0].isdigit()})
    frames = [
        pupils.select(
            "urn", "phase", week_start=pl.lit(FIRST_MONDAY + timedelta(days=7 * week)), possible=pl.lit(10),
            **{kind: f"{week} {kind}" for kind in ("illness", "part_time", "other_authorised", "unauthorised")},
        ) for week in weeks
    ]  # fmt: skip
    told = pl.concat(frames).with_columns(authorised=pl.sum_horizontal("illness", "part_time", "other_authorised"))
    return told.with_columns(absence=pl.col("authorised") + pl.col("unauthorised"))


def _week_counts(weeks: pl.DataFrame, *by: str) -> pl.DataFrame:
    counted = [
        expression
        for kind in ("possible", *WEEK_KINDS)
        for expression in (
            pl.col(kind).sum().cast(pl.Int64).alias(f"{kind}_sessions"),
            (pl.col(kind) > 0).sum().cast(pl.Int64).alias(f"{kind}_pupils"),
        )
    ]
    return weeks.group_by(*by, "week_start").agg(counted).sort(*by, "week_start")


def _wide_weeks(weeks: pl.DataFrame) -> pl.DataFrame:
    rows = [
        _week_counts(weeks, "phase").with_columns(scope=pl.lit("phase")),
        _week_counts(weeks).with_columns(scope=pl.lit("home")),
    ]
    nothing = pl.lit(None, pl.Float64)
    told = pl.concat(rows, how="diagonal")
    return told.with_columns(term=pl.lit("autumn"), absence_rate_last_year=nothing, absence_rate_england=nothing)


def _signals(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    frames = [
        _by_scope(
            pupils.with_columns((pl.col(signal) == state).alias(state) for state in SIGNAL_STATES),
            places, _sum(*SIGNAL_STATES), "school", "phase", "home",
        ).with_columns(signal=pl.lit(signal))
        for signal in SIGNALS
    ]  # fmt: skip
    return pl.concat(frames, how="diagonal")


def _signal_outcomes(pupils: pl.DataFrame) -> pl.DataFrame:
    frames = [
        pupils.filter(f"{signal} listed").select(
            pl.len().cast(pl.Int64).alias("listed"),
            *((pl.col(f"{signal} answer") == answer).sum().cast(pl.Int64).alias(answer) for answer in ANSWERS),
            *((pl.col(f"{signal} finding") == finding).sum().cast(pl.Int64).alias(finding) for finding in FINDINGS),
        ).with_columns(signal=pl.lit(signal))
        for signal in SIGNALS
    ]  # fmt: skip
    return pl.concat(frames)


def _specialists(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    at = places.with_columns(pl.col("area").fill_null("not known")).select("area", "phase").unique()
    every = pl.DataFrame({"kind": KINDS})
    unmet = pupils.filter("unmet")
    by_area = every.join(at, how="cross").with_columns(scope=pl.lit("area"))
    home = every.with_columns(scope=pl.lit("home"))
    count = pl.len().cast(pl.Int64).alias("unmet")
    rows = [
        by_area.join(unmet.group_by("kind", "area", "phase").agg(count), on=["kind", "area", "phase"], how="left"),
        home.join(unmet.group_by("kind").agg(count), on="kind", how="left"),
    ]
    return pl.concat(rows, how="diagonal").with_columns(pl.col("unmet").fill_null(0), days_a_term=pl.lit(7.0))


def _groups(pupils: pl.DataFrame) -> pl.DataFrame:
    listed, waiting, known = (
        pl.col("outcome") == outcome for outcome in ("listed", "eligible_not_listed", "already_known")
    )
    counts = {"eligible": listed | waiting, "listed": listed, "missed": pl.col("missed"), "already_known": known}
    described = pupils.with_columns(**counts)
    return pl.concat(
        described.group_by(pl.col(kind).alias("group_name")).agg(pl.len().cast(pl.Int64).alias("pupils"), *_sum(*counts)).with_columns(kind=pl.lit(kind))
        for kind in ("sex", "ethnic_group", "phase")
    ).sort("kind", "group_name")  # fmt: skip


def _ever(pupils: pl.DataFrame) -> pl.DataFrame:
    counted = _sum("ever_additional_support", "ever_plan", "ever_social_worker")
    told = pupils.group_by("nc_year").agg(pl.len().cast(pl.Int64).alias("pupils"), *counted)
    return told.with_columns(known_since=pl.lit(FIRST_MONDAY)).sort("nc_year")


def _lost(pupils: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    count = pl.len().cast(pl.Int64).alias("pupils")
    frames = []
    for kind, state in ((LOST_ON_ROLL, "lost_here"), (LOST_ANYWHERE, "plan_lost")):
        here = pupils.filter(state)
        by_school = places.select("urn").join(here.group_by("urn").agg(count), on="urn", how="left")
        nowhere = pupils.filter("lost_at_none").height if kind == LOST_ANYWHERE else 0
        home = pl.DataFrame({"pupils": [here.height + nowhere]})
        frames += [
            by_school.with_columns(pl.col("pupils").fill_null(0), scope=pl.lit("school"), kind=pl.lit(kind)),
            home.with_columns(scope=pl.lit("home"), kind=pl.lit(kind)),
        ]
    return pl.concat(frames, how="diagonal").with_columns(
        asks=pl.lit("?"), judged=pl.lit(True), not_judged_because=pl.lit(None, pl.String), goes_to=pl.lit("officer"),
        median_days_to_place=pl.lit(None, pl.Int64), places_timed=pl.lit(0),
    )  # fmt: skip
