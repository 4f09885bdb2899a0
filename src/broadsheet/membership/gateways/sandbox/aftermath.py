"""What may follow a payment: refunds, disputes, a bank's warning of fraud."""

from __future__ import annotations

from . import customers, refusals
from .calendar import DAY
from .events import changed, emit
from .shapes import nulls
from .store import World, new_id
from .wire import Params, Thing

DISPUTE_DAYS = 20
_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)


def follow(world: World, charge: str) -> None:
    """What this card brings about once it has paid."""
    paid = world.get(charge)
    card = customers.card_of(world.get(paid["payment_method"]))
    if card.warning:
        warn(world, paid, card.warning)
    if card.dispute:
        dispute(world, paid, card.dispute)


# ----- refunds


def create_refund(world: World, params: Params) -> Thing:
    """POST /v1/refunds"""
    charge = _charge_to_refund(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.number("amount", left)
    if charge["refunded"]:
        raise refusals.invalid(f"Charge {charge['id']} has already been refunded.", "charge", "charge_already_refunded")
    if charge["disputed"] and not _refundable(world, charge):
        raise refusals.invalid(f"Charge {charge['id']} has been charged back.", "charge", "charge_disputed")
    if not 0 < amount <= left:
        raise refusals.invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount"
        )
    reasons = ("duplicate", "fraudulent", "requested_by_customer")
    return refund(world, charge, amount, params.choice("reason", reasons), params.metadata())


def _charge_to_refund(world: World, params: Params) -> Thing:
    wanted = params.text("charge")
    if intent := params.text("payment_intent"):
        wanted = world.the("payment_intent", intent, "payment_intent")["latest_charge"]
    if not wanted:
        raise refusals.invalid("One of the following params should be provided: payment_intent or charge.", "charge")
    charge = world.the("charge", wanted, "charge")
    if customer := world.find(charge["customer"]):
        world.follow(customer)
    return charge


def _refundable(world: World, charge: Thing) -> bool:
    return all(row["is_charge_refundable"] for row in world.rows("dispute", charge=charge["id"]))


def refund(world: World, charge: Thing, amount: int, reason: str | None, metadata: Thing | None = None) -> Thing:
    """Give back part of a payment, or all of it."""
    before = dict(charge)
    given: Thing = {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn_3"),
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {
            "type": "card",
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        },
        "metadata": metadata or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "status": "succeeded",
        **nulls("customer_account receipt_number source_transfer_reversal transfer_reversal"),
    }
    world.put(given)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.put(charge)
    emit(world, "refund.created", given)
    emit(world, "charge.refunded", charge, before)
    return given


# ----- disputes


def dispute(world: World, charge: Thing, reason: str) -> Thing:
    """The card's holder asks the bank for the money back, and the bank takes it."""
    found: Thing = {
        "id": new_id("du_1"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**nulls(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.now + DISPUTE_DAYS * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": _disputed_card(charge, reason)},
        "reason": reason,
        "status": "needs_response",
        "_clock": world.clock,
    }
    world.put(found, found["evidence_details"]["due_by"])
    world.put({**charge, "disputed": True})
    emit(world, "charge.dispute.created", found)
    emit(world, "charge.dispute.funds_withdrawn", found)
    return found


def _disputed_card(charge: Thing, reason: str) -> Thing:
    brand = charge["payment_method_details"]["card"]["brand"]
    code = _CODES.get(reason, "13.7")
    return {"brand": brand, "case_type": "chargeback", "network": brand, "network_reason_code": code}


def close_dispute(world: World, found: Thing, status: str) -> Thing:
    """The bank has decided: won, or lost."""
    if found["status"] in {"won", "lost"}:
        raise refusals.invalid(f"This dispute is already closed ({found['status']}).")
    before = world.get(found["id"])
    found["status"] = status
    world.put(found)
    changed(world, "charge.dispute.updated", found, before)
    emit(world, "charge.dispute.closed", found)
    if status == "won":
        emit(world, "charge.dispute.funds_reinstated", found)
    return found


def close_dispute_call(world: World, _: Params, wanted: str) -> Thing:
    """POST /v1/disputes/{id}/close: accepted as lost."""
    return close_dispute(world, world.the("dispute", wanted), "lost")


def update_dispute(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/disputes/{id}: evidence. `winning_evidence` wins and `losing_evidence` loses, once it is submitted."""
    found, before = world.the("dispute", wanted), world.get(wanted)
    evidence = params.child("evidence")
    given = {name: evidence.text(name) for name in found["evidence"] if name in evidence}
    found["evidence"] |= given
    found["metadata"] = params.metadata(found["metadata"])
    details = found["evidence_details"]
    details["has_evidence"] = details["has_evidence"] or bool(given)
    if not params.flag("submit", True) or not given:
        return world.put(found, details["due_by"])
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    said = found["evidence"]["uncategorized_text"]
    verdict = {"winning_evidence": "won", "losing_evidence": "lost"}.get(said)
    if verdict:
        world.put(found)
        return close_dispute(world, found, verdict)
    found["status"] = "under_review"
    world.put(found)
    changed(world, "charge.dispute.updated", found, before)
    return found


# ----- warnings


def warn(world: World, charge: Thing, kind: str = "misc") -> Thing:
    """The bank believes that this payment was fraud, and says so before any dispute."""
    warning: Thing = {
        "id": new_id("issfr_1"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge["id"],
        "created": world.now,
        "fraud_type": kind,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    world.put(warning)
    emit(world, "radar.early_fraud_warning.created", warning)
    return warning
