"""Another price: what is credited and what is charged. Nothing is kept here."""

from __future__ import annotations

from . import refusals, sums
from .store import World
from .terms import item_price, new_item, next_period, period, same_beat
from .wire import Params, Thing, shown


def new_items(world: World, subscription: Thing, rows: list[Params]) -> list[Thing]:
    """The items as they will be: those that are named by id change, others are added, `deleted` ones go."""
    found = {item["id"]: item for item in shown(subscription)["items"]["data"]}
    for row in rows:
        wanted = row.text("id")
        if wanted is None:
            price = item_price(world, row)
            item = new_item(subscription["id"], price, row.number("quantity", 1), period(subscription), world.now)
            found[item["id"]] = item
            continue
        if wanted not in found:
            raise refusals.invalid(f"Invalid subscription item: {wanted}", row.name("id"), "resource_missing")
        if row.flag("deleted"):
            found.pop(wanted)
            continue
        item = found[wanted]
        if "price" in row or "price_data" in row:
            price = item_price(world, row)
            item |= new_item(subscription["id"], price, item["quantity"], period(subscription), item["created"])
            item["id"] = wanted
        item["quantity"] = row.number("quantity", item["quantity"])
        item["metadata"] = row.metadata(item["metadata"])
    if not found:
        raise refusals.invalid("A subscription must have at least one item.", "items")
    items = list(found.values())
    same_beat(items)
    return items


def changed_to(subscription: Thing, items: list[Thing]) -> Thing:
    """The subscription with other items."""
    return {**subscription, "items": {**subscription["items"], "data": items}}


def unused(world: World, subscription: Thing, at: int) -> list[Thing]:
    """Credits for the rest of a period, of what was charged for it."""
    start, end = period(subscription)
    rows = []
    for item in subscription["items"]["data"]:
        full = item.get("_charged", item["price"]["unit_amount"] * item["quantity"])
        rows.append(_prorated(world, subscription, item, -sums.share(full, end - at, end - start), (at, end), "Unused"))
    return rows


def difference(
    world: World, before: Thing, after: Thing, at: int, *, resets: bool, proration: str = "create_prorations"
) -> list[Thing]:
    """The lines that a change brings: credit for the old, charge for the new."""
    start, end = period(before)
    if before["status"] == "trialing":
        return []
    same = [(row["price"]["id"], row["quantity"]) for row in before["items"]["data"]] == [
        (row["price"]["id"], row["quantity"]) for row in after["items"]["data"]
    ]
    if same:
        return []
    credited = [] if proration == "none" else unused(world, before, at)
    if resets:
        ahead = {**after, "billing_cycle_anchor": at}
        until = next_period(ahead, at)[1]
        more = {"subscription": after["id"]}
        return credited + [
            sums.line(world, row["price"], row["quantity"], (at, until), item=row["id"], **more)
            for row in after["items"]["data"]
        ]
    if proration == "none":
        return []
    charges = []
    for item in after["items"]["data"]:
        full = item["price"]["unit_amount"] * item["quantity"]
        amount = sums.share(full, end - at, end - start)
        charges.append(_prorated(world, after, item, amount, (at, end), "Remaining"))
    return credited + charges


def _prorated(world: World, subscription: Thing, item: Thing, amount: int, span: tuple[int, int], word: str) -> Thing:
    name = world.get(item["price"]["product"])["name"]
    return sums.line(
        world, item["price"], item["quantity"], span, amount=amount, item=item["id"], proration=True,
        subscription=subscription["id"], description=f"{word} time on {name}",
    )  # fmt: skip
