"""The covers of the weekly: the paper's name, a picture, the number's title."""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

from broadsheet.demo.art import buildings, land, music, people, things
from broadsheet.demo.art.shapes import CREAM, INK, WHITE, at, below, curve, dark, disc, light, mix, poly, rect

COVER = (1200, 1600)


def cover(number: str) -> str:
    """The cover of one number, 1200 by 1600."""
    draw = {"1": _hands, "2": _banks}.get(number, _banks)
    return draw(random.Random(f"cover-{number}"), number)


def _type(number: str, title: tuple[str, ...], line: str, ink: str, accent: str) -> str:
    """The words on a cover."""
    parts = [
        _text(600, 232, "The Ferry", 232, ink, "middle", -6),
        rect(70, 276, 1060, 5, ink),
        _text(70, 328, "The world’s journalism, carried into English", 31, ink),
        _text(1130, 328, f"Weekly No. {number}", 31, ink, "end"),
    ]
    parts += [_text(70, 1478 + i * 98, words, 104, accent, spacing=-2) for i, words in enumerate(title)]
    return "".join(parts) + _text(1130, 1478 + 98 * (len(title) - 1), line, 31, ink, "end")


def _text(x: float, y: float, words: str, size: float, fill: str, anchor: str = "start", spacing: float = 0) -> str:
    face = 'font-family="Charter, Gelasio, Tinos, DejaVu Serif, serif" font-weight="700"'
    place = f'x="{x}" y="{y}" font-size="{size}" letter-spacing="{spacing}" text-anchor="{anchor}"'
    return f'<text {place} {face} fill="{fill}">{escape(words)}</text>'


def _hands(chance: random.Random, number: str) -> str:
    """What the hand knows: an open hand over a bench with the things that hands make."""
    ground, ink, accent = "#e9dcc6", "#3a2616", "#8a4a1f"
    parts = [rect(0, 0, 1200, 1600, ground), disc(600, 800, 400, "#e2a95a"), disc(600, 800, 310, light("#e2a95a", 0.3))]
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
        at(960, 1340, music.lute_bowl(330)),
        at(400, 1330, things.bread(190)),
    ]
    parts += [at(700, 1330, things.letters("ab", 110, chance)), at(560, 1310, things.pen(60, "#c08a4c"), turn=-14)]
    return "".join([*parts, _type(number, ("What the Hand Knows",), "", ink, accent)])


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
    return "".join([*parts, _type(number, ("Opposite Banks",), "", ink, accent)])
