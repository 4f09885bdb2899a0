"""A desk with staff, readers and the gateway in memory."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from broadsheet.membership.desk import exchange, offers, prices, reader
from tests.apps.membership.stage import Stage
from tests.paper import Desk, paper

__all__ = ["paper"]


def staff(email: str, group: str) -> Desk:
    """Somebody of a group, logged in."""
    user = get_user_model().objects.create_user(email, "amber-quay-41", first_name=email.split("@", maxsplit=1)[0])
    user.groups.add(Group.objects.get(name=group))
    return Desk(user)


@pytest.fixture
def stage(stage: Stage, paper: Any, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, with its gateway and clock behind the desk's views."""
    for module in (exchange, offers, prices, reader):
        monkeypatch.setattr(module, "gateway", lambda: stage.till)
    monkeypatch.setattr("broadsheet.clock.now", lambda: stage.till.now)
    return stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    """A member of the members' desk."""
    return staff("mira@example.org", "Members' desk")


@pytest.fixture
def chief(stage: Stage) -> Desk:
    """A chief editor, who has no business at the members' desk."""
    return staff("carla@example.org", "Chief editors")


@pytest.fixture
def stranger() -> Client:
    """Nobody."""
    return Client()
