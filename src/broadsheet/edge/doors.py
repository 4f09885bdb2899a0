"""Ways into a story beside the meter: looked at only where the meter gives no body, so that a re-read pays for none."""

from __future__ import annotations

from collections.abc import Callable

from broadsheet.edge.crawling import CrawlerDoor
from broadsheet.edge.gifts import GiftDoor
from broadsheet.edge.policy import Policy
from broadsheet.paywall import rules
from broadsheet.paywall.gifts import HINT
from broadsheet.paywall.rules import Access, Decision


class Doors:
    """Each door is a step of `look`; the first that is open decides."""

    def __init__(self, gifts: GiftDoor) -> None:
        self.crawlers = CrawlerDoor()
        self._gifts = gifts

    def look(
        self,
        access: Access,
        story: bytes,
        policy: Policy,
        headers: dict[bytes, bytes],
        address: Callable[[], str],
        now: float,
    ) -> Decision | None:
        """A decision that opens the story or asks to come again, or None. `address` is asked once needed. No I/O."""
        if access is Access.METERED and now < policy.open_until:
            return rules.EMERGENCY
        if policy.crawlers and (found := self.crawlers.look(headers.get(b"user-agent", b""), address)):
            return found
        if policy.institutions and policy.institutions.find(address(), now).reads:
            return rules.INSTITUTION
        cookie = headers.get(b"cookie", b"")
        if HINT in cookie and self._gifts.opens(story, cookie):
            return rules.GIFT
        return None
