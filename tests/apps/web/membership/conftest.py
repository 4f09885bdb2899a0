"""A paper that sells, with its gateway in memory."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from broadsheet.web.membership import account, giving, joining, leaving
from tests.apps.membership.stage import Stage
from tests.paper import Paper


@pytest.fixture
def stage(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A paper that sells, its gateway in memory behind every page, and everybody's clock at the gateway's time."""
    paper.section()
    cache.clear()
    made = Stage()
    for module in (account, giving, joining, leaving):
        monkeypatch.setattr(module, "gateway", lambda: made.till)
    monkeypatch.setattr("broadsheet.clock.now", lambda: made.now)
    return made
