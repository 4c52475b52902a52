"""A fault of the program is told by kind and place; what it came with, which may quote a child's record, is not."""

import sys
import threading

import pytest

from pipeline import __main__ as command
from pipeline.edges import faults
from pipeline.edges.errors import Busy, GateBroken, Refused

UPN = "A890200018001"


def breaks(fault: BaseException) -> BaseException:
    try:
        raise fault
    except BaseException as raised:
        return raised


def test_words_of_our_own_are_told_and_anothers_are_not():
    assert faults.why_stopped(Refused("The file is empty.")) == "The file is empty."
    assert faults.why_stopped(GateBroken("rule_x could not be judged")) == "rule_x could not be judged"
    said = faults.why_stopped(breaks(ValueError(f"cannot convert 'Amira' of {UPN}")))
    assert "ValueError" in said and "Amira" not in said and UPN not in said


def test_the_place_is_the_last_of_ours_on_the_way_and_the_line():
    try:
        faults.without_data(lambda: {}["a name"])()
    except faults.Fault as told:
        assert "KeyError at pipeline.edges.faults:" in str(told) and "a name" not in str(told)


def test_a_childs_number_typed_by_somebody_or_in_a_files_name_is_left_out_of_our_own_words_too():
    assert faults.why_stopped(Refused(f"There is no table {UPN}.")) == "There is no table (UPN left out)."
    missing = FileNotFoundError(2, "No such file", f"/in/{UPN.lower()}_marks.csv")
    assert faults.why_stopped(missing).startswith("/in/(UPN left out)_marks.csv could not be read")


def test_what_is_raised_anew_for_a_scheduler_remembers_nothing_of_what_it_came_from():
    def verb():
        raise ValueError(UPN)

    with pytest.raises(faults.Fault) as told:
        faults.without_data(verb)()
    assert told.value.__cause__ is None and told.value.__context__ is None


@pytest.mark.parametrize("ours", [Refused("no"), Busy("wait"), GateBroken("rule")], ids=lambda one: type(one).__name__)
def test_a_refusal_goes_through_in_its_own_words_and_remembers_nothing_of_what_it_came_from(ours):
    """An engine's words may quote a row: Airflow would print them above the refusal."""

    def verb():
        try:
            raise ValueError(UPN)
        except ValueError:
            raise ours from None

    with pytest.raises(type(ours)) as told:
        faults.without_data(verb)()
    assert type(told.value) is type(ours) and str(told.value) == str(ours)
    assert told.value.__cause__ is None and told.value.__context__ is None


def test_a_refusal_that_names_a_childs_number_goes_through_as_one_of_its_kind_without_it():
    def verb():
        raise Busy(f"{UPN}.csv is in use")

    with pytest.raises(Busy) as told:
        faults.without_data(verb)()
    assert str(told.value) == "(UPN left out).csv is in use"
    assert told.value.__cause__ is None and told.value.__context__ is None


def test_what_stops_a_thread_is_told_without_data_and_only_meanwhile(capsys):
    def verb():
        raise ValueError(UPN)

    before = threading.excepthook
    with faults.threads_without_data():
        thread = threading.Thread(target=verb)
        thread.start()
        thread.join()
    assert threading.excepthook is before
    said = capsys.readouterr().err
    assert "ValueError" in said and UPN not in said and sys.unraisablehook is not faults._tell


@pytest.mark.parametrize(
    ("fault", "said"), [(KeyboardInterrupt(), "Aborted!"), (ValueError(UPN), "Stopped: .*ValueError")]
)
def test_what_comes_over_a_command_as_it_ends_is_a_sentence_too(monkeypatch, fault, said):
    def ends(*_, **__):
        raise fault

    monkeypatch.setattr(command.running, "end", ends)
    monkeypatch.setattr("sys.argv", ["a2n", "describe", "feeds"])
    with pytest.raises(SystemExit, match=said) as told:
        command.main()
    assert UPN not in str(told.value)
