"""What the clock asks of membership, called by `broadsheet work` every few seconds. One step's fault stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from broadsheet.membership import mails
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations.declaring import carry_out_held
from broadsheet.membership.operations.inbox import drain, forget_events
from broadsheet.membership.operations.leaving import forget_evidence
from broadsheet.membership.operations.offers import carry_out_price_changes
from broadsheet.membership.operations.pushing import push_pending
from broadsheet.membership.operations.reconciling import list_events, sweep, upkeep
from broadsheet.membership.operations.reminding import remind
from broadsheet.membership.ports import GatewayError, PaymentGateway

log = logging.getLogger("broadsheet.membership")


def work(now: datetime, till: PaymentGateway | None = None) -> None:
    """Drain the inbox, push what was decided here, remind, send, catch up. Safe to run at any time, twice."""
    till = till or gateway()
    _step("the inbox", lambda: drain(gateway=till, now=now))
    _step("the declarations", lambda: carry_out_held(now=now))
    _step("the operations", lambda: push_pending(gateway=till, now=now))
    _step("the reminders", lambda: remind(now=now))
    _step("the mails", lambda: mails.send_due(now=now))
    _step("the new prices", lambda: carry_out_price_changes(gateway=till, now=now))
    _step("the list of events", lambda: list_events(gateway=till, now=now))
    _step("the sweep", lambda: sweep(gateway=till, now=now))
    _step("the upkeep", lambda: upkeep(now=now, do=(forget_events, forget_evidence)))


def _step(name: str, do: Callable[[], object]) -> None:
    try:
        do()
    except GatewayError as error:
        log.warning("The gateway did not answer for %s: %s", name, error)
    except Exception:  # the other steps go on
        log.exception("%s could not be worked through.", name.capitalize())
