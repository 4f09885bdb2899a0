"""Levers that Stripe has not: the server's clock, the post's knobs, disputes at will. JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from . import aftermath, api, clock, completing, customers, refusals, testcards, webhooks
from .events import knobs
from .store import Store, World
from .wire import Thing, dump


def answer(store: Store, asked: api.Asked, only: str = "") -> api.Answer:
    """`POST /control/…` with the sandbox's key."""
    try:
        api.check_key(asked, only)
        given = _json(asked.payload)
        if asked.path == "/control/deliver":
            sent = webhooks.deliver(store, everything=bool(given.get("everything")))
            return _said({"sent": [asdict(row) for row in sent]})
        with store.world(asked.base) as world:
            clock.tick(world)
            return _said(_pull(world, asked.path.removeprefix("/control/"), given))
    except refusals.Refusal as refusal:
        return api.Answer(refusal.status, dump({"error": refusal.error}))


def _said(thing: Thing) -> api.Answer:
    return api.Answer(200, dump(thing))


def _json(body: bytes) -> Thing:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise refusals.invalid("The body is no JSON object.")
    return given


def _pull(world: World, lever: str, given: Thing) -> Thing:
    if lever not in LEVERS:
        raise refusals.Refusal(404, "invalid_request_error", f"No such lever: {lever}. Known: {', '.join(LEVERS)}")
    try:
        return LEVERS[lever](world, given)
    except (KeyError, TypeError, ValueError) as error:
        raise refusals.invalid(f"{lever}: {type(error).__name__} {error}") from error


def _clock(world: World, given: Thing) -> Thing:
    if given:
        clock.set_server(world, to=given.get("to"), by=int(given.get("seconds", 0)), hold=bool(given.get("hold")))
    return {"now": world.server_now}


def _knobs(world: World, given: Thing) -> Thing:
    return webhooks.set_knobs(world, given) if given else knobs(world)


def _charge(world: World, given: Thing) -> Thing:
    return world.the("charge", str(given["charge"]), "charge")


def _dispute(world: World, given: Thing) -> Thing:
    return aftermath.dispute(world, _charge(world, given), given.get("reason", "fraudulent"))


def _close(world: World, given: Thing) -> Thing:
    status = "won" if given.get("won") else "lost"
    return aftermath.close_dispute(world, world.the("dispute", given["dispute"], "dispute"), status)


def _warn(world: World, given: Thing) -> Thing:
    return aftermath.warn(world, _charge(world, given), given.get("fraud_type", "misc"))


def _complete(world: World, given: Thing) -> Thing:
    """What a reader does on the Checkout page, in one call."""
    session = world.the("checkout.session", given["session"], "session")
    name = given.get("card", "pm_card_visa")
    card = None if name is None else testcards.by_name(name) or testcards.by_number(name)
    method = customers.new_method(world, card) if card else None
    return completing.complete(world, session, method, given, authenticated=bool(given.get("authenticated", True)))


LEVERS: dict[str, Callable[[World, Thing], Thing]] = {
    "clock": _clock,
    "knobs": _knobs,
    "dispute": _dispute,
    "close_dispute": _close,
    "warn": _warn,
    "complete": _complete,
    "endpoint": lambda world, given: webhooks.ensure(world, given["url"], given["secret"]),
}
