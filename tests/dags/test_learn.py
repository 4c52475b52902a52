"""The DAG that learns: termly, and nothing of it orders a list before a person has answered."""

from types import SimpleNamespace
from unittest import mock

import pytest
from airflow.sdk.exceptions import AirflowFailException

from pipeline import parts


@pytest.fixture
def learn(dagbag):
    return dagbag.dags["learn"]


def test_it_runs_once_a_term_by_englands_clock(learn):
    assert learn.timetable.serialize() == {"expression": "0 4 10 1,5,9 *", "timezone": "Europe/London"}
    assert (learn.catchup, learn.max_active_runs) == (False, 1)
    assert {name: learn.params[name] for name in learn.params} == {"home": None, "day": None}


def test_a_person_stands_between_what_was_learned_and_what_is_promoted(learn):
    assert [task.task_id for task in learn.topological_sort()] == [
        "fit_and_appraise", "is_let_through", "a_person_approves", "promote", "put_refusal_on_record",
    ]  # fmt: skip
    asked = learn.get_task("a_person_approves")
    assert type(asked).__name__ == "ApprovalOperator" and asked.options == ["Approve", "Reject"]
    assert asked.downstream_task_ids == {"promote"} and not asked.ignore_downstream_trigger_rules
    assert learn.get_task("promote").trigger_rule == "all_success"
    assert asked.defaults is None, "silence approves nothing"
    refusal = learn.get_task("put_refusal_on_record")
    assert (refusal.upstream_task_ids, refusal.trigger_rule) == ({"promote"}, "all_skipped"), (
        "only where a person said no"
    )
    assert learn.get_task("is_let_through").ignore_downstream_trigger_rules, (
        "nobody was asked, and nothing is on record"
    )


def test_what_opens_the_warehouse_or_the_record_waits_for_the_pools_one_slot(learn):
    pools = {task.task_id: task.pool for task in learn.tasks}
    assert {pools[name] for name in ("fit_and_appraise", "promote", "put_refusal_on_record")} == {"duckdb_writer"}
    assert "duckdb_writer" not in (pools["a_person_approves"], pools["is_let_through"]), "who waits weeks holds no slot"


@pytest.mark.parametrize("accepted", [True, False])
def test_where_the_rule_goes_on_ordering_nobody_is_asked(learn, accepted):
    is_let_through = learn.get_task("is_let_through").python_callable
    assert is_let_through({"accepted": accepted}) is accepted


def promoted(learn, answer: dict | None):
    """`promote` as it runs after this answer, with the calls it made."""
    promote = learn.get_task("promote").python_callable
    context = {"ti": SimpleNamespace(xcom_pull=lambda task_ids: answer)}
    with (
        mock.patch.dict(promote.__globals__, {"get_current_context": lambda: context}),
        mock.patch.object(parts, "approve", return_value={}) as approve,
    ):
        promote({"home": "home", "as_of": "2026-01-10"})
    return approve.call_args_list


def test_the_approval_is_of_what_was_read_and_by_whom_airflow_says_answered(learn):
    answer = {"chosen_options": ["Approve"], "responded_by_user": {"id": "7", "name": "inclusion lead"}}
    assert promoted(learn, answer) == [mock.call("home", "2026-01-10", "inclusion lead")]


@pytest.mark.parametrize(
    "answer, by", [({"responded_by_user": {"id": "7", "name": "inclusion lead"}}, "inclusion lead"), (None, None)]
)
def test_a_refusal_is_put_on_record_with_whoever_answered(learn, answer, by):
    refuse, learned = learn.get_task("put_refusal_on_record").python_callable, {"home": "home", "as_of": "2026-01-10"}
    told = {"fit_and_appraise": learned, "a_person_approves": answer}
    context = {"ti": SimpleNamespace(xcom_pull=lambda task_ids: told[task_ids])}
    with (
        mock.patch.dict(refuse.__globals__, {"get_current_context": lambda: context}),
        mock.patch.object(parts, "turn_down") as turned_down,
    ):
        refuse()
    assert turned_down.call_args_list == [mock.call("home", "2026-01-10", by)]


@pytest.mark.parametrize("answer", [None, {"responded_by_user": None}, {"responded_by_user": {"id": "7", "name": ""}}])
def test_an_answer_by_nobody_approves_nothing(learn, answer):
    with pytest.raises(AirflowFailException, match="nobody who approved"):
        promoted(learn, answer)
