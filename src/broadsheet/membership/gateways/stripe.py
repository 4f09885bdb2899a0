"""Stripe, or the sandbox that speaks as it does: the only module that imports its library.

Each call that changes something bears a key given by whoever asks; the library's own keys are new with every process.
Answers are taken apart as plain dicts: the library's objects are none since its version 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

import stripe

from broadsheet.membership.gateways import hooks, parsing
from broadsheet.membership.gateways.parsing import Thing, ident, part, rows
from broadsheet.membership.ports import (
    Checkout,
    CheckoutOrder,
    CustomerFacts,
    Event,
    GatewayError,
    NewPrice,
    Preview,
)
from broadsheet.money import Money

API_VERSION = "2026-10-28.endive"
TIMEOUT = (3.05, 12)  # seconds to connect, and to answer
OVER = {"canceled", "incomplete_expired"}
LOCALES = {
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms",
    "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh",
}  # fmt: skip


def _said(call: Callable[..., Any]) -> Callable[..., Any]:
    """Stripe's errors as ours: to be tried again, or not."""

    @wraps(call)
    def asked(*values: Any, **named: Any) -> Any:
        try:
            return call(*values, **named)
        except stripe.StripeError as error:
            raise _error(error) from error

    return asked


def _error(error: stripe.StripeError) -> GatewayError:
    code = error.code or type(error).__name__
    status = error.http_status or 0
    ours = isinstance(error, stripe.AuthenticationError | stripe.PermissionError)  # a wrong key is mended, then tried
    busy = isinstance(error, stripe.RateLimitError | stripe.APIConnectionError) or status in {409, 429}
    retryable = ours or busy or status >= 500 or (isinstance(error, stripe.APIError) and not status)
    return GatewayError(f"{code}: {error.user_message or error}"[:500], retryable=retryable, code=code)


