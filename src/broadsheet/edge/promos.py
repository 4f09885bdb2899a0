"""Newsletters offered inside stories: cut out for readers who get the list, or have seen the offer often enough.

Stories are rendered with the offer between two marks. One cookie names the lists that this browser's reader gets, and
another how often it was shown which offer this week; neither says who that is. Where an offer is to be hidden, its
bytes are left out of what was rendered, and no page is rendered again. A browser that asks for privacy (Sec-GPC) is
given no such cookie, and so no offer. What was shown is counted by offer, and told to Django with the numbers of reads.

    <!--bs:promo 7 12 3-->…<!--/bs:promo-->      offer 7, of list 12, at most three times a week

An offer counts as shown once an hour to one reader: within the hour the same page is the same answer, which may be
known and need not be worked out again. A page that is open to all is the same for everybody who has no cookie, so that
caches in front may keep it: there the offer stands, and nothing is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from broadsheet.edge.compose import OFFER, Headers
from broadsheet.edge.cookies import find
from broadsheet.edge.gate import opens
from broadsheet.edge.shelf import Variant
from broadsheet.paywall.robots import is_robot

WEEK, HOUR = 7 * 86_400, 3_600
MOST_LETTERS = 400
MOST_OFFERS = 12  # that a browser is asked to remember
MOST_FIRSTS = 256
_LISTS = re.compile(rb"\d{1,9}(?:\.\d{1,9})*")
_SEEN = re.compile(rb"(\d{1,6})((?:\.\d{1,9}x\d{1,5}x\d{1,7})*)")


class Offered(NamedTuple):
    """The offer that a page holds."""

    promo: int
    newsletter: int
    most: int  # times a week


def list_cookie(secure: bool) -> bytes:
    """The name of the cookie with the lists that a reader gets."""
    return (b"__Host-" if secure else b"") + b"bs-n"


def offered(variants: dict[str, Variant]) -> Offered | None:
    """The offer in a page: the first, for a story holds one."""
    for variant in variants.values():
        found = OFFER.search(variant.head) or OFFER.search(variant.tail)
        if found:
            return Offered(*(int(number) for number in found.groups()))
    return None


def lists_in(value: bytes) -> frozenset[int]:
    """The lists that a cookie's value names; none where it is not ours."""
    if len(value) > MOST_LETTERS or not _LISTS.fullmatch(value):
        return frozenset()
    return frozenset(int(number) for number in value.split(b"."))


class Shown(NamedTuple):
    """Whether an offer is kept from a reader, the cookie to set, and whether the same holds until the hour turns."""

    hidden: bool
    set_cookie: Headers
    settled: bool


NO_OFFER, HIDDEN, PASSING = Shown(False, [], True), Shown(True, [], True), Shown(False, [], False)


class Promos:
    """Whom the pages' offers are shown to, for one process; and how often they were."""

    def __init__(self, secure: bool) -> None:
        self._lists = list_cookie(secure)
        self._seen = (b"__Host-" if secure else b"") + b"bs-o"
        lasts = b"; Max-Age=" + str(WEEK).encode()
        self._attributes = lasts + b"; Path=/; HttpOnly; SameSite=Lax" + (b"; Secure" if secure else b"")
        self._shown: Counter[int] = Counter()
        self._firsts: dict[tuple[int, int], Shown] = {}

    def show(
        self, offer: Offered | None, method: str, headers: dict[bytes, bytes], now: float, shared: bool = False
    ) -> Shown:
        """What this reader sees of the offer. `shared`: the page is kept for all who bear no cookie."""
        if offer is None:
            return NO_OFFER
        if headers.get(b"sec-gpc") == b"1":  # who wants nothing noted could not be spared after the third time
            return HIDDEN
        cookie = headers.get(b"cookie", b"")
        if cookie and offer.newsletter in lists_in(find(cookie, self._lists)):
            return HIDDEN
        week, hour = int(now // WEEK), int(now // HOUR)
        seen = read_seen(find(cookie, self._seen), week) if cookie else {}
        times, last = seen.pop(offer.promo, (0, -1))
        if last == hour:
            return NO_OFFER
        if times >= offer.most:
            return HIDDEN
        if (
            method != "GET"
            or (shared and not cookie)
            or not opens(headers)
            or is_robot(headers.get(b"user-agent", b""))
        ):
            return PASSING
        self._shown[offer.promo] += 1
        if not seen and not times:
            return self._first(offer.promo, hour)
        seen[offer.promo] = times + 1, hour  # the latest stand last, and the oldest fall out
        return Shown(False, self._noting(seen, week), False)

    def _first(self, promo: int, hour: int) -> Shown:
        """What everybody sees whose first offer it is."""
        found = self._firsts.get((promo, hour))
        if found is None:
            if len(self._firsts) >= MOST_FIRSTS:
                self._firsts.clear()
            cookie = self._noting({promo: (1, hour)}, hour * HOUR // WEEK)
            found = self._firsts[promo, hour] = Shown(False, cookie, False)
        return found

    def _noting(self, seen: dict[int, tuple[int, int]], week: int) -> Headers:
        return [(b"set-cookie", b"".join((self._seen, b"=", write_seen(seen, week), self._attributes)))]

    def take(self) -> dict[int, int]:
        """How often each offer was shown since this was last asked."""
        shown, self._shown = dict(self._shown), Counter()
        return shown

    def give_back(self, shown: dict[int, int]) -> None:
        """Tell these once more the next time."""
        self._shown.update(shown)


def read_seen(value: bytes, week: int) -> dict[int, tuple[int, int]]:
    """How often which offer was shown in this week, and in which hour last; nothing where the value is of another week,
    or not ours."""
    found = _SEEN.fullmatch(value) if len(value) <= MOST_LETTERS else None
    if found is None or int(found[1]) != week:
        return {}
    pairs = (part.split(b"x") for part in found[2].split(b".") if part)
    return {int(promo): (int(times), int(hour)) for promo, times, hour in pairs}


def write_seen(seen: dict[int, tuple[int, int]], week: int) -> bytes:
    """The value of the cookie."""
    latest = list(seen.items())[-MOST_OFFERS:]
    return b".".join([str(week).encode(), *(f"{promo}x{times}x{hour}".encode() for promo, (times, hour) in latest)])
