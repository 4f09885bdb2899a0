"""Random weather for webhooks: late, doubled, lost, out of order; workers that die; a gateway that moves meanwhile.

Whatever happens, once the hourly list of events was worked through, our rows say what the gateway says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import connection, transaction

from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.memory import MemoryGateway
from broadsheet.membership.gateways.world import Plastic
from broadsheet.membership.models import Customer, Invoice, PendingOperation, WebhookEvent
from broadsheet.membership.operations import ChangeError
from broadsheet.membership.ports import CustomerFacts, Event, GatewayError
from broadsheet.membership.queries.facts import POLICY
from broadsheet.membership.rules import access
from broadsheet.membership.rules.values import ALL, KNOWN, Snapshot
from tests.apps.membership.stage import DAY, HOUR, MINUTE, Stage


class Killed(BaseException):
    """The worker's process is gone."""


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    """Kill whoever works here at the nth statement it sends; what was not committed is lost."""
    left = [statement]

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run), suppress(Killed):
        yield


@dataclass
class Restless(MemoryGateway):
    """A gateway where something may happen just after it was read: the answer is old when it is written."""

    meanwhile: Callable[[], None] | None = None

    def fetch_customer(self, customer: str) -> CustomerFacts:
        """The facts as they were a moment ago."""
        found = super().fetch_customer(customer)
        if self.meanwhile is not None:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        return found


@dataclass
class Weather:
    """One schedule: what happens at the gateway, and how word of it comes."""

    seed: int
    stage: Stage = field(init=False)
    till: Restless = field(default_factory=Restless)
    bag: list[Event] = field(default_factory=list)  # rings that are on their way
    seen: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.stage = Stage(self.till)

    # What happens

    def live(self, steps: int = 7) -> list[str]:
        """Let it all happen, then reconcile. Gives what is wrong in the end."""
        for _ in range(self.chance.choice([1, 1, 2])):
            self._join()
        for _ in range(steps):
            self._something()
            self._word_comes()
        return self._reconciled()

    def _join(self) -> None:
        reader = self.stage.reader()
        interval, trial = self.chance.choice([("month", 30), ("month", 0), ("year", 0)])
        made = self.stage.checkout(reader, interval, trial)
        works = self.chance.random() < 0.85
        self.till.pay(made.id, Plastic(self.chance.choice(["fp_1", "fp_2"]), works))
        if self.chance.random() < 0.3:
            self._try(operations.returned_from_checkout, gateway=self.till, user_id=reader.user_id, now=self.till.now)

    def _something(self) -> None:
        subscription = self.chance.choice([*self.till.subscriptions])
        doing = self.chance.choice(DOINGS)
        if self.chance.random() < 0.4:
            self.till.meanwhile = lambda: self._between(doing, subscription)
        else:
            self._guarded(doing, subscription)

    def _between(self, doing: Callable[[Weather, str], None], subscription: str) -> None:
        """Between a fetch and its writing the gateway moves; perhaps another worker pushes, hears of it, and is done."""
        self._guarded(doing, subscription)
        fate = self.chance.random()
        if fate < 0.4:
            operations.push_pending(gateway=self.till, now=self.till.now)
        if fate < 0.7:
            fresh, self.seen = self.till.events[self.seen :], len(self.till.events)
            for event in fresh:
                operations.receive(event=event, now=self.till.now)
            operations.drain(gateway=self.till, now=self.till.now)

    def _guarded(self, doing: Callable[[Weather, str], None], subscription: str) -> None:
        with suppress(GatewayError, ChangeError):  # what cannot be done at present is not done
            doing(self, subscription)

    # How word of it comes

    def _word_comes(self) -> None:
        fresh, self.seen = self.till.events[self.seen :], len(self.till.events)
        for event in fresh:
            fate = self.chance.random()
            self.bag += [event] * (0 if fate < 0.15 else 1 if fate < 0.7 else self.chance.randint(2, 3))
        self.chance.shuffle(self.bag)
        arrived = self.bag[: self.chance.randint(0, len(self.bag))]
        self.bag = self.bag[len(arrived) :]
        for event in arrived:
            operations.receive(event=event, now=self.till.now)
        self._drain()
        if self.chance.random() < 0.3:
            self._try(operations.push_pending, gateway=self.till, now=self.till.now)

    def _drain(self) -> None:
        fate = self.chance.random()
        self.till.down = fate < 0.08
        try:
            if fate > 0.8:
                with killed_at(self.chance.randint(1, 60)):
                    operations.drain(gateway=self.till, now=self.till.now)
            else:
                operations.drain(gateway=self.till, now=self.till.now)
        finally:
            self.till.down = False

    def _try(self, do: Callable[..., object], **named: Any) -> None:
        with suppress(GatewayError):
            do(**named)

    def _reconciled(self) -> list[str]:
        """The hourly list and the loops, until all is quiet; and then whatever is still wrong."""
        self.till.meanwhile = None
        for _ in range(8):
            operations.list_events(gateway=self.till, now=self.till.now, force=True)
            operations.drain(gateway=self.till, now=self.till.now)
            operations.push_pending(gateway=self.till, now=self.till.now)
            quiet = not PendingOperation.objects.filter(state="waiting").exists()
            if quiet and not WebhookEvent.objects.filter(state="new").exists():
                break
            self.till.advance(self.till.now + 7 * HOUR)
        operations.list_events(gateway=self.till, now=self.till.now, force=True)
        operations.drain(gateway=self.till, now=self.till.now)
        return [*self._wrong()]

    def _wrong(self) -> Iterator[str]:
        for customer in Customer.objects.filter(gateway_id__isnull=False):
            facts = self.till.fetch_customer(customer.gateway_id or "")
            # Of a word that is new, what was known before decides: that is ours alone, and no fact of the gateway's.
            strange = any(each.status not in KNOWN for each in facts.subscriptions)
            if (
                customer.user_id
                and not strange
                and queries.access_of(customer.user_id, self.till.now).full != self._full(facts)
            ):
                yield f"{facts.id}: access is not what the gateway's facts give"
        yield from (f"{name}: rows differ" for name in self.stage.divergent())
        over = [row.gateway_id for row in Invoice.objects.all() if row.refunded_minor > row.paid_minor]
        yield from (f"{name}: more was given back than was paid" for name in over)
        for failed in PendingOperation.objects.filter(state="failed"):
            yield f"{failed.key}: {failed.error}"
        for row in WebhookEvent.objects.exclude(state__in=["done", "ignored"]):
            yield f"{row.event_id}: {row.kind} is {row.state}"

    def _full(self, facts: CustomerFacts) -> bool:
        """Access straight from the gateway's facts, past our tables."""
        from tests.apps.membership.oracle import snapshot_of

        values: list[Snapshot] = [snapshot_of(each, facts.invoices) for each in facts.subscriptions]
        return access(values, [], self.till.now, POLICY).benefits == ALL


