"""The portal: a customer's subscriptions, cards and bills, on one page."""

from __future__ import annotations

from . import billing, customers, ending, intents, invoice_calls, invoices, refusals, subscriptions, testcards
from .api import Answer, Asked
from .events import changed
from .html import away, button, card_choice, date, money, page, rate, text, wrong
from .store import World
from .terms import LIVE, OVER, period
from .wire import Params, Thing


def show(world: World, session: Thing, message: str = "") -> Answer:
    """The page; where the session was opened for one purpose, just that."""
    customer = customers.living(world, session["customer"])
    flow = (session["flow"] or {}).get("type")
    rows = [row for row in world.rows("subscription", customer=customer["id"]) if row["status"] not in OVER]
    if flow and flow.startswith("subscription_"):
        wanted = session["flow"][flow]["subscription"]
        rows = [row for row in rows if row["id"] == wanted]
    parts = [f"<h1>Your membership</h1>{wrong(message)}", f'<p class="quiet">{text(customer["email"] or "")}</p>']
    if flow != "payment_method_update":
        parts += [_subscription(world, row, flow) for row in rows] or ["<p>There is no membership here.</p>"]
    if flow in {None, "payment_method_update"}:
        parts.append(_card(world, customer))
    if flow is None:
        parts.append(_bills(world, customer))
    if session["return_url"]:
        parts.append(f'<h2>Done?</h2><p><a href="{text(session["return_url"])}">Back to the paper</a></p>')
    return page(world, "Your membership", "\n".join(parts), status=402 if message else 200)


def _subscription(world: World, subscription: Thing, flow: str | None) -> str:
    first = subscription["items"]["data"][0]
    name = world.get(first["price"]["product"])["name"]
    ways = _ways(world, subscription, flow)
    return (
        f'<h2>{text(name)}</h2><p class="price">{text(rate(first["price"], first["quantity"]))}</p>'
        f'<p>{text(_state(subscription))}</p><div class="ways">{ways}</div>'
    )


def _state(subscription: Thing) -> str:
    status, end = subscription["status"], period(subscription)[1]
    if subscription["cancel_at"] is not None:
        return f"Cancelled: it ends on {date(subscription['cancel_at'])}, and nothing more is charged."
    return {
        "trialing": f"Free until {date(end)}; the first payment is taken on that day.",
        "active": f"Paid until {date(end)}; it renews by itself.",
        "past_due": "The last payment failed. Please change the card or pay the open bill.",
        "unpaid": "The last payment failed for good. Please pay the open bill.",
        "paused": "Paused: the trial ended without a card.",
        "incomplete": "The first payment is not complete yet.",
    }[status]


def _ways(world: World, subscription: Thing, flow: str | None) -> str:
    wanted = subscription["id"]
    parts = []
    if subscription["cancel_at"] is not None:
        parts.append(button("renew", "Keep it after all", subscription=wanted))
    elif subscription["status"] in LIVE and flow in {None, "subscription_cancel"}:
        parts.append(button("cancel", "Cancel at the period's end", plain=True, subscription=wanted))
    if subscription["status"] == "paused":
        parts.append(button("resume", "Resume", subscription=wanted))
    switchable = subscription["status"] in {"active", "trialing"} and subscription["cancel_at"] is None
    if switchable and flow in {None, "subscription_update", "subscription_update_confirm"}:
        for price in _others(world, subscription):
            due = _due_now(world, subscription, price)
            words = f"Switch to {rate(price)} (now: {money(due, price['currency'])})"
            parts.append(button("switch", words, plain=True, subscription=wanted, price=price["id"]))
    return "".join(parts)


def _others(world: World, subscription: Thing) -> list[Thing]:
    present = subscription["items"]["data"][0]["price"]
    rows = world.rows("price", product=present["product"], active=True, newest=False)
    return [row for row in rows if row["recurring"] and row["id"] != present["id"]
            and row["currency"] == present["currency"]]  # fmt: skip


def _items(subscription: Thing, price: str) -> Thing:
    return {"0": {"id": subscription["items"]["data"][0]["id"], "price": price}}


