"""What the clock asks of newsletters, called by `broadsheet work` every few seconds. One step's fault stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from broadsheet.newsletters import mails
from broadsheet.newsletters.operations.joining import forget_unconfirmed

log = logging.getLogger("broadsheet.newsletters")


def work(now: datetime) -> None:
    """Compose and freeze what is due, gather readers, resolve doubt, end what is sent. Safe at any time, twice."""
    _step("the mails that ask", lambda: mails.send_due(now=now))
    _step("whoever did not confirm", lambda: forget_unconfirmed(now=now))


def _step(name: str, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:  # the other steps go on
        log.exception("%s could not be worked through.", name.capitalize())
