"""The paper's gateway, opened once by its settings."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from broadsheet.membership.gateways.opening import open_gateway
from broadsheet.membership.ports import PaymentGateway


@lru_cache(maxsize=1)
def gateway() -> PaymentGateway:
    """The gateway that PAYMENTS_URL names. Raises opening.AddressError."""
    return open_gateway(
        settings.PAYMENTS_URL, key=settings.STRIPE_SECRET_KEY, secrets=settings.STRIPE_WEBHOOK_SECRET,
        account=settings.STRIPE_ACCOUNT, base_url=settings.WAGTAILADMIN_BASE_URL,
    )  # fmt: skip
