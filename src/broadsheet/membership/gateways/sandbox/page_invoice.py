"""A bill as a page and as a PDF, and the page on which it is paid."""

from __future__ import annotations

from . import customers, intents, invoices, reacting, refusals, testcards
from .api import Answer, Asked
from .events import changed
from .html import NOTICE, away, card_choice, date, money, page, rows, sum_row, text, wrong
from .store import World
from .terms import OVER, save
from .wire import Thing

_STATES = {
    "open": "It is open.", "paid": "It is paid.", "void": "It is void.", "uncollectible": "It was given up.",
    "draft": "It is a draft.",
}  # fmt: skip


def by_secret(world: World, secret: str) -> Thing:
    """The bill of that address."""
    found = world.rows("invoice", _secret=secret)
    if not found:
        raise refusals.no_such("invoice", "…")
    return world.follow(found[0])


def _lines(invoice: Thing) -> list[tuple[str, str]]:
    currency = invoice["currency"]
    lines = [(row["description"], money(row["amount"], currency)) for row in invoice["lines"]["data"]]
    lines += [("Discount", money(-row["amount"], currency)) for row in invoice["total_discount_amounts"]]
    for row in invoice["total_taxes"]:
        words = "Of which tax" if row["tax_behavior"] == "inclusive" else "Tax"
        lines.append((words, money(row["amount"], currency)))
    if invoice["starting_balance"]:
        lines.append(("Balance from before", money(invoice["starting_balance"], currency)))
    return lines


def show(world: World, invoice: Thing, message: str = "") -> Answer:
    """The page."""
    due = money(invoice["amount_due"], invoice["currency"])
    body = (
        f"<h1>Bill {text(invoice['number'])}</h1>{wrong(message)}"
        f"<p>{text(date(invoice['created']))}. {_STATES[invoice['status']]}</p>"
        f"{rows(_lines(invoice), sum_row('To be paid', due))}"
        f'<p><a href="{text(invoice["invoice_pdf"])}">As a PDF</a></p>'
    )
    if invoice["status"] == "open":
        body += (
            f'<h2>Pay it</h2><form method="post">{card_choice()}<div class="pay"><button name="action" value="pay">'
            f"Pay {text(due)}</button></div></form>"
        )
    return page(world, f"Bill {invoice['number']}", body, status=402 if message else 200)


def submit(world: World, invoice: Thing, asked: Asked) -> Answer:
    """Pay with the chosen card; the subscription keeps it."""
    if invoice["status"] != "open":
        return away(invoice["hosted_invoice_url"])
    given = asked.form.get("card")
    method = customers.new_method(world, testcards.by_number(given if isinstance(given, str) else ""))
    customers.attach(world, method["id"], invoice["customer"])
    subscription = reacting.subscription_of(world, invoice)
    if subscription is not None and subscription["status"] not in OVER:
        before = world.get(subscription["id"])
        subscription["default_payment_method"] = method["id"]
        save(world, subscription)
        changed(world, "customer.subscription.updated", subscription, before)
    outcome = invoices.pay(world, invoice, world.get(method["id"]))
    if outcome == intents.ACTION:
        intent = world.get(invoices.payment_of(world, invoice)["payment"]["payment_intent"])
        return away(intent["next_action"]["redirect_to_url"]["url"])
    if outcome == intents.FAILED:
        raise refusals.declined(customers.card_of(method).later or "generic_decline")
    return away(invoice["hosted_invoice_url"])


def pdf(invoice: Thing) -> Answer:
    """The bill as a PDF of one page, written by hand: six objects and plain Helvetica."""
    lines = [f"Bill {invoice['number']}", date(invoice["created"]), _STATES[invoice["status"]], ""]
    lines += [f"{words}    {amount}" for words, amount in _lines(invoice)]
    lines += ["", f"To be paid    {money(invoice['amount_due'], invoice['currency'])}", "", NOTICE]
    shown = "".join(f"({_latin(row)}) Tj T*\n" for row in lines)
    stream = f"BT /F1 11 Tf 16 TL 60 780 Td\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    body += b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(objects) + 1, table, end)
    headers = (("Content-Type", "application/pdf"), ("Cache-Control", "no-store"))
    return Answer(200, body, headers)


def _latin(words: str) -> str:
    return words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
