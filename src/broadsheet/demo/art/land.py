"""Sky, land and water: what lies behind everything else."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from broadsheet.demo.art.shapes import (
    BARK,
    CREAM,
    DEEP,
    FOREST,
    HEIGHT,
    ICE,
    INK,
    LAKE,
    MIST,
    NIGHT,
    SAND,
    STRAW,
    SUN,
    WHITE,
    WIDTH,
    Point,
    at,
    below,
    curve,
    dark,
    disc,
    light,
    line,
    mix,
    oval,
    path,
    poly,
    rect,
    row,
    smooth,
)

SKIES = {
    "day": (CREAM, "#e9e3d2"),
    "cold": ("#dfe8e8", CREAM),
    "dawn": ("#e9d3c3", "#f3d9b4", "#f0c48f"),
    "dusk": ("#3f5a75", "#9a7f8c", "#dba27f"),
    "noon": ("#f3e7c8", CREAM),
    "night": (NIGHT, "#243a5b", "#2f4c6d"),
    "grey": ("#c9cfcd", "#d9dad2", CREAM),
    "blue": ("#a9c9d3", "#c9dcdb", CREAM),
}


def sky(kind: str, horizon: float, sun: Sequence[float] = (), colour: str = "") -> str:
    """Flat bands from the top down to the horizon; `sun` is x, y and radius of a disc with two rings of light."""
    bands = SKIES[kind]
    parts = [rect(0, 0, WIDTH, HEIGHT, bands[-1])]
    step = horizon / len(bands)
    parts += [rect(0, step * i, WIDTH, step + 2, band) for i, band in enumerate(bands)]
    if sun:
        x, y, radius = sun
        glow = colour or (CREAM if kind == "night" else SUN)
        parts += [disc(x, y, radius * 2.1, glow, 0.13), disc(x, y, radius * 1.5, glow, 0.2), disc(x, y, radius, glow)]
    if kind == "night":
        chance = random.Random(17)
        parts += [
            disc(chance.uniform(0, WIDTH), chance.uniform(0, horizon * 0.8), chance.uniform(1.4, 3.2), CREAM, 0.8)
            for _ in range(46)
        ]
    return "".join(parts)


def ridge(chance: random.Random, base: float, height: float, step: float = 130) -> list[Point]:
    """A jagged line from edge to edge."""
    points, x, high = [(-40.0, base)], -40.0, True
    while x < WIDTH + 60:
        x += step * chance.uniform(0.6, 1.3)
        points.append((x, base - height * (chance.uniform(0.6, 1) if high else chance.uniform(0.12, 0.4))))
        high = not high
    return points


def mountains(
    chance: random.Random, base: float, height: float, colour: str, snow: bool = False, step: float = 150
) -> str:
    """A range: every peak has a dark right flank, and a cap of snow where wanted."""
    points = ridge(chance, base, height, step)
    parts = [poly([(-40, HEIGHT), *points, (WIDTH + 80, HEIGHT)], colour)]
    for (ax, ay), (x, y), (bx, by) in zip(points, points[1:], points[2:], strict=False):
        if y > ay or y > by:
            continue
        foot = max(ay, by) + height * 0.12
        fold = x + (bx - x) * 0.12
        parts.append(poly([(x, y), (bx, by), (fold, foot)], dark(colour, 0.2)))
        if snow and y < base - height * 0.5:
            left, right = 0.38, 0.42
            parts.append(
                poly(
                    [
                        (x, y),
                        (x + (bx - x) * right, y + (by - y) * right),
                        (x + (bx - x) * 0.2, y + (by - y) * 0.3),
                        (x + (fold - x) * 0.5, y + (foot - y) * 0.34),
                        (x + (ax - x) * 0.2, y + (ay - y) * 0.27),
                        (x + (ax - x) * left, y + (ay - y) * left),
                    ],
                    WHITE,
                )
            )
    return "".join(parts)


def hills(chance: random.Random, base: float, height: float, colour: str, count: int = 4) -> str:
    """A soft range."""
    points = [
        (x, base - height * (chance.uniform(0.55, 1) if i % 2 else chance.uniform(0, 0.35)))
        for i, x in enumerate(row(-80, WIDTH + 80, count * 2 + 1))
    ]
    return below(points, colour)


def dunes(chance: random.Random, base: float, height: float, colour: str = SAND, count: int = 3) -> str:
    """Dunes: each a bright windward side and a dark lee with a sharp crest between them."""
    parts = [rect(0, base, WIDTH, HEIGHT - base, colour)]
    for i, x in enumerate(row(-140, WIDTH - 200, count)):
        wide, high = chance.uniform(620, 900), height * chance.uniform(0.55, 1)
        top = (x + wide * 0.42, base - high)
        foot = base + 60 + i * 12
        rise = (
            f"M{x:.0f} {foot:.0f}C{x + wide * 0.2:.0f} {foot:.0f} {top[0] - wide * 0.1:.0f} {top[1] + high * 0.2:.0f}"
        )
        parts.append(path(f"{rise} {top[0]:.0f} {top[1]:.0f}L{x + wide:.0f} {foot:.0f}z", light(colour, 0.18)))
        swing = f"C{top[0] - 60:.0f} {base - high * 0.5:.0f} {top[0] + 120:.0f} {base - high * 0.2:.0f}"
        parts.append(
            path(f"M{top[0]:.0f} {top[1]:.0f}{swing} {top[0] - 20:.0f} {foot:.0f}H{x + wide:.0f}z", dark(colour, 0.22))
        )
    return "".join(parts)


def ground(top: float, colour: str, bottom: float = HEIGHT) -> str:
    """A flat floor."""
    return rect(0, top, WIDTH, bottom - top + 2, colour)


def furrows(top: float, colour: str, vanish: float = 800, count: int = 15, share: float = 0.14) -> str:
    """Rows of a field that run together at the horizon."""
    parts = [ground(top, colour)]
    step = 330
    for i in range(-count, count + 1):
        x = vanish + i * step
        parts.append(
            poly(
                [(vanish + i * 16, top), (vanish + i * 16 + 5, top), (x + 150, HEIGHT), (x, HEIGHT)],
                dark(colour, share),
            )
        )
    return "".join(parts)


def water(chance: random.Random, top: float, bottom: float, colour: str = LAKE, glints: int = 26) -> str:
    """A sheet of water with short flat glints, smaller far away."""
    parts = [rect(0, top, WIDTH, bottom - top, colour), rect(0, top, WIDTH, (bottom - top) * 0.2, light(colour, 0.16))]
    for _ in range(glints):
        depth = chance.random() ** 1.4
        y = top + (bottom - top) * (0.06 + 0.9 * depth)
        wide = 40 + 190 * depth * chance.uniform(0.5, 1)
        x = chance.uniform(-60, WIDTH)
        shade = light(colour, 0.32) if chance.random() < 0.6 else dark(colour, 0.2)
        parts.append(rect(x, y, wide, 3 + 6 * depth, shade, 0.75, 3))
    return "".join(parts)


def glade(x: float, top: float, bottom: float, wide: float, colour: str) -> str:
    """The light of a sun or lamp on water, in bars below it."""
    parts = []
    y, step = top + 4.0, 9.0
    while y < bottom:
        share = (y - top) / (bottom - top)
        half = wide * (0.35 + 0.8 * share) * (1 if int(y) % 2 else 0.72)
        parts.append(rect(x - half, y, half * 2, step * 0.5, colour, 0.72, 2))
        y += step
        step *= 1.17
    return "".join(parts)


def ice(chance: random.Random, top: float, bottom: float, floes: int = 15) -> str:
    """A frozen river: pale ground, plates of lighter ice, cracks."""
    parts = [rect(0, top, WIDTH, bottom - top, ICE), rect(0, top, WIDTH, (bottom - top) * 0.1, MIST)]
    for _ in range(floes):
        depth = chance.random()
        y, wide = top + 12 + (bottom - top - 20) * depth, 60 + 260 * depth
        x, high = chance.uniform(-100, WIDTH), (10 + 34 * depth)
        parts.append(
            poly(
                [
                    (x, y),
                    (x + wide * 0.3, y - high * 0.5),
                    (x + wide * 0.9, y - high * 0.35),
                    (x + wide, y + high * 0.2),
                    (x + wide * 0.55, y + high * 0.5),
                ],
                WHITE,
                0.75,
            )
        )
    for _ in range(7):
        x, y = chance.uniform(0, WIDTH), chance.uniform(top + 30, bottom - 20)
        points = [(x, y)]
        for _step in range(4):
            x, y = x + chance.uniform(50, 120), y + chance.uniform(-16, 20)
            points.append((x, min(bottom - 6, max(top + 16, y))))
        parts.append(line(points, mix(MIST, LAKE, 0.3), 3, 0.7))
    return "".join(parts)


def river(points: Sequence[tuple[float, float, float]], colour: str) -> str:
    """A river seen from above its bank: x, y and half its width, from far to near."""
    left = [(x - half, y) for x, y, half in points]
    right = [(x + half, y) for x, y, half in reversed(points)]
    data = f"M{left[0][0]:.1f} {left[0][1]:.1f}{smooth(left)}L{right[0][0]:.1f} {right[0][1]:.1f}{smooth(right)}z"
    return path(data, colour)


def terraces(top: float, colours: Sequence[str], chance: random.Random, depth: float = 80) -> str:
    """Steps of earth, each with a lit edge."""
    parts = []
    for i, colour in enumerate(colours):
        y = top + i * depth
        points = [(x, y + 26 * math.sin(x / 310 + i * 0.9) + chance.uniform(-8, 8)) for x in row(-50, WIDTH + 50, 12)]
        parts.append(below([(x, y - 9) for x, y in points], light(colour, 0.3)))
        parts.append(below(points, colour))
    return "".join(parts)


def clouds(places: Sequence[tuple[float, float, float]], colour: str = WHITE, opacity: float = 0.9) -> str:
    """Flat-bottomed clouds: x, y and scale."""
    shape = "M-120 0A42 42 0 0 1-92-66A62 62 0 0 1 22-92A50 50 0 0 1 96-52A30 30 0 0 1 128 0z"
    return "".join(at(x, y, path(shape, colour, opacity), scale) for x, y, scale in places)


def birds(chance: random.Random, x: float, y: float, count: int = 7, colour: str = INK) -> str:
    """A loose flight."""
    parts = []
    for i in range(count):
        size = chance.uniform(11, 20)
        px, py = x + i * 46 + chance.uniform(-20, 20), y + chance.uniform(-50, 50)
        wing = f"M{px - size:.0f} {py - size * 0.4:.0f}Q{px - size * 0.3:.0f} {py - size * 0.6:.0f} {px:.0f} {py:.0f}"
        parts.append(
            curve(
                f"{wing}Q{px + size * 0.3:.0f} {py - size * 0.6:.0f} {px + size:.0f} {py - size * 0.4:.0f}", colour, 4
            )
        )
    return "".join(parts)


def snowfall(chance: random.Random, count: int = 90) -> str:
    """Flakes."""
    return "".join(
        disc(chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.uniform(2.5, 6), WHITE, 0.9)
        for _ in range(count)
    )


def rain(chance: random.Random, count: int = 110, colour: str = DEEP) -> str:
    """Slanting strokes."""
    parts = []
    for _ in range(count):
        x, y, long = chance.uniform(-40, WIDTH), chance.uniform(-40, HEIGHT), chance.uniform(30, 70)
        parts.append(line([(x, y), (x - long * 0.25, y + long)], colour, 3, 0.45))
    return "".join(parts)


def circles(places: Sequence[tuple[float, float, float]], colour: str) -> str:
    """Round irrigated fields seen aslant."""
    parts = []
    for x, y, size in places:
        parts += [oval(x, y, size, size * 0.22, colour), oval(x, y, size * 0.72, size * 0.155, light(colour, 0.18))]
        parts.append(line([(x, y), (x + size, y)], dark(colour, 0.4), 3))
    return "".join(parts)


def hole(x: float, y: float, size: float, colours: Sequence[str]) -> str:
    """A round hole in the ground with layered walls."""
    parts = [oval(x, y, size * 1.04, size * 0.375, light(colours[0], 0.25))]
    for i, colour in enumerate(colours):
        sink = size * 0.055 * i
        parts.append(oval(x, y + sink * 1.6, size - sink * 1.6, size * 0.36 - sink * 0.8, colour))
    return "".join(parts)


def reeds(chance: random.Random, x: float, y: float, count: int = 24, colour: str = FOREST) -> str:
    """A tuft of tall stalks."""
    parts = []
    for _ in range(count):
        px, tall = x + chance.uniform(-110, 110), chance.uniform(90, 210)
        lean = chance.uniform(-26, 34)
        parts.append(
            curve(f"M{px:.0f} {y:.0f}Q{px:.0f} {y - tall * 0.6:.0f} {px + lean:.0f} {y - tall:.0f}", colour, 5)
        )
        if chance.random() < 0.4:
            parts.append(oval(px + lean, y - tall, 6, 20, BARK))
    return "".join(parts)


def stubble(chance: random.Random, top: float, bottom: float, colour: str = STRAW, count: int = 80) -> str:
    """Short strokes that give a plain its distance."""
    parts = []
    for _ in range(count):
        depth = chance.random() ** 1.3
        x, y, wide = chance.uniform(0, WIDTH), top + (bottom - top) * depth, 14 + 70 * depth
        parts.append(rect(x, y, wide, 2 + 4 * depth, colour, 0.6, 2))
    return "".join(parts)
