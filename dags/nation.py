"""# Nation

Many homes: every night each has its whole night, in one task of its own, on whichever worker is free; then what all have published is told
together. A home is isolated and has a warehouse of its own, so no pool is shared: how many run at once is how many workers there are. One
home is never run twice at once: the DAG has one run at a time, and a home's night is held by the process that has it in hand.

A night that is out, and of which nothing has come since, is left as it is: a task tried again, or the DAG started again for the same
day, publishes nothing a second time. A worker lost in the middle is no home's failure: its task is tried again, and ends what was begun.
A home whose night was stopped for a reason of its own is not tried again. It leaves the others alone: the roll-up is made, and then the
last tasks fail and name the homes that failed, the files that were refused and the schools without a list.

Params: `homes`, a list of folders (else those of the file that A2N_HOMES names, one a line, # begins a remark); `day`, the day to stand on,
as 2026-03-13 (else the day on which the night ends); `to`, the folder of the roll-up (else A2N_NATION). A2N_NATION_CRON is when nights begin,
by England's clock: at 02:30 if it is not set, and not between one and two, an hour that is not there on a night in March and comes twice on
one in October; where it is empty, only when somebody starts one.
"""

import os
from datetime import timedelta

from airflow.sdk import Param, TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.timetables.interval import CronDataIntervalTimetable
from shared import DEFAULTS, TOLD, day_of, notices, params

CRON = os.environ.get("A2N_NATION_CRON", "30 2 * * *")
NIGHTLY = CronDataIntervalTimetable(CRON, timezone="Europe/London") if CRON else None
ALL_THAT_CAN = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
WHY = "stopped_because"
PARAMS = {
    "homes": Param(None, type=["null", "array"], items={"type": "string"}, description="Folders of the homes."),
    "to": Param(os.environ.get("A2N_NATION"), type=["null", "string"], description="Folder of the roll-up."),
    "day": params()["day"],
}
LOST = "its task was tried as often as it may be and did not end; the log of its task says why."


@task
def homes() -> list[str]:
    """Which homes there are: each is one, and none is named twice."""
    from pipeline import parts

    told = get_current_context()["params"]
    if not told["to"]:
        raise AirflowFailException("There is no folder for the roll-up: give the param `to`, or set A2N_NATION.")
    try:
        return parts.homes_listed(told["homes"], os.environ.get("A2N_HOMES"))
    except parts.Refused as why:
        raise AirflowFailException(str(why)) from None


@task(map_index_template="{{ task.op_kwargs['home'].rpartition('/')[2] }}", on_failure_callback=[])
def night(home: str, homes: list[str]) -> dict:
    """One home's whole night: what came back, take-in, gate, look, lists, published figures."""
    from pipeline import parts

    context = get_current_context()
    try:
        return parts.night(home, day_of(context), homes)
    except parts.Refused as why:
        context["ti"].xcom_push(key=WHY, value=str(why))
        again = AirflowException if isinstance(why, parts.Busy) else AirflowFailException
        raise again(str(why)) from None


@task(trigger_rule=ALL_THAT_CAN)
def roll_up(homes: list[str], nights: list[dict]) -> dict:
    """What all homes have published, told together: those whose night failed with the figures they had."""
    from pipeline import parts

    context = get_current_context()
    return parts.roll_up(homes, context["params"]["to"], day_of(context))


@task(retries=0, trigger_rule=ALL_THAT_CAN, on_failure_callback=notices(TOLD))
def tell_of_homes(homes: list[str], nights: list[dict], rolled: dict) -> None:
    """Fail, and so send notice, when a home's night failed; the others are done."""
    done = {one["home"] for one in nights[:]}
    told = get_current_context()["ti"].xcom_pull(task_ids="night", key=WHY, map_indexes=list(range(len(homes))))
    why = dict(zip(homes, told or [], strict=False))
    failed = [f"{home.rpartition('/')[2]}: {why.get(home) or LOST}" for home in homes if home not in done]
    if failed:
        raise AirflowFailException(f"{len(failed)} of {len(homes)} homes failed. {' '.join(failed)}")


@task(retries=0, trigger_rule=ALL_THAT_CAN, on_failure_callback=notices(TOLD))
def tell_of_files_and_schools(nights: list[dict], rolled: dict) -> None:
    """Fail, and so send notice, when a file was refused, or a school's figures do not hold."""
    told = []
    for one in nights[:]:
        of = [
            *one["refused"],
            *(f"School {urn} gets no list: {why}" for urn, why in one["schools_without_list"].items()),
        ]
        told += [f"{one['home'].rpartition('/')[2]}: {words}" for words in of]
    if told:
        raise AirflowFailException(" ".join(told))


@dag(
    dag_id="nation", schedule=NIGHTLY, catchup=False, max_active_runs=1,
    default_args=DEFAULTS | {"retry_delay": timedelta(minutes=1)}, params=PARAMS, doc_md=__doc__, tags=["attendance-to-need"],
)  # fmt: skip
def nation():
    listed = homes()
    nights = night.partial(homes=listed).expand(home=listed)
    rolled = roll_up(listed, nights)
    tell_of_homes(listed, nights, rolled)
    tell_of_files_and_schools(nights, rolled)


nation()
