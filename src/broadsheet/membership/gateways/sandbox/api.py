"""The API: which call answers which address, with keys, idempotency and Stripe's errors."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import (
    aftermath,
    catalogue,
    checkout,
    clock,
    customers,
    ending,
    intents,
    invoice_calls,
    listings,
    portal,
    refusals,
    schedules,
    subscriptions,
    webhooks,
)
from .events import API_VERSION
from .store import Store, World, new_id
from .wire import Params, Thing, dump, listing, parse

KEY_PREFIX = "sk_test_sandbox_"
Call = Callable[..., Thing]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, whichever server brought it. `base`: the address that the sandbox has for whoever asks."""

    method: str
    path: str
    query: str = ""
    payload: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    base: str = ""

    @property
    def form(self) -> Thing:
        """Its parameters, from wherever they came."""
        text = self.payload.decode("utf-8", "replace") if self.method == "POST" else ""
        return parse("&".join(part for part in (self.query, text) if part))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


# Address of a collection → its object, how one is made, how one is changed, how one is deleted.
OBJECTS: dict[str, tuple[str, Call | None, Call | None, Call | None]] = {
    "products": ("product", catalogue.create_product, catalogue.update_product, None),
    "prices": ("price", catalogue.create_price, catalogue.update_price, None),
    "coupons": ("coupon", catalogue.create_coupon, None, catalogue.delete_coupon),
    "promotion_codes": (
        "promotion_code", catalogue.create_promotion_code, catalogue.update_promotion_code, None,
    ),
    "customers": ("customer", customers.create, customers.update, ending.delete_customer),
    "payment_methods": ("payment_method", customers.create_method, customers.update_method, None),
    "setup_intents": ("setup_intent", intents.create_setup, None, None),
    "payment_intents": ("payment_intent", None, intents.update_intent, None),
    "charges": ("charge", None, None, None),
    "refunds": ("refund", aftermath.create_refund, None, None),
    "disputes": ("dispute", None, aftermath.update_dispute, None),
    "radar/early_fraud_warnings": ("radar.early_fraud_warning", None, None, None),
    "subscriptions": ("subscription", subscriptions.create, subscriptions.update, ending.cancel),
    "subscription_schedules": ("subscription_schedule", schedules.create, schedules.update, None),
    "invoices": ("invoice", None, invoice_calls.update, None),
    "invoice_payments": ("invoice_payment", None, None, None),
    "credit_notes": ("credit_note", invoice_calls.credit_note, None, None),
    "checkout/sessions": ("checkout.session", checkout.create, None, None),
    "billing_portal/sessions": ("billing_portal.session", portal.create, None, None),
    "billing_portal/configurations": ("billing_portal.configuration", portal.create_configuration, None, None),
    "events": ("event", None, None, None),
    "webhook_endpoints": ("webhook_endpoint", webhooks.create, webhooks.update, webhooks.delete),
    "test_helpers/test_clocks": ("test_helpers.test_clock", clock.create, None, clock.delete),
}  # fmt: skip
ACTIONS: dict[tuple[str, str], Call] = {
    ("payment_methods", "attach"): customers.attach_method,
    ("payment_methods", "detach"): customers.detach_method,
    ("setup_intents", "confirm"): intents.confirm_setup_call,
    ("disputes", "close"): aftermath.close_dispute_call,
    ("subscriptions", "resume"): subscriptions.resume,
    ("subscription_schedules", "release"): schedules.release,
    ("subscription_schedules", "cancel"): schedules.cancel,
    ("invoices", "pay"): invoice_calls.pay,
    ("invoices", "finalize"): invoice_calls.finalize,
    ("invoices", "void"): invoice_calls.void,
    ("invoices", "mark_uncollectible"): invoice_calls.uncollectible,
    ("checkout/sessions", "expire"): checkout.expire_call,
    ("test_helpers/test_clocks", "advance"): clock.advance,
}
_COLLECTIONS = "|".join(sorted(OBJECTS, key=len, reverse=True))
_PATH = re.compile(rf"/v1/({_COLLECTIONS})(?:/([^/]+)(?:/([^/]+)(?:/([^/]+))?)?)?")


def answer(store: Store, asked: Asked, only: str = "") -> Answer:
    """Answer one call. `only`: the one key that is taken, in place of any of the sandbox's."""
    request = new_id("req_", 14)
    key = asked.headers.get("idempotency-key") if asked.method == "POST" else None
    replayed = False
    try:
        check_key(asked, only)
        with store.world(asked.base, request_id=request, idempotency_key=key) as world:
            if world.recall("base") != asked.base:
                world.remember("base", asked.base)
            clock.tick(world)
            known = _remembered(world, key, asked) if key else None
            replayed = known is not None
            status, body = known or (200, _called(world, asked))
            if key and not replayed:
                _keep_answer(world, key, asked, status, body)
    except refusals.Refusal as refusal:
        status, body = refusal.status, dump({"error": {**refusal.error, "request_log_url": None}})
        if key and refusal.keeps:
            with store.world(asked.base) as world:
                _keep_answer(world, key, asked, status, body)
    headers = [
        ("Content-Type", "application/json"), ("Request-Id", request), ("Stripe-Version", API_VERSION),
        ("Cache-Control", "no-store"),
    ]  # fmt: skip
    if key:
        headers.append(("Idempotency-Key", key))
    if replayed:
        headers.append(("Idempotent-Replayed", "true"))
    return Answer(status, body, tuple(headers))


