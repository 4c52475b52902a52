"""The project's own files, as a reader of the repository finds them: nothing built, cached or made by a run."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("pipeline", "expectations", "models", "dags", "benchmarks", "supply", "docs", "tests", "deploy", ".ci")
TEXT = (
    ".py",
    ".md",
    ".toml",
    ".in",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".csv",
    ".json",
    ".yml",
    ".yaml",
    ".cfg",
    ".typ",
    ".env",
    ".sh",
    ".service",
    ".timer",
)
NOT_OURS = {"__pycache__", "node_modules", "work", "build"}


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """Files of text, in these folders or in all of them and at the top."""
    top = [] if folders else [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")]
    below = [path for folder in folders or FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = [path for path in below if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in [*top, *kept] if path.suffix in TEXT or path.suffix == ""))


def python_files(*folders: str) -> tuple[Path, ...]:
    return tuple(path for path in files(*folders) if path.suffix == ".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))
