"""What the clock asks of newsletters, called by `broadsheet work` every few seconds. One step's fault stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from broadsheet.newsletters.operations import alerting, asking, bounces

log = logging.getLogger("broadsheet.newsletters")


def work(now: datetime) -> None:
    """Compose and freeze what is due, gather readers, resolve doubt, end what is sent. Safe at any time, twice."""
    _step("the alarms", lambda: alerting.send_due(now=now))
    _step("the mails that ask", lambda: asking.send_due(now=now))
    _step("the old events", lambda: bounces.forget(now=now))


def _step(name: str, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:  # the other steps go on
        log.exception("%s could not be worked through.", name.capitalize())
