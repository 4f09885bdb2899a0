"""Members and strangers ask for the same stories in turn, through one cache: does a stranger ever get what a member got?

A pair is a member's request and a stranger's for the same story right after it, in one encoding. The strangers are
those to whom the paper owes no story: so whatever they see of a body, they have from the cache.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product

from tests.leaks.cases import DECEPTIONS
from tests.proxy.making import QUAYS
from tests.proxy.nginx import Front
from tests.proxy.readers import BOUND, Answer, Behind, Reader

READ, WALLED = QUAYS[:BOUND], QUAYS[BOUND:]
STORIES = ("members", "original", "copy", *WALLED)
ENCODINGS = ("br", "gzip", "zstd", "identity", "gzip, deflate, br, zstd")
METHODS = ("GET", "HEAD")
STRANGERS = ("no cookie", "used up", "picture", "prefetch", "forged pass")
LANES = 4
NETWORK = "127.200.0.1"
# What the shipped configuration does twice is taken away once, so that the other way stands alone; and then both.
HEADERS_ALONE = {"proxy_cache $paper_cache;": "proxy_cache paper;"}
WRONG = {
    **HEADERS_ALONE,
    "    proxy_cache_convert_head off;": "    proxy_ignore_headers Cache-Control Vary Set-Cookie;\n    proxy_cache_valid 200 1m;",
}


@dataclass(frozen=True)
class Pair:
    """Who asks for what, and how."""

    story: str
    encoding: str
    members_method: str
    strangers_method: str
    stranger: str


@dataclass
class Result:
    """How many pairs were asked, and how many strangers got something of a member's; or members a stranger's page."""

    pairs: int = 0
    leaks: int = 0
    denied: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def alternate(front: Front, behind: Behind, pairs: int, seed: int = 1) -> Result:
    """So many pairs, over a few connections at once."""
    _use_up(front, behind)
    asked = list(_pairs(pairs, seed))
    lanes = [asked[number::LANES] for number in range(LANES)]
    result = Result()
    with ThreadPoolExecutor(LANES) as pool:
        for part in pool.map(lambda lane: _lane(front, behind, lane), lanes):
            result.pairs += part.pairs
            result.leaks += part.leaks
            result.denied += part.denied
            result.kinds += part.kinds
    return result


def deceptions_kept(front: Front, behind: Behind) -> int:
    """How many addresses that look like files put a word of a members' story into the cache."""
    story, reader, kept = behind.stories["members"], Reader(front), 0
    for spelling in DECEPTIONS:
        path = spelling.format(path=story.path, bare=story.path.rstrip("/"), upper=story.path.upper())
        reader.ask(path, cookie=behind.member())
        kept += bool(story.words & Answer(200, [], front.kept()).words)
    reader.close()
    return kept


def _pairs(count: int, seed: int) -> Iterator[Pair]:
    every = [Pair(*each) for each in product(STORIES, ENCODINGS, METHODS, METHODS, STRANGERS)]
    chance = random.Random(seed)
    for _ in range(-(-count // len(every))):
        chance.shuffle(every)
        yield from every[:count]
        count -= len(every)


def _use_up(front: Front, behind: Behind) -> None:
    """Bring the strangers' network to its bound."""
    reader = Reader(front, NETWORK)
    for name in READ:
        reader.ask(behind.stories[name].path)
    assert not reader.ask(behind.stories[WALLED[0]].path).words, "the network is owed stories still"
    reader.close()


def _lane(front: Front, behind: Behind, pairs: list[Pair]) -> Result:
    member, stranger, result = Reader(front, "127.201.0.1"), Reader(front, NETWORK), Result()
    for number, pair in enumerate(pairs):
        if number % 500 == 0:
            held, headers = behind.member(), _headers(behind)
        path = behind.stories[pair.story].path
        full = member.ask(path, pair.members_method, accept_encoding=pair.encoding, cookie=held)
        got = stranger.ask(path, pair.strangers_method, accept_encoding=pair.encoding, **headers[pair.stranger])
        result.pairs += 1
        result.denied += pair.members_method == "GET" and not behind.stories[pair.story].words <= full.words
        if _leaks(full, got):
            result.leaks += 1
            result.kinds[f"{pair.members_method}, then {pair.strangers_method} of {pair.stranger}"] += 1
    member.close()
    stranger.close()
    return result


def _headers(behind: Behind) -> dict[str, dict[str, str]]:
    return {
        "no cookie": {},
        "used up": {"cookie": behind.used_up()},
        "picture": {"sec_fetch_dest": "image"},
        "prefetch": {"sec_purpose": "prefetch"},
        "forged pass": {"cookie": behind.member()[:-3] + "AAA"},
    }


def _leaks(full: Answer, got: Answer) -> bool:
    """Words of a body; or what only the full page bears: its tag, its length; or somebody's receipt."""
    same = any(full[name] and full[name] == got[name] for name in ("etag", "content-length"))
    return bool(got.words or got["set-cookie"] or same or got.status == 304)
