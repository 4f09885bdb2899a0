"""The same lives through the official library and over the wire, with the sandbox in Stripe's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.stripe import StripeGateway
from broadsheet.membership.models import Customer, Invoice, PendingOperation, Price, SubscriptionSnapshot
from broadsheet.membership.operations import ConsentGiven, JoinError, Reader
from broadsheet.membership.ports import GatewayError, NewPrice, PaymentGateway
from broadsheet.membership.rules import Access, Notice, Reason
from broadsheet.money import Money
from tests.apps.membership.stage import ADDRESSES, Stage

sandboxes = pytest.importorskip("tests.sandbox", reason="the sandbox is merged later")
pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DECLINED_LATER, SAME = "pm_card_chargeCustomerFail", "pm_card_mastercard"


@dataclass
class Shop:
    """A paper whose gateway is the sandbox. Cards are told apart by their number alone, so each test has few readers."""

    box: Any
    till: PaymentGateway
    people: Stage = field(default_factory=Stage)  # makes readers and the offer; its gateway is left alone

    @property
    def now(self) -> datetime:
        """The sandbox's clock."""
        return datetime.fromtimestamp(self.box.pull("clock")["now"], UTC)

    def reader(self) -> Reader:
        """Somebody with an account."""
        return self.people.reader()

    def consent(self, interval: str, trial: int | None) -> ConsentGiven:
        """What they agree to."""
        return self.people.consent(interval, trial)

    def checkout(self, reader: Reader, interval: str = "month", trial: int | None = None) -> str:
        """They go to the gateway's page."""
        made = operations.start_checkout(
            gateway=self.till, reader=reader, consent=self.consent(interval, trial), addresses=ADDRESSES, now=self.now
        )
        assert made.url.startswith("http")
        return made.id

    def join(
        self, reader: Reader, interval: str = "month", trial: int | None = None, card: str = "pm_card_visa"
    ) -> str:
        """They pay there, and come back."""
        self.box.pull("complete", session=self.checkout(reader, interval, trial), card=card)
        operations.returned_from_checkout(gateway=self.till, user_id=reader.user_id, now=self.now)
        return SubscriptionSnapshot.objects.filter(customer__user=reader.user_id).latest("created_at").gateway_id

    def later(self, by: timedelta) -> None:
        """Time passes at the gateway; we hear of it by the list of events."""
        self.box.later(by.total_seconds())
        self.work()

    def work(self) -> None:
        """What the clock's loop does about the gateway."""
        for _ in range(3):
            now = self.now
            operations.list_events(gateway=self.till, now=now, force=True)
            operations.drain(gateway=self.till, now=now)
            operations.push_pending(gateway=self.till, now=now)
        refused = list(PendingOperation.objects.filter(state="failed").values_list("op", "error"))
        assert refused == []

    def access(self, reader: Reader) -> Access:
        """What is open to them."""
        return queries.access_of(reader.user_id, self.now)

    def row(self, subscription: str) -> SubscriptionSnapshot:
        """Our row."""
        return SubscriptionSnapshot.objects.get(gateway_id=subscription)

    def net(self, subscription: str) -> int:
        """What was taken and not given back."""
        rows = Invoice.objects.filter(subscription=subscription)
        return sum(row.paid_minor - row.refunded_minor for row in rows)


@pytest.fixture
def shop(tmp_path: Path, db: None) -> Iterator[Shop]:
    """The paper and its sandbox."""
    with sandboxes.sandbox(tmp_path) as box:
        yield Shop(box, StripeGateway(sandboxes.KEY, ["whsec_x"], address=box.address))


def test_BL_01_over_the_wire_a_trial_becomes_a_membership(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann)
    row = shop.row(subscription)
    assert (row.status, row.minor, row.currency, row.interval, row.card_last4) == (
        "trialing",
        290,
        "USD",
        "month",
        "4242",
    )
    assert row.trial_end is not None
    assert abs(row.trial_end - shop.now - 30 * DAY) < HOUR
    assert shop.access(ann).reason is Reason.TRIAL
    shop.later(30 * DAY + 2 * HOUR)
    assert (shop.row(subscription).status, shop.net(subscription)) == ("active", 290)
    paid = Invoice.objects.get(subscription=subscription, paid_minor=290)
    assert paid.charge or paid.intent
    assert paid.period_end == shop.row(subscription).period_end


