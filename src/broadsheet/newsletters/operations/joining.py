"""Joining lists: asked for by a form that anybody can fill in, confirmed behind the mailed link by its reader alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadsheet.newsletters.models import Confirmation, Promo, Subscriber, Subscription
from broadsheet.newsletters.operations import rows
from broadsheet.newsletters.operations.promos import count_joined
from broadsheet.newsletters.operations.rows import Proof
from broadsheet.newsletters.operations.suppressing import lift
from broadsheet.newsletters.operations.tying import tie_row
from broadsheet.newsletters.queries.confirming import read_ticket
from broadsheet.newsletters.rules.joining import DAY, holds, may_ask

State = Confirmation.State


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form said: which lists, under which words, where; in which language and zone its reader reads."""

    lists: tuple[int, ...]
    words: str
    form: str
    language: str = ""
    zone: str = ""
    promo: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of confirming. `reader` is the token of the page of preferences."""

    reader: bytes
    lists: tuple[int, ...]
    again: bool = False  # it had been confirmed before


@transaction.atomic
def ask(*, address: str, wish: Wish, now: datetime) -> bool:
    """Have a mail ask the mailbox whether its reader meant to join. Whether one goes out, which nobody is told.

    A mailbox that is on all of these lists is sent the way to its preferences instead, by the same mail's rules.
    """
    wanted = rows.open_lists(wish.lists)
    if not wanted:
        return False
    reader = rows.mailbox(address, now, wish.language, wish.zone)
    before = Confirmation.objects.filter(subscriber=reader, asked_at__gt=now - DAY)
    if not may_ask(wanted, before.values_list("newsletters", "asked_at"), now):
        return False
    for number in wanted:
        row = rows.place(reader, number, now)
        if row.state != Subscription.State.ACTIVE:
            rows.note(row, rows.ASKED, Proof(wish.words, wish.form), now)
    Confirmation.objects.create(
        subscriber=reader, newsletters=wanted, asked_at=now, language=wish.language, form=wish.form[:80],
        words=wish.words[:40], promo=Promo.objects.filter(pk=wish.promo).first() if wish.promo else None,
    )  # fmt: skip
    return True


@transaction.atomic
def confirm(*, ticket: str, now: datetime, user_id: int | None = None) -> Joined | None:
    """Put the reader on the lists that the mail named; None where the ticket is none of ours, or over.

    `user_id`: whose address this is, verified, if anybody's. A ticket confirms once: whoever left since then stays
    away, whatever opens the old link.
    """
    number = read_ticket(ticket)
    asked = Confirmation.objects.select_for_update().filter(pk=number).first() if number else None
    if asked is None or not holds(asked.asked_at, now):
        return None
    reader = Subscriber.objects.select_for_update().get(pk=asked.subscriber_id)
    if asked.used_at is not None:
        return Joined(bytes(reader.token), tuple(asked.newsletters), again=True)
    asked.used_at = now
    asked.save(update_fields=["used_at"])
    lift(key=bytes(reader.address_key))
    proof = Proof(asked.words, asked.form)
    joined = _put_on(reader, rows.open_lists(asked.newsletters), proof, now)
    if user_id is not None:
        tie_row(reader, user_id)
    if joined and asked.promo_id:
        count_joined(promo_id=asked.promo_id, now=now)
    return Joined(bytes(reader.token), tuple(asked.newsletters))


@transaction.atomic
def join(*, address: str, user_id: int, wish: Wish, now: datetime) -> Joined | None:
    """Put somebody who is logged in, with this address verified, on lists: log-in proved what a mail would.

    None where the mailbox is not written to: then a mail has to ask (NL-23).
    """
    reader = rows.mailbox(address, now, wish.language, wish.zone)
    if rows.suppressed(reader):
        return None
    tie_row(reader, user_id)
    joined = _put_on(reader, rows.open_lists(wish.lists), Proof(wish.words, wish.form), now)
    if joined and wish.promo:
        count_joined(promo_id=wish.promo, now=now)
    return Joined(bytes(reader.token), tuple(wish.lists))


def _put_on(reader: Subscriber, lists: list[int], proof: Proof, now: datetime) -> int:
    places = [rows.place(reader, number, now) for number in lists]
    return sum(rows.put_on(row, rows.CONFIRMED, proof, now) for row in places)


def forget_unconfirmed(*, now: datetime) -> int:
    """Let go of whoever was asked and did not confirm in time, and of mails long sent. Gives how many readers went."""
    over = now - 2 * DAY * 7
    Subscription.objects.filter(state=Subscription.State.ASKED, asked_at__lt=over).delete()
    Confirmation.objects.filter(asked_at__lt=over).delete()
    gone = Subscriber.objects.filter(made_at__lt=over, user=None, subscriptions=None, confirmations=None)
    return gone.delete()[0]
