"""Compositions on dry land: plains, pits, gardens, yards and streets."""

from __future__ import annotations

import random

from broadsheet.demo.art import buildings, growth, land, machines, music, people
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CREAM,
    DEEP,
    FOREST,
    GREY,
    HEIGHT,
    INK,
    LAKE,
    LEAF,
    MIST,
    NIGHT,
    OCHRE,
    PINK,
    SLATE,
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
    mix,
    path,
    poly,
    rect,
    row,
)


@scene(r"round.*hole|sinkhole")
def hole_in_the_plain(chance: random.Random) -> str:
    """A round hole in a yellow plain, green circles of maize, a fence, a tiny red tractor."""
    parts = [
        land.sky("noon", 400),
        land.mountains(chance, 404, 40, mix(STRAW, SLATE, 0.35), step=260),
        land.ground(400, STRAW),
    ]
    parts += [land.stubble(chance, 410, HEIGHT, mix(STRAW, OCHRE, 0.45), 120)]
    parts += [land.circles([(250, 470, 210), (800, 446, 150), (1330, 476, 230), (1060, 440, 90), (520, 436, 70)], LEAF)]
    parts += [land.circles([(160, 640, 330)], "#6f9a52")]
    walls = ("#c99a4a", "#b07f3c", "#8d6231", "#694626", "#46301f", INK)
    parts += [land.hole(960, 800, 470, walls)]
    parts.append(path("M575 842A385 120 0 0 0 1345 842A400 150 0 0 1 575 842z", "#2e5364", 0.55))
    posts = [(450 + i * 62, 985 + 26 * (1 - ((i - 8.5) / 8.5) ** 2)) for i in range(18)]
    parts += [line([(x, y - 30) for x, y in posts], BARK, 3), *(rect(x - 3, y - 48, 6, 48, BARK) for x, y in posts)]
    return "".join([*parts, at(1496, 690, machines.tractor(84)), at(420, 560, people.person(46, BRICK))])


@scene(r"(open|opencast) pit|bucket-wheel|turbines? on (the|a) (rim|ridge)")
def pit_and_turbines(chance: random.Random) -> str:
    """Terraces of brown and ochre earth go down to a blue lake; three white turbines on the rim, a rusting digger."""
    parts = [land.sky("blue", 420), land.clouds([(230, 180, 0.9), (1420, 120, 1.1)])]
    parts += [land.hills(chance, 410, 30, mix(FOREST, MIST, 0.35), 5)]
    parts += [
        at(x, y, buildings.turbine(tall, turn))
        for x, y, tall, turn in ((330, 440, 250, 12), (760, 430, 272, 48), (1210, 440, 250, 82))
    ]
    parts.append(land.terraces(432, ("#8d9a52", "#c79a55", "#a97440", "#8a5a34", "#6d4529"), chance, 62))
    parts.append(at(1380, 516, machines.wheel_digger(92)))
    lake = "M-20 790C300 730 1200 730 1620 800V1080H-20z"
    parts += [path(lake, "#4b3120"), path("M-20 812C300 752 1200 752 1620 822V1080H-20z", "#3f8fb5")]
    parts += [
        rect(
            chance.uniform(60, 1400),
            chance.uniform(830, 1040),
            chance.uniform(70, 220),
            6,
            light("#3f8fb5", 0.4),
            0.8,
            3,
        )
        for _ in range(24)
    ]
    parts += [rect(750 + i * 3, 800 + i * 26, 26 - i, 12, WHITE, 0.6) for i in range(8)]
    parts.append(path("M-20 1080V940C200 930 420 980 560 1080z", "#5d3a22"))
    return "".join([*parts, at(200, 985, people.crowd(2, 90, 96, (SUN, BRICK)))])


