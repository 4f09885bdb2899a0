"""Compositions in rooms and on tables."""

from __future__ import annotations

import random

from broadsheet.demo.art import buildings, growth, land, music, people, things
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CLAY,
    CREAM,
    DEEP,
    FOREST,
    HEIGHT,
    INK,
    NIGHT,
    OCHRE,
    SLATE,
    SUN,
    WALNUT,
    WHITE,
    WIDTH,
    at,
    curve,
    dark,
    disc,
    light,
    mix,
    path,
    poly,
    rect,
    row,
)


@scene(r"exercise book|ledger|register")
def exercise_book(chance: random.Random) -> str:
    """An open exercise book with columns of pencil numbers on an oilcloth; a tea glass, a folded rule."""
    cloth = "#b9cfc6"
    parts = [rect(0, 0, WIDTH, HEIGHT, cloth)]
    for i in range(17):
        for j in range(12):
            x, y = i * 100 + (50 if j % 2 else 0), j * 100
            parts.append(poly([(x, y - 16), (x + 16, y), (x, y + 16), (x - 16, y)], "#a3beb4"))
    parts += [
        at(900, 580, things.open_book(860, chance), turn=-6),
        at(390, 300, things.book(330, 440, BRICK, line_=BRICK), turn=10),
    ]
    parts += [
        at(405, 385, growth.horse(190, CREAM), turn=10),
        at(1330, 880, things.tape(190)),
        at(300, 930, things.tea(340)),
    ]
    parts.append(
        at(
            1240,
            250,
            rect(-190, -11, 330, 22, SUN)
            + poly([(-190, -11), (-190, 11), (-240, 0)], CLAY)
            + rect(140, -11, 34, 22, BRICK),
            turn=28,
        )
    )
    return "".join(parts)


@scene(r"chains|washroom|rescue dumm")
def chains(chance: random.Random) -> str:
    """A tiled washroom with tall windows; chains from the ceiling with bundles of clothes and orange dummies."""
    parts = [rect(0, 0, WIDTH, HEIGHT, "#dfe0d4")]
    parts += [rect(x, 620, 96, 96, "#cfd6ce") for x in range(0, 1600, 100)] + [
        rect(x, 720, 96, 96, "#c3cdc6") for x in range(0, 1600, 100)
    ]
    parts += [things.window(x, 70, 210, 470, "#b5d2da") for x in (130, 500, 870, 1240)]
    parts += [
        poly([(x, 830), (x + 210, 830), (x + 420, HEIGHT), (x + 120, HEIGHT)], WHITE, 0.35)
        for x in (130, 500, 870, 1240)
    ]
    parts = [parts[0], rect(0, 820, WIDTH, 260, "#a9a291"), *parts[1:], rect(0, 0, WIDTH, 34, SLATE)]
    coats = (DEEP, "#6b6a52", BRICK, NIGHT, WALNUT)
    for i, x in enumerate(row(70, 1530, 15)):
        long = chance.uniform(150, 330)
        if i % 5 == 2:
            parts.append(at(x, 30, things.dummy(long + 60)))
        else:
            parts.append(at(x, 30, things.chain(long + 40, "" if i % 4 == 3 else coats[i % 5])))
    return "".join(
        [
            *parts,
            rect(180, 860, 1240, 26, WALNUT),
            *(rect(x, 886, 18, 90, dark(WALNUT)) for x in (240, 800, 1340)),
            rect(520, 822, 120, 38, NIGHT, round_=10),
        ]
    )


