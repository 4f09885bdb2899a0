"""What the paper holds of a reader, room by room: to be given to them as a file, and to be erased.

A room that holds something of readers adds a line here; the account's own comes last, for what hangs on it goes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db import transaction

from broadsheet import clock
from broadsheet.accounts import operations, queries
from broadsheet.membership import operations as membership_operations
from broadsheet.membership import queries as membership
from broadsheet.newsletters.operations import leaving
from broadsheet.newsletters.queries import lists


class Erase(Protocol):
    """Takes away what a room holds of somebody."""

    def __call__(self, *, user_id: int) -> None: ...


class Holding(NamedTuple):
    """A room's part."""

    name: str
    export: Callable[[int], dict[str, Any]]
    erase: Erase


def _forget_membership(*, user_id: int) -> None:
    membership_operations.erase(user_id=user_id, now=clock.now())


def _forget_newsletters(*, user_id: int) -> None:
    person = queries.person(user_id)
    leaving.forget(user_id=user_id, address=person.email if person else "")


HOLDINGS: list[Holding] = [
    Holding("membership", membership.export, _forget_membership),
    Holding("newsletters", lists.export, _forget_newsletters),
    Holding("account", queries.export, operations.erase),
]


def export_all(user_id: int, now: datetime) -> dict[str, Any]:
    """All that any room holds of somebody."""
    parts = {holding.name: holding.export(user_id) for holding in HOLDINGS}
    return {"made": now.isoformat(timespec="seconds"), **parts}


@transaction.atomic
def erase_all(*, user_id: int) -> None:
    """Take all of it away, or nothing."""
    for holding in HOLDINGS:
        holding.erase(user_id=user_id)
