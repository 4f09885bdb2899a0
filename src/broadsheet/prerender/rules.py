"""What a change touches. Pure: one place, table-tested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Something of the paper changed. `hidden`: readers must not get the old page for another moment."""

    own: str
    lists: frozenset[str]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """Keys whose pages are taken away at once, and keys whose pages are served until their successors are there."""

    drop: frozenset[str]
    expire: frozenset[str]


def touched(change: Change) -> Touched:
    """A page that must not be seen any more goes at once, and so do lists that show it; others may linger."""
    own = frozenset({change.own})
    if change.hidden:
        return Touched(own | change.lists, frozenset())
    return Touched(frozenset(), own | change.lists)


def hides(live: bool, standing: Iterable[tuple[str, float]], now: tuple[str, float], moved: bool) -> bool:
    """Whether a page on the shelf, in any language of the story, says more than the story may say now.

    A gate is a pair: the access, and the moment from which its age makes it the members'.
    """
    return not live or moved or any(gate != now for gate in standing)
