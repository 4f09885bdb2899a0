"""The Checkout page: what is bought, what is paid today and later, and with which card."""

from __future__ import annotations

from babel import Locale

from . import checkout, completing, customers, refusals, sums, testcards
from .api import Answer, Asked
from .html import away, card_choice, date, money, page, rate, rows, sum_row, text, wrong
from .store import World, new_id
from .wire import Thing

SAVED = "saved"


def show(world: World, session: Thing, given: Thing | None = None, message: str = "") -> Answer:
    """The page, empty or with what was filled in and what was wrong with it."""
    given = given or {}
    if session["status"] != "open":
        return _closed(world, session)
    parts = [
        f"<h1>{text(_title(session))}</h1>",
        wrong(message),
        _terms(world, session),
        _sums(world, session, given),
        f'<form method="post">{_fields(world, session, given)}{_submit(session)}</form>',
    ]
    if session["cancel_url"]:
        parts.append(f'<p><a href="{text(session["cancel_url"])}">Back without paying</a></p>')
    return page(world, _title(session), "\n".join(parts), status=402 if message else 200)


def _closed(world: World, session: Thing) -> Answer:
    words = {
        "complete": "This purchase is done. There is nothing left to do here.",
        "expired": "This page has expired. Start again from the paper.",
    }[session["status"]]
    back = session["cancel_url"] or session["success_url"]
    link = f'<p><a href="{text(back)}">Back to the paper</a></p>' if session["status"] == "expired" else ""
    return page(world, "Checkout", f"<h1>{words}</h1>{link}", status=200 if session["status"] == "complete" else 410)


def _title(session: Thing) -> str:
    if session["mode"] == "setup":
        return "Leave a card"
    return ", ".join(row["description"] for row in session["_lines"])


def _terms(world: World, session: Thing) -> str:
    """The trial and its end, the price after it, and that it renews, before any card is asked for."""
    if session["mode"] != "subscription":
        return ""
    each = " and ".join(rate(row["price"], row["quantity"]) for row in session["_lines"])
    until = checkout.trial_end(world, session)
    if until is None:
        words = f"{each}, from today. It renews by itself until it is cancelled."
    else:
        words = (
            f"Free until {date(until)}. Then {each}: the first payment is taken on that day, and it renews by itself "
            "until it is cancelled. Cancelled before, it costs nothing."
        )
    return f'<p class="price">{text(words)}</p>'


def _sums(world: World, session: Thing, given: Thing) -> str:
    if session["mode"] == "setup":
        return "<p>Nothing is charged. The card is kept for later payments.</p>"
    currency = session["currency"]
    whole = checkout.after_trial(world, session, given.get("country"))
    lines = []
    after = ", once the trial is over" if checkout.trial_end(world, session) else ""
    for row in session["_lines"]:
        amount = money(row["price"]["unit_amount"] * row["quantity"], currency)
        lines.append((f"{row['quantity']} × {row['description']}{after}", amount))
    if whole["off"]:
        lines.append(("Discount", money(-whole["off"], currency)))
    if session["automatic_tax"]["enabled"]:
        known = given.get("country")
        held = any(row["price"]["tax_behavior"] == "inclusive" for row in session["_lines"])
        words = "Of which tax" if held else "Tax"
        lines.append((words, money(whole["tax"], currency) if known else "by country"))
    today = 0 if checkout.trial_end(world, session) else whole["total"]
    return rows(lines, sum_row("Due today", money(today, currency)))


def _fields(world: World, session: Thing, given: Thing) -> str:
    parts = []
    if not session["customer"] and not session["customer_email"]:
        parts.append(_input("email", "Mail address", given, kind="email", need="autocomplete=email required"))
    if session["automatic_tax"]["enabled"] or session["billing_address_collection"] == "required":
        parts.append(_countries(given.get("country", "")))
    if session["allow_promotion_codes"]:
        parts.append(_input("code", "Promotion code, if you have one", given))
        show_it = '<button class="plain" name="action" value="apply" formnovalidate>Show the price with it</button>'
        parts.append(f'<div class="ways">{show_it}</div>')
    if asks_for_card(session):
        parts.append(_saved(world, session) + card_choice(given.get("card", "")))
    asked = session["consent_collection"] or {}
    if asked.get("terms_of_service") == "required":
        said = (session["custom_text"]["terms_of_service_acceptance"] or {}).get("message")
        parts.append(_tick("terms", said or "I agree to the terms of service", given, need=" required"))
    if asked.get("promotions") == "auto":
        parts.append(_tick("promotions", "Send me news and offers", given))
    return "".join(parts)


