"""Compositions by rivers and canals."""

from __future__ import annotations

import random

from broadsheet.demo.art import buildings, land, machines, music, people
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CREAM,
    DEEP,
    FOREST,
    HEIGHT,
    ICE,
    INK,
    LEAF,
    MIST,
    NIGHT,
    OCHRE,
    PLUM,
    SAND,
    SLATE,
    STONE,
    STRAW,
    SUN,
    TURQUOISE,
    WALNUT,
    WHITE,
    WIDTH,
    at,
    below,
    blob,
    curve,
    dark,
    light,
    mix,
    path,
    poly,
    rect,
    row,
)

SLABS = (
    (120, 740, 360, 110),
    (560, 800, 420, 140),
    (1100, 770, 460, 120),
    (320, 960, 500, 130),
    (1000, 980, 600, 150),
)
FACES = (
    (470, 790, 96, -8),
    (640, 800, 110, 6),
    (1050, 765, 100, 4),
    (1220, 775, 84, -10),
    (290, 950, 120, -4),
    (900, 985, 130, 8),
    (1130, 975, 105, -6),
)


@scene(r"bridge.*(frozen|ice)")
def frozen_bridge(chance: random.Random) -> str:
    """A long low bridge over a frozen river; five yellow machines wait at its near end, a city stands beyond."""
    walls = (mix(SLATE, MIST, 0.45), mix(STONE, MIST, 0.3), mix(BRICK, MIST, 0.45), mix(DEEP, MIST, 0.45), "#d8cdb8")
    parts = [land.sky("cold", 440, (1170, 250, 76), "#f0d9a0")]
    parts.append(land.hills(chance, 452, 46, mix(MIST, SLATE, 0.14), 3))
    parts.append(buildings.city(chance, 560, 1640, 468, 180, walls, 0.1))
    parts.append(below([(-20, 462), (420, 458), (900, 464), (1620, 460)], WHITE, floor=500))
    parts.append(land.ice(chance, 480, 930, 20))
    parts.append(land.glade(1170, 486, 720, 46, "#f4e2b4"))
    parts.append(buildings.bridge((20, 792), (1370, 472), 62, 7, STONE))
    bank = [(-20, 792), (170, 800), (420, 862), (820, 884), (1200, 872), (1620, 890)]
    parts += [below([(x, y - 10) for x, y in bank], WHITE), below(bank, "#dde6e6")]
    road = "M-20 806C120 812 210 880 420 908C760 950 1200 930 1620 940V1030"
    road += "C1200 1040 700 1046 380 1010C170 984 60 900 -20 880z"
    parts.append(path(road, mix(SLATE, MIST, 0.55)))
    parts.append(curve("M-10 846C110 850 190 922 400 956C760 1000 1200 980 1620 984", WHITE, 5, 0.8))
    fleet = (machines.excavator, machines.loader, machines.dumper, machines.roller, machines.excavator)
    for draw, x, size in reversed(
        list(zip(fleet, (285, 575, 840, 1110, 1435), (205, 208, 205, 218, 228), strict=True))
    ):
        parts.append(at(x, 975 + (x - 285) * 0.025, draw(size)))
    for i in range(7):
        parts.append(rect(70 + i * 22, 826 - i * 1.2, 22, 11, BRICK if i % 2 else WHITE))
    parts += [rect(62, 806, 12, 66, INK), land.birds(chance, 300, 210, 6, SLATE)]
    return "".join(parts)


