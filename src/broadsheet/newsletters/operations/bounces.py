"""Applying what was told of a delivery: once, in any order, and only where it is truly of a mail of ours.

Who it is about is known by the sealed sender's address of the mail, or by an ESP that vouches for its words; never by
what a mail says (NL-20).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from broadsheet.newsletters.models import Delivery, Mailbox, MailEvent, Subscription
from broadsheet.newsletters.operations import leaving
from broadsheet.newsletters.operations.alerting import raise_alert
from broadsheet.newsletters.operations.pausing import POLICY, SLOW_DOWN, pause_domain
from broadsheet.newsletters.operations.suppressing import ALL, BULK, suppress
from broadsheet.newsletters.rules.bounces import Severity, Verdict
from broadsheet.newsletters.rules.health import (
    AT_ONCE,
    SEVERAL,
    SPAN,
    Act,
    Effect,
    Event,
    Health,
    Policy,
    effect,
    worse,
)
from broadsheet.newsletters.rules.reasons import Reason
from broadsheet.newsletters.rules.told import Kind

KNOWN, NOBODY = "known", "nobody"  # told before; of no mail of ours
MAIL, SPOT = "mail", "smtp"  # sources: a mail that came back, and the server that would not take one
DEFAULT = Policy()
REMEMBERED = timedelta(days=120)
FAILURES = {Severity.HARD, Severity.DISABLED, Severity.SOFT, Severity.OTHER, Severity.POLICY, Severity.SLOW_DOWN}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of one delivery, as an ESP or a bounce tells it."""

    source: str  # mail, smtp, or the ESP's name
    event_id: str
    kind: Kind
    delivery: int
    verdict: Verdict
    at: datetime
    said: str = ""

    @property
    def by_esp(self) -> bool:
        """Whether an ESP vouches for it."""
        return self.source not in {MAIL, SPOT}


@transaction.atomic
def apply(*, told: Told, now: datetime, policy: Policy = DEFAULT) -> str:
    """Do what an event asks for. Gives what was done: an `Act`, `known` or `nobody`."""
    delivery = Delivery.objects.select_for_update().select_related("issue").filter(pk=told.delivery).first()
    if delivery is None:
        return NOBODY
    row = _first_time(told, delivery, now)
    if row is None:
        return KNOWN
    before = delivery.outcome
    delivery.outcome = worse(before, _outcome(told))
    if delivery.outcome != before:
        delivery.save(update_fields=["outcome"])
    elif before in {"bounced", "complained"} and told.kind is not Kind.COMPLAINT:
        return _noted(row, Act.NOTHING)  # it came back before: what tells it again adds nothing
    if told.kind in {Kind.DELIVERED, Kind.DELAY, Kind.AUTO_REPLY, Kind.OTHER}:
        return _noted(row, Act.NOTHING)
    return _noted(row, _do(told, delivery, policy, now))


def forget(*, now: datetime) -> int:
    """Let go of events so old that nobody tells of them again. Gives how many."""
    return MailEvent.objects.filter(at__lt=now - REMEMBERED).delete()[0]


def _first_time(told: Told, delivery: Delivery, now: datetime) -> MailEvent | None:
    try:
        with transaction.atomic():
            return MailEvent.objects.create(
                source=told.source[:40], event_id=told.event_id[:128], kind=told.kind.value, at=now,
                delivery_id=delivery.pk, reason=told.verdict.reason.value, domain=delivery.domain,
            )  # fmt: skip
    except IntegrityError:
        return None


def _outcome(told: Told) -> str:
    if told.kind is Kind.COMPLAINT and told.verdict.severity is Severity.COMPLAINT:
        return "complained"
    if told.kind is Kind.BOUNCE and told.verdict.severity in FAILURES:
        return "bounced"
    return "delivered" if told.kind is Kind.DELIVERED else ""


def _noted(row: MailEvent, act: Act) -> str:
    row.effect = act.value
    row.save(update_fields=["effect"])
    return act.value


def _do(told: Told, delivery: Delivery, policy: Policy, now: datetime) -> Act:
    event = Event(told.verdict.severity, told.verdict.reason, told.by_esp)
    if event.severity in {Severity.POLICY, Severity.SLOW_DOWN}:
        return _slow(told, delivery, now)
    box = _mailbox(delivery, now)
    found = effect(_health(box), event, policy, now)
    _keep(box, found)
    _suppress(found, told, delivery, now)
    return found.act


def _mailbox(delivery: Delivery, now: datetime) -> Mailbox:
    key = bytes(delivery.address_key)
    Mailbox.objects.get_or_create(address_key=key, defaults={"domain": delivery.domain, "scored_at": now})
    return Mailbox.objects.select_for_update().get(address_key=key)


def _health(box: Mailbox) -> Health:
    fresh = not (box.hard or box.disabled or box.score)
    return Health(box.hard, box.disabled, box.score, None if fresh else box.scored_at, box.asked_at)


def _keep(box: Mailbox, found: Effect) -> None:
    if found.act in {Act.GIVE_UP, Act.GONE}:  # whoever lets it in again begins anew
        box.delete()
        return
    health = found.health
    box.hard, box.disabled, box.score = health.hard, health.disabled, health.score
    box.scored_at, box.asked_at = health.scored_at or box.scored_at, health.asked_at
    box.ask = "due" if found.act is Act.ASK else (box.ask if health.asked_at else "")
    box.save()


def _suppress(found: Effect, told: Told, delivery: Delivery, now: datetime) -> None:
    """Suppressing never touches deliveries: whoever claims one looks here again."""
    if found.act not in {Act.GIVE_UP, Act.GONE, Act.LEAVE}:
        return
    scope = ALL if found.act is Act.GONE else BULK
    suppress(
        key=bytes(delivery.address_key), domain=delivery.domain, scope=scope, why=found.why, source=told.source, now=now
    )
    if found.act is Act.LEAVE:
        place = Subscription.objects.filter(
            subscriber_id=delivery.subscriber_id, newsletter_id=delivery.issue.newsletter_id
        ).first()
        if place is not None:
            leaving.leave_list(subscription_id=place.pk, by="complaint", now=now)


def _slow(told: Told, delivery: Delivery, now: datetime) -> Act:
    """A domain refuses us, or asks for fewer: leave it in peace, and tell the staff if it is what we are."""
    if told.verdict.severity is Severity.SLOW_DOWN:
        pause_domain(domain=delivery.domain, why=SLOW_DOWN, said=told.said, now=now)
        return Act.SLOW_DOWN
    if told.verdict.reason not in AT_ONCE and _refusals(delivery.domain, now) < SEVERAL:
        return Act.COUNT
    pause_domain(domain=delivery.domain, why=POLICY, said=told.said, now=now)
    raise_alert(domain=delivery.domain, reason=told.verdict.reason.value, said=told.said, now=now)
    return Act.PAUSE


def _refusals(domain: str, now: datetime) -> int:
    """How many mails to a domain were refused within the hour, this one among them."""
    mild = [each.value for each in Reason if each not in AT_ONCE]
    lately = MailEvent.objects.filter(domain=domain, effect=Act.COUNT.value, at__gt=now - SPAN, reason__in=mild)
    return lately.count() + 1
