"""# Flag

When intake has settled: every pupil on a roll is looked at as of the day, each school's list is written to the outbox, and
the suppressed figures are swapped in. Run again for the same day it puts the same rows, lists and figures in their place.
Where a school gets no list, for its figures do not hold, the last task fails when all that is done, so that someone is
told which school, and why with both numbers.

Params: `home` and `day`, as for *intake*; left out, they come from the asset that set this run off. Where several runs of
*intake* settled while this one waited, each of their homes and days is looked at, earlier days first.
"""

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from shared import DEFAULTS, TOLD, WAREHOUSE, looks_of, notices, params, pool


@dag(
    dag_id="flag", schedule=[WAREHOUSE], catchup=False, max_active_runs=1, default_args=DEFAULTS, params=params(),
    doc_md=__doc__, tags=["attendance-to-need"],
)  # fmt: skip
def flag():
    @task(pool=pool())
    def look_list_and_publish() -> list[dict]:
        """Features, signals, triage, lists and the published figures, as of each day that is to be looked at."""
        from pipeline import parts

        return [parts.flag(home, day) for home, day in looks_of(get_current_context())]

    @task(retries=0, on_failure_callback=notices(TOLD))
    def tell_of_schools_without_list(flagged: list[dict]) -> None:
        """Fail, and so send notice, when a school's figures do not hold."""
        found = [one for looked in flagged for one in looked["schools_without_list"].items()]
        without = [f"School {urn} gets no list: {why}" for urn, why in found]
        if without:
            raise AirflowFailException(" ".join(without))

    tell_of_schools_without_list(look_list_and_publish())


flag()
