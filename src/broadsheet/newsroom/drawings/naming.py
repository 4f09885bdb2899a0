"""The names of countries on a map: each where it fits inside its land."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from broadsheet.newsroom.drawings.lettering import Box, Label, overlap, width, within
from broadsheet.newsroom.drawings.marks import is_rtl, locale_of, text
from broadsheet.newsroom.drawings.projections import Point
from broadsheet.newsroom.drawings.views import Format, View

# Western Sahara, Crimea, Kashmir and Aksai Chin, the Golan: no country's name is printed there.
CLAIMED = ((-17.2, 20.7, -8.6, 27.67), (32.4, 44.3, 36.7, 46.2), (72.5, 32.3, 80.5, 37.1), (35.6, 32.6, 36.0, 33.4))


def country_names(
    seen: Sequence[tuple[str, list[Point]]], taken: list[Box], language: str, form: Format, view: View
) -> str:
    """The countries' names, each where it fits inside its land and touches nothing; else it is left out."""
    names = locale_of(language).territories
    largest: dict[str, list[Point]] = {}
    for code, ring in seen:
        if code in names and _area(ring) > _area(largest.get(code, [])):
            largest[code] = ring
    texts = []
    for code, ring in sorted(largest.items(), key=lambda item: -_area(item[1])):
        name = str(names[code])
        large = 0.95 if _area(ring) > view.width * view.height / 6 else 0.88
        size = form.letters * large
        spacing = size * 0.16 if name.upper() != name else 0.0
        label = _inside(name.upper(), ring, size, spacing, taken, view)
        if label:
            taken.append(label.box)
            texts.append(text("map-country", label, size, is_rtl(language), spacing))
    return "".join(texts)


def _inside(
    name: str, ring: Sequence[Point], size: float, spacing: float, taken: Sequence[Box], view: View
) -> Label | None:
    """The roomiest spot for a word inside a ring."""
    middle = _centroid(ring)
    best, label = -1e9, None
    for start, end, (x, y), box in _spots(name, ring, size, spacing, view):
        room = (box[0] - 7, box[1] - 5, box[2] + 7, box[3] + 5)
        if any(overlap(room, other) for other in taken) or not within(box, (6, 6, view.width - 6, view.height - 6)):
            continue
        if _claimed((x, y), view):
            continue
        score = min(end - start, 60) - 0.5 * math.dist((x, y), middle)
        if score > best:
            best, label = score, Label(name, x, y, "middle", box)
    return label


def _claimed(point: Point, view: View) -> bool:
    """Whether a word would stand on land that more than one country claims."""
    found = view.projection.degrees((point[0] + view.left) / view.scale, (point[1] + view.top) / view.scale)
    if found is None:
        return False
    east, north = (found[0] + view.projection.longitude + 180) % 360 - 180, found[1]
    return any(box[0] < east < box[2] and box[1] < north < box[3] for box in CLAIMED)


def _spots(
    name: str, ring: Sequence[Point], size: float, spacing: float, view: View
) -> Iterator[tuple[float, float, Point, Box]]:
    """Where a word could stand inside a ring: the play it has there, its middle, and the box it fills."""
    wide, rise, fall = width(name, size, spacing), size * 0.74, size * 0.24
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    left, right = max(6, min(xs)), min(view.width - 6, max(xs))
    top, bottom = max(6, min(ys)), min(view.height - 6, max(ys))
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    for row in range(1, 12):
        y = top + (bottom - top) * row / 12
        for a, b in _spans(edges, y - rise, y + fall):
            start, end = max(a, left), min(b, right) - wide
            if end - start < 6:
                continue
            for share in (0.5, 0.25, 0.75, 0.0, 1.0):
                x = start + 3 + wide / 2 + (end - start - 6) * share
                yield start, end, (x, y), (x - wide / 2, y - rise, x + wide / 2, y + fall)


def _spans(edges: Sequence[tuple[Point, Point]], top: float, bottom: float) -> list[Point]:
    """The stretches of x that lie inside a ring at `top`, in the middle and at `bottom`."""
    spans: list[Point] | None = None
    for y in (top, (top + bottom) / 2, bottom):
        cuts = sorted(a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in edges if (a[1] <= y) != (b[1] <= y))
        row = list(zip(cuts[::2], cuts[1::2], strict=False))
        spans = (
            row
            if spans is None
            else [(max(a, c), min(b, d)) for a, b in spans for c, d in row if min(b, d) > max(a, c)]
        )
    return spans or []


def _area(ring: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def _centroid(ring: Sequence[Point]) -> Point:
    twice = x = y = 0.0
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = a[0] * b[1] - b[0] * a[1]
        twice, x, y = twice + cross, x + (a[0] + b[0]) * cross, y + (a[1] + b[1]) * cross
    return (x / (3 * twice), y / (3 * twice)) if twice else ring[0]
