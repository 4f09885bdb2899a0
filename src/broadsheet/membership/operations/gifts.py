"""Memberships as gifts: bought with one payment, sent by mail with a code, redeemed by whoever has the code."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership import ports
from broadsheet.membership.keys import gift_code, hash_of, plain_code
from broadsheet.membership.models import Customer, GiftSubscription, Grant, Price
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.granting import end_grant, grant
from broadsheet.membership.operations.joining import Addresses, Reader, ensure_customer
from broadsheet.membership.ports import CheckoutOrder, NewPrice, PaymentGateway
from broadsheet.membership.rules.values import Interval, months_later
from broadsheet.money import Money

REDEEMABLE = timedelta(days=731)


class GiftError(Exception):
    """A gift cannot be bought or redeemed. `code` says why: unknown, used, lapsed, unpaid, offer-changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wish:
    """The gift that somebody buys."""

    price_id: int
    recipient: str = ""  # empty: the buyer hands the code over themselves
    message: str = ""
    deliver_at: datetime | None = None


def buy_gift(
    *, gateway: PaymentGateway, buyer: Reader, wish: Wish, addresses: Addresses, now: datetime
) -> ports.Checkout:
    """Open a checkout for a gift. Raises GiftError, GatewayError; trying again makes another gift, unpaid."""
    price = Price.objects.filter(pk=wish.price_id, active=True).select_related("plan__tier").first()
    if price is None:
        raise GiftError("offer-changed")
    reference = uuid.uuid4()
    row = GiftSubscription.objects.create(
        reference=reference, code_hash=hash_of(gift_code(reference)), plan=price.plan,
        months=12 if price.plan.interval == Interval.YEAR else 1, minor=price.minor, currency=price.currency,
        buyer_id=buyer.user_id, buyer_mail=buyer.email, recipient_mail=wish.recipient, message=wish.message,
        locale=buyer.locale, deliver_at=wish.deliver_at, key=f"bs:gift:{buyer.user_id}:{reference.hex}", made_at=now,
        redeem_by=now + REDEEMABLE,
    )  # fmt: skip
    name = f"{price.plan.tier}"
    once = NewPrice(name, Money(price.minor, price.currency), "once", f"gift-{price.plan_id}")
    price_id = gateway.ensure_price(once, key=f"bs:gift-price:{price.pk}:{price.currency}-{price.minor}")
    order = CheckoutOrder(
        customer=_customer(gateway, buyer, now), price=price_id, currency=price.currency, locale=buyer.locale,
        success_url=addresses.success, cancel_url=addresses.cancel, reference=reference.hex, once=True,
    )  # fmt: skip
    made = gateway.create_checkout(order, key=row.key)
    GiftSubscription.objects.filter(pk=row.pk).update(checkout=made.id)
    return made


def _customer(gateway: PaymentGateway, buyer: Reader, now: datetime) -> str:
    row, _ = Customer.objects.get_or_create(
        user_id=buyer.user_id, defaults={"email": buyer.email, "locale": buyer.locale, "made_at": now}
    )
    return ensure_customer(gateway, row, buyer)


def settle_gift(*, gateway: PaymentGateway, reference: uuid.UUID, now: datetime) -> bool:
    """Ask the gateway whether a gift is paid, and if so send it. Raises GatewayError."""
    gift = GiftSubscription.objects.get(reference=reference)
    if gift.state != GiftSubscription.WAITING or gift.checkout is None:
        return False
    found = gateway.checkout(gift.checkout)
    if not found.paid:
        return False
    with transaction.atomic():
        row = GiftSubscription.objects.select_for_update().get(pk=gift.pk)
        if row.state != GiftSubscription.WAITING:
            return False
        row.state, row.paid_at, row.payment = GiftSubscription.PAID, now, found.payment
        row.save(update_fields=["state", "paid_at", "payment"])
        subject = row.reference.hex
        rows.post(
            kind="gift_bought", subject=subject, now=now, user_id=row.buyer_id, to=row.buyer_mail, locale=row.locale
        )
        if row.recipient_mail:
            due = max(row.deliver_at or now, now)
            rows.post(kind="gift_given", subject=subject, now=now, to=row.recipient_mail, locale=row.locale, due_at=due)
        rows.note(user_id=row.buyer_id, once=f"gift:{subject}:paid", kind="gift_bought", at=now, by="reader")
        return True


@transaction.atomic
def redeem_gift(*, code: str, user_id: int, now: datetime) -> datetime:
    """Turn a code into access for this reader, after whatever gift they have already. Gives until when.

    Raises GiftError; a code that is wrong and one that is not there are the same.
    """
    row = GiftSubscription.objects.select_for_update().filter(code_hash=hash_of(plain_code(code))).first()
    if row is None or row.state == GiftSubscription.WAITING:
        raise GiftError("unknown")
    if row.state == GiftSubscription.REDEEMED and row.redeemed_by_id == user_id:
        again = Grant.objects.filter(once=f"gift:{row.reference.hex}").first()
        return (again.ends_at if again else None) or now
    if row.state != GiftSubscription.PAID:
        raise GiftError("used" if row.state == GiftSubscription.REDEEMED else "lapsed")
    if now >= row.redeem_by:
        raise GiftError("lapsed")
    start = max([now, *_gifts_until(user_id, now)])
    until = months_later(start, row.months)
    row.state, row.redeemed_at, row.redeemed_by_id = GiftSubscription.REDEEMED, now, user_id
    row.save(update_fields=["state", "redeemed_at", "redeemed_by"])
    grant(
        user_id=user_id, tier=row.plan.tier.slug, now=now, starts_at=start, ends_at=until, reason="gift", by=None,
        kind="gift", once=f"gift:{row.reference.hex}",
    )  # fmt: skip
    rows.post(kind="gift_redeemed", subject=row.reference.hex, now=now, user_id=user_id, locale=row.locale)
    return until


def _gifts_until(user_id: int, now: datetime) -> list[datetime]:
    held = Grant.objects.filter(user=user_id, kind="gift", ended_at=None, ends_at__gt=now)
    return [moment for moment in held.values_list("ends_at", flat=True) if moment is not None]


@transaction.atomic
def refund_gift(*, reference: uuid.UUID, now: datetime) -> bool:
    """Give a gift's price back and void its code; what was redeemed ends. False where there is nothing to give back."""
    row = GiftSubscription.objects.select_for_update().get(reference=reference)
    if row.state not in {GiftSubscription.PAID, GiftSubscription.REDEEMED} or not row.payment:
        return False
    rows.ask(
        op="refund", key=f"bs:refund:gift:{row.reference.hex}", now=now, subject=row.reference.hex,
        user_id=row.buyer_id, charge="", intent=row.payment, minor=row.minor, why="gift",
    )  # fmt: skip
    row.state = GiftSubscription.REFUNDED
    row.save(update_fields=["state"])
    for made in Grant.objects.filter(once=f"gift:{row.reference.hex}"):
        end_grant(pk=made.pk, now=now, reason="gift refunded")
    return True
