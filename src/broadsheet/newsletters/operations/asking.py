"""Asking a reader whose newsletters keep coming back. If the mailbox lives, the mail arrives and the bounces stop."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.newsletters.keys import token_text
from broadsheet.newsletters.models import Mailbox, Subscriber, Suppression

log = logging.getLogger("broadsheet.newsletters")
MINE = "/newsletters/mine/{}/"


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send the mails that ask. Each is claimed first, so that two loops send none twice."""
    due = Mailbox.objects.filter(ask="due").values_list("pk", flat=True)[:limit]
    return sum(_send(pk) for pk in list(due))


def _send(pk: int) -> bool:
    if not Mailbox.objects.filter(pk=pk, ask="due").update(ask="sending"):
        return False
    key = bytes(Mailbox.objects.get(pk=pk).address_key)
    reader = Subscriber.objects.filter(address_key=key).first()
    if reader is None or Suppression.objects.filter(address_key=key).exists():
        Mailbox.objects.filter(pk=pk).update(ask="")
        return False
    try:
        with translation.override(reader.language or settings.LANGUAGE_CODE):
            _mail(reader).send()
    except (SMTPException, OSError) as error:
        log.warning("A reader could not be asked: %s", error)
        Mailbox.objects.filter(pk=pk).update(ask="due")
        return False
    Mailbox.objects.filter(pk=pk).update(ask="sent")
    return True


def _mail(reader: Subscriber) -> EmailMessage:
    subject = _("Do our newsletters reach you?")
    body = _(
        "Our last newsletters to this address came back. If you read this, you need do nothing, except perhaps make "
        "room in your mailbox.\n\nIf they go on coming back, we will stop sending them. Your lists are here:\n"
        "%(page)s\n"
    ) % {"page": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + MINE.format(token_text(bytes(reader.token)))}
    return EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [reader.address],
                        headers={"Auto-Submitted": "auto-generated"})  # fmt: skip
