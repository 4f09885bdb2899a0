"""Sending the mails that wait in the outbox: claimed first, so that two loops send none twice.

Whether a mail went out that was claimed when the process died, nobody can know. What the law wants confirmed is then
sent once more, under the same Message-ID, so that a mailbox can tell; the rest is left at that.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from broadsheet.membership.letters import NothingToSayError, letter_of
from broadsheet.membership.models import Mail

log = logging.getLogger("broadsheet.membership")

DOUBTFUL = timedelta(minutes=15)
MOST_TRIES = 12
MUST_ARRIVE = {
    "asked",
    "cancelled",
    "withdrawn",
    "declared",
    "trial_soon",
    "renewal",
    "new_price",
    "gift_given",
    "seat",
}


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send what is due. Gives how many mails went out."""
    _resolve_doubt(now)
    due = Mail.objects.filter(state=Mail.WAITING, due_at__lte=now).order_by("due_at", "pk")
    return sum(_send(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _resolve_doubt(now: datetime) -> None:
    claimed = Mail.objects.filter(state=Mail.SENDING, claimed_at__lt=now - DOUBTFUL)
    claimed.filter(kind__in=MUST_ARRIVE, tries__lt=2).update(state=Mail.WAITING, tries=2)
    claimed.filter(state=Mail.SENDING).update(state=Mail.FAILED, error="in doubt: perhaps sent")


def _send(pk: int, now: datetime) -> bool:
    if not Mail.objects.filter(pk=pk, state=Mail.WAITING).update(state=Mail.SENDING, claimed_at=now):
        return False
    mail = Mail.objects.select_related("user").get(pk=pk)
    to = mail.to or (mail.user.email if mail.user else "")
    if not to:
        return _leave(mail, Mail.DROPPED, "nobody to send it to", now)
    try:
        with translation.override(_language(mail)):
            message = _message(mail, to)
        message.send()
    except NothingToSayError:
        return _leave(mail, Mail.DROPPED, "nothing to say", now)
    except (SMTPException, OSError) as error:
        return _later(mail, error, now)
    except Exception as error:  # one mail that cannot be made may not hold up the others
        log.exception("A mail could not be made: %s", mail.kind)
        return _leave(mail, Mail.FAILED, f"{type(error).__name__}: {error}", now)
    _leave(mail, Mail.SENT, "", now)
    return True


def _language(mail: Mail) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    short = mail.locale.partition("-")[0]
    return mail.locale if mail.locale in known else (short if short in known else settings.LANGUAGE_CODE)


def _message(mail: Mail, to: str) -> EmailMultiAlternatives:
    letter = letter_of(mail)
    context = {
        "letter": letter, "paper": settings.WAGTAIL_SITE_NAME, "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }  # fmt: skip
    text = render_to_string("broadsheet/mail/letter.txt", context)
    message = EmailMultiAlternatives(
        letter.subject, text, settings.DEFAULT_FROM_EMAIL, [to],
        headers={"Message-ID": _message_id(mail), "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    message.attach_alternative(render_to_string("broadsheet/mail/letter.html", context), "text/html")
    return message


def _message_id(mail: Mail) -> str:
    """The same for the same mail, however often it is sent."""
    mark = hashlib.sha256(f"{mail.pk}:{mail.kind}:{mail.subject}:{mail.period}".encode()).hexdigest()[:32]
    return f"<{mark}@{urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or 'localhost'}>"


def _leave(mail: Mail, state: str, why: str, now: datetime) -> bool:
    """Done with, one way or another; whom it went to is not kept beside the reader."""
    with transaction.atomic():
        mail.state, mail.error = state, why[:2000]
        mail.tries += 1
        if state == Mail.SENT:
            mail.sent_at, mail.to = now, ""
        mail.save(update_fields=["state", "error", "tries", "sent_at", "to"])
    return False


def _later(mail: Mail, error: Exception, now: datetime) -> bool:
    """The server did not take it: again later, and in the end never."""
    mail.tries += 1
    mail.state = Mail.FAILED if mail.tries >= MOST_TRIES else Mail.WAITING
    mail.due_at = now + timedelta(minutes=min(2 ** min(mail.tries, 10), 360))
    mail.error = f"{type(error).__name__}: {error}"[:2000]
    mail.save(update_fields=["tries", "state", "due_at", "error"])
    log.warning("A mail was not taken: %s", error)
    return False
