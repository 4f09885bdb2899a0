"""Making users."""

from __future__ import annotations

from typing import Any

from broadsheet.accounts.models import User


def ensure_chief(*, email: str, password: str, **names: Any) -> User:
    """The superuser of this address, made with this password when there is none; an existing one keeps theirs."""
    found = User.objects.filter(email__iexact=email).first()
    return found or User.objects.create_superuser(email, password, **names)
