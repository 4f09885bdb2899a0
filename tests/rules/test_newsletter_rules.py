"""When a reader gets an issue, how fast mails may go, and when a mailing may be done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsletters.rules.answers import Fault, fault_of
from broadsheet.newsletters.rules.audience import cuts
from broadsheet.newsletters.rules.pacing import LimitError, Limits, again_after, pause_for, read_limits, warm_limit
from broadsheet.newsletters.rules.progress import estimate
from broadsheet.newsletters.rules.zones import due_where_the_reader_is, first_instant

NOW = datetime(2026, 12, 1, 7, tzinfo=UTC)
ZONES = [
    "Pacific/Kiritimati", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Tokyo", "Asia/Kathmandu", "Asia/Kolkata",
    "Asia/Tehran", "Asia/Beirut", "Asia/Gaza", "Europe/Moscow", "Europe/Tallinn", "Africa/Cairo", "Africa/Casablanca",
    "Europe/Vienna", "Europe/London", "Atlantic/Azores", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Pago_Pago",
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_OB_10_the_same_time_of_day_in_24_zones_through_a_year_of_changing_clocks(zone: str) -> None:
    there = ZoneInfo(zone)
    for day in range(365):
        on = date(2026, 1, 1) + timedelta(days=day)
        for at in (time(7), time(0, 30), time(1, 30), time(2, 30)):
            found = first_instant(on, at, there)
            wall = found.astimezone(there)
            before = (found - timedelta(seconds=1)).astimezone(there).replace(tzinfo=None)
            wanted = datetime.combine(on, at)
            assert wall.replace(tzinfo=None) >= wanted
            assert before < wanted or wall.replace(tzinfo=None) == wanted
            if wall.replace(tzinfo=None) == wanted:  # and never the second time
                earlier = found - timedelta(hours=1)
                assert earlier.astimezone(there).replace(tzinfo=None) != wanted
            else:  # it never came: the clock jumped over it at this very moment
                assert before < wanted


def test_OB_10_a_time_that_is_missing_gives_the_moment_of_the_jump() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    assert first_instant(date(2027, 3, 28), time(2, 30), vienna) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert first_instant(date(2026, 10, 25), time(2, 30), vienna) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_OB_10_readers_get_it_at_the_lists_time_where_they_are() -> None:
    due = datetime(2026, 12, 1, 6, tzinfo=UTC)  # 07:00 in Vienna
    assert due_where_the_reader_is(due, "Europe/Vienna", "America/New_York") == datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert due_where_the_reader_is(due, "Europe/Vienna", "") == due
    assert due_where_the_reader_is(due, "Europe/Vienna", "Nowhere/At_All") == due


@given(st.sampled_from(sorted(available_timezones())), st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)))
def test_OB_10_any_zone_has_an_instant_on_about_that_day(zone: str, wall: datetime) -> None:
    found = first_instant(wall.date(), wall.time(), ZoneInfo(zone))
    assert abs(found.replace(tzinfo=None) - wall) < timedelta(days=2)


def test_OB_11_limits_are_read_and_refused() -> None:
    limits = read_limits(100, ["gmail.com=500/minute", "gmail.com=20000/day", "*=60/minute"], "2026-12-01=50")
    assert limits.of("gmail.com", NOW) == [("2026-12-01T07:00", 500), ("2026-12-01", 50)]
    assert limits.of("x.org", NOW + timedelta(days=2)) == [("2026-12-03T07:00", 60), ("2026-12-03", 200)]
    assert Limits().of("x.org", NOW) == []
    for wrong in ("gmail.com", "gmail.com=0/day", "gmail.com=5/week", "=5/day"):
        with pytest.raises(LimitError):
            read_limits(0, [wrong], "")
    with pytest.raises(LimitError):
        read_limits(0, [], "soon")


def test_OB_11_warming_up_ends() -> None:
    first = date(2026, 12, 1)
    assert [warm_limit((first, 50), first + timedelta(days=day), 14) for day in (0, 1, 13, 14)] == [
        50,
        100,
        409600,
        None,
    ]
    assert warm_limit(None, first, 14) is None
    assert [pause_for(times).total_seconds() for times in (1, 2, 3, 20)] == [60, 120, 240, 3600]
    assert pause_for(1, policy=True) == timedelta(minutes=15)
    assert [again_after(times).total_seconds() / 60 for times in (1, 2, 20)] == [2, 4, 240]


@pytest.mark.parametrize(
    ("code", "text", "refused", "fault"),
    [
        (550, "5.1.1 no such user", True, Fault.MAILBOX), (552, "5.2.2 full", True, Fault.MAILBOX),
        (550, "5.7.26 unauthenticated", True, Fault.POLICY), (550, "5.7.515 access denied", True, Fault.POLICY),
        (450, "4.2.1 greylisted", False, Fault.LATER), (421, "too many", False, Fault.SLOW_DOWN),
        (451, "4.7.1 try again", False, Fault.SLOW_DOWN), (452, "4.3.1 full", False, Fault.SLOW_DOWN),
        (554, "no", True, Fault.MAILBOX), (429, "", False, Fault.SLOW_DOWN),
    ],
)  # fmt: skip
def test_whose_fault_an_answer_is(code: int, text: str, refused: bool, fault: Fault) -> None:
    assert fault_of(code, text, refused=refused) is fault


def test_the_shares_of_a_test_are_what_was_asked() -> None:
    for share in (2, 20, 50, 100):
        first, second = (int.from_bytes(cut, "big") / (1 << 32) for cut in cuts(share))
        assert abs(first - share / 200) < 1e-6
        assert abs(second - share / 100) < 1e-6


def test_an_estimate_is_honest_or_none() -> None:
    minute = timedelta(minutes=1)
    of = {"sending": True, "left": 600, "rate": 60.0, "watched": 5 * minute, "last_due": None, "now": NOW}
    assert estimate(**of).done_at == NOW + 10 * minute
    assert estimate(**{**of, "last_due": NOW + timedelta(hours=9)}).done_at == NOW + timedelta(hours=9)
    reasons = [
        estimate(**{**of, **change}).why
        for change in (
            {"left": 0},
            {"sending": False},
            {"watched": timedelta(seconds=5)},
            {"rate": 0.0},
            {"rate": 0.01},
        )
    ]
    assert reasons == ["done", "stopped", "just_begun", "stands_still", "too_long"]
