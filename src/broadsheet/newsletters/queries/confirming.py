"""The link in a mail that asks: a signed number, and what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from broadsheet.newsletters.models import Confirmation
from broadsheet.newsletters.rules.joining import holds

SALT = "broadsheet.newsletters.confirm"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail asked, and whether its answer still counts."""

    lists: tuple[int, ...]
    address: str
    language: str
    open: bool
    used: bool


def ticket(number: int) -> str:
    """The text that stands for a confirmation in an address."""
    return signing.Signer(salt=SALT, sep=".").sign(str(number))


def read_ticket(text: str) -> int | None:
    """The number of the confirmation, or None where we did not sign this."""
    try:
        value = signing.Signer(salt=SALT, sep=".").unsign(text)
    except signing.BadSignature:
        return None
    return int(value) if value.isascii() and value.isdecimal() else None


def asked(text: str, now: datetime) -> Asked | None:
    """What the mail with this ticket asked."""
    number = read_ticket(text)
    row = Confirmation.objects.select_related("subscriber").filter(pk=number).first() if number else None
    if row is None:
        return None
    return Asked(
        tuple(row.newsletters), row.subscriber.address, row.language, holds(row.asked_at, now), row.used_at is not None
    )
