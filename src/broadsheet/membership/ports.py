"""What membership needs of a payment gateway, in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from broadsheet.money import Money


class GatewayError(Exception):
    """The gateway did not do as asked. Whoever asked may try again, with the same key, where it is `retryable`."""

    def __init__(self, message: str, *, retryable: bool, code: str = "") -> None:
        super().__init__(message)
        self.retryable = retryable
        self.code = code


class SignatureError(Exception):
    """A webhook's body was not signed by the gateway, or not now."""


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """What the gateway's checkout page is asked to sell."""

    customer: str
    price: str
    currency: str
    locale: str
    success_url: str
    cancel_url: str
    trial_days: int = 0
    coupon: str = ""
    reference: str = ""  # our attempt: comes back on the subscription
    once: bool = False  # one payment, no subscription: a gift
    tax: bool = False  # the gateway computes tax and asks for the address it needs


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page at the gateway where somebody pays."""

    id: str
    url: str
    state: str  # open, complete, expired
    paid: bool = False
    customer: str = ""
    subscription: str = ""
    payment: str = ""  # what a refund names
    reference: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price to be made at the gateway: what is sold, for how much, how often (`once`: not again)."""

    name: str
    amount: Money
    interval: str  # month, year, once
    reference: str  # our plan: the product is found or made by it


@dataclass(frozen=True, slots=True)
class Card:
    """What pays. The fingerprint is the gateway's own name for the card: hashed before it is kept."""

    brand: str = ""
    last4: str = ""
    exp_month: int = 0
    exp_year: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A subscription as the gateway has it now."""

    id: str
    customer: str
    status: str
    created: datetime
    price: str
    amount: Money
    interval: str
    livemode: bool = False
    item: str = ""
    product: str = ""
    quantity: int = 1
    period_start: datetime | None = None
    period_end: datetime | None = None
    trial_start: datetime | None = None
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    cancel_at_period_end: bool = False
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    paused: bool = False
    resumes_at: datetime | None = None
    latest_invoice: str = ""
    reference: str = ""
    test_clock: str = ""
    card: Card = field(default_factory=Card)


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute of a charge."""

    id: str
    charge: str
    status: str
    reason: str
    created: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as the gateway has it now, with what became of its charge."""

    id: str
    customer: str
    subscription: str
    status: str
    created: datetime
    due: Money
    paid: Money
    billing_reason: str = ""
    livemode: bool = False
    number: str = ""
    paid_at: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    attempts: int = 0
    next_attempt: datetime | None = None
    hosted_url: str = ""
    pdf_url: str = ""
    charge: str = ""
    intent: str = ""
    refunded: int = 0
    refunded_at: datetime | None = None
    dispute: DisputeFacts | None = None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Everything that the gateway has of one customer, fetched in one go."""

    id: str
    email: str = ""
    locale: str = ""
    deleted: bool = False
    livemode: bool = False
    test_clock: str = ""
    subscriptions: tuple[SubscriptionFacts, ...] = ()
    invoices: tuple[InvoiceFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a switch would cost: due now, and from when the new price runs."""

    due_now: Money
    credit: Money
    next_charge: Money
    next_charge_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened at the gateway. It says where to look, never what is so."""

    id: str
    kind: str
    created: datetime
    livemode: bool
    object_kind: str = ""
    object_id: str = ""
    customer: str = ""
    charge: str = ""
    account: str = ""
    api_version: str = ""


class PaymentGateway(Protocol):
    """A gateway that takes money. Everything that changes something takes a key: asked twice, it is done once.

    All raise GatewayError.
    """

    name: str
    livemode: bool
    account: str  # empty: the one that the key belongs to

    def create_customer(self, *, email: str, locale: str, reference: str, key: str) -> str:
        """A customer's id."""
        ...

    def change_email(self, customer: str, *, email: str, key: str) -> None:
        """Tell the gateway where the reader's receipts go now."""
        ...

    def forget_customer(self, customer: str, *, key: str) -> None:
        """Delete a customer: what is live ends at once. Deleting one that is gone is no error."""
        ...

    def ensure_price(self, new: NewPrice, *, key: str) -> str:
        """A price's id, made on the first call with this key."""
        ...

    def ensure_coupon(self, *, code: str, percent: int, amount: Money | None, months: int | None, key: str) -> str:
        """A coupon's id: for so many months, for ever (None) or once (0)."""
        ...

    def create_checkout(self, order: CheckoutOrder, *, key: str) -> Checkout:
        """A page on which `order` is paid."""
        ...

    def checkout(self, checkout: str) -> Checkout:
        """What became of a checkout."""
        ...

    def expire_checkout(self, checkout: str, *, key: str) -> None:
        """Close a checkout that is open. One that is closed is no error."""
        ...

    def portal_url(self, customer: str, *, return_url: str, locale: str) -> str:
        """A page where a reader changes their card and finds their invoices."""
        ...

    def cancel(self, subscription: str, *, now: bool, key: str) -> None:
        """End it with its period, or now, charging nothing. One that is over is no error."""
        ...

    def resume(self, subscription: str, *, key: str) -> None:
        """Take back a planned end, or begin again after a pause."""
        ...

    def pause(self, subscription: str, *, until: datetime | None, key: str) -> None:
        """Collect no payments for a while."""
        ...

    def preview_switch(self, subscription: str, *, price: str, at: datetime) -> Preview:
        """What switching at `at` would cost. Changes nothing."""
        ...

    def switch(self, subscription: str, *, price: str, at: datetime | None, at_period_end: bool, key: str) -> None:
        """Change the price. With `at`, the preview's moment: prorated and charged now. Without: nothing is
        prorated, and
        the new price runs at once (in a trial, or for the same interval) or `at_period_end`."""
        ...

    def refund(self, *, charge: str, intent: str, minor: int, key: str) -> str:
        """Give money back. What was given back before is no error: the refund is there."""
        ...

    def fetch_customer(self, customer: str) -> CustomerFacts:
        """All facts of one customer as they are now."""
        ...

    def customer_of_charge(self, charge: str) -> str:
        """Whose charge this is; empty where nobody's."""
        ...

    def fraud_warning(self, charge: str) -> bool:
        """Whether a card's issuer has warned that this charge is a fraud."""
        ...

    def events_since(self, since: datetime) -> Iterator[Event]:
        """What happened since, oldest first or last: the order means nothing."""
        ...

    def read_event(self, body: bytes, signature: str, now: datetime) -> Event:
        """The event in a webhook's body. Raises SignatureError where it is not the gateway's, or no event at all."""
        ...
