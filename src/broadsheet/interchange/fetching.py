"""Pictures and files of an old site, from a folder or from where they lie. Values out, no database.

An export names addresses that nobody here has looked at. So only public addresses are asked, whatever a name resolves
to and wherever a redirect leads, unless the operator names the host; and a host that does not answer is left alone.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests

MOST_BYTES = 40 * 1024 * 1024
MOST_REDIRECTS = 4
PATIENCE = (5, 20)  # seconds to connect, seconds between bytes
MOST_FAILURES = 3
_SIZED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w+$)|-scaled(?=\.\w+$)")
_UPLOADS = re.compile(r"/(?:wp-content/uploads|files)/(.+)$")


class FetchError(Exception):
    """A picture or file cannot be had. The message says why, for the report."""


@dataclass
class Finder:
    """Finds what an export names. `trusted` are hosts that may lie on a private network."""

    folder: Path | None = None
    fetch: bool = True
    trusted: frozenset[str] = frozenset()
    _index: dict[str, Path | None] | None = None
    _failures: Counter[str] = field(default_factory=Counter)

    def find(self, url: str) -> tuple[str, bytes]:
        """The name and content of what lies at `url`. Raises FetchError."""
        if self.folder is not None:
            found = self._in_folder(url)
            if found is not None:
                return found.name, _contents(found)
        if not self.fetch:
            raise FetchError("not in the folder" if self.folder else "pictures were not asked for")
        return self._fetch(url)

    def _in_folder(self, url: str) -> Path | None:
        """The original before one of its sizes; by the path below `uploads`, else by an end of it that is unique."""
        path = unquote(urlsplit(url).path).lower()
        for name in dict.fromkeys((_SIZED.sub("", path), path)):
            below = _UPLOADS.search(name)
            pieces = (below[1] if below else name.strip("/")).split("/")
            for start in range(len(pieces)):
                found = self._files().get("/".join(pieces[start:]))
                if found is not None:
                    return found
        return None

    def _files(self) -> dict[str, Path | None]:
        """Every file of the folder by each end of its path; None where several files end alike."""
        if self._index is None:
            self._index = {}
            assert self.folder is not None
            for path in sorted(found for found in self.folder.rglob("*") if found.is_file()):
                pieces = path.relative_to(self.folder).as_posix().lower().split("/")
                for start in range(len(pieces)):
                    end = "/".join(pieces[start:])
                    self._index[end] = None if end in self._index else path
        return self._index

    def _fetch(self, url: str) -> tuple[str, bytes]:
        host = urlsplit(url).netloc.lower()
        if self._failures[host] >= MOST_FAILURES:
            raise FetchError(f"{host} does not answer")
        try:
            return self._get(url)
        except (requests.exceptions.RequestException, OSError, UnicodeError) as error:
            self._failures[host] += 1
            raise FetchError(f"{host} does not answer ({type(error).__name__})") from error

    def _get(self, url: str) -> tuple[str, bytes]:
        with requests.Session() as session:
            session.trust_env = False
            session.headers["User-Agent"] = "Broadsheet-Import/1.0"
            for _hop in range(MOST_REDIRECTS + 1):
                self._check(url)
                with session.get(url, timeout=PATIENCE, stream=True, allow_redirects=False) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    if not answer.ok:
                        raise FetchError(f"{urlsplit(url).netloc} answers {answer.status_code}")
                    return unquote(urlsplit(url).path.rpartition("/")[2]) or "file", _body(answer)
        raise FetchError("too many redirects")

    def _check(self, url: str) -> None:
        """Refuse what is no web address, or one inside this machine's own networks."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise FetchError("not a web address")
        if {parts.hostname.lower(), parts.netloc.lower()} & self.trusted:
            return
        port = parts.port or (443 if parts.scheme == "https" else 80)
        for *_rest, address in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM):
            if not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
                raise FetchError(f"{parts.hostname} lies on a private network; name it with --trust-host to allow it")


def _contents(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FetchError(f"larger than {MOST_BYTES // 1024 // 1024} MB")
        return path.read_bytes()
    except OSError as error:
        raise FetchError(f"{path.name} cannot be read ({error.strerror})") from error


def _body(answer: requests.Response) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_content(64 * 1024):
        size += len(piece)
        if size > MOST_BYTES:
            raise FetchError(f"larger than {MOST_BYTES // 1024 // 1024} MB")
        pieces.append(piece)
    return b"".join(pieces)
