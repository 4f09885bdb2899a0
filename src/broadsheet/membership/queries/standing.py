"""What a reader is to the paper now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from broadsheet.membership.models import Cancellation, Customer
from broadsheet.membership.queries.facts import POLICY, grants_of, grants_of_many, snapshots_of, snapshots_of_many
from broadsheet.membership.rules.standing import Access, access
from broadsheet.membership.rules.values import Benefit
from broadsheet.readers import Standing


@dataclass(frozen=True, slots=True)
class Held:
    """A reader's standing, until when it is sure, and what it opens. `until` None: no end is known."""

    standing: Standing
    until: datetime | None
    benefits: frozenset[Benefit]


def access_of(user_id: int, now: datetime) -> Access:
    """What a reader's contracts and grants open at `now`, and why."""
    return access(snapshots_of(user_id), grants_of(user_id), now, POLICY)


def standing_of(user_id: int, now: datetime) -> Held:
    """Member or registered: for their pass. Whether somebody is staff, accounts know."""
    found = access_of(user_id, now)
    if found.full:
        return Held(Standing.MEMBER, _surely(user_id, found.until, now), found.benefits)
    return Held(Standing.REGISTERED, None, found.benefits)


def members_among(*, user_ids: Collection[int], benefit: Benefit, now: datetime) -> set[int]:
    """Those of some readers whom their contracts and grants give a benefit at `now`: in four queries, not for each."""
    snapshots, grants = snapshots_of_many(user_ids), grants_of_many(user_ids)
    return {
        user
        for user in {*snapshots, *grants}
        if benefit in access(snapshots.get(user, ()), grants.get(user, ()), now, POLICY).benefits
    }


def _surely(user_id: int, until: datetime | None, now: datetime) -> datetime | None:
    """Not beyond an end that was declared here, though the gateway may not know of it yet."""
    declared = Cancellation.objects.filter(user=user_id, withdrawn_at=None, ends_at__gt=now)
    ends = [end for end in (until, *declared.values_list("ends_at", flat=True)) if end is not None]
    return min(ends, default=None)


def older_than(user_id: int, moment: datetime) -> str:
    """The gateway's id of a reader whose facts were fetched before `moment`; empty where they are fresh."""
    row = Customer.objects.filter(user=user_id, gateway_id__isnull=False, gone_at=None).first()
    if row is None or (row.synced_at is not None and row.synced_at >= moment):
        return ""
    return row.gateway_id or ""
