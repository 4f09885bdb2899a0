"""Declarations without log-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from broadsheet.membership import operations
from broadsheet.membership.models import (
    Cancellation,
    Customer,
)
from broadsheet.membership.operations import Form
from tests.apps.membership.stage import DAY, Stage

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
