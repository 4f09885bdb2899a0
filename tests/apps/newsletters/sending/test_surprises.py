"""An issue that would go to many more readers than the last one waits until somebody has looked."""

from __future__ import annotations

import pytest

from broadsheet.newsletters.carriers.memory import MemoryCarrier
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.operations import controlling
from broadsheet.newsletters.rules import audience
from broadsheet.newsletters.rules.audience import surprising
from broadsheet.newsroom.operations.opening import CHIEFS
from tests.apps.newsletters.conftest import Letters
from tests.apps.newsletters.sending.stage import Worker, a_list, an_issue, many, readers, ready, states

pytestmark = pytest.mark.django_db
State = Issue.State


@pytest.mark.parametrize(
    ("now", "last_time", "looks"),
    [
        (40_000, None, False),  # the first issue: it was approved with its number of readers before somebody's eyes
        (40_500, 500, True),
        (1_900, 1_000, False),
        (1_400, 400, False),  # a small paper's good week
        (1_401, 400, True),
        (3_000_000, 1_000_000, False),
        (3_000_001, 1_000_000, True),
        (1_001, 0, True),
    ],
)
def test_NL_15_what_a_surprise_is(now: int, last_time: int | None, looks: bool) -> None:
    assert surprising(now, last_time) is looks


def sent(newsletter: Newsletter) -> Issue:
    issue = an_issue(newsletter)
    ready()
    Worker(MemoryCarrier(), room=50).all()
    issue.refresh_from_db()
    return issue


def test_NL_15_an_audience_that_is_a_surprise_waits_for_somebody_and_then_each_gets_one(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "MANY_MORE", 10)
    newsletter, other = a_list(), a_list("other")
    readers(newsletter, many(3))
    assert sent(newsletter).began_at is not None
    readers(newsletter, many(30, "imported.example"))
    readers(other, many(30, "another.example"))
    assert states(sent(other)) == {"sent": 30}, "another list's first issue is no surprise"

    issue = sent(newsletter)
    assert (issue.state, issue.expected, issue.began_at) == (State.PAUSED, 33, None)
    assert states(issue) == {"queued": 33}
    assert "33 readers; the last issue went to 3" in issue.error
    home = letters.paper.desk(CHIEFS).get("/admin/").content.decode()
    assert "33 readers; the last issue went to 3" in home

    controlling.resume(issue_id=issue.pk)
    ready()
    carrier = MemoryCarrier()
    Worker(carrier, room=50).all()
    assert states(issue) == {"sent": 33}
    assert len(set(carrier.taken)) == 33
    assert sent(newsletter).state != State.PAUSED, "the next one is for as many"
