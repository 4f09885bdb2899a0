"""Which ESPs' webhooks are heard, and what each needs to be believed.

django-anymail knows how each ESP signs and writes; its views are used as readers of a request, not as views.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

SHORTEST = 16  # letters of a secret


@dataclass(frozen=True, slots=True)
class Esp:
    """An ESP: anymail's module and class names, and the settings with which it signs (any one of them)."""

    module: str
    name: str
    signs_with: tuple[str, ...] = ()
    takes_in: bool = True  # whether it forwards mail to us


ESPS = {
    "brevo": Esp("brevo", "Brevo"),
    "mailersend": Esp("mailersend", "MailerSend", ("MAILERSEND_SIGNING_SECRET",)),
    "mailgun": Esp("mailgun", "Mailgun", ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY")),
    "mailjet": Esp("mailjet", "Mailjet"),
    "mandrill": Esp("mandrill", "Mandrill", ("MANDRILL_WEBHOOK_KEY",), takes_in=False),
    "postal": Esp("postal", "Postal", ("POSTAL_WEBHOOK_KEY",)),
    "postmark": Esp("postmark", "Postmark"),
    "resend": Esp("resend", "Resend", ("RESEND_SIGNING_SECRET",)),
    "sendgrid": Esp("sendgrid", "SendGrid"),
    "sparkpost": Esp("sparkpost", "SparkPost"),
    "unisender_go": Esp("unisender_go", "UnisenderGo", ("UNISENDER_GO_API_KEY",), takes_in=False),
}


def heard(name: str) -> Esp | None:
    """The ESP of that name, if the paper listens to it and has a secret with it."""
    return ESPS.get(name) if name in settings.NEWSLETTER_HOOKS and not missing(name) else None


def missing(name: str) -> str:
    """What keeps an ESP's webhooks from being believed, in words; empty where nothing does."""
    esp = ESPS.get(name)
    if esp is None:
        return f"No ESP is called {name!r}. Known are: {', '.join(sorted(ESPS))}."
    kept = getattr(settings, "ANYMAIL", {})
    secrets = kept.get("WEBHOOK_SECRET") or []
    secrets = [secrets] if isinstance(secrets, str) else secrets
    if not secrets or any(":" not in each or len(each) < SHORTEST for each in secrets):
        return "MAIL_HOOK_SECRET is missing: write user:password, 16 letters or more, and the same at the ESP."
    if esp.signs_with and not any(kept.get(each) for each in esp.signs_with):
        return f"{esp.name} signs its webhooks: set {esp.signs_with[0]}."
    return ""


def events(esp: Esp, request: HttpRequest, *, inbound: bool = False) -> list[Any]:
    """The events of a request that is truly the ESP's. Raises SuspiciousOperation where it is not."""
    kind = "Inbound" if inbound else "Tracking"
    view = import_string(f"anymail.webhooks.{esp.module}.{esp.name}{kind}WebhookView")()
    view.run_validators(request)
    return list(view.parse_events(request))
