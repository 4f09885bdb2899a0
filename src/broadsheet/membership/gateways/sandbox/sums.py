"""Sums of an invoice: lines, discounts, tax. No row is written here."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from broadsheet.money import Money

from .store import World, new_id
from .wire import Thing

# The standard rate where a membership is taxed, in per cent. Enough to see tax computed; no advice.
RATES = {
    "AT": 20, "BE": 21, "CH": 8.1, "CZ": 21, "DE": 19, "DK": 25, "ES": 21, "FI": 25.5, "FR": 20, "GB": 20, "IE": 23,
    "IT": 22, "NL": 21, "NO": 25, "PL": 23, "PT": 23, "SE": 25, "JP": 10, "AU": 10, "NZ": 15, "IN": 18,
}  # fmt: skip


def share(amount: int, part: int, whole: int) -> int:
    """`amount × part ÷ whole`, rounded to the nearest unit, half away from zero."""
    if not whole:
        return 0
    return int((Decimal(amount) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))


def money(amount: int, currency: str) -> str:
    """An amount for people who test: `2.90 USD`."""
    value = Money(amount, currency.upper())
    return f"{value.plain} {value.currency}"


def line(world: World, price: Thing, quantity: int, period: tuple[int, int], **more: object) -> Thing:
    """One line for a price. `amount`, `description`, `item`, `proration` may be given."""
    product = world.get(price["product"])
    amount = more.get("amount", price["unit_amount"] * quantity)
    item, proration = more.get("item"), bool(more.get("proration"))
    words = more.get("description") or f"{quantity} × {product['name']}"
    return {
        "id": new_id("il_1"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": words,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": _parent(more.get("subscription"), item, proration) if item else None,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": more.get("subscription"),
        "subtotal": amount,
        "taxes": [],
        "_tax_behavior": price["tax_behavior"],
    }


def _parent(subscription: object, item: object, proration: bool) -> Thing:
    details = {
        "invoice_item": None,
        "proration": proration,
        "proration_details": {"credited_items": None},
        "subscription": subscription,
        "subscription_item": item,
    }
    return {
        "type": "subscription_item_details",
        "subscription_item_details": details,
        "invoice_item_details": None,
    }


def discounted(world: World, lines: list[Thing], discounts: list[Thing]) -> list[Thing]:
    """Take the discounts off the lines; what each took off, by discount."""
    totals = []
    for discount in discounts:
        coupon = world.get(discount["source"]["coupon"])
        open_lines = [row for row in lines if row["discountable"] and row["amount"] > 0]
        left = {row["id"]: row["amount"] - taken_off(row) for row in open_lines}
        base = sum(left.values())
        percent = coupon["percent_off"]
        off = share(base, int(Decimal(str(percent)) * 100), 10_000) if percent else min(base, coupon["amount_off"])
        spread = off
        for place, row in enumerate(open_lines):
            part = spread if place == len(open_lines) - 1 else share(off, left[row["id"]], base)
            spread -= part
            row["discount_amounts"].append({"amount": part, "discount": discount["id"]})
            row["discounts"].append(discount["id"])
        totals.append({"amount": off, "discount": discount["id"]})
    return totals


def taken_off(row: Thing) -> int:
    """What discounts took off a line."""
    return sum(entry["amount"] for entry in row["discount_amounts"])


def taxed(lines: list[Thing], country: str | None) -> list[Thing]:
    """Put tax on the lines; the whole, by behaviour."""
    rate = Decimal(str(RATES.get(country or "", 0)))
    whole: dict[str, Thing] = {}
    for row in lines:
        base = row["amount"] - taken_off(row)
        inclusive = row["_tax_behavior"] == "inclusive"
        tax = share(base, int(rate * 10), 1000 + int(rate * 10)) if inclusive else share(base, int(rate * 10), 1000)
        behaviour = "inclusive" if inclusive else "exclusive"
        entry = {
            "amount": tax,
            "tax_behavior": behaviour,
            "tax_rate_details": {"tax_rate": f"txr_sandbox_{(country or 'none').lower()}"} if rate else None,
            "taxability_reason": "standard_rated" if rate else "not_collecting",
            "taxable_amount": base - (tax if inclusive else 0),
            "type": "tax_rate_details",
        }
        row["taxes"] = [entry]
        if behaviour not in whole:
            whole[behaviour] = dict(entry)
        else:
            whole[behaviour]["amount"] += tax
            whole[behaviour]["taxable_amount"] += entry["taxable_amount"]
    return list(whole.values())


def total(invoice: Thing) -> Thing:
    """Fill in the invoice's totals from its lines, its discounts and its tax."""
    lines = invoice["lines"]["data"]
    subtotal = sum(row["amount"] for row in lines)
    off = sum(row["amount"] for row in invoice["total_discount_amounts"])
    added = sum(row["amount"] for row in invoice["total_taxes"] if row["tax_behavior"] == "exclusive")
    held = sum(row["amount"] for row in invoice["total_taxes"] if row["tax_behavior"] == "inclusive")
    whole = subtotal - off + added
    due = max(0, whole + invoice["starting_balance"])
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - held,
        "total": whole,
        "total_excluding_tax": whole - added - held,
        "amount_due": due,
        "amount_remaining": due - invoice["amount_paid"],
    }
    return invoice
