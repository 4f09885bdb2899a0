"""What the members' desk sees: rows of readers, one reader with everything, the figures of the last days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from broadsheet.membership.models import (
    Cancellation,
    Customer,
    Grant,
    Invoice,
    Mail,
    PendingOperation,
    PolicyText,
    Price,
    PriceChange,
    SubscriptionSnapshot,
)
from broadsheet.membership.queries.account import Contract, cancelling, contract_of
from broadsheet.membership.queries.facts import POLICY, benefits_of, payment, values_of
from broadsheet.membership.queries.figures import Figures, Health, figures, health
from broadsheet.membership.rules import values
from broadsheet.membership.rules.refunds import refundable
from broadsheet.membership.rules.standing import Access, access
from broadsheet.money import Money

DAYS = 30


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    pk: int
    email: str
    name: str
    joined: datetime


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A reader in the desk's list: what holds now, and the contract that it comes of, the one that opens most."""

    person: Person
    access: Access
    customer: str  # the gateway's id
    contract: Contract | None = None
    tier: str = ""
    quantity: int = 1
    given_until: datetime | None = None
    given: bool = False


@dataclass(frozen=True, slots=True)
class GrantLine:
    """Access that was given."""

    pk: int
    kind: str
    tier: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    by: str
    running: bool


@dataclass(frozen=True, slots=True)
class PaidLine:
    """An invoice, and what may be given back of it."""

    id: str
    number: str
    at: datetime
    paid: Money
    refunded: Money
    status: str
    url: str
    left: Money | None  # None: nothing can be given back
    under_way: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Who came and who cancelled on a day."""

    day: date
    joined: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Glance:
    """The desk's first look."""

    figures: Figures
    health: Health
    joined: int
    cancelled: int
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A text about contracts, as it is now."""

    text: str
    version: str
    changed_at: datetime


def policy_text(kind: str, language: str) -> PolicyWords | None:
    """The text of this kind in this language: what a consent names and keeps."""
    row = PolicyText.objects.filter(kind=kind, language=language).first()
    return PolicyWords(row.text, f"{row.kind}-{row.language}-{row.version}", row.changed_at) if row else None


def people(pks: Iterable[int]) -> list[Person]:
    """These people, in this order."""
    found = get_user_model().objects.in_bulk(list(pks))
    return [_person(found[pk]) for pk in pks if pk in found]


def _person(user: Any) -> Person:
    return Person(user.pk, user.email, user.get_full_name(), user.date_joined)


def reader_rows(pks: list[int], now: datetime) -> list[ReaderRow]:
    """Rows of a list, in five queries for however many."""
    held: dict[int, list[tuple[SubscriptionSnapshot, values.Snapshot]]] = defaultdict(list)
    rows = list(
        SubscriptionSnapshot.objects.filter(customer__user__in=pks).select_related("customer", "price__plan__tier")
    )
    for row, value in zip(rows, values_of(rows), strict=True):
        held[row.customer.user_id or 0].append((row, value))
    ending = set(cancelling([row.gateway_id for row in rows]))
    given: dict[int, list[Grant]] = defaultdict(list)
    for grant in Grant.objects.filter(user__in=pks).select_related("tier"):
        given[grant.user_id].append(grant)
    customers = dict(Customer.objects.filter(user__in=pks).values_list("user", "gateway_id"))
    return [
        _row(person, held[person.pk], given[person.pk], customers.get(person.pk) or "", ending, now)
        for person in people(pks)
    ]


def _row(
    person: Person,
    held: list[tuple[SubscriptionSnapshot, values.Snapshot]],
    given: list[Grant],
    customer: str,
    ending: set[str],
    now: datetime,
) -> ReaderRow:
    found = access([value for _, value in held], [_value(grant) for grant in given], now, POLICY)
    running = [grant for grant in given if _runs(grant, now)]
    best = max(held, key=lambda pair: (pair[1].live, pair[0].created_at), default=None)
    contract = contract_of(best[0], best[1], best[0].gateway_id in ending, now) if best else None
    ends = [grant.ends_at for grant in running]
    return ReaderRow(
        person, found, customer, contract, contract.plan if contract else (running[0].tier.name if running else ""),
        best[0].quantity if best else 1,
        max((end for end in ends if end is not None), default=None) if None not in ends else None, bool(running),
    )  # fmt: skip


def _value(grant: Grant) -> values.Grant:
    end = min((moment for moment in (grant.ends_at, grant.ended_at) if moment is not None), default=None)
    return values.Grant(grant.kind, grant.starts_at, end, benefits_of(grant.tier.benefits))


def _runs(grant: Grant, now: datetime) -> bool:
    return grant.ended_at is None and (grant.ends_at is None or grant.ends_at > now)


def reader(pk: int, now: datetime) -> ReaderRow | None:
    """One reader's row."""
    return next(iter(reader_rows([pk], now)), None)


