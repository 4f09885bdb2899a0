"""Ways into a story beside the meter: looked at only where the meter gives no body, so that a re-read pays for none."""

from __future__ import annotations

import time
from collections.abc import Callable

from broadsheet.edge.gifts import GiftDoor
from broadsheet.edge.policy import Policy
from broadsheet.paywall import rules
from broadsheet.paywall.gifts import HINT
from broadsheet.paywall.rules import Access, Decision


class Doors:
    """Each door is a step of `look`; the first that is open decides."""

    def __init__(self, gifts: GiftDoor) -> None:
        self._gifts = gifts

    def look(
        self, access: Access, story: bytes, policy: Policy, headers: dict[bytes, bytes], address: Callable[[], str]
    ) -> Decision | None:
        """A decision that opens the story, or None. `address` gives the reader's, once a door needs it. No I/O."""
        if access is Access.METERED and time.time() < policy.open_until:
            return rules.EMERGENCY
        cookie = headers.get(b"cookie", b"")
        if HINT in cookie and self._gifts.opens(story, cookie):
            return rules.GIFT
        return None
