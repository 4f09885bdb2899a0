"""Compositions on the sea and by great waters."""

from __future__ import annotations

import random

from broadsheet.demo.art import buildings, growth, land, machines, people, things
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CLAY,
    CORAL,
    CREAM,
    DEEP,
    FOREST,
    HEIGHT,
    LAKE,
    NIGHT,
    OCHRE,
    PINK,
    PLUM,
    SAND,
    SLATE,
    SUN,
    TURQUOISE,
    WHITE,
    WIDTH,
    at,
    below,
    blob,
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
)

CUBES = (
    (560, 690, 84),
    (660, 668, 66),
    (780, 684, 90),
    (1010, 684, 80),
    (1130, 690, 96),
    (960, 622, 60),
    (820, 566, 52),
)
CORALS = (
    ("round", 260, CORAL, 150, 850),
    ("branch", 270, "#e08f5c", 430, 910),
    ("round", 200, OCHRE, 660, 910),
    ("branch", 210, PINK, 1240, 930),
    ("round", 300, "#b65468", 1460, 890),
    ("branch", 230, SUN, 60, 930),
    ("round", 150, PLUM, 900, 930),
)
SHOAL = (
    (300, 520, 90, SUN),
    (380, 580, 70, SUN),
    (1310, 560, 110, CORAL),
    (1180, 470, 64, WHITE),
    (1420, 640, 80, CORAL),
)


@scene(r"clock.*sea|sea.*clock")
def clock_sun(chance: random.Random) -> str:
    """A clock face half risen from the sea; a boat crosses it; a low white town."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#f3d8c2"),
        rect(0, 0, WIDTH, 230, "#efc7b0"),
        rect(0, 230, WIDTH, 190, "#f1d0b8"),
    ]
    parts += [disc(900, 640, 520, CREAM, 0.25), things.clock(900, 640, 400, CORAL, PLUM)]
    parts += [land.water(chance, 640, HEIGHT, "#4f938c", 34), land.glade(900, 650, 1040, 190, "#f0b89a")]
    parts.append(at(1010, 690, machines.dhow(205, BARK, CREAM)))
    parts.append(at(1420, 668, machines.dhow(60, BARK, CREAM)))
    parts.append(poly([(-10, 690), (420, 668), (560, 700), (300, 760), (-10, 790)], SAND))
    parts.append(buildings.flat_town(chance, -30, 440, 690, 130))
    return "".join(
        [
            *parts,
            at(470, 696, growth.palm(270, 36)),
            at(84, 700, growth.palm(200, -20)),
            land.birds(chance, 1130, 190, 6, PLUM),
        ]
    )


@scene(r"boats? on a mud bank|nets? .*river.*fish")
def boats_and_fish(chance: random.Random) -> str:
    """Slim black boats on a mud bank, nets in heaps, a sleeping boy, a fish among the clouds."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#d5d8d2"),
        rect(0, 0, WIDTH, 130, "#b9c2c2"),
        rect(0, 330, WIDTH, 140, "#e6ddc9"),
    ]
    parts.append(
        land.clouds([(250, 190, 1.4), (1420, 150, 1.5), (700, 420, 1.0), (1290, 420, 1.1), (180, 430, 0.8)], "#f1efe6")
    )
    parts.append(at(800, 240, growth.fish(720, "#8fa5ad")))
    parts.append(land.clouds([(480, 356, 0.9), (1080, 344, 1.0)], "#e7e4da"))
    parts += [land.water(chance, 462, 720, "#a59a86", 40), rect(0, 456, WIDTH, 8, FOREST)]
    parts += [at(1330, 560, machines.rowboat(46)), at(260, 540, machines.rowboat(34))]
    bank = [(-20, 716), (400, 690), (900, 700), (1620, 664)]
    parts += [below([(x, y - 10) for x, y in bank], "#8f7a5e"), below(bank, "#77624a")]
    parts.append(below([(-20, 960), (500, 930), (1100, 950), (1620, 920)], "#64503c"))
    for i, x in enumerate((150, 520, 900, 1290)):
        parts.append(at(x, 800 + i * 12, machines.rowboat(178, "#24231f", CLAY) + rect(-170, 13, 340, 12, NIGHT, 0.25)))
        parts.append(
            at(
                x - 10,
                770 + i * 12,
                things.heap(150, 66, (TURQUOISE, dark(TURQUOISE, 0.4)) if i % 2 else (DEEP, light(DEEP)), chance),
            )
            if i != 2
            else at(x, 772 + i * 12, people.sleeper(130, BRICK))
        )
    for x, colour in ((330, DEEP), (760, TURQUOISE), (1210, "#3d7d6c")):
        parts.append(at(x, 985, things.heap(280, 110, (colour, light(colour, 0.4)), chance)))
    return "".join(parts)


