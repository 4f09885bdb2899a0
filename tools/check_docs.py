"""The documents hold: links lead somewhere, and what the code reads, offers and knows stands in the reference.

    settings.md    every setting read from the environment, and no other
    commands.md    every `broadsheet` command with its options, and no other
    blocks.md      every block of a story with its fields, and no other
    threats.md     every test that bears an id of the catalogue, and no other
    README.md or CONTRIBUTING.md    every target of the Makefile that `make help` prints

Each check takes texts and gives lines that name the file, what is wrong, and what to do.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools import make_threats

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "broadsheet"
REFERENCE = Path("docs/reference")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
HEADING = re.compile(r"^#{2,4} `([^`]+)`", re.MULTILINE)
CELL = re.compile(r"^\| `([^`]+)`", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):.*##", re.MULTILINE)
ROW = re.compile(r"^\*\*([A-Z]+-?\d+)\*\* ", re.MULTILINE)
NODE = re.compile(r"\(`(tests/[^`]+)`\)$", re.MULTILINE)
READERS = {"text", "flag", "number", "words", "secret"}
Parts = Mapping[str, set[str]]


def main() -> int:
    """Print what is wrong; gives 1 where anything is."""
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    wrong = [line for name in names.split() for line in broken_links(ROOT / name)]
    wrong += check_settings(_sources(), _read("settings.md"))
    wrong += check_parts("commands.md", "command", commands(), _read("commands.md"))
    wrong += check_parts("blocks.md", "block", story_blocks(_sources("newsroom")), _read("blocks.md"))
    guides = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"))
    wrong += check_threats(make_threats.find_tests(), make_threats.catalogue(), _read("threats.md"))
    wrong += check_targets((ROOT / "Makefile").read_text(encoding="utf-8"), guides)
    print("\n".join(wrong) if wrong else "The documents hold.")
    return 1 if wrong else 0


def broken_links(path: Path) -> list[str]:
    """A line for every link of a document that leads nowhere."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return [
        f"{shown}:{number}: {target} is not there"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for target in LINK.findall(line)
        if not (path.parent / target).exists()
    ]


def check_settings(sources: Iterable[str], page: str) -> list[str]:
    """The settings that the sources read from the environment, against the first cells of the page's tables."""
    read = {name for source in sources for name in settings_read(source)}
    return _compared("settings.md", "setting", read, set(CELL.findall(page)))


def settings_read(source: str) -> Iterator[str]:
    """The names that a module reads: by `conf.text("NAME")` and its kin, inside conf.py itself, or from os.environ."""
    inside = "GENERATED = " in source  # conf.py calls its readers by their bare names
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield from _constant(node.slice)
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            reads = called.removeprefix("conf.") in READERS and (inside or called.startswith("conf."))
            if reads or called in {"os.environ.get", "os.environ.setdefault"}:
                yield from _constant(node.args[0])


def commands() -> dict[str, set[str]]:
    """Every `broadsheet` command by its whole name, with its options."""
    from broadsheet.cli import main as group

    return dict(_commands("broadsheet", group))


def _commands(name: str, command: Any) -> Iterator[tuple[str, set[str]]]:
    options = {text for parameter in command.params for text in (*parameter.opts, *parameter.secondary_opts)}
    yield name, {text for text in options if text.startswith("--")}
    for inner, child in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {inner}", child)


def story_blocks(sources: Iterable[str]) -> dict[str, set[str]]:
    """The names in the newsroom's StoryBlocks, each with the fields of its own class."""
    trees = [ast.parse(source) for source in sources]
    classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    return {
        name: set(_fields(classes[kind])) if (kind := ast.unparse(call.func)) in classes else set()
        for name, call in _fields(classes["StoryBlocks"]).items()
    }


def _fields(node: ast.ClassDef) -> dict[str, ast.Call]:
    return {
        target.id: item.value
        for item in node.body
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Call)
        for target in item.targets
        if isinstance(target, ast.Name)
    }


def check_parts(file: str, kind: str, parts: Parts, page: str) -> list[str]:
    """Things that have a heading each, and under it a table of their own options or fields."""
    sections = _sections(page)
    wrong = _compared(file, kind, set(parts), set(sections))
    for name in sorted(set(parts) & set(sections)):
        wrong += _compared(file, f"`{name}`:", set(parts[name]), set(CELL.findall(sections[name])))
    return wrong


def _sections(page: str) -> dict[str, str]:
    """What stands under each heading that names something in code type."""
    pieces = HEADING.split(page)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def check_threats(tests: Iterable[make_threats.Held], rows: make_threats.Catalogue, page: str) -> list[str]:
    """The tests that bear ids, and those that the catalogue names, against the page; results are not looked at."""
    where = REFERENCE / "threats.md"
    known = {name for _, group in rows for name in group}
    real = {(name, test.node) for test in tests for name in test.ids}
    wrong = [
        f"tools/threats.toml: {node} bears {name}, which is no row: add it" for name, node in real if name not in known
    ]
    real |= {(name, node) for _, group in rows for name, row in group.items() for node in row.get("by", ())}
    told = {
        (name, node) for name, part in zip(*[iter(ROW.split(page)[1:])] * 2, strict=True) for node in NODE.findall(part)
    }
    missing = [f"{where}: {name} lacks {node}: make threats" for name, node in sorted(real - told) if name in known]
    gone = [
        f"{where}: {name} names {node}, which is not there any more: make threats" for name, node in sorted(told - real)
    ]
    return sorted(wrong) + missing + gone


def check_targets(makefile: str, guides: str) -> list[str]:
    """Every target that `make help` prints is spoken of."""
    return [
        f"README.md, CONTRIBUTING.md: neither says what `make {name}` does"
        for name in TARGET.findall(makefile)
        if not re.search(rf"make {name}(?![\w-])", guides)
    ]


def _compared(file: str, kind: str, real: set[str], told: set[str]) -> list[str]:
    where = REFERENCE / file
    missing = [f"{where}: {kind} `{name}` is not described: add it" for name in sorted(real - told)]
    return missing + [f"{where}: {kind} `{name}` is not there any more: take it out" for name in sorted(told - real)]


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _sources(room: str = ".") -> Iterator[str]:
    return (path.read_text(encoding="utf-8") for path in sorted((SOURCE / room).rglob("*.py")))


def _read(name: str) -> str:
    """A page of the reference; where it is missing, everything is missing from it."""
    path = ROOT / REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
