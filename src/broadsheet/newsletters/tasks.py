"""What the clock asks of newsletters, called by `broadsheet work` every few seconds. One step's fault stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from broadsheet.newsletters import mails
from broadsheet.newsletters.operations.composing import compose_due
from broadsheet.newsletters.operations.freezing import freeze_due
from broadsheet.newsletters.operations.joining import forget_unconfirmed
from broadsheet.newsletters.operations.testing import choose_winners

log = logging.getLogger("broadsheet.newsletters")


def work(now: datetime) -> None:
    """Compose and freeze what is due, gather readers, resolve doubt, end what is sent. Safe at any time, twice."""
    _step("the mails that ask", lambda: mails.send_due(now=now))
    _step("whoever did not confirm", lambda: forget_unconfirmed(now=now))
    _step("what is to be composed", lambda: compose_due(now))
    _step("what is to be frozen", lambda: freeze_due(now))
    _step("the tests of subjects", lambda: choose_winners(now))


def _step(name: str, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:  # the other steps go on
        log.exception("%s could not be worked through.", name.capitalize())
