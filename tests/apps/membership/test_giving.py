"""Grants, gifts, seats."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail

from broadsheet.membership import keys, operations, queries
from broadsheet.membership.models import (
    GiftSubscription,
    Grant,
    HistoryEntry,
    Mail,
    Seat,
)
from broadsheet.membership.operations import GiftError, SeatError, Wish
from broadsheet.membership.rules import Reason
from broadsheet.paywall.models import LostPass
from broadsheet.readers import Standing
from tests.apps.membership.stage import ADDRESSES, DAY, HOUR, Stage

pytestmark = pytest.mark.django_db


def letter(word: str) -> Any:
    (found,) = [each for each in mail.outbox if word in each.subject]
    return found


def test_a_grant_makes_a_member_until_it_is_taken_back(stage: Stage) -> None:
    ann = stage.reader()
    made = operations.grant(
        user_id=ann.user_id, tier="full", now=stage.now, ends_at=stage.now + 10 * DAY, reason="jury", by=None
    )
    held = queries.standing_of(ann.user_id, stage.now)
    assert (held.standing, held.until) == (Standing.MEMBER, stage.now + 10 * DAY)
    assert operations.end_grant(pk=made, now=stage.now + HOUR)
    assert queries.standing_of(ann.user_id, stage.now + HOUR).standing is Standing.REGISTERED
    assert LostPass.objects.filter(user=ann.user_id).count() == 1
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
