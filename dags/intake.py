"""# Intake

Every night: lists that came back are read first; then what is new in the home's inbox goes through the gate, feed by feed, into the warehouse.

One task takes a family of feeds, and of each feed all new extracts as one batch. A family with nothing new is skipped by the first task, and
no process is begun for it; where the first task is tried again each family looks for itself, and is skipped before anything is imported. The
pool `duckdb_writer` has one slot, because one process at a time may hold the warehouse. A task killed at any moment leaves the warehouse as it
was before its files, so any task may be tried again. When all are through, the asset `warehouse` tells the DAG *flag* to look. Files refused
make the last task fail, after the asset, so that someone is told and the lists still come.

Params: `home`, the folder of the home (else the variable A2N_HOME); `day`, the day to stand on, as 2026-03-13 (else the
day on which the night ends).
"""

from itertools import pairwise

from airflow.sdk import TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, DownstreamTasksSkipped
from airflow.timetables.interval import CronDataIntervalTimetable
from shared import DEFAULTS, TOLD, WAREHOUSE, day_of, home_of, notices, params, pool

from pipeline.vocabulary.feeds import FAMILIES

NIGHTLY = CronDataIntervalTimetable("30 2 * * *", timezone="Europe/London")
"""Not between one and two, for that hour is not there on a night in March and comes twice on one in October."""


def has_nothing_new(begun: dict, family: str) -> bool:
    return set(FAMILIES[family]).isdisjoint(begun["feeds"])


@dag(
    dag_id="intake", schedule=NIGHTLY, catchup=False, max_active_runs=1, default_args=DEFAULTS, params=params(),
    doc_md=__doc__, tags=["attendance-to-need"],
)  # fmt: skip
def intake():
    @task(pool=pool())
    def look_in_inbox() -> dict:
        """Read the lists that came back, name the run, sort what is new by feed, refuse what no feed claims; skip families with nothing new."""
        from pipeline import parts

        context = get_current_context()
        begun = parts.begin(home_of(context), day_of(context))
        idle = [family for family in FAMILIES if has_nothing_new(begun, family)]
        if not idle or context["ti"].try_number > 1:  # begun again, each family's own task forgets what it told before
            return begun
        context["ti"].xcom_push(key="return_value", value=begun)  # a task that skips others returns nothing itself
        raise DownstreamTasksSkipped(tasks=idle)

    @task(pool=pool(), trigger_rule=TriggerRule.NONE_FAILED)
    def take_in(begun: dict, family: str) -> dict:
        """Take the new extracts of one family of feeds through the gate."""
        if has_nothing_new(begun, family):
            raise AirflowSkipException(f"nothing new for {family}")
        from pipeline import parts

        return parts.take_in(begun, family)

    @task(pool=pool(), trigger_rule=TriggerRule.NONE_FAILED, outlets=[WAREHOUSE])
    def settle(begun: dict, taken: list[dict]) -> dict:
        """Put the run on record; the asset says which home and day may now be looked at."""
        from pipeline import parts

        ended = parts.end(begun, [one for one in taken if one])
        get_current_context()["outlet_events"][WAREHOUSE].extra = {"home": begun["home"], "day": begun["day"]}
        return ended

    @task(retries=0, on_failure_callback=notices(TOLD))
    def tell_of_refusals(ended: dict) -> None:
        """Fail, and so send notice, when a file was refused."""
        came = [*ended["extracts"], *ended["returned"]]
        refused = [f"{one['file']}: {one['refused_because']}" for one in came if one["refused_because"]]
        if refused:
            raise AirflowFailException(" ".join(refused))

    begun = look_in_inbox()
    taken = [take_in.override(task_id=family)(begun, family) for family in FAMILIES]
    for before, after in pairwise(taken):
        before >> after
    tell_of_refusals(settle(begun, taken))


intake()
