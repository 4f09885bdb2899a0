"""The payments sandbox that a paper serves itself under /sandbox/: in front of Django, and never in its threads.

A page of the paper asks the sandbox while it is being rendered. Were the sandbox a view, it would wait for the thread
that waits for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from broadsheet.membership.gateways.sandbox import webhooks
from broadsheet.membership.gateways.sandbox.server import Sandbox, refusal
from broadsheet.membership.keys import sandbox_keys

MOUNT, OWN = "/sandbox", "sandbox:"
Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def refused() -> str:
    """Why this paper sells nothing, though its gateway is the sandbox: it is in earnest. Empty where it may sell."""
    if not settings.PAYMENTS_URL.startswith("sandbox:"):
        return ""
    return refusal(settings.WAGTAILADMIN_BASE_URL, settings.SANDBOX_GATEWAY_ACK) or ""


@lru_cache(maxsize=1)
def embedded() -> Sandbox | None:
    """The sandbox that this paper serves; None where the money is taken elsewhere, or the sandbox is refused."""
    if settings.PAYMENTS_URL != OWN or refused():
        return None
    return Sandbox(settings.SANDBOX_FILE, mount=MOUNT, key=settings.STRIPE_SECRET_KEY or sandbox_keys()[0])


class Beside:
    """Django with the sandbox beside it, in the same process."""

    def __init__(self, django: App, sandbox: Sandbox) -> None:
        self._django, self._sandbox = django, sandbox

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Pass the request on to whom it is for."""
        if scope["type"] == "http" and scope["path"].startswith(f"{MOUNT}/"):
            await self._sandbox.asgi({**scope, "root_path": ""}, receive, send)
        else:
            await self._django(scope, receive, send)


def postman() -> webhooks.Postman | None:
    """Who tells the paper what happens in its own sandbox; knows where to ring. None where there is no sandbox."""
    sandbox = embedded()
    if sandbox is None:
        return None
    secret = next(iter(settings.STRIPE_WEBHOOK_SECRET), "") or sandbox_keys()[1]
    with sandbox.store.world() as world:
        webhooks.ensure(world, f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/hooks/stripe/", secret)
    return webhooks.Postman(sandbox.store, every=2)
