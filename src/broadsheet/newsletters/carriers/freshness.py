"""Whether a claimed message may still be handed over, where its line took its time."""

from __future__ import annotations

import time

from broadsheet.newsletters.ports import Still

FRESH = 0.5  # seconds for which a claim is taken at its word


async def may_go(claimed: float, still: Still) -> bool:
    """Whether a message claimed at `claimed` (of `time.monotonic`) is still ours. A process may be put to sleep with
    the answer in hand: one that is no longer fresh is asked for anew, until the claim itself is over."""
    while time.monotonic() - claimed > FRESH:
        claimed = time.monotonic()
        if not await still():
            return False
    return True
