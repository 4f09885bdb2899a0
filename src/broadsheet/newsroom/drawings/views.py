"""What a map shows: its projection, and the frame laid over it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadsheet.newsroom.cards import PlaceCard
from broadsheet.newsroom.drawings.projections import Azimuthal, Box, EqualEarth, Point, Projection, turned

LEAST_SPAN = 4.0  # degrees
LONE_SPAN = 11.0
WORLD_SPAN = 110.0


@dataclass(frozen=True, slots=True)
class Format:
    """One of the two sizes in which a map is drawn."""

    name: str
    width: int
    height: int
    letters: float
    dot: float
    globe: float


@dataclass(frozen=True, slots=True)
class View:
    """A projection and the frame laid over it."""

    projection: Projection
    scale: float  # pixels for a radius of the Earth
    left: float
    top: float
    width: float
    height: float

    def pixel(self, turn: float, latitude: float) -> Point:
        """Where a place stands in the drawing; its longitude counts from the centre."""
        x, y = self.projection.plane(turn, latitude)
        return x * self.scale - self.left, y * self.scale - self.top

    def place(self, place: PlaceCard) -> Point:
        """Where a place stands in the drawing."""
        return self.pixel(turned(place.longitude, self.projection.longitude), place.latitude)

    @property
    def fine(self) -> float:
        """Less than a pixel, in degrees: what is finer is not drawn."""
        return math.degrees(0.8 / self.scale)

    def window(self) -> Box:
        """The degrees that the frame may show, longitudes counted from the centre."""
        seen = [
            self.projection.degrees((x + self.left) / self.scale, (y + self.top) / self.scale) for x, y in self._edge()
        ]
        found = [point for point in seen if point is not None]
        north, south = self.pixel(0, 90), self.pixel(0, -90)
        if len(found) < len(seen) or self._shows(north) or self._shows(south):
            return (-180.0, -90.0, 180.0, 90.0)
        turns, ups = [x for x, _ in found], [y for _, y in found]
        return (min(turns) - 1, min(ups) - 1, max(turns) + 1, max(ups) + 1)

    def _edge(self) -> Iterator[Point]:
        for step in range(13):
            share = step / 12
            yield from ((share * self.width, 0.0), (share * self.width, self.height))
            yield from ((0.0, share * self.height), (self.width, share * self.height))

    def _shows(self, point: Point) -> bool:
        return -9 < point[0] < self.width + 9 and -9 < point[1] < self.height + 9


def view_of(places: Sequence[PlaceCard], span: float | None, form: Format) -> View:
    """The projection and frame that show all of `places`, and `span` degrees at least where it is given."""
    longitude, latitude = _middle(places)
    if (span or 0) >= WORLD_SPAN or _extent(places, longitude, latitude) > math.radians(WORLD_SPAN):
        return world_view(form, 80, -57, places)
    flat = Azimuthal(longitude, latitude)
    points = [flat.plane(turned(place.longitude, longitude), place.latitude) for place in places]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    least = math.radians(LONE_SPAN if len(places) == 1 else LEAST_SPAN)
    if span:
        least = math.radians(span) * max(0.25, math.cos(math.radians(latitude)))
    wide = max(least, (right - left) * 1.55, (bottom - top) * 1.7 * form.width / form.height)
    scale = form.width / wide
    x, y = (left + right) / 2 * scale - form.width / 2, (top + bottom) / 2 * scale - form.height / 2
    return View(flat, scale, x, y, form.width, form.height)


def world_view(form: Format, north: float, south: float, places: Sequence[PlaceCard] = ()) -> View:
    """The world from the Aleutians to Fiji, cut above and below to the frame's height, with every place in it."""
    flat = EqualEarth()
    west, east = -2.12, 2.44
    xs = [flat.plane(turned(place.longitude, flat.longitude), place.latitude)[0] for place in places]
    west, east = min([west, *(x - 0.08 for x in xs)]), max([east, *(x + 0.08 for x in xs)])
    scale = form.width / (east - west)
    ups = [place.latitude for place in places]
    top = flat.plane(0, min(84.0, max([north, *(up + 4 for up in ups)])))[1] * scale
    bottom = flat.plane(0, max(-80.0, min([south, *(up - 4 for up in ups)])))[1] * scale
    return View(flat, scale, west * scale, top, form.width, round(bottom - top))


def _middle(places: Sequence[PlaceCard]) -> Point:
    """The mean place on the sphere."""
    x = y = z = 0.0
    for place in places:
        turn, up = math.radians(place.longitude), math.radians(place.latitude)
        x, y, z = x + math.cos(up) * math.cos(turn), y + math.cos(up) * math.sin(turn), z + math.sin(up)
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _extent(places: Sequence[PlaceCard], longitude: float, latitude: float) -> float:
    """Twice the angle from the middle to the place furthest from it, in radians."""
    flat = Azimuthal(longitude, latitude)
    far = [math.hypot(*flat.plane(turned(place.longitude, longitude), place.latitude)) for place in places]
    return 4 * math.asin(min(1.0, max(far) / 2))
