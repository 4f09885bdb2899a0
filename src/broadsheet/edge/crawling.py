"""The search engines' door: a verified crawler reads what the paper chose to show it; a claim alone opens nothing.

The request path only looks things up. Addresses that no list holds are noted in a small set, and a thread of its own
asks the domain name system about them, so that the next request from there finds the answer.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from broadsheet.paywall import rules
from broadsheet.paywall.confirming import Findings, Resolver, SystemResolver, find_out
from broadsheet.paywall.crawlers import Address, Lists, Standing, read_lists
from broadsheet.paywall.networks import parse
from broadsheet.paywall.robots import Engine, claimed
from broadsheet.paywall.rules import Decision

log = logging.getLogger("broadsheet.edge")

MOST_WAITING = 64
RESERVED = "google"  # the engine whose index would be overwritten with leads, were it not asked to come again


class CrawlerDoor:
    """Knows the lists, and what was found out beside them."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or SystemResolver()
        self._lists = Lists()
        self._findings = Findings()
        self._waiting: queue.Queue[tuple[Engine, Address]] = queue.Queue(MOST_WAITING)
        self._noted: set[tuple[str, Address]] = set()
        self._asker: threading.Thread | None = None

    def take(self, document: dict[str, Any] | None) -> None:
        """From now on these lists hold. A document that cannot be read leaves the ones before."""
        try:
            self._lists = read_lists(document)
        except (KeyError, TypeError, ValueError):
            log.exception("The search engines' addresses cannot be read; those before stand.")

    def look(self, agent: bytes, address: Callable[[], str]) -> Decision | None:
        """CRAWLER for a verified one, COME_AGAIN for Google while its list is too old, None for everybody else."""
        engine = claimed(agent)
        if engine is None:
            return None
        at = parse(address())
        if at is None:
            return None
        now = time.time()
        standing = self._lists.standing(engine.name, at, now)
        if standing is Standing.LISTED or self._findings.good(engine.name, at, now):
            return rules.CRAWLER
        if engine.domains and at.is_global and not self._findings.known(engine.name, at, now):
            self._note(engine, at)
        return rules.COME_AGAIN if standing is Standing.STALE and engine.name == RESERVED else None

    def _note(self, engine: Engine, address: Address) -> None:
        """Have somebody ask about the address, unless too many wait already."""
        key = (engine.name, address)
        if key in self._noted:
            return
        try:
            self._waiting.put_nowait((engine, address))
        except queue.Full:
            return
        self._noted.add(key)
        if self._asker is None:
            self._asker = threading.Thread(target=self._ask, name="crawlers", daemon=True)
            self._asker.start()

    def _ask(self) -> None:
        """Ask about what is noted, one address after the other."""
        while True:
            engine, address = self._waiting.get()
            try:
                find_out(engine, address, self._resolver, self._findings, time.time())
            except Exception:  # one strange answer must not end the thread
                log.exception("An address could not be asked about.")
            finally:
                self._noted.discard((engine.name, address))
                self._waiting.task_done()

    def settle(self) -> None:
        """Wait until whatever is noted has been asked about."""
        self._waiting.join()
