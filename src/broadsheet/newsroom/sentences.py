"""What a gate is and which rule made it, said to people: at the desk, in lists, by `broadsheet why`."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.newsroom.cards import language_name
from broadsheet.paywall.access import Gate, Maker
from broadsheet.paywall.rules import Access


def access_name(access: Access) -> str:
    """Open, metered, members only."""
    return {Access.OPEN: _("Open to everybody"), Access.METERED: _("Metered"), Access.MEMBERS: _("Members only")}[
        access
    ]


def rule_name(gate: Gate) -> str:
    """Which rule made it."""
    if gate.maker is Maker.SECTION:
        return _("section rule “%(name)s: %(access)s”") % {"name": gate.name, "access": access_name(gate.access)}
    if gate.maker is Maker.TOPIC:
        return _("topic rule “%(name)s: %(access)s”") % {"name": gate.name, "access": access_name(gate.access)}
    if gate.maker is Maker.ARCHIVE:
        return ngettext("archive: older than %(days)d day", "archive: older than %(days)d days", gate.days) % {
            "days": gate.days
        }
    if gate.maker is Maker.TRANSLATION:
        return _("chosen in its %(language)s version") % {"language": language_name(gate.name)}
    if gate.maker is Maker.STORY:
        return _("chosen in the story itself")
    return _("no rule matches it")


def gate_line(gate: Gate) -> str:
    """The whole of it in a line: “Metered (section rule “World: Metered”)”."""
    return f"{access_name(gate.access)} ({rule_name(gate)})"


def later_line(gate: Gate) -> str:
    """When its age will change it; empty where it will not."""
    if not gate.gated_from:
        return ""
    moment = timezone.localtime(datetime.fromtimestamp(gate.gated_from, UTC))
    return _("Members only from %(moment)s on, by its age.") % {
        "moment": formats.date_format(moment, "SHORT_DATETIME_FORMAT")
    }
