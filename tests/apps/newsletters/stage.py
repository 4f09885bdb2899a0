"""Lists and readers for tests of newsletters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

from django.core import mail

from broadsheet.newsletters import mails
from broadsheet.newsletters.operations import joining
from broadsheet.newsletters.operations.joining import Wish
from broadsheet.newsletters.operations.lists import NewList, ensure_list

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ADDRESS = "Ada.Reader@example.org"


def new_list(slug: str = "quay", language: str = "en", **more: Any) -> int:
    """The number of a list."""
    name = slug.replace("-", " ").title()
    topics = more.pop("topics", ())
    return ensure_list(
        new=NewList(slug, language, name, f"About {name}", "daily", None, time(7), **more), topics=topics
    )


def wish(*lists: int, **more: Any) -> Wish:
    """What a form said."""
    return Wish(lists, more.pop("words", "test"), more.pop("form", "lists"), "en", **more)


def ticket_of(message: Any) -> str:
    """The ticket in a mail that asks."""
    found = re.search(r"/newsletters/confirm/([^/\s]+)/", message.body)
    assert found, message.body
    return found[1]


def asked(*lists: int, address: str = ADDRESS, now: datetime = NOW, **more: Any) -> str:
    """Ask for lists; the ticket that is mailed."""
    assert joining.ask(address=address, wish=wish(*lists, **more), now=now)
    mails.send_due(now=now)
    return ticket_of(mail.outbox[-1])


def joined(*lists: int, address: str = ADDRESS, now: datetime = NOW, **more: Any) -> bytes:
    """Ask and confirm; the token of the reader's page."""
    done = joining.confirm(ticket=asked(*lists, address=address, now=now, **more), now=now)
    assert done is not None
    return done.reader
