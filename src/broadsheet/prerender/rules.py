"""What a change touches. Pure: one place, table-tested."""

from __future__ import annotations

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


def hides(live: bool, old_access: str | None, new_access: str, moved: bool) -> bool:
    """Whether the page on the shelf says more than the page may say now."""
    return not live or moved or (old_access is not None and old_access != new_access)
