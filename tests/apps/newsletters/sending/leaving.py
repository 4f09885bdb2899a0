"""Readers who leave while an issue goes out: is anything sent to them a second later?

python -m tests.apps.newsletters.sending.leaving READERS
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

LATE = 1.0


def leaving(count: int) -> dict[str, Any]:
    """Two workers, a slow server; every third reader leaves by the button of the mail, as mailbox providers press it."""
    from django.db import connections
    from django.test import Client

    from broadsheet import clock
    from broadsheet.newsletters import keys
    from broadsheet.newsletters.models import Subscription
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.killing import _ended, _life, relayed
    from tests.apps.newsletters.sending.relay import taken

    with relayed("neither", "--slow", "0.03") as folder:
        newsletter = stage.a_list()
        stage.readers(newsletter, stage.many(count))
        stage.an_issue(newsletter, due_at=clock.now())
        stage.ready(clock.now())
        leave = list(Subscription.objects.order_by("pk").values_list("token", "subscriber__address"))[::-3]
        workers = [_life(4) for _ in range(2)]
        client, left = Client(HTTP_HOST="localhost"), {}
        begun, length = time.monotonic(), count * 0.03 / 8
        for number, (token, address) in enumerate(leave):
            time.sleep(max(0.0, begun + length * number / len(leave) - time.monotonic()))
            _leave(client, keys.token_text(bytes(token)))
            left[address] = time.time()
        connections.close_all()
        for pid in workers:
            _ended(pid)
        when = {to: moment for moment, _, to in taken(folder)}
    late = sum(when.get(address, 0.0) > moment + LATE for address, moment in left.items())
    return {"left": len(left), "spared": len(set(left) - set(when)), "sent": len(when), "late": late}


def _leave(client: Any, token: str) -> None:
    """Press the button: POST, with the one field of RFC 8058."""
    from broadsheet.newsletters.queries.letterheads import LEAVE

    path = urlsplit(LEAVE.format(token)).path
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, (path, answer.status_code)


def main() -> None:
    """On the database that the environment names."""
    import django

    django.setup()
    print(json.dumps(leaving(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
