"""Senders that are killed at random moments while a mailing goes out, and the one that brings it to its end.

    python -m tests.apps.newsletters.sending.killing KILLS READERS LINES resolves|dedupes|neither|crosses

runs on an empty, migrated database, and prints what was missed, what came twice, and how many kills left a message
under way. Each life is a process of its own, forked from one that knows Django already, so that it sends at once.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

MODES = {
    "resolves": ("?log={folder}/log&settles=1", []),
    "dedupes": ("?dedupes=yes", ["--dedupe"]),
    "neither": ("", []),
    "crosses": ("?log={folder}/log&settles=1", ["--drop", "97"]),  # it takes a message, and hangs up in place of 250
}


def killed(kills: int, count: int, lines: int, mode: str) -> dict[str, Any]:
    """Kill and kill again, then let it end."""
    from broadsheet import clock
    from broadsheet.newsletters.models import Delivery, Issue
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.relay import taken

    chance = random.Random(int(os.environ.get("SEED", "1")))
    with relayed(mode) as folder:
        newsletter = stage.a_list()
        wanted = {one.address for one in stage.readers(newsletter, stage.many(count))}
        issue = stage.an_issue(newsletter, due_at=clock.now())
        under_way, life = 0, 0.1
        for left in range(kills, 0, -1):
            noted = (folder / "taken").stat().st_size
            pid = _life(lines)
            _until(lambda noted=noted: (folder / "taken").stat().st_size > noted)
            time.sleep(chance.uniform(0.0, life))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            under_way += Delivery.objects.filter(state="sending").exists()
            life = _paced(Delivery.objects.filter(state="sent").count(), count, kills - left + 1, kills, life)
        _ended(_life(lines))
        got = Counter(to for _, _, to in taken(folder))
        marks = Counter(mark for _, mark, _ in taken(folder))
        return {
            "mode": mode, "kills": kills, "under_way": under_way, "readers": count, "lines": lines,
            "missed": len(wanted - set(got)), "twice": sum(times - 1 for times in got.values()),
            "marks": len(marks), "state": Issue.objects.get(pk=issue.pk).state, "rows": stage.states(issue),
        }  # fmt: skip


@contextmanager
def relayed(mode: str, *more: str) -> Iterator[Path]:
    """A relay that the settings name; its folder."""
    from django.conf import settings

    from tests.apps.newsletters.sending.relay import relaying
    from tests.servers import free_port

    folder = Path(tempfile.mkdtemp(prefix="relay-", dir=os.environ["BROADSHEET_FOLDER"]))
    query, options = MODES[mode]
    with relaying(folder, free_port(), *options, *more) as port:
        settings.NEWSLETTER_MAIL_URL = f"smtp://127.0.0.1:{port}{query.format(folder=folder)}"
        yield folder


def cleared() -> None:
    """Nobody, and nothing sent."""
    from broadsheet.newsletters import models

    for model in (
        models.Delivery,
        models.Content,
        models.Issue,
        models.Subscription,
        models.Subscriber,
        models.Newsletter,
    ):
        model.objects.all().delete()


def _until(so: Callable[[], bool], most: float = 2.0) -> None:
    """Wait until something is taken; not for long: what is left may be in doubt, and wait itself."""
    end = time.monotonic() + most
    while not so() and time.monotonic() < end:
        time.sleep(0.002)


def _paced(sent: int, count: int, killed: int, kills: int, life: float) -> float:
    """Lives as long as it takes for the kills to fall into the whole of the mailing, not its beginning."""
    return life * (0.8 if sent / count > killed / kills else 1.25)


def _life(lines: int, faulty: bool = False) -> int:
    """A sender in a process of its own: it gathers readers if nobody did, and sends until nothing is left. If it is to
    be faulty, one statement in twenty fails as on a full disk."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        from django.db.backends.signals import connection_created

        from broadsheet import clock
        from broadsheet.newsletters import housekeeping, tasks

        housekeeping.prepare(now=clock.now())
        if faulty:
            chance = random.Random(
                os.getpid()
            )  # one for all connections: with one for each, a fault could recur for ever
            connection_created.connect(partial(_fail_now_and_then, chance), weak=False)
        tasks.send(until_empty=True, lines=lines)
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def _fail_now_and_then(chance: random.Random, connection: Any, **_: Any) -> None:
    from django.db import OperationalError

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) and chance.random() < 0.05:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    connection.execute_wrappers[:] = [run]  # one, however often it connects anew


def _ended(pid: int) -> None:
    """The last life: it may take its time."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            assert os.waitstatus_to_exitcode(status) == 0, "the last sender failed"
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("the mailing did not end")


def main() -> None:
    """On the database that the environment names."""
    import django

    django.setup()
    kills, count, lines = (int(word) for word in sys.argv[1:4])
    print(json.dumps(killed(kills, count, lines, sys.argv[4])))


if __name__ == "__main__":
    main()
