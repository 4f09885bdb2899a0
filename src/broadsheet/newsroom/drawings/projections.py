"""From degrees to a plane, and the cutting of lines and rings to a window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

Point = tuple[float, float]
Box = tuple[float, float, float, float]
KM = 6371.0


class Projection(Protocol):
    """A way to lay the globe flat, in units of the Earth's radius; y grows southwards, as in a drawing."""

    @property
    def longitude(self) -> float:
        """The meridian in the middle."""

    @property
    def latitude(self) -> float:
        """The parallel in the middle."""

    def plane(self, turn: float, latitude: float) -> Point:
        """The place on the plane; its longitude counts from the centre."""

    def degrees(self, x: float, y: float) -> Point | None:
        """The place on the globe, with a longitude counted from the centre; None off the map."""


@dataclass(frozen=True, slots=True)
class Azimuthal:
    """Lambert's equal-area view from above a centre: true areas, and the least bending for a region."""

    longitude: float
    latitude: float

    def plane(self, turn: float, latitude: float) -> Point:
        """See Projection."""
        turn, up, centre = math.radians(turn), math.radians(latitude), math.radians(self.latitude)
        facing = math.sin(centre) * math.sin(up) + math.cos(centre) * math.cos(up) * math.cos(turn)
        k = math.sqrt(2 / max(1 + facing, 1e-6))
        x = k * math.cos(up) * math.sin(turn)
        return x, -k * (math.cos(centre) * math.sin(up) - math.sin(centre) * math.cos(up) * math.cos(turn))

    def degrees(self, x: float, y: float) -> Point | None:
        """See Projection."""
        far = math.hypot(x, y)
        if far > 1.99:
            return None
        if far < 1e-9:
            return 0.0, self.latitude
        angle, centre = 2 * math.asin(far / 2), math.radians(self.latitude)
        up = math.asin(math.cos(angle) * math.sin(centre) - y * math.sin(angle) * math.cos(centre) / far)
        turn = math.atan2(
            x * math.sin(angle),
            far * math.cos(centre) * math.cos(angle) + y * math.sin(centre) * math.sin(angle),
        )
        return math.degrees(turn), math.degrees(up)


@dataclass(frozen=True, slots=True)
class EqualEarth:
    """Šavrič, Patterson and Jenny's Equal Earth: the whole world, with true areas and a calm outline."""

    longitude: float = 11.0
    latitude: float = 0.0

    def plane(self, turn: float, latitude: float) -> Point:
        """See Projection."""
        a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
        t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
        t2 = t * t
        t6 = t2**3
        x = 2 * math.sqrt(3) * math.radians(turn) * math.cos(t) / (3 * (9 * d * t6 * t2 + 7 * c * t6 + 3 * b * t2 + a))
        return x, -t * (d * t6 * t2 + c * t6 + b * t2 + a)

    def degrees(self, x: float, y: float) -> Point | None:
        """The whole world is always in the window."""
        return None


@dataclass(frozen=True, slots=True)
class Globe:
    """The Earth seen from far away; what lies behind is pushed to its edge."""

    longitude: float
    latitude: float

    def plane(self, turn: float, latitude: float) -> Point:
        """See Projection."""
        turn, up, centre = math.radians(turn), math.radians(latitude), math.radians(self.latitude)
        facing = math.sin(centre) * math.sin(up) + math.cos(centre) * math.cos(up) * math.cos(turn)
        x = math.cos(up) * math.sin(turn)
        y = -(math.cos(centre) * math.sin(up) - math.sin(centre) * math.cos(up) * math.cos(turn))
        if facing >= 0:
            return x, y
        far = math.hypot(x, y) or 1e-9
        return x / far, y / far

    def degrees(self, x: float, y: float) -> Point | None:
        """Not needed of a globe."""
        return None


def turned(longitude: float, centre: float) -> float:
    """A longitude counted from a centre, the short way round."""
    return (longitude - centre + 180) % 360 - 180


def from_centre(points: Iterable[Point], centre: float) -> list[Point]:
    """A ring or line whose longitudes count from `centre` without a jump; closed over the pole where it must be."""
    out: list[Point] = []
    before = 0.0
    for longitude, latitude in points:
        x = longitude - centre if out else turned(longitude, centre)
        while out and x - before > 180:
            x -= 360
        while out and x - before < -180:
            x += 360
        before = x
        out.append((x, latitude))
    if len(out) > 2 and abs(out[-1][0] - out[0][0]) > 300:
        pole = -90.0 if out[0][1] < 0 else 90.0
        out += [(out[-1][0], pole), (out[0][0], pole)]
    return out


