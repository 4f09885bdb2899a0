"""A sandbox for tests: the Stripe-shaped server in a thread, its levers, and the real SDK pointed at it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stripe

from broadsheet.membership.gateways.sandbox import server, webhooks

KEY = "sk_test_sandbox_for_tests"


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox. `address` is what the SDK takes as its base address."""

    address: str
    running: server.Running

    @property
    def client(self) -> stripe.StripeClient:
        """The official SDK, pointed here."""
        return stripe.StripeClient(KEY, base_addresses={"api": self.address}, max_network_retries=0)

    def pull(self, lever: str, **given: Any) -> dict[str, Any]:
        """Pull a lever of the sandbox: `clock`, `knobs`, `dispute`, `close_dispute`, `warn`, `complete`, `endpoint`."""
        request = urllib.request.Request(
            f"{self.address}/control/{lever}", json.dumps(given).encode(), {"Authorization": f"Bearer {KEY}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def later(self, seconds: float = 0, **units: float) -> int:
        """Move the whole server's clock on: `later(days=30)`."""
        seconds += units.get("days", 0) * 86_400 + units.get("hours", 0) * 3_600
        return self.pull("clock", seconds=int(seconds))["now"]

    def deliver(self, *, everything: bool = False) -> list[webhooks.Sent]:
        """Deliver the webhooks that are due; `everything`: those that wait, too."""
        return webhooks.deliver(self.running.sandbox.store, everything=everything)


@contextmanager
def sandbox(folder: Path, *, post: bool = False) -> Iterator[Sandbox]:
    """A sandbox with its file in `folder`. Webhooks wait for `deliver()` unless `post`."""
    with server.Running(folder / "sandbox.sqlite3", post=post) as running:
        yield Sandbox(running.address, running)
