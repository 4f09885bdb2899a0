"""Mails, and what is to be done at the gateway: each once, and none held up by another."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from broadsheet.membership import letters, mails, operations, queries
from broadsheet.membership.models import Customer, Mail, PendingOperation
from broadsheet.membership.operations import Form
from broadsheet.membership.ports import GatewayError
from tests.apps.membership.stage import DAY, HOUR, Stage

pytestmark = pytest.mark.django_db


def letter(word: str) -> Any:
    (found,) = [each for each in mail.outbox if word in each.subject]
    return found


def test_every_kind_of_mail_that_is_posted_has_its_words() -> None:
    from pathlib import Path

    import broadsheet.membership as room
    from broadsheet.membership.rules.reminders import Kind

    folder = Path(next(iter(room.__path__)))
    posted = {kind for path in folder.rglob("*.py") for kind in re.findall(r'kind="(\w+)", subject=', path.read_text())}
    posted |= {kind.value for kind in Kind} | {"welcome", "declared", "cancelled", "withdrawn"}
    assert len(posted) > 15
    assert posted <= set(letters.LETTERS)


def test_a_mail_has_text_and_html_its_reader_s_language_and_one_name(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    Mail.objects.filter(kind="receipt").update(locale="ar")
    stage.work()
    found = letter("إيصالك")
    (html,) = [content for content, kind in found.alternatives if kind == "text/html"]
    assert 'dir="rtl"' in html
    assert "شكرًا لك. استلمنا" in found.body
    assert "http" in found.body
    assert "/ar/membership/cancel/" in found.body
    assert found.extra_headers["Message-ID"].startswith("<")
    assert Mail.objects.filter(subject=subscription, state="sent", to="").count() == 2


def test_no_letter_speaks_english_to_a_reader_of_arabic(stage: Stage) -> None:
    """Every letter that the first year of a membership brings, with what is declared in it."""
    ann = stage.reader("ann@example.org")
    Customer.objects.create(user_id=ann.user_id, email=ann.email, locale="ar", made_at=stage.now)
    stage.join(ann)
    stage.pass_time(31 * DAY)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    operations.resume(user_id=ann.user_id, now=stage.now)
    operations.declare_by_form(form=Form("withdrawal", ann.email, locale="ar"), now=stage.now)
    stage.pass_time(2 * DAY)
    assert len(mail.outbox) >= 9
    for sent in mail.outbox:
        words = re.sub(r"https?://\S+|\S+@\S+|[\w-]*\d[\w-]*|US\$|Ann?|UTC|Member|visa", "", sent.subject + sent.body)
        assert not re.findall(r"[A-Za-z]{2,}", words.replace(settings.WAGTAIL_SITE_NAME, "")), sent.body
        assert re.search(r"[\u0600-\u06ff]", sent.subject)


def test_a_mail_server_that_is_away_gets_the_mail_later_and_only_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    monkeypatch.setattr(
        mails.EmailMultiAlternatives, "send", lambda _: (_ for _ in ()).throw(ConnectionRefusedError("away"))
    )
    assert mails.send_due(now=stage.now) == 0
    assert set(Mail.objects.values_list("state", flat=True)) == {"waiting"}
    monkeypatch.undo()
    assert mails.send_due(now=stage.now) == 0, "not at once again"
    assert mails.send_due(now=stage.now + HOUR) == 2
    assert mails.send_due(now=stage.now + 2 * HOUR) == 0
    assert len(mail.outbox) == 2


def test_a_mail_in_doubt_is_sent_again_under_the_same_name_only_where_the_law_wants_it(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    Mail.objects.update(state="sending", claimed_at=stage.now)
    later = stage.now + timedelta(minutes=16)
    assert mails.send_due(now=later) == 1
    assert Mail.objects.get(kind="cancelled").state == "sent"
    assert set(Mail.objects.exclude(kind="cancelled").values_list("state", flat=True)) == {"failed"}


def test_a_mail_that_cannot_be_made_holds_up_no_other(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    Mail.objects.create(
        kind="no_such_kind", subject="x", user_id=ann.user_id, due_at=stage.now - DAY, made_at=stage.now
    )
    assert mails.send_due(now=stage.now) == 3
    assert Mail.objects.get(kind="no_such_kind").state == "failed"


def test_an_operation_that_cannot_be_carried_out_holds_up_no_other_and_is_left_to_the_desk(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    broken = PendingOperation.objects.create(
        op="switch", key="no price", subject="sub_x", next_try=stage.now, made_at=stage.now
    )
    operations.cancel(user_id=ann.user_id, now=stage.now)
    assert operations.push_pending(gateway=stage.till, now=stage.now) == 1
    assert stage.row(subscription).cancel_at_period_end
    broken.refresh_from_db()
    assert (broken.state, queries.health().failed_operations) == ("failed", 1)
    assert operations.try_again(pk=broken.pk, now=stage.now)


def test_BL_18_a_refund_gives_what_is_left_by_the_time_it_is_carried_out(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    (invoice,) = stage.till.invoices
    operations.withdraw(user_id=ann.user_id, now=stage.now)
    stage.till.give_back(invoice, 100)
    stage.work()
    assert stage.charged() == 0
    assert not PendingOperation.objects.exclude(state="done").exists()


def test_a_step_that_fails_stops_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from broadsheet.membership import tasks

    ann = stage.reader()
    stage.join(ann, trial=0)
    monkeypatch.setattr(tasks, "drain", lambda **_: 1 / 0)
    monkeypatch.setattr(tasks, "push_pending", lambda **_: (_ for _ in ()).throw(GatewayError("away", retryable=True)))
    tasks.work(stage.now, stage.till)
    assert len(mail.outbox) == 2
    assert timezone.is_aware(stage.now)
