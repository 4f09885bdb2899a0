"""Writing what became of messages, and claiming the next, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from broadsheet.newsletters.models import Delivery
from broadsheet.newsletters.operations import alerting, bounces, claiming, pausing
from broadsheet.newsletters.ports import Answer, Told
from broadsheet.newsletters.rules.answers import Fault, enhanced, fault_of
from broadsheet.newsletters.rules.bounces import Verdict, judge
from broadsheet.newsletters.rules.pacing import MOST_ATTEMPTS, Limits, again_after
from broadsheet.newsletters.rules.told import Kind
from broadsheet.newsletters.rules.told import Told as Said

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Result:
    """A carrier's word on a claimed delivery."""

    claimed: claiming.Claimed
    told: Told


@transaction.atomic
def settle_and_claim(
    *, worker: str, results: Sequence[Result], room: int, limits: Limits, now: datetime
) -> list[claiming.Claimed]:
    """Mark what was sent, and claim what is sent next: one commit."""
    settle(worker=worker, results=results, now=now)
    return claiming.claim(worker=worker, room=room, limits=limits, now=now) if room else []


@transaction.atomic
def settle(*, worker: str, results: Sequence[Result], now: datetime) -> None:
    """Write each answer where it belongs."""
    _sent([each for each in results if each.told.answer is Answer.SENT], worker, now)
    for result in results:
        if result.told.answer is not Answer.SENT:
            _other(result, worker, now)


@transaction.atomic
def release(*, worker: str, but: Collection[int]) -> int:
    """Give back what is claimed in our name and is on none of our lines: the answer to that claim was lost."""
    lost = Delivery.objects.filter(state=State.SENDING, claim=worker).exclude(pk__in=but)
    return lost.update(state=State.QUEUED, claim="", claimed_until=None)


def _sent(results: Sequence[Result], worker: str, now: datetime) -> None:
    """What was taken is sent, also where somebody took it for lost meanwhile; unless it is under way with another."""
    by_reference: dict[str, list[int]] = {}
    for result in results:
        by_reference.setdefault(result.told.reference[:120], []).append(result.claimed.delivery)
    for reference, ids in by_reference.items():
        _mark_sent(ids, reference, worker, now)


def _mark_sent(ids: list[int], reference: str, worker: str, now: datetime) -> None:
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET state = 'sent', sent_at = %s, claim = '', claimed_until = NULL, why = '', "  # noqa: S608
            f"reference = %s WHERE id IN ({', '.join(['%s'] * len(ids))}) "
            "AND (state IN ('doubt', 'queued') OR (state = 'sending' AND claim = %s))",
            [connection.ops.adapt_datetimefield_value(now), reference, *ids, worker],
        )


def _other(result: Result, worker: str, now: datetime) -> None:
    claimed, told = result.claimed, result.told
    ours = Delivery.objects.filter(
        pk=claimed.delivery, state=State.SENDING, claim=worker, attempt=claimed.attempt
    )  # not what came into doubt meanwhile, and went to another of our lines
    if told.answer is Answer.UNSENT:
        ours.update(state=State.QUEUED, claim="", claimed_until=None, attempt=max(claimed.attempt - 1, 0))
        return
    if told.answer is Answer.DOUBT:
        ours.update(state=State.DOUBT, claim="", claimed_until=now, why=_why(told))
        return
    fault = fault_of(told.code, told.text, refused=told.answer is Answer.REFUSED)
    if fault is Fault.MAILBOX or claimed.attempt >= MOST_ATTEMPTS:
        failed = ours.update(state=State.FAILED, claim="", claimed_until=None, why=_why(told))
        if failed and told.answer is Answer.REFUSED and told.code:  # without a code it was a fault of ours
            bounces.apply(told=_bounce(claimed, told, now), now=now)
        return
    again = now + again_after(claimed.attempt)
    if fault in {Fault.POLICY, Fault.SLOW_DOWN}:
        why = pausing.POLICY if fault is Fault.POLICY else pausing.SLOW_DOWN
        again = pausing.pause_domain(domain=claimed.domain, why=why, said=_why(told), now=now)
    if fault is Fault.POLICY:
        reason = _verdict(told).reason.value
        alerting.raise_alert(domain=claimed.domain, reason=reason, said=_why(told), now=now)
    ours.update(state=State.QUEUED, claim="", claimed_until=None, due_at=again, why=_why(told))


def _bounce(claimed: claiming.Claimed, told: Told, now: datetime) -> bounces.Told:
    """A refusal on the spot, as if it had come back: the mailbox is not written to for ever."""
    event = f"{claimed.delivery}.{claimed.attempt}"
    return bounces.Told(bounces.SPOT, event, Kind.BOUNCE, claimed.delivery, _verdict(told), now, _why(told))


def _verdict(told: Told) -> Verdict:
    numbers = enhanced(told.text)
    status = ".".join(map(str, numbers)) if numbers else ""
    return judge(Said(action="failed", status=status, code=str(told.code or ""), said=told.text, formal=True))


def _why(told: Told) -> str:
    return " ".join(f"{told.code or ''} {told.text}".split())[:255]