def _saved(world: World, session: Thing) -> str:
    """Cards that the customer left before."""
    known = world.rows("payment_method", customer=session["customer"]) if session["customer"] else []
    if not known:
        return ""
    cards = "".join(
        f'<label class="card"><input type="radio" name="card" value="{SAVED}:{row["id"]}"><span>The card kept for you'
        f"</span><small>{text(row['card']['brand'])} ···· {text(row['card']['last4'])}</small></label>"
        for row in known
    )
    return f"<fieldset><legend>Kept cards</legend>{cards}</fieldset>"


def _input(name: str, label: str, given: Thing, *, kind: str = "text", need: str = "") -> str:
    value = text(given.get(name, ""))
    return f'<label for="{name}">{label}</label><input type="{kind}" id="{name}" name="{name}" value="{value}" {need}>'


def _tick(name: str, words: str, given: Thing, need: str = "") -> str:
    on = " checked" if given.get(name) else ""
    box = f'<input type="checkbox" name="{name}" value="yes"{on}{need}>'
    return f'<label class="tick">{box}<span>{text(words)}</span></label>'


def _countries(chosen: str) -> str:
    names = Locale("en").territories
    codes = sorted([*sums.RATES, "US", "CA", "BR", "ZA", "EG"], key=lambda code: names[code])
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{text(names[code])}</option>' for code in codes
    )
    return (
        '<label for="country">Country, for the tax</label><select id="country" name="country" required>'
        f'<option value="">Choose</option>{options}</select>'
    )


def _submit(session: Thing) -> str:
    said = session["custom_text"]["submit"]
    words = f"<p>{text(said['message'])}</p>" if said else ""
    return f'{words}<div class="pay"><button name="action" value="pay">{text(_button(session))}</button></div>'


def _button(session: Thing) -> str:
    if session["mode"] == "setup":
        return "Keep this card"
    if session["mode"] == "payment":
        return f"Pay {money(session['amount_total'], session['currency'])}"
    first = session["_lines"][0]
    each = rate(first["price"], first["quantity"])
    if days := session["_data"].get("trial_period_days"):
        return f"Start {days}-day trial, then {each}"
    return "Start trial" if session["_data"].get("trial_end") else f"Subscribe for {each}"


def asks_for_card(session: Thing) -> bool:
    """Whether a card is needed now."""
    return session["payment_method_collection"] != "if_required" or session["amount_total"] != 0


# ----- the answer


def submit(world: World, session: Thing, asked: Asked) -> Answer:
    """The reader has filled in the page."""
    given = {name: value for name, value in asked.form.items() if isinstance(value, str)}
    if session["status"] != "open":
        return _closed(world, session)
    if given.get("code"):
        session["discounts"] = [completing.promotion(world, session, given["code"])]
        checkout.reckon(world, session, given.get("country"))
    if given.get("action") == "apply":
        return show(world, session, given)
    if needed := _lacks(session, given):
        return show(world, session, given, needed)
    method = _method(world, session, given) if asks_for_card(session) else None
    if method is not None and _authenticates(method, session):
        secret = new_id("", 40)
        session["_challenge"] = {"secret": secret, "method": method["id"], "given": given}
        world.put(session, session["expires_at"])
        return away(f"{world.base}/3ds/{secret}")
    return finish(world, session, method, given)


def _lacks(session: Thing, given: Thing) -> str:
    if not session["customer"] and not session["customer_email"] and "@" not in given.get("email", ""):
        return "Please give a mail address."
    if session["automatic_tax"]["enabled"] and not given.get("country"):
        return "Please choose your country: the tax depends on it."
    if (session["consent_collection"] or {}).get("terms_of_service") == "required" and not given.get("terms"):
        return "Please agree to the terms of service first."
    return ""


def _method(world: World, session: Thing, given: Thing) -> Thing:
    chosen = given.get("card", "")
    if chosen.startswith(f"{SAVED}:"):
        method = world.the("payment_method", chosen.partition(":")[2])
        if method["customer"] != session["customer"]:
            raise refusals.invalid("That card is not kept for you.")
        return method
    return customers.new_method(world, testcards.by_number(chosen))


def _authenticates(method: Thing, session: Thing) -> bool:
    card = customers.card_of(method)
    return bool(card.authenticates) and not (card.authenticates == "setup" and method["_authenticated"])


def finish(world: World, session: Thing, method: Thing | None, given: Thing, *, authenticated: bool = False) -> Answer:
    """Complete the session, and send the reader back to the paper."""
    completing.complete(world, session, method, given, authenticated=authenticated)
    return away(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
