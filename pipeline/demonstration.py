"""A made-up authority taken through one nightly run, and what came of it told in ten lines."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from pipeline import flow
from pipeline.edges import airflow
from pipeline.edges.errors import Refused
from pipeline.edges.keys import BACKUP_KEY, KEYS, SIGNING_KEY
from pipeline.edges.settings import Home, make_home
from pipeline.hops.summary import Summary
from pipeline.hops.taking_in import Day
from pipeline.synthetic import Synthesised, synthesise


def demo(folder: Path, *, pupils: int, schools: int, seed: int, weeks: int, through: str = "command") -> list[str]:
    """Make a demo home in `folder`, take in last year as history, then run a night as of the last school day.

    `through` is `command` or `airflow`; both give the same tables. Returns the ten lines. Raises Refused where `folder`
    is the home of something else, or the run was stopped.
    """
    home = _demo_home(folder)
    made = _made_up_extracts(home, pupils=pupils, schools=schools, seed=seed, weeks=weeks)
    as_of = made.last_day
    if through == "airflow":
        airflow.run_night(home, as_of)
    else:
        flow.nightly(home, as_of=as_of)
    return _told(home, made, flow.account(home, as_of=as_of), through)


def _demo_home(folder: Path) -> Home:
    home = make_home(folder, demo=True)
    if not home.settings.demo:
        raise Refused(f"{folder} is a live home: give the demonstration a folder of its own.")
    return home


def _made_up_extracts(home: Home, *, pupils: int, schools: int, seed: int, weeks: int) -> Synthesised:
    """This year's extracts in the inbox, last year's taken in as history. The same authority made again adds nothing."""
    shutil.rmtree(
        home.inbox / "this_year", ignore_errors=True
    )  # left by a run cut short, it would be taken for history
    with tempfile.TemporaryDirectory(prefix="a2n-made-up-") as folder:
        made = _synthesised(Path(folder) / "extracts", pupils=pupils, schools=schools, seed=seed, weeks=weeks)
        _deliver(made.history, home.inbox / "last_year")
        flow.take_in(home, Day(date(made.school_year.starts, 9, 1), history=True))
        _deliver(made.files, home.inbox / "this_year")
    return made


def _synthesised(folder: Path, **asked) -> Synthesised:
    try:
        return synthesise(folder, **asked)
    except ValueError as error:
        raise Refused(str(error)) from None


def _deliver(files: tuple[Path, ...], to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in files:
        target = to / path.name
        shutil.copyfile(path, target)
        target.chmod(0o600)


def _told(home: Home, made: Synthesised, summary: Summary, through: str) -> list[str]:
    outcomes = summary.pupils_by_outcome
    rows = sum(one.rows_accepted for one in summary.extracts)
    lists = home.lists_of(summary.as_of)
    way = "by Airflow's DAGs intake and flag" if through == "airflow" else "by a2n nightly"
    return [
        f"A made-up authority: {made.pupils:,} pupils in {len(made.urns)} schools. Made-up data proves mechanics, not accuracy.",
        f"Last year's registers and censuses were taken in as history; this year's run to {summary.as_of.day} {summary.as_of:%B %Y}.",
        f"The night was run {way}: {len(summary.extracts)} new files, {rows:,} rows accepted, "
        f"{sum(one.rows_set_aside for one in summary.extracts):,} set aside.",
        f"Every pupil on a roll was looked at: {sum(outcomes.values()):,}, of whom {outcomes.get('listed', 0):,} are worth a look now,",
        f"  {outcomes.get('eligible_not_listed', 0):,} more wait for a place, {outcomes.get('already_known', 0):,} are already known "
        f"and {outcomes.get('history_needed', 0):,} need their history first.",
        f"Lists, one workbook a school ({summary.lists}): {lists}; a page a pupil to print: {home.printables_of(summary.as_of)}",
        f"Published figures, suppressed, for any tool: {home.published / 'current.duckdb'}",
        f"Warehouse, encrypted, pupil_id only: {home.warehouse}; names, encrypted, in {home.identity.name} beside it",
        f"Settings and keys: {home.folder / 'settings.toml'}, {', '.join(f'{name}.key' for name in (*KEYS, SIGNING_KEY, BACKUP_KEY))}",
        f"To look closer: a2n describe signals; a2n export derived.triage --home {home.folder} --to triage.parquet",
    ]
