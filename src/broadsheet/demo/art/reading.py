"""Reads a scene for what it names, and composes a picture of that where no composition was made for it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from broadsheet.demo.art import buildings, land, things
from broadsheet.demo.art.kinds import KINDS, Kind
from broadsheet.demo.art.shapes import (
    BRICK,
    CLAY,
    CORAL,
    CREAM,
    DEEP,
    FOREST,
    GREY,
    HEIGHT,
    INK,
    LAKE,
    MIST,
    OCHRE,
    PINK,
    PLUM,
    SAGE,
    SAND,
    STONE,
    STRAW,
    SUN,
    TURQUOISE,
    WALNUT,
    WHITE,
    WIDTH,
    at,
    below,
    dark,
    mix,
    rect,
)

COLOURS = {
    "yellow": OCHRE, "ochre": OCHRE, "gold": SUN, "orange": "#d97b35", "red": BRICK, "brick": BRICK, "coral": CORAL,
    "pink": PINK, "purple": PLUM, "plum": PLUM, "violet": PLUM, "blue": DEEP, "turquoise": TURQUOISE, "teal": TURQUOISE,
    "green": FOREST, "grey": GREY, "gray": GREY, "silver": MIST, "black": INK, "white": WHITE, "cream": CREAM,
    "brown": WALNUT, "sand": SAND, "rust": CLAY, "indigo": "#2c3f78",
}  # fmt: skip
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "rows": 7, "row": 5, "few": 3}
COUNTS |= {"a": 1, "an": 1, "one": 1, "some": 3, "many": 7, "several": 4, "dozens": 8, "crowd": 7, "line": 5, "pair": 2}
SIZES = {"tiny": 0.5, "small": 0.7, "little": 0.7, "big": 1.3, "large": 1.3, "huge": 1.5, "tall": 1.25, "great": 1.4}


@dataclass(frozen=True, slots=True)
class Named:
    """A kind that a scene names: how often, how large and in which colour."""

    kind: Kind
    count: int
    size: float
    colour: str


PLURAL = re.compile(r"(?<!bu)(?<!s)s$|men$|people$|children$|sheep$|herd$|flock$|forest$|orchard$")


def named(scene: str) -> list[Named]:
    """What a scene names, in the order in which it does, each kind once."""
    found: list[tuple[int, Named]] = []
    taken: list[tuple[int, int]] = []
    for kind in KINDS:
        match = re.search(rf"\b(?:{kind.pattern})\b", scene, re.IGNORECASE)
        if not match or any(match.start() < end and start < match.end() for start, end in taken):
            continue
        taken.append(match.span())
        before = re.findall(r"[a-z]+", re.split(r"[,;.]", scene[: match.start()].lower())[-1])[-4:]
        many = kind.plural if PLURAL.search(match[0].lower()) else 1
        count = next((COUNTS[word] for word in reversed(before) if word in COUNTS), many)
        size = next((SIZES[word] for word in reversed(before) if word in SIZES), 1.0)
        colour = next((COLOURS[word] for word in reversed(before) if word in COLOURS), kind.colour)
        found.append((match.start(), Named(kind, count, size, colour)))
    return [item for _start, item in sorted(found, key=lambda pair: pair[0])]


def composed(scene: str, chance: random.Random) -> str:
    """A picture of what a scene names: in a room, by water, or on land."""
    items = named(scene)
    inside = re.search(
        r"\b(room|workshop|table|bench|kitchen|desk|indoors|inside|studio|cellar|basement|wall of)\b", scene, re.I
    )
    if inside:
        return _room(items, chance)
    return _outdoors(scene.lower(), items, chance)


def _room(items: list[Named], chance: random.Random) -> str:
    wall = chance.choice(["#e6d6b6", "#2b4560", "#c9d2c4", "#d8b39a"])
    parts = [rect(0, 0, WIDTH, HEIGHT, wall), rect(0, 700, WIDTH, 70, dark(wall, 0.12))]
    if not any(item.kind.place == "wall" for item in items):
        parts.append(things.window(1130, 130, 260, 360))
    for place, y in (("wall", 40), ("hang", 0)):
        parts += _spread([item for item in items if item.kind.place == place], y, chance, 4, 1.0)
    parts += _spread([item for item in items if item.kind.place == "land"], 900, chance, 4, 1.5)
    parts.append(things.bench(800))
    standing = [item for item in items if item.kind.place == "table"] or [Named(KINDS[-4], 3, 1, CLAY)]
    return "".join([*parts, *_spread(standing, 930, chance, 6, 1.25)])


def _outdoors(scene: str, items: list[Named], chance: random.Random) -> str:
    light_ = next((kind for words, kind in LIGHTS if re.search(rf"\b(?:{words})", scene)), "day")
    wet = re.search(r"\b(sea|ocean|harbour|bay|river|lake|canal|delta|strait|lagoon|estuary)\b", scene)
    horizon = 520
    sun = (chance.randint(250, 1350), chance.randint(150, 300), chance.randint(60, 90))
    parts = [land.sky(light_, horizon, () if light_ == "grey" else sun), *_behind(scene, horizon, chance)]
    parts += _spread([item for item in items if item.kind.place == "far"], horizon + 12, chance, 9, 1.0)
    ground = next((colour for words, colour in GROUNDS if re.search(rf"\b(?:{words})\b", scene)), "#b9a860")
    if wet:
        parts.append(land.water(chance, horizon, HEIGHT, LAKE if light_ != "night" else DEEP, 34))
        parts += _spread([item for item in items if item.kind.place == "water"], 690, chance, 4, 1.2)
        parts.append(below([(-20, 900), (420, 850), (1000, 920), (1620, 860)], ground))
    else:
        parts += [
            land.furrows(horizon, ground)
            if re.search("field|rows|terrace|farm", scene)
            else land.ground(horizon, ground)
        ]
        parts.append(land.stubble(chance, horizon + 10, HEIGHT, dark(ground, 0.12), 60))
    parts += _spread([item for item in items if item.kind.place == "sky"], 150, chance, 4, 1.0)
    parts += _spread(
        [item for item in items if item.kind.place in {"land", "table"}],
        985 if wet else 940,
        chance,
        7,
        1.0 if wet else 1.25,
    )
    parts += (
        [land.snowfall(chance)] if re.search(r"snowfall|snowing|snow falls|falling snow|in the snow", scene) else []
    )
    parts += [land.rain(chance)] if re.search(r"\b(rain|storm|monsoon)", scene) else []
    return "".join([*parts, land.birds(chance, 300, 180, 6)] if re.search("bird|gull|crow|swallow", scene) else parts)


LIGHTS = (
    (r"night|midnight|stars|moon", "night"), (r"dusk|evening|twilight|sunset", "dusk"),
    (r"dawn|morning|sunrise", "dawn"), (r"noon|heat|dust|desert", "noon"), (r"grey|fog|mist|rain|storm|cloud", "grey"),
    (r"snow|ice|frost|cold|winter", "cold"), (r"blue|clear", "blue"),
)  # fmt: skip
GROUNDS = (
    (r"in the snow|snowfields?|snow-covered|deep snow|under snow|ice|frozen", "#e6ecea"),
    (r"dune|sand|desert|beach", SAND), (r"green|meadow|grass|rice|forest", "#86a05e"),
    (r"yellow|wheat|straw|steppe", STRAW), (r"red earth|brick|clay", CLAY),
    (r"street|square|quay|asphalt|stone", STONE),
)  # fmt: skip


def _behind(scene: str, horizon: float, chance: random.Random) -> list[str]:
    """What closes the picture: mountains, dunes, a city, or hills."""
    parts = []
    if re.search(r"mountain|peak|andes|himalaya|alps|ridge|\brange", scene):
        parts.append(land.mountains(chance, horizon + 10, 330, "#5a7590", snow="snow" in scene or "white" in scene))
    if re.search(r"dune|desert", scene):
        parts.append(land.dunes(chance, horizon, 170))
    if re.search(r"\b(city|cities|blocks?|skyline|towers?|flats)\b", scene):
        parts.append(
            buildings.city(
                chance, -20, 1640, horizon + 6, 240, (STONE, "#c7b7a0", mix(BRICK, CREAM, 0.4), mix(DEEP, CREAM, 0.5))
            )
        )
    elif re.search(r"\b(town|village|roofs|street|medina)\b", scene):
        parts.append(buildings.flat_town(chance, -20, 1640, horizon + 6, 170, (CREAM, SAND, PINK)))
    return parts or [
        land.hills(chance, horizon + 8, 90, mix(SAGE, MIST, 0.4)),
        land.hills(chance, horizon + 10, 50, SAGE),
    ]


def _spread(items: list[Named], y: float, chance: random.Random, most: int, scale: float) -> list[str]:
    """The items side by side across the picture, in groups, the first named at the golden section."""
    if not items:
        return []
    singles = [item for item in items for _ in range(min(item.count, most))][: most + 2]
    total = sum(item.kind.width * item.size for item in singles) * scale
    fit = scale * min(1.0, (WIDTH - 120) / total)
    gap = (WIDTH - 80 - total * fit / scale) / (len(singles) + 1)
    parts, x = [], 40 + gap
    for item in singles[::-1] if chance.random() < 0.5 else singles:
        wide = item.kind.width * item.size * fit
        sink = chance.uniform(-18, 22) if y > 500 else 0
        parts.append((y + sink, at(x + wide / 2, y + sink, item.kind.draw(chance, item.colour), item.size * fit)))
        x += wide + gap
    return [drawn for _y, drawn in sorted(parts, key=lambda pair: pair[0])]
