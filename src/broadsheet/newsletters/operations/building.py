"""Gathering an issue's readers: one row each, in stretches, so that nobody waits long and a fault loses nothing.

Every stretch may be written twice: a reader, and a mailbox, has one row of an issue. Only when nobody is missing is
the issue ready, and that is found in the transaction that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from broadsheet.membership.queries.standing import members_among
from broadsheet.membership.rules.values import Benefit
from broadsheet.newsletters import workers
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Subscriber, Subscription, Suppression
from broadsheet.newsletters.queries.issues import last_audience, opens_at
from broadsheet.newsletters.rules.audience import cuts, surprising
from broadsheet.newsletters.rules.zones import due_where_the_reader_is

log = logging.getLogger("broadsheet.newsletters")

STRETCH, MEMBERS_STRETCH = 20_000, 500
LEASE = timedelta(minutes=3)
State = Issue.State


class LostError(Exception):
    """Somebody else builds it now, or it was stopped."""


@dataclass(frozen=True, slots=True)
class _Work:
    issue: Issue
    lease: str
    dues: dict[str, datetime]  # by the reader's zone

    @property
    def stretch(self) -> int:
        return MEMBERS_STRETCH if self.members_only else STRETCH

    @property
    def members_only(self) -> bool:
        return self.issue.newsletter.audience == Newsletter.Audience.MEMBERS


def build_due(*, now: datetime) -> int:
    """Gather the readers of every frozen issue, and of those whose builder died. Gives how many issues are ready."""
    waiting = Q(state=State.FROZEN) | Q(state=State.BUILDING)
    return sum(build(issue_id=pk, now=now) for pk in list(Issue.objects.filter(waiting).values_list("pk", flat=True)))


def build(*, issue_id: int, now: datetime) -> bool:
    """Gather one issue's readers; False where somebody else does, or did."""
    work = _take(issue_id, now)
    if work is None:
        return False
    try:
        after = 0
        while (last := _stretch(work, after, now)) is not None:
            after = last
        while not _ready(work, now):
            pass
    except LostError:
        log.info("Issue %s is built elsewhere, or was stopped.", issue_id)
        return False
    return True


def begin_due(*, now: datetime) -> int:
    """Let what is ready go out once it is due. Where each reader has a time of their own, the rows say when."""
    waiting = Issue.objects.filter(state=State.READY).select_related("newsletter").defer("body")
    ready = [issue.pk for issue in waiting if issue.due_at is None or opens_at(issue) <= now]
    return Issue.objects.filter(pk__in=ready, state=State.READY).update(state=State.SENDING, began_at=now)


def end_sent(*, now: datetime) -> int:
    """An issue is done once nothing of it is queued, on its way or in doubt."""
    open_rows = [Delivery.State.QUEUED, Delivery.State.SENDING, Delivery.State.DOUBT]
    found = [
        pk
        for pk in Issue.objects.filter(state=State.SENDING).values_list("pk", flat=True)
        if not any(Delivery.objects.filter(issue=pk, state=state).exists() for state in open_rows)
    ]
    return Issue.objects.filter(pk__in=found, state=State.SENDING).update(state=State.DONE, done_at=now)


@transaction.atomic
def _take(issue_id: int, now: datetime) -> _Work | None:
    issue = Issue.objects.select_for_update(of=("self",)).select_related("newsletter").get(pk=issue_id)
    held = issue.lease_until is not None and issue.lease_until >= now and workers.alive(issue.lease)
    if issue.state != State.FROZEN and (issue.state != State.BUILDING or held):
        return None
    issue.state, issue.lease, issue.lease_until = State.BUILDING, workers.new_name(), now + LEASE
    issue.save(update_fields=["state", "lease", "lease_until"])
    return _Work(issue, issue.lease, _dues(issue, now))


def _dues(issue: Issue, now: datetime) -> dict[str, datetime]:
    due, newsletter = issue.due_at or now, issue.newsletter
    if not newsletter.in_readers_zone:
        return {"": due}
    zones = Subscriber.objects.filter(subscriptions__newsletter=newsletter).values_list("zone", flat=True).distinct()
    return {"": due, **{zone: due_where_the_reader_is(due, newsletter.zone, zone) for zone in zones if zone}}


@transaction.atomic
def _stretch(work: _Work, after: int, now: datetime) -> int | None:
    """Write the rows of the next readers by their number; gives the last of them, None after the end."""
    _hold(work, now)
    on_list = _on_list(work).filter(subscriber__gt=after).order_by("subscriber").values_list("subscriber", flat=True)
    bounds = list(on_list[work.stretch - 1 : work.stretch]) or list(on_list.reverse()[:1])
    if not bounds:
        return None
    _insert(work, after, bounds[0], now)
    return bounds[0]


@transaction.atomic
def _ready(work: _Work, now: datetime) -> bool:
    """Whether nobody is missing any more; who joined or came back meanwhile is added."""
    _hold(work, now)
    missing = _missing(work, now)
    if missing:
        for pk in missing:
            _insert(work, pk - 1, pk, now)
        return False
    issue = work.issue
    expected = Delivery.objects.filter(issue=issue).count()
    error = _surprise(expected, last_audience(issue))
    if error:
        log.error("Issue %s is paused before its first mail: %s", issue.pk, error)
    state = State.PAUSED if error else State.READY
    Issue.objects.filter(pk=issue.pk).update(state=state, error=error, expected=expected, lease="", lease_until=None)
    return True


