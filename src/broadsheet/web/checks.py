"""What `broadsheet manage check` looks at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from broadsheet.web import sandbox


@register()
def proxies_named(**kwargs: Any) -> list[CheckMessage]:
    """Over HTTPS somebody stands in front of the paper. Whoever it is must be named, or all readers are one network."""
    if not settings.WAGTAILADMIN_BASE_URL.startswith("https://"):
        return []
    if settings.TRUSTED_PROXIES or settings.TRUST_UNIX_SOCKET:
        return []
    said = "Readers come by HTTPS, yet no proxy is named: to the meter, all of them are one network."
    hint = "Set TRUSTED_PROXIES to your proxy's address, or TRUST_UNIX_SOCKET=on where it speaks by a Unix socket."
    return [Error(said, hint=hint, id="broadsheet.E001")]


@register()
def payments_in_earnest(**kwargs: Any) -> list[CheckMessage]:
    """In earnest nothing is sold by the sandbox. Only a warning: a paper may well sell nothing, and be right."""
    said = sandbox.refused()
    if not said:
        return []
    hint = "Until then nobody can subscribe. See docs/how-to/sell-memberships.md."
    return [checks.Warning(said, hint=hint, id="broadsheet.W002")]