def _days(weather: Weather, _: str) -> None:
    weather.till.advance(weather.till.now + weather.chance.choice([MINUTE, HOUR, DAY, 3 * DAY, 8 * DAY]))


def _plan_end(weather: Weather, subscription: str) -> None:
    if weather.till.subscriptions[subscription].ended_at is None:
        weather.till.plan_end(subscription, by_date=weather.chance.random() < 0.5)


def _fail(weather: Weather, subscription: str) -> None:
    weather.till.cards[weather.till.subscriptions[subscription].customer].works = False


def _mend(weather: Weather, subscription: str) -> None:
    found = weather.till.subscriptions[subscription]
    weather.till.cards[found.customer].works = True
    if found.status == "past_due":
        weather.till.retry(subscription)


def _paid(weather: Weather, subscription: str) -> str:
    found = [each for each in weather.till.invoices.values() if each.subscription == subscription and each.paid.minor]
    return found[-1].id if found else ""


def _refund(weather: Weather, subscription: str) -> None:
    if invoice := _paid(weather, subscription):
        found = weather.till.invoices[invoice]
        left = found.paid.minor - found.refunded
        if left > 0:
            weather.till.give_back(invoice, weather.chance.choice([left, max(left // 2, 1)]))


def _dispute(weather: Weather, subscription: str) -> None:
    if invoice := _paid(weather, subscription):
        found = weather.till.invoices[invoice].dispute
        if found is None:
            weather.till.dispute(invoice, weather.chance.choice(["fraudulent", "general"]))
        elif found.closed_at is None:
            weather.till.close_dispute(invoice, won=weather.chance.random() < 0.5)


def _warn(weather: Weather, subscription: str) -> None:
    if invoice := _paid(weather, subscription):
        weather.till.warn(invoice)


def _end(weather: Weather, subscription: str) -> None:
    if weather.till.subscriptions[subscription].ended_at is None:
        weather.till.end(subscription)


def _new_word(weather: Weather, subscription: str) -> None:
    if weather.till.subscriptions[subscription].ended_at is None:
        weather.till.change(subscription, status=weather.chance.choice(["hibernating", "active", "paused", "unpaid"]))


def _delete(weather: Weather, subscription: str) -> None:
    customer = weather.till.subscriptions[subscription].customer
    if weather.chance.random() < 0.2 and not weather.till.customers[customer].deleted:
        weather.till.delete(customer)


def _ours(weather: Weather, subscription: str) -> None:
    """The reader does something on our pages."""
    customer = weather.till.subscriptions[subscription].customer
    row = Customer.objects.get(gateway_id=customer)
    if row.user_id is not None:
        do = weather.chance.choice([operations.cancel, operations.resume, operations.withdraw, operations.cancel])
        do(user_id=row.user_id, now=weather.till.now)


DOINGS = (
    _days, _days, _days, _plan_end, _fail, _mend, _refund, _dispute, _warn, _end, _new_word, _delete, _ours, _ours,
)  # fmt: skip


def wrong_in(seed: int) -> list[str]:
    """What is wrong after one schedule. Its rows are taken back."""
    with transaction.atomic():
        found = Weather(seed).live()
        transaction.set_rollback(True)
    return [f"schedule {seed}: {each}" for each in found]
