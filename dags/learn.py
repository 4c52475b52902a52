"""# Learn

Once a term: a model is fitted on the home's own past, put to the test, and waits for a person. Approved, it orders the lists from
that day on; not approved, or refused by the test itself, the rule goes on ordering and nobody is asked. The model card and the
other papers lie in the home's `models/`.

Params: `home` and `day`, as for *intake*. Who may answer is `A2N_APPROVERS`, Airflow users parted by commas; without it, any user who
may answer may approve. What the person is shown holds no child.
"""

import os
from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.timetables.interval import CronDataIntervalTimetable
from shared import DEFAULTS, day_of, home_of, params, pool

TERMLY = CronDataIntervalTimetable("0 4 10 1,5,9 *", timezone="Europe/London")
"""After each term has ended, before the next one's first lists."""


@dag(
    dag_id="learn", schedule=TERMLY, catchup=False, max_active_runs=1, default_args=DEFAULTS, params=params(),
    doc_md=__doc__, tags=["attendance-to-need"],
)  # fmt: skip
def learn():
    @task(pool=pool())
    def fit_and_appraise() -> dict:
        """Fit, appraise and keep the record."""
        from pipeline import parts

        context = get_current_context()
        return parts.learn(home_of(context), day_of(context))

    @task.short_circuit
    def is_let_through(learned: dict) -> bool:
        """Where the rule goes on ordering there is nothing to approve."""
        return learned["accepted"]

    @task(pool=pool())
    def promote(learned: dict) -> dict:
        """Put the approval on record: what was approved is what was read."""
        from pipeline import parts

        context = get_current_context()
        answer = context["ti"].xcom_pull(task_ids="a_person_approves") or {}
        by = (answer.get("responded_by_user") or {}).get("name")
        if not by:
            raise AirflowFailException(
                "Airflow names nobody who approved: give it by command, with a2n appraise --approve NAME."
            )
        return parts.approve(learned["home"], learned["as_of"], by)

    @task(pool=pool(), trigger_rule="all_skipped")
    def put_refusal_on_record() -> None:
        """Only where a person answered no, for silence is no answer: who that was."""
        from pipeline import parts

        task_instance = get_current_context()["ti"]
        learned = task_instance.xcom_pull(task_ids="fit_and_appraise")
        answer = task_instance.xcom_pull(task_ids="a_person_approves") or {}
        parts.turn_down(learned["home"], learned["as_of"], (answer.get("responded_by_user") or {}).get("name"))

    learned = fit_and_appraise()
    asked = ApprovalOperator(
        task_id="a_person_approves",
        subject="May this model order the lists of those worth a look?",
        body="{{ ti.xcom_pull(task_ids='fit_and_appraise')['words'] }}",
        response_timeout=timedelta(days=21),
        assigned_users=[{"id": one, "name": one} for one in os.environ.get("A2N_APPROVERS", "").split(",") if one]
        or None,
        retries=0,
    )
    is_let_through(learned) >> asked >> promote(learned) >> put_refusal_on_record()


learn()