@scene(r"night.*frozen river|frozen river.*night")
def two_windows(chance: random.Random) -> str:
    """Night, a frozen river, a block on either bank, one window lit in each."""
    parts = [land.sky("night", 560, (800, 170, 54)), land.hills(chance, 560, 50, mix(NIGHT, SLATE, 0.3), 4)]
    parts += [rect(0, 556, WIDTH, 70, mix(ICE, NIGHT, 0.25)), rect(0, 620, WIDTH, 190, mix(ICE, NIGHT, 0.55))]
    parts += [poly([(x, 650 + y), (x + 120, 640 + y), (x + 190, 660 + y), (x + 60, 672 + y)], ICE, 0.35)
              for x, y in ((180, 10), (520, 60), (760, 20), (1040, 90), (1300, 30), (660, 120))]  # fmt: skip
    parts.append(below([(-20, 800), (500, 790), (1100, 800), (1620, 786)], mix(WHITE, NIGHT, 0.16)))
    for x, base, wide, tall, window in ((330, 860, 330, 520, (1, 4)), (1270, 600, 190, 290, (2, 3))):
        parts.append(at(x, base, _dark_block(wide, tall, window)))
    parts.append(land.glade(1246, 622, 800, 16, SUN))
    return "".join(parts)


def _dark_block(width: float, height: float, lit: tuple[int, int]) -> str:
    wall = mix(NIGHT, PLUM, 0.4)
    parts = [
        rect(-width / 2, -height, width, height, dark(wall, 0.4)),
        rect(-width / 2, -height, width * 0.76, height, wall),
    ]
    wide, tall = width * 0.76 / 4, height / 7
    for i in range(4):
        for j in range(7):
            glass = SUN if (i, j) == lit else dark(wall, 0.7)
            parts.append(
                rect(-width / 2 + wide * (i + 0.26), -height + tall * (j + 0.25), wide * 0.48, tall * 0.52, glass)
            )
    return "".join([*parts, rect(-width / 2 - 8, -height - 12, width + 16, 14, WHITE, 0.8)])


