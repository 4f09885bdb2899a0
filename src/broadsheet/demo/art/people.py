"""People, as a tailor's paper patterns: a head, a coat, two legs. They stand on (0, 0) and are `size` tall."""

from __future__ import annotations

import math

from broadsheet.demo.art.shapes import (
    BARK,
    BRICK,
    CREAM,
    INK,
    NIGHT,
    SUN,
    WALNUT,
    WHITE,
    at,
    curve,
    dark,
    disc,
    line,
    oval,
    path,
    poly,
    rect,
    shadow,
    sized,
)

SKINS = ("#8a5a3c", "#c08a62", "#5f3d2a", "#d9ae8c", "#a8734b")


def person(
    size: float, coat: str = BRICK, skin: str = SKINS[1], hat: str = "", arms: str = "down", long: bool = False
) -> str:
    """Somebody who stands: arms down, up, out (to the left) or holding something before the chest."""
    legs = "" if long else rect(-9, -40, 8, 40, NIGHT) + rect(2, -40, 8, 40, dark(NIGHT, 0.3))
    hem = 0.0 if long else -34.0
    body = path(f"M-10 -84H10L16 {hem:.1f}H-16z", coat)
    lee = path(f"M3 -84H10L16 {hem:.1f}H5z", dark(coat, 0.22))
    reach: dict[str, list[tuple[tuple[float, float], ...]]] = {
        "down": [((-10, -80), (-16, -48)), ((10, -80), (17, -48))],
        "up": [((-10, -80), (-22, -108)), ((10, -80), (17, -48))],
        "out": [((-10, -78), (-38, -70)), ((10, -80), (17, -48))],
        "hold": [((-10, -78), (-20, -60), (-4, -58)), ((10, -78), (16, -60), (0, -58))],
    }
    limbs = "".join(line(joints, dark(coat, 0.12), 7) for joints in reach[arms])
    head = disc(0, -92, 8.5, skin) + path("M-8.5 -93A8.5 8.5 0 0 1 8.5 -93z", BARK)
    top = poly([(-16, -95), (16, -95), (9, -104), (-9, -104)], hat) if hat else ""
    return sized(size, shadow(26, 30) + legs + limbs + body + lee + head + top)


def scarfed(size: float, coat: str, scarf: str, skin: str = SKINS[1]) -> str:
    """A woman with a scarf and a long dress."""
    cloth = path(
        "M-11 -82Q-13 -104 0 -104Q13 -104 11 -82z",
        scarf,
    )
    return sized(size, person(100, coat, skin, long=True) + cloth + disc(-1.5, -91, 6, skin))


def seated(size: float, coat: str, skin: str = SKINS[0], hat: str = "") -> str:
    """Somebody who sits and looks left, the hands before the chest."""
    leg = path("M-4 -30H-34V0H-24V-18H12V-30z", NIGHT)
    body = path("M-8 -70Q14 -72 16 -22H-10z", coat)
    arm = line([(0, -62), (-4, -40), (-26, -42)], dark(coat), 8)
    head = disc(-2, -81, 9.5, skin) + path("M-11.5 -83A9.5 9.5 0 0 1 7.5 -80z", BARK)
    top = poly([(-20, -85), (15, -85), (7, -95), (-11, -95)], hat) if hat else ""
    return sized(size, leg + body + arm + head + top)


def sleeper(size: float, coat: str, skin: str = SKINS[0]) -> str:
    """Somebody small asleep on the side."""
    body = path(
        "M-30 0Q-30 -22 -8 -22L40 -16L66 0z",
        coat,
    )
    return sized(size, (body + disc(-38, -10, 10, skin) + path("M-48 -11A10 10 0 0 1 -28 -12z", BARK)))


