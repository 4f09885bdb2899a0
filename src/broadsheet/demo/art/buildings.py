"""What people have built. Everything stands on (0, 0), or spans what it is given."""

from __future__ import annotations

import random
from collections.abc import Sequence

from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CREAM,
    INK,
    NIGHT,
    PAPER,
    SLATE,
    STONE,
    SUN,
    WALNUT,
    WHITE,
    WIDTH,
    arc,
    at,
    curve,
    dark,
    disc,
    light,
    line,
    path,
    poly,
    rect,
    row,
    shadow,
    sized,
)


def block(chance: random.Random, width: float, height: float, colour: str, lit: float = 0.12, windows: str = "") -> str:
    """A block of flats: a face in light, a side in shadow, windows of which some are lit."""
    side = width * 0.24
    face = width - side
    parts = [
        rect(-width / 2, -height, face, height, colour),
        rect(width / 2 - side, -height, side, height, dark(colour)),
    ]
    across, down = max(2, int(face // 24)), max(2, int(height // 34))
    wide, tall = face / (across + 0.8), height / (down + 0.5)
    for i in range(across):
        for j in range(down):
            glass = SUN if chance.random() < lit else windows or dark(colour, 0.42)
            x = -width / 2 + wide * (0.62 + i)
            parts.append(rect(x, -height + tall * (0.4 + j), wide * 0.52, tall * 0.5, glass))
    return "".join(parts)


def city(chance: random.Random, start: float, end: float, base: float, tall: float, colours: Sequence[str],
         lit: float = 0.1) -> str:  # fmt: skip
    """A row of blocks of unlike heights, with a chimney and a crane among them."""
    parts, x, last = [], start, ""
    while x < end:
        wide = chance.uniform(44, 104)
        high = tall * chance.choice([0.36, 0.5, 0.62, 0.8, 1])
        colour = chance.choice([code for code in colours if code != last])
        parts.append(at(x + wide / 2, base, block(chance, wide, high, colour, lit)))
        if chance.random() < 0.22:
            parts.append(rect(x + wide * 0.4, base - high - 46, 7, 46, dark(colour, 0.5)))
        x, last = x + wide + chance.choice([-3, -3, 0, 12, 26]), colour
    return "".join(parts)


def flat_town(chance: random.Random, start: float, end: float, base: float, tall: float,
              colours: Sequence[str] = (WHITE, CREAM, PAPER)) -> str:  # fmt: skip
    """A low town of flat roofs, small dark windows and a few arches."""
    parts, x = [], start
    while x < end:
        wide, high = chance.uniform(90, 190), tall * chance.uniform(0.45, 1)
        colour = chance.choice(list(colours))
        parts.append(rect(x, base - high, wide, high, colour))
        parts.append(rect(x + wide * 0.8, base - high, wide * 0.2, high, dark(colour, 0.2)))
        parts.append(rect(x - 4, base - high, wide + 8, 9, dark(colour, 0.12)))
        panes = (rect(x + 20 + i * 58, base - high * 0.74, 16, 30, dark(colour, 0.6)) for i in range(int(wide // 62)))
        parts.extend(panes)
        if chance.random() < 0.5:
            parts.append(at(x + wide * 0.4, base, doorway(34, 70, dark(colour, 0.65))))
        x += wide * chance.uniform(0.8, 1.02)
    return "".join(parts)


def doorway(width: float, height: float, colour: str) -> str:
    """An arched opening."""
    half = width / 2
    return path(f"M{-half} 0V{-height + half}A{half} {half} 0 0 1 {half} {-height + half}V0z", colour)


def minaret(height: float, colour: str) -> str:
    """A slim tower with a balcony and a cone."""
    body = rect(-15, -height, 30, height, colour) + rect(4, -height, 11, height, dark(colour))
    rail = rect(-25, -height * 0.82, 50, 13, dark(colour, 0.15))
    top = poly([(-19, -height), (19, -height), (0, -height - 66)], dark(colour, 0.4))
    return body + rail + top + curve(arc(0, -height - 82, 10, 60, 300), SUN, 4)


def dome(radius: float, colour: str, roof: str) -> str:
    """A domed hall."""
    wall = rect(-radius * 1.15, -radius * 0.9, radius * 2.3, radius * 0.9, colour)
    shade = rect(radius * 0.5, -radius * 0.9, radius * 0.65, radius * 0.9, dark(colour, 0.2))
    cap = path(f"M{-radius} {-radius * 0.9}A{radius} {radius} 0 0 1 {radius} {-radius * 0.9}z", roof)
    lee = path(
        f"M{radius * 0.35} {-radius * 1.82}A{radius} {radius} 0 0 1 {radius} {-radius * 0.9}H{radius * 0.4}z",
        dark(roof),
    )
    return wall + shade + cap + lee + rect(-3, -radius * 2.15, 6, radius * 0.3, INK)


def church(height: float, colour: str, roof: str = BRICK) -> str:
    """A nave and a tower with a spire."""
    wide = height * 0.5
    nave = poly([(0, 0), (0, -height * 0.36), (wide * 0.5, -height * 0.52), (wide, -height * 0.36), (wide, 0)], colour)
    top = poly([(-6, -height * 0.36), (wide * 0.5, -height * 0.56), (wide + 6, -height * 0.36)], roof)
    tower = rect(-wide * 0.42, -height * 0.66, wide * 0.46, height * 0.66, light(colour, 0.2))
    lee = rect(-wide * 0.1, -height * 0.66, wide * 0.14, height * 0.66, dark(colour, 0.18))
    spire = poly(
        [(-wide * 0.46, -height * 0.66), (-wide * 0.19, -height), (wide * 0.08, -height * 0.66)], dark(roof, 0.15)
    )
    return nave + top + tower + lee + spire + at(-wide * 0.2, -height * 0.46, doorway(18, 40, INK))


def gabled(width: float, height: float, colour: str, roof: str, lit: bool = False) -> str:
    """A plain house."""
    parts = [shadow(width), rect(-width / 2, -height, width, height, colour)]
    parts.append(rect(width * 0.2, -height, width * 0.3, height, dark(colour, 0.16)))
    parts.append(poly([(-width * 0.58, -height), (-width * 0.3, -height * 1.62), (width * 0.4, -height * 1.62),
                       (width * 0.58, -height)], roof))  # fmt: skip
    parts.append(rect(-width * 0.38, -height * 0.7, width * 0.2, height * 0.3, SUN if lit else INK))
    parts.append(rect(-width * 0.06, -height * 0.62, width * 0.18, height * 0.62, dark(colour, 0.6)))
    return "".join(parts)


def balcony_house(width: float, colour: str = CREAM, roof: str = BRICK, wood: str = WALNUT, lit: int = 1) -> str:
    """Two storeys with a carved wooden balcony along the upper one; one window is lit."""
    floor = width * 0.34
    parts = [
        shadow(width, 140),
        rect(-width / 2, -floor, width, floor, STONE),
        rect(-width / 2, -floor * 2, width, floor, colour),
    ]
    parts.append(rect(width * 0.3, -floor * 2, width * 0.2, floor * 2, INK, 0.14))
    roofline = [
        (-width * 0.6, -floor * 2),
        (-width * 0.42, -floor * 2.6),
        (width * 0.42, -floor * 2.6),
        (width * 0.6, -floor * 2),
    ]
    parts.append(poly(roofline, roof))
    parts.append(
        poly(
            [
                (width * 0.1, -floor * 2.6),
                (width * 0.42, -floor * 2.6),
                (width * 0.6, -floor * 2),
                (width * 0.2, -floor * 2),
            ],
            dark(roof, 0.18),
        )
    )
    for i, x in enumerate(row(-width * 0.36, width * 0.24, 3)):
        glass = SUN if i == lit else dark(colour, 0.6)
        parts.append(rect(x - width * 0.05, -floor * 1.78, width * 0.1, floor * 0.56, glass))
        parts.append(rect(x - width * 0.05, -floor * 0.78, width * 0.1, floor * 0.44, dark(STONE, 0.6)))
    return "".join([*parts, *_balcony(width, floor, wood)])


def _balcony(width: float, floor: float, wood: str) -> list[str]:
    """The rail, the posts and the arches between them."""
    parts = []
    parts.append(rect(-width * 0.56, -floor * 1.08, width * 1.12, floor * 0.12, dark(wood, 0.2)))
    parts.append(rect(-width * 0.56, -floor * 1.42, width * 1.12, floor * 0.06, wood))
    parts += [rect(x - 2.5, -floor * 1.4, 5, floor * 0.34, wood) for x in row(-width * 0.545, width * 0.545, 23)]
    for x in row(-width * 0.55, width * 0.55, 6):
        parts.append(rect(x - 6, -floor * 2, 12, floor * 0.94, wood))
        parts.append(
            path(
                f"M{x - 34:.1f} {-floor * 2:.1f}a34 34 0 0 0 34 34a34 34 0 0 0 34 -34z",
                wood,
            )
        )
    return parts


def bridge(start: tuple[float, float], end: tuple[float, float], near: float, far: float, colour: str) -> str:
    """A long low bridge that runs away from the reader: deck, rail, lamps, and piers that stand in the river."""
    (x0, y0), (x1, y1) = start, end
    parts, lamps = [], []
    for i in range(15):
        share = (i + 0.5) / 15
        share = 1 - (1 - share) ** 1.9
        size = near + (far - near) * share
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        drop = size * 1.9
        parts.append(rect(x - size * 0.22, y, size * 0.44, drop, dark(colour, 0.18)))
        parts.append(rect(x + size * 0.04, y, size * 0.18, drop, dark(colour, 0.42)))
        fallen = [(-0.34, 0), (0.3, 0), (1.2, 0.3), (0.1, 0.3)]
        parts.append(poly([(x + size * dx, y + drop + size * dy) for dx, dy in fallen], NIGHT, 0.13))
        lamps.append(
            line(
                [(x, y - size * 0.2), (x, y - size * 2.1), (x + size * 0.35, y - size * 2.1)],
                SLATE,
                max(2, size * 0.06),
            )
        )
    deck = [(x0, y0), (x1, y1), (x1, y1 + far * 0.5), (x0, y0 + near * 0.62)]
    road = [(x0, y0 - near * 0.62), (x1, y1 - far * 0.2), (x1, y1), (x0, y0)]
    rail = [(x0, y0 - near * 0.62), (x1, y1 - far * 0.3)]
    parts += [poly(deck, dark(colour, 0.34)), poly(road, light(colour, 0.35)), line(rail, WHITE, 4), *lamps]
    parts.append(line([(x0, y0), (x1, y1)], WHITE, 5))
    return "".join(parts)


def arched_bridge(start: float, end: float, top: float, depth: float, colour: str, arches: int = 4) -> str:
    """A stone bridge seen from the side."""
    parts = [
        rect(start, top, end - start, depth, colour),
        rect(start - 10, top - 12, end - start + 20, 16, dark(colour, 0.15)),
    ]
    wide = (end - start) / arches
    for i in range(arches):
        half = wide * 0.4
        parts.append(
            at(
                start + wide * (i + 0.5),
                top + depth + 2,
                doorway(half * 2, max(half + 8, depth * 0.8), dark(colour, 0.45)),
            )
        )
    return "".join(parts)


def lighthouse(height: float) -> str:
    """Red and white, with its beam."""
    parts = [poly([(20, -height * 1.02), (900, -height * 1.25), (900, -height * 0.8)], SUN, 0.25)]
    for i in range(5):
        top, bottom = height * 0.9 * (i + 1) / 5, height * 0.9 * i / 5
        a, b = 46 - 20 * i / 5, 46 - 20 * (i + 1) / 5
        parts.append(poly([(-a, -bottom), (a, -bottom), (b, -top), (-b, -top)], BRICK if i % 2 else WHITE))
    parts += [rect(-34, -height * 0.93, 68, 10, INK), rect(-18, -height * 1.06, 36, 46, SUN)]
    return "".join([*parts, poly([(-26, -height * 1.06), (26, -height * 1.06), (0, -height * 1.18)], INK)])


def turbine(height: float, turn: float = 20, colour: str = WHITE) -> str:
    """A windmill of today."""
    parts = [poly([(-1.8, 0), (1.8, 0), (0.9, -100), (-0.9, -100)], colour)]
    parts.append(poly([(0, 0), (1.8, 0), (0.9, -100), (0, -100)], dark(colour, 0.2)))
    blade = path(
        "M0 0C4.5 -10 2.6 -30 0 -56C-1.2 -30 -1 -10 0 0z",
        colour,
    )
    parts += [at(0, -100, blade, turn=turn + 120 * i) for i in range(3)]
    return sized(height, "".join([*parts, disc(0, -100, 2.8, dark(colour, 0.25))]))


def pylon(height: float, colour: str = INK) -> str:
    """A mast for cables."""
    parts = [line([(-height * 0.14, 0), (0, -height)], colour, 5), line([(height * 0.14, 0), (0, -height)], colour, 5)]
    for share, wide in ((0.62, 0.24), (0.78, 0.2), (0.92, 0.14)):
        parts.append(line([(-height * wide, -height * share), (height * wide, -height * share)], colour, 4))
    for a, b in ((0, 0.3), (0.3, 0.55), (0.55, 0.78)):
        parts.append(line([(-height * 0.14 * (1 - a), -height * a), (height * 0.14 * (1 - b), -height * b)], colour, 3))
    return "".join(parts)


def panels(count: int, size: float) -> str:
    """A row of solar panels."""
    cell = poly([(0, 0), (size, -size * 0.42), (size * 1.5, -size * 0.42), (size * 0.5, 0)], "#2c4a72")
    gleam = poly(
        [(size * 0.25, 0), (size * 1.25, -size * 0.42), (size * 1.36, -size * 0.42), (size * 0.36, 0)], "#54759c"
    )
    return "".join(
        at(i * size * 0.95, 0, cell + gleam + rect(size * 0.6, -size * 0.2, 6, size * 0.36, INK)) for i in range(count)
    )


def crane(height: float, colour: str = BRICK) -> str:
    """A quay crane."""
    parts = [line([(-60, 0), (-36, -height * 0.62)], colour, 14), line([(60, 0), (36, -height * 0.62)], colour, 14)]
    parts.append(rect(-70, -height * 0.66, 140, 26, dark(colour)))
    parts.append(line([(0, -height * 0.66), (0, -height)], colour, 14))
    parts.append(line([(-110, -height * 0.78), (height * 0.62, -height * 0.78)], colour, 13))
    parts += [
        line([(0, -height), (height * 0.6, -height * 0.79)], INK, 3),
        line([(0, -height), (-104, -height * 0.79)], INK, 3),
    ]
    return "".join([*parts, line([(height * 0.5, -height * 0.78), (height * 0.5, -height * 0.5)], INK, 3)])


def stall(width: float, colours: Sequence[str], goods: Sequence[str], chance: random.Random) -> str:
    """A market stall with a striped roof and heaps of goods."""
    parts = [shadow(width, 90)]
    parts += [rect(x, -width * 0.8, 9, width * 0.8, BARK) for x in (-width * 0.46, width * 0.45)]
    parts.append(rect(-width / 2, -width * 0.34, width, width * 0.34, dark(WALNUT, 0.15)))
    parts.append(rect(-width / 2, -width * 0.38, width, width * 0.08, WALNUT))
    for x in row(-width * 0.38, width * 0.38, 5):
        colour = chance.choice(list(goods))
        for dx, dy in ((-0.05, 0), (0.05, 0), (0, -0.055)):
            parts.append(disc(x + width * dx, -width * 0.41 + width * dy, width * 0.055, colour))
    step = width * 1.16 / 8
    for i in range(8):
        left, top = -width * 0.58 + step * i, -width * 0.48 + width * i / 8
        colour = colours[i % len(colours)]
        parts.append(
            poly(
                [
                    (top, -width * 1.02),
                    (top + width / 8 * 0.96, -width * 1.02),
                    (left + step, -width * 0.76),
                    (left, -width * 0.76),
                ],
                colour,
            )
        )
        parts.append(
            path(
                f"M{left:.1f} {-width * 0.762:.1f}h{step:.1f}a{step / 2:.1f} {step / 2:.1f} 0 0 1 {-step:.1f} 0z",
                dark(colour, 0.14),
            )
        )
    return "".join(parts)


def stones(
    chance: random.Random, x: float, y: float, width: float, height: float, colour: str, course: float = 54
) -> str:
    """A wall of stones laid dry."""
    parts = [rect(x, y, width, height, dark(colour, 0.3))]
    top = y
    while top < y + height:
        left = x - chance.uniform(0, 60)
        while left < x + width:
            wide = chance.uniform(50, 140)
            a, b = max(left, x), min(left + wide - 5, x + width)
            shade = chance.choice([colour, light(colour, 0.16), dark(colour, 0.1), colour])
            if b > a + 4:
                parts.append(rect(a, top, b - a, min(course - 5, y + height - top), shade, round_=6))
            left += wide
        top += course
    return "".join(parts)


def quay_wall(top: float, bottom: float, colour: str, marks: int = 16) -> str:
    """A high wall marked like a ruler."""
    parts = [rect(0, top, WIDTH, bottom - top, colour)]
    for i in range(marks):
        y = top + (bottom - top) * (i + 0.5) / marks
        parts.append(rect(0, y, WIDTH, 3, dark(colour, 0.16)))
        long = 190 if i % 5 == 0 else 120
        parts.append(rect(880, y - 3, long, 8, INK))
    parts.append(rect(860, top, 8, bottom - top, INK))
    return "".join([*parts, rect(0, top - 26, WIDTH, 30, light(colour, 0.25))])


def kiln(size: float, colour: str = BRICK) -> str:
    """A beehive of bricks with fire in its mouth."""
    body = path(
        "M-50 0C-50 -70 -20 -95 0 -95C20 -95 50 -70 50 0z",
        colour,
    )
    lee = path(
        "M10 -94C26 -90 50 -70 50 0H26C30 -50 20 -80 10 -94z",
        dark(colour),
    )
    mouth = doorway(32, 40, INK) + doorway(22, 28, SUN)
    return sized(size, shadow(100, 40) + body + lee + mouth)


def ger(size: float, colour: str = WHITE) -> str:
    """A round felt tent."""
    wall = path("M-50 0V-34Q0 -44 50 -34V0z", colour)
    roof = path(
        "M-53 -33Q-20 -62 0 -64Q20 -62 53 -33Q0 -44 -53 -33z",
        dark(colour, 0.08),
    )
    lee = path("M22 0V-38.5L50 -34V0z", dark(colour, 0.16))
    return sized(size, shadow(100, 40) + wall + lee + roof + rect(-10, -27, 17, 27, BRICK))
