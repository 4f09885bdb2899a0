"""The palette and the plain shapes of which every picture is made. Strings of SVG in, strings of SVG out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 1600, 1067

PAPER, CREAM, WHITE = "#efe6d4", "#f6efe0", "#fbf8f0"
INK, NIGHT, DEEP, PLUM = "#22262b", "#1c2c47", "#24506a", "#5d3a5a"
ICE, MIST, LAKE, TURQUOISE = "#cbdde3", "#a8c3cd", "#4a87a0", "#5fa9a4"
OCHRE, SUN, STRAW, SAND = "#d39a35", "#ecb94f", "#e5c77f", "#dcbb88"
BRICK, CORAL, PINK = "#b1442b", "#db7854", "#e7b8a2"
FOREST, LEAF, SAGE = "#2d5943", "#5f8a57", "#94aa80"
WALNUT, BARK, CLAY = "#7a4d2b", "#46301f", "#b0764a"
STONE, GREY, SLATE = "#b8a98f", "#8d9294", "#56626b"

Point = tuple[float, float]


def mix(colour: str, other: str, share: float) -> str:
    """A colour moved by a share towards another."""
    a, b = (tuple(int(code[i : i + 2], 16) for i in (1, 3, 5)) for code in (colour, other))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def dark(colour: str, share: float = 0.26) -> str:
    """The side that lies in shadow."""
    return mix(colour, NIGHT, share)


def light(colour: str, share: float = 0.35) -> str:
    """The side that the light falls on."""
    return mix(colour, WHITE, share)


def poly(points: Iterable[Point], fill: str, opacity: float = 1) -> str:
    """A polygon."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{path}" fill="{fill}"{_seen(opacity)}/>'


def rect(x: float, y: float, width: float, height: float, fill: str, opacity: float = 1, round_: float = 0) -> str:
    """A rectangle by its upper left corner."""
    corner = f' rx="{round_:g}"' if round_ else ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place}{corner} fill="{fill}"{_seen(opacity)}/>'


def disc(x: float, y: float, radius: float, fill: str, opacity: float = 1) -> str:
    """A circle."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"{_seen(opacity)}/>'


def oval(x: float, y: float, across: float, down: float, fill: str, opacity: float = 1) -> str:
    """An ellipse by its radii."""
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.1f}" ry="{down:.1f}" fill="{fill}"{_seen(opacity)}/>'


def path(data: str, fill: str, opacity: float = 1) -> str:
    """Any outline."""
    return f'<path d="{data}" fill="{fill}"{_seen(opacity)}/>'


def line(points: Sequence[Point], colour: str, width: float, opacity: float = 1) -> str:
    """A line with round ends."""
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return curve(data, colour, width, opacity)


def curve(data: str, colour: str, width: float, opacity: float = 1) -> str:
    """A line along a path."""
    ends = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    faint = f' stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{data}" {ends} stroke="{colour}" stroke-width="{width:g}"{faint}/>'


def at(x: float, y: float, markup: str, scale: float = 1, turn: float = 0, flip: bool = False) -> str:
    """Something drawn round (0, 0), moved to a place."""
    turned = f" rotate({turn:g})" if turn else ""
    sized = f" scale({-scale if flip else scale:g} {scale:g})" if scale != 1 or flip else ""
    return f'<g transform="translate({x:.1f} {y:.1f}){turned}{sized}">{markup}</g>'


def sized(size: float, markup: str) -> str:
    """Something drawn in hundredths, in its size."""
    return f'<g transform="scale({size / 100:g})">{markup}</g>'


def smooth(points: Sequence[Point]) -> str:
    """Path data of a soft line through points, without its first move."""
    data = []
    for i in range(len(points) - 1):
        a, b, c = points[max(0, i - 1)], points[i], points[i + 1]
        d = points[min(len(points) - 1, i + 2)]
        one = (b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6)
        two = (c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6)
        data.append(f"C{one[0]:.1f} {one[1]:.1f} {two[0]:.1f} {two[1]:.1f} {c[0]:.1f} {c[1]:.1f}")
    return "".join(data)


def blob(points: Sequence[Point], fill: str, opacity: float = 1) -> str:
    """A soft closed shape through points."""
    ring = [points[-1], *points, points[0], points[1]]
    data = smooth(ring)
    parts = data.split("C")[2:-1]
    return path(f"M{points[0][0]:.1f} {points[0][1]:.1f}C" + "C".join(parts) + "z", fill, opacity)


def below(points: Sequence[Point], fill: str, opacity: float = 1, floor: float = HEIGHT + 10) -> str:
    """Everything below a soft line."""
    (left, top), (right, _) = points[0], points[-1]
    return path(f"M{left:.1f} {floor:.1f}V{top:.1f}{smooth(points)}L{right:.1f} {floor:.1f}z", fill, opacity)


def shadow(width: float, length: float = 60, opacity: float = 0.22) -> str:
    """The flat shadow at the foot of a thing `width` wide, falling to the right."""
    return poly(
        [(-width / 2, 0), (width / 2, 0), (width / 2 + length, 16), (-width / 2 + length * 0.8, 16)], NIGHT, opacity
    )


def row(start: float, end: float, count: int) -> list[float]:
    """`count` places spread evenly from start to end."""
    return [start + (end - start) * i / max(1, count - 1) for i in range(count)]


def jitter(chance: random.Random, value: float, by: float) -> float:
    """A value moved a little."""
    return value + chance.uniform(-by, by)


def arc(x: float, y: float, radius: float, start: float, end: float) -> str:
    """Path data of a circle's arc, from one angle to another, in degrees clockwise from the right."""
    a, b = math.radians(start), math.radians(end)
    large = int(abs(end - start) > 180)
    return (
        f"M{x + radius * math.cos(a):.1f} {y + radius * math.sin(a):.1f}"
        f"A{radius:.1f} {radius:.1f} 0 {large} 1 {x + radius * math.cos(b):.1f} {y + radius * math.sin(b):.1f}"
    )


def _seen(opacity: float) -> str:
    return f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
