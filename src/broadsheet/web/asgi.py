"""The application that a server runs: the edge in front of Django."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async

from broadsheet.edge.app import Edge
from broadsheet.edge.counting import SHOWN, VIEWS
from broadsheet.edge.elsewhere import App, Elsewhere
from broadsheet.edge.shelves.opening import open_shelf
from broadsheet.paywall.ledgers.apart import Apart
from broadsheet.paywall.ledgers.gathering import Gatherer
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.networks import TrustedProxies
from broadsheet.paywall.receipts import KeyRing

Scope = MutableMapping[str, Any]
APART = (sys.executable, "-m", "broadsheet.web.apart")
log = logging.getLogger("broadsheet.web")


class Lanes:
    """Django in two threads: one for readers, one for the desks, so that a slow admin page delays no reader.

    Django gives every request a thread of its own unless a context is set already; several threads that render at
    once cost twice as much each, for they fight for the interpreter.
    """

    def __init__(self, django: Callable[..., Awaitable[None]]) -> None:
        self._django = django
        self._paper, self._desk = ThreadSensitiveContext(), ThreadSensitiveContext()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Pass the request on in its lane."""
        counting = scope["type"] == VIEWS
        lane = self._desk if counting or scope["path"].startswith("/admin/") else self._paper
        token = SyncToAsync.thread_sensitive_context.set(lane)
        try:
            told = [scope[name] for name in (VIEWS, SHOWN) if name in scope]
            await (sync_to_async(_count)(*told) if counting else self._django(scope, receive, send))
        finally:
            SyncToAsync.thread_sensitive_context.reset(token)


def _count(views: Mapping[bytes, int], shown: Mapping[int, int] | None = None) -> None:
    """Keep how often stories were read, and how often they offered a newsletter."""
    from django.db import close_old_connections

    from broadsheet import clock
    from broadsheet.newsletters.operations.promos import count_shown
    from broadsheet.newsroom.operations.reading import count_views

    close_old_connections()
    today = clock.now().date()
    if views:
        count_views(views=views, day=today)
    if shown:
        count_shown(shown=shown, day=today)


def django() -> App:
    """Django in its lanes, set up, with what the edge follows put on the shelf; the payments sandbox beside it, where
    this paper serves its own."""
    from django.core.asgi import get_asgi_application

    application = get_asgi_application()
    from broadsheet.prerender import operations
    from broadsheet.web import sandbox
    from broadsheet.web.checks import payments_in_earnest, proxies_named

    operations.publish_policy()
    operations.publish_crawlers()
    operations.publish_gifts()
    operations.publish_receipts()
    operations.publish_lost_passes()
    for wrong in (*proxies_named(), *payments_in_earnest()):
        log.error("%s %s", wrong.msg, wrong.hint)
    lanes, own = Lanes(application), sandbox.embedded()
    _freeze()
    return sandbox.Beside(lanes, own) if own else lanes


def build() -> Edge:
    """The paper's application, from Django's settings. Django is set up here, or in a process of its own."""
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    application = Elsewhere(APART) if settings.DJANGO_APART else django()
    url = settings.LEDGER_URL
    edge = Edge(
        application,
        open_shelf(settings.SHELF_URL),
        Apart(url) if settings.LEDGER_APART else Gatherer(lambda: open_ledger(url)),
        KeyRing(settings.METER_KEY, settings.METER_KEY_PREVIOUS),
        TrustedProxies(settings.TRUSTED_PROXIES, settings.TRUST_UNIX_SOCKET),
        secure=settings.WAGTAILADMIN_BASE_URL.startswith("https://"),
    )
    _freeze()
    return edge


def _freeze() -> None:
    """What is there now lives as long as the process: no collection need look at its hundred thousands of objects."""
    gc.collect()
    gc.freeze()
