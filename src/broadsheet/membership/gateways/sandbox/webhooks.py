"""Webhooks: who is told, how it is signed, and how well the post behaves."""

from __future__ import annotations

import hashlib
import hmac
import random
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import refusals
from .events import API_VERSION, KNOBS, knobs
from .store import Store, World, new_id
from .wire import Params, Thing, dump

MOST_TRIES, LEASE, TIMEOUT = 16, 60, 10
_FIRST_WAIT, _LONGEST_WAIT = 5, 6 * 3600


def create(world: World, params: Params) -> Thing:
    """POST /v1/webhook_endpoints: its secret is shown this once."""
    url, events = _url(params.needed("url")), params.texts("enabled_events")
    if not events:
        raise refusals.missing("enabled_events")
    params.text("connect")
    version = params.text("api_version")
    endpoint = _new(world, url, events, new_id("whsec_", 32), version)
    endpoint |= {"description": params.text("description"), "metadata": params.metadata()}
    world.put(endpoint)
    return {**endpoint, "secret": endpoint["_secret"]}


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise refusals.invalid("Invalid URL: URL must be publicly accessible http or https.", "url", "url_invalid")
    return text


def _new(world: World, url: str, events: list[str], secret: str, version: str | None = None) -> Thing:
    return world.put({
        "id": new_id("we_1"),
        "object": "webhook_endpoint",
        "api_version": version or API_VERSION,
        "application": None,
        "created": world.server_now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_secret": secret,
    })  # fmt: skip


def ensure(world: World, url: str, secret: str) -> Thing:
    """Tell this address of everything, signed with this secret: for a paper that knows its secret already."""
    for endpoint in world.rows("webhook_endpoint", url=url):
        return world.put({**endpoint, "_secret": secret, "status": "enabled", "enabled_events": ["*"]})
    return _new(world, url, ["*"], secret)


def update(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/webhook_endpoints/{id}"""
    endpoint = world.the("webhook_endpoint", wanted)
    if url := params.text("url"):
        endpoint["url"] = _url(url)
    endpoint["enabled_events"] = params.texts("enabled_events") or endpoint["enabled_events"]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params.flag("disabled") else "enabled"
    endpoint["description"] = params.text("description", endpoint["description"])
    endpoint["metadata"] = params.metadata(endpoint["metadata"])
    return world.put(endpoint)


def delete(world: World, _: Params, wanted: str) -> Thing:
    """DELETE /v1/webhook_endpoints/{id}"""
    world.the("webhook_endpoint", wanted)
    world.drop(wanted)
    return {"id": wanted, "object": "webhook_endpoint", "deleted": True}


def signature(body: bytes, secret: str, moment: int) -> str:
    """The header `Stripe-Signature`, scheme v1."""
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"


def set_knobs(world: World, given: Thing) -> Thing:
    """Turn some knobs; others stay. An unknown one is refused."""
    for name in given:
        if name not in KNOBS:
            raise refusals.unknown(name)
    world.remember("knobs", {**world.recall("knobs", {}), **given})
    return knobs(world)


# ----- the post


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery that was tried."""

    event: str
    kind: str
    endpoint: str
    status: int | None
    said: str


def deliver(store: Store, now: float | None = None, *, everything: bool = False, most: int = 1000) -> list[Sent]:
    """Deliver what is due, in order or as the knobs have it. `everything`: also what waits for a later try."""
    sent: list[Sent] = []
    tried: set[int] = set()
    while len(sent) < most:
        rows = [row for row in _claim(store, now, everything) if row["seq"] not in tried]
        if not rows:
            break
        for row in rows:
            tried.add(row["seq"])
            sent.append(_send(store, row, now))
    return sent


def _claim(store: Store, now: float | None, everything: bool) -> list[Thing]:
    """Take what is due for ourselves: for a minute no other process sees it."""
    moment = time.time() if now is None else now
    with store.world() as world:
        said = knobs(world)
        where = "state = 'waiting'" + ("" if everything else " AND due <= :moment")
        query = f"SELECT * FROM deliveries WHERE {where} ORDER BY due, seq LIMIT 100"  # noqa: S608 - words are ours
        rows = [dict(row) for row in world.db.execute(query, {"moment": moment})]
        if said["reorder"] is not None:
            rows.sort(key=lambda row: random.Random(f"{said['reorder']}:{row['seq']}:{row['tries']}").random())
        for row in rows:
            world.db.execute("UPDATE deliveries SET due = ? WHERE seq = ?", [moment + LEASE, row["seq"]])
            row |= {"_event": world.find(row["event"]), "_endpoint": world.find(row["endpoint"]), "_knobs": said}
    return rows


def _send(store: Store, row: Thing, now: float | None) -> Sent:
    event, endpoint, said = row["_event"], row["_endpoint"], row["_knobs"]
    if event is None or endpoint is None:
        status, words, state = None, "gone", "failed"
    else:
        body = dump(event)
        secret = "whsec_wrong" if said["wrong_secret"] else endpoint["_secret"]
        header = signature(body, secret, int(time.time()) + said["future"])
        status, words = _post(endpoint["url"], body, header)
        state = "done" if status is not None and 200 <= status < 300 else "waiting"
    tries = row["tries"] + 1
    if state == "waiting" and tries >= MOST_TRIES:
        state = "failed"
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 3 ** (tries - 1))
    moment = (time.time() if now is None else now) + wait
    with store.world() as world:
        world.db.execute(
            "UPDATE deliveries SET tries = ?, state = ?, due = ?, status = ?, said = ? WHERE seq = ?",
            [tries, state, moment, status, words[:500], row["seq"]],
        )
        if state == "done" and event is not None:
            _count_down(world, event["id"])
    return Sent(row["event"], event["type"] if event else "", row["endpoint"], status, words)


def _count_down(world: World, wanted: str) -> None:
    event = world.find(wanted)
    if event is not None and event["pending_webhooks"] > 0:
        world.put({**event, "pending_webhooks": event["pending_webhooks"] - 1})


def _post(url: str, body: bytes, header: str) -> tuple[int | None, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks; broadsheet sandbox)",
    }
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - http(s) only
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return answer.status, answer.read(500).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(500).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        return None, str(error)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Stripe follows no redirects; neither do we."""

    def redirect_request(self, *_: object, **__: object) -> None:  # type: ignore[override]
        return None


class Postman(threading.Thread):
    """Delivers, and keeps the server's clock going, until it is told to stop."""

    def __init__(self, store: Store, every: float = 0.5) -> None:
        super().__init__(name="sandbox-postman", daemon=True)
        self.store, self.every = store, every
        self.over = threading.Event()

    def run(self) -> None:
        """Until the end."""
        while not self.over.wait(self.every):
            try:
                self.round()
            except sqlite3.OperationalError:
                continue  # the file is busy, or went away with a test: try again

    def round(self) -> None:
        """One look at the clock and at the post."""
        from . import clock

        with self.store.world() as world:
            clock.tick(world)
        with closing(self.store.connect()) as db:
            due = db.execute("SELECT 1 FROM deliveries WHERE state = 'waiting' AND due <= ?", [time.time()]).fetchone()
        if due:
            deliver(self.store)

    def stop(self) -> None:
        """Finish the round, and end."""
        self.over.set()
        self.join(timeout=TIMEOUT + 5)
