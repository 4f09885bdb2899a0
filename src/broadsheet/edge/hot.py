"""Pages at hand: the shelf's entries with their answers' headers made ready, bounded in bytes."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any, NamedTuple

from broadsheet.edge.compose import Headers, answer, body_headers
from broadsheet.edge.promos import offered
from broadsheet.edge.shelf import Entry, Shelf, Variant
from broadsheet.edge.visitors import Reads
from broadsheet.paywall.rules import Access

CRAWLED = "crawled"  # the full variant as a search crawler gets it: kept nowhere
MOST_KNOWN = 32_768  # answers known for a Cookie header, of all pages together: about 15 MB
# What everybody may read lies in a shared cache for so many seconds: long enough to bear any crowd, and what is taken
# down or gated is gone from there five seconds later, without anybody's emptying it.
SHARED = 4


class Ready(NamedTuple):
    """One variant in one encoding: the answer's start, its body, and the answer where the browser has it already."""

    etag: bytes
    start: dict[str, Any]
    body: dict[str, Any]
    unchanged: dict[str, Any]


class Known:
    """The answer that a GET with this Cookie header gets, for a while, where it asks for the same encodings."""

    __slots__ = ("accepts", "always", "body", "reads", "start", "until")  # every re-read looks at all of these

    def __init__(
        self, until: float, always: bool, start: dict[str, Any], body: dict[str, Any], reads: Reads | None
    ) -> None:
        self.until = until  # seconds since 1970
        self.always = always  # else only who opens the page in a window
        self.start, self.body = start, body
        self.reads = reads  # counts the answers, where it is a receipt that opens the story
        self.accepts: bytes | None = None  # the Accept-Encoding header that the body was chosen by


class HotPage:
    """An entry with whatever of it has been made ready."""

    __slots__ = ("common", "entry", "known", "offer", "ready", "size", "used", "views")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.size = sum(map(weight, entry.variants.values()))
        self.offer = offered(entry.variants)
        self.common = common_headers(entry)
        self.ready: dict[tuple[str, str], Ready] = {}
        self.known: dict[bytes, Known] = {}  # by Cookie header; of no reader without one
        self.used = False  # set by every reader, cleared by the hand that looks for pages to let go of
        self.views = 0  # how often the whole was given, since that was last told

    def get(self, kind: str, encoding: str) -> Ready:
        """The variant's ready answer."""
        found = self.ready.get((kind, encoding))
        if found is None:
            found = self.ready[kind, encoding] = self._make(kind, encoding)
        return found

    def _make(self, kind: str, encoding: str) -> Ready:
        variant = self.entry.variants["full" if kind == CRAWLED else kind]
        common = unstored(self.common) if kind == CRAWLED else self.common
        body = variant.ready[encoding]
        etag = etag_of(variant, encoding)
        headers = [*common, (b"etag", etag), *body_headers(body, encoding)]
        return Ready(
            etag,
            *answer(headers, body),
            {"type": "http.response.start", "status": 304, "headers": [*common, (b"etag", etag)]},
        )


def weight(variant: Variant) -> int:
    """The bytes that a variant takes: each encoding, and the parts that a reader's slip is put between."""
    return sum(map(len, (variant.head, variant.tail, *variant.ready.values())))


class HotPages:
    """Pages that nobody reads go first when `most` bytes are exceeded: a clock's hand goes round them."""

    def __init__(self, shelf: Shelf, most: int = 128 * 1024 * 1024) -> None:
        self._shelf = shelf
        self._most = most
        self._size = self._known = 0
        self._pages: OrderedDict[str, HotPage] = OrderedDict()
        self._views: Counter[bytes] = Counter()  # of pages that were let go of
        self.look = self._pages.get

    def load(self, path: str) -> HotPage | None:
        """The page from the shelf, kept at hand from now on; None where the shelf has none."""
        entry = self._shelf.get(path)
        if entry is None:
            return None
        self.forget(path)
        page = self._pages[path] = HotPage(entry)
        self._size += page.size
        while self._size > self._most and len(self._pages) > 1:
            self._let_go()
        return page

    def _let_go(self) -> None:
        """Let the oldest page go, or give it another round where somebody read it since the last one."""
        path, oldest = next(iter(self._pages.items()))
        if oldest.used:
            oldest.used = False
            self._pages.move_to_end(path)
        else:
            self.forget(path)

    def remember(self, page: HotPage, headers: dict[bytes, bytes], known: Known) -> None:
        """Answer these headers the same way again. Everything is forgotten when it has become too much."""
        cookie = headers.get(b"cookie")
        if cookie is None:
            return
        if self._known >= MOST_KNOWN:
            self.forget_known()
        self._known += cookie not in page.known
        known.accepts = headers.get(b"accept-encoding")
        page.known[cookie] = known

    def forget_known(self) -> None:
        """Decide every request anew: what was decided before may hold no longer."""
        for page in self._pages.values():
            page.known.clear()
        self._known = 0

    def forget(self, path: str) -> None:
        """Let go of a page that changed."""
        page = self._pages.pop(path, None)
        if page is not None:
            self._size -= page.size
            self._views[page.entry.story] += page.views

    def forget_all(self) -> None:
        """Let go of every page."""
        self._views = Counter(self.take_views())
        self._pages.clear()
        self._size = 0

    def take_views(self) -> dict[bytes, int]:
        """How often each story was given whole since this was last asked, by its key: nothing of who read it."""
        views, self._views = self._views, Counter()
        for page in self._pages.values():
            views[page.entry.story] += page.views
            page.views = 0
        views.pop(b"", None)  # what is no story
        return {story: count for story, count in views.items() if count}

    def give_back(self, views: dict[bytes, int]) -> None:
        """Tell these once more the next time."""
        self._views.update(views)


def common_headers(entry: Entry) -> Headers:
    """The headers that every answer for this page bears. What is gated, or will be, is never in a shared cache."""
    gated = entry.access is not Access.OPEN or entry.gated_from > 0
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in entry.headers]
    if gated:
        headers += [(b"cache-control", b"private, no-cache"), (b"vary", b"Cookie, Accept-Encoding")]
        headers += [(b"accept-ranges", b"none"), (b"x-robots-tag", b"noarchive, max-snippet:200")]
    else:
        headers += [
            (b"cache-control", b"public, max-age=0, s-maxage=%d, must-revalidate" % SHARED),
            (b"vary", b"Accept-Encoding"),
        ]
    return headers


def own(headers: Headers) -> Headers:
    """The same headers for an answer that is one reader's own."""
    mine = {b"cache-control": b"private, no-cache", b"vary": b"Cookie, Accept-Encoding"}
    return [(name, mine.get(name, value)) for name, value in headers]


def unstored(headers: Headers) -> Headers:
    """The same headers for an answer that no cache keeps, not even its reader's own."""
    return [(name, b"no-store" if name == b"cache-control" else value) for name, value in headers]


def etag_of(variant: Variant, encoding: str) -> bytes:
    """A tag that tells nothing of the bytes: a random part of each rendering, and the encoding."""
    return f'"{variant.etag}-{encoding[0]}"'.encode()
