"""Which composition draws a scene: each says in a pattern what words it answers to."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from importlib import import_module

Draw = Callable[[random.Random], str]
FOUND: list[tuple[re.Pattern[str], Draw]] = []
SETS = ("waterside", "seaside", "open_air", "indoors", "far_off", "rooms")


def scene(pattern: str) -> Callable[[Draw], Draw]:
    """Let a composition answer to scenes that match `pattern`."""

    def kept(draw: Draw) -> Draw:
        FOUND.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), draw))
        return draw

    return kept


def composition(words: str) -> Draw | None:
    """The first composition made for these words, if there is one."""
    for name in SETS:
        import_module(f"broadsheet.demo.art.{name}")
    return next((draw for pattern, draw in FOUND if pattern.search(words)), None)
