"""Files and functions stay short. What is longer stands here with its reason, and may not grow."""

from __future__ import annotations

import ast
from pathlib import Path

import broadsheet

SOURCE = Path(broadsheet.__file__).parent
FILE_LINES, FUNCTION_LINES, EDGE_LINES = 400, 40, 500
LONG_FILES: dict[str, tuple[int, str]] = {
    "cli.py": (500, "every command with its options, one after the other"),
    "newsroom/cards.py": (420, "the one door to the body, with every value that passes through it"),
}
LONG_FUNCTIONS: dict[str, tuple[int, str]] = {}


def sources() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def test_files_are_short_or_listed_with_a_reason() -> None:
    for path in sources():
        name, size = str(path.relative_to(SOURCE)), len(path.read_text(encoding="utf-8").splitlines())
        most = LONG_FILES.get(name, (FILE_LINES, ""))[0]
        assert size <= most, f"{name} has {size} lines, more than {most}: part it, or give a reason in LONG_FILES"


def test_the_edge_is_small_enough_to_be_read_at_one_sitting() -> None:
    for path in (SOURCE / "edge").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= EDGE_LINES, path.name


def test_functions_are_short_or_listed_with_a_reason() -> None:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path.relative_to(SOURCE)}:{node.name}"
                size = (node.end_lineno or 0) - node.lineno + 1
                most = LONG_FUNCTIONS.get(name, (FUNCTION_LINES, ""))[0]
                assert size <= most, f"{name} has {size} lines, more than {most}: part it, or list it in LONG_FUNCTIONS"


def test_nothing_is_listed_as_long_that_is_not() -> None:
    sizes = {str(path.relative_to(SOURCE)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    for name, (most, reason) in LONG_FILES.items():
        assert reason
        assert name in sizes, f"{name} is gone: take it out of LONG_FILES"
        assert FILE_LINES < sizes[name] <= most, f"{name} is short again: take it out of LONG_FILES"
