"""A paper with an offer, readers who join it, and a gateway in memory: the stage of membership's tests and proofs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from django.contrib.auth import get_user_model

from broadsheet.membership import operations, queries, tasks
from broadsheet.membership.gateways.memory import MemoryGateway
from broadsheet.membership.gateways.world import Plastic
from broadsheet.membership.models import Customer, Mail, Price, SubscriptionSnapshot
from broadsheet.membership.operations import Addresses, ConsentGiven, Reader
from broadsheet.membership.ports import Checkout
from broadsheet.membership.rules.standing import Access
from broadsheet.money import Money

ADDRESSES = Addresses("https://paper.example/back/?checkout={CHECKOUT}", "https://paper.example/subscribe/")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_numbers = count(1)


def kinds(subject: str = "") -> list[str]:
    """The kinds of the mails in the outbox, or of those about one subscription or declaration."""
    rows = Mail.objects.filter(subject=subject) if subject else Mail.objects.all()
    return sorted(rows.values_list("kind", flat=True))


@dataclass
class Stage:
    """One paper and its gateway."""

    till: MemoryGateway = field(default_factory=MemoryGateway)
    seen: int = 0  # how many of the gateway's events have been delivered

    def __post_init__(self) -> None:
        operations.set_offer(
            tier="full",
            name="Member",
            monthly=Money(290, "USD"),
            yearly=Money(1990, "USD"),
            trial_days=30,
            now=self.now,
        )

    @property
    def now(self) -> datetime:
        """The gateway's clock is everybody's."""
        return self.till.now

    def price(self, interval: str = "month") -> Price:
        """The price that is on offer."""
        return Price.objects.get(plan__interval=interval, active=True)

    def reader(self, email: str = "") -> Reader:
        """Somebody with an account."""
        user = get_user_model().objects.create_user(email or f"reader{next(_numbers)}@example.org")
        return Reader(user.pk, user.email, "en")

    def consent(self, interval: str = "month", trial: int | None = None) -> ConsentGiven:
        """What they agree to."""
        price = self.price(interval)
        days = price.plan.trial_days if trial is None else trial
        text = f"{days} days free, then {price.minor} {price.currency} a {interval} until cancelled."
        return ConsentGiven(price.pk, days, "2026-11", text, "en", agreed=True)

    def checkout(self, reader: Reader, interval: str = "month", trial: int | None = None) -> Checkout:
        """They begin to pay."""
        return operations.start_checkout(
            gateway=self.till, reader=reader, consent=self.consent(interval, trial), addresses=ADDRESSES, now=self.now
        )

    def join(
        self, reader: Reader, interval: str = "month", trial: int | None = None, card: Plastic | None = None
    ) -> str:
        """They pay and come back. Gives the subscription's id."""
        subscription = self.till.pay(self.checkout(reader, interval, trial).id, card or self.card(reader))
        operations.returned_from_checkout(gateway=self.till, user_id=reader.user_id, now=self.now)
        return subscription

    def card(self, reader: Reader) -> Plastic:
        """A card of their own."""
        return Plastic(f"fp_{reader.user_id}")

    def deliver(self) -> int:
        """The gateway rings for what happened since."""
        events = self.till.events[self.seen :]
        self.seen = len(self.till.events)
        return sum(operations.receive(event=event, now=self.now) for event in events)

    def work(self) -> None:
        """The bell rings, and the clock's work is done, until there is nothing more to do."""
        for _ in range(5):
            rang = self.deliver()
            tasks.work(self.now, self.till)
            if not rang and len(self.till.events) == self.seen:
                break

    def pass_time(self, by: timedelta) -> None:
        """Days pass; the bell rings, and the clock's work is done each day."""
        until = self.now + by
        while self.now < until:
            self.till.advance(min(self.now + DAY, until))
            self.work()

    def access(self, reader: Reader) -> Access:
        """What is open to them now."""
        return queries.access_of(reader.user_id, self.now)

    def row(self, subscription: str) -> SubscriptionSnapshot:
        """Our row of a subscription."""
        return SubscriptionSnapshot.objects.get(gateway_id=subscription)

    def charged(self, customer: str = "") -> int:
        """What was taken, less what was given back, in minor units."""
        mine = (each for each in self.till.invoices.values() if customer in {"", each.customer})
        return sum(each.paid.minor - each.refunded for each in mine)

    def divergent(self) -> list[str]:
        """Whose rows say otherwise than the gateway."""
        from broadsheet.membership.operations.writing import write

        rows = Customer.objects.filter(gateway_id__isnull=False).order_by("pk")
        return [
            row.gateway_id or "" for row in rows if write(row, self.till.fetch_customer(row.gateway_id or ""), self.now)
        ]
