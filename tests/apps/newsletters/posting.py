"""Readers, lists and deliveries for the tests of bounces, as few as will do."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from broadsheet.newsletters.keys import address_key, domain_of
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Subscriber, Subscription

NOW = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
_count = itertools.count(1)


def newsletter(slug: str = "") -> Newsletter:
    """A list."""
    slug = slug or f"list-{next(_count)}"
    return Newsletter.objects.create(slug=slug, language="en", name=slug, sender_address="news@paper.example")


def reader(address: str, *lists: Newsletter) -> Subscriber:
    """A reader who is on lists."""
    row = Subscriber.objects.create(
        address=address, address_key=address_key(address), domain=domain_of(address), made_at=NOW
    )
    for each in lists:
        Subscription.objects.create(
            subscriber=row, newsletter=each, state=Subscription.State.ACTIVE, asked_at=NOW, confirmed_at=NOW
        )
    return row


def delivery(to: Subscriber, of: Newsletter) -> Delivery:
    """An issue that was sent to a reader."""
    issue = Issue.objects.create(newsletter=of, period=f"p{next(_count)}", subject="News", state=Issue.State.DONE)
    return Delivery.objects.create(
        issue=issue, subscriber=to, address_key=bytes(to.address_key), domain=to.domain, due_at=NOW, sent_at=NOW,
        state=Delivery.State.SENT,
    )  # fmt: skip


def report(to: str, status: str, said: str, *, address: str = "reader@mail.example", action: str = "failed") -> bytes:
    """A bounce as RFC 3464 writes it, sent to `to`."""
    lines = [
        "From: MAILER-DAEMON@mx.mail.example", f"To: {to}", "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "Your message could not be delivered.", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.mail.example", "",
        f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}", f"Diagnostic-Code: smtp; {said}",
        "", "--b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def complaint(sealed: str, *, kind: str = "abuse") -> bytes:
    """A complaint as RFC 5965 writes it, about a mail whose envelope's sender was `sealed`."""
    lines = [
        "From: fbl@provider.example", "To: abuse@paper.example", "Subject: complaint", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"', "",
        "--b", "Content-Type: message/feedback-report", "", f"Feedback-Type: {kind}", "User-Agent: Some/1.0", "Version: 1",
        "", "--b", "Content-Type: message/rfc822", "", f"Return-Path: <{sealed}>", "From: news@paper.example",
        "To: redacted@mail.example", "Subject: News", "", "News.", "", "--b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()
