"""When lists go out: also on nights on which clocks are changed, and where readers are."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from broadsheet.newsletters.rules.schedule import (
    DAILY,
    NONE,
    WEEKLY,
    Rhythm,
    at_the_readers,
    instant,
    opens,
    to_compose,
    turns,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "moment"),
    [
        ("2026-11-26", "07:00", "UTC", "2026-11-26T07:00"),
        ("2026-11-26", "07:00", "Asia/Kolkata", "2026-11-26T01:30"),
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T01:00"),  # clocks jump from 2 to 3
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30"),  # it comes twice
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),  # half an hour comes twice
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30"),  # half an hour is missing
        ("2026-09-06", "00:10", "America/Santiago", "2026-09-06T04:00"),  # midnight is missing
        ("2011-12-30", "07:00", "Pacific/Apia", "2011-12-30T10:00"),  # the whole day is missing
    ],
)
def test_OB_10_a_time_that_is_missing_or_comes_twice_is_its_first_valid_moment(
    day: str, at: str, zone: str, moment: str
) -> None:
    assert instant(date.fromisoformat(day), time.fromisoformat(at), zone) == utc(moment)


def test_OB_10_seven_in_the_morning_comes_once_a_day_in_every_zone() -> None:
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        for first in (date(2026, 3, 27), date(2026, 10, 23)):
            moments = [instant(first + timedelta(days=offset), time(7), zone) for offset in range(5)]
            for before, after in itertools.pairwise(moments):
                assert timedelta(hours=22) <= after - before <= timedelta(hours=26), zone


def test_OB_10_a_reader_gets_it_when_clocks_there_show_what_the_lists_show() -> None:
    due = instant(date(2026, 11, 26), time(7), "Europe/Paris")
    shown = {
        at_the_readers(due, "Europe/Paris", zone).astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for zone in ZONES
    }
    assert shown == {"26 07:00"}


ZONES = (
    "Pacific/Kiritimati", "Pacific/Auckland", "Asia/Tokyo", "Asia/Kathmandu", "Africa/Cairo", "Europe/London",
    "America/St_Johns", "America/New_York", "America/Los_Angeles", "Pacific/Pago_Pago",
)  # fmt: skip


def test_an_issue_where_readers_are_opens_with_the_first_of_them() -> None:
    due = instant(date(2026, 11, 26), time(7), "Europe/Paris")
    assert opens(due, "Europe/Paris", where_readers_are=False) == due
    first = opens(due, "Europe/Paris", where_readers_are=True)
    assert first == at_the_readers(due, "Europe/Paris", "Pacific/Kiritimati") == utc("2026-11-25T17:00")
    assert all(at_the_readers(due, "Europe/Paris", zone) >= first for zone in ZONES)


def test_the_next_times_of_a_daily_and_of_a_weekly_list() -> None:
    after = utc("2026-11-26T06:30")
    daily = Rhythm(DAILY, at=time(7), zone="Europe/Paris")
    assert [str(turn.day) for turn in turns(daily, after, 2)] == ["2026-11-27", "2026-11-28"]
    weekly = Rhythm(WEEKLY, weekday=1, at=time(7), zone="Asia/Tokyo")
    assert [(str(turn.day), turn.due) for turn in turns(weekly, after, 2)] == [
        ("2026-12-01", utc("2026-11-30T22:00")),
        ("2026-12-08", utc("2026-12-07T22:00")),
    ]
    assert turns(Rhythm(NONE), after, 2) == []


def test_an_issue_is_composed_when_its_time_is_near_and_earlier_where_somebody_reads_it() -> None:
    rhythm = Rhythm(DAILY, at=time(7), zone="UTC")

    def days(moment: str, reviewed: bool) -> list[str]:
        return [str(turn.day) for turn in to_compose(rhythm, utc(moment), reviewed)]

    assert days("2026-11-25T20:00", reviewed=True) == []
    assert days("2026-11-26T05:00", reviewed=True) == ["2026-11-26"]
    assert days("2026-11-26T05:00", reviewed=False) == []
    assert days("2026-11-26T06:50", reviewed=False) == ["2026-11-26"]
    assert days("2026-11-26T15:00", reviewed=False) == ["2026-11-26"]  # the clock stood still till then
    assert days("2026-11-26T19:30", reviewed=False) == []


def test_OB_10_where_readers_are_each_days_issue_is_there_before_its_first_reader() -> None:
    rhythm = Rhythm(DAILY, at=time(7), zone="UTC", where_readers_are=True)
    assert [str(turn.day) for turn in to_compose(rhythm, utc("2026-11-25T16:50"), reviewed=False)] == [
        "2026-11-25",
        "2026-11-26",
    ]
