"""Sending the mails that ask whether somebody meant to join: claimed first, so that two loops send none twice.

They come from the paper's own address, as receipts and codes do, never from a newsletter's. Their words are templates
of the theme. A mail that was claimed when the process died is sent once more: to be asked twice harms nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from wagtail.models import Site

from broadsheet.newsletters.keys import token_text
from broadsheet.newsletters.models import Confirmation, Newsletter, Subscription, Suppression
from broadsheet.newsletters.queries.confirming import ticket
from broadsheet.newsletters.rules.joining import LIFE
from broadsheet.newsroom import queries as newsroom

log = logging.getLogger("broadsheet.newsletters")

State = Confirmation.State
DOUBTFUL = timedelta(minutes=15)
MOST_TRIES = 8
CONFIRM, MINE = "/newsletters/confirm/{}/", "/newsletters/mine/{}/"  # in no language: their pages know their reader's


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send what waits. Gives how many mails went out."""
    Confirmation.objects.filter(state=State.SENDING, claimed_at__lt=now - DOUBTFUL).update(state=State.WAITING)
    due = Confirmation.objects.filter(state=State.WAITING, claimed_at=None).order_by("asked_at", "pk")
    again = Confirmation.objects.filter(state=State.WAITING, claimed_at__lte=now).order_by("claimed_at", "pk")
    numbers = [*due.values_list("pk", flat=True)[:limit], *again.values_list("pk", flat=True)[:limit]]
    return sum(_send(number, now) for number in numbers)


def _send(number: int, now: datetime) -> bool:
    if not Confirmation.objects.filter(pk=number, state=State.WAITING).update(state=State.SENDING, claimed_at=now):
        return False
    row = Confirmation.objects.select_related("subscriber").get(pk=number)
    unknown = Suppression.objects.filter(address_key=bytes(row.subscriber.address_key), scope=Suppression.Scope.ALL)
    if unknown.exists():
        return _leave(row, State.DROPPED, "the mailbox does not exist")
    try:
        with translation.override(_language(row)):
            message = _message(row)
        message.send()
    except (SMTPException, OSError) as error:
        return _later(row, error, now)
    except Exception as error:  # one mail that cannot be made may not hold up the others
        log.exception("A mail that asks a reader could not be made.")
        return _leave(row, State.FAILED, f"{type(error).__name__}: {error}")
    _leave(row, State.SENT, "")
    return True


def _leave(row: Confirmation, state: str, why: str) -> bool:
    Confirmation.objects.filter(pk=row.pk).update(state=state, error=why[:255], tries=row.tries + 1)
    return False


def _later(row: Confirmation, error: Exception, now: datetime) -> bool:
    """The server did not take it: again later, and in the end never."""
    tries = row.tries + 1
    state = State.FAILED if tries >= MOST_TRIES else State.WAITING
    again = now + timedelta(minutes=min(2**tries, 360))
    why = f"{type(error).__name__}: {error}"[:255]
    Confirmation.objects.filter(pk=row.pk).update(state=state, error=why, tries=tries, claimed_at=again)
    log.warning("A mail that asks a reader was not taken: %s", error)
    return False


def _language(row: Confirmation) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    return row.language if row.language in known else settings.LANGUAGE_CODE


def _message(row: Confirmation) -> EmailMultiAlternatives:
    context = _context(row)
    subject = " ".join(render_to_string("broadsheet/newsletters/mail/asks_subject.txt", context).split())
    text = render_to_string("broadsheet/newsletters/mail/asks.txt", context)
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<asks-{row.pk}-{int(row.asked_at.timestamp())}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(
        subject, text, settings.DEFAULT_FROM_EMAIL, [row.subscriber.address], headers=headers
    )
    message.attach_alternative(render_to_string("broadsheet/newsletters/mail/asks.html", context), "text/html")
    return message


def _context(row: Confirmation) -> dict[str, Any]:
    lists = list(Newsletter.objects.filter(pk__in=row.newsletters))
    on = Subscription.objects.filter(
        subscriber=row.subscriber, newsletter_id__in=row.newsletters, state=Subscription.State.ACTIVE
    ).count()
    already = on == len(lists)
    path = MINE.format(token_text(bytes(row.subscriber.token))) if already else CONFIRM.format(ticket(row.pk))
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "names": _names(lists), "already": already, "address": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path,
        "until": row.asked_at + LIFE, "paper": _paper(language), "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }  # fmt: skip


def _names(lists: Sequence[Newsletter]) -> list[str]:
    return [" ".join(each.name.split()) for each in lists]


def _paper(language: str) -> str:
    site = Site.objects.filter(is_default_site=True).first() or Site.objects.first()
    chrome = newsroom.chrome(site, language) if site else None
    return chrome.name if chrome else settings.WAGTAIL_SITE_NAME
