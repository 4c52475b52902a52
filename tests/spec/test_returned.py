"""What a returned list may say: days however they are spelt, and nothing that is none."""

import re
from datetime import date

import polars as pl
import pytest

from pipeline.steps.returned import as_day, is_too_old, rules_of
from pipeline.vocabulary.feedback import DECISIONS


def read(told: str) -> date | None:
    return pl.DataFrame({"told": [told]}).select(as_day(pl.col("told"))).item()


@pytest.mark.parametrize(
    "told", ["2026-03-09", "2026-03-09 00:00:00", "2026-03-09T14:30", "09/03/2026", "9/3/2026", "9/3/26", "09.03.2026", "9-3-2026",
             "9 March 2026", "9 Mar 2026"]
)  # fmt: skip
def test_the_ninth_of_march_is_a_day_in_each_of_its_spellings(told):
    assert read(told) == date(2026, 3, 9)


@pytest.mark.parametrize(
    "told", ["soon", "31/02/2026", "03/2026", "46090", "09/03/26 or so", "9/3", "2026", "13/13/2026", "09/03/1926", "09/03/2126", "-",
             "about 9 March 2026"]
)  # fmt: skip
def test_what_is_no_day_or_of_no_year_that_could_be_meant_is_none(told):
    assert read(told) is None


def test_a_list_of_the_last_school_year_is_read_from_its_first_day_on():
    assert not is_too_old(list_as_of=date(2024, 8, 1), known_on=date(2026, 3, 16))
    assert is_too_old(list_as_of=date(2024, 7, 31), known_on=date(2026, 3, 16))


TO_DO = ("answer", "decide", "empty", "fill in", "give", "here give", "pick", "type")


def test_each_rule_has_a_name_of_its_own_and_a_sentence_that_says_what_to_do():
    rules = rules_of(list_as_of=date(2026, 3, 6), known_on=date(2026, 3, 16))

    assert len({rule.name for rule in rules}) == len({rule.sentence for rule in rules}) == len(rules) > 20
    for rule in rules:
        *wrong, to_do = re.split(r"[:.] ", rule.sentence)
        assert wrong and to_do.endswith(".") and to_do.lower().startswith(TO_DO), rule.name
        assert not any(f"pick {decision}" in rule.sentence for decision in DECISIONS), (
            "a rule never says which answer to give"
        )
