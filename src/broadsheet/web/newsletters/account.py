"""A reader's newsletters on their account's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from broadsheet.newsletters.queries import lists
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.web.membership.account import Panel


@dataclass(frozen=True, slots=True)
class Own:
    """The lists that somebody is on."""

    lists: tuple[ListCard, ...]


def panel(request: HttpRequest) -> Panel | None:
    """The part of newsletters on the account's page; none where the paper has no list."""
    reader = lists.reader_of(int(request.user.pk or 0))
    on = lists.by_numbers(reader.on) if reader else ()
    if not on and not lists.all_lists():
        return None
    return Panel("broadsheet/newsletters/panel.html", Own(on))
