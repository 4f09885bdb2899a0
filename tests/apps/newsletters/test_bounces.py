"""What bounces and complaints do, and what they must never do: rows NL-20 to NL-25."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from broadsheet.newsletters.keys import address_key, leave_local, verp
from broadsheet.newsletters.models import Alert, DomainPause, Mailbox, MailEvent, Subscription, Suppression
from broadsheet.newsletters.operations import alerting, asking
from broadsheet.newsletters.operations.bounces import forget
from broadsheet.newsletters.operations.intake import take
from broadsheet.newsletters.operations.suppressing import lift, suppress_address
from broadsheet.newsletters.queries.suppressed import ALL, BULK, gone, suppressed
from tests.apps.newsletters.posting import NOW, complaint, delivery, newsletter, reader, report

pytestmark = pytest.mark.django_db
UNKNOWN = ("5.1.1", "550 5.1.1 <reader@mail.example>: user unknown")
FULL = ("4.2.2", "452 4.2.2 The mailbox is full")


def bounced(row, status_and_said=UNKNOWN, now=NOW, **kwargs):
    sealed = f"{verp(row.pk)}@bounces.paper.example"
    return take(raw=report(sealed, *status_and_said, **kwargs), now=now)


def test_NL_20_a_forged_bounce_or_complaint_does_nothing() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    row = delivery(to, letter)
    good = verp(row.pk)
    forged = [
        f"{good[:-1]}{'a' if good[-1] != 'a' else 'b'}@bounces.paper.example", "b-1@bounces.paper.example",
        "news@paper.example", f"b-{row.pk}@bounces.paper.example", "reader@mail.example",
    ]  # fmt: skip
    for address in forged:
        for raw in (report(address, *UNKNOWN), complaint(address)):
            assert take(raw=raw, now=NOW).effect == "not ours"
    assert not Suppression.objects.exists()
    assert not Mailbox.objects.exists()
    assert not MailEvent.objects.exists()
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_NL_20_a_readers_own_words_are_no_bounce() -> None:
    letter = newsletter()
    row = delivery(reader("reader@mail.example", letter), letter)
    raw = f"From: reader@mail.example\r\nTo: {verp(row.pk)}@p.example\r\nSubject: Re: News\r\n\r\nuser unknown 550 5.1.1".encode()
    assert take(raw=raw, now=NOW).kind == "other"
    assert not Mailbox.objects.exists()


def test_NL_21_the_same_bounce_a_hundred_times_counts_once() -> None:
    letter = newsletter()
    row = delivery(reader("reader@mail.example", letter), letter)
    effects = [bounced(row, now=NOW + timedelta(hours=hour)).effect for hour in range(100)]
    assert effects == ["counted"] + ["known"] * 99
    assert MailEvent.objects.count() == 1
    assert Mailbox.objects.get().hard == 1
    assert not Suppression.objects.exists()


def test_NL_22_a_domain_that_refuses_us_is_paused_and_costs_no_reader_a_list() -> None:
    letter = newsletter()
    rows = [delivery(reader(f"reader{n}@mail.example", letter), letter) for n in range(100)]
    for row in rows:
        said = ("5.7.26", "550 5.7.26 This mail is unauthenticated: DMARC policy of paper.example")
        assert bounced(row, said).effect == "paused"
    assert not Suppression.objects.exists()
    assert not Mailbox.objects.exists()
    pause = DomainPause.objects.get()
    assert (pause.domain, pause.why, pause.refusals) == ("mail.example", "policy", 1)
    assert pause.until > NOW
    assert Alert.objects.get().refusals == 100


def test_NL_22_the_staff_is_told_once_within_a_minute(django_user_model) -> None:
    django_user_model.objects.create_superuser(email="chief@paper.example", password="x")
    letter = newsletter()
    for n in range(3):
        bounced(delivery(reader(f"r{n}@mail.example", letter), letter), ("5.7.1", "554 5.7.1 blocked using spamhaus"))
    alerting.send_due(now=NOW + timedelta(seconds=20))
    alerting.send_due(now=NOW + timedelta(seconds=40))
    assert [each.to for each in mail.outbox] == [["chief@paper.example"]]
    assert "mail.example refuses" in mail.outbox[0].subject
    assert "spamhaus" in mail.outbox[0].body


def test_NL_22_one_mail_refused_as_spam_does_not_pause_a_domain_and_five_do() -> None:
    letter = newsletter()
    rows = [delivery(reader(f"r{n}@mail.example", letter), letter) for n in range(5)]
    effects = [bounced(row, ("5.7.0", "554 5.7.0 This looks like spam")).effect for row in rows]
    assert effects == ["counted"] * 4 + ["paused"]
    assert not Suppression.objects.exists()


def test_a_domain_that_asks_for_fewer_is_only_slowed() -> None:
    letter = newsletter()
    row = delivery(reader("r@mail.example", letter), letter)
    assert bounced(row, ("4.7.28", "421 4.7.28 Our system has detected an unusual rate of mail")).effect == "slowed"
    assert DomainPause.objects.get().why == "slow_down"
    assert not Alert.objects.exists()


def test_two_hard_bounces_by_mail_end_all_mail_to_a_mailbox() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    assert bounced(delivery(to, letter)).effect == "counted"
    assert not suppressed("reader@mail.example")
    assert bounced(delivery(to, letter), now=NOW + timedelta(days=1)).effect == "gone"
    assert suppressed("reader@mail.example")
    assert suppressed("Reader@MAIL.example", ALL)
    assert gone(["reader@mail.example", "other@mail.example"]) == {"reader@mail.example"}


def test_a_delay_and_an_automatic_answer_count_for_nothing() -> None:
    letter = newsletter()
    row = delivery(reader("reader@mail.example", letter), letter)
    assert bounced(row, FULL, action="delayed").effect == "nothing"
    away = f"From: reader@mail.example\r\nTo: {verp(row.pk)}@p.example\r\nAuto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nundeliverable".encode()
    assert take(raw=away, now=NOW).kind == "auto_reply"
    assert not Mailbox.objects.exists()


def test_a_full_mailbox_is_asked_first_and_given_up_only_if_it_goes_on() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    effects = [bounced(delivery(to, letter), FULL, now=NOW + timedelta(days=day)).effect for day in range(5)]
    assert effects == ["counted"] * 4 + ["asked"]
    assert asking.send_due(now=NOW) == 1
    assert asking.send_due(now=NOW) == 0
    assert mail.outbox[0].to == ["reader@mail.example"]
    assert not suppressed("reader@mail.example")
    assert bounced(delivery(to, letter), FULL, now=NOW + timedelta(days=5)).effect == "counted"
    assert bounced(delivery(to, letter), FULL, now=NOW + timedelta(days=8)).effect == "suppressed"
    assert suppressed("reader@mail.example", BULK)
    assert not suppressed("reader@mail.example", ALL)
    assert not Mailbox.objects.exists()  # let in again, it begins anew


def test_old_events_are_let_go_of() -> None:
    letter = newsletter()
    bounced(delivery(reader("reader@mail.example", letter), letter))
    assert forget(now=NOW + timedelta(days=100)) == 0
    assert forget(now=NOW + timedelta(days=121)) == 1


def test_a_mailbox_that_was_full_for_a_holiday_stays() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    for day in range(4):
        bounced(delivery(to, letter), FULL, now=NOW + timedelta(days=day))
    bounced(delivery(to, letter), FULL, now=NOW + timedelta(days=60))
    assert Mailbox.objects.get().score == 1


def test_a_complaint_ends_that_list_at_once_and_all_newsletters_but_no_code() -> None:
    one, other = newsletter(), newsletter()
    to = reader("reader@mail.example", one, other)
    row = delivery(to, one)
    assert take(raw=complaint(f"{verp(row.pk)}@bounces.paper.example"), now=NOW).effect == "left"
    left = Subscription.objects.get(newsletter=one)
    assert (left.state, left.left_by) == (Subscription.State.LEFT, "complaint")
    assert Subscription.objects.get(newsletter=other).state == Subscription.State.ACTIVE
    assert suppressed("reader@mail.example", BULK)
    assert not suppressed("reader@mail.example", ALL)
    row.refresh_from_db()
    assert row.outcome == "complained"


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_feedback_that_complains_of_nothing_takes_nobody_off(kind: str) -> None:
    letter = newsletter()
    row = delivery(reader("reader@mail.example", letter), letter)
    take(raw=complaint(f"{verp(row.pk)}@bounces.paper.example", kind=kind), now=NOW)
    assert not Suppression.objects.exists()
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_a_mail_leaves_a_list_by_its_address() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    token = bytes(Subscription.objects.get(subscriber=to).token)
    raw = f"From: reader@mail.example\r\nTo: {leave_local(token).upper()}@paper.example\r\nSubject: unsubscribe\r\n\r\n".encode()
    assert take(raw=raw, now=NOW).effect == "left"
    assert take(raw=raw, now=NOW).effect == "left"
    assert Subscription.objects.get().left_by == "mail"


def test_NL_23_what_is_suppressed_stays_so_whatever_is_written_over_it() -> None:
    assert suppress_address(address="r@mail.example", scope=ALL, why="hard_bounce", source="mail", now=NOW)
    assert not suppress_address(address="R@mail.example", scope=BULK, why="complaint", source="mail", now=NOW)
    row = Suppression.objects.get()
    assert (row.scope, row.why) == ("all", "hard_bounce")
    reader("r@mail.example", newsletter())  # brought again by an import
    assert suppressed("r@mail.example")
    assert lift(key=address_key("R@mail.example"))
    assert not suppressed("r@mail.example")


def test_NL_24_the_list_holds_no_address_and_outlives_an_erasure() -> None:
    letter = newsletter()
    to = reader("reader@mail.example", letter)
    for day in range(2):
        bounced(delivery(to, letter), now=NOW + timedelta(days=day))
    to.delete()
    row = Suppression.objects.get()
    kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.fields)
    assert "reader" not in kept
    assert bytes(row.address_key) == address_key("reader@mail.example")
    assert suppressed("reader@mail.example", ALL)


def test_NL_25_codes_and_receipts_go_to_whom_only_newsletters_stay_away_from(settings) -> None:
    from django.core.mail import send_mail

    settings.EMAIL_BACKEND = "broadsheet.web.mailing.EmailBackend"
    settings.EMAIL_CARRIER = "django.core.mail.backends.locmem.EmailBackend"
    suppress_address(address="grumpy@mail.example", scope=BULK, why="complaint", source="mail", now=NOW)
    suppress_address(address="gone@mail.example", scope=ALL, why="hard_bounce", source="mail", now=NOW)
    assert send_mail("Code", "1", None, ["Grumpy <grumpy@mail.example>"]) == 1
    assert send_mail("Code", "2", None, ["Gone <gone@mail.example>"]) == 1
    assert send_mail("Code", "3", None, ["gone@mail.example", "grumpy@mail.example"]) == 1
    assert [(each.body, each.to) for each in mail.outbox] == [
        ("1", ["Grumpy <grumpy@mail.example>"]), ("3", ["grumpy@mail.example"]),
    ]  # fmt: skip


def test_a_worse_outcome_never_gets_better() -> None:
    from broadsheet.newsletters.rules.health import worse

    assert worse("bounced", "delivered") == "bounced"
    assert worse("delivered", "bounced") == "bounced"
    assert worse("complained", "bounced") == "complained"
    assert worse("", "delivered") == "delivered"
