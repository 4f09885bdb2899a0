"""Whose day it is: hosts whose clocks differ, leap days, and the clock that is changed twice a year."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from broadsheet import clock
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ledger
from broadsheet.paywall.rules import Terms
from tests.contracts.asking import TERMS, TODAY, ask, one, patient, receipt_of


@pytest.fixture
def hosts(url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two machines on one ledger. The clock of the second is ahead: it has tomorrow already."""
    with closing(open_ledger(url)) as behind, closing(open_ledger(url)) as ahead:
        yield behind, ahead


Hosts = tuple[Ledger, Ledger]


def far(number: int) -> tuple[bytes, bytes]:
    """A network where nobody else is."""
    return b"4near%d" % number, b"4wide%d" % number


@pytest.mark.parametrize("first_ahead", [False, True])
@pytest.mark.parametrize("registered", [False, True], ids=["reader", "account"])
def test_MT_20_LR_05_at_midnight_two_hosts_whose_clocks_differ_give_the_allowance_and_no_more(
    hosts: Hosts, first_ahead: bool, registered: bool
) -> None:
    who: dict[str, bytes] = {"account": os.urandom(32)} if registered else {}
    for number in range(1, 11):
        ahead = (number % 2 == 1) is first_ahead
        said = one(hosts[ahead], ask(number, today=TODAY + ahead, network=far(number), **who))
        who = who or {"reader": said.reader}
        assert said.answer is (Answer.GRANTED if number <= 3 else Answer.OWN_LIMIT)
        assert said.window_start == TODAY + first_ahead, "who was there first says when the window began"
    for ahead in (False, True):
        again = [one(hosts[ahead], ask(n, today=TODAY + ahead, network=far(n), **who)).answer for n in (1, 2, 3)]
        assert again == [Answer.KNOWN] * 3


@pytest.mark.parametrize("used", [1, 2, 3])
def test_MT_20_LR_05_a_window_that_ended_on_one_host_is_the_new_one_on_the_other_too(hosts: Hosts, used: int) -> None:
    reader = one(hosts[0], ask(1)).reader
    last, granted = TODAY + TERMS.window - 1, [TODAY]
    for number in range(2, used + 1):
        assert one(hosts[0], ask(number, reader, network=far(number))).answer is Answer.GRANTED
        granted.append(TODAY)
    for number in range(10, 30):  # the host behind is in the last day of the window, the host ahead past it
        ahead = number % 2 == 0
        said = one(hosts[ahead], ask(number, reader, last + ahead, network=far(number)))
        granted += [said.window_start] if said.answer is Answer.GRANTED else []
        assert said.answer is Answer.GRANTED or granted.count(said.window_start) == TERMS.allowance
    assert Counter(granted) == {TODAY: used, last + 1: TERMS.allowance}


def test_MT_20_LR_05_a_network_has_each_days_bound_once_on_hosts_whose_clocks_differ(hosts: Hosts) -> None:
    answers: dict[bool, list[Answer]] = {False: [], True: []}
    for number in range(40):
        ahead = number % 2 == 1
        answers[ahead].append(one(hosts[ahead], ask(number, today=TODAY + ahead)).answer)
        hosts[1].sweep(TODAY + 1)  # the host ahead forgets nothing that the one behind still counts
    for said in answers.values():
        assert said == [Answer.GRANTED] * TERMS.network_new + [Answer.NETWORK_LIMIT] * (20 - TERMS.network_new)


def test_MT_20_LR_05_what_the_host_ahead_granted_counts_to_the_account_on_the_one_behind(hosts: Hosts) -> None:
    account, first = os.urandom(16), one(hosts[1], ask(1, today=TODAY + 1))
    receipt = receipt_of(one(hosts[0], ask(2, first.reader, network=far(2))))
    assert [hosts[ahead].join(receipt, account, TODAY + ahead, TERMS) for ahead in (False, True, False)] == [2, 2, 2]
    answers = [one(hosts[n % 2], ask(3 + n, account=account, today=TODAY + n % 2)).answer for n in range(3)]
    assert answers == [Answer.GRANTED, Answer.OWN_LIMIT, Answer.OWN_LIMIT]


def test_MT_20_LR_05_whatever_two_hosts_make_of_sixty_midnights_no_window_holds_more_or_less(hosts: Hosts) -> None:
    seed = random.randrange(10**6)
    chance, terms = random.Random(seed), Terms(allowance=3, window=7)
    readers: list[bytes | None] = [None] * 6
    granted: dict[int, dict[int, set[int]]] = {at: {} for at in range(6)}  # of each reader: stories by window
    for step in range(240):
        at, number, ahead = chance.randrange(6), chance.randrange(40), chance.random() < 0.5
        today, windows = TODAY + step // 4 + ahead, granted[at]
        said = patient(hosts[ahead], [ask(number, readers[at], today, terms, far(step))])[0]
        readers[at] = readers[at] or said.reader
        window = windows.setdefault(said.window_start, set())
        assert said.window_start - 1 <= today < said.window_start + terms.window, f"seed {seed}, step {step}"
        assert (number in window) is (said.answer is Answer.KNOWN), f"seed {seed}, step {step}"
        if said.answer is Answer.OWN_LIMIT:
            assert len(window) == terms.allowance, f"seed {seed}, step {step}: refused what was due"
        else:
            window.add(number)
        assert len(window) == said.used <= terms.allowance, f"seed {seed}, step {step}"
    for windows in granted.values():
        starts = sorted(windows)
        assert all(later - earlier >= terms.window for earlier, later in pairwise(starts))


@pytest.mark.parametrize(
    ("first", "zone"),
    [
        (datetime(2028, 2, 10, 23, 30), "UTC"),  # over the 29th of February
        (datetime(2028, 1, 30, 1, 0), "Europe/Tallinn"),  # the day of which it is the last
        (datetime(2027, 3, 14, 1, 59), "Europe/Tallinn"),  # an hour is left out
        (datetime(2027, 10, 17, 1, 59), "Europe/Tallinn"),  # an hour comes twice
        (datetime(2027, 10, 24, 0, 30), "America/New_York"),
    ],
)
def test_MT_20_LR_05_a_leap_day_and_a_changed_clock_make_a_window_neither_longer_nor_shorter(
    ledger: Ledger, first: datetime, zone: str
) -> None:
    moment = first.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    midnight, reader, grants = moment.replace(hour=0, minute=0), None, []
    days = [midnight + timedelta(days=day) for day in (0, 1, 15, 29, 30, 31, 45, 59, 60, 61)]
    moments = {day + after for day in days for after in (timedelta(seconds=-1), timedelta(0), moment - midnight)}
    for number, when in enumerate(sorted(moments - {midnight, midnight - timedelta(seconds=1)})):
        today = clock.day_of(when.astimezone(ZoneInfo(zone)))
        said = one(ledger, ask(number, reader, today, network=far(number)))
        reader = reader or said.reader
        assert said.answer in {Answer.GRANTED, Answer.OWN_LIMIT}
        grants += [when] if said.answer is Answer.GRANTED else []
    windows = [midnight + timedelta(days=30 * window) for window in range(3)]
    assert [sum(start <= when < start + timedelta(days=30) for when in grants) for start in windows] == [3, 3, 3]
    assert grants[::3] == [moment, *windows[1:]], "a window opens with its first second"