def diver(size: float, suit: str = NIGHT) -> str:
    """A diver who swims left with a slate."""
    parts = [poly([(40, -4), (92, -22), (96, -12), (44, 8)], suit)]
    parts.append(poly([(38, 2), (86, 16), (86, 26), (38, 14)], dark(suit)))
    parts.append(poly([(88, -24), (128, -38), (122, -10)], SUN))
    parts.append(poly([(82, 18), (124, 22), (112, 42)], SUN))
    parts.append(rect(-34, -14, 82, 27, suit, round_=13))
    parts.append(rect(-24, -33, 58, 18, SUN, round_=8))
    parts.append(disc(-46, -2, 14, suit) + rect(-62, -8, 16, 12, CREAM, round_=4))
    parts.append(line([(-22, 8), (-44, 36), (-66, 36)], suit, 9))
    parts.append(
        at(
            -76,
            36,
            rect(-20, -15, 40, 30, WHITE) + "".join(rect(-14, (-8 + 8 * i), 26, 3, INK) for i in range(3)),
            turn=-14,
        )
    )
    parts += [disc((-58 - 7 * i), (-34 - 26 * i), (5 + i), WHITE, 0.7) for i in range(4)]
    return sized(size, "".join(parts))


def climber(size: float, coat: str = WHITE, skin: str = SKINS[0]) -> str:
    """A climber who leans back in a rope belt; the trunk is at (0, 0), he hangs to its right."""
    belt = curve(
        "M-16 -20Q-34 4 44 12Q62 6 14 -26",
        SUN,
        6,
    )
    legs = line([(44, 14), (22, 26), (10, 48)], NIGHT, 10) + line([(46, 18), (34, 42), (12, 62)], dark(NIGHT, 0.3), 10)
    body = line([(42, 10), (56, -34)], coat, 24)
    arm = line([(54, -32), (30, -38), (12, -54)], dark(coat, 0.15), 8)
    return sized(
        size, (legs + body + belt + arm + disc(62, -58, 12, skin) + path("M50 -60A12 12 0 0 1 74 -60z", BRICK))
    )


def hand(size: float, skin: str = SKINS[1], sleeve: str = NIGHT) -> str:
    """A fist that points left, its sleeve at the right."""
    arm = poly([(30, -24), (190, -44), (190, 60), (30, 28)], sleeve)
    lee = poly([(30, 8), (190, 22), (190, 60), (30, 28)], dark(sleeve))
    palm = rect(-24, -26, 64, 54, skin, round_=18)
    fingers = "".join(rect(-40, (-26 + 14 * i), 44, 13, dark(skin, 0.06 * i), round_=6) for i in range(4))
    thumb = at(-4, -28, rect(-34, -7, 44, 14, skin, round_=7), turn=-12)
    return sized(size, arm + lee + palm + fingers + thumb)


def open_hand(size: float, skin: str = SKINS[1]) -> str:
    """An open hand, its wrist at (0, 0), the fingers up."""
    palm = rect(-30, -66, 60, 70, skin, round_=16) + rect(-22, -16, 44, 70, skin)
    fingers = "".join(
        at(x, -58, rect(-7, -long, 14, long, skin, round_=7), turn=turn)
        for x, long, turn in ((-22, 52, -10), (-7, 62, -3), (9, 60, 4), (23, 46, 12))
    )
    return sized(
        size,
        (
            palm
            + fingers
            + at(28, -30, rect(-8, -48, 16, 52, skin, round_=8), turn=52)
            + path("M6 -60H30V-8L22 4V54H9z", dark(skin), 0.4)
        ),
    )


def face(size: float, colour: str) -> str:
    """A face cut in stone: an oval with eyes and a mouth."""
    parts = [
        oval(0, 0, 32, 40, colour),
        oval(-12, -10, 7, 5, dark(colour, 0.5)),
        oval(12, -10, 7, 5, dark(colour, 0.5)),
    ]
    return sized(
        size,
        "".join(
            [
                *parts,
                line([(0, -8), (0, 8)], dark(colour, 0.4), 5),
                line([(-10, 20), (10, 20)], dark(colour, 0.5), 6),
            ]
        ),
    )


def crowd(count: int, spread: float, size: float, coats: tuple[str, ...] = (BRICK, NIGHT, SUN, WALNUT)) -> str:
    """A few people in a row, none like the next."""
    parts = []
    for i in range(count):
        x = -spread / 2 + spread * (i + 0.5) / count + 9 * math.sin(i * 2.3)
        tall = size * (0.92 + 0.1 * math.sin(i * 1.7))
        parts.append(
            at(
                x,
                4 * math.sin(i * 3.1),
                person(tall, coats[i % len(coats)], SKINS[i % len(SKINS)], arms=("down", "hold", "down", "out")[i % 4]),
            )
        )
    return "".join(parts)
