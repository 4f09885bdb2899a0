"""What holds while the ledger cannot be written: a few new stories a network, counted in this process only.

The one documented exception to failing closed: an honest reader is not refused because of our fault, and the bound
is stated. No receipt is issued meanwhile, so nothing has to be reconciled afterwards.
"""

from __future__ import annotations

import logging

from broadsheet.paywall.rules import DEGRADED, LEDGER_DOWN, Decision, Terms

log = logging.getLogger("broadsheet.paywall")

MOST_NETWORKS = 50_000
ALARM_SECONDS = 60


class Degraded:
    """Distinct stories opened today, by network, while the ledger was down, and what the log says of it meanwhile."""

    def __init__(self) -> None:
        self._day = 0
        self._stories: dict[bytes, set[bytes]] = {}
        self.total = 0  # stories given without a grant, since the process began
        self.since: float | None = None  # when the ledger failed first, if it was not written since
        self._alarm = 0.0
        self._before = 0

    def decide(self, network: bytes, story: bytes, used: int, today: int, terms: Terms) -> Decision:
        """FULL where the receipt proves less than the allowance and this network has had few stories meanwhile."""
        if today != self._day:
            self._day, self._stories = today, {}
        if used >= terms.allowance or (network not in self._stories and len(self._stories) >= MOST_NETWORKS):
            return LEDGER_DOWN
        stories = self._stories.setdefault(network, set())
        if story not in stories and len(stories) >= terms.degraded:
            return LEDGER_DOWN
        stories.add(story)
        self.total += 1
        return DEGRADED

    def failed(self, error: object, now: float) -> None:
        """The ledger could not be written at `now` (monotonic seconds). Says so at once, and each minute as alarm."""
        if self.since is None:
            self.since, self._alarm, self._before = now, now + ALARM_SECONDS, self.total
            log.warning("The ledger cannot be written (%s): bounded grants without receipts.", error)
        elif now >= self._alarm:
            self._alarm = now + ALARM_SECONDS
            log.error(
                "ALARM: the ledger has not been written for %.0f seconds (%s); meter_degraded_total=%d",
                *(now - self.since, error, self.total),
            )

    def written(self, now: float) -> None:
        """The ledger was written again."""
        if self.since is not None:
            given = self.total - self._before
            log.warning(
                "The ledger is written again, after %.0f s; given without receipts: %d", now - self.since, given
            )
            self.since = None
