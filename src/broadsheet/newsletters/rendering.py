"""A letter as it is sent: HTML and plain text from the same cards, small enough that no client cuts it off."""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from broadsheet.newsletters.cards import Letter
from broadsheet.newsletters.dressing import look
from broadsheet.newsletters.places import PREFERENCES, UNSUBSCRIBE, Links, settle
from broadsheet.newsletters.plaintext import plain

MOST_BYTES = 90_000  # of HTML: some clients cut off what is beyond 102 KB, and the link to leave with it
_BETWEEN = re.compile(r">\s*\n\s*<")
_FILLER = mark_safe("&#8199;&#847; " * 60)  # after the preheader, so that inboxes show no more of the letter


class TooLongError(Exception):
    """The letter is too long, even with every story cut to its lead."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both parts, and how many stories were cut to their leads for want of room."""

    html: str
    text: str
    cut: int = 0

    @property
    def size(self) -> int:
        """Bytes of the HTML part."""
        return len(self.html.encode())


def render(letter: Letter, links: Links) -> Rendered:
    """Both parts. Whole stories are cut to their leads, the last first, until the HTML is small enough; raises
    TooLongError where it never is."""
    with translation.override(letter.head.language):
        date, cut = _date(letter), 0
        while len((html := _html(letter, date, links)).encode()) >= MOST_BYTES:
            shorter = letter.cut()
            if shorter is None:
                raise TooLongError(len(html.encode()))
            letter, cut = shorter, cut + 1
        return Rendered(html, settle(plain(letter, date, links)), cut)


def _html(letter: Letter, date: str, links: Links) -> str:
    context = {
        "letter": letter, "head": letter.head, "look": look(letter.head.language, letter.head.colour), "date": date,
        "filler": _FILLER, "places": {"unsubscribe": UNSUBSCRIBE, "preferences": PREFERENCES},
    }  # fmt: skip
    page = render_to_string("broadsheet/newsletter/letter.html", context)
    return settle(links.in_html(_BETWEEN.sub(">\n<", page)))


def _date(letter: Letter) -> str:
    try:
        locale = Locale.parse(letter.head.language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_date(letter.date, "full", locale=locale)


def in_the_dark(html: str, dark: bool) -> str:
    """The page as a client shows it that is dark, or light, whatever the screen is on which it is looked at."""
    return html.replace("@media (prefers-color-scheme:dark)", "@media all" if dark else "@media not all")
