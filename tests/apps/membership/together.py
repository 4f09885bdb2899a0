"""Several workers at once over one database, with a gateway that goes on changing. Run as a process of its own.

python -m tests.apps.membership.together SEEDS
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from random import Random


def race(seed: int, workers: int = 4, changes: int = 25) -> list[str]:
    """Workers drain and push in turn while readers and the gateway act. Gives what is wrong in the end."""
    from django.db import connection

    from broadsheet.membership import operations
    from broadsheet.membership.models import Mail, PendingOperation, TrialUse, WebhookEvent
    from tests.apps.membership.stage import Stage

    stage, chance = Stage(), Random(seed)
    readers = [stage.reader(f"race{seed}-{number}@example.org") for number in range(3)]
    for reader in readers:
        stage.till.pay(stage.checkout(reader, "month", chance.choice([0, 30])).id, stage.card(readers[0]))
    over, faults = threading.Event(), []

    def worker() -> None:
        try:
            while not over.is_set():
                operations.drain(gateway=stage.till, now=stage.now)
                operations.push_pending(gateway=stage.till, now=stage.now)
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for _ in range(changes):
        _act(stage, chance)
        rang = stage.till.events[stage.seen :]
        stage.seen = len(stage.till.events)
        for event in chance.sample(rang * 2, len(rang) * 2):
            operations.receive(event=event, now=stage.now)
    over.set()
    for thread in threads:
        thread.join()
    for _ in range(4):
        operations.list_events(gateway=stage.till, now=stage.now, force=True)
        operations.drain(gateway=stage.till, now=stage.now)
        operations.push_pending(gateway=stage.till, now=stage.now)
    wrong = faults + [f"{name} differs" for name in stage.divergent()]
    wrong += [f"{row.event_id} is {row.state}" for row in WebhookEvent.objects.filter(state__in=["new", "parked"])]
    wrong += [f"{row.key}: {row.error}" for row in PendingOperation.objects.filter(state="failed")]
    ran = [use for use in TrialUse.objects.all() if stage.till.subscriptions[use.subscription].status == "trialing"]
    wrong += ["one card, two trials"] if len(ran) > 1 else []
    assert Mail.objects.exists()
    return [f"race {seed}: {each}" for each in wrong]


def _act(stage, chance) -> None:  # type: ignore[no-untyped-def]
    """Something happens at the gateway."""
    from broadsheet.membership.ports import GatewayError

    with stage.till.lock:
        subscription = chance.choice([*stage.till.subscriptions])
        found = stage.till.subscriptions[subscription]
        if found.ended_at is not None:
            return
        with suppress(GatewayError):
            chance.choice([
                lambda: stage.till.plan_end(subscription, by_date=chance.random() < 0.5),
                lambda: stage.till.resume(subscription, key=f"at the gateway {chance.random()}"),
                lambda: stage.till.change(subscription, paused=not found.paused),
                lambda: stage.till.change(subscription, status="past_due"),
                lambda: stage.till.change(subscription, status="active"),
            ])()  # fmt: skip


def main(seeds: int) -> None:
    """Everything that is to hold on this database; the last line says how much was tried."""
    import django

    django.setup()
    from django.db import connection

    from tests.apps.membership.killing import killed_everywhere
    from tests.apps.membership.schedules import wrong_in
    from tests.apps.membership.tabs import wrongs_in
    from tests.apps.membership.wrongs import Wrongs

    wrong = [each for seed in range(seeds) for each in wrong_in(seed)]
    found = sum((wrongs_in(seed) for seed in range(seeds)), Wrongs())
    wrong += [] if found == Wrongs() else [str(found)]
    wrong += killed_everywhere(step=6)
    for seed in range(max(seeds // 2, 2)):
        wrong += race(seed)
        _empty()
    assert wrong == [], "\n".join(wrong)
    print(f"{connection.vendor}: {seeds} schedules, {seeds} sessions, killed everywhere, raced")


def _empty() -> None:
    """Let the next race begin with an empty room."""
    from django.apps import apps
    from django.db import connection

    names = [model._meta.db_table for model in apps.get_app_config("broadsheet_membership").get_models()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
            return
        with connection.constraint_checks_disabled():
            for name in names:
                cursor.execute(f"DELETE FROM {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
