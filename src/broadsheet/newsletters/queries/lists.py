"""Lists and who is on them, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Any

from broadsheet.newsletters.keys import read_token
from broadsheet.newsletters.models import Consent, Newsletter, Subscriber, Subscription

ACTIVE = Subscription.State.ACTIVE


@dataclass(frozen=True, slots=True)
class ListCard:
    """A list as readers see it."""

    id: int
    slug: str
    language: str
    name: str
    line: str
    rhythm: str  # daily, weekly, none
    day: int | None  # 0 is Monday
    at: time
    zone: str
    in_readers_zone: bool
    members: bool
    full_for_members: bool
    open: bool
    colour: str


@dataclass(frozen=True, slots=True)
class Reader:
    """A mailbox and the lists that it is on."""

    id: int
    token: bytes
    address: str
    language: str
    zone: str
    user_id: int | None
    on: frozenset[int]


@dataclass(frozen=True, slots=True)
class Place:
    """One reader's place on one list, as its own token shows it: not whose it is."""

    list: ListCard
    language: str
    on: bool


def lists(language: str) -> tuple[ListCard, ...]:
    """The lists of a language that readers may join, in their order."""
    return tuple(card(row) for row in Newsletter.objects.filter(language=language, open=True))


def all_lists() -> tuple[ListCard, ...]:
    """Every list that readers may join, language by language."""
    return tuple(card(row) for row in Newsletter.objects.filter(open=True))


def list_of(slug: str, language: str) -> ListCard | None:
    """A list by its address. One that readers may join no more keeps its page and its archive."""
    row = Newsletter.objects.filter(language=language, slug=slug).first()
    return card(row) if row else None


def by_numbers(numbers: Iterable[int]) -> tuple[ListCard, ...]:
    """These lists, in their order."""
    return tuple(card(row) for row in Newsletter.objects.filter(pk__in=set(numbers)))


def card(row: Newsletter) -> ListCard:
    return ListCard(
        row.pk, row.slug, row.language, row.name, row.line, row.rhythm, row.day, row.at, row.zone, row.in_readers_zone,
        row.audience == Newsletter.Audience.MEMBERS, row.full_for_members, row.open, row.colour,
    )  # fmt: skip


def reader_by_token(token: str) -> Reader | None:
    """Whose page of preferences this token opens."""
    found = read_token(token)
    return _reader(Subscriber.objects.filter(token=found).first()) if found else None


def reader_of(user_id: int) -> Reader | None:
    """A user's mailbox, if they ever joined a list."""
    return _reader(Subscriber.objects.filter(user_id=user_id).first())


def _reader(row: Subscriber | None) -> Reader | None:
    if row is None:
        return None
    on = Subscription.objects.filter(subscriber=row, state=ACTIVE).values_list("newsletter_id", flat=True)
    return Reader(row.pk, bytes(row.token), row.address, row.language, row.zone, row.user_id, frozenset(on))


def place_of(token: str) -> Place | None:
    """The place that this token leaves."""
    found = read_token(token)
    query = Subscription.objects.select_related("newsletter", "subscriber")
    row = query.filter(token=found).first() if found else None
    if row is None:
        return None
    return Place(card(row.newsletter), row.subscriber.language or row.newsletter.language, row.state == ACTIVE)


def export(user_id: int) -> dict[str, Any]:
    """All that this room holds of a user."""
    row = Subscriber.objects.filter(user_id=user_id).first()
    if row is None:
        return {}
    places = Subscription.objects.filter(subscriber=row).select_related("newsletter").order_by("pk")
    return {
        "mail": row.address, "language": row.language, "time_zone": row.zone, "since": row.made_at.isoformat(),
        "lists": [_place_out(place) for place in places],
    }  # fmt: skip


def _place_out(row: Subscription) -> dict[str, Any]:
    proofs = Consent.objects.filter(subscription=row)
    return {
        "list": row.newsletter.name, "state": row.state, "asked": row.asked_at.isoformat(),
        "confirmed": row.confirmed_at.isoformat() if row.confirmed_at else None,
        "left": row.left_at.isoformat() if row.left_at else None, "left_by": row.left_by,
        "proofs": [
            {"act": each.act, "at": each.at.isoformat(), "words": each.words, "form": each.form} for each in proofs
        ],
    }  # fmt: skip
