"""Who a Cookie header says is reading. What was verified once is remembered by the header's own bytes.

A reader sends the same cookies again and again; decoding and the seals' arithmetic are most of what a re-read costs.
Only whole headers are remembered, a bounded number of them, and nothing that depends on the clock: windows and
passes are held against it at every request.
"""

from __future__ import annotations

from broadsheet.edge.cookies import find
from broadsheet.paywall import passes
from broadsheet.paywall.passes import Pass
from broadsheet.paywall.receipts import KeyRing, Receipt, lists
from broadsheet.readers import Standing

MOST = 8_192  # headers in each of two generations: about 10 MB
LONGEST = 1_024  # a longer header is read anew each time


class Reads:
    """How often stories were opened by one receipt, whoever bears it, in this hour."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Visitor:
    """What a header proves: a receipt, a pass, or neither."""

    __slots__ = ("_listed", "bearer", "reads", "receipt")

    def __init__(self, receipt: Receipt | None, bearer: Pass | None, reads: Reads | None = None) -> None:
        self.reads = reads or Reads()
        self.receipt = receipt
        self.bearer = bearer  # its expiry is yet to be held against the clock
        self._listed: dict[bytes, bool] = {}

    def standing(self, now: float) -> Standing:
        """What they are, as far as a pass that holds tells."""
        return self.bearer.standing if self.bearer is not None and passes.holds(self.bearer, now) else Standing.STRANGER

    def account(self, now: float) -> bytes:
        """What stands for a registered reader in the ledger; empty for whoever is none, or shows no pass that holds."""
        return self.bearer.account if self.bearer is not None and passes.holds(self.bearer, now) else b""

    def lists(self, story: bytes) -> bool:
        """Whether the receipt proves a grant of `story`, whatever its window."""
        if self.receipt is None:
            return False
        found = self._listed.get(story)
        if found is None:
            if len(self._listed) > 64:
                self._listed.clear()
            found = self._listed[story] = lists(self.receipt, story)
        return found


NOBODY = Visitor(None, None)


class Visitors:
    """Reads Cookie headers. The least recently seen half is forgotten when there are too many."""

    def __init__(self, keys: KeyRing, receipt: bytes, member: bytes) -> None:
        """`receipt` and `member` are the names of the two cookies."""
        self._keys, self._receipt, self._member = keys, receipt, member
        self._young: dict[bytes, Visitor] = {}
        self._old: dict[bytes, Visitor] = {}
        self._reads: dict[bytes, Reads] = {}

    def forget(self) -> None:
        """Read every header anew, and begin to count what receipts open."""
        self._young, self._old, self._reads = {}, {}, {}

    def of(self, cookie: bytes) -> Visitor:
        """Who sends this header. No I/O, no clock."""
        found = self._young.get(cookie)
        if found is None:
            found = self._old.get(cookie) or self._read(cookie)
            if len(cookie) <= LONGEST:
                if len(self._young) >= MOST:
                    self._old, self._young = self._young, {}
                self._young[cookie] = found
        return found

    def _read(self, cookie: bytes) -> Visitor:
        value, held = find(cookie, self._receipt), find(cookie, self._member)
        receipt = self._keys.read(value) if value else None
        bearer = passes.unseal(self._keys, held) if held else None
        if receipt is None:
            return Visitor(None, bearer) if bearer else NOBODY
        if len(self._reads) >= 2 * MOST:
            self._reads = {}
        return Visitor(receipt, bearer, self._reads.setdefault(receipt.reader, Reads()))
