"""`broadsheet refresh-crawlers`: fetch the search engines' addresses, judge them, and let every worker know."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from rich import box
from rich.console import Console
from rich.table import Table

from broadsheet import clock
from broadsheet.paywall import operations, queries
from broadsheet.paywall.crawlers import OLDEST, ListError, Listing, judge, read_listing
from broadsheet.paywall.fetching import FetchError, Publishers, Source
from broadsheet.paywall.queries import KeptList
from broadsheet.paywall.robots import ENGINES, Engine
from broadsheet.prerender.operations import publish_crawlers

log = logging.getLogger("broadsheet.work")

GOOD_FOR = timedelta(seconds=OLDEST)
BY_NAME = "by reverse DNS"
A_DAY = timedelta(hours=23)  # a little less, so that the hour does not wander
HOUR = 3_600
LOCAL = {"127.0.0.1", "localhost", "::1"}


class NoPaperError(Exception):
    """There are no tables to keep lists in."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one engine's list, and what the paper has of it now."""

    engine: str
    outcome: str  # good, taken, refused, not had, absent, by reverse DNS
    why: str = ""
    entries: int = 0
    taken: datetime | None = None
    published: datetime | None = None

    @property
    def wrong(self) -> bool:
        """Whether somebody should look into it."""
        return self.outcome in {"refused", "not had"}

    def usable(self, now: datetime) -> bool:
        """Whether the paper has a list that is young enough."""
        return self.taken is not None and now - self.taken <= GOOD_FOR


def refresh(source: Source, now: datetime, *, check: bool = False) -> list[Row]:
    """Take in what `source` has, engine by engine; what is refused leaves the last good list. `check` keeps nothing."""
    try:
        before = queries.crawler_lists()
    except DatabaseError as error:
        if not check:
            raise NoPaperError from error
        before = {}
    rows = [_refresh(engine, source, now, before.get(engine.name), check) for engine in ENGINES]
    if not check:
        publish_crawlers()
    return rows


def _refresh(engine: Engine, source: Source, now: datetime, before: KeptList | None, check: bool) -> Row:
    if not engine.publishes:
        return Row(engine.name, BY_NAME)
    try:
        parts = [read_listing(data) for data in source.lists(engine)]
        if not parts:
            return _kept(engine, "absent", "no file", before)
        listing = _whole(parts)
    except FetchError as error:
        return _kept(engine, "not had", str(error), before)
    except ListError as error:
        return _kept(engine, "refused", str(error), before)
    if check:
        return Row(engine.name, "good", "", len(listing.prefixes), now, listing.published)
    operations.keep_crawler_list(engine=engine.name, listing=listing, taken=now, confirms=source.confirms)
    taken = queries.crawler_lists()[engine.name].taken
    why = "" if taken == now else "the same file as before"
    return Row(engine.name, "taken", why, len(listing.prefixes), taken, listing.published)


def _whole(parts: list[Listing]) -> Listing:
    """The parts of one list together, as old as the oldest of them."""
    dates = [part.published for part in parts if part.published]
    prefixes = tuple(dict.fromkeys(prefix for part in parts for prefix in part.prefixes))
    judge(prefixes)
    return Listing(prefixes, min(dates, default=None))


def _kept(engine: Engine, outcome: str, why: str, before: KeptList | None) -> Row:
    if before is None:
        return Row(engine.name, outcome, why)
    return Row(engine.name, outcome, why, before.entries, before.taken, before.published)


def show(rows: list[Row], now: datetime, console: Console) -> None:
    """Print what became of each engine's list, and below why."""
    table = Table("engine", "outcome", "entries", "taken in", "published", box=box.SIMPLE)
    listed = [row for row in rows if row.outcome != BY_NAME]
    for row in listed:
        table.add_row(row.engine, row.outcome, str(row.entries or ""), _day(row.taken), _day(row.published))
    console.print(table)
    for row in listed:
        if remark := _remark(row, now):
            console.print(f"{row.engine}: {remark}", soft_wrap=True)
    by_name = ", ".join(row.engine for row in rows if row.outcome == BY_NAME)
    console.print(f"Known by reverse DNS alone: {by_name}.", soft_wrap=True)


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else ""


def _remark(row: Row, now: datetime) -> str:
    """Why, and what follows from it."""
    if row.taken is None:
        return f"{row.why}; there is no list: this crawler reads leads"
    if row.outcome in {"taken", "good"}:
        old = row.published is not None and now - row.published > GOOD_FOR
        remarks = [row.why, "dated by its publisher more than 30 days ago" if old else ""]
        remarks.append("" if row.usable(now) else "too old: this crawler reads leads")
        return "; ".join(remark for remark in remarks if remark)
    follows = "the last good list stands" if row.usable(now) else "the last good list is too old: it reads leads"
    return f"{row.why}; {follows}"


def wanted() -> bool:
    """Whether anything crawls this paper: nobody does where it stands on this machine's own address."""
    local = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname in LOCAL
    return bool(settings.CRAWLER_LISTS_MIRROR) or not local


class Refreshing:
    """The clock's part: once a day, again in an hour where something was refused. Publishing waits for none of it."""

    def __init__(self) -> None:
        self._next = 0.0
        self._thread: threading.Thread | None = None

    def step(self, *, wait: bool = False) -> None:
        """Begin a refresh where one is due; `wait` for its end."""
        if time.monotonic() < self._next or (self._thread is not None and self._thread.is_alive()):
            return
        self._next = time.monotonic() + HOUR
        if not wanted():
            return
        self._thread = threading.Thread(target=_refresh_logged, name="crawlers", daemon=True)
        self._thread.start()
        if wait:
            self._thread.join()


def _due(now: datetime) -> bool:
    """Whether an engine's list is a day old, or missing."""
    kept = queries.crawler_lists()
    published = [engine.name for engine in ENGINES if engine.publishes]
    return any(name not in kept or now - kept[name].taken > A_DAY for name in published)


def _refresh_logged() -> None:
    """Refresh from the publishers. What is wrong is logged; the last good lists stand."""
    try:
        now = clock.now()
        if not _due(now):
            return
        for row in refresh(Publishers(settings.CRAWLER_LISTS_MIRROR), now):
            if row.wrong:
                log.warning("The addresses of %s's crawler: %s", row.engine, _remark(row, now))
    except Exception:  # the clock's other work goes on
        log.exception("The search engines' addresses could not be refreshed.")
    finally:
        connection.close()
