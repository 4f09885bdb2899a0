"""What readers are told before they are charged: each once, with amount, date and the page that cancels in one step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from django.core import mail

from broadsheet.membership import operations
from broadsheet.membership.models import Mail
from broadsheet.membership.operations import Reader
from broadsheet.money import Money
from tests.apps.membership.stage import DAY, HOUR, Stage

pytestmark = pytest.mark.django_db


def sent(kind: str, letters: dict[str, str]) -> list[Any]:
    """The letters of a kind that went out."""
    return [letter for letter in mail.outbox if letter.subject == letters[kind]]


SUBJECTS = {
    "trial_soon": "Your trial ends soon",
    "trial_tomorrow": "Your trial ends tomorrow",
    "renewal": "Your membership renews",
    "yearly_word": "Your membership",
    "new_price": "A new price",
}


def trial(stage: Stage, ann: Reader) -> datetime:
    subscription = stage.join(ann)
    return stage.row(subscription).trial_end or stage.now


def renewal(stage: Stage, ann: Reader) -> datetime:
    subscription = stage.join(ann, "year", trial=0)
    return stage.row(subscription).period_end or stage.now


def anniversary(stage: Stage, ann: Reader) -> datetime:
    stage.join(ann, trial=0)
    return stage.now + 366 * DAY


def price(stage: Stage, ann: Reader) -> datetime:
    stage.join(ann, trial=0)
    new = operations.set_price(plan="full-month", money=Money(390, "USD"), now=stage.now)
    old = next(row.pk for row in stage.price().plan.prices.all() if row.pk != new)
    operations.announce_price(old=old, new=new, now=stage.now, effective_at=stage.now)
    return stage.now + 30 * DAY


# The kind, the life that calls for it, on which days before the charge it may come, the amount that it must name.
WORDS: list[tuple[str, Callable[[Stage, Reader], datetime], tuple[int, int], str]] = [
    ("trial_soon", trial, (6, 7), "$2.90 a month"),
    ("trial_tomorrow", trial, (0, 1), "$2.90 a month"),
    ("renewal", renewal, (15, 30), "$19.90 a year"),
    ("yearly_word", anniversary, (-31, 1), "$2.90 a month"),
    ("new_price", price, (30, 30), "$3.90 a month"),
]


@pytest.mark.parametrize(("kind", "life", "days", "amount"), WORDS, ids=[row[0] for row in WORDS])
def test_LG_09_each_reminder_comes_once_in_its_days_with_amount_date_and_the_way_out(
    stage: Stage, kind: str, life: Callable[[Stage, Reader], datetime], days: tuple[int, int], amount: str
) -> None:
    ann = stage.reader("ann@example.org")
    charged_at = life(stage, ann)
    stage.till.advance(max(stage.now, charged_at - 45 * DAY))
    came = None
    while stage.now < charged_at + 40 * DAY and came is None:
        for _twice in range(2):  # every event again, and every step of the clock
            stage.seen = 0
            stage.work()
        came = stage.now if sent(kind, SUBJECTS) else None
        stage.till.advance(stage.now + DAY)
    assert came is not None
    (letter,) = sent(kind, SUBJECTS)
    assert days[0] <= (charged_at - came) / DAY <= days[1] + 1e-9
    text = " ".join(letter.body.split())
    assert amount in text
    assert "/membership/cancel/" in text
    assert letter.to == [ann.email]
    row = Mail.objects.get(kind=kind)
    named = charged_at if kind in {"trial_soon", "trial_tomorrow", "renewal"} else None
    if kind == "new_price":
        named = datetime.fromisoformat(row.context["at"])
    elif named is None:
        named = stage.row(row.subject).period_end or stage.now
    assert format_date(named.date(), "long", locale="en") in text
    stage.pass_time(10 * HOUR)
    assert Mail.objects.filter(kind=kind).count() == 1


@pytest.mark.parametrize(("kind", "life"), [(row[0], row[1]) for row in WORDS[:3]], ids=[row[0] for row in WORDS[:3]])
def test_LG_09_who_has_cancelled_is_reminded_of_no_charge(
    stage: Stage, kind: str, life: Callable[[Stage, Reader], datetime]
) -> None:
    ann = stage.reader()
    charged_at = life(stage, ann)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.till.advance(charged_at - timedelta(days=8))
    stage.pass_time(10 * DAY)
    assert not Mail.objects.filter(kind=kind).exists()
