"""Groups: somebody holds seats and invites others to them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership.keys import hash_of, seat_token
from broadsheet.membership.models import Grant, Group, Seat, Tier
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.granting import end_grant, grant

INVITATION = timedelta(days=30)


class SeatError(Exception):
    """An invitation cannot be made or accepted. `code` says why: full, unknown, lapsed, taken, over."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def make_group(
    *, name: str, owner: int | None, tier: str, size: int, starts_at: datetime, ends_at: datetime | None, note: str = ""
) -> int:
    """A group with so many seats. Gives its number. Raises Tier.DoesNotExist."""
    kind = Tier.objects.get(slug=tier)
    row = Group.objects.create(
        name=name, owner_id=owner, tier=kind, size=size, starts_at=starts_at, ends_at=ends_at, note=note
    )
    return row.pk


@transaction.atomic
def invite(*, group: int, email: str, now: datetime, locale: str = "") -> uuid.UUID:
    """Invite somebody to a seat; a lapsed invitation to the same mailbox is made anew. Raises SeatError."""
    held = Group.objects.select_for_update().get(pk=group)
    if held.ends_at is not None and held.ends_at <= now:
        raise SeatError("over")
    former = Seat.objects.filter(group=held, email__iexact=email.strip(), revoked_at=None).first()
    if former is not None:
        if former.accepted_at is not None or former.lapses_at > now:
            return former.reference
        former.revoked_at = now
        former.save(update_fields=["revoked_at"])
    if _taken(held, now) >= held.size:
        raise SeatError("full")
    reference = uuid.uuid4()
    Seat.objects.create(
        group=held, reference=reference, email=email.strip(), token_hash=hash_of(seat_token(reference)), locale=locale,
        invited_at=now, lapses_at=now + INVITATION,
    )  # fmt: skip
    rows.post(kind="seat", subject=reference.hex, now=now, to=email.strip(), locale=locale)
    return reference


def _taken(group: Group, now: datetime) -> int:
    """Seats that are taken or offered. A lapsed invitation holds none."""
    held = Seat.objects.filter(group=group, revoked_at=None)
    return held.exclude(accepted_at=None).count() + held.filter(accepted_at=None, lapses_at__gt=now).count()


@transaction.atomic
def accept(*, token: str, user_id: int, now: datetime) -> int:
    """Take the seat that a token offers. Gives the grant's number. Raises SeatError."""
    seat = Seat.objects.filter(token_hash=hash_of(token)).select_related("group__tier").first()
    if seat is None:
        raise SeatError("unknown")
    group = Group.objects.select_for_update().get(pk=seat.group_id)
    seat.refresh_from_db()
    if seat.revoked_at is not None or (group.ends_at is not None and group.ends_at <= now):
        raise SeatError("over")
    if seat.accepted_at is not None and seat.user_id != user_id:
        raise SeatError("taken")
    if seat.accepted_at is None:
        if seat.lapses_at <= now:
            raise SeatError("lapsed")
        seat.accepted_at, seat.user_id = now, user_id
        seat.save(update_fields=["accepted_at", "user"])
    return grant(
        user_id=user_id, tier=seat.group.tier.slug, now=now, starts_at=max(now, group.starts_at), ends_at=group.ends_at,
        reason=group.name[:200], by=None, kind="seat", once=f"seat:{seat.reference.hex}",
    )  # fmt: skip


@transaction.atomic
def revoke_seat(*, reference: uuid.UUID, now: datetime) -> bool:
    """Take a seat or an invitation back. False where that was done before."""
    seat = Seat.objects.select_for_update().get(reference=reference)
    if seat.revoked_at is not None:
        return False
    seat.revoked_at = now
    seat.save(update_fields=["revoked_at"])
    for made in Grant.objects.filter(once=f"seat:{seat.reference.hex}"):
        end_grant(pk=made.pk, now=now, reason="seat")
    return True
