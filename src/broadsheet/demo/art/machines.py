"""What moves: machines on wheels and tracks, and everything that floats. All stand on (0, 0) and look left."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CREAM,
    GREY,
    ICE,
    INK,
    LAKE,
    NIGHT,
    OCHRE,
    PAPER,
    SLATE,
    SUN,
    WALNUT,
    WHITE,
    at,
    curve,
    dark,
    disc,
    light,
    line,
    path,
    poly,
    rect,
    row,
    shadow,
    sized,
)


def wheel(x: float, size: float, colour: str = INK) -> str:
    """A wheel that stands on the ground."""
    return disc(x, -size, size, colour) + disc(x, -size, size * 0.45, GREY)


def tracks(wide: float, high: float) -> str:
    """A crawler's track."""
    inner = "".join(disc(x, -high / 2, high * 0.26, SLATE) for x in row(-wide * 0.38, wide * 0.38, 4))
    return rect(-wide / 2, -high, wide, high, INK, round_=high / 2) + inner


def excavator(size: float, colour: str = OCHRE) -> str:
    """A digger with its arm raised to the left."""
    arm = line([(-8, -46), (-52, -92)], colour, 10) + line([(-52, -92), (-82, -46)], dark(colour, 0.16), 8)
    bucket = poly([(-92, -48), (-70, -48), (-68, -26), (-86, -22)], SLATE)
    body = poly([(-20, -24), (-20, -46), (44, -46), (50, -24)], colour)
    lee = poly([(20, -24), (20, -46), (44, -46), (50, -24)], dark(colour))
    cab = poly([(-22, -44), (-18, -74), (10, -74), (10, -44)], colour)
    glass = poly([(-17, -48), (-14, -70), (4, -70), (4, -48)], ICE)
    return sized(size, shadow(92, 50) + tracks(86, 24) + body + lee + cab + glass + arm + bucket)


def loader(size: float, colour: str = OCHRE) -> str:
    """A wheel loader, its shovel down in front."""
    body = poly([(-24, -22), (-24, -46), (48, -50), (52, -22)], colour)
    lee = poly([(22, -22), (22, -48), (48, -50), (52, -22)], dark(colour))
    cab = poly([(-10, -46), (-8, -80), (20, -80), (22, -46)], dark(colour, 0.1))
    glass = poly([(-5, -50), (-3, -75), (15, -75), (16, -50)], ICE)
    arm = line([(-14, -42), (-54, -18)], dark(colour, 0.2), 9)
    shovel = poly([(-84, -4), (-52, -2), (-50, -38), (-62, -38), (-66, -16)], SLATE)
    return sized(size, (shadow(100, 50) + body + lee + cab + glass + arm + shovel + wheel(-14, 21) + wheel(36, 21)))


def roller(size: float, colour: str = OCHRE) -> str:
    """A road roller."""
    body = poly([(-20, -20), (-20, -42), (46, -46), (50, -20)], colour)
    lee = poly([(22, -20), (22, -45), (46, -46), (50, -20)], dark(colour))
    roof = (
        rect(-16, -82, 46, 7, dark(colour, 0.1))
        + line([(-10, -76), (-10, -42)], INK, 4)
        + line([(24, -76), (24, -42)], INK, 4)
    )
    drum = disc(-36, -25, 25, SLATE) + disc(-36, -25, 8, INK) + line([(-36, -26), (-14, -36)], dark(colour), 7)
    return sized(size, shadow(100, 50) + body + lee + roof + drum + wheel(32, 22))


def truck(size: float, colour: str = BRICK, load: str = PAPER) -> str:
    """A lorry with a box body."""
    box = rect(-24, -62, 92, 50, load) + rect(46, -62, 22, 50, dark(load, 0.14))
    cab = poly([(-58, -12), (-58, -34), (-50, -52), (-26, -52), (-26, -12)], colour)
    glass = poly([(-54, -34), (-48, -48), (-34, -48), (-34, -34)], ICE)
    return sized(
        size,
        (
            shadow(120, 40)
            + rect(-58, -16, 126, 7, INK)
            + box
            + cab
            + glass
            + "".join(wheel(x, 10) for x in (-42, 26, 48))
        ),
    )


