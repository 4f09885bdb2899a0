"""A list's colour as it can be read: on paper by day, and on ink at night."""

from __future__ import annotations

import re

PAPER, INK = "#fffdf8", "#1b1b1d"  # what letters stand on, by day and at night
READABLE, AT_NIGHT = 4.5, 6.5  # contrast, as WCAG counts it, of words of any size; more in the dark, where it tires
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN = "#1f3a4d"


def is_colour(text: str) -> bool:
    """Whether a text is a colour as we write one: # and six hexadecimal digits."""
    return _COLOUR.fullmatch(text) is not None


def by_day(colour: str) -> str:
    """The colour, darkened as far as it must be to be read on paper."""
    return _moved(colour, PAPER, (0, 0, 0), READABLE)


def at_night(colour: str) -> str:
    """The colour, lightened as far as it must be to be read on ink."""
    return _moved(colour, INK, (255, 255, 255), AT_NIGHT)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours: 1 for none, 21 for black on white."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _moved(colour: str, ground: str, towards: tuple[int, int, int], least: float) -> str:
    channels = _channels(colour if is_colour(colour) else _PLAIN)
    for step in range(21):
        share = step / 20
        mixed = [round(own + (end - own) * share) for own, end in zip(channels, towards, strict=True)]
        found = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if contrast(found, ground) >= least:
            break
    return found


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _light(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
