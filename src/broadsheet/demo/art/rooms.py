"""Compositions for scenes of which less is known: the room that goes with a word."""

from __future__ import annotations

import random

from broadsheet.demo.art import buildings, land, people, things
from broadsheet.demo.art.compositions import scene
from broadsheet.demo.art.shapes import (
    BRICK,
    CLAY,
    CREAM,
    DEEP,
    FOREST,
    HEIGHT,
    ICE,
    LEAF,
    NIGHT,
    OCHRE,
    PINK,
    SAND,
    STONE,
    SUN,
    TURQUOISE,
    WALNUT,
    WHITE,
    WIDTH,
    at,
    curve,
    dark,
    disc,
    light,
    path,
    poly,
    rect,
    row,
)


@scene(r"loom|weav|carpet|cloth on")
def weaving(chance: random.Random) -> str:
    """A loom with cloth half done, a weaver before it, a window, balls of wool."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#e4d3b4"),
        rect(0, 860, WIDTH, 220, CLAY),
        things.window(120, 160, 240, 340),
        poly([(360, 500), (760, 860), (470, 860), (120, 500)], WHITE, 0.25),
    ]
    threads = (BRICK, DEEP, OCHRE, "#f0e3c8", FOREST)
    parts += [
        at(900, 900, things.loom(640, 760, threads)),
        at(1370, 960, people.seated(430, "#5d3a5a", people.SKINS[1])),
        rect(1310, 860, 170, 30, WALNUT),
    ]
    for x, y, colour in ((200, 960, BRICK), (330, 990, DEEP), (440, 950, OCHRE), (560, 1000, FOREST)):
        parts += [
            disc(x, y, 54, colour),
            curve(f"M{x - 40} {y - 10}q40 -40 80 10M{x - 44} {y + 14}q44 -40 84 6", light(colour), 5),
        ]
    return "".join(parts)


@scene(r"letter blocks|type cases?|wooden type|printing press|typeset")
def type_case(chance: random.Random) -> str:
    """Wooden type on a bench, a case behind it, a lamp."""
    parts = [rect(0, 0, WIDTH, HEIGHT, "#46586a"), at(1180, 0, things.hanging_lamp(240, 90, BRICK, 520))]
    for i in range(11):
        for j in range(5):
            parts.append(rect(90 + i * 92, 150 + j * 110, 84, 102, dark(WALNUT, 0.45)))
            parts += [
                rect(
                    100 + i * 92 + chance.uniform(0, 40),
                    160 + j * 110 + chance.uniform(0, 60),
                    24,
                    24,
                    chance.choice([CLAY, SAND, STONE]),
                )
                for _ in range(3)
            ]
    return "".join(
        [
            *parts,
            things.bench(760),
            at(190, 960, things.letters("Ferry", 260, chance)),
            at(1340, 990, things.pot(150, NIGHT)),
        ]
    )


@scene(r"bread|baker|oven|kitchen|loaves")
def kitchen(chance: random.Random) -> str:
    """A kitchen: an oven with fire, loaves on a board, a baker."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#e8d8ba"),
        things.window(1180, 140, 260, 300),
        *(rect(x, 470, 96, 96, "#d8c39d") for x in range(0, 1600, 100)),
    ]
    parts += [
        at(420, 790, buildings.kiln(640, BRICK)),
        at(960, 830, people.person(520, WHITE, arms="out", hat=CREAM)),
        things.bench(780),
    ]
    return "".join(
        [
            *parts,
            *(
                at(x, 850 + 30 * (i % 2), things.bread(210, (OCHRE, CLAY)[i % 2]))
                for i, x in enumerate(row(170, 1050, 4))
            ),
            at(1370, 880, things.pot(190, DEEP)),
        ]
    )


@scene(r"classroom|school|pupils")
def classroom(chance: random.Random) -> str:
    """A room with desks, a blackboard, a window on hills."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#e9dcc0"),
        rect(0, 700, WIDTH, 370, CLAY),
        rect(140, 150, 760, 370, WALNUT),
        rect(164, 174, 712, 322, FOREST),
    ]
    parts += [curve(f"M220 {y}q60 -34 110 0t110 0t110 0t90 -6", WHITE, 6, 0.8) for y in (250, 330, 410)]
    parts += [
        things.window(1080, 130, 360, 400, ICE),
        path("M1080 530V430Q1180 330 1260 420Q1340 340 1440 440V530z", FOREST, 0.8),
        at(990, 850, people.person(480, DEEP, arms="out")),
    ]
    for y, size, xs in ((820, 150, (200, 500, 760, 1230, 1480)), (990, 210, (140, 520, 900, 1300))):
        for i, x in enumerate(xs):
            parts += [
                at(
                    x + size * 0.6,
                    y - 8,
                    people.seated(size * 1.05, (BRICK, DEEP, OCHRE, TURQUOISE)[(i + size) % 4], people.SKINS[i % 4]),
                ),
                at(x, y, things.desk(size)),
            ]
    return "".join(parts)


@scene(r"library|shelves of books|manuscript|bookshop|archive")
def library(chance: random.Random) -> str:
    """Shelves, a lamp, an open book."""
    parts = [
        rect(0, 0, WIDTH, HEIGHT, "#3d2f2a"),
        *(things.shelf(60, 1540, y, chance) for y in (230, 470, 710)),
        at(1220, 0, things.hanging_lamp(300, 100, BRICK, 480)),
        things.bench(830),
    ]
    return "".join(
        [
            *parts,
            at(720, 900, things.open_book(560, chance), turn=0),
            at(1280, 950, things.tea(230)),
            at(280, 950, things.inkpot(170)),
        ]
    )


@scene(r"market|stalls?|bazaar")
def market(chance: random.Random) -> str:
    """Stalls with striped roofs, heaps of goods, people, roofs behind."""
    parts = [
        land.sky("noon", 620, (1300, 190, 66)),
        buildings.flat_town(chance, -40, 1640, 640, 300, (CREAM, SAND, PINK, STONE)),
    ]
    parts += [
        at(360, 640, buildings.minaret(430, CREAM)),
        at(980, 640, buildings.dome(120, CREAM, TURQUOISE)),
        land.ground(640, SAND),
    ]
    goods = (OCHRE, BRICK, LEAF, SUN, "#7d4a63")
    for x, y, wide, colours in (
        (200, 800, 330, (BRICK, CREAM)),
        (820, 780, 320, (DEEP, CREAM)),
        (1410, 810, 340, (FOREST, CREAM)),
    ):
        parts.append(at(x, y, buildings.stall(wide, colours, goods, chance)))
    parts += [
        at(520, 880, people.crowd(3, 260, 240)),
        at(1130, 900, people.scarfed(260, "#7d4a63", SUN)),
        at(1220, 905, people.person(180, LEAF)),
    ]
    return "".join(
        [*parts, *(at(x, 1020, things.pot(120, colour)) for x, colour in ((120, CLAY), (230, BRICK), (1500, CLAY)))]
    )
