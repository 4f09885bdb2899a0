"""Compositions of places a long way from any road: flooded terraces, pastures, creeks, a radio mast, a lake."""

from __future__ import annotations

import math
import random

from broadsheet.demo.art import buildings, growth, land, machines, people, things
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CLAY,
    CREAM,
    DEEP,
    FOREST,
    GREY,
    HEIGHT,
    INK,
    LAKE,
    LEAF,
    MIST,
    OCHRE,
    SAGE,
    SAND,
    SLATE,
    STONE,
    STRAW,
    SUN,
    WALNUT,
    WHITE,
    WIDTH,
    arc,
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
    shadow,
    sized,
)


@scene(r"flooded terraces|terraces.*under brown water")
def flooded_terraces(chance: random.Random) -> str:
    """Bare hills; three stone walls across a valley, brown water above each, small trees in it, goats, a man."""
    parts = [land.sky("noon", 380), land.clouds([(1260, 150, 1.5), (1000, 120, 0.9)], mix(GREY, CREAM, 0.3))]
    parts += [land.hills(chance, 400, 190, mix(CLAY, CREAM, 0.45), 3), land.hills(chance, 420, 110, CLAY, 2)]
    parts.append(land.ground(410, SAND))
    flood = "#a8835f"
    for top, wall, size in ((440, 520, 80), (560, 690, 120), (742, 930, 170)):
        parts += [rect(0, top, WIDTH, wall - top, flood), rect(0, top, WIDTH, (wall - top) * 0.3, light(flood, 0.3))]
        parts += [rect(chance.uniform(0, 1450), chance.uniform(top + 8, wall - 8), 90, 4, light(flood, 0.5), 0.8, 2)
                  for _ in range(9)]  # fmt: skip
        for x in row(170 + size, 1500 - size, 6):
            y = (top + wall) / 2 + chance.uniform(-8, 12)
            mirrored = oval(x, y + size * 0.3, size * 0.34, size * 0.16, dark(SAGE), 0.5)
            parts += [oval(x, y, size * 0.3, 6, light(flood, 0.5), 0.7), mirrored, at(x, y, growth.olive(size))]
        parts.append(buildings.stones(chance, 0, wall, WIDTH, size * 0.32, STONE, size * 0.17))
    parts.append(below([(-20, 640), (190, 700), (300, 880), (430, HEIGHT)], mix(SAND, CLAY, 0.25)))
    parts.append(at(150, 800, people.person(210, DEEP, people.SKINS[0], "", "out"), flip=True))
    return "".join([*parts, *(at(x, y, growth.sheep(74)) for x, y in ((60, 910), (170, 970), (270, 1020)))])


@scene(r"pasture with (a|one) hut")
def pasture(chance: random.Random) -> str:
    """A green pasture under a long blue ridge: a wooden hut that smokes, a flock behind hurdles, a woman, a dog."""
    parts = [land.sky("dawn", 470), land.hills(chance, 480, 300, "#6f8ea0", 2)]
    parts += [land.hills(chance, 500, 170, "#567a78", 3), *(at(x, 545 + chance.uniform(-8, 8), growth.pine(
        chance.uniform(90, 150))) for x in row(20, 640, 16))]  # fmt: skip
    parts.append(below([(-20, 560), (500, 530), (1000, 590), (1620, 520)], "#86a05e"))
    parts.append(below([(-20, 800), (600, 730), (1100, 780), (1620, 700)], "#789552"))
    smoke = "M0 0C-40 -60 50 -110 0 -180C-50 -250 60 -300 30 -400"
    parts.append(at(1275, 512, curve(smoke, WHITE, 26, 0.65)))
    parts.append(at(1250, 720, buildings.gabled(400, 130, WALNUT, BARK, lit=True)))
    for y in (800, 838):
        parts.append(line([(60, y), (800, y - 20)], BARK, 9))
    parts += [rect(x, 765 - (x - 60) * 0.027, 13, 106, BARK) for x in row(60, 790, 8)]
    flock = sorted((chance.uniform(800, 1010), x + chance.uniform(-24, 24)) for x in row(90, 860, 13))
    parts += [at(x, y, growth.sheep(118)) for y, x in flock]
    woman = people.scarfed(280, BRICK, SUN) + at(-62, 0, things.pot(70, MIST))
    return "".join([*parts, at(1060, 985, woman), at(1330, 990, _dog(150))])