def _due_now(world: World, subscription: Thing, price: Thing) -> int:
    """What a switch would cost at once."""
    if subscription["status"] == "trialing":
        return 0
    details = {"items": _items(subscription, price["id"]), "proration_behavior": "always_invoice"}
    found = invoice_calls.preview(world, Params({"subscription": subscription["id"], "subscription_details": details}))
    return found["amount_due"]


def _card(world: World, customer: Thing) -> str:
    method = customers.method_to_charge(world, customer, *_chosen(world, customer))
    kept = f"{method['card']['brand']} ···· {method['card']['last4']}" if method else "No card is kept."
    return (
        f'<h2>Card</h2><p>{text(kept)}</p><form method="post">{card_choice()}'
        '<div class="ways"><button name="action" value="card">Keep this card instead</button></div></form>'
    )


def _chosen(world: World, customer: Thing) -> list[str | None]:
    rows = world.rows("subscription", customer=customer["id"])
    return [row["default_payment_method"] for row in rows if row["status"] not in OVER]


def _bills(world: World, customer: Thing) -> str:
    rows = [row for row in world.rows("invoice", customer=customer["id"]) if row["number"]]
    if not rows:
        return ""
    lines = "".join(
        f'<tr><td><a href="{text(row["hosted_invoice_url"])}">{text(row["number"])}</a><br>'
        f"<small>{text(date(row['created']))}, {text(row['status'])}</small></td>"
        f"<td>{text(money(row['total'], row['currency']))}</td></tr>"
        for row in rows
    )
    return f"<h2>Bills</h2><table><tbody>{lines}</tbody></table>"


# ----- actions


def submit(world: World, session: Thing, asked: Asked) -> Answer:
    """A button was pressed."""
    given = {name: value for name, value in asked.form.items() if isinstance(value, str)}
    action = given.get("action", "")
    if action == "card":
        return _change_card(world, session, given)
    subscription = world.the("subscription", given.get("subscription", ""))
    if subscription["customer"] != session["customer"]:
        raise refusals.no_such("subscription", subscription["id"])
    if action == "cancel":
        ending.set_and_tell(world, subscription, period(subscription)[1])
    elif action == "renew":
        ending.set_and_tell(world, subscription, None)
    elif action == "resume":
        subscriptions.resume(world, Params({}), subscription["id"])
    elif action == "switch":
        values = {"items": _items(subscription, given.get("price", "")), "proration_behavior": "always_invoice"}
        subscriptions.update(world, Params(values), subscription["id"])
    return _onward(world, session)


def _onward(world: World, session: Thing) -> Answer:
    after = (session["flow"] or {}).get("after_completion") or {}
    if after.get("type") == "redirect" and after["redirect"]["return_url"]:
        return away(after["redirect"]["return_url"])
    return away(session["url"])


def _change_card(world: World, session: Thing, given: Thing) -> Answer:
    customer = customers.living(world, session["customer"])
    method = customers.new_method(world, testcards.by_number(given.get("card", "")))
    setup = intents.new_setup(world, customer["id"], metadata={})
    outcome = intents.confirm_setup(world, setup, method)
    if outcome == intents.FAILED:
        raise refusals.declined(customers.card_of(method).at_once, keeps=False)
    if outcome == intents.ACTION:
        world.put({**setup, "_portal": session["_secret"]})
        return away(setup["next_action"]["redirect_to_url"]["url"])
    make_default(world, customer["id"], method["id"])
    return _onward(world, session)


def make_default(world: World, owner: str, method: str) -> None:
    """Pay everything with this card from now on, and what is open at once."""
    customer, before = world.get(owner), world.get(owner)
    customer["invoice_settings"]["default_payment_method"] = method
    world.put(customer)
    changed(world, "customer.updated", customer, before)
    for subscription in world.rows("subscription", customer=owner):
        if subscription["status"] in OVER:
            continue
        was = world.get(subscription["id"])
        subscription["default_payment_method"] = method
        subscriptions.save(world, subscription)
        changed(world, "customer.subscription.updated", subscription, was)
    for invoice in world.rows("invoice", customer=owner, status="open", newest=False):
        invoices.pay(world, invoice, billing.method_for(world, None, invoice))
