"""Where lines are drawn, and what is said where a home draws its own."""

from dataclasses import fields

import pytest

from pipeline.signals.lines import Lines, lines_of, overrides_in_words, what_is_wrong


def test_a_home_that_says_nothing_has_the_usual_lines():
    assert lines_of({}) == Lines()
    assert overrides_in_words(Lines()) == ()


def test_a_line_moved_is_said_with_the_usual_one():
    moved = lines_of({"late_sessions": 12.0, "many_spells": 5})
    assert (moved.many_spells, moved.late_sessions) == (5, 12)
    assert overrides_in_words(moved) == (
        "This home's own line: many spells in a term, 5 spells, where the usual is 4.",
        "This home's own line: late in the last 30 school days, 12 sessions, where the usual is 10.",
    )


def test_a_line_set_where_it_usually_is_is_no_line_of_the_homes_own():
    assert overrides_in_words(lines_of({"many_spells": 4})) == ()


@pytest.mark.parametrize("line", fields(Lines), ids=lambda line: line.name)
def test_each_line_says_what_it_is_and_how_far_it_may_go(line):
    told = line.metadata
    assert told["words"] and told["unit"]
    if "because" in told:
        assert what_is_wrong(line.name, line.default) == f"{line.name} stays {line.default}, for {told['because']}"
        return
    assert told["lowest"] <= line.default <= told["highest"]
    assert what_is_wrong(line.name, told["lowest"]) is what_is_wrong(line.name, told["highest"]) is None
    assert what_is_wrong(line.name, told["lowest"] - 1) and what_is_wrong(line.name, told["highest"] + 1)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 4.5, True, "4", None])
def test_what_is_no_whole_number_is_said_in_words(value):
    assert what_is_wrong("many_spells", value) == "many_spells takes a whole number of spells"
    assert what_is_wrong("many_spells", 4.0) is None


def test_several_lines_that_are_wrong_are_all_said():
    with pytest.raises(ValueError, match=r"severe_percent stays 50.*; many_spells must be from 3 to 12"):
        lines_of({"severe_percent": 40, "many_spells": 1})