def dumper(size: float, colour: str = OCHRE) -> str:
    """A tipper with its skip."""
    skip = poly([(-18, -22), (-26, -62), (66, -62), (54, -22)], colour)
    lee = poly([(24, -22), (26, -62), (66, -62), (54, -22)], dark(colour))
    cab = poly(
        [(-60, -18), (-60, -48), (-52, -66), (-28, -66), (-24, -18)],
        dark(colour, 0.08),
    )
    glass = poly([(-55, -44), (-49, -60), (-36, -60), (-36, -44)], ICE)
    return sized(
        size,
        (
            shadow(120, 50)
            + rect(-60, -24, 118, 9, INK)
            + skip
            + lee
            + cab
            + glass
            + "".join(wheel(x, 15) for x in (-40, 14, 44))
        ),
    )


def bus(size: float, colour: str = BRICK, band: str = CREAM) -> str:
    """A bus."""
    body = rect(-72, -62, 144, 52, colour, round_=8) + rect(-72, -30, 144, 6, band)
    panes = "".join(rect(x, -54, 18, 19, ICE) for x in (-66, -42, -20, 2, 24, 46))
    return sized(
        size, (shadow(140, 40) + body + rect(50, -62, 22, 52, NIGHT, 0.18) + panes + wheel(-44, 12) + wheel(42, 12))
    )


def van(size: float, colour: str = LAKE, open_: bool = False) -> str:
    """A van; open, its doors stand out at the back."""
    body = poly([(-62, -12), (-62, -34), (-40, -64), (56, -64), (56, -12)], colour)
    glass = poly([(-54, -36), (-37, -58), (-18, -58), (-18, -36)], ICE)
    back = (
        rect(56, -62, 8, 48, INK) + poly([(62, -62), (84, -56), (84, -10), (62, -14)], dark(colour, 0.1))
        if open_
        else ""
    )
    lee = rect(30, -64, 26, 52, dark(colour))
    return sized(
        size,
        (
            shadow(116, 40)
            + body
            + lee
            + glass
            + back
            + rect(-62, -24, 118, 5, light(colour))
            + wheel(-38, 12)
            + wheel(34, 12)
        ),
    )


def tractor(size: float, colour: str = BRICK) -> str:
    """A tractor."""
    nose = rect(-50, -46, 52, 26, colour) + rect(-50, -30, 52, 10, dark(colour))
    cab = poly([(-2, -20), (2, -80), (40, -80), (44, -20)], colour) + poly(
        [(5, -46), (8, -73), (34, -73), (36, -46)], ICE
    )
    return sized(size, (shadow(100, 50) + nose + rect(-34, -66, 5, 22, INK) + cab + wheel(-36, 15) + wheel(26, 27)))


def bicycle(size: float, colour: str = INK) -> str:
    """A bicycle."""
    hoops = "".join(curve(f"M{x + 24:.1f} -24a24 24 0 1 1 0 -.1z", colour, 4) for x in (-44, 36))
    frame = line([(-40, -24), (-26, -62), (18, -58), (0, -24), (-26, -62)], BRICK, 4) + line(
        [(0, -24), (38, -24), (18, -58)], BRICK, 4
    )
    return sized(
        size,
        (
            hoops
            + frame
            + line([(-26, -62), (-28, -74), (-40, -74)], colour, 4)
            + line([(8, -66), (28, -66)], colour, 6)
        ),
    )


def cabin(size: float, colour: str = BRICK) -> str:
    """A cable car's cabin, hung from (0, 0)."""
    arm = line([(0, 0), (0, 34)], INK, 6)
    body = rect(-46, 34, 92, 74, colour, round_=14) + rect(16, 34, 30, 74, dark(colour), round_=14)
    return sized(size, arm + body + "".join(rect(x, 46, 22, 30, ICE) for x in (-38, -11, 16)))