def _dog(size: float) -> str:
    """A grey dog that stands and looks left."""
    legs = "".join(
        rect(x, -36, 8, 36, shade) for x, shade in ((-26, GREY), (-14, dark(GREY)), (20, GREY), (31, dark(GREY)))
    )
    body = path("M-30 -58Q0 -64 40 -56L42 -30Q10 -28 -10 -34L-32 -34z", GREY)
    head = path("M-22 -60L-34 -80Q-48 -82 -54 -72L-74 -64V-56L-50 -54L-30 -40z", GREY)
    ear, tail = (
        path("M-36 -79Q-24 -76 -28 -58Q-38 -62 -40 -76z", dark(GREY, 0.45)),
        curve("M38 -54q22 -4 20 -32", GREY, 8),
    )
    return sized(size, shadow(70, 24) + tail + legs + body + head + ear + disc(-49, -70, 2.6, INK))


@scene(r"barge.*jars")
def water_barge(chance: random.Random) -> str:
    """A long wooden barge on a wide river; a hose goes ashore to a row of jars before a house on stilts; palms."""
    parts = [land.sky("dawn", 430, (420, 250, 76)), below([(-20, 440), (700, 418), (1620, 436)], FOREST)]
    parts += [at(x, 446, growth.palm(chance.uniform(110, 170), chance.uniform(-20, 20))) for x in row(40, 900, 8)]
    parts += [land.water(chance, 446, HEIGHT, LAKE, 34), land.glade(420, 450, 640, 70, SUN)]
    parts.append(at(520, 800, _barge()))
    parts.append(below([(880, HEIGHT), (1060, 930), (1320, 880), (1640, 870)], "#86a05e"))
    parts += [rect(x, 700, 16, 230, BARK) for x in (1090, 1220, 1350, 1480)]
    house = rect(1060, 480, 470, 220, CREAM) + rect(1400, 480, 130, 220, dark(CREAM, 0.16))
    house += rect(1120, 540, 100, 160, WALNUT) + rect(1270, 540, 90, 80, DEEP)
    roof = poly([(1000, 490), (1090, 370), (1500, 370), (1590, 490)], "#9a7a4a")
    parts += [house, roof, rect(1010, 700, 560, 22, WALNUT)]
    parts.append(at(1560, 900, growth.palm(520, -50)))
    parts += [at(x, 985 + i % 2 * 14, things.pot(150, CLAY)) for i, x in enumerate(row(1110, 1520, 4))]
    hose = "M740 716C800 600 900 930 1010 900S1088 800 1108 852"
    parts.append(curve(hose, SUN, 11))
    return "".join([*parts, at(890, 748, people.person(230, BRICK, people.SKINS[3], STRAW, "hold"))])


def _barge() -> str:
    hull = path("M-470 -60L-420 40Q-380 60 -300 60H300Q400 60 480 -86L380 -50H-420z", WALNUT)
    rim = path("M-470 -60L-420 -50H380L480 -86L474 -70L384 -28H-446z", dark(WALNUT, 0.4))
    holds = "".join(rect(x, -92, 112, 44, LAKE) + rect(x, -92, 112, 10, MIST) for x in row(-220, 200, 4))
    cabin = rect(-400, -200, 130, 150, BRICK) + rect(-412, -216, 160, 20, dark(BRICK)) + rect(-376, -170, 70, 56, MIST)
    eye = disc(400, -40, 15, WHITE) + disc(404, -40, 7, INK)
    return cabin + holds + hull + rim + eye + rect(-420, 48, 780, 8, light(LAKE), 0.6)


