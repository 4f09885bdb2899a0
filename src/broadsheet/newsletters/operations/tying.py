"""Which user a mailbox belongs to: tied once its address is verified, and moved along when the address changes."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from broadsheet.newsletters.keys import address_key, domain_of
from broadsheet.newsletters.models import Subscriber, Subscription
from broadsheet.newsletters.operations import rows
from broadsheet.newsletters.operations.rows import Proof

MOVED = "moved"
NO_PROOF = Proof("", "account")


def tie_row(reader: Subscriber, user_id: int) -> bool:
    """Note whose mailbox this is. One user has one mailbox: a second one stays nobody's."""
    if reader.user_id == user_id:
        return True
    if reader.user_id is not None or Subscriber.objects.filter(user_id=user_id).exists():
        return False
    try:
        with transaction.atomic():
            reader.user_id = user_id
            reader.save(update_fields=["user"])
    except IntegrityError:  # another window was quicker
        reader.user_id = None
        return False
    return True


@transaction.atomic
def tie(*, user_id: int, address: str, now: datetime) -> None:
    """A user has this address, verified: their mailbox is the one of this address from now on."""
    theirs = Subscriber.objects.select_for_update().filter(user_id=user_id).first()
    of_address = Subscriber.objects.select_for_update().filter(address_key=address_key(address)).first()
    if theirs is None:
        if of_address is not None:
            tie_row(of_address, user_id)
    elif of_address is None:
        _readdress(theirs, address)
    elif theirs.pk != of_address.pk:
        _merge(theirs, of_address, user_id, now)


def _readdress(reader: Subscriber, address: str) -> None:
    """The lists go on to the new address, and their links in old mails go on to work."""
    reader.address, reader.address_key, reader.domain = address, address_key(address), domain_of(address)
    reader.save(update_fields=["address", "address_key", "domain"])


def _merge(old: Subscriber, new: Subscriber, user_id: int, now: datetime) -> None:
    """The new address has a row of its own: it takes over what the old one is on."""
    old.user = None
    old.save(update_fields=["user"])
    tie_row(new, user_id)
    on = set(Subscription.objects.filter(subscriber=new).values_list("newsletter_id", flat=True))
    for row in Subscription.objects.filter(subscriber=old):
        if row.newsletter_id not in on:
            Subscription.objects.filter(pk=row.pk).update(subscriber=new)
        elif row.state == Subscription.State.ACTIVE:
            rows.put_on(rows.place(new, row.newsletter_id, now), rows.CONFIRMED, NO_PROOF, now)
            rows.take_off(row, MOVED, now)
