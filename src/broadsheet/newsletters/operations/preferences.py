"""The page of preferences: which lists, in which zone and language. Opened by the mailed link, or by log-in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadsheet.newsletters.models import Subscriber, Subscription
from broadsheet.newsletters.operations import rows
from broadsheet.newsletters.operations.joining import Wish, ask
from broadsheet.newsletters.operations.rows import Proof
from broadsheet.newsletters.operations.tying import tie_row

PAGE = "page"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What came back from the page: what was ticked when it was shown, what is now, and how the reader reads."""

    had: frozenset[int]
    has: frozenset[int]
    language: str
    zone: str
    words: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it. `asked`: a mail has to ask first, for the mailbox was not to be written to."""

    joined: int
    left: int
    asked: bool = False


@transaction.atomic
def prefer(*, token: bytes, ticked: Ticked, now: datetime) -> Changed | None:
    """Carry the page out. What it did not show is left as it is; None where nobody has such a token."""
    reader = Subscriber.objects.select_for_update().filter(token=token).first()
    if reader is None:
        return None
    reader.language, reader.zone = ticked.language, ticked.zone
    reader.save(update_fields=["language", "zone"])
    proof = Proof(ticked.words, "preferences")
    off = Subscription.objects.filter(subscriber=reader, newsletter_id__in=ticked.had - ticked.has)
    left = sum(rows.take_off(row, PAGE, now, proof) for row in off)
    wanted = rows.open_lists(ticked.has - ticked.had)
    if wanted and rows.suppressed(reader):
        return Changed(0, left, asked=_ask(reader, wanted, ticked, now))
    joined = sum(rows.put_on(rows.place(reader, number, now), rows.CONFIRMED, proof, now) for number in wanted)
    return Changed(joined, left)


def _ask(reader: Subscriber, wanted: Collection[int], ticked: Ticked, now: datetime) -> bool:
    wish = Wish(tuple(wanted), ticked.words, "preferences", ticked.language, ticked.zone)
    return ask(address=reader.address, wish=wish, now=now)


@transaction.atomic
def page_of(*, user_id: int, address: str, now: datetime) -> bytes:
    """The token of the page of whoever is logged in, made where they are on no list yet."""
    own = Subscriber.objects.filter(user_id=user_id).first()
    if own is None:
        own = rows.mailbox(address, now)
        tie_row(own, user_id)
    return bytes(own.token)
