"""What the pages say of a list: when it comes, for whom it is; and the version of the words that readers agree to."""

from __future__ import annotations

from datetime import time

from babel.dates import format_time, get_day_names
from django.utils.translation import gettext as _

from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.web.templatetags.paper import locale

VERSION = "2026-11"  # of broadsheet/newsletters/agreed.html: counted up when its words change


def rhythm(card: ListCard) -> str:
    """When a list comes: every day at 07:00 UTC, Mondays at …."""
    said = {"hour": hour(card.at), "zone": "" if card.in_readers_zone else place(card.zone)}
    if card.rhythm == "none":
        return _("When there is something to say")
    if card.rhythm == "daily" or card.day is None:
        return (_("Every day, %(hour)s %(zone)s") % said).strip()
    said["day"] = get_day_names("wide", context="stand-alone", locale=locale())[card.day]
    return (_("%(day)s, %(hour)s %(zone)s") % said).strip()


def hour(moment: time) -> str:
    """An hour as the language writes it."""
    return format_time(moment, "short", locale=locale())


def place(zone: str) -> str:
    """A zone by its city, as readers know it."""
    return zone.rpartition("/")[2].replace("_", " ")