@scene(r"\boud|lute maker")
def oud_workshop(chance: random.Random) -> str:
    """A basement workshop: a ribbed bowl on the bench, a hanging lamp, ouds on the wall, steps to daylight."""
    wall = "#2b4560"
    parts = [rect(0, 0, WIDTH, HEIGHT, wall), rect(1130, 0, 470, 780, dark(wall, 0.3))]
    parts.append(poly([(1330, 0), (1560, 0), (1560, 250), (1330, 250)], "#f1dca0"))
    for i in range(7):
        parts += [
            rect(1300 - i * 26, 250 + i * 74, 330 + i * 26, 76, mix("#d8bd8a", wall, 0.1 + i * 0.1)),
            rect(1300 - i * 26, 250 + i * 74, 330 + i * 26, 14, mix("#f1dca0", wall, i * 0.1)),
        ]
    parts += [
        things.tools(chance, 70, 330, 330),
        *(
            at(x, 80 + 20 * (i % 2), music.lute(190, wood))
            for i, (x, wood) in enumerate(((450, WALNUT), (930, "#8f4f2c"), (1130, BARK)))
        ),
    ]
    parts += [at(690, 0, things.hanging_lamp(250, 96, BRICK, 560)), things.bench(800)]
    parts += [
        at(690, 806, music.lute_bowl(620)),
        at(1180, 830, things.pot(110, OCHRE)),
        at(
            230,
            860,
            rect(-120, -30, 240, 30, light(WALNUT))
            + rect(-60, -62, 90, 32, CLAY)
            + poly([(-150, -30), (-120, -30), (-120, 0)], SLATE),
        ),
    ]
    parts += [
        curve(f"M{x} {y}q22 -34 44 0q-14 24 -30 4", "#d7a866", 6)
        for x, y in ((420, 930), (900, 960), (1060, 900), (1340, 940), (560, 1010), (120, 990))
    ]
    return "".join(parts)


@scene(r"wooden key|wooden.*toothed key|low wooden door")
def wooden_key(chance: random.Random) -> str:
    """A low wooden door in a dry-stone wall, a hand with a long toothed key, sand on the threshold, a dune behind."""
    parts = [rect(0, 0, WIDTH, 300, "#f0cfa0"), rect(0, 0, WIDTH, 110, "#e8bd92"), disc(1310, 180, 70, SUN)]
    parts += [
        land.dunes(chance, 250, 190, "#dda866", 3),
        rect(0, 214, WIDTH, 40, "#a57a50"),
        buildings.stones(chance, 0, 240, WIDTH, 700, "#b08659", 62),
    ]
    parts += [rect(360, 370, 480, 600, BARK), rect(330, 330, 540, 54, "#6d4a2b")]
    parts += [rect(384 + i * 109, 392, 104, 560, mix(WALNUT, CLAY, 0.2 + 0.2 * (i % 2))) for i in range(4)]
    parts += [rect(384, y, 434, 26, dark(WALNUT, 0.35)) for y in (450, 840)]
    parts += [disc(x, y + 13, 8, SLATE) for y in (450, 840) for x in (410, 520, 640, 790)]
    parts += [rect(590, 610, 190, 62, dark(WALNUT, 0.5), round_=8), rect(720, 628, 30, 26, INK)]
    sand = "M-20 1080V960C180 950 300 900 470 930C680 890 860 950 1010 962C1200 980 1400 930 1620 960V1080z"
    parts += [
        path(sand, "#e0b577"),
        path("M-20 1080V1010C300 990 600 1040 900 1006C1200 990 1400 1030 1620 1010V1080z", "#cf9f60"),
    ]
    return "".join(
        [*parts, at(1010, 642, things.key(230, "#c48a4e")), at(1245, 650, people.hand(185, people.SKINS[0], "#2c3f78"))]
    )


@scene(r"reed pen|pen stroke|sweeping.*strokes|calligraph")
def reed_pen(chance: random.Random) -> str:
    """A sheet of cream paper with black strokes that come down like stairs, a reed pen, a brass inkpot."""
    parts = [rect(0, 0, WIDTH, HEIGHT, FOREST), *(rect(0, y, WIDTH, 3, dark(FOREST, 0.3)) for y in (250, 620, 900))]
    sheet = (
        rect(-600, -440, 1200, 880, NIGHT, 0.25)
        + rect(-620, -460, 1200, 880, "#f5ecd8")
        + rect(-560, -400, 1080, 760, "#ecdfc2")
        + rect(-548, -388, 1056, 736, "#f5ecd8")
    )
    parts += [at(740, 520, sheet, turn=-4), at(0, 0, things.strokes(chance, 985, 330, 226))]
    parts += [at(1250, 690, things.pen(230, "#c08a4c"), turn=-52), at(1420, 330, things.inkpot(250, OCHRE))]
    return "".join(
        [
            *parts,
            poly([(-10, 1080), (-10, 900), (330, 1080)], WALNUT),
            poly([(-10, 900), (-10, 880), (370, 1080), (330, 1080)], light(WALNUT)),
        ]
    )
