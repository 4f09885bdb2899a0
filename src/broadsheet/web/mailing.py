"""The door that the paper's own mails leave by: receipts, codes, confirmations, whatever room they come from.

A mailbox that bounced for good gets no mail of any kind. One that only wants no newsletters gets these as before.
Rooms below newsletters cannot ask for that themselves; the setting EMAIL_BACKEND names this backend, and EMAIL_CARRIER
the one that carries the mails.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError

from broadsheet.newsletters.queries.suppressed import gone

log = logging.getLogger("broadsheet.mail")


class EmailBackend(BaseEmailBackend):
    """Carries by EMAIL_CARRIER what is not for a mailbox that does not exist."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self._carrier = get_connection(settings.EMAIL_CARRIER, fail_silently=fail_silently, **kwargs)

    def open(self) -> bool | None:
        """Open the carrier's connection."""
        return self._carrier.open()

    def close(self) -> None:
        """Close it."""
        self._carrier.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send. What was for nobody who exists counts as sent: there is nothing to be tried again."""
        kept = [message for message in email_messages if _somebody(message)]
        dropped = len(email_messages) - len(kept)
        return (self._carrier.send_messages(kept) or 0) + dropped if kept else dropped


def _somebody(message: EmailMessage) -> bool:
    """Take the recipients who do not exist off the message; whether anybody is left."""
    try:
        lost = gone([_bare(each) for each in message.recipients()])
    except DatabaseError:  # a mail more to nobody is better than a code less to somebody
        log.warning("It could not be looked up which mailboxes do not exist.")
        return True
    if not lost:
        return True
    log.info("Not sent to %s mailboxes that do not exist.", len(lost))
    message.to, message.cc, message.bcc = (
        [each for each in group if _bare(each) not in lost] for group in (message.to, message.cc, message.bcc)
    )
    return bool(message.recipients())


def _bare(address: str) -> str:
    return address.rpartition("<")[2].strip(" >")