class StripeGateway:
    """A PaymentGateway. `address` is the sandbox's, where it is not Stripe's own."""

    name = "stripe"

    def __init__(self, key: str, secrets: Sequence[str] = (), *, address: str = "", account: str = "") -> None:
        self.livemode = key.startswith(("sk_live_", "rk_live_"))
        self._secrets, self.account = list(secrets), account
        bases: Any = {"api": address.rstrip("/")} if address else None
        self._client = stripe.StripeClient(
            key, stripe_version=API_VERSION, base_addresses=bases, stripe_account=account or None,
            http_client=stripe.RequestsClient(timeout=TIMEOUT), max_network_retries=1,
        )  # fmt: skip
        self._api = self._client.v1

    # Customers, prices

    @_said
    def create_customer(self, *, email: str, locale: str, reference: str, key: str) -> str:
        """A customer's id."""
        params = {"email": email, "preferred_locales": [locale] if locale else [], "metadata": {"reader": reference}}
        return self._api.customers.create(_given(params), _keyed(key)).id

    @_said
    def change_email(self, customer: str, *, email: str, key: str) -> None:
        """Tell where receipts go now."""
        self._api.customers.update(customer, {"email": email}, _keyed(key))

    @_said
    def forget_customer(self, customer: str, *, key: str) -> None:
        """Delete a customer; one that is gone is no error."""
        try:
            self._api.customers.delete(customer)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise

    @_said
    def ensure_price(self, new: NewPrice, *, key: str) -> str:
        """A price of the product that bears our plan's name."""
        product = self._product(new, key)
        params: Thing = {
            "product": product, "currency": new.amount.currency.lower(), "unit_amount": new.amount.minor,
            "tax_behavior": "inclusive", "metadata": {"reference": new.reference},
        }  # fmt: skip
        if new.interval != "once":
            params["recurring"] = {"interval": new.interval}
        return self._api.prices.create(_given(params), _keyed(key)).id

    def _product(self, new: NewPrice, key: str) -> str:
        params = {"name": new.name, "metadata": {"reference": new.reference}}
        return self._api.products.create(_given(params), _keyed(f"{key}:product")).id

    @_said
    def ensure_coupon(self, *, code: str, percent: int, amount: Money | None, months: int | None, key: str) -> str:
        """A coupon: once (0), for some months, or for ever (None)."""
        params: Thing = {"name": code[:40], "duration": "forever" if months is None else "repeating"}
        if months:
            params["duration_in_months"] = months
        elif months == 0:
            params["duration"] = "once"
        if amount is not None:
            params |= {"amount_off": amount.minor, "currency": amount.currency.lower()}
        else:
            params["percent_off"] = percent
        return self._api.coupons.create(_given(params), _keyed(key)).id

    # Checkout

    @_said
    def create_checkout(self, order: CheckoutOrder, *, key: str) -> Checkout:
        """A page on which `order` is paid."""
        about = {"reference": order.reference}
        params: Thing = {
            "mode": "payment" if order.once else "subscription", "customer": order.customer,
            "line_items": [{"price": order.price, "quantity": 1}], "cancel_url": order.cancel_url,
            "success_url": order.success_url.replace("{CHECKOUT}", "{CHECKOUT_SESSION_ID}"),
            "client_reference_id": order.reference, "metadata": about, "locale": _locale(order.locale),
        }  # fmt: skip
        if order.tax:
            params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
        if order.coupon:
            params["discounts"] = [{"coupon": order.coupon}]
        if order.once:
            params["payment_intent_data"] = {"metadata": about}
        else:
            params |= _subscription_of(order)
        return parsing.checkout(_plain(self._api.checkout.sessions.create(_given(params), _keyed(key))))

    @_said
    def checkout(self, checkout: str) -> Checkout:
        """What became of a checkout."""
        return parsing.checkout(_plain(self._api.checkout.sessions.retrieve(checkout)))

    @_said
    def expire_checkout(self, checkout: str, *, key: str) -> None:
        """Close a checkout that is open."""
        try:
            self._api.checkout.sessions.expire(checkout, _given({}), _keyed(key))
        except stripe.InvalidRequestError:
            if self.checkout(checkout).state == "open":
                raise

    @_said
    def portal_url(self, customer: str, *, return_url: str, locale: str) -> str:
        """A page for cards and invoices."""
        params = {"customer": customer, "return_url": return_url, "locale": _locale(locale)}
        return self._api.billing_portal.sessions.create(_given(params)).url

    # Subscriptions

    def _subscription(self, subscription: str) -> Thing:
        return _plain(self._api.subscriptions.retrieve(subscription))

    def _update(self, subscription: str, key: str, **params: Any) -> None:
        self._api.subscriptions.update(subscription, _given(params), _keyed(key))

    @_said
    def cancel(self, subscription: str, *, now: bool, key: str) -> None:
        """End it with its period, or now, charging nothing. One that is over is no error."""
        found = self._subscription(subscription)
        if found.get("status") in OVER:
            return
        self._release(found, key)
        if now:
            params = {"invoice_now": False, "prorate": False}
            self._api.subscriptions.cancel(subscription, _given(params), _keyed(key))
        elif not found.get("cancel_at_period_end"):
            self._update(subscription, key, cancel_at_period_end=True)

    def _release(self, found: Thing, key: str) -> None:
        """A schedule that was to change the price is let go of: a subscription under one cannot be changed."""
        if schedule := ident(found.get("schedule")):
            self._api.subscription_schedules.release(schedule, _given({}), _keyed(f"{key}:release"))

    @_said
    def resume(self, subscription: str, *, key: str) -> None:
        """Take back a planned end, or begin again after a pause."""
        found = self._subscription(subscription)
        if found.get("status") in OVER:
            raise GatewayError("it is over", retryable=False, code="over")
        if found.get("status") == "paused":
            self._api.subscriptions.resume(subscription, _given({"billing_cycle_anchor": "now"}), _keyed(key))
            return
        params: Thing = {}
        if found.get("cancel_at_period_end"):
            params["cancel_at_period_end"] = False
        elif found.get("cancel_at"):
            params["cancel_at"] = ""
        if found.get("pause_collection"):
            params["pause_collection"] = ""
        if params:
            self._update(subscription, key, **params)

    @_said
    def pause(self, subscription: str, *, until: datetime | None, key: str) -> None:
        """Collect no payments for a while."""
        pause: Thing = {"behavior": "void"}
        if until is not None:
            pause["resumes_at"] = int(until.timestamp())
        self._update(subscription, key, pause_collection=pause)

    @_said
    def preview_switch(self, subscription: str, *, price: str, at: datetime) -> Preview:
        """What switching at `at` would cost, by Stripe's reckoning."""
        found = self._subscription(subscription)
        details = {
            "items": [{"id": _item(found), "price": price}], "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
        }  # fmt: skip
        params = {
            "customer": ident(found.get("customer")),
            "subscription": subscription,
            "subscription_details": details,
        }
        drawn = _plain(self._api.invoices.create_preview(_given(params)))
        lines = rows(drawn.get("lines"))
        credit = -sum(min(line.get("amount") or 0, 0) for line in lines)
        ends = [parsing.moment(part(line.get("period")).get("end")) for line in lines if (line.get("amount") or 0) > 0]
        whole = parsing.money(_plain(self._api.prices.retrieve(price)).get("unit_amount"), drawn.get("currency"))
        due = max(drawn.get("amount_due") or 0, 0)
        return Preview(
            Money(due, whole.currency),
            Money(credit, whole.currency),
            whole,
            max((each for each in ends if each), default=None),
        )

    @_said
    def switch(self, subscription: str, *, price: str, at: datetime | None, at_period_end: bool, key: str) -> None:
        """Change the price. A card that is refused leaves everything as it was."""
        found = self._subscription(subscription)
        if found.get("status") in OVER:
            raise GatewayError("it is over", retryable=False, code="over")
        if at_period_end:
            self._schedule(found, price, key)
            return
        self._release(found, key)
        params: Thing = {"items": [{"id": _item(found), "price": price}], "proration_behavior": "none"}
        if at is not None:
            params |= {
                "proration_behavior": "always_invoice", "proration_date": int(at.timestamp()),
                "payment_behavior": "error_if_incomplete",
            }  # fmt: skip
        self._update(subscription, key, **params)

    def _schedule(self, found: Thing, price: str, key: str) -> None:
        """The price of the next period, by a schedule of two phases."""
        facts = parsing.subscription(found)
        schedule = ident(found.get("schedule"))
        if not schedule:
            params = {"from_subscription": facts.id}
            schedule = self._api.subscription_schedules.create(_given(params), _keyed(f"{key}:schedule")).id
        start, end = (int(each.timestamp()) if each else 0 for each in (facts.period_start, facts.period_end))
        phases = [
            {"items": [{"price": facts.price, "quantity": 1}], "start_date": start, "end_date": end},
            {"items": [{"price": price, "quantity": 1}], "proration_behavior": "none"},
        ]
        params2 = {"phases": phases, "end_behavior": "release"}
        self._api.subscription_schedules.update(schedule, _given(params2), _keyed(f"{key}:phases"))

    @_said
    def refund(self, *, charge: str, intent: str, minor: int, key: str) -> str:
        """Give money back; what was given back before is no error."""
        params: Thing = {"amount": minor, "reason": "requested_by_customer"}
        params |= {"payment_intent": intent} if intent else {"charge": charge}
        if not intent and not charge:
            raise GatewayError("no charge to refund is known", retryable=False, code="no-charge")
        try:
            return self._api.refunds.create(_given(params), _keyed(key)).id
        except stripe.InvalidRequestError as error:
            if error.code == "charge_already_refunded":
                return ""
            raise

    # Reading

    @_said
    def fetch_customer(self, customer: str) -> CustomerFacts:
        """All facts of one customer as they are now."""
        found = self._customer(customer)
        theirs = {"customer": customer, "limit": 100}
        try:
            subscriptions = _all(
                self._api.subscriptions.list(
                    _given({**theirs, "status": "all", "expand": ["data.default_payment_method"]})
                )
            )
            invoices = _all(self._api.invoices.list(_given({**theirs, "expand": ["data.payments"]})))
            charges = _all(self._api.charges.list(_given({**theirs, "expand": ["data.refunds"]})))
        except stripe.InvalidRequestError:
            if not found.get("deleted"):
                raise
            subscriptions, invoices, charges = [], [], []  # of a deleted customer nothing may be listed
        disputes: list[Thing] = []
        for charge in charges:
            if charge.get("disputed"):
                disputes += _all(self._api.disputes.list(_given({"charge": ident(charge)})))
        return parsing.customer(found, subscriptions, invoices, charges, disputes)

    def _customer(self, customer: str) -> Thing:
        """The customer with their card; of a deleted one there is none to ask for."""
        try:
            expand = {"expand": ["invoice_settings.default_payment_method"]}
            return _plain(self._api.customers.retrieve(customer, _given(expand)))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                raise
            return _plain(self._api.customers.retrieve(customer))

    @_said
    def customer_of_charge(self, charge: str) -> str:
        """Whose charge this is; empty where nobody's."""
        try:
            return ident(_plain(self._api.charges.retrieve(charge)).get("customer"))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return ""
            raise

    @_said
    def fraud_warning(self, charge: str) -> bool:
        """Whether the issuer has warned of this charge."""
        return bool(_all(self._api.radar.early_fraud_warnings.list(_given({"charge": charge}))))

    def events_since(self, since: datetime) -> Iterator[Event]:
        """What happened since."""
        yield from self._events(int(since.timestamp()))

    @_said
    def _events(self, since: int) -> list[Event]:
        found = self._api.events.list(_given({"created": {"gte": since}, "limit": 100}))
        return [hooks.event_of(each) for each in _all(found)]

    def read_event(self, body: bytes, signature: str, now: datetime) -> Event:
        """The event in a webhook's body. Raises SignatureError."""
        hooks.verify(body, signature, self._secrets, now)
        return hooks.read(body)


def _subscription_of(order: CheckoutOrder) -> Thing:
    data: Thing = {"metadata": {"reference": order.reference}}
    if order.trial_days:
        ending = {"end_behavior": {"missing_payment_method": "cancel"}}
        data |= {"trial_period_days": order.trial_days, "trial_settings": ending}
    return {"subscription_data": data, "payment_method_collection": "always"}


def _item(found: Thing) -> str:
    items = rows(found.get("items"))
    return ident(items[0]) if items else ""


def _locale(locale: str) -> str:
    """A language of the gateway's page; it guesses by itself where it does not have the reader's."""
    short = locale.partition("-")[0]
    return short if short in LOCALES else "auto"


def _keyed(key: str) -> Any:
    return {"idempotency_key": key}


def _given(params: Thing) -> Any:
    """The library's types of parameters are many; what we send is checked by the sandbox and by Stripe."""
    return params


def _plain(found: Any) -> Thing:
    return found.to_dict()


def _all(found: Any) -> list[Thing]:
    return [_plain(each) for each in found.auto_paging_iter()]
