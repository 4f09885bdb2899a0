"""What holds while the ledger cannot be written: a few new stories a network, counted in this process only.

The one documented exception to failing closed: an honest reader is not refused because of our fault, and the bound
is stated. No receipt is issued meanwhile, so nothing has to be reconciled afterwards.
"""

from __future__ import annotations

from broadsheet.paywall.rules import DEGRADED, LEDGER_DOWN, Decision, Terms

MOST_NETWORKS = 50_000


class Degraded:
    """Distinct stories opened today, by network, while the ledger was down."""

    def __init__(self) -> None:
        self._day = 0
        self._stories: dict[bytes, set[bytes]] = {}
        self.total = 0

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
