"""A claim is taken at its word for half a second, and so is the database's answer about it."""

from __future__ import annotations

import asyncio
import time

import pytest

from broadsheet.newsletters.carriers import freshness


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as a list of one number."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def asked(clock: list[float], claimed: float, answers: list[tuple[bool, float]]) -> tuple[bool, int]:
    """Whether it may go, and how often the database was asked; each answer takes its time."""
    count = 0

    async def still() -> bool:
        nonlocal count
        answer, seconds = answers[count]
        count += 1
        clock[0] += seconds
        return answer

    return asyncio.run(freshness.may_go(claimed, still)), count


def test_a_fresh_claim_goes_unasked(clock: list[float]) -> None:
    assert asked(clock, 99.8, []) == (True, 0)


def test_an_old_one_is_asked_about(clock: list[float]) -> None:
    assert asked(clock, 99.0, [(True, 0.01)]) == (True, 1)
    assert asked(clock, 99.0, [(False, 0.01)]) == (False, 1)


def test_OB_04_a_process_that_slept_with_a_yes_in_hand_asks_again(clock: list[float]) -> None:
    assert asked(clock, 99.0, [(True, 300.0), (False, 0.01)]) == (False, 2)
