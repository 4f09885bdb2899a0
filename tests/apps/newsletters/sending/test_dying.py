"""Processes that die while readers are gathered, before a mailing ends, or while it is called off."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from broadsheet.newsletters.carriers.memory import MemoryCarrier
from broadsheet.newsletters.models import (
    Delivery,
)
from broadsheet.newsletters.operations import building, controlling
from tests.apps.newsletters.sending.stage import (
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


class KilledError(BaseException):
    """The process is gone."""


def at_statement(number: int, left: list[int]) -> Any:
    """Die at the nth statement; `left` is empty of statements to come once it was reached."""
    left[:] = [number]

    def run(execute: Any, sql: str, params: Any, many_: bool, context: Any) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many_, context)
        left[0] -= 1
        if left[0] == 0:
            raise KilledError
        return execute(sql, params, many_, context)

    return connection.execute_wrapper(run)


def test_OB_02_a_builder_that_dies_at_any_statement_leaves_work_that_another_ends() -> None:
    newsletter = a_list()
    readers(newsletter, many(30))
    with patch.object(building, "STRETCH", 8):
        for statement in range(1, 200):
            with transaction.atomic():
                issue, left = an_issue(newsletter), [0]
                with at_statement(statement, left), suppress(KilledError):  # a task of Wagtail's may survive it
                    ready()
                ready(NOW + timedelta(minutes=4))  # the lease is over by then
                ready(NOW + timedelta(minutes=8))
                issue.refresh_from_db()
                assert (issue.state, issue.expected) == ("sending", 30), statement
                assert Delivery.objects.filter(issue=issue).values("subscriber").distinct().count() == 30
                assert Delivery.objects.filter(issue=issue).count() == 30
                transaction.set_rollback(True)
            if left[0] > 0:
                break
        assert statement > 15, "the builder was hardly killed at all"


def test_OB_02_a_sender_that_dies_after_the_last_message_and_before_the_end() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(6))
    issue = an_issue(newsletter)
    ready()
    first = Worker(carrier, room=6)
    first.claim()
    first.send()  # sent, and dead before the answers were written
    tidy(carrier, LATER)
    tidy(carrier, LATER)
    issue.refresh_from_db()
    assert (issue.state, states(issue), len(carrier.sent)) == ("done", {"sent": 6}, 6)


def test_OB_02_a_kill_while_a_mailing_is_called_off_leaves_it_going_or_called_off() -> None:
    newsletter = a_list()
    readers(newsletter, many(6))
    ends = set()
    for statement in range(1, 20):
        with transaction.atomic():
            issue = an_issue(newsletter)
            ready()
            try:
                with at_statement(statement, []):
                    controlling.cancel(issue_id=issue.pk, now=NOW)
            except KilledError:
                pass
            issue.refresh_from_db()
            ends.add((issue.state, tuple(sorted(states(issue).items()))))
            transaction.set_rollback(True)
    assert ends == {("sending", (("queued", 6),)), ("cancelled", (("dropped", 6),))}
