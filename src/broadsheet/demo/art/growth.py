"""What grows, and what swims or stands in the field. Everything stands on (0, 0)."""

from __future__ import annotations

import math
import random

from broadsheet.demo.art.shapes import (
    BARK,
    CORAL,
    FOREST,
    INK,
    LEAF,
    SAGE,
    WALNUT,
    WHITE,
    at,
    curve,
    dark,
    disc,
    light,
    line,
    oval,
    path,
    poly,
    rect,
    row,
    shadow,
    sized,
)


def palm(height: float, lean: float = 0, colour: str = FOREST, dates: str = "") -> str:
    """A palm: a ringed trunk, eleven fronds, perhaps dates."""
    thick = height * 0.035
    half, sway, top = -height * 0.5, lean * 0.3, thick * 0.7
    trunk = f"M{-thick:.1f} 0Q{sway - thick:.1f} {half:.1f} {lean - top:.1f} {-height:.1f}"
    trunk += f"H{lean + top:.1f}Q{sway + thick:.1f} {half:.1f} {thick:.1f} 0z"
    parts = [path(trunk, WALNUT)]
    for i in range(1, 14):
        share = i / 14
        x, y = lean * share**1.7, -height * share
        parts.append(line([(x - thick * 0.8, y), (x + thick * 0.8, y + thick * 0.3)], dark(WALNUT, 0.35), 3))
    for i, turn in enumerate(range(-180, 31, 21)):
        long = height * (0.36 if i % 2 else 0.42)
        a = math.radians(turn - 15)
        x, y = math.cos(a) * long, math.sin(a) * long * 0.75 + long * 0.3
        bend = f"M0 0Q{x * 0.45:.1f} {y - long * 0.5:.1f} {x:.1f} {y:.1f}Q{x * 0.5:.1f} {y - long * 0.24:.1f} 0 0z"
        parts.append(at(lean, -height, path(bend, colour if i % 2 else dark(colour, 0.24))))
    if dates:
        parts += [
            oval(lean + dx * height, -height * 0.95, height * 0.03, height * 0.055, dates) for dx in (-0.05, 0.01, 0.06)
        ]
    return "".join(parts)


def tree(height: float, colour: str = LEAF, trunk: str = BARK) -> str:
    """A broad tree: one crown of three discs, its right side in shadow."""
    crown = height * 0.34
    parts = [
        shadow(height * 0.3, 110),
        poly(
            [(-height * 0.05, 0), (height * 0.05, 0), (height * 0.03, -height * 0.6), (-height * 0.03, -height * 0.6)],
            trunk,
        ),
    ]
    parts += [line([(0, -height * 0.4), (dx * height, -height * 0.66)], trunk, height * 0.03) for dx in (-0.18, 0.17)]
    for x, y, size in ((-0.24, 0.62, 0.8), (0.26, 0.6, 0.78), (0, 0.78, 1)):
        parts.append(disc(x * height, -y * height, crown * size, colour))
    for x, y, size in ((0.34, 0.55, 0.5), (0.12, 0.7, 0.55)):
        parts.append(disc(x * height, -y * height, crown * size, dark(colour, 0.18)))
    return "".join(parts)


def pine(height: float, colour: str = FOREST) -> str:
    """Three tiers on a stem."""
    parts = [rect(-height * 0.03, -height * 0.16, height * 0.06, height * 0.16, BARK)]
    for i in range(3):
        base, top, wide = height * (0.1 + 0.25 * i), height * (0.52 + 0.24 * i), height * (0.25 - 0.05 * i)
        parts.append(poly([(-wide, -base), (wide, -base), (0, -top)], colour))
        parts.append(poly([(wide * 0.15, -base), (wide, -base), (0, -top)], dark(colour)))
    return "".join(parts)


def poplar(height: float, colour: str = LEAF) -> str:
    """A slim tree."""
    body = oval(0, -height * 0.55, height * 0.1, height * 0.45, colour)
    return (
        rect(-4, -height * 0.2, 8, height * 0.2, BARK)
        + body
        + oval(height * 0.04, -height * 0.5, height * 0.05, height * 0.36, dark(colour, 0.2))
    )


def olive(height: float) -> str:
    """A low grey-green tree with a split trunk."""
    stem = line([(0, 0), (-height * 0.08, -height * 0.5)], BARK, height * 0.09) + line(
        [(0, 0), (height * 0.12, -height * 0.5)], BARK, height * 0.06
    )
    crown = "".join(
        oval(x * height, -y * height, height * 0.26, height * 0.19, SAGE)
        for x, y in ((-0.2, 0.6), (0.2, 0.58), (0, 0.76))
    )
    return (
        shadow(height * 0.3, 70)
        + stem
        + crown
        + oval(height * 0.2, -height * 0.52, height * 0.16, height * 0.11, dark(SAGE))
    )


