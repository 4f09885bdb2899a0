"""How the paper shows things: pictures, dates, prices, names of languages and countries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from broadsheet.money import Money
from broadsheet.newsroom.cards import Name, PictureCard, PlaceCard, Story, language_name
from broadsheet.newsroom.fronts import Package
from broadsheet.newsroom.rules import DataError, Figures, read_data
from broadsheet.web.renditions import renditions

register = template.Library()

# Shape: the renditions to offer, and how wide each layout shows them.
SHAPES: dict[str, tuple[tuple[str, ...], str]] = {
    "lead": (
        ("fill-480x320", "fill-840x560", "fill-1280x853", "fill-1600x1067"),
        "(min-width: 75rem) 50rem, (min-width: 60rem) 66vw, 100vw",
    ),
    "card": (("fill-320x213", "fill-480x320", "fill-720x480"), "(min-width: 60rem) 24rem, 92vw"),
    "half": (("fill-480x320", "fill-720x480", "fill-1080x720"), "(min-width: 60rem) 36rem, 92vw"),
    "small": (("fill-160x107", "fill-320x213"), "(min-width: 40rem) 10rem, 6rem"),
    "column": (("width-480", "width-800", "width-1280"), "(min-width: 48rem) 42rem, 92vw"),
    "wide": (("width-480", "width-840", "width-1280", "width-1800"), "(min-width: 75rem) 64rem, 92vw"),
    "cover": (("width-320", "width-640"), "(min-width: 40rem) 16rem, 60vw"),
    "portrait": (("fill-160x160", "fill-320x320"), "10rem"),
}


def locale() -> Locale:
    """The language of the page, as Babel knows it."""
    try:
        return Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@register.simple_tag
def picture(card: PictureCard | None, shape: str, eager: bool = False, alt: str | None = None) -> SafeString:
    """A picture in one of the paper's shapes, in WebP, with every size a browser may choose from."""
    if card is None:
        return mark_safe("")
    specs, sizes = SHAPES[shape]
    named = {spec: f"{spec}|format-webp|webpquality-74" for spec in specs}
    found = renditions(card.image, *named.values())
    if not found:
        return mark_safe("")
    made = list({found[name].width: found[name] for name in named.values()}.values())
    largest = made[-1]
    attributes = {
        "src": made[len(made) // 2].url, "srcset": ", ".join(f"{item.url} {item.width}w" for item in made),
        "sizes": sizes, "width": largest.width, "height": largest.height,
        "alt": card.alt if alt is None else alt, "decoding": "async",
        **({"fetchpriority": "high"} if eager else {"loading": "lazy"}),
    }  # fmt: skip
    return format_html("<img{}>", format_html_join("", ' {}="{}"', attributes.items()))


@register.filter
def image_card(image: Any) -> PictureCard | None:
    """The card of a picture that a block holds."""
    return PictureCard(image, image.alt, image.caption, image.credit) if image else None


@register.simple_tag
def when(moment: datetime | None, form: str = "long") -> SafeString:
    """A time element: the day in the page's language; form `full` adds the hour and minute."""
    if moment is None:
        return mark_safe("")
    local = timezone.localtime(moment)
    shown = _moment(local) if form == "full" else _day(local.date(), form)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="minutes"), shown)


@register.simple_tag
def issued(packages: Iterable[Package]) -> SafeString:
    """The front's date: the day of the newest story on it, so that a page kept for days never says it is today."""
    days = [pick.card.published for package in packages for pick in package.picks if pick.card.published]
    if not days:
        return mark_safe("")
    day = timezone.localtime(max(days)).date()
    shown = format_date(day, "full", locale=locale())
    return format_html('<time class="issued" datetime="{}">{}</time>', day.isoformat(), shown)


def _moment(local: datetime) -> str:
    """A day and a time to the minute with its zone, joined as the language joins them."""
    time = f"{format_time(local, 'short', locale=locale())} {local.tzname()}"
    joined = str(get_datetime_format("long", locale=locale())).replace("'", "")
    return joined.replace("{1}", format_date(local, "long", locale=locale())).replace("{0}", time)


def _day(day: date, form: str) -> str:
    return format_date(day, "d MMM" if form == "short" and locale().language == "en" else form, locale=locale())


@register.filter
def day(value: date) -> str:
    """A day, written out."""
    return format_date(value, "long", locale=locale())


@register.filter
def date_long(moment: datetime | None) -> str:
    """A moment's day, written out, in the paper's zone: for sentences, which hold no element."""
    return format_date(timezone.localtime(moment).date(), "long", locale=locale()) if moment else ""


@register.filter
def price(amount: Money) -> str:
    """An amount in the page's language: $2.90, 2,90 $. Templates put it into a bdi, which finds its direction."""
    from decimal import Decimal

    shown = format_currency(Decimal(amount.plain), amount.currency, locale=locale())
    return shown.replace("\N{RIGHT-TO-LEFT MARK}", "")  # it would turn the sign of a Latin currency around


@register.filter
def number(value: float) -> str:
    """A number in the page's language."""
    return format_decimal(value, locale=locale())


@register.filter
def language(tag: str) -> str:
    """A language's name in the language of the page."""
    return language_name(tag)


@register.filter
def own_language(tag: str) -> str:
    """A language's name in itself: Français, العربية."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name() or tag
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:]


@register.filter
def country(code: str) -> str:
    """A country's name in the language of the page."""
    return str(locale().territories.get(code, code)) if code else ""


@register.filter
def by_role(bylines: Iterable[Name], role: str) -> list[Name]:
    """Those of `bylines` with this role."""
    return [line for line in bylines if line.role == role]


@register.filter
def linked(names: Iterable[Name]) -> SafeString:
    """Names as links, joined as the language joins them: A, B and C."""
    links = [format_html('<a href="{}">{}</a>', name.url, name.name) for name in names]
    return mark_safe(format_list(links, locale=locale()))


@register.filter
def joined(names: Iterable[str]) -> str:
    """Names joined as the language joins them."""
    return format_list(list(names), locale=locale())


@register.filter
def minutes(words: int) -> int:
    """Minutes that a story of so many words takes."""
    return max(1, round(words / 230))


@register.filter
def datelined(markup: str, place: PlaceCard | None) -> SafeString:
    """The opening with its dateline before the first words."""
    if place is None:
        return mark_safe(markup)
    tag = f'<a class="dateline" href="{escape(place.url)}">{escape(place.name)}</a> — '
    return mark_safe(re.sub(r"<p(\s[^>]*)?>", lambda found: found[0] + tag, markup, count=1))


@register.filter
def og_image(story: Story) -> Any:
    """The picture that stands for a story elsewhere."""
    return story.card.picture.image if story.card.picture else None


@register.filter
def embed_host(url: str) -> str:
    """The host that an embed would ask."""
    from urllib.parse import urlsplit

    return (urlsplit(url).hostname or "").removeprefix("www.")


@register.simple_tag
def figures(value: Any) -> Figures | None:
    """A chart's figures as a table, or None where they cannot be read."""
    try:
        return read_data(value.get("data") or "")
    except DataError:
        return None
