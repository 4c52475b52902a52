"""What both DAGs are scheduled with: who is told, how often a task is tried, and where home and day come from."""

import os
from datetime import date, timedelta

from airflow.sdk import Asset, Param

WAREHOUSE = Asset("warehouse", uri="x-a2n://warehouse")


def pool() -> str:
    """One slot: one process at a time may hold the warehouse. It is made once, with `airflow pools set duckdb_writer 1 ...`;
    without it tasks wait for ever."""
    return "duckdb_writer"


def params() -> dict:
    return {
        "home": Param(os.environ.get("A2N_HOME"), type=["null", "string"], description="Folder of the home."),
        "day": Param(None, type=["null", "string"], format="date", description="The day to stand on, 2026-03-13."),
    }


def home_of(context) -> str:
    home = context["params"]["home"]
    if not home:
        raise ValueError("no home: give the param `home`, or set A2N_HOME")
    return home


def day_of(context) -> str:
    """The param `day`, else the day on which the scheduled night ends."""
    given = context["params"]["day"]
    if given:
        return date.fromisoformat(given).isoformat()
    ends = context["dag_run"].data_interval_end or context["dag_run"].run_after
    return ends.date().isoformat()


def looks_of(context) -> list[tuple[str, str]]:
    """Home and day of every look to be taken: those of the params, else of all take-ins that set this run off."""
    set_off_by = [event.extra for events in context.get("triggering_asset_events", {}).values() for event in events]
    if set_off_by and not context["params"]["day"]:
        return sorted({(told["home"], told["day"]) for told in set_off_by})
    return [(home_of(context), day_of(context))]


def notices(words: str) -> list:
    """By e-mail, where a connection and an address are set; the notice names DAG and task, and never a child."""
    to = os.environ.get("A2N_NOTIFY")
    if not (to and os.environ.get("AIRFLOW_CONN_SMTP_DEFAULT")):
        return []
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return [
        SmtpNotifier(
            to=to,
            subject="Attendance to need: {{ dag.dag_id }} stopped at {{ ti.task_id }}",
            html_content="The run of {{ dag.dag_id }} stopped at {{ ti.task_id }}. " + words,
        )
    ]


TOLD = "{{ exception | e }}"
"""For a task that fails only with words of our own: the notice gives them. What another task fails with may quote a row."""

DEFAULTS = {
    "owner": "data team",
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "on_failure_callback": notices("Its log says which file, which rows and which rule."),
}
