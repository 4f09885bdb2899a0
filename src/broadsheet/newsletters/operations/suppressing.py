"""Whom no mail goes to. A mailbox is known by its key alone, so that this outlives an erasure (NL-24)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadsheet.newsletters.keys import address_key, domain_of
from broadsheet.newsletters.models import Mailbox, Suppression

BULK, ALL = Suppression.Scope.BULK, Suppression.Scope.ALL


@transaction.atomic
def suppress(*, key: bytes, domain: str, scope: str, why: str, source: str, now: datetime) -> bool:
    """Send a mailbox no newsletters any more, or nothing at all. Whether that is new; it never gets less."""
    row, made = Suppression.objects.select_for_update().get_or_create(
        address_key=key,
        defaults={"domain": domain[:255], "scope": scope, "why": why[:40], "at": now, "source": source[:40]},
    )
    if made or row.scope == ALL or scope != ALL:
        return made
    row.scope, row.why, row.at, row.source = scope, why[:40], now, source[:40]
    row.save(update_fields=["scope", "why", "at", "source"])
    return True


def suppress_address(*, address: str, scope: str, why: str, source: str, now: datetime) -> bool:
    """The same by the address, which is not kept."""
    return suppress(
        key=address_key(address), domain=domain_of(address), scope=scope, why=why, source=source, now=now
    )  # fmt: skip


@transaction.atomic
def lift(*, key: bytes) -> bool:
    """Have a mailbox written to again, with a clean slate, whatever kept it away: its reader has just confirmed that
    they want newsletters. Whoever opens a mailed link and says so has a mailbox that exists. Nothing else lifts.
    """
    Mailbox.objects.filter(address_key=key).delete()
    return bool(Suppression.objects.filter(address_key=key).delete()[0])
