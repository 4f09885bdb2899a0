"""Access that is given by the desk."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from broadsheet.membership.models import Grant, Tier
from broadsheet.membership.operations import rows
from broadsheet.membership.queries.standing import access_of


@transaction.atomic
def grant(
    *,
    user_id: int,
    tier: str,
    now: datetime,
    ends_at: datetime | None,
    reason: str,
    by: int | None,
    kind: str = "complimentary",
    starts_at: datetime | None = None,
    once: str = "",
) -> int:
    """Give a reader access until a date, or without one. Gives the grant's number. Raises Tier.DoesNotExist."""
    once = once or f"grant:{uuid.uuid4().hex}"
    values = {
        "user_id": user_id, "tier": Tier.objects.get(slug=tier), "kind": kind, "starts_at": starts_at or now,
        "ends_at": ends_at, "reason": reason, "by_id": by, "made_at": now,
    }  # fmt: skip
    row, made = Grant.objects.get_or_create(once=once, defaults=values)
    if made:
        rows.note(user_id=user_id, once=once, kind="granted", at=now, by="desk" if by else "reader", grant=kind)
    return row.pk


@transaction.atomic
def end_grant(*, pk: int, now: datetime, reason: str = "") -> bool:
    """Take a grant back now. False where it is over already."""
    row = Grant.objects.select_for_update().filter(pk=pk, ended_at=None).first()
    if row is None or (row.ends_at is not None and row.ends_at <= now):
        return False
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    rows.note(user_id=row.user_id, once=f"{row.once}:ended", kind="grant_ended", at=now, by="desk", reason=reason)
    if not access_of(row.user_id, now).full:
        rows.revoke(user_id=row.user_id, reason="grant ended", now=now)
    return True