@scene(r"radio mast")
def radio_mast(chance: random.Random) -> str:
    """A wide straw plain in the wind; a low station house with a tall mast that sends, poplars, a rider on a track."""
    parts = [land.sky("blue", 640), land.clouds([(330, 170, 1.1), (1320, 250, 1.4), (900, 110, 0.7)])]
    parts += [land.hills(chance, 650, 70, "#7f93a8", 2), land.ground(640, STRAW)]
    parts.append(land.stubble(chance, 660, HEIGHT, mix(STRAW, OCHRE, 0.5), 150))
    parts.append(poly([(700, HEIGHT), (1000, HEIGHT), (330, 642), (322, 642)], mix(SAND, CREAM, 0.4)))
    waves = [arc(1130, 200, radius, turn - 32, turn + 32) for radius in (70, 120, 170) for turn in (0, 180)]
    parts += [
        *(curve(wave, BRICK, 9) for wave in waves),
        *(line([(1130, 200), (x, 884)], SLATE, 3) for x in (830, 1420)),
    ]
    parts += [rect(1121, 200 + i * 85, 18, 85, BRICK if i % 2 == 0 else WHITE) for i in range(8)]
    parts.append(at(1230, 890, buildings.gabled(380, 140, CREAM, BRICK, lit=True)))
    parts += [at(x, 890, growth.poplar(tall, "#6f8a4e"), turn=7) for x, tall in ((1470, 330), (1530, 290), (1580, 350))]
    rider = growth.horse(170, WALNUT) + at(0, -118, people.seated(110, DEEP, people.SKINS[1], BARK))
    return "".join([*parts, at(380, 850, rider), at(560, 700, growth.sheep(40)), at(500, 708, growth.sheep(40))])


@scene(r"steps.*shutters|shutters.*steps")
def steps_at_noon(chance: random.Random) -> str:
    """Steps of marble down to the sea between white houses with closed blue shutters; a suitcase, a cat, a shadow."""
    parts = [land.sky("blue", 500), land.hills(chance, 436, 60, mix(DEEP, MIST, 0.5), 2)]
    parts.append(land.water(chance, 430, HEIGHT, LAKE, 18))
    parts.append(at(800, 560, machines.dhow(100, WALNUT, WHITE)))
    for i in range(14):
        depth = i / 13
        y, half = 640 + 427 * depth**1.5, 150 + 330 * depth
        shade = light(STONE, 0.75 - 0.2 * (i % 2))
        parts.append(rect(800 - half, y, half * 2, 440, shade))
        parts.append(rect(800 - half, y, half * 2, 5 + 5 * depth, dark(STONE, 0.1)))
    for side in (-1, 1):
        edge = [(side * x, y) for x, y in ((150, 250), (820, 60), (820, HEIGHT), (450, HEIGHT), (150, 640))]
        parts.append(at(800, 0, poly(edge, CREAM if side < 0 else dark(CREAM, 0.2))))
        for near, base in ((0.12, 620), (0.42, 720), (0.74, 830)):
            parts += [_shutter(800 + side * (150 + 560 * near), base - up, near) for up in (90, 330 + 140 * near)]
    parts.append(at(740, 930, _suitcase(150)))
    return "".join([*parts, at(960, 820, _cat(64), flip=True)])


def _shutter(x: float, y: float, near: float) -> str:
    wide, tall = 50 + 70 * near, 120 + 90 * near
    leaves = rect(x - wide / 2, y - tall, wide, tall, DEEP) + rect(x - 2, y - tall, 4, tall, dark(DEEP))
    slats = "".join(
        rect(x - wide / 2 + 5, y - tall + tall * i / 9, wide - 10, 4, light(DEEP, 0.2)) for i in range(1, 9)
    )
    return rect(x - wide / 2 - 6, y - tall - 8, wide + 12, tall + 14, WHITE) + leaves + slats


def _suitcase(size: float) -> str:
    case = rect(-34, -92, 68, 84, BRICK, round_=8) + rect(8, -92, 26, 84, dark(BRICK, 0.2), round_=8)
    handle = curve("M-14 -92V-134H14V-92", INK, 6)
    ribs = "".join(rect(x, -84, 4, 68, dark(BRICK, 0.35)) for x in (-20, -2, 16))
    wheels = disc(-24, -4, 7, INK) + disc(24, -4, 7, INK)
    return sized(size, shadow(68, 40) + handle + case + ribs + wheels)


def _cat(size: float) -> str:
    legs = "".join(rect(x, -26, 6, 26, dark(SLATE)) for x in (-24, -14, 18, 28))
    body = oval(2, -34, 34, 13, SLATE) + disc(-40, -46, 14, SLATE) + curve("M34 -38q18 -6 16 -34", SLATE, 6)
    return sized(
        size, shadow(60, 24) + legs + body + poly([(-52, -52), (-50, -68), (-40, -58), (-30, -68), (-28, -52)], SLATE)
    )


