"""The gateway's bell: who may ring it, what is kept of a ring, and what comes of it whatever happens meanwhile."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.membership import operations, queries, tasks
from broadsheet.membership.gateways import hooks
from broadsheet.membership.gateways.memory import SECRET, MemoryGateway
from broadsheet.membership.gateways.stripe import StripeGateway
from broadsheet.membership.models import Mail, WebhookEvent
from broadsheet.membership.operations import inbox
from broadsheet.membership.ports import Event, SignatureError
from tests.apps.membership.killing import killed_everywhere
from tests.apps.membership.schedules import killed_at, wrong_in
from tests.apps.membership.stage import DAY, HOUR, Stage

URL = "/hooks/stripe/"


def event(stage: Stage, kind: str = "customer.subscription.updated", **values: Any) -> dict[str, Any]:
    thing = {"object": "subscription", "id": "sub_1", "customer": "cus_1"}
    return {
        "id": "evt_1", "object": "event", "type": kind, "created": int(stage.now.timestamp()), "livemode": False,
        "api_version": "2026-10-28.endive", "data": {"object": thing}, **values,
    }  # fmt: skip


def ring(client: Client, body: bytes, header: str | None = None, method: str = "POST") -> int:
    named = {} if header is None else {"HTTP_STRIPE_SIGNATURE": header}
    return client.generic(method, URL, body, content_type="application/json", **named).status_code  # type: ignore[arg-type]


def signed(stage: Stage, body: bytes, shift: int = 0, secret: str = SECRET) -> str:
    return hooks.sign(body, secret, int(stage.now.timestamp()) + shift)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_WH_01_only_a_post_is_heard(client: Client, hooked: Stage, method: str) -> None:
    assert ring(client, b"", method=method) == 405


def test_WH_01_a_body_is_heard_as_it_was_sent_up_to_256_kilobytes(client: Client, hooked: Stage) -> None:
    body = json.dumps(event(hooked), indent=3).encode()
    header = signed(hooked, body)
    assert ring(client, json.dumps(json.loads(body)).encode(), header) == 400, "the same JSON in other bytes"
    assert ring(client, b"x" * 262_145, header) == 413
    assert WebhookEvent.objects.count() == 0
    assert ring(client, body, header) == 200


def test_WH_01_the_bell_needs_no_token_sets_no_cookie_and_leads_nowhere(hooked: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    body = json.dumps(event(hooked)).encode()
    answer = client.post(URL, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signed(hooked, body))
    assert (answer.status_code, dict(answer.cookies), answer.content) == (200, {}, b"")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("shift", "status"), [(-299, 200), (299, 200), (-301, 400), (301, 400), (10 * 365 * 86_400, 400)]
)
def test_WH_02_a_signature_holds_for_five_minutes_both_ways(
    client: Client, hooked: Stage, shift: int, status: int
) -> None:
    body = json.dumps(event(hooked)).encode()
    assert ring(client, body, signed(hooked, body, shift)) == status
    assert WebhookEvent.objects.count() == (status == 200)


def bad(stage: Stage) -> list[tuple[bytes, str | None]]:
    """Bodies and headers that are wrong, each in its own way."""
    good = json.dumps(event(stage)).encode()
    at, sig = signed(stage, good).split(",")
    bodies = [
        b"", b"{", b"[]", b"null", b"1", b'"event"', b"\xff\xfe", b"{}", b'{"object": "v2.core.event", "id": "evt"}',
        json.dumps(event(stage, object="v2.core.event")).encode(), json.dumps(event(stage, id=None)).encode(),
        json.dumps(event(stage, id=7)).encode(), b"[" * 100_000, json.dumps({**event(stage), "type": 3}).encode(),
    ]  # fmt: skip
    headers = [
        None, "", "x", "t=", f"t=,{sig}", f"t=now,{sig}", f"t=1e9,{sig}", f"t=-1,{sig}", f"t=٣,{sig}", f"{at}", sig,
        f"{at},v0={sig[3:]}", f"{at},{at},{sig}", f"{at},v1=", f"{at},v1={'0' * 64}", f"{at},v1=é{sig[4:]}",
        f"{at},v1={sig[3:]}\u2028", f"t={'9' * 400},{sig}", ",".join([at, *["v1=aa"] * 500]), f"{at};{sig}",
    ]  # fmt: skip
    return [(body, signed(stage, body)) for body in bodies] + [(good, header) for header in headers]


def test_WH_03_what_is_no_signed_event_is_refused_and_never_a_fault_of_ours(client: Client, hooked: Stage) -> None:
    tried = bad(hooked)
    assert len(tried) >= 30
    for body, header in tried:
        assert ring(client, body, header) == 400, (body[:60], header)
    assert WebhookEvent.objects.count() == 0


@given(st.binary(max_size=300), st.text(max_size=80) | st.none())
@settings(max_examples=200, deadline=None)
def test_WH_03_no_body_and_no_header_trips_the_check(body: bytes, header: str | None) -> None:
    with pytest.raises(SignatureError):
        MemoryGateway().read_event(body, header or "", MemoryGateway().now)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["id", "type", "created", "livemode", "data", "account", "context"]), values))
@settings(max_examples=300, deadline=None)
def test_WH_03_a_signed_event_may_hold_anything(found: dict[str, Any]) -> None:
    body = json.dumps({**found, "object": "event"}).encode()
    try:
        read = hooks.read(body)
    except SignatureError:
        return
    assert isinstance(read, Event)
    assert all(isinstance(each, str) for each in (read.id, read.kind, read.customer, read.charge, read.object_id))


def test_WH_04_two_secrets_hold_while_one_takes_the_other_s_place(stage: Stage) -> None:
    body = json.dumps(event(stage)).encode()
    till = StripeGateway("sk_test_x", ["whsec_new", "whsec_old"])
    for secret in ("whsec_new", "whsec_old"):
        assert till.read_event(body, signed(stage, body, secret=secret), stage.now).id == "evt_1"
    with pytest.raises(SignatureError):
        till.read_event(body, signed(stage, body, secret="whsec_third"), stage.now)
    with pytest.raises(SignatureError):
        StripeGateway("sk_test_x", [""]).read_event(body, signed(stage, body, secret=""), stage.now)


@pytest.mark.parametrize("wrong", [{"livemode": True}, {"account": "acct_other"}, {"context": "acct_other"}])
def test_WH_05_an_event_of_another_mode_or_account_is_refused_with_an_alarm(
    client: Client, hooked: Stage, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps(event(hooked, **wrong)).encode()
    with caplog.at_level("ERROR", "broadsheet.membership"):
        assert ring(client, body, signed(hooked, body)) == 400
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert WebhookEvent.objects.count() == 0


def test_WH_06_a_ring_is_written_down_and_nothing_else(
    client: Client, hooked: Stage, django_assert_max_num_queries: Any
) -> None:
    body = json.dumps(event(hooked)).encode()
    hooked.till.calls.clear()
    with django_assert_max_num_queries(6):
        assert ring(client, body, signed(hooked, body)) == 200
    assert (hooked.till.calls, mail.outbox) == ([], [])
    row = WebhookEvent.objects.get()
    assert (row.event_id, row.state, row.customer, row.object_id) == ("evt_1", "new", "cus_1", "sub_1")


def test_WH_06_of_a_body_only_what_tells_where_to_look_is_kept(client: Client, hooked: Stage) -> None:
    thing = {"object": "customer", "id": "cus_9", "email": "ann@example.org", "address": {"line1": "1 Road"}}
    body = json.dumps(event(hooked, "customer.updated", data={"object": thing})).encode()
    assert ring(client, body, signed(hooked, body)) == 200
    kept = str([getattr(WebhookEvent.objects.get(), field.attname) for field in WebhookEvent._meta.concrete_fields])
    assert "cus_9" in kept
    assert "ann@" not in kept
    assert "Road" not in kept


def test_WH_07_a_ring_twice_is_a_ring_once(client: Client, hooked: Stage) -> None:
    ann = hooked.reader()
    hooked.join(ann)
    body = json.dumps(event(hooked)).encode()
    for _ in range(3):
        assert ring(client, body, signed(hooked, body)) == 200
        hooked.work()
    assert WebhookEvent.objects.filter(event_id="evt_1").count() == 1
    assert Mail.objects.filter(kind="welcome").count() == 1


def test_WH_07_a_worker_killed_at_any_statement_loses_no_effect_and_makes_none_twice(stage: Stage) -> None:
    ann = stage.reader()
    stage.till.pay(stage.checkout(ann, trial=0).id, stage.card(ann))
    stage.deliver()
    killed = 0
    for statement in range(1, 120):
        before = WebhookEvent.objects.filter(state="new").count()
        with killed_at(statement):
            operations.drain(gateway=stage.till, now=stage.now)
        after = WebhookEvent.objects.filter(state="new").count()
        full = stage.access(ann).full
        assert full or after == before, "an event that is done has left its effect"
        killed += after > 0
        if not after:
            break
    assert killed > 25, "it was killed at many statements"
    assert stage.access(ann).full
    assert stage.divergent() == []
    assert Mail.objects.filter(kind="receipt").count() == 1


@pytest.mark.parametrize("seed", [*range(12), 65])
def test_WH_08_whatever_the_weather_our_rows_say_in_the_end_what_the_gateway_says(db: None, seed: int) -> None:
    assert wrong_in(seed) == []


def test_WH_08_the_weather_is_bad_enough_to_notice_a_loop_that_is_missing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "list_events", lambda **_: None)
    assert any(wrong_in(seed) for seed in range(60)), "in one of fifteen the list is what saves it"


def test_WH_07_killing_notices_a_worker_that_marks_an_event_before_its_effect(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = inbox._process

    def careless(gateway: Any, event_: WebhookEvent, now: Any) -> None:
        WebhookEvent.objects.filter(pk=event_.pk).update(state="done")
        process(gateway, event_, now)

    sync = inbox.sync_customer
    monkeypatch.setattr(inbox, "_process", careless)
    monkeypatch.setattr(inbox, "sync_customer", lambda **named: sync(**{**named, "before": None}))
    assert [each for each in killed_everywhere(step=5) if "runs on" in each] != []


@pytest.mark.parametrize(
    "kind", ["account.updated", "a.kind.of.tomorrow", "customer.subscription.reincarnated", "", "payout.paid"]
)
def test_WH_09_an_event_of_an_unknown_kind_is_kept_and_harms_nothing(stage: Stage, kind: str) -> None:
    found = Event("evt_x", kind or "x", stage.now, False, "thing", "x_1", "cus_unknown")
    operations.receive(event=found, now=stage.now)
    operations.drain(gateway=stage.till, now=stage.now)
    row = WebhookEvent.objects.get()
    assert row.state == "ignored"
    assert row.reason in {"unknown kind", "unknown customer"}


def test_WH_09_a_status_that_is_new_is_kept_and_the_last_one_counts_until_the_period_is_over(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.till.change(subscription, status="hibernating")
    stage.work()
    row = stage.row(subscription)
    assert (row.status, row.last_known, stage.access(ann).full) == ("hibernating", "active", True)
    assert not queries.access_of(ann.user_id, row.period_end + timedelta(hours=72)).full  # type: ignore[operator]


def test_WH_10_what_is_nobody_s_or_not_ours_is_ignored_with_its_reason(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    customer = stage.till.subscriptions[subscription].customer
    stage.deliver()
    stage.work()
    for number, (kind, who, charge, why) in enumerate(
        [("customer.updated", "cus_unknown", "", "unknown customer"), ("charge.refunded", "", "ch_unknown", "nobody's")]
    ):
        found = Event(f"evt_{number}_x", kind, stage.now, False, "thing", "x", who, charge)
        operations.receive(event=found, now=stage.now)
        operations.drain(gateway=stage.till, now=stage.now)
        assert WebhookEvent.objects.get(event_id=found.id).reason == why
    from dataclasses import replace

    other = replace(stage.till.subscriptions[subscription], id="sub_shop", price="price_of_another_shop")
    stage.till.subscriptions["sub_shop"] = other
    operations.sync_customer(gateway=stage.till, customer=customer, now=stage.now)
    assert len(queries.membership_of(ann.user_id, stage.now).contracts) == 1
    assert stage.row(subscription).status == "active", "a subscription to something else is no second membership"


def test_WH_10_in_earnest_what_runs_on_a_test_clock_is_ignored(stage: Stage) -> None:
    from dataclasses import replace

    ann = stage.reader()
    made = stage.checkout(ann, trial=0)
    customer = stage.till.orders[made.id].customer
    stage.till.pay(made.id, stage.card(ann))
    stage.till.livemode = True
    stage.till.customers[customer] = replace(stage.till.customers[customer], livemode=True, test_clock="clock_1")
    assert operations.sync_customer(gateway=stage.till, customer=customer, now=stage.now).why == "on a test clock"
    assert not stage.access(ann).full


def test_WH_11_a_poison_event_is_parked_after_ten_tries_and_may_be_replayed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = stage.reader()
    stage.till.pay(stage.checkout(ann, trial=0).id, stage.card(ann))
    stage.deliver()
    fetch = MemoryGateway.fetch_customer
    monkeypatch.setattr(MemoryGateway, "fetch_customer", lambda *_: 1 / 0)
    tries = []
    for _ in range(14):
        operations.drain(gateway=stage.till, now=stage.now)
        tries.append(max(WebhookEvent.objects.values_list("tries", flat=True)))
        stage.till.advance(stage.now + 7 * HOUR)
    assert max(tries) == 10
    parked = queries.events("parked")
    assert parked
    assert "ZeroDivisionError" in parked[0].error
    assert queries.health().parked_events == len(parked)
    monkeypatch.setattr(MemoryGateway, "fetch_customer", fetch)
    assert operations.replay(pk=parked[0].pk, now=stage.now)
    operations.drain(gateway=stage.till, now=stage.now)
    assert WebhookEvent.objects.get(pk=parked[0].pk).state == "done"
    assert stage.access(ann).full


def test_WH_11_one_poison_event_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, ben = stage.reader(), stage.reader()
    for reader in (ann, ben):
        stage.till.pay(stage.checkout(reader, trial=0).id, stage.card(reader))
    stage.deliver()
    fetch, poison = stage.till.fetch_customer, next(iter(stage.till.customers))
    monkeypatch.setattr(stage.till, "fetch_customer", lambda customer: 1 / 0 if customer == poison else fetch(customer))
    operations.drain(gateway=stage.till, now=stage.now)
    assert (stage.access(ann).full, stage.access(ben).full) == (False, True)


def test_WH_12_after_three_days_without_a_worker_the_state_is_right_and_each_mail_goes_once(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.till.cards[stage.till.subscriptions[subscription].customer].works = False
    stage.pass_time(28 * DAY)
    stage.till.advance(stage.now + 3 * DAY)
    before = len(mail.outbox)
    tasks.work(stage.now, stage.till)
    for _ in range(3):
        stage.deliver()
        tasks.work(stage.now + HOUR, stage.till)
    assert stage.row(subscription).status == "past_due"
    assert len(mail.outbox) - before == 1, [each.subject for each in mail.outbox[before:]]
    assert stage.divergent() == []


def test_WH_12_the_sweep_mends_what_nobody_rang_for_and_counts_it(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.work()
    stage.till.plan_end(subscription)
    stage.till.events.clear()
    stage.seen = 0
    stage.till.advance(stage.now + DAY)
    assert operations.sweep(gateway=stage.till, now=stage.now) == 1
    assert queries.health().drift == 1
    assert stage.row(subscription).cancel_at is not None
    stage.till.advance(stage.now + DAY)
    assert operations.sweep(gateway=stage.till, now=stage.now) == 0
    assert (queries.health().drift, queries.health().drift_total) == (0, 1)


def test_WH_13_the_library_s_objects_are_taken_apart_as_plain_dicts() -> None:
    import stripe

    from broadsheet.membership.gateways.stripe import _plain

    found = stripe.Event.construct_from(
        {"id": "evt", "object": "event", "data": {"object": {"id": "sub", "items": {"data": [{"id": "si"}]}}}},
        "sk_test_x",
    )
    with pytest.raises(AttributeError):
        found.get("id")
    assert _plain(found)["data"]["object"]["items"]["data"][0] == {"id": "si"}
