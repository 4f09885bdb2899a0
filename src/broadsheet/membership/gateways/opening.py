"""From an address in the settings to a gateway: `stripe:`, or `sandbox:`, where no money moves."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.membership.gateways.stripe import StripeGateway
from broadsheet.membership.ports import PaymentGateway

SANDBOX_KEY, SANDBOX_SECRET = "sk_test_sandbox_paper", "whsec_sandbox_paper"


class AddressError(ValueError):
    """PAYMENTS_URL cannot be used. The message says what to write."""


def open_gateway(url: str, *, key: str, secrets: Sequence[str], account: str, base_url: str) -> PaymentGateway:
    """The gateway at `url`. The sandbox is served by the paper itself, under /sandbox, unless its address is given."""
    scheme, _, rest = url.partition(":")
    if scheme == "stripe" and not rest:
        if not key:
            raise AddressError("STRIPE_SECRET_KEY is not set: PAYMENTS_URL is stripe:")
        if not secrets:
            raise AddressError("STRIPE_WEBHOOK_SECRET is not set: PAYMENTS_URL is stripe:")
        return StripeGateway(key, secrets, account=account)
    if scheme == "sandbox":
        address = rest or f"{base_url}/sandbox"
        return StripeGateway(key or SANDBOX_KEY, secrets or [SANDBOX_SECRET], address=address)
    raise AddressError(f"PAYMENTS_URL is {url!r}: write sandbox: or stripe:")
