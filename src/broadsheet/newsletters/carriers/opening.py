"""The carrier that a paper's settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings

from broadsheet.conf import SettingsError
from broadsheet.newsletters.carriers.anymail import AnymailCarrier
from broadsheet.newsletters.carriers.memory import FolderCarrier
from broadsheet.newsletters.carriers.smtp import SmtpCarrier
from broadsheet.newsletters.ports import Carrier


def open_carrier(url: str = "") -> Carrier:
    """By NEWSLETTER_MAIL_URL: `smtp://`, `smtp+starttls://`, `smtps://`, `folder:/path`, or `anymail:name` for an ESP.
    Unset, the mail server of the paper's other mails; without one, the folder where these are kept."""
    url = url or settings.NEWSLETTER_MAIL_URL or _of_other_mails()
    parts = urlsplit(url)
    hello = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    if parts.scheme in {"smtp", "smtp+starttls", "smtps"} and parts.hostname:
        return SmtpCarrier.at(parts, hello)
    if parts.scheme == "folder" and parts.path:
        return FolderCarrier(Path(parts.path))
    if parts.scheme == "anymail" and parts.path:
        return AnymailCarrier.named(parts.path)
    raise SettingsError(
        "NEWSLETTER_MAIL_URL: write smtp+starttls://user:password@host:587, smtps://…, smtp://host:25 for a server on "
        "your own network, anymail:mailgun (or another ESP that anymail knows), or folder:/path."
    )


def _of_other_mails() -> str:
    if not settings.EMAIL_HOST:
        return f"folder:{settings.EMAIL_FILE_PATH}/newsletters"
    user = f"{quote(settings.EMAIL_HOST_USER, '')}:{quote(settings.EMAIL_HOST_PASSWORD, '')}@"
    scheme = "smtp+starttls" if settings.EMAIL_USE_TLS else "smtp"
    return f"{scheme}://{user if settings.EMAIL_HOST_USER else ''}{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
