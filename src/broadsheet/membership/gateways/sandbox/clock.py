"""Clocks: test clocks on which customers hang, the server's own, and what happens as they move."""

from __future__ import annotations

from collections.abc import Callable

from . import aftermath, billing, checkout, refusals, renewing, schedules
from .calendar import DAY
from .events import emit
from .store import World, new_id
from .wire import Params, Thing

# A phase ends before the subscription renews at the same second, and its invoice is looked at last.
ORDER = "CASE kind WHEN 'subscription_schedule' THEN 0 WHEN 'subscription' THEN 1 ELSE 2 END, seq"
_PATIENCE = 20


def _expire_checkout(world: World, session: Thing) -> None:
    checkout.expire(world, session)


STEPS: dict[str, Callable[[World, Thing], object]] = {
    "subscription_schedule": schedules.step,
    "subscription": renewing.step,
    "invoice": billing.advance_invoice,
    "checkout.session": _expire_checkout,
    "dispute": lambda world, found: aftermath.close_dispute(world, found, "lost"),
}


def run(world: World, clock: str, until: int, at: Callable[[int], None]) -> int:
    """Do all that is due on a clock up to `until`, each at its own moment. How many things were done."""
    done, last, again = 0, "", 0
    asked = world.request_id, world.idempotency_key
    world.request_id = world.idempotency_key = None  # what time brings, nobody asked for
    query = f"SELECT id, due FROM objects WHERE clock = ? AND due <= ? ORDER BY due, {ORDER} LIMIT 1"  # noqa: S608
    while row := world.db.execute(query, [clock, until]).fetchone():
        again = again + 1 if last == row["id"] + str(row["due"]) else 0
        last = row["id"] + str(row["due"])
        if again > _PATIENCE:
            raise RuntimeError(f"The clock stands still at {row['id']}.")
        at(row["due"])
        thing = world.get(row["id"])
        STEPS[thing["object"]](world, thing)
        done += 1
    world.request_id, world.idempotency_key = asked
    return done


def tick(world: World) -> int:
    """The server's clock has moved by itself: do what fell due."""

    def at(moment: int) -> None:
        world.pinned, world.clock = moment, ""

    done = run(world, "", world.server_now, at)
    world.pinned, world.clock = None, ""
    return done


def set_server(world: World, *, to: int | None = None, by: int = 0, hold: bool = False) -> int:
    """Move the whole server's clock forward, to a moment or by seconds; `hold` it there, or let it run on."""
    present = world.server_now
    target = to if to is not None else present + by
    if target < present:
        raise refusals.invalid("The clock only moves forward.", "to")
    held = world.recall("clock", {})
    if hold or held.get("frozen"):
        world.remember("clock", {"frozen": target})
    else:
        world.remember("clock", {"ahead": held.get("ahead", 0) + target - present})
    tick(world)
    return target


def create(world: World, params: Params) -> Thing:
    """POST /v1/test_helpers/test_clocks"""
    frozen = params.number("frozen_time")
    if frozen is None:
        raise refusals.missing("frozen_time")
    clock: Thing = {
        "id": new_id("clock_1"),
        "object": "test_helpers.test_clock",
        "created": world.server_now,
        "deletes_after": world.server_now + 30 * DAY,
        "frozen_time": frozen,
        "livemode": False,
        "name": params.text("name"),
        "status": "ready",
        "status_details": {},
    }
    world.put(clock)
    emit(world, "test_helpers.test_clock.created", clock)
    return clock


def advance(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/test_helpers/test_clocks/{id}/advance: done at once, answered as Stripe does, who takes a while."""
    clock = world.the("test_helpers.test_clock", wanted)
    target = params.number("frozen_time")
    if target is None:
        raise refusals.missing("frozen_time")
    if target <= clock["frozen_time"]:
        raise refusals.invalid("frozen_time must be after the clock's present frozen_time.", "frozen_time")

    def at(moment: int) -> None:
        clock["frozen_time"] = max(clock["frozen_time"], moment)
        world.put(clock)
        world.clock = wanted

    run(world, wanted, target, at)
    at(target)
    emit(world, "test_helpers.test_clock.ready", clock)
    return {**clock, "status": "advancing", "status_details": {"advancing": {"target_frozen_time": target}}}


def delete(world: World, _: Params, wanted: str) -> Thing:
    """DELETE /v1/test_helpers/test_clocks/{id}: and all that hangs on it."""
    clock = world.the("test_helpers.test_clock", wanted)
    emit(world, "test_helpers.test_clock.deleted", clock)
    world.db.execute("DELETE FROM objects WHERE clock = ? OR id = ?", [wanted, wanted])
    return {"id": wanted, "object": "test_helpers.test_clock", "deleted": True}