@scene(r"volcan.*sea|cone rising from the sea")
def island(chance: random.Random) -> str:
    """A volcanic cone in the sea with a zigzag of steps, a mule on them, a hydrofoil leaving."""
    parts = [
        land.sky("blue", 620, (280, 200, 74)),
        land.clouds([(690, 150, 1.0)]),
        land.water(chance, 620, HEIGHT, "#2f5a8e", 34),
    ]
    parts += _cone()
    steps = [(640, 690), (900, 640), (740, 580), (960, 520), (860, 452), (1020, 392), (950, 330)]
    parts += [line(steps, "#e9dfc6", 13), line(steps, "#c9b896", 3)]
    parts += [at(x, y, _cube(wide)) for x, y, wide in CUBES]
    mule = growth.horse(84, "#6b5646") + rect(-22, -62, 34, 30, SUN) + rect(-14, -58, 18, 22, BRICK)
    parts.append(at(800, 606, mule))
    wake = "M1600 1010C1200 1060 620 960 690 800C700 780 720 770 740 764"
    wake += "C640 820 700 960 1100 985C1300 996 1500 985 1600 970z"
    parts += [path(wake, WHITE, 0.85), at(390, 890, machines.hydrofoil(180, WHITE, "#e3c93f"))]
    return "".join([*parts, _lemons(120, 1030)])


def _cone() -> list[str]:
    """The cone, its lee, its smoke, and the rocks at its foot."""
    cone = [
        (520, 650),
        (700, 520),
        (880, 330),
        (1010, 170),
        (1060, 150),
        (1130, 158),
        (1190, 230),
        (1330, 420),
        (1600, 610),
        (1640, 650),
    ]
    parts = [poly([*cone, (1640, 720), (470, 720)], "#3a5a48")]
    parts.append(
        poly(
            [(1060, 150), (1130, 158), (1190, 230), (1330, 420), (1600, 610), (1640, 720), (1180, 720), (1120, 480)],
            "#2c4639",
        )
    )
    parts += [disc(1090, 120, 40, WHITE, 0.8), disc(1150, 88, 56, WHITE, 0.7), disc(1230, 62, 40, WHITE, 0.6)]
    parts.append(
        blob(
            [(460, 706), (600, 670), (900, 690), (1300, 676), (1640, 690), (1640, 760), (900, 752), (520, 746)],
            "#4b4a4c",
        )
    )
    return parts


def _lemons(x: float, y: float) -> str:
    """A branch with lemons in the corner."""
    parts = [curve(f"M{x - 160} {y + 40}Q{x} {y - 40} {x + 150} {y - 120}", BARK, 9)]
    for dx, dy, turn in ((-90, -14, 20), (-10, -58, -30), (70, -96, 10), (120, -140, -50), (20, -10, 60)):
        parts.append(at(x + dx, y + dy, oval(0, 0, 54, 20, FOREST), turn=turn))
    return "".join(
        [
            *parts,
            oval(x - 34, y + 4, 34, 28, "#e8cf45"),
            oval(x + 92, y - 60, 34, 28, "#e8cf45"),
            oval(x + 102, y - 54, 20, 18, "#cdb02f"),
        ]
    )


def _cube(width: float) -> str:
    tall = width * 0.62
    face = rect(-width / 2, -tall, width * 0.7, tall, WHITE) + rect(width * 0.2, -tall, width * 0.3, tall, "#cfd3d4")
    return (
        face
        + rect(-width * 0.32, -tall * 0.7, width * 0.14, tall * 0.34, NIGHT)
        + rect(-width * 0.06, -tall * 0.6, width * 0.16, tall * 0.6, LAKE)
    )


@scene(r"under ?water.*(reef|coral)|\bdiver\b")
def reef(chance: random.Random) -> str:
    """A diver with a slate over a reef, a white frame on the rock; above the waterline bare red mountains."""
    parts = [
        rect(0, 0, WIDTH, 300, "#f0dcc0"),
        land.mountains(chance, 262, 190, "#c0694a", step=170),
        rect(0, 258, WIDTH, 30, SAND),
    ]
    parts += [at(1330, 270, buildings.crane(200, SLATE)), at(1130, 270, machines.cargo_ship(66))]
    for i, colour in enumerate(("#6fb9b1", "#58a5a3", "#43908f", "#327a80", "#28666f")):
        top = 282 + i * 120
        parts.append(
            below([(x, top + 12 * (1 if (j + i) % 2 else -1)) for j, x in enumerate(row(-60, 1660, 9))], colour)
        )
    parts.append(
        poly([(200, 290), (420, 290), (760, 800), (320, 800)], WHITE, 0.12)
        + poly([(900, 290), (1010, 290), (1290, 760), (1040, 760)], WHITE, 0.1)
    )
    parts.append(below([(-20, 860), (240, 800), (520, 880), (900, 850), (1200, 900), (1620, 820)], "#8a5f5b"))
    parts += [at(x, y, growth.coral(chance, kind, size, colour)) for kind, size, colour, x, y in CORALS]
    parts.append(
        poly([(980, 890), (1160, 862), (1200, 950), (1010, 984)], WHITE)
        + poly([(1000, 900), (1146, 877), (1178, 940), (1024, 968)], "#8a5f5b")
        + at(1090, 930, growth.coral(chance, "round", 90, CORAL))
    )
    parts.append(below([(-20, 990), (400, 960), (800, 1010), (1200, 980), (1620, 1000)], "#6d4750"))
    parts += [
        at(820, 610, people.diver(250)),
        *(at(x, y, growth.fish(size, colour)) for x, y, size, colour in SHOAL),
    ]
    return "".join(parts)
