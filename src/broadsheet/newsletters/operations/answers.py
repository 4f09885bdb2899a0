"""Writing what became of messages, and claiming the next, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from broadsheet.newsletters.models import Delivery
from broadsheet.newsletters.operations import claiming, pausing
from broadsheet.newsletters.ports import Answer, Told
from broadsheet.newsletters.rules.answers import Fault, fault_of
from broadsheet.newsletters.rules.pacing import MOST_ATTEMPTS, Limits, again_after

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
    ours = Delivery.objects.filter(pk=claimed.delivery, state=State.SENDING, claim=worker)
    if told.answer is Answer.UNSENT:
        ours.update(state=State.QUEUED, claim="", claimed_until=None, attempt=max(claimed.attempt - 1, 0))
        return
    if told.answer is Answer.DOUBT:
        ours.update(state=State.DOUBT, claim="", claimed_until=now, why=_why(told))
        return
    fault = fault_of(told.code, told.text, refused=told.answer is Answer.REFUSED)
    if fault is Fault.MAILBOX or claimed.attempt >= MOST_ATTEMPTS:
        ours.update(state=State.FAILED, claim="", claimed_until=None, why=_why(told))
        return
    again = now + again_after(claimed.attempt)
    if fault in {Fault.POLICY, Fault.SLOW_DOWN}:
        why = pausing.POLICY if fault is Fault.POLICY else pausing.SLOW_DOWN
        again = pausing.pause_domain(domain=claimed.domain, why=why, said=_why(told), now=now)
    ours.update(state=State.QUEUED, claim="", claimed_until=None, due_at=again, why=_why(told))


def _why(told: Told) -> str:
    return " ".join(f"{told.code or ''} {told.text}".split())[:255]
