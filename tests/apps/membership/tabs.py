"""Readers with two tabs: joining, paying, cancelling and changing in both at once, while the bell rings late.

In the end nobody has paid twice for the same time, had two trials, or paid what they had not agreed to.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from django.db import transaction

from broadsheet.membership import operations
from broadsheet.membership.gateways.memory import MemoryGateway
from broadsheet.membership.gateways.world import Plastic
from broadsheet.membership.models import Cancellation, Consent, Customer, TrialUse
from broadsheet.membership.operations import ChangeError, JoinError, Reader
from broadsheet.membership.ports import Checkout, CheckoutOrder, GatewayError, InvoiceFacts
from tests.apps.membership.stage import DAY, HOUR, MINUTE, Stage
from tests.apps.membership.wrongs import Wrongs


@dataclass
class Busy(MemoryGateway):
    """A gateway that answers slowly: the other tab does something while a checkout is being made or closed."""

    meanwhile: Callable[[], None] | None = None

    def _elsewhere(self) -> None:
        if self.meanwhile is not None:
            do, self.meanwhile = self.meanwhile, None
            do()

    def create_checkout(self, order: CheckoutOrder, *, key: str) -> Checkout:
        """A checkout."""
        self._elsewhere()
        made = super().create_checkout(order, key=key)
        self._elsewhere()
        return made

    def expire_checkout(self, checkout: str, *, key: str) -> None:
        """Close it."""
        self._elsewhere()
        super().expire_checkout(checkout, key=key)


@dataclass
class Session:
    """One or two people with a card, and their tabs."""

    seed: int
    till: Busy = field(default_factory=Busy)
    pages: dict[int, list[str]] = field(default_factory=dict)  # checkouts that stand open in a reader's tabs

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.stage = Stage(self.till)
        self.readers = [self.stage.reader() for _ in range(self.chance.choice([1, 1, 2, 2]))]
        self.cards = [Plastic("fp_1"), Plastic("fp_2")]
        self.settled = self.till.now

    def live(self) -> Wrongs:
        """Clicks, then two months in which the clock does its work."""
        for _ in range(self.chance.randint(5, 12)):
            reader = self.chance.choice(self.readers)
            if self.chance.random() < 0.35:
                self.till.meanwhile = partial(self._click, reader)
            self._click(reader)
            if self.chance.random() < 0.2 or self.till.now - self.settled > DAY:  # no worker stands still for two days
                self._settle()
            self.till.advance(self.till.now + self.chance.choice([MINUTE, MINUTE, HOUR, 26 * HOUR]))
        self.till.meanwhile = None
        self._settle()
        for days in (1, 29, 2, 31):
            self.till.advance(self.till.now + days * DAY)
            self._settle()
        return self._judged()

    def _click(self, reader: Reader) -> None:
        pages = [page for page in self.pages.get(reader.user_id, []) if self.till.checkout(page).state == "open"]
        likely = [self._pay] * 6 if pages else [self._open] * 4
        do = self.chance.choice([self._open, self._open, self._back, self._change, *likely])
        with suppress(JoinError, ChangeError, GatewayError):  # the page says why not
            do(reader)

    def _open(self, reader: Reader) -> None:
        interval, trial = self.chance.choice([("month", 30), ("month", 0), ("year", 0), ("month", 30)])
        made = self.stage.checkout(reader, interval, trial)
        self.pages.setdefault(reader.user_id, []).append(made.id)

    def _pay(self, reader: Reader) -> None:
        for page in self.chance.sample(open_ := self.pages.get(reader.user_id, []), min(len(open_), 2)):
            if self.till.checkout(page).state == "open":
                self.till.pay(page, self.chance.choice(self.cards))

    def _back(self, reader: Reader) -> None:
        operations.returned_from_checkout(gateway=self.till, user_id=reader.user_id, now=self.till.now)

    def _change(self, reader: Reader) -> None:
        named: dict[str, Any] = {"user_id": reader.user_id, "now": self.till.now}
        do = self.chance.choice([operations.cancel, operations.cancel, operations.resume, self._switch])
        if do == self._switch:
            self._switch(reader)
        else:
            do(**named)

    def _switch(self, reader: Reader) -> None:
        operations.switch(
            gateway=self.till, user_id=reader.user_id, now=self.till.now, previewed_at=self.till.now,
            consent=self.stage.consent(self.chance.choice(["month", "year"]), 0),
        )  # fmt: skip

    def _settle(self) -> None:
        """What the loops do within a minute: the bell, the operations, and whatever these ring for."""
        self.settled = self.till.now
        for _ in range(3):
            self.stage.deliver()
            done = operations.drain(gateway=self.till, now=self.till.now)
            if not done + operations.push_pending(gateway=self.till, now=self.till.now):
                break

    # The judgement

    def _judged(self) -> Wrongs:
        trials = self._second_trials()
        found = Wrongs(second_trials=trials, told=(f"session {self.seed}: {trials} second trials",) if trials else ())
        for customer in Customer.objects.filter(gateway_id__isnull=False):
            paid = [
                each for each in self.till.invoices.values()
                if each.customer == customer.gateway_id and each.paid.minor > each.refunded
            ]  # fmt: skip
            double = sum(_same_time(one, other) for at, one in enumerate(paid) for other in paid[:at])
            surprises = [why for each in paid if (why := self._surprise(each))]
            surprises_and_doubles = surprises + [f"{double} double charges"] * (double > 0)
            told = tuple(f"session {self.seed}: {why}" for why in surprises_and_doubles)
            found += Wrongs(double, 0, len(surprises), told)
        return found

    def _second_trials(self) -> int:
        """Trials that ran although there was an earlier one of the same reader, mailbox or card."""
        ran = [
            use for use in TrialUse.objects.order_by("used_at", "subscription")
            if (end := self.till.subscriptions[use.subscription].ended_at) is None or end - use.used_at > 2 * DAY
        ]  # fmt: skip
        return sum(
            any(one.user_id == other.user_id or one.mail_key == other.mail_key or one.card_key == other.card_key
                for other in ran[:at])
            for at, one in enumerate(ran)
        )  # fmt: skip

    def _surprise(self, invoice: InvoiceFacts) -> str:
        """Why this charge was not agreed to; nothing where it was."""
        agreed = Consent.objects.filter(subscription=invoice.subscription, given_at__lte=invoice.created)
        if not agreed:
            return f"{invoice.id} was charged without a consent"
        if invoice.paid.minor > max(each.minor for each in agreed):
            return f"{invoice.id} was charged more than was agreed to"
        first = min(each.first_charge_at for each in agreed if each.first_charge_at)
        if invoice.created < first - DAY and invoice.billing_reason == "subscription_cycle":
            return f"{invoice.id} was charged before the day that was named"
        over = Cancellation.objects.filter(
            subscription=invoice.subscription, withdrawn_at=None, declared_at__lt=invoice.created
        )
        return f"{invoice.id} was charged after a cancellation" if over.exists() else ""


def _same_time(one: InvoiceFacts, other: InvoiceFacts) -> bool:
    """Whether two charges are for the same days. A change of plan is charged less what is left of the old one."""
    if "subscription_update" in {one.billing_reason, other.billing_reason} and one.subscription == other.subscription:
        return False
    if None in {one.period_start, one.period_end, other.period_start, other.period_end}:
        return False
    start = max(one.period_start, other.period_start)  # type: ignore[type-var]
    end = min(one.period_end, other.period_end)  # type: ignore[type-var]
    return end - start > HOUR  # type: ignore[operator]


def wrongs_in(seed: int) -> Wrongs:
    """What went wrong in one session. Its rows are taken back."""
    with transaction.atomic():
        found = Session(seed).live()
        transaction.set_rollback(True)
    return found
