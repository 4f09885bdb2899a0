"""Webhooks: signed as Stripe signs, sent as badly as the knobs say, retried until they arrive."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import stripe

from tests.apps.membership.sandbox import shapes
from tests.apps.membership.sandbox.conftest import Shop
from tests.sandbox import sandbox


@dataclass
class Ear:
    """Somebody who listens, and answers as told."""

    url: str
    heard: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    secret: str = ""

    def events(self) -> list[stripe.Event]:
        """What was heard, each checked by the SDK."""
        return [stripe.Webhook.construct_event(body, header, self.secret) for body, header in self.heard]


@pytest.fixture
def ear() -> Iterator[Ear]:
    """An endpoint on this machine."""
    listens = Ear("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listens.heard.append((body, self.headers["Stripe-Signature"]))
            self.send_response(listens.answers.pop(0) if listens.answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listens.url = f"http://127.0.0.1:{server.server_port}/webhooks/"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield listens
    server.shutdown()
    server.server_close()
    thread.join()


def listen(shop: Shop, ear: Ear, *events: str) -> None:
    endpoint = shop.stripe.webhook_endpoints.create({"url": ear.url, "enabled_events": list(events) or ["*"]})
    ear.secret = endpoint.secret
    assert "secret" not in shop.stripe.webhook_endpoints.retrieve(endpoint.id)


def test_what_is_sent_is_signed_and_in_order(shop: Shop, ear: Ear) -> None:
    listen(shop, ear)
    before = len(shop.events())
    shop.subscribe(trial=30)
    sent = shop.box.deliver()
    assert {row.status for row in sent} == {200}
    events = ear.events()
    assert [event.type for event in events] == shop.events()[before:]
    assert [line for body, _ in ear.heard for line in shapes.problems(json.loads(body))] == []
    assert shop.box.deliver(everything=True) == []
    assert shop.stripe.events.retrieve(events[0].id).pending_webhooks == 0


def test_a_changed_body_or_another_secret_does_not_verify(shop: Shop, ear: Ear) -> None:
    listen(shop, ear, "customer.created")
    shop.customer(None)
    shop.box.deliver()
    body, header = ear.heard[0]
    for wrong in ((body.replace(b"ada", b"eve"), ear.secret), (body, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(wrong[0], header, wrong[1])


def test_only_what_was_asked_for_is_sent(shop: Shop, ear: Ear) -> None:
    listen(shop, ear, "invoice.paid")
    shop.subscribe()
    shop.box.deliver()
    assert [event.type for event in ear.events()] == ["invoice.paid"]


def test_a_failing_endpoint_is_tried_again_later_and_later(shop: Shop, ear: Ear) -> None:
    listen(shop, ear, "customer.created")
    ear.answers = [500, 302, 404]
    shop.customer(None)
    assert [row.status for row in shop.box.deliver()] == [500]
    assert shop.box.deliver() == []  # not at once
    for status in (302, 404, 200):
        assert [row.status for row in shop.box.deliver(everything=True)] == [status]
    assert shop.box.deliver(everything=True) == []
    assert len({event.id for event in ear.events()}) == 1


def test_an_endpoint_that_nobody_serves_costs_nothing(shop: Shop, ear: Ear) -> None:
    shop.stripe.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    shop.customer(None)
    sent = shop.box.deliver()
    assert sent
    assert all(row.status is None for row in sent)


def test_duplicates(shop: Shop, ear: Ear) -> None:
    shop.box.pull("knobs", duplicate=1.0)
    listen(shop, ear, "customer.created")
    shop.customer(None)
    shop.box.deliver()
    assert len(ear.heard) == 2
    assert len({event.id for event in ear.events()}) == 1


def test_some_are_lost_and_the_list_still_has_them(shop: Shop, ear: Ear) -> None:
    shop.box.pull("knobs", drop=0.5, seed=3)
    listen(shop, ear, "customer.created")
    made = {shop.customer(None) for _ in range(20)}
    shop.box.deliver(everything=True)
    heard = {event.data.object.id for event in ear.events()}
    assert 0 < len(heard) < 20
    listed = shop.stripe.events.list({"type": "customer.created", "limit": 100}).data
    assert {event.data.object.id for event in listed} == made > heard


def test_the_order_is_shuffled_alike_for_the_same_seed(shop: Shop, ear: Ear) -> None:
    listen(shop, ear)
    shop.box.pull("knobs", reorder=7)
    before = len(shop.events())
    shop.subscribe()
    shop.box.deliver()
    kinds = [event.type for event in ear.events()]
    assert kinds != shop.events()[before:]
    assert sorted(kinds) == sorted(shop.events()[before:])


def test_late_wrongly_signed_and_from_the_future(shop: Shop, ear: Ear) -> None:
    listen(shop, ear, "customer.created")
    shop.box.pull("knobs", delay=60)
    shop.customer(None)
    assert shop.box.deliver() == []
    shop.box.pull("knobs", delay=0, wrong_secret=True)
    shop.box.deliver(everything=True)
    with pytest.raises(stripe.SignatureVerificationError):
        ear.events()
    ear.heard.clear()
    shop.box.pull("knobs", wrong_secret=False, future=3_600)
    shop.customer(None)
    shop.box.deliver()
    stamp = int(ear.heard[0][1].split(",")[0].removeprefix("t="))
    assert 3_500 < stamp - time.time() < 3_700
    assert ear.events()[0].type == "customer.created"


def test_an_unknown_knob_is_refused(shop: Shop) -> None:
    with pytest.raises(AssertionError, match="volume"):
        shop.box.pull("knobs", volume=11)


def test_a_paper_that_has_its_secret_already_may_set_it(shop: Shop, ear: Ear) -> None:
    ear.secret = "whsec_of_the_paper"
    for _ in range(2):
        shop.box.pull("endpoint", url=ear.url, secret=ear.secret)
    shop.customer(None)
    shop.box.deliver()
    assert [event.type for event in ear.events()] == ["customer.created"]


def test_endpoints_change_and_go(shop: Shop, ear: Ear) -> None:
    made = shop.stripe.webhook_endpoints.create({"url": ear.url, "enabled_events": ["*"]})
    assert shop.stripe.webhook_endpoints.update(made.id, {"disabled": True}).status == "disabled"
    shop.customer(None)
    assert shop.box.deliver(everything=True) == []
    assert shop.stripe.webhook_endpoints.delete(made.id).deleted
    assert shop.stripe.webhook_endpoints.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.webhook_endpoints.create({"url": "ftp://example.org/", "enabled_events": ["*"]})
    assert refused.value.param == "url"


def test_the_postman_delivers_by_himself(tmp_path: Path, ear: Ear) -> None:
    ear.secret = "whsec_of_the_paper"
    with sandbox(tmp_path, post=True) as box:
        box.pull("endpoint", url=ear.url, secret=ear.secret)
        box.client.v1.customers.create({"email": "ada@example.org"})
        until = time.monotonic() + 20
        while not ear.heard and time.monotonic() < until:
            time.sleep(0.05)
    assert [event.type for event in ear.events()] == ["customer.created"]
