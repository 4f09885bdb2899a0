"""What the clock asks of newsletters, called by `broadsheet work` every few seconds. No fault stops another step.

Sending is a loop of its own: in a thread of `broadsheet work`, and in as many `broadsheet send` as a paper needs.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from django.conf import settings

from broadsheet.newsletters import housekeeping, mails
from broadsheet.newsletters.carriers.opening import open_carrier
from broadsheet.newsletters.operations import alerting, asking, bounces
from broadsheet.newsletters.operations.composing import compose_due
from broadsheet.newsletters.operations.freezing import freeze_due
from broadsheet.newsletters.operations.joining import forget_unconfirmed
from broadsheet.newsletters.operations.testing import choose_winners
from broadsheet.newsletters.outbox import Outbox
from broadsheet.newsletters.rules.pacing import Limits, read_limits

log = logging.getLogger("broadsheet.newsletters")


def work(now: datetime) -> None:
    """Compose and freeze what is due, gather readers, resolve doubt, end what is sent. Safe at any time, twice."""
    _step("the mails that ask", lambda: mails.send_due(now=now))
    _step("whoever did not confirm", lambda: forget_unconfirmed(now=now))
    _step("what is to be composed", lambda: compose_due(now))
    _step("what is to be frozen", lambda: freeze_due(now))
    _step("the tests of subjects", lambda: choose_winners(now))
    _step("gathering readers", lambda: housekeeping.prepare(now=now))
    _step("what became of mails", lambda: housekeeping.tidy(carrier=open_carrier(), now=now))
    _step("forgetting", lambda: housekeeping.forget(now=now))
    _step("the alarms", lambda: alerting.send_due(now=now))
    _step("the mails that ask again", lambda: asking.send_due(now=now))
    _step("the old events", lambda: bounces.forget(now=now))


def _step(name: str, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:  # the other steps go on
        log.exception("%s could not be worked through.", name.capitalize())


def limits() -> Limits:
    """How fast mails may go, by the paper's settings."""
    return read_limits(settings.NEWSLETTER_PER_MINUTE, settings.NEWSLETTER_LIMITS, settings.NEWSLETTER_WARM_UP)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """On the loop that the server runs on too, where there is one for this system."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def outbox(*, until_empty: bool = False, lines: int = 0) -> Outbox:
    """A sender as the settings have it."""
    return Outbox(open_carrier(), lines or settings.NEWSLETTER_LINES, limits(), until_empty)


def send(*, until_empty: bool = False, lines: int = 0) -> int:
    """Send until interrupted, or until nothing is left. What is under way when it is told to stop still arrives."""

    async def run() -> int:
        stop = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        return await outbox(until_empty=until_empty, lines=lines).run(stop)

    return _run(run())


def send_due() -> int:
    """Send what is due now, and end: what is due later, or has to wait, stays."""
    return _run(Outbox(open_carrier(), settings.NEWSLETTER_LINES, limits(), only_due=True).run())


class Sending:
    """The sender in a thread, beside the clock's work."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="newsletters", daemon=True)

    def start(self) -> None:
        """Begin; it ends with the process."""
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                _run(outbox().run())
            except Exception:  # a fault of ours: the paper's other work goes on, and so does this
                log.exception("The sender ended, and begins anew.")
            threading.Event().wait(30)
