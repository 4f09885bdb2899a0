"""A ledger that fails: a few stories a network, and a log that says so once, then each minute."""

from __future__ import annotations

import logging

import pytest

from broadsheet.paywall.degraded import MOST_NETWORKS, Degraded
from broadsheet.paywall.rules import DEGRADED, LEDGER_DOWN, Terms

TERMS, TODAY = Terms(), 20_000


def test_a_network_gets_so_many_stories_a_day_and_reads_them_again() -> None:
    degraded = Degraded()
    stories = [bytes((number,)) for number in range(8)]
    found = [degraded.decide(b"home", story, 0, TODAY, TERMS) for story in stories]
    assert found == [DEGRADED] * TERMS.degraded + [LEDGER_DOWN] * 3
    assert degraded.decide(b"home", stories[0], 0, TODAY, TERMS) is DEGRADED
    assert degraded.decide(b"home", stories[7], 0, TODAY + 1, TERMS) is DEGRADED
    assert degraded.decide(b"work", stories[7], TERMS.allowance, TODAY + 1, TERMS) is LEDGER_DOWN


def test_what_it_remembers_is_bounded() -> None:
    degraded = Degraded()
    for number in range(MOST_NETWORKS):
        degraded.decide(number.to_bytes(4, "big"), b"story", 0, TODAY, TERMS)
    assert degraded.decide(b"one more", b"story", 0, TODAY, TERMS) is LEDGER_DOWN


def test_the_log_warns_once_raises_an_alarm_each_minute_and_says_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    degraded = Degraded()
    with caplog.at_level(logging.INFO, "broadsheet.paywall"):
        for second in range(0, 130, 10):
            degraded.failed("locked", 1_000.0 + second)
            degraded.decide(b"home", bytes((second,)), 0, TODAY, TERMS)
        degraded.written(1_130.0)
        degraded.written(1_131.0)
        degraded.failed("full", 2_000.0)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "ERROR", "ERROR", "WARNING", "WARNING"]
    alarms = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert [("60 seconds" in alarms[0]), ("120 seconds" in alarms[1])] == [True, True]
    assert "meter_degraded_total=5" in alarms[0]
    assert caplog.records[3].getMessage().endswith("after 130 s; given without receipts: 5")
