"""The pages: which one answers which address, and the bank's question in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clock, html, intents, invoices, page_checkout, page_invoice, page_portal, portal, refusals, testcards
from .api import Answer, Asked
from .events import emit
from .html import button, page, text
from .store import Store, World
from .wire import Thing

CSS_HEADERS = (("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=300"))


def answer(store: Store, asked: Asked) -> Answer:
    """Answer a browser."""
    if asked.path == "/sandbox.css":
        return Answer(200, html.CSS, CSS_HEADERS)
    parts = asked.path.strip("/").split("/")
    head, secret = parts[0], parts[1] if len(parts) > 1 else ""
    door = DOORS.get(head)
    shown = door is not None and (secret or not head) and asked.method in {"GET", "HEAD", "POST"}
    if door is None or not shown:
        with store.world(asked.base) as world:
            return page(world, "Not here", "<h1>There is nothing at this address.</h1>", status=404)
    try:
        with store.world(asked.base) as world:
            if asked.base != world.recall("base"):
                world.remember("base", asked.base)
            clock.tick(world)
            given = door(world, asked, secret, "")
    except refusals.Refusal as refusal:
        if refusal.status == 404 or asked.method != "POST":
            with store.world(asked.base) as world:
                return page(world, "Not here", f"<h1>{text(refusal)}</h1>", status=refusal.status)
        with store.world(asked.base) as world:
            return door(world, asked, secret, str(refusal))
    return given if asked.method != "HEAD" else Answer(given.status, b"", given.headers)


def _checkout(world: World, asked: Asked, secret: str, message: str) -> Answer:
    session = world.the("checkout.session", secret)
    if asked.method != "POST":
        said, filled = session.pop("_said", ""), session.pop("_given", None)
        if said:
            world.put(session, session["expires_at"])
        return page_checkout.show(world, session, filled, said)
    if message:
        given = {name: value for name, value in asked.form.items() if isinstance(value, str)}
        return page_checkout.show(world, session, {**given, "code": ""}, message)
    return page_checkout.submit(world, session, asked)


def _portal(world: World, asked: Asked, secret: str, message: str) -> Answer:
    session = portal.by_secret(world, secret)
    if asked.method != "POST" or message:
        return page_portal.show(world, session, message)
    return page_portal.submit(world, session, asked)


def _invoice(world: World, asked: Asked, secret: str, message: str) -> Answer:
    invoice = page_invoice.by_secret(world, secret)
    if asked.path.endswith("/pdf"):
        return page_invoice.pdf(invoice)
    if asked.method != "POST" or message:
        return page_invoice.show(world, invoice, message)
    return page_invoice.submit(world, invoice, asked)


def _receipt(world: World, _: Asked, wanted: str, __: str) -> Answer:
    charge = world.the("charge", wanted)
    amount = html.money(charge["amount"], charge["currency"])
    body = f"<h1>Receipt</h1><p>{text(amount)}, {text(html.date(charge['created']))}</p>"
    return page(world, "Receipt", body)


def _front(world: World, _: Asked, __: str, ___: str) -> Answer:
    cards = html.rows([(card.says, html.spaced(card.number)) for card in testcards.CARDS])
    body = (
        "<h1>The payments sandbox</h1><p>It speaks Stripe's language, so that a paper can be tried out whole: "
        "checkout, renewals, failed cards, refunds. Its clock can be moved.</p><h2>Test cards</h2>" + cards
    )
    return page(world, "Payments sandbox", body)


# ----- the bank asks


def _bank(world: World, asked: Asked, secret: str, message: str) -> Answer:
    """Three kinds of questions: about a Checkout, a payment, a card to be kept."""
    found = _asked_for(world, secret)
    if asked.method != "POST" or message:
        words = (
            f"<h1>Is it you?</h1>{html.wrong(message)}<p>Here your bank would ask you to confirm. Say what its answer "
            'shall be.</p><div class="ways">'
        )
        body = words + button("confirm", "Confirm") + button("refuse", "Refuse", plain=True) + "</div>"
        return page(world, "Your bank asks", body)
    confirmed = asked.form.get("action") == "confirm"
    return _VERDICTS[found["object"]](world, found, confirmed)


def _asked_for(world: World, secret: str) -> Thing:
    for kind, field in (
        ("checkout.session", "_challenge__secret"),
        ("payment_intent", "client_secret"),
        ("setup_intent", "client_secret"),
    ):
        for row in world.rows(kind, **dict[str, Any]({field: secret})):
            if row.get("status") in {"open", "requires_action"}:
                if customer := world.find(row["customer"]):
                    world.follow(customer)
                return row
    raise refusals.no_such("question", "…")


def _judge_checkout(world: World, session: Thing, confirmed: bool) -> Answer:
    challenge = session.pop("_challenge")
    if not confirmed:
        session |= {"_said": "The bank could not confirm that it is you.", "_given": challenge["given"]}
        world.put(session, session["expires_at"])
        return html.away(session["url"])
    method = world.get(challenge["method"])
    return page_checkout.finish(world, session, method, challenge["given"], authenticated=True)


def _judge_payment(world: World, intent: Thing, confirmed: bool) -> Answer:
    paid = world.rows("invoice_payment", payment__payment_intent=intent["id"])
    invoice = world.get(paid[0]["invoice"]) if paid else None
    method = world.get(intent["payment_method"])
    if not confirmed:
        _fail(world, intent)
    elif invoice is not None and invoice["status"] == "open":
        invoices.pay(world, invoice, method, authenticated=True)
    else:
        intents.attempt(world, intent, method, authenticated=True)
    if invoice is not None:
        return html.away(invoice["hosted_invoice_url"])
    return page(world, "Done", "<h1>The bank has answered. You may close this page.</h1>")


def _fail(world: World, intent: Thing) -> None:
    words = "The provided PaymentMethod has failed authentication."
    error = refusals.invalid(words, code="payment_intent_authentication_failure").error
    intent |= {"status": "requires_payment_method", "next_action": None, "payment_method": None}
    intent["last_payment_error"] = error
    world.put(intent)
    emit(world, "payment_intent.payment_failed", intent)


def _judge_setup(world: World, setup: Thing, confirmed: bool) -> Answer:
    back = setup.get("_portal")
    if confirmed:
        method = world.get(setup["payment_method"])
        intents.confirm_setup(world, setup, method, authenticated=True)
        if back:
            page_portal.make_default(world, setup["customer"], method["id"])
    else:
        world.put({**setup, "status": "requires_payment_method", "next_action": None, "payment_method": None})
    if back:
        return html.away(f"{world.base}/portal/{back}")
    return page(world, "Done", "<h1>The bank has answered. You may close this page.</h1>")


_VERDICTS: dict[str, Callable[[World, Thing, bool], Answer]] = {
    "checkout.session": _judge_checkout,
    "payment_intent": _judge_payment,
    "setup_intent": _judge_setup,
}
DOORS: dict[str, Callable[[World, Asked, str, str], Answer]] = {
    "": _front,
    "checkout": _checkout,
    "portal": _portal,
    "invoices": _invoice,
    "receipts": _receipt,
    "3ds": _bank,
}
