"""Declarations without log-in, gifts, seats, grants, forgetting, figures and mails."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from broadsheet.membership import keys, letters, mails, operations, queries
from broadsheet.membership.models import (
    Cancellation,
    Consent,
    Customer,
    GiftSubscription,
    Grant,
    HistoryEntry,
    Invoice,
    Mail,
    PendingOperation,
    Revocation,
    Seat,
    TrialUse,
)
from broadsheet.membership.operations import Form, GiftError, SeatError, Wish
from broadsheet.membership.operations.leaving import forget_evidence
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.rules import Reason
from broadsheet.money import Money
from broadsheet.readers import Standing
from tests.apps.membership.stage import ADDRESSES, DAY, HOUR, Stage

pytestmark = pytest.mark.django_db


def letter(word: str) -> Any:
    (found,) = [each for each in mail.outbox if word in each.subject]
    return found


# Without logging in


def test_LG_06_a_cancellation_without_log_in_is_matched_by_mail_and_both_are_told(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann)
    stage.work()
    mail.outbox.clear()
    form = Form("cancel", " ANN@example.org ", name="Ann", confirm_to="office@example.org")
    found = operations.declare_by_form(form=form, now=stage.now)
    assert (found.ends_at, found.subscription) == (None, ""), "the page tells nothing that only the member may know"
    stage.work()
    assert stage.till.subscriptions[subscription].cancel_at_period_end
    assert letter("You have cancelled").to == ["ann@example.org"]
    assert letter("received your declaration").to == ["office@example.org"]
    assert "March 31, 2026" in letter("You have cancelled").body
    assert "March 31, 2026" not in letter("received your declaration").body


@pytest.mark.parametrize("kind", ["cancel", "extraordinary", "withdrawal"])
def test_LG_06_who_is_nobody_gets_the_same_answer_and_mail(stage: Stage, kind: str) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann)
    stage.work()
    answers, bodies = [], []
    for address in ("ann@example.org", "nobody@example.org"):
        mail.outbox.clear()
        form = Form(kind, address, confirm_to="x@example.org", contract="my paper")
        found = operations.declare_by_form(form=form, now=stage.now)
        answers.append((found.kind, found.declared_at, found.ends_at, found.subscription, found.refund))
        stage.work()
        (to_form,) = [each for each in mail.outbox if each.to == ["x@example.org"]]
        bodies.append(to_form.body.replace(address, "").replace(str(found.reference), ""))
    assert answers[0] == answers[1]
    assert bodies[0] == bodies[1]
    assert Cancellation.objects.filter(email="nobody@example.org", matched_by="").count() == 1


def test_LG_06_one_address_with_two_contracts_is_recorded_and_touches_neither(stage: Stage) -> None:
    ann, ben = stage.reader("ann@example.org"), stage.reader("ben@example.org")
    for reader in (ann, ben):
        stage.join(reader)
    get_user_model().objects.filter(pk__in=[ann.user_id, ben.user_id]).update(is_active=True)
    Customer.objects.all().update(email="shared@example.org")
    operations.declare_by_form(form=Form("cancel", "shared@example.org"), now=stage.now)
    stage.work()
    assert not any(each.cancel_at_period_end for each in stage.till.subscriptions.values())
    assert Cancellation.objects.get().matched_by == ""


def test_LG_07_a_withdrawal_by_form_gives_the_charge_back(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann, "year", trial=0)
    operations.declare_by_form(form=Form("withdrawal", "ann@example.org"), now=stage.now)
    stage.work()
    assert (stage.charged(), stage.access(ann).full) == (0, False)


def test_LG_04_a_wanted_end_beyond_the_period_lets_one_more_period_run(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, trial=0)
    wanted = (stage.now + 45 * DAY).date()
    operations.declare_by_form(form=Form("cancel", "ann@example.org", end_wanted=wanted), now=stage.now)
    stage.pass_time(43 * DAY)
    assert (stage.row(subscription).status, stage.charged()) == ("active", 580)
    stage.pass_time(25 * DAY)
    assert (stage.row(subscription).status, stage.charged()) == ("canceled", 580)


def test_LG_04_for_cause_it_ends_at_once(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, trial=0)
    operations.declare_by_form(form=Form("extraordinary", "ann@example.org", reason="moved"), now=stage.now)
    stage.work()
    assert stage.row(subscription).status == "canceled"


# Grants, gifts, seats


def test_a_grant_makes_a_member_until_it_is_taken_back(stage: Stage) -> None:
    ann = stage.reader()
    made = operations.grant(
        user_id=ann.user_id, tier="full", now=stage.now, ends_at=stage.now + 10 * DAY, reason="jury", by=None
    )
    held = queries.standing_of(ann.user_id, stage.now)
    assert (held.standing, held.until) == (Standing.MEMBER, stage.now + 10 * DAY)
    assert operations.end_grant(pk=made, now=stage.now + HOUR)
    assert queries.standing_of(ann.user_id, stage.now + HOUR).standing is Standing.REGISTERED
    assert Revocation.objects.filter(user=ann.user_id).count() == 1
    assert not operations.end_grant(pk=made, now=stage.now + HOUR)


def bought(stage: Stage, **wish: Any) -> GiftSubscription:
    ann = stage.reader()
    made = operations.buy_gift(
        gateway=stage.till, buyer=ann, wish=Wish(stage.price("year").pk, **wish), addresses=ADDRESSES, now=stage.now
    )
    row = GiftSubscription.objects.get(checkout=made.id)
    with pytest.raises(GiftError, match="unknown"):
        operations.redeem_gift(code=keys.gift_code(row.reference), user_id=ann.user_id, now=stage.now)
    stage.till.pay(made.id, stage.card(ann))
    stage.work()
    row.refresh_from_db()
    return row


def test_a_gift_is_paid_sent_redeemed_once_and_ends_by_itself(stage: Stage) -> None:
    gift = bought(stage, recipient="ben@example.org", message="For the long winter")
    code = keys.gift_code(gift.reference)
    given = letter("A gift for you")
    assert given.to == ["ben@example.org"]
    assert code in given.body
    assert "long winter" in given.body
    ben, cat = stage.reader("ben@example.org"), stage.reader()
    until = operations.redeem_gift(code=code.lower().replace("-", " "), user_id=ben.user_id, now=stage.now)
    assert until == stage.now.replace(year=stage.now.year + 1)
    assert operations.redeem_gift(code=code, user_id=ben.user_id, now=stage.now) == until, "twice is once"
    with pytest.raises(GiftError, match="used"):
        operations.redeem_gift(code=code, user_id=cat.user_id, now=stage.now)
    assert stage.access(ben).reason is Reason.GRANT
    assert not queries.access_of(ben.user_id, until).full


def test_no_code_and_no_token_stands_in_any_table(stage: Stage) -> None:
    gift = bought(stage, recipient="ben@example.org")
    group = operations.make_group(name="Office", owner=None, tier="full", size=2, starts_at=stage.now, ends_at=None)
    seat = operations.invite(group=group, email="cat@example.org", now=stage.now)
    code, token = keys.gift_code(gift.reference), keys.seat_token(seat)
    for model in (GiftSubscription, Seat, Mail, HistoryEntry, Grant):
        kept = str(
            [[getattr(row, field.attname) for field in model._meta.concrete_fields] for row in model.objects.all()]
        )
        assert code not in kept
        assert token not in kept


def test_a_gift_on_a_gift_begins_when_the_first_is_over(stage: Stage) -> None:
    ben = stage.reader()
    first, second = bought(stage), bought(stage)
    until = operations.redeem_gift(code=keys.gift_code(first.reference), user_id=ben.user_id, now=stage.now)
    both = operations.redeem_gift(code=keys.gift_code(second.reference), user_id=ben.user_id, now=stage.now)
    assert both == until.replace(year=until.year + 1)


def test_a_gift_that_is_refunded_opens_nothing_any_more(stage: Stage) -> None:
    gift, ben = bought(stage), stage.reader()
    operations.redeem_gift(code=keys.gift_code(gift.reference), user_id=ben.user_id, now=stage.now)
    assert operations.refund_gift(reference=gift.reference, now=stage.now)
    assert not operations.refund_gift(reference=gift.reference, now=stage.now)
    assert not stage.access(ben).full
    assert operations.push_pending(gateway=stage.till, now=stage.now) == 1


@pytest.mark.parametrize("code", ["", "x", "A" * 500, "\x00", "AAAAA-AAAAA-AAAAA-AAAAA"])
def test_a_code_that_was_never_given_opens_nothing(stage: Stage, code: str) -> None:
    ben = stage.reader()
    with pytest.raises(GiftError, match="unknown"):
        operations.redeem_gift(code=code, user_id=ben.user_id, now=stage.now)
    assert Grant.objects.count() == 0


def test_seats_are_invited_taken_given_back_and_never_more_than_there_are(stage: Stage) -> None:
    ann, ben = stage.reader(), stage.reader()
    group = operations.make_group(
        name="Office", owner=ann.user_id, tier="full", size=1, starts_at=stage.now, ends_at=None
    )
    seat = operations.invite(group=group, email="ben@example.org", now=stage.now)
    assert operations.invite(group=group, email="BEN@example.org", now=stage.now) == seat
    with pytest.raises(SeatError, match="full"):
        operations.invite(group=group, email="cat@example.org", now=stage.now)
    stage.work()
    token = re.search(r"/membership/seat/([^/\s]+)/", letter("A place for you").body)
    assert token is not None
    operations.accept(token=token[1], user_id=ben.user_id, now=stage.now)
    assert stage.access(ben).full
    with pytest.raises(SeatError, match="taken"):
        operations.accept(token=token[1], user_id=ann.user_id, now=stage.now)
    assert operations.revoke_seat(reference=seat, now=stage.now)
    assert not stage.access(ben).full
    with pytest.raises(SeatError, match="over"):
        operations.accept(token=token[1], user_id=ben.user_id, now=stage.now)
    assert operations.invite(group=group, email="cat@example.org", now=stage.now) != seat


def test_an_invitation_lapses_and_its_seat_is_free_again(stage: Stage) -> None:
    group = operations.make_group(name="Office", owner=None, tier="full", size=1, starts_at=stage.now, ends_at=None)
    seat = operations.invite(group=group, email="ben@example.org", now=stage.now)
    later = stage.now + 31 * DAY
    with pytest.raises(SeatError, match="lapsed"):
        operations.accept(token=keys.seat_token(seat), user_id=stage.reader().user_id, now=later)
    assert operations.invite(group=group, email="cat@example.org", now=later)
    with pytest.raises(SeatError, match="unknown"):
        operations.accept(token="x", user_id=stage.reader().user_id, now=later)


# Offers, figures, the story of a membership


def test_the_plans_on_offer_bear_their_saving_and_badge(stage: Stage) -> None:
    month, year = queries.plans()
    assert (month.price, month.trial_days, month.saving, month.best) == (Money(290, "USD"), 30, None, False)
    assert (year.price, year.trial_days, year.saving, year.best) == (Money(1990, "USD"), 0, Money(1490, "USD"), True)
    assert queries.price_card(year.price_id) == year
    assert queries.price_card(10_000) is None


def test_plans_are_shown_in_the_currency_asked_for_where_there_are_prices_in_it(stage: Stage) -> None:
    operations.set_price(plan="full-month", money=Money(300, "JPY"), now=stage.now)
    assert [card.price for card in queries.plans("JPY")] == [Money(300, "JPY")]
    assert [card.price.currency for card in queries.plans("EUR")] == ["USD", "USD"]


def test_the_figures_count_who_pays_and_what_a_month_brings(stage: Stage) -> None:
    readers = [stage.reader() for _ in range(3)]
    stage.join(readers[0])
    stage.join(readers[1], trial=0)
    stage.join(readers[2], "year", trial=0)
    operations.cancel(user_id=readers[2].user_id, now=stage.now)
    stage.work()
    found = queries.figures()
    assert (found.active, found.trialing, found.past_due, found.ending) == (2, 1, 0, 1)
    assert found.revenue == (Money(290 + 166, "USD"),)  # 1990 / 12 = 165.8


def test_a_membership_s_page_tells_what_is_charged_when_and_what_may_be_withdrawn_from(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.work()
    (contract,) = queries.membership_of(ann.user_id, stage.now).contracts
    assert (contract.id, contract.price, contract.card) == (subscription, Money(290, "USD"), "visa 4242")
    assert contract.next_charge_at == stage.row(subscription).period_end
    assert contract.withdrawal.refund == Money(290, "USD")
    operations.cancel(user_id=ann.user_id, now=stage.now)
    (contract,) = queries.membership_of(ann.user_id, stage.now).contracts
    assert (contract.cancelling, contract.next_charge_at, contract.ends_at) == (
        True,
        None,
        stage.row(subscription).period_end,
    )
    (line,) = queries.membership_of(ann.user_id, stage.now).invoices
    assert line.paid == Money(290, "USD")


def test_the_story_of_a_membership_is_told_once_whatever_is_replayed(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    for _ in range(3):
        stage.seen = 0
        stage.work()
    assert sorted(line.kind for line in queries.timeline(ann.user_id)) == ["cancel", "joined", "paid"]


# Forgetting


def test_what_is_exported_is_theirs_and_holds_no_key_and_nobody_else(stage: Stage) -> None:
    ann, ben = stage.reader("ann@example.org"), stage.reader("ben@example.org")
    for reader in (ann, ben):
        stage.join(reader)
    stage.work()
    found = queries.export(ann.user_id)
    assert [row["email"] for row in found["customer"]] == ["ann@example.org"]
    assert len(found["subscriptions"]) == len(found["consents"]) == len(found["trials"]) == 1
    text = str(found)
    assert "ben@example.org" not in text
    assert not [
        name
        for rows in found.values()
        for row in rows
        for name in row
        if name.endswith(("_hash", "_key")) and name != "text_hash"
    ]


def test_a_reader_who_is_erased_leaves_no_name_ends_at_the_gateway_and_keeps_no_pass(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, trial=0)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    for _ in range(2):
        operations.erase(user_id=ann.user_id, now=stage.now)
    stage.work()
    get_user_model().objects.get(pk=ann.user_id).delete()
    stage.work()
    assert stage.till.subscriptions[subscription].status == "canceled"
    assert stage.till.customers[stage.till.subscriptions[subscription].customer].deleted
    assert Invoice.objects.count() == 1, "the books keep their invoice"
    assert Revocation.objects.filter(user=ann.user_id, reason="erased").exists()
    for model in (Customer, Consent, Cancellation, Mail, HistoryEntry, TrialUse, Invoice, Grant):
        for row in model.objects.all():
            kept = str([getattr(row, field.attname) for field in model._meta.concrete_fields])
            assert "ann@example.org" not in kept, model
    assert queries.timeline(ann.user_id) == ()


def test_evidence_is_kept_as_long_as_it_must_be_and_no_longer(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.pass_time(32 * DAY)
    forget_evidence(now=stage.now + 690 * DAY)
    assert (Consent.objects.count(), Cancellation.objects.count(), TrialUse.objects.count()) == (1, 1, 1)
    forget_evidence(now=stage.now + 740 * DAY)
    assert (Consent.objects.count(), TrialUse.objects.count()) == (1, 0)
    forget_evidence(now=stage.now + 3 * 366 * DAY)
    assert (Consent.objects.count(), Cancellation.objects.count()) == (0, 0)


def test_a_consent_is_kept_while_its_contract_runs_and_a_year_beyond(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    Consent.objects.update(keep_until=stage.now)
    forget_evidence(now=stage.now + DAY)
    assert Consent.objects.count() == 1
    stage.till.end(subscription)
    stage.work()
    forget_evidence(now=stage.now + 300 * DAY)
    assert Consent.objects.count() == 1
    forget_evidence(now=stage.now + 400 * DAY)
    assert Consent.objects.count() == 0


# Mails


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
    found = letter("receipt")
    (html,) = [content for content, kind in found.alternatives if kind == "text/html"]
    assert 'dir="rtl"' in html
    assert "http" in found.body
    assert "/membership/cancel/" in found.body
    assert found.extra_headers["Message-ID"].startswith("<")
    assert Mail.objects.filter(subject=subscription, state="sent", to="").count() == 2


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