def check_key(asked: Asked, only: str = "") -> None:
    """Let nobody in without a key."""
    scheme, _, key = asked.headers.get("authorization", "").partition(" ")
    if not key:
        raise refusals.unauthorised("You did not provide an API key.")
    known = hmac.compare_digest(key.encode(), only.encode()) if only else key.startswith(KEY_PREFIX)
    if scheme != "Bearer" or not known:
        raise refusals.unauthorised(f"Invalid API Key provided. The sandbox takes keys that begin with {KEY_PREFIX}")


def _fingerprint(asked: Asked) -> str:
    said = f"{asked.method} {asked.path}?{asked.query}\n".encode() + asked.payload
    return hashlib.sha256(said).hexdigest()


def _remembered(world: World, key: str, asked: Asked) -> tuple[int, bytes] | None:
    row = world.db.execute("SELECT request, status, body FROM answers WHERE key = ?", [key]).fetchone()
    if row is None:
        return None
    if row["request"] != _fingerprint(asked):
        raise refusals.key_reused()
    return row["status"], row["body"]


def _keep_answer(world: World, key: str, asked: Asked, status: int, body: bytes) -> None:
    world.db.execute(
        "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?)", [key, _fingerprint(asked), status, body, time.time()]
    )


def _called(world: World, asked: Asked) -> bytes:
    params = Params(asked.form)
    paths = params.texts("expand")
    found = _find(world, params, asked)
    if (name := params.unread()) is not None:
        raise refusals.unknown(name)
    return dump(listings.expand(world, found, paths) if paths else found)


def _find(world: World, params: Params, asked: Asked) -> Thing:
    method, path = asked.method, asked.path
    if path == "/v1/account" and method == "GET":
        return _account()
    if path == "/v1/invoices/create_preview" and method == "POST":
        return invoice_calls.preview(world, params)
    match = _PATH.fullmatch(path)
    if match is None:
        raise _nowhere(asked)
    name, wanted, action, inner = match.groups()
    kind, create, update, delete = OBJECTS[name]
    if wanted is None:
        return _collection(world, params, asked, kind, create)
    if action:
        return _within(world, params, asked, (name, wanted, action, inner))
    if name == "checkout/sessions" and method == "POST":
        session = world.the(kind, wanted)
        return world.put({**session, "metadata": params.metadata(session["metadata"])}, session["expires_at"])
    calls = {"GET": _retrieve(kind), "POST": update, "DELETE": delete}
    call = calls.get(method)
    if call is None:
        raise _nowhere(asked)
    return call(world, params, wanted)


def _collection(world: World, params: Params, asked: Asked, kind: str, create: Call | None) -> Thing:
    if asked.method == "GET" and kind in listings.FILTERS:
        return listings.page(world, params, kind, asked.path)
    if asked.method == "POST" and create:
        return create(world, params)
    raise _nowhere(asked)


def _retrieve(kind: str) -> Call:
    def retrieve(world: World, _: Params, wanted: str) -> Thing:
        return world.the(kind, wanted)

    return retrieve


def _within(world: World, params: Params, asked: Asked, parts: tuple[str, str, str, str | None]) -> Thing:
    """`/v1/things/{id}/action`, and the lists inside an object."""
    name, wanted, action, inner = parts
    if asked.method == "POST" and inner is None and (call := ACTIONS.get((name, action))):
        return call(world, params, wanted)
    if asked.method == "GET":
        if (name, action) == ("checkout/sessions", "line_items"):
            params.ignore("limit")
            return listing(world.the("checkout.session", wanted)["_lines"], asked.path)
        if (name, action) == ("invoices", "lines"):
            params.ignore("limit")
            return listing(world.the("invoice", wanted)["lines"]["data"], asked.path)
        if (name, action) == ("customers", "payment_methods"):
            if inner:
                return world.the("payment_method", inner)
            params.values["customer"] = world.the("customer", wanted)["id"]
            return listings.page(world, params, "payment_method", asked.path)
    raise _nowhere(asked)


def _nowhere(asked: Asked) -> refusals.Refusal:
    return refusals.Refusal(
        404, "invalid_request_error", f"Unrecognized request URL ({asked.method}: {asked.path}), or the sandbox does "
        "not have it.",
    )  # fmt: skip


def _account() -> Thing:
    return {
        "id": "acct_sandbox",
        "object": "account",
        "business_type": None,
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "payouts_enabled": True,
        "type": "standard",
    }
