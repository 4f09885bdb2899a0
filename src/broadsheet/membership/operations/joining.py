"""Joining: consent first, then the gateway's page; and coming back from it, which proves nothing by itself."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership import ports
from broadsheet.membership.keys import mail_key
from broadsheet.membership.models import Checkout, Consent, Coupon, Customer, Price
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.syncing import Synced, sync_customer
from broadsheet.membership.ports import CheckoutOrder, GatewayError, NewPrice, PaymentGateway
from broadsheet.membership.queries import offers
from broadsheet.membership.queries.facts import snapshots_of_customer
from broadsheet.membership.rules.standing import has_ended
from broadsheet.money import Money

KEEP_YEARS = 3


class JoinError(Exception):
    """Somebody cannot join as they asked. `code` says why: the page has the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # member, trial-used, offer-changed, no-consent, coupon


@dataclass(frozen=True, slots=True)
class Reader:
    """Who joins, as accounts know them."""

    user_id: int
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What the reader saw and agreed to, word for word, by a box that was not ticked for them."""

    price_id: int
    trial_days: int
    text_version: str
    text: str
    locale: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the gateway's page leads back to. `{CHECKOUT}` in the first stands for the checkout's id."""

    success: str
    cancel: str


def start_checkout(
    *,
    gateway: PaymentGateway,
    reader: Reader,
    consent: ConsentGiven,
    addresses: Addresses,
    now: datetime,
    coupon: str = "",
    tax: bool = False,
) -> ports.Checkout:
    """Record the consent, then open a checkout. The same wish in another tab gets the same checkout.

    Raises JoinError, and GatewayError where the gateway does not answer: the consent stands, and trying again is safe.
    """
    price, chosen = _price(reader, consent, coupon, now)
    attempt, others = _attempt(reader, price, chosen, consent, now)
    customer = ensure_customer(gateway, attempt.customer, reader)
    for other in others:
        _close(gateway, other, customer, now)
    price_id = ensure_price(gateway=gateway, price=price)
    return _open(gateway, attempt, customer, price_id, addresses, reader.locale, tax, now)


def _price(reader: Reader, consent: ConsentGiven, code: str, now: datetime) -> tuple[Price, Coupon | None]:
    """The price as it is now, if it is still what the reader agreed to."""
    if not consent.agreed or not consent.text.strip():
        raise JoinError("no-consent")
    price = Price.objects.filter(pk=consent.price_id, active=True).select_related("plan__tier").first()
    if price is None or not price.plan.tier.active:
        raise JoinError("offer-changed")
    seen = offers.trial_seen(reader.user_id, mail_key(reader.email), now)
    if consent.trial_days and seen is not None:
        raise JoinError("trial-used")
    if consent.trial_days not in {0, price.plan.trial_days}:
        raise JoinError("offer-changed")
    if not code:
        return price, None
    card = offers.coupon(code, price.pk, now)
    if card is None:
        raise JoinError("coupon")
    return price, Coupon.objects.get(pk=card.coupon_id)


@transaction.atomic
def _attempt(
    reader: Reader, price: Price, coupon: Coupon | None, consent: ConsentGiven, now: datetime
) -> tuple[Checkout, list[Checkout]]:
    """The attempt to go on with, new or begun in another tab, and those to be closed. Consent is written here."""
    Customer.objects.get_or_create(
        user_id=reader.user_id, defaults={"email": reader.email, "locale": reader.locale, "made_at": now}
    )
    customer = rows.lock(user=reader.user_id)
    if customer is None:
        raise JoinError("offer-changed")
    if any(not has_ended(each, now) for each in snapshots_of_customer(customer.pk) if each.live):
        raise JoinError("member")
    live = Checkout.objects.filter(customer=customer, state=Checkout.OPEN).order_by("-pk")
    wanted = [
        row
        for row in live
        if (row.price_id, row.coupon_id, row.trial_days) == (price.pk, coupon and coupon.pk, consent.trial_days)
        and (row.expires_at is None or row.expires_at > now + timedelta(minutes=5))
    ]
    row = wanted[0] if wanted else _new_attempt(customer, price, coupon, consent, now)
    return row, [other for other in live if other.pk != row.pk]


def _new_attempt(
    customer: Customer, price: Price, coupon: Coupon | None, consent: ConsentGiven, now: datetime
) -> Checkout:
    reference = uuid.uuid4()
    trial_ends = now + timedelta(days=consent.trial_days) if consent.trial_days else now
    given = Consent.objects.create(
        user_id=customer.user_id, member_key=mail_key(customer.email), price=price, minor=price.minor,
        currency=price.currency, interval=price.plan.interval, trial_days=consent.trial_days,
        first_charge_at=trial_ends, text_version=consent.text_version,
        text_hash=hashlib.sha256(consent.text.encode()).hexdigest(), text=consent.text, locale=consent.locale,
        given_at=now, gateway_price=price.gateway_id, keep_until=now + timedelta(days=366 * KEEP_YEARS),
    )  # fmt: skip
    return Checkout.objects.create(
        reference=reference, customer=customer, consent=given, price=price, coupon=coupon,
        trial_days=consent.trial_days, key=f"bs:checkout:{customer.pk}:{reference.hex}", made_at=now,
    )  # fmt: skip


