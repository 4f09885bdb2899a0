"""One delivery for each reader, whoever claims and however often; what changed since the audience was built is seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from broadsheet.newsletters import keys
from broadsheet.newsletters.carriers.memory import MemoryCarrier
from broadsheet.newsletters.models import (
    Delivery,
    DomainPause,
    Issue,
    Subscriber,
    Subscription,
    Suppression,
)
from broadsheet.newsletters.operations import building, claiming, controlling
from broadsheet.newsletters.operations.answers import Result
from broadsheet.newsletters.ports import Answer, Outgoing, Told
from broadsheet.newsletters.queries.progress import progress
from broadsheet.newsletters.rules.pacing import read_limits
from tests.apps.newsletters.sending.stage import (
    MINUTE,
    NOW,
    Worker,
    a_list,
    an_issue,
    many,
    readers,
    ready,
    states,
    tidy,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=6)


def attempts(claimed: Iterable[claiming.Claimed]) -> dict[int, int]:
    """By delivery."""
    return {one.delivery: one.attempt for one in claimed}


def test_OB_03_taken_but_the_answer_was_lost_is_asked_about_and_not_sent_again() -> None:
    newsletter = a_list()
    readers(newsletter, many(9))
    issue = an_issue(newsletter)
    ready()
    carrier = MemoryCarrier()
    taken: list[str] = []

    def answer(item: Outgoing) -> Told:
        taken.append(item.message_id)
        carrier.taken[item.message_id] = b""
        return Told(Answer.DOUBT, text="no answer") if len(taken) % 2 else Told(Answer.SENT, 250)

    carrier.answers = answer
    Worker(carrier, room=3).all()
    assert states(issue) == {"sent": 4, "doubt": 5}
    tidy(carrier, LATER)
    tidy(carrier, LATER)
    issue.refresh_from_db()
    assert (issue.state, states(issue)) == ("done", {"sent": 9})
    assert len(taken) == len(set(taken)) == 9


def test_OB_03_a_carrier_that_cannot_tell_is_given_it_once_more_under_the_same_message_id() -> None:
    newsletter, carrier = a_list(), MemoryCarrier(tells=False)
    readers(newsletter, many(1))
    issue = an_issue(newsletter)
    ready()
    worker = Worker(carrier)
    carrier.answers = lambda _: Told(Answer.DOUBT)
    worker.claim()
    first = [worker.post.message(one, since=0, now=NOW).message_id for one in worker.claimed]
    worker.send()
    worker.claim(room=0)
    worker.claim()
    assert states(issue) == {"doubt": 1}
    carrier.answers = lambda _: Told(Answer.SENT, 250)
    tidy(carrier, LATER)
    worker.all(LATER)
    assert states(issue) == {"sent": 1}
    assert carrier.sent == first


def test_OB_04_a_worker_that_slept_past_its_lease_does_not_take_back_what_another_sends() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(4))
    issue = an_issue(newsletter)
    ready()
    asleep, other = Worker(carrier, "asleep", room=4), Worker(carrier, "other", room=4)
    claimed = asleep.claim()
    tidy(carrier, LATER)  # its rows are in doubt, known absent, and queued again
    assert states(issue) == {"queued": 4}
    assert [one.delivery for one in other.claim(LATER)] == [one.delivery for one in claimed]
    assert not claiming.still_ours("asleep", attempts(claimed), now=LATER)
    assert claiming.still_ours("other", attempts(other.claimed), now=LATER)
    asleep.results = [Result(one, Told(Answer.UNSENT, text="no longer ours")) for one in claimed]
    asleep.claim(LATER)
    assert set(Delivery.objects.filter(issue=issue).values_list("claim", flat=True)) == {"other"}
    other.send(LATER)
    other.all(LATER)
    assert states(issue) == {"sent": 4}
    assert len(carrier.sent) == 4


def test_OB_04_a_worker_that_slept_and_claims_the_same_message_again_sends_it_over_one_of_its_lines() -> None:
    """It finds its own rows in doubt when it wakes, and gives them to the line that asks first."""
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(2))
    issue = an_issue(newsletter)
    ready()
    slow, quick = Worker(carrier, "one", room=2), Worker(carrier, "one", room=2)  # two lines of one worker
    before = slow.claim()
    tidy(carrier, LATER)
    again = quick.claim(LATER)
    assert [one.delivery for one in again] == [one.delivery for one in before]
    assert not claiming.still_ours("one", attempts(before), now=LATER)
    assert claiming.still_ours("one", attempts(again), now=LATER)
    slow.results = [Result(one, Told(Answer.UNSENT, text="no longer ours")) for one in before]
    assert slow.claim(LATER) == []
    assert states(issue) == {"sending": 2}  # on the quick line, and not to be had by a third
    quick.send(LATER)
    quick.all(LATER)
    assert states(issue) == {"sent": 2}
    assert len(carrier.sent) == 2


def test_OB_05_two_schedulers_and_a_double_click_make_one_audience() -> None:
    newsletter = a_list()
    readers(newsletter, many(10))
    issue = an_issue(newsletter)
    seen: list[bool] = []
    real = building._insert

    def meanwhile(*args: Any) -> Any:
        seen.append(building.build(issue_id=issue.pk, now=NOW))
        return real(*args)

    with patch.object(building, "_insert", meanwhile):
        assert building.build(issue_id=issue.pk, now=NOW)
    assert not building.build(issue_id=issue.pk, now=NOW)
    building.begin_due(now=NOW)
    building.begin_due(now=NOW)
    assert seen == [False]
    assert states(issue) == {"queued": 10}


def test_OB_05_two_workers_never_claim_the_same_row() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(40))
    issue = an_issue(newsletter)
    ready()
    workers = [Worker(carrier, f"w{number}", room=3) for number in range(4)]
    claimed = [1]
    while claimed:
        claimed = [row for worker in workers for row in worker.claim()]
        for worker in workers:
            worker.send()
    assert states(issue) == {"sent": 40}
    assert len(carrier.sent) == len(set(carrier.sent)) == 40


def test_OB_06_who_left_was_suppressed_or_is_gone_after_the_build_gets_nothing() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    left, hushed, gone, stays, asked = readers(newsletter, ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"])
    issue = an_issue(newsletter)
    ready()
    Subscription.objects.filter(subscriber=left).update(state="left")
    Suppression.objects.create(address_key=hushed.address_key, domain="x.org", why="complaint", at=NOW)
    gone.delete()
    Subscription.objects.filter(subscriber=asked).update(state="asked")
    Worker(carrier).all()
    why = dict(Delivery.objects.filter(issue=issue).values_list("subscriber", "why"))
    assert why == {left.pk: "left", hushed.pk: "suppressed", gone.pk or 3: "gone", stays.pk: "", asked.pk: "left"} or (
        sorted(why.values()) == ["", "gone", "left", "left", "suppressed"]
    )
    assert [content.split(b"To: ")[1].split(b"\r\n")[0] for content in carrier.taken.values()] == [b"d@x.org"]


def test_OB_06_a_changed_address_gets_it_there_and_a_mailbox_never_twice() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    moved, merged, _ = readers(newsletter, ["old@x.org", "second@x.org", "one@x.org"])
    issue = an_issue(newsletter)
    ready()
    _address(moved, "new@y.org")
    Delivery.objects.filter(subscriber=merged).update(address_key=keys.address_key("before@x.org"))
    Delivery.objects.filter(subscriber=moved).update(domain="x.org")
    Delivery.objects.create(
        issue=issue, subscriber_id=9_999, address_key=merged.address_key, domain="x.org", due_at=NOW, state="sent"
    )
    Worker(carrier).all()
    to = sorted(content.split(b"To: ")[1].split(b"\r\n")[0] for content in carrier.taken.values())
    assert to == [b"new@y.org", b"one@x.org"]
    assert Delivery.objects.get(subscriber=merged).why == "mailbox_twice"
    assert Delivery.objects.get(subscriber=moved).domain == "y.org"


def _address(one: Subscriber, address: str) -> None:
    one.address, one.address_key, one.domain = address, keys.address_key(address), keys.domain_of(address)
    one.save()


def _grant(one: Subscriber) -> Any:
    """Make a member of a reader: complimentary, with the benefit of newsletters."""
    from django.contrib.auth import get_user_model

    from broadsheet.membership.models import Grant, Tier

    one.user = get_user_model().objects.create_user(f"{uuid4().hex}@example.org")
    one.save()
    tier, _ = Tier.objects.get_or_create(slug="all", defaults={"benefits": ["full", "newsletters"]})
    return Grant.objects.create(
        user=one.user, tier=tier, kind="complimentary", starts_at=NOW - MINUTE, made_at=NOW, once=uuid4().hex
    )


def test_OB_06_a_membership_that_ends_between_build_and_claim_gives_the_free_variant() -> None:
    newsletter, carrier = a_list(full_for_members=True), MemoryCarrier()
    member, lapsed, _ = readers(newsletter, ["a@x.org", "b@x.org", "c@x.org"])
    _grant(member)
    ending = _grant(lapsed)
    issue = an_issue(newsletter)
    ready()
    ending.ended_at = NOW - timedelta(seconds=1)
    ending.save()
    Worker(carrier).all()
    got = {
        content.split(b"To: ")[1].split(b"\r\n")[0]: b"<!-- member -->" in content for content in carrier.taken.values()
    }
    assert got == {b"a@x.org": True, b"b@x.org": False, b"c@x.org": False}
    assert len(carrier.sent) == 3
    assert dict(Delivery.objects.filter(issue=issue).values_list("subscriber", "variant"))[lapsed.pk] == "free"


def test_OB_06_a_members_list_goes_to_members_alone() -> None:
    newsletter, carrier = a_list(audience="members"), MemoryCarrier()
    member, lapsed, *_ = readers(newsletter, ["a@x.org", "b@x.org", "c@x.org"])
    _grant(member)
    ending = _grant(lapsed)
    issue = an_issue(newsletter)
    ready()
    issue.refresh_from_db()
    assert issue.expected == 2
    ending.delete()
    Worker(carrier).all()
    assert states(issue) == {"sent": 1, "dropped": 1}
    assert Delivery.objects.get(issue=issue, subscriber=lapsed).why == "no_member"


def test_OB_07_a_poisoned_row_fails_alone() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    bad, *_ = readers(newsletter, ["bad@x.org", *many(5)])
    issue = an_issue(newsletter)
    ready()
    carrier.answers = lambda item: Told(Answer.REFUSED, 550, "5.1.1 none") if "bad" in item.to else Told(Answer.SENT)
    Worker(carrier).all()
    assert states(issue) == {"sent": 5, "failed": 1}
    assert Delivery.objects.get(issue=issue, subscriber=bad).why == "550 5.1.1 none"


def test_OB_09_paused_claims_nothing_resumed_goes_on_and_cancelled_never() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(10))
    issue = an_issue(newsletter)
    ready()
    worker = Worker(carrier, room=4)
    worker.claim()
    controlling.pause(issue_id=issue.pk)
    controlling.pause(issue_id=issue.pk)
    worker.send()
    assert worker.claim() == []
    assert states(issue) == {"sent": 4, "queued": 6}
    controlling.resume(issue_id=issue.pk)
    worker.claim()
    assert controlling.cancel(issue_id=issue.pk, now=NOW) == 2
    worker.send()
    assert worker.claim() == []
    assert states(issue) == {"sent": 8, "dropped": 2}
    with pytest.raises(controlling.NotNowError):
        controlling.resume(issue_id=issue.pk)
    found = progress(issue.pk, NOW)
    assert (found.sent, found.left, found.dropped, found.expected) == (8, 0, {"cancelled": 2}, 10)


def test_OB_09_paused_while_it_is_built_is_built_anew_and_complete() -> None:
    newsletter = a_list()
    readers(newsletter, many(30))
    issue = an_issue(newsletter)
    real, calls = building._insert, []

    def stopped(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            controlling.pause(issue_id=issue.pk)
        return real(*args)

    with patch.object(building, "STRETCH", 8), patch.object(building, "_insert", stopped):
        assert not building.build(issue_id=issue.pk, now=NOW)
    controlling.resume(issue_id=issue.pk)
    ready()
    assert states(issue) == {"queued": 30}


def test_OB_11_no_more_tokens_are_taken_than_a_minute_and_a_domain_have() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, [*many(30, "gmail.com"), *many(10, "x.org")])
    issue = an_issue(newsletter)
    ready()
    limits = read_limits(25, ["gmail.com=7/minute"], "")
    now = NOW
    for minute in range(1, 6):
        for name in ("a", "b"):
            Worker(carrier, name, limits, room=5).all(now)
        gmail = sum(b"@gmail.com" in content.split(b"Subject:")[0] for content in carrier.taken.values())
        assert gmail == min(7 * minute, 30)
        assert len(carrier.sent) <= 25 * minute
        now += MINUTE
    assert states(issue) == {"sent": 40}


def test_OB_11_warm_up_doubles_each_day() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(40, "gmail.com"))
    issue = an_issue(newsletter)
    ready()
    limits, sent = read_limits(0, [], "2026-12-01=5"), []
    for day in range(4):
        Worker(carrier, "w", limits).all(NOW + timedelta(days=day))
        sent.append(len(carrier.sent))
    assert sent == [5, 15, 35, 40]
    assert states(issue) == {"sent": 40}


def test_OB_11_a_domain_that_asks_for_fewer_is_left_in_peace_longer_each_time() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, [*many(20, "slow.org"), *many(5, "x.org")])
    issue = an_issue(newsletter)
    ready()
    carrier.answers = lambda item: Told(Answer.LATER, 421, "4.7.0 slower") if "slow" in item.to else Told(Answer.SENT)
    Worker(carrier).all()
    assert states(issue) == {"queued": 20, "sent": 5}
    first = DomainPause.objects.get(domain="slow.org")
    assert first.until == NOW + MINUTE
    assert not Delivery.objects.filter(state="queued", due_at__lt=first.until).exists()
    Worker(carrier).all(NOW + MINUTE)
    assert DomainPause.objects.get(domain="slow.org").until == NOW + MINUTE + 2 * MINUTE
    carrier.answers = lambda _: Told(Answer.SENT)
    Worker(carrier).all(NOW + 10 * MINUTE)
    assert states(issue) == {"sent": 25}


def test_two_subjects_are_tried_and_the_rest_waits_for_the_winner() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(400))
    issue = an_issue(newsletter, second_subject="The other", test_share=20, test_minutes=60)
    ready()
    Worker(carrier, room=50).all()
    arms = [bytes(content).split(b"Subject: ")[1].split(b"\r\n")[0] for content in carrier.taken.values()]
    tried = {word: arms.count(word) for word in set(arms)}
    assert set(tried) == {b"The quay", b"The other"}
    assert all(20 <= count <= 62 for count in tried.values())
    Worker(carrier, room=50).all(NOW + timedelta(minutes=61))  # nobody has chosen yet
    assert len(carrier.sent) == sum(tried.values())
    Issue.objects.update(winner="b")
    Worker(carrier, room=50).all(NOW + timedelta(minutes=63))
    assert states(issue) == {"sent": 400}
    rest = [content for content in carrier.taken.values() if b"Subject: The other" in content]
    assert len(rest) == 400 - tried[b"The quay"]


def test_an_issue_that_cannot_be_made_into_a_message_stops_and_fails_no_reader() -> None:
    from broadsheet.newsletters.operations.controlling import stop_faulty

    newsletter = a_list()
    readers(newsletter, many(3))
    issue = an_issue(newsletter)
    ready()
    stop_faulty(issue_id=issue.pk, error="no content")
    issue.refresh_from_db()
    assert (issue.state, issue.error, states(issue)) == ("paused", "no content", {"queued": 3})
