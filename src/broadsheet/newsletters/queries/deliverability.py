"""How mail arrives, by domain: for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q

from broadsheet.newsletters.models import Alert, Delivery, DomainPause, MailCheck, Suppression

DAYS, MOST = 30, 50
KEPT = 600  # seconds: the deliveries of a month are many
HIGH_COMPLAINTS, HIGH_BOUNCES = 0.001, 0.05  # Gmail and Yahoo ask for fewer complaints than one in a thousand


@dataclass(frozen=True, slots=True)
class Domain:
    """What became of the mails to a domain within 30 days."""

    domain: str
    sent: int
    delivered: int
    bounced: int
    complained: int

    @property
    def bounce_rate(self) -> float:
        """The share that came back."""
        return self.bounced / self.sent if self.sent else 0.0

    @property
    def complaint_rate(self) -> float:
        """The share that was called spam."""
        return self.complained / self.sent if self.sent else 0.0

    @property
    def high(self) -> bool:
        """Whether mailbox providers would mind."""
        return self.complaint_rate >= HIGH_COMPLAINTS or self.bounce_rate >= HIGH_BOUNCES


@dataclass(frozen=True, slots=True)
class Paused:
    """A domain that nothing is sent to for now."""

    domain: str
    until: datetime
    why: str
    said: str
    refusals: int


def domains(now: datetime) -> list[Domain]:
    """The domains that most mails went to, the largest first."""
    found = cache.get("broadsheet:deliverability")
    if found is None:
        found = _domains(now)
        cache.set("broadsheet:deliverability", found, KEPT)
    return [Domain(**row) for row in found]


def _domains(now: datetime) -> list[dict[str, Any]]:
    sent = Delivery.objects.filter(state=Delivery.State.SENT, sent_at__gt=now - timedelta(days=DAYS))
    rows = sent.values("domain").annotate(
        sent=Count("pk"),
        delivered=Count("pk", filter=Q(outcome="delivered")),
        bounced=Count("pk", filter=Q(outcome="bounced")),
        complained=Count("pk", filter=Q(outcome="complained")),
    )
    return [dict(row) for row in rows.order_by("-sent", "domain")[:MOST]]


def paused(now: datetime) -> list[Paused]:
    """The domains that wait, those that refuse us first."""
    rows = DomainPause.objects.filter(until__gt=now).order_by("why", "-until")
    return [Paused(row.domain, row.until, row.why, row.said, row.refusals) for row in rows]


def alerts() -> list[dict[str, Any]]:
    """What the staff was told, and has not seen to."""
    rows = Alert.objects.filter(open=True).order_by("-at").values("domain", "reason", "said", "at", "refusals")
    return [dict(row) for row in rows]


def suppressed() -> list[dict[str, Any]]:
    """How many mailboxes no mail goes to, by why."""
    rows = Suppression.objects.values("why", "scope").annotate(many=Count("pk")).order_by("-many", "why")
    return [dict(row) for row in rows]


def checks() -> list[dict[str, Any]]:
    """What the last checks of our domains found."""
    return [dict(row) for row in MailCheck.objects.order_by("domain").values("domain", "at", "findings")]
