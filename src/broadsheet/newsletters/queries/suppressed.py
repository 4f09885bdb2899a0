"""Whether a mailbox may be written to."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.newsletters.keys import address_key
from broadsheet.newsletters.models import Suppression

BULK, ALL = Suppression.Scope.BULK.value, Suppression.Scope.ALL.value


def suppressed(address: str, scope: str = BULK) -> bool:
    """Whether mails of a scope stay away from a mailbox: `bulk` newsletters, `all` codes and receipts too.

    Only a mailbox that does not exist is kept from codes and receipts (NL-25).
    """
    found = Suppression.objects.filter(address_key=address_key(address))
    return (found.filter(scope=ALL) if scope == ALL else found).exists()


def gone(addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that no mail of any kind goes to: asked at once."""
    by_key = {address_key(each): each for each in addresses if "@" in each}
    keys = Suppression.objects.filter(address_key__in=list(by_key), scope=ALL).values_list("address_key", flat=True)
    return {by_key[bytes(key)] for key in keys}
