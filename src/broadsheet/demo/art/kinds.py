"""What words look like: for each kind of thing a pattern, a place in the picture, and a drawing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from broadsheet.demo.art import buildings, growth, machines, music, people, things
from broadsheet.demo.art.shapes import (
    BRICK,
    CLAY,
    CREAM,
    DEEP,
    FOREST,
    ICE,
    INK,
    LAKE,
    LEAF,
    MIST,
    OCHRE,
    PLUM,
    SAGE,
    SLATE,
    SUN,
    TURQUOISE,
    WALNUT,
    WHITE,
    at,
    dark,
    rect,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a word looks like: where it belongs, how wide it is, and how it is drawn in a colour."""

    pattern: str
    place: str  # far, land, water, table or wall
    width: float
    colour: str
    draw: Callable[[random.Random, str], str]
    plural: int = 3


KINDS = (
    Kind(r"pylons?|cables|power lines?", "far", 150, SLATE, lambda r, c: buildings.pylon(260, c)),
    Kind(
        r"wind(mills?| turbines?)|turbines?",
        "far",
        200,
        WHITE,
        lambda r, c: buildings.turbine(330, r.uniform(0, 100), c),
    ),
    Kind(
        r"minarets?|mosques?",
        "far",
        120,
        CREAM,
        lambda r, c: buildings.minaret(320, c) + at(-110, 0, buildings.dome(80, c, TURQUOISE)),
    ),
    Kind(r"domes?|shrine|observatory", "far", 240, CREAM, lambda r, c: buildings.dome(110, c, TURQUOISE)),
    Kind(r"church(es)?|chapel|monastery|cathedral", "far", 200, WHITE, lambda r, c: buildings.church(290, c)),
    Kind(r"lighthouse", "far", 120, WHITE, lambda r, c: buildings.lighthouse(330)),
    Kind(r"cranes?|port|docks?", "far", 220, BRICK, lambda r, c: buildings.crane(260, c)),
    Kind(
        r"factory|chimneys?|mill",
        "far",
        300,
        BRICK,
        lambda r, c: buildings.block(r, 260, 140, c) + rect(60, -300, 34, 200, dark(c)),
    ),
    Kind(r"pines?|spruces?|firs?|taiga|forest", "far", 90, FOREST, lambda r, c: growth.pine(r.uniform(170, 260), c), 9),
    Kind(r"palms?", "land", 150, FOREST, lambda r, c: growth.palm(r.uniform(320, 430), r.uniform(-40, 40), c), 4),
    Kind(r"olives?|olive trees?", "land", 150, SAGE, lambda r, c: growth.olive(190), 5),
    Kind(r"baobabs?", "land", 260, CLAY, lambda r, c: growth.baobab(420)),
    Kind(r"poplars?|birch(es)?", "far", 70, LEAF, lambda r, c: growth.poplar(260, c), 6),
    Kind(r"trees?|orchards?|walnut|apple|oaks?", "land", 220, LEAF, lambda r, c: growth.tree(330, c)),
    Kind(r"maize|corn|cane|crops?", "land", 420, LEAF, lambda r, c: growth.maize(r, 11, 460, 180, c), 2),
    Kind(
        r"houses?|cottages?|huts?|farms?",
        "land",
        210,
        CREAM,
        lambda r, c: buildings.gabled(190, 110, c, r.choice([BRICK, SLATE, WALNUT])),
    ),
    Kind(r"gers?|yurts?|tents?", "land", 250, WHITE, lambda r, c: buildings.ger(240, c)),
    Kind(r"kilns?|furnace|brickworks", "land", 260, BRICK, lambda r, c: buildings.kiln(250, c)),
    Kind(r"solar panels?|solar", "land", 420, DEEP, lambda r, c: buildings.panels(5, 100), 2),
    Kind(r"cable cars?|gondolas?", "sky", 200, BRICK, lambda r, c: machines.cabin(110, c), 3),
    Kind(r"excavators?|diggers?", "land", 220, OCHRE, lambda r, c: machines.excavator(210, c)),
    Kind(r"trucks?|lorr(y|ies)", "land", 260, BRICK, lambda r, c: machines.truck(190, c)),
    Kind(r"bus(es)?|minibus", "land", 300, BRICK, lambda r, c: machines.bus(190, c)),
    Kind(r"vans?|cars?|taxi", "land", 240, LAKE, lambda r, c: machines.van(180, c)),
    Kind(r"tractors?", "land", 220, BRICK, lambda r, c: machines.tractor(190, c)),
    Kind(r"trains?|carriages?|railway|tram", "land", 620, BRICK, lambda r, c: machines.train(130, 4, c), 1),
    Kind(r"bicycles?|bikes?", "land", 150, INK, lambda r, c: machines.bicycle(130)),
    Kind(r"dhows?|sails?|sailing boats?", "water", 260, WHITE, lambda r, c: machines.dhow(150, WALNUT, c)),
    Kind(
        r"container ships?|ships?|freighters?|tankers?",
        "water",
        460,
        BRICK,
        lambda r, c: machines.cargo_ship(130, c),
        2,
    ),
    Kind(r"ferr(y|ies)|riverboats?|steamers?", "water", 320, WHITE, lambda r, c: machines.riverboat(150, c), 1),
    Kind(r"hydrofoils?", "water", 320, WHITE, lambda r, c: machines.hydrofoil(130, c), 1),
    Kind(r"boats?|canoes?|rafts?|skiffs?", "water", 250, WALNUT, lambda r, c: machines.rowboat(125, c, dark(c))),
    Kind(r"horses?|mules?|donkeys?", "land", 240, WALNUT, lambda r, c: growth.horse(190, c)),
    Kind(r"sheep|goats?|lambs?|herd|flock", "land", 150, WHITE, lambda r, c: growth.sheep(110, c), 6),
    Kind(r"stalls?", "land", 340, BRICK, lambda r, c: buildings.stall(310, (c, CREAM), (OCHRE, LEAF, BRICK), r)),
    Kind(
        r"wom[ae]n|mother|grandmother|nurse|she",
        "land",
        110,
        PLUM,
        lambda r, c: people.scarfed(240, c, r.choice([SUN, BRICK, WHITE]), r.choice(people.SKINS)),
        2,
    ),
    Kind(
        r"children|pupils|boys?|girls?|child",
        "land",
        90,
        SUN,
        lambda r, c: people.person(165, c, r.choice(people.SKINS)),
        3,
    ),
    Kind(
        r"m[ae]n|fisherm[ae]n|farmers?|workers?|drivers?|figures?|people|person|players?|singers?|potter|miners?",
        "land",
        110,
        DEEP,
        lambda r, c: people.person(
            245, r.choice([c, BRICK, OCHRE]), r.choice(people.SKINS), arms=r.choice(["down", "hold", "out"])
        ),
        4,
    ),
    Kind(r"lamps?", "hang", 260, BRICK, lambda r, c: things.hanging_lamp(230, 80, c, 460), 2),
    Kind(
        r"ouds?|lutes?|guitars?|violins?|fiddles?|banduras?|instruments?",
        "hang",
        210,
        WALNUT,
        lambda r, c: at(0, 60, music.lute(180, c)),
        3,
    ),
    Kind(r"windows?", "wall", 300, ICE, lambda r, c: things.window(-110, 120, 220, 320, ICE), 2),
    Kind(r"clocks?|watch(es)?", "wall", 260, CREAM, lambda r, c: things.clock(0, 260, 120, c), 2),
    Kind(r"tools?|saws?|chisels?|workshop", "wall", 460, WALNUT, lambda r, c: things.tools(r, -200, 200, 170), 1),
    Kind(r"shel(f|ves)|books", "wall", 520, WALNUT, lambda r, c: things.shelf(-240, 240, 330, r), 1),
    Kind(
        r"books?|notebooks?|dictionar(y|ies)|pages?|letters?",
        "table",
        460,
        WHITE,
        lambda r, c: at(0, -110, things.open_book(420, r)),
        1,
    ),
    Kind(r"lyres?|harps?", "table", 260, WALNUT, lambda r, c: music.lyre(230, c), 1),
    Kind(r"pianos?", "table", 330, WALNUT, lambda r, c: music.piano(210, c), 1),
    Kind(r"tea|glass(es)?|cups?", "table", 140, BRICK, lambda r, c: things.tea(200, c), 2),
    Kind(r"lo(af|aves)|bread", "table", 260, OCHRE, lambda r, c: things.bread(230, c)),
    Kind(r"pots?|jars?|bowls?|bottles?|pottery|clay", "table", 170, CLAY, lambda r, c: things.pot(210, c)),
    Kind(r"fish(es)?", "table", 330, MIST, lambda r, c: at(0, -60, growth.fish(300, c)), 3),
    Kind(r"inkpots?|ink", "table", 160, OCHRE, lambda r, c: things.inkpot(170, c), 1),
    Kind(r"nets?", "land", 240, TURQUOISE, lambda r, c: things.heap(230, 90, (c, dark(c)), r)),
)
