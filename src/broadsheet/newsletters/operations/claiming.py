"""Claiming what is to be sent next, in the transaction that says what became of what was sent last.

Whatever is `sending` under a worker's name is under way on one of its lines, or was when the worker died. Everything
that was true of a reader when the audience was built is looked at again here: within this transaction, and not before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from broadsheet.membership.queries.standing import members_among
from broadsheet.membership.rules.values import Benefit
from broadsheet.newsletters.models import (
    Delivery,
    DomainPause,
    Issue,
    Newsletter,
    Subscriber,
    Subscription,
    Suppression,
)  # fmt: skip
from broadsheet.newsletters.operations.tokens import take
from broadsheet.newsletters.rules import audience
from broadsheet.newsletters.rules.pacing import ALL, Limits, end_of, span_of

LEASE = timedelta(minutes=5)
WINNER_LATER = timedelta(minutes=1)
MOST_ROUNDS = 50  # of rows that are dropped or put off, within one transaction
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is now under way in our name."""

    delivery: int
    issue: int
    newsletter: int
    issue_key: UUID
    variant: str
    arm: str
    reader: UUID
    address: str
    domain: str
    reader_token: bytes  # opens the page of preferences
    place_token: bytes  # leaves this list
    attempt: int


@dataclass(frozen=True, slots=True)
class Reader:
    """What is true of one reader of one list."""

    key: UUID
    address: str
    address_key: bytes
    domain: str
    token: bytes
    place: bytes
    user: int | None
    on_the_list: bool


def claim(*, worker: str, room: int, limits: Limits, now: datetime) -> list[Claimed]:
    """Claim up to so many deliveries that are due. Called inside the transaction that wrote the last answers."""
    if limits.per_minute:
        due = room and anything_due(now=now)
        room = take(domain=ALL, span=span_of("minute", now), many=room, most=limits.per_minute) if due else 0
    found: list[Claimed] = []
    issues = Issue.objects.filter(state=Issue.State.SENDING).select_related("newsletter").order_by("due_at", "pk")
    for issue in issues if room else ():
        for _ in range(MOST_ROUNDS):
            if len(found) >= room or not (rows := _due(issue, room - len(found), now)):
                break
            found += _claimed(issue, rows, worker, limits, now)
    if limits.per_minute and len(found) < room:
        take(domain=ALL, span=span_of("minute", now), many=len(found) - room, most=limits.per_minute)
    return found


def anything_due(*, now: datetime) -> bool:
    """Whether there is anything to claim. Reads only."""
    sending = Issue.objects.filter(state=Issue.State.SENDING).values_list("pk", flat=True)
    return any(Delivery.objects.filter(issue=pk, state=State.QUEUED, due_at__lte=now).exists() for pk in sending)


def _due(issue: Issue, room: int, now: datetime) -> list[Delivery]:
    """The next rows, locked; those that another worker holds at this moment are passed over."""
    rows = Delivery.objects.select_for_update(skip_locked=True).filter(issue=issue, state=State.QUEUED, due_at__lte=now)
    return list(rows.order_by("due_at", "pk")[:room])


def _claimed(issue: Issue, rows: list[Delivery], worker: str, limits: Limits, now: datetime) -> list[Claimed]:
    """What of these rows is under way now. Each of the others is dropped or put off: it does not come up again."""
    rows = _without_winner(issue, _paced(issue, rows, limits, now), now)
    readers = readers_of(issue.newsletter, [row.subscriber_id for row in rows])
    judged = verdicts(issue.newsletter, readers, now)
    _drop(rows, judged)
    wanted = [row for row in rows if judged.get(row.subscriber_id, _GONE).variant]
    wanted = [row for row in wanted if _same_mailbox(row, readers[row.subscriber_id])]
    for variant in (audience.FREE, audience.MEMBER):
        ids = [row.pk for row in wanted if judged[row.subscriber_id].variant == variant]
        if ids:
            Delivery.objects.filter(pk__in=ids).update(
                state=State.SENDING, claim=worker, claimed_until=now + LEASE, variant=variant, attempt=F("attempt") + 1
            )
    return [_claim_of(issue, row, readers[row.subscriber_id], judged[row.subscriber_id].variant) for row in wanted]


_GONE = audience.Verdict(why=audience.GONE)


def _claim_of(issue: Issue, row: Delivery, reader: Reader, variant: str) -> Claimed:
    arm = issue.winner if row.arm == "w" else row.arm
    return Claimed(
        row.pk, issue.pk, issue.newsletter_id, issue.key, variant, arm, reader.key, reader.address, reader.domain,
        reader.token, reader.place, row.attempt + 1,
    )  # fmt: skip


def readers_of(newsletter: Newsletter, ids: Collection[int]) -> dict[int, Reader]:
    """The readers of these rows as they are now; who is gone is missing."""
    places = {
        subscriber: (bytes(token), state == Subscription.State.ACTIVE)
        for subscriber, token, state in Subscription.objects.filter(
            newsletter=newsletter, subscriber__in=ids
        ).values_list("subscriber", "token", "state")
    }
    rows = Subscriber.objects.filter(pk__in=ids)
    return {
        row.pk: Reader(
            row.key, row.address, bytes(row.address_key), row.domain, bytes(row.token),
            places[row.pk][0], row.user_id, places[row.pk][1],
        )
        for row in rows
        if row.pk in places
    }  # fmt: skip