def shifts(west: float, east: float, window: Box) -> list[float]:
    """The turns of 360° by which something between two longitudes comes into the window."""
    return [turn for turn in (-360.0, 0.0, 360.0) if west + turn <= window[2] and east + turn >= window[0]]


def cut_ring(points: Sequence[Point], box: Box) -> list[Point]:
    """Sutherland and Hodgman's cut of a ring to a box."""
    for side, (axis, sign) in zip(box, ((0, 1), (1, 1), (0, -1), (1, -1)), strict=True):
        if not points:
            return []
        points = _cut_side(points, axis, sign, side)
    return list(points)


def _cut_side(points: Sequence[Point], axis: int, sign: int, side: float) -> list[Point]:
    out: list[Point] = []
    before = points[-1]
    was_in = (before[axis] - side) * sign >= 0
    for point in points:
        is_in = (point[axis] - side) * sign >= 0
        if is_in != was_in:
            share = (side - before[axis]) / (point[axis] - before[axis])
            out.append((before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share))
        if is_in:
            out.append(point)
        before, was_in = point, is_in
    return out


def cut_line(points: Sequence[Point], box: Box) -> list[list[Point]]:
    """The parts of a line that may be seen in a box; their ends may stand a little outside."""
    parts: list[list[Point]] = []
    part: list[Point] = []
    for a, b in pairwise(points):
        hidden = (
            (a[0] < box[0] and b[0] < box[0])
            or (a[0] > box[2] and b[0] > box[2])
            or (a[1] < box[1] and b[1] < box[1])
            or (a[1] > box[3] and b[1] > box[3])
        )
        if hidden:
            part = []
        elif part:
            part.append(b)
        else:
            part = [a, b]
            parts.append(part)
    return parts


def simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker's thinning of a line in degrees, with degrees of longitude weighed by latitude."""
    if len(points) < 3 or tolerance <= 0:
        return list(points)
    scale = max(0.1, math.cos(math.radians(points[len(points) // 2][1])))
    flat = [(x * scale, y) for x, y in points]
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    limit = tolerance * tolerance
    while stack:
        first, last = stack.pop()
        far, place = _furthest(flat, first, last)
        if far > limit:
            keep[place] = True
            stack += [(first, place), (place, last)]
    return [point for point, wanted in zip(points, keep, strict=True) if wanted]


def _furthest(points: Sequence[Point], first: int, last: int) -> tuple[float, int]:
    """The square of the greatest distance from the segment between two points of a line, and where it is."""
    ax, ay = points[first]
    dx, dy = points[last][0] - ax, points[last][1] - ay
    length = dx * dx + dy * dy
    far, place = 0.0, first
    for index in range(first + 1, last):
        px, py = points[index][0] - ax, points[index][1] - ay
        along = (px * dx + py * dy) / length if length else 0.0
        along = 0.0 if along < 0 else min(along, 1.0)
        px, py = px - along * dx, py - along * dy
        distance = px * px + py * py
        if distance > far:
            far, place = distance, index
    return far, place


def thinned(points: Sequence[Point], step: float) -> list[Point]:
    """The points that lie at least `step` from the one before; the last is kept."""
    if not points:
        return []
    out = [points[0]]
    for point in points[1:-1]:
        if abs(point[0] - out[-1][0]) + abs(point[1] - out[-1][1]) >= step:
            out.append(point)
    if len(points) > 1:
        out.append(points[-1])
    return out


def path(points: Sequence[Point], closed: bool, step: float = 0.6) -> str:
    """SVG's path data for a line, in tenths and as differences: short."""
    points = thinned(points, step)
    if len(points) < (3 if closed else 2):
        return ""
    tens = [(round(x * 10), round(y * 10)) for x, y in points]
    text = [f"M{_tenth(tens[0][0])} {_tenth(tens[0][1])}l"]
    before = tens[0]
    for point in tens[1:]:
        dx, dy = point[0] - before[0], point[1] - before[1]
        if dx or dy:
            text.append(f"{_tenth(dx)} {_tenth(dy)}" if len(text) == 1 else _joined(dx, dy))
            before = point
    if len(text) == 1:
        return ""
    return "".join(text) + ("z" if closed else "")


def _joined(dx: int, dy: int) -> str:
    x, y = _tenth(dx), _tenth(dy)
    return (x if x.startswith("-") else f" {x}") + (y if y.startswith("-") else f" {y}")


def _tenth(number: int) -> str:
    text = f"{number / 10:.1f}".removesuffix(".0")
    if text.startswith("0."):
        return text[1:]
    return "-" + text[2:] if text.startswith("-0.") else ("0" if text == "-0" else text)