def baobab(height: float, colour: str = "#9a7458") -> str:
    """A trunk like a bottle, and a few bare arms with tufts."""
    trunk = path(
        "M-20 0C-24 -30 -14 -50 -12 -64H12C14 -50 24 -30 20 0z",
        colour,
    )
    lee = path(
        "M6 0V-64H12C14 -50 24 -30 20 0z",
        dark(colour),
    )
    arms = ""
    for dx, dy in ((-0.4, 0.86), (-0.22, 0.97), (0.02, 1), (0.24, 0.95), (0.42, 0.84)):
        arms += line([(dx * 20, -60), (dx * 100, -dy * 100)], colour, 3.5)
        arms += oval(dx * 100, -dy * 100, 12, 5, LEAF)
    return sized(height, shadow(40, 36) + trunk + lee + arms)


def maize(chance: random.Random, count: int, spread: float, height: float, colour: str = LEAF) -> str:
    """Stalks with arched leaves."""
    parts = []
    for x in row(-spread / 2, spread / 2, count):
        tall = height * chance.uniform(0.85, 1.1)
        parts.append(line([(x, 0), (x, -tall)], dark(colour, 0.2), 6))
        for i in range(3):
            y, side = -tall * (0.35 + 0.2 * i), -1 if i % 2 else 1
            parts.append(curve(f"M{x:.0f} {y:.0f}q{side * 26} -34 {side * 46} 4", colour, 7))
        parts.append(oval(x, -tall - 14, 5, 20, "#d8b45a"))
    return "".join(parts)


def coral(chance: random.Random, kind: str, size: float, colour: str = CORAL) -> str:
    """A coral: branching or round."""
    if kind == "round":
        parts = [path(f"M{-size / 2} 0A{size / 2} {size * 0.46} 0 0 1 {size / 2} 0z", colour)]
        for i in range(3):
            r = size * (0.38 - 0.11 * i)
            parts.append(curve(f"M{-r:.0f} -6A{r:.0f} {r * 0.9:.0f} 0 0 1 {r:.0f} -6", dark(colour, 0.22), 6))
        return "".join(parts)
    parts = []

    def grow(x: float, y: float, angle: float, long: float, thick: float) -> None:
        ex, ey = x + math.sin(angle) * long, y - math.cos(angle) * long
        parts.append(line([(x, y), (ex, ey)], colour, thick))
        if thick > size * 0.035:
            for turn in (-0.5, 0.1, 0.55):
                grow(ex, ey, angle + turn + chance.uniform(-0.12, 0.12), long * 0.72, thick * 0.68)

    grow(0, 0, 0, size * 0.34, size * 0.09)
    return "".join(parts)


def fish(size: float, colour: str, eye: str = INK) -> str:
    """A fish that looks left, in two tones, with scales as arcs."""
    body = "M-50 0C-30 -24 10 -24 32 0C10 24 -30 24 -50 0z"
    belly = "M-50 0H32C10 24 -30 24 -50 0z"
    tail = poly([(28, 0), (50, -17), (44, 0), (50, 17)], dark(colour, 0.15))
    fins = poly([(-12, -15), (6, -29), (12, -13)], dark(colour, 0.2))
    scales = "".join(
        curve(
            f"M{x * 100:.1f} -9a4.5 9 0 0 1 0 18",
            light(colour, 0.45),
            max(2, 0.8),
        )
        for x in (-0.2, -0.11, -0.02, 0.07, 0.15)
    )
    return sized(
        size, (tail + fins + path(body, colour) + path(belly, light(colour, 0.28)) + scales + disc(-36, -4, 2.4, eye))
    )


def horse(height: float, colour: str = WALNUT) -> str:
    """A horse that stands and looks left."""
    legs = "".join(
        rect(x * 100, -50, 6.5, 50, shade)
        for x, shade in ((-0.3, colour), (-0.2, dark(colour)), (0.24, colour), (0.34, dark(colour)))
    )
    body = oval(0.02 * 100, -58, 40, 17, colour)
    neck = poly(
        [(x * 100, y * 100) for x, y in ((-0.36, -0.56), (-0.5, -0.94), (-0.36, -1.02), (-0.12, -0.66))], colour
    )
    head = poly(
        [(x * 100, y * 100) for x, y in ((-0.36, -1.04), (-0.72, -0.84), (-0.68, -0.74), (-0.42, -0.82))], colour
    )
    mane = poly(
        [(x * 100, y * 100) for x, y in ((-0.38, -1.06), (-0.28, -1.0), (-0.08, -0.66), (-0.2, -0.7))],
        dark(colour, 0.5),
    )
    tail = curve(
        "M40 -62q14 10 8 36",
        dark(colour, 0.5),
        5,
    )
    return sized(height, shadow(70, 30) + tail + legs + body + neck + mane + head)


def sheep(size: float, colour: str = WHITE) -> str:
    """A round body, a dark face, four legs."""
    legs = "".join(rect(x * size, -size * 0.3, size * 0.06, size * 0.3, INK) for x in (-0.24, -0.12, 0.12, 0.24))
    wool = "".join(
        disc(x * size, -size * y, size * 0.2, colour) for x, y in ((-0.22, 0.4), (0, 0.5), (0.22, 0.42), (0, 0.34))
    )
    return legs + wool + oval(-size * 0.42, -size * 0.48, size * 0.1, size * 0.13, INK)
