"""Bringing members in from a file: all of it or nothing. What is there already stays as it is, so a rerun is safe.

Readers keep their customer at Stripe: their card goes on paying, and what they have there is fetched by the inbox.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from broadsheet import clock
from broadsheet.accounts.operations import Newcomer, enrol
from broadsheet.membership.formats.members import Fault, Line, Sheet
from broadsheet.membership.models import Customer, DeskEntry, Grant, HistoryEntry, Tier, WebhookEvent

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one line."""

    line: int
    email: str
    did: tuple[str, ...]  # account, customer, grant, note; or left-out; nothing where all is there already


@dataclass(frozen=True, slots=True)
class Report:
    """What becomes of a file, line by line. With faults nothing is written."""

    outcomes: tuple[Outcome, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...]
    written: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many lines do what."""
        found = Counter(word for outcome in self.outcomes for word in (outcome.did or ("unchanged",)))
        return dict(found)


@dataclass(slots=True)
class _Known:
    """What the tables say about some lines."""

    users: dict[str, int] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)
    grants: set[str] = field(default_factory=set)
    given: set[int] = field(default_factory=set)  # who holds a grant that runs
    notes: set[str] = field(default_factory=set)


def look_through(*, sheet: Sheet) -> Report:
    """What bringing this file in would do. Writes nothing."""
    outcomes, faults = _judge(sheet)
    return Report(tuple(outcomes), (*sheet.faults, *faults), sheet.unused, written=False)


@transaction.atomic
def bring_in(*, sheet: Sheet, now: datetime, by: int | None, by_name: str, livemode: bool) -> Report:
    """Do it, all or nothing: with a single fault nothing is written."""
    report = look_through(sheet=sheet)
    if report.faults:
        return report
    tiers = _tiers()
    for lines in _chunks(line for line in sheet.lines if not line.gone):
        _write(lines, tiers, now, by, by_name, livemode)
    return Report(report.outcomes, (), report.unused, written=True)


def _judge(sheet: Sheet) -> tuple[list[Outcome], list[Fault]]:
    outcomes: list[Outcome] = []
    faults: list[Fault] = []
    tiers = _tiers()
    for lines in _chunks(sheet.lines):
        known = _known(lines)
        for line in lines:
            faults += _conflicts(line, known, tiers)
            outcomes.append(Outcome(line.number, line.email, ("left-out",) if line.gone else tuple(_does(line, known))))
    return outcomes, sorted(faults, key=lambda fault: fault.line)


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    held: list[Line] = []
    for line in lines:
        held.append(line)
        if len(held) == AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _tiers() -> dict[str, Tier]:
    """Tiers by name and by slug; the first under the empty name."""
    found: dict[str, Tier] = {}
    for tier in Tier.objects.all():
        found.setdefault("", tier)
        found |= {tier.slug.lower(): tier, tier.name.lower(): tier}
    return found


def _known(lines: list[Line]) -> _Known:
    known = _Known()
    mails = [line.email.lower() for line in lines]
    users = get_user_model().objects.annotate(low=Lower("email")).filter(low__in=mails)
    known.users = dict(users.values_list("low", "pk"))
    ids = list(known.users.values())
    known.customers = {row.user_id: row for row in Customer.objects.filter(user__in=ids) if row.user_id}
    asked = [line.customer for line in lines if line.customer]
    owned = Customer.objects.filter(gateway_id__in=asked).values_list("gateway_id", "user")
    known.owners = {name: user for name, user in owned if name}
    once = [_grant_once(mail) for mail in mails]
    known.grants = set(Grant.objects.filter(once__in=once).values_list("once", flat=True))
    running = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), user__in=ids, ended_at=None)
    known.given = set(running.values_list("user", flat=True))
    tokens = [_note_token(line) for line in lines if line.note]
    known.notes = set(DeskEntry.objects.filter(token__in=tokens).values_list("token", flat=True))
    return known


def _grant_once(mail: str) -> str:
    return f"members-file:{hashlib.sha256(mail.lower().encode()).hexdigest()[:40]}"


def _note_token(line: Line) -> str:
    return f"members-file:{hashlib.sha256(f'{line.email.lower()}:{line.note}'.encode()).hexdigest()[:40]}"


def _conflicts(line: Line, known: _Known, tiers: dict[str, Tier]) -> Iterator[Fault]:
    """What the file says against what is here already."""
    if line.complimentary and line.tier.lower() not in tiers:
        yield Fault(line.number, line.tier_column or "complimentary_plan", "tier", line.tier[:100])
    user = known.users.get(line.email.lower())
    if line.customer and line.customer in known.owners and known.owners[line.customer] != user:
        yield Fault(line.number, "stripe_customer_id", "taken", line.customer[:100])
    held = known.customers.get(user) if user else None
    if line.customer and held is not None and held.gateway_id not in {None, line.customer}:
        yield Fault(line.number, "stripe_customer_id", "another", held.gateway_id or "")


def _does(line: Line, known: _Known) -> Iterator[str]:
    user = known.users.get(line.email.lower())
    if user is None:
        yield "account"
    held = known.customers.get(user) if user else None
    if line.customer and (held is None or held.gateway_id != line.customer):
        yield "customer"
    if line.complimentary and user not in known.given and _grant_once(line.email) not in known.grants:
        yield "grant"
    if line.note and _note_token(line) not in known.notes:
        yield "note"


def _write(
    lines: list[Line], tiers: dict[str, Tier], now: datetime, by: int | None, by_name: str, livemode: bool
) -> None:
    """Some hundreds of lines at once, with as many queries for one as for all."""
    known = _known(lines)
    doing = {line.number: set(_does(line, known)) for line in lines}
    new = [line for line in lines if "account" in doing[line.number]]
    known.users |= enrol(people=[Newcomer(line.email, line.name, line.created or now) for line in new])
    _customers([line for line in lines if "customer" in doing[line.number]], known, now, livemode)
    _grants([line for line in lines if "grant" in doing[line.number]], known, tiers, now, by)
    entries = [
        DeskEntry(
            user_id=known.users[line.email.lower()], by_id=by, by_name=by_name[:254], at=now, kind="note",
            details={"text": line.note, "file": True}, token=_note_token(line),
        )
        for line in lines
        if "note" in doing[line.number]
    ]  # fmt: skip
    DeskEntry.objects.bulk_create(entries)


def _customers(lines: list[Line], known: _Known, now: datetime, livemode: bool) -> None:
    """Tie readers to their customers at the gateway, and ring the bell for each: their contracts are fetched."""
    made, kept = [], []
    for line in lines:
        user = known.users[line.email.lower()]
        held = known.customers.get(user)
        if held is None:
            made.append(Customer(user_id=user, gateway_id=line.customer, email=line.email, made_at=line.created or now))
        else:
            held.gateway_id = line.customer
            kept.append(held)
    Customer.objects.bulk_create(made)
    Customer.objects.bulk_update(kept, ["gateway_id"])
    rings = [
        WebhookEvent(
            event_id=f"members-file:{line.customer}"[:255], kind="customer.brought_in", object_kind="customer",
            object_id=line.customer, customer=line.customer, livemode=livemode, created_at=now, received_at=now,
            next_try=now, by="file",
        )
        for line in lines
    ]  # fmt: skip
    WebhookEvent.objects.bulk_create(rings, ignore_conflicts=True)


def _grants(lines: list[Line], known: _Known, tiers: dict[str, Tier], now: datetime, by: int | None) -> None:
    Grant.objects.bulk_create(
        Grant(
            user_id=known.users[line.email.lower()], tier=tiers[line.tier.lower()], kind="complimentary", starts_at=now,
            ends_at=after(line.until), by_id=by, made_at=now, once=_grant_once(line.email),
        )
        for line in lines
    )  # fmt: skip
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            user_id=known.users[line.email.lower()], at=now, kind="granted", by="desk",
            details={"grant": "complimentary"}, once=_grant_once(line.email),
        )
        for line in lines
    )  # fmt: skip


def after(day: date | None) -> datetime | None:
    """The end of a day, in the paper's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
