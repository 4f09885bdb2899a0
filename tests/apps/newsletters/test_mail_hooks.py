"""Webhooks of mail services: believed only if signed, applied once, in any order."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json

import pytest
from django.core.checks import run_checks

from broadsheet.newsletters.keys import leave_local, message_id, verp
from broadsheet.newsletters.models import DomainPause, MailEvent, Subscription, Suppression
from tests.apps.newsletters.posting import delivery, newsletter, reader, report
from tests.shared import shared

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]
SECRET, KEY = "mailservice:a-long-password-of-ours", "key-of-mailgun-to-sign-with"


@pytest.fixture(autouse=True)
def heard(settings) -> None:
    settings.NEWSLETTER_HOOKS = ["postmark", "mailgun"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET], "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def sent():
    """A delivery to a reader, and its list."""
    letter = newsletter()
    return delivery(reader("john@example.com", letter), letter)


def post(client, esp: str, payload: dict, *, secret: str | None = SECRET, path: str = ""):
    auth = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    return client.post(f"/hooks/mail/{esp}/{path}", json.dumps(payload), content_type="application/json", **auth)


def payload(*names: str) -> dict:
    return json.loads(shared("email", "esp", *names).read_text(encoding="utf-8"))


def of(row, name: str, **more) -> dict:
    """A payload of Postmark's, about this delivery."""
    return payload("postmark", name) | {"Metadata": {"delivery": str(row.pk)}} | more


def by_mailgun(row, name: str, address: str = "john@example.com", **data) -> dict:
    """A payload of Mailgun's, about this delivery, signed."""
    found = copy.deepcopy(payload("mailgun", name))
    found["event-data"] |= {"recipient": address, "user-variables": {"delivery": str(row.pk)}} | data
    sign = found["signature"]
    sign["signature"] = hmac.new(
        KEY.encode(), f"{sign['timestamp']}{sign['token']}".encode(), hashlib.sha256
    ).hexdigest()
    return found


@pytest.mark.parametrize("secret", [None, "mailservice:guessed-by-somebody", ""])
def test_NL_20_a_webhook_without_the_secret_does_nothing(client, sent, secret) -> None:
    assert post(client, "postmark", of(sent, "bounce.json"), secret=secret).status_code == 400
    assert not MailEvent.objects.exists()


def test_NL_20_a_webhook_with_a_wrong_signature_does_nothing(client, sent) -> None:
    forged = by_mailgun(sent, "permanent_failure.json")
    forged["signature"]["signature"] = "0" * 64
    assert post(client, "mailgun", forged).status_code == 400
    assert not Suppression.objects.exists()


def test_nobody_is_heard_without_a_secret_and_the_check_says_so(client, sent, settings) -> None:
    for kept in ({}, {"WEBHOOK_SECRET": []}, {"WEBHOOK_SECRET": ["short:one"]}):
        settings.ANYMAIL = kept
        assert post(client, "postmark", of(sent, "bounce.json")).status_code == 404
        assert [each.id for each in run_checks() if each.id == "broadsheet.E003"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}
    said = [each.msg for each in run_checks() if each.id == "broadsheet.E003"]
    assert len(said) == 1
    assert "MAILGUN_WEBHOOK_SIGNING_KEY" in said[0]
    assert post(client, "mailgun", by_mailgun(sent, "permanent_failure.json")).status_code == 404


def test_services_that_are_not_named_are_not_heard(client, sent) -> None:
    assert post(client, "sendgrid", {}).status_code == 404
    assert post(client, "nobody", {}).status_code == 404
    assert client.get("/hooks/mail/postmark/").status_code == 405


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"RecordType": 5}', "\0", '{"event-data": null}'])
@pytest.mark.parametrize("esp", ["postmark", "mailgun"])
def test_what_is_no_event_is_refused_and_breaks_nothing(client, esp, body) -> None:
    auth = "Basic " + base64.b64encode(SECRET.encode()).decode()
    answer = client.post(f"/hooks/mail/{esp}/", body, content_type="application/json", HTTP_AUTHORIZATION=auth)
    assert answer.status_code in {200, 400}
    assert not MailEvent.objects.exists()


@pytest.mark.parametrize("name", ["bounce", "delivery", "link_click", "open", "spam_complaint", "subscription_change"])
def test_every_payload_of_postmark_is_accepted(client, name) -> None:
    assert post(client, "postmark", payload("postmark", f"{name}.json")).status_code == 200
    assert not Suppression.objects.exists()  # of nobody we know


