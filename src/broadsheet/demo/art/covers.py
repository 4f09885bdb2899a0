"""The covers of the weekly: the paper's name, a picture, the number's title."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from xml.sax.saxutils import escape

from broadsheet.demo.art import buildings, land, music, people, things
from broadsheet.demo.art.shapes import CREAM, INK, WHITE, at, below, curve, dark, disc, light, mix, path, poly, rect

COVER = (1200, 1600)


# The words as outlines, after Noto Serif Display, so that they are the same on every machine.
OUTLINES = json.loads((files(__package__) / "words.json").read_text())


def cover(number: str) -> str:
    """The cover of one number, 1200 by 1600."""
    draw = {"1": _hands, "2": _banks}.get(number, _banks)
    return draw(random.Random(f"cover-{number}"), number)


def _type(number: str, title: str, ink: str, accent: str) -> str:
    """The words on a cover: name, line, number, title."""
    parts = [_set("The Ferry", 66, 246, 1068, ink), rect(66, 312, 1068, 5, ink)]
    parts.append(_small(66, "The world’s journalism, carried into English", ink))
    parts.append(_small(1134, f"Weekly No. {number}", ink, "end"))
    return "".join([*parts, _set(title, 66, 1516, min(1068, 96 * OUTLINES[title]["width"] / 1000), accent)])


def _set(words: str, x: float, y: float, width: float, fill: str) -> str:
    """Words as outlines, as wide as given."""
    drawn = at(x, y, path(OUTLINES[words]["outline"], fill), width / OUTLINES[words]["width"])
    return f'<g aria-label="{escape(words)}">{drawn}</g>'


def _small(x: float, words: str, fill: str, anchor: str = "start") -> str:
    face = 'font-family="Liberation Sans" font-weight="700" font-size="29"'
    return f'<text x="{x}" y="362" {face} text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _hands(chance: random.Random, number: str) -> str:
    """What the hand knows: an open hand over a bench with the things that hands make."""
    ground, ink, accent = "#e9dcc6", "#3a2616", "#8a4a1f"
    parts = [rect(0, 0, 1200, 1600, ground), disc(600, 820, 400, "#e2a95a"), disc(600, 820, 310, light("#e2a95a", 0.3))]
    parts.append(at(600, 1090, people.open_hand(420, "#a8673e")))
    parts += [
        curve(f"M{540 + i * 34} 960C{520 + i * 40} 900 {570 + i * 30} 860 {600 + i * 28} 800", dark("#a8673e", 0.4), 6)
        for i in (0, 2)
    ]
    parts += [
        rect(0, 1180, 1200, 420, ground),
        rect(0, 1180, 1200, 190, "#7a4d2b"),
        rect(0, 1180, 1200, 16, light("#7a4d2b")),
    ]
    parts += [
        at(180, 1330, things.pot(190, "#b1442b")),
        at(985, 1335, music.lute_bowl(270)),
        at(400, 1330, things.bread(190)),
    ]
    parts += [at(700, 1330, things.letters("ab", 110, chance)), at(560, 1310, things.pen(60, "#c08a4c"), turn=-14)]
    return "".join([*parts, _type(number, "What the Hand Knows", ink, accent)])


def _banks(chance: random.Random, number: str) -> str:
    """Opposite banks: two towns that face each other over ice, a lamp in each."""
    ground, ink, accent = "#d5e0e6", "#16303f", "#9a3d22"
    parts = [rect(0, 0, 1200, 1600, ground), disc(600, 610, 120, "#f1dfae", 0.5), disc(600, 610, 86, "#f0cf83")]
    walls = (mix(ink, ground, 0.35), mix(accent, ground, 0.35), mix(ink, ground, 0.6), "#e8dcc6")
    parts.append(buildings.city(chance, -30, 1240, 760, 250, walls, 0.12))
    parts += [below([(-20, 752), (600, 760), (1220, 750)], WHITE, floor=800), rect(0, 786, 1200, 420, "#bcd0d9")]
    parts.append(at(0, 0, "".join(
        poly([(x, y), (x + 150, y - 16), (x + 230, y + 8), (x + 70, y + 26)], WHITE, 0.8)
        for x, y in ((60, 850), (420, 900), (800, 840), (960, 960), (190, 1010), (610, 1060), (1000, 1120), (-60, 1130))
    )))  # fmt: skip
    parts += [
        land.glade(600, 800, 1150, 40, "#f6e7bd"),
        below([(-20, 1190), (600, 1160), (1220, 1200)], CREAM, floor=1610),
    ]
    parts += [at(300, 1330, people.person(230, accent, hat=INK)), at(905, 768, people.person(40, ink))]
    parts += [rect(0, 1372, 1200, 240, ground)]
    return "".join([*parts, _type(number, "Opposite Banks", ink, accent)])
