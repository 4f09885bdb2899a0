"""Two tabs at once, some sessions of the many that `make prove ONLY=two_tabs` tries; and what the proof must notice."""

from __future__ import annotations

import pytest

from broadsheet.membership.models import WebhookEvent
from broadsheet.membership.operations import following
from tests.apps.membership.bodies import faults_in
from tests.apps.membership.tabs import wrongs_in
from tests.apps.membership.wrongs import Wrongs

pytestmark = pytest.mark.django_db


PAID_ANEW_WHILE_ENDING = 1847  # a page of before the first membership is paid after that was cancelled


@pytest.mark.parametrize("seed", [*range(12), PAID_ANEW_WHILE_ENDING])
def test_BL_15_nobody_pays_or_tries_twice_by_clicking_in_two_tabs(seed: int) -> None:
    assert wrongs_in(seed) == Wrongs()


def test_the_sessions_are_wild_enough_to_notice_what_is_not_prevented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_end_duplicates", lambda *_: None)
    monkeypatch.setattr(following, "_refuse", lambda *_: None)
    monkeypatch.setattr(following, "_give_back", lambda *_: None)
    found = sum((wrongs_in(seed) for seed in range(60)), Wrongs())
    assert found.second_trials > 0
    assert found.double_charges + found.surprises > 0


def test_WH_03_whatever_is_posted_the_hook_says_yes_or_no() -> None:
    assert [each for seed in range(300) for each in faults_in(seed)] == []
    assert WebhookEvent.objects.count() > 60, "many of them are events, and are kept"
