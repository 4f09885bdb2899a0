"""What lies on a table or hangs on a wall. Things stand on (0, 0) or hang from it, as their line says."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from broadsheet.demo.art.shapes import (
    BRICK,
    CLAY,
    CREAM,
    GREY,
    ICE,
    INK,
    NIGHT,
    OCHRE,
    PAPER,
    SAND,
    SLATE,
    STONE,
    STRAW,
    SUN,
    WALNUT,
    WHITE,
    WIDTH,
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


def bench(top: float, colour: str = WALNUT) -> str:
    """A table from edge to edge."""
    boards = "".join(rect(0, top + 60 + i * 130, WIDTH, 4, dark(colour, 0.2)) for i in range(4))
    return rect(0, top, WIDTH, 700, colour) + rect(0, top, WIDTH, 26, light(colour, 0.22)) + boards


def window(x: float, y: float, width: float, height: float, pane: str = ICE, frame: str = WHITE) -> str:
    """A window of four panes by its upper left corner."""
    parts = [rect(x - 16, y - 16, width + 32, height + 32, frame), rect(x, y, width, height, pane)]
    parts.append(poly([(x, y), (x + width * 0.55, y), (x, y + height * 0.6)], WHITE, 0.35))
    parts += [rect(x + width / 2 - 6, y, 12, height, frame), rect(x, y + height / 2 - 6, width, 12, frame)]
    return "".join([*parts, rect(x - 30, y + height + 14, width + 60, 16, dark(frame, 0.14))])


def hanging_lamp(long: float, size: float, shade: str = BRICK, beam: float = 520) -> str:
    """A lamp on its cord, with a cone of light."""
    cone = poly(
        [
            (-size * 0.8, long),
            (size * 0.8, long),
            (size * 0.8 + beam * 0.55, long + beam),
            (-size * 0.8 - beam * 0.55, long + beam),
        ],
        SUN,
        0.2,
    )
    hood = path(
        f"M{-size} {long}q{size * 0.2:.0f} {-size * 0.9:.0f} {size} {-size * 0.95:.0f}"
        f"q{size * 0.8:.0f} {size * 0.05:.0f} {size} {size * 0.95:.0f}z",
        shade,
    )
    return cone + rect(-3, -20, 6, long, INK) + disc(0, long, size * 0.36, CREAM) + hood


def book(width: float, height: float, colour: str, turn: float = 0, line_: str = CREAM) -> str:
    """A closed book or exercise book seen from above, round (0, 0)."""
    parts = rect(-width / 2 + 10, -height / 2 + 12, width, height, NIGHT, 0.2) + rect(
        -width / 2, -height / 2, width, height, colour, round_=8
    )
    return at(
        0,
        0,
        parts
        + rect(-width / 2, -height / 2, width * 0.1, height, dark(colour, 0.2))
        + rect(-width * 0.22, -height * 0.36, width * 0.54, height * 0.14, line_),
        turn=turn,
    )


def open_book(width: float, chance: random.Random, paper: str = WHITE) -> str:
    """An open book with columns of pencil marks, round (0, 0)."""
    tall = width * 0.66
    parts = [
        rect(-width / 2 + 14, -tall / 2 + 18, width, tall, NIGHT, 0.2),
        rect(-width / 2, -tall / 2, width, tall, paper),
        rect(0, -tall / 2, width / 2, tall, dark(paper, 0.05)),
        rect(-3, -tall / 2, 6, tall, dark(paper, 0.2)),
    ]
    for i in range(11):
        y = -tall * 0.4 + tall * 0.8 * i / 10
        parts.append(rect(-width * 0.45, y + 14, width * 0.9, 1.6, "#9fb8c6"))
        columns = (-0.42, -0.31, -0.18, 0.08, 0.2, 0.33)
        parts += [rect(width * x, y, width * chance.uniform(0.04, 0.085), 7, SLATE, 0.85, 3) for x in columns]
    return "".join(parts)


def tea(size: float, drink: str = BRICK) -> str:
    """A waisted glass of tea on its saucer."""
    glass = "M-22 -78C-22 -52 -12 -48 -14 -36C-24 -22 -18 -6 -12 -6H12C18 -6 24 -22 14 -36C12 -48 22 -52 22 -78z"
    return sized(
        size,
        (
            oval(8, -1, 46, 10, NIGHT, 0.2)
            + oval(0, -4, 42, 9, WHITE)
            + path(glass, drink)
            + rect(-22, -80, 44, 12, ICE)
            + path(
                "M4 -68H21C18 -50 12 -48 14 -36C24 -22 18 -6 12 -6H4z",
                dark(drink),
                0.6,
            )
        ),
    )


def tape(size: float, colour: str = SUN) -> str:
    """A folding rule, laid in a zigzag."""
    points = [(-1.2, 0.1), (-0.5, -0.5), (0.1, 0.2), (0.8, -0.45), (1.3, 0.15)]
    return "".join(
        line([(ax * size, ay * size), (bx * size, by * size)], shade, size * 0.13)
        for (ax, ay), (bx, by), shade in zip(points, points[1:], (colour, dark(colour, 0.12)) * 2, strict=False)
    )


def key(size: float, wood: str = WALNUT) -> str:
    """A long wooden key with pegs for teeth, its handle at the right."""
    bar = rect(-150, -11, 250, 22, wood, round_=5) + rect(-150, 3, 250, 8, dark(wood), round_=4)
    teeth = "".join(rect(x, -38, 9, 30, dark(wood, 0.15), round_=3) for x in (-144, -124, -104, -72))
    return sized(size, bar + teeth + disc(104, 0, 20, wood) + disc(104, 0, 8, dark(wood, 0.6)))


def pen(size: float, colour: str = CLAY) -> str:
    """A cut reed pen that lies along the x axis, its nib at the left."""
    nib = poly([(-100, 4), (-60, -9), (-60, 9)], dark(colour, 0.3)) + poly([(-100, 4), (-82, -2), (-82, 6)], INK)
    return sized(
        size,
        (
            rect(-60, -9, 170, 18, colour)
            + rect(-60, 2, 170, 7, dark(colour, 0.2))
            + nib
            + "".join(rect(x, -10, 4, 20, dark(colour, 0.35)) for x in (-10, 50))
        ),
    )


def inkpot(size: float, colour: str = OCHRE) -> str:
    """A brass inkpot."""
    pot = path(
        "M-46 -4Q-54 -60 -20 -70H20Q54 -60 46 -4z",
        colour,
    )
    lee = path(
        "M10 -70H20Q54 -60 46 -4H14z",
        dark(colour),
    )
    return sized(
        size, (shadow(90, 60) + pot + lee + oval(0, -72, 24, 8, INK) + path("M-30 -30Q-34 -50 -20 -60", WHITE, 0.7))
    )


def strokes(chance: random.Random, x: float, y: float, size: float, colour: str = INK) -> str:
    """Sweeping strokes of a broad pen that come down from the upper right to the lower left like stairs."""
    sweep = path("M100 -42C50 42 -40 50 -90 16C-40 30 44 16 86 -46z", colour)
    parts = []
    for i in range(4):
        dots = "".join(
            poly([(px, -30), (px + 9, -21), (px, -12), (px - 9, -21)], BRICK if i == 1 else colour)
            for px in (-10, 12)[: i % 2 + 1]
        )
        place = (x - i * size * 0.95, y + i * size * 0.62)
        parts.append(at(*place, sized(size * chance.uniform(0.9, 1.1), sweep + dots)))
    return "".join(parts)


def clock(x: float, y: float, size: float, dial: str = SUN, hand: str = INK) -> str:
    """A dial without figures: twelve strokes and two hands."""
    parts = [disc(x, y, size, dial), disc(x, y, size * 0.88, light(dial, 0.3))]
    for i in range(12):
        a = math.radians(30 * i)
        long = 0.72 if i % 3 == 0 else 0.78
        parts.append(
            line(
                [
                    (x + math.cos(a) * size * long, y + math.sin(a) * size * long),
                    (x + math.cos(a) * size * 0.83, y + math.sin(a) * size * 0.83),
                ],
                hand,
                size * (0.035 if i % 3 == 0 else 0.02),
            )
        )
    parts += [
        line([(x, y), (x, y - size * 0.62)], hand, size * 0.035),
        line([(x, y), (x - size * 0.34, y - size * 0.2)], hand, size * 0.045),
    ]
    return "".join([*parts, disc(x, y, size * 0.05, hand)])


def bread(size: float, colour: str = OCHRE) -> str:
    """A round loaf with cuts."""
    loaf = path(f"M{-size / 2} 0C{-size * 0.6} {-size * 0.5} {size * 0.6} {-size * 0.5} {size / 2} 0z", colour)
    cuts = "".join(
        curve(
            f"M{size * x:.0f} {-size * 0.3:.0f}q{size * 0.06:.0f} {size * 0.08:.0f} 4 {size * 0.18:.0f}",
            light(colour, 0.6),
            size * 0.03,
        )
        for x in (-0.2, 0, 0.2)
    )
    return shadow(size, 50) + loaf + cuts


def pot(size: float, colour: str = CLAY) -> str:
    """A jar."""
    body = path(
        "M-24 -96H24L18 -80C60 -60 48 -8 22 0H-22C-48 -8 -60 -60 -18 -80z",
        colour,
    )
    lee = path(
        "M8 -96H24L18 -80C60 -60 48 -8 22 0H6C30 -20 30 -60 8 -84z",
        dark(colour),
    )
    return sized(size, shadow(60, 60) + body + lee + rect(-40, -52, 80, 6, CREAM, 0.8))


def letters(text: str, size: float, chance: random.Random, wood: str = WALNUT) -> str:
    """Wooden type in a row: blocks with a raised letter."""
    parts = []
    for i, letter in enumerate(text):
        block = rect(0, -100, 80, 100, light(wood, 0.25)) + rect(62, -100, 18, 100, dark(wood, 0.1))
        face = 'font-size="78" font-weight="700" font-family="Liberation Sans" text-anchor="middle"'
        block += f'<text x="33" y="-22" {face} fill="{INK}">{letter}</text>'
        lift = chance.uniform(-0.04, 0.04) * size
        parts.append(at(i * size * 0.86, lift, sized(size, block), turn=chance.uniform(-2, 2)))
    return "".join(parts)


def loom(width: float, height: float, threads: Sequence[str], wood: str = WALNUT) -> str:
    """An upright loom with cloth half done."""
    parts = [
        rect(-width / 2 - 26, -height, 26, height, wood),
        rect(width / 2, -height, 26, height, dark(wood)),
        rect(-width / 2 - 40, -height - 6, width + 80, 26, dark(wood, 0.15)),
        rect(-width / 2 - 40, -60, width + 80, 26, dark(wood, 0.3)),
    ]
    parts += [
        rect(x, -height + 20, 3, height - 80, CREAM) for x in row(-width / 2 + 8, width / 2 - 10, int(width // 14))
    ]
    step = height * 0.055
    for i in range(9):
        y = -80 - step * i
        parts.append(rect(-width / 2 + 2, y - step, width - 4, step, threads[i % len(threads)]))
        if i % 3 == 1:
            parts += [
                poly(
                    [(x, y - step), (x + step * 0.6, y - step / 2), (x, y), (x - step * 0.6, y - step / 2)],
                    threads[(i + 1) % len(threads)],
                )
                for x in row(-width / 2 + step, width / 2 - step, 9)
            ]
    return "".join(parts)


def heap(width: float, height: float, colours: Sequence[str], chance: random.Random) -> str:
    """A heap of nets or cloth with corks."""
    parts = [
        shadow(width, 60),
        path(
            f"M{-width / 2} 0C{-width * 0.4:.0f} {-height} {-width * 0.1:.0f} {-height * 1.2:.0f} 0 {-height}"
            f"S{width * 0.4:.0f} {-height * 0.7:.0f} {width / 2} 0z",
            colours[0],
        ),
    ]
    for i in range(7):
        x = -width * 0.4 + width * 0.12 * i
        parts.append(
            curve(
                f"M{x:.0f} {-height * 0.1:.0f}"
                f"q{width * 0.1:.0f} {-height * chance.uniform(0.4, 0.8):.0f} {width * 0.2:.0f} 4",
                colours[1 % len(colours)],
                4,
            )
        )
    return "".join(
        [
            *parts,
            *(disc(width * chance.uniform(-0.36, 0.36), -height * chance.uniform(0.1, 0.6), 8, SUN) for _ in range(5)),
        ]
    )


def chain(long: float, bundle: str = "") -> str:
    """A chain from a ceiling with a bundle of clothes on it."""
    links = "".join(oval(0, y, 5, 11, SLATE) + oval(0, y, 2, 6, PAPER) for y in range(0, int(long), 19))
    if not bundle:
        return links + curve(f"M0 {long:.0f}q16 22 -2 34q-16 2 -14 -14", SLATE, 6)
    cloth = path(
        f"M-8 {long - 6:.0f}c-46 46 -38 156 -8 182h40c24 -36 26 -136 -16 -182z",
        bundle,
    )
    return (
        links
        + cloth
        + path(
            f"M10 {long:.0f}c40 40 38 140 14 176h-18c18 -46 18 -116 4 -176z",
            dark(bundle),
        )
    )


def dummy(long: float, colour: str = "#df6f2f") -> str:
    """A rescue dummy that hangs in a sling."""
    body = (
        rect(-26, long + 34, 52, 96, colour, round_=20)
        + disc(0, long + 14, 22, light(colour))
        + rect(-26, long + 118, 22, 92, colour, round_=11)
        + rect(4, long + 118, 22, 92, dark(colour), round_=11)
    )
    arms = rect(-46, long + 42, 18, 82, colour, round_=9) + rect(28, long + 42, 18, 82, dark(colour), round_=9)
    return (
        line([(0, 0), (0, long)], INK, 4)
        + line([(-24, long + 60), (0, long - 40), (24, long + 60)], INK, 5)
        + body
        + arms
        + rect(-26, long + 76, 52, 10, CREAM)
    )


def desk(size: float) -> str:
    """A school desk with its bench."""
    return sized(
        size,
        (
            shadow(100, 40)
            + poly([(-60, -56), (40, -56), (50, -46), (-56, -46)], WALNUT)
            + "".join(line([(x, -48), (x2, 0)], INK, 4) for x, x2 in ((-50, -56), (36, 40), (74, 78)))
            + rect(48, -32, 40, 7, dark(WALNUT))
        ),
    )


def tools(chance: random.Random, start: float, end: float, y: float) -> str:
    """Tools that hang on a wall in a row: saws, chisels, hammers, pincers."""
    parts = [rect(start - 20, y - 10, end - start + 40, 12, dark(WALNUT, 0.2))]
    for i, x in enumerate(row(start, end, max(3, int((end - start) // 70)))):
        kind, tall = (i * 7) % 4, chance.uniform(90, 150)
        wood = chance.choice([CLAY, WALNUT, BRICK])
        if kind == 0:
            parts.append(
                rect(x - 8, y, 16, tall * 0.4, wood, round_=6)
                + poly([(x - 5, y + tall * 0.4), (x + 5, y + tall * 0.4), (x + 9, y + tall), (x - 9, y + tall)], GREY)
            )
        elif kind == 1:
            parts.append(rect(x - 6, y, 12, tall, wood, round_=5) + rect(x - 26, y + tall - 6, 52, 26, SLATE, round_=5))
        elif kind == 2:
            parts.append(
                poly([(x - 14, y), (x + 14, y), (x + 26, y + tall * 1.2), (x + 14, y + tall * 1.2)], GREY)
                + rect(x - 20, y - 2, 40, 34, wood, round_=8)
            )
        else:
            parts.append(
                line([(x - 14, y), (x + 8, y + tall * 0.6), (x - 8, y + tall)], SLATE, 9)
                + line([(x + 14, y), (x - 8, y + tall * 0.6), (x + 8, y + tall)], SLATE, 9)
            )
    return "".join(parts)


def shelf(
    start: float,
    end: float,
    y: float,
    chance: random.Random,
    colours: Sequence[str] = (BRICK, NIGHT, OCHRE, SAND, STRAW, STONE),
) -> str:
    """A shelf of books."""
    parts, x = [], start
    while x < end - 40:
        wide, tall = chance.uniform(22, 54), chance.uniform(110, 190)
        colour = chance.choice(list(colours))
        parts.append(
            rect(x, y - tall, wide - 2, tall, colour) + rect(x + wide * 0.3, y - tall * 0.84, wide * 0.4, 8, CREAM, 0.8)
        )
        x += wide
    return "".join(parts) + rect(start - 20, y, end - start + 40, 16, WALNUT)
