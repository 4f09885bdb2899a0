"""How wide words are, and where they may stand without touching anything. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, top, right, bottom

NARROW, WIDE = set("iljtfrI.,:;|!'’‘()[]- "), set("mwMWÆŒ@%—")


def width(text: str, size: float, spacing: float = 0.0) -> float:
    """How wide `text` stands in a common sans serif, rather too wide than too narrow."""
    return sum(_em(letter) for letter in text) * size + max(0, len(text) - 1) * spacing


def _em(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if letter in NARROW:
        return 0.36
    if letter in WIDE:
        return 0.95
    if "\u0600" <= letter <= "\u08ff" or "\u0590" <= letter <= "\u05ff":
        return 0.58
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.03
    return 0.73 if letter.isupper() else 0.6


@dataclass(frozen=True, slots=True)
class Label:
    """A word set beside a point: where it is anchored, the box it fills, and where a leader starts, if it has one."""

    text: str
    x: float
    y: float  # of the base line
    side: str  # left, middle or right end of the words stands at x
    box: Box
    leader: tuple[float, float] | None = None


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share any of the plane."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def within(inner: Box, outer: Box) -> bool:
    """Whether one box lies in another."""
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def spots(text: str, x: float, y: float, size: float, dot: float, leftwards: bool = False) -> Iterator[Label]:
    """Places for a label beside a dot, best first: beside it, above, below, aslant, then further off with a leader."""
    wide, rise, fall = width(text, size), size * 0.74, size * 0.26
    gap = dot + size * 0.32
    half = (rise - fall) / 2
    near = [
        ("left", gap, half),
        ("right", -gap, half),
        ("middle", 0.0, -gap - fall + 1),
        ("middle", 0.0, gap + rise - 1),
        ("left", gap * 0.7, -gap * 0.7 - fall * 0.4),
        ("left", gap * 0.7, gap * 0.7 + rise * 0.8),
        ("right", -gap * 0.7, -gap * 0.7 - fall * 0.4),
        ("right", -gap * 0.7, gap * 0.7 + rise * 0.8),
    ]
    if leftwards:
        near[0], near[1] = near[1], near[0]
    for side, dx, dy in near:
        yield _label(text, x + dx, y + dy, side, wide, rise, fall, None)
    for far in (1.6, 2.4, 3.4, 4.6, 6.0):
        for turn in range(0, 360, 30):
            dx, dy = math.cos(math.radians(turn)) * far * size, -math.sin(math.radians(turn)) * far * size
            side = "left" if dx > 1 else "right" if dx < -1 else "middle"
            yield _label(text, x + dx, y + dy + half, side, wide, rise, fall, (x + dx * 0.92, y + dy * 0.92))


def _label(
    text: str, x: float, y: float, side: str, wide: float, rise: float, fall: float, leader: tuple[float, float] | None
) -> Label:
    left = {"left": x, "middle": x - wide / 2, "right": x - wide}[side]
    return Label(text, x, y, side, (left, y - rise, left + wide, y + fall), leader)


def placed(
    points: Sequence[tuple[str, float, float]], size: float, dot: float, frame: Box, taken: Iterable[Box]
) -> list[Label | None]:
    """A label for each named point, none touching another, a dot or a taken box; None where no room is left.

    The first points choose first. Where two dots stand close, a second round lets the last that found no room go first.
    """
    order = list(range(len(points)))
    best: list[Label | None] = [None] * len(points)
    for _ in range(4):
        found = _round(order, points, size, dot, frame, list(taken))
        if sum(label is not None for label in found) > sum(label is not None for label in best) or best == found:
            best = found
        missing = [index for index in order if found[index] is None]
        if not missing:
            break
        order = missing + [index for index in order if index not in missing]
    return best


def _round(
    order: Sequence[int],
    points: Sequence[tuple[str, float, float]],
    size: float,
    dot: float,
    frame: Box,
    taken: list[Box],
) -> list[Label | None]:
    dots = [(x - dot, y - dot, x + dot, y + dot) for _, x, y in points]
    labels: list[Label | None] = [None] * len(points)
    for index in order:
        text, x, y = points[index]
        for spot in spots(text, x, y, size, dot, _has_neighbour_at_right(index, points, size)):
            room = (spot.box[0] - 2, spot.box[1] - 1, spot.box[2] + 2, spot.box[3] + 1)
            if not within(spot.box, frame):
                continue
            if any(overlap(room, box) for box in taken) or any(overlap(room, box) for box in dots):
                continue
            if spot.leader and _crossed((x, y), spot.leader, [*taken, *(dots[:index] + dots[index + 1 :])]):
                continue
            labels[index] = spot
            taken.append(spot.box)
            break
    return labels


def _crossed(start: tuple[float, float], end: tuple[float, float], boxes: Iterable[Box]) -> bool:
    """Whether a leader runs through any of the boxes."""
    steps = [(start[0] + (end[0] - start[0]) * i / 8, start[1] + (end[1] - start[1]) * i / 8) for i in range(1, 9)]
    return any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in steps for box in boxes)


def _has_neighbour_at_right(index: int, points: Sequence[tuple[str, float, float]], size: float) -> bool:
    """Whether another dot stands close by and further right, so that this one's word belongs at the left."""
    _, x, y = points[index]
    return any(
        place != index and other_x >= x and math.dist((x, y), (other_x, other_y)) < size * 1.6
        for place, (_, other_x, other_y) in enumerate(points)
        if other_x > x or (other_x == x and place > index)
    )
