"""Maps drawn on the server: where a story happens, and where the paper's stories come from.

Every map is drawn twice, for a column (`drawing-wide`) and for a phone (`drawing-narrow`), so that lettering keeps its
size; drawings.css shows the one that fits. Colours are classes that drawings.css fills from the theme's tokens.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import quoteattr

from babel.units import format_unit
from django.core.cache import cache
from django.utils.translation import gettext as _

from broadsheet.newsroom.cards import PlaceCard
from broadsheet.newsroom.drawings.geography import geography
from broadsheet.newsroom.drawings.ground import globe, graticule, ground
from broadsheet.newsroom.drawings.lettering import Label, placed, width
from broadsheet.newsroom.drawings.marks import dot, drawn, is_rtl, leader, locale_of, text
from broadsheet.newsroom.drawings.naming import country_names
from broadsheet.newsroom.drawings.projections import KM, Box, EqualEarth, Point
from broadsheet.newsroom.drawings.views import Format, View, view_of, world_view

KEPT = 30 * 24 * 3600  # seconds in Django's cache
VERSION = 1  # move on when the drawing changes, so that no old one is taken from the cache
LOCATORS = (Format("wide", 640, 420, 14.5, 4.5, 40), Format("narrow", 320, 300, 12.5, 4, 27))
STRIPS = (
    Format("middle", 720, 258, 14, 4.2, 0),
    Format("wide", 1200, 430, 14, 4.5, 0),
    Format("narrow", 360, 225, 12, 3.6, 0),
)


def locator(places: Sequence[PlaceCard], span: float | None = None, language: str = "en") -> str:
    """Two SVG drawings, wide and narrow, of the land around `places`; `span` is the width in degrees of longitude."""
    facts = ("locator", VERSION, [astuple(place) for place in places], span, language)
    return _kept(facts, lambda: "".join(_locator(places, span, language, form) for form in LOCATORS))


def datelines(places: Sequence[PlaceCard], language: str = "en") -> str:
    """SVG drawings, one for each width, of the world with a linked dot for each place; the first choose room first."""
    facts = ("datelines", VERSION, [astuple(place) for place in places], language)
    return _kept(facts, lambda: "".join(_strip(places, language, form) for form in STRIPS))


def astuple(place: PlaceCard) -> tuple[str, str, str, float, float]:
    """The facts of a place that a map shows."""
    return (place.name, place.url, place.country, place.latitude, place.longitude)


def _kept(facts: object, draw: Callable[[], str]) -> str:
    key = "broadsheet:drawing:" + hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    return str(cache.get_or_set(key, draw, KEPT))


def _locator(places: Sequence[PlaceCard], span: float | None, language: str, form: Format) -> str:
    view = view_of(places, span, form)
    world = isinstance(view.projection, EqualEarth)
    points = [(place.name, *view.place(place)) for place in places]
    inset, taken = ("", []) if world else _insets(points, view, language, form)
    labels = placed(points, form.letters, form.dot, (5.0, 5.0, view.width - 5, view.height - 5), taken)
    reach = form.dot + 3
    taken += [label.box for label in labels if label]
    taken += [(x - reach, y - reach, x + reach, y + reach) for _name, x, y in points]
    earth, seen = ground(view, geography().world if world else geography().detail, [place.country for place in places])
    names = "" if world else country_names(seen, taken, language, form, view)
    rtl = is_rtl(language)
    marks = [leader(label, x, y) for label, (_name, x, y) in zip(labels, points, strict=True)]
    marks += [dot(x, y, form.dot) for _name, x, y in points]
    marks += [text("map-place", label, form.letters, rtl) for label in labels if label]
    frame = drawn("map-frame", f"M.5 .5h{view.width - 1:g}v{view.height - 1:g}h-{view.width - 1:g}z")
    title = _("Map: %(places)s") % {"places": _(", ").join(place.name for place in places)}
    inside = "".join([earth, graticule(view), names, inset, *marks, frame])
    return _svg(form.name, view, "map", "img", title, inside, rtl)


def _insets(
    points: Sequence[tuple[str, float, float]], view: View, language: str, form: Format
) -> tuple[str, list[Box]]:
    """The globe and the scale bar, and the room they take."""
    x, y = _corner(points, view, form)
    reach = form.globe + 5
    ruler, box = _bar(view, form, language, at_right=x < view.width / 2)
    return globe(view, (x, y), form.globe) + ruler, [(x - reach, y - reach, x + reach, y + reach), box]


def _svg(size: str, view: View, kind: str, role: str, label: str, inside: str, rtl: bool) -> str:
    direction = ' direction="rtl"' if rtl else ""
    return (
        f'<svg class="drawing-{size} {kind}" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {view.width:g} {view.height:g}" role="{role}" aria-label={quoteattr(label)}{direction}>'
        f"{inside}</svg>"
    )


def _corner(points: Sequence[tuple[str, float, float]], view: View, form: Format) -> Point:
    """The corner for the globe that is furthest from every place."""
    room = form.globe + 12
    corners = [
        (view.width - room, view.height - room),
        (room, view.height - room),
        (view.width - room, room),
        (room, room),
    ]
    return max(corners, key=lambda corner: min(math.dist(corner, (x, y)) for _, x, y in points) // 40)


def _bar(view: View, form: Format, language: str, at_right: bool) -> tuple[str, Box]:
    """A scale bar of a round number of kilometres, about a fifth of the width, and the box it fills."""
    kilometres = view.width * 0.24 / view.scale * KM
    power = 10 ** math.floor(math.log10(kilometres))
    length = max(step * power for step in (1, 2, 5) if step * power <= kilometres)
    wide = length / KM * view.scale
    size = form.letters * 0.9
    words = format_unit(length, "kilometer", length="short", locale=locale_of(language))
    room = max(wide, width(words, size))
    left = view.width - 14 - room if at_right else 14.0
    bottom = view.height - 14.0
    rtl = is_rtl(language)
    label = Label(words, left, bottom - 7, "left", (left, bottom - 7 - size, left + room, bottom + 2))
    ruler = f'<path class="map-scale" d="M{left:.1f} {bottom - 4:.1f}v4h{wide:.1f}v-4"/>'
    return ruler + text("map-note", label, size, rtl), label.box


def _strip(places: Sequence[PlaceCard], language: str, form: Format) -> str:
    view = world_view(form, 73, -50, places)
    firsts: dict[str, PlaceCard] = {}
    for place in places:
        firsts.setdefault(place.url or place.name, place)
    rows = list(firsts.values())
    points = [(place.name, *view.place(place)) for place in rows]
    labels = placed(points, form.letters, form.dot, (4.0, 4.0, view.width - 4, view.height - 4), ())
    earth, _seen = ground(view, geography().world, ())
    rtl = is_rtl(language)
    rules = drawn("map-frame", f"M0 .5h{view.width:g}M0 {view.height - 0.5:g}h{view.width:g}")
    links = [
        _link(place, x, y, label, form, rtl) for place, (_name, x, y), label in zip(rows, points, labels, strict=True)
    ]
    title = _("Where the latest stories come from")
    return _svg(form.name, view, "map map-strip", "group", title, earth + rules + "".join(links), rtl)


def _link(place: PlaceCard, x: float, y: float, label: Label | None, form: Format, rtl: bool) -> str:
    words = leader(label, x, y) + (text("map-place", label, form.letters, rtl) if label else "")
    return (
        f"<a href={quoteattr(place.url)} aria-label={quoteattr(place.name)}>"
        f'<circle class="map-touch" cx="{x:.1f}" cy="{y:.1f}" r="12"/>{dot(x, y, form.dot)}{words}</a>'
    )
