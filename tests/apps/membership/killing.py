"""A worker that is killed at each statement in turn, and the one that takes its place."""

from __future__ import annotations

from django.db import transaction

from broadsheet.membership import operations
from broadsheet.membership.models import Mail, PendingOperation, WebhookEvent
from tests.apps.membership.schedules import killed_at
from tests.apps.membership.stage import MINUTE, Stage

FAR = 400


def killed_everywhere(step: int = 1) -> list[str]:
    """Kill the worker at the first statement, then `step` further … until it lives. Gives what was wrong."""
    wrong: list[str] = []
    for statement in range(1, FAR, step):
        with transaction.atomic():
            found, survived = _killed_once(statement)
            transaction.set_rollback(True)
        wrong += [f"killed at statement {statement}: {each}" for each in found]
        if survived:
            return wrong if statement > 40 else [*wrong, f"only {statement} statements were sent"]
    return [*wrong, "it never lived"]


def _killed_once(statement: int) -> tuple[list[str], bool]:
    """A trial with the card of another, and a second subscription: killed while that is settled, and settled again."""
    stage = Stage()
    ann, ben = stage.reader(), stage.reader()
    stage.join(ann)
    stage.till.advance(stage.now + MINUTE)
    second = stage.till.pay(stage.checkout(ben).id, stage.card(ann))
    stage.seen = len(stage.till.events) - 1  # the bell rings once: no second ring makes up for what is lost
    stage.deliver()
    with transaction.atomic(), killed_at(statement):
        _work(stage)
    survived = not WebhookEvent.objects.filter(state="new").exists() and _ended(stage, second)
    done_before = stage.access(ben).reason
    stage.deliver()
    _work(stage)
    stage.deliver()
    _work(stage)
    wrong = [f"{name} differs" for name in stage.divergent()]
    wrong += [] if _ended(stage, second) else [f"the second trial runs on ({done_before})"]
    wrong += [] if Mail.objects.filter(kind="trial_refused").count() == 1 else ["not one mail of the refused trial"]
    wrong += [] if not PendingOperation.objects.exclude(state="done").exists() else ["an operation was not done"]
    wrong += [] if stage.charged() == 0 else ["somebody was charged"]
    return wrong, survived


def _work(stage: Stage) -> None:
    operations.drain(gateway=stage.till, now=stage.now)
    operations.push_pending(gateway=stage.till, now=stage.now)


def _ended(stage: Stage, subscription: str) -> bool:
    return stage.till.subscriptions[subscription].status == "canceled"
