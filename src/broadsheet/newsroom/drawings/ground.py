"""The ground of a map: sea, land, water, borders, the net of degrees, and the small globe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from broadsheet.newsroom.drawings.geography import BORDER, DISPUTED, Layer, Line, geography
from broadsheet.newsroom.drawings.marks import drawn
from broadsheet.newsroom.drawings.projections import (
    Box,
    Globe,
    Point,
    cut_line,
    cut_ring,
    from_centre,
    path,
    shifts,
    simplified,
)
from broadsheet.newsroom.drawings.views import View


def ground(view: View, layer: Layer, homes: Sequence[str]) -> tuple[str, list[tuple[str, list[Point]]]]:
    """Sea, land, water and borders; and the outer rings of the countries in view."""
    window = view.window()
    seen = list(_countries(view, layer, window))
    codes = {code for code, _ in seen}
    if not codes - set(homes):
        homes = homes[:1]
    land = "".join(path(ring, True) for _, rings in seen for ring in rings)
    home = "".join(path(ring, True) for code, rings in seen if code in homes for ring in rings)
    earth = geography()
    parts = [f'<path class="map-sea" d="M0 0h{view.width:g}v{view.height:g}H0z"/>', drawn("map-land", land)]
    if layer is earth.detail:
        parts += [
            drawn("map-home", home),
            drawn("map-lake", _lakes(view, window)),
            drawn("map-river", _lines(view, earth.rivers, window)),
            drawn("map-border", _lines(view, layer.lines(BORDER), window)),
            drawn("map-disputed", _lines(view, layer.lines(DISPUTED), window)),
        ]
    return "".join(parts), [(code, rings[0]) for code, rings in seen]


def graticule(view: View) -> str:
    """Meridians and parallels, as thin as hairs, four or so of each."""
    west, south, east, north = view.window()
    step = next(step for step in (1, 2, 5, 10, 20, 30) if (north - south) / step <= 5 or step == 30)
    centre = view.projection.longitude
    meridians = [
        [view.pixel(turn - centre, south + (north - south) * part / 12) for part in range(13)]
        for turn in _round_numbers(west + centre, east + centre, step)
    ]
    parallels = [
        [view.pixel(west + (east - west) * part / 24, up) for part in range(25)]
        for up in _round_numbers(south, north, step)
    ]
    return drawn("map-grid", "".join(path(line, False) for line in [*meridians, *parallels]))


def _round_numbers(low: float, high: float, step: int) -> list[float]:
    return [float(number * step) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _countries(view: View, layer: Layer, window: Box) -> Iterator[tuple[str, list[list[Point]]]]:
    arcs = _Thinned(layer, view.fine, window, view.projection.longitude)
    for shape in layer.shapes:
        west, south, east, north = shape.box
        if south > window[3] or north < window[1] or max(east - west, north - south) < view.fine * 4:
            continue
        outer, *inner = (list(_rings(view, arcs.ring(numbers), window)) for numbers in shape.rings)
        if outer:
            yield shape.code, [*outer, *(ring for rings in inner for ring in rings)]


class _Thinned(dict[int, list[Point]]):
    """The arcs of a layer without what is too fine for a drawing: each thinned once, so that neighbours still touch.

    Of an arc outside the window only the ends are kept: no line between them can come into it.
    """

    def __init__(self, layer: Layer, fine: float, window: Box, centre: float) -> None:
        self.layer, self.fine, self.window, self.centre = layer, fine, window, centre

    def __missing__(self, number: int) -> list[Point]:
        line = self.layer.arcs[number]
        points = line.points()
        self[number] = simplified(points, self.fine) if self._seen(line) else [points[0], points[-1]]
        return self[number]

    def _seen(self, line: Line) -> bool:
        west, south, east, north = line.box
        if south > self.window[3] or north < self.window[1]:
            return False
        return east - west > 180 or bool(shifts(west - self.centre, east - self.centre, self.window))

    def ring(self, numbers: Sequence[int]) -> list[Point]:
        """A ring in degrees, its first point repeated at the end."""
        points: list[Point] = []
        for number in numbers:
            line = self[number] if number >= 0 else self[~number][::-1]
            points.extend(line[1:] if points else line)
        return points


def _rings(view: View, ring: Sequence[Point], window: Box) -> Iterator[list[Point]]:
    """A ring as the frame shows it, once for every turn that brings it into the window."""
    points = from_centre(ring, view.projection.longitude)
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    frame = (-12.0, -12.0, view.width + 12, view.height + 12)
    for turn in shifts(west, east, window):
        cut = cut_ring([(x + turn, y) for x, y in points], window)
        flat = cut_ring([view.pixel(x, y) for x, y in cut], frame)
        if len(flat) > 2:
            yield flat


def _lines(view: View, lines: Iterable[Line], window: Box) -> str:
    data = []
    frame = (-12.0, -12.0, view.width + 12, view.height + 12)
    for line in lines:
        if line.box[1] > window[3] or line.box[3] < window[1] or _size(line) < view.fine * 30:
            continue
        if not shifts(line.box[0] - view.projection.longitude, line.box[2] - view.projection.longitude, window):
            continue
        points = from_centre(simplified(line.points(), view.fine), view.projection.longitude)
        for turn in shifts(min(x for x, _ in points), max(x for x, _ in points), window):
            for degrees in cut_line([(x + turn, y) for x, y in points], window):
                flat = [view.pixel(x, y) for x, y in degrees]
                data += [path(part, False) for part in cut_line(flat, frame)]
    return "".join(data)


def _size(line: Line) -> float:
    return max(line.box[2] - line.box[0], line.box[3] - line.box[1])


def _lakes(view: View, window: Box) -> str:
    return "".join(
        path(ring, True)
        for lake in geography().lakes
        if lake.box[1] < window[3] and lake.box[3] > window[1]
        for ring in _rings(view, lake.points(), window)
    )


def globe(view: View, centre: Point, size: float) -> str:
    """A small globe that shows where on Earth the map lies."""
    flat = view.projection
    earth = Globe(flat.longitude, max(-30.0, min(30.0, flat.latitude)))

    def pixel(turn: float, latitude: float) -> Point:
        x, y = earth.plane(turn, latitude)
        return centre[0] + x * size, centre[1] + y * size

    layer = geography().world
    arcs = _Thinned(layer, 40 / size, (-180, -90, 180, 90), earth.longitude)
    land = []
    for shape in layer.shapes:
        shore = [pixel(x, y) for x, y in from_centre(arcs.ring(shape.rings[0]), earth.longitude)]
        if any(math.dist(point, centre) < size * 0.998 for point in shore):
            land.append(path(shore, True, 1.4))
    disc = f'cx="{centre[0]:g}" cy="{centre[1]:g}" r="{size:g}"'
    rim = f'<circle class="map-globe-rim" {disc}/>'
    return f'<circle class="map-globe" {disc}/>{drawn("map-globe-land", "".join(land))}{rim}{_here(view, pixel)}'


def _here(view: View, pixel: Callable[[float, float], Point]) -> str:
    """The frame of the map on the globe, never smaller than can be seen."""
    corners = ((0.0, 0.0), (view.width, 0.0), (view.width, view.height), (0.0, view.height))
    found = [view.projection.degrees((x + view.left) / view.scale, (y + view.top) / view.scale) for x, y in corners]
    spot = [pixel(*point) for point in found if point is not None]
    if len(spot) == 4 and max(abs(a[0] - b[0]) for a in spot for b in spot) >= 9:
        return drawn("map-here", path(spot, True, 0))
    x, y = pixel(0, view.projection.latitude)
    return drawn("map-here", f"M{x - 4.5:.1f} {y - 4:.1f}h9v8h-9z")
