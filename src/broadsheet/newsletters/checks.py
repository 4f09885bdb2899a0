"""What `broadsheet manage check` looks at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from broadsheet.newsletters import hooks


@register()
def hooks_believed(**kwargs: Any) -> list[CheckMessage]:
    """A webhook that anybody can write takes readers off lists: none is heard without a secret."""
    found = {name: hooks.missing(name) for name in settings.NEWSLETTER_HOOKS}
    hint = "Until then /hooks/mail/… answers 404. See docs/how-to/deliverability.md."
    return [
        Error(f"NEWSLETTER_HOOKS names {name}, but: {said}", hint=hint, id="broadsheet.E003")
        for name, said in found.items()
        if said
    ]
