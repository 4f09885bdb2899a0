"""A list, its readers, a frozen issue, and a worker that takes one step when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from broadsheet.newsletters import housekeeping, keys, outgoing
from broadsheet.newsletters.models import Content, Delivery, Issue, Newsletter, Subscriber, Subscription
from broadsheet.newsletters.operations import answers
from broadsheet.newsletters.operations.answers import Result
from broadsheet.newsletters.ports import Carrier, Told
from broadsheet.newsletters.rules.pacing import Limits

NOW = datetime(2026, 12, 1, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HTML = '<p>The harbour at dawn.</p><p><a href="%%UNSUBSCRIBE%%">Leave</a> <a href="%%PREFERENCES%%">Yours</a></p>'
TEXT = "The harbour at dawn.\n\nLeave: %%UNSUBSCRIBE%%\n"
State = Delivery.State


def a_list(slug: str = "morning", **fields: Any) -> Newsletter:
    """A list."""
    fields = {"language": "en", "name": slug.title(), "zone": "UTC", "sender_address": "news@example.org", **fields}
    return Newsletter.objects.create(slug=slug, **fields)


def readers(newsletter: Newsletter, addresses: Iterable[str], **fields: Any) -> list[Subscriber]:
    """Readers on a list."""
    made = Subscriber.objects.bulk_create(
        [
            Subscriber(
                address=address,
                address_key=keys.address_key(address),
                domain=keys.domain_of(address),
                made_at=NOW,
                **fields,
            )
            for address in addresses
        ],
        batch_size=2000,
    )
    Subscription.objects.bulk_create(
        [
            Subscription(subscriber=one, newsletter=newsletter, state="active", asked_at=NOW, confirmed_at=NOW)
            for one in made
        ],
        batch_size=2000,
    )
    return made


def many(count: int, domain: str = "example.org") -> list[str]:
    """So many addresses."""
    return [f"reader{number}@{domain}" for number in range(count)]


def an_issue(newsletter: Newsletter, html: str = HTML, text: str = TEXT, **fields: Any) -> Issue:
    """A frozen issue with its content."""
    fields = {"period": f"p{Issue.objects.count()}", "subject": "The quay", "state": "frozen", "due_at": NOW, **fields}
    issue = Issue.objects.create(newsletter=newsletter, frozen_at=NOW, **fields)
    for variant in ("free", "member"):
        Content.objects.create(issue=issue, variant=variant, html=f"{html}<!-- {variant} -->", text=text)
    return issue


class Worker:
    """A sender that works step by step, in the test's own transaction."""

    def __init__(self, carrier: Carrier, name: str = "w1", limits: Limits | None = None, room: int = 4) -> None:
        self.carrier, self.name, self.limits, self.room = carrier, name, limits or Limits(), room
        self.post = outgoing.Post()
        self.results: list[Result] = []
        self.claimed: list[Any] = []

    def claim(self, now: datetime = NOW, room: int | None = None) -> list[Any]:
        """Write the last answers and claim the next."""
        self.claimed = answers.settle_and_claim(
            worker=self.name,
            results=self.results,
            room=self.room if room is None else room,
            limits=self.limits,
            now=now,
        )
        self.results = []
        return self.claimed

    def send(self, now: datetime = NOW) -> list[Told]:
        """Send what is claimed."""
        messages = [self.post.message(one, since=outgoing.clock(), now=now) for one in self.claimed]

        async def run() -> list[Told]:
            line = self.carrier.line()
            await line.open()
            size = self.carrier.handful
            told = [
                word for at in range(0, len(messages), size) for word in await line.send(messages[at : at + size], _yes)
            ]
            await line.close()
            return told

        told = asyncio.run(run())
        self.results = [Result(one, word) for one, word in zip(self.claimed, told, strict=True)]
        self.claimed = []
        return told

    def all(self, now: datetime = NOW) -> int:
        """Send until nothing is due."""
        sent = 0
        while self.claim(now):
            sent += len(self.send(now))
        return sent


async def _yes() -> bool:
    return True


def ready(now: datetime = NOW) -> None:
    """Gather readers, let go what is due."""
    housekeeping.prepare(now=now)


def tidy(carrier: Carrier, now: datetime = NOW, alive: Callable[[str], bool] = lambda _: True) -> None:
    """Doubt and ends."""
    with patch("broadsheet.newsletters.workers.alive", alive):
        housekeeping.tidy(carrier=carrier, now=now)


def states(issue: Issue) -> dict[str, int]:
    """How many rows are in each state."""
    found: dict[str, int] = {}
    for state in Delivery.objects.filter(issue=issue).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