def verdicts(newsletter: Newsletter, readers: dict[int, Reader], now: datetime) -> dict[int, audience.Verdict]:
    """What is to become of each."""
    marks = [reader.address_key for reader in readers.values()]
    hushed = {
        bytes(mark) for mark in Suppression.objects.filter(address_key__in=marks).values_list("address_key", flat=True)
    }
    members_only = newsletter.audience == Newsletter.Audience.MEMBERS
    members: set[int] = set()
    if members_only or newsletter.full_for_members:
        users = [reader.user for reader in readers.values() if reader.user is not None]
        members = members_among(user_ids=users, benefit=Benefit.NEWSLETTERS, now=now)
    return {
        pk: audience.verdict(
            audience.Facts(True, reader.on_the_list, reader.address_key in hushed, reader.user in members),
            members_only=members_only, full_for_members=newsletter.full_for_members,
        )
        for pk, reader in readers.items()
    }  # fmt: skip


def _drop(rows: list[Delivery], judged: dict[int, audience.Verdict]) -> None:
    reasons: dict[str, list[int]] = {}
    for row in rows:
        if why := judged.get(row.subscriber_id, _GONE).why:
            reasons.setdefault(why, []).append(row.pk)
    for why, ids in reasons.items():
        Delivery.objects.filter(pk__in=ids).update(state=State.DROPPED, why=why)


def _same_mailbox(row: Delivery, reader: Reader) -> bool:
    """Whether this row may go to the reader's mailbox. To another than before only where no other row goes there."""
    if bytes(row.address_key) == reader.address_key:
        return True
    try:
        with transaction.atomic():
            Delivery.objects.filter(pk=row.pk).update(address_key=reader.address_key, domain=reader.domain)
    except IntegrityError:
        Delivery.objects.filter(pk=row.pk).update(state=State.DROPPED, why=audience.TWICE)
        return False
    return True


def _without_winner(issue: Issue, rows: list[Delivery], now: datetime) -> list[Delivery]:
    """Rows that wait for the winning subject are put off while there is none."""
    waiting = [row.pk for row in rows if row.arm == "w" and not issue.winner]
    if waiting:
        Delivery.objects.filter(pk__in=waiting).update(due_at=now + WINNER_LATER)
    return [row for row in rows if row.arm != "w" or issue.winner]


def _paced(issue: Issue, rows: list[Delivery], limits: Limits, now: datetime) -> list[Delivery]:
    """Rows whose domains may be written to now. All others of such a domain are put off with those that may not."""
    by_domain: dict[str, list[Delivery]] = {}
    for row in rows:
        by_domain.setdefault(row.domain, []).append(row)
    paused = dict(DomainPause.objects.filter(domain__in=by_domain, until__gt=now).values_list("domain", "until"))
    allowed: list[Delivery] = []
    for domain in sorted(by_domain):  # always in the same order: two workers never wait for each other
        if domain in paused:
            _put_off(issue, domain, now, paused[domain])
            continue
        many, until = _tokens(domain, len(by_domain[domain]), limits, now)
        allowed += by_domain[domain][:many]
        if many < len(by_domain[domain]):
            _put_off(issue, domain, now, until, but=[row.pk for row in by_domain[domain][:many]])
    return allowed


def _tokens(domain: str, many: int, limits: Limits, now: datetime) -> tuple[int, datetime]:
    """How many may go to a domain, and when more may."""
    until = now
    for span, most in limits.of(domain, now):
        taken = take(domain=domain, span=span, many=many, most=most)
        if taken < many:
            until = max(until, end_of(span, now))
        many = taken
    return many, until


def _put_off(issue: Issue, domain: str, now: datetime, until: datetime, but: Sequence[int] = ()) -> None:
    rows = Delivery.objects.filter(issue=issue, state=State.QUEUED, due_at__lte=now, domain=domain).exclude(pk__in=but)
    free = rows.select_for_update(skip_locked=True)  # who holds the others comes here too, and may wait for nobody
    Delivery.objects.filter(pk__in=free.values("pk")).update(due_at=until)


def still_ours(*, worker: str, deliveries: Collection[int], now: datetime) -> bool:
    """Whether these are still under way in our name, and still wanted: asked where a line took its time."""
    rows = list(
        Delivery.objects.filter(
            pk__in=deliveries, state=State.SENDING, claim=worker, claimed_until__gt=now
        ).select_related("issue__newsletter")
    )
    if len(rows) != len(set(deliveries)):
        return False
    return all(
        (judged := verdicts(issue.newsletter, readers_of(issue.newsletter, ids), now)).keys() >= set(ids)
        and all(judged[pk].variant for pk in ids)
        for issue, ids in _by_issue(rows)
    )


def _by_issue(rows: Iterable[Delivery]) -> list[tuple[Issue, list[int]]]:
    found: dict[int, tuple[Issue, list[int]]] = {}
    for row in rows:
        found.setdefault(row.issue_id, (row.issue, []))[1].append(row.subscriber_id)
    return list(found.values())


def open_rows(worker: str) -> Q:
    """What a worker's answers may still be written to: its own rows, and those that others took for lost meanwhile."""
    return Q(state=State.SENDING, claim=worker) | Q(state__in=[State.DOUBT, State.QUEUED])
