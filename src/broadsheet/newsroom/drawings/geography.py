"""Land, borders, rivers and lakes, from Natural Earth (public domain).

The file is made by `tools/make_geography.py`, where its sources are named and the borders explained. It is read once a
process, when the first map is drawn: about 60 ms and 9 MB.
"""

from __future__ import annotations

import gzip
import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # west, south, east, north
COAST, BORDER, DISPUTED = "cbd"


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the grid of its layer."""

    xs: array[int]
    ys: array[int]
    box: Box  # in degrees
    grid: int

    def points(self) -> list[Point]:
        """The line in degrees."""
        return [(x / self.grid, y / self.grid) for x, y in zip(self.xs, self.ys, strict=True)]


@dataclass(frozen=True, slots=True)
class Shape:
    """One polygon of a country: its ISO code, or nothing, and its rings as numbers of arcs (~n: backwards)."""

    code: str
    rings: tuple[tuple[int, ...], ...]
    box: Box


@dataclass(frozen=True, slots=True)
class Layer:
    """The countries at one scale."""

    arcs: tuple[Line, ...]
    kinds: str
    shapes: tuple[Shape, ...]

    def lines(self, kind: str) -> Iterator[Line]:
        """The arcs of one kind: coast, border or disputed border."""
        return (line for line, mark in zip(self.arcs, self.kinds, strict=True) if mark == kind)


@dataclass(frozen=True, slots=True)
class Geography:
    """All that a map is drawn from."""

    detail: Layer
    world: Layer
    rivers: tuple[Line, ...]
    lakes: tuple[Line, ...]


@cache
def geography() -> Geography:
    """The file, read."""
    packed = (files(__package__) / "geography.json.gz").read_bytes()
    data = json.loads(gzip.decompress(packed))
    grid = data["grid"]
    return Geography(
        _layer(data),
        _layer(data["world"]),
        tuple(_line(steps, grid) for steps in data["rivers"]),
        tuple(_line(steps, grid) for steps in data["lakes"]),
    )


def _layer(data: dict[str, Any]) -> Layer:
    arcs = tuple(_line(steps, data["grid"]) for steps in data["arcs"])
    return Layer(arcs, data["kinds"], tuple(_shape(code, rings, arcs) for code, rings in data["countries"]))


def _line(steps: list[int], grid: int) -> Line:
    xs, ys = array("i", accumulate(steps[::2])), array("i", accumulate(steps[1::2]))
    return Line(xs, ys, (min(xs) / grid, min(ys) / grid, max(xs) / grid, max(ys) / grid), grid)


def _shape(code: str, rings: list[list[int]], arcs: tuple[Line, ...]) -> Shape:
    boxes = [arcs[arc if arc >= 0 else ~arc].box for arc in rings[0]]
    box = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return Shape(code, tuple(tuple(ring) for ring in rings), box)