def train(size: float, cars: int = 3, colour: str = BRICK) -> str:
    """A train of carriages."""
    parts = []
    for i in range(cars):
        x = i * 156
        shape = [
            (x - 70, -10),
            (x - (70 if i else 84), -34),
            (x - 66, -70),
            (x + 76, -70),
            (x + 76, -10),
        ]
        parts += [poly(shape, colour), rect(x - 70, -30, 146, 7, CREAM)]
        parts += [rect(x + dx, -60, 20, 22, ICE) for dx in (-56, -26, 4, 34)]
        parts += [wheel(x + dx, 9) for dx in (-50, -28, 34, 56)]
    return sized(size, "".join(parts))


def rowboat(size: float, colour: str = BARK, inside: str = WALNUT) -> str:
    """A slim boat whose ends rise, afloat on (0, 0)."""
    hull = path(
        "M-100 -34Q0 -4 100 -34Q80 8 30 8H-30Q-80 8 -100 -34z",
        colour,
    )
    rim = path(
        "M-100 -34Q0 -4 100 -34Q0 -16 -100 -34z",
        inside,
    )
    return sized(size, hull + rim)


def dhow(size: float, colour: str = WALNUT, sail: str = WHITE) -> str:
    """A boat with a great slanting sail."""
    hull = path("M-74 -22L70 -30L54 0H-48z", colour)
    lee = path(
        "M-74 -22L70 -30L68 -22L-72 -14z",
        light(colour, 0.3),
    )
    cloth = path(
        "M-58 -44L58 -170Q76 -84 44 -40Q-6 -58 -58 -44z",
        sail,
    )
    fold = path(
        "M58 -170Q76 -84 44 -40Q26 -46 16 -48z",
        dark(sail, 0.14),
    )
    return sized(
        size,
        (line([(4, -26), (8, -128)], INK, 5) + cloth + fold + line([(-62, -40), (62, -175)], BARK, 4) + hull + lee),
    )


def riverboat(size: float, colour: str = WHITE, band: str = BRICK) -> str:
    """A white boat with two decks."""
    hull = poly([(-110, -30), (112, -30), (96, 0), (-86, 0)], colour) + poly(
        [(-96, -12), (104, -12), (96, 0), (-86, 0)], band
    )
    parts = [hull]
    for i, (left, right) in enumerate(((-88, 92), (-70, 78))):
        y = -30 - 34 * (i + 1)
        parts.append(rect(left, y, (right - left), 34, dark(colour, 0.06)))
        parts.append(rect((left - 5), y, (right - left + 10), 6, colour))
        parts += [rect(x, (y + 11), 11, 15, NIGHT) for x in row(left + 10, right - 20, 9 - i)]
    return sized(
        size,
        "".join(
            [
                *parts,
                rect(-50, -120, 44, 22, colour),
                rect(-44, -115, 30, 9, NIGHT),
                rect(30, -126, 18, 28, band),
            ]
        ),
    )


def hydrofoil(size: float, colour: str = WHITE, band: str = LAKE) -> str:
    """A long low boat that stands out of the water on its wings."""
    hull = path(
        "M-140 -40Q-100 -62 -30 -64H120L132 -30H-96z",
        colour,
    )
    stripe = poly([(-128, -40), (130, -40), (132, -31), (-98, -31)], band)
    roof = path(
        "M-84 -63Q-64 -84 -30 -84H94L108 -64z",
        dark(colour, 0.1),
    )
    panes = "".join(rect(x, -58, 14, 13, NIGHT) for x in range(-84, 110, 21))
    legs = "".join(poly([(x, -32), ((x + 10), -32), ((x + 2), -2), ((x - 8), -2)], SLATE) for x in (-70, 70))
    spray = "".join(
        path(
            f"M{x:g} 0q26 -22 70 -12q-14 6 -20 12z",
            WHITE,
            0.9,
        )
        for x in (-66, 74)
    )
    return sized(size, legs + hull + stripe + roof + panes + spray)


