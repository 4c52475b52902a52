"""How the code is built: what may import what, how long a piece may be, where the clock is asked."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .project import ROOT, files, functions, named, parsed, python_files

BIN = Path(sys.executable).parent
CODE = ("pipeline", "expectations", "models", "dags", "benchmarks", "supply")
PURE = ("pipeline/vocabulary", "pipeline/tables", "pipeline/signals", "pipeline/steps", "expectations")
LONGEST_FUNCTION, LONGEST_MODULE = 50, 350


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BIN / words[0], *words[1:]], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_imports_point_down_only_and_pure_parts_touch_no_world():
    done = run("lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_module_has_its_place_in_the_import_contract():
    layers = (ROOT / "pyproject.toml").read_text().partition("layers = [")[2].partition("]")[0]
    placed = set(re.findall(r"pipeline\.(\w+)", layers))
    there = {
        path.stem for path in (ROOT / "pipeline").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - placed == {"__init__"}


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_finds_nothing(words):
    done = run("ruff", *words, ".")
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_function_is_longer_than_fifty_lines():
    long = {
        f"{named(path)}:{one.name}": length
        for path in python_files()
        for one in functions(path)
        if (length := one.end_lineno - one.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_is_longer_than_350_lines():
    lengths = {named(path): path.read_text().count("\n") for path in python_files(*CODE)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
    assert len(lengths) > 80


def test_most_functions_are_a_few_lines():
    lengths = sorted(one.end_lineno - one.lineno + 1 for path in python_files(*CODE) for one in functions(path))
    assert lengths[len(lengths) // 2] <= 9


# The clock ----------------------------------------------------------------------------------------------------------------

ASKS = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "time": {"time", "perf_counter", "monotonic", "time_ns", "perf_counter_ns", "monotonic_ns", "localtime", "gmtime", "ctime"},
}  # fmt: skip
ASKS_IN_SQL = re.compile(
    r"\b(current_date|current_timestamp|get_current_timestamp|localtimestamp|now\(\)|today\(\))", re.I
)


def asked_of_the_machine(path: Path) -> list[int]:
    """Lines on which a module asks what day or time it is, in Python or in SQL."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = ast.unparse(node.func.value).rpartition(".")[2]
            found += [node.lineno] * (node.func.attr in ASKS.get(of, ()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ASKS_IN_SQL.search(node.value):
            found.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found.append(node.lineno)
    return found


def test_only_the_clock_asks_the_time():
    asking = {
        named(path) for path in python_files("pipeline", "expectations", "models", "dags") if asked_of_the_machine(path)
    }
    assert asking == {"pipeline/edges/clock.py"}


def test_as_of_is_given_by_name_and_never_left_out():
    wrong = []
    for path in python_files("pipeline", "expectations"):
        is_pure = named(path).startswith((*PURE, "pipeline/hops"))
        for one in functions(path):
            by_place = {argument.arg for argument in (*one.args.posonlyargs, *one.args.args)}
            defaults = dict(zip((argument.arg for argument in one.args.kwonlyargs), one.args.kw_defaults, strict=True))
            if (is_pure and "as_of" in by_place) or defaults.get("as_of") is not None:
                wrong.append(f"{named(path)}:{one.name}")
    assert wrong == []


def test_no_test_waits_by_sleeping():
    asleep = re.compile(r"\bsleep" + r"\(")
    assert [named(path) for path in python_files("tests") if asleep.search(path.read_text())] == []


def test_no_exception_is_caught_whatever_it_is():
    bare = [
        f"{named(path)}:{node.lineno}"
        for path in python_files(*CODE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_there_are_files_to_look_at():
    """Otherwise the tests of this folder would prove nothing."""
    assert len(files()) > 150
    assert {"pipeline/flow.py", "README.md", "docs/tables.md", "tests/house/project.py"} <= {
        named(path) for path in files()
    }
