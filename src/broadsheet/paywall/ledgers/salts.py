"""Whether the day's salt was lost while it was in use: then what networks used that day is counted from nothing again.

The caps hold anew, so readers may get the bound of their network twice that day. Nothing can mend it; but it must not
happen unnoticed. What is compared is in memory already: no grant waits for this.
"""

from __future__ import annotations

import logging

from broadsheet.clock import date_of

log = logging.getLogger("broadsheet.paywall")


class Salts:
    """The salt under which this process settled grants last, and its day."""

    def __init__(self) -> None:
        self._day, self._salt = 0, b""

    def settled(self, salts: dict[int, bytes]) -> None:
        """Grants of these days are written, under these salts: not to be said of what may yet be rolled back."""
        for day, salt in salts.items():
            if day == self._day and salt != self._salt:
                was_lost(day)
            self._day, self._salt = day, salt


def was_lost(day: int) -> None:
    """Tell whoever watches the log."""
    log.warning("ALARM: the ledger lost the salt of %s: what networks used that day is counted anew.", date_of(day))
