"""Claiming what is to be sent next, in the transaction that says what became of what was sent last.

Whatever is `sending` under a worker's name is under way on one of its lines, or was when the worker died. Everything
that was true of a reader when the audience was built is looked at again here: within this transaction, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

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
class _Mailing:
    """An issue that is being sent, and what its list asks of readers."""

    pk: int
    key: UUID
    winner: str
    newsletter: int
    members_only: bool
    full_for_members: bool


@dataclass(slots=True)
class _Row:
    """A row that may be claimed, and what is true of its reader now."""

    pk: int
    address_key: bytes
    arm: str
    domain: str
    attempt: int
    reader: UUID | None
    address: str
    now_key: bytes  # of the mailbox that the reader has now
    now_domain: str
    reader_token: bytes
    place_token: bytes
    user: int | None
    on_the_list: bool
    suppressed: bool
    paused: bool  # its domain
    verdict: audience.Verdict = field(default_factory=audience.Verdict)


def claim(*, worker: str, room: int, limits: Limits, now: datetime) -> list[Claimed]:
    """Claim up to so many deliveries that are due. Called inside the transaction that wrote the last answers."""
    if limits.per_minute:
        due = room and anything_due(now=now)
        room = take(domain=ALL, span=span_of("minute", now), many=room, most=limits.per_minute) if due else 0
    found: list[Claimed] = []
    for issue in _mailings() if room else ():
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


def _due(issue: _Mailing, room: int, now: datetime) -> list[_Row]:
    """The next rows, locked, with everything that is asked of them, in one statement: it is the one that is run most.
    Rows that another worker holds at this moment are passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [issue.pk, _moment(now), room, issue.newsletter, _moment(now)])
        return [_row(values) for values in cursor.fetchall()]


def _mailings() -> list[_Mailing]:
    """What is being sent at this moment, the oldest first."""
    table = _tables()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT i.id, i.key, i.winner, n.id, n.audience, n.full_for_members FROM {table[Issue]} i "  # noqa: S608
            f"JOIN {table[Newsletter]} n ON n.id = i.newsletter_id WHERE i.state = 'sending' ORDER BY i.due_at, i.id"
        )
        return [
            _Mailing(pk, _uuid(key), winner, newsletter, whom == Newsletter.Audience.MEMBERS, bool(full))
            for pk, key, winner, newsletter, whom, full in cursor.fetchall()
        ]


def _uuid(key: Any) -> UUID:
    return key if isinstance(key, UUID) else UUID(key)  # SQLite keeps its digits


def _tables() -> dict[Any, str]:
    models = (Delivery, DomainPause, Issue, Newsletter, Subscriber, Subscription, Suppression)
    return {model: connection.ops.quote_name(model._meta.db_table) for model in models}


@lru_cache(maxsize=4)
def _statement() -> str:
    table = _tables()
    lock = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    return f"""
        SELECT d.id, d.address_key, d.arm, d.domain, d.attempt, s.key, s.address, s.address_key, s.domain, s.token,
            s.user_id, p.token, p.state, x.id, z.id
        FROM (SELECT id, subscriber_id, address_key, arm, domain, attempt, due_at FROM {table[Delivery]}
              WHERE issue_id = %s AND state = 'queued' AND due_at <= %s ORDER BY due_at, id LIMIT %s {lock}) d
        LEFT JOIN {table[Subscriber]} s ON s.id = d.subscriber_id
        LEFT JOIN {table[Subscription]} p ON p.subscriber_id = s.id AND p.newsletter_id = %s
        LEFT JOIN {table[Suppression]} x ON x.address_key = s.address_key
        LEFT JOIN {table[DomainPause]} z ON z.domain = d.domain AND z.until > %s
        ORDER BY d.due_at, d.id"""  # noqa: S608  (names of our own tables; values are parameters)


def _row(values: Sequence[Any]) -> _Row:
    pk, mark, arm, domain, attempt, key, address, now_key, now_domain, token, user, place, state, hushed, paused = (
        values
    )
    return _Row(
        pk, bytes(mark), arm, domain, attempt, _uuid(key) if key else None, address or "",
        bytes(now_key or b""), now_domain or "",
        bytes(token or b""), bytes(place or b""), user, state == Subscription.State.ACTIVE,
        hushed is not None, paused is not None,
    )  # fmt: skip


