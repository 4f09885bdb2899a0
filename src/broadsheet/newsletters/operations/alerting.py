"""Telling the staff that a domain refuses us: one mail for each time that it begins, and a line at the desk."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from broadsheet.newsletters.models import Alert

log = logging.getLogger("broadsheet.newsletters")

QUIET = timedelta(hours=24)  # after which the same domain is news again
AGAIN = timedelta(minutes=5)
PERMISSION = "broadsheet_newsletters.change_domainpause"


def raise_alert(*, domain: str, reason: str, said: str, now: datetime) -> bool:
    """Note that a domain refuses us; whether that is news. Called within the transaction that found it."""
    Alert.objects.filter(domain=domain, open=True, at__lt=now - QUIET).update(open=False)
    if Alert.objects.filter(domain=domain, open=True).update(refusals=F("refusals") + 1):
        return False
    try:
        with transaction.atomic():
            Alert.objects.create(domain=domain, reason=reason, said=said[:2000], at=now)
    except IntegrityError:
        return False
    return True


def close(*, domain: str) -> None:
    """The desk has seen to it."""
    Alert.objects.filter(domain=domain, open=True).update(open=False)


def send_due(*, now: datetime) -> int:
    """Mail what the staff was not told yet. Gives how many mails went out."""
    waiting = Alert.objects.filter(mailed_at=None).exclude(claimed_at__gt=now - AGAIN)
    return sum(_send(pk, now) for pk in list(waiting.values_list("pk", flat=True)[:50]))


def _send(pk: int, now: datetime) -> bool:
    mine = Alert.objects.filter(pk=pk, mailed_at=None).exclude(claimed_at__gt=now - AGAIN)
    if not mine.update(claimed_at=now):
        return False
    row, to = Alert.objects.get(pk=pk), staff()
    if to:
        try:
            _mail(row, to).send()
        except (SMTPException, OSError) as error:
            log.warning("The staff could not be told that %s refuses us: %s", row.domain, error)
            return False
    log.error("%s refuses our mail (%s): %s", row.domain, row.reason, row.said)
    Alert.objects.filter(pk=pk).update(mailed_at=now)
    return bool(to)


def staff() -> list[str]:
    """The addresses of those who may let a paused domain go on."""
    label, _dot, name = PERMISSION.partition(".")
    held = Q(codename=name, content_type__app_label=label)
    allowed = Permission.objects.filter(held)
    may = Q(is_superuser=True) | Q(groups__permissions__in=allowed) | Q(user_permissions__in=allowed)
    addresses = get_user_model().objects.filter(may, is_active=True).values_list("email", flat=True)
    return sorted({each for each in addresses if each})


def _mail(row: Alert, to: list[str]) -> EmailMessage:
    subject = _("%(domain)s refuses our mail: sending to it is paused") % {"domain": row.domain}
    body = _(
        "%(domain)s refused newsletters for what we are, not for whom they were meant (%(reason)s):\n\n%(said)s\n\n"
        "Nothing is sent there for now, and no reader was taken off a list. See what is wrong: broadsheet mailcheck, "
        "and %(desk)s\n"
    ) % {
        "domain": row.domain, "reason": row.reason, "said": row.said or "–",
        "desk": f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/admin/deliverability/",
    }  # fmt: skip
    return EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, to,
                        headers={"Auto-Submitted": "auto-generated"})  # fmt: skip
