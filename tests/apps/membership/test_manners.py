"""Offers, figures, the story of a membership, and forgetting."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from broadsheet.membership import operations, queries
from broadsheet.membership.models import (
    Cancellation,
    Consent,
    Customer,
    Grant,
    HistoryEntry,
    Invoice,
    Mail,
    TrialUse,
)
from broadsheet.membership.operations import Form
from broadsheet.membership.operations.leaving import forget_evidence
from broadsheet.money import Money
from broadsheet.paywall.models import LostPass
from tests.apps.membership.stage import DAY, Stage

pytestmark = pytest.mark.django_db


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
    operations.declare_by_form(form=Form("extraordinary", "ANN@example.org", name="Ann"), now=stage.now)
    stage.work()
    for _ in range(2):
        operations.erase(user_id=ann.user_id, now=stage.now)
    stage.work()
    get_user_model().objects.get(pk=ann.user_id).delete()
    stage.work()
    assert stage.till.subscriptions[subscription].status == "canceled"
    assert stage.till.customers[stage.till.subscriptions[subscription].customer].deleted
    assert Invoice.objects.count() == 1, "the books keep their invoice"
    assert LostPass.objects.filter(user=ann.user_id, reason="erased").exists()
    for model in (Customer, Consent, Cancellation, Mail, HistoryEntry, TrialUse, Invoice, Grant):
        for row in model.objects.all():
            kept = str([getattr(row, field.attname) for field in model._meta.concrete_fields])
            assert "ann@example.org" not in kept.lower(), model
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
