"""All that this room keeps about one reader, table by table: for their own file, and for the desk's whole story."""

from __future__ import annotations

from typing import Any

from broadsheet.membership.models import (
    Cancellation,
    Checkout,
    Consent,
    Customer,
    DeskEntry,
    GiftSubscription,
    Grant,
    HistoryEntry,
    Invoice,
    Mail,
    PendingOperation,
    Seat,
    SubscriptionSnapshot,
    TrialUse,
)


def kept(user_id: int) -> dict[str, Any]:
    """The rows about a reader, by the names under which they take them away."""
    gifts = GiftSubscription.objects.select_related("plan__tier")
    return {
        "customer": Customer.objects.filter(user=user_id),
        "subscriptions": SubscriptionSnapshot.objects.filter(customer__user=user_id),
        "invoices": Invoice.objects.filter(customer__user=user_id),
        "checkouts": Checkout.objects.filter(customer__user=user_id),
        "consents": Consent.objects.filter(user=user_id),
        "cancellations": Cancellation.objects.filter(user=user_id),
        "trials": TrialUse.objects.filter(user=user_id),
        "grants": Grant.objects.filter(user=user_id).select_related("tier", "by"),
        "gifts_bought": gifts.filter(buyer=user_id),
        "gifts_redeemed": gifts.filter(redeemed_by=user_id),
        "seats": Seat.objects.filter(user=user_id).select_related("group"),
        "operations": PendingOperation.objects.filter(user=user_id),
        "mails": Mail.objects.filter(user=user_id),
        "desk": DeskEntry.objects.filter(user=user_id),
        "history": HistoryEntry.objects.filter(user=user_id),
    }


def export(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """All that is kept about a reader's membership, for them to take away, without keyed hashes."""
    return {name: [_plain(row) for row in rows] for name, rows in kept(user_id).items()}


SECRET = {"mail_key", "card_key", "member_key", "code_hash", "token_hash", "key", "once", "token"}
OTHERS = {"recipient_mail", "buyer_id", "by_id", "by_name", "redeemed_by_id"}  # other people


def _plain(row: Any) -> dict[str, Any]:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: _text(value) for name, value in fields.items() if name not in SECRET | OTHERS}


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
