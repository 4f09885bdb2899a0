"""Everything that needs real processes, on the database that the environment names; prints what came of it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from typing import Any

KILLS, READERS, LINES = (
    int(os.environ.get(name, usual)) for name, usual in (("KILLS", "4"), ("READERS", "160"), ("LINES", "4"))
)


def main() -> None:
    """One after the other."""
    import django

    django.setup()
    from tests.apps.newsletters.sending.killing import MODES, cleared, killed

    found: dict[str, Any] = {"killed": []}
    for mode in MODES:
        found["killed"].append(killed(KILLS, READERS, LINES, mode))
        cleared()
    found["together"] = together()
    cleared()
    found["stopped"] = stopped()
    cleared()
    found["torn"] = torn()
    cleared()
    found["overspent"] = overspent()
    print(json.dumps(found))


def together(workers: int = 4, count: int = 240) -> dict[str, int]:
    """Workers in processes of their own, each of which also gathers readers."""
    from broadsheet import clock
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.killing import _ended, _life, relayed
    from tests.apps.newsletters.sending.relay import taken

    with relayed("neither") as folder:
        newsletter = stage.a_list()
        wanted = {one.address for one in stage.readers(newsletter, stage.many(count))}
        stage.an_issue(newsletter, due_at=clock.now())
        for pid in [_life(3) for _ in range(workers)]:
            _ended(pid)
        got = Counter(to for _, _, to in taken(folder))
    return {"sent": sum(got.values()), "twice": sum(got.values()) - len(got), "missed": len(wanted - set(got))}


def stopped(count: int = 60) -> dict[str, int]:
    """A worker that is put to sleep with messages under way, past its lease; another takes over; it wakes up."""
    from datetime import timedelta

    from broadsheet import clock
    from broadsheet.newsletters.models import Delivery
    from broadsheet.newsletters.operations import claiming
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.killing import _ended, _life, relayed
    from tests.apps.newsletters.sending.relay import taken

    with relayed("resolves", "--slow", "0.02") as folder:
        newsletter = stage.a_list()
        wanted = {one.address for one in stage.readers(newsletter, stage.many(count))}
        stage.an_issue(newsletter, due_at=clock.now())
        usual, claiming.LEASE = claiming.LEASE, timedelta(seconds=1)
        try:
            asleep = _life(2)
            while Delivery.objects.filter(state="sent").count() < 10:
                time.sleep(0.02)
            os.kill(asleep, signal.SIGSTOP)
            time.sleep(1.5)
            other = _life(2)
            time.sleep(1.5)
            os.kill(asleep, signal.SIGCONT)
            _ended(other)
            _ended(asleep)
        finally:
            claiming.LEASE = usual
        got = Counter(to for _, _, to in taken(folder))
    return {"missed": len(wanted - set(got)), "twice": sum(got.values()) - len(got)}


def torn(count: int = 120) -> dict[str, int]:
    """Senders whose statements fail as on a full disk; on PostgreSQL all connections are ended again and again too."""
    from django.db import connection

    from broadsheet import clock
    from broadsheet.newsletters.models import Delivery
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.killing import _ended, _life, relayed
    from tests.apps.newsletters.sending.relay import taken

    with relayed("resolves", "--slow", "0.01") as folder:
        newsletter = stage.a_list()
        wanted = {one.address for one in stage.readers(newsletter, stage.many(count))}
        stage.an_issue(newsletter, due_at=clock.now())
        stage.ready(clock.now())
        pids = [_life(3, faulty=True) for _ in range(2)]
        for _ in range(6 if connection.vendor == "postgresql" else 0):
            time.sleep(0.3)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        for pid in pids:
            _ended(pid)
        got = Counter(to for _, _, to in taken(folder))
        assert Delivery.objects.filter(state="sent").count() == count
    return {"missed": len(wanted - set(got)), "twice": sum(got.values()) - len(got)}


def overspent(workers: int = 16, most: int = 100) -> int:
    """How many tokens sixteen workers took together beyond what there were."""
    from django.db import connection, transaction

    from broadsheet.newsletters.operations.tokens import take

    got: list[int] = []

    def spend() -> None:
        while True:
            with transaction.atomic():
                one = take(domain="gmail.com", span="2026-12-01T07:00", many=3, most=most)
            got.append(one)
            if not one:
                break
        connection.close()

    threads = [threading.Thread(target=spend) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return abs(sum(got) - most)


if __name__ == "__main__":
    main()
