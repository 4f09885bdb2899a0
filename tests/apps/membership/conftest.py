"""The stage, and the gateway behind the paper's own settings."""

from __future__ import annotations

import pytest

from broadsheet.membership import views
from tests.apps.membership.stage import Stage


@pytest.fixture
def stage(db: None) -> Stage:
    """A paper with an offer and a gateway in memory."""
    return Stage()


@pytest.fixture
def hooked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same, with the gateway behind the paper's hook, and the clock at the gateway's time."""
    monkeypatch.setattr(views, "gateway", lambda: stage.till)
    monkeypatch.setattr(views.clock, "now", lambda: stage.till.now)
    return stage
