"""Musical instruments. They stand on (0, 0), or hang from it, as their line says."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.demo.art.shapes import (
    BARK,
    CLAY,
    CREAM,
    INK,
    WALNUT,
    arc,
    dark,
    disc,
    light,
    line,
    path,
    poly,
    rect,
    shadow,
    sized,
)


def lute(size: float, wood: str = WALNUT) -> str:
    """An oud or lute that hangs from (0, 0)."""
    neck = rect(-7, 20, 14, 76, dark(wood, 0.4)) + poly([(-7, 22), (7, 22), (24, -8), (12, -12)], dark(wood, 0.3))
    body = path(
        "M0 78C34 92 58 132 52 170A54 48 0 0 1 -52 170C-58 132 -34 92 0 78z",
        light(wood, 0.34),
    )
    lee = path(
        "M0 78C34 92 58 132 52 170A54 48 0 0 1 0 205z",
        wood,
        0.5,
    )
    rose = disc(0, 138, 17, BARK) + disc(0, 138, 12, wood) + rect(-24, 188, 48, 7, BARK)
    strings = "".join(line([(x, 14), (x * 2.4, 190)], CREAM, 1.6) for x in (-4, -1.4, 1.4, 4))
    return sized(size, neck + body + lee + rose + strings)


def lute_bowl(size: float, ribs: Sequence[str] = (WALNUT, "#a8703d", BARK, "#c28d55")) -> str:
    """The ribbed bowl of a lute, upside down on (0, 0) like a boat."""
    parts = []
    for i in range(9):
        share = 1 - i / 9
        wide, high = size * (0.5 + 0.0 * i), size * 0.36 * share
        end = -size * 0.66
        data = f"M{-wide} 0C{-wide} {-high * 1.25:.1f} {size * 0.1:.1f} {-high * 1.5:.1f} {-end:.1f} 0z"
        parts.append(path(data, ribs[i % len(ribs)]))
    return shadow(size, 100) + "".join(parts)


def lyre(size: float, wood: str = WALNUT, bowl: str = CLAY) -> str:
    """A lyre with a round bowl and five strings."""
    arms = line([(-18, -30), (-40, -132)], wood, 8) + line([(18, -30), (40, -132)], wood, 8)
    yoke = line([(-52, -130), (52, -130)], dark(wood, 0.3), 10)
    body = (
        disc(0, -36, 40, bowl)
        + path(arc(0, -36, 40, -60, 100) + "z", dark(bowl), 0.7)
        + disc(0, -36, 31, light(bowl, 0.6))
        + disc(-10, -48, 4, BARK)
        + disc(10, -48, 4, BARK)
    )
    strings = "".join(line([(x * 0.35, -20), (x, -130)], INK, 2.2) for x in (-30, -15, 0, 15, 30))
    return sized(size, shadow(70, 40) + arms + yoke + body + strings)


def piano(size: float, colour: str = WALNUT) -> str:
    """An upright piano."""
    body = (
        rect(-70, -110, 140, 110, colour)
        + rect(40, -110, 30, 110, dark(colour))
        + rect(-74, -116, 148, 10, dark(colour, 0.3))
    )
    shelf = rect(-76, -62, 152, 9, dark(colour, 0.35)) + rect(-66, -70, 132, 9, CREAM)
    keys = "".join(rect((-62 + 10 * i), -70, 4.5, 6, INK) for i in range(13) if i % 7 not in {2, 6})
    return sized(
        size,
        (body + shelf + keys + rect(-70, -53, 9, 53, dark(colour, 0.3)) + rect(61, -53, 9, 53, dark(colour, 0.45))),
    )
