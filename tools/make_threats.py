"""Writes docs/reference/threats.md: what is tried against the meter, which tests hold it, and how their last run ended.

tools/threats.toml   the rows, in our words
tests/               every test whose name begins with a row's id: test_HT_03_a_members_head_primes_nothing
var/tests*.xml       the results, written by `make test` and `make test-slow`; a test that is in neither did not run
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "threats.md"
CATALOGUE = ROOT / "tools" / "threats.toml"
RESULTS = ROOT / "var" / "tests.xml"
SLOW = "tests-slow.xml"  # beside it, by `make test-slow`
ID = re.compile(r"(I\d+|B3|(?:MT|CR|DS|HT|BR|TK|MD|AC|LR|WH|BL|LG|OB|NL)_\d+)_")
Catalogue = list[tuple[str, dict[str, dict[str, Any]]]]
WORST = ("failed", "skipped", "held")
HEAD = """# Threats

What is tried against the meter, and what may go wrong with money and mail, by whom it is stopped, and how that went at
the last run of the tests. `make threats` writes this page from the names of the tests, the rows in
`tools/threats.toml`, and the results that `make test` left. Never edit it.

{run}

Longer proofs, such as ten thousand members and strangers in turn through one cache, are among the figures that
`make prove` measures. What nobody can stop stands in [The meter](../explanation/the-meter.md).
"""


@dataclass(frozen=True)
class Held:
    """A test that bears ids."""

    ids: tuple[str, ...]
    file: str
    name: str
    sentence: str

    @property
    def node(self) -> str:
        """How pytest calls it."""
        return f"{self.file}::{self.name}"


def main() -> int:
    """Write the page."""
    tests, rows = list(find_tests()), catalogue()
    unknown = sorted({name for test in tests for name in test.ids} - {name for _, group in rows for name in group})
    if unknown:
        print(f"tools/threats.toml has no row {', '.join(unknown)}: add it", file=sys.stderr)
        return 1
    PAGE.write_text(page(rows, tests, *results()), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(tests)} tests")
    return 0


def catalogue() -> Catalogue:
    """The groups with their rows, in order."""
    found = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["group"]
    return [(group["title"], group["rows"]) for group in found]


def find_tests(folder: Path = ROOT / "tests") -> Iterator[Held]:
    """Every test whose name begins with ids, with what it says of itself."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                ids, rest = split_name(node.name)
                if ids:
                    said = (ast.get_docstring(node) or rest.replace("_", " ")).splitlines()[0].rstrip(".")
                    yield Held(ids, path.relative_to(folder.parent).as_posix(), node.name, said)


def split_name(name: str) -> tuple[tuple[str, ...], str]:
    """The ids at a test's beginning, as the catalogue writes them, and the rest of its name."""
    rest, ids = name.removeprefix("test_"), []
    while found := ID.match(rest):
        ids.append(found[1].replace("_", "-"))
        rest = rest[found.end() :]
    return tuple(ids), rest


def results(path: Path = RESULTS) -> tuple[dict[str, str], str]:
    """How each test ended, the worst of its cases, and the day of the run; nothing where none was recorded."""
    runs = [ET.parse(each).getroot() for each in (path, path.with_name(SLOW)) if each.exists()]
    found: dict[str, str] = {}
    for case in (case for run in runs for case in run.iter("testcase")):
        node = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').partition('[')[0]}"
        ended = "held"
        if case.find("failure") is not None or case.find("error") is not None:
            ended = "failed"
        elif case.find("skipped") is not None:
            ended = "skipped"
        found[node] = min(ended, found.get(node, ended), key=WORST.index)
    days = [suite.get("timestamp", "")[:10] for run in runs for suite in run.iter("testsuite")]
    return found, max(days, default="")


def page(rows: Catalogue, tests: list[Held], ended: Mapping[str, str], day: str) -> str:
    """The whole page."""
    of = {name: [test for test in tests if name in test.ids] for _, group in rows for name in group}
    run = f"The last run was on {day}" if day else "No run was recorded"
    parts = [HEAD.format(run=fill(f"{run}: {_counts(tests, ended)}.", 120))]
    for title, group in rows:
        parts.append(f"\n## {title}\n")
        for name, row in group.items():
            parts.append(f"\n**{name}** {row['text']}\n\n" + "".join(_lines(row, of[name], ended)))
    return "".join(parts)


def _counts(tests: list[Held], ended: Mapping[str, str]) -> str:
    count = {state: sum(ended.get(test.node) == state for test in tests) for state in WORST}
    missing = len(tests) - sum(count.values())
    return (
        f"of {len(tests)} tests that bear a row's id, {count['held']} held, {count['failed']} failed, "
        f"{count['skipped']} were skipped and {missing} did not run"
    )


def _lines(row: dict[str, Any], tests: list[Held], ended: Mapping[str, str]) -> Iterator[str]:
    for test in tests:
        yield f"- {ended.get(test.node, 'did not run')}: {test.sentence} (`{test.node}`)\n"
    for node in row.get("by", ()):
        yield f"- {ended.get(node, 'did not run')}: {_sentence(node)} (`{node}`)\n"
    if tests or "by" in row:
        return
    if "later" in row:
        yield f"- not yet: needs {row['later']}\n"
    elif "absent" in row:
        yield f"- nothing to try: {row['absent']}\n"
    elif "figures" in row:
        yield f"- measured: {', '.join(f'`{name}`' for name in row['figures'])} among the figures\n"
    elif "see" in row:
        yield f"- no test of its own: see {', '.join(row['see'])}\n"
    else:
        yield "- no test yet\n"


def _sentence(node: str) -> str:
    return node.partition("::test_")[2].replace("_", " ")


if __name__ == "__main__":
    raise SystemExit(main())
