"""A fault of the program under Airflow: its log and its own tables say of which kind and where, and never what was being read."""

import contextlib
import io
from unittest import mock

import pytest

from tests.journeys.leaks import found_in
from tests.journeys.watched import FAULTS, RECORD

from .conftest import another
from .test_night import states


def breaking(kind: str):
    """It holds a child's record in a name of its own, as what works on one does."""

    def breaks(*_, **__):
        record = RECORD
        raise FAULTS[kind]() from ValueError(record)

    return breaks


@pytest.mark.parametrize(
    ("kind", "moment", "task"),
    [
        pytest.param("polars", "pipeline.flow._begun", "look_in_inbox", marks=pytest.mark.long),
        ("engine", "pipeline.flow.take_in_feed", "pupils"),
        pytest.param("key", "pipeline.flow.link_agencies", "settle", marks=pytest.mark.long),
    ],
)
def test_it_is_told_by_kind_and_place_alone_in_the_log_the_tables_and_what_is_printed(
    evening, dagbag, airflow, tmp_path, kind, moment, task
):
    home, printed = another(evening, tmp_path), io.StringIO()
    intake = dagbag.dags["intake"]
    once = [mock.patch.object(one, "retries", 0) for one in intake.tasks]
    with contextlib.ExitStack() as held:
        for one in (*once, mock.patch(moment, breaking(kind))):
            held.enter_context(one)
        for stream in (contextlib.redirect_stdout, contextlib.redirect_stderr):
            held.enter_context(stream(printed))
        run = intake.test(run_conf={"home": str(home.folder), "day": evening.day})
    assert "failed" in states(run).values()
    said = printed.getvalue()
    assert type(FAULTS[kind]()).__name__ in said
    assert ("could not be worked with" if kind == "engine" else "may name a child") in said
    assert evening.marks.found_in_text(said) == set()
    assert found_in(airflow, evening.marks) == {}
    assert any(path.name == "airflow.db" for path in airflow.rglob("*"))
