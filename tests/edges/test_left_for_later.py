"""Modules that a library imports on its way: there for whoever asks something of them, and not before."""

import subprocess
import sys

import pytest

from pipeline.edges.left_for_later import left_for_later

WHICH = "a2n_tests_seldom_asked"


@pytest.fixture(autouse=True)
def there_to_be_imported(tmp_path, monkeypatch):
    (tmp_path / f"{WHICH}.py").write_text("class Server: pass\n\ndef answer(): return 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop(WHICH, None)


def test_it_is_imported_once_something_of_it_is_asked_and_not_before():
    with left_for_later(WHICH):
        import a2n_tests_seldom_asked as later
    assert WHICH not in sys.modules
    assert later.Server.__module__ == WHICH
    assert sys.modules[WHICH].Server is later.Server


def test_asked_within_it_is_there_for_the_next_who_imports_it():
    with left_for_later(WHICH):
        import a2n_tests_seldom_asked as later

        assert later.answer.__module__ == WHICH
        from a2n_tests_seldom_asked import answer
    assert answer is later.answer and sys.modules[WHICH].answer is answer


def test_what_it_has_not_it_says_as_the_module_would():
    with left_for_later(WHICH):
        import a2n_tests_seldom_asked as later
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        later.nothing


def test_a_module_that_is_there_is_left_as_it_is():
    import json

    with left_for_later("json"):
        import json as again
    assert again is json and sys.modules["json"] is json


def test_a_fault_within_leaves_nothing_behind():
    with pytest.raises(KeyError), left_for_later(WHICH):
        raise KeyError
    assert WHICH not in sys.modules


def test_great_expectations_is_imported_without_what_no_promise_measures_or_draws_with():
    program = """
import sys
from pipeline.edges import gate
gate._imported()
print(sorted({"scipy.stats", "altair", "great_expectations"} & set(sys.modules)))
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as of_distributions
print(of_distributions.stats.entropy.__module__.startswith("scipy.stats"), "scipy.stats" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["['great_expectations']", "True True"]
