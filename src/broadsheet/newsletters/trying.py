"""Sending an issue to one address, to see it in a mail program. No list, no reader and no row has part in it."""

from __future__ import annotations

from datetime import datetime
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.previews import preview


def send_test(*, issue_id: int, variant: str, to: str, second: bool, now: datetime) -> None:
    """Send it to `to`, marked as a test. Raises OSError or SMTPException where the mail server does not take it."""
    issue = Issue.objects.select_related("newsletter").get(pk=issue_id)
    subject = (issue.second_subject if second else "") or issue.subject or str(issue.newsletter)
    shown = preview(issue, variant, now)
    message = EmailMultiAlternatives(
        _("[Test] %(subject)s") % {"subject": " ".join(subject.split())}, shown.text, sender(issue.newsletter), [to],
        headers={"Auto-Submitted": "auto-generated", "X-Broadsheet-Test": "yes"},
    )  # fmt: skip
    if issue.newsletter.reply_to:
        message.reply_to = [issue.newsletter.reply_to]
    message.attach_alternative(shown.html, "text/html")
    message.send()


def sender(newsletter: Newsletter) -> str:
    """Who a list's mails are from."""
    address = newsletter.sender_address or settings.NEWSLETTER_FROM or settings.DEFAULT_FROM_EMAIL
    return formataddr((newsletter.sender_name or newsletter.name, address)) if "<" not in address else address
