"""What a made-up authority is calibrated on.

Source: Department for Education, Open Government Licence v3.0. `figures/absence_bands.csv`: pupil absence in schools in
England, 2022/23, enrolments by band of overall absence. `code_counts.csv`, `weekdays.csv`, `weeks.csv`: pupil
attendance in schools, 2022/23 to 2025/26. Shares with SEN: special educational needs in England, January 2026. Suspensions:
suspensions and permanent exclusions in England, 2023/24.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
import polars as pl

PHASES = ("Primary", "Secondary", "Special", "Alternative provision")
"""In the order of the numbers by which this package knows them."""

PRIMARY, SECONDARY, SPECIAL, AP = range(4)

MEAN_ROLL = {PRIMARY: 260, SECONDARY: 1032, SPECIAL: 149, AP: 45}

ANY_SEN = {PRIMARY: 0.194, SECONDARY: 0.176, SPECIAL: 1.0, AP: 0.849}
PLANS_AMONG_SEN = {PRIMARY: 0.19, SECONDARY: 0.21, SPECIAL: 1.0, AP: 0.35}
"""Share of any SEN that is an EHC plan; primary and secondary set so that all phases together come to 6.0 %."""

MORE_KNOWN = 0.015
"""Standard deviations by which pupils with SEN miss less than those of 2022/23 did: more pupils have SEN on record now
(19 % of primary pupils, then 17 %), and those added are more like the rest."""

FSM = {PRIMARY: 0.255, SECONDARY: 0.238, SPECIAL: 0.458, AP: 0.58}

SINCE_2022 = {PRIMARY: 0.87, SECONDARY: 0.86, SPECIAL: 0.95, AP: 1.0}
"""Absence in 2025/26 over that of 2022/23, below severe absence, which did not fall."""

BAND_EDGES = np.array([0.0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.95])
"""Edges of DfE's bands of absence; the last is where our severe absence ends."""

PART_TIME_BY_SEN = {"N": 0.11, "K": 0.75, "E": 1.97}
"""Percent of secondary sessions marked C2, by SEN provision (medians of authorities, spring 2025/26)."""

SUSPENSIONS_BY_SEN = {"N": 1.0, "K": 1.6, "E": 1.7}
SUSPENSION_BY_FSM = 1.7
SUSPENDED_AGAIN = 2.0
"""How much likelier a suspension is by SEN provision, for pupils with free meals, and after each one: set so that, with
absence's own share in it, suspensions per 100 pupils come to England's by phase and SEN (11 a year in all)."""

SUSPENSION_SESSIONS = ((1, 0.06), (2, 0.30), (3, 0.06), (4, 0.24), (6, 0.16), (8, 0.08), (10, 0.10))

MOVED_IN_YEAR = 0.028
LEFT_IN_YEAR = 0.014
JOINED_IN_YEAR = 0.014
"""Shares of pupils on roll: to another school of the authority, out of it, and into it. Five to six in a hundred."""

YEAR_TO_YEAR = 0.73
"""Correlation of one pupil's propensity between years, such that rates of Year 6 and Year 7 correlate at about 0.63."""


@cache
def code_shares(phase: int) -> dict[str, float]:
    """Sessions with each code over possible sessions, England 2025/26. Alternative provision borrows special's."""
    counts = figures("code_counts.csv").filter(pl.col("phase") == PHASES[min(phase, SPECIAL)])
    by_code = dict(zip(counts["code"], counts["sessions"], strict=True))
    return {code: sessions / by_code["possible_sessions"] for code, sessions in by_code.items()}


@cache
def band_shares(phase: int, any_sen: bool, fsm: bool, sex: str, group: int) -> np.ndarray:
    """Shares of pupils in each band of absence; summed over sex and year where DfE's cell is too small to tell."""
    bands = figures("absence_bands.csv").filter(pl.col("phase") == PHASES[phase], pl.col("any_sen") == int(any_sen))
    cell = bands.filter(pl.col("fsm") == int(fsm), pl.col("sex") == sex, pl.col("nc_year") == group)
    counts = (cell if cell.height else bands).select(pl.col("^from_.*$").sum()).to_numpy()[0]
    return counts / counts.sum()


@cache
def weekday_shape(phase: int) -> np.ndarray:
    """Absence on Monday to Friday over the mean of the five, the Septembers of 2023 to 2025."""
    column = f"{PHASES[min(phase, SPECIAL)].lower()}_pct"
    september = figures("weekdays.csv").filter(pl.col("days").str.starts_with("sep20"))
    percent = september.group_by("weekday", maintain_order=True).agg(pl.col(column).mean())[column].to_numpy()
    return percent / percent.mean()


@cache
def week_shape(phase: int) -> dict[int, float]:
    """Absence by ISO week of the autumn term over the autumn's mean, 2023 to 2025. Other weeks are not published."""
    column = f"{PHASES[min(phase, SPECIAL)].lower()}_pct"
    weeks = figures("weeks.csv").group_by("iso_week").agg(pl.col(column).mean()).sort("iso_week")
    percent = weeks[column].to_numpy()
    return dict(zip(weeks["iso_week"].to_list(), (percent / percent.mean()).tolist(), strict=True))


@cache
def figures(name: str) -> pl.DataFrame:
    return pl.read_csv(BytesIO((files(f"{__package__}.figures") / name).read_bytes()))