def test_BL_02_over_the_wire_cancel_resume_cancel_and_it_runs_out(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann)
    operations.cancel(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert shop.access(ann).notice is Notice.TRIAL_ENDS_FREE
    operations.resume(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert shop.access(ann).notice is Notice.TRIAL_ENDS
    operations.cancel(user_id=ann.user_id, now=shop.now)
    shop.work()
    shop.later(31 * DAY)
    assert (shop.row(subscription).status, shop.net(subscription), shop.access(ann).full) == ("canceled", 0, False)


def test_BL_04_over_the_wire_a_card_that_fails_has_its_grace(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann, card=DECLINED_LATER)
    shop.later(30 * DAY + 2 * HOUR)
    row = shop.row(subscription)
    assert (row.status, shop.access(ann).reason) == ("past_due", Reason.GRACE)
    assert row.first_failed_at is not None
    assert abs(row.first_failed_at - shop.now) < 3 * HOUR


def test_BL_15_over_the_wire_a_second_subscription_is_ended_and_refunded(shop: Shop) -> None:
    ann = shop.reader()
    first = shop.join(ann, trial=0)
    price = Price.objects.get(pk=shop.row(first).price_id)
    customer = Customer.objects.get(user=ann.user_id).gateway_id or ""
    from broadsheet.membership.ports import CheckoutOrder

    order = CheckoutOrder(customer, price.gateway_id, "USD", "en", "https://paper.example/", "https://paper.example/")
    other = shop.till.create_checkout(order, key="another tab")
    shop.box.later(60)
    shop.box.pull("complete", session=other.id, card="pm_card_visa")
    shop.work()
    second = SubscriptionSnapshot.objects.exclude(gateway_id=first).get()
    assert (second.status, shop.net(second.gateway_id), shop.net(first)) == ("canceled", 0, 290)
    assert shop.access(ann).full


def test_AC_02_over_the_wire_a_card_has_one_trial(shop: Shop) -> None:
    ann, ben = shop.reader(), shop.reader()
    first = shop.join(ann, card=SAME)
    shop.box.later(60)
    second = shop.join(ben, card=SAME)
    shop.work()
    assert (shop.row(first).status, shop.row(second).status, shop.net(second)) == ("trialing", "canceled", 0)
    with pytest.raises(JoinError, match="trial-used"):
        shop.checkout(ben)


def test_LG_07_over_the_wire_a_withdrawal_gives_the_year_back(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann, "year", trial=0)
    assert shop.net(subscription) == 1990
    operations.withdraw(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert (shop.row(subscription).status, shop.net(subscription), shop.access(ann).full) == ("canceled", 0, False)


def test_BL_09_10_11_over_the_wire_plans_are_switched_as_previewed(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann)
    end = shop.row(subscription).trial_end
    switch(shop, ann, "year")
    assert (shop.row(subscription).interval, shop.row(subscription).trial_end, shop.net(subscription)) == (
        "year",
        end,
        0,
    )
    switch(shop, ann, "month")
    shop.later(31 * DAY)
    assert (shop.row(subscription).interval, shop.net(subscription)) == ("month", 290)
    shop.later(5 * DAY)
    due = switch(shop, ann, "year")
    assert 0 < due < 1990
    assert (shop.row(subscription).interval, shop.net(subscription)) == ("year", 290 + due)
    switch(shop, ann, "month")
    assert shop.row(subscription).interval == "year"
    shop.later(366 * DAY)
    assert (shop.row(subscription).interval, shop.net(subscription)) == ("month", 290 + due + 290)


def switch(shop: Shop, reader: Reader, interval: str) -> int:
    """Preview and switch; gives what the preview said is due."""
    price = Price.objects.get(plan__interval=interval, active=True)
    now = shop.now
    preview = operations.preview_switch(gateway=shop.till, user_id=reader.user_id, price_id=price.pk, now=now)
    assert preview.next_charge == Money(price.minor, "USD")
    consent = shop.consent(interval, 0)
    operations.switch(gateway=shop.till, user_id=reader.user_id, consent=consent, previewed_at=now, now=now)
    shop.work()
    return preview.due_now.minor


def test_BL_11_over_the_wire_one_can_cancel_although_a_switch_is_planned(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann, "year", trial=0)
    switch(shop, ann, "month")
    operations.cancel(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert shop.access(ann).notice is Notice.ENDS
    shop.later(366 * DAY)
    assert (shop.row(subscription).status, shop.net(subscription)) == ("canceled", 1990)


def test_BL_19_over_the_wire_disputes_and_warnings_are_heeded(shop: Shop) -> None:
    ann, ben = shop.reader(), shop.reader()
    disputed, warned = shop.join(ann, trial=0), shop.join(ben, trial=0)
    charges = {row.subscription: row.charge for row in Invoice.objects.all()}
    assert all(charges.values())
    dispute = shop.box.pull("dispute", charge=charges[disputed], reason="fraudulent")
    shop.box.pull("warn", charge=charges[warned])
    shop.box.later(60)
    shop.work()
    assert (shop.access(ann).full, shop.access(ben).full) == (False, False)
    assert (shop.row(disputed).status, shop.row(warned).status, shop.net(warned)) == ("active", "canceled", 0)
    shop.box.pull("close_dispute", dispute=dispute["id"], won=True)
    shop.work()
    assert shop.access(ann).full


def test_a_pause_and_a_partial_refund_over_the_wire(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann, trial=0)
    operations.pause(user_id=ann.user_id, now=shop.now, until=None)
    shop.work()
    assert shop.access(ann).notice is Notice.COLLECTION_PAUSED
    operations.resume(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert shop.access(ann).notice is None
    (invoice,) = Invoice.objects.filter(subscription=subscription)
    assert operations.give_back(invoice=invoice.gateway_id, now=shop.now, minor=100)
    shop.work()
    assert (shop.net(subscription), shop.access(ann).full) == (190, True)
    assert operations.portal(
        gateway=shop.till, user_id=ann.user_id, return_url="https://paper.example/", locale="ar"
    ).startswith("http")


def test_a_gift_over_the_wire(shop: Shop) -> None:
    from broadsheet.membership import keys
    from broadsheet.membership.models import GiftSubscription

    ann, ben = shop.reader(), shop.reader()
    wish = operations.Wish(Price.objects.get(plan__interval="year").pk)
    made = operations.buy_gift(gateway=shop.till, buyer=ann, wish=wish, addresses=ADDRESSES, now=shop.now)
    shop.box.pull("complete", session=made.id, card="pm_card_visa")
    shop.work()
    gift = GiftSubscription.objects.get()
    assert (gift.state, bool(gift.payment)) == ("paid", True)
    operations.redeem_gift(code=keys.gift_code(gift.reference), user_id=ben.user_id, now=shop.now)
    assert shop.access(ben).full
    assert operations.refund_gift(reference=gift.reference, now=shop.now)
    shop.work()
    assert PendingOperation.objects.get(op="refund").state == "done"


def test_who_is_erased_is_deleted_at_the_gateway(shop: Shop) -> None:
    ann = shop.reader()
    subscription = shop.join(ann, trial=0)
    customer = Customer.objects.get().gateway_id or ""
    operations.erase(user_id=ann.user_id, now=shop.now)
    shop.work()
    assert shop.till.fetch_customer(customer).deleted
    assert shop.row(subscription).status == "canceled"


def test_the_same_key_does_a_thing_once_and_errors_are_told_apart(shop: Shop) -> None:
    new = NewPrice("Member", Money(290, "USD"), "month", "plan-1")
    assert shop.till.ensure_price(new, key="a key") == shop.till.ensure_price(new, key="a key")
    with pytest.raises(GatewayError) as refused:
        shop.till.fetch_customer("cus_nobody")
    assert not refused.value.retryable
    with pytest.raises(GatewayError) as reused:
        shop.till.create_customer(email="x@example.org", locale="en", reference="1", key="a key")
    assert not reused.value.retryable
    with pytest.raises(GatewayError) as away:
        StripeGateway(sandboxes.KEY, address="http://127.0.0.1:9").fetch_customer("cus_x")
    assert away.value.retryable
    with pytest.raises(GatewayError) as keyless:
        StripeGateway("sk_test_of_nobody", address=shop.box.address).fetch_customer("cus_x")
    assert keyless.value.retryable, "a wrong key is mended; nothing that was decided may be lost for it"
    assert shop.till.customer_of_charge("ch_nobody") == ""
