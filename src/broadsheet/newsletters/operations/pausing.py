"""Leaving a domain in peace for a while: it asked us to slow down, or refuses what we are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.newsletters.models import DomainPause
from broadsheet.newsletters.rules.pacing import pause_for

POLICY, SLOW_DOWN, DESK = "policy", "slow_down", "desk"


@transaction.atomic
def pause_domain(*, domain: str, why: str, said: str, now: datetime) -> datetime:
    """Send nothing to a domain for now. Each time in a row doubles it; gives until when."""
    row, _ = DomainPause.objects.select_for_update().get_or_create(
        domain=domain, defaults={"until": now, "why": why, "said": said[:2000], "since": now}
    )
    if row.until > now and row.why == why:
        return row.until  # what was under way when it was paused says nothing new
    row.refusals = row.refusals + 1
    row.until, row.why, row.said = now + pause_for(row.refusals, policy=why == POLICY), why, said[:2000]
    row.save(update_fields=["refusals", "until", "why", "said"])
    return row.until


def go_on(*, domain: str) -> None:
    """The desk lets a domain be written to again at once."""
    DomainPause.objects.filter(domain=domain).delete()


def forgive(*, now: datetime, after: timedelta = timedelta(hours=1)) -> int:
    """A domain that refused nothing for an hour after its pause ended begins anew."""
    return DomainPause.objects.filter(until__lt=now - after).delete()[0]
