"""The sweep's requests, and the oracle: what each may show, and what it may spend. Runs inside a paper's process."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.leaks import people, registry
from tests.leaks.maker import GATED, HIDDEN, METERED, STATES, Made
from tests.leaks.people import Persona
from tests.leaks.process import Paper
from tests.leaks.requests import Request

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
ACCEPTS = ("text/html,application/xhtml+xml", "application/json", "application/atom+xml", "text/markdown", "*/*")
ENCODINGS = ("br", "zstd", "gzip", "identity")
Headers = tuple[tuple[str, str], ...]
SPELLINGS = (
    "/{path}",
    "{bare}",
    "{path}index.html",
    "{path}x.css",
    "{bare};x.css",
    "{path}?x.css",
    "{bare}%2f",
    "{bare}.md",
    "{bare}.json",
    "{bare}.txt",
    "{bare}.xml",
    "{bare}.rss",
    "{bare}.amp",
    "{bare}.pdf",
    "{bare}.epub",
    "{path}amp/",
    "{path}print/",
    "{path}feed/",
    "{path}feed.atom",
    "{path}feed.json",
    "{path}embed/",
    "{path}.",
    "{path}..",
    "{path}./",
    "/.{path}",
    "/en{path}",
    "/ar{path}",
    "/fr{path}",
    "{upper}",
    "{path}?print=1",
    "{path}?amp",
    "{path}?format=json",
    "{path}?output=rss",
    "{path}?page=2",
    "{path}?preview=true",
    "{path}%00",
    "{path}%0a",
    "{path}%23",
    "{path}\\",
    "/world/..{path}",
)
# Addresses by which a cache in front may take a story for a file.
DECEPTIONS = (
    *SPELLINGS,
    "{path}x.js",
    "{path}x.png",
    "{path}/x.css",
    "{bare}/..%2fx.css",
    "{bare}%3bx.css",
    "{bare}%0ax.css",
    "{bare}%00.css",
    "{bare}%23x.css",
    "{bare}%3fx.css",
    "{path}x.avif",
    "{path}robots.txt",
    "{path}static/x.css",
    "/static/..{path}",
    "/static/%2e%2e{path}",
    "/media/..{path}",
    "/media/%2e%2e%2f{bare}",
    "/static{path}",
    "/media{path}",
    "{path}wp-content/x.css",
    "{bare}.css",
    "{bare}.ico",
)


@dataclass(frozen=True)
class Case:
    """A request and what may come of it."""

    surface: str  # a name in the registry
    request: Request
    persona: str
    may: frozenset[str] = frozenset()  # canaries that the answer may hold
    must: frozenset[str] = frozenset()  # canaries that it has to hold, so that the sweep is known to see
    spends: frozenset[int] = frozenset({0})
    absent: tuple[bytes, ...] = ()  # what a search that finds nothing does not show
    private: bool = False  # no shared cache may keep the answer
    first: bool = False  # part of the short sweep, whatever chance says


class Cases:
    """All cases of a paper."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.made: Made = paper.made
        self.read = tuple(self.made.keys[story] for story in METERED)
        self.personas = people.everybody(self.read, self.made.sessions)
        self.etags = {story: self._etag(story) for story in (*GATED, "open")}

    def _etag(self, story: str) -> str:
        return self.paper.ask(Request(self.made.paths[story], headers=(("cookie", people.member()),)))["etag"]

    def everything(self) -> Iterator[Case]:
        """The whole sweep."""
        for story in STATES:
            yield from self.stories(story)
        yield from self.spellings()
        yield from self.lists()
        yield from self.searches()
        yield from self.files()
        yield from self.gifts()
        yield from self.letters()
        yield from self.desk()

    def some(self, most: int) -> list[Case]:
        """The short sweep: one of each kind, and by chance as many others as go into `most`."""
        cases = list(self.everything())
        first = [case for case in cases if case.first]
        rest = [case for case in cases if not case.first]
        return first + random.Random(7).sample(rest, max(0, most - len(first)))

    def stories(self, story: str) -> Iterator[Case]:
        """A story's own address, and the one that it had."""
        paths = [self.made.paths[story], *([self.made.old_paths[story]] if story in self.made.old_paths else [])]
        live = story not in HIDDEN
        variants = _variants(self.etags.get(story, '"x"'))
        accepts = ACCEPTS if live else ACCEPTS[:2]
        named = variants if live else {name: variants[name] for name in ("plain", "br", "range", "prefetch")}
        for path, persona, method, accept in product(paths, self.personas, METHODS, accepts):
            for name, extra in named.items():
                first = (accept, name) == (ACCEPTS[0], "plain") and method in {"GET", "HEAD"}
                headers = (("accept", accept), *extra)
                yield self._story(story, path, persona, method, headers, first=first, gone=path != paths[0])

    def _story(
        self, story: str, path: str, persona: Persona, method: str, extra: Headers, first: bool, gone: bool
    ) -> Case:
        headers = dict((*persona.headers, *extra))
        opened, spent = self.opens(story, persona, method, headers)
        opened &= not gone
        words = self.made.secrets(story) - self._of_files(story)
        exact = opened and method == "GET" and "if-none-match" not in headers
        return Case(
            "story",
            persona.asks(path, method, extra),
            persona.name,
            may=words if opened and (method == "GET" or story == "restricted") else frozenset(),
            must=words if exact else frozenset(),
            spends=frozenset({spent if opened else 0}),
            private=story != "open",
            first=first,
        )

    def opens(self, story: str, persona: Persona, method: str, headers: dict[str, str]) -> tuple[bool, int]:
        """The oracle: whether this reader gets the body so, and how many slots that uses."""
        if story == "restricted":
            return bool(persona.session) and method in {"GET", "HEAD"}, 0  # Wagtail asks for an account, no more
        if story in HIDDEN:
            return False, 0
        if story == "open" or persona.may == "all" or (persona.may == "listed" and story in METERED):
            return True, 0
        if persona.may == "gift":
            return self.made.keys[story] == self.read[0], 0
        visit = method == "GET" and headers.get("sec-fetch-dest", "document") == "document"
        quiet = "sec-purpose" not in headers and "purpose" not in headers
        granted = persona.may == "grant" and story in METERED and visit and quiet
        return granted, int(granted)

    def _of_files(self, story: str) -> frozenset[str]:
        return frozenset(word for place, word in self.made.words.of(story).items() if place == "inside the file")

    def spellings(self) -> Iterator[Case]:
        """Other ways to write a story's address: nothing, or the same decision."""
        for story, spelling, persona in product(("metered", "members", "draft"), SPELLINGS, self.personas):
            path = self.made.paths[story]
            written = spelling.format(path=path, bare=path.rstrip("/"), upper=path.upper())
            path, _, query = written.partition("?")
            opened, spent = self.opens(story, persona, "GET", dict(persona.headers))
            words = self.made.secrets(story) - self._of_files(story)
            yield Case(
                "spelling",
                persona.asks(path, query=query),
                persona.name,
                may=words if opened else frozenset(),
                spends=frozenset({0, spent}),
                private=True,
                first=persona.name in {"stranger", "exhausted"},
            )

    def lists(self) -> Iterator[Case]:
        """Fronts, sections, feeds, sitemaps, and whatever else names stories."""
        for (surface, path), persona, method in product(registry.addresses(), self.personas, METHODS[:2]):
            for accept in ACCEPTS:
                path_only, _, query = path.partition("?")
                first = persona.name in {"stranger", "chief"} and accept == ACCEPTS[0] and method == "GET"
                request = persona.asks(path_only, method, (("accept", accept),), query)
                yield Case(surface, request, persona.name, first=first)

    def searches(self) -> Iterator[Case]:
        """A search for every word that only a body holds finds nothing, whoever asks."""
        paths = tuple(f'href="{path}"'.encode() for path in self.made.paths.values())
        for word, (story, _place) in self.made.words.planted.items():
            absent = paths if story != "open" else ()
            for prefix in ("/search/", "/ar/search/"):
                request = Request(prefix, query=f"q={word}")
                first = prefix == "/search/" and story in {"metered", "draft"}
                yield Case("search", request, "stranger", may=frozenset({word}), absent=absent, first=first)

    def files(self) -> Iterator[Case]:
        """Files by their address, and by guessed ones."""
        for story, (pk, address) in self.made.files.items():
            words = frozenset(
                word for place, word in self.made.words.of(story).items() if place in {"inside the file", "file name"}
            )
            for persona, method in product(self.personas, METHODS):
                may = words if story not in HIDDEN or persona.session == "chief" else frozenset()
                yield Case(
                    "file",
                    persona.asks(address, method),
                    persona.name,
                    may=may,
                    must=may if method == "GET" else frozenset(),
                    private=True,
                    first=method == "GET" and persona.name in {"stranger", "exhausted"},
                )
            for guess in (f"/documents/{pk}/", f"/documents/{pk}/file.txt", f"/documents/{pk}/{story}.txt"):
                yield Case("file", Request(guess), "stranger", private=True, first=True)

    def gifts(self) -> Iterator[Case]:
        """Where links land: nothing but a headline, until the button of one that opens is pressed."""
        for name, (token, story) in self.made.gifts.items():
            for persona, method, query in product(self.personas, METHODS, ("", "again")):
                pressed = method == "POST" and name not in {"revoked", "to a draft", "to what is taken down"}
                if pressed and (name == "letter" or persona.name != "stranger"):
                    continue  # each press uses up a place: one reader's presses tell it all, and a letter's are few
                words = self.made.secrets(story) - self._of_files(story) if pressed else frozenset()
                yield Case(
                    "gift",
                    persona.asks(f"/g/{token}/", method, query=query),
                    persona.name,
                    may=words,
                    must=words,
                    private=True,
                    first=persona.name == "stranger",
                )

    def letters(self) -> Iterator[Case]:
        """What members were sent of an issue: to whom a log-in opens members' stories, and to nobody else."""
        words = self.made.words.of("members")
        whole = frozenset(word for place, word in words.items() if place == "middle")
        for persona, method in product(self.personas, METHODS[:2]):
            opened = (
                persona.session == "chief"
            )  # a server sends no body after HEAD: what Django makes of it goes nowhere
            yield Case(
                "newsletters",
                persona.asks("/newsletters/quay-letter/1-first/full/", method),
                persona.name,
                may=self.made.secrets("members") if opened else frozenset(),
                must=whole if opened and method == "GET" else frozenset(),
                private=True,
                first=method == "GET",
            )

    def desk(self) -> Iterator[Case]:
        """Every address of the admin, by those who have no business there; the chief sees whatever there is."""
        wanted = {persona.name: persona for persona in self.personas}
        nobodies = ("stranger", "member", "staff", "account without a part in the paper")
        everything = frozenset(self.made.words.planted)
        for path in self._desk_paths():
            for name, method in [*product(nobodies, METHODS), ("chief", "GET")]:
                persona = wanted[name]
                first = method == "GET" and name in {"account without a part in the paper"}
                yield Case(
                    "desk",
                    persona.asks(path, method),
                    name,
                    may=everything if name == "chief" else frozenset(),
                    private=True,
                    first=first,
                )

    def _desk_paths(self) -> list[str]:
        made = self.made
        ids = {
            "page": made.pages["revised"],
            "revision": _revision(made.pages["revised"]),
            "document": made.files["draft"][0],
        }

        def fill(match: re.Match[str]) -> str:
            name = match[1].rpartition(":")[2]
            return str(next((pk for key, pk in ids.items() if key in name), made.pages["draft"]))

        found = [re.sub(r"<([^>]+)>", fill, pattern) for pattern in registry.desk_patterns()]
        more = [
            f"/admin/pages/{pk}/{end}" for pk in made.pages.values() for end in ("edit/", "view_draft/", "history/")
        ]
        return ["/" + path for path in found if "^" not in path] + more


def _variants(etag: str) -> dict[str, Headers]:
    return {
        "plain": (),
        "br": (("accept-encoding", "gzip, deflate, br, zstd"),),
        "zstd": (("accept-encoding", "zstd"),),
        "gzip": (("accept-encoding", "gzip"),),
        "range": (("range", "bytes=0-99999"),),
        "ranges": (("range", "bytes=0-10,2000-90000"), ("if-range", etag)),
        "known": (("if-none-match", etag),),
        "prefetch": (("sec-purpose", "prefetch"),),
        "old prefetch": (("purpose", "prefetch"),),
        "forwarded": (
            ("x-forwarded-for", "66.249.66.1"),
            ("x-real-ip", "66.249.66.1"),
            ("forwarded", "for=66.249.66.1"),
        ),
        "rewritten": (("x-original-url", "/"), ("x-http-method-override", "GET"), ("x-forwarded-host", "evil.test")),
    }


def _revision(pk: int) -> int:
    from wagtail.models import Page

    return int(Page.objects.get(pk=pk).latest_revision_id or 0)
