"""The demo paper's pictures: one illustrator's flat drawings, made from the words that say what to draw."""

from __future__ import annotations

import io
import random

from broadsheet.demo.art import covers
from broadsheet.demo.art.compositions import composition
from broadsheet.demo.art.reading import composed
from broadsheet.demo.art.shapes import HEIGHT, PAPER, WIDTH


def render(name: str, scene: str = "") -> bytes:
    """A JPEG of 1600 by 1067 pixels of `scene`, always the same; `cover-1` and `cover-2` are 1200 by 1600."""
    import vl_convert
    from PIL import Image

    png = vl_convert.svg_to_png(draw(name, scene), scale=1.0)
    kept = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(kept, "JPEG", quality=88, optimize=True)
    return kept.getvalue()


def draw(name: str, scene: str = "") -> str:
    """The picture as SVG. The scene decides what is drawn, the name how it falls out."""
    if name.startswith("cover-"):
        return _svg(covers.cover(name.removeprefix("cover-")), *covers.COVER)
    words = scene or name.replace("-", " ")
    made, chance = composition(words), random.Random(name)
    return _svg(made(chance) if made else composed(words, chance), WIDTH, HEIGHT)


def _svg(markup: str, width: int, height: int) -> str:
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg {frame}><rect width="{width}" height="{height}" fill="{PAPER}"/>{markup}</svg>'
