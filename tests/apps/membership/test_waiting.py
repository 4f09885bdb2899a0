"""What is fetched is written only while it is new, and no transaction waits for the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from broadsheet.membership import operations
from broadsheet.membership.gateways.memory import MemoryGateway
from broadsheet.membership.models import Customer, GiftSubscription, Invoice, WebhookEvent
from broadsheet.membership.operations import Wish, pushing
from broadsheet.membership.ports import GatewayError
from tests.apps.membership.schedules import Restless
from tests.apps.membership.stage import ADDRESSES, Stage


@pytest.mark.django_db
def test_WH_07_what_another_worker_overtook_is_fetched_again() -> None:
    stage = Stage(Restless())
    subscription = stage.join(stage.reader())
    customer = stage.till.subscriptions[subscription].customer

    def overtake() -> None:
        stage.till.plan_end(subscription, by_date=False)
        operations.sync_customer(gateway=stage.till, customer=customer, now=stage.now)

    stage.till.meanwhile = overtake  # type: ignore[attr-defined]
    operations.sync_customer(gateway=stage.till, customer=customer, now=stage.now)
    assert stage.row(subscription).cancel_at_period_end, "an older answer was written over a newer one"


@pytest.mark.django_db
def test_WH_07_what_a_push_overtook_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the pusher dies before it looks at what it changed."""
    stage = Stage(Restless())
    ann = stage.reader()
    subscription = stage.join(ann)
    monkeypatch.setattr(pushing, "_look", lambda *_: None)

    def overtake() -> None:
        operations.cancel(user_id=ann.user_id, now=stage.now)
        assert operations.push_pending(gateway=stage.till, now=stage.now) == 1

    stage.till.meanwhile = overtake  # type: ignore[attr-defined]
    operations.sync_customer(
        gateway=stage.till, customer=stage.till.subscriptions[subscription].customer, now=stage.now
    )
    assert stage.row(subscription).cancel_at_period_end


@dataclass
class Hasty(MemoryGateway):
    """Whenever it is read, somebody else has written already."""

    reads: int = 0

    def fetch_customer(self, customer: str) -> Any:
        """The facts, and one more write."""
        self.reads += 1
        found = super().fetch_customer(customer)
        operations.syncing.rows.changed_there(customer)
        return found


@pytest.mark.django_db
def test_WH_07_who_is_always_overtaken_comes_back_later(stage: Stage) -> None:
    subscription = stage.join(stage.reader())
    hasty = Hasty(customers=stage.till.customers, subscriptions=stage.till.subscriptions)
    before = stage.row(subscription)
    with pytest.raises(GatewayError) as caught:
        operations.sync_customer(gateway=hasty, customer=stage.till.subscriptions[subscription].customer, now=stage.now)
    assert caught.value.retryable
    assert hasty.reads == operations.syncing.MOST_LOOKS
    assert stage.row(subscription) == before


@dataclass
class Slow(MemoryGateway):
    """A gateway that may take its time: nobody may be held off meanwhile."""

    asked: list[str] = field(default_factory=list)
    watched: bool = False

    def _reach(self, what: str) -> None:
        if self.watched:
            self.asked.append(what)
            assert not connection.in_atomic_block, f"a transaction waits for the gateway: {what}"
        super()._reach(what)


@pytest.mark.django_db(transaction=True)
def test_WH_07_no_transaction_waits_for_the_gateway() -> None:
    """On SQLite it would hold off the desk, the log-in and the newsletters, twelve seconds at a time."""
    till = Slow()
    stage = Stage(till)
    till.watched = True
    ann, ben = stage.reader(), stage.reader()
    subscription = stage.join(ann, "year", trial=0)
    made = operations.buy_gift(
        gateway=till, buyer=ben, wish=Wish(stage.price("year").pk), addresses=ADDRESSES, now=stage.now
    )
    till.pay(made.id, stage.card(ben))
    stage.work()
    till.warn(next(each.id for each in till.invoices.values() if each.subscription == subscription))
    stage.work()
    operations.sweep(gateway=till, now=stage.now, force=True)
    cat = stage.reader()
    other = stage.join(cat, "month")
    operations.cancel(user_id=cat.user_id, now=stage.now)
    stage.work()
    assert GiftSubscription.objects.get().state == GiftSubscription.PAID
    assert Invoice.objects.filter(warned_at__isnull=False).count() == 1
    assert stage.row(other).cancel_at_period_end
    assert not WebhookEvent.objects.filter(state__in=["new", "parked"]).exists()
    assert Customer.objects.filter(version__gt=0).count() == 3
    assert {"fetch", "warning", "checkout", "events", "cancel", "refund", "customer"} <= set(till.asked), till.asked