@scene(r"palm.*climb|climber")
def palm_climber(chance: random.Random) -> str:
    """A tall date palm at dawn, a climber in his rope belt near the crown, rows of palms, a canal, a low sun."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#f3c9a4"),
        rect(0, 0, WIDTH, 260, "#e3b3a8"),
        rect(0, 260, WIDTH, 230, "#edbfa2"),
    ]
    parts += [disc(420, 700, 330, SUN, 0.18), disc(420, 700, 245, SUN, 0.25), disc(420, 700, 160, "#e5883c")]
    parts += [
        at(x, 742, growth.palm(220 + 30 * (i % 3), 14 * (-1) ** i, mix(FOREST, PINK, 0.34)))
        for i, x in enumerate(row(20, 1580, 13))
    ]
    parts += [
        land.ground(730, "#7f8f56"),
        poly([(560, 730), (640, 730), (960, HEIGHT), (240, HEIGHT)], "#7fa8a2"),
        poly([(590, 730), (606, 730), (640, HEIGHT), (500, HEIGHT)], "#e7b287", 0.8),
    ]
    parts += [
        at(x, y, growth.palm(tall, lean, FOREST, "#a8552c"))
        for x, y, tall, lean in ((150, 900, 470, -40), (1480, 880, 520, 44), (820, 800, 300, 20))
    ]
    parts += [land.reeds(chance, 300, 1010, 22, "#41633f"), land.reeds(chance, 820, 1040, 18, "#41633f")]
    trunk = poly([(1090, 1080), (1220, 1080), (1176, 150), (1132, 150)], WALNUT) + poly(
        [(1164, 1080), (1220, 1080), (1176, 150), (1156, 150)], dark(WALNUT, 0.3)
    )
    rings = ""
    for i in range(24):
        half, y = 62 - 1.74 * i, 1060 - i * 38
        rings += path(
            f"M{1155 - half:.0f} {y}l{half:.0f} 18l{half:.0f} -18v-13l{-half:.0f} 18l{-half:.0f} -18z", BARK, 0.4
        )
    crown = at(1154, 1090, growth.palm(930, 0, FOREST, "#b5602c"))
    parts += [crown, trunk, rings, at(1154, 470, people.climber(210, WHITE))]
    return "".join(parts)


@scene(r"balcony.*(walnut|mountains)|house.*walnut")
def house_under_walnut(chance: random.Random) -> str:
    """A house with a wooden balcony under a walnut tree at dusk, steep blue mountains with snow, a path."""
    parts = [land.sky("dusk", 620), land.mountains(chance, 690, 560, "#40648a", snow=True, step=230)]
    parts += [land.mountains(chance, 720, 260, "#2f4f70", step=170), land.hills(chance, 745, 70, "#6f7a4a", 3)]
    parts.append(
        curve("M1290 1070C1180 960 1420 900 1300 830C1240 790 1340 760 1310 700C1290 650 1350 610 1330 560", STRAW, 9)
    )
    parts += [land.ground(742, "#a98a3f"), land.stubble(chance, 760, HEIGHT, "#c9a44e", 70)]
    parts.append(curve("M1290 1070C1180 960 1420 900 1300 830C1250 796 1330 770 1312 742", "#e3cd97", 26))
    parts += [
        at(1010, 880, growth.poplar(250, OCHRE)),
        at(1480, 800, growth.poplar(200, OCHRE)),
        at(1400, 812, growth.poplar(170, SUN)),
    ]
    parts += [at(190, 930, growth.tree(690, "#b98a2f")), at(600, 930, buildings.balcony_house(560, CREAM))]
    parts += [
        disc(chance.uniform(20, 900), chance.uniform(930, 1040), chance.uniform(5, 10), "#d9a53d") for _ in range(50)
    ]
    return "".join([*parts, at(1150, 960, people.scarfed(130, NIGHT, BRICK)), at(1205, 968, people.person(84, OCHRE))])


@scene(r"car doors|racks of")
def yard_of_doors(chance: random.Random) -> str:
    """An open yard with racks of car doors, rows of headlamps and an open van; olive trees and a far line of hills."""
    parts = [
        land.sky("noon", 430),
        land.mountains(chance, 440, 70, mix(MIST, PINK, 0.4), step=220),
        land.ground(430, "#e2c48d"),
    ]
    parts += [at(x, 470 + 10 * (i % 2), growth.olive(96)) for i, x in enumerate(row(40, 1560, 10))]
    parts += [land.ground(540, "#d3ab6b"), land.stubble(chance, 560, HEIGHT, "#c0965a", 60)]
    colours = (BRICK, WHITE, DEEP, "#c8b04a", WHITE, BRICK, LAKE, WHITE, DEEP, BRICK)
    for level, base in ((0, 610), (1, 800)):
        wide = 92 + 34 * level
        parts += [
            rect(40, base, 900 + 50 * level, 12, dark(WALNUT, 0.3)),
            *(
                rect(x, base - 150 - 40 * level, 12, 190 + 40 * level, dark(WALNUT, 0.3))
                for x in row(44, 930 + 50 * level, 4)
            ),
        ]
        for i, x in enumerate(row(100, 880 + 40 * level, 8 - level)):
            parts.append(at(x, base, machines.car_door(wide * 1.25, colours[(i * 3 + level) % 10])))
    parts += [rect(1000, 860, 560, 12, dark(WALNUT, 0.3)), rect(1000, 960, 560, 12, dark(WALNUT, 0.3))]
    parts += [
        at(x, y, machines.headlamp(38, (GREY, SLATE, BRICK)[i % 3]))
        for y in (820, 920)
        for i, x in enumerate(row(1044, 1516, 6))
    ]
    parts += [
        at(1270, 745, machines.van(250, "#4d86b8", open_=True)),
        at(560, 980, people.person(230, DEEP, arms="out")),
        at(760, 985, people.person(222, OCHRE, people.SKINS[0], arms="hold")),
    ]
    return "".join([*parts, at(430, 986, machines.car_door(110, BRICK)), rect(0, 1010, WIDTH, 70, NIGHT, 0.08)])


@scene(r"piano.*(block|lift|balcony)|(block|lift).*piano")
def piano_on_a_lift(chance: random.Random) -> str:
    """A pale block of flats, a ladder lift up to an open balcony, a small piano riding down alone."""
    wall = "#d6d2c4"
    parts = [land.sky("grey", 900), rect(420, -10, 1190, 980, wall), rect(1380, -10, 230, 980, dark(wall, 0.16))]
    parts += _windows(wall)
    parts += [
        rect(620, 168, 190, 130, INK),
        rect(600, 290, 230, 16, WHITE),
        *(rect(x, 240, 5, 52, SLATE) for x in row(604, 820, 12)),
        rect(600, 236, 230, 8, SLATE),
    ]
    parts += [land.ground(930, "#a9a69a"), rect(0, 930, WIDTH, 12, "#c9c5b6")]
    parts += _ladder((120, 960), (700, 296))
    piano = rect(-96, -4, 200, 14, BRICK) + at(0, -4, music.piano(126, WALNUT))
    parts += [
        at(410, 640, piano),
        at(150, 1010, machines.van(190, OCHRE)),
        line([(120, 960), (210, 940)], INK, 10),
    ]
    return "".join(
        [
            *parts,
            at(560, 1010, people.person(190, DEEP, arms="up", hat=BRICK)),
            land.birds(chance, 90, 180, 5, SLATE),
            at(1490, 950, growth.tree(260, "#8c9a6a")),
        ]
    )


def _windows(wall: str) -> list[str]:
    """Rows of identical windows, one with a red box of flowers."""
    parts = []
    for i, x in enumerate(row(500, 1260, 6)):
        for j, y in enumerate(row(50, 770, 6)):
            parts += [
                rect(x, y, 78, 92, dark(wall, 0.5)),
                rect(x, y, 36, 92, mix(wall, SLATE, 0.62)),
                rect(x - 8, y + 92, 94, 8, WHITE),
            ]
            if (i, j) == (4, 3):
                parts += [
                    rect(x - 6, y + 78, 92, 24, BRICK),
                    *(disc(x + 4 + 18 * k, y + 72, 11, LEAF if k % 2 else BRICK) for k in range(5)),
                ]
    return parts


def _ladder(low: tuple[float, float], high: tuple[float, float]) -> list[str]:
    """A ladder from low to high."""
    (x0, y0), (x1, y1) = low, high
    parts = [line([(x0 + dx, y0), (x1 + dx, y1)], SLATE, 11) for dx in (-22, 22)]
    for x, y in zip(row(x0, x1, 27), row(y0, y1, 27), strict=True):
        parts.append(line([(x - 22, y), (x + 22, y)], SLATE, 6))
    return parts
