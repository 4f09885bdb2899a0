"""What the desk does for a reader: each act by its form, with who did it, and once however often it is sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as outbox

from broadsheet.membership.models import (
    Cancellation,
    DeskEntry,
    Grant,
    Invoice,
    Mail,
    PendingOperation,
    WebhookEvent,
)
from broadsheet.membership.operations import Reader
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.rules.standing import Reason
from broadsheet.paywall.queries import lost_passes
from tests.apps.membership.stage import Stage
from tests.paper import Answer, Desk


def address(reader: Reader, name: str, target: Any = "") -> str:
    return f"/admin/members/readers/{reader.user_id}/do/{name}/" + (f"?target={target}" if target else "")


def act(desk: Desk, where: str, **fields: Any) -> Answer:
    """Open the form, send it back filled in, and send the very same once more."""
    page = desk.get(where)
    assert page.status_code == 200, page
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert token
    first = desk.post(where, {"token": token[1], **fields})
    before = DeskEntry.objects.count()
    second = desk.post(where, {"token": token[1], **fields})
    assert DeskEntry.objects.count() == before
    if first.status == 200 and "_again" not in fields:
        assert second.status in {200, 404, 409}
    return first


def paid(stage: Stage, interval: str = "month") -> tuple[Reader, str]:
    reader = stage.reader()
    subscription = stage.join(reader, interval, trial=0)
    stage.work()
    return reader, subscription


def last(kind: str) -> DeskEntry:
    entry = DeskEntry.objects.get(kind=kind)
    assert entry.by_name == "mira"
    assert entry.by is not None
    return entry


def test_a_note_is_kept_once_with_its_writer(desk: Desk, stage: Stage):
    reader = stage.reader()
    answer = act(desk, address(reader, "note"), text="Called <b>twice</b>")
    assert "The note is kept." in answer.text
    assert last("note").details == {"text": "Called <b>twice</b>"}
    assert "Called &lt;b&gt;twice" in answer.html


def test_a_form_that_is_sent_twice_says_so(desk: Desk, stage: Stage):
    where = address(stage.reader(), "note")
    for words in ("The note is kept.", "Nothing was done twice."):
        answer = desk.post(where, {"token": "7f3f7c52-8f0b-4d70-9f3c-2b1ad1b5a001", "text": "x"})
        assert words in answer.text
    assert DeskEntry.objects.count() == 1


def test_access_is_given_until_midnight_and_then_over(desk: Desk, stage: Stage):
    reader = stage.reader()
    day = (stage.now + timedelta(days=10)).date()
    answer = act(desk, address(reader, "give"), tier="full", until=day.isoformat(), reason="An award")
    assert "Access is given." in answer.text
    assert "Reads as a member: access was given." in answer.text
    assert Grant.objects.get().by == desk.user
    assert last("given").details["reason"] == "An award"
    assert stage.access(reader).reason is Reason.GRANT
    stage.pass_time(timedelta(days=11))
    assert not stage.access(reader).full


@pytest.mark.parametrize("day", ["2020-01-01", "no day", ""])
def test_access_is_not_given_to_a_day_that_is_over(desk: Desk, stage: Stage, day: str):
    reader = stage.reader()
    answer = desk.post(address(reader, "give"), {"token": "7f3f7c52-8f0b-4d70-9f3c-2b1ad1b5a002", "tier": "full",
                                                "until": day, "reason": "x"})  # fmt: skip
    assert answer.status == 200
    assert "error" in answer.html
    assert not Grant.objects.exists()
    assert not DeskEntry.objects.exists()


def test_a_grant_is_extended_and_taken_back(desk: Desk, stage: Stage):
    reader = stage.reader()
    act(desk, address(reader, "give"), tier="full", until=(stage.now + timedelta(days=5)).date(), reason="x")
    pk = Grant.objects.get().pk
    later = (stage.now + timedelta(days=50)).date()
    assert "It is extended." in act(desk, address(reader, "extend", pk), until=later).text
    assert Grant.objects.get().ends_at.date() == later + timedelta(days=1)
    sooner = act(desk, address(reader, "extend", pk), until=(stage.now + timedelta(days=9)).date())
    assert sooner.status == 409
    assert "must lie ahead, and later than the old one" in sooner.text
    assert "It is taken back." in act(desk, address(reader, "take-back", pk), reason="A mistake").text
    assert not stage.access(reader).full
    assert reader.user_id in lost_passes(stage.now - timedelta(days=1))
    assert last("taken-back").details["reason"] == "A mistake"


def test_nobody_extends_another_readers_grant(desk: Desk, stage: Stage):
    reader, other = stage.reader(), stage.reader()
    act(desk, address(reader, "give"), tier="full", until=(stage.now + timedelta(days=5)).date(), reason="x")
    pk = Grant.objects.get().pk
    assert act(desk, address(other, "take-back", pk), reason="x").status == 409
    assert stage.access(reader).full
    assert desk.get(address(reader, "extend", "1;drop")).status_code == 200
    assert desk.post(address(reader, "extend", "1;drop"), {"token": "7f3f7c52-8f0b-4d70-9f3c-2b1ad1b5a003",
                     "until": (stage.now + timedelta(days=5)).date()}).status == 404  # fmt: skip


def test_a_contract_is_ended_with_its_period(desk: Desk, stage: Stage):
    reader, subscription = paid(stage)
    answer = act(desk, address(reader, "cancel", subscription), reason="Asked by letter")
    assert "It ends with its period." in answer.text
    assert Cancellation.objects.get().reason == "Asked by letter"
    stage.work()
    assert stage.row(subscription).cancel_at_period_end or stage.row(subscription).cancel_at
    assert stage.access(reader).full
    assert last("cancelled").details["subscription"] == subscription
    stage.pass_time(timedelta(days=40))
    assert not stage.access(reader).full


def test_a_contract_is_ended_now(desk: Desk, stage: Stage):
    reader, subscription = paid(stage)
    assert "It is ended." in act(desk, address(reader, "end", subscription), reason="Died").text
    stage.work()
    assert not stage.access(reader).full
    assert last("ended").details["reason"] == "Died"
    again = desk.get(f"/admin/members/readers/{reader.user_id}/").content.decode()
    assert "/do/end/" not in again


def test_another_readers_contract_cannot_be_ended_from_this_page(desk: Desk, stage: Stage):
    reader, _ = paid(stage)
    _other, theirs = paid(stage)
    assert act(desk, address(reader, "end", theirs), reason="x").status == 409
    assert not PendingOperation.objects.filter(op="end").exists()
    assert not DeskEntry.objects.exists()


def test_a_part_goes_back_and_then_the_rest(desk: Desk, stage: Stage):
    reader, _ = paid(stage)
    invoice = Invoice.objects.get().gateway_id
    where = address(reader, "refund", invoice)
    assert "2.90" in desk.get(where).content.decode()
    assert "on its way back" in act(desk, where, amount="1.00", reason="A broken edition").text
    assert PendingOperation.objects.filter(op="refund").count() == 1
    blocked = act(desk, where, amount="1.90", reason="More")
    assert blocked.status == 409
    assert "under way already" in blocked.text
    stage.work()
    assert Invoice.objects.get().refunded_minor == 100
    assert stage.access(reader).full
    for too_much in ("1.91", "0.001", "-1", "x", "1e9"):
        refused = act(desk, where, amount=too_much, reason="x")
        assert refused.status == 200, too_much
        assert "error" in refused.html, too_much
    act(desk, where, amount="1.90", reason="The rest")
    stage.work()
    assert stage.charged() == 0
    assert not stage.access(reader).full
    assert DeskEntry.objects.filter(kind="refunded").count() == 2
    assert desk.get(where).status_code == 200
    assert act(desk, where, amount="0.01", reason="x").status in {200, 409}
    assert stage.charged() == 0


def test_money_is_given_back_by_those_who_may_only(stage: Stage):
    from django.contrib.auth.models import Group, Permission

    from tests.apps.membership.desk.conftest import staff

    names = ["access_admin", "view_customer", "change_customer"]
    Group.objects.create(name="Juniors").permissions.set(Permission.objects.filter(codename__in=names))
    junior = staff("jo@example.org", "Juniors")
    reader, _ = paid(stage)
    where = address(reader, "refund", Invoice.objects.get().gateway_id)
    assert junior.get(where).status_code == 403
    assert junior.client.post(where, {}).status_code == 403
    assert "/do/refund/" not in junior.get(f"/admin/members/readers/{reader.user_id}/").content.decode()
    assert "/do/end/" in junior.get(f"/admin/members/readers/{reader.user_id}/").content.decode()


def test_a_mail_is_sent_again_once_to_the_address_of_today(desk: Desk, stage: Stage):
    from django.contrib.auth import get_user_model

    reader, _ = paid(stage)
    sent = Mail.objects.get(kind="receipt")
    get_user_model().objects.filter(pk=reader.user_id).update(email="moved@example.org")
    outbox.outbox.clear()
    assert "The mail is in the outbox." in act(desk, address(reader, "send-again", sent.pk)).text
    stage.work()
    assert [message.to for message in outbox.outbox] == [["moved@example.org"]]
    assert "2.90" in outbox.outbox[0].body
    assert Mail.objects.filter(kind="receipt", state=Mail.SENT).count() == 2
    waiting = Mail.objects.create(
        kind="welcome", subject="x", user_id=reader.user_id, due_at=stage.now, made_at=stage.now
    )
    assert act(desk, address(reader, "send-again", waiting.pk)).status == 409


def test_a_parked_event_is_taken_up_again(desk: Desk, stage: Stage):
    reader, subscription = paid(stage)
    event = WebhookEvent.objects.filter(customer=stage.row(subscription).customer.gateway_id).first()
    WebhookEvent.objects.filter(pk=event.pk).update(state=WebhookEvent.PARKED, error="It was poison")
    story = desk.get(f"/admin/members/readers/{reader.user_id}/").content.decode()
    assert "/admin/members/do/replay/" in story
    where = f"/admin/members/do/replay/?target={event.pk}&back=reader"
    answer = act(desk, where)
    assert "The event is taken up again." in answer.text
    assert answer.response.redirect_chain[-1][0] == f"/admin/members/readers/{reader.user_id}/"
    stage.work()
    event.refresh_from_db()
    assert event.state == WebhookEvent.DONE
    assert last("replayed").user_id == reader.user_id
    assert act(desk, where).status == 409


def test_what_the_gateway_refused_is_tried_again(desk: Desk, stage: Stage):
    reader, subscription = paid(stage)
    row = PendingOperation.objects.create(
        op="cancel", key="k", subject=subscription, customer=stage.row(subscription).customer.gateway_id,
        user_id=reader.user_id, state=PendingOperation.FAILED, error="No", next_try=stage.now, made_at=stage.now,
    )  # fmt: skip
    assert "The gateway is asked again." in act(desk, f"/admin/members/do/try-again/?target={row.pk}").text
    stage.work()
    row.refresh_from_db()
    assert row.state == PendingOperation.DONE
    assert last("tried-again")


def test_facts_are_fetched_and_a_silent_gateway_is_told(desk: Desk, stage: Stage, monkeypatch: pytest.MonkeyPatch):
    reader, _ = paid(stage)
    where = f"/admin/members/readers/{reader.user_id}/look/"
    assert "Fetched. 0 rows have changed." in desk.post(where).text
    assert desk.get(where).status_code == 405

    def silent(customer: str) -> None:
        raise GatewayError("no answer", retryable=True)

    monkeypatch.setattr(stage.till, "fetch_customer", silent)
    assert "The gateway did not answer: no answer" in desk.post(where).text
