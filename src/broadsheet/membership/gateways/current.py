"""The paper's gateway, opened once by its settings."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from broadsheet.membership.gateways.opening import open_gateway
from broadsheet.membership.keys import sandbox_keys
from broadsheet.membership.ports import PaymentGateway


@lru_cache(maxsize=1)
def gateway() -> PaymentGateway:
    """The gateway that PAYMENTS_URL names. Raises opening.AddressError."""
    key, secrets = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    if settings.PAYMENTS_URL == "sandbox:":
        own = sandbox_keys()
        key, secrets = key or own[0], secrets or [own[1]]
    return open_gateway(
        settings.PAYMENTS_URL, key=key, secrets=secrets, account=settings.STRIPE_ACCOUNT,
        base_url=settings.WAGTAILADMIN_BASE_URL,
    )  # fmt: skip