def cargo_ship(size: float, colour: str = BRICK, boxes: Sequence[str] = (OCHRE, LAKE, PAPER, BRICK)) -> str:
    """A container ship from the side."""
    hull = poly([(-200, -56), (190, -50), (176, 0), (-170, 0)], colour)
    lee = poly([(-184, -22), (182, -20), (176, 0), (-170, 0)], dark(colour))
    stack = "".join(
        rect((-150 + 32 * i), -56 - 18 * (j + 1), 30, 17, boxes[(i * 3 + j * 2) % len(boxes)])
        for i in range(8)
        for j in range(2 + (i * 5) % 3)
    )
    return sized(
        size,
        (
            stack
            + hull
            + lee
            + rect(122, -132, 46, 80, WHITE)
            + rect(126, -124, 38, 8, NIGHT)
            + rect(140, -152, 20, 20, colour)
        ),
    )


def bow(width: float, height: float, colour: str = BRICK) -> str:
    """The bow of a great ship, from the front."""
    half = width / 2
    cheek = f"M{-half} {-height}L0 {-height * 1.04:.0f}V0H{-half * 0.3:.0f}"
    cheek += f"C{-half * 0.5:.0f} {-height * 0.3:.0f} {-half * 0.9:.0f} {-height * 0.5:.0f} {-half} {-height}z"
    boxes = (OCHRE, LAKE, CREAM, BRICK)
    load = [
        rect(half * (0.3 * i - 0.86), -height * (1.115 + 0.075 * j), half * 0.28, height * 0.07, boxes[(i + j * 3) % 4])
        for i in range(6)
        for j in range(3)
    ]
    sides = path(cheek, colour) + at(0, 0, path(cheek, dark(colour, 0.24)), flip=True)
    anchors = "".join(disc(x * half, -height * 0.72, width * 0.026, INK) for x in (-0.4, 0.4))
    draught = "".join(rect(-14, -height * (0.2 + 0.07 * i), 28, 5, WHITE) for i in range(4))
    return "".join(load) + sides + anchors + draught


def wheel_digger(size: float, colour: str = "#8a5a3a") -> str:
    """A bucket-wheel excavator, rusting."""
    teeth = "".join(at(-120, -60, rect(-6, -38, 12, 12, dark(colour)), turn=i * 36) for i in range(10))
    hub = disc(-120, -60, 28, colour) + disc(-120, -60, 16, CREAM) + disc(-120, -60, 6, INK)
    arms = line([(-120, -60), (20, -56)], colour, 9) + line([(20, -56), (130, -86)], colour, 8)
    stays = "".join(line([(10, -140), end], INK, 2.5) for end in ((-116, -64), (128, -88)))
    return sized(
        size,
        (
            tracks(110, 22)
            + poly([(-40, -20), (50, -20), (34, -70), (-24, -70)], colour)
            + line([(4, -68), (10, -140)], colour, 8)
            + arms
            + stays
            + teeth
            + hub
        ),
    )


def headlamp(size: float, rim: str = GREY, glass: str = SUN) -> str:
    """A round headlamp."""
    return sized(
        size,
        (
            disc(0, 0, 100, rim)
            + disc(0, 0, 78, glass)
            + path(
                "M-50 -30A60 60 0 0 1 0 -60L0 -45A45 45 0 0 0 -38 -20z",
                WHITE,
                0.9,
            )
        ),
    )


def car_door(size: float, colour: str) -> str:
    """A car's door with its window."""
    body = path(f"M{-46} 0V{-50}L{-20} {-100}H{42}L{46} {-50}V0z", colour)
    pane = poly([(-36, -54), (-14, -92), (36, -92), (39, -54)], ICE)
    return sized(size, (body + pane + rect(20, -42, 18, 5, INK) + rect(-46, -14, 92, 14, dark(colour, 0.2))))