@pytest.mark.parametrize(
    "name",
    ["accepted", "clicks", "delivered_messages", "opens", "permanent_failure", "permanent_failure_no_description",
     "spam_complaints", "suppression_failure", "temporary_failure", "unsubscribes"],
)  # fmt: skip
def test_every_payload_of_mailgun_is_accepted(client, sent, name) -> None:
    assert post(client, "mailgun", by_mailgun(sent, f"{name}.json", address="alice@example.com")).status_code == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("name", ["permanent_failure", "permanent_failure_no_description", "suppression_failure"])
def test_a_hard_bounce_that_a_service_vouches_for_ends_all_mail_at_once(client, sent, name) -> None:
    assert post(client, "mailgun", by_mailgun(sent, f"{name}.json")).status_code == 200
    row = Suppression.objects.get()
    assert (row.scope, row.why, row.source) == ("all", "hard_bounce", "mailgun")


def test_a_temporary_failure_and_a_delivery_suppress_nobody(client, sent) -> None:
    post(client, "mailgun", by_mailgun(sent, "temporary_failure.json"))
    post(client, "mailgun", by_mailgun(sent, "delivered_messages.json"))
    assert not Suppression.objects.exists()
    sent.refresh_from_db()
    assert sent.outcome == "delivered"


def test_NL_21_the_same_event_a_hundred_times_is_one(client, sent) -> None:
    for _ in range(100):
        assert post(client, "postmark", of(sent, "bounce.json", Type="SoftBounce", ID=7)).status_code == 200
    assert MailEvent.objects.count() == 1


def test_the_order_of_events_makes_no_difference(client, sent) -> None:
    post(client, "postmark", of(sent, "bounce.json"))
    post(client, "postmark", of(sent, "delivery.json"))
    sent.refresh_from_db()
    assert sent.outcome == "bounced"
    post(client, "postmark", of(sent, "spam_complaint.json"))
    post(client, "postmark", of(sent, "bounce.json", ID=99))
    sent.refresh_from_db()
    assert sent.outcome == "complained"


def test_an_event_of_another_mailbox_than_the_deliverys_is_ignored(client, sent) -> None:
    post(client, "postmark", of(sent, "bounce.json", Email="somebody@example.com"))
    assert not Suppression.objects.exists()


def test_a_mail_is_known_by_its_message_id_where_the_mark_was_lost(client, sent) -> None:
    mark = message_id(sent.issue.key, sent.subscriber.key, "paper.example")
    post(client, "postmark", of(sent, "bounce.json", Metadata={}, MessageID=mark))
    assert Suppression.objects.get().why == "hard_bounce"


def test_a_complaint_to_the_service_leaves_the_list_and_keeps_codes_coming(client, sent) -> None:
    post(client, "postmark", of(sent, "spam_complaint.json"))
    assert Subscription.objects.get().left_by == "complaint"
    assert Suppression.objects.get().scope == "bulk"


def test_leaving_at_the_service_leaves_the_list_only(client, sent) -> None:
    post(client, "mailgun", by_mailgun(sent, "unsubscribes.json"))
    assert Subscription.objects.get().state == Subscription.State.LEFT
    assert not Suppression.objects.exists()


def test_NL_22_a_policy_refusal_told_by_a_service_pauses_the_domain(client, sent) -> None:
    post(client, "postmark", of(sent, "bounce.json", Type="DMARCPolicy"))
    assert DomainPause.objects.get().domain == "example.com"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("name", ["postmark-inbound-test-payload.json", "postmark-inbound-test-payload-with-raw.json"])
def test_mails_that_a_service_takes_in_are_read(client, name) -> None:
    assert post(client, "postmark", payload(name), path="inbound/").status_code == 200


def test_a_mail_that_a_service_takes_in_leaves_a_list(client, sent) -> None:
    token = bytes(Subscription.objects.get().token)
    found = payload("postmark-inbound-test-payload.json") | {"OriginalRecipient": f"{leave_local(token)}@paper.example"}
    assert post(client, "postmark", found, path="inbound/").status_code == 200
    assert Subscription.objects.get().left_by == "mail"


def test_a_bounce_that_a_service_takes_in_counts(client, sent) -> None:
    sealed = f"{verp(sent.pk)}@bounces.paper.example"
    raw = report(sealed, "5.1.1", "550 5.1.1 user unknown").decode()
    found = payload("postmark-inbound-test-payload-with-raw.json") | {"RawEmail": raw, "OriginalRecipient": sealed}
    assert post(client, "postmark", found, path="inbound/").status_code == 200
    assert MailEvent.objects.get().effect == "counted"
