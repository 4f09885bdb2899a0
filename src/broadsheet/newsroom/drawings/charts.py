"""Charts drawn on the server: Vega-Lite lays the marks out, and what comes back is made fit for a page.

Every chart is drawn twice, for a column (`drawing-wide`) and for a phone (`drawing-narrow`), like the maps. Colours are
classes that drawings.css fills from the theme's tokens; there are no styles, scripts, fonts or ids.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from lxml import etree

from broadsheet.newsroom.drawings.bars import bars, dots
from broadsheet.newsroom.drawings.lines import areas, lines, points
from broadsheet.newsroom.drawings.marks import is_rtl, locale_of
from broadsheet.newsroom.drawings.scales import numbers_of, read_days
from broadsheet.newsroom.drawings.specs import BASE, INK, PAPER, QUIET, RULE, SERIES, Sheet, Table, colour
from broadsheet.newsroom.rules import Figures

SIZES = (("wide", 640, 15.0), ("narrow", 340, 14.0))
KINDS = {"bar": bars, "line": lines, "area": areas, "dot": dots}
VEGA_LITE = "5.20"

FILLS = {colour(index): f"chart-{index + 1}" for index in range(SERIES)} | {INK: "", QUIET: "chart-quiet"}
STROKES = {colour(index): f"chart-line-{index + 1}" for index in range(SERIES)}
STROKES |= {RULE: "chart-rule", BASE: "chart-base", QUIET: "chart-span", PAPER: "chart-halo"}
KEPT = {
    "svg": {"viewBox"},
    "g": {"transform"},
    "path": {"d", "transform", "stroke-width", "stroke-linecap", "stroke-linejoin", "fill-opacity"},
    "line": {"x2", "y2", "transform", "stroke-width"},
    "rect": {"x", "y", "width", "height"},
    "text": {"x", "y", "transform", "text-anchor", "font-size"},
}


def chart(kind: str, title: str, unit: str, figures: Figures) -> SafeString:
    """Two SVG drawings, wide and narrow, of `figures`, in the language of the page.

    Title and unit stand above, in the page's own type: the title is the drawing's name here, the unit may be a sign.
    """
    return _chart(kind, title.strip(), unit.strip(), figures, get_language() or "en")


@lru_cache(maxsize=512)
def _chart(kind: str, title: str, unit: str, figures: Figures, language: str) -> SafeString:
    table = cleaned(figures)
    if table is None:
        return mark_safe("")
    numbers = numbers_of(table.values, unit, locale_of(language))
    draw = KINDS.get(kind, bars)
    if (draw is dots and read_days(table.labels)) or (draw in {lines, areas} and len(table.labels) == 1):
        draw = points if draw is dots else bars
    sheets = [Sheet(name, width, letters, is_rtl(language), numbers) for name, width, letters in SIZES]
    return mark_safe("".join(_svg(draw(table, sheet), sheet, title) for sheet in sheets))


def cleaned(figures: Figures) -> Table | None:
    """The figures without empty rows and series; None where nothing is left to draw."""
    rows = [(label, values) for label, values in figures.rows if any(value is not None for value in values)]
    kept = [
        index for index in range(len(figures.heads) - 1) if any(values[index] is not None for _label, values in rows)
    ]
    if not kept:
        return None
    columns = tuple(tuple(values[index] for _label, values in rows) for index in kept)
    return Table(tuple(label for label, _values in rows), tuple(figures.heads[index + 1] for index in kept), columns)


def _svg(spec: dict[str, Any], sheet: Sheet, title: str) -> str:
    import vl_convert

    root = etree.fromstring(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE).encode())
    drawn = _kept(root)
    drawn.set("class", f"drawing-{sheet.name} chart")
    drawn.set("role", "img")
    drawn.set("aria-label", title)
    drawn.set("direction", "ltr")  # the page's own direction would turn the anchors of the words
    return str(etree.tostring(drawn, encoding="unicode"))


def _kept(node: Any) -> Any:
    """A copy of an element with only what a chart needs: geometry, words, and classes for colours."""
    name = etree.QName(node).localname
    copy = etree.Element(name)
    copy.text = (node.text or "").strip() or None
    for key in KEPT[name] & set(node.attrib):
        copy.set(key, re.sub(r"\d+\.\d{2,}", _tenth, node.get(key)))
    _colour(node, copy)
    for child in node:
        if not isinstance(child.tag, str) or etree.QName(child).localname not in KEPT:
            continue
        kept = _kept(child)
        if len(kept) or kept.get("class") or kept.text:
            copy.append(kept)
    if name == "g" and len(copy) == 1 and not copy.get("transform"):
        return copy[0]
    return copy


def _tenth(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _colour(node: Any, copy: Any) -> None:
    fill, stroke = node.get("fill", "none"), node.get("stroke", "none")
    classes = [FILLS.get(fill, ""), STROKES.get(stroke, "")]
    if node.get("font-weight"):
        classes.append("chart-strong")
    if any(classes):
        copy.set("class", " ".join(filter(None, classes)))
    if stroke in STROKES and fill not in FILLS:
        copy.set("fill", "none")
    size = copy.get("font-size")
    if size:
        copy.set("font-size", size.removesuffix("px"))
