"""WordPress's block grammar: HTML comments that name a block, its attributes as JSON, and blocks inside blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_MARK = re.compile(
    r"<!--\s+(?P<end>/)?wp:(?P<name>[a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)\s+"
    r"(?P<attributes>\{(?:(?!-->).)*?\}\s+)?(?P<void>/)?-->",
    re.DOTALL,
)


@dataclass
class Block:
    """A block: its name without `core/`, its attributes, and what it holds, texts and blocks in order."""

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    content: list[str | Block] = field(default_factory=list)

    def html(self, render: Callable[[Block], str]) -> str:
        """What it holds, with `render` deciding on each block inside."""
        return "".join(item if isinstance(item, str) else render(item) for item in self.content)

    @property
    def children(self) -> list[Block]:
        """The blocks directly inside."""
        return [item for item in self.content if isinstance(item, Block)]


def has_blocks(text: str) -> bool:
    """Whether a text was written with the block editor."""
    return _MARK.search(text) is not None


def parse(text: str) -> list[str | Block]:
    """The texts and blocks of a body. A block without its end goes on to the end of what holds it."""
    root = Block("")
    open_blocks = [root]
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            open_blocks[-1].content.append(text[at : mark.start()])
        at = mark.end()
        name = mark["name"].removeprefix("core/")
        if mark["end"]:
            _close(open_blocks, name)
            continue
        block = Block(name, _attributes(mark["attributes"]))
        open_blocks[-1].content.append(block)
        if not mark["void"]:
            open_blocks.append(block)
    root.content.append(text[at:])
    return [item for item in root.content if item != ""]


def _close(open_blocks: list[Block], name: str) -> None:
    """End the innermost open block of this name, and with it what stands open inside."""
    if any(block.name == name for block in open_blocks[1:]):
        while open_blocks.pop().name != name:
            pass


def _attributes(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (json.JSONDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
