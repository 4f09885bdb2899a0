"""Search engines' lists from their publishers, or from a folder. Bytes out, no judgement and no database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3

from broadsheet.paywall.crawlers import MOST_BYTES
from broadsheet.paywall.robots import Engine

PATIENCE = (5, 15)  # seconds to connect, seconds between bytes
DEADLINE = 60  # seconds for one list, however slowly it drips
MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
ENDINGS = (".json", ".txt", ".ips", ".lst", ".list", ".csv")
PARTS = ("", "-ipv4", "-ipv6", "_ipv4", "_ipv6", ".ipv4", ".ipv6")


class FetchError(Exception):
    """A list cannot be had. The message says why."""


class Source(Protocol):
    """Where lists come from."""

    confirms: bool  # whether what comes from here is what the engine says today

    def lists(self, engine: Engine) -> list[bytes]:
        """The engine's list, in one or several parts; empty where this source has none. Raises FetchError."""
        ...


class Publishers:
    """The engines' own addresses; or the same paths at another address, which keeps copies of them."""

    confirms = True

    def __init__(self, mirror: str = "") -> None:
        """`mirror`: scheme and host to ask in place of the publishers'."""
        self._mirror = mirror

    def lists(self, engine: Engine) -> list[bytes]:
        """Fetch the engine's list."""
        if not engine.publishes:
            return []
        url = engine.publishes
        if self._mirror:
            there, path = urlsplit(self._mirror), urlsplit(url).path
            url = urlunsplit((there.scheme, there.netloc, there.path.rstrip("/") + path, "", ""))
        try:
            return [_get(url)]
        except (urllib3.exceptions.HTTPError, requests.exceptions.RequestException, OSError, UnicodeError) as error:
            raise FetchError(f"{urlsplit(url).netloc} does not answer ({type(error).__name__})") from error


def _get(url: str) -> bytes:
    """What lies at `url`; redirects are followed within its own host only."""
    origin, until = urlsplit(url), time.monotonic() + DEADLINE
    with requests.Session() as session:
        session.headers["User-Agent"] = "Broadsheet/1.0 (search engines' published addresses)"
        for _hop in range(MOST_REDIRECTS + 1):
            with session.get(url, timeout=PATIENCE, stream=True, allow_redirects=False) as answer:
                if answer.status_code in REDIRECTS:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    if urlsplit(url)[:2] != origin[:2]:
                        raise FetchError(f"sends us to another host: {urlsplit(url).netloc[:80] or 'none'}")
                    continue
                if answer.status_code != 200:
                    raise FetchError(f"answers with {answer.status_code}")
                return _body(answer, until)
    raise FetchError(f"sends us on more than {MOST_REDIRECTS} times")


def _body(answer: requests.Response, until: float) -> bytes:
    found = bytearray()
    while chunk := answer.raw.read1(16 * 1024, decode_content=True):  # what is there: `read` waits for all of it
        found += chunk
        if len(found) > MOST_BYTES:
            raise FetchError(f"larger than {MOST_BYTES // 1024} KiB")
        if time.monotonic() > until:
            raise FetchError(f"not here within {DEADLINE} seconds")
    return bytes(found)


class Folder:
    """Copies in a folder or below it, named after the crawler: googlebot.json, bing-ipv4.txt, applebot.ips."""

    confirms = False

    def __init__(self, folder: Path) -> None:
        self._files = sorted(path for path in folder.rglob("*") if path.is_file())

    def lists(self, engine: Engine) -> list[bytes]:
        """The engine's files. JSON is what engines publish: where there is some, copies in plain text are left."""
        names = {name + part for name in engine.files for part in PARTS}
        found = [path for path in self._files if path.stem.lower() in names and path.suffix.lower() in ENDINGS]
        published = [path for path in found if path.suffix.lower() == ".json"]
        try:
            return [_contents(path) for path in published or found]
        except OSError as error:
            raise FetchError(f"cannot be read ({error.strerror})") from error


def _contents(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
