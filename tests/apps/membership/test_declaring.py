"""Declarations without log-in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from broadsheet.membership import keys, operations, queries
from broadsheet.membership.models import Cancellation, Customer, Mail, PendingOperation
from broadsheet.membership.operations import Form
from tests.apps.membership.stage import DAY, HOUR, Stage

pytestmark = pytest.mark.django_db


def letter(word: str) -> Any:
    (found,) = [each for each in mail.outbox if word in each.subject]
    return found


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


def asked_letter() -> Any:
    return letter("Is this your declaration?")


def token_in(found: Any) -> str:
    match = re.search(r"/membership/answer/([\w-]+)/", found.body)
    assert match is not None
    return match[1]


@pytest.mark.parametrize("typed", [str, str.lower, lambda number: f" {number.replace('-', ' ')} "])
def test_LG_07_a_withdrawal_by_form_that_names_the_contract_gives_the_charge_back_at_once(
    stage: Stage, typed: Any
) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, "year", trial=0)
    stage.work()
    number = keys.contract_number(subscription)
    assert number in letter("Welcome").body
    assert number in letter("receipt").body
    assert queries.membership_of(ann.user_id, stage.now).contracts[0].number == number
    operations.declare_by_form(form=Form("withdrawal", ann.email, contract=typed(number)), now=stage.now)
    stage.work()
    assert (stage.charged(), stage.access(ann).full) == (0, False)
    assert not Mail.objects.filter(kind="asked").exists()


def test_LG_07_one_that_names_none_is_asked_about_and_carried_out_within_the_day_as_of_its_own_time(
    stage: Stage,
) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, "year", trial=0)
    stage.pass_time(14 * DAY - HOUR)  # the last hour of its days
    mail.outbox.clear()
    declared_at = stage.now
    found = operations.declare_by_form(form=Form("withdrawal", ann.email), now=declared_at)
    stage.work()
    assert letter("received your declaration").to == [ann.email], "confirmed at once, and its time stands"
    assert asked_letter().to == [ann.email]
    assert (stage.charged(), stage.access(ann).full) == (1990, True), "nothing has happened yet"
    assert not queries.membership_of(ann.user_id, declared_at).contracts[0].cancelling
    stage.till.advance(declared_at + 20 * HOUR)
    stage.work()
    assert (stage.charged(), stage.access(ann).full, stage.row(subscription).status) == (0, False, "canceled")
    act = Cancellation.objects.exclude(reference=found.reference).get()
    assert (act.declared_at, act.ends_at, act.matched_by) == (declared_at, declared_at + 20 * HOUR, "mail")
    assert letter("Your withdrawal").to == [ann.email]


def test_LG_07_it_is_carried_out_when_its_member_says_that_it_is_theirs_and_once(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann, "year", trial=0)
    found = operations.declare_by_form(form=Form("withdrawal", ann.email), now=stage.now)
    stage.work()
    assert keys.declaration_of(token_in(asked_letter())) == found.reference
    assert operations.answer_for(reference=found.reference, mine=True, now=stage.now)
    assert not operations.answer_for(reference=found.reference, mine=False, now=stage.now)
    stage.pass_time(2 * DAY)
    assert (stage.charged(), stage.access(ann).full) == (0, False)
    assert Cancellation.objects.count() == 2, "the declaration, and the act"


@pytest.mark.parametrize("kind", ["withdrawal", "extraordinary"])
def test_what_somebody_declares_in_spite_ends_nothing_once_its_member_objects(stage: Stage, kind: str) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, "year", trial=0)
    found = operations.declare_by_form(form=Form(kind, ann.email, confirm_to="eve@example.org"), now=stage.now)
    stage.work()
    assert asked_letter().to == [ann.email], "never the address of the form"
    assert "/membership/answer/" not in letter("received your declaration").body
    assert operations.answer_for(reference=found.reference, mine=False, now=stage.now)
    stage.pass_time(3 * DAY)
    assert (stage.charged(), stage.access(ann).full, stage.row(subscription).status) == (1990, True, "active")
    record = Cancellation.objects.get()
    assert (record.objected, record.declared_at) == (True, found.declared_at), "what was declared is kept, objected to"
    assert "objected" in [line.kind for line in queries.timeline(ann.user_id)]
    assert operations.cancel(user_id=ann.user_id, now=stage.now), "and they may leave as before"


def test_a_held_declaration_finds_a_contract_that_is_over_and_leaves_it_at_that(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann, "year", trial=0)
    operations.declare_by_form(form=Form("withdrawal", ann.email), now=stage.now)
    operations.withdraw(user_id=ann.user_id, now=stage.now)
    stage.pass_time(2 * DAY)
    assert stage.charged() == 0
    assert Cancellation.objects.exclude(held_until=None).get().settled_at is not None
    assert not PendingOperation.objects.exclude(state="done").exists()


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 43, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_token_that_was_never_made_answers_for_nothing(stage: Stage, token: str) -> None:
    assert keys.declaration_of(token) is None
    assert queries.asked(token) is None


def test_LG_04_a_wanted_end_beyond_the_period_lets_one_more_period_run(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, trial=0)
    wanted = (stage.now + 45 * DAY).date()
    operations.declare_by_form(form=Form("cancel", "ann@example.org", end_wanted=wanted), now=stage.now)
    stage.pass_time(43 * DAY)
    assert (stage.row(subscription).status, stage.charged()) == ("active", 580)
    stage.pass_time(25 * DAY)
    assert (stage.row(subscription).status, stage.charged()) == ("canceled", 580)


@pytest.mark.parametrize("named", [True, False])
def test_LG_04_for_cause_it_ends_at_once_or_once_its_member_was_asked(stage: Stage, named: bool) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, trial=0)
    number = keys.contract_number(subscription) if named else ""
    form = Form("extraordinary", ann.email, contract=number, reason="moved")
    operations.declare_by_form(form=form, now=stage.now)
    stage.work()
    assert (stage.row(subscription).status == "canceled") is named
    stage.pass_time(DAY)
    assert stage.row(subscription).status == "canceled"