@scene(r"wall.*(marked|ruler)")
def river_wall(chance: random.Random) -> str:
    """A high port wall marked like a ruler; a small woman with a notebook on the steps; a boat on dark water."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#efcbb6"),
        rect(0, 0, WIDTH, 90, "#e6b6a4"),
        land.clouds([(1380, 110, 0.8)], "#f7e3d3"),
    ]
    parts.append(buildings.quay_wall(150, 800, "#c99a72"))
    blocks = "".join(
        rect(
            chance.uniform(0, 1500),
            150 + 40.6 * chance.randint(0, 15),
            chance.uniform(70, 150),
            37,
            dark("#c99a72", chance.uniform(0.02, 0.1)),
        )
        for _ in range(60)
    )
    parts += [blocks, rect(860, 150, 8, 650, INK)]
    for i in range(16):
        y = 150 + 650 * (i + 0.5) / 16
        parts.append(rect(868, y, 170 if i % 5 == 0 else 96, 9, INK))
    parts += [rect(0, 740, WIDTH, 70, "#8a6448", 0.55), rect(0, 800, WIDTH, 270, "#241c1c")]
    for i in range(11):
        parts.append(rect(1110 + i * 26, 240 + i * 53, 520, 56, light("#c99a72", 0.22 - i * 0.012)))
        parts.append(rect(1110 + i * 26, 286 + i * 53, 520, 10, dark("#c99a72", 0.22)))
    parts.append(at(1440, 824, people.person(200, DEEP, people.SKINS[0], SUN, "hold") + rect(-26, -132, 30, 38, WHITE)))
    parts.append(at(420, 900, machines.riverboat(270)))
    parts += [rect(120 + i * 30, 912 + i * 22, 520 - i * 70, 6, CREAM, 0.5) for i in range(5)]
    parts += [
        rect(chance.uniform(0, 1500), chance.uniform(830, 1050), chance.uniform(60, 200), 5, "#5a4440")
        for _ in range(26)
    ]
    return "".join(parts)


@scene(r"faces in the stone|carved.*faces")
def stone_faces(chance: random.Random) -> str:
    """Dark flat rocks by a shrunken river, faces carved in them, people at a distance."""
    parts = [
        land.sky("noon", 380, (330, 190, 60)),
        land.hills(chance, 400, 46, FOREST, 6),
        rect(0, 400, WIDTH, 120, "#6c5a4c"),
    ]
    parts += [
        rect(0, 396, WIDTH, 16, LEAF),
        land.water(chance, 430, 600, "#4d4238", 16),
        land.glade(330, 436, 590, 40, STRAW),
    ]
    parts += [below([(-20, 600), (500, 570), (1000, 596), (1620, 560)], SAND)]
    parts += [at(1080, 586, machines.rowboat(74, BRICK)), at(1250, 610, people.crowd(3, 130, 96))]
    parts += [_slab(*place) for place in SLABS]
    parts += [at(x, y, people.face(size, "#847669"), turn=turn) for x, y, size, turn in FACES]
    return "".join(parts)


def _slab(x: float, y: float, wide: float, tall: float) -> str:
    """A flat rock with its shadow."""
    ring = [
        (x - wide * 0.4, y + tall * 0.3),
        (x - wide * 0.3, y - tall * 0.5),
        (x + wide * 0.3, y - tall * 0.55),
        (x + wide * 0.5, y),
        (x + wide * 0.3, y + tall * 0.5),
    ]
    top = [(px * 0.96 + x * 0.04, py * 0.9 + y * 0.1 - 6) for px, py in ring]
    fallen = [(px + 16, py + 22) for px, py in ring]
    return blob(fallen, NIGHT, 0.3) + blob(ring, "#423a38") + blob(top, "#5a504b")


@scene(r"lyre")
def lyre_and_ship(chance: random.Random) -> str:
    """A lyre on a wooden balcony; between the verandahed houses of the street stands the bow of a great ship."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#f2d6b8"),
        rect(0, 0, WIDTH, 240, "#8fc0b8"),
        rect(0, 240, WIDTH, 160, "#bdd2bf"),
    ]
    parts += [land.water(chance, 690, 760, TURQUOISE, 8), at(830, 744, machines.bow(560, 560, BRICK))]
    parts.append(poly([(420, 744), (1240, 744), (1900, HEIGHT), (-300, HEIGHT)], "#d9b88e"))
    for i in range(3):
        for side in (-1, 1):
            if side < 0 and i < 2:
                continue  # the sky stands behind the lyre
            near = 1 + 0.55 * (2 - i)
            x = 830 + side * (360 + (2 - i) * 230)
            parts.append(
                at(
                    x,
                    760 + (2 - i) * 70,
                    _verandah(250 * near * 0.8, 560 * near * 0.72, (CREAM, "#d99b6c", "#c7d2bd")[i], side),
                )
            )
    parts += [
        rect(0, 900, WIDTH, 40, WALNUT),
        rect(0, 940, WIDTH, 140, dark(WALNUT, 0.3)),
        *(rect(x, 940, 20, 130, BARK) for x in range(20, 1600, 74)),
        rect(0, 1040, WIDTH, 40, WALNUT),
    ]
    return "".join(
        [
            *parts,
            at(235, 912, music.lyre(390, BARK, OCHRE)),
            at(980, 760, people.person(70, WHITE)),
            at(720, 768, people.scarfed(74, DEEP, SUN)),
        ]
    )


def _verandah(width: float, height: float, colour: str, side: int) -> str:
    parts = [rect(-width / 2, -height, width, height, colour if side < 0 else dark(colour, 0.2))]
    for floor in range(4):
        y = -height * (0.98 - floor * 0.25)
        parts.append(rect(-width * 0.56, y + height * 0.19, width * 1.12, height * 0.02, WALNUT))
        posts, doors = row(-width * 0.54, width * 0.52, 5), row(-width * 0.36, width * 0.3, 3)
        parts += [rect(x, y, width * 0.03, height * 0.2, WALNUT) for x in posts]
        parts += [rect(x, y + height * 0.04, width * 0.14, height * 0.15, dark(TURQUOISE, 0.35)) for x in doors]
        parts.append(rect(-width * 0.55, y + height * 0.13, width * 1.1, height * 0.014, BARK))
    return "".join(
        [
            *parts,
            poly(
                [
                    (-width * 0.6, -height),
                    (-width * 0.45, -height * 1.07),
                    (width * 0.45, -height * 1.07),
                    (width * 0.6, -height),
                ],
                BRICK,
            ),
        ]
    )
