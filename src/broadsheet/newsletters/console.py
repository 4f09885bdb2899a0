"""`broadsheet mail-intake` and `broadsheet mailcheck`, as they speak to people."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from rich.console import Console
from rich.table import Table

from broadsheet.newsletters.mailcheck import Sending
from broadsheet.newsletters.operations import alerting, intake
from broadsheet.newsletters.rules.authentication import Finding, Mark
from broadsheet.newsletters.sources import Item

log = logging.getLogger("broadsheet.newsletters")
FAILED = "failed"
SIGNS = {Mark.GOOD: "[green]✓[/]", Mark.WEAK: "[yellow]![/]", Mark.BAD: "[red]✗[/]"}


def take_all(items: Iterable[Item], now: datetime) -> Counter[tuple[str, str]]:
    """Take in every mail. One that breaks something stays where it is, and stops no other."""
    counted: Counter[tuple[str, str]] = Counter()
    for raw, done in items:
        try:
            taken = intake.take(raw=raw, now=now)
        except Exception:  # the others are to be read
            log.exception("A mail could not be taken in.")
            counted["-", FAILED] += 1
            continue
        counted[taken.kind, taken.effect] += 1
        done(taken.kind != "other")
    alerting.send_due(now=now)
    return counted


def show(counted: Counter[tuple[str, str]], console: Console) -> None:
    """A line for each kind and what came of it."""
    if not counted:
        console.print("There was no mail.")
        return
    table = Table("mail", "what came of it", "how many")
    for (kind, effect), many in sorted(counted.items()):
        table.add_row(kind, effect, str(many))
    console.print(table)


def sending(domain: str, selectors: Sequence[str]) -> Sending:
    """How the paper sends, by its settings; another author's domain where one is named."""
    sender = settings.NEWSLETTER_FROM or settings.DEFAULT_FROM_EMAIL
    author = domain or sender.rpartition("@")[2].rstrip("> ")
    return Sending(
        author=author.lower(), envelope=(settings.NEWSLETTER_BOUNCE_DOMAIN or author).lower(),
        relay=settings.EMAIL_HOST, port=settings.EMAIL_PORT, selectors=tuple(selectors),
    )  # fmt: skip


def show_findings(findings: Sequence[Finding], console: Console) -> bool:
    """A line for each, with what to do; whether nothing is bad."""
    for each in findings:
        console.print(f"{SIGNS[each.mark]} [bold]{each.what}[/]: {each.said}", highlight=False, soft_wrap=True)
        if each.todo:
            console.print(f"    {each.todo}", highlight=False, soft_wrap=True)
    return not any(each.mark is Mark.BAD for each in findings)


def send_seed(to: str) -> None:
    """Send a mail as newsletters are headed, to be read when it has arrived."""
    page = f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/newsletters/"
    EmailMessage(
        "A mail to see how it arrives", f"Save this mail as it arrived, and have it read:\n\n"
        f"    broadsheet mailcheck --seed FILE\n\n{page}\n",
        settings.NEWSLETTER_FROM or settings.DEFAULT_FROM_EMAIL, [to],
        headers={
            "List-Unsubscribe": f"<{page}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    ).send()  # fmt: skip
