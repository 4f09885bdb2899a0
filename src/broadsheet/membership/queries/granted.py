"""Gifts that somebody bought, groups that they hold seats for, and the seat that a token offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broadsheet.membership.keys import gift_code, hash_of
from broadsheet.membership.models import GiftSubscription, Group, Seat
from broadsheet.money import Money


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift as its buyer sees it. `code` is empty until it is paid, and once it is redeemed."""

    reference: UUID
    code: str
    months: int
    price: Money
    recipient: str
    state: str  # waiting, paid, redeemed, refunded, lapsed
    deliver_at: datetime | None
    redeem_by: datetime


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A place in a group: whose it is, and whether they took it."""

    reference: UUID
    email: str
    accepted: bool
    lapsed: bool


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group as whoever invites to it sees it."""

    pk: int
    name: str
    size: int
    ends_at: datetime | None
    seats: tuple[SeatCard, ...]

    @property
    def left(self) -> int:
        """Seats to which nobody is invited."""
        return max(self.size - sum(not seat.lapsed for seat in self.seats), 0)


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """What an invitation offers, and whether it still holds."""

    group: str
    holds: bool


def gifts_of(user_id: int) -> tuple[GiftCard, ...]:
    """What a reader bought for others, latest first."""
    rows = GiftSubscription.objects.filter(buyer=user_id).order_by("-made_at")
    return tuple(
        GiftCard(
            row.reference, gift_code(row.reference) if row.state == GiftSubscription.PAID else "", row.months,
            Money(row.minor, row.currency), row.recipient_mail, row.state, row.deliver_at, row.redeem_by,
        )
        for row in rows
    )  # fmt: skip


def groups_of(user_id: int, now: datetime) -> tuple[GroupCard, ...]:
    """The groups to whose seats a reader invites."""
    groups = Group.objects.filter(owner=user_id).prefetch_related("places")
    return tuple(
        GroupCard(
            group.pk, group.name, group.size, group.ends_at,
            tuple(_seat(seat, now) for seat in group.places.all() if seat.revoked_at is None),
        )
        for group in groups
    )  # fmt: skip


def _seat(seat: Seat, now: datetime) -> SeatCard:
    accepted = seat.accepted_at is not None
    return SeatCard(seat.reference, seat.email, accepted, not accepted and seat.lapses_at <= now)


def seat_offer(token: str, now: datetime) -> SeatOffer | None:
    """What this token offers; None where it is nobody's."""
    seat = Seat.objects.filter(token_hash=hash_of(token)).select_related("group").first()
    if seat is None:
        return None
    over = seat.group.ends_at is not None and seat.group.ends_at <= now
    lapsed = seat.accepted_at is None and seat.lapses_at <= now
    return SeatOffer(seat.group.name, seat.revoked_at is None and not over and not lapsed)
