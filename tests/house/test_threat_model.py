"""Each test that the pages for data protection officers and the threat model rest on is there."""

import re

import pytest

from .project import ROOT

PAGES = ("threat-model", "for-data-protection-officers")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?")


def named_on(page: str) -> list[tuple[str, str]]:
    return _NAMED.findall((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_every_test_named_is_there(page):
    lacking = [(file, test) for file, test in named_on(page) if not _is_there(file, test)]
    assert lacking == []


def _is_there(file: str, test: str) -> bool:
    path = ROOT / file
    return path.is_file() and (not test or f"def {test}(" in path.read_text(encoding="utf-8"))


def test_many_are_named_and_one_that_is_not_there_would_be_found():
    assert len(named_on("threat-model")) > 40
    of_all = ["tests/house/test_threat_model.py"]  # at its head; of any threat a whole file shows nothing
    assert [file for file, test in named_on("threat-model") if not test] == of_all
    assert not _is_there("tests/house/test_threat_model.py", "test_no_such_thing")
    assert not _is_there("tests/house/test_nothing.py", "")
