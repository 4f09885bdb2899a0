"""The demo paper's pictures: flat landscapes drawn from a picture's name, in one palette."""

from __future__ import annotations

import io
import math
import random

INKS = ("#2f4a63", "#6b4e1f", "#2f5d45", "#7a3b3b", "#5d3a66", "#40504f")
PAPER, SUN = "#efe6d4", "#d9884a"


def render(name: str) -> bytes:
    """A JPEG of 1600 by 1067 pixels for this name, always the same."""
    import vl_convert
    from PIL import Image

    png = vl_convert.svg_to_png(draw(name), scale=1.0)
    kept = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(kept, "JPEG", quality=88, optimize=True)
    return kept.getvalue()


def draw(name: str) -> str:
    """The picture as SVG: a low sun, and ranges of hills that grow darker towards the reader."""
    chance = random.Random(name)
    ink = chance.choice(INKS)
    across, down, size = chance.randint(300, 1300), chance.randint(250, 480), chance.randint(60, 150)
    sun = f'<circle cx="{across}" cy="{down}" r="{size}" fill="{SUN}"/>'
    hills = "".join(_range(chance, level, ink) for level in range(5))
    ground = f'<rect width="1600" height="1067" fill="{PAPER}"/>'
    frame = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 1067" width="1600" height="1067"'
    return f"<svg {frame}>{ground}{sun}{hills}</svg>"


def _range(chance: random.Random, level: int, ink: str) -> str:
    base, phase = 480 + level * 120, chance.uniform(0, 6.3)
    points = [
        f"{x},{base + math.sin(x / (90 + 60 * level) + phase) * 40 + chance.uniform(-14, 14):.0f}"
        for x in range(0, 1601, 40)
    ]
    return (
        f'<polygon points="0,1067 {" ".join(points)} 1600,1067" fill="{ink}" fill-opacity="{0.22 + level * 0.19:.2f}"/>'
    )