def _surprise(readers: int, last_time: int | None) -> str:
    """Why somebody should look before so many get it; nothing where that is no surprise."""
    if not surprising(readers, last_time):
        return ""
    said = _(
        "It would go to %(readers)s readers; the last issue went to %(before)s. If they belong on this list, go on."
    )
    return said % {"readers": _grouped(readers), "before": _grouped(last_time)}


def _grouped(number: int | None) -> str:
    return number_format(number or 0, force_grouping=True)


def _missing(work: _Work, now: datetime) -> list[int]:
    """Readers without a row, a few thousand at a time."""
    has_row = Delivery.objects.filter(issue=work.issue, subscriber=OuterRef("subscriber"))
    hushed = Suppression.objects.filter(address_key=OuterRef("subscriber__address_key"))
    rows = _on_list(work).filter(~Exists(has_row), ~Exists(hushed))
    if not work.members_only:
        return list(rows.values_list("subscriber", flat=True)[:2000])
    users = dict(rows.filter(subscriber__user__isnull=False).values_list("subscriber__user", "subscriber"))
    return [users[user] for some in batched(users, MEMBERS_STRETCH) for user in _members(some, now)]


def _members(users: Sequence[int], now: datetime) -> set[int]:
    return members_among(user_ids=users, benefit=Benefit.NEWSLETTERS, now=now)


def _on_list(work: _Work) -> Any:
    return Subscription.objects.filter(newsletter=work.issue.newsletter, state=Subscription.State.ACTIVE)


def _hold(work: _Work, now: datetime) -> None:
    """Go on holding the issue, or find that it is no longer ours."""
    held = Issue.objects.filter(pk=work.issue.pk, state=State.BUILDING, lease=work.lease)
    if not held.update(lease_until=now + LEASE):
        raise LostError


def _insert(work: _Work, after: int, last: int, now: datetime) -> int:
    """The rows of readers with numbers in (after, last]; those that are there stay as they are."""
    issue, where, values = work.issue, "", []
    if work.members_only:
        users = _on_list(work).filter(subscriber__gt=after, subscriber__lte=last, subscriber__user__isnull=False)
        ids = list(users.values_list("subscriber__user", flat=True))
        members = _members(ids, now)
        if not members:
            return 0
        where, values = f" AND s.user_id IN ({', '.join(['%s'] * len(members))})", sorted(members)
    arm, arm_values = _arm_sql(issue)
    due, due_values = _due_sql(work, arm)
    statement = f"""
        INSERT INTO {_table(Delivery)} (issue_id, subscriber_id, address_key, domain, arm, variant, due_at, state,
            attempt, claim, why, reference, outcome)
        SELECT %s, s.id, s.address_key, s.domain, {arm}, '', {due}, 'queued', 0, '', '', '', ''
        FROM {_table(Subscription)} p JOIN {_table(Subscriber)} s ON s.id = p.subscriber_id
        WHERE p.newsletter_id = %s AND p.state = 'active' AND p.subscriber_id > %s AND p.subscriber_id <= %s
            AND NOT EXISTS (SELECT 1 FROM {_table(Suppression)} x WHERE x.address_key = s.address_key){where}
        ORDER BY s.id ON CONFLICT DO NOTHING"""  # noqa: S608  (names of our own tables; values are parameters)
    with connection.cursor() as cursor:
        cursor.execute(statement, [issue.pk, *arm_values, *due_values, issue.newsletter_id, after, last, *values])
        return cursor.rowcount


def _arm_sql(issue: Issue) -> tuple[str, list[Any]]:
    """Which subject a reader gets: by four bytes of their mailbox's mark, others with each issue."""
    if not issue.second_subject:
        return "'a'", []
    mark = f"substr(s.address_key, {1 + issue.pk % 28}, 4)"
    first, second = cuts(issue.test_share)
    return f"CASE WHEN {mark} < %s THEN 'a' WHEN {mark} < %s THEN 'b' ELSE 'w' END", [first, second]


def _due_sql(work: _Work, arm: str) -> tuple[str, list[Any]]:
    """When a reader gets it: by their zone; who waits for the winner, once it is chosen."""

    def by_zone(later: timedelta) -> tuple[str, list[Any]]:
        moments = {zone: _moment(due + later) for zone, due in work.dues.items()}
        if len(moments) == 1:
            return place, [moments[""]]
        cases = " ".join([f"WHEN %s THEN {place}"] * (len(moments) - 1))
        named = [part for zone, due in moments.items() if zone for part in (zone, due)]
        return f"CASE s.zone {cases} ELSE {place} END", [*named, moments[""]]

    place = "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"
    now_sql, now_values = by_zone(timedelta())
    if not work.issue.second_subject or work.issue.test_share >= 100:
        return now_sql, now_values
    later_sql, later_values = by_zone(timedelta(minutes=work.issue.test_minutes))
    _, arm_values = _arm_sql(work.issue)
    return f"CASE WHEN {arm} = 'w' THEN {later_sql} ELSE {now_sql} END", [*arm_values, *later_values, *now_values]


def _moment(due: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(due)


def _table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def batched(items: Iterable[int], size: int) -> Iterator[list[int]]:
    """The items in lists of so many."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
