"""The SVG of single marks: dots, leaders, words."""

from __future__ import annotations

from xml.sax.saxutils import escape

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language_info

from broadsheet.newsroom.drawings.lettering import Label


def is_rtl(language: str) -> bool:
    try:
        return bool(get_language_info(language)["bidi"])
    except KeyError:
        return False


def locale_of(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def drawn(name: str, data: str) -> str:
    return f'<path class="{name}" d="{data}"/>' if data else ""


def dot(x: float, y: float, size: float) -> str:
    return f'<circle class="map-dot" cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>'


def leader(label: Label | None, x: float, y: float) -> str:
    if label is None or label.leader is None:
        return ""
    return f'<path class="map-leader" d="M{x:.1f} {y:.1f}L{label.leader[0]:.1f} {label.leader[1]:.1f}"/>'


def text(name: str, label: Label, size: float, rtl: bool, spacing: float = 0.0) -> str:
    ends = {"left": "end", "right": "start"} if rtl else {"left": "start", "right": "end"}
    anchor = ends.get(label.side, "middle")
    spaced = f' letter-spacing="{spacing:g}"' if spacing else ""
    return (
        f'<text class="{name}" x="{label.x:.1f}" y="{label.y:.1f}" font-size="{size:g}"'
        f' text-anchor="{anchor}"{spaced}>{escape(label.text)}</text>'
    )
