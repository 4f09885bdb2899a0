"""`broadsheet refresh-crawlers`: fetch the search engines' addresses, judge them, and let every worker know."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from rich.console import Console
from rich.table import Table

from broadsheet import clock
from broadsheet.paywall import operations, queries
from broadsheet.paywall.crawlers import OLDEST, Listing, ListError, judge, read_listing
from broadsheet.paywall.fetching import FetchError, Publishers, Source
from broadsheet.paywall.queries import KeptList
from broadsheet.paywall.robots import ENGINES, Engine
from broadsheet.prerender.operations import publish_crawlers

log = logging.getLogger("broadsheet.work")

GOOD_FOR = timedelta(seconds=OLDEST)
LOCAL = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one engine's list, and what the paper has of it now."""

    engine: str
    outcome: str  # taken, refused, absent, by reverse DNS
    why: str = ""
    entries: int = 0
    taken: datetime | None = None
    published: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Whether the paper has a list that is young enough."""
        return self.taken is not None and now - self.taken <= GOOD_FOR


def refresh(source: Source, now: datetime, *, check: bool = False) -> list[Row]:
    """Take in what `source` has, engine by engine; what is refused leaves the last good list. `check` keeps nothing."""
    before = queries.crawler_lists()
    rows = [_refresh(engine, source, now, before.get(engine.name), check) for engine in ENGINES]
    if not check:
        publish_crawlers()
    return rows


def _refresh(engine: Engine, source: Source, now: datetime, before: KeptList | None, check: bool) -> Row:
    if not engine.publishes:
        return Row(engine.name, "by reverse DNS")
    try:
        parts = [read_listing(data) for data in source.lists(engine)]
        if not parts:
            return _kept(engine, "absent", "no file", before)
        listing = _whole(parts)
    except (FetchError, ListError) as error:
        return _kept(engine, "refused", str(error), before)
    taken = now
    if check:
        return Row(engine.name, "good", "", len(listing.prefixes), taken, listing.published)
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
    return Row(engine.name, outcome, why, len(before.prefixes), before.taken, before.published)


def show(rows: list[Row], now: datetime, console: Console) -> None:
    """Print what became of each engine's list."""
    table = Table("engine", "outcome", "entries", "taken in", "published", "why")
    for row in rows:
        table.add_row(
            row.engine, row.outcome, str(row.entries or ""), _day(row.taken), _day(row.published), _remark(row, now)
        )  # fmt: skip
    console.print(table)


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else ""


def _remark(row: Row, now: datetime) -> str:
    """Why, and what follows from it."""
    if row.outcome == "by reverse DNS":
        return ""
    if row.taken is None:
        return f"{row.why}; there is no list: this crawler reads leads"
    if row.outcome in {"taken", "good"}:
        old = row.published is not None and now - row.published > GOOD_FOR
        remarks = [row.why, "its publisher has not changed it for 30 days" if old else ""]
        remarks.append("" if row.usable(now) else "too old: this crawler reads leads")
        return "; ".join(remark for remark in remarks if remark)
    follows = "the last good list stands" if row.usable(now) else "the last good list is too old: it reads leads"
    return f"{row.why}; {follows}"


def wanted() -> bool:
    """Whether anything crawls this paper: nobody does where it stands on this machine's own address."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname not in LOCAL


def refresh_in_background() -> None:
    """The clock's work, once a day. What is wrong is logged; the last good lists stand."""
    now = clock.now()
    for row in refresh(Publishers(settings.CRAWLER_LISTS_MIRROR), now):
        if row.outcome == "refused":
            log.warning("The addresses of %s's crawler were refused: %s", row.engine, _remark(row, now))
