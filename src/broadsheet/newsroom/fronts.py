"""A front's bands as readers see them: frozen values, built from the blocks that editors set. Imports no model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from broadsheet.newsroom import cards

LEADING, FLOWING = 4, 20  # stories on a front that nobody has edited


@dataclass(frozen=True, slots=True)
class Pick:
    """A story on the front, perhaps with other words there."""

    card: cards.StoryCard
    headline: str
    dek: str


@dataclass(frozen=True, slots=True)
class Package:
    """One band of the front: its block's name, its stories, and the block's own value for the template."""

    kind: str
    picks: tuple[Pick, ...]
    value: Any


def front(page: Any, latest: Any) -> tuple[Package, ...]:
    """The front's bands. A story stands on the front once; what is not published is left out.

    A front that nobody has edited yet opens with the newest story and goes on with the others.
    """
    shown: set[int] = set()
    if not len(page.packages):
        newest = _as_they_are(latest[: LEADING + FLOWING])
        bands = [Package("lead", tuple(newest[:LEADING]), {}), Package("river", tuple(newest[LEADING:]), {})]
        return tuple(band for band in bands if band.picks)
    bands = []
    for block in page.packages:
        picks = tuple(_picks(block, latest, shown))
        bands.append(Package(block.block_type, picks, block.value))
    return tuple(bands)


def _picks(block: Any, latest: Any, shown: set[int]) -> Iterator[Pick]:
    if block.block_type in {"lead", "row"}:
        values = [block.value["lead"], *block.value["beside"]] if block.block_type == "lead" else block.value["stories"]
        yield from _chosen(values, shown)
    elif block.block_type == "river":
        picks = _as_they_are(latest.exclude(pk__in=shown)[: block.value["count"]])
        shown.update(pick.card.id for pick in picks)
        yield from picks
    elif block.block_type == "map":
        yield from _as_they_are(latest.exclude(dateline=None)[: block.value["count"]])


def _as_they_are(stories: Any) -> list[Pick]:
    """Stories with their own headlines and deks."""
    return [Pick(card, card.headline, card.dek) for card in cards.story_cards(stories)]


def _chosen(values: Iterable[Any], shown: set[int]) -> Iterator[Pick]:
    for value in values:
        page = value["story"]
        if page is None or not page.live or page.pk in shown:
            continue
        row = page.specific
        shown.add(row.pk)
        yield Pick(cards.story_card(row), value["headline"] or row.title, value["dek"] or row.dek)