@scene(r"up to their chins")
def swimmers(chance: random.Random) -> str:
    """A lake at morning: heads above orange jackets in the water, a papyrus boat going by, a man on a jetty."""
    parts = [land.sky("dawn", 400, (1180, 210, 70)), land.hills(chance, 408, 90, "#7c8f86", 3)]
    parts += [land.water(chance, 404, HEIGHT, LAKE, 40), land.glade(1180, 408, 600, 60, SUN)]
    parts.append(at(560, 560, _tankwa() + at(-40, -30, people.seated(150, CREAM, people.SKINS[2]))))
    for y, start, end, size in ((660, 520, 1180, 0.85), (760, 440, 1220, 1.1), (880, 380, 1160, 1.4)):
        for x in row(start, end, 5):
            parts.append(at(x + chance.uniform(-24, 24), y + chance.uniform(-12, 12), _swimmer(chance), size))
    boards = rect(1240, 800, 380, 34, WALNUT) + rect(1240, 800, 380, 8, light(WALNUT))
    parts += [*(rect(x, 830, 20, 200, BARK) for x in (1270, 1410, 1550)), boards]
    parts.append(at(1370, 802, people.person(330, WHITE, people.SKINS[0], DEEP, "hold")))
    return "".join([*parts, land.reeds(chance, 90, 1060, 26), land.reeds(chance, 230, 1080, 18, LEAF)])


def _swimmer(chance: random.Random) -> str:
    skin = chance.choice(people.SKINS[:3:2])
    ring = oval(0, 4, 62, 12, light(LAKE, 0.35), 0.8)
    head = disc(0, -34, 21, skin) + path("M-21 -36A21 21 0 0 1 21 -36z", BARK)
    return ring + path("M-36 4Q-34 -22 0 -20Q34 -22 36 4z", "#df6f2f") + head


def _tankwa() -> str:
    hull = path("M-210 -70Q-150 -10 0 -14T190 -60Q120 34 0 34T-210 -70z", STRAW)
    ties = "".join(
        line([(x, -18 + abs(x) * 0.03), (x + 8, 30 - abs(x) * 0.1)], WALNUT, 5) for x in range(-130, 140, 44)
    )
    return hull + ties + line([(-120, -130), (-20, 60)], BARK, 8)


@scene(r"three clocks")
def three_clocks(chance: random.Random) -> str:
    """A wall with three clocks that disagree; below, a bench with an open notebook, tools and a glass of tea."""
    parts = [rect(0, 0, WIDTH, HEIGHT, "#c9d2c4"), rect(0, 690, WIDTH, 70, dark("#c9d2c4", 0.12))]
    for x, hour, minute in ((330, 7, 50), (800, 3, 50), (1270, 4, 50)):
        parts += [disc(x + 14, 336, 190, INK, 0.14), disc(x, 320, 192, WALNUT), _dial(x, 320, 170, hour, minute)]
    parts += [rect(x - 60, 545, 120, 40, CREAM) + rect(x - 40, 561, 80, 8, SLATE) for x in (330, 800, 1270)]
    parts += [things.bench(760), at(560, 905, things.open_book(380, chance)), at(1130, 965, things.tea(220))]
    return "".join(parts)


def _dial(x: float, y: float, size: float, hour: float, minute: float) -> str:
    parts = [disc(x, y, size, CREAM)]
    for i in range(12):
        a, long = math.radians(30 * i), 0.76 if i % 3 else 0.7
        ends = [(x + math.cos(a) * size * part, y + math.sin(a) * size * part) for part in (long, 0.86)]
        parts.append(line(ends, INK, 6))
    for turn, long, wide in (((hour + minute / 60) * 30, 0.46, 14), (minute * 6, 0.72, 9)):
        a = math.radians(turn - 90)
        parts.append(line([(x, y), (x + math.cos(a) * size * long, y + math.sin(a) * size * long)], INK, wide))
    return "".join([*parts, disc(x, y, 12, BRICK)])