def grants(pk: int, now: datetime) -> tuple[GrantLine, ...]:
    """What was given to a reader, the latest first."""
    rows = Grant.objects.filter(user=pk).select_related("tier", "by")
    return tuple(
        GrantLine(
            row.pk, row.kind, row.tier.name, row.starts_at, row.ends_at, row.reason, str(row.by) if row.by else "",
            _runs(row, now),
        )
        for row in rows
    )  # fmt: skip


def paid(pk: int) -> tuple[PaidLine, ...]:
    """A reader's invoices with what is left to give back."""
    rows = list(Invoice.objects.filter(customer__user=pk).exclude(status="draft"))
    unfinished = PendingOperation.objects.filter(op="refund", user=pk).exclude(
        state__in=[PendingOperation.DONE, PendingOperation.DROPPED]
    )
    moving = {row.intent.get("invoice") for row in unfinished}
    return tuple(
        PaidLine(
            row.gateway_id, row.number, row.paid_at or row.created_at, Money(row.paid_minor, row.currency),
            Money(row.refunded_minor, row.currency), row.status, row.hosted_url,
            Money(row.paid_minor - row.refunded_minor, row.currency) if refundable([payment(row)]) else None,
            row.gateway_id in moving,
        )
        for row in rows
    )  # fmt: skip


def glance(now: datetime) -> Glance:
    """The figures of now and of the last thirty days."""
    first = timezone.localtime(now).date() - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    came = SubscriptionSnapshot.objects.filter(created_at__gte=since, created_at__lte=now).exclude(
        status__in=[values.Status.INCOMPLETE, values.Status.INCOMPLETE_EXPIRED]
    )
    left = Cancellation.objects.filter(declared_at__gte=since, declared_at__lte=now, withdrawn_at=None)
    left = left.exclude(subscription="")
    joined, cancelled = _by_day(came, "created_at"), _by_day(left, "declared_at")
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return Glance(
        figures(), health(), sum(joined.values()), sum(cancelled.values()),
        tuple(Day(day, joined[day], cancelled[day]) for day in days),
    )  # fmt: skip


def _by_day(rows: Any, field: str) -> Counter[date]:
    return Counter(dict(rows.annotate(day=TruncDate(field)).values_list("day").annotate(Count("pk")).order_by()))


@dataclass(frozen=True, slots=True)
class Reach:
    """A price that is no longer offered and whom a new one would reach."""

    old: int
    new: int
    label: str
    before: Money
    after: Money
    members: int
    first_renewal: datetime | None
    last_renewal: datetime | None
    announced_at: datetime | None
    effective_at: datetime | None
    told: int


def reach(new: int) -> tuple[Reach, ...]:
    """The former prices of the same plan and currency that members still pay, the latest first."""
    price = Price.objects.filter(pk=new).select_related("plan__tier").first()
    if price is None:
        return ()
    found = []
    for old in Price.objects.filter(plan=price.plan, currency=price.currency, active=False).order_by("-made_at"):
        paying = SubscriptionSnapshot.objects.filter(price=old, status__in=values.LIVE)
        seen = paying.aggregate(count=Count("pk"), first=Min("period_end"), last=Max("period_end"))
        change = PriceChange.objects.filter(old=old).first()
        if not seen["count"] and change is None:
            continue
        mails = Mail.objects.filter(kind="new_price", state=Mail.SENT)
        told = mails.filter(period=f"change-{change.pk}").count() if change else 0
        found.append(
            Reach(
                old.pk, change.new_id if change else price.pk, str(price.plan), Money(old.minor, old.currency),
                Money(price.minor, price.currency), seen["count"], seen["first"], seen["last"],
                change.announced_at if change else None, change.effective_at if change else None, told,
            )
        )  # fmt: skip
    return tuple(found)


def members() -> Any:
    """The numbers of everybody who has or had a contract, or was given something, in order."""
    user = get_user_model().objects
    bound = Customer.objects.exclude(user=None).values("user")
    found = user.filter(Q(pk__in=bound) | Q(pk__in=Grant.objects.values("user")))
    return found.order_by("pk").values_list("pk", flat=True)