def _moment(now: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(now)


def _claimed(issue: _Mailing, rows: list[_Row], worker: str, limits: Limits, now: datetime) -> list[Claimed]:
    """What of these rows is under way now. Each of the others is dropped or put off: it does not come up again."""
    rows = _without_winner(issue, _paced(issue, rows, limits, now), now)
    _judge(issue, rows, now)
    _drop(rows)
    wanted = [row for row in rows if row.verdict.variant and _same_mailbox(row)]
    for variant in (audience.FREE, audience.MEMBER):
        ids = [row.pk for row in wanted if row.verdict.variant == variant]
        if ids:
            _begin(ids, variant, worker, now)
    return [_claim_of(issue, row) for row in wanted]


def _begin(ids: list[int], variant: str, worker: str, now: datetime) -> None:
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET state = 'sending', claim = %s, claimed_until = %s, variant = %s, "  # noqa: S608
            f"attempt = attempt + 1 WHERE id IN ({', '.join(['%s'] * len(ids))})",
            [worker, _moment(now + LEASE), variant, *ids],
        )


def _claim_of(issue: _Mailing, row: _Row) -> Claimed:
    assert row.reader is not None
    arm = issue.winner if row.arm == "w" else row.arm
    return Claimed(
        row.pk, issue.pk, issue.newsletter, issue.key, row.verdict.variant, arm, row.reader, row.address,
        row.now_domain, row.reader_token, row.place_token, row.attempt + 1,
    )  # fmt: skip


def _judge(issue: _Mailing, rows: list[_Row], now: datetime) -> None:
    """What is to become of each."""
    members: set[int] = set()
    if issue.members_only or issue.full_for_members:
        users = [row.user for row in rows if row.user is not None]
        members = members_among(user_ids=users, benefit=Benefit.NEWSLETTERS, now=now)
    for row in rows:
        facts = audience.Facts(row.reader is not None, row.on_the_list, row.suppressed, row.user in members)
        row.verdict = audience.verdict(facts, members_only=issue.members_only, full_for_members=issue.full_for_members)


def _drop(rows: list[_Row]) -> None:
    reasons: dict[str, list[int]] = {}
    for row in rows:
        if row.verdict.why:
            reasons.setdefault(row.verdict.why, []).append(row.pk)
    for why, ids in reasons.items():
        Delivery.objects.filter(pk__in=ids).update(state=State.DROPPED, why=why)


def _same_mailbox(row: _Row) -> bool:
    """Whether this row may go to the reader's mailbox. To another than before only where no other row goes there."""
    if row.address_key == row.now_key:
        return True
    try:
        with transaction.atomic():
            Delivery.objects.filter(pk=row.pk).update(address_key=row.now_key, domain=row.now_domain)
    except IntegrityError:
        Delivery.objects.filter(pk=row.pk).update(state=State.DROPPED, why=audience.TWICE)
        return False
    return True


def _without_winner(issue: _Mailing, rows: list[_Row], now: datetime) -> list[_Row]:
    """Rows that wait for the winning subject are put off while there is none."""
    waiting = [row.pk for row in rows if row.arm == "w" and not issue.winner]
    if waiting:
        Delivery.objects.filter(pk__in=waiting).update(due_at=now + WINNER_LATER)
    return [row for row in rows if row.arm != "w" or issue.winner]


def _paced(issue: _Mailing, rows: list[_Row], limits: Limits, now: datetime) -> list[_Row]:
    """Rows whose domains may be written to now. All others of such a domain are put off with those that may not."""
    by_domain: dict[str, list[_Row]] = {}
    for row in rows:
        by_domain.setdefault(row.domain, []).append(row)
    names = [domain for domain, some in by_domain.items() if some[0].paused]
    paused = dict(DomainPause.objects.filter(domain__in=names).values_list("domain", "until")) if names else {}
    allowed: list[_Row] = []
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


def _put_off(issue: _Mailing, domain: str, now: datetime, until: datetime, but: Sequence[int] = ()) -> None:
    rows = Delivery.objects.filter(issue=issue.pk, state=State.QUEUED, due_at__lte=now, domain=domain).exclude(
        pk__in=but
    )
    free = rows.select_for_update(skip_locked=True)  # who holds the others comes here too, and may wait for nobody
    Delivery.objects.filter(pk__in=free.values("pk")).update(due_at=until)


def still_ours(worker: str, attempts: Mapping[int, int], *, now: datetime) -> bool:
    """Whether these, told by delivery and attempt, are still under way in our name and still wanted: asked where a
    line took its time. The same delivery may be under way anew, on another of our own lines."""
    ours = Delivery.objects.filter(pk__in=attempts, state=State.SENDING, claim=worker, claimed_until__gt=now)
    found = list(ours.values_list("pk", "attempt", "subscriber", "issue__newsletter"))
    if {pk: attempt for pk, attempt, _, _ in found} != attempts:
        return False
    rows = [(subscriber, newsletter) for _, _, subscriber, newsletter in found]
    places = Subscription.objects.filter(subscriber__in=[subscriber for subscriber, _ in rows], state="active")
    active = set(places.values_list("subscriber", "newsletter"))
    marks = Subscriber.objects.filter(pk__in=[subscriber for subscriber, _ in rows]).values("address_key")
    return active >= set(rows) and not Suppression.objects.filter(address_key__in=marks).exists()
