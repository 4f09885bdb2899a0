"""MT-12: an operator takes a receipt back, from the command to the next reader who shows it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from tests.leaks.process import Child, paper

USED_UP = "203.0.113.77"  # a network whose stories are gone: only a receipt opens anything there


def _use_up(client: str) -> None:
    """Runs in the paper's process: this network read so many other stories today that no new one is free there."""
    from django.conf import settings

    from broadsheet import clock
    from broadsheet.paywall.ledgers.opening import open_ledger
    from broadsheet.paywall.networks import network_of
    from broadsheet.paywall.ports import Ask
    from broadsheet.paywall.rules import Terms

    network, today, terms = network_of(client), clock.today(), Terms()
    ledger = open_ledger(settings.LEDGER_URL)
    for _ in range(40):
        fresh, story = secrets.token_bytes(16), secrets.token_bytes(16)
        ledger.grant_all([Ask(None, fresh, story, network.near, network.wide, today, terms)])
    ledger.close()


def _command(value: str) -> tuple[int, str]:
    """Runs in the paper's process, and says and does what `broadsheet take-back-receipt` does."""
    from click.testing import CliRunner

    from broadsheet.cli import main

    said = CliRunner().invoke(main, ["take-back-receipt", value])
    paper().settle()
    return said.exit_code, said.output


def _rows() -> list[Any]:
    from broadsheet.paywall.models import TakenBack

    return list(TakenBack.objects.order_by("pk").values_list("reader", flat=True))


def _forget(days: int) -> tuple[int, list[str]]:
    """What the clock forgets so many days from now, and what the edge is told after it."""
    from broadsheet import clock
    from broadsheet.paywall import operations
    from broadsheet.prerender.operations import publish_receipts, shelf

    gone = operations.forget_receipts(now=clock.now() + timedelta(days=days))
    publish_receipts()
    paper().settle()
    return gone, (shelf().document("receipts") or {})["revoked"]


def opens(child: Child, cookie: str) -> bool:
    """Whether somebody on a used-up network reads the story with this cookie, by a visit as a browser makes it."""
    path = child.made.paths["metered"]
    answer = child.get(path, client=USED_UP, headers=(("cookie", cookie), ("sec-fetch-dest", "document")))
    assert answer.status == 200
    return any(word.encode() in answer.body for word in child.made.secrets("metered"))


def test_MT_12_a_receipt_that_an_operator_takes_back_is_refused_at_the_next_request(canary: Child) -> None:
    canary.do(_use_up, USED_UP)
    pooled, other = (canary.get(canary.made.paths["metered"]).cookie for _ in range(2))
    assert not opens(canary, "nothing=1")
    assert [opens(canary, pooled), opens(canary, pooled), opens(canary, other)] == [True, True, True]
    assert canary.do(_command, "bs-r=nonsense")[0] == 1
    assert (canary.do(_rows), opens(canary, pooled)) == ([], True)

    assert canary.do(_command, pooled) == (0, "Taken back. Within a second it opens nothing any more.\n")
    assert [opens(canary, pooled), opens(canary, pooled), opens(canary, other)] == [False, False, True]
    (row,) = canary.do(_rows)
    assert canary.do(_command, pooled.removeprefix("bs-r="))[0] == 0, "twice is once"
    assert canary.do(_forget, 61) == (0, [row]), "a receipt may still prove something"
    assert not opens(canary, pooled)
    assert canary.do(_forget, 63) == (1, []), "its window has long been over, so its row is needed no more"
    assert canary.do(_rows) == []
