"""Events: what happened, as it was then, and who is to be told."""

from __future__ import annotations

import copy
import random
import time
from typing import Any

from .store import World, new_id
from .wire import Thing, shown

API_VERSION = "2026-10-28.endive"
KNOBS: Thing = {
    "duplicate": 0.0,
    "drop": 0.0,
    "delay": 0.0,
    "reorder": None,
    "seed": 0,
    "wrong_secret": False,
    "future": 0,
    "dunning_days": [3, 7, 13, 21],
    "final_action": "cancel",
    "draft_seconds": 3600,
}


def knobs(world: World) -> Thing:
    """How the server behaves now."""
    return {**KNOBS, **world.recall("knobs", {})}


def emit(world: World, kind: str, thing: Thing, before: Thing | None = None) -> Thing:
    """Write down that something happened. `before`: the object as it was, of which the changes are told."""
    data: Thing = {"object": copy.deepcopy(shown(thing))}
    if before is not None:
        data["previous_attributes"] = {
            name: value for name, value in shown(before).items() if data["object"].get(name) != value
        }
    event: Thing = {
        "id": new_id("evt_1"),
        "object": "event",
        "api_version": API_VERSION,
        "created": world.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": world.request_id, "idempotency_key": world.idempotency_key},
        "type": kind,
    }
    endpoints = [row for row in world.rows("webhook_endpoint", newest=False) if _wants(row, kind)]
    event["pending_webhooks"] = len(endpoints)
    world.put(event)
    for endpoint in endpoints:
        _enqueue(world, event, endpoint)
    return event


def changed(world: World, kind: str, thing: Thing, before: Thing) -> None:
    """Tell of an update, unless nothing changed."""
    if shown(thing) != shown(before):
        emit(world, kind, thing, before)


def _wants(endpoint: Thing, kind: str) -> bool:
    wanted: list[str] = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or kind in wanted)


def _enqueue(world: World, event: Thing, endpoint: Thing) -> None:
    said = knobs(world)
    count = world.recall("emitted", 0) + 1
    world.remember("emitted", count)
    chance = random.Random(f"{said['seed']}:{count}:{endpoint['id']}")
    copies = 2 if chance.random() < said["duplicate"] else 1
    dropped = chance.random() < said["drop"]
    for _ in range(copies):
        values: list[Any] = [event["id"], endpoint["id"], time.time() + said["delay"]]
        state = "dropped" if dropped else "waiting"
        world.db.execute("INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, ?, ?)", [*values, state])
