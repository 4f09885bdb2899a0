"""What the paywall needs of the world, in its own words."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol

from broadsheet.paywall.receipts import Receipt
from broadsheet.paywall.rules import Terms


class Ask(NamedTuple):
    """A possible new grant, put to a ledger."""

    reader: bytes | None  # the id in a valid receipt, whatever its window; None for a stranger without one
    fresh: bytes  # the id to mint, should one be needed (minting.py)
    story: bytes  # the story's translation key
    near: bytes  # the reader's network
    wide: bytes
    today: int  # days since 1970, UTC
    terms: Terms
    account: bytes | None = None  # a registered reader's own key: 16 to 64 bytes that nobody can guess or count up to


class Answer(StrEnum):
    """What a ledger may say."""

    GRANTED = "granted"  # a slot was used
    KNOWN = "known"  # this reader had the story already: no slot used
    UNMINTED = "unminted"  # may be read, but this network has minted its fill of ids today: no receipt
    OWN_LIMIT = "own-limit"
    NETWORK_LIMIT = "network-limit"


class Outcome(NamedTuple):
    """A ledger's answer with what a receipt needs. For a registered reader, `reader` is their account's key."""

    answer: Answer
    reader: bytes = b""
    window_start: int = 0
    tags: tuple[bytes, ...] = ()
    used: int = 0


class LedgerError(Exception):
    """The ledger cannot be written at present: read-only, locked, full or gone."""


class Ledger(Protocol):
    """Where grants are recorded. Implementations stand in paywall/ledgers; one contract test runs over all."""

    at_once: int
    """How many asks are best settled together: enough to share the price of one write, and not so many that all
    readers wait for one batch and the server for the ledger."""

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in one transaction, in order. Raises LedgerError; then nothing was recorded."""
        ...

    def join(self, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
        """Count what a reader was granted, while their window is open, to their account too. Gives what that has used.

        What the receipt lists counts, and what the ledger knows of its bearer beyond that; an account never uses more
        than the allowance, and the reader's own count stays. Safe to repeat. Raises LedgerError.
        """
        ...

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether the reader who holds `jar` (a random id) may read what `gift` gives.

        The first `most` jars may, again and again, through the day `until`. Raises LedgerError.
        """
        ...

    def forget(self, reader: bytes) -> None:
        """Leave nothing of this reader's, or this account's, window and tags. Safe to repeat. Raises LedgerError."""
        ...

    def sweep(self, today: int) -> int:
        """Forget what is past its time (windows that ended, networks of days gone). Returns rows removed.

        0 where a ledger forgets by itself.
        """
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed `gift`; 0 once its last day is over. Raises LedgerError."""
        ...
