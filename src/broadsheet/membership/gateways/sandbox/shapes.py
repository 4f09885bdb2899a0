"""Empty shapes: what every object of a kind carries even where nothing was said."""

from __future__ import annotations

from .wire import Thing

NO_ADDRESS: Thing = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
SELF: Thing = {"type": "self"}


def nulls(names: str) -> Thing:
    """These names, each without a value."""
    return dict.fromkeys(names.split())


def invoice_settings() -> Thing:
    """How invoices are to look: as they come."""
    return {**nulls("account_tax_ids custom_fields description footer"), "issuer": dict(SELF)}


def payment_settings() -> Thing:
    """How invoices are paid: by card."""
    return nulls("payment_method_options payment_method_types save_default_payment_method")
