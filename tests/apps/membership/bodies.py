"""Anything that may be posted to the hook: bytes, JSON, signed and not, cut, turned and put together from others."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from unittest.mock import patch

from django.test import Client

from broadsheet import clock
from broadsheet.membership import views
from broadsheet.membership.gateways import hooks
from broadsheet.membership.gateways.memory import SECRET, MemoryGateway
from broadsheet.membership.models import WebhookEvent

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 2**80, "", "\x00", "\ud800", "é" * 50, [], {}, [[]], {"object": "event"}, "evt_1", float("inf"),
)  # fmt: skip
NAMES = ("id", "object", "type", "created", "livemode", "data", "account", "context", "api_version", "x")


def _event(chance: Random) -> Any:
    thing = {
        "object": chance.choice(["subscription", "charge", "customer", "invoice", 7]),
        "id": "x_1",
        "customer": "cus_1",
    }
    found: dict[str, Any] = {
        "id": f"evt_{chance.random()}", "object": "event", "type": "customer.updated", "created": 1_790_000_000,
        "livemode": False, "data": {"object": thing},
    }  # fmt: skip
    for _ in range(chance.randint(0, 4)):
        where = chance.choice([found, thing])
        where[chance.choice(NAMES)] = chance.choice(ODD)
    return found if chance.random() < 0.9 else chance.choice(ODD)


def _body(chance: Random) -> bytes:
    if chance.random() < 0.15:
        return chance.randbytes(chance.randint(0, 200))
    body = json.dumps(_event(chance), ensure_ascii=chance.random() < 0.7).encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        at = chance.randint(0, len(body))
        body = body[:at] + chance.choice([b"", b"\xff", b"\x00", b"}"]) + body[at + chance.randint(0, 3) :]
    return body


def _header(chance: Random, body: bytes, now: int) -> str | None:
    good = hooks.sign(body, SECRET, now + chance.choice([0, 0, 0, 0, -299, 299, 301, -301, 10**9]))
    fate = chance.random()
    if fate < 0.7:
        return good
    if fate < 0.75:
        return None
    at = chance.randint(0, len(good))
    return good[:at] + chance.choice(["", ",", "=", "t=1", "v1=", "é", "٣", " ", "v0=aa", good]) + good[at:]


def faults_in(seed: int) -> list[str]:
    """The answers to one body that are neither 200 nor 400, and rows that a refused one left."""
    chance, till = Random(seed), MemoryGateway()
    now = int(clock.now().timestamp())
    body = _body(chance)
    header = _header(chance, body, now)
    named = {} if header is None else {"HTTP_STRIPE_SIGNATURE": header}
    before = WebhookEvent.objects.count()
    with patch.object(views, "gateway", lambda: till):
        answer = Client(raise_request_exception=False).post(
            "/hooks/stripe/", body, content_type="application/json", **named
        )  # type: ignore[arg-type]
    rows = WebhookEvent.objects.count() - before
    fine = (answer.status_code == 400 and rows == 0) or (answer.status_code == 200 and rows in {0, 1})
    return [] if fine else [f"body {seed}: {answer.status_code}, {rows} rows"]
