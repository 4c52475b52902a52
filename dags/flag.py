"""# Flag

When intake has settled: every pupil on a roll is looked at as of the day, each school's list is written to the outbox, and
the suppressed figures are swapped in. Run again for the same day it puts the same rows, lists and figures in their place.

Params: `home` and `day`, as for *intake*; left out, they come from the asset that set this run off.
"""

from airflow.sdk import dag, get_current_context, task
from shared import DEFAULTS, WAREHOUSE, day_of, home_of, params, pool


@dag(
    dag_id="flag", schedule=[WAREHOUSE], catchup=False, max_active_runs=1, default_args=DEFAULTS, params=params(),
    doc_md=__doc__, tags=["attendance-to-need"],
)  # fmt: skip
def flag():
    @task(pool=pool())
    def look_list_and_publish() -> dict:
        """Features, signals, triage, lists and the published figures, as of the day."""
        from pipeline import parts

        context = get_current_context()
        set_off_by = [event.extra for events in context.get("triggering_asset_events", {}).values() for event in events]
        if set_off_by and not context["params"]["day"]:
            return parts.flag(set_off_by[-1]["home"], set_off_by[-1]["day"])
        return parts.flag(home_of(context), day_of(context))

    look_list_and_publish()


flag()