def ensure_customer(gateway: PaymentGateway, customer: Customer, reader: Reader) -> str:
    """The reader's customer at the gateway: the key is their number here, so there is never a second one."""
    if customer.gateway_id and customer.gone_at is None:
        return customer.gateway_id
    generation = "" if customer.gone_at is None else f":{customer.gone_at.timestamp():.0f}"
    key = f"bs:customer:{customer.pk}:{reader.user_id}{generation}"
    made = gateway.create_customer(email=reader.email, locale=reader.locale, reference=str(reader.user_id), key=key)
    Customer.objects.filter(pk=customer.pk).update(gateway_id=made, email=reader.email, gone_at=None)
    return made


def _close(gateway: PaymentGateway, other: Checkout, customer: str, now: datetime) -> None:
    """Close an attempt from another tab; if it was paid there meanwhile, the reader is a member already."""
    if other.gateway_id is not None:
        gateway.expire_checkout(other.gateway_id, key=f"{other.key}:expire")
        if gateway.checkout(other.gateway_id).state == Checkout.COMPLETE:
            sync_customer(gateway=gateway, customer=customer, now=now)
            raise JoinError("member")
    Checkout.objects.filter(pk=other.pk, state=Checkout.OPEN).update(state=Checkout.EXPIRED)


def ensure_price(*, gateway: PaymentGateway, price: Price) -> str:
    """The price's id at the gateway, made there when it is first needed."""
    if price.gateway_id:
        return price.gateway_id
    new = NewPrice(
        str(price.plan.tier), Money(price.minor, price.currency), price.plan.interval, f"plan-{price.plan_id}"
    )
    made = gateway.ensure_price(new, key=f"bs:price:{price.pk}:{price.currency}-{price.minor}")
    Price.objects.filter(pk=price.pk).update(gateway_id=made)
    price.gateway_id = made
    return made


def ensure_coupon(*, gateway: PaymentGateway, coupon: Coupon) -> str:
    """The coupon's id at the gateway, made there when it is first used."""
    if coupon.gateway_id:
        return coupon.gateway_id
    amount = Money(coupon.minor, coupon.currency) if coupon.minor else None
    made = gateway.ensure_coupon(
        code=coupon.code, percent=coupon.percent, amount=amount, months=coupon.months,
        key=f"bs:coupon:{coupon.pk}:{coupon.percent}-{coupon.minor}-{coupon.months}",
    )  # fmt: skip
    Coupon.objects.filter(pk=coupon.pk).update(gateway_id=made)
    return made


def _open(
    gateway: PaymentGateway,
    attempt: Checkout,
    customer: str,
    price: str,
    addresses: Addresses,
    locale: str,
    tax: bool,
    now: datetime,
) -> ports.Checkout:
    """The gateway's page for this attempt: asked again with the same key, it is the same page."""
    if attempt.gateway_id is not None:
        found = gateway.checkout(attempt.gateway_id)
        if found.state == Checkout.OPEN:
            return found
        if found.state == Checkout.COMPLETE:
            sync_customer(gateway=gateway, customer=customer, now=now)
            raise JoinError("member")
        Checkout.objects.filter(pk=attempt.pk).update(state=Checkout.EXPIRED)
        raise GatewayError("the checkout has expired: begin anew", retryable=True, code="expired")
    order = CheckoutOrder(
        customer=customer, price=price, currency=attempt.price.currency if attempt.price else "", locale=locale,
        success_url=addresses.success, cancel_url=addresses.cancel, trial_days=attempt.trial_days,
        coupon=ensure_coupon(gateway=gateway, coupon=attempt.coupon) if attempt.coupon else "",
        reference=attempt.reference.hex, tax=tax,
    )  # fmt: skip
    try:
        made = gateway.create_checkout(order, key=attempt.key)
    except GatewayError as error:
        if not error.retryable:  # the key was used for another wish, or the price is gone: this attempt leads nowhere
            Checkout.objects.filter(pk=attempt.pk).update(state=Checkout.EXPIRED)
        raise
    Checkout.objects.filter(pk=attempt.pk).update(gateway_id=made.id, url=made.url, expires_at=made.expires_at)
    return made


def returned_from_checkout(*, gateway: PaymentGateway, user_id: int, now: datetime) -> Synced:
    """The reader came back, from wherever: ask the gateway what there is. Raises GatewayError."""
    row = Customer.objects.filter(user=user_id, gateway_id__isnull=False).first()
    if row is None or row.gateway_id is None:
        return Synced(0, "no customer")
    return sync_customer(gateway=gateway, customer=row.gateway_id, now=now)


def portal(*, gateway: PaymentGateway, user_id: int, return_url: str, locale: str) -> str:
    """The gateway's page for cards and invoices; empty where the reader has no customer there."""
    row = Customer.objects.filter(user=user_id, gateway_id__isnull=False, gone_at=None).first()
    return gateway.portal_url(row.gateway_id, return_url=return_url, locale=locale) if row and row.gateway_id else ""
